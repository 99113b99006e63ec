"""Pictures of every format that is read, changed in places, opened as the product opens them."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from attacks.mutations import changed
from attacks.watched import Trial, Wrong
from beholder.errors import BadPicture
from beholder.images import open_image, render, size_of

SIZE = (57, 39)
SAVED: tuple[tuple[str, tuple[str, ...], tuple[dict[str, Any], ...]], ...] = (  # format, modes, ways of saving
    ("JPEG", ("RGB", "L", "CMYK"), ({}, {"progressive": True}, {"optimize": True, "subsampling": 0})),
    ("PNG", ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"), ({}, {"pnginfo": True})),
    ("GIF", ("P", "L", "1"), ({}, {"save_all": True})),
    ("WEBP", ("RGB", "RGBA"), ({}, {"lossless": True}, {"save_all": True})),
    (
        "TIFF", ("RGB", "RGBA", "L", "CMYK", "P", "1", "I;16", "I", "F", "YCbCr", "LAB"),
        ({}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"}, {"compression": "packbits"},
         {"big_tiff": True}, {"save_all": True}),
    ),
    ("TIFF", ("1",), ({"compression": "group3"}, {"compression": "group4"})),
    ("TIFF", ("RGB", "L"), ({"compression": "jpeg"}, {"tile": (16, 16)})),
    ("AVIF", ("RGB", "RGBA", "L"), ({"speed": 10},)),
    ("AVIF", ("RGB",), ({"speed": 10, "save_all": True},)),
    ("MPO", ("RGB",), ({"save_all": True},)),
    ("HEIF", ("RGB", "RGBA", "L"), ({}, {"save_all": True})),
)  # fmt: skip


def good() -> dict[str, bytes]:
    """A small picture of every format, mode and way of saving that this machine can write."""
    try:
        import pillow_heif

        pillow_heif.register_heif_opener()
    except ImportError:
        pass
    made = dict[str, bytes]()
    for format, modes, ways in SAVED:
        for mode in modes:
            for way in ways:
                name = " ".join([format, mode, *(f"{k}={v}" for k, v in way.items())])
                if data := _saved(format, mode, dict(way)):
                    made[name] = data
    return made


def _saved(format: str, mode: str, way: dict[str, Any]) -> bytes:
    """The bytes, b"" where this machine cannot write such a one."""
    image, other = (_picture(mode, seed) for seed in (0, 1))
    if way.get("save_all"):
        way["append_images"] = [other]
    if way.pop("pnginfo", None):
        way["pnginfo"] = _notes()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a picture"
    out = BytesIO()
    try:
        image.save(out, format, **way, **({"exif": exif} if format in ("JPEG", "PNG", "WEBP") else {}))
    except (OSError, ValueError, KeyError, RuntimeError):
        return b""
    return out.getvalue()


def _notes() -> Any:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("a", "b" * 300, zip=True)
    notes.add_itxt("c", "é" * 100, zip=True)
    return notes


def _picture(mode: str, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)).resize(SIZE)
    if mode == "I;16":
        return Image.fromarray((np.asarray(coarse.convert("L"), np.uint16) * 250).astype(np.uint16))
    if mode == "LAB":
        return Image.frombytes("LAB", SIZE, coarse.tobytes())
    if mode in ("I", "F"):
        return coarse.convert("L").convert(mode)
    return coarse.quantize(16) if mode == "P" else coarse.convert(mode)


def pictures(folder: Path) -> Trial:
    """Opens a changed picture whole, small and as a page shows it; what opens is RGB and of the size that was told."""
    seeds = good()
    names, datas = list(seeds), list(seeds.values())
    path = folder / "picture"

    def trial(rng: random.Random, _: Path) -> str:
        name = rng.choice(names)
        data = changed(rng, seeds[name], datas)
        if name.startswith("PNG") and rng.random() < 0.7:  # else all but its checksums is hardly reached
            data = with_checksums(data)
        path.write_bytes(data)
        said = [_opened(path, side) for side in (None, 512, 16)]
        told = _reason_or(lambda: size_of(path))
        if isinstance(said[0], tuple) and said[0] != told:
            raise Wrong(f"opened as {said[0]}, its head says {told}")
        if isinstance(said[0], tuple) and rng.random() < 0.1:
            render(path, 320)
        return next((one for one in [*said, told] if isinstance(one, str)), "opened")

    return trial


def _opened(path: Path, side: int | None) -> tuple[int, int] | str:
    """Its size, or why it does not open."""

    def work() -> tuple[int, int]:
        image = open_image(path, max_side=side)
        if image.mode != "RGB" or image.info or min(image.size) < 1 or (side and max(image.size) > side):
            raise Wrong(f"opened as {image.mode} of {image.size} for a side of {side}, with {image.info}")
        return image.size

    return _reason_or(work)


def _reason_or(work: Any) -> Any:
    try:
        return work()
    except BadPicture as error:
        if not 8 < len(str(error)) < 500 or not str(error).isprintable():
            raise Wrong(f"no sentence: {error!r:.300}") from error
        return str(error)


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks all have the right checksum, as far as they can be walked."""
    out, at = bytearray(data[:8]), 8
    for name, body in _chunks(data):
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        at += 12 + len(body)
    return bytes(out) + data[at:]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
