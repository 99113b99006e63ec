"""The one canonical way to open a picture. Whatever the bytes: RGB, or BadPicture with a reason a person can read."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from PIL import (
    AvifImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
    _imaging,
)
from PIL.Image import Resampling

from beholder.config import settings
from beholder.errors import BadPicture, MissingExtra
from beholder.images import containers, png
from beholder.images.budget import MEMORY, allowed, check, pixel_bytes
from beholder.images.colour import BAND, is_plain, reduced_bytes, resampled_bytes, to_srgb
from beholder.images.crops import open_part, part_size, quad_of
from beholder.images.exif import date_in, date_of_tags
from beholder.images.formats import HEAD, ends_early, sniff
from beholder.images.jpeg import Jpeg
from beholder.images.tiff import Tiff
from beholder.locator import WHOLE, Locator

_Picture = Path | Locator | bytes | BinaryIO


class _StillWebP(WebPImagePlugin.WebPImageFile):
    """A WEBP that lets go of its decoder, and so of two more copies of the picture, once it has the first frame."""

    def _get_next(self) -> tuple[bytes, int, int]:
        frame: tuple[bytes, int, int] = super()._get_next()
        self._decoder = None
        return frame


class _StillAvif(AvifImagePlugin.AvifImageFile):
    """The same of an AVIF, once it is decoded."""

    def load(self) -> Any:
        pixels = super().load()
        self._decoder = None
        return pixels


# The plugins themselves, not Image.open: that one holds a second pixel limit, global to the process and only a warning.
_OPENERS: dict[str, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": _StillWebP,
    "AVIF": _StillAvif,
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
_ON_ITS_SIDE = [turn for orientation, turn in _UPRIGHT.items() if orientation >= 5]
_LARGEST = 2048  # pixels of the longer side up to which a picture can be shown wherever it can be opened at all
_SMALL = 640  # pixels of the longer side of one among dozens: that it comes soon counts more than its sharpness
_JPEG_TIMES = 5  # how many times the limit on pixels a JPEG may have, which need not be decoded at its full size
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else its words go to stderr, beside the reason
_QUIET = ("ignore", None, Warning, re.compile(r"(PIL|pillow_heif)\b"), 0)


@dataclass
class _Header:
    """A picture whose header is read and nothing more.

    held    bytes that its decoder takes beside the picture itself
    each    bytes a pixel of the picture itself, where it is not kept as Pillow does
    turn    what turns it upright once it is decoded
    turned  whether it is turned while it is decoded
    odd     packed in a way that is not always understood
    """

    image: ImageFile.ImageFile
    kind: str
    info: dict[str, Any] = field(default_factory=dict)
    held: int = 0
    each: int | None = None
    turn: Image.Transpose | None = None
    turned: bool = False
    odd: bool = False

    @property
    def name(self) -> str:
        return containers.named(self.kind)


def open_image(
    source: _Picture,
    *,
    max_side: int | None = None,
    max_pixels: int | None = None,
    filter: Resampling = Resampling.LANCZOS,
) -> Image.Image:
    """A picture as everything else in Beholder sees it: RGB in sRGB, upright, transparency over mid-grey, first frame.

    What it takes in memory is known before it is decoded, and bounded (`images/budget.py`); where many are opened at
    once, some wait.

    Parameters
    ----------
    source
        where it is, the bytes, or an open binary file; of a locator with a crop, that part is made straight
    max_side
        reduce so that the longer side is at most this; a large JPEG is then decoded at a fraction of its size
    max_pixels
        refuse a picture of more, before decoding it; default `settings().max_pixels`
    filter
        by which it is reduced

    Raises
    ------
    BadPicture
        with the reason, for any bytes that cannot be shown
    """
    limit = settings().max_pixels if max_pixels is None else max_pixels
    if isinstance(source, Locator) and (quad := quad_of(source.crop)) is not None:
        photo = source.part(WHOLE)
        return open_part(lambda side: _open_whole(photo, side, limit, filter), size_of(photo), quad, max_side)
    return _open_whole(source, max_side, limit, filter)


def _open_whole(source: _Picture, max_side: int | None, limit: int, filter: Resampling) -> Image.Image:
    with _opened(source) as stream, _header(stream, limit) as header:
        image, size, most = header.image, header.image.size, allowed(limit)
        target = _fitted(size, max_side)
        if header.kind == "JPEG" and target != size:
            _draft(header, target, most)
        _check_pixels(image.size, size, limit, header.kind)
        largest = target if max_side is None or header.kind == "JPEG" else _fitted(size, max(max_side, _LARGEST))
        check(_memory(header, largest), most, f"this {header.name} of {size[0]} x {size[1]}", _instead(header))
        need = _memory(header, target)
        with MEMORY.held(need):
            image.load()
            colour = to_srgb(image, target, filter)
            image.close()
            upright = colour if header.turn is None else colour.transpose(header.turn)
            upright.info.clear()  # else a comment or a profile goes along into every re-encoding
            return upright


def size_of(source: _Picture) -> tuple[int, int]:
    """(width, height) in pixels as the picture is seen, read from its header alone.

    Raises
    ------
    BadPicture
        as `open_image`, as far as the header shows it
    """
    with _opened(source) as stream, _header(stream, settings().max_pixels) as header:
        width, height = header.image.size
        size = (height, width) if header.turn in _ON_ITS_SIDE else (width, height)
    quad = quad_of(source.crop) if isinstance(source, Locator) else None
    return size if quad is None else part_size(quad, size)


def taken_at(source: _Picture) -> datetime | None:
    """When a camera took it, on the clock of its place, else when it was digitized; None where its EXIF tells neither.

    Read without the pixels, and of a JPEG, PNG or TIFF without the rest of the file. What is broken tells nothing.
    """
    try:
        with _opened(source) as stream:
            stream.seek(0)
            kind = sniff(stream.read(HEAD))
            if kind in ("JPEG", "PNG", "TIFF"):
                return date_in(stream, kind)
            with _header(stream, settings().max_pixels) as header:
                return date_of_tags(header.image.info.get("exif") or b"")
    except Exception:  # broken EXIF costs only itself, whatever it raises
        return None


def render(source: _Picture, side: int, format: Literal["JPEG", "WEBP"] = "JPEG") -> bytes:
    """The picture encoded again, without metadata, longer side at most `side` pixels: what is safe to show or send."""
    filter = Resampling.HAMMING if side <= _SMALL else Resampling.LANCZOS
    out = BytesIO()
    open_image(source, max_side=side, filter=filter).save(out, format, quality=86 if format == "JPEG" else 82)
    return out.getvalue()


@contextmanager
def _opened(source: _Picture) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, Locator | str | os.PathLike):
        with _regular(source) as stream:
            yield stream
    elif source.seekable():
        yield source
    else:
        yield BytesIO(source.read())


def _regular(source: Locator | str | os.PathLike[str]) -> BinaryIO:
    try:
        return (source if isinstance(source, Locator) else Locator.of(os.fspath(source))).open()
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
def _header(stream: BinaryIO, limit: int) -> Iterator[_Header]:
    """The picture with its header read; inside and out, every exception becomes BadPicture."""
    _hush()
    kind, header = "", None
    try:
        stream.seek(0)
        kind = sniff(stream.read(HEAD))
        header = _READERS.get(kind, _plain)(stream, kind)
        header.image.info.update(header.info)
        _check_pixels(header.image.size, header.image.size, limit, kind, _JPEG_TIMES if kind == "JPEG" else 1)
        if kind != "TIFF":  # which Pillow turns itself
            header.turn = _UPRIGHT.get(_orientation(header.image))
        yield header
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(f"the picture is over the limit of {_millions(limit)} pixels") from error
    except Exception as error:  # the decoders raise nearly every class there is
        raise BadPicture(_reason(error, kind, stream, odd=header is not None and header.odd)) from error


def _plain(stream: BinaryIO, kind: str) -> _Header:
    stream.seek(0)
    image = _OPENERS[kind](stream)
    return _Header(image, kind, held=2 * image.size[0] * image.size[1] if kind == "GIF" else 0)


def _png(stream: BinaryIO, kind: str) -> _Header:
    reduced, info = png.picture_of(stream)
    return _Header(_OPENERS[kind](reduced), kind, info)


def _jpeg(stream: BinaryIO, kind: str) -> _Header:
    jpeg = Jpeg(stream)
    return _Header(_OPENERS[kind](jpeg.stream), kind, held=jpeg.held)


def _tiff(stream: BinaryIO, kind: str) -> _Header:
    tiff = Tiff(stream)
    image = tiff.open()
    info = {"white_is_zero": True} if tiff.white_is_zero and image.mode in ("I;16", "I;16B", "F") else {}
    return _Header(image, kind, info, held=tiff.held(), turned=tiff.turned, odd=tiff.unpacked_oddly())


def _container(stream: BinaryIO, kind: str) -> _Header:
    picture, length = containers.picture_of(stream, kind)
    image = (_heif_opener() if kind == "HEIF" else _OPENERS[kind])(picture)
    pixels, colours = image.size[0] * image.size[1], len(image.getbands())
    planes = containers.plane_bytes(stream, kind, alpha=colours == 4)
    if kind == "HEIF":
        return _Header(image, kind, held=2 * length + round(planes * pixels), each=colours)
    return _Header(image, kind, held=2 * length + round((planes + colours) * pixels))


_READERS: dict[str, Callable[[BinaryIO, str], _Header]] = {
    "JPEG": _jpeg, "PNG": _png, "TIFF": _tiff, "WEBP": _container, "AVIF": _container, "HEIF": _container,
}  # fmt: skip


def _heif_opener() -> Callable[[BinaryIO], ImageFile.ImageFile]:
    try:
        import pillow_heif  # noqa: F401

        from beholder.images.heif import HeifPicture
    except ImportError as error:
        raise BadPicture(str(MissingExtra("a HEIC picture", "heif"))) from error
    opener: Callable[[BinaryIO], ImageFile.ImageFile] = HeifPicture
    return opener


def _check_pixels(decoded: tuple[int, int], size: tuple[int, int], limit: int, kind: str, times: int = 1) -> None:
    if decoded[0] * decoded[1] > limit * times:
        small = f" ({_millions(limit * _JPEG_TIMES)} where a JPEG is shown small)" if kind == "JPEG" else ""
        raise BadPicture(f"a picture of {size[0]} x {size[1]} is over the limit of {_millions(limit)} pixels{small}")


def _draft(header: _Header, target: tuple[int, int], most: int) -> None:
    """Have a JPEG decoded at a fraction of its size: no smaller than `target`, unless only a smaller one is possible.

    It holds for this object only: a copy() before load() would decode in full.
    """
    width, height = header.image.size
    shrunk = min(width // target[0], height // target[1])
    scale = next(scale for scale in (8, 4, 2, 1) if shrunk >= scale)
    while scale < 8 and header.held + 4 * width * height // scale**2 + 12 * target[0] * target[1] > most:
        scale *= 2
    if scale > 1:
        header.image.draft(None, (width // scale, height // scale))


def _instead(header: _Header) -> str:
    if header.kind == "JPEG":
        return "save it smaller" + (", or not as a progressive JPEG" if header.held else "")
    return "save it smaller, or as a JPEG"


def _memory(header: _Header, target: tuple[int, int]) -> int:
    """Bytes that opening it takes at its peak: what decodes it, the decoded picture, and what is made of it."""
    image, size = header.image, header.image.size
    pixels, shown = size[0] * size[1], target[0] * target[1]
    decoded = pixels * (header.each or pixel_bytes(image.mode))
    bands = 0 if is_plain(image) and target != size else 16 * min(pixels, BAND)
    if target == size:
        made = bands + 4 * shown * (1 if header.turn is None else 2)
    else:
        made = max(bands + reduced_bytes(image, target), resampled_bytes(image, target), 12 * shown)
    return max(header.held + decoded * (2 if header.turned else 1), decoded + made)


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:g} million" if pixels >= 1_000_000 else str(pixels)


def _reason(error: Exception, kind: str, stream: BinaryIO, odd: bool) -> str:
    """One sentence for whatever a decoder raised."""
    if isinstance(error, MemoryError):
        return "there is not enough memory to open it"
    if isinstance(error, OSError) and error.errno is not None:
        return _unreadable(error)
    if "truncated" in str(error).lower() or ends_early(kind, stream):
        return "the file ends too early"
    damaged = f"the {containers.named(kind)} data is damaged"
    return f"{damaged}, or packed in a way that is not read; save it again without packing" if odd else damaged


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


def _silence_libtiff() -> None:
    """It prints what it thinks of a damaged file to stderr, past Python; where it can be reached it says nothing."""
    try:
        library = ctypes.CDLL(_imaging.__file__)
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            handler = getattr(library, name)
            handler.argtypes, handler.restype = [ctypes.c_void_p], ctypes.c_void_p
            handler(None)
    except (OSError, AttributeError):  # built into Pillow itself, as on Windows
        pass


_silence_libtiff()
# glibc keeps blocks of Pillow's usual 16 MB for the thread that freed them, 250 MB a thread; from 32 MB on it does not.
_imaging.set_block_size(64 * 1024**2)
