"""Locators: where a picture's bytes are, which part of them it is, and how to fetch them.

A file today; another kind is an entry in `SCHEMES`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from beholder.errors import BadPicture

_Stamp = tuple[int, int, int, str]  # size, mtime_ns, ctime_ns, inode: whoever puts a file's time back changes the third


class _Scheme(Protocol):
    """A way to fetch bytes. `value` is the part of a locator behind its scheme."""

    def open(self, value: str) -> BinaryIO:
        """The bytes, as a file on this disk that is open and can be read from any place.

        raises : BadPicture where it can be no picture, OSError where it cannot be read
        """
        ...

    def stamp(self, value: str) -> _Stamp:
        """What differs once the bytes have changed, found without reading them. raises : OSError"""
        ...

    def is_there(self, value: str) -> bool:
        """False too where it cannot be reached: a drive that does not answer, a folder that may not be entered."""
        ...


class _File:
    """A regular file by its path."""

    def open(self, value: str) -> BinaryIO:
        _check_regular(os.stat(value).st_mode)  # reading a pipe would wait for ever
        number = os.open(value, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            status = os.fstat(number)
            _check_regular(status.st_mode)  # it may have become another one meanwhile
            if status.st_size == 0 and os.read(number, 4096):
                # as in /proc: some never end
                raise BadPicture("not a regular file: it says that it is empty, and is not")
            return os.fdopen(number, "rb")
        except BaseException:
            os.close(number)
            raise

    def stamp(self, value: str) -> _Stamp:
        status = os.stat(value)
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, str(status.st_ino)

    def is_there(self, value: str) -> bool:
        return os.path.isfile(value)


def _check_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise BadPicture("a folder, not a file")
    if not stat.S_ISREG(mode):
        raise BadPicture("not a regular file")


SCHEMES: dict[str, _Scheme] = {"file": _File()}
_WEB = ("http", "https")
WHOLE = "whole"  # the crop that is all of a picture


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a picture's bytes are. `text` is what is kept of it; `str` is what people read: of a file, its path.

    Attributes
    ----------
    scheme
        one of `SCHEMES`
    value
        what that scheme reads, of a file its path
    crop
        which part of what is there the picture is, as `beholder.images.crops` writes it; `text` does not tell it
    """

    scheme: str
    value: str
    crop: str = WHOLE

    @classmethod
    def of(cls, path: Path | str) -> Locator:
        """Of a file."""
        return cls("file", os.fspath(path))

    @classmethod
    def parse(cls, text: str) -> Locator:
        """What `text` was made from."""
        scheme, _, value = text.partition(":")
        return cls(scheme, value)

    @property
    def text(self) -> str:
        return f"{self.scheme}:{self.value}"

    def part(self, crop: str) -> Locator:
        """The same place, of which the picture is this part."""
        return self if crop == self.crop else replace(self, crop=crop)

    def __str__(self) -> str:
        return self.value if self.scheme == "file" else self.text

    @property
    def path(self) -> Path | None:
        """Of a file; None for anything else."""
        return Path(self.value) if self.scheme == "file" else None

    @property
    def needs_network(self) -> bool:
        """Whether it is an address of the web, which nothing here fetches."""
        return self.scheme in _WEB and self.scheme not in SCHEMES

    @property
    def name(self) -> str:
        """The last part of it, as the name of a copy."""
        return Path(self.value if self.scheme not in _WEB else urlsplit(self.value).path).name

    def open(self) -> BinaryIO:
        """As `_Scheme.open`. raises : BadPicture also where this version knows no such scheme"""
        if self.needs_network:
            raise BadPicture(f"it needs the network: its picture is known by its link alone, {self.text[:200]}")
        if self.scheme not in SCHEMES:
            raise BadPicture(f"this version cannot fetch pictures by '{self.scheme}:'")
        return SCHEMES[self.scheme].open(self.value)

    def stamp(self) -> _Stamp:
        """As `_Scheme.stamp`. raises : OSError"""
        if self.scheme not in SCHEMES:
            raise FileNotFoundError(self.text)
        return SCHEMES[self.scheme].stamp(self.value)

    def is_there(self) -> bool:
        """Whether its bytes can be fetched now."""
        return self.scheme in SCHEMES and SCHEMES[self.scheme].is_there(self.value)
