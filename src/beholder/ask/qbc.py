"""Strategy `qbc`: query by committee; a rival in [Ren2017, Fig. 6].

Five copies of the model, each fitted on answers drawn with replacement (bagging), and the pictures on which their
scores differ most. Burbidge, Rowland & King, Active learning for regression based on query by committee, IDEAL 2007.
Before there is a fitted model with two answers, questions are random.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone

from beholder.ask.candidates import some
from beholder.ask.strategy import Strategy
from beholder.errors import NotEnoughAnswers
from beholder.types import Answers, Floats, Ints, Matrix

_MEMBERS = 5
_CANDIDATES = 2048  # of a larger pool


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    if model is None or len(answers) < 2:
        return rows[rng.permutation(len(rows))[:n]]
    candidates = some(rows, max(_CANDIDATES, n), rng)
    votes = np.stack([_vote(model, X, _bag(answers, rng), candidates) for _ in range(_MEMBERS)])
    return candidates[np.argsort(-votes.std(0), kind="stable")[:n]]


def _vote(model: Any, X: Matrix, bag: Answers, rows: Ints) -> Floats:
    member: Any = clone(model)
    if "hyperparameters" in member.get_params(deep=False):
        member.set_params(hyperparameters=model.hyperparameters_, features=model.features_)
    try:
        return np.asarray(member.fit(X, **bag.as_fit()).predict(X[rows]), np.float64)
    except NotEnoughAnswers:  # a bag that holds one picture
        return np.zeros(len(rows))


def _bag(answers: Answers, rng: np.random.Generator) -> Answers:
    sizes = len(answers.rows), len(answers.choices), len(answers.ties)
    return answers.take(*(rng.integers(max(m, 1), size=m) for m in sizes))


QBC = Strategy("qbc", ask)
