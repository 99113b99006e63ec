"""The Gaussian process behind a question, and what an answer would leave of its variance.

A variance is kept as a root: rows `r` whose inner products are the covariances. The variance of a Gaussian model does
not depend on what is answered, so a batch can be chosen one after the other, each as if the earlier ones had been.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from beholder.ask.candidates import some
from beholder.taste import FeatureMap, GaussianProcess
from beholder.types import Answers, Floats, Ints, Matrix

PRIOR_ROWS = 256  # rows that a prior is made from where there is no fitted model yet
PRIOR_LANDMARKS = 64


def process_of(model: Any, X: Matrix, answers: Answers, rows: Ints, rng: np.random.Generator) -> GaussianProcess:
    """The model where it is a Gaussian process; else one with held hyperparameters, fitted on the same answers."""
    if isinstance(model, GaussianProcess):
        return model
    features = FeatureMap.fit(X[some(rows, PRIOR_ROWS, rng)], landmarks=PRIOR_LANDMARKS)
    stand_in = GaussianProcess(features=features, hyperparameters={})
    return stand_in.fit(X, **answers.as_fit()) if len(answers) else stand_in.before_answers(X)


def after(root: Floats, told: Floats, noise: Floats) -> Floats:
    """The root of the covariances that are left after observing `told @ w` (m, p) with these noise variances (m,)."""
    scaled = told / np.sqrt(noise)[:, None]
    lower = np.linalg.cholesky(np.eye(root.shape[1]) + scaled.T @ scaled)
    left: Floats = solve_triangular(lower, root.T, lower=True, check_finite=False).T
    return left


def after_one(root: Floats, told: Floats, noise: float) -> Floats:
    """The same for one observation (p,): a rank-one update."""
    return root - np.outer(root @ told, told) * shrink(float(told @ told), noise)


def shrink(variance: float, noise: float) -> float:
    """c such that `root - c (root @ r) r'` has the covariance that is left after observing r with this noise."""
    if variance < 1e-12:
        return 0.0
    return float((1 - np.sqrt(noise / (variance + noise))) / variance)
