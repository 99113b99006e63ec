"""Strategy `favourites`: questions that look for what a person loves.

A buyer wants the top of the list. So until something is liked, the questions walk through the kinds of the
collection, those first that were shown least; then they go where favourites are likely, and to the border between what
is liked and what is not. Of nine pictures in a grid

* one, or more while little is liked, is a favourite of one taste that the answers allow (Thompson sampling); none once
  plenty is liked: then those that are liked most surely are kept for the results, as a rare kind is soon used up;
* some, while little is liked, are of kinds shown least;
* the others are those whose picks tell most of the taste (information gain), given that the ones before are answered.

Which regime a question is asked for is drawn by its posterior share, clear tastes more often than that. Asking only for
favourites would use them up and tell little of the border; asking only by information finds them late (docs/log.md).

Thompson, On the likelihood that one unknown probability exceeds another, Biometrika 25, 1933; Russo, Simple Bayesian
algorithms for best arm identification, COLT 2016; Houlsby et al., Bayesian active learning, 2011.
"""

from __future__ import annotations

import numpy as np

from beholder.ask.candidates import some, without
from beholder.ask.information_gain import information
from beholder.ask.kinds import kinds_of
from beholder.taste import TasteMixture
from beholder.taste.posterior import root_of
from beholder.taste.regimes import CLEAR
from beholder.taste.threads import one_thread
from beholder.types import MIDDLE, Answers, Floats, Ints, Matrix

_LOOKED = 4096  # pictures of a large pool that are scored for a question
_LIKELY, _OTHERS = 200, 80  # candidates: the likeliest favourites, and pictures by chance
_CLEAR_ASKED = 0.7  # of the questions are asked as if the taste were clear: who has one gains most by what is asked
_ENOUGH = 3  # pictures liked before the questions hardly walk through the kinds any more
_EARLY, _LATER = (3, 3), (1, 0)  # favourites, and pictures of kinds shown least, in a grid before and after that
_POINTING = 5  # choices that point to favourites before any picture is known to be liked
_PLENTY, _LAST = 20, (0, 0)  # pictures liked from which a grid has none of either
_KEPT, _KEPT_OF = 20, 10  # likeliest pictures that are not asked then, at most one in so many of those left
_DENSITY = 0.25  # how much more a picture tells that is like many others
_PICK_NOISE = 1.5  # variance of a measurement that tells as much as a pick: one over its expected information
_PAIR_NOISE = 2.0  # the same of a choice
_DUELS = 0.5  # share of the pairs that set two favourites against each other
_TELLING = 0.5  # share of the pictures at the border between two levels of ratings


def pictures(model: TasteMixture, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, to be rated: likely favourites; of kinds shown least while nothing is liked.

    Of somebody who rates on two levels, half of them tell most of the border between the two.
    """
    with one_thread():
        chosen: list[int] = []
        if not count_liked(answers):
            chosen = _of_kinds_least_shown(model, X, answers, rows, chosen, n, rng)
        regime = _regime(model, rng)
        candidates = np.setdiff1d(_candidates(model, X, rows, regime, rng), chosen)
        left = min(n - len(chosen), len(candidates))
        if left > 0:
            _, mean, covariance = model.beliefs(X, candidates)[regime]
            telling = int(rng.binomial(left, _TELLING)) if model.on_two_levels else 0
            chosen += _drawn(candidates, mean, covariance, left - telling, rng)
            chosen += _telling(candidates, mean - model.bars()[regime], covariance, chosen, telling)
    return np.array(chosen, np.int64)


def pairs(model: TasteMixture, X: Matrix, offered: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the offered pairs (m, 2): half tell most of a clear taste, half set favourites against each other."""
    with one_thread():
        regime = _regime(model, rng)
        rows, place = np.unique(offered, return_inverse=True)
        left, right = place.reshape(-1, 2).T
        _, mean, covariance = model.beliefs(X, rows)[regime]
        own = np.diag(covariance)
        variance = np.maximum(own[left] + own[right] - 2 * covariance[left, right], 0)
        gain = information(mean[left] - mean[right], variance)
        root = root_of(covariance)
        chosen: list[int] = []
        for _ in range(n):
            worth = gain.copy()
            if rng.random() < _DUELS:
                drawn = mean + root @ rng.standard_normal(len(mean))
                worth = drawn[left] + drawn[right]
            worth[chosen] = -np.inf
            at = int(np.argmax(worth))
            chosen.append(at)
            near = (covariance[left, left[at]] - covariance[right, left[at]]) - (
                covariance[left, right[at]] - covariance[right, right[at]]
            )
            variance = np.maximum(variance - near**2 / (variance[at] + _PAIR_NOISE), 0)
            gain = information(mean[left] - mean[right], variance)
    return offered[chosen]


def likely_rows(model: TasteMixture, X: Matrix, pool: Ints, n: int, rng: np.random.Generator) -> Ints:
    """n rows of the pool of which pairs are made: half of them likely favourites."""
    likely = _likely(model, X, some(pool, _LOOKED, rng), _regime(model, rng), n // 2)
    return np.union1d(likely, some(without(pool, likely), n - len(likely), rng))


def grid(model: TasteMixture, X: Matrix, answers: Answers, pool: Ints, n: int, rng: np.random.Generator) -> Ints:
    """(n,) rows of the pool for one grid, fewer where there are no more."""
    with one_thread():
        chosen: list[int] = []
        liked = count_liked(answers) or int(len(answers.choices) >= _POINTING)
        if liked:
            regime, plenty = _regime(model, rng), liked >= _PLENTY
            kept = min(_KEPT, len(pool) // _KEPT_OF) if plenty else 0
            candidates = _candidates(model, X, pool, regime, rng, kept)
            _, mean, covariance = model.beliefs(X, candidates)[regime]
            bar = model.bars()[regime]
            favourites, kinds = _LAST if plenty else _LATER if liked >= _ENOUGH else _EARLY
            chosen = _drawn(candidates, mean, covariance, min(favourites, n), rng)
            chosen += _of_kinds_least_shown(model, X, answers, pool, chosen, min(kinds, n - len(chosen)), rng)
            chosen += _telling(candidates, mean - bar, covariance, chosen, n - len(chosen))
        chosen += _of_kinds_least_shown(model, X, answers, pool, chosen, n - len(chosen), rng)
        if len(chosen) < n:
            chosen += rng.permutation(without(pool, chosen))[: n - len(chosen)].tolist()
    return np.array(chosen, np.int64)


def count_liked(answers: Answers) -> int:
    """How many pictures were picked, or rated in the upper half of the scale and clearly above this person's others."""
    high = 0
    if len(answers.ratings):
        clearly = answers.ratings.mean() + max(float(answers.ratings.std()), 1.0)
        high = int((answers.ratings > max(clearly, MIDDLE)).sum())
    return int((answers.grids[:, 2] > 0).sum()) + high


def _regime(model: TasteMixture, rng: np.random.Generator) -> int:
    """The place of a regime to ask by: a clear one with probability `_CLEAR_ASKED` at least, each by its share."""
    shares = np.array([fit.share for fit in model.fits_])
    clear = np.array([fit.regime.group == CLEAR for fit in model.fits_])
    if 0 < shares[clear].sum() < _CLEAR_ASKED:
        shares[clear] *= _CLEAR_ASKED / shares[clear].sum()
        shares[~clear] *= (1 - _CLEAR_ASKED) / max(float(shares[~clear].sum()), 1e-12)
    return int(rng.choice(len(shares), p=shares / shares.sum()))


def _candidates(
    model: TasteMixture, X: Matrix, pool: Ints, regime: int, rng: np.random.Generator, kept: int = 0
) -> Ints:
    """Rows that may be favourites, and some others; without so many of the likeliest."""
    looked = some(pool, _LOOKED, rng)
    likely = _likely(model, X, looked, regime, kept + _LIKELY)
    return without(np.union1d(likely[kept:], some(looked, _OTHERS, rng)), likely[:kept])


def _likely(model: TasteMixture, X: Matrix, rows: Ints, regime: int, n: int) -> Ints:
    """The n of the rows that a regime expects most of, best first."""
    return rows[np.argsort(-model.scores_of(X, rows, regime), kind="stable")[:n]]


def _drawn(rows: Ints, mean: Floats, covariance: Floats, n: int, rng: np.random.Generator) -> list[int]:
    """The favourites of n tastes that the answers allow."""
    root = root_of(covariance)
    chosen: list[int] = []
    for _ in range(n):
        drawn = mean + root @ rng.standard_normal(len(mean))
        drawn[np.isin(rows, chosen)] = -np.inf
        chosen.append(int(rows[np.argmax(drawn)]))
    return chosen


def _telling(rows: Ints, above: Floats, covariance: Floats, given: list[int], n: int) -> list[int]:
    """n rows whose picks tell most, one after the other, given that some are asked already. above : the bar"""
    C, asked, chosen = covariance.copy(), np.isin(rows, given), list[int]()
    for given_at in np.flatnonzero(asked):
        C -= np.outer(C[given_at], C[given_at]) / (C[given_at, given_at] + _PICK_NOISE)
    for _ in range(min(n, int((~asked).sum()))):
        variance = np.maximum(np.diag(C), 0)
        gain = information(above, variance) * ((np.maximum(C, 0) ** 2).mean(1) + 1e-12) ** _DENSITY
        gain[asked] = -np.inf
        at = int(np.argmax(gain))
        asked[at] = True
        chosen.append(int(rows[at]))
        C -= np.outer(C[at], C[at]) / (C[at, at] + _PICK_NOISE)
    return chosen


def _of_kinds_least_shown(
    model: TasteMixture, X: Matrix, answers: Answers, pool: Ints, given: list[int], n: int, rng: np.random.Generator
) -> list[int]:
    """n rows, each of another kind, of those first that were shown least; fewer where there are fewer kinds."""
    if n <= 0 or not len(pool):
        return []
    seen = np.concatenate([answers.judged, np.array(given, np.int64)])
    looked = np.setdiff1d(some(pool, _LOOKED, rng), given)
    kinds = kinds_of(model, X, looked)
    there = rng.permutation(np.unique(kinds))
    often = (kinds_of(model, X, seen)[:, None] == there).sum(0)
    chosen = there[np.argsort(often, kind="stable")][:n]
    return [int(rng.choice(looked[kinds == kind])) for kind in chosen]
