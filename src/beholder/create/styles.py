"""Ways to paint a picture again: oil, palette knife, pointillism, ink and watercolour."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from beholder.create.brush import Brush, Easel
from beholder.create.strokes import Layer, Pixels, directions, trace
from beholder.create.surface import lit, noise, paper
from beholder.create.watercolour import watercolour

Style = Callable[[Pixels, tuple[int, int], np.random.Generator], Pixels]
_LUMINANCE = np.array([0.3, 0.59, 0.11], np.float32)
_EARTH = np.array([0.45, 0.33, 0.22], np.float32)  # what painters prime a canvas with
_CREAM = np.array([0.93, 0.89, 0.80], np.float32)
_RICE = np.array([0.955, 0.94, 0.9], np.float32)
_SOOT = np.array([0.1, 0.095, 0.1], np.float32)
_FINEST = 1.6  # pixels of the reference: a finer brush would paint what is not there
_DOTS = ((16.0, 0.0), (10.0, 0.05), (7.0, 0.05))  # radius in thousandths and threshold of each layer of dots
_OIL = (Layer(62, 0.0), Layer(31, 0.07), Layer(16, 0.06), Layer(9, 0.055), Layer(5, 0.07))
_KNIFE = (
    Layer(75, 0.0, length=4, bend=0.2),
    Layer(44, 0.06, length=5, bend=0.15),
    Layer(24, 0.07, length=5, bend=0.2),
    Layer(14, 0.1, length=4, bend=0.2),
)


def oil(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Curved strokes of bristles in layers on canvas, broad ones first."""
    colours, heights = _in_layers(reference, size, _OIL, Brush(), rng)
    return lit(colours, heights, 0.55, 0.05, rng)


def palette_knife(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Broad flat slabs of thick paint with raised edges."""
    brush = Brush(bristles=16, body=0.85, uneven=0.018, jitter=0.045, ragged=0.35, flat=True)
    colours, heights = _in_layers(reference, size, _KNIFE, brush, rng)
    return lit(colours, heights, 1.1, 0.03, rng)


def _in_layers(
    reference: Pixels, size: tuple[int, int], layers: Sequence[Layer], brush: Brush, rng: np.random.Generator
) -> tuple[Pixels, Pixels]:
    height, width = reference.shape[:2]
    easel = Easel(size, size[0] / width, 0.6 * reference.mean((0, 1)) + 0.4 * _EARTH)
    angles = directions(reference)
    for layer in layers:
        if layer.radius * min(height, width) / 1000 < _FINEST:
            continue
        strokes = trace(reference, easel.painted((width, height)), angles, layer, rng)
        if strokes is not None:
            easel.lay(strokes, brush, rng)
    return easel.finished()


def pointillism(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Dots of purer colours than the picture's, which mix in the eye [Seurat1886]."""
    height, width = reference.shape[:2]
    easel = Easel(size, size[0] / width, 0.4 * _CREAM + 0.6 * reference.mean((0, 1)))
    for radius, threshold in _DOTS:
        r = radius * min(height, width) / 1000
        wanted = gaussian_filter(reference, (0.6 * r, 0.6 * r, 0))
        wrong = gaussian_filter(np.abs(easel.painted((width, height)) - wanted).sum(2) / 3, 1.5 * r)
        step = 1.45 * r
        x, y = np.meshgrid(np.arange(0, width, step), np.arange(0, height, step * 0.866))
        x[1::2] += step / 2
        centres = np.stack([x.ravel(), y.ravel()], 1) + rng.normal(0, 0.22 * step, (x.size, 2))
        centres = rng.permutation(np.clip(centres, 0, [width - 1.01, height - 1.01]))
        column, row = centres.astype(np.intp).T
        centres = centres[wrong[row, column] >= threshold]
        column, row = centres.astype(np.intp).T
        radii = r * rng.uniform(0.75, 1.1, len(centres))
        easel.dab(centres.astype(np.float32), radii.astype(np.float32), _divided(wanted[row, column], rng), 0.8)
    colours, heights = easel.finished()
    return lit(colours, heights, 0.5, 0.05, rng)


def _divided(colours: Pixels, rng: np.random.Generator) -> Pixels:
    """Colours (n, 3) taken apart: purer, some of a neighbouring hue, some of the opposite one."""
    grey = colours.mean(1, keepdims=True)
    pure = grey + 1.45 * (colours - grey)
    apart = rng.normal(0, 0.075, colours.shape) * (0.4 + 0.6 * colours.max(1, keepdims=True))
    apart -= apart.mean(1, keepdims=True)
    opposite = rng.random((len(colours), 1)) < 0.06
    pure = np.where(opposite, grey - 0.7 * (colours - grey) + 0.05, pure)
    made: Pixels = np.clip(pure + apart + rng.normal(0, 0.025, (len(colours), 1)), 0, 1).astype(np.float32)
    return made


def ink(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Black ink on paper: washes in three tones, and brush lines along the forms where it is dark."""
    height, width = reference.shape[:2]
    light = gaussian_filter(reference @ _LUMINANCE, 0.004 * min(height, width))
    low, high = np.percentile(light, [2, 98])
    dark = np.clip((high - light) / (high - low + 0.05), 0, 1) ** 1.25
    edges = np.hypot(*np.gradient(light))
    dark = np.clip(dark + 0.7 * np.clip(edges / (np.percentile(edges, 97) + 1e-3) - 0.35, 0, 1), 0, 1)
    easel = Easel(size, size[0] / width, np.ones(3, np.float32))
    number = easel.tint(np.zeros(3, np.float32))
    angles = directions(reference)
    grey = reference.mean(2, keepdims=True).repeat(3, 2)
    for radius, least in ((7.0, 0.45), (4.5, 0.62), (3.2, 0.78)):
        layer = Layer(radius, -1.0, length=14, bend=0.8, spacing=4.5)
        strokes = trace(grey, grey + 9, angles, layer, rng)
        if strokes is None:
            continue
        for path in strokes.paths:
            column, row = np.clip(path, 0, [width - 1, height - 1]).astype(np.intp).T
            tone = dark[row, column]
            if tone.mean() > least + rng.normal(0, 0.06) and len(path) > 3:
                taper = np.sin(np.linspace(0.15, np.pi, len(path))) ** 0.7
                easel.line(path, (strokes.radius * taper * np.clip(tone, 0.3, 1)).astype(np.float32), number)
    lines = 1 - easel.finished()[0][..., 0]
    shape = lines.shape
    large = np.asarray(Image.fromarray(dark).resize(size, Image.Resampling.BICUBIC))
    wobble = large + 0.05 * noise(shape, 18, rng)
    scale = min(shape) / 1024
    tooth = paper(shape, rng)
    wash = np.zeros(shape, np.float32)
    for tone in (0.3, 0.52, 0.74):
        pool = gaussian_filter(np.clip((wobble - tone) * 14 + 0.5, 0, 1), 1.2 * scale)
        rim = np.clip(pool - gaussian_filter(pool, 9 * scale), 0, 1)
        wash += 0.17 * pool * (1 + 0.12 * noise(shape, 6, rng)) + 0.22 * rim
    dry = np.clip(1.25 - 0.35 * np.maximum(tooth, 0) * (lines < 0.98), 0, 1)
    ink = np.clip(wash * (1 + 0.06 * tooth), 0, 0.85)[..., None]
    sheet = _RICE * (1 - 0.012 * tooth[..., None])
    sheet = sheet * (1 - ink) + _SOOT * ink
    strength = (0.9 * lines * dry)[..., None]
    drawn: Pixels = np.clip(sheet * (1 - strength) + _SOOT * strength, 0, 1)
    return drawn


STYLES: dict[str, Style] = {
    "oil": oil,
    "palette knife": palette_knife,
    "pointillism": pointillism,
    "watercolour": watercolour,
    "ink": ink,
}
