"""The flow: small pictures from noise in a few steps, by two networks in ONNX.

A rectified flow [Liu2023] of 32 x 32 pixels, and a second one that adds the differences within squares of four pixels
(Haar wavelets), for pictures of 64 x 64. Trained by `beholder train flow`; README.md beside the model says on what.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np

from beholder.errors import BadInput
from beholder.features.onnx import open_session
from beholder.features.tensors import read_tensors
from beholder.types import Matrix

SIDE = 32  # of the small picture
_FOLDER = Path(__file__).with_name("model")
_STEPS = 10  # each of two looks at the field [Heun1900]
_LARGE_STEPS = 4
_WEIGHT = 1.5  # of the condition: 1 as learned, more for pictures that follow it more closely [Ho2022]
Steer = Callable[[Matrix, float], Matrix]


class Flow:
    """Pictures by seed and condition. The same seed and condition give the same picture.

    encoder : the key of the encoder whose rows it may be told
    """

    def __init__(self, small: Any, large: Any, condition: dict[str, Matrix], encoder: str = "") -> None:
        self._small, self._large, self.encoder = small, large, encoder
        self._mean, self._axes = condition["mean"], condition["axes"]

    @classmethod
    def open(cls, folder: Path = _FOLDER, threads: int = 1) -> Self:
        """Raises
        ------
        BadInput
            where the model is not there or damaged
        """
        wanted = [folder / name for name in ("small.onnx", "large.onnx", "condition.safetensors")]
        missing = [path.name for path in wanted if not path.is_file()]
        if missing:
            raise BadInput(f"no flow in {folder}: {', '.join(missing)} is missing; make one with: beholder train flow")
        condition, said = read_tensors(wanted[2])
        sessions = [open_session(path, threads) for path in wanted[:2]]
        return cls(sessions[0], sessions[1], condition, str(said.get("encoder", "")))

    @property
    def condition_count(self) -> int:
        return len(self._axes[0])

    def condition(self, rows: Matrix) -> Matrix:
        """(n, c) what the flow is told of pictures with these rows (n, d) of its encoder."""
        if rows.ndim != 2 or rows.shape[1] != len(self._mean):
            raise BadInput(f"the flow knows rows of {len(self._mean)} numbers, got an array of shape {rows.shape}")
        told: Matrix = np.clip((rows - self._mean) @ self._axes, -4, 4).astype(np.float32)
        return told

    def small(
        self,
        seed: int,
        condition: Matrix | None = None,
        *,
        steps: int = _STEPS,
        weight: float = _WEIGHT,
        steer: Steer | None = None,
    ) -> Matrix:
        """(3, SIDE, SIDE) in [-1, 1]

        Parameters
        ----------
        condition
            (c,) as `condition` gives it; None: any picture
        steer
            what is added to the estimate (3, SIDE, SIDE) of the finished picture at a time in [0, 1]
        """
        x: Matrix = np.random.default_rng([seed, 0]).standard_normal((1, 3, SIDE, SIDE), np.float32)
        times = np.linspace(0, 1, steps + 1).tolist()
        for now, then in pairwise(times):
            v = self.velocity(x, now, condition, weight)
            push = 0.0 if steer is None else steer((x + (1 - now) * v)[0], now) / max(1 - now, 0.05)
            if then < 1:
                v = 0.5 * (v + self.velocity(x + (then - now) * (v + push), then, condition, weight))
            v = v + push
            x = x + (then - now) * v
        small: Matrix = np.clip(x[0], -1, 1)
        return small

    def large(self, small: Matrix, seed: int, steps: int = _LARGE_STEPS) -> Matrix:
        """(64, 64, 3) in [0, 1]: a small picture with the detail that it may have had."""
        x = np.random.default_rng([seed, 1]).standard_normal((1, 9, SIDE, SIDE), np.float32)
        times = np.linspace(0, 1, steps + 1).tolist()
        scale: Any = 1.0
        for now, then in pairwise(times):
            v, scale = self._large.run(None, {"x": x, "t": np.array([now], np.float32), "small": small[None]})
            x = x + (then - now) * v
        return _joined(small, (x * scale)[0])

    def velocity(self, x: Matrix, t: float, condition: Matrix | None, weight: float = 1.0) -> Matrix:
        """(1, 3, SIDE, SIDE): where a picture at time t is going."""
        told = condition is not None and weight != 0
        both = told and weight != 1
        n = 1 + both
        rows = np.zeros((n, self.condition_count), np.float32)
        keep = np.zeros(n, np.float32)
        if told:
            rows[0], keep[0] = condition, 1
        inputs = {"x": np.repeat(x, n, 0), "t": np.full(n, t, np.float32), "condition": rows, "keep": keep}
        (v,) = self._small.run(None, {**inputs, "zoom": np.zeros(n, np.float32)})
        mixed: Matrix = v[1:] + weight * (v[:1] - v[1:]) if both else v
        return mixed


def _joined(small: Matrix, fine: Matrix) -> Matrix:
    """(2s, 2s, 3) in [0, 1] of means (3, s, s) and differences (9, s, s)."""
    across, down, cross = np.split(fine, 3)
    whole = np.empty((3, 2 * small.shape[1], 2 * small.shape[2]), np.float32)
    whole[:, 0::2, 0::2] = small + across + down + cross
    whole[:, 0::2, 1::2] = small - across + down - cross
    whole[:, 1::2, 0::2] = small + across - down - cross
    whole[:, 1::2, 1::2] = small - across - down + cross
    picture: Matrix = np.clip((whole.transpose(1, 2, 0) + 1) / 2, 0, 1)
    return picture
