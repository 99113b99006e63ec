"""A generic score that is linear in X."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from beholder.errors import ShapeError
from beholder.taste.prior import Shared
from beholder.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class LinearScore(Shared):
    """`X @ weights + level`, over the first columns of X where it has more than weights."""

    weights: Floats
    level: float

    def predict(self, X: NDArray[Any]) -> Floats:
        """(n,) scores; raises ShapeError where X has fewer columns."""
        if X.shape[1] < len(self.weights):
            raise ShapeError(f"X has rows of {X.shape[1]} numbers, but the generic score is of {len(self.weights)}")
        return np.asarray(X[:, : len(self.weights)] @ self.weights + self.level, np.float64)

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        return {"level": self.level}, {"generic.weights": self.weights}

    @classmethod
    def restore(cls, plain: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Self:
        return cls(arrays["generic.weights"], float(plain["level"]))


@dataclass(frozen=True, eq=False)
class LinearChoice(LinearScore):
    """A score that is a log-odds, so that it knows its own doubt."""

    def pair_probability(self, X: NDArray[Any], pairs: Ints) -> Floats:
        """(m,) the chance that a new rater prefers the first of each pair (m, 2) of rows of X."""
        score = self.predict(X)
        return np.asarray(expit(score[pairs[:, 0]] - score[pairs[:, 1]]), np.float64)
