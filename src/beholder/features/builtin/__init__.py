"""The encoder `builtin`: a small network that we trained ourselves, in the package. No torch, no network, no download.

Beside it lie its description (student.json), the words that it knows with the matrix that tells them from an embedding
(words.json, words.safetensors), and the model card (README.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import expit

from beholder.errors import BadInput, ShapeError
from beholder.types import Matrix

if TYPE_CHECKING:
    from beholder.features.onnx import OnnxRuntime

FOLDER = Path(__file__).parent
MODEL = FOLDER / "student.onnx"
SHA256 = ""


def load_builtin(*, threads: int) -> OnnxRuntime:
    """The encoder, ready to run. raises : BadInput where the file is not the one that was shipped"""
    from beholder.features.onnx import OnnxRuntime, sha256

    if not MODEL.is_file() or sha256(MODEL) != SHA256:
        raise BadInput(f"{MODEL} is missing or damaged; install Beholder anew")
    runtime = OnnxRuntime.open(MODEL, threads=threads)
    runtime.row = replace(runtime.row, name="builtin", source="beholder train encoder")
    return runtime


@dataclass(frozen=True)
class Words:
    """What the built-in encoder can say of a picture.

    names   of the words; styles: how many at the end are styles of painting
    """

    names: tuple[str, ...]
    styles: int
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def of(self, X: Matrix) -> Matrix:
        """(n, words) probabilities from the built-in encoder's (n, d) rows. raises : ShapeError"""
        if X.ndim != 2 or X.shape[1] != self.weight.shape[1]:
            raise ShapeError(f"X must be (n, {self.weight.shape[1]}) rows of the built-in encoder, got {X.shape}")
        probabilities: Matrix = expit(X @ self.weight.T + self.bias)
        return probabilities


@lru_cache
def words() -> Words:
    """The words of the built-in encoder."""
    told = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))
    arrays = load_file(FOLDER / "words.safetensors")
    styles = sum(row["kind"] == "style" for row in told)
    return Words(tuple(row["word"] for row in told), styles, arrays["weight"], arrays["bias"])
