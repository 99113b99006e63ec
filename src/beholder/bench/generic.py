"""The generic score: what other raters like, learned from their answers on pictures that are not asked about.

Both forms are linear in the encoder's vectors, shrunk by as much as predicts unseen pictures of the training set best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, log_expit

from beholder.datasets import Choices, Ratings
from beholder.types import Floats, Ints, Matrix

COMPONENTS = 160  # principal components of the training pictures; more change nothing, fewer lose pairs
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # C of scikit-learn, for rows of mean squared length 1
ALPHAS = 10.0 ** np.arange(-3, 4.5, 0.5)
_FOLDS = 5


@dataclass(frozen=True, eq=False)
class GenericScore:
    """Linear in X: `(X - mean) @ weights`."""

    mean: Floats
    weights: Floats

    def predict(self, X: Matrix) -> Floats:
        """(n,) for ratings on their scale, less the mean; for choices in units of the logistic answer noise."""
        return np.asarray((X - self.mean) @ self.weights, np.float64)


class GenericChoice(GenericScore):
    """A score that is a log-odds, so that it knows its own doubt."""

    def pair_probability(self, X: Matrix, pairs: Ints) -> Floats:
        """(m,) the chance that the first of each pair (m, 2) of rows of X is preferred by a new rater."""
        score = self.predict(X)
        return np.asarray(expit(score[pairs[:, 0]] - score[pairs[:, 1]]), np.float64)


def fit_generic(X: Matrix, others: Ratings | Choices) -> GenericScore | None:
    """The generic score of the raters in `others`; None where they say nothing that could be learned from."""
    return _fit_ratings(X, others) if isinstance(others, Ratings) else _fit_choices(X, others)


def _fit_ratings(X: Matrix, others: Ratings) -> GenericScore | None:
    """Ridge on the mean rating of every picture; the penalty by leaving one picture out."""
    from sklearn.linear_model import RidgeCV

    rows, which = np.unique(others.item, return_inverse=True)
    if len(rows) < 3:
        return None
    means = _sums(which, others.score) / _sums(which, np.ones(len(which)))
    mean, scale = _frame(X[rows])
    ridge: Any = RidgeCV(alphas=ALPHAS)
    ridge.fit((X[rows] - mean) / scale, means)
    return GenericScore(mean, ridge.coef_ / scale)


def _fit_choices(X: Matrix, others: Choices) -> GenericChoice | None:
    """Logistic regression on differences (Bradley-Terry with features), all raters pooled; ties count half each way.

    The penalty by cross-validation over pictures: no picture of the fold is learned from.
    """
    tied = others.tied()
    pairs = np.concatenate([others.won(), tied, tied[:, ::-1]])
    each = np.concatenate([np.ones(len(pairs) - 2 * len(tied)), np.full(2 * len(tied), 0.5)])
    pairs, which = np.unique(pairs, axis=0, return_inverse=True)
    weights = _sums(which.reshape(-1), each)
    rows = np.unique(pairs)
    if len(pairs) < 2 * _FOLDS:
        return None
    mean, axes = _principal(X[rows])
    Z = (X[rows] - mean) @ axes
    pairs = np.searchsorted(rows, pairs)
    found = _logistic(Z, pairs, weights, _best_penalty(Z, pairs, weights))
    return GenericChoice(mean, np.asarray(axes @ found, np.float64))


def _best_penalty(Z: Floats, pairs: Ints, weights: Floats) -> float:
    """The first peak from the most shrunken on: beyond it fits are slow and only get worse."""
    best, highest = PENALTIES[0], -np.inf
    for C in PENALTIES:
        likelihood = _unseen_likelihood(Z, pairs, weights, C)
        if likelihood <= highest:
            break
        best, highest = C, likelihood
    return best


def _unseen_likelihood(Z: Floats, pairs: Ints, weights: Floats, C: float) -> float:
    """Log-likelihood of the pairs that touch a fold of pictures, learned from those that do not."""
    fold = np.random.default_rng(0).permutation(len(Z)) % _FOLDS
    total = 0.0
    for number in range(_FOLDS):
        unseen = (fold[pairs] == number).any(axis=1)
        if (~unseen).sum() < 2 or not unseen.any():
            continue
        score = Z @ _logistic(Z, pairs[~unseen], weights[~unseen], C)
        gap = score[pairs[unseen, 0]] - score[pairs[unseen, 1]]
        total += float(weights[unseen] @ log_expit(gap))
    return total


def _logistic(Z: Floats, pairs: Ints, weights: Floats, C: float) -> Floats:
    """Weights of the penalised likelihood of `pairs` (winner, loser); at least two of them."""
    from sklearn.linear_model import LogisticRegression

    difference = Z[pairs[:, 0]] - Z[pairs[:, 1]]
    sign = np.where(np.arange(len(pairs)) % 2, 1.0, -1.0)  # the solver wants both classes; the likelihood is the same
    model: Any = LogisticRegression(C=C, fit_intercept=False, max_iter=1000)
    model.fit(difference * sign[:, None], sign, sample_weight=weights)
    return np.asarray(model.coef_[0], np.float64)


def _sums(group: Ints, values: Floats) -> Floats:
    """Sum of the values of each group."""
    return np.asarray(np.bincount(group, weights=values), np.float64)


def _frame(rows: Matrix) -> tuple[Floats, float]:
    """Mean and scale that give the rows mean squared length 1."""
    mean = rows.mean(axis=0, dtype=np.float64)
    scale = float(np.sqrt(((rows - mean) ** 2).sum() / len(rows)))
    return mean, scale or 1.0


def _principal(rows: Matrix) -> tuple[Floats, Floats]:
    """Mean (d,) and axes (d, c) that take rows to principal components of mean squared length 1 in all."""
    mean, scale = _frame(rows)
    axes = np.linalg.svd(rows - mean, full_matrices=False)[2][:COMPONENTS]
    return mean, np.asarray(axes.T / scale, np.float64)
