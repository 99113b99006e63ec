"""Strategy `ours`, which the app asks by: coverage first, then what tells most.

Single pictures: `typical-diverse` before the first answers, then `variance`. Pairs: `variance` where the person's taste
starts from a population's, whose noise is that of real people; `information-gain` where nothing is known of the person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from beholder.ask import information_gain, typical_diverse, variance
from beholder.ask.strategy import Strategy
from beholder.taste import PopulationProcess
from beholder.types import Answers, Ints, Matrix

FIRST = 5  # pictures that are chosen without any answer


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    first = 0 if len(answers) >= FIRST else min(n, FIRST - len(answers))
    covering = typical_diverse.ask(model, X, answers, rows, first, rng)
    if first == n:
        return covering
    known = replace(answers, rows=np.append(answers.rows, covering), ratings=np.append(answers.ratings, covering * 0.0))
    telling = variance.ask(model, X, known, np.setdiff1d(rows, covering), n - first, rng)
    return np.concatenate([covering, telling])


def ask_pairs(model: Any, X: Matrix, answers: Answers, pairs: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the pairs, best first; as `beholder.ask` says."""
    ask = variance.ask_pairs if isinstance(model, PopulationProcess) else information_gain.ask
    return ask(model, X, answers, pairs, n, rng)


OURS = Strategy("ours", ask, ask_pairs, ahead=True)
