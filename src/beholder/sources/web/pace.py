"""Not too often: at most one request a second to one host, by all that fetch into one data folder; later where it asks.

The file of a host carries, as its time, when the next request to it may begin. So the pace outlives a program that was
stopped, and holds for several that run.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

from filelock import FileLock

from beholder.sources.web.refusal import NotFetched

LONGEST = 120.0  # seconds that a fetch waits for its turn
_DAY = 24 * 3600.0  # no request is put off for longer; a time further ahead is a clock that was wrong


class Pace:
    """Turns at hosts. seconds : between two requests to one; sleep, clock : for tests"""

    def __init__(
        self,
        folder: Path,
        seconds: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder, self.seconds, self.sleep, self.clock = folder, seconds, sleep, clock

    def turn(self, host: str, apart: float = 0.0) -> None:
        """Wait for the next turn.

        Parameters
        ----------
        apart
            seconds between requests that the host asks for, where they are more

        Raises
        ------
        NotFetched
            where it is more than LONGEST off
        """
        with self._locked(host) as file:
            now = self.clock()
            begin = max(now, self._next(file, now))
            if begin - now > LONGEST:
                raise NotFetched(f"{host} asks to be left alone for {_in_words(begin - now)}; import again then")
            self._put(file, begin + max(self.seconds, min(apart, _DAY)))
        if begin > now:
            self.sleep(begin - now)

    def later(self, host: str, seconds: float) -> None:
        """No request before so many seconds have gone by."""
        with self._locked(host) as file:
            now = self.clock()
            self._put(file, max(self._next(file, now), now + min(seconds, _DAY)))

    def _locked(self, host: str) -> _Host:
        self.folder.mkdir(exist_ok=True)
        return _Host(self.folder / hashlib.sha256(host.encode()).hexdigest()[:32])

    def _next(self, file: Path, now: float) -> float:
        try:
            ahead = file.stat().st_mtime
        except FileNotFoundError:
            return now
        return ahead if ahead <= now + _DAY + LONGEST else now

    def _put(self, file: Path, when: float) -> None:
        file.touch()
        os.utime(file, (when, when))


class _Host:
    """A host's file, while nobody else uses it."""

    def __init__(self, file: Path) -> None:
        self.file, self.lock = file, FileLock(f"{file}.lock")

    def __enter__(self) -> Path:
        self.lock.acquire()
        return self.file

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def seconds_of(retry_after: str, now: float) -> float | None:
    """What a Retry-After header says: seconds, or a date [RFC 9110, 10.2.3]; None for anything else."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _in_words(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else f"{seconds / 60:.0f} minutes"
