"""Photos of paintings in rooms that are rendered: light that falls and casts shadows, frames with depth, a camera.

For judging only: nothing is trained on these. They are made by tracing rays through a room with walls, boxes and
ellipsoids, lit by lamps and a window, quite unlike the flat scenes that the finder of artworks learns from
(`beholder.research.training.scenes`), and were written after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

Rng = np.random.Generator
Corners = NDArray[np.float64]
_Array = NDArray[np.float32]
_Paint = Callable[[_Array, _Array], _Array]  # points (n, 3) and their normals to how much light they give back, (n, 3)

_FINER = 1.25  # rays to a pixel, along each side
_HIGH = 2.6  # metres to the ceiling
_FAR = np.float32(1e6)
_GAMMA = 2.2


@dataclass(frozen=True, eq=False)
class Room:
    """A photo of a painting: pixels (h, w, 3) uint8, and in pixels the (4, 2) corners of its canvas and frame,
    clockwise from the upper left one."""

    pixels: NDArray[np.uint8]
    canvas: Corners
    outer: Corners


def make_room(rng: Rng, painting: NDArray[np.uint8], size: tuple[int, int] = (420, 340)) -> Room:
    """A photo of that size, (width, height), of a painting on a wall."""
    return _Making(rng, painting, size).room()


@dataclass(frozen=True, eq=False)
class _Solid:
    """A box, or the ellipsoid in it, from `low` to `high` in metres: x to the right, y down from the floor, z from the
    camera to the wall."""

    low: _Array
    high: _Array
    paint: _Paint
    is_round: bool = False

    def hit(self, o: _Array, d: _Array) -> _Array:
        """(n,) how far along each ray it is met, `_FAR` where it is not"""
        t = np.full(len(o), _FAR)
        middle, radius = (self.low + self.high) / 2, np.linalg.norm(self.high - self.low) / 2
        to = middle - o
        along = np.einsum("ij,ij->i", to, d)
        close = (np.einsum("ij,ij->i", to, to) - along * along < radius * radius) & (along > -radius)
        if close.any():
            t[close] = (self._round_hit if self.is_round else self._box_hit)(o[close], d[close])
        return t

    def _box_hit(self, o: _Array, d: _Array) -> _Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (self.low - o) / d, (self.high - o) / d
        near, far = np.minimum(a, b).max(1), np.maximum(a, b).min(1)
        return np.where((near <= far) & (near > 1e-4), near, _FAR).astype(np.float32)

    def _round_hit(self, o: _Array, d: _Array) -> _Array:
        radii = (self.high - self.low) / 2
        p, v = (o - (self.low + self.high) / 2) / radii, d / radii
        a, b, c = (v * v).sum(1), (p * v).sum(1), (p * p).sum(1) - 1
        root = b * b - a * c
        t = (-b - np.sqrt(np.maximum(root, 0))) / a
        return np.where((root > 0) & (t > 1e-4), t, _FAR).astype(np.float32)

    def normal(self, p: _Array) -> _Array:
        middle, radii = (self.low + self.high) / 2, (self.high - self.low) / 2
        at = (p - middle) / radii
        size = np.abs(at)
        n = at / radii if self.is_round else np.where(size >= size.max(1, keepdims=True), np.sign(at), 0)
        return np.asarray(n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9), np.float32)


class _Making:
    """A room in the making."""

    def __init__(self, rng: Rng, painting: NDArray[np.uint8], size: tuple[int, int]) -> None:
        self.rng, self.painting, self.size = rng, painting, size
        self.solids = list[_Solid]()
        self.sides = rng.uniform(1.2, 3.5, 2) * (-1, 1)  # x of the walls to the left and right
        self._place_camera()

    def _place_camera(self) -> None:
        """So far from the work that it fills a share of the picture, a little off and aslant."""
        rng, (w, h) = self.rng, self.size
        aspect = self.painting.shape[1] / self.painting.shape[0]
        tall = rng.uniform(0.35, 1.1)
        self.half = np.array([tall * aspect, tall]) / 2
        self.at = np.array([rng.normal(0, 0.3), -rng.uniform(1.35, 1.75)])
        self.focal = rng.uniform(0.75, 1.6) * max(w, h)
        fill = np.exp(rng.uniform(np.log(0.26), np.log(0.8)))
        away = self.focal * max(2 * self.half[0] / w, 2 * self.half[1] / h) / fill
        turn = rng.normal(0, 0.32) if rng.random() < 0.7 else rng.normal(0, 0.03)
        self.eye = np.array(
            [self.at[0] + away * np.sin(turn), self.at[1] + rng.normal(0, 0.1) * away, -away * np.cos(turn)]
        )
        self.eye[0] = np.clip(self.eye[0], self.sides[0] + 0.1, self.sides[1] - 0.1)
        self.eye[1] = np.clip(self.eye[1], -_HIGH + 0.1, -0.3)
        beside = (
            0.22 * (1 - fill) * away / self.focal * np.array([w, h, 0])
        )  # so far that the work stays in the picture
        aim = np.array([*self.at, 0]) - self.eye + np.clip(rng.normal(0, 1, 3), -1.5, 1.5) * beside
        forward = aim / np.linalg.norm(aim)
        roll = rng.normal(0, 0.02)
        right = np.cross([np.sin(roll), np.cos(roll), 0], forward)
        right /= np.linalg.norm(right)
        self.view = np.stack([right, np.cross(forward, right), forward])

    def seen(self, points: Any) -> Corners:
        """(n, 2) where the camera sees points (n, 3)"""
        p = (np.asarray(points) - self.eye) @ self.view.T
        return np.asarray(p[:, :2] / p[:, 2:] * self.focal + np.array(self.size) / 2)

    def room(self) -> Room:
        canvas, outer = self._hang()
        self._furnish()
        self._light()
        light = self._traced()
        return Room(self._developed(light), canvas, outer)

    def _hang(self) -> tuple[Corners, Corners]:
        """The work: a canvas, perhaps a passe-partout, perhaps a frame of four bars. Its corners as they are seen."""
        rng, (x, y), (a, b) = self.rng, self.at, self.half
        deep = rng.uniform(0.008, 0.035)
        long = 2 * max(a, b)
        flat = self._box((x - a, y - b, -deep), (x + a, y + b, 0), self._canvas(x, y, a, b))
        canvas = _corners(x, y, a, b, -deep)
        if rng.random() < 0.25:
            wide = rng.uniform(0.04, 0.2) * long
            a, b = a + wide, b + wide
            self._box((x - a, y - b, 0.002 - deep), (x + a, y + b, 0), _plain(rng.uniform(0.75, 0.95, 3)))
        if rng.random() < 0.75:
            wide, front = rng.uniform(0.012, 0.14) * long, deep + rng.uniform(0.003, 0.035)
            paint = self._frame_paint()
            for low, high in (
                ((x - a - wide, y - b - wide), (x + a + wide, y - b)),
                ((x - a - wide, y + b), (x + a + wide, y + b + wide)),
                ((x - a - wide, y - b), (x - a, y + b)),
                ((x + a, y - b), (x + a + wide, y + b)),
            ):
                self._box((*low, -front), (*high, 0), paint)
                if wide > 0.03:  # a raised inner part
                    inset = 0.3 * wide * np.array([1, 1])
                    self._box((*(np.array(low) + inset), -front - 0.012), (*(np.array(high) - inset), 0), paint)
            a, b, deep = a + wide, b + wide, front
        self.work = flat
        return self.seen(canvas), self.seen(_corners(x, y, a, b, -deep))

    def _canvas(self, x: float, y: float, a: float, b: float) -> _Paint:
        """The painting's colours, of about as many pixels as rays meet."""
        across = np.linalg.norm(np.diff(self.seen([(x - a, y, 0), (x + a, y, 0)]), axis=0)) * _FINER
        w = int(np.clip(across, 16, self.painting.shape[1]))
        h = max(8, round(w * b / a))
        small = np.asarray(Image.fromarray(self.painting).resize((w, h), Image.Resampling.LANCZOS), np.float32)
        given = (small / 255) ** _GAMMA * 0.9

        def paint(p: _Array, n: _Array) -> _Array:
            at = [(p[:, 1] - (y - b)) / (2 * b) * h - 0.5, (p[:, 0] - (x - a)) / (2 * a) * w - 0.5]
            return np.stack([map_coordinates(given[..., c], at, order=1, mode="nearest") for c in range(3)], 1)

        return paint

    def _frame_paint(self) -> _Paint:
        rng = self.rng
        metal = np.array([0.75, 0.52, 0.22]) * rng.uniform(0.5, 1.1)
        wood = np.array([0.42, 0.24, 0.11]) * rng.uniform(0.3, 1.5)
        kinds = (
            metal,
            wood,
            np.full(3, rng.uniform(0.01, 0.05)),
            np.full(3, rng.uniform(0.6, 0.9)),
            rng.uniform(0, 0.6, 3),
        )
        return self._grained(kinds[int(rng.choice(5, p=[0.25, 0.3, 0.2, 0.15, 0.1]))], rng.uniform(0.02, 0.2), 25.0)

    def _box(self, low: Any, high: Any, paint: _Paint, is_round: bool = False) -> _Solid:
        solid = _Solid(np.asarray(low, np.float32), np.asarray(high, np.float32), paint, is_round)
        self.solids.append(solid)
        return solid

    def _grained(self, base: Any, much: float, fine: float) -> _Paint:
        """A colour with smooth noise of `fine` waves a metre."""
        grid = self.rng.normal(0, 1, (64, 64)).astype(np.float32)
        tint = np.asarray(base, np.float32) * np.ones(3, np.float32)
        skew = self.rng.uniform(0.3, 1, 3) * fine

        def paint(p: _Array, n: _Array) -> _Array:
            u, v = p[:, 0] * skew[0] + p[:, 2] * skew[1], p[:, 1] * skew[2] + p[:, 2] * skew[0]
            wave = map_coordinates(grid, [v % 63, u % 63], order=1) + 0.5 * map_coordinates(
                grid, [v * 3 % 63, u * 3 % 63], order=1
            )
            return np.asarray(tint * np.clip(1 + much * wave, 0.1, 2)[:, None], np.float32)

        return paint

    def _floor(self) -> _Paint:
        """Planks, or tiles, or a carpet."""
        rng = self.rng
        base, wide, long = (
            rng.uniform(0.08, 0.5) * np.array([1, 0.75, 0.5]),
            rng.uniform(0.08, 0.2),
            rng.uniform(0.6, 2),
        )
        if rng.random() < 0.4:
            base, long = rng.uniform(0.1, 0.7, 3), wide
        if rng.random() < 0.3:
            return self._grained(base, 0.3, 60.0)
        shades = rng.uniform(0.7, 1.2, 97)

        def paint(p: _Array, n: _Array) -> _Array:
            row = np.floor(p[:, 0] / wide)
            along = p[:, 2] / long + row * 0.37
            shade = shades[(row * 13 + np.floor(along) * 7).astype(int) % 97]
            joint = ((p[:, 0] / wide) % 1 < 0.03) | (along % 1 < 0.03 * wide / long)
            return np.asarray(base * (shade * np.where(joint, 0.5, 1))[:, None], np.float32)

        return paint

    def _furnish(self) -> None:
        """Walls, and what stands before them below the work."""
        rng = self.rng
        self.walls = self._grained(
            rng.uniform(0.05, 0.9) * (1 + rng.normal(0, 0.15, 3)), rng.uniform(0, 0.06), rng.uniform(1, 20)
        )
        self.floor, self.ceiling = self._floor(), _plain(np.full(3, rng.uniform(0.6, 0.9)))
        lowest = min(-0.25, self.at[1] + self.half[1] + 0.15)  # y below which the work is not hidden
        for _ in range(int(rng.integers(0, 5))):
            wide, high, deep = rng.uniform(0.2, 1.2), rng.uniform(0.2, min(0.95, -lowest)), rng.uniform(0.2, 0.8)
            x, z = rng.uniform(*self.sides), -rng.uniform(0, 0.6)
            paint = self._grained(rng.uniform(0.02, 0.8) * (1 + rng.normal(0, 0.3, 3)), rng.uniform(0, 0.1), 12.0)
            self._box((x - wide / 2, -high, z - deep), (x + wide / 2, 0, z), paint)
            for _ in range(int(rng.integers(0, 4))):  # cushions, vases, books on it
                size = rng.uniform(0.05, 0.2, 3)
                top = np.array([x + rng.uniform(-0.4, 0.4) * wide, -high - size[1] + 0.02, z - deep / 2])
                if top[1] - size[1] > lowest or abs(top[0] - self.at[0]) > self.half[0] + 0.3:
                    paint = self._grained(rng.uniform(0.05, 0.8, 3), 0.15, 15.0)
                    self._box(top - size, top + size, paint, is_round=rng.random() < 0.7)
        if rng.random() < 0.4:  # a plant, a lamp on the floor
            x = self.at[0] + rng.choice([-1, 1]) * (self.half[0] + rng.uniform(0.5, 1.2))
            leaf = self._grained(np.array([0.05, 0.2, 0.04]) * rng.uniform(0.5, 2), 0.3, 20.0)
            for _ in range(int(rng.integers(5, 18))):
                p, size = np.array([x, -0.9, -0.4]) + rng.normal(0, 0.18, 3), rng.uniform(0.02, 0.14, 3)
                self._box(p - size, p + size, leaf, is_round=True)
            self._box(
                (x - 0.15, -0.45, -0.55), (x + 0.15, 0, -0.25), self._grained(rng.uniform(0.1, 0.8, 3), 0.05, 5.0)
            )
        for _ in range(int(rng.integers(0, 3))):  # a screen, a shelf, a plate on the wall, beside the work
            x = self.at[0] + rng.choice([-1, 1]) * (self.half[0] + rng.uniform(0.35, 1.2))
            size, y = rng.uniform(0.05, 0.22, 2), self.at[1] + rng.uniform(-0.3, 0.6)
            paint = _plain(rng.choice([rng.uniform(0, 0.03), rng.uniform(0.2, 0.8)]) * np.ones(3))
            self._box(
                (x - size[0], y - size[1], -0.05), (x + size[0], y + size[1], 0), paint, is_round=rng.random() < 0.3
            )

    def _light(self) -> None:
        """Lamps (place, colour), and what comes from everywhere."""
        rng = self.rng
        self.lamps = list[tuple[_Array, _Array]]()
        for _ in range(int(rng.integers(1, 4))):
            warm = np.array([1, rng.uniform(0.7, 1), rng.uniform(0.45, 1.05)])
            place = np.array([rng.uniform(*self.sides) * 0.8, -rng.uniform(2.0, 2.55), -rng.uniform(0.4, 3.0)])
            self.lamps.append((place.astype(np.float32), (warm * rng.uniform(0.4, 2.5)).astype(np.float32)))
        if rng.random() < 0.6:  # daylight from a side
            place = np.array([rng.choice(self.sides) * 0.95, -rng.uniform(1.2, 2.0), -rng.uniform(0.5, 3)])
            cool = np.array([rng.uniform(0.7, 1), rng.uniform(0.85, 1), 1.1])
            self.lamps.append((place.astype(np.float32), (cool * rng.uniform(1, 4)).astype(np.float32)))
        self.around = np.float32(rng.uniform(0.08, 0.5)) * np.array(
            [1, rng.uniform(0.9, 1), rng.uniform(0.8, 1.05)], np.float32
        )
        self.glass = rng.random() < 0.25

    def _traced(self) -> _Array:
        """(h, w, 3) the light that reaches the camera"""
        w, h = (round(s * _FINER) for s in self.size)
        x, y = np.meshgrid(np.arange(w, dtype=np.float32) + 0.5, np.arange(h, dtype=np.float32) + 0.5)
        rays = np.stack([(x - w / 2), (y - h / 2), np.full_like(x, self.focal * _FINER)], 2).reshape(-1, 3)
        d = (rays / np.linalg.norm(rays, axis=1, keepdims=True) @ self.view).astype(np.float32)
        o = np.broadcast_to(self.eye.astype(np.float32), d.shape)
        t, what = self._met(o, d)
        p = o + d * t[:, None]
        given, normal = np.zeros_like(p), np.zeros_like(p)
        for k, solid in enumerate(self.solids):
            on = what == k
            if on.any():
                normal[on] = solid.normal(p[on])
                given[on] = solid.paint(p[on], normal[on])
        on = what < 0
        normal[on], given[on] = self._shell(p[on])
        light = self.around * (0.7 + 0.3 * normal @ np.array([0, -0.6, -0.8], np.float32))[:, None]
        shine = np.zeros((len(p), 1), np.float32)
        start = p + normal * np.float32(2e-3)
        for place, colour in self.lamps:
            to = place - start
            far = np.linalg.norm(to, axis=1, keepdims=True)
            to = to / far
            facing = np.maximum((normal * to).sum(1), 0)
            lit = facing > 0
            lit[lit] = self._met(start[lit], to[lit])[0] >= far[lit, 0] - 0.01
            light[lit] += colour * (facing / (0.4 + far[:, 0] ** 2))[lit, None]
            back = to - 2 * facing[:, None] * normal
            shine += (np.maximum((back * d).sum(1), 0) ** 60 * lit / (0.4 + far[:, 0] ** 2))[:, None]
        light = given * light
        glossy = (what == self.solids.index(self.work)) & self.glass
        light[glossy] += 0.6 * shine[glossy] + 0.02
        return np.asarray(light.reshape(h, w, 3), np.float32)

    def _met(self, o: _Array, d: _Array) -> tuple[_Array, NDArray[np.intp]]:
        """How far the first thing is on each ray, and which solid it is; -1: the walls"""
        low = np.array([self.sides[0], -_HIGH, -30], np.float32)
        high = np.array([self.sides[1], 0, 0], np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            best = np.nanmin(np.where(d > 0, (high - o) / d, (low - o) / d), axis=1).astype(np.float32)
        what = np.full(len(o), -1)
        for k, solid in enumerate(self.solids):
            t = solid.hit(o, d)
            closer = t < best
            best[closer], what[closer] = t[closer], k
        return best, what

    def _shell(self, p: _Array) -> tuple[_Array, _Array]:
        """Normals and colours of walls, floor and ceiling"""
        away = np.stack([-p[:, 2], p[:, 0] - self.sides[0], self.sides[1] - p[:, 0], -p[:, 1], p[:, 1] + _HIGH], 1)
        side = np.abs(away).argmin(1)
        inward = np.array([(0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, -1, 0), (0, 1, 0)], np.float32)[side]
        given = self.walls(p, inward)
        for k, paint in ((3, self.floor), (4, self.ceiling)):
            if (side == k).any():
                given[side == k] = paint(p[side == k], inward[side == k])
        skirting = (side < 3) & (p[:, 1] > -0.1)
        given[skirting] = 0.75
        return inward, given

    def _developed(self, light: _Array) -> NDArray[np.uint8]:
        """As the camera saves it: exposure, white balance, gamma, a lens that darkens the corners, grain, JPEG."""
        rng, (w, h) = self.rng, self.size
        light = light / max(float(np.percentile(light, 90)), 1e-6) * np.float32(rng.uniform(0.45, 1.1))
        light = light * (1 + rng.normal(0, 0.05, 3)).astype(np.float32)
        small = np.stack([_shrunk(light[..., c], w, h) for c in range(3)], 2)
        y, x = np.mgrid[:h, :w] / np.array([h, w]).reshape(2, 1, 1) - 0.5
        small *= (1 - rng.uniform(0, 0.6) * (x * x + y * y))[..., None]
        shown = 255 * np.clip(small, 0, None) ** (1 / _GAMMA)
        shown = np.where(shown > 200, 200 + 55 * np.tanh((shown - 200) / 55), shown)  # highlights fade into white
        shown = shown + rng.normal(0, rng.uniform(0.5, 5), shown.shape)
        file = BytesIO()
        Image.fromarray(np.clip(shown, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=int(rng.integers(60, 95)))
        return np.asarray(Image.open(file))


def _corners(x: float, y: float, a: float, b: float, z: float) -> list[tuple[float, float, float]]:
    return [(x - a, y - b, z), (x + a, y - b, z), (x + a, y + b, z), (x - a, y + b, z)]


def _plain(colour: Any) -> _Paint:
    given = np.asarray(colour, np.float32)
    return lambda p, n: np.broadcast_to(given, p.shape).copy()


def _shrunk(channel: _Array, width: int, height: int) -> _Array:
    return np.asarray(Image.fromarray(channel).resize((width, height), Image.Resampling.BOX))
