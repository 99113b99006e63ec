"""What hangs on a wall: a picture with its passe-partout and its frame, seen from before."""

from __future__ import annotations

import numpy as np

from beholder.research.training.scene_paint import Pixels, Rng, colour, noise

_MATTED, _FRAMED = 0.28, 0.72  # shares
Box = tuple[int, int, int, int]


def framed(rng: Rng, picture: Pixels) -> tuple[Pixels, Box]:
    """The picture as it hangs, and where in that its canvas is: left, top, right, bottom."""
    h, w = picture.shape[:2]
    long, edge, im = max(h, w), 0, picture
    if rng.random() < _MATTED:
        white = np.float32(rng.uniform(190, 252)) + rng.normal(0, 5, 3).astype(np.float32)
        mat = white if rng.random() < 0.8 else colour(rng, 20, 200)
        if rng.random() < 0.4:
            im = _around(im, max(1, round(0.008 * long)), mat * np.float32(rng.uniform(0.6, 0.95)))
        im = _around(im, round(rng.uniform(0.04, 0.25) * long) + 1, mat)
        edge = (im.shape[0] - h) // 2
    inner = edge
    if rng.random() < _FRAMED:
        im, width = _with_frame(rng, im, long)
        edge += width
    box = edge, edge, edge + w, edge + h
    if edge and rng.random() < 0.5:
        _shadow(rng, im, (edge - inner, edge - inner, edge + w + inner, edge + h + inner))
    return im, box


def _around(im: Pixels, width: int, paint: Pixels) -> Pixels:
    h, w = im.shape[:2]
    out = np.empty((h + 2 * width, w + 2 * width, 3), np.float32)
    out[:] = paint
    out[width : width + h, width : width + w] = im
    return out


def _with_frame(rng: Rng, im: Pixels, long: int) -> tuple[Pixels, int]:
    """One of mouldings, each band of its own light, the four sides too; and its width."""
    width = round(rng.choice([rng.uniform(0.008, 0.03), rng.uniform(0.03, 0.09), rng.uniform(0.08, 0.2)]) * long) + 1
    kind = rng.random()
    if kind < 0.3:
        paint = np.array([rng.uniform(140, 235), rng.uniform(100, 185), rng.uniform(30, 115)])  # gold, bronze
    elif kind < 0.52:
        paint = np.array([2.2, 1.5, 1.0]) * rng.uniform(15, 95)  # wood
    elif kind < 0.72:
        paint = np.full(3, rng.uniform(5, 45))
    elif kind < 0.88:
        paint = np.full(3, rng.uniform(170, 255))
    else:
        paint = colour(rng, 20, 230)
    bands = int(rng.integers(1, 7)) if width > 4 else 1
    cuts = np.sort(rng.choice(np.arange(1, width), min(bands, width) - 1, replace=False)) if width > 1 else np.empty(0)
    liner = rng.random() < 0.15
    for k, band in enumerate(np.diff(np.concatenate([[0], cuts, [width]])).astype(int)):
        lit = np.array([225, 215, 200]) * rng.uniform(0.8, 1.1) if liner and k == 0 else paint * rng.uniform(0.6, 1.25)
        im = _around(im, int(band), lit.astype(np.float32))
    h, w = im.shape[:2]
    y, x = np.mgrid[:h, :w]
    away = np.stack([y, x, h - 1 - y, w - 1 - x])
    on = away.min(0) < width
    light = 1 + rng.uniform(-0.3, 0.3, 4)[away.argmin(0)] * on
    if rng.random() < 0.15:  # a corner block, or ornament
        light = light * (1 + on * (np.sort(away, 0)[1] < 2 * width) * rng.uniform(-0.2, 0.2))
    im = im * light[..., None].astype(np.float32)
    if rng.random() < 0.55:
        carving = noise(rng, (h, w), int(rng.integers(8, 60))) * np.float32(rng.uniform(3, 26))
        im += (carving * on)[..., None]
    return im, width


def _shadow(rng: Rng, im: Pixels, box: Box) -> None:
    """Of the frame on what it holds."""
    left, top, right, bottom = box
    part = im[top:bottom, left:right]
    h, w = part.shape[:2]
    wide = max(1.0, rng.uniform(0.005, 0.04) * max(h, w))
    y, x = np.arange(h, dtype=np.float32)[:, None], np.arange(w, dtype=np.float32)[None]
    near = np.maximum(np.exp(-y / wide), np.exp(-x / wide) * rng.random()) * np.float32(rng.uniform(0.1, 0.7))
    part *= (1 - near)[..., None].astype(np.float32)
