"""Walls and what stands before them: furniture, windows, cushions, rugs, screens, plants, people, hands, easels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.research.training.scene_paint import (
    Pixels,
    Rng,
    blob,
    blurred,
    colour,
    fill,
    line,
    noise,
    plane_of,
    resized,
    shade,
)

Pictures = Sequence[NDArray[np.uint8]]


def wall(rng: Rng, shape: tuple[int, int], H: NDArray[np.float64]) -> Pixels:
    """A wall, a floor or a table top of one material, its pattern as the plane `H` is seen."""
    kind = rng.random()
    if kind < 0.42:
        base: NDArray[Any] = np.full(3, rng.uniform(150, 254)) + rng.normal(0, 7, 3)
    elif kind < 0.75:
        base = colour(rng, 50, 240)
    else:
        base = np.full(3, rng.uniform(15, 160)) + rng.normal(0, 16, 3)
    im = np.empty((*shape, 3), np.float32)
    im[:] = base
    if rng.random() < 0.12:  # a backdrop without anything
        return im
    pattern = rng.random()
    if pattern < 0.5:
        u, v = plane_of(H, shape)
        im += _pattern(rng, pattern, u, v)
    im += (noise(rng, shape, int(rng.integers(2, 5))) * np.float32(rng.uniform(0, 11)))[..., None]
    im += (noise(rng, shape, int(rng.integers(20, 100))) * np.float32(rng.uniform(0, 6)))[..., None]
    return im


def _pattern(rng: Rng, kind: float, u: Pixels, v: Pixels) -> Pixels:
    if kind < 0.12:  # stripes, panels
        period = rng.uniform(0.02, 0.16)
        on = ((u if rng.random() < 0.8 else v) / period) % 1 > rng.uniform(0.1, 0.9)
        return on[..., None].astype(np.float32) * rng.normal(0, 13, 3).astype(np.float32)
    if kind < 0.25:  # wallpaper
        period, cells = rng.uniform(0.03, 0.15), int(rng.integers(6, 16))
        tile = blurred(rng.normal(0, 1, (cells, cells, 1)).astype(np.float32), rng.uniform(0.4, 1.2))[..., 0]
        at = [((a / period) % 1 * cells).astype(int) % cells for a in (v, u)]
        return (tile[at[0], at[1]] > 0)[..., None] * rng.normal(0, 15, 3).astype(np.float32)
    if kind < 0.4:  # bricks, tiles, boards
        high = rng.uniform(0.02, 0.12)
        wide = high * rng.uniform(1, 6)
        row = np.floor(v / high).astype(int)
        across = u / wide + (row % 2) * rng.choice([0.0, 0.5])
        column = np.floor(across).astype(int)
        cell = rng.normal(0, 1, (64, 64)).astype(np.float32)[row % 64, column % 64] * np.float32(rng.uniform(2, 14))
        joint = ((v / high) % 1 < 0.08) | (across % 1 < 0.08 * high / wide)
        return np.where(joint, np.float32(rng.normal(0, 25)), cell)[..., None]
    grain = np.sin((u if rng.random() < 0.5 else v) * np.float32(rng.uniform(40, 160)) + noise(rng, u.shape, 4) * 4)
    return (grain * np.float32(rng.uniform(3, 12)))[..., None]


def room(rng: Rng, shape: tuple[int, int], H: NDArray[np.float64], photos: Pictures) -> Pixels:
    """What is behind the works."""
    h, w = shape
    if len(photos) and rng.random() < 0.18:
        im = part_of(rng, one_of(rng, photos), w, h)
        return blurred(im, rng.uniform(0.5, 4)) if rng.random() < 0.6 else im
    im = wall(rng, shape, H)
    if rng.random() < 0.25:  # another wall beside it
        x = rng.uniform(0, w, 2)
        corner = [(x[0], 0), (w, 0), (w, h), (x[0] + 0.15 * (x[1] - x[0]), h)]
        fill(im, corner, wall(rng, shape, H) if rng.random() < 0.3 else im * np.float32(rng.uniform(0.6, 1.2)))
    if rng.random() < 0.5:  # floor, table
        y = rng.uniform(0.55, 1) * h + np.array([0, rng.normal(0, 0.05) * h])
        tilted = H @ np.array([[1, 0, 0], [0, 1, rng.uniform(1, 3)], [0, rng.uniform(0.5, 2), 1.0]])
        fill(im, [(0, y[0]), (w, y[1]), (w, h), (0, h)], wall(rng, shape, tilted) * np.float32(rng.uniform(0.4, 1)))
        if rng.random() < 0.5:
            high = rng.uniform(0.01, 0.05) * h
            fill(im, [(0, y[0] - high), (w, y[1] - high), (w, y[1]), (0, y[0])], colour(rng, 60, 250))
    if rng.random() < 0.15:  # panels, doors: frames of moulding with the wall in them
        for _ in range(int(rng.integers(1, 4))):
            q = _box(rng, (rng.uniform(0, w), rng.uniform(0.2, 0.8) * h), rng.uniform(0.05, 0.3, 2) * (w, h))
            outline(im, q, rng.uniform(1, 4), im.mean((0, 1)) + rng.normal(0, 25))
    return im


def part_of(rng: Rng, photo: NDArray[np.uint8], width: int, height: int) -> Pixels:
    """A part of a photograph, of the shape that is wanted."""
    h, w = photo.shape[:2]
    by = min(w / width, h / height) * rng.uniform(0.6, 1)
    across, down = int(width * by), int(height * by)
    x, y = rng.integers(0, w - across + 1), rng.integers(0, h - down + 1)
    return resized(photo[y : y + down, x : x + across], width, height)


def things(rng: Rng, im: Pixels, count: int, pictures: Pictures, lowest: float = 0.0) -> None:
    """Put that many things into the picture, none with its middle above `lowest` of the height."""
    h, w = im.shape[:2]
    for _ in range(count):
        at = np.array([rng.uniform(0, w), rng.uniform(lowest, 1) * h])
        _THINGS[rng.choice(len(_THINGS), p=_OFTEN)](rng, im, at, pictures)


def _box(rng: Rng, at: NDArray[np.float64] | tuple[float, float], half: NDArray[np.float64]) -> NDArray[np.float64]:
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    return corners * (1 + rng.normal(0, 0.04, (4, 2))) + at


def _down(by: float) -> NDArray[np.float64]:
    return np.array([0, by])


def one_of(rng: Rng, pictures: Pictures) -> NDArray[np.uint8]:
    return pictures[int(rng.integers(len(pictures)))]


def outline(im: Pixels, q: NDArray[np.float64], width: float, paint: object) -> None:
    for a, b in zip(q, np.roll(q, -1, 0), strict=True):
        line(im, a, b, width, paint)


def _furniture(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    h, w = im.shape[:2]
    at[1] = rng.uniform(0.6, 1.1) * h if rng.random() < 0.8 else at[1]
    q = _box(rng, at, rng.uniform(0.06, 0.35, 2) * (w, h))
    paint = colour(rng, 10, 240) if rng.random() < 0.7 else np.full(3, rng.uniform(5, 60), np.float32)
    shade(im, q + _down(0.02 * h), rng.uniform(0, 0.4), rng.uniform(2, 12))
    fill(im, q, paint + (noise(rng, (h, w), 4) * np.float32(rng.uniform(0, 12)))[..., None])
    for _ in range(int(rng.integers(0, 4))):  # drawers, seats
        t = np.sort(rng.uniform(0.05, 0.95, 2))
        inner = np.array([q[0] * (1 - s) + q[3] * s for s in t] + [q[1] * (1 - s) + q[2] * s for s in t])
        fill(im, inner[[0, 2, 3, 1]], paint + rng.normal(0, 16))


def _window(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    h, w = im.shape[:2]
    q = _box(rng, at, rng.uniform(0.06, 0.22, 2) * (w, h))
    bright = np.full(3, rng.uniform(190, 255), np.float32)
    if len(pictures) and rng.random() < 0.3:
        bright = part_of(rng, one_of(rng, pictures), w, h) * np.float32(0.5) + np.float32(125)
    fill(im, q, bright)
    paint, wide = colour(rng, 60, 250), rng.uniform(0.006, 0.02) * w + 1
    outline(im, q, wide, paint)
    for t in np.linspace(0, 1, int(rng.integers(2, 5)) + 1)[1:-1]:
        line(im, q[0] * (1 - t) + q[1] * t, q[3] * (1 - t) + q[2] * t, wide, paint)
    if rng.random() < 0.5:
        line(im, (q[0] + q[3]) / 2, (q[1] + q[2]) / 2, wide, paint)


def _screen(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    """A television or a mirror: a frame with nothing painted in it."""
    h, w = im.shape[:2]
    wide = rng.uniform(0.05, 0.2) * w
    q = _box(rng, at, np.array([wide, wide * rng.choice([0.56, 0.75, 1.3])]))
    if rng.random() < 0.6:
        inner, edge = np.full(3, rng.uniform(2, 40), np.float32), np.full(3, rng.uniform(0, 70))
    else:
        inner, edge = im.mean((0, 1)) * np.float32(rng.uniform(0.7, 1.3)), colour(rng, 20, 220)
    fill(im, q, inner + noise(rng, (h, w), 2)[..., None] * np.float32(rng.uniform(0, 14)))
    outline(im, q, rng.uniform(0.006, 0.02) * w + 1, edge)


def _label(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    w = im.shape[1]
    fill(im, _box(rng, at, np.array([1, rng.uniform(0.4, 1.2)]) * rng.uniform(0.008, 0.03) * w), rng.uniform(190, 252))


def _cushion(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    h, w = im.shape[:2]
    paint = colour(rng, 20, 240)
    if len(pictures) and rng.random() < 0.5:
        paint = part_of(rng, one_of(rng, pictures), w, h)
    elif rng.random() < 0.5:
        y, x = np.mgrid[:h, :w].astype(np.float32)
        wave = np.sin((x * rng.uniform(-1, 1) + y * rng.uniform(-1, 1)) * np.float32(rng.uniform(0.2, 1)))
        paint = paint + (wave > 0)[..., None] * rng.normal(0, 40, 3).astype(np.float32)
    for k in range(int(rng.integers(1, 4))):
        size = rng.uniform(0.03, 0.1) * w
        where = at + np.array([k * size * 1.5, 0])
        blob(im, where + _down(2), (size, size * 0.85), 0, im.mean((0, 1)) * 0.5, soft=4, power=4)
        blob(im, where, (size, size * rng.uniform(0.7, 1)), rng.normal(0, 0.4), paint, power=rng.uniform(3, 6))


def _rug(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    h, w = im.shape[:2]
    y = rng.uniform(0.65, 0.92) * h
    high, near, far = rng.uniform(0.05, 0.25) * h, rng.uniform(0.2, 0.6) * w, rng.uniform(0.55, 0.9)
    x = at[0] + rng.normal(0, 0.1) * w
    q = np.array([(x - near * far, y), (x + near * far, y), (at[0] + near, y + high), (at[0] - near, y + high)])
    paint = colour(rng, 20, 240)
    ground = np.array([[1, 0, 0], [0, 3, -y * 3], [0, 0.004, 1]])
    u, v = plane_of(np.linalg.inv(ground), (h, w))
    fill(im, q, paint + _pattern(rng, rng.uniform(0, 0.4), u / np.float32(w), v / np.float32(w)))
    if rng.random() < 0.5:
        inner = q + (q.mean(0) - q) * rng.uniform(0.08, 0.3)
        outline(im, inner, rng.uniform(1, 4), colour(rng, 20, 240))


def _plant(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    w = im.shape[1]
    green = np.array([rng.uniform(20, 120), rng.uniform(60, 160), rng.uniform(20, 90)])
    reach = rng.uniform(0.04, 0.13) * w
    for _ in range(int(rng.integers(6, 26))):
        turn = rng.uniform(0, 6.28)
        where = at + np.array([np.cos(turn), np.sin(turn)]) * reach * rng.uniform(0.2, 1)
        blob(
            im,
            where,
            (reach * rng.uniform(0.2, 0.5), reach * rng.uniform(0.04, 0.14)),
            turn,
            green * rng.uniform(0.5, 1.4),
        )
    if rng.random() < 0.6:
        blob(im, at + _down(reach * 1.3), (reach * 0.4, reach * 0.45), 0, colour(rng, 40, 240), power=4)


def _lamp(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    w = im.shape[1]
    size = rng.uniform(0.015, 0.06) * w
    if rng.random() < 0.5:
        line(im, (at[0], 0), at, rng.uniform(1, 2), colour(rng, 0, 120))
    blob(
        im,
        at,
        (size, size * rng.uniform(0.6, 1.2)),
        0,
        np.array([255, 250, 235]),
        soft=size * rng.uniform(0.1, 1.2) + 1,
    )


def _person(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    h, w = im.shape[:2]
    size, y = rng.uniform(0.05, 0.13) * h, rng.uniform(0.45, 1.0) * h
    cloth = colour(rng, 10, 230) + noise(rng, (h, w), 5)[..., None] * 8
    blob(im, (at[0], y + 3.2 * size), (size * 1.7, size * 2.4), 0, cloth, power=2.6)
    blob(im, (at[0], y), (size * 0.72, size), 0, colour(rng, 10, 190))


def _shelf(rng: Rng, im: Pixels, at: NDArray[np.float64], pictures: Pictures) -> None:
    """Books, vases: narrow boxes of many colours, in a row."""
    h, w = im.shape[:2]
    x, high = at[0], rng.uniform(0.03, 0.09) * h
    for _ in range(int(rng.integers(4, 16))):
        wide = rng.uniform(0.006, 0.03) * w
        top = at[1] - high * rng.uniform(0.6, 1)
        fill(im, [(x, top), (x + wide, top), (x + wide, at[1]), (x, at[1])], colour(rng))
        x += wide
    line(im, (at[0] - 4, at[1]), (x + 4, at[1]), rng.uniform(1, 5), colour(rng, 20, 240))


_THINGS = _furniture, _window, _screen, _label, _cushion, _rug, _plant, _lamp, _person, _shelf
_OFTEN = 0.24, 0.08, 0.06, 0.07, 0.14, 0.08, 0.13, 0.08, 0.05, 0.07


def hand(rng: Rng, im: Pixels, outer: NDArray[np.float64]) -> None:
    """Fingers over an edge of a work."""
    w = im.shape[1]
    e, t = int(rng.integers(4)), rng.uniform(0.1, 0.9)
    at = outer[e] * (1 - t) + outer[(e + 1) % 4] * t
    out = at - outer.mean(0)
    out = out / (np.linalg.norm(out) + 1e-6)
    along = np.array([-out[1], out[0]])
    skin = np.array([1.65, 1.25, 1.0]) * rng.uniform(45, 150)
    size, turn = rng.uniform(0.02, 0.045) * w, np.arctan2(out[1], out[0])
    blob(im, at + out * size * 2.6, (size * 2, size * 1.6), turn, skin * 0.95, power=2.5)
    for k in range(int(rng.integers(2, 5))):
        where = at + out * size * rng.uniform(-0.3, 0.9) + along * (k - 1.5) * size * 0.62
        blob(im, where, (size * 1.2, size * 0.33), turn + rng.normal(0, 0.1), skin * rng.uniform(0.9, 1.08))


def easel(rng: Rng, im: Pixels, outer: NDArray[np.float64]) -> None:
    """Its legs, the ledge below the work and what holds it above."""
    h, w = im.shape[:2]
    (left, top), (right, bottom) = outer.min(0), outer.max(0)
    x, paint, thick = outer.mean(0)[0], np.array([2.1, 1.5, 1.0]) * rng.uniform(20, 110), rng.uniform(0.008, 0.025) * w
    reach = (right - left) * rng.uniform(0.3, 0.6)
    line(im, (x - reach, bottom + thick / 2), (x + reach, bottom + thick / 2), thick, paint)
    for side in (-1, 1):
        line(im, (x + side * reach * 0.6, bottom), (x + side * reach * 1.2, h + 9), thick, paint * 0.9)
    line(im, (x, top - 0.12 * h), (x, top + 0.02 * h), thick, paint)
