"""Brushes: how strokes become paint, with bristles and relief.

Every bristle is drawn once, as its number, into a picture of whole numbers; its colour and the height of its paint are
looked up afterwards. So Pillow alone is enough, and colour and relief never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from beholder.create.strokes import Pixels, Strokes

_OVER = 2  # the canvas is drawn at so many times its size, to be smooth when it is brought down
_BAND = 256  # rows looked up at a time
_LEAST = 1.2  # pixels that a bristle is wide


@dataclass(frozen=True, slots=True)
class Brush:
    """A way to lay a stroke.

    Attributes
    ----------
    bristles
        most of them in a stroke
    body
        width of the paint under the bristles, as a share of the brush's
    uneven
        how much the bristles of one stroke differ in colour
    jitter
        how much strokes differ in colour from the picture
    ragged
        how unequal the bristles' ends are, in radii
    flat
        whether ends are square, as a knife's, and both edges of a stroke stand up
    """

    bristles: int = 12
    body: float = 0.8
    uneven: float = 0.03
    jitter: float = 0.035
    ragged: float = 0.5
    flat: bool = False


class Easel:
    """A canvas that strokes are laid on.

    size (width, height) in pixels; scale: how many of them are one pixel of the reference; ground (3,) its colour
    """

    def __init__(self, size: tuple[int, int], scale: float, ground: NDArray[np.float32]) -> None:
        self.size, self.scale = size, scale * _OVER
        self._numbers = Image.new("I", (size[0] * _OVER, size[1] * _OVER), 0)
        self._draw = ImageDraw.Draw(self._numbers)
        self._colours, self._heights = [ground[None].astype(np.float32)], [np.array([0.25], np.float32)]
        self._count = 1

    def _new(self, colours: Pixels, heights: NDArray[np.floating[Any]]) -> int:
        """The number of the first of these colours (k, 3) and heights (k,) of paint."""
        first, self._count = self._count, self._count + len(colours)
        self._colours.append(np.clip(colours, 0, 1).astype(np.float32))
        self._heights.append(heights.astype(np.float32))
        return first

    def lay(self, strokes: Strokes, brush: Brush, rng: np.random.Generator) -> None:
        """Lay strokes, first to last."""
        radius = strokes.radius * self.scale
        count = int(np.clip(radius / (1.3 * _OVER), 3, brush.bristles))
        n = len(strokes.paths)
        whole = rng.normal(0, brush.jitter, (n, 1)) + rng.normal(0, 0.45 * brush.jitter, (n, 3))
        whole *= 0.35 + 0.65 * strokes.colours.max(1, keepdims=True)  # the dark bear less
        colours = np.clip(strokes.colours + whole, 0, 1)[:, None]
        colours = np.concatenate([colours, colours + rng.normal(0, brush.uneven, (n, count, 1))], 1)
        heights = rng.uniform(0.25, 0.75, (n, count + 1))
        heights[:, 0] = 0.35
        if brush.flat:
            heights[:, 1:] = rng.uniform(0.42, 0.58, (n, count))
            heights[:, [1, -1]] = 0.95
        first = self._new(colours.reshape(-1, 3), heights.reshape(-1))
        offsets = np.linspace(-0.82, 0.82, count) + rng.normal(0, 0.06 * (not brush.flat), (n, count))
        widths = np.maximum(2 * radius / count * rng.uniform(0.6, 1.25, (n, count)), _LEAST * _OVER)
        if brush.flat:
            widths[:, [1, -1]] *= 0.5
        round_end = np.zeros_like(offsets) if brush.flat else np.sqrt(np.maximum(0, 1 - offsets**2))
        ends = (rng.uniform(-0.8, 1.0, (2, n, count)) * brush.ragged * (round_end + 0.3 * brush.flat)) * radius
        lengths = np.array([len(path) for path in strokes.paths])
        drawn: dict[int, tuple[Any, ...]] = {}
        for length in np.unique(lengths).tolist():
            which = np.flatnonzero(lengths == length)
            paths = np.stack([strokes.paths[k] for k in which]) * self.scale
            shapes = _shapes(paths, radius, offsets[which], ends[:, which], brush.body)
            drawn |= zip(which.tolist(), zip(*(shape.tolist() for shape in shapes), strict=True), strict=True)
        reach = brush.body * radius
        for k, wide in enumerate(np.rint(widths).astype(np.intp).tolist()):
            number, (outline, tips, lines) = first + k * (count + 1), drawn[k]
            self._draw.polygon(outline, fill=number)
            for x, y in () if brush.flat else tips:
                self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=number)
            for b, (line, width) in enumerate(zip(lines, wide, strict=True)):
                self._draw.line(line, fill=number + 1 + b, width=width)

    def dab(self, centres: NDArray[np.float32], radii: NDArray[np.float32], colours: Pixels, thick: float) -> None:
        """Round touches of paint: (n, 2) x, y and (n,) in pixels of the reference."""
        first = self._new(colours, np.full(len(colours), thick, np.float32))
        boxes = np.concatenate([centres - radii[:, None], centres + radii[:, None]], 1) * self.scale
        for k, box in enumerate(boxes.tolist()):
            self._draw.ellipse(box, fill=first + k)

    def line(self, path: NDArray[np.float32], widths: NDArray[np.float32], number: int) -> None:
        """A stroke of changing width (m,), of a colour that `tint` made."""
        path = path * self.scale
        along = np.gradient(path, axis=0)
        along /= np.sqrt((along * along).sum(1, keepdims=True)) + 1e-6
        across = np.stack([-along[:, 1], along[:, 0]], 1) * (widths * self.scale / 2)[:, None]
        outline = np.concatenate([path + across, (path - across)[::-1]])
        self._draw.polygon(outline.ravel().tolist(), fill=number)

    def tint(self, colour: NDArray[np.float32]) -> int:
        """The number of a colour, for `line`."""
        return self._new(colour[None], np.array([0.3], np.float32))

    def painted(self, size: tuple[int, int]) -> Pixels:
        """What is there so far, (h, w, 3) at the size of the reference."""
        colours = np.concatenate(self._colours)
        small = self._numbers.resize((size[0] * 2, size[1] * 2), Image.Resampling.NEAREST)
        seen = colours[np.asarray(small)]
        small_again: Pixels = seen.reshape(size[1], 2, size[0], 2, 3).mean((1, 3))
        return small_again

    def finished(self) -> tuple[Pixels, NDArray[np.float32]]:
        """Colours (h, w, 3) and heights of paint (h, w) in [0, 1]."""
        table = np.concatenate([np.concatenate(self._colours), np.concatenate(self._heights)[:, None]], 1)
        table = np.ascontiguousarray(table, np.float32)
        width, height = self.size
        made = np.empty((height, width, 4), np.float32)
        for top in range(0, height, _BAND):
            bottom = min(height, top + _BAND)
            numbers = np.asarray(self._numbers.crop((0, top * _OVER, width * _OVER, bottom * _OVER)))
            made[top:bottom] = 0
            for dy in range(_OVER):
                for dx in range(_OVER):
                    made[top:bottom] += table[numbers[dy::_OVER, dx::_OVER]]
        made /= _OVER * _OVER
        return made[..., :3], made[..., 3]


def _shapes(paths: Pixels, radius: float, offsets: Pixels, ends: Pixels, body: float) -> tuple[Pixels, Pixels, Pixels]:
    """Of strokes (k, m, 2): outlines (k, 4m), both tips (k, 2, 2) and the lines of their bristles (k, b, 2m)."""
    if paths.shape[1] > 2:  # without corners
        middles = (paths[:, :-1] + paths[:, 1:]) / 2
        paths = np.concatenate([paths[:, :1], middles, paths[:, -1:]], 1)
    along = np.gradient(paths, axis=1)
    along /= np.linalg.norm(along, axis=2, keepdims=True) + 1e-6
    across = np.stack([-along[..., 1], along[..., 0]], 2)
    reach = body * radius
    outlines = np.concatenate([paths + reach * across, (paths - reach * across)[:, ::-1]], 1)
    lines = paths[:, None] + across[:, None] * (offsets * radius)[:, :, None, None]
    lines[:, :, 0] -= along[:, None, 0] * ends[0][..., None]
    lines[:, :, -1] += along[:, None, -1] * ends[1][..., None]
    return outlines.reshape(len(paths), -1), paths[:, [0, -1]], lines.reshape(*lines.shape[:2], -1)
