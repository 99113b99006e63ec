"""How alike pictures look, by the vectors of their encoders, and how well they fit a text where an encoder reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from beholder.features.encoder_row import Runtime, TextRuntime
from beholder.table import ATTRIBUTES, NETWORKS, Layout, derived
from beholder.taste.feature_map import principal_components
from beholder.types import Floats, Matrix

_COMPONENTS = 96
_POWER = 0.5  # half-way between whitening and plain components: of powers and numbers, these found artists best
_AT_ONCE = 16_384  # rows worked on at a time
_NEUTRAL = ("a picture", "a painting", "a photograph")
_FRAMES = ("{}", "a picture of {}")
_FROM, _SURE = 1.0, 5.0  # how many spreads above the usual picture a text fits just so, and as well as can be
_LEAST = 0.5  # how well a picture fits a text that it fits just so


@dataclass(frozen=True, eq=False)
class Looks:
    """Where pictures are among others that look like them.

    Attributes
    ----------
    places
        (n, c) of length 1: the product of two is how alike they look, 1 at most
    """

    places: Matrix

    @classmethod
    def of(cls, X: Matrix, layout: Layout) -> Looks:
        """By the vectors in X, (n, d), each encoder's counted the same; made once for a table."""
        return derived(X, (cls, layout), lambda: cls._made(X, layout))

    @classmethod
    def _made(cls, X: Matrix, layout: Layout) -> Looks:
        parts = list[Matrix]()
        for name in dict.fromkeys(name for name, _ in layout.blocks if name not in (ATTRIBUTES, NETWORKS)):
            columns = layout.columns(name)
            part = np.asarray(X)[:, columns[0] : columns[-1] + 1]
            mean, projection = principal_components(part, _COMPONENTS, _POWER)
            shift, projection = (mean @ projection).astype(np.float32), projection.astype(np.float32)
            parts.append(_unit_length(np.vstack([p @ projection - shift for p in _in_parts(part)])))
        return cls(_unit_length(np.hstack(parts)))

    def likeness(self, row: int) -> Floats:
        """(n,) of every picture with this one, from -1 to 1."""
        return np.asarray(self.places @ self.places[row], np.float64)


def text_fits(runtimes: Sequence[Runtime], X: Matrix) -> Callable[[str], Floats] | None:
    """How well pictures fit a text, against the usual picture of the collection; None where no encoder reads text.

    Parameters
    ----------
    runtimes
        the encoders, in the order of their blocks
    X
        (n, d) whose first columns are theirs

    Returns
    -------
    Callable[[str], Floats] | None
        gives (n,) numbers from 0, where a picture fits a text no better than usual, to 1; by the first that reads
    """
    at = 0
    for runtime in runtimes:
        if isinstance(runtime, TextRuntime):
            return partial(_fits, runtime, np.asarray(X)[:, at : at + runtime.row.dimension])
        at += runtime.row.dimension
    return None


def _fits(runtime: TextRuntime, vectors: Matrix, text: str) -> Floats:
    asked = runtime.encode_text([frame.format(text) for frame in _FRAMES]).mean(axis=0)
    direction = asked - runtime.encode_text(_NEUTRAL).mean(axis=0)
    products = np.concatenate([part @ direction for part in _in_parts(vectors)]).astype(np.float64)
    above = (products - np.median(products)) / max(float(products.std()), 1e-9)
    share = np.clip((above - _FROM) / (_SURE - _FROM), 0, 1)
    return np.where(above > _FROM, _LEAST + (1 - _LEAST) * share, 0.0)


def _unit_length(rows: Matrix) -> Matrix:
    """Each of length 1; a row of zeros stays one."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def _in_parts(rows: Matrix) -> list[Matrix]:
    return [rows[start : start + _AT_ONCE] for start in range(0, max(1, len(rows)), _AT_ONCE)]
