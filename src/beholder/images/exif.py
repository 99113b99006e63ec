"""When a camera took a picture, as its EXIF says: read from the few bytes that say it, whatever the file's size."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from PIL import ExifTags, Image

from beholder.dates import read_date
from beholder.images import png

_BEGINS = b"Exif\0\0"
_SAID = ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized  # DateTime is when a program last changed it
_MOST_SEGMENTS = 1000


def date_in(stream: BinaryIO, kind: str) -> datetime | None:
    """When it was taken, else digitized; None where neither is told. kind : JPEG, PNG or TIFF. raises : Exception"""
    if kind == "TIFF":
        stream.seek(0)
        return _date_of(Image.Image.getexif(Image.open(stream, formats=["TIFF"])))
    return date_of_tags(_of_jpeg(stream) if kind == "JPEG" else png.picture_of(stream)[1].get("exif", b""))


def date_of_tags(block: bytes) -> datetime | None:
    """The same of EXIF by itself."""
    tags = Image.Exif()
    tags.load(block)
    return _date_of(tags)


def _date_of(tags: Image.Exif) -> datetime | None:
    own = tags.get_ifd(ExifTags.IFD.Exif)
    dates = (read_date(str(own[tag])) for tag in _SAID if tag in own)
    return next(filter(None, dates), None)


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
