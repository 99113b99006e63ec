"""What a picture is of, in ten numbers: the content features of [Ren2017, section 4.1].

k-means on the encoder's vectors finds kinds of pictures, and a softmax layer learns to tell them apart; its
probabilities are the content of a picture. No answers are needed. Ren et al., Personalized Image Aesthetics, ICCV 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from beholder.errors import ShapeError, UserError
from beholder.types import Floats

_CLUSTERS = 10
_SAMPLE = 20_000  # rows that the kinds are learned from, evenly spread
C = 10.0  # inverse strength of the softmax layer's ridge, for rows of mean squared length 1


@dataclass(frozen=True, eq=False)
class Content:
    """A softmax layer: `softmax((X - mean) @ weights + bias)`. mean (d,), weights (d, k), bias (k,)."""

    mean: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, X: NDArray[Any], clusters: int = _CLUSTERS, seed: int = 0) -> Self:
        """Learn the kinds of the pictures in X, (n, d); fewer than `clusters` where there are fewer pictures.

        Raises
        ------
        ShapeError
            for what is no table of rows
        UserError
            where X has no rows
        """
        from sklearn.cluster import KMeans
        from sklearn.linear_model import LogisticRegression

        X = np.asarray(X)
        if X.ndim != 2:
            raise ShapeError(f"X must be (n, d), got shape {X.shape}")
        if not len(X):
            raise UserError("X has no rows, so there are no kinds of pictures to find; give at least one picture")
        rows = X[np.linspace(0, len(X) - 1, min(len(X), _SAMPLE)).astype(int)].astype(np.float64)
        mean = rows.mean(0)
        rows = rows - mean
        scale = float(np.sqrt((rows**2).sum() / len(rows))) or 1.0
        rows /= scale
        k = min(clusters, len(np.unique(rows, axis=0)))
        kind: Any = KMeans(k, n_init=10, random_state=seed).fit_predict(rows)
        if k == 1:
            return cls(mean, np.zeros((X.shape[1], 1)), np.zeros(1))
        layer: Any = LogisticRegression(C=C, max_iter=1000).fit(rows, kind)
        coef, bias = layer.coef_, layer.intercept_
        if k == 2:  # scikit-learn keeps one row for two classes
            coef, bias = np.vstack([-coef / 2, coef / 2]), np.concatenate([-bias / 2, bias / 2])
        return cls(mean, coef.T / scale, bias)

    def transform(self, X: NDArray[Any]) -> Floats:
        """(n, k) probabilities of each kind for (n, d) rows; raises ShapeError where d is not the fit's."""
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[1] != len(self.mean):
            raise ShapeError(f"X has shape {X.shape}, but content was fitted on rows of {len(self.mean)} numbers")
        weights = self.weights.astype(X.dtype)
        logits = (X @ weights).astype(np.float64) + (self.bias - self.mean @ self.weights)
        return np.asarray(softmax(logits, axis=1), np.float64)

    def state(self) -> dict[str, Floats]:
        """What `restore` needs, as arrays."""
        return {"content.mean": self.mean, "content.weights": self.weights, "content.bias": self.bias}

    @classmethod
    def restore(cls, arrays: dict[str, Any]) -> Self:
        return cls(arrays["content.mean"], arrays["content.weights"], arrays["content.bias"])
