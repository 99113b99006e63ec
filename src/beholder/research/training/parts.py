"""Parts of views, seen alone and as large as they are in the whole: new pictures that no teacher has to be asked about.

The first teacher told what it sees where, so what it would say of a part is what it saw there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

_SHARE = 0.6  # of a view's side
_STEP = 32  # the student halves a picture five times
_SAMPLES = 4  # a cell's value is the mean of so many by so many places in the map


@dataclass(frozen=True)
class Parts:
    """A square of each of b views.

    Attributes
    ----------
    corners
        (b, 2) int, top and left, in pixels
    side
        of the parts, in pixels
    whole
        side of the views, in pixels
    """

    corners: NDArray[np.intp]
    side: int
    whole: int

    @classmethod
    def drawn(cls, b: int, whole: int, rng: np.random.Generator) -> Parts:
        side = max(_STEP, int(_SHARE * whole) // _STEP * _STEP)
        return cls(rng.integers(0, whole - side + 1, (b, 2)), side, whole)

    def cut(self, views: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(b, side, side, 3) of (b, whole, whole, 3)"""
        squares = zip(views, self.corners, strict=True)
        return np.stack([view[y : y + self.side, x : x + self.side] for view, (y, x) in squares])

    def where(self, maps: Tensor, cells: int) -> Tensor:
        """(b, c, cells, cells) what maps (b, c, h, w) of the views say of the parts"""
        n = cells * _SAMPLES
        steps = (np.arange(n) + 0.5) / n * self.side
        y, x = (self._places(self.corners[:, axis, None] + steps) for axis in (0, 1))
        grid = torch.stack([x[:, None].expand(-1, n, n), y[:, :, None].expand(-1, n, n)], -1).to(maps.device)
        sampled = F.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=False)
        return F.avg_pool2d(sampled, _SAMPLES)

    def _places(self, pixels: NDArray[Any]) -> Tensor:
        return torch.from_numpy((2 * pixels / self.whole - 1).astype(np.float32))
