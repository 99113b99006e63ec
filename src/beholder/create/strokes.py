"""Where the strokes of a painting go: layers of curved strokes over a picture, broad ones first [Hertzmann1998].

Strokes follow the edges of the picture, and where there are none the nearest ones [Litwinowicz1997]. A layer paints
where what was painted so far is still wrong by more than its threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Pixels = NDArray[np.floating[Any]]  # (h, w, 3) sRGB in [0, 1]
_LUMINANCE = np.array([0.3, 0.59, 0.11], np.float32)
_AT_LEAST = 2  # steps that a stroke takes, wherever it leads


@dataclass(frozen=True, slots=True)
class Layer:
    """One pass of strokes.

    Attributes
    ----------
    radius
        of the brush, in thousandths of the picture's shorter side
    threshold
        how wrong a place must be to be painted; 0: everywhere
    length
        most steps of a stroke, each of nine tenths of the radius
    bend
        how far a stroke turns with the picture at each step, 0 to 1
    spacing
        of strokes, in radii
    """

    radius: float
    threshold: float
    length: int = 10
    bend: float = 0.5
    spacing: float = 1.15


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """paths: for each stroke (m, 2) points x, y in pixels of the reference; colours (n, 3); radius in those pixels"""

    paths: list[NDArray[np.float32]]
    colours: Pixels
    radius: float


def directions(reference: Pixels, near: float = 3.0, far: float = 18.0) -> Pixels:
    """(h, w) the angle along the edges at each pixel, from the smoothed structure tensor."""
    light = gaussian_filter(reference @ _LUMINANCE, 2.0)
    gy, gx = np.gradient(light)
    parts = [gx * gx, gx * gy, gy * gy]
    xx, xy, yy = (gaussian_filter(part, near) + 0.3 * gaussian_filter(part, far) for part in parts)
    return (0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2).astype(np.float32)


def trace(reference: Pixels, painted: Pixels, angles: Pixels, layer: Layer, rng: np.random.Generator) -> Strokes | None:
    """The strokes of one layer, in the order in which they are painted; None where nothing is wrong.

    Parameters
    ----------
    painted
        what is there already, (h, w, 3) as the reference
    angles
        of `directions`
    """
    height, width = angles.shape
    radius = layer.radius * min(height, width) / 1000
    wanted = gaussian_filter(reference, (*[max(0.6, 0.6 * radius)] * 2, 0))
    apart = gaussian_filter(painted - wanted, (*[max(0.8, radius)] * 2, 0))  # what strokes differ at random evens out
    wrong = np.sqrt((apart**2).sum(2))
    start = _starts(height, width, max(1.2, layer.spacing * radius), rng)
    x, y = start.astype(np.intp).T
    start = start[wrong[y, x] >= layer.threshold]
    if not len(start):
        return None
    colours, paths, lengths = _follow(start, wanted, painted, angles, radius, layer, rng)
    return Strokes([path[:n] for path, n in zip(paths, lengths, strict=True)], colours, radius)


def _starts(height: int, width: int, step: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(n, 2) points x, y of a shaken grid, shuffled."""
    x, y = np.meshgrid(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    points = np.stack([x.ravel(), y.ravel()], 1)
    points += rng.uniform(-0.5, 0.5, points.shape) * step
    np.clip(points, 0, [width - 1.01, height - 1.01], out=points)
    return rng.permutation(points).astype(np.float32)


def _follow(
    start: NDArray[np.float32],
    wanted: Pixels,
    painted: Pixels,
    angles: Pixels,
    radius: float,
    layer: Layer,
    rng: np.random.Generator,
) -> tuple[Pixels, NDArray[np.float32], NDArray[np.intp]]:
    """Colours (n, 3), points (n, length + 1, 2) and how many points of each stroke count."""
    last = np.array([angles.shape[1] - 1.01, angles.shape[0] - 1.01], np.float32)

    def at(points: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        x, y = np.clip(points, 0, last).astype(np.intp).T
        return y, x

    colours = wanted[at(start)]
    now, ahead = start.copy(), np.zeros_like(start)
    going, lengths, points = np.ones(len(start), bool), np.ones(len(start), np.intp), [start.copy()]
    for step in range(layer.length):
        angle = angles[at(now)]
        turn = np.stack([np.cos(angle), np.sin(angle)], 1)
        if step:
            turn *= np.where((turn * ahead).sum(1, keepdims=True) < 0, -1, 1)
            turn = layer.bend * turn + (1 - layer.bend) * ahead
            turn /= np.linalg.norm(turn, axis=1, keepdims=True) + 1e-9
        else:
            turn *= np.where(rng.random((len(turn), 1)) < 0.5, -1, 1)
        ahead = turn.astype(np.float32)
        then = now + ahead * max(0.9 * radius, 1.0)
        here = at(then)
        by_stroke = np.abs(wanted[here] - colours).sum(1)
        if step >= _AT_LEAST:
            going &= (np.abs(wanted[here] - painted[here]).sum(1) >= by_stroke) & (by_stroke < 0.3)
        else:
            going &= by_stroke < 0.55
        now = np.where(going[:, None], then, now)
        lengths += going
        points.append(now.copy())
    paths = np.stack(points, 1)
    short = lengths < 2  # a dab: two thirds of a radius long
    paths[short, 1] = paths[short, 0] + ahead[short] * 0.66 * radius
    lengths[short] = 2
    return colours.astype(np.float32), paths, lengths
