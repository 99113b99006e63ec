"""Pictures as files in a zip that is sent while it is made, so that large ones take neither memory nor disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from beholder.errors import BadPicture
from beholder.facts import taken_of
from beholder.locator import WHOLE
from beholder.ranking import title_of
from beholder.types import Item

_AT_ONCE = 1 << 20  # bytes
_MISSING = "not there.txt"
_FIRST, _LAST = datetime(1980, 1, 1), datetime(2107, 12, 31)  # that a zip can say


class _Outgoing(RawIOBase):
    """What a zip is written to, and taken from before the next is written."""

    def __init__(self) -> None:
        self._waiting = list[bytes]()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        return len(self._waiting[-1])

    def take(self) -> bytes:
        data, self._waiting = b"".join(self._waiting), []
        return data


def zipped(items: Sequence[Item], part: Callable[[Item], bytes]) -> Iterator[bytes]:
    """A zip of the files of these pictures, byte for byte, the place of each in front of its name.

    Parameters
    ----------
    part
        of a picture that is a part of a photo, that part as JPEG; raises BadPicture

    Yields
    ------
    Its bytes. Pictures whose files cannot be read any more are named in "not there.txt".
    """
    sink, missing, digits = _Outgoing(), list[str](), len(str(len(items)))
    with ZipFile(sink, "w", ZIP_STORED) as book:
        for place, item in enumerate(items, 1):
            try:
                entry = ZipInfo(f"{place:0{digits}d} {_name(item)}", _time(item))
                with _opened(item, part) as source, book.open(entry, "w", force_zip64=True) as copy:
                    while data := source.read(_AT_ONCE):
                        copy.write(data)
                        yield sink.take()
            except (OSError, BadPicture):
                missing.append(f"{title_of(item)}: {item.locator}")
        if missing:
            book.writestr(_MISSING, "\n".join(["The files of these pictures are not where they were:", *missing, ""]))
    yield sink.take()


def _time(item: Item) -> tuple[int, int, int, int, int, int]:
    """When it was taken, else when its file was last changed, as a zip can say it. raises : OSError"""
    known = taken_of(item) or datetime.fromtimestamp(item.locator.stamp()[1] / 1e9)
    known = min(max(known, _FIRST), _LAST)
    return known.year, known.month, known.day, known.hour, known.minute, known.second


def _name(item: Item) -> str:
    name = item.locator.name
    return name if item.crop == WHOLE else f"{Path(name).stem} part.jpg"


def _opened(item: Item, part: Callable[[Item], bytes]) -> BinaryIO:
    """raises : BadPicture, OSError"""
    if item.gone:
        raise BadPicture("its file holds another picture now, or none")
    if item.crop == WHOLE:
        return item.locator.open()
    return BytesIO(part(item))
