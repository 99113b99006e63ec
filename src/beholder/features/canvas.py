"""What the blocks of `classic` look at: one picture, small, in OKLab, with its gradient, and the few ways to sum it up.

OKLab (Ottosson 2020, "A perceptual color space for image processing"): like CIELAB, with truer hues and no division
by a white point, and cheap: a table, two matrices and a cube root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]  # float32 or float64

SIDE = 224  # longer side of the canvas: 192 costs a quarter less and orders 0.2 % fewer pairs right, 160 0.4 %
THIN = 24  # no side is shorter: a 1 x 2000 picture is stretched, not refused
CELLS = 12  # the layout map is CELLS x CELLS, positions being shares of width and height; 12 halves, thirds, quarters
ANGLES = 6  # orientation bins over half a turn
CHROMA = 4.0  # a and b of OKLab are about a quarter as wide as L in pictures; this makes one unit mean about as much

_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)


def oklab(rgb: NDArray[np.uint8]) -> Array:
    """(..., 3) sRGB 0-255 to OKLab: L in [0, 1], a and b roughly in [-0.3, 0.3]."""
    cones = cube_root(_LINEAR[rgb.reshape(-1, 3)] @ _TO_CONES.T)
    lab: Array = (cones @ _TO_LAB.T).reshape(rgb.shape)
    return lab


def cube_root(x: Array) -> Array:
    """Of float32 numbers that are not negative; twice as fast as cbrt, for which NumPy has no vector instructions."""
    root: Array = x ** np.float32(1 / 3)
    return root


@dataclass(frozen=True, slots=True)
class Canvas:
    """One picture as the blocks see it. All (h, w) float32 unless said otherwise.

    Attributes
    ----------
    L, a, b
        OKLab, with a and b times CHROMA
    C, hue
        chroma and hue (radians) of the same
    edge
        length of the gradient of L
    angle
        its direction, 0 to pi
    edges
        (ANGLES, CELLS, CELLS) mean edge strength by direction, softly binned
    map
        (5, CELLS, CELLS) means of L, a, b, C and edge
    """

    L: Array
    a: Array
    b: Array
    C: Array
    hue: Array
    edge: Array
    angle: Array
    edges: Array
    map: Array


def canvas(picture: Image.Image) -> Canvas:
    """The canvas of a picture of any size."""
    scale = SIDE / max(picture.size)
    size = (max(THIN, round(picture.width * scale)), max(THIN, round(picture.height * scale)))
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    lab = oklab(np.asarray(picture.convert("RGB").resize(size, way)))
    L, a, b = (np.ascontiguousarray(lab[..., k]) for k in range(3))
    a, b = a * np.float32(CHROMA), b * np.float32(CHROMA)
    C = np.sqrt(a * a + b * b)  # four times faster than hypot, and nothing here over- or underflows
    edge, angle = gradient(L)
    return Canvas(
        L=L,
        a=a,
        b=b,
        C=C,
        hue=np.arctan2(b, a),
        edge=edge,
        angle=angle,
        edges=np.stack([cells(part) for part in by_angle(edge, angle, ANGLES)]),
        map=np.stack([cells(part) for part in (L, a, b, C, edge)]),
    )


def gradient(x: Array) -> tuple[Array, Array]:
    """Length and direction (0 to pi, which mean the same) of the central differences."""
    gy = np.empty_like(x)
    gx = np.empty_like(x)
    gy[1:-1], gy[0], gy[-1] = (x[2:] - x[:-2]) / 2, x[1] - x[0], x[-1] - x[-2]
    gx[:, 1:-1], gx[:, 0], gx[:, -1] = (x[:, 2:] - x[:, :-2]) / 2, x[:, 1] - x[:, 0], x[:, -1] - x[:, -2]
    angle = np.arctan2(gy, gx)
    return np.sqrt(gx * gx + gy * gy), np.where(angle < 0, angle + np.float32(np.pi), angle)


def by_angle(edge: Array, angle: Array, n: int) -> list[Array]:
    """`edge` shared out over n directions, each pixel between its two nearest (so that a mirror maps bins on bins)."""
    place = angle * np.float32(n / np.pi)
    parts = []
    for k in range(n):
        away = np.abs(place - k)
        parts.append(edge * np.maximum(1 - np.minimum(away, n - away), 0))
    return parts


def shrink(x: Array, factor: int) -> Array:
    """Means of factor x factor pixels; no side under THIN / 2."""
    height, width = (max(THIN // 2, round(side / factor)) for side in x.shape)
    return resized(x, width, height)


def resized(x: Array, width: int, height: int) -> Array:
    picture = Image.fromarray(np.ascontiguousarray(x, np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX), np.float32)


def cells(x: Array, n: int = CELLS) -> Array:
    """(n, n) means, positions being shares of width and height."""
    return resized(x, n, n)


def pooled(grids: Array, n: int) -> Array:
    """(..., CELLS, CELLS) to (..., n, n) by means; n divides CELLS."""
    k = grids.shape[-1] // n
    means: Array = grids.reshape(*grids.shape[:-2], n, k, n, k).mean((-3, -1))
    return means


def soft_histogram(x: Array, low: float, high: float, n: int) -> Array:
    """Shares of n bins from low to high, each value between its two nearest; sums to 1."""
    fine = 32 * (n - 1) + 1  # counted finely first: counting whole numbers is four times faster than adding weights
    codes = (np.clip(x, low, high).ravel() - low) * ((fine - 1) / (high - low)) + 0.5
    counts = np.bincount(codes.astype(np.intp), minlength=fine)
    return _binned(np.arange(fine) / 32, counts / codes.size, n + 1)[:n]


def round_histogram(angle: Array, weight: Array, n: int) -> Array:
    """Weight over n bins of a full turn, divided by the number of values: grey weighs nothing, whatever its hue."""
    place = (angle.ravel() * (n / (2 * np.pi))) % n
    sums = _binned(place, weight.ravel() / weight.size, n + 1)
    sums[0] += sums[n]
    return sums[:n]


def _binned(place: Array, weight: Array, n: int) -> Array:
    low = np.minimum(place.astype(np.intp), n - 2)
    share = place - low
    sums: Array = np.bincount(low, weight * (1 - share), n) + np.bincount(low + 1, weight * share, n)
    return sums
