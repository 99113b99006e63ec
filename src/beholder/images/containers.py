"""WEBP, AVIF and HEIF, whose decoders take the whole file: which part of it is the picture."""

from __future__ import annotations

from typing import BinaryIO

from beholder.errors import BadPicture
from beholder.images.files import length_of, spliced

_MAX_BYTES = 64 * 1024**2  # of one of these files, which are packed tightly; held in memory twice
_MAX_BOXES = 10_000
_BOXES = {b"ftyp", b"meta", b"mdat", b"moov", b"idat"}
_HEAD = 1 << 20  # bytes in which the settings of the codecs are looked for


def picture_of(stream: BinaryIO, kind: str) -> tuple[BinaryIO, int]:
    """(the file up to the end of its picture, how many bytes that is). raises : BadPicture where these are too many"""
    end = length_of(stream)
    end = min(end, _riff_end(stream)) if kind == "WEBP" else _boxes_end(stream, end)
    if end > _MAX_BYTES:
        most = f"{_MAX_BYTES / 1e6:.0f} MB"
        raise BadPicture(f"a file of {end / 1e6:.0f} MB; of a {named(kind)} no more than {most} are read")
    return spliced(stream, [(0, end)]), end


def named(kind: str) -> str:
    return "HEIC" if kind == "HEIF" else kind


def _riff_end(stream: BinaryIO) -> int:
    stream.seek(4)
    return int.from_bytes(stream.read(4), "little") + 8


def _boxes_end(stream: BinaryIO, end: int) -> int:
    """Behind the last box that a picture consists of; what follows is padding, a film or another file."""
    at, last, seen = 0, 0, set[bytes]()
    for _ in range(_MAX_BOXES):
        stream.seek(at)
        head = stream.read(16)
        name, length = head[4:8], int.from_bytes(head[:4], "big")
        if len(head) < 8 or not name.isalnum() or (name == b"ftyp" and seen):
            break
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # 0: to the end of the file
            return end
        at += length
        if name in _BOXES:
            seen.add(name)
            last = min(at, end)
    return last if {b"meta", b"moov"} & seen else end


def plane_bytes(stream: BinaryIO, kind: str, alpha: bool) -> float:
    """Bytes a pixel that a decoder takes for itself; the most that there is where the file does not say of what kind.

    WEBP keeps two copies of the first frame; AVIF and HEIF the planes they are coded in and some more, as measured.
    """
    if kind == "WEBP":
        return 8.0 - (4 if alpha else 3)
    stream.seek(0)
    head, found = stream.read(_HEAD), list[float]()
    name, size = (b"av1C", 4) if kind == "AVIF" else (b"hvcC", 20)
    at = head.find(name)
    while at >= 0 and len(box := head[at + 4 : at + 4 + size]) == size:
        if kind == "AVIF":
            deep, grey, narrow, low = (bool(box[2] & bit) for bit in (0x40, 0x10, 0x08, 0x04))
            colours = 1.0 if grey else 1 + 2 / ((1 + narrow) * (1 + low))
        else:
            deep, colours = bool(box[17] & 7), (1.0, 1.5, 2.0, 3.0)[box[16] & 3]
        found.append(colours * (1 + deep))
        at = head.find(name, at + 4)
    planes = max(found, default=6.0)
    planes += max(1.0, planes / 3) if alpha else 0
    return planes * (1.5 if kind == "AVIF" or planes == 1.5 else 2.25)
