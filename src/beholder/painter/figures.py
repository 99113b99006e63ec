"""Families with figures on gold, heads in the dark, and thickets of broad leaves."""

from __future__ import annotations

import numpy as np

from beholder.painter.canvas import HERE, Canvas, Pen, blur, curve, disc, leaf
from beholder.painter.palette import Array

_GOLD = np.array([0.84, 0.64, 0.26])
_UMBER = np.array([0.10, 0.06, 0.04])
_GREEN = np.array([0.16, 0.34, 0.17])
_SKINS = np.array([[0.93, 0.77, 0.62], [0.86, 0.66, 0.48], [0.70, 0.48, 0.32], [0.46, 0.29, 0.19]])


def icon(c: Canvas) -> None:
    """One to three haloed figures before a ground of beaten gold."""
    rng = c.rng
    gold = 0.8 * _GOLD * rng.uniform(0.85, 1.1) + 0.2 * c.palette.ramp(rng.uniform(0.3, 0.9))
    c.fill(gold)
    c.mottle(rng.uniform(0.05, 0.16), 5)
    if rng.random() < 0.5:
        cracks = np.abs(c.noise(14, 3) - 0.5)
        c.stain(np.array([0.55, 0.4, 0.28]), np.clip(1 - cracks / 0.012, 0, 1) * 0.5)
    edge = c.unit * rng.choice([0.0, 0.035, 0.06])
    if edge:
        with c.pen() as pen:
            _frame(pen, c, edge, c.palette.pick(rng) if rng.random() < 0.5 else gold * 0.75)
    n = int(rng.choice([1, 1, 2, 3]))
    if c.width > c.height:
        n = max(2, n)
    lowest = c.height * rng.uniform(0.36, 0.46)
    size = c.unit * rng.uniform(0.13, 0.18) * {1: 1.25, 2: 1.0, 3: 0.82}[n]
    for k in (0, 2, 1) if n == 3 else range(n):  # the middle one of three stands before the others
        x = c.width * (0.5 if n == 1 else (k + 0.5 + 0.08 * (n - 1 - 2 * k)) / n) + rng.normal(0, 0.01) * c.width
        y = lowest - (n == 3 and k == 1) * c.height * 0.08
        turn = (0.0 if n == 1 else (n - 1 - 2 * k) / 2) + rng.normal(0, 0.1)
        _saint(c, x, y, size, turn, gold)


def _frame(pen: Pen, c: Canvas, edge: float, colour: Array) -> None:
    w, h = c.width, c.height
    for x0, y0, x1, y1 in ((0, 0, w, edge), (0, h - edge, w, h), (0, 0, edge, h), (w - edge, 0, w, h)):
        pen.box(x0, y0, x1, y1, colour)
    line = [(edge, edge), (w - edge, edge), (w - edge, h - edge), (edge, h - edge), (edge, edge)]
    pen.line(line, colour * 0.55, c.unit * 0.006)


def _saint(c: Canvas, x: float, y: float, r: float, turn: float, gold: Array) -> None:
    """r : half of the head's height; turn : to the left (-1) or right (1) of the picture"""
    rng = c.rng
    robe, under = c.palette.pick(rng), c.palette.pick(rng)
    skin = 0.75 * _SKINS[rng.integers(1, 3)] + 0.25 * gold
    hair = _UMBER + 0.25 * c.palette.deep
    hooded = rng.random() < 0.5
    dark = robe * 0.45
    with c.pen() as pen:
        halo = r * rng.uniform(1.75, 2.1)
        pen.ellipse(x, y, halo, halo, gold * 0.62)
        pen.ellipse(x, y, halo * 0.96, halo * 0.96, np.clip(gold * 1.16, 0, 1))
        for angle in np.linspace(0, 2 * np.pi, 48, endpoint=False):  # punched rays
            dx, dy = halo * np.cos(angle), halo * np.sin(angle)
            pen.line([(x + s * dx, y + s * dy) for s in (0.78, 0.9)], gold * 0.72, r * 0.035)
        body = _mantle(x, y, r, c.height)
        pen.polygon(body, robe)
        pen.line(np.vstack([body, body[:1]]), dark, r * 0.06)
        if hooded:
            pen.ellipse(x, y + r * 0.06, r * 1.08, r * 1.3, robe)
        else:
            pen.ellipse(x, y - r * 0.12, r * 0.92, r * 1.08, hair)
        pen.polygon([(x - r * 0.34, y + r * 0.7), (x + r * 0.34, y + r * 0.7), (x + r * 0.55, y + r * 1.7),
                     (x, y + r * 2.3), (x - r * 0.55, y + r * 1.7)], under)  # fmt: skip
        pen.polygon([(x - r * 0.3, y + r * 0.5), (x + r * 0.3, y + r * 0.5), (x + r * 0.36, y + r * 1.25),
                     (x, y + r * 1.5), (x - r * 0.36, y + r * 1.25)], skin * 0.72)  # fmt: skip
        pen.ellipse(x + turn * r * 0.06, y + r * 0.08, r * 0.68, r * 0.92, skin * 0.82)
        pen.ellipse(x + turn * r * 0.12, y + r * 0.02, r * 0.56, r * 0.8, skin)
        _features(pen, x + turn * r * 0.16, y, r, turn, skin)
        lit = np.clip(0.5 * gold + 0.5 * robe + 0.15, 0, 1)
        for _ in range(int(rng.integers(5, 16))):  # folds, lit with gold
            t, lean = rng.uniform(-1.5, 1.5), rng.normal(0, 0.5)
            top = y + r * rng.uniform(1.8, 3.2)
            foot = top + r * rng.uniform(0.8, 3.0)
            pen.line([(x + t * r, top), (x + (t + 0.3 * lean) * r, (top + foot) / 2), (x + (t + lean) * r, foot)],
                     lit if rng.random() < 0.6 else dark, r * 0.06, 0.85)  # fmt: skip
        hand = rng.choice([-1, 1])
        at = x + hand * r * rng.uniform(0.3, 0.9), y + r * rng.uniform(2.3, 3.0)
        pen.polygon(leaf(*at, r * 1.05, r * 0.42, -np.pi / 2 - hand * 0.35), skin * 0.92)
        if rng.random() < 0.5:
            bx, by, s = x - hand * r * 0.8, y + r * 2.7, r * 0.5
            pen.polygon([(bx - s, by - s), (bx + s, by - s * 0.8), (bx + s, by + s), (bx - s, by + s * 0.8)], under)


def _mantle(x: float, y: float, r: float, height: int) -> Array:
    """(n, 2) neck, shoulders, and down beyond the lower edge."""
    t = np.linspace(0, 1, 24)
    half = r * (0.5 + 1.75 * np.sqrt(t) + 0.5 * t)
    down = y + r * 0.75 + t * (height - y)
    return np.vstack([np.stack([x - half, down], 1), np.stack([x + half, down], 1)[::-1]])


def _features(pen: Pen, x: float, y: float, r: float, turn: float, skin: Array) -> None:
    """Brows that run into a long nose, almond eyes, a small mouth."""
    shade, dark = skin * 0.55, skin * 0.22
    for side in (-1, 1):
        ex, ey = x + side * r * 0.25, y - r * 0.06
        pen.polygon(leaf(ex - r * 0.15, ey, r * 0.3, r * 0.13, 0.0), np.clip(skin * 1.15, 0, 1))
        pen.ellipse(ex + turn * r * 0.04, ey, r * 0.055, r * 0.06, dark)
        pen.line([(ex - r * 0.16, ey - r * 0.03), (ex, ey - r * 0.1), (ex + r * 0.16, ey - r * 0.02)], dark, r * 0.04)
        pen.line([(ex - r * 0.18, ey - r * 0.17), (ex, ey - r * 0.25), (ex + r * 0.18, ey - r * 0.17)], shade, r * 0.05)
    nose = [(x - turn * r * 0.03, y - r * 0.16), (x + turn * r * 0.1, y + r * 0.28), (x - r * 0.06, y + r * 0.32)]
    pen.line(nose, shade, r * 0.05)
    pen.line([(x - r * 0.14, y + r * 0.5), (x, y + r * 0.48), (x + r * 0.14, y + r * 0.5)], shade * 0.9, r * 0.06)


def portrait(c: Canvas) -> None:
    """A head and shoulders that come out of the dark into light from one side."""
    rng = c.rng
    night = 0.55 * _UMBER + 0.3 * c.palette.deep
    side = float(rng.choice([-1, 1]))
    glow = night + rng.uniform(0.04, 0.2) * (0.5 * _GOLD + 0.5 * c.palette.accent())
    x, y = c.width * 0.5 + (c.focus[0] - c.width * 0.5) * 0.7, c.height * rng.uniform(0.32, 0.42)
    r = c.unit * rng.uniform(0.14, 0.22)
    c.fill(night)
    c.lay(glow, np.exp(-np.hypot(c.x - x + side * r * 2, c.y - y) / (r * rng.uniform(2.5, 5))))
    c.mottle(0.3, 4)
    coat = 0.7 * c.palette.pick(rng) * rng.uniform(0.25, 0.9) + 0.3 * night
    with c.stencil() as stencil:
        stencil.polygon(_shoulders(x, y, r, c.height, rng.uniform(1.6, 2.5)), HERE)
    _round(c, blur(stencil.mask, r * 0.06), coat, (c.x - x) / (r * 2.6) * side, (c.y - y) / (r * 5), night)
    if rng.random() < 0.6:
        _collar(c, x, y, r, side)
    skin = _SKINS[rng.integers(len(_SKINS))] * rng.uniform(0.9, 1.05)
    tilt = rng.normal(0, 0.12)
    hair = 0.5 * _UMBER + 0.5 * c.palette.ramp(rng.uniform(0, 0.7)) * 0.7
    _ball(c, x, y - r * 0.1, r * 1.0, r * 1.22, tilt, hair, side, night)
    _ball(c, x - side * r * 0.08, y + r * 0.08, r * 0.78, r * 1.02, tilt, skin, side, night)
    _face(c, x - side * r * 0.18, y + r * 0.08, r, side, skin)
    if (worn := rng.choice(["none", "none", "hat", "scarf"])) != "none":
        cloth = c.palette.accent() * rng.uniform(0.4, 1.0)
        high, wide = (0.45, 1.45) if worn == "hat" else (0.62, 1.02)
        _ball(c, x, y - r * 0.82, r * wide, r * high, tilt, cloth, side, night)


def _shoulders(x: float, y: float, r: float, height: int, wide: float) -> Array:
    t = np.linspace(0, 1, 24)
    half, down = r * (0.42 + wide * np.sqrt(np.clip(t * 2.2, 0, 1))), y + r * 0.8 + t * (height - y)
    return np.vstack([np.stack([x - half, down], 1), np.stack([x + half, down], 1)[::-1]])


def _round(c: Canvas, mask: Array, colour: Array, across: Array, down: Array, night: Array) -> None:
    """A round thing, bright towards the light and lost in the night away from it; across, down in [-1, 1] over it."""
    light = np.clip(0.62 - 0.55 * across - 0.2 * across * across - 0.25 * down, 0.0, 1.15)
    lit = np.empty_like(c.pixels)
    for k in range(3):
        lit[..., k] = night[k] * 0.7 + (colour[k] - night[k] * 0.7) * light
    c.lay(np.clip(lit, 0, 1), mask)


def _ball(
    c: Canvas, x: float, y: float, rx: float, ry: float, tilt: float, colour: Array, side: float, night: Array
) -> None:
    dx, dy = c.x - x, c.y - y
    u, v = (dx * np.cos(tilt) + dy * np.sin(tilt)) / rx, (dy * np.cos(tilt) - dx * np.sin(tilt)) / ry
    far = np.hypot(u, v)
    mask = np.clip((1 - far) * min(rx, ry) / (c.unit * 0.008), 0, 1)
    _round(c, mask, colour, np.clip(u * side, -1, 1), np.clip(v, -1, 1), night)


def _face(c: Canvas, x: float, y: float, r: float, side: float, skin: Array) -> None:
    """Sockets, the shadow of a nose, a mouth, a glint: soft, as seen from across a room."""
    dark, red = skin * 0.3, skin * np.array([0.72, 0.42, 0.4])
    for eye in (-1, 1):
        ex, ey = x + eye * r * 0.3, y - r * 0.12
        c.lay(dark, 0.55 * _touch(c, ex, ey, r * 0.2, r * 0.12))
        c.lay(dark * 0.4, 0.9 * disc(c, ex - side * r * 0.02, ey + r * 0.02, r * 0.06, r * 0.05))
        c.lay(dark * 0.6, 0.5 * _touch(c, ex, ey - r * 0.2, r * 0.22, r * 0.05))
    c.lay(dark, 0.5 * _touch(c, x + side * r * 0.1, y + r * 0.1, r * 0.09, r * 0.2))
    c.lay(np.clip(skin * 1.2, 0, 1), 0.45 * _touch(c, x - side * r * 0.06, y + r * 0.12, r * 0.07, r * 0.25))
    c.lay(red, 0.75 * _touch(c, x, y + r * 0.55, r * 0.2, r * 0.055))


def _touch(c: Canvas, x: float, y: float, wide: float, high: float) -> Array:
    """(h, w) mask of a soft touch."""
    mask: Array = np.exp(-(((c.x - x) / wide) ** 2) - ((c.y - y) / high) ** 2)
    return mask


def _collar(c: Canvas, x: float, y: float, r: float, side: float) -> None:
    """White linen: a ruff, or two points."""
    linen = 0.6 * c.palette.pale + 0.36
    if c.rng.random() < 0.5:
        across = np.clip((c.x - x) / (r * 1.35), -1, 1)
        mask = np.clip((1 - np.hypot(across, (c.y - y - r * 1.12) / (r * 0.36))) * 9, 0, 1)
        folds = 0.85 + 0.15 * np.sin((c.x - x) / r * 26)
        c.lay(linen * 0.9, mask * np.clip(0.75 - 0.45 * across * side, 0, 1) * folds)
        return
    with c.stencil() as stencil:
        for point in (-1, 1):
            stencil.polygon([(x, y + r), (x + point * r * 0.6, y + r * 0.85), (x + point * r * 0.85, y + r * 1.6),
                             (x + point * r * 0.05, y + r * 1.25)], HERE)  # fmt: skip
    c.lay(linen * 0.9, blur(stencil.mask, r * 0.03) * np.clip(0.75 - 0.5 * (c.x - x) / r * side, 0.1, 1))


def thicket(c: Canvas) -> None:
    """Broad leaves before broad leaves, flowers and fruit between them, a round sun behind."""
    rng = c.rng
    green = 0.7 * _GREEN * rng.uniform(0.7, 1.5) + 0.3 * c.palette.ramp(rng.uniform(0.2, 0.6))
    sky = c.palette.ramp(rng.uniform(0.55, 1.0)) if rng.random() < 0.6 else 0.4 * green
    c.gradient(sky, 0.6 * sky + 0.4 * green)
    if rng.random() < 0.7:
        sun = c.palette.accent() if rng.random() < 0.7 else c.palette.pale
        c.lay(sun, disc(c, c.focus[0], c.height * rng.uniform(0.12, 0.35), c.unit * rng.uniform(0.06, 0.14)))
    layers = int(rng.integers(3, 6))
    start = rng.uniform(0.15, 0.5)
    broad = rng.uniform(0.16, 0.5)
    count = int(rng.choice([5, 8, 12]))
    for k in range(layers):
        t = (k + 1) / layers
        base = c.height * (start + (1.05 - start) * t)
        tone = green * (0.55 + 0.75 * (1 - t)) if rng.random() < 0.7 else green * (0.6 + 0.6 * t)
        line = base + curve(rng, c.width, 3, 3) * c.height * 0.05
        c.lay(tone * 0.6, np.clip((c.y - line[None, :]) / 3 + 0.5, 0, 1))
        with c.pen() as pen:
            for _ in range(count):
                x = rng.uniform(-0.05, 1.05) * c.width
                _plant(
                    pen, c, x, base + c.height * 0.06, c.unit * rng.uniform(0.25, 0.5) * (0.6 + 0.5 * t), broad, tone
                )
            for _ in range(int(rng.choice([0, 2, 5, 9]))):
                x, y = rng.uniform(0, 1) * c.width, base - c.height * rng.uniform(-0.05, 0.18)
                _bloom(pen, c, x, y, c.unit * rng.uniform(0.018, 0.05) * (0.5 + 0.7 * t))


def _plant(pen: Pen, c: Canvas, x: float, y: float, long: float, broad: float, tone: Array) -> None:
    """A tuft of leaves from one foot, each with its rib."""
    rng = c.rng
    n = int(rng.integers(5, 10))
    for angle in rng.permutation(np.linspace(0.2, np.pi - 0.2, n)):
        shade = np.clip(tone * rng.uniform(0.7, 1.35), 0, 1)
        reach = long * rng.uniform(0.7, 1.1)
        points = leaf(x, y, reach, reach * broad, -angle, rng.normal(0, 0.18))
        pen.polygon(points, shade)
        half = len(points) // 2
        pen.line((points[:half] + points[half:][::-1]) / 2, np.clip(shade * 1.4, 0, 1), max(0.8, long * 0.012), 0.8)
        pen.line(np.vstack([points, points[:1]]), shade * 0.5, 0.8, 0.7)


def _bloom(pen: Pen, c: Canvas, x: float, y: float, r: float) -> None:
    colour = c.palette.accent() if c.rng.random() < 0.5 else c.palette.pick(c.rng)
    if c.rng.random() < 0.4:  # a fruit
        pen.ellipse(x, y, r, r, colour * 0.8)
        pen.ellipse(x - r * 0.2, y - r * 0.2, r * 0.7, r * 0.7, colour)
        return
    for angle in np.linspace(0, 2 * np.pi, int(c.rng.integers(5, 9)), endpoint=False):
        pen.polygon(leaf(x, y, r * 1.7, r * 0.9, angle), colour)
    pen.ellipse(x, y, r * 0.4, r * 0.4, c.palette.pale)
