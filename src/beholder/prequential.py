"""How well a taste model ranks, judged by predicting every answer before using it (Dawid 1984, "prequential").

Which answers a person was asked for decides how hard they were to predict: the informative ones are the doubtful ones,
so a plain share of right predictions would flatter or slander the model. So the answers judge the model's *confidence*
instead, which holds whatever was asked: `P(answer) = sigmoid(lambda * log-odds)`, with lambda 1 for a model whose odds
are true, 0 for one that knows nothing. The expected accuracy is then its mean over random pairs of the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from beholder.types import Answers, Floats, Matrix

AGAINST = 24  # earlier ratings that a new one is compared with, evenly thinned
PAIRS = 400  # random pairs of the collection over which the accuracy is taken
GRID = np.linspace(-0.5, 6, 131)  # of lambda
PRIOR = np.exp(-0.5 * ((GRID - 1) / 1.5) ** 2)  # broad: some people are far surer of their taste than the prior expects


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the model thought of one judgement before using it: log-odds of each choice it says, and their weights."""

    log_odds: Floats
    weights: Floats

    @property
    def surprise(self) -> float:
        """Minus the log-probability of the answer, in nats."""
        return float(np.sum(self.weights * np.logaddexp(0, -self.log_odds)))

    @property
    def right(self) -> bool | None:
        """Whether the answer was the one expected; None where nothing was."""
        lean = float(self.weights @ np.sign(self.log_odds))
        return lean > 0 if lean else None


def foresee(model: Any, X: Matrix, answers: Answers, earlier: Answers) -> Foreseen:
    """Predict one judgement's answers with a model fitted without them.

    A rating is predicted as choices between it and some of the earlier ratings that differ, together of weight 1.
    """
    choices, weights = answers.choices, answers.weights
    for row, rating in zip(answers.rows, answers.ratings, strict=True):
        differ = np.flatnonzero(earlier.ratings != rating)
        differ = differ[:: len(differ) // AGAINST + 1]
        other, wins = earlier.rows[differ], rating > earlier.ratings[differ]
        pairs = np.column_stack([np.where(wins, row, other), np.where(wins, other, row)])
        choices = np.concatenate([choices, pairs[pairs[:, 0] != pairs[:, 1]]])
        weights = np.concatenate([weights, np.full(len(choices) - len(weights), 1 / max(len(pairs), 1))])
    return Foreseen(_log_odds(model, X, choices), weights)


def accuracy(model: Any, X: Matrix, foreseen: Sequence[Foreseen], rng: np.random.Generator) -> tuple[float, float]:
    """Share of random pairs that the model ranks as the person would, and half the width of its 90 % interval."""
    if len(X) < 2:
        return 0.5, 0.5
    pairs = rng.integers(len(X), size=(PAIRS, 2))
    sure = np.abs(_log_odds(model, X, pairs[pairs[:, 0] != pairs[:, 1]]))
    log_odds = np.concatenate([f.log_odds for f in foreseen] or [np.empty(0)])
    weights = np.concatenate([f.weights for f in foreseen] or [np.empty(0)])
    likelihood = -np.logaddexp(0, -np.outer(GRID, log_odds)) @ weights
    belief = PRIOR * np.exp(likelihood - likelihood.max())
    belief /= belief.sum()
    share = (1 / (1 + np.exp(-np.outer(GRID, sure)))).mean(1)
    mean = float(belief @ share)
    low, high = np.interp([0.05, 0.95], np.cumsum(belief), share)
    return mean, float(max(high - mean, mean - low))


def _log_odds(model: Any, X: Matrix, pairs: np.ndarray[Any, Any]) -> Floats:
    if not len(pairs):
        return np.empty(0)
    p = np.clip(model.pair_probability(X, pairs), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)
