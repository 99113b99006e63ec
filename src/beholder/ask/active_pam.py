"""Strategy `active-pam`: Algorithm 1 of [Ren2017]: pictures unlike the rated, but like those predicted badly.

Ten at random first; then `argmax_q sum_j w_j dist(v_q, v_j)` over the rated pictures j (their Eq. 6), with
`w_j = 1 - |o_j - t_j| / sum |o - t|` (Eq. 5) of the model's prediction o_j and the rating t_j. The two criteria can be
told apart (their Fig. 5b): with all w_j = 1 it is diversity alone, `active-pam-diversity`; and `active-pam-traits`
takes attributes and content for v.

v is the picture's principal components beside the generic score. The paper weighs its 176 features with .001 against a
score from .2 to 1; here both parts have mean square 1 over the collection. Where every residual is 0, all w_j are 1.

Ren, Shen, Lin, Mech & Foran, Personalized Image Aesthetics, ICCV 2017, section 4.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import generic_of, places, some
from beholder.ask.strategy import Strategy
from beholder.taste.feature_map import squared_distances
from beholder.taste.picture_features import Traits
from beholder.types import Answers, Floats, Ints, Matrix

FIRST = 10  # random questions before the first that is chosen
_CANDIDATES = 4096  # of a larger pool


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    return _ask(model, X, answers, rows, n, rng)


def _ask_for_diversity(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """The first criterion alone."""
    return _ask(model, X, answers, rows, n, rng, informative=False)


def _ask_by_traits(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Both criteria, by attributes and content."""
    return _ask(model, X, answers, rows, n, rng, traits=True)


def _ask(
    model: Any,
    X: Matrix,
    answers: Answers,
    rows: Ints,
    n: int,
    rng: np.random.Generator,
    *,
    informative: bool = True,
    traits: bool = False,
) -> Ints:
    if len(answers.rows) < FIRST:
        return rows[rng.permutation(len(rows))[:n]]
    candidates = some(rows, max(_CANDIDATES, n), rng)
    v, rated = (_visual(model, X, part, traits) for part in (candidates, answers.rows))
    weights = weights_of(model.predict(X[answers.rows]), answers.ratings) if informative else np.ones(len(rated))
    far = np.sqrt(squared_distances(v, rated)) @ weights
    chosen: list[int] = []
    for _ in range(n):  # of a batch, each counts as rated and predicted well
        far[chosen] = -np.inf
        chosen.append(int(np.argmax(far)))
        far = far + np.sqrt(squared_distances(v, v[chosen[-1:]]))[:, 0]
    return candidates[chosen]


def weights_of(predicted: Floats, ratings: Floats) -> Floats:
    """Eq. 5: (r,) from the predictions and ratings of the rated pictures, on one scale."""
    missed = np.abs(np.asarray(predicted, np.float64) - ratings)
    total = float(missed.sum())
    return np.ones(len(missed)) if total < 1e-12 else np.asarray(1 - missed / total)


def _visual(model: Any, X: Matrix, rows: Ints, traits: bool) -> Floats:
    if not traits:
        return np.column_stack([places(model, X, rows), generic_of(model, X, rows)])
    numbers = Traits.learned(X, getattr(model, "layout", None)).transform(X[rows])
    return np.asarray(numbers / np.sqrt(max(1, numbers.shape[1])), np.float64)


ACTIVE_PAM = Strategy("active-pam", ask)
DIVERSITY = Strategy("active-pam-diversity", _ask_for_diversity)
BY_TRAITS = Strategy("active-pam-traits", _ask_by_traits)
