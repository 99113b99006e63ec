"""Makes what the tests of pictures and sources feed in: pictures of every kind, damaged ones, profiles, zips."""

from __future__ import annotations

import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (40, 60, 210), (250, 250, 250)


def picture(width: int = 48, height: int = 32) -> Image.Image:
    """Four plain quarters, each of its own colour: no two of its eight orientations look the same."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def noise(width: int = 48, height: int = 32, seed: int = 0) -> Image.Image:
    """Smooth noise with some grain: what compresses to more than a few bytes."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize((width, height), 3)
    grain = rng.integers(-12, 13, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def flipped(data: bytes, seed: int, bits: int = 6) -> bytes:
    """`data` with some bits turned over, half of them among the first 200 bytes."""
    rng, out = np.random.default_rng(seed), bytearray(data)
    for i in range(bits):
        at = int(rng.integers(0, min(200, len(out)) if i % 2 else len(out)))
        out[at] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, body: bytes = b"", depth: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """A PNG that says it is of this size, whatever it holds."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


@cache
def kinds() -> dict[str, bytes]:
    """One small good picture of every kind that is read."""
    plain, grey16 = noise(), Image.fromarray(np.arange(48 * 32, dtype=np.uint16).reshape(32, 48) * 40)
    frames = [noise(seed=seed) for seed in (1, 2)]
    clear = plain.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(plain.size))
    palette = plain.quantize(16)
    made = {
        "jpeg": encoded(plain, "JPEG", quality=90, exif=exif(6)),
        "jpeg-progressive": encoded(plain, "JPEG", progressive=True),
        "jpeg-grey": encoded(plain.convert("L"), "JPEG"),
        "jpeg-cmyk": encoded(plain.convert("CMYK"), "JPEG"),
        "png": encoded(plain, "PNG"),
        "png-rgba": encoded(clear, "PNG"),
        "png-palette": encoded(palette, "PNG", transparency=3),
        "png-1bit": encoded(plain.convert("1"), "PNG"),
        "png-16bit": encoded(grey16, "PNG"),
        "gif-animated": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "webp": encoded(plain, "WEBP"),
        "webp-animated": encoded(clear, "WEBP", save_all=True, append_images=frames[1:], lossless=True),
        "tiff": encoded(plain, "TIFF"),
        "tiff-lzw": encoded(plain, "TIFF", compression="tiff_lzw"),
        "tiff-16bit": encoded(grey16, "TIFF"),
        "tiff-cmyk": encoded(plain.convert("CMYK"), "TIFF"),
        "tiff-float": encoded(Image.fromarray(np.linspace(0, 1, 48 * 32, dtype=np.float32).reshape(32, 48)), "TIFF"),
        "avif": encoded(plain, "AVIF", speed=10),
    }
    return made | heic(plain)


def tiff_of(pixels: bytes, width: int, height: int, bits: int, **tags: int | tuple[int, ...]) -> bytes:
    """A little-endian TIFF of one strip. tags : by number, as `t339=3`; one number or as many as there are channels"""
    samples = bits if isinstance(bits, tuple) else (bits,)
    entries: dict[int, tuple[int, ...]] = {
        256: (width,), 257: (height,), 258: samples, 259: (1,), 262: (2 if len(samples) > 2 else 1,), 273: (0,),
        277: (len(samples),), 278: (height,), 279: (len(pixels),),
    }  # fmt: skip
    entries |= {int(tag[1:]): value if isinstance(value, tuple) else (value,) for tag, value in tags.items()}
    behind, directory, at = b"", b"", 8 + 2 + 12 * len(entries) + 4
    size = sum(4 * len(value) for value in entries.values() if len(value) > 1)
    for tag, value in sorted(entries.items()):
        value = (at + size,) if tag == 273 and value == (0,) else value
        if len(value) > 1:
            directory += struct.pack("<HHII", tag, 4, len(value), at + len(behind))
            behind += struct.pack(f"<{len(value)}I", *value)
        else:
            directory += struct.pack("<HHII", tag, 4, 1, *value)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + directory + b"\0" * 4 + behind + pixels


def heic(image: Image.Image, **options: object) -> dict[str, bytes]:
    try:
        import pillow_heif
    except ImportError:
        return {}
    out = BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=90, **options)
    return {"heic": out.getvalue()}


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """sRGB with red and blue changed over: the tag table points each to the other's primary."""
    data = bytearray(srgb_profile())
    red, blue = data.index(b"rXYZ", 128), data.index(b"bXYZ", 128)
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def p3_profile() -> bytes:
    """sRGB's curve with the primaries of Display P3 (D50): a wide gamut."""
    primaries = {
        b"rXYZ": (0.5151, 0.2412, -0.0011),
        b"gXYZ": (0.2920, 0.6922, 0.0419),
        b"bXYZ": (0.1571, 0.0666, 0.7841),
    }
    data = bytearray(srgb_profile())
    for name, xyz in primaries.items():
        tag = data.index(name, 128)
        at = int.from_bytes(data[tag + 4 : tag + 8], "big") + 8
        data[at : at + 12] = struct.pack(">iii", *(round(v * 65536) for v in xyz))
    return bytes(data)


def ink_profile() -> bytes:
    """A CMYK profile of a press that prints black ink alone: lightness is 1 - K, the other inks do nothing."""
    corners = bytes(v for i in range(16) for v in ((0 if i & 1 else 255), 128, 128))  # K varies fastest
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut = b"mft1\0\0\0\0\x04\x03\x02\0" + identity + ramp * 4 + corners + ramp * 3
    head = struct.pack(">I4sI4s4s4s", 128 + 4 + 12 + len(lut), b"lcms", 0x02100000, b"prtr", b"CMYK", b"Lab ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", 144, len(lut)) + lut


def zip_of(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


class _Named(zipfile.ZipInfo):
    """A member under a name of any bytes, in no encoding that the zip tells."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("latin-1"), self.flag_bits & ~0x800


def zip_in_page(path: Path, members: dict[bytes, bytes], *, field: str = "") -> Path:
    """A zip as machines without Unicode make it. field: the encoding of the names, told in Info-ZIP's Unicode field."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            info = _Named("x")
            info.filename = name.decode("latin-1")
            if field:
                body = struct.pack("<BI", 1, zlib.crc32(name)) + name.decode(field).encode()
                info.extra = struct.pack("<HH", 0x7075, len(body)) + body
            archive.writestr(info, data)
    return path


def with_flag(path: Path, flag: int = 1) -> Path:
    """The zip with this bit set in every member's flags, in both of its headers; 1 says that they are encrypted."""
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= flag
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    return path


def folder_of(folder: Path, *names: str) -> Path:
    """A folder with a small picture under each of these names, each of other bytes."""
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(Image.new("RGB", (8, 6), (i * 7 % 256, 90, 90)), "PNG"))
    return folder
