"""What a strategy is, and the checks that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beholder.ask.candidates import check_pairs, check_pool, draw_pairs, some, without, without_answered
from beholder.errors import UserError
from beholder.types import Answers, Ints, Matrix

_Asking = Callable[[Any, Matrix, Answers, Ints, int, np.random.Generator], Ints]
_CANDIDATE_PICTURES, _CANDIDATE_PAIRS = 256, 20_000  # of a larger pool: the more, the more telling the best of them


@dataclass(frozen=True, slots=True)
class Strategy:
    """A rule for what to ask next; called as `beholder.ask` says.

    Attributes
    ----------
    pictures
        (model, X, answers, rows, n, rng): up to n of these rows, none of them rated yet, best first
    pairs
        the same of candidate pairs (m, 2); None where the strategy knows only ratings
    candidates
        (model, X, rows, n, rng): n of these rows, of which pairs are made; None: any
    grids
        as `pictures`, for the pictures of one grid; None: as single pictures
    ahead
        what it asks for does not depend on what the ratings say, so many can be asked for at once
    """

    name: str
    pictures: _Asking
    pairs: _Asking | None = None
    ahead: bool = False
    candidates: Callable[[Any, Matrix, Ints, int, np.random.Generator], Ints] | None = None
    grids: _Asking | None = None

    def __call__(
        self,
        model: Any,
        X: Matrix,
        answers: Answers,
        pool: ArrayLike,
        n: int,
        rng: np.random.Generator,
        *,
        pairs: bool = False,
    ) -> Ints:
        """See `beholder.ask`. raises : UserError for rows that X does not have, and for pairs where it knows none"""
        if pairs:
            return self._ask_pairs(model, X, answers, np.asarray(pool), n, rng)
        rows = without(check_pool(pool, len(X)), answers.rows)
        if n <= 0 or not len(rows):
            return np.empty(0, np.int64)
        return self.pictures(model, X, answers, rows, min(n, len(rows)), rng)

    def grid(self, model: Any, X: Matrix, answers: Answers, pool: ArrayLike, n: int, rng: np.random.Generator) -> Ints:
        """Up to n rows of the pool to be shown together, none of them rated yet. raises : as a call does"""
        rows = without(check_pool(pool, len(X)), answers.rows)
        return (self.grids or self.pictures)(model, X, answers, rows, min(n, len(rows)), rng) if len(rows) else rows

    def _ask_pairs(self, model: Any, X: Matrix, answers: Answers, pool: Ints, n: int, rng: np.random.Generator) -> Ints:
        if self.pairs is None:
            raise UserError(
                f"the strategy '{self.name}' asks for ratings alone; for pairs there are random, variance and ours"
            )
        if pool.ndim == 2:
            candidates = check_pairs(pool, len(X))
        else:
            drawn = self.candidates or (lambda model, X, rows, n, rng: some(rows, n, rng))
            rows = drawn(model, X, check_pool(pool, len(X)), max(_CANDIDATE_PICTURES, n), rng)
            candidates = draw_pairs(rows, max(_CANDIDATE_PAIRS, 4 * n), rng)
        candidates = without_answered(candidates, answers)
        if n <= 0 or not len(candidates):
            return np.empty((0, 2), np.int64)
        return self.pairs(model, X, answers, candidates, min(n, len(candidates)), rng)
