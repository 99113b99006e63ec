"""How made photos are painted: shapes with soft edges, smooth noise, projections of a plane, the camera's faults."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from beholder.images.quads import homography

Pixels = NDArray[np.float32]  # (h, w, 3), from 0 to 255
Rng = np.random.Generator
Part = tuple[slice, slice]  # rows and columns of a picture


def colour(rng: Rng, low: float = 0, high: float = 255) -> Pixels:
    """A colour; most are not far from grey."""
    c = rng.uniform(low, high, 3)
    mixed: Pixels = (c.mean() + (c - c.mean()) * rng.uniform(0.1, 0.9)).astype(np.float32)
    return mixed


def noise(rng: Rng, shape: tuple[int, int], waves: int) -> Pixels:
    """(h, w) smooth noise of about that many waves, with a spread of about 1"""
    h, w = shape
    cells = rng.normal(0, 1, (max(2, waves), max(2, round(waves * w / h)))).astype(np.float32)
    return np.asarray(Image.fromarray(cells).resize((w, h), Image.Resampling.BICUBIC))


def coverage(corners: ArrayLike, shape: tuple[int, int], soft: float = 1.0) -> tuple[Part, Pixels] | None:
    """Where a convex polygon is: the part of the picture that it touches, and how much of each pixel there it covers.

    Parameters
    ----------
    corners
        (n, 2) clockwise on the screen
    soft
        pixels over which it fades out
    """
    q = np.asarray(corners, np.float64)
    low = np.maximum(np.floor(q.min(0) - soft), 0).astype(int)
    high = np.minimum(np.ceil(q.max(0) + soft), shape[::-1]).astype(int)
    if (high <= low).any():
        return None
    x = np.arange(low[0], high[0], dtype=np.float32)[None] + np.float32(0.5)
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None] + np.float32(0.5)
    mask = np.ones((high[1] - low[1], high[0] - low[0]), np.float32)
    for p, d in zip(q, np.roll(q, -1, 0) - q, strict=True):
        long = max(float(np.hypot(*d)), 1e-6) * soft
        inward = np.float32(d[0] / long) * (y - np.float32(p[1])) - np.float32(d[1] / long) * (x - np.float32(p[0]))
        mask *= np.clip(inward + np.float32(0.5), 0, 1)
    return (slice(low[1], high[1]), slice(low[0], high[0])), mask


def fill(im: Pixels, corners: ArrayLike, paint: Any, soft: float = 1.0, share: float = 1.0) -> None:
    """Paint a convex polygon with a colour, or with pixels of the whole picture's size."""
    covered = coverage(corners, im.shape[:2], soft)
    if covered is None:
        return
    part, mask = covered
    laid = paint[part] if np.ndim(paint) == 3 else np.float32(paint)
    im[part] += (mask * np.float32(share))[..., None] * (laid - im[part])


def shade(im: Pixels, corners: ArrayLike, by: float, soft: float) -> None:
    """Make what is within a convex polygon darker."""
    covered = coverage(corners, im.shape[:2], soft)
    if covered is not None:
        im[covered[0]] *= (1 - np.float32(by) * covered[1])[..., None]


def blob(
    im: Pixels,
    middle: ArrayLike,
    radii: tuple[float, float],
    turn: float,
    paint: Any,
    soft: float = 1.5,
    power: float = 2,
) -> None:
    """Paint an ellipse, or with a higher power a cushion; `soft` in pixels"""
    (cx, cy), reach = np.asarray(middle, float), max(radii) * 1.3 + soft
    low = np.maximum([cx - reach, cy - reach], 0).astype(int)
    high = np.minimum([cx + reach + 1, cy + reach + 1], im.shape[1::-1]).astype(int)
    if (high <= low).any():
        return
    part = slice(low[1], high[1]), slice(low[0], high[0])
    y, x = np.mgrid[part].astype(np.float32)
    x, y = x - np.float32(cx), y - np.float32(cy)
    u = np.abs(np.cos(turn) * x + np.sin(turn) * y) / max(radii[0], 0.5)
    v = np.abs(np.cos(turn) * y - np.sin(turn) * x) / max(radii[1], 0.5)
    mask = np.clip((1 - (u**power + v**power) ** (1 / power)) * min(radii) / soft + 0.5, 0, 1).astype(np.float32)
    laid = paint[part] if np.ndim(paint) == 3 else np.float32(paint)
    im[part] += mask[..., None] * (laid - im[part])


def line(im: Pixels, a: ArrayLike, b: ArrayLike, width: float, paint: Any) -> None:
    a, b = np.asarray(a, float), np.asarray(b, float)
    d = (b - a) / max(float(np.hypot(*(b - a))), 1e-6) * width / 2
    n = np.array([-d[1], d[0]])
    fill(im, [a - n, b - n, b + n, a + n], paint)


def seen_plane(rng: Rng, shape: tuple[int, int], yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """(3, 3) from a plane to the picture: its middle is the picture's, one unit the picture's longer side."""
    h, w = shape
    focal = rng.uniform(0.8, 2.2)
    cz, sz, cy, sy, cx, sx = (f(a) for a in (roll, yaw, pitch) for f in (np.cos, np.sin))
    turned = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    turned = turned @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    camera = np.array([[focal * max(h, w), 0, w / 2], [0, focal * max(h, w), h / 2], [0, 0, 1]])
    return camera @ np.stack([turned[:, 0], turned[:, 1], np.array([0, 0, focal])], 1)


def project(H: NDArray[np.float64], points: ArrayLike) -> NDArray[np.float64]:
    """(n, 2) points of the plane as they are seen"""
    p = np.c_[np.asarray(points, np.float64), np.ones(len(np.asarray(points)))] @ H.T
    return p[:, :2] / np.maximum(p[:, 2:], 1e-3)


def plane_of(H: NDArray[np.float64], shape: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """Which point (u, v) of the plane each pixel shows"""
    back = np.linalg.inv(H)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    u, v, z = (np.float32(r[0]) * x + np.float32(r[1]) * y + np.float32(r[2]) for r in back)
    z = np.where(np.abs(z) < 1e-4, np.float32(1e-4), z)
    return u / z, v / z


def lay(im: Pixels, thing: Pixels, corners: ArrayLike) -> None:
    """Lay a flat picture with its corners on these, (4, 2)."""
    covered = coverage(corners, im.shape[:2])
    if covered is None:
        return
    part, mask = covered
    top, left = part[0].start, part[1].start
    h, w = thing.shape[:2]
    q = np.asarray(corners, np.float64) - (left, top)
    back = homography(q, [(0, 0), (w, 0), (w, h), (0, h)]).ravel()[:8]
    seen = Image.fromarray(np.clip(np.pad(thing, ((2, 2), (2, 2), (0, 0)), mode="edge"), 0, 255).astype(np.uint8))
    shift = np.array([[1, 0, 2], [0, 1, 2], [0, 0, 1]]) @ np.append(back, 1).reshape(3, 3)
    data = tuple((shift / shift[2, 2]).ravel()[:8])
    warped = seen.transform(mask.shape[::-1], Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR)
    im[part] += mask[..., None] * (np.asarray(warped, np.float32) - im[part])


def taken(rng: Rng, im: Pixels) -> NDArray[np.uint8]:
    """The picture as a camera or telephone saves it: light from one side, a cast, blur, grain, JPEG."""
    h, w = im.shape[:2]
    y, x = np.mgrid[:h, :w].astype(np.float32)
    turn, fall = rng.uniform(0, 6.28), rng.uniform(0, 0.6) * rng.integers(0, 2)
    light = 1 + np.float32(fall) * ((x / w - 0.5) * np.float32(np.cos(turn)) + (y / h - 0.5) * np.float32(np.sin(turn)))
    if rng.random() < 0.25:
        light *= 1 + np.float32(rng.uniform(0, 0.12)) * noise(rng, (h, w), 3)
    cast = (1 + rng.normal(0, rng.choice([0.015, 0.07]), 3)) * np.exp(rng.normal(0, 0.15))
    im = im * light[..., None] * cast.astype(np.float32)
    if rng.random() < 0.2:
        im = (im - 128) * np.float32(rng.uniform(0.7, 1.3)) + 128
    if rng.random() < 0.35:
        im = blurred(im, rng.uniform(0.3, 1.0))
    if rng.random() < 0.5:
        im = im + rng.standard_normal(im.shape, np.float32) * np.float32(rng.uniform(0, 6))
    seen = np.clip(im, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        file = BytesIO()
        Image.fromarray(seen).save(file, "JPEG", quality=int(rng.integers(40, 92)))
        seen = np.asarray(Image.open(file))
    return seen


def blurred(im: Pixels, radius: float) -> Pixels:
    return gaussian_filter(im, (radius, radius, 0), truncate=2.5)


def resized(im: NDArray[Any], width: int, height: int) -> Pixels:
    seen = Image.fromarray(np.clip(im, 0, 255).astype(np.uint8))
    size = max(1, width), max(1, height)
    return np.asarray(seen.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0), np.float32)
