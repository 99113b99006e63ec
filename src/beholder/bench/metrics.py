"""What a prediction is worth, for one rater and one draw. Higher is better, but for `ece`.

A prediction that puts everything level knows nothing of the order: it gets 0 of a correlation and half of every pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from beholder.types import Floats, Ints

METRICS = ("spearman", "pearson", "pair_accuracy", "ndcg_10", "ece")
_BINS = 5


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

    better, worse : (m,) scores of the preferred and of the other picture
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
    _, group, size = np.unique(-score, return_inverse=True, return_counts=True)
    mean_gain = np.bincount(group, weights=gain) / size
    level = np.repeat(mean_gain, size)
    return float(level @ discount / (np.sort(gain)[::-1] @ discount))


def ece(probability: Floats, happened: NDArray[np.bool_]) -> float:
    """Expected calibration error of predicted pair probabilities: mean of |confidence - share right| [Naeini2015].

    Confidence is max(p, 1 - p), in five equal bins from 0.5 to 1, so it does not matter which picture is named first.
    Over few pairs even a perfectly calibrated model is not at 0: about .07 at 100 pairs. Compare, do not read off.

    probability : (m,) predicted chance that the event happens; happened : (m,) whether it did
    """
    confidence = np.maximum(probability, 1 - probability)
    right = np.where(probability == 0.5, 0.5, (probability > 0.5) == happened)
    which = np.clip(((confidence - 0.5) * 2 * _BINS).astype(np.int64), 0, _BINS - 1)
    gap = np.bincount(which, weights=confidence - right, minlength=_BINS)
    return float(np.abs(gap).sum() / len(confidence))
