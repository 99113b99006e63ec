"""One link on its way: through redirects and several tries, from where an earlier one stopped, to a file on disk."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from beholder.sources.web.connection import Answer, Connections
from beholder.sources.web.kept import Entry, Kept, Said, name_of
from beholder.sources.web.links import Link
from beholder.sources.web.pace import Pace, seconds_of
from beholder.sources.web.refusal import NotFetched, NotNow
from beholder.text import shown

_MOST_REDIRECTS = 5
_WAITS = (2.0, 5.0, 10.0)  # seconds before another try, where the server does not say
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]{1,500}"')
_PACKED = {"": False, "identity": False, "gzip": True, "x-gzip": True}
_WORDS = {
    401: "it asks for a password",
    403: "it does not let programs have this",
    404: "there is nothing at this address",
    410: "it is no longer there",
    429: "it is asked too often",
    451: "it may not be shown, for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may take. bytes : as sent, and unpacked; seconds : of all requests for it together"""

    bytes: int
    seconds: float


@dataclass
class Fetch:
    """A fetch of one link into its entry, which is locked.

    Parameters
    ----------
    permit
        the seconds that a site wants between two requests; raises NotFetched where it does not let a link be fetched
    sleep
        waits
    """

    link: Link
    entry: Entry
    limits: Limits
    connections: Connections
    pace: Pace
    permit: Callable[[Link], float]
    sleep: Callable[[float], None]

    def __post_init__(self) -> None:
        self.at, self.left = self.link, self.limits.seconds

    def run(self) -> Kept:
        """raises : NotFetched"""
        for wait in (*_WAITS, None):
            try:
                return self._once()
            except NotNow as reason:
                if reason.wait is not None:
                    self.pace.later(self.at.host, reason.wait)
                if self.left <= 0:
                    raise NotNow(f"it takes longer than {self.limits.seconds:.0f} s") from reason
                if wait is None:
                    raise
                if reason.wait is None:
                    self.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _once(self) -> Kept:
        begun = self.entry.begun()
        if begun and begun[0].length == begun[1]:  # stopped behind the last byte
            return self._finished()
        self.at = self.link
        for _ in range(_MOST_REDIRECTS + 1):
            self.pace.turn(self.at.host, self.permit(self.at))
            start = time.monotonic()
            try:
                with self.connections.ask(self.at, self._conditions(), self.left) as answer:
                    if answer.status not in _REDIRECTS:
                        return self._taken(answer)
            finally:
                self.left -= time.monotonic() - start
            if not answer.headers.get("location"):
                raise NotFetched("it leads to another link without saying to which", answer.status)
            self.at = self.at.join(answer.headers["location"])
        raise NotFetched(f"it leads from link to link more than {_MOST_REDIRECTS} times")

    def _conditions(self) -> dict[str, str]:
        """What to send so that nothing that is here is sent again."""
        begun, whole = self.entry.begun(), self.entry.whole()
        if begun and begun[1] and begun[0].url == str(self.at) and begun[0].condition:
            return {"Range": f"bytes={begun[1]}-", "If-Range": begun[0].condition}
        if whole and whole[1].url == str(self.at):
            told = {"If-None-Match": whole[1].etag, "If-Modified-Since": whole[1].modified}
            return {name: value for name, value in told.items() if value}
        return {}

    def _taken(self, answer: Answer) -> Kept:
        whole = self.entry.whole()
        if answer.status == 304 and whole:
            self.entry.drop()
            self.entry.confirm(whole[1])
            return whole[0]
        if answer.status == 416 and self.entry.begun():
            self.entry.drop()
            raise NotNow("its rest cannot be had", 416, wait=0.0)
        if answer.status == 206:
            self._check_rest(answer)
        elif answer.status == 200:
            self.entry.begin(self._said(answer))
        else:
            raise _refusal(answer)
        self._write(answer)
        return self._finished()

    def _said(self, answer: Answer) -> Said:
        """raises : NotFetched where it is too large, or packed in a way that was not asked for"""
        coding = answer.headers.get("content-encoding", "").lower()
        if coding not in _PACKED:
            raise NotFetched(f"it is packed as '{shown(coding, 20)}', which was not asked for")
        length = _number(answer.headers.get("content-length", ""))
        self._check_size(length or 0)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()[:100]
        return Said(
            url=str(answer.link),
            type=media_type,
            name=name_of(self.link, media_type),
            length=length,
            packed=_PACKED[coding],
            etag=etag if _ETAG.fullmatch(etag := answer.headers.get("etag", "")) else "",
            modified=_steady(answer.headers),
            at=time.time(),
        )

    def _check_rest(self, answer: Answer) -> None:
        """raises : NotNow where this is not the rest that was asked for; the next try asks for all of it"""
        begun = self.entry.begun()
        unit, _, rest = answer.headers.get("content-range", "").lower().partition(" ")
        first, _, total = rest.partition("/")
        if (
            begun is None
            or unit != "bytes"
            or begun[0].url != str(answer.link)
            or _number(first.partition("-")[0]) != begun[1]
            or (begun[0].length is not None and _number(total) not in (None, begun[0].length))
        ):
            self.entry.drop()
            raise NotNow("another part of it came than was asked for", 206, wait=0.0)

    def _write(self, answer: Answer) -> None:
        begun = self.entry.begun()
        assert begun is not None
        said, size = begun
        try:
            with self.entry.append() as out:
                for block in answer.body:
                    size += len(block)
                    self._check_size(size)
                    out.write(block)
            if said.length is not None and size > said.length:
                raise NotFetched("it is longer than its server says")
        except NotNow:
            raise
        except NotFetched:
            self.entry.drop()
            raise
        if said.length is not None and size < said.length:
            raise NotNow("it ends too early")

    def _check_size(self, size: int) -> None:
        if size > self.limits.bytes:
            raise NotFetched(f"it is over {self.limits.bytes >> 20} MB")

    def _finished(self) -> Kept:
        self.entry.finish(self.limits.bytes)
        whole = self.entry.whole()
        if whole is None:
            raise FileNotFoundError(str(self.entry.folder))
        return whole[0]


def _refusal(answer: Answer) -> NotFetched:
    words = f"{_WORDS.get(answer.status, 'it cannot be had')} (status {answer.status} of {answer.link.host})"
    if answer.status not in _PASSING:
        return NotFetched(words, answer.status)
    return NotNow(words, answer.status, seconds_of(answer.headers.get("retry-after", ""), time.time()))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _steady(headers: Mapping[str, str]) -> str:
    """Last-Modified, where it lies so far back that it tells one version from the next [RFC 9110, 8.8.2.2]; else ""."""
    modified = headers.get("last-modified", "")[:100]
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(modified)
        return modified if age.total_seconds() >= 60 else ""
    except (ValueError, TypeError, OverflowError):
        return ""
