"""A family of snow: white ground, bare trees or firs, a pale sky."""

from __future__ import annotations

import numpy as np

from beholder.painter.canvas import Canvas, Pen, below, curve, disc
from beholder.painter.palette import Array

_SNOW = np.array([0.95, 0.96, 0.98])
_SHADE = np.array([0.66, 0.73, 0.86])  # of snow, where the sky alone lights it
_BARK = np.array([0.21, 0.17, 0.16])
_FIR = np.array([0.13, 0.22, 0.20])


def snow(c: Canvas) -> None:
    """Drift before drift of snow, trees between them, perhaps hills, a hut, a stream, falling flakes."""
    rng = c.rng
    white = 0.9 * _SNOW + 0.1 * c.palette.pale
    shade = 0.65 * _SHADE + 0.35 * c.palette.ramp(rng.uniform(0.4, 0.8))
    low = 0.6 * white + 0.4 * c.palette.ramp(rng.uniform(0.6, 1.0))
    c.gradient(0.6 * shade + 0.4 * c.palette.ramp(rng.uniform(0.45, 0.95)), low, rng.uniform(0.5, 1.3))
    c.lay(white, np.clip(c.noise(3, 4, 4.0) * 2 - 1, 0, 1) * rng.uniform(0.1, 0.5))
    start = c.height * rng.uniform(0.32, 0.62)
    if rng.random() < 0.35:
        x, y, r = c.focus[0], start * rng.uniform(0.35, 0.9), c.unit * rng.uniform(0.025, 0.06)
        sun = 0.5 * c.palette.accent() + 0.5 * c.palette.pale
        c.lay(sun, np.exp(-np.hypot(c.x - x, c.y - y) / (r * 4)) * 0.5)
        c.lay(0.3 + 0.7 * sun, disc(c, x, y, r))
    if rng.random() < 0.5:
        _hills(c, start, (white, shade, low))
    bark = 0.7 * _BARK + 0.3 * c.palette.deep
    firs, count, drifts = rng.choice([0.0, 0.15, 0.9]), int(rng.choice([2, 4, 7])), int(rng.integers(3, 6))
    dusk = rng.uniform(0.2, 0.8)
    hut = rng.random() < 0.35
    lines = [start + (c.height - start) * (k / drifts) ** 1.2 for k in range(drifts)]
    lines = [at + curve(rng, c.width, 1.5 + k / drifts, 3, 0.3) * c.height * 0.05 for k, at in enumerate(lines)]
    for line in lines:
        _drift(c, line, white, (1 - dusk) * white + dusk * shade)
    if rng.random() < 0.3:
        _stream(c, float(lines[0].max()), 0.5 * shade + 0.5 * bark)
    for k, line in enumerate(lines):
        t = (k + 1) / drifts
        far = low + (bark - low) * (0.35 + 0.65 * t)
        with c.pen() as pen:
            if hut and k == drifts // 2:
                _hut(pen, c, c.width * rng.uniform(0.2, 0.8), line, c.unit * 0.14 * (0.5 + t), (far, white))
            for _ in range(count if k < drifts - 1 else int(rng.choice([0, 1, 2]))):
                x = rng.uniform(0, 1) * c.width
                foot = x, float(line[min(int(x), c.width - 1)]) + c.unit * 0.012
                high = c.unit * rng.uniform(0.14, 0.34) * (0.35 + 1.1 * t * t)
                if rng.random() < firs:
                    _fir(pen, c, foot, high, (0.55 * far + 0.45 * _FIR, white))
                else:
                    _limb(pen, c, foot, high * 0.36, np.pi / 2 + rng.normal(0, 0.08), high * 0.045, far)
    if rng.random() < 0.35:
        with c.pen() as pen:
            for x, y, size in rng.random((int(rng.choice([120, 400])), 3)):
                r = c.unit * (0.002 + 0.006 * size**3)
                pen.ellipse(x * c.width, y * c.height, r, r, white, 0.85)


def _hills(c: Canvas, start: float, colours: tuple[Array, Array, Array]) -> None:
    """White peaks, blue on the side away from the light."""
    white, shade, low = colours
    line = start - c.height * 0.05 - (0.5 + 0.5 * curve(c.rng, c.width, 2.5, 5, 0.5)) * start * 0.55
    rock = np.clip(c.noise(9, 4, 0.6) * 2.4 - 0.9, 0, 1)
    c.lay(0.55 * white + 0.45 * low, below(c, line))
    c.lay(shade * 0.85, below(c, line) * rock * np.clip((start - c.y) / (start * 0.5), 0, 1))


def _drift(c: Canvas, line: Array, white: Array, shade: Array) -> None:
    """Bright along its ridge, in shade towards its foot."""
    depth = np.clip((c.y - line[None, :].astype(np.float32)) / (c.height * 0.22), 0, 1)
    colour = white + (shade - white) * np.clip(depth * (0.7 + 0.6 * c.noise(5, 3, 4.0)), 0, 1)[..., None]
    c.lay(colour, below(c, line, 2))


def _limb(
    pen: Pen, c: Canvas, foot: tuple[float, float], long: float, angle: float, wide: float, colour: Array, left: int = 4
) -> None:
    """A bare tree: a limb, and two or three from where it ends."""
    rng = c.rng
    tip = foot[0] + long * np.cos(angle), foot[1] - long * np.sin(angle)
    pen.line([foot, tip], colour, max(0.7, wide))
    if left and long > c.unit * 0.008:
        for turn in (-1, 1) if rng.random() < 0.6 else (-1, 0, 1):
            to = angle + turn * rng.uniform(0.3, 0.6) + rng.normal(0, 0.1)
            _limb(pen, c, tip, long * rng.uniform(0.6, 0.85), to, wide * 0.62, colour, left - 1)


def _fir(pen: Pen, c: Canvas, foot: tuple[float, float], high: float, colours: tuple[Array, Array]) -> None:
    """Tiers of boughs, with snow on each."""
    (x, y), (green, white) = foot, colours
    pen.line([(x, y), (x, y - high * 0.2)], green * 0.7, high * 0.05)
    laden = c.rng.uniform(0.25, 0.7)
    for k in range(5):
        top, wide = y - high * (0.45 + 0.14 * k), high * (0.26 - 0.045 * k)
        base = top + high * 0.32
        pen.polygon([(x, top), (x - wide, base), (x + wide, base)], green)
        snow = [(x, top), (x - wide, base), (x - wide * 0.4, base - high * 0.16 * laden),
                (x, base - high * 0.05), (x + wide * 0.3, base - high * 0.2)]  # fmt: skip
        pen.polygon(snow, white, 0.9 * laden + 0.1)


def _hut(pen: Pen, c: Canvas, x: float, line: Array, size: float, colours: tuple[Array, Array]) -> None:
    (dark, white), wall = colours, c.palette.pick(c.rng)
    y = float(line[min(int(x), c.width - 1)]) + size * 0.12
    pen.box(x - size, y - size * 0.75, x + size, y, 0.6 * wall + 0.4 * dark)
    pen.box(x - size * 0.5, y - size * 0.5, x - size * 0.2, y - size * 0.2, 0.5 * c.palette.accent() + 0.5)
    pen.polygon([(x - size * 1.2, y - size * 0.7), (x - size * 0.7, y - size * 1.5), (x + size * 0.7, y - size * 1.5),
                 (x + size * 1.2, y - size * 0.7)], white)  # fmt: skip
    pen.box(x + size * 0.4, y - size * 1.75, x + size * 0.6, y - size * 1.4, dark)


def _stream(c: Canvas, top: float, colour: Array) -> None:
    """Open water that winds to the front, ever broader."""
    down = np.clip((c.y - top) / (c.height - top), 0, 1)
    middle = c.focus[0] + c.width * 0.12 * np.sin(down * c.rng.uniform(3, 7) + c.rng.uniform(0, 6))
    half = c.unit * (0.004 + 0.16 * down**1.5)
    c.lay(colour, np.clip((half - np.abs(c.x - middle)) / 2 + 0.5, 0, 1) * (down > 0) * 0.85)
