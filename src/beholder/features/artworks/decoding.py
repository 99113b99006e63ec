"""From what the network says of a view to quads: middles, corners by vote, sides where the masks end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, maximum_filter

from beholder.features.artworks.looking import Maps
from beholder.images.quads import Corners, area, covered, is_convex, overlap

_SAME = 0.3  # overlap of frames from which on two finds are one
_INSIDE = 0.7  # or the share of the fainter one's canvas that lies in the other's
_AROUND = 0.2  # of the size of a work: how far from a voted side the mask's end is looked for
_MOST, _LEAST = 8.0, 1.5  # pixels of the mask at most and at least for that
_ROUNDS = 3  # of moving all sides
_POINTS, _STEP = 17, 0.25  # of a side; pixels between two looks across it
_ENOUGH = 6  # points at which the mask ends, for a line
_AGREE = 0.6  # overlap with the vote that the masks' sides must have


@dataclass(frozen=True, eq=False)
class Find:
    """Corners (4, 2) of a canvas and its frame, in shares of the view, and how sure the network is."""

    canvas: Corners
    outer: Corners
    score: float


def finds_of(maps: Maps, least: float) -> list[Find]:
    """What is found with at least that score, best first."""
    found = list[Find]()
    for find in _voted(maps, least):
        if not any(_are_one(find, other) for other in found):
            found.append(find)
    return [Find(by_mask(find.canvas, maps.masks[0]), by_mask(find.outer, maps.masks[1]), find.score) for find in found]


def _are_one(a: Find, b: Find) -> bool:
    return overlap(a.outer, b.outer) > _SAME or covered(a.canvas, b.canvas) > _INSIDE


def _voted(maps: Maps, least: float) -> list[Find]:
    """At each peak of the middles, where the cells around it say that the corners are."""
    middles, g = maps.middles, len(maps.middles)
    finds = list[Find]()
    for y, x in zip(*np.nonzero((middles == maximum_filter(middles, 3)) & (middles >= least)), strict=True):
        part = slice(max(0, y - 1), min(y + 2, g)), slice(max(0, x - 1), min(x + 2, g))
        weight = middles[part] ** 2
        cells = np.mgrid[part][::-1] + 0.5
        votes = maps.corners[(..., *part)] + cells / g
        quads = (votes * weight).sum((3, 4)) / weight.sum()
        if all(is_convex(q) and area(q) > 1e-4 for q in quads):
            canvas, outer = quads.astype(np.float64)
            finds.append(Find(canvas, outer, float(middles[y, x])))
    return sorted(finds, key=lambda find: -find.score)


def by_mask(corners: Corners, mask: NDArray[np.float32]) -> Corners:
    """The quad whose sides run where a mask ends, near one that is roughly right; that one where the mask has no end.

    Parameters
    ----------
    corners
        (4, 2) in shares of the view
    mask
        (m, m) from 0 to 1
    """
    m, q = len(mask), corners
    for _ in range(_ROUNDS):
        p = q * m - 0.5
        reach = float(np.clip(_AROUND * np.linalg.norm(np.roll(p, -1, 0) - p, axis=1).min(), _LEAST, _MOST))
        better = crossings([_side(a, b, mask, reach) for a, b in zip(p, np.roll(p, -1, 0), strict=True)])
        if better is None:
            return q
        better = (better + 0.5) / m
        if not is_convex(better) or overlap(better, q) < _AGREE:
            return q
        q = better
    return q


Line = tuple[NDArray[np.float64], NDArray[np.float64]]  # a point and a direction


def _side(a: Corners, b: Corners, mask: NDArray[np.float32], reach: float) -> Line:
    """The line through the places where, coming from within, the mask first falls below a half."""
    along = b - a
    long = max(float(np.hypot(*along)), 1e-6)
    outward = np.array([along[1], -along[0]]) / long
    steps = np.arange(-reach, reach + _STEP, _STEP)
    base = a + along * np.linspace(0.1, 0.9, _POINTS)[:, None]
    at = base[:, None] + outward * steps[:, None]
    values = map_coordinates(mask, [at[..., 1], at[..., 0]], order=1, mode="constant", cval=0.0)
    below = values < 0.5
    first = below.argmax(1)
    ends = below.any(1) & (first > 0)
    if ends.sum() < _ENOUGH:
        return a, along / long
    rows = np.arange(_POINTS)[ends]
    k = first[ends]
    high, low = values[rows, k - 1], values[rows, k]
    offset = steps[k - 1] + _STEP * (high - 0.5) / np.maximum(high - low, 1e-6)
    return fit_line(base[ends] + outward * offset[:, None], along / long)


def fit_line(points: Corners, direction: NDArray[np.float64]) -> Line:
    """A line through (n, 2) points of which some are off (least squares with Cauchy's weights)."""
    weight = np.ones(len(points))
    middle = points.mean(0)
    for _ in range(6):
        middle = (points * weight[:, None]).sum(0) / weight.sum()
        direction = np.linalg.svd((points - middle) * np.sqrt(weight)[:, None], full_matrices=False)[2][0]
        off = np.abs((points - middle) @ np.array([-direction[1], direction[0]]))
        weight = 1 / (1 + (off / max(1.5 * float(np.median(off)), 0.05)) ** 2)
    return middle, direction


def crossings(lines: list[Line]) -> Corners | None:
    """(4, 2) where the top, right, bottom and left line cross, from the upper left on; None where two are parallel."""
    corners = list[NDArray[np.float64]]()
    for (p, d), (q, e) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        A = np.stack([d, -e], 1)
        if abs(np.linalg.det(A)) < 0.05:
            return None
        corners.append(p + d * np.linalg.solve(A, q - p)[0])
    return np.array(corners)
