"""Signs that somebody looked at the pictures: answers that follow other people's, the pictures, or their own before.

Arrays: m answers, each with its rater (m,) 0, 1, ...; ratings are an item (m,) and a score (m,); choices are pairs
(m, 2) of (left, right) and an answer (m,) of 1 left, 0 tie, -1 right. What cannot be known is NaN, or None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from beholder.types import Floats, Ints

_LEAST = 0.2  # of the way from chance to certainty: a sign that is surely below this is none worth the name
_BLOCKS = 5  # in which answers are predicted, each from those before it
_ALPHAS = 10.0 ** np.arange(-3, 2.5, 0.5)  # ridge strengths, for rows of mean squared length 1
FEWEST_RATED = 5  # ratings below which a rank correlation says nothing
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True, slots=True)
class Sign:
    """How far answers follow something: a share or a rank correlation over `n` of them, with its 95 % interval.

    Attributes
    ----------
    chance
        the value of answers that follow nothing: .5 of a share, 0 of a correlation
    """

    value: float
    low: float
    high: float
    n: int
    chance: float

    @property
    def absent(self) -> bool:
        """Whether it is surely next to nothing, which takes about a hundred answers to be sure of."""
        return self.high < self.chance + _LEAST * (1 - self.chance)

    @property
    def seen(self) -> bool:
        """Whether it is surely better than chance, and may be worth the name. With few answers it is neither."""
        return self.low > self.chance and not self.absent


def share(same: NDArray[Any]) -> Sign | None:
    """Mean of `same`, (m,) from 0 to 1, with Wilson's interval [Wilson1927]; NaN is left out, None where all is NaN."""
    known = np.asarray(same, np.float64)
    known = known[~np.isnan(known)]
    n = len(known)
    if not n:
        return None
    p, spread = float(known.mean()), _Z**2 / n
    centre, half = p + spread / 2, _Z * np.sqrt(p * (1 - p) / n + spread / (4 * n))
    return Sign(p, float((centre - half) / (1 + spread)), float((centre + half) / (1 + spread)), n, 0.5)


def rank_correlation(x: Floats, y: Floats) -> Sign | None:
    """Spearman's correlation where both are known, with Fisher's interval [FiellerHartleyPearson1957].

    None where one of them is constant, or too few are known.
    """
    known = ~(np.isnan(x) | np.isnan(y))
    n = int(known.sum())
    if n < FEWEST_RATED or not (np.ptp(x[known]) and np.ptp(y[known])):
        return None
    rho = float(np.corrcoef(rankdata(x[known]), rankdata(y[known]))[0, 1])
    z, half = np.arctanh(np.clip(rho, -0.9999, 0.9999)), _Z * np.sqrt(1.06 / (n - 3))
    return Sign(rho, float(np.tanh(z - half)), float(np.tanh(z + half)), n, 0.0)


# Other people


def as_others_rate(item: Ints, score: Floats, rater: Ints) -> Floats:
    """(m,) the mean rating of the same item by everybody else; NaN where nobody else rated it."""
    others, count = _but_own(item, rater, score), _but_own(item, rater, np.ones(len(score)))
    return np.where(count > 0, others / np.maximum(count, 1), np.nan)


def with_majority(pairs: Ints, answer: Ints, rater: Ints) -> Floats:
    """(m,) 1 where a choice is that of most others on the same pair, 0 where it is not.

    NaN for ties, and where nobody else chose in the pair or they are split. A pair counts in either order.
    """
    pair, said = _undirected(pairs, answer)
    others = _but_own(pair, rater, said)
    return np.where((said == 0) | (others == 0), np.nan, np.sign(others) == said)


def _but_own(key: Ints, rater: Ints, values: NDArray[Any]) -> Floats:
    """(m,) the sum of values over all answers of the same key, less those of the same rater."""
    which = np.unique(key, return_inverse=True)[1]
    own = np.unique(which * (int(rater.max(initial=0)) + 1) + rater, return_inverse=True)[1]
    return np.asarray(np.bincount(which, values)[which] - np.bincount(own, values)[own], np.float64)


# The pictures


def predicted_ratings(rows: Floats, score: Floats) -> Floats:
    """(m,) one person's ratings as their other ratings and the pictures predict them; NaN where nothing does.

    Parameters
    ----------
    rows
        (m, c) a few numbers a picture, of mean squared length about 1
    """
    return _guessed(rows, score, intercept=True)


def predicted_choices(differences: Floats, answer: Ints) -> Floats:
    """(m,) 1 where one person's choice is as predicted, 0 where it is not; NaN for ties and where nothing predicts it.

    Parameters
    ----------
    differences
        (m, c) rows of the left pictures less those of the right ones A choice is predicted from those before it
        alone, so that of answers at random each is right or wrong like a fair coin and the share right is binomial.
        In cross-validation each answer helps to predict the others, and it is not.
    """
    guess = _guessed(differences, answer.astype(np.float64), intercept=False)
    return np.where((answer == 0) | np.isnan(guess) | (guess == 0), np.nan, np.sign(guess) == answer)


def _guessed(rows: Floats, told: Floats, *, intercept: bool) -> Floats:
    """Ridge regression on all blocks before each, drawn at random: people tire, and files are sorted."""
    from sklearn.linear_model import RidgeCV

    guess = np.full(len(told), np.nan)
    blocks = np.array_split(np.random.default_rng(0).permutation(len(told)), _BLOCKS)
    for number in range(1, _BLOCKS):
        before, now = np.concatenate(blocks[:number]), blocks[number]
        if rows.shape[1] and len(now) and np.ptp(told[before]):
            ridge: Any = RidgeCV(alphas=_ALPHAS, fit_intercept=intercept)
            guess[now] = ridge.fit(rows[before], told[before]).predict(rows[now])
    return guess


# Their own answers before


def before(key: Ints) -> Ints:
    """(m,) position of the last earlier answer of the same key, -1 where there is none."""
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1]) + 1
    found = np.full(len(key), -1)
    found[order[again]] = order[again - 1]
    return found


def rated_before(item: Ints, score: Floats) -> Floats:
    """(m,) what one person said of the same item the time before; NaN the first time."""
    earlier = before(item)
    return np.where(earlier >= 0, score[earlier], np.nan)


def chosen_as_before(pairs: Ints, answer: Ints) -> Floats:
    """(m,) 1 where one person answered a pair, in either order, as the time before; NaN the first time and for ties."""
    pair, said = _undirected(pairs, answer)
    earlier = before(pair)
    return np.where((earlier < 0) | (said == 0) | (said[earlier] == 0), np.nan, said == said[earlier])


def _undirected(pairs: Ints, answer: Ints) -> tuple[Ints, Ints]:
    """A number for each pair whatever its order, and the answer as 1 for the picture with the lower row."""
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    return low * (int(pairs.max(initial=0)) + 1) + high, np.where(pairs[:, 0] == low, answer, -answer)
