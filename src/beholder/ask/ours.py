"""Strategy `ours`, which the app asks by: coverage first, then what tells most.

Grids: `favourites` with a `TasteMixture`, else `typical-diverse`. Single pictures: `typical-diverse` before the first
answers, then `variance`. Pairs: `variance` where the person's taste starts from a population's, whose noise is that of
real people; `information-gain` where nothing is known of the person. With a `TasteMixture` some of both look for
favourites (`beholder.ask.favourites`), and the more the likelier it is that the person likes a kind; of somebody who
rates on two levels all single pictures do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from beholder.ask import favourites, information_gain, typical_diverse, variance
from beholder.ask.candidates import some, without
from beholder.ask.strategy import Strategy
from beholder.taste import PopulationProcess, TasteMixture
from beholder.taste.regimes import KINDS
from beholder.types import Answers, Ints, Matrix

FIRST = 5  # pictures that are chosen without any answer
_LOOKING = 0.3  # of the questions look for favourites, whatever is believed of the person


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    first = 0 if len(answers) >= FIRST else min(n, FIRST - len(answers))
    covering = typical_diverse.ask(model, X, answers, rows, first, rng)
    if first == n:
        return covering
    known = replace(answers, rows=np.append(answers.rows, covering), ratings=np.append(answers.ratings, covering * 0.0))
    rest, loved = without(rows, covering), np.empty(0, np.int64)
    if isinstance(model, TasteMixture):
        part = n - first if model.on_two_levels else _part(model, n - first, rng)
        loved = favourites.pictures(model, X, answers, rest, part, rng)
    telling = variance.ask(model, X, known, without(rest, loved), n - first - len(loved), rng)
    return np.concatenate([covering, _shuffled(loved, telling, rng)])


def _ask_pairs(model: Any, X: Matrix, answers: Answers, pairs: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the pairs, best first; as `beholder.ask` says."""
    known = isinstance(model, (PopulationProcess, TasteMixture)) and model.prior is not None
    ask = variance.ask_pairs if known else information_gain.ask
    loved = pairs[:0]
    if isinstance(model, TasteMixture):
        loved = favourites.pairs(model, X, pairs, _part(model, n, rng), rng)
        pairs = pairs[~(pairs[:, None] == loved).all(2).any(1)]
    telling = ask(model, X, answers, pairs, n - len(loved), rng)
    return _shuffled(loved, telling, rng)


def _ask_grid(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows for one grid; as `beholder.ask` says."""
    ask = favourites.grid if isinstance(model, TasteMixture) else typical_diverse.ask
    return ask(model, X, answers, rows, n, rng)


def candidates(model: Any, X: Matrix, pool: Ints, n: int, rng: np.random.Generator) -> Ints:
    """n rows of the pool, of which pairs are made."""
    if isinstance(model, TasteMixture):
        return favourites.likely_rows(model, X, pool, n, rng)
    return some(pool, n, rng)


def _part(model: TasteMixture, n: int, rng: np.random.Generator) -> int:
    """How many of n questions look for favourites."""
    likes_a_kind = sum(map(model.share_of, KINDS))
    return int(rng.binomial(n, min(1.0, (1 - _LOOKING) * likes_a_kind + _LOOKING)))


def _shuffled(loved: Ints, telling: Ints, rng: np.random.Generator) -> Ints:
    together = np.concatenate([loved, telling])
    return together[rng.permutation(len(together))]


OURS = Strategy("ours", ask, _ask_pairs, candidates=candidates, grids=_ask_grid)
