"""The one canonical way to open a picture. Whatever the bytes: RGB, or BadPicture with a reason a person can read."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from PIL import (
    AvifImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from beholder.config import settings
from beholder.errors import BadPicture, MissingExtra
from beholder.images.colour import to_srgb
from beholder.images.formats import HEAD, ends_early, sniff

Picture = Path | bytes | BinaryIO

# The plugins themselves, not Image.open: that one holds a second pixel limit, global to the process and only a warning.
_OPENERS: dict[str, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.jpeg_factory,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MAX_SCANS = 100  # a progressive JPEG has about ten; each one more costs a pass over all pixels
_TAIL = 65536
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else its words go to stderr, beside the reason
_QUIET = ("ignore", None, Warning, re.compile(r"(PIL|pillow_heif)\b"), 0)


def open_image(source: Picture, *, max_side: int | None = None, max_pixels: int | None = None) -> Image.Image:
    """A picture as everything else in Beholder sees it: RGB in sRGB, upright, transparency over mid-grey, first frame.

    source : a path, the bytes, or an open binary file
    max_side : reduce so that the longer side is at most this; a large JPEG is then decoded at a fraction of its size
    max_pixels : refuse a picture of more, before decoding it; default `settings().max_pixels`
    raises : BadPicture, with the reason, for any bytes that cannot be shown
    """
    limit = settings().max_pixels if max_pixels is None else max_pixels
    with _opened(source) as stream, _header(stream, limit) as (image, kind):
        target = _fitted(image.size, max_side)
        if kind == "JPEG" and target != image.size:
            image.draft(None, target)  # holds for this object only: a copy() before load() would decode in full
        image.load()
        upright = _turned(to_srgb(image, target), _orientation(image))
        upright.info.clear()  # else a comment or a profile goes along into every re-encoding
        return upright


def size_of(source: Picture) -> tuple[int, int]:
    """(width, height) in pixels as the picture is seen, read from its header alone.

    raises : BadPicture as `open_image`, as far as the header shows it
    """
    with _opened(source) as stream, _header(stream, settings().max_pixels) as (image, kind):
        if kind == "PNG" and "exif" not in image.info and _late_exif(stream):
            image.load()
        width, height = image.size  # TIFF: already swapped by Pillow
        turned = kind != "TIFF" and _orientation(image) >= 5
        return (height, width) if turned else (width, height)


def render(path: Path, side: int, format: Literal["JPEG", "WEBP"] = "JPEG") -> bytes:
    """The picture encoded anew, without metadata, longer side at most `side` pixels: what is safe to show or send."""
    out = BytesIO()
    open_image(path, max_side=side).save(out, format, quality=86 if format == "JPEG" else 82)
    return out.getvalue()


def fingerprint(path: Path) -> str:
    """sha256 of the file's bytes, in hex. raises : OSError where the file cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _opened(source: Picture) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with _regular(Path(source)) as stream:
            yield stream
    else:
        yield BytesIO(source.read())


def _regular(path: Path) -> BinaryIO:
    """Opens a file, and nothing that is not one: reading a pipe would wait for ever."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise BadPicture("a folder, not a file" if path.is_dir() else "not a regular file")
        return path.open("rb")
    except (OSError, ValueError) as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture(_unreadable(error)) from error


def _unreadable(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is not there"
    if isinstance(error, PermissionError):
        return "the file cannot be read: permission denied"
    words = getattr(error, "strerror", None) or "it cannot be a file's name"
    return f"the file cannot be read: {words}"


@contextmanager
def _header(stream: BinaryIO, limit: int) -> Iterator[tuple[ImageFile.ImageFile, str]]:
    """(image with its header read, kind); inside and out, every exception becomes BadPicture."""
    _hush()
    kind = ""
    try:
        kind = sniff(stream.read(HEAD))
        stream.seek(0)
        image = _opener(kind)(stream)
        _check(image, stream, limit)
        yield image, kind
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"the picture is over the limit of {_millions(limit)} pixels") from error
    except Exception as error:  # the decoders raise nearly every class there is
        raise BadPicture(_reason(error, kind, stream)) from error


def _opener(kind: str) -> Callable[[BinaryIO], ImageFile.ImageFile]:
    if kind != "HEIF":
        return _OPENERS[kind]
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise BadPicture(str(MissingExtra("a HEIC picture", "heif"))) from error
    opener: Callable[[BinaryIO], ImageFile.ImageFile] = HeifImageFile
    return opener


def _check(image: ImageFile.ImageFile, stream: BinaryIO, limit: int) -> None:
    width, height = image.size
    if width * height > limit:
        raise BadPicture(f"a picture of {width} x {height} is over the limit of {_millions(limit)} pixels")
    if "progressive" in image.info:
        at = stream.tell()
        stream.seek(0)
        scans = stream.read().count(b"\xff\xda")
        stream.seek(at)
        if scans > _MAX_SCANS:
            raise BadPicture(f"a JPEG of {scans} passes; more than {_MAX_SCANS} are made only to waste time")


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:g} million" if pixels >= 1_000_000 else str(pixels)


def _reason(error: Exception, kind: str, stream: BinaryIO) -> str:
    """One sentence for whatever a decoder raised."""
    if isinstance(error, MemoryError):
        return "there is not enough memory to open it"
    if isinstance(error, OSError) and error.errno is not None:
        return _unreadable(error)
    if "truncated" in str(error).lower() or ends_early(kind, stream):
        return "the file ends too early"
    return f"the {'HEIC' if kind == 'HEIF' else kind} data is damaged"


def _hush() -> None:
    """Pillow warns of every oddity in metadata; a picture is either good or BadPicture, so none of it is said.

    Not `warnings.catch_warnings`, which is not safe where several threads decode.
    """
    if _QUIET not in warnings.filters[:1]:
        warnings.filterwarnings("ignore", module=_QUIET[3].pattern)


def _fitted(size: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    longer = max(size)
    if max_side is None or longer <= max_side:
        return size
    return max(1, round(size[0] * max_side / longer)), max(1, round(size[1] * max_side / longer))


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where it is missing or broken."""
    try:
        # Image.Image's own: that of PNG would decode the picture to look for EXIF behind the pixels.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
    except Exception:  # broken EXIF raises nearly every class there is, and costs only itself
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image.copy()


def _late_exif(stream: BinaryIO) -> bool:
    """True where a PNG may hold its EXIF behind the pixels, where the header does not show it."""
    at = stream.tell()
    end = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, end - _TAIL))
    found = b"eXIf" in stream.read()
    stream.seek(at)
    return found
