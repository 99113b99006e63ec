"""Watercolour: transparent washes that leave the paper white where it is light [Bousseau2006]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from beholder.create.strokes import Pixels
from beholder.create.surface import Plane, noise, paper

_SHEET = np.array([0.985, 0.975, 0.95], np.float32)
_WASHES = ((5, 0.016, 0.3), (10, 0.008, 0.36), (22, 0.003, 0.34))  # colours, blur of their edges, share of the paint
_FINEST = 1536  # pixels of the longer side at which washes are laid; of a larger sheet only the paper is finer
_MARGIN = 0.035  # of the sheet stays white, as a share of the shorter side


def watercolour(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """Washes from few colours to many, darker along their edges, uneven as pigment in water, grainy as the paper."""
    shrink = min(1.0, _FINEST / max(size))
    small = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
    density = _washed(reference, small, rng)
    if small != size:
        way = Image.Resampling.BICUBIC
        density = np.stack([np.asarray(Image.fromarray(density[..., k]).resize(size, way)) for k in range(3)], 2)
    tooth = paper((size[1], size[0]), rng)
    density *= (1 + 0.10 * tooth * np.exp(-density.mean(2)))[..., None]
    painted = _SHEET * np.exp(-density)
    return np.clip(painted * (1 - 0.014 * tooth[..., None]), 0, 1)


def _washed(reference: Pixels, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """(h, w, 3) how much paint of each colour lies where."""
    shape = size[1], size[0]
    scale = min(shape) / 1024
    bent = _bend(shape, rng)
    density = np.zeros((*shape, 3), np.float32)
    for colours, blur, share in _WASHES:
        flat = _flat(_softened(reference, blur), colours)
        wash = gaussian_filter(_sampled(flat, bent), (1.2 * scale, 1.2 * scale, 0))
        rims = np.abs(wash - gaussian_filter(wash, (7 * scale, 7 * scale, 0))).sum(2)
        uneven = 1 + 0.16 * noise(shape, 5, rng)[..., None] + 0.9 * np.minimum(rims, 0.35)[..., None]
        density += share * -np.log(np.clip(wash, 0.03, 0.985)) * uneven
    return (density * _edge_of_paint(shape, rng)[..., None]).astype(np.float32)


def _softened(reference: Pixels, blur: float) -> Pixels:
    radius = blur * min(reference.shape[:2])
    return gaussian_filter(reference, (radius, radius, 0))


def _flat(reference: Pixels, colours: int) -> Pixels:
    """The picture in few colours, a little lighter and purer, as paint in water is."""
    grey = reference.mean(2, keepdims=True)
    pure = np.clip(grey + 1.25 * (reference - grey), 0, 1) ** 0.85
    image = Image.fromarray((pure * 255).astype(np.uint8)).quantize(colours, Image.Quantize.MEDIANCUT, kmeans=2)
    return np.asarray(image.convert("RGB"), np.float32) / 255


def _bend(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """(2, h, w) where each pixel of the sheet looks in the picture, in [0, 1]: hands shake, water runs."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    run = [0.004 * noise(shape, 14, rng) + 0.0022 * noise(shape, 70, rng) for _ in range(2)]
    return np.stack([y / shape[0] + run[0], x / shape[1] + run[1]]).astype(np.float32)


def _sampled(pixels: Pixels, where: Plane) -> Pixels:
    at = where * np.array(pixels.shape[:2], np.float32)[:, None, None]
    bands = [map_coordinates(pixels[..., k], at, order=1, mode="nearest") for k in range(3)]
    return np.stack(bands, 2)


def _edge_of_paint(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """(h, w) 1 where there is paint, 0 on the white edge of the sheet, whose line is drawn by hand."""
    side = min(shape)
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])[None]
    away = np.minimum(np.minimum(y, shape[0] - 1 - y), np.minimum(x, shape[1] - 1 - x)) / side
    away = away + 0.0025 * noise(shape, 30, rng)
    return np.clip((away - _MARGIN) * 220, 0, 1).astype(np.float32)
