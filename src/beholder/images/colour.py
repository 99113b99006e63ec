"""From any of Pillow's pixel modes to RGB in sRGB: depth, profile, transparency, each in its place."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

GREY = (128, 128, 128)  # what a transparent picture stands on: neither a white nor a black wall
_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}


def to_srgb(image: Image.Image, size: tuple[int, int] | None = None) -> Image.Image:
    """RGB in sRGB, transparency over mid-grey, shrunk to `size` (width, height) where given.

    The order matters: depth first (a 16-bit or palette picture cannot be resampled well), then the size (so that all
    that follows works on few pixels; Pillow resamples transparent pixels premultiplied), then profile and transparency.
    """
    profile = image.info.get("icc_profile")
    image = _eight_bits(image)
    if size is not None and size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    plain = image.convert("L" if image.mode == "LA" else "RGB") if alpha is not None else image
    colour = _managed(plain, profile if isinstance(profile, bytes) else None).convert("RGB")
    if alpha is None:
        return colour
    wall = Image.new("RGB", colour.size, GREY)
    wall.paste(colour, mask=alpha)
    return wall


def _eight_bits(image: Image.Image) -> Image.Image:
    """The same picture as L, LA, RGB, RGBA, CMYK or LAB."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _deep_grey(image)
    if image.mode in ("LA", "RGBA", "CMYK", "LAB"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _deep_grey(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits as L, or LA where one value stands for transparent. Scaled, never clipped."""
    values = np.asarray(image)
    grey = Image.fromarray(_scaled(values))
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return grey


def _scaled(values: NDArray[Any]) -> NDArray[np.uint8]:
    """16 bits from their full range; 32 bits from [0, 65535], floats from [0, 1], either from its own range outside."""
    if values.dtype.itemsize == 2:
        table: NDArray[np.uint8] = ((np.arange(65536, dtype=np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
        return table[values.astype(np.uint16)]
    floats = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(floats.min()), float(floats.max())
    if low >= 0 and high <= (1 if values.dtype.kind == "f" else 65535):
        low, high = 0.0, 1.0 if values.dtype.kind == "f" else 65535.0
    scaled: NDArray[np.uint8] = np.rint((floats - low) * (255.0 / max(high - low, 1e-30))).astype(np.uint8)
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
