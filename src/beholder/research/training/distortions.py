"""Six ways to spoil a picture, each at five levels, after those of KADID-10k."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

KINDS = ("blur", "noise", "jpeg", "contrast", "saturation", "exposure")
LEVELS = 5
_BLUR = (0.4, 0.9, 1.5, 2.4, 4.0)  # standard deviation in pixels of a picture 146 wide
_NOISE = (4, 10, 18, 30, 48)  # standard deviation, of 255
JPEG = (60, 30, 17, 9, 4)  # quality
_CONTRAST = (0.85, 0.7, 0.55, 0.4, 0.25)
_SATURATION = (0.8, 0.6, 0.4, 0.2, 0.0)
_EXPOSURE = (0.25, 0.5, 0.8, 1.15, 1.6)  # stops, up or down
_Pixels = NDArray[np.uint8]


def distorted(square: _Pixels, kind: str, level: int, rng: np.random.Generator) -> _Pixels:
    """A degraded copy of (s, s, 3).

    Parameters
    ----------
    kind
        one of KINDS
    level
        from 1, hardly to be seen, to LEVELS
    """
    k = level - 1
    picture = Image.fromarray(square)
    if kind == "blur":
        return np.asarray(picture.filter(ImageFilter.GaussianBlur(_BLUR[k] * len(square) / 146)))
    if kind == "noise":
        return _bytes(square + rng.normal(0, _NOISE[k], square.shape))
    if kind == "jpeg":
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=JPEG[k])
        return np.asarray(Image.open(written).convert("RGB"))
    if kind == "contrast":
        return np.asarray(ImageEnhance.Contrast(picture).enhance(_CONTRAST[k]))
    if kind == "saturation":
        return np.asarray(ImageEnhance.Color(picture).enhance(_SATURATION[k]))
    if kind == "exposure":
        stops = _EXPOSURE[k] * (1 if rng.random() < 0.5 else -1)
        return _bytes(square * 2.0**stops)
    raise ValueError(f"unknown distortion '{kind}'; there are: {', '.join(KINDS)}")


def _bytes(values: NDArray[Any]) -> _Pixels:
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)
