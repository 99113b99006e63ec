"""What a prediction is worth, for one rater and one draw. Higher is better, but for `regret` and `ece`.

A prediction that puts everything level knows nothing of the order: it gets 0 of a correlation, half of every pair, and
of the first pictures what any as many at random have in the mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from beholder.types import Floats, Ints

METRICS = ("spearman", "pearson", "pair_accuracy", "ndcg_10", "precision_20", "regret_10", "ece")
_BINS = 5  # of `calibration`


def pearson(truth: Floats, score: Floats) -> float:
    """Linear correlation; 0 where the scores are all the same. The truth must not be constant."""
    if np.ptp(score) == 0:
        return 0.0
    a, b = truth - truth.mean(), score - score.mean()
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def spearman(truth: Floats, score: Floats) -> float:
    """Rank correlation with average ranks for ties (SROCC)."""
    return pearson(rankdata(truth), rankdata(score))


def rated_pairs(truth: Floats) -> Ints:
    """(m, 2) rows (better, worse) of all pairs of pictures with different ratings."""
    better, worse = np.nonzero(truth[:, None] > truth[None, :])
    return np.column_stack([better, worse]).astype(np.int64)


def pair_accuracy(better: Floats, worse: Floats) -> float:
    """Share of pairs in which the picture that the person preferred has the higher score; a level pair counts half.

    Parameters
    ----------
    better, worse
        (m,) scores of the preferred and of the other picture
    """
    return float(np.mean((better > worse) + 0.5 * (better == worse)))


def ndcg(truth: Floats, score: Floats, k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first k [JarvelinKekalainen2002].

    The gain of a picture is its rating above the lowest of the query, so that a bad list can reach 0; pictures of
    equal score share their mean gain, so that the order of the file gives nothing [McSherryNajork2008].
    """
    gain = truth - truth.min()
    discount = 1 / np.log2(np.arange(2, len(gain) + 2))
    discount[k:] = 0
    return float(by_score(gain, score) @ discount / (np.sort(gain)[::-1] @ discount))


def precision(truth: Floats, score: Floats, k: int = 20) -> float:
    """Share of the first k by score that are in the top quarter of the person's own ratings.

    The quarter holds n // 4 of the n pictures, at least 1. Where several are rated alike at its border, each belongs to
    it in part, so that it always holds as many; pictures of equal score share their mean membership. Where the quarter
    is smaller than k (below 80 pictures for k = 20), k is as large as the quarter. Where equal ratings at the border
    leave no k pictures that belong wholly, the share is of the most that k pictures can have. So a perfect order
    always has 1; without such ties a level score has n // 4 / n, a quarter or little less.

    Parameters
    ----------
    truth, score
        (n,) ratings and predicted scores of the query
    """
    quarter = max(1, len(truth) // 4)
    k = min(k, quarter)
    member = _membership(truth, quarter)
    return float(by_score(member, score)[:k].sum() / np.sort(member)[::-1][:k].sum())


def regret(truth: Floats, score: Floats, k: int = 10) -> float:
    """How far the mean rating of the first k by score is below that of the person's own k best; lower is better.

    In standard deviations of the person's ratings in the query, which must not be constant. Pictures of equal score
    share their mean rating. Below 2 k pictures k is half of them (at least 1), so that there is something to choose.
    A perfect order always has 0.

    Parameters
    ----------
    truth, score
        (n,) ratings and predicted scores of the query
    """
    k = min(k, max(1, len(truth) // 2))
    lost = np.sort(truth)[::-1][:k].mean() - by_score(truth, score)[:k].mean()
    return float(max(lost, 0.0) / truth.std())


def by_score(values: Floats, score: Floats) -> Floats:
    """(n,) the values (n,) by falling score; pictures of equal score share their mean."""
    _, group, size = np.unique(-score, return_inverse=True, return_counts=True)
    return np.repeat(np.bincount(group, weights=values) / size, size)


def _membership(truth: Floats, count: int) -> Floats:
    """(n,) how far each picture is among the `count` best, 0 to 1: equal ratings have equal parts. Sums up to count."""
    _, group, size = np.unique(-truth, return_inverse=True, return_counts=True)
    better = np.cumsum(size) - size
    share: Floats = np.clip((count - better) / size, 0, 1)
    return share[group]


def calibration(probability: Floats, happened: NDArray[np.bool_]) -> Floats:
    """(BINS, 3) of predicted pair probabilities: in each bin, how many pairs, the confidence said, how many were right.

    Confidence is max(p, 1 - p), so it does not matter which picture is named first; p = 0.5 is half right. Five equal
    bins from 0.5 to 1: each more lifts the error of a perfect model (five: .006 over 12,000 pairs; ten: .009), each
    less hides more of what differs within a bin. Sums, so that draws can be added up.

    Parameters
    ----------
    probability
        (m,) predicted chance that the event happens
    happened
        (m,) whether it did
    """
    confidence = np.maximum(probability, 1 - probability)
    right = np.where(probability == 0.5, 0.5, (probability > 0.5) == happened)
    which = np.clip(((confidence - 0.5) * 2 * _BINS).astype(np.int64), 0, _BINS - 1)
    weights = (np.ones(len(confidence)), confidence, right)
    return np.column_stack([np.bincount(which, weights=w, minlength=_BINS) for w in weights])


def calibration_gaps(bins: Floats) -> Floats:
    """(BINS,) confidence less share right in each bin, times the share of all pairs that it holds."""
    return np.asarray((bins[:, 1] - bins[:, 2]) / bins[:, 0].sum(), np.float64)


def ece(bins: Floats) -> float:
    """Expected calibration error [Naeini2015] of what `calibration` returned: the mean of |confidence - share right|.

    Over one draw even a perfect model is not at 0: about .07 at 100 pairs. The summary pools draws and raters first.
    """
    return float(np.abs(calibration_gaps(bins)).sum())
