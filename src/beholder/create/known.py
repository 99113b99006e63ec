"""Places of the painter that were looked at beforehand, so that a taste knows at once where it is worth to begin.

`python runs/known_places.py` makes the file: of each family, numbers by chance and what the encoder `builtin` and the
measured attributes see in them, the mean over two sizes and the mirrored picture. It belongs to one version of the
encoder and of the painter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from beholder.create.engine import Guide
from beholder.features import Runtime
from beholder.features.tensors import read_tensors, write_tensors
from beholder.painter import FAMILIES, paint, parameter_count
from beholder.types import Floats, Matrix

FILE = Path(__file__).with_name("model") / "places.safetensors"
_SEED = 77_000  # of the first place
_SIZES = (96, 192)  # pixels of the longer side, of which the larger one is mirrored too


def drawn(family: str, seed: int, number: int = 0) -> tuple[Floats, int]:
    """(p,) numbers of a family by chance, and a texture."""
    rng = np.random.default_rng([seed, FAMILIES.index(family), number])
    return rng.random(parameter_count(family)), int(rng.integers(1 << 31))


def numbers(family: str, at: int) -> tuple[Floats, int]:
    """Of a known place."""
    return drawn(family, _SEED + at)


def seen(family: str, places: Sequence[int], encoders: Sequence[Runtime]) -> Matrix:
    """(n, d) what the encoders see in known places."""

    def rows(pictures: Sequence[Image.Image]) -> Matrix:
        return np.hstack([encoder.encode(pictures) for encoder in encoders])

    points = [numbers(family, at) for at in places]
    small, large = ([paint(point, family, side, texture) for point, texture in points] for side in _SIZES)
    mean: Matrix = np.mean([rows(small), rows(large), rows([ImageOps.mirror(one) for one in large])], 0)
    return mean


def write(rows: Matrix, encoder: str, file: Path = FILE) -> None:
    """rows (families, n, d); encoder: the key of `builtin`"""
    write_tensors(file, {"rows": rows.astype(np.float16)}, {"encoder": encoder})


def bounds(guide: Guide) -> Floats | None:
    """(families, n) of the known places; None where the guide knows pictures by other rows."""
    rows, encoder = _read()
    if encoder != guide.encoder:
        return None
    found = guide.bound_of(rows.reshape(-1, rows.shape[-1]))
    return None if found is None else found.reshape(rows.shape[:2])


@cache
def _read() -> tuple[Matrix, str]:
    tensors, said = read_tensors(FILE)
    return tensors["rows"].astype(np.float32), str(said["encoder"])
