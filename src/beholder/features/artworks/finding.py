"""Finds the artworks in a photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from beholder.images.quads import Quad, area, as_quad, is_convex, ordered

_SIDE = 256  # pixels of the longer side that is looked at
_APART = 60.0  # how far a colour is from the wall's, of 255, to be no wall
_FULL = 0.7  # share of its quad that a thing fills, to be one
_SIZES = 0.02, 0.85  # shares of the picture


@dataclass(frozen=True)
class Artwork:
    """One find.

    Attributes
    ----------
    canvas
        ((x, y) x 4) clockwise from the upper left corner of the work, in pixels of the upright picture
    outer
        the same with its frame
    score
        from 0 to 1
    """

    canvas: Quad
    outer: Quad
    score: float


@dataclass(frozen=True)
class Found:
    """What was found in a picture.

    Attributes
    ----------
    artworks
        best first
    whole
        the picture is itself the work, or shows none; then `artworks` is empty
    """

    artworks: tuple[Artwork, ...]
    whole: bool


def find_artworks(picture: Image.Image) -> Found:
    """The artworks in a photo, best first: four-cornered things on a wall of one colour."""
    small = picture.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    pixels = np.asarray(small, np.float32)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    wall = np.median(edge, axis=0)
    if np.linalg.norm(edge - wall, axis=1).mean() > _APART / 2:
        return Found((), True)
    things, count = ndimage.label(np.linalg.norm(pixels - wall, axis=2) > _APART)
    scale = np.array(picture.size) / small.size
    found = list[Artwork]()
    for k in range(1, count + 1):
        y, x = np.nonzero(things == k)
        if len(x) < _SIZES[0] / 2 * pixels[..., 0].size:
            continue
        ends = [(x + y).argmin(), (x - y).argmax(), (x + y).argmax(), (x - y).argmin()]
        corners = ordered(np.stack([x[ends], y[ends]], 1) + np.array([(0, 0), (1, 0), (1, 1), (0, 1)]))
        share, full = area(corners) / pixels[..., 0].size, len(x) / max(area(corners), 1e-9)
        if is_convex(corners) and _SIZES[0] < share < _SIZES[1] and full > _FULL:
            quad = as_quad(corners * scale)
            found.append(Artwork(quad, quad, min(1.0, full)))
    found.sort(key=lambda a: -area(a.canvas))
    return Found(tuple(found), not found)
