"""Families without a subject: fields, edges, grids, squares, discs, collage, marble, flow, mandalas."""

from __future__ import annotations

import numpy as np

from beholder.painter.canvas import Canvas, Pen, blur, outline
from beholder.painter.palette import Array


def colour_fields(c: Canvas) -> None:
    """Two to four soft-edged blocks that hover over a ground."""
    rng = c.rng
    c.fill(c.palette.ramp(rng.uniform(0.05, 0.9)) if rng.random() < 0.7 else c.palette.ground)
    c.mottle(0.06)
    sideways = rng.random() < 0.15
    n = int(rng.integers(2, 5))
    heights = rng.dirichlet(np.full(n, 4.0))
    margin, gap = rng.uniform(0.05, 0.11), rng.uniform(0.015, 0.035)
    feather = rng.uniform(0.025, 0.075)
    edge = ((c.noise(24, 3) - 0.5) * 0.022 + (c.noise(7, 2) - 0.5) * 0.02) * c.unit
    start = margin
    for share, t in zip(heights, rng.permutation(np.linspace(0.08, 0.95, n)), strict=True):
        stop = start + float(share) * (1 - 2 * margin - gap * (n - 1))
        lean = rng.uniform(-0.012, 0.012)
        across, along = (c.y / c.height, c.x / c.width) if sideways else (c.x / c.width, c.y / c.height)
        inside = np.minimum(
            np.minimum(across - margin - lean, 1 - margin + lean - across), np.minimum(along - start, stop - along)
        )
        mask = np.clip((inside * c.unit + edge) / (c.unit * feather) + 0.15, 0, 1)
        mask = mask * mask * (3 - 2 * mask)
        colour = c.palette.ramp(t)
        c.lay(colour, mask * (0.72 + 0.28 * c.noise(5, 4, 1.5)))
        c.lay(colour * 0.85 + 0.15 * c.palette.pale, mask * 0.5 * c.noise(6, 4, 5.0))
        start = stop + gap


def hard_edge(c: Canvas) -> None:
    """Stripes, a bent band, or quarter circles: flat paint against flat paint."""
    kind = c.rng.choice(["stripes", "arcs", "tiles", "wedges"], p=[0.25, 0.3, 0.25, 0.2])
    c.fill(c.palette.ground)
    {"stripes": _stripes, "arcs": _arcs, "tiles": _tiles, "wedges": _wedges}[kind](c)
    c.mottle(0.015, 20)


def _stripes(c: Canvas) -> None:
    rng = c.rng
    n = int(rng.integers(4, 22))
    even = rng.random() < 0.5
    cuts = np.concatenate([[0], np.cumsum(np.ones(n) / n if even else rng.dirichlet(np.full(n, 1.2)))])
    slant = rng.choice([0, 0, 0.35, -0.5]) * c.height
    order = rng.permutation(4)
    with c.pen() as pen:
        for i in range(n):
            colour = c.palette.ground if i % 5 == 4 else c.palette.colours[order[i % 4]]
            a, b = (cuts[i : i + 2] * (c.width + abs(slant) * 2)) - abs(slant)
            pen.polygon([(a, 0), (b, 0), (b + slant, c.height), (a + slant, c.height)], colour)


def _arcs(c: Canvas) -> None:
    rng = c.rng
    x, y = c.width * rng.choice([0, 0.33, 0.5, 0.67, 1]), c.height * rng.choice([0, 0.5, 1, 1])
    far = np.hypot(max(x, c.width - x), max(y, c.height - y)) * rng.uniform(0.75, 1)
    n = int(rng.integers(3, 9))
    with c.pen() as pen:
        for i in range(n):
            r = far * (1 - i / n)
            pen.ellipse(x, y, r, r, c.palette.ground if i % 4 == 3 else c.palette.colours[(i * 3) % 4])


def _tiles(c: Canvas) -> None:
    rng = c.rng
    across = int(rng.integers(3, 11))
    side = c.width / across
    ordered = rng.random() < 0.4
    with c.pen() as pen:
        for i in range(across):
            for j in range(int(np.ceil(c.height / side))):
                first, second = (0, 2) if ordered and (i + j) % 2 else rng.choice(4, 2, replace=False)
                corner = (i + j) % 4 if ordered else rng.integers(4)
                _quarter(
                    pen, i * side, j * side, side, int(corner), c.palette.colours[first], c.palette.colours[second]
                )


def _quarter(pen: Pen, x: float, y: float, side: float, corner: int, ground: Array, colour: Array) -> None:
    pen.box(x, y, x + side, y + side, ground)
    cx, cy = x + side * (corner % 2), y + side * (corner // 2)
    angle = np.radians(np.linspace(0, 90, 24) + [0, 90, 270, 180][corner])
    arc = np.stack([cx + side * np.cos(angle), cy + side * np.sin(angle)], axis=1)
    pen.polygon(np.vstack([[cx, cy], arc]), colour)


def _wedges(c: Canvas) -> None:
    rng = c.rng
    with c.pen() as pen:
        for i in range(int(rng.integers(3, 6))):
            at = rng.uniform(-0.1, 1.1, 2) * [c.width, c.height]
            angle = rng.uniform(0, np.pi)
            along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
            reach, wide = c.unit * 2, c.unit * rng.uniform(0.1, 0.35)
            corners = [at - along * reach, at + along * reach, at + along * reach + across * wide * rng.uniform(1, 4)]
            pen.polygon(np.array([*corners, at - along * reach + across * wide]), c.palette.colours[i % 4])
        r = c.unit * rng.uniform(0.1, 0.22)
        pen.ellipse(*c.focus, r, r, c.palette.accent())


def grid(c: Canvas) -> None:
    """A plane divided by straight lines, a few of its rooms painted."""
    rng = c.rng
    c.fill(c.palette.ground)
    rooms = [(0.0, 0.0, float(c.width), float(c.height))]
    for _ in range(int(rng.choice([5, 9, 14, 22, 36]))):
        rooms = _divide(c, rooms)
    thick = c.unit * rng.choice([0.006, 0.012, 0.02])
    filled = rng.uniform(0.2, 0.9)
    with c.pen() as pen:
        for x0, y0, x1, y1 in rooms:
            if rng.random() < filled:
                pen.box(x0, y0, x1, y1, c.palette.pick(rng))
        line = c.palette.ink if rng.random() < 0.75 else c.palette.pale
        for x0, y0, x1, y1 in rooms:
            pen.line([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], line, thick)
    c.mottle(0.03, 16)


def _divide(c: Canvas, rooms: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Cut one of the larger rooms in two."""
    areas = np.array([(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in rooms])
    i = int(c.rng.choice(len(rooms), p=areas**1.5 / (areas**1.5).sum()))
    x0, y0, x1, y1 = rooms.pop(i)
    share = c.rng.choice([1 / 3, 0.38, 0.5, 0.62, 2 / 3])
    if (x1 - x0) * c.rng.uniform(0.6, 1.6) > y1 - y0:
        middle = x0 + (x1 - x0) * share
        return [*rooms, (x0, y0, middle, y1), (middle, y0, x1, y1)]
    middle = y0 + (y1 - y0) * share
    return [*rooms, (x0, y0, x1, middle), (x0, middle, x1, y1)]


def nested_squares(c: Canvas) -> None:
    """Squares within squares, one large or many small."""
    rng = c.rng
    across = int(rng.choice([1, 1, 1, 2, 3, 4]))
    down = max(1, round(across * c.height / c.width))
    wide, high = c.width / across, c.height / down
    sink = float(rng.choice([0.0, 0.35, 0.5]))  # how far the inner ones sink towards the lower edge
    round_ones = across > 1 and rng.random() < 0.6
    with c.pen() as pen:
        for i in range(across * down):
            tones = rng.permutation(np.linspace(0.05, 0.95, 5)) if across > 1 else np.sort(rng.uniform(0, 1, 5))
            if across == 1 and rng.random() < 0.5:
                tones = tones[::-1]
            corner = (i % across * wide, i // across * high)
            _nest(pen, c, corner, (wide, high), tones[: int(rng.integers(3, 6))], sink, round_ones)
    c.mottle(0.05, 10)


def _nest(
    pen: Pen,
    c: Canvas,
    corner: tuple[float, float],
    size: tuple[float, float],
    tones: Array,
    sink: float,
    round_ones: bool,
) -> None:
    (x, y), (wide, high) = corner, size
    pen.box(x, y, x + wide, y + high, c.palette.ramp(tones[0]))
    for k, tone in enumerate(tones[1:], 1):
        share = 1 - k / (len(tones) + 0.3)
        w, h = wide * share / 2, high * share / 2
        cx, cy = x + wide / 2, y + high / 2 + (high / 2 - h) * sink
        if round_ones:
            pen.ellipse(cx, cy, min(w, h), min(w, h), c.palette.ramp(tone))
        else:
            pen.box(cx - w, cy - h, cx + w, cy + h, c.palette.ramp(tone))


def discs(c: Canvas) -> None:
    """Rings and half rings, large and small, overlapping."""
    rng = c.rng
    c.fill(c.palette.ramp(rng.uniform(0, 1)))
    c.mottle(0.05)
    n = int(rng.choice([1, 3, 6, 12, 24, 44]))
    big = {1: 0.4, 3: 0.32, 6: 0.24, 12: 0.17, 24: 0.11, 44: 0.085}[n] * c.unit
    with c.pen() as pen:
        for i in range(n):
            r = big * rng.uniform(0.5, 1.2)
            x, y = c.focus if i == 0 else (rng.uniform(0.05, 0.95) * c.width, rng.uniform(0.05, 0.95) * c.height)
            _rings(pen, c, x, y, big * 1.1 if i == 0 else r)
    c.mottle(0.03, 18)


def _rings(pen: Pen, c: Canvas, x: float, y: float, r: float) -> None:
    n = int(c.rng.integers(2, 7))
    half = c.rng.random() < 0.35
    turn = c.rng.uniform(0, np.pi)
    for k in range(n):
        radius = r * (1 - k / n)
        pen.ellipse(x, y, radius, radius, c.palette.pick(c.rng))
        if half:
            angle = np.linspace(turn, turn + np.pi, 40)
            pen.polygon(
                np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1), c.palette.pick(c.rng)
            )


def collage(c: Canvas) -> None:
    """Cut paper, laid over larger sheets, with the shadow of its edge."""
    rng = c.rng
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.choice([0, 1 / 3, 1 / 2, 2 / 3]) * c.width, rng.choice([0, 1 / 3, 1 / 2, 2 / 3]) * c.height
        with c.pen(1) as pen:
            pen.box(
                x, y, x + c.width * rng.uniform(0.3, 0.6), y + c.height * rng.uniform(0.3, 0.7), c.palette.pick(rng)
            )
    n = int(rng.choice([2, 4, 7, 12, 22]))
    fronds = rng.random() < 0.5
    for i in range(n):
        x, y = c.focus if i == n - 1 else rng.uniform(0.1, 0.9, 2) * [c.width, c.height]
        r = c.unit * rng.uniform(0.5, 1.1) * {2: 0.36, 4: 0.27, 7: 0.2, 12: 0.15, 22: 0.11}[n]
        shape = _frond(c, x, y, r) if fronds and i % 2 else outline(rng, x, y, r, 0.4, 3)
        _paste(c, shape, c.palette.pick(rng) if i < n - 1 else c.palette.accent())
    c.mottle(0.02, 25)


def _frond(c: Canvas, x: float, y: float, r: float) -> Array:
    """A paper-cut seaweed: a rounded star with fingers."""
    rng = c.rng
    fingers = int(rng.integers(5, 10))
    angle = np.linspace(0, 2 * np.pi, 260, endpoint=False)
    radius = 0.66 + 0.36 * np.tanh(2.2 * np.cos(fingers * angle)) * (0.7 + 0.3 * np.cos(angle + rng.uniform(0, 6)))
    turn, squeeze = rng.uniform(0, np.pi), rng.uniform(0.5, 1)
    px, py = r * radius * np.cos(angle), r * radius * np.sin(angle) * squeeze
    return np.stack([x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn)], axis=1)


def _paste(c: Canvas, shape: Array, colour: Array) -> None:
    with c.stencil() as stencil:
        stencil.polygon(shape, colour)
    drop = max(2, round(c.unit * 0.008))
    shadow = np.roll(blur(stencil.mask, drop), (drop, drop // 2), axis=(0, 1))
    c.stain(np.full(3, 0.45), shadow * 0.6)
    c.lay(colour, stencil.mask)


def marble(c: Canvas) -> None:
    """Layers of stone or ink on water: bands bent by slow noise, some fine, some broad, with a bright vein."""
    rng = c.rng
    angle = float(rng.choice([0, 0, np.pi / 2, 0.6, -0.5])) + rng.normal(0, 0.1)
    centre = rng.random() < 0.3  # an agate: the layers close about a point
    along = (c.x * np.sin(angle) + c.y * np.cos(angle)) / c.unit
    if centre:
        along = np.hypot(c.x - c.focus[0], (c.y - c.focus[1]) * rng.uniform(0.8, 1.3)) / c.unit * 1.3
    bend, fine = c.noise(rng.uniform(1.2, 2.4), 2), c.noise(5, 4)
    t = along + rng.uniform(0.2, 0.8) * bend + rng.uniform(0.02, 0.09) * fine
    stops = np.sort(rng.random(int(rng.integers(6, 22)))) * float(t.max())
    tones = np.clip(rng.permutation(np.linspace(0, 1, len(stops) + 1)), 0, 1)
    tones = tones if rng.random() < 0.5 else np.sort(tones) * 0.9 + rng.uniform(-0.1, 0.1, len(tones))
    steps = np.linspace(float(t.min()), float(t.max()), 1500)
    profile = tones[np.searchsorted(stops, steps)]
    soft = np.convolve(np.pad(profile, 6, "edge"), np.hanning(15)[1:-1] / np.hanning(15).sum(), "valid")
    streaks = soft + np.convolve(rng.normal(0, 0.12, 1506), np.ones(7) / 7, "valid")
    at = ((t - steps[0]) / (steps[-1] - steps[0]) * 1499).astype(np.intp)
    c.fill(c.palette.ramp(streaks)[np.clip(at, 0, 1499)])
    for stop in rng.choice(stops, 2):
        vein = np.clip(1 - np.abs(t - stop) / rng.uniform(0.003, 0.009), 0, 1)
        c.lay(c.palette.accent() if rng.random() < 0.6 else c.palette.pale, vein * 0.85)


def flow(c: Canvas) -> None:
    """Lines that follow an unseen current."""
    rng = c.rng
    c.fill(c.palette.ground)
    c.mottle(0.04)
    n, steps, step = int(rng.choice([160, 320, 520])), int(rng.integers(14, 40)), 9.0
    angle = c.noise(rng.uniform(1, 2.6), 2) * rng.uniform(3, 8) + rng.uniform(0, 2 * np.pi)
    at = rng.uniform(-0.05, 1.05, (n, 2)) * [c.width, c.height]
    if rng.random() < 0.35:  # a knot in the current, about which it turns
        about = np.arctan2(c.y - c.focus[1], c.x - c.focus[0])
        angle = about + np.pi / 2 + (angle - np.mean(angle)) * 0.35
    path = np.empty((steps, n, 2))
    for k in range(steps):
        path[k] = at
        i = np.clip(at[:, 1], 0, c.height - 1).astype(np.intp), np.clip(at[:, 0], 0, c.width - 1).astype(np.intp)
        at = at + step * np.stack([np.cos(angle[i]), np.sin(angle[i])], axis=1)
    tone = np.clip(path[0, :, int(rng.integers(2))] / c.unit * 0.7 + rng.normal(0, 0.15, n), 0.05, 0.95)
    tones = c.palette.ramp(tone)
    thick = rng.choice([1.2, 2.6, 6.0]) * (1 + rng.random(n))
    with c.pen() as pen:
        for k in range(n):
            pen.line(path[:, k], tones[k], thick[k], 0.9)


def mandala(c: Canvas) -> None:
    """Rings of petals about one point."""
    rng = c.rng
    c.fill(c.palette.ground)
    c.mottle(0.05)
    fold = int(rng.choice([6, 8, 10, 12, 16]))
    x, y = (c.width / 2, c.height / 2) if rng.random() < 0.7 else c.focus
    far = c.unit * rng.uniform(0.36, 0.52)
    rings = int(rng.integers(5, 11))
    tones = rng.permutation(np.linspace(0.05, 0.95, rings))
    with c.pen() as pen:
        for k in range(rings):
            r = far * (1 - k / rings)
            count = fold * (2 if k < rings // 3 and rng.random() < 0.5 else 1)
            _petals(pen, c, (x, y), r, count, c.palette.ramp(tones[k]))
    c.mottle(0.03, 15)


def _petals(pen: Pen, c: Canvas, at: tuple[float, float], r: float, count: int, colour: Array) -> None:
    rng = c.rng
    x, y = at
    kind = rng.integers(4)
    offset = rng.integers(2) * np.pi / count
    if kind == 0:
        pen.ellipse(x, y, r, r, colour)
    elif kind == 1:
        for turn in offset + np.linspace(0, 2 * np.pi, count, endpoint=False):
            px, py, s = x + r * 0.9 * np.cos(turn), y + r * 0.9 * np.sin(turn), r * 1.6 / count
            pen.ellipse(px, py, s, s, colour)
            pen.ellipse(px, py, s * 0.45, s * 0.45, c.palette.ground)
    else:
        angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        lobe = np.abs(np.cos((angle + offset) * count / 2))
        radius = r * (1 - rng.uniform(0.12, 0.4) * (lobe if kind == 2 else 1 - lobe**2))
        pen.polygon(np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1), colour)
