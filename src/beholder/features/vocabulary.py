"""Words that an encoder says of a picture, read off the row of numbers that is kept of it: nothing is looked at again.

Beside a model `x.onnx` its `x.json` lists them under "words", each with its kind and the probability from which it is
said; `x.safetensors` holds the head, `weight` (w, d) and `bias` (w,), of which the probability is the sigmoid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy.special import expit

from beholder.errors import BadInput
from beholder.json_reading import read_json
from beholder.types import Floats, Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A head for w words of rows of d numbers.

    Attributes
    ----------
    names
        (w,); kinds (w,) "concept" or "style"
    weight
        (w, d); bias (w,)
    said_from
        (w,) the probability from which a word is said
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    weight: Matrix
    bias: Matrix
    said_from: Floats

    def probabilities(self, X: Matrix) -> Matrix:
        """(n, w) of rows (n, d)"""
        p: Matrix = expit(X @ self.weight.T + self.bias)
        return p

    def said(self, X: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """(n, w) whether each word is said of each row."""
        return np.asarray(self.probabilities(X) >= self.said_from)

    def write(self, model: Path) -> list[dict[str, Any]]:
        """Write the head beside the model; returns what the model's JSON is to say under "words"."""
        save_file({"weight": self.weight, "bias": self.bias}, model.with_suffix(".safetensors"))
        columns = zip(self.names, self.kinds, self.said_from, strict=True)
        return [{"word": word, "kind": kind, "from": round(float(p), 4)} for word, kind, p in columns]

    @classmethod
    def read(cls, model: Path, dimension: int) -> Vocabulary | None:
        """The words of a model whose JSON can be read; None where it has none. raises : BadInput"""
        told = read_json(model.with_suffix(".json")).get("words")
        if not told:
            return None
        path = model.with_suffix(".safetensors")
        try:
            names, kinds = tuple(str(row["word"]) for row in told), tuple(str(row["kind"]) for row in told)
            said_from = np.array([float(row["from"]) for row in told])
            held = load_file(path)
            weight, bias = held["weight"].astype(np.float32), held["bias"].astype(np.float32)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as fault:
            raise BadInput(
                f"the words of {model.name} cannot be read ({fault}): see {path.name} and its .json"
            ) from None
        if weight.shape != (len(names), dimension) or bias.shape != (len(names),):
            raise BadInput(f"{path} must hold weight ({len(names)}, {dimension}) and bias ({len(names)},)")
        return cls(names, kinds, weight, bias, said_from)

    @classmethod
    def joined(cls, parts: Sequence[Vocabulary]) -> Vocabulary:
        """All words of several vocabularies of the same numbers."""
        return cls(
            tuple(name for part in parts for name in part.names),
            tuple(kind for part in parts for kind in part.kinds),
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.bias for part in parts]),
            np.concatenate([part.said_from for part in parts]),
        )
