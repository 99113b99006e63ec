"""Families that live on paper: ink, watercolour, waves."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from beholder.painter.canvas import Canvas, below, curve, disc, leaf, noise
from beholder.painter.palette import Array


def ink(c: Canvas) -> None:
    """Brush and ink on paper: a circle, bamboo, far hills, or a few strokes; a red seal."""
    rng = c.rng
    paper = 0.6 * c.palette.pale + 0.4 * np.array([0.95, 0.92, 0.86])
    c.fill(paper)
    c.mottle(0.04, 5)
    black = 0.5 * c.palette.deep
    kind = rng.choice(["circle", "bamboo", "hills", "strokes", "blots"])
    {"circle": _enso, "bamboo": _bamboo, "hills": _ink_hills, "strokes": _strokes, "blots": _blots}[kind](c, black)
    if rng.random() < 0.7:
        s = c.unit * 0.04
        x, y = c.width * rng.choice([0.1, 0.86]), c.height * rng.uniform(0.78, 0.9)
        with c.pen() as pen:
            pen.box(x, y, x + s, y + s, np.array([0.74, 0.18, 0.13]))
            pen.line([(x + s * 0.3, y + s * 0.2), (x + s * 0.3, y + s * 0.8)], paper, s * 0.1)
            pen.line(
                [(x + s * 0.3, y + s * 0.5), (x + s * 0.75, y + s * 0.3), (x + s * 0.75, y + s * 0.8)], paper, s * 0.1
            )


def _brush(c: Canvas, path: Array, wide: Array, black: Array, dry: float) -> None:
    """A stroke of many hairs: where the brush runs dry, hairs lift off."""
    rng = c.rng
    step = np.gradient(path, axis=0)
    across = np.stack([-step[:, 1], step[:, 0]], 1) / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-6)
    hairs = int(np.clip(wide.max() * 1.3, 8, 60))
    t = np.linspace(0, 1, len(path))
    with c.pen() as pen:
        for offset in np.linspace(-1, 1, hairs):
            line = path + across * (wide * (offset + rng.normal(0, 0.03)))[:, None]
            lifts = 1.15 - dry * rng.uniform(0, 1) * (0.4 + abs(offset))
            begin = rng.uniform(0, 0.015)
            keep = (t >= begin) & (t <= lifts)
            if keep.sum() > 1:
                pen.line(
                    line[keep],
                    black + rng.uniform(0, 0.12),
                    max(1.2, wide.mean() * 2.6 / hairs),
                    rng.uniform(0.6, 0.95),
                )


def _enso(c: Canvas, black: Array) -> None:
    rng = c.rng
    x, y = (c.width / 2, c.height / 2) if rng.random() < 0.6 else c.focus
    r = c.unit * rng.uniform(0.22, 0.36)
    angle = np.linspace(0, rng.uniform(5.6, 6.4), 160) + rng.uniform(0, 6)
    radius = r * (1 + 0.04 * np.cos(angle * 2 + 1))
    wide = c.unit * rng.uniform(0.02, 0.05) * (0.6 + 0.6 * np.sin(np.linspace(0.3, 2.8, 160)))
    _brush(c, np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1), wide, black, rng.uniform(0.3, 0.9))


def _bamboo(c: Canvas, black: Array) -> None:
    rng = c.rng
    for _ in range(int(rng.integers(1, 5))):
        x, wide = rng.uniform(0.12, 0.88) * c.width, c.unit * rng.uniform(0.012, 0.03)
        pale = rng.uniform(0, 0.45)
        joints = np.linspace(1.02, -0.05, int(rng.integers(5, 9))) * c.height
        lean = rng.normal(0, 0.06)
        for low, high in pairwise(joints):
            ys = np.linspace(low - 3, high + 3, 12)
            swell = wide * (1 + 0.25 * np.abs(np.linspace(-1, 1, 12)) ** 3)
            _brush(c, np.stack([x + (c.height - ys) * lean, ys], 1), swell, black + pale, 0.25)
        with c.pen() as pen:
            for _ in range(int(rng.integers(4, 14))):
                y = rng.choice(joints[1:-1])
                px, side = x + (c.height - y) * lean, rng.choice([-1, 1])
                tip = (px + side * c.unit * rng.uniform(0.03, 0.12), y + c.unit * rng.uniform(-0.05, 0.03))
                for _ in range(3):
                    angle = (np.pi if side < 0 else 0) - rng.uniform(0.1, 0.9) * side
                    pen.polygon(leaf(*tip, c.unit * rng.uniform(0.1, 0.2), c.unit * 0.025, angle), black + pale, 0.85)


def _ink_hills(c: Canvas, black: Array) -> None:
    rng = c.rng
    n = int(rng.integers(2, 6))
    for k in range(n):
        t = (k + 1) / n
        base = c.height * (0.35 + 0.45 * k / n)
        line = base + curve(rng, c.width, rng.uniform(1.5, 4), 6, 0.5) * c.height * 0.2
        fade = np.exp(-np.clip(c.y - line[None, :], 0, None) / (c.height * (0.06 + 0.1 * t)))
        c.stain(black, below(c, line, 2) * fade * t * (0.5 + 0.5 * c.noise(16, 4)) * 0.95)
    if rng.random() < 0.5:
        c.stain(np.array([0.8, 0.3, 0.2]), disc(c, c.focus[0], c.height * 0.2, c.unit * 0.06, 3) * 0.85)


def _strokes(c: Canvas, black: Array) -> None:
    rng = c.rng
    for _ in range(int(rng.integers(2, 6))):
        turn, reach = rng.uniform(0, 2 * np.pi), c.unit * rng.uniform(0.35, 0.8)
        t = np.linspace(0, 1, 60)[:, None]
        along = reach * np.array([np.cos(turn), np.sin(turn)])
        a = rng.uniform(0.3, 0.7, 2) * [c.width, c.height] - along / 2
        end = a + along
        lift = reach * rng.normal(0, 0.25) * np.array([-np.sin(turn), np.cos(turn)])
        path = a * (1 - t) + end * t + lift * np.sin(np.pi * t)
        wide = c.unit * rng.uniform(0.012, 0.06) * np.clip(np.sin(np.linspace(0.5, 3.0, 60)), 0.15, 1)
        _brush(c, path, wide, black, rng.uniform(0.3, 1))


def _blots(c: Canvas, black: Array) -> None:
    """Ink folded in the paper: the left half printed on the right."""
    shape = c.noise(3.5, 5) * np.exp(-(((c.x / c.width - 0.5) / 0.3) ** 2) - ((c.y / c.height - 0.5) / 0.36) ** 2)
    half = c.width // 2
    shape[:, c.width - half :] = shape[:, :half][:, ::-1]
    mask = np.clip((shape - c.rng.uniform(0.22, 0.32)) * 30, 0, 1)
    c.stain(black, mask * (0.75 + 0.25 * c.noise(12, 3)))


def washes(c: Canvas) -> None:
    """Watercolour: stains that pool at their edges and run into each other."""
    rng = c.rng
    paper = 0.5 + 0.5 * c.palette.pale
    c.fill(paper)
    n = int(rng.choice([2, 4, 7, 12]))
    bands = rng.random() < 0.35
    sheet = (noise(rng, (c.height * 2, c.width * 2), 11, 4) - 0.5) * c.unit * 0.25
    for k in range(n):
        down, right = rng.integers(c.height), rng.integers(c.width)
        edge = sheet[down : down + c.height, right : right + c.width]
        r = c.unit * rng.uniform(0.5, 1) * {2: 0.42, 4: 0.34, 7: 0.24, 12: 0.17}[n]
        if bands:
            far = r * 0.6 - np.abs(c.y - c.height * (k + 0.5) / n) + edge * 0.7 + 0 * c.x
        else:
            x, y = c.focus if k == 0 else (rng.uniform(0.1, 0.9) * c.width, rng.uniform(0.1, 0.9) * c.height)
            far = r - np.hypot(c.x - x, c.y - y) + edge
        wet = np.clip(far / rng.choice([2.0, 2.0, 25.0]) + 0.5, 0, 1)
        pool = np.exp(-np.clip(far, 0, None) / 3.5) * 0.5
        depth = wet * (0.45 + 0.4 * c.noise(5, 4) + pool)
        c.stain(c.palette.pick(rng), np.clip(depth, 0, 1) * rng.uniform(0.5, 1))
    if rng.random() < 0.4:
        with c.pen() as pen:
            for _ in range(40):
                x, y = np.array(c.focus) + rng.normal(0, c.unit * 0.2, 2)
                r = rng.exponential(1.6) + 0.6
                pen.ellipse(x, y, r, r, c.palette.deep, 0.7)


def waves(c: Canvas) -> None:
    """Band over band, each with its own swell and a line of light along the crest."""
    rng = c.rng
    upright = rng.random() < 0.2
    width, height = (c.height, c.width) if upright else (c.width, c.height)
    n = int(rng.choice([4, 6, 9, 13]))
    xs, ys = np.arange(width) / width, np.arange(height, dtype=np.float32)[:, None]
    length, drift, phase = rng.uniform(0.4, 2.2), rng.uniform(-1.3, 1.3), rng.uniform(0, 6)
    swell = min(height / n * rng.uniform(0.3, 1.2), 0.12 * width / length)
    pixels = np.broadcast_to(c.palette.ramp(0.97), (height, width, 3)).astype(np.float32)
    start = rng.uniform(-0.05, 0.4)
    shuffle = rng.random() < 0.4
    for k in range(n):
        crest = np.sin(2 * np.pi * xs * length + phase + drift * k) + 0.3 * np.sin(2 * np.pi * xs * length * 2.3 + k)
        line = (height * (start + (1.02 - start) * k / n) + swell * crest).astype(np.float32)
        colour = c.palette.pick(rng) if shuffle else c.palette.ramp(0.9 - 0.85 * k / max(1, n - 1))
        top = int(np.clip(line.min() - 12, 0, height))
        _wave(pixels[top:], ys[top:] - line[None, :], colour.astype(np.float32), c.palette.pale, height / n)
    c.fill(pixels.transpose(1, 0, 2) if upright else pixels)
    c.mottle(0.05, 12)


def _wave(pixels: Array, depth: Array, colour: Array, pale: Array, period: float) -> None:
    """One band, painted in place: a shadow above it, light on its crest, darker just below."""
    shadow = np.clip(1 + depth / 12, 0, 1) * (depth < 0)
    fade = np.clip(1 - depth / (1.6 * period), 0, 1)
    glow = np.clip(1 - np.abs(depth - 2) / 2.2, 0, 1) * 0.6
    mask, shade = np.clip(depth + 0.5, 0, 1), 1 - 0.2 * fade * fade
    for k in range(3):
        channel = pixels[..., k]
        channel *= 1 - 0.28 * shadow * shadow
        body = colour[k] * shade
        body += glow * (pale[k] - body)
        channel += mask * (body - channel)
