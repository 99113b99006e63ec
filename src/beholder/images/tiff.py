"""A TIFF's first directory: what its decoder will need, what it may leave out, and which kinds are not read."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import TiffImagePlugin

from beholder.errors import BadPicture
from beholder.images.files import MAX_READ, length_of, spliced

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_FORMATS = {1: "whole numbers", 2: "signed whole numbers", 3: "floats", 5: "complex whole numbers", 6: "complex floats"}
_COLOURS = {0: "grey", 1: "grey", 2: "RGB", 3: "a palette", 5: "CMYK", 6: "YCbCr", 8: "Lab"}
_WIDTH, _HEIGHT, _BITS, _PACKING, _COLOUR = 256, 257, 258, 259, 262
_OFFSETS, _TURNED, _SAMPLES, _ROWS, _LENGTHS, _PLANAR = 273, 274, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS, _FORMAT, _PROFILE = 322, 323, 324, 325, 339, 34675
# What a decoder needs; layers, notes and other programs' own tags, up to gigabytes of them, are hidden from it.
_NEEDED = {
    *(_WIDTH, _HEIGHT, _BITS, _PACKING, _COLOUR, _OFFSETS, _TURNED, _SAMPLES, _ROWS, _LENGTHS, _PLANAR),
    *(_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS, _FORMAT, _PROFILE),
    *(266, 292, 293, 317, 320, 332, 338, 347, 512, 513, 514, 519, 520, 521, 529, 530, 531, 532, 0xBC01),
}
_MAX_NEEDED = 64 * 1024**2  # bytes of the tags above: the places of 8 million strips, or a very long profile
_COMMON = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946}  # packed in a way that every libtiff unpacks
_NATIVE = {"F;32BF": "F;32NF", "F;32F": "F;32NF"} | {
    f"I;{bits}{order}": f"I;{bits}N{sign}" for bits in (16, 32) for order, sign in (("BS", "S"), ("S", "S"))
}


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    type: int
    count: int
    value: bytes  # the value itself, or where it is

    @property
    def size(self) -> int:
        return _SIZES.get(self.type, 1) * self.count


class Tiff:
    """The first directory of a TIFF.

    Parameters
    ----------
    stream
        the same file, with a directory that names only what a decoder needs

    Attributes
    ----------
    notes
        bytes behind the tags that were left out
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._file, self._end = stream, length_of(stream)
        self.stream, self.notes = stream, 0
        self._entries: dict[int, _Entry] = {}
        self._order = "<"
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        head = self._file.read(16)
        self._file.seek(0)
        big = 43 in head[2:4]
        self._order = "<" if head[:2] == b"II" else ">"
        if len(head) < (16 if big else 8):
            return
        (at,) = struct.unpack_from(self._order + ("Q" if big else "I"), head, 8 if big else 4)
        count_size, entry_size, inline, number = (8, 20, 8, "Q") if big else (2, 12, 4, "I")
        if at >= self._end:
            return
        self._file.seek(at)
        found = self._file.read(count_size)
        count = int.from_bytes(found, "little" if self._order == "<" else "big")
        block = self._file.read(entry_size * min(count, 65535))
        self._file.seek(0)
        raw = [block[i : i + entry_size] for i in range(0, len(block) - entry_size + 1, entry_size)]
        if len(raw) < count:
            return
        kept = bytearray()
        for each in raw:
            tag, type_, values = struct.unpack_from(self._order + "HH" + number, each)
            entry = _Entry(tag, type_, values, each[-inline:])
            if entry.tag in _NEEDED:
                self._entries.setdefault(entry.tag, entry)
                kept += each
            elif entry.size > inline:
                self.notes += min(entry.size, self._end)
        if sum(e.size for e in self._entries.values() if e.size > inline) > _MAX_NEEDED:
            raise BadPicture("the TIFF data is damaged: its directory is larger than any picture needs")
        shorter = (len(kept) // entry_size).to_bytes(count_size, "little" if self._order == "<" else "big")
        new = shorter + bytes(kept) + bytes(inline)  # and no further picture
        self.stream = spliced(self._file, [(0, at), new, (at + len(new), self._end)], as_file=_has_number(self._file))

    def _numbers(self, tag: int) -> list[int]:
        """The tag's whole numbers, the first few hundred; none where it is missing, damaged or of another type."""
        entry = self._entries.get(tag)
        letter = {1: "B", 3: "H", 4: "I", 16: "Q"}.get(entry.type) if entry else None
        if entry is None or letter is None:
            return []
        data = entry.value
        if entry.size > len(data):
            order = "little" if self._order == "<" else "big"
            self._file.seek(int.from_bytes(data, order))  # type: ignore[arg-type]
            data = self._file.read(min(entry.size, 4096))
        size = _SIZES[entry.type]
        count = min(entry.count, len(data) // size)
        return list(struct.unpack_from(f"{self._order}{count}{letter}", data))

    def _number(self, tag: int, default: int) -> int:
        return next(iter(self._numbers(tag)), default)

    @property
    def turned(self) -> bool:
        return self._number(_TURNED, 1) in range(2, 9)

    @property
    def white_is_zero(self) -> bool:
        return self._number(_COLOUR, 1) == 0

    def held(self) -> int:
        """Bytes that the decoder keeps beside the picture: one strip or tile, and for libtiff the file it maps."""
        bits = self._numbers(_BITS) or [1]
        width, height = self._number(_WIDTH, 0), self._number(_HEIGHT, 0)
        planar = self._number(_PLANAR, 1) == 2
        depth = max(bits) * (1 if planar else max(len(bits), self._number(_SAMPLES, 1)))
        if _TILE_OFFSETS in self._entries:
            columns, rows = self._number(_TILE_WIDTH, width), self._number(_TILE_HEIGHT, height)
        else:
            columns, rows = width, min(self._number(_ROWS, height), height)
        block = (columns * depth + 7) // 8 * rows
        if planar:
            block *= max(len(bits), self._number(_SAMPLES, 1))
        if self._number(_PACKING, 1) == 1:
            return 2 * min(block, MAX_READ)
        return block + min(self._end, self._packed()) + self.notes

    def _packed(self) -> int:
        """Bytes of the packed pixels at most."""
        entry = self._entries.get(_TILE_LENGTHS) or self._entries.get(_LENGTHS)
        known = self._numbers(entry.tag) if entry else []
        return sum(known) if entry and len(known) == entry.count else self._end

    def open(self) -> TiffImagePlugin.TiffImageFile:
        """Raises
        ------
        BadPicture
            for a kind that Pillow has no pixels for; whatever Pillow raises for damage
        """
        try:
            image = TiffImagePlugin.TiffImageFile(self.stream)
        except (SyntaxError, OSError, ValueError) as error:
            if (kind := self._kind()) is None:
                raise
            raise BadPicture(f"this kind of TIFF is not read ({kind}); save it as RGB of 8 or 16 bits") from error
        self._mend(image)
        return image

    def unpacked_oddly(self) -> bool:
        """True where it is packed in a way that not every libtiff unpacks."""
        return self._number(_PACKING, 1) not in _COMMON

    def _kind(self) -> str | None:
        """What the pixels are, in words; None where the directory makes no sense."""
        bits, colour = self._numbers(_BITS) or [1], self._number(_COLOUR, -1)
        formats, packing = self._numbers(_FORMAT) or [1], self._number(_PACKING, 1)
        sizes = self._number(_WIDTH, 0), self._number(_HEIGHT, 0)
        if min(sizes) < 1 or not all(1 <= b <= 128 for b in bits) or not all(1 <= f <= 6 for f in formats):
            return None
        if not {_OFFSETS, _TILE_OFFSETS} & set(self._entries) or packing < 1:
            return None
        if packing not in TiffImagePlugin.COMPRESSION_INFO:
            return f"packed by method {packing}"
        samples = max(len(bits), self._number(_SAMPLES, 1))
        words = f"{samples} channels" if colour not in _COLOURS or samples > 4 else _COLOURS[colour]
        return f"{words}, {_FORMATS.get(max(formats), 'numbers')} of {max(bits)} bits"

    def _mend(self, image: TiffImagePlugin.TiffImageFile) -> None:
        """Two kinds that Pillow reads as noise: deep numbers that libtiff has put in this machine's order, and deep
        colours in separate planes that no program has packed."""
        planes = self._number(_PLANAR, 1) == 2 and max(self._numbers(_BITS) or [1]) > 8 and len(image.getbands()) > 1
        if planes and image.tile and image.tile[0].codec_name != "libtiff":
            width, height = self._number(_WIDTH, 0), self._number(_HEIGHT, 0)
            raw = {"RGB": "RGB;16N", "RGBA": "RGBA;16N", "CMYK": "CMYK;16N"}.get(image.mode)
            if raw is None:
                raise BadPicture(f"this kind of TIFF is not read ({self._kind()}); save it as RGB of 8 or 16 bits")
            image.use_load_libtiff = True
            whole: tuple[object, ...] = (raw, False, image.tag_v2.offset)
            tile = image.tile[0]._replace(codec_name="libtiff", extents=(0, 0, width, height), offset=0, args=whole)
            image.tile = [tile]
        elif image.tile and image.tile[0].codec_name == "libtiff":
            args = image.tile[0].args or ()
            if isinstance(args, tuple) and args[0] in _NATIVE:
                image.tile = [image.tile[0]._replace(args=(_NATIVE[args[0]], *args[1:]))]


def _has_number(stream: BinaryIO) -> bool:
    try:
        return os.fstat(stream.fileno()).st_size >= 0
    except (OSError, AttributeError):
        return False
