"""The sides of a quad moved onto the lines that are seen in the picture, where there are any close by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter1d, map_coordinates

from beholder.features.artworks.decoding import Line, crossings
from beholder.images.quads import Corners, is_convex, overlap

_SIDE = 768  # pixels of the longer side that lines are looked for in
_REACH = 0.025  # of a work's smaller side: how far its sides may move
_POINTS, _STEP = 48, 0.5
_CLEAR = 1.6  # how much stronger than the others nearby a line must be
_STRONG = 6.0  # and how strong at least, of 255 a pixel
_AGREE = 0.85  # overlap with the network's quad that is left


class Edges:
    """A picture in which lines are looked for."""

    def __init__(self, picture: Image.Image) -> None:
        small = picture.convert("RGB")
        small.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
        self._scale = np.array(small.size) / picture.size
        self._pixels: NDArray[np.float32] = np.asarray(small, np.float32)

    def refined(self, corners: Corners) -> Corners:
        """The quad with each side on the strongest straight edge near it; unmoved where none stands out."""
        q = corners * self._scale
        lines = [self._side(a, b, q) for a, b in zip(q, np.roll(q, -1, 0), strict=True)]
        better = crossings(lines)
        if better is None or not is_convex(better) or overlap(better, q) < _AGREE:
            return corners
        return better / self._scale

    def _side(self, a: Corners, b: Corners, q: Corners) -> Line:
        along = b - a
        long = max(float(np.hypot(*along)), 1e-6)
        kept = a, along / long
        outward = np.array([along[1], -along[0]]) / long
        reach = float(np.clip(_REACH * np.linalg.norm(np.roll(q, -1, 0) - q, axis=1).min(), 1.5, 10))
        t = np.linspace(0.06, 0.94, _POINTS)
        steps = np.arange(-reach - 1, reach + 1.01, _STEP)
        at = (a + along * t[:, None])[:, None] + outward * steps[:, None]
        h, w = self._pixels.shape[:2]
        if ((at < 1) | (at > (w - 2, h - 2))).any(2).mean() > 0.3:  # it runs along the border of the picture
            return kept
        where = [at[..., 1] - 0.5, at[..., 0] - 0.5]
        values = np.stack([map_coordinates(self._pixels[..., c], where, order=1, mode="nearest") for c in range(3)])
        slope = np.abs(np.gradient(gaussian_filter1d(values, 1.0, axis=2), axis=2)).max(0) / _STEP
        slope = np.minimum(slope, 40.0)
        shifts = np.arange(1 / _STEP, len(steps) - 1 / _STEP).astype(int)
        first, last = np.meshgrid(shifts, shifts, indexing="ij")
        near = np.abs(first - last) * _STEP <= reach
        first, last = first[near], last[near]
        paths = np.rint(first[:, None] + (last - first)[:, None] * t).astype(int)
        strength = slope[np.arange(_POINTS), paths].mean(1)
        prior = 1 - 0.15 * ((steps[first] / reach) ** 2 + (steps[last] / reach) ** 2)
        best = int((strength * prior).argmax())
        if strength[best] < _STRONG or strength[best] < _CLEAR * np.median(strength):
            return kept
        p, r = a + outward * steps[first[best]], b + outward * steps[last[best]]
        return p, (r - p) / max(float(np.hypot(*(r - p))), 1e-6)
