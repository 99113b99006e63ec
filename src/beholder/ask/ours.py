"""Strategy `ours`, which the app asks by: coverage first, then what tells most.

Single pictures: `typical-diverse` before the first answer, then `variance`. Pairs: `information-gain`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask import information_gain, typical_diverse, variance
from beholder.ask.strategy import Strategy
from beholder.types import Answers, Ints, Matrix

FIRST = 5  # pictures that are chosen without any answer


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    first = 0 if len(answers) >= FIRST else min(n, FIRST - len(answers))
    covering = typical_diverse.ask(model, X, answers, rows, first, rng)
    if first == n:
        return covering
    known = Answers(np.concatenate([answers.rows, covering]), np.zeros(len(answers.rows) + first), *_compared(answers))
    telling = variance.ask(model, X, known, np.setdiff1d(rows, covering), n - first, rng)
    return np.concatenate([covering, telling])


def _compared(answers: Answers) -> tuple[Ints, Any, Ints]:
    return answers.choices, answers.weights, answers.ties


OURS = Strategy("ours", ask, information_gain.ask, ahead=True)
