"""Which format a file is, by its content: the name may lie."""

from __future__ import annotations

import os
from typing import BinaryIO

from beholder.errors import BadPicture

SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".tif", ".tiff"}
    | {".avif", ".heic", ".heif", ".hif"}
)
HEAD = 4096  # bytes that `sniff` wants to see
_MAX_BLOCKS = 1_000_000  # that are walked to see whether a file is whole

_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_AVIF = {b"avif", b"avis"}
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}

# What people hand in by mistake, and what to do about it.
_OTHERS = (
    (b"BM", "BMP is not read; save it as PNG"),
    (b"8BPS", "a Photoshop file is not read; export it as PNG or JPEG"),
    (b"%PDF", "a PDF is not read; export its pages as PNG"),
    (b"%!PS", "PostScript is not read; export it as PNG"),
    (b"\0\0\x01\0", "an icon file is not read; save it as PNG"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 is not read; save it as JPEG or PNG"),
    (b"\xffO\xffQ", "JPEG 2000 is not read; save it as JPEG or PNG"),
    (b"\xff\x0a", "JPEG XL is not read; save it as JPEG or PNG"),
    (b"\0\0\0\x0cJXL ", "JPEG XL is not read; save it as JPEG or PNG"),
    (b"PK\x03\x04", "it is a zip, not a picture; give it as the source itself, with the ending .zip"),
    (b"version https://git-lfs", "it is a Git LFS pointer, not the picture; fetch it with: git lfs pull"),
)
_NOT_A_PICTURE = (
    "not a picture: its first bytes are those of no format that is read (JPEG, PNG, WEBP, GIF, TIFF, AVIF, HEIC)"
)


def sniff(head: bytes) -> str:
    """JPEG, PNG, WEBP, GIF, TIFF, AVIF or HEIF, told from the first `HEAD` bytes of a file.

    Raises
    ------
    BadPicture
        with the reason for everything else
    """
    if not head:
        raise BadPicture("the file is empty (0 bytes)")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _iso_kind(head)
    raise BadPicture(_other(head))


def _iso_kind(head: bytes) -> str:
    length = max(16, int.from_bytes(head[:4], "big"))
    box = head[8 : min(length, 256)]
    brands = {box[i : i + 4] for i in range(0, len(box) - 3, 4)}
    if brands & _AVIF:
        return "AVIF"
    if brands & _HEIF:
        return "HEIF"
    raise BadPicture("it is a film or a sound, not a picture")


def _other(head: bytes) -> str:
    for magic, reason in _OTHERS:
        if head.startswith(magic):
            return reason
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in text:
        return "SVG is not read; export it as PNG"
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is a web page, not a picture; save the picture itself"
    if not head.strip(b"\0"):
        return "the file holds nothing but zeros; copy or download it again"
    return "the file ends too early" if len(head) < 12 and _begins(head) else _NOT_A_PICTURE


def _begins(head: bytes) -> bool:
    """True where these few bytes could be the start of a picture that was cut off."""
    starts = [magic for magic, _ in _MAGIC] + [b"RIFF"]
    return any(start.startswith(head) or head.startswith(start) for start in starts)


def ends_early(kind: str, stream: BinaryIO) -> bool:
    """True where the file's own structure says that its end is missing. For the words of an error, after the fact."""
    end = stream.seek(0, os.SEEK_END)
    if kind in ("JPEG", "GIF"):
        stream.seek(max(0, end - HEAD))
        tail = stream.read(HEAD)
        return b"\xff\xd9" not in tail if kind == "JPEG" else not tail.rstrip(b"\0").endswith(b"\x3b")
    stream.seek(0)
    head = stream.read(16)
    if kind == "TIFF":
        order = "little" if head[:2] == b"II" else "big"
        return int.from_bytes(head[4:8], order) + 2 > end  # type: ignore[arg-type]
    if kind == "WEBP":
        return int.from_bytes(head[4:8], "little") + 8 > end
    return _blocks_end_early(stream, end, png=kind == "PNG")


def _blocks_end_early(stream: BinaryIO, end: int, png: bool) -> bool:
    """Walks PNG chunks (length after the name and the checksum) or ISO boxes (length of the whole box)."""
    at = 8 if png else 0
    for _ in range(_MAX_BLOCKS):
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:
            break
        length = int.from_bytes(head[:4], "big")
        if png and head[4:] == b"IEND":
            return False
        if not png and length < 8:  # 0: to the end of the file, 1: a 64-bit length
            return False
        at += length + (12 if png else 0)
    return at > end or png
