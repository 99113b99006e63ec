"""The last hand on a picture: light, contrast, focus, and the tooth of paper or canvas. The same for every family."""

from __future__ import annotations

import numpy as np
from PIL import Image

from beholder.painter.canvas import Canvas, blur
from beholder.painter.palette import Array


def finish(c: Canvas, flat: bool, oil: bool) -> Image.Image:
    """The painted canvas as a picture.

    Focus, light and contrast are drawn apart from the family, so that a liking for dramatic light is not a liking
    for night skies. Flat paint is seldom out of focus: a blurred grid looks like a mistake.
    """
    rng = c.rng
    if rng.random() < (0.1 if flat else 0.4):
        _soften(c, rng.uniform(0.22, 0.4))
    light = rng.random() + (0.12 if flat else 0)
    if light < 0.2:
        _spot(c, rng.uniform(0.35, 0.7))
    elif light < 0.35:
        _rake(c, rng.uniform(0.3, 0.7))
    elif light < 0.5:
        _pale(c, rng.uniform(0.25, 0.5))
    if rng.random() < 0.22:
        _deepen(c)
    if oil and rng.random() < 0.5:
        _impasto(c, rng.uniform(0.12, 0.34))
    _tooth(c, canvas=rng.random() < 0.5)
    return Image.fromarray((np.clip(c.pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def _distance(c: Canvas) -> Array:
    """(h, w) distance from the focus, 1 at one short side's length."""
    distance: Array = np.hypot(c.x - c.focus[0], c.y - c.focus[1]) / c.unit
    return distance


def _soften(c: Canvas, reach: float) -> None:
    """Sharp about the focus, soft beyond, in two steps."""
    away = _distance(c)
    for radius, start in ((c.unit * 0.006, reach), (c.unit * 0.016, reach * 1.5)):
        c.lay(blur(c.pixels, radius), np.clip((away - start) / 0.12, 0, 1))


def _spot(c: Canvas, strength: float) -> None:
    """Light on the focus, dusk about it."""
    c.shade(1 - strength + strength * 1.15 * np.exp(-((_distance(c) / 0.5) ** 2)))


def _rake(c: Canvas, strength: float) -> None:
    """Light that comes from one side."""
    angle = c.rng.uniform(0, 2 * np.pi)
    across = (c.x / c.width - 0.5) * np.cos(angle) + (c.y / c.height - 0.5) * np.sin(angle)
    c.shade(1 + strength * np.clip(1.5 * across - 0.35, -1, 0.3))


def _pale(c: Canvas, strength: float) -> None:
    """As if faded by the sun: everything drawn towards one tone."""
    tone = 0.6 * c.pixels.mean(axis=(0, 1)) + 0.4 * c.palette.pale
    c.pixels = c.pixels * (1 - strength) + (tone * strength).astype(np.float32)


def _deepen(c: Canvas) -> None:
    """Darks darker, lights lighter."""
    x = np.clip(c.pixels, 0, 1)
    c.pixels = 0.25 * x + 0.75 * x * x * (3 - 2 * x)


def _impasto(c: Canvas, strength: float) -> None:
    """Thick paint: ridges of the brush, lit from the upper left."""
    size = float(c.rng.choice([34, 55, 80]))
    ridge = c.noise(size, 2, float(c.rng.choice([1.0, 2.5])))
    ridge = ridge + 0.35 * c.pixels.mean(axis=2)
    relief = np.zeros_like(ridge)
    relief[1:-1, 1:-1] = ridge[2:, 2:] - ridge[:-2, :-2]
    c.shade(1 + strength * np.clip(relief, -0.35, 0.35))


def _tooth(c: Canvas, canvas: bool) -> None:
    grain = 3.4 * (c.rng.random(c.pixels.shape[:2], np.float32) - 0.5)
    grain = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1)) * 0.006
    if canvas:
        grain = grain + 0.011 * (np.sin(c.x * 2.1) * np.cos(c.y * 0.35) + np.sin(c.y * 2.1) * np.cos(c.x * 0.35))
    c.shade(1 + grain)
