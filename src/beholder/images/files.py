"""Files and parts of files: only what belongs to a picture is ever read."""

from __future__ import annotations

import hashlib
import io
import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from beholder.errors import BadPicture
from beholder.locator import Locator

MAX_FILE_BYTES = 2 * 1024**3  # a picture's file of more is not read: hashing it alone takes many seconds
MAX_READ = 16 * 1024**2  # bytes that one reading gives at most, however far apart a picture says its parts are
_BLOCK = 4 << 20
Part = bytes | tuple[int, int]  # bytes themselves, or (start, end) in the file


def fingerprint(source: Path | Locator, *, most: int | None = None, tick: Callable[[], None] = lambda: None) -> str:
    """sha256 of the file's bytes, in hex; as many as the file says it has, for some in /proc never end.

    Parameters
    ----------
    most
        bytes that a file may have, default any number
    tick
        called after every few megabytes; what it raises ends the reading

    Raises
    ------
    BadPicture
        for what is no regular file or longer than `most`
    OSError
        where it cannot be read
    """
    digest = hashlib.sha256()
    locator = source if isinstance(source, Locator) else Locator.of(source)
    with locator.open() as stream:
        left = os.fstat(stream.fileno()).st_size
        if most is not None and left > most:
            raise BadPicture(f"a file of {left / 1e9:.1f} GB; more than {most / 1e9:.1f} GB are not read as a picture")
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
            tick()
    return digest.hexdigest()


def length_of(stream: BinaryIO) -> int:
    """Bytes in the file; leaves the position where it was."""
    at = stream.tell()
    end = stream.seek(0, os.SEEK_END)
    stream.seek(at)
    return end


class _Spliced(io.RawIOBase):
    """A file to read that consists of these parts of another one, in this order, and of bytes put between them."""

    def __init__(self, stream: BinaryIO, parts: Sequence[Part], *, as_file: bool = False) -> None:
        self._stream, self._at, self._as_file = stream, 0, as_file
        self._parts = [part for part in parts if (len(part) if isinstance(part, bytes) else part[1] > part[0])]
        self._starts = [0]
        for part in self._parts:
            self._starts.append(self._starts[-1] + (len(part) if isinstance(part, bytes) else part[1] - part[0]))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        """Of the file behind, where its parts lie at the same places: libtiff reads by it."""
        if not self._as_file:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._starts[-1] - self._at)
        left = left if size is None or size < 0 else min(size, left, MAX_READ)
        blocks: list[bytes] = []
        while left and (block := self._some(left)):
            blocks.append(block)
            self._at += len(block)
            left -= len(block)
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def readinto(self, buffer: Any) -> int:
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def _some(self, size: int) -> bytes:
        """At most `size` bytes from here, of one part."""
        index = bisect_right(self._starts, self._at) - 1
        part, within = self._parts[index], self._at - self._starts[index]
        size = min(size, self._starts[index + 1] - self._at)
        if isinstance(part, bytes):
            return part[within : within + size]
        self._stream.seek(part[0] + within)
        return self._stream.read(size)


def spliced(stream: BinaryIO, parts: Sequence[Part], *, as_file: bool = False) -> BinaryIO:
    """A `_Spliced`, under the type that decoders ask for."""
    return cast(BinaryIO, _Spliced(stream, parts, as_file=as_file))
