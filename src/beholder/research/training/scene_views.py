"""How a scene is shown to the network: whole, from near, mirrored, in other colours; and what it should say of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.images.quads import area, clipped
from beholder.research.training.artwork_network import COARSE, FINE
from beholder.research.training.scene_paint import Rng, coverage
from beholder.research.training.scenes import Scene

_CLOSE, _PART, _INSIDE = 0.35, 0.12, 0.05  # shares of the views; the others are of (nearly) the whole scene
_IS_WHOLE, _NEARLY = 0.9, 0.8  # share of the view that a canvas fills to be all of it; from which on it may be
_SMALLEST = 0.05  # of the view's side: what is smaller need not be found
_Corners = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class View:
    """Pixels (side, side, 3) uint8; corners (2, k, 4, 2) of canvases and frames in shares of the view; `weight` 0 where
    nobody can say whether the view is all canvas."""

    pixels: NDArray[np.uint8]
    corners: _Corners
    weight: float


@dataclass(frozen=True, eq=False)
class Target:
    """What the network should say; `near` is where the corners are asked for."""

    masks: NDArray[np.float32]
    middles: NDArray[np.float32]
    corners: NDArray[np.float32]
    near: NDArray[np.float32]
    shows: float


def view_of(scene: Scene, side: int, rng: Rng) -> View:
    """One of many views of a scene."""
    box = _box(scene, rng)
    seen = Image.fromarray(scene.pixels)
    filters = Image.Resampling.BILINEAR, Image.Resampling.BOX, Image.Resampling.BICUBIC
    seen = seen.resize((side, side), filters[int(rng.integers(3))], box=box)
    size = np.array([box[2] - box[0], box[3] - box[1]])
    corners = (np.stack([scene.canvases, scene.outers]) - box[:2]) / size
    if rng.random() < 0.5:
        seen = seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        corners = np.stack([1 - corners[..., 0], corners[..., 1]], -1)[:, :, [1, 0, 3, 2]]
    share = max((area(clipped(q)) for q in corners[0]), default=0.0)
    if share > _IS_WHOLE:
        corners = corners[:, :0]
    kept = [k for k in range(corners.shape[1]) if area(clipped(corners[1, k])) > 1e-4]
    weight = 0.0 if _NEARLY < share <= _IS_WHOLE else 1.0
    return View(_coloured(np.asarray(seen), rng), corners[:, kept], weight)


def _box(scene: Scene, rng: Rng) -> Box:
    """Which part of a scene is seen."""
    h, w = scene.pixels.shape[:2]
    kind, count = rng.random(), len(scene.outers)
    if kind < _CLOSE and count:
        k = int(rng.integers(count))
        both = np.concatenate([scene.canvases[k], scene.outers[k]])
        low, high = both.min(0), both.max(0)
        pad = (high - low) * rng.uniform(0.08, 0.8) * rng.uniform(0.5, 1.5, (2, 2))
        low, high = np.maximum(low - pad[0], 0), np.minimum(high + pad[1], (w, h))
        if (high - low).min() > 24:
            return float(low[0]), float(low[1]), float(high[0]), float(high[1])
    if kind < _CLOSE + _PART:
        return _part((0, 0, w, h), rng.uniform(0.45, 0.95, 2), rng)
    if kind < _CLOSE + _PART + _INSIDE and count:
        canvas = scene.canvases[int(rng.integers(count))]
        left, right = max(canvas[[0, 3], 0].max(), 0), min(canvas[[1, 2], 0].min(), w)
        top, bottom = max(canvas[:2, 1].max(), 0), min(canvas[2:, 1].min(), h)
        if min(right - left, bottom - top) > 80:
            return _part((left + 3, top + 3, right - 3, bottom - 3), rng.uniform(0.7, 1, 2), rng)
    return _part((0, 0, w, h), rng.uniform(0.93, 1, 2) if rng.random() < 0.5 else np.ones(2), rng)


def _part(box: Box, share: NDArray[np.float64], rng: Rng) -> Box:
    size = np.array([box[2] - box[0], box[3] - box[1]])
    low = np.array(box[:2]) + rng.uniform(0, 1, 2) * (1 - share) * size
    high = low + share * size
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _coloured(pixels: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
    if rng.random() < 0.4:
        return pixels
    x = pixels.astype(np.float32)
    if rng.random() < 0.5:
        grey = x.mean(2, keepdims=True)
        x = grey + np.float32(0.0 if rng.random() < 0.12 else rng.uniform(0.4, 1.6)) * (x - grey)
    tint = rng.uniform(0.9, 1.1, 3) * rng.uniform(0.75, 1.25)
    x = ((x - 128) * np.float32(rng.uniform(0.75, 1.25)) + 128) * tint.astype(np.float32)
    return np.clip(x, 0, 255).astype(np.uint8)


def target_of(view: View) -> Target:
    """What the network should say of a view."""
    side = view.pixels.shape[0]
    fine, coarse = side // FINE, side // COARSE
    masks = np.zeros((2, fine, fine), np.float32)
    middles, near = (np.zeros((1, coarse, coarse), np.float32) for _ in range(2))
    corners = np.zeros((16, coarse, coarse), np.float32)
    y, x = (np.arange(coarse, dtype=np.float32)[s] + 0.5 for s in ((slice(None), None), (None, slice(None))))
    shown = False
    for canvas, outer in zip(*view.corners, strict=True):
        for mask, q in zip(masks, (canvas, outer), strict=True):
            covered = coverage(q * fine, mask.shape)
            if covered is not None:
                mask[covered[0]] = np.maximum(mask[covered[0]], covered[1])
        size, middle = np.ptp(outer, 0).min(), canvas.mean(0)
        if size < _SMALLEST or not ((middle > 0) & (middle < 1)).all():
            continue
        shown = True
        spread = np.clip(0.07 * size * coarse, 0.7, 2.5)
        at = middle * coarse
        peak = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * spread**2)).astype(np.float32)
        peak[min(int(at[1]), coarse - 1), min(int(at[0]), coarse - 1)] = 1
        mine = peak > np.maximum(middles[0], 0.4)
        near[0] = np.where(mine, peak, near[0])
        offsets = np.concatenate([canvas, outer]).ravel()
        for k, offset in enumerate(offsets):
            corners[k] = np.where(mine, offset - (x / coarse if k % 2 == 0 else y / coarse), corners[k])
        middles[0] = np.maximum(middles[0], peak)
    return Target(masks, middles, corners, near, float(shown))


def batch_of(views: list[View]) -> dict[str, NDArray[Any]]:
    """Views and targets, stacked."""
    targets = [target_of(view) for view in views]
    stacked = {name: np.stack([getattr(t, name) for t in targets]) for name in ("masks", "middles", "corners", "near")}
    pixels = np.stack([v.pixels for v in views]).transpose(0, 3, 1, 2)
    shows = np.array([[t.shows] for t in targets], np.float32)
    return stacked | {"pixels": pixels, "shows": shows, "weight": np.array([v.weight for v in views], np.float32)}
