"""Families with things in them: a table with rounds, plants, a view broken into dabs."""

from __future__ import annotations

import numpy as np

from beholder.painter.canvas import HERE, Canvas, Pen, below, blur, curve, leaf, outline
from beholder.painter.palette import Array
from beholder.painter.places import landscape, sea


def still_life(c: Canvas) -> None:
    """Bowls, bottles and fruit on a table, light from one side."""
    rng = c.rng
    edge = c.height * rng.uniform(0.5, 0.68)
    wall, table = c.palette.ramp(rng.uniform(0.1, 0.95)), c.palette.ramp(rng.uniform(0.1, 0.9))
    side = rng.choice([-1, 1])
    c.gradient(wall * 0.9, wall)
    c.mottle(0.14, 3)
    c.lay(table, np.clip((c.y - edge) / 1.5 + 0.5, 0, 1) * np.ones_like(c.x))
    c.shade(np.broadcast_to(1 + 0.22 * side * (0.5 - c.x / c.width) * 2, c.pixels.shape[:2]))
    c.mottle(0.05, 20)
    n = int(rng.choice([1, 2, 3, 5, 8]))
    spread = rng.uniform(0.14, 0.38)
    depth = np.sort(rng.uniform(0.03, 0.28, n))
    for i in range(n):
        x = c.focus[0] + rng.uniform(-1, 1) * spread * c.width * (n > 1)
        foot = edge + depth[i] * c.height
        size = c.unit * rng.uniform(0.08, 0.14) * (0.9 + depth[i]) * (1.25 if n < 3 else 1)
        tall = rng.random() < 0.4 and i < (n + 1) // 2
        _lathe(c, x, foot, size, "bottle" if tall else str(rng.choice(["apple", "pear", "bowl"])), side)


def _profile(c: Canvas, kind: str, size: float) -> tuple[Array, Array]:
    """Heights above the foot and half-widths there, (60,) each, of a turned thing."""
    t = np.linspace(0, 1, 60)
    if kind == "apple":
        return t * 1.75 * size, size * np.sqrt(np.clip(1 - np.abs(2 * t - 1.08) ** 2.3, 0, 1)) * (0.86 + 0.14 * t)
    if kind == "pear":
        belly = np.sqrt(np.clip(1 - ((t - 0.36) / 0.36) ** 2, 0, 1))
        neck = 0.52 * np.sqrt(np.clip(1 - ((t - 0.68) / 0.32) ** 2, 0, 1))
        both = np.convolve(np.pad(np.maximum(belly, neck), 5), np.full(11, 1 / 11), "valid")
        return t * 2.3 * size, size * np.where((t > 0.3) & (t < 0.9), both, np.maximum(belly, neck))
    if kind == "bowl":
        return t * 1.2 * size, size * (0.45 + 1.2 * t**0.55)
    narrow, body = c.rng.uniform(0.22, 0.4), c.rng.uniform(0.5, 0.65)
    shoulder = narrow + (0.97 - narrow) * np.clip(1 - (t - body) / 0.14, 0, 1) ** 2
    return t * c.rng.uniform(3, 4.6) * size, size * np.where(t < body, 0.85 - 0.12 * np.cos(np.pi * t / body), shoulder)


def _lathe(c: Canvas, x: float, foot: float, size: float, kind: str, side: int) -> None:
    """A turned thing: its profile shaded across, with the shadow it throws."""
    heights, half = _profile(c, kind, size)
    colour = c.palette.pick(c.rng)
    shadow_x, shadow_y = (c.x - x - side * size * 1.1) / (size * 2.0), (c.y - foot + size * 0.08) / (size * 0.42)
    c.stain(np.full(3, 0.3), np.clip(1.15 - np.hypot(shadow_x, shadow_y), 0, 1) * 0.75)
    ys = foot - heights
    with c.stencil() as stencil:
        stencil.polygon(np.vstack([np.stack([x - half, ys], 1), np.stack([x + half, ys], 1)[::-1]]), HERE)
        stencil.ellipse(x, foot, half[0], half[0] * 0.25, HERE)
    _shade(c, (x, foot), (heights, half), colour, side, stencil.mask)
    with c.pen() as pen:
        if kind == "bowl":
            pen.ellipse(x, ys[-1], half[-1], half[-1] * 0.24, np.clip(colour * 1.15 + 0.05, 0, 1))
            pen.ellipse(x, ys[-1] + 1.5, half[-1] * 0.92, half[-1] * 0.19, colour * 0.45)
        elif kind != "bottle":
            stalk = [(x, ys[-1] + 3), (x + size * 0.04, ys[-1] - size * 0.15), (x + size * 0.16, ys[-1] - size * 0.32)]
            pen.line(stalk, c.palette.deep, size * 0.07)


def _shade(
    c: Canvas, foot: tuple[float, float], profile: tuple[Array, Array], colour: Array, side: int, mask: Array
) -> None:
    """Light from one side on a turned thing, a dull glint, a darker foot."""
    up = (foot[1] - c.y).astype(np.float32)
    wide = np.interp(up[:, 0], *profile).astype(np.float32)[:, None] + 1e-3
    across = np.clip((c.x - foot[0]) / wide, -1, 1) * side
    share = np.clip(up / float(profile[0][-1]), 0, 1)
    light = (0.82 - 0.4 * across - 0.3 * across * across) * (0.86 + 0.26 * share)
    glint = 0.26 * np.clip(1 - ((across + 0.45) / 0.3) ** 2 - ((share - 0.66) / 0.2) ** 2, 0, 1)
    for k in range(3):
        channel = c.pixels[..., k]
        channel += mask * (np.clip(float(colour[k]) * light * 1.12 + glint, 0, 1) - channel)


def botanical(c: Canvas) -> None:
    """Stems and leaves on paper: drawn, pressed, or left white on blue."""
    rng = c.rng
    c.fill(c.palette.ground)
    c.mottle(0.05, 6)
    style = rng.choice(["line", "solid", "both"])
    if rng.random() < 0.5:
        blob = outline(rng, *c.focus, c.unit * rng.uniform(0.2, 0.42), 0.3)
        with c.stencil() as stencil:
            stencil.polygon(blob, HERE)
        c.lay(c.palette.colours[3], blur(stencil.mask, 3) * 0.7)
    n = int(rng.choice([1, 1, 3, 5, 9]))
    spread = 0.0 if n == 1 else 0.36
    with c.pen() as pen:
        for k in range(n):
            x = c.focus[0] if n == 1 else c.width * (0.5 + spread * (2 * k / (n - 1) - 1)) + rng.normal(0, 8)
            _stem(pen, c, x, c.height * rng.uniform(0.9, 1.0), c.height * rng.uniform(0.5, 0.85), str(style))


def _stem(pen: Pen, c: Canvas, x: float, y: float, length: float, style: str) -> None:
    rng = c.rng
    n = int(rng.integers(6, 15))
    t = np.linspace(0, 1, 40)
    lean, bend = rng.normal(0, 0.12), rng.normal(0, 0.25)
    xs, ys = x + length * (lean * t + bend * t * t), y - length * t
    ink = c.palette.ink
    fill = c.palette.pick(rng) if style != "line" else c.palette.ground
    pen.line(np.stack([xs, ys], 1), ink, 1.6)
    size, shape, paired = rng.uniform(0.16, 0.34), rng.uniform(0.2, 0.6), rng.random() < 0.6
    for k in range(n):
        at = 0.2 + 0.75 * k / n
        px, py = np.interp(at, t, xs), np.interp(at, t, ys)
        long = length * size * (1.1 - at) ** 0.6
        for side in (-1, 1) if paired else ((-1) ** k,):
            angle = np.pi / 2 - side * rng.uniform(0.7, 1.1) - lean
            _leaf(pen, c, (px, py), long, shape, angle, side * rng.uniform(0, 0.25), fill, style)
    if rng.random() < 0.55:
        _flower(pen, c, xs[-1], ys[-1], length * rng.uniform(0.07, 0.13))


def _leaf(
    pen: Pen,
    c: Canvas,
    at: tuple[float, float],
    long: float,
    shape: float,
    angle: float,
    bend: float,
    fill: Array,
    style: str,
) -> None:
    points = leaf(at[0], at[1], long, long * shape, angle, bend)
    if style != "line":
        pen.polygon(points, fill)
    if style != "solid":
        pen.line(np.vstack([points, points[:1]]), c.palette.ink, 1.0)
        half = len(points) // 2
        rib = (points[:half] + points[half:][::-1]) / 2
        pen.line(rib, c.palette.ink, 0.7)


def _flower(pen: Pen, c: Canvas, x: float, y: float, r: float) -> None:
    petals = int(c.rng.integers(5, 13))
    for k in range(petals):
        shape = leaf(x, y, r * 1.6, r * 0.8, 2 * np.pi * k / petals)
        pen.polygon(shape, c.palette.accent())
        pen.line(shape, c.palette.ink, 0.7, 0.6)
    pen.ellipse(x, y, r * 0.4, r * 0.4, c.palette.deep)


def dabs(c: Canvas) -> None:
    """A simple view, broken into touches of paint."""
    rng = c.rng
    {"land": landscape, "sea": sea, "garden": _garden, "tree": _tree}[
        str(rng.choice(["land", "sea", "garden", "tree"]))
    ](c)
    size = c.unit * float(rng.choice([0.008, 0.011, 0.016]))
    n = int(min(4800, 1.8 * c.width * c.height / (size * size * 4)))
    at = rng.random((n, 2)) * [c.width, c.height]
    seen = c.pixels[at[:, 1].astype(np.intp), at[:, 0].astype(np.intp)]
    colour = seen + rng.normal(0, 0.035, (n, 3)) + rng.normal(0, 0.05, (n, 1))
    other = rng.random(n) < 0.06  # here and there a touch of another colour, as the eye mixes them
    colour[other] = 0.5 * colour[other] + 0.5 * c.palette.colours[rng.integers(4, size=int(other.sum()))]
    angle = rng.normal(rng.uniform(0, np.pi), 0.4, n)
    ends = size * float(rng.choice([0.1, 0.9, 1.8])) * np.stack([np.cos(angle), np.sin(angle)], 1)
    with c.pen() as pen:
        for a, b, tone in zip(at - ends, at + ends, np.clip(colour, 0, 1), strict=True):
            pen.dab(a, b, size, tone)


def _garden(c: Canvas) -> None:
    """Flowers in drifts under a band of trees."""
    rng = c.rng
    c.gradient(c.palette.ramp(rng.uniform(0.5, 1)), c.palette.ramp(rng.uniform(0.15, 0.5)))
    edge = c.height * rng.uniform(0.2, 0.45) + curve(rng, c.width, 3, 4) * c.height * 0.08
    c.lay(c.palette.ramp(0.2), below(c, edge, 4) * np.exp(-np.clip(c.y - edge[None, :], 0, None) / (c.height * 0.16)))
    for _ in range(int(rng.choice([12, 30, 60]))):
        depth = rng.random() ** 0.7
        x, y, r = rng.random() * c.width, c.height * (0.45 + 0.55 * depth), c.unit * (0.015 + 0.06 * depth)
        c_part = c.palette.pick(rng) if rng.random() < 0.7 else c.palette.pale
        c.spot(c_part, x, y, r)


def _tree(c: Canvas) -> None:
    """One tree on a rise, at the canvas's focus."""
    rng = c.rng
    c.gradient(c.palette.ramp(rng.uniform(0.6, 0.9)), c.palette.ramp(1.0))
    foot = c.height * rng.uniform(0.68, 0.82)
    rise = foot + (c.x[0] - c.focus[0]) ** 2 / c.width * 0.15 + curve(rng, c.width, 3, 4) * 5
    c.lay(c.palette.ramp(rng.uniform(0.3, 0.6)), below(c, rise, 3))
    c.lay(c.palette.ramp(0.2), below(c, rise + c.height * 0.1, 40) * 0.7)
    with c.pen(1) as pen:
        pen.line([(c.focus[0], foot + 6), (c.focus[0] + 4, foot - c.unit * 0.3)], c.palette.deep, c.unit * 0.03)
    crown = c.unit * rng.uniform(0.18, 0.28)
    for _ in range(26):
        x, y = c.focus[0] + rng.normal(0, crown * 0.55), foot - c.unit * 0.3 + rng.normal(0, crown * 0.42)
        tone = c.palette.accent() if rng.random() < 0.5 else c.palette.pick(rng)
        c.spot(tone * (0.75 + 0.4 * rng.random()), x, y, crown * rng.uniform(0.2, 0.5))
