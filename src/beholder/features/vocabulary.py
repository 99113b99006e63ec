"""Words that an encoder says of a picture, read off the row of numbers that is kept of it: nothing is looked at again.

Beside a model `x.onnx` its `x.json` lists them under "words", each with its group and the probability from which it is
said, which is null for a word that only orders pictures; "guess" is true of those of these that may be guessed.
`x.safetensors` holds the head, `weight` (w, d) and `bias` (w,), of which the probability is the sigmoid. A head may
also read what `features/measures` measures of the picture: it then has so many columns more. `beholder train words`
writes both; the model stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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

NEVER = 2.0  # said from this probability on: not at all
SEEMS = 0.35  # probability from which a picture seems to show a word that is only guessed


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A head for w words of rows of d numbers: those of the encoder, and the measures behind them where it reads them.

    Attributes
    ----------
    names, groups
        (w,)
    weight
        (w, d); bias (w,)
    said_from
        (w,) the probability from which a word is said; `NEVER` for one that only orders
    guessable
        those of the words that only order which may be told as a guess of what many pictures have in common
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    weight: Matrix
    bias: Matrix
    said_from: Floats
    guessable: frozenset[str] = frozenset()

    @property
    def width(self) -> int:
        """How many numbers of a picture it reads."""
        return int(self.weight.shape[1])

    def probabilities(self, X: Matrix) -> Matrix:
        """(n, w) of rows (n, d)"""
        p: Matrix = expit(X @ self.weight.T + self.bias)
        return p

    def said(self, X: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """(n, w) whether each word is said of each row."""
        return np.asarray(self.probabilities(X) >= self.said_from)

    def write(self, description: Path) -> None:
        """Write the words into the JSON that describes a model, and the head beside it; the rest of it stays."""
        save_file({"weight": self.weight, "bias": self.bias}, description.with_suffix(".safetensors"))
        columns = zip(self.names, self.groups, self.said_from.tolist(), strict=True)
        rows = [
            {"word": word, "group": group, "from": round(p, 4) if p < NEVER else None}
            | ({"guess": True} if word in self.guessable else {})
            for word, group, p in columns
        ]
        told = read_json(description) if description.is_file() else {}
        head = json.dumps({**{key: told[key] for key in told if key != "words"}, "words": []}, indent=1)
        lines = ",\n".join("  " + json.dumps(row) for row in rows)
        description.write_text(head.removesuffix("[]\n}") + f"[\n{lines}\n ]\n}}\n", encoding="utf-8")

    @classmethod
    def read(cls, model: Path, dimension: int, measures: int = 0) -> Vocabulary | None:
        """The words of a model whose JSON can be read; None where it has none. raises : BadInput

        dimension : of the model's rows; measures, how many more columns a head may have
        """
        told = read_json(model.with_suffix(".json")).get("words")
        if not told:
            return None
        path = model.with_suffix(".safetensors")
        try:
            names, groups = tuple(str(row["word"]) for row in told), tuple(_group(row) for row in told)
            guessable = frozenset(str(row["word"]) for row in told if row.get("guess"))
            said_from = np.array([NEVER if row["from"] is None else float(row["from"]) for row in told])
            held = load_file(path)
            weight, bias = held["weight"].astype(np.float32), held["bias"].astype(np.float32)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as fault:
            raise BadInput(
                f"the words of {model.name} cannot be read ({fault}): see {path.name} and its .json"
            ) from None
        fits = weight.shape in ((len(names), dimension), (len(names), dimension + measures))
        if not fits or bias.shape != (len(names),):
            raise BadInput(f"{path} must hold weight ({len(names)}, {dimension}) and bias ({len(names)},)")
        return cls(names, groups, weight, bias, said_from, guessable)


def _group(row: Mapping[str, Any]) -> str:
    """The group of a word; heads made before there were groups have a kind, "concept" or "style"."""
    return str(row["group"]) if "group" in row else {"concept": "subject", "style": "style"}[row["kind"]]
