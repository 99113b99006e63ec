"""Many ways to look at a picture: crops, flips, colours, blur, another picture's palette, mixtures of two.

A view is a function of the pictures, its number and the seed alone, so a run that was cut off goes on with the same
ones. The teachers see a view at `SIDE`, the student a smaller copy of the very same pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from beholder.features.encoder_row import OPENED_AT
from beholder.images import open_image

SIDE = 224
KEPT = 288  # side at which a picture is kept, squashed to a square as the encoder will see it
_MIXED, _CUT, _PALETTE, _BLURRED, _GREY = 0.3, 0.15, 0.15, 0.1, 0.05  # shares of the views
_Pixels = NDArray[np.uint8]
_Floats = NDArray[np.floating[Any]]


def kept(path: Any) -> _Pixels:
    """(KEPT, KEPT, 3) the picture as views are made of it. raises : BadPicture"""
    picture = open_image(path, max_side=OPENED_AT)
    return np.asarray(picture.resize((KEPT, KEPT), Image.Resampling.BICUBIC))


def view(pictures: Sequence[_Pixels] | _Pixels, index: int, number: int, seed: int) -> _Pixels:
    """(SIDE, SIDE, 3) view `number` of picture `index`; number 0 is the whole picture, untouched."""
    whole = Image.fromarray(pictures[index])
    if number == 0:
        return np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    rng = np.random.default_rng([seed, number, index])
    pixels = _coloured(_cropped(whole, rng), rng)
    kind = rng.random()
    if kind < _MIXED + _CUT + _PALETTE:
        other = _cropped(Image.fromarray(pictures[int(rng.integers(len(pictures)))]), rng)
        if kind < _MIXED:
            share = rng.uniform(0.3, 0.7)
            pixels = share * pixels + (1 - share) * other
        elif kind < _MIXED + _CUT:
            pixels = _cut(pixels, other, rng)
        else:
            pixels = _in_palette_of(pixels, other)
    seen: _Pixels = np.clip(pixels + 0.5, 0, 255).astype(np.uint8)
    return seen


def smaller(pixels: _Pixels, side: int) -> _Pixels:
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX))


def _cropped(whole: Image.Image, rng: np.random.Generator) -> _Floats:
    """A part of the picture, of a quarter of its area to all of it, mirrored half of the time, blurred rarely."""
    area, aspect = rng.uniform(0.25, 1.0), np.exp(rng.uniform(-0.25, 0.25))
    if rng.random() < 0.25:
        area, aspect = 1.0, 1.0
    width, height = (min(KEPT, KEPT * np.sqrt(area) * by) for by in (aspect, 1 / aspect))
    left, top = rng.uniform(0, KEPT - width), rng.uniform(0, KEPT - height)
    box = (left, top, left + width, top + height)
    part = whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < _BLURRED:
        part = part.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))
    return np.asarray(part, np.float32)


def _coloured(pixels: _Floats, rng: np.random.Generator) -> _Floats:
    """Brightness, contrast, saturation and tint, each changed a little; half of the views keep their colours."""
    if rng.random() < 0.5:
        return pixels
    grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    saturation = 0.0 if rng.random() < 2 * _GREY else rng.uniform(0.5, 1.5)
    pixels = grey[..., None] + np.float32(saturation) * (pixels - grey[..., None])
    tint = (rng.uniform(0.88, 1.12, 3) * rng.uniform(0.7, 1.3)).astype(np.float32)
    coloured: _Floats = ((pixels - grey.mean()) * np.float32(rng.uniform(0.7, 1.3)) + grey.mean()) * tint
    return coloured


def _cut(pixels: _Floats, other: _Floats, rng: np.random.Generator) -> _Floats:
    """A rectangle of another picture laid into this one."""
    height, width = (int(SIDE * rng.uniform(0.35, 0.75)) for _ in range(2))
    top, left = int(rng.integers(SIDE - height)), int(rng.integers(SIDE - width))
    made = pixels.copy()
    made[top : top + height, left : left + width] = other[top : top + height, left : left + width]
    return made


def _in_palette_of(pixels: _Floats, other: _Floats) -> _Floats:
    """Each channel's mean and spread taken from another picture [Reinhard2001]."""
    mean, spread = pixels.mean((0, 1)), pixels.std((0, 1)) + 1
    matched: _Floats = (pixels - mean) / spread * other.std((0, 1)) + other.mean((0, 1))
    return matched
