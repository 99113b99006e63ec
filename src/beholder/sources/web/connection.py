"""Connections: each goes to an address that was checked, and ends when its time is over.

A host's name is resolved once for a connection, and the connection goes to the very address that was judged: a name
that changes between the two (DNS rebinding) changes nothing. Host header, TLS server name and certificate are those of
the name. Proxies and certificates that the environment names are not used.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore2
import httpx2

from beholder.sources.web.addresses import Resolver, public_addresses
from beholder.sources.web.links import Link
from beholder.sources.web.refusal import NotFetched, NotNow

_CONNECT = 10.0  # seconds
_READ = 20.0  # seconds in which nothing comes
_TIMEOUTS = {"connect": _CONNECT, "read": _READ, "write": _READ, "pool": _CONNECT}
Place = tuple[str, int]  # a host or an address, and a port


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and the rest of it as it comes. headers : by their names in lower case"""

    link: Link
    status: int
    headers: Mapping[str, str]
    body: Iterable[bytes]


class Connections:
    """All connections of one door, one request at a time.

    Parameters
    ----------
    agent
        how we call ourselves
    reach
        for tests: {(host, port): where its server is}, which is not judged
    trust
        for tests: whose certificates are believed; None: those that the system believes
    """

    def __init__(
        self, agent: str, resolve: Resolver, reach: Mapping[Place, Place], trust: ssl.SSLContext | None
    ) -> None:
        self.agent = agent
        self._backend = _Backend(resolve, reach)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust or httpx2.create_ssl_context(trust_env=False),
            max_keepalive_connections=0,  # bytes behind an answer would be taken for the next one
            network_backend=self._backend,
        )

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def ask(self, link: Link, headers: Mapping[str, str], seconds: float) -> Iterator[Answer]:
        """One request, and its answer as long as it is read. It carries our name: no cookie, no password, no referrer.

        Parameters
        ----------
        seconds
            that all of it may take

        Raises
        ------
        NotFetched
            also while the answer is read
        """
        self._backend.deadline = time.monotonic() + seconds
        own = {"Host": link.authority, "User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        sent = [(name.encode(), value.encode("latin-1")) for name, value in {**own, **headers}.items()]
        url = httpcore2.URL(
            scheme=link.scheme.encode(), host=link.host.encode(), port=link.port, target=link.target.encode()
        )
        try:
            with self._pool.stream("GET", url, headers=sent, extensions={"timeout": _TIMEOUTS}) as got:
                said: dict[str, str] = {}
                for name, value in got.headers:
                    said.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
                yield Answer(link, got.status, said, got.iter_stream())
        except httpcore2.TimeoutException as error:
            raise NotNow(f"{link.host} takes too long to answer") from error
        except httpcore2.ConnectError as error:
            if isinstance(error.__context__, ssl.SSLCertVerificationError):  # the pool hides the cause
                raise NotFetched(f"{link.host} has no certificate that can be trusted") from error
            raise NotNow(f"{link.host} cannot be reached") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise NotNow(f"the connection to {link.host} broke off") from error


class _Backend(httpcore2.NetworkBackend):
    """How connections are made."""

    def __init__(self, resolve: Resolver, reach: Mapping[Place, Place]) -> None:
        self.resolve, self.reach = resolve, dict(reach)
        self.deadline = float("inf")  # by the monotonic clock
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """raises : NotFetched where none of its addresses may be reached; what httpcore2 raises"""
        if (place := self.reach.get((host, port))) is not None:
            return _Timed(self._plain.connect_tcp(*place, timeout=self.left(timeout)), self)
        fault: Exception = httpcore2.ConnectError(host)
        for address in public_addresses(host, port, self.resolve, self.left(timeout)):
            try:
                stream = self._plain.connect_tcp(address, port, timeout=self.left(timeout))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                fault = error
                continue
            if stream.get_extra_info("client_addr")[0] == stream.get_extra_info("server_addr")[0]:
                stream.close()  # a public address may be this machine's own
                raise NotFetched(f"{host} is this machine itself")
            return _Timed(stream, self)
        raise fault

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take. raises : httpcore2.ReadTimeout where the time is over"""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is over")
        return min(left, _READ if timeout is None else timeout)


class _Timed(httpcore2.NetworkStream):
    """A stream whose every step ends at the deadline: a server that sends a byte a second is left at last."""

    def __init__(self, stream: httpcore2.NetworkStream, backend: _Backend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _Timed(secure, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
