"""How far a rater can be trusted, by pictures of known score, and what an image is worth by all of its raters.

Ren et al., Personalized Image Aesthetics, ICCV 2017, section 3: Eq. 1 and the two formulas below it. Their scale is
1 to 5; on another one the thresholds are the same part of it, half.

Arrays: r ratings, each with an item (r,), a rater (r,) and a score (r,); items are 0..n-1, raters 0..p-1.
"""

from __future__ import annotations

import numpy as np

from beholder.errors import BadInput, ShapeError
from beholder.types import Floats, Ints


def gold_scores(score: Floats, known: Floats, scale: tuple[float, float]) -> Floats:
    """(r,) IS of Eq. 1: 1, 0.5 or 0 for a rating less than, just, or more than half the scale from the known score.

    Parameters
    ----------
    score, known
        (r,) on the scale; NaN where no score is known, which gives NaN

    Raises
    ------
    BadInput
        where a known score is off the scale
    """
    low, high = scale
    off = known[(known < low) | (known > high)]
    if len(off):
        raise BadInput(f"a gold image has the known score {off[0]:g}, which is off the scale {low:g} to {high:g}")
    half, apart = (high - low) / 2, np.abs(score - known)
    value = np.where(np.isclose(apart, half), 0.5, apart < half)
    return np.where(np.isnan(known), np.nan, value)


def performance(value: Floats, rater: Ints, raters: int) -> Floats:
    """(p,) WP: each rater's mean IS; NaN for who rated no gold image. (The paper also sums, which rewards volume.)"""
    on_gold = ~np.isnan(value)
    count = np.bincount(rater[on_gold], minlength=raters)
    total = np.bincount(rater[on_gold], value[on_gold], minlength=raters)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def filled(weight: Floats) -> Floats:
    """WP for everybody: who rated no gold image weighs as much as the mean of those who did; 1 where nobody did."""
    known = weight[~np.isnan(weight)]
    return np.where(np.isnan(weight), known.mean() if len(known) else 1.0, weight)


def weighted_mean(item: Ints, rater: Ints, score: Floats, weight: Floats, items: int) -> Floats:
    """(n,) IM: each item's mean rating, raters weighted by WP; NaN where nobody with a weight above 0 rated it.

    Parameters
    ----------
    weight
        (p,) without NaN, see `filled`

    Raises
    ------
    ShapeError
        where a rater has no weight
    """
    each = _weight_of(rater, weight)
    total, sums = (np.bincount(item, w, minlength=items) for w in (each, each * score))
    return np.where(total > 0, sums / np.where(total > 0, total, 1), np.nan)


def weighted_deviation(item: Ints, rater: Ints, score: Floats, weight: Floats, items: int) -> Floats:
    """(n,) sqrt(sum WP (WS - IM)^2 / ((N-1)/N sum WP)), N an item's ratings; NaN for fewer than two of them.

    Parameters
    ----------
    weight, raises
        as `weighted_mean`
    """
    each = _weight_of(rater, weight)
    apart = score - weighted_mean(item, rater, score, weight, items)[item]
    count, total, squares = (np.bincount(item, w, minlength=items) for w in (np.ones(len(item)), each, each * apart**2))
    fair = (count > 1) & (total > 0)
    return np.where(fair, np.sqrt(squares / np.where(fair, (count - 1) / np.maximum(count, 1) * total, 1)), np.nan)


def _weight_of(rater: Ints, weight: Floats) -> Floats:
    if len(rater) and rater.max() >= len(weight):
        raise ShapeError(f"weight must have one number a rater, {int(rater.max()) + 1} or more, got {len(weight)}")
    return weight[rater]
