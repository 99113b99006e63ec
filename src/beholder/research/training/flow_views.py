"""What a flow learns from: views of pictures, and what it is told of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.images import open_image
from beholder.json_reading import read_json
from beholder.types import Matrix, Progress

_SIDE = 64  # of the views
_WHOLE = 8 / 9  # share of a picture's shorter side that a view of the whole takes: it may then be moved a little
_SMALLEST = 0.55  # the same of a view of a part


@dataclass(frozen=True)
class FlowRecipe:
    """How to train.

    Attributes
    ----------
    minutes
        training time; more of it later goes on from there
    views
        ways to cut a view from each picture, the first being its middle
    components
        principal components of the encoder's rows that the flow is told
    gaussian
        principal components of the pictures whose distribution is known in closed form
    untold
        share of the pictures whose condition it is not told
    large
        steps of the larger flow for each of the small one
    samples
        pictures made to see whether it copies
    """

    minutes: float = 60.0
    views: int = 12
    components: int = 48
    gaussian: int = 256
    widths: tuple[int, int, int] = (64, 96, 160)
    dropout: float = 0.1
    untold: float = 0.35
    batch: int = 64
    rate: float = 1e-3
    decay: float = 0.02
    average: float = 0.9995
    large: float = 0.25
    samples: int = 256
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """What of an encoder's row the flow is told: mean (d,), axes (d, k) that make k numbers of variance 1."""

    mean: Matrix
    axes: Matrix

    @classmethod
    def of(cls, rows: Matrix, components: int) -> Condition:
        mean = rows.mean(0)
        _, spread, axes = np.linalg.svd(rows - mean, full_matrices=False)
        k = min(components, int((spread > 1e-6 * spread[0]).sum()))
        return cls(mean, (axes[:k].T / (spread[:k] / np.sqrt(len(rows)))).astype(np.float32))

    def __call__(self, rows: Matrix) -> Matrix:
        told: Matrix = np.clip((rows - self.mean) @ self.axes, -4, 4).astype(np.float32)
        return told


def split(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which pictures are learned from, and the tenth that is held out."""
    order = np.random.default_rng(0).permutation(count)
    return order[count // 10 :], order[: count // 10]


def views(files: Sequence[Path], path: Path, count: int, seed: int, progress: Progress) -> NDArray[np.uint8]:
    """(n, count, _SIDE, _SIDE, 3) views of pictures, kept in a file: the middle, others of the same size, parts."""
    shape = (len(files), count, _SIDE, _SIDE, 3)
    done = path.with_suffix(".json")
    if not done.is_file() or read_json(done) != list(shape):
        made = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
        for i, file in enumerate(files):
            progress("cutting views", i, len(files))
            picture = open_image(file).convert("RGB")
            for k, share in enumerate(_shares(count)):
                made[i, k] = np.asarray(_view(picture, share, _corner(k, i, seed)))
        made.flush()
        done.write_text(json.dumps(shape))
    kept: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return kept


def zooms(count: int) -> Matrix:
    """(count,) how much closer than a whole picture each view is; 0 for those of the whole."""
    return ((_WHOLE - np.array(_shares(count))) / (_WHOLE - _SMALLEST)).astype(np.float32)


def _shares(count: int) -> list[float]:
    whole = (count + 1) // 2
    return [_WHOLE] * whole + np.linspace(1.0, _SMALLEST, count - whole).tolist()


def _corner(view: int, picture: int, seed: int) -> tuple[float, float]:
    if view == 0:
        return 0.5, 0.5
    x, y = np.random.default_rng([seed, picture, view]).random(2)
    return float(x), float(y)


def _view(picture: Image.Image, share: float, corner: tuple[float, float]) -> Image.Image:
    side = share * min(picture.size)
    left, top = ((length - side) * at for length, at in zip(picture.size, corner, strict=True))
    return picture.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
