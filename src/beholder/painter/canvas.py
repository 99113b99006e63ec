"""What every family paints with: a canvas of floats, noise, soft masks, a smooth-edged pen, and the finish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from beholder.painter.palette import Array, Palette

_Points = Array | Sequence[tuple[float, float]]


def noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: float, octaves: int = 3, stretch: float = 1.0
) -> Array:
    """(h, w) smooth noise in [0, 1], mean near .5.

    Parameters
    ----------
    cells
        hills along the longer side in the first octave; each further octave has twice as many, half as high
    stretch
        > 1 draws the hills out sideways, < 1 upwards
    """
    height, width = shape
    total = np.zeros(shape, np.float32)
    weight = 0.0
    for octave in range(octaves):
        count = cells * 2**octave / max(shape)
        grid = (max(2, round(height * count * stretch)) + 1, max(2, round(width * count)) + 1)
        hills = Image.fromarray(rng.random(grid, np.float32))
        total += np.asarray(hills.resize((width, height), Image.Resampling.BICUBIC)) * 0.5**octave
        weight += 0.5**octave
    hilly: Array = np.clip((total / weight - 0.5) * 1.3 + 0.5, 0, 1)
    return hilly


def curve(rng: np.random.Generator, length: int, cells: float, octaves: int = 4, rough: float = 0.5) -> Array:
    """(length,) a line of hills in [-1, 1]."""
    total = np.zeros(length)
    for octave in range(octaves):
        count = max(2, round(cells * 2**octave)) + 3
        heights = rng.uniform(-1, 1, count)
        at = np.linspace(0, count - 2.001, length) + rng.random() * 0.9
        low = np.minimum(at.astype(np.intp), count - 2)
        share = at - low
        share = share * share * (3 - 2 * share)
        total += (heights[low] * (1 - share) + heights[low + 1] * share) * rough**octave
    return total / (1 / (1 - rough))


def blur(pixels: Array, radius: float) -> Array:
    """Gaussian blur of a picture or a mask in [0, 1]."""
    image = Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    if radius < 3:
        return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255
    small = image.reduce(2).filter(ImageFilter.GaussianBlur(radius / 2))
    return np.asarray(small.resize(image.size, Image.Resampling.BILINEAR), np.float32) / 255


class Canvas:
    """A picture being painted: `pixels` (h, w, 3) sRGB in [0, 1], a palette and its own source of chance."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], palette: Palette) -> None:
        self.rng = rng
        self.width, self.height = size
        self.unit = min(size)
        self.palette = palette
        self.pixels: Array = np.broadcast_to(palette.ground, (self.height, self.width, 3)).astype(np.float32)
        self.x = np.arange(self.width, dtype=np.float32)[None, :]
        self.y = np.arange(self.height, dtype=np.float32)[:, None]
        self.focus = (self.width * rng.uniform(0.3, 0.7), self.height * rng.uniform(0.35, 0.7))

    def noise(self, cells: float, octaves: int = 3, stretch: float = 1.0) -> Array:
        return noise(self.rng, (self.height, self.width), cells, octaves, stretch)

    def fill(self, colour: Array) -> None:
        """One colour (3,), or one a pixel (h, w, 3), over everything."""
        self.pixels = np.broadcast_to(colour, self.pixels.shape).astype(np.float32)

    def gradient(self, top: Array, bottom: Array, bend: float = 1.0) -> None:
        """From top to bottom; bend > 1 keeps the top for longer."""
        share = (np.linspace(0, 1, self.height) ** bend)[:, None, None]
        self.fill(top * (1 - share) + bottom * share)

    def lay(self, colour: Array, mask: Array) -> None:
        """Paint over where the mask (h, w) is 1."""
        mask, colour = mask.astype(np.float32), colour.astype(np.float32)
        for k in range(3):  # a channel at a time: nine times faster than broadcasting over an axis of three
            channel = self.pixels[..., k]
            channel += mask * (colour[..., k] - channel)

    def stain(self, colour: Array, mask: Array) -> None:
        """Let a transparent colour sink in: light passes it and what lies beneath."""
        mask, colour = mask.astype(np.float32), colour.astype(np.float32)
        for k in range(3):
            self.pixels[..., k] *= 1 - mask * (1 - colour[k])

    def shade(self, light: Array) -> None:
        """Make every pixel lighter or darker by a factor (h, w)."""
        light = light.astype(np.float32)
        for k in range(3):
            self.pixels[..., k] *= light

    def mottle(self, amount: float, cells: float = 7, stretch: float = 1.0) -> None:
        """Uneven lightness, as of paint laid by hand."""
        self.shade(1 + amount * 2 * (self.noise(cells, 4, stretch) - 0.5))

    def spot(self, colour: Array, x: float, y: float, r: float) -> None:
        """A soft round touch of paint; only its own corner of the picture is worked on."""
        x0, x1, y0, y1 = int(max(0, x - r)), int(max(0, x + r + 1)), int(max(0, y - r)), int(max(0, y + r + 1))
        part = self.pixels[y0:y1, x0:x1]
        away = np.hypot(self.x[:, x0:x1] - x, self.y[y0:y1] - y) / r
        mask = np.clip((1 - away) * 2, 0, 1)[..., None]
        part += mask * (np.clip(colour, 0, 1).astype(np.float32) - part)

    @contextmanager
    def pen(self, scale: int = 2) -> Iterator[Pen]:
        """Draw on the picture with smooth edges: at twice its size, then brought down."""
        image = Image.fromarray((np.clip(self.pixels, 0, 1) * 255 + 0.5).astype(np.uint8))
        if scale > 1:
            image = image.resize((self.width * scale, self.height * scale), Image.Resampling.NEAREST)
        yield Pen(ImageDraw.Draw(image, "RGBA"), scale)
        self.pixels = np.asarray(image.reduce(scale) if scale > 1 else image, np.float32) / 255

    @contextmanager
    def stencil(self) -> Iterator[_Stencil]:
        """A mask drawn with the pen: read `.mask` after the block."""
        image = Image.new("L", (self.width * 2, self.height * 2), 0)
        stencil = _Stencil(ImageDraw.Draw(image), 2)
        yield stencil
        stencil.mask = np.asarray(image.reduce(2), np.float32) / 255


class Pen:
    """Shapes in the canvas's own pixels; colours (3,) in [0, 1]."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: int) -> None:
        self._draw, self._scale = draw, scale

    def _ink(self, colour: Array, alpha: float) -> tuple[int, ...]:
        inks: list[float] = (np.asarray(colour) * 255 + 0.5).tolist()  # three numbers: numpy's clip takes far longer
        return (*(int(min(max(c, 0), 255)) for c in inks), int(alpha * 255))

    def _at(self, points: _Points) -> list[tuple[float, float]]:
        return [(x, y) for x, y in (np.asarray(points) * self._scale).astype(float).tolist()]

    def polygon(self, points: _Points, colour: Array, alpha: float = 1.0) -> None:
        self._draw.polygon(self._at(points), fill=self._ink(colour, alpha))

    def line(self, points: _Points, colour: Array, width: float = 1.0, alpha: float = 1.0) -> None:
        thick = max(1, round(width * self._scale))
        self._draw.line(
            self._at(points), fill=self._ink(colour, alpha), width=thick, joint="curve" if thick > 3 else None
        )

    def dab(self, a: Array, b: Array, r: float, colour: Array) -> None:
        """A short stroke from a to b with round ends."""
        s, ink = self._scale, self._ink(colour, 1.0)
        (ax, ay), (bx, by), wide = (a * s).tolist(), (b * s).tolist(), r * s
        self._draw.ellipse((ax - wide, ay - wide, ax + wide, ay + wide), fill=ink)
        if abs(ax - bx) + abs(ay - by) > wide / 2:
            self._draw.line((ax, ay, bx, by), fill=ink, width=round(2 * wide))
            self._draw.ellipse((bx - wide, by - wide, bx + wide, by + wide), fill=ink)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Array, alpha: float = 1.0) -> None:
        s = self._scale
        self._draw.ellipse(((x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s), fill=self._ink(colour, alpha))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Array, alpha: float = 1.0) -> None:
        if x1 > x0 and y1 > y0:
            s = self._scale
            corner = max(x0 * s, x1 * s - 1), max(y0 * s, y1 * s - 1)  # a hair's breadth is one pixel
            self._draw.rectangle((x0 * s, y0 * s, *corner), fill=self._ink(colour, alpha))


class _Stencil(Pen):
    """A pen whose every colour is "here"."""

    mask: Array

    def _ink(self, colour: Array, alpha: float) -> tuple[int, ...]:
        return (int(alpha * 255),)


HERE = np.ones(3)


def outline(
    rng: np.random.Generator, x: float, y: float, r: float, wobble: float = 0.25, waves: int = 4, n: int = 90
) -> Array:
    """(n, 2) points of a closed, rounded, irregular shape about a point."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radius = np.ones(n)
    for k in range(1, waves + 1):
        radius += wobble / k * rng.normal(0, 0.6) * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.25) * r
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def leaf(x: float, y: float, length: float, width: float, angle: float, bend: float = 0.0, n: int = 14) -> Array:
    """(2n, 2) points of a pointed leaf that starts at a point."""
    t = np.linspace(0, 1, n)
    half = width / 2 * np.sin(np.pi * t**0.8)
    along = t * length
    across = bend * length * t * t
    upper = np.stack([along, across + half], axis=1)
    lower = np.stack([along, across - half], axis=1)[::-1]
    shape = np.vstack([upper, lower])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned: Array = shape @ turn + [x, y]
    return turned


def below(c: Canvas, line: Array, soft: float = 1.0) -> Array:
    """(h, w) mask of what lies under a line (w,) of heights in pixels."""
    mask: Array = np.clip((c.y - line[None, :]) / soft + 0.5, 0, 1)
    return mask


def disc(c: Canvas, x: float, y: float, r: float, soft: float = 1.5) -> Array:
    """(h, w) mask of a round spot, its edge `soft` pixels wide."""
    mask: Array = np.clip((r - np.hypot(c.x - x, c.y - y)) / soft + 0.5, 0, 1)
    return mask
