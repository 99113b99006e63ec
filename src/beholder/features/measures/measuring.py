"""What is measured on a picture's pixels for the words of palette, light, surface and layout.

Colours are those of OKLab, where equal steps look equal (Ottosson 2020, "A perceptual color space for image
processing"): lightness L from 0 to 1, chroma C, and the hue angle. A named colour's number is the square root of the
share of the picture that has it, so that small shares tell; its borders are soft, so that a pixel between two names
counts in part for both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from beholder.features.canvas import oklab

_Array = NDArray[Any]

SIDE = 128  # longer side of the view that is measured
THIN = 24  # no side of it is shorter
_GRID = 16  # cells a side, for emptiness
_MAP = 48  # side of the square map, for layout

_HUES = {  # in degrees: the middle, and the half widths to either side at which a pixel counts half
    "red": (25.0, 18.0, 16.0),
    "orange": (58.0, 17.0, 16.0),
    "yellow": (98.0, 16.0, 18.0),
    "green": (138.0, 22.0, 27.0),
    "teal": (192.0, 27.0, 26.0),
    "blue": (252.0, 34.0, 34.0),
    "purple": (308.0, 22.0, 20.0),
    "magenta": (346.0, 18.0, 20.0),
}
_COLOURED = 0.035  # chroma from which a pixel has a hue

NAMES = (
    "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "beige", "gold", "grey", "black",
    "white", "earth", "warm", "cool", "pastel", "sepia", "colourless", "vivid", "chroma", "chroma90", "chroma98",
    "off_hue", "hues", "one_hue", "light", "light10", "light90", "contrast", "dark", "bright", "border_light",
    "centre_light", "top_light", "edges", "fine", "smoothness", "emptiness", "border_edges", "focus", "centre",
    "symmetry", "horizon", "horizon_place", "verticals", "horizontals", "diagonals", "shape", "squareness",
)  # fmt: skip


def measure(picture: Image.Image) -> _Array:
    """(len(NAMES),) of one picture of any mode and size of at least 1 x 1."""
    picture = picture.convert("RGB")
    scale = SIDE / max(picture.size)
    size = (max(THIN, round(picture.width * scale)), max(THIN, round(picture.height * scale)))
    lab = oklab(np.asarray(picture.resize(size, Image.Resampling.BOX)))
    L, a, b = (np.ascontiguousarray(lab[..., k]) for k in range(3))
    C, hue = np.sqrt(a * a + b * b), np.degrees(np.arctan2(b, a))
    hue[hue < 0] += 360
    found = _colours(L, C, hue) | _tones(L, a, b, C, hue) | _surface(L) | _layout(L, a, b)
    found |= {"shape": float(np.log(picture.width / picture.height))}
    found["squareness"] = float(np.exp(-abs(found["shape"]) / 0.05))
    return np.array([found[name] for name in NAMES], np.float32)


def _step(x: _Array, at: float, width: float) -> _Array:
    """0 below, 1 above, a half at `at`; soft over about twice `width`."""
    soft: _Array = x * (0.5 / width)
    soft += 0.5 - at * 0.5 / width
    return np.clip(soft, 0, 1, out=soft)


def _turned(hue: _Array, middle: float) -> _Array:
    """Degrees from `middle`, -180 to 180. hue : 0 to 360"""
    away: _Array = hue - middle
    away -= 360 * (away >= 180)
    away += 360 * (away < -180)
    return away


def _near(hue: _Array, name: str) -> _Array:
    middle, below, above = _HUES[name]
    away = _turned(hue, middle)
    return 1 - _step(np.maximum(away * (-1 / below), away * (1 / above)), 1.0, 0.15)


def _colours(L: _Array, C: _Array, hue: _Array) -> dict[str, float]:
    """Square root of the share of the picture that has each named colour."""
    coloured = _step(C, _COLOURED, 0.012)
    near = {name: _near(hue, name) * coloured for name in _HUES}
    light, deep = _step(L, 0.74, 0.05), 1 - _step(L, 0.58, 0.05)
    ochre = np.maximum.reduce([near["red"] * (hue > 25), near["orange"], near["yellow"] * (hue < 105)])
    dull = 1 - _step(C, 0.13, 0.02)
    brown = np.maximum(near["orange"], near["yellow"] * (hue < 100)) * deep * dull
    beige = np.maximum(near["orange"], near["yellow"]) * _step(L, 0.7, 0.05) * (1 - _step(C, 0.09, 0.015))
    gold = near["yellow"] * (hue < 102) * _step(C, 0.09, 0.015) * _step(L, 0.45, 0.05)
    pink = np.maximum(near["magenta"], near["red"] * _step(L, 0.68, 0.04) * (1 - _step(C, 0.17, 0.02)))
    shares = {
        "red": near["red"] * (1 - pink) * _step(C, 0.1, 0.02),
        "orange": near["orange"] * _step(C, 0.11, 0.015),
        "yellow": near["yellow"] * _step(C, 0.08, 0.015) * _step(L, 0.6, 0.05),
        "green": near["green"],
        "teal": near["teal"],
        "blue": near["blue"],
        "purple": near["purple"],
        "pink": pink,
        "brown": brown,
        "beige": beige,
        "gold": gold,
        "grey": (1 - _step(C, 0.025, 0.008)) * _step(L, 0.3, 0.05) * (1 - _step(L, 0.9, 0.03)),
        "black": 1 - _step(L, 0.25, 0.04),
        "white": _step(L, 0.9, 0.025) * (1 - _step(C, 0.035, 0.01)),
        "earth": ochre * dull * (1 - light * (1 - _step(C, 0.05, 0.01))),
        "pastel": light * _step(C, 0.025, 0.008) * (1 - _step(C, 0.12, 0.015)),
        "colourless": 1 - _step(C, 0.015, 0.004),
        "vivid": _step(C, 0.15, 0.02),
    }
    return {name: float(np.sqrt(share.mean())) for name, share in shares.items()}


def _tones(L: _Array, a: _Array, b: _Array, C: _Array, hue: _Array) -> dict[str, float]:
    """Warm against cool, how many hues, how light and how dark, here and there."""
    total = float(C.mean()) + 0.01
    bins = np.bincount((hue * (1 / 30)).astype(np.intp).ravel() % 12, np.maximum(C - 0.02, 0).ravel(), 12) + 1e-6
    bins /= bins.sum()
    low, middle, high = np.percentile(L, [10, 50, 90])
    chroma90, chroma98 = np.percentile(C, [90, 98])
    tall, wide = L.shape
    border = np.ones(L.shape, bool)
    border[tall // 8 : tall - tall // 8, wide // 8 : wide - wide // 8] = False
    rim = L[border]
    inner = L[tall // 4 : tall - tall // 4, wide // 4 : wide - wide // 4]
    toned = (1 - _step(np.abs(_turned(hue, 72)), 30, 6)) * _step(C, 0.015, 0.005)
    return {
        "warm": _towards(a, b, C, 55, 0.35, 0.15) / total,
        "cool": _towards(a, b, C, 225, 0.2, 0.2) / total,
        "sepia": float(np.sqrt((toned * (1 - _step(C, 0.1, 0.02))).mean())),
        "chroma": float(C.mean()),
        "chroma90": float(chroma90),
        "chroma98": float(np.log(chroma98 + 0.01)),
        "off_hue": float(np.log(_off_hue(a, b) + 0.01)),
        "hues": float(np.exp(-(bins * np.log(bins)).sum())) * min(1.0, total / 0.05),
        "one_hue": float(np.hypot(a.sum(), b.sum()) / (C.sum() + 1e-6)),
        "light": float(middle),
        "light10": float(low),
        "light90": float(high),
        "contrast": float(high - low),
        "dark": float((1 - _step(L, 0.38, 0.05)).mean()),
        "bright": float(_step(L, 0.82, 0.04).mean()),
        "border_light": float(np.median(rim)),
        "centre_light": float(inner.mean() - rim.mean()),
        "top_light": float(L[: tall // 3].mean() - L[-(tall // 3) :].mean()),
    }


def _towards(a: _Array, b: _Array, C: _Array, hue: float, at: float, width: float) -> float:
    """Mean chroma of pixels whose hue is near this one: the cosine of the angle between is `at` for half of it."""
    along = a * np.cos(np.radians(hue)) + b * np.sin(np.radians(hue))
    return float(np.clip((along - at * C) / (2 * width) + 0.5 * C, 0, C).mean())


def _off_hue(a: _Array, b: _Array) -> float:
    """How far the colours are from one single hue: of toned prints hardly at all."""
    along, up = float(a.sum()), float(b.sum())
    length = np.hypot(along, up) + 1e-6
    return float(np.percentile(np.abs(b * (along / length) - a * (up / length)), 95))


def _surface(L: _Array) -> dict[str, float]:
    """How much there is in the picture, how fine it is, and where it is sharp."""
    tone = L * 100
    soft, softer = ndimage.uniform_filter(tone, 3), ndimage.uniform_filter(tone, 9)
    fine, coarse = np.abs(tone - soft), np.abs(soft - softer)
    down, right = ndimage.sobel(soft, 0), ndimage.sobel(soft, 1)
    slope = np.sqrt(down * down + right * right) / 8
    edge = slope / (slope + 2.0)
    cells = _cells(edge, _GRID)
    rim = np.ones(cells.shape, bool)
    rim[2:-2, 2:-2] = False
    sharp = np.sort((_cells(fine, 8) / (_cells(coarse, 8) + 0.5)).ravel())
    return {
        "edges": float(edge.mean()),
        "fine": float(np.log(fine.mean() + 0.05)),
        "smoothness": float(np.log((coarse.mean() + 0.2) / (fine.mean() + 0.05))),
        "emptiness": float((cells < 0.12).mean()),
        "border_edges": float(cells[rim].mean()),
        "focus": float(np.log((sharp[-8:].mean() + 0.01) / (sharp[:32].mean() + 0.01))),
    }


def _layout(L: _Array, a: _Array, b: _Array) -> dict[str, float]:
    """Where the weight is, what is mirrored, and in which directions lines run, on a square map."""
    grid = np.stack([_cells(channel, _MAP) for channel in (L, a, b)], axis=-1)
    grid = grid * np.array([1.0, 2.5, 2.5])  # a and b are narrower than L
    centred = ndimage.gaussian_filter(grid - grid.mean((0, 1)), (1, 1, 0))
    weight = np.linalg.norm(centred - np.median(centred, (0, 1)), axis=2) ** 2
    weight = weight / (weight.sum() + 1e-6)
    middle = slice(_MAP // 4, _MAP - _MAP // 4)
    total = (centred**2).sum() + 1e-3
    bands = np.cumsum(centred.sum(1), 0)[:-1]  # (47, 3): what a cut below each row parts
    above = np.arange(1, _MAP)
    parted = (bands**2).sum(1) / _MAP * (1 / above + 1 / (_MAP - above)) / total
    parted[: _MAP // 8], parted[-(_MAP // 8) :] = 0, 0
    down, right = np.gradient(grid[..., 0])
    strength, turn = np.hypot(down, right), np.degrees(np.arctan2(down, right)) % 180
    whole = strength.sum() + 0.05
    upright = strength[np.minimum(turn, 180 - turn) < 15].sum()  # the gradient is across the line
    level = strength[np.abs(turn - 90) < 15].sum()
    slanting = strength[np.abs(np.abs(turn - 90) - 45) < 20].sum()
    return {
        "centre": float(weight[middle, middle].sum()),
        "symmetry": float((centred * centred[:, ::-1]).sum() / total),
        "horizon": float(parted.max()),
        "horizon_place": float((parted.argmax() + 1) / _MAP),
        "verticals": float(upright / whole),
        "horizontals": float(level / whole),
        "diagonals": float(slanting / whole),
    }


def _cells(x: _Array, n: int) -> _Array:
    """(n, n) means over a grid of n x n cells."""
    picture = Image.fromarray(np.ascontiguousarray(x, np.float32))
    return np.asarray(picture.resize((n, n), Image.Resampling.BOX))
