"""A JPEG reduced to its picture: the segments that decode it, up to its end; what is behind belongs to nobody."""

from __future__ import annotations

import re
from typing import BinaryIO

from beholder.errors import BadPicture
from beholder.images.files import Part, length_of, spliced

_MAX_SCANS = 100  # a progressive JPEG has about ten; each one more costs a pass over all pixels
_MAX_NOTES = 16 * 1024**2  # bytes of EXIF, XMP and profile that are looked at
_MAX_HEAD = 32 * 1024**2  # bytes of everything that a decoder must have before the pixels
_MAX_SEGMENTS = 100_000
_MAX_JUNK = 65536
_BLOCK = 1 << 20
_SOFS = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_NOTES = ((0xE1, b"Exif\0\0"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0"), (0xE2, b"ICC_PROFILE\0"))
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_IN_PIXELS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends a scan: neither a stuffed byte nor a restart


class Jpeg:
    """What a JPEG is made of.

    Parameters
    ----------
    stream
        the file without the segments that no picture needs, and without what is behind it

    Attributes
    ----------
    held
        bytes that a decoder keeps until the last pass, where it must make several
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._file, self._end = stream, length_of(stream)
        self._parts: list[Part] = [b"\xff\xd8"]
        self._frame = b""
        self._progressive = False
        self.held = 0
        pixels = self._head()
        if pixels is not None:
            self._parts.append((pixels, self._picture_end(pixels)))
        self.stream = spliced(stream, self._parts)

    def _head(self) -> int | None:
        """Keeps the segments before the pixels. returns : where the first scan begins, None where there is none"""
        at, notes, head = 2, 0, 0
        for _ in range(_MAX_SEGMENTS):
            found = self._marker(at)
            if found is None:
                return None
            at, marker = found
            if marker == 0xD9:
                return None
            if marker in _ALONE:
                at += 2
                continue
            self._file.seek(at + 2)
            start = self._file.read(64)
            if len(start) < 2 or (size := int.from_bytes(start[:2], "big")) < 2:
                self._parts.append((at, min(at + 4, self._end)))
                return None
            stop = min(at + 2 + size, self._end)
            if any(marker == kind and start[2:].startswith(name) for kind, name in _NOTES):
                notes += size
                if notes <= _MAX_NOTES:
                    self._parts.append((at, stop))
            elif not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
                head += size
                if head > _MAX_HEAD:
                    raise BadPicture("the JPEG data is damaged: more tables than any picture needs")
                self._parts.append((at, stop))
            if marker in _SOFS:
                self._frame, self._progressive = start[2:size], marker in _PROGRESSIVE
            if marker == 0xDA:
                self._hold(scan_components=start[2] if len(start) > 2 else 0)
                return stop
            at = stop
        return None

    def _marker(self, at: int) -> tuple[int, int] | None:
        """(where, which) the next marker is; fill bytes and a little junk before it are passed over."""
        self._file.seek(at)
        ahead = self._file.read(4)
        if len(ahead) == 4 and ahead[0] == 0xFF and ahead[1] not in (0x00, 0xFF):
            return at, ahead[1]
        self._file.seek(at)
        found = re.search(rb"\xff[^\x00\xff]", self._file.read(_MAX_JUNK))
        return (at + found.start(), found[0][1]) if found else None

    def _hold(self, scan_components: int) -> None:
        """A decoder that makes several passes keeps every coefficient, in two bytes, at full size."""
        if len(self._frame) < 6 or not (self._progressive or scan_components < self._frame[5]):
            return
        height, width = int.from_bytes(self._frame[1:3], "big"), int.from_bytes(self._frame[3:5], "big")
        sampling = [(s >> 4, s & 15) for s in self._frame[7 : 6 + 3 * self._frame[5] : 3]]
        most = max((h for h, _ in sampling), default=1) * max((v for _, v in sampling), default=1) or 1
        self.held = 2 * width * height * sum(h * v for h, v in sampling) // most

    def _picture_end(self, pixels: int) -> int:
        """Behind the last byte that can belong to the pixels that start here."""
        if len(self._frame) < 6:
            return self._end
        samples = int.from_bytes(self._frame[1:3], "big") * int.from_bytes(self._frame[3:5], "big") * self._frame[5]
        end = min(self._end, pixels + 8 * samples + (4 << 20))  # no coder needs as much
        return self._last_scan(pixels, end) if self.held else end

    def _last_scan(self, at: int, end: int) -> int:
        """The end of the picture, found scan by scan. raises : BadPicture where there are too many"""
        scans, in_pixels = 1, True
        for _ in range(_MAX_SEGMENTS):
            found = self._marker(self._after_pixels(at, end) if in_pixels else at)
            if found is None or found[0] >= end:
                return end
            at, marker = found
            if marker == 0xD9:
                return at + 2
            in_pixels = marker == 0xDA
            scans += in_pixels
            if scans > _MAX_SCANS:
                break
            self._file.seek(at + 2)
            at += 2 + (0 if marker in _ALONE else int.from_bytes(self._file.read(2), "big"))
        raise BadPicture(f"a JPEG of {scans} passes or more; more than {_MAX_SCANS} are made only to waste time")

    def _after_pixels(self, at: int, end: int) -> int:
        while at < end:
            self._file.seek(at)
            block = self._file.read(min(_BLOCK, end - at))
            if found := _IN_PIXELS.search(block):
                return at + found.start()
            if len(block) < 2:
                return end
            at += len(block) - (block[-1] == 0xFF)
        return end
