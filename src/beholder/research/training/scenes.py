"""Made photos of paintings: in rooms, in frames, by hand, several, small ones; and pictures with nothing to find.

Every scene is made from paintings and photographs of given folders, by a seed. It knows the corners of each canvas
and of each frame, so a network can learn to find them. A third of all scenes show no artwork on a wall: rooms without,
and clean paintings and photographs, which are to be left whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from beholder.images import open_image
from beholder.images.quads import area
from beholder.research.training.scene_frames import framed
from beholder.research.training.scene_paint import (
    Pixels,
    Rng,
    blob,
    coverage,
    fill,
    lay,
    noise,
    project,
    resized,
    seen_plane,
    shade,
    taken,
)
from beholder.research.training.scene_rooms import Pictures, easel, hand, one_of, part_of, room, things

SIDE = 288  # pixels of a scene's longer side
_CORNERS = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
_KINDS = ("single", "close", "several", "panels", "loose", "empty", "painting", "photograph")
_OFTEN = (0.25, 0.16, 0.1, 0.05, 0.09, 0.08, 0.17, 0.1)  # the last three: 35 % with nothing to find
_PHOTOGRAPHS = 0.15  # of what hangs on the walls
_HIDDEN = 0.3  # share of a canvas that may be behind something
_Corners = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scene:
    """A made photo.

    Attributes
    ----------
    pixels
        (h, w, 3) uint8
    canvases, outers
        (k, 4, 2) corners of each work and of each with its frame, clockwise from the upper left one, in pixels
    """

    pixels: NDArray[np.uint8]
    canvases: _Corners
    outers: _Corners


def load_pictures(files: Sequence[Path], side: int = SIDE) -> list[NDArray[np.uint8]]:
    """Pictures of at most that side. raises : BadPicture"""
    pictures = []
    for file in files:
        picture = open_image(file, max_side=2 * side)
        picture.thumbnail((side, side), reducing_gap=2.0)
        pictures.append(np.asarray(picture))
    return pictures


def make_scene(rng: Rng, paintings: Pictures, photos: Pictures, kind: str | None = None) -> Scene:
    """A scene by chance.

    Parameters
    ----------
    paintings, photos
        (h, w, 3) uint8 each: what hangs, and what else is seen; at least one painting
    kind
        one of single, close, several, panels, loose (by hand, on an easel, on the floor), empty, painting, photograph;
        by chance where not given
    """
    kind = kind or _KINDS[rng.choice(len(_KINDS), p=_OFTEN)]
    if kind == "photograph" and not len(photos):
        kind = "painting"
    if kind in ("painting", "photograph"):
        return _clean(rng, paintings if kind == "painting" else photos)
    if rng.random() < 0.04:  # two photos beside one another
        return _beside(*(_Photo(rng, paintings, photos, kind).made(0.5) for _ in range(2)))
    return _Photo(rng, paintings, photos, kind).made()


def _clean(rng: Rng, pictures: Pictures) -> Scene:
    """A picture itself, or a part of it."""
    picture = one_of(rng, pictures)
    h, w = picture.shape[:2]
    if rng.random() < 0.6:
        aspect = w / h * np.exp(rng.normal(0, 0.2))
        longer = int(rng.uniform(0.6, 1) * SIDE)
        pixels = part_of(rng, picture, *_sized(aspect, longer))
    else:
        by = SIDE / max(h, w)
        pixels = resized(picture, round(w * by), round(h * by))
    seen = taken(rng, pixels) if rng.random() < 0.6 else np.clip(pixels, 0, 255).astype(np.uint8)
    nothing = np.empty((0, 4, 2))
    return Scene(seen, nothing, nothing)


def _beside(a: Scene, b: Scene) -> Scene:
    height = min(a.pixels.shape[0], b.pixels.shape[0])
    gap = np.full((height, 4, 3), 255, np.uint8)
    seen = np.concatenate([a.pixels[:height], gap, b.pixels[:height]], 1)
    right = np.array([a.pixels.shape[1] + 4, 0])
    canvases, outers = np.concatenate([a.canvases, b.canvases + right]), np.concatenate([a.outers, b.outers + right])
    kept = outers.mean(1)[:, 1] < height * 0.9 if len(outers) else np.zeros(0, bool)
    return Scene(seen, canvases[kept], outers[kept])


def _sized(aspect: float, longer: int) -> tuple[int, int]:
    return (longer, max(32, round(longer / aspect))) if aspect > 1 else (max(32, round(longer * aspect)), longer)


class _Photo:
    """A photo in the making."""

    def __init__(self, rng: Rng, paintings: Pictures, photos: Pictures, kind: str) -> None:
        self.rng, self.paintings, self.photos, self.kind = rng, paintings, photos, kind
        self.canvases, self.outers = list[_Corners](), list[_Corners]()

    def made(self, narrower: float = 1.0) -> Scene:
        rng = self.rng
        aspect = np.exp(rng.normal(0.1, 0.3)) if rng.random() < 0.7 else 1.0
        w, h = _sized(aspect * narrower, SIDE)
        self.shape = h, w
        loose = self.kind == "loose"
        straight = rng.random() < 0.35 and not loose
        yaw, pitch = (rng.normal(0, s) for s in ((0.015, 0.015) if straight else (0.33, 0.3 if loose else 0.14)))
        roll = rng.normal(0, 0.35 if loose else 0.025)
        self.H = seen_plane(rng, self.shape, np.clip(yaw, -1.0, 1.0), np.clip(pitch, -0.8, 0.8), roll)
        self.im = room(rng, self.shape, self.H, self.photos)
        busy = 2 if self.kind in ("close", "loose") else 6
        things(rng, self.im, int(rng.integers(0, busy + 1)), self._either(), 0.0 if self.kind == "empty" else 0.3)
        getattr(self, f"_{self.kind}")()
        if self.outers:
            self._before()
        elif rng.random() < 0.5:
            things(rng, self.im, int(rng.integers(0, 5)), self._either())
        if rng.random() < 0.06:
            self._watermark()
        canvases, outers = (np.array(q).reshape(-1, 4, 2) for q in (self.canvases, self.outers))
        return Scene(taken(rng, self.im), canvases, outers)

    def _either(self) -> Pictures:
        return self.photos if len(self.photos) and self.rng.random() < 0.5 else self.paintings

    def _empty(self) -> None:
        """Nothing hangs."""

    def _single(self) -> None:
        rng = self.rng
        half = self._half(np.exp(rng.uniform(np.log(0.13), np.log(0.75))))
        h, w = np.array(self.shape) / max(self.shape)
        at = np.array([rng.normal(0, 0.14) * w, rng.normal(-0.08, 0.1) * h])
        self._hang(self._work(*half), at, half)

    def _close(self) -> None:
        rng = self.rng
        half = self._half(np.exp(rng.uniform(np.log(0.6), np.log(1.12))))
        self._hang(self._work(*half), rng.normal(0, 0.015, 2), half)

    def _loose(self) -> None:
        rng = self.rng
        half = self._half(np.exp(rng.uniform(np.log(0.3), np.log(0.95))))
        self._hang(self._work(*half), rng.normal(0, 0.06, 2), half)
        if self.outers and rng.random() < 0.5:
            easel(rng, self.im, self.outers[0])

    def _several(self) -> None:
        rng = self.rng
        h, w = np.array(self.shape) / max(self.shape)
        high = rng.uniform(0.12, 0.4) * h
        if rng.random() < 0.5:  # in a row
            count, x = int(rng.integers(2, 6)), -0.5 * w + rng.uniform(0, 0.2)
            y = rng.normal(-0.06, 0.08) * h
            for _ in range(count):
                tall = high * rng.uniform(0.7, 1)
                half = np.array([tall * np.exp(rng.normal(-0.1, 0.25)), tall]) / 2
                x += half[0]
                if x + half[0] * 0.3 > w / 2:
                    return
                self._hang(self._work(*half), np.array([x, y + rng.normal(0, 0.01)]), half)
                x += half[0] + rng.uniform(0.02, 0.25) * w
            return
        for _ in range(int(rng.integers(3, 14))):  # all over the wall
            half = self._half(rng.uniform(0.14, 0.42))
            self._hang(self._work(*half), rng.uniform(-0.5, 0.45, 2) * (w, h), half)

    def _panels(self) -> None:
        """One painting on several canvases."""
        rng = self.rng
        count, gap = int(rng.integers(2, 6)), rng.uniform(0.008, 0.04)
        wide, tall = rng.uniform(0.45, 0.95), rng.uniform(0.2, 0.6)
        picture = self._picture(wide, tall)
        each, at = wide / count, np.array([rng.normal(0, 0.03), rng.normal(-0.05, 0.05)])
        frame = rng.integers(2**31) if rng.random() < 0.25 else None
        steps = rng.normal(0, 0.03, count) if rng.random() < 0.3 else np.zeros(count)
        for k, part in enumerate(np.array_split(picture, count, 1)):
            half = np.array([each - gap, tall]) / 2
            whole = (part, (0, 0, part.shape[1], part.shape[0]))
            thing = whole if frame is None else framed(np.random.default_rng(frame), part)
            self._hang(thing, at + np.array([(k + 0.5) * each - wide / 2, steps[k]]), half)

    def _half(self, share: float) -> NDArray[np.float64]:
        """Half sizes of a work that fills that share of the picture, in units of its longer side."""
        aspect = float(np.exp(self.rng.normal(0.0, 0.36)))
        h, w = np.array(self.shape) / max(self.shape)
        tall = min(h, w / aspect) * share
        return np.array([tall * aspect, tall]) / 2

    def _work(self, wide: float, tall: float) -> tuple[Pixels, tuple[int, int, int, int]]:
        return framed(self.rng, self._picture(2 * wide, 2 * tall))

    def _picture(self, wide: float, tall: float) -> Pixels:
        """What is painted, of about as many pixels as it will have in the photo."""
        rng = self.rng
        some = self.photos if len(self.photos) and rng.random() < _PHOTOGRAPHS else self.paintings
        size = [int(np.clip(side * SIDE * 1.1, 12, 320)) for side in (wide, tall)]
        picture = part_of(rng, one_of(rng, some), *size)
        kind = rng.random()
        if kind < 0.2:  # pale, dark
            picture = (picture - 128) * np.float32(rng.uniform(0.3, 1)) + np.float32(128 + rng.normal(0, 35))
        elif kind < 0.26:  # hardly anything on it
            picture = np.full_like(picture, 1) * rng.uniform(20, 245, 3).astype(np.float32)
            picture += (noise(rng, picture.shape[:2], 4) * np.float32(rng.uniform(2, 18)))[..., None]
        elif kind < 0.31:  # a drawing on white
            grey = picture.mean(2, keepdims=True)
            picture = np.clip((grey - np.percentile(grey, 30)) * 3 + 230, 20, 250) * np.ones(3, np.float32)
        return picture

    def _hang(self, work: tuple[Pixels, tuple[int, int, int, int]], at: NDArray[np.float64], half: _Corners) -> None:
        """Put a work on the wall, its canvas of that half size there; left out where it would cover another."""
        rng = self.rng
        thing, (left, top, right, bottom) = work
        h, w = thing.shape[:2]
        scale = 2 * half / (right - left, bottom - top)
        turn = rng.normal(0, 0.008 if rng.random() < 0.85 else 0.06)
        R = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        middle = np.array([w, h]) / 2
        points = np.array([(0, 0), (w, 0), (w, h), (0, h), (left, top), (right, top), (right, bottom), (left, bottom)])
        q = project(self.H, (points - middle) * scale @ R.T + at)
        outer, canvas = q[:4], q[4:]
        if any(_touch(outer, other) for other in self.outers):
            return
        size = np.array(self.shape[::-1])
        if np.prod(np.clip(outer.max(0), 0, size) - np.clip(outer.min(0), 0, size)) < 0.3 * np.prod(np.ptp(outer, 0)):
            return
        if rng.random() < 0.65:
            fall = rng.normal(0, 0.012, 2) * size[0] + np.array([0, 0.008 * size[1]])
            shade(self.im, outer + fall, rng.uniform(0.1, 0.6), rng.uniform(2, 0.05 * size[0] + 3))
        if rng.random() < 0.2:  # the side of an unframed canvas
            depth = rng.normal(0, 0.016, 2) * size[0]
            paint = thing.mean((0, 1)) * np.float32(rng.uniform(0.3, 0.95))
            for a, b in zip(outer, np.roll(outer, -1, 0), strict=True):
                side = np.array([a, b, b + depth, a + depth])
                fill(self.im, side if area(side) > 0 else side[::-1], paint)
        lay(self.im, thing, outer)
        if rng.random() < 0.22:
            self._glare(outer)
        self.outers.append(outer)
        self.canvases.append(canvas)

    def _glare(self, outer: _Corners) -> None:
        """Of a lamp or a window in the glass."""
        rng, before = self.rng, self.im.copy()
        at, size = outer.mean(0) + rng.normal(0, 0.25, 2) * np.ptp(outer, 0), np.ptp(outer, 0).max()
        light = before + (255 - before) * np.float32(rng.uniform(0.1, 0.8))
        if rng.random() < 0.6:
            radii = rng.uniform(0.03, 0.3) * size, rng.uniform(0.03, 0.2) * size
            blob(self.im, at, radii, rng.uniform(0, 3.1), light, soft=rng.uniform(2, 0.2 * size + 3))
        else:
            fill(self.im, at + _CORNERS * rng.uniform(0.05, 0.2, 2) * size, light, soft=rng.uniform(1, 4))
        covered = coverage(outer, self.shape)
        if covered is not None:
            part, mask = covered
            lit = before[part] + mask[..., None] * (self.im[part] - before[part])
            self.im[:] = before
            self.im[part] = lit

    def _before(self) -> None:
        """What stands before a work: hands, leaves, the edge of a sofa; nothing that hides much of one."""
        rng, behind = self.rng, self.im.copy()
        if self.kind == "loose" and rng.random() < 0.5:
            for _ in range(int(rng.integers(1, 3))):
                hand(rng, self.im, self.outers[0])
        elif rng.random() < 0.2:
            things(rng, self.im, 1, self._either(), 0.6)
        if self.kind in ("single", "several", "panels") and rng.random() < 0.5:
            low = min(0.95, max(q[:, 1].max() for q in self.outers) / self.shape[0] + 0.08)
            things(rng, self.im, int(rng.integers(1, 5)), self._either(), low)
        for canvas in self.canvases:
            covered = coverage(canvas, self.shape)
            if covered is not None:
                part, mask = covered
                hidden = ((self.im[part] != behind[part]).any(2) * mask).sum() / max(mask.sum(), 1)
                if hidden > _HIDDEN:
                    self.im = behind
                    return

    def _watermark(self) -> None:
        rng = self.rng
        seen = Image.fromarray(np.clip(self.im, 0, 255).astype(np.uint8))
        written = Image.new("L", seen.size)
        size, letters = rng.uniform(0.03, 0.12) * seen.width, "".join(rng.choice(list("abcdefghimnorstu.©"), 9))
        at = rng.uniform(0, 0.7, 2) * seen.size
        ImageDraw.Draw(written).text(tuple(at), letters, int(rng.uniform(60, 220)), ImageFont.load_default(size))
        seen.paste((255, 255, 255) if rng.random() < 0.7 else (20, 20, 20), mask=written)
        self.im = np.asarray(seen, np.float32).copy()


def _touch(a: _Corners, b: _Corners) -> bool:
    return bool((np.minimum(a.max(0), b.max(0)) - np.maximum(a.min(0), b.min(0)) > -1).all())
