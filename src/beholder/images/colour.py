"""From any of Pillow's pixel modes to RGB in sRGB: depth, profile, transparency, each in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.Image import Resampling

_GREY = (128, 128, 128)  # what a transparent picture stands on: neither a white nor a black wall
_GAP = 3.0  # a picture is first reduced by whole numbers, to no less than so many times its final size
BAND = 2_000_000  # pixels of a band, and of a picture that is not cut into bands
_ROOMY = 20_000_000  # pixels up to which a picture may be resampled without being reduced first
_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}


def to_srgb(
    image: Image.Image, size: tuple[int, int] | None = None, filter: Resampling = Resampling.LANCZOS
) -> Image.Image:
    """RGB in sRGB, transparency over mid-grey, shrunk to `size` (width, height) where given.

    The order matters: depth first (a 16-bit or palette picture cannot be resampled well), then the size (so that all
    that follows works on few pixels; Pillow resamples transparent pixels premultiplied), then profile and transparency.
    A large picture goes through in bands of rows, so that no second one of its size is ever in memory.

    filter : by which it is shrunk
    """
    image.load()
    profile = image.info.get("icc_profile")
    profile = profile if isinstance(profile, bytes) else None
    size = size or image.size
    depth = _depth(image)
    if image.size[0] * image.size[1] <= BAND:
        small = _eight_bits(image.crop((0, 0, *image.size)), depth)
        small = small.resize(size, filter, reducing_gap=_GAP) if size != image.size else small
        return _finished(small, profile)
    if size == image.size:
        whole = Image.new("RGB", size)
        for top, band in _bands(image, 1):
            whole.paste(_finished(_eight_bits(band, depth), profile), (0, top))
        return whole
    if is_plain(image):
        return _finished(image.resize(size, filter, reducing_gap=_GAP), profile)
    return _finished(_shrunk(image, size, depth, filter), profile)


def is_plain(image: Image.Image) -> bool:
    """Whether a picture can be resampled as it is."""
    plain = image.mode in ("L", "RGB", "CMYK", "LAB") and not image.has_transparency_data
    return plain and not getattr(image, "in_bands_alone", False)


def _factors(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """By how much a large picture is reduced, across and down, before it is resampled to `size`."""
    across, down = image.size[0] / size[0], image.size[1] / size[1]
    reduced = max(1, int(across / _GAP)), max(1, int(down / _GAP))
    if reduced == (1, 1) and image.size[0] * image.size[1] > _ROOMY and not is_plain(image):
        least = max(1, int(min(across, down) / 1.5))
        return least, least
    return reduced


def reduced_bytes(image: Image.Image, size: tuple[int, int]) -> int:
    """Bytes of the reduced picture on the way to `size`."""
    across, down = _factors(image, size)
    if is_plain(image) and (across, down) == (1, 1):
        return 0
    return _eight_bit_bytes(image) * image.size[0] * image.size[1] // (across * down)


def resampled_bytes(image: Image.Image, size: tuple[int, int]) -> int:
    """The same with what resampling it takes: first its columns, then its rows."""
    columns = size[0] * image.size[1] // _factors(image, size)[1]
    return reduced_bytes(image, size) + _eight_bit_bytes(image) * (columns + size[0] * size[1])


def _eight_bit_bytes(image: Image.Image) -> int:
    grey = image.mode in ("1", "L", "I", "F") or image.mode.startswith("I;")
    return 1 if grey and not image.has_transparency_data else 4


def _bands(image: Image.Image, multiple: int) -> Iterator[tuple[int, Image.Image]]:
    """(its top, a band of rows), each of a height that divides by `multiple`."""
    width, height = image.size
    rows = max(1, BAND // (4 * width * multiple)) * multiple
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _shrunk(image: Image.Image, size: tuple[int, int], depth: _Depth, filter: Resampling) -> Image.Image:
    """As `resize` with a reducing gap does it, a band at a time; 8 bits a channel."""
    across, down = _factors(image, size)
    reduced: Image.Image | None = None
    for top, band in _bands(image, down):
        band = _eight_bits(band, depth)
        if band.mode in ("LA", "RGBA"):
            band = band.convert({"LA": "La", "RGBA": "RGBa"}[band.mode])
        band = band.reduce((across, down))
        if reduced is None:
            reduced = Image.new(band.mode, (-(-image.size[0] // across), -(-image.size[1] // down)))
        reduced.paste(band, (0, top // down))
    assert reduced is not None
    box = (0, 0, image.size[0] / across, image.size[1] / down)
    small = reduced.resize(size, filter, box)
    return small.convert({"La": "LA", "RGBa": "RGBA"}.get(small.mode, small.mode))


def _finished(image: Image.Image, profile: bytes | None) -> Image.Image:
    """8 bits a channel to sRGB, over mid-grey."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    plain = image.convert("L" if image.mode == "LA" else "RGB") if alpha is not None else image
    colour = _managed(plain, profile)
    colour = colour if colour.mode == "RGB" else colour.convert("RGB")
    if alpha is None:
        return colour
    wall = Image.new("RGB", colour.size, _GREY)
    wall.paste(colour, mask=alpha)
    return wall


@dataclass(frozen=True, slots=True)
class _Depth:
    """How the numbers of a deep grey picture become 8 bits: those from `low` to `high`, turned round or not."""

    low: float
    high: float
    turned: bool


def _depth(image: Image.Image) -> _Depth:
    """32 bits from [0, 65535], floats from [0, 1], either from its own range outside; 16 bits from their full range."""
    turned = bool(image.info.get("white_is_zero"))
    top = 1.0 if image.mode == "F" else 65535.0
    if image.mode not in ("I", "F"):
        return _Depth(0.0, top, turned)
    spans = [(float(values.min()), float(values.max())) for values in (_floats(band) for _, band in _bands(image, 1))]
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    return _Depth(0.0, top, turned) if low >= 0 and high <= top else _Depth(low, high, turned)


def _floats(image: Image.Image) -> NDArray[np.float32]:
    return np.nan_to_num(np.asarray(image).astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def _eight_bits(image: Image.Image, depth: _Depth) -> Image.Image:
    """The same picture as L, LA, RGB, RGBA, CMYK or LAB."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _deep_grey(image, depth)
    if image.mode in ("LA", "RGBA", "CMYK", "LAB"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _deep_grey(image: Image.Image, depth: _Depth) -> Image.Image:
    """Grey of 16 or 32 bits as L, or LA where one value stands for transparent. Scaled, never clipped."""
    values = np.asarray(image)
    scaled = _scaled_16(values) if values.dtype.itemsize == 2 else _scaled_32(image, depth)
    grey = Image.fromarray(255 - scaled if depth.turned else scaled)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return grey


def _scaled_16(values: NDArray[Any]) -> NDArray[np.uint8]:
    table: NDArray[np.uint8] = ((np.arange(65536, dtype=np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    return table[values.astype(np.uint16)]


def _scaled_32(image: Image.Image, depth: _Depth) -> NDArray[np.uint8]:
    values = _floats(image)
    values *= np.float32(0.5)  # the widest span of all is twice what fits
    values -= np.float32(0.5 * depth.low)
    values *= np.float32(2 * 255.0 / max(depth.high - depth.low, 1e-30))
    scaled: NDArray[np.uint8] = np.rint(values).astype(np.uint8)
    return scaled


@lru_cache
def _space(name: str) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name))  # type: ignore[arg-type]


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` in sRGB by its ICC profile; as it is where that is missing, broken or for another kind of picture."""
    source = _read(profile)
    if image.mode == "LAB" and (source is None or _mode(source) != "LAB"):
        source = _space("LAB")
    if source is None:
        return image
    if image.mode == "L" and _mode(source) == "RGB":  # common: a grey JPEG saved with the camera's profile
        image = image.convert("RGB")
    if _mode(source) != image.mode:
        return image
    try:
        converted = ImageCms.profileToProfile(image, source, _space("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted if converted is not None else image


def _mode(profile: ImageCms.ImageCmsProfile) -> str | None:
    return _SPACES.get(profile.profile.xcolor_space.strip())


def _read(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    if not profile:
        return None
    try:
        return ImageCms.ImageCmsProfile(BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
