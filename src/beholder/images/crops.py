"""Crops: which part of a photo a picture is, as text that is kept, and that part opened as if seen from straight ahead.

The text of a crop is its four corners, "x,y x,y x,y x,y", clockwise from the upper left one of the work, in whole
pixels of the upright photo; `WHOLE` is all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import hypot

from PIL import Image

from beholder.errors import BadPicture
from beholder.images.quads import Quad, as_quad, is_convex, straight_size, straighten
from beholder.locator import WHOLE

SMALLEST = 8  # pixels: the shortest side of a crop
_SHARP, _SURE = 4096, 2048  # longer side at which a photo is opened for a part of it; where that takes too much memory
_TEXT = re.compile(r"(?a:\d{1,6},\d{1,6})(?: (?a:\d{1,6},\d{1,6})){3}")

_Open = Callable[[int | None], Image.Image]  # a photo, its longer side reduced to so many pixels


def crop_of(quad: Quad, size: tuple[int, int]) -> str:
    """The text of these corners in a photo of this size; those outside are moved to its edge.

    Raises
    ------
    BadPicture
        where they surround no part that can be shown
    """
    width, height = size
    inside = [(min(max(round(x), 0), width), min(max(round(y), 0), height)) for x, y in quad]
    sides = [hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(inside, inside[1:] + inside[:1], strict=True)]
    if not is_convex(inside):
        raise BadPicture("the lines between its four corners cross, or the corners are not in their order")
    if min(sides) < SMALLEST:
        raise BadPicture(f"a side of it is {min(sides):.0f} pixels long; the shortest that can be shown is {SMALLEST}")
    return " ".join(f"{x},{y}" for x, y in inside)


def quad_of(crop: str) -> Quad | None:
    """The corners that a crop's text tells, None for `WHOLE`. raises : BadPicture where it tells none"""
    if crop == WHOLE:
        return None
    if not _TEXT.fullmatch(crop):
        raise BadPicture(f"this version does not know the part '{crop[:60]}' of a picture")
    return as_quad([pair.split(",") for pair in crop.split()])


def part_size(quad: Quad, size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of a part of a photo of this size. raises : BadPicture where the corners are none of it"""
    try:
        return straight_size(quad, size)
    except ValueError as error:
        raise BadPicture("the corners of the part surround nothing") from error


def open_part(photo: _Open, size: tuple[int, int], quad: Quad, max_side: int | None) -> Image.Image:
    """A part of a photo of this size, its longer side at most `max_side`. raises : BadPicture"""
    width, height = part_size(quad, size)
    if max_side is None:
        seen = photo(None)
    else:
        seen = _reduced(photo, min(max(size), -(-max(size) * max_side // max(width, height))))
    across, down = seen.size[0] / size[0], seen.size[1] / size[1]
    part = straighten(seen, as_quad([(x * across, y * down) for x, y in quad]))
    if max_side is not None:
        part.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return part


def _reduced(photo: _Open, side: int) -> Image.Image:
    try:
        return photo(min(side, _SHARP))
    except BadPicture:
        if side <= _SURE:
            raise
    return photo(_SURE)
