"""Links as they may be followed: http and https, ports 80 and 443, a host that is spelled plainly, no password."""

from __future__ import annotations

import re
from typing import NamedTuple

import httpx2

from beholder.sources.web.addresses import is_address
from beholder.sources.web.refusal import NotFetched
from beholder.text import shown

_PORTS = {"http": 80, "https": 443}
_LONGEST = 8000  # characters of a link
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")  # how the last part of an address is spelled, in any base


class Link(NamedTuple):
    """A link that was checked, in its one spelling, without its fragment.

    Attributes
    ----------
    host
        a name in ASCII or an address, without brackets
    target
        path and query
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.target

    @classmethod
    def parse(cls, text: str) -> Link:
        """Raises
        ------
        NotFetched
        """
        if len(text) > _LONGEST:
            raise NotFetched(f"the link is over {_LONGEST:,} characters long")
        return cls._of(_url(text))

    def join(self, text: str) -> Link:
        """Where a link leads that stands on this page. raises : NotFetched"""
        if len(text) > _LONGEST:
            raise NotFetched(f"it leads to a link of over {_LONGEST:,} characters")
        try:
            return self._of(httpx2.URL(str(self)).join(text.strip()))
        except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
            raise NotFetched(f"it leads to '{shown(text, 80)}', which is no link") from error

    @classmethod
    def _of(cls, url: httpx2.URL) -> Link:
        if url.scheme not in _PORTS:
            raise NotFetched(f"links of '{shown(url.scheme, 20)}:' are not followed, only http and https")
        if url.userinfo:
            raise NotFetched("a link with a name or password in it is not followed")
        port = _PORTS[url.scheme] if url.port is None else url.port
        if port not in _PORTS.values():
            raise NotFetched(f"port {port} is not used, only 80 and 443")
        return cls(url.scheme, _host(url.raw_host.decode("ascii")), port, url.raw_path.decode("ascii"))


def _url(text: str) -> httpx2.URL:
    try:
        return httpx2.URL(text.strip())
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise NotFetched(f"'{shown(text, 80)}' is no link that can be read") from error


def _host(text: str) -> str:
    """The host in its one spelling. raises : NotFetched for 0x7f.1, 2130706433 and the like, which are read two ways"""
    host = text.removesuffix(".").lower()
    if ":" in host:
        if "%" in host:
            raise NotFetched("an address that names a network card is not used")
        return host
    if is_address(host):
        return host
    if not _NAME.fullmatch(host) or len(host) > 253 or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise NotFetched(f"'{shown(text, 80)}' is no host's name")
    return host
