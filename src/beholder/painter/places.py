"""Families with a place in them: land, sea, night, city, woods."""

from __future__ import annotations

import numpy as np

from beholder.painter.canvas import Canvas, Pen, below, blur, curve, disc, noise
from beholder.painter.palette import Array


def _sky(c: Canvas) -> None:
    """A sky from the palette, often with a sun or a moon and its glow at the canvas's focus."""
    rng = c.rng
    dark = c.palette.is_dark
    top, low = (0.0, 0.45) if dark else (rng.uniform(0.45, 0.8), rng.uniform(0.85, 1.0))
    c.gradient(c.palette.ramp(top), c.palette.ramp(low), rng.uniform(0.7, 1.4))
    clouds = np.clip(c.noise(3, 5, 4.0) * 2 - rng.uniform(0.6, 1.2), 0, 1)
    c.lay(c.palette.ramp(0.75 if dark else 1.0), clouds * rng.uniform(0.1, 0.5))
    if rng.random() < 0.65:
        x, y = c.focus[0], c.height * rng.uniform(0.14, 0.45)
        r = c.unit * rng.uniform(0.03, 0.12)
        light = c.palette.accent() if rng.random() < 0.5 else c.palette.pale
        c.lay(light, np.exp(-np.hypot(c.x - x, c.y - y) / (r * 3)) * 0.6)
        c.lay(0.35 + 0.65 * light, disc(c, x, y, r))


def landscape(c: Canvas) -> None:
    """Ridge behind ridge, paler with distance, mist between."""
    rng = c.rng
    _sky(c)
    n = int(rng.integers(3, 8))
    start = rng.uniform(0.32, 0.6)
    rough = rng.choice([0.3, 0.42, 0.55])
    far, near = c.palette.ramp(rng.uniform(0.55, 0.85)), c.palette.ramp(rng.uniform(0.0, 0.15))
    mist = c.pixels[int(c.height * start * 0.95)].mean(axis=0)
    mid = c.palette.colours[rng.integers(4)]
    for k in range(n):
        t = k / max(1, n - 1)
        base = c.height * (start + (1.0 - start) * (k / n) ** 1.15)
        line = base + curve(rng, c.width, rng.uniform(1.5, 4) + 2 * t, 6, rough) * c.height * (0.17 - 0.08 * t)
        colour = far * (1 - t) + near * t
        colour = colour * (1 - 0.5 * (1 - abs(2 * t - 1))) + mid * 0.5 * (1 - abs(2 * t - 1))
        _ridge(c, line, (colour, mist), (1 - t) * 0.75)
    if rng.random() < 0.3:
        _mirror_water(c, c.height * rng.uniform(0.62, 0.8))


def _ridge(c: Canvas, line: Array, colours: tuple[Array, Array], mist: float) -> None:
    """One ridge, from its line down, turning into mist at its foot."""
    depth = (c.y - line[None, :].astype(np.float32)) / c.height
    share = np.clip(depth / 0.22, 0, 1) * mist
    shade = 0.92 + 0.16 * c.noise(10, 3, 2.5)
    mask = np.clip(depth * c.height + 0.5, 0, 1)
    for k in range(3):
        channel = c.pixels[..., k]
        channel += mask * ((colours[0][k] + share * (colours[1][k] - colours[0][k])) * shade - channel)


def _mirror_water(c: Canvas, shore: float) -> None:
    """Everything below the shore line becomes water that shows what stands above it."""
    rows = np.arange(int(shore), c.height)
    above = np.clip(2 * int(shore) - rows, 0, c.height - 1)
    ripple = (c.rng.normal(0, 1, len(rows)) * np.linspace(0.5, 6, len(rows))).astype(np.intp)
    water = c.pixels[above]
    water = np.stack([np.roll(row, int(shift), axis=0) for row, shift in zip(water, ripple, strict=True)])
    c.pixels[rows] = blur(water, 1.2) * 0.88 + 0.06 * c.palette.ramp(0.5).astype(np.float32)


def sea(c: Canvas) -> None:
    """A horizon, light on the water, perhaps a sail."""
    rng = c.rng
    _sky(c)
    horizon = int(c.height * rng.choice([0.3, 0.36, 0.5, 0.62, 0.68]))
    depth = (np.arange(c.height - horizon) / max(1, c.height - horizon))[:, None, None]
    t0, t1 = rng.uniform(0.45, 0.8), rng.uniform(0.05, 0.35)
    water = c.palette.ramp(t0) * (1 - depth) + c.palette.ramp(t1) * depth
    c.pixels[horizon:] = np.broadcast_to(water, c.pixels[horizon:].shape)
    swell = noise(rng, (c.height - horizon, c.width), 9, 4, 7.0)
    path = np.exp(-(((c.x - c.focus[0]) / (c.width * (0.05 + 0.12 * depth[..., 0]))) ** 2))
    crest = np.clip((swell - 0.55) * 9, 0, 1)
    light = c.palette.pale if rng.random() < 0.6 else c.palette.accent()
    lit = np.zeros((c.height, c.width), np.float32)
    lit[horizon:] = np.clip(crest * (0.18 + 0.75 * path), 0, 1)
    c.lay(light, lit)
    light_of_swell = np.ones((c.height, c.width), np.float32)
    light_of_swell[horizon:] += 0.25 * (swell - 0.5)
    c.shade(light_of_swell)
    for _ in range(int(rng.choice([0, 1, 1, 2, 5]))):
        _sail(c, rng.uniform(0.1, 0.9) * c.width, horizon + rng.uniform(0.01, 0.2) * (c.height - horizon))


def _sail(c: Canvas, x: float, y: float) -> None:
    s = c.unit * (0.03 + 0.35 * (y / c.height - 0.3) ** 2) * c.rng.uniform(1, 2.4)
    sail = c.palette.pale if c.rng.random() < 0.6 else c.palette.accent()
    with c.pen() as pen:
        pen.polygon([(x, y - 2.2 * s), (x, y - 0.25 * s), (x + 1.0 * s, y - 0.25 * s)], sail)
        pen.polygon(
            [(x - 0.08 * s, y - 1.9 * s), (x - 0.08 * s, y - 0.25 * s), (x - 0.7 * s, y - 0.25 * s)], sail * 0.9
        )
        pen.polygon(
            [
                (x - 0.9 * s, y - 0.2 * s),
                (x + 1.1 * s, y - 0.2 * s),
                (x + 0.7 * s, y + 0.12 * s),
                (x - 0.6 * s, y + 0.12 * s),
            ],
            c.palette.deep,
        )
        pen.line([(x - 0.5 * s, y + 0.35 * s), (x + 0.6 * s, y + 0.35 * s)], sail, s * 0.12, 0.4)


def night(c: Canvas) -> None:
    """Stars, a band of milk, a moon, the black edge of the land."""
    rng = c.rng
    blue = np.array([0.07, 0.10, 0.24], np.float32)
    deep, glow = 0.45 * c.palette.deep + 0.4 * blue, 0.65 * c.palette.accent() + 0.35 * c.palette.colours[2]
    c.gradient(deep * 0.8, deep * 0.3 + glow * 0.7, rng.uniform(0.9, 2.2))
    angle = rng.uniform(-1.2, 1.2)
    off = ((c.x - c.focus[0]) * np.sin(angle) - (c.y - c.height * 0.35) * np.cos(angle)) / c.unit
    band = np.exp(-((off / rng.uniform(0.1, 0.25)) ** 2)) * c.noise(5, 5)
    c.lay(c.palette.pale * 0.45 + glow * 0.55, band * rng.uniform(0.1, 0.9))
    with c.pen() as pen:
        for x, y, size in rng.random((int(rng.choice([60, 250, 700])), 3)):
            r = 0.7 + 2.2 * size**9
            pen.ellipse(x * c.width, y * y * c.height, r, r, c.palette.pale, 0.45 + 0.55 * size)
    if rng.random() < 0.6:
        x, y, r = c.focus[0], c.height * rng.uniform(0.15, 0.4), c.unit * rng.uniform(0.03, 0.13)
        c.lay(c.palette.pale, np.exp(-np.hypot(c.x - x, c.y - y) / (r * 2.2)) * 0.55)
        moon = disc(c, x, y, r)
        if rng.random() < 0.4:
            moon = np.clip(moon - disc(c, x + r * 0.5, y - r * 0.15, r * 0.95), 0, 1)
        c.lay(np.clip(c.palette.pale * 1.05, 0, 1), moon * (0.85 + 0.15 * c.noise(40, 2)))
    base = rng.uniform(0.7, 0.9)
    for k in range(int(rng.integers(1, 4))):
        line = c.height * (base + 0.08 * k) + curve(rng, c.width, 3 + k, 6, 0.5) * c.height * 0.1
        c.lay(deep * (0.75 - 0.25 * k), below(c, line))


def city(c: Canvas) -> None:
    """Rows of houses, windows lit or not."""
    rng = c.rng
    _sky(c)
    rows = int(rng.integers(2, 5))
    ground = c.height * rng.uniform(0.74, 1.0)
    far, near = c.palette.ramp(rng.uniform(0.5, 0.8)), c.palette.ramp(rng.uniform(0.0, 0.2))
    painted = rng.random() < 0.4
    with c.pen() as pen:
        for k in range(rows):
            t = (k + 1) / rows
            x = -rng.uniform(0, 40)
            while x < c.width:
                wide = c.unit * rng.uniform(0.05, 0.13) * (0.6 + 0.6 * t)
                high = c.height * rng.uniform(0.1, 0.46) * (1.15 - 0.5 * t)
                colour = c.palette.pick(rng) * (0.7 + 0.3 * t) if painted else far * (1 - t) + near * t
                _house(pen, c, (x, ground - high, x + wide, ground), colour, t)
                x += wide + rng.choice([0, 0, 1, 6])
        pen.box(0, ground, c.width, c.height, c.palette.ramp(0.25))
    if ground < c.height * 0.95:
        _mirror_water(c, ground)


def _house(pen: Pen, c: Canvas, box: tuple[float, float, float, float], colour: Array, t: float) -> None:
    rng = c.rng
    x0, y0, x1, y1 = box
    pen.box(x0, y0, x1, y1, colour)
    roof = rng.choice(["flat", "flat", "gable", "spire"], p=[0.45, 0.15, 0.32, 0.08])
    if roof == "gable":
        pen.polygon([(x0, y0), ((x0 + x1) / 2, y0 - (x1 - x0) * 0.45), (x1, y0)], colour * 0.8)
    elif roof == "spire":
        pen.polygon(
            [(x0 + (x1 - x0) * 0.3, y0), ((x0 + x1) / 2, y0 - (x1 - x0) * 1.6), (x1 - (x1 - x0) * 0.3, y0)],
            colour * 0.8,
        )
    if t < 0.45:
        return
    columns, pitch = int(rng.integers(2, 5)), max(7.0, c.unit * 0.032)
    wide = (x1 - x0) / (columns * 2 + 1)
    for j in range(int((y1 - y0) / pitch)):
        for i in range(columns):
            lit = rng.random() < 0.45
            wx, wy = x0 + wide * (1 + 2 * i), y0 + pitch * (j + 0.4)
            pen.box(wx, wy, wx + wide, wy + pitch * 0.55, c.palette.pale if lit else colour * 0.6, 0.9 if lit else 0.6)


def woods(c: Canvas) -> None:
    """Trunks in mist, the near ones dark or white, the far ones nearly gone."""
    rng = c.rng
    air = c.palette.ramp(rng.uniform(0.5, 1.0))
    c.gradient(air, 0.6 * air + 0.4 * c.palette.ramp(0.5))
    c.mottle(0.12, 4)
    birch = rng.random() < 0.45
    trunk = c.palette.pale if birch and not c.palette.is_dark else c.palette.ramp(rng.uniform(0, 0.15))
    if birch:
        c.gradient(c.palette.ramp(0.55), c.palette.ramp(0.25))
        c.mottle(0.25, 10)
        trunk = 0.25 + 0.75 * c.palette.pale
    haze = c.pixels.mean(axis=(0, 1))
    layers = int(rng.integers(3, 6))
    per = int(rng.choice([2, 5, 9]))
    for k in range(layers):
        t = (k + 1) / layers
        with c.pen() as pen:
            for _ in range(per + 2 * (layers - k)):
                _trunk(pen, c, rng.uniform(0, 1) * c.width, t, haze + (trunk - haze) * t, birch)
        floor = c.height * (0.8 + 0.05 * k) + curve(rng, c.width, 4, 5) * c.height * 0.03
        c.lay(haze * (1 - t) + c.palette.ramp(0.3) * t, below(c, floor, 6) * (0.35 + 0.3 * t))
    if rng.random() < 0.6:
        leaves = np.clip((c.noise(30, 3) - 0.62) * 12, 0, 1) * np.clip(1.1 - c.y / c.height * 1.7, 0, 1)
        c.lay(c.palette.accent(), leaves * 0.8)


def _trunk(pen: Pen, c: Canvas, x: float, t: float, colour: Array, birch: bool) -> None:
    rng = c.rng
    wide = c.unit * 0.012 * (0.6 + 2.2 * t * t) * rng.uniform(0.7, 1.3)
    foot = c.height * (0.78 + 0.2 * t)
    ys = np.linspace(-5, foot, 14)
    sway = np.cumsum(rng.normal(0, c.unit * 0.004, 14))
    taper = np.linspace(0.7, 1.1, 14) * wide
    left, right = np.stack([x + sway - taper, ys], 1), np.stack([x + sway + taper, ys], 1)
    pen.polygon(np.vstack([left, right[::-1]]), colour)
    for _ in range(3):
        y = rng.uniform(0, 0.6) * foot
        side = rng.choice([-1, 1])
        reach = c.unit * rng.uniform(0.06, 0.2)
        px = x + np.interp(y, ys, sway)
        pen.line(
            [(px, y), (px + side * reach * 0.6, y - reach * 0.5), (px + side * reach, y - reach)], colour, wide * 0.4
        )
    if birch:
        for _ in range(int(14 * t)):
            y = rng.uniform(0, foot)
            px = x + np.interp(y, ys, sway) + rng.choice([-1, 1]) * wide * rng.uniform(0.2, 0.9)
            pen.box(px - wide * 0.5, y, px + wide * 0.4, y + wide * 0.3, c.palette.deep, 0.75 * t)
