"""Strategy `greedy`: the picture that is furthest from all that were rated; a rival in [Ren2017, Fig. 6].

Yu & Kim, Passive sampling for regression, ICDM 2010. The first picture comes at random.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import places
from beholder.ask.strategy import Strategy
from beholder.taste.feature_map import squared_distances
from beholder.types import Answers, Ints, Matrix


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    Z = places(model, X, rows)
    far = np.full(len(rows), np.inf)
    if len(answers.rows):
        far = squared_distances(Z, places(model, X, answers.rows)).min(1)
    chosen: list[int] = []
    for _ in range(n):
        best = int(np.argmax(far)) if np.isfinite(far).all() else int(rng.integers(len(rows)))
        chosen.append(best)
        far = np.minimum(far, squared_distances(Z, Z[best : best + 1])[:, 0])
        far[chosen] = -1
    return rows[chosen]


GREEDY = Strategy("greedy", ask, ahead=True)
