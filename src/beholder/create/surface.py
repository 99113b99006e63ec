"""What lies under and over paint: canvas and paper, the light on relief, and small pictures made large."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, zoom

from beholder.create.strokes import Pixels

Plane = NDArray[np.floating[Any]]
_TUNED_AT = 1024  # pixels of the side at which the constants of this file look right
_LUMINANCE = np.array([0.3, 0.59, 0.11], np.float32)


def lit(colours: Pixels, heights: Plane, relief: float, weave: float, rng: np.random.Generator) -> Pixels:
    """Paint as it looks under a lamp from the upper left.

    relief : how strong the light is on paint (h, w) of heights in [0, 1]; weave : on the threads of the canvas
    """
    scale = min(heights.shape) / _TUNED_AT
    ground = gaussian_filter(heights, 0.8 * scale)
    y, x = np.arange(heights.shape[0])[:, None], np.arange(heights.shape[1])[None]
    thread = 2 * np.pi / (5 * scale)
    tooth = gaussian_filter(rng.standard_normal(heights.shape, np.float32), scale) * scale
    ground = ground + weave * (np.sin(thread * x) * np.sin(thread * y) + tooth).astype(np.float32)
    slope = np.zeros_like(ground)
    slope[:, 1:-1] += (ground[:, 2:] - ground[:, :-2]) / 2
    slope[1:-1] += (ground[2:] - ground[:-2]) / 2
    light = np.clip(-slope * relief * scale, -0.16, 0.2)[..., None]
    seen: Pixels = np.clip(colours * (1 + light) + 0.12 * np.maximum(light, 0), 0, 1)
    return seen


def noise(shape: tuple[int, int], cells: float, rng: np.random.Generator, octaves: int = 3) -> Plane:
    """(h, w) smooth noise of mean 0 and spread near 1: so many hills along the longer side, then twice as many…"""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        count = cells * 2**octave / max(shape)
        coarse = rng.standard_normal((int(shape[0] * count) + 3, int(shape[1] * count) + 3), np.float32)
        fine = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
        total += np.asarray(fine) * 0.6**octave
    even: Plane = total / (total.std() + 1e-6)
    return even


def paper(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """(h, w) heights of rough paper, mean 0 and spread near 1."""
    scale = min(shape) / _TUNED_AT
    sizes = np.array([0.8, 1.6, 4]) * scale
    fibres = sum(gaussian_filter(rng.standard_normal(shape, np.float32), size) * size for size in sizes)
    even: Plane = (fibres / np.std(fibres)).astype(np.float32)
    return even


def enlarged(pixels: Pixels, side: int) -> Pixels:
    """A small picture (h, w, 3) with its shorter side at least `side`, blurs sharpened to edges as it grows.

    By doublings with a shock filter after each [OsherRudin1990].
    """
    grown = pixels.astype(np.float32)
    while min(grown.shape[:2]) < side:
        factor = min(2.0, side / min(grown.shape[:2]))
        grown = np.clip(zoom(grown, (factor, factor, 1), order=3, mode="nearest", grid_mode=True), 0, 1)
        for _ in range(4):
            grown = _shocked(grown)
    return grown


def _shocked(pixels: Pixels) -> Pixels:
    light = gaussian_filter(pixels @ _LUMINANCE, 1.5)
    gy, gx = np.gradient(light)
    gyy, gyx = np.gradient(gy)
    gxx = np.gradient(gx, axis=1)
    side_of_edge = np.tanh(4e4 * (gx * gx * gxx + 2 * gx * gy * gyx + gy * gy * gyy))
    steep = np.sqrt(_least(pixels, 0) ** 2 + _least(pixels, 1) ** 2)
    sharp: Pixels = np.clip(pixels - 0.35 * side_of_edge[..., None] * steep, 0, 1).astype(np.float32)
    return sharp


def _least(pixels: Pixels, axis: int) -> Pixels:
    """The smaller of the differences to both neighbours, 0 where they disagree in sign."""
    edges = [(1, 1) if k == axis else (0, 0) for k in range(3)]
    steps = np.diff(np.pad(pixels, edges, "edge"), axis=axis)
    before, after = (np.delete(steps, end, axis) for end in (-1, 0))
    return np.where(before * after > 0, np.where(np.abs(before) < np.abs(after), before, after), 0)
