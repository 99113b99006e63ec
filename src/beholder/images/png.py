"""A PNG reduced to its picture: what else is in the file is passed over, whatever its size."""

from __future__ import annotations

import zlib
from typing import Any, BinaryIO

from beholder.errors import BadPicture
from beholder.images.files import Part, length_of, spliced

_MAX_UNPACKED = 64 * 1024**2  # bytes of all packed profiles and texts of one file: no real ones come near
_MAX_PLAIN = 16 * 1024**2  # bytes of EXIF or XMP that are looked at for the orientation
_MAX_CHUNKS = 1_000_000
_STEP = 1 << 20
_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_XMP, _RAW_EXIF = b"XML:com.adobe.xmp", b"Raw profile type exif"


def picture_of(stream: BinaryIO) -> tuple[BinaryIO, dict[str, Any]]:
    """(the same PNG without its other chunks, what those say that counts: icc_profile, exif, xmp).

    It stands in `info` before the pixels are read, also where the file has it behind them.

    Raises
    ------
    BadPicture
        where packed text would fill the memory
    """
    return _Walk(stream).run()


class _Walk:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.end = stream, length_of(stream)
        self.parts: list[Part] = [(0, 8)]
        self.info: dict[str, Any] = {}
        self.unpacked = 0

    def run(self) -> tuple[BinaryIO, dict[str, Any]]:
        at = 8
        for _ in range(_MAX_CHUNKS):
            self.stream.seek(at)
            head = self.stream.read(8)
            name, start = head[4:], at + 8
            if len(head) < 8 or not name.isalpha():  # cut off or damaged: the decoder says what it makes of that
                self._keep(at, self.end)
                break
            stop = start + int.from_bytes(head[:4], "big")
            if name in _PICTURE:
                self._keep(at, min(stop + 4, self.end))
            elif stop > self.end:
                self._keep(at, at + 8)
                break
            else:
                self._note(name, start, stop)
            if name == b"IEND":
                break
            at = stop + 4
        else:
            raise BadPicture(f"a PNG of more than {_MAX_CHUNKS} parts; so many are made only to waste time")
        return spliced(self.stream, self.parts), self.info

    def _keep(self, start: int, end: int) -> None:
        last = self.parts[-1]
        if isinstance(last, tuple) and last[1] == start:
            self.parts[-1] = (last[0], end)
        else:
            self.parts.append((start, end))

    def _note(self, name: bytes, start: int, stop: int) -> None:
        if name == b"eXIf" and "exif" not in self.info and stop - start <= _MAX_PLAIN:
            self.info["exif"] = b"Exif\0\0" + self._read(start, stop)
        elif name == b"iCCP":
            self._profile(start, stop)
        elif name in (b"zTXt", b"iTXt", b"tEXt"):
            self._text(name, start, stop)

    def _read(self, start: int, stop: int) -> bytes:
        self.stream.seek(start)
        return self.stream.read(stop - start)

    def _profile(self, start: int, stop: int) -> None:
        head = self._read(start, min(stop, start + 82))
        text = head.find(b"\0")
        if text >= 0 and head[text + 1 : text + 2] == b"\0":
            profile = self._unpack(start + text + 2, stop)
            if profile is not None:
                self.info.setdefault("icc_profile", profile)

    def _text(self, name: bytes, start: int, stop: int) -> None:
        """Text of any size is passed over; that which may turn the picture is kept."""
        head = self._read(start, min(stop, start + 400))
        key, _, rest = head.partition(b"\0")
        packed, body = name == b"zTXt", start + len(key) + 1 + (name == b"zTXt")
        if name == b"iTXt":
            packed = rest[:1] == b"\1"
            language = head.find(b"\0", len(key) + 3)
            translated = head.find(b"\0", language + 1)
            if language < 0 or translated < 0:
                return
            body = start + translated + 1
        value = self._unpack(body, stop) if packed else None
        if key in (_XMP, _RAW_EXIF):
            plain = value if packed else self._read(body, min(stop, body + _MAX_PLAIN))
            if plain is not None and key == _XMP:
                self.info.setdefault("xmp", plain)
            elif plain is not None:
                self.info.setdefault(_RAW_EXIF.decode(), plain.decode("latin-1"))

    def _unpack(self, start: int, stop: int) -> bytes | None:
        """What this holds; None where it is damaged, which costs only itself."""
        unpack, out = zlib.decompressobj(), list[bytes]()
        self.stream.seek(start)
        left = stop - start
        try:
            while left > 0 and not unpack.eof:
                packed = self.stream.read(min(_STEP, left))
                left -= len(packed)
                while packed:
                    out.append(unpack.decompress(packed, _STEP))
                    self.unpacked += len(out[-1])
                    if self.unpacked > _MAX_UNPACKED:
                        raise BadPicture(
                            f"the PNG data is damaged: its text unpacks to more than {_MAX_UNPACKED >> 20} MB"
                        )
                    packed = unpack.unconsumed_tail
        except zlib.error:
            return None
        return b"".join(out)
