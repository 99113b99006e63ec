"""Four corners in a picture: their order, area and overlap, and the picture within them, made straight.

A quad is ((x, y) x 4), clockwise on the screen from the upper left corner of what it surrounds, in pixels of the
upright picture: (0, 0) is the picture's own upper left corner, not the middle of a pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
Corners = NDArray[np.float64]

_FOCAL = 1.2  # focal length in units of the picture's longer side, where the corners do not tell it: a usual camera's
_FOCALS = (0.5, 4.0)  # what the corners may tell; past that they are off, or the picture is a part of a photo


def ordered(corners: ArrayLike) -> Corners:
    """(4, 2) the corners clockwise from the upper left one, which is the one nearest to the picture's."""
    q = np.asarray(corners, np.float64)
    d = q - q.mean(0)
    q = q[np.argsort(np.arctan2(d[:, 1], d[:, 0]))]
    return np.roll(q, -int(q.sum(1).argmin()), 0)


def as_quad(corners: ArrayLike) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in np.asarray(corners))
    return a, b, c, d


def area(corners: ArrayLike) -> float:
    """Area of a polygon (n, 2), above 0 where it runs clockwise on the screen."""
    q = np.asarray(corners, np.float64)
    if len(q) < 3:
        return 0.0
    x, y = q.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def is_convex(corners: ArrayLike) -> bool:
    """Whether every corner turns to the right, as those of a flat rectangle do from wherever it is seen."""
    side = np.roll(q := np.asarray(corners, np.float64), -1, 0) - q
    after = np.roll(side, -1, 0)
    return bool((side[:, 0] * after[:, 1] - side[:, 1] * after[:, 0] > 0).all())


def overlap(a: ArrayLike, b: ArrayLike) -> float:
    """Intersection over union of two convex quads, from 0 to 1."""
    both = area(_common(np.asarray(a, np.float64), np.asarray(b, np.float64)))
    union = area(a) + area(b) - both
    return max(0.0, both / union) if union > 0 else 0.0


def covered(a: ArrayLike, b: ArrayLike) -> float:
    """The share of quad a that lies in quad b."""
    return max(0.0, area(_common(np.asarray(a, np.float64), np.asarray(b, np.float64))) / max(area(a), 1e-9))


def clipped(corners: ArrayLike) -> Corners:
    """(n, 2) what of a convex polygon is within (0, 0), (1, 1), the picture in shares of its sides."""
    return _common(np.asarray(corners, np.float64), np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]))


def _common(a: Corners, b: Corners) -> Corners:
    """The polygon that both convex polygons cover [SutherlandHodgman1974]."""
    for p, q in zip(b, np.roll(b, -1, 0), strict=True):
        if len(a) < 3:
            break
        inside = (q[0] - p[0]) * (a[:, 1] - p[1]) - (q[1] - p[1]) * (a[:, 0] - p[0])
        kept = list[Any]()
        for i, d in enumerate(inside):
            j = (i + 1) % len(a)
            if d >= 0:
                kept.append(a[i])
            if (d >= 0) != (inside[j] >= 0):
                kept.append(a[i] + (a[j] - a[i]) * d / (d - inside[j]))
        a = np.array(kept).reshape(-1, 2)
    return a


def homography(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """(3, 3) the projection that takes four points to four others. raises : LinAlgError where three lie on a line"""
    rows, values = list[list[float]](), list[float]()
    for (x, y), (u, v) in zip(np.asarray(source, np.float64), np.asarray(target, np.float64), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(values)), 1.0).reshape(3, 3)


def aspect(corners: ArrayLike, size: tuple[int, int]) -> float:
    """Width by height of the flat rectangle that is seen so, by a camera that looks at the middle of the picture.

    The focal length follows from the two vanishing points [ZhangHe2007]; where those tell none that a camera has, it
    is taken to be a usual one.
    """
    middle, longer = np.array(size) / 2, max(size)
    q = (np.asarray(corners, np.float64) - middle) / longer
    H = homography([(0, 0), (1, 0), (1, 1), (0, 1)], q)
    across, down = H[:, 0], H[:, 1]
    depth = across[2] * down[2]
    squared = -(across[:2] @ down[:2]) / depth if abs(depth) > 1e-4 * np.abs(q).max() ** 2 else 0.0
    focal = np.sqrt(squared) if _FOCALS[0] ** 2 < squared < _FOCALS[1] ** 2 else _FOCAL
    seen = np.array([1 / focal, 1 / focal, 1.0])
    return float(np.linalg.norm(across * seen) / np.linalg.norm(down * seen))


def straight_size(quad: Quad, size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of what `straighten` makes of four corners in a picture of this size. raises : as that"""
    q = np.asarray(quad, np.float64)
    if q.shape != (4, 2) or not np.isfinite(q).all() or not is_convex(q) or area(q) < 1:
        raise ValueError(f"quad must be four corners clockwise from the upper left one, got {quad}")
    sides = np.linalg.norm(np.roll(q, -1, 0) - q, axis=1)
    wide, high = max(sides[0], sides[2]), max(sides[1], sides[3])
    by = min(max(aspect(q, size), 0.5 * wide / high), 2 * wide / high)  # lying corners stretch it no further
    return max(1, round(max(wide, high * by))), max(1, round(max(high, wide / by)))


def straighten(picture: Image.Image, quad: Quad) -> Image.Image:
    """What is within four corners, as if seen from straight before it.

    Parameters
    ----------
    picture
        RGB, upright
    quad
        ((x, y) x 4) clockwise from the upper left corner, in pixels of the picture

    Returns
    -------
    Image.Image
        of the width by height that the corners tell, as large as its longest sides are in the picture

    Raises
    ------
    ValueError
        where the corners surround nothing, or not clockwise
    """
    size = straight_size(quad, picture.size)
    target = [(0, 0), (size[0], 0), size, (0, size[1])]
    data = tuple(homography(target, quad).ravel()[:8])
    return picture.transform(size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC)
