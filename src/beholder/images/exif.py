"""When a camera took a picture, as its EXIF says: read from the few bytes that say it, whatever the file's size."""

from __future__ import annotations

import struct
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from beholder.dates import read_date
from beholder.images import png

_BEGINS = b"Exif\0\0"
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_EXIF, _TAKEN, _DIGITIZED = 34665, 36867, 36868  # plain DateTime, 306, is when a program last changed it
_LONGEST = 64  # bytes of a date
_MOST_SEGMENTS = 1000
_Entries = dict[int, tuple[int, bytes]]  # tag -> (how many bytes its text has, the text itself or where it is)


def date_in(stream: BinaryIO, kind: str) -> datetime | None:
    """When it was taken, else digitized; None where neither is told. kind : JPEG, PNG or TIFF. raises : struct.error"""
    if kind == "TIFF":
        return date_of_tags(stream)
    block = _of_jpeg(stream) if kind == "JPEG" else png.picture_of(stream)[1].get("exif", b"")
    return date_of_tags(BytesIO(block.removeprefix(_BEGINS)))


def date_of_tags(file: BinaryIO) -> datetime | None:
    """The same of EXIF by itself, which is a TIFF without a picture."""
    file.seek(0)
    head = file.read(8)
    if (order := _ORDERS.get(head[:4])) is None:
        return None
    entries = _entries(file, order, head[4:])
    if _EXIF in entries:
        entries |= _entries(file, order, entries[_EXIF][1])
    dates = (read_date(_text(file, order, *entries[tag])) for tag in (_TAKEN, _DIGITIZED) if tag in entries)
    return next(filter(None, dates), None)


def _entries(file: BinaryIO, order: str, place: bytes) -> _Entries:
    """The directory at this place."""
    file.seek(*struct.unpack(f"{order}I", place))
    (count,) = struct.unpack(f"{order}H", file.read(2))
    block = file.read(12 * count)
    told = struct.iter_unpack(f"{order}HHI4s", block[: len(block) // 12 * 12])
    return {tag: (length, value) for tag, _, length, value in told}


def _text(file: BinaryIO, order: str, length: int, value: bytes) -> str:
    if 4 < length <= _LONGEST:
        file.seek(*struct.unpack(f"{order}I", value))
        value = file.read(length)
    return value.decode("latin-1")


def _of_jpeg(stream: BinaryIO) -> bytes:
    """The segment with EXIF, which is before the pixels; b"" where there is none."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        stream.seek(at)
        head = stream.read(10)
        if len(head) < 10 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):
            break
        length = int.from_bytes(head[2:4], "big")
        if head[1] == 0xE1 and head[4:] == _BEGINS:
            return stream.read(length - 8)
        at += 1 if head[1] == 0xFF else 2 + length
    return b""
