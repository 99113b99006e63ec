"""Strategy `random`: every picture, or pair of pictures, as likely as any other. The control for all others."""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.strategy import Strategy
from beholder.types import Answers, Ints, Matrix


def ask(model: Any, X: Matrix, answers: Answers, candidates: Ints, n: int, rng: np.random.Generator) -> Ints:
    del model, X, answers
    return candidates[rng.permutation(len(candidates))[:n]]


RANDOM = Strategy("random", ask, ask, ahead=True)
