"""Families of pictures, each by a small painter with a palette of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import ShapeError, UnknownName, UserError
from beholder.painter import abstract, figures, paper, places, things, winter
from beholder.painter.canvas import Canvas
from beholder.painter.finish import finish
from beholder.painter.palette import draw_palette
from beholder.painter.parameters import GivenChance

_WIDE, _TALL, _SQUARE = ((640, 427), (640, 480), (640, 512)), ((427, 640), (480, 640), (512, 640)), ((560, 560),)
_ANY = (*_WIDE, *_TALL, *_SQUARE)


class _Family(NamedTuple):
    """numbers : single ones that `painter` draws first, as many as parameters decide over"""

    painter: Callable[[Canvas], None]
    sizes: tuple[tuple[int, int], ...]
    numbers: int


_FAMILIES = {
    "colour fields": _Family(abstract.colour_fields, (*_TALL, *_TALL, *_SQUARE, *_WIDE), 12),
    "landscape": _Family(places.landscape, (*_WIDE, *_WIDE, *_SQUARE, *_TALL), 40),
    "grid": _Family(abstract.grid, _ANY, 32),
    "ink": _Family(paper.ink, (*_TALL, *_TALL, *_SQUARE, *_WIDE), 32),
    "waves": _Family(paper.waves, _ANY, 21),
    "collage": _Family(abstract.collage, _ANY, 32),
    "night": _Family(places.night, (*_WIDE, *_TALL), 24),
    "dabs": _Family(things.dabs, (*_WIDE, *_SQUARE), 32),
    "hard edge": _Family(abstract.hard_edge, _ANY, 24),
    "still life": _Family(things.still_life, (*_WIDE, *_SQUARE, *_TALL), 32),
    "mandala": _Family(abstract.mandala, (*_SQUARE, *_SQUARE, (512, 640), (640, 512)), 32),
    "washes": _Family(paper.washes, _ANY, 32),
    "city": _Family(places.city, (*_WIDE, *_WIDE, *_TALL), 32),
    "flow": _Family(abstract.flow, _ANY, 8),
    "botanical": _Family(things.botanical, (*_TALL, *_TALL, *_SQUARE), 32),
    "nested squares": _Family(abstract.nested_squares, (*_SQUARE, *_SQUARE, (512, 640), (640, 480)), 16),
    "sea": _Family(places.sea, (*_WIDE, *_WIDE, *_SQUARE), 24),
    "marble": _Family(abstract.marble, _ANY, 13),
    "woods": _Family(places.woods, (*_TALL, *_WIDE, *_SQUARE), 32),
    "discs": _Family(abstract.discs, _ANY, 32),
    "icon": _Family(figures.icon, (*_TALL, *_TALL, *_SQUARE, *_WIDE), 32),
    "portrait": _Family(figures.portrait, (*_TALL, *_TALL, *_SQUARE), 20),
    "thicket": _Family(figures.thicket, _ANY, 24),
    "snow": _Family(winter.snow, (*_WIDE, *_WIDE, *_SQUARE, *_TALL), 32),
}
FAMILIES: tuple[str, ...] = tuple(_FAMILIES)
GALLERY: tuple[str, ...] = FAMILIES[: FAMILIES.index("icon")]  # in the sample gallery, whose pictures stay as they are
_FLAT = {one.painter for one in _FAMILIES.values() if one.painter.__module__ == abstract.__name__} | {paper.ink}
_OIL = {
    places.landscape,
    places.sea,
    places.city,
    places.woods,
    things.still_life,
    things.dabs,
    paper.waves,
    figures.portrait,
    winter.snow,
}

_FRAME, _PALETTE, _FINISH = 3, 10, 10  # parameters of shape and focus, of colours, of light and surface


def parameter_count(family: str) -> int:
    """How many numbers decide over a picture of this family; see `paint`."""
    return _FRAME + _PALETTE + _FINISH + _known(family).numbers


def paint(
    parameters: Sequence[float] | NDArray[np.floating[Any]], family: str, side: int = 640, texture: int = 0
) -> Image.Image:
    """The picture at a place in the space of a family. The same place gives the same bytes.

    Parameters
    ----------
    parameters
        (p,) in [0, 1], p = `parameter_count(family)`: 3 for shape and focus, 10 for the palette, 10 for light and
        surface, the rest for what the family draws, from what comes first to detail. Uniform random ones give
        pictures as in the sample gallery.
    family
        One of `FAMILIES`.
    side
        Pixels of the longer side.
    texture
        Seed of what no parameter decides: noise, the tooth of paper, and detail beyond the last parameter.

    Returns
    -------
    RGB

    Raises
    ------
    UnknownName, ShapeError, UserError
    """
    given = np.asarray(parameters, float)
    if given.shape != (wanted := (parameter_count(family),)):
        raise ShapeError(f"a picture of the family '{family}' has parameters of shape {wanted}, got {given.shape}")
    if not ((given >= 0) & (given <= 1)).all():
        raise UserError("parameters of a picture must lie in [0, 1]")
    if side < 64:
        raise UserError(f"the longer side of a picture must be 64 pixels or more, got {side}")
    parts = np.split(given, np.cumsum([_FRAME, _PALETTE, _FINISH]))
    frame, colours, light, drawn = (GivenChance(part, [texture, k]) for k, part in enumerate(parts))
    width, height = _size(frame, family)
    size = round(width * side / max(width, height)), round(height * side / max(width, height))
    canvas = Canvas(frame, size, draw_palette(colours))
    return _painted(canvas, family, drawn, light)


def paint_by_chance(rng: np.random.Generator, family: str) -> Image.Image:
    """Some picture of a family, its longer side at most 640 pixels."""
    size = _size(rng, family)
    return _painted(Canvas(rng, size, draw_palette(rng)), family, rng, rng)


def _size(rng: np.random.Generator, family: str) -> tuple[int, int]:
    sizes = _known(family).sizes
    return sizes[rng.integers(len(sizes))]


def _painted(canvas: Canvas, family: str, drawn: np.random.Generator, light: np.random.Generator) -> Image.Image:
    painter = _known(family).painter
    canvas.rng = drawn
    painter(canvas)
    canvas.rng = light
    return finish(canvas, flat=painter in _FLAT, oil=painter in _OIL)


def _known(family: str) -> _Family:
    if family not in _FAMILIES:
        raise UnknownName.of("family of pictures", family, FAMILIES)
    return _FAMILIES[family]
