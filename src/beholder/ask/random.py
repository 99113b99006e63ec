"""Strategy `random`: every picture, or every pair, as likely as any other. It judges the model fairly."""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import check_pool, draw_pairs
from beholder.types import Answers, Ints, Matrix


def ask(
    model: Any,
    X: Matrix,
    answers: Answers,
    pool: Ints,
    n: int,
    rng: np.random.Generator,
    *,
    pairs: bool = False,
) -> Ints:
    """As `beholder.ask` says; the model and the answers are not looked at."""
    rows = check_pool(pool, len(X))
    if pairs:
        return draw_pairs(rows, n, rng)
    return rng.permutation(rows)[: max(n, 0)]
