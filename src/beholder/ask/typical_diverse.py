"""Strategy `typical-diverse`: pictures that stand for many others and differ from each other. It needs no answer.

Facility location: each picture of the collection is as well spoken for as its likeness to the most similar picture that
is asked, and the next question adds most to the sum [Lin & Bilmes 2011]. An outlier speaks for nobody but itself, and
that does not count; core-set selection, which covers the furthest, would ask for outliers first.

Lin & Bilmes, A class of submodular functions for document summarization, ACL 2011; Wei, Iyer & Bilmes, Submodularity
in data subset selection and active learning, ICML 2015.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import places, some
from beholder.ask.strategy import Strategy
from beholder.taste.feature_map import LENGTH, radial
from beholder.taste.threads import one_thread
from beholder.types import Answers, Ints, Matrix

_CANDIDATES, _AUDIENCE = 512, 1024  # of a larger pool or collection


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    with one_thread():
        candidates = some(rows, max(_CANDIDATES, n), rng)
        audience = some(np.arange(len(X)), _AUDIENCE, rng)
        heard = places(model, X, audience)
        alike = radial(heard, places(model, X, candidates), LENGTH)
        itself = audience[:, None] == candidates[None, :]
        alike[itself] = 0
        spoken = radial(heard, places(model, X, answers.judged), LENGTH).max(1, initial=0.0)
    chosen: list[int] = []
    for _ in range(n):
        gain = np.maximum(alike - spoken[:, None], 0).sum(0)
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        spoken = np.maximum(spoken, np.where(itself[:, best], 1.0, alike[:, best]))
    return candidates[chosen]


TYPICAL_DIVERSE = Strategy("typical-diverse", ask, ahead=True)
