"""Which question next: `strategy(model, X, answers, pool, n, rng, pairs=False)`, one strategy a file.

model   : a fitted taste model, or None before the first answer
X       : (n_pictures, d) all rows; answers: what is known so far, `beholder.types.Answers`
pool    : (p,) rows of X that may be shown, in any order: the order changes nothing
n       : how many are wanted; fewer come where the pool is too small
rng     : where chance enters; the same state gives the same questions
returns : (n,) different rows of the pool, or with pairs=True (n, 2) different pairs of them, best first

name               asks                                                                    source
random             anything, each as likely                                                -
information-gain   ratings: what narrows the ranking of the whole pool most;               Cohn et al. 1996
                   pairs: what the model is unsure of and the person is not                Houlsby et al. 2011
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from beholder.ask import information_gain, random
from beholder.types import Answers, Ints, Matrix


class Strategy(Protocol):
    """See the module's head."""

    def __call__(
        self,
        model: Any,
        X: Matrix,
        answers: Answers,
        pool: Ints,
        n: int,
        rng: np.random.Generator,
        *,
        pairs: bool = False,
    ) -> Ints: ...


STRATEGIES: dict[str, Strategy] = {"random": random.ask, "information-gain": information_gain.ask}

__all__ = ["STRATEGIES", "Strategy"]
