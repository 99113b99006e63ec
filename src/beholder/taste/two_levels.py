"""Ratings on two levels: most pictures low, some high, and little between.

Who likes a kind rates so, and what such ratings tell is which pictures are liked; how far apart the two levels are
says nothing of the pictures. So a regime of a kind reads them as picks. It is compared with the regimes that read the
numbers by what each makes of the *pictures*: by its evidence beyond that of a reading in which no picture tells of
another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, entr

from beholder.taste.functionals import Functionals
from beholder.taste.regimes import Regime
from beholder.types import Floats

_APART = 4.0  # the two levels, in spreads of the ratings round them
_LEAST_SPREAD = 0.25  # round them, of the usual spread of ratings
_MOST_LIKED = 0.5  # share of the ratings
_FEWEST = 5  # ratings
_RATE = 1.0, 5.0  # Beta prior of the share that is liked


def liked_of(told: Functionals) -> NDArray[np.bool_] | None:
    """(m,) which answers are ratings of the upper level; None where there are no two levels.

    They are parted where two normal distributions of one spread, each with its share, make the ratings likeliest: so a
    few high ratings are seen among many low ones [Kittler, Illingworth 1986].
    Kittler, Illingworth, Minimum error thresholding, Pattern Recognition 19, 1986.
    """
    y = told.y[told.rated > 0]
    steps = np.unique(y)
    if len(y) < _FEWEST or len(steps) < 2:
        return None
    cut = min((steps[:-1] + steps[1:]) / 2, key=lambda cut: _surprise(y, y > cut))
    high = y > cut
    apart = y[high].mean() - y[~high].mean()
    if high.mean() > _MOST_LIKED or apart < _APART * max(np.sqrt(_within(y, high)), _LEAST_SPREAD):
        return None
    return np.asarray((told.rated > 0) & (told.y > cut))


def border_of(told: Functionals, liked: NDArray[np.bool_]) -> float:
    """The middle between the two levels, in the unit of `told.y`."""
    low = (told.rated > 0) & ~liked
    return float(told.y[low].max() + told.y[liked].min()) / 2


def worth_of_numbers(told: Functionals, plain: Regime) -> float:
    """Log evidence of the numbers where no picture tells of another. plain : a regime that reads numbers"""
    y = told.y[told.rated > 0]
    variance = plain.rating_noise**2 + plain.rating_scale**2 * (1 + plain.shared**2 + plain.conformity**2)
    return float(-0.5 * (y**2).sum() / variance - 0.5 * len(y) * np.log(2 * np.pi * variance))


def worth_of_picks(told: Functionals, liked: NDArray[np.bool_]) -> float:
    """Log evidence of what is liked where no picture tells of another."""
    high, rest = int(liked.sum()), int((told.rated > 0).sum()) - int(liked.sum())
    return float(betaln(high + _RATE[0], rest + _RATE[1]) - betaln(*_RATE))


def _surprise(y: Floats, high: NDArray[np.bool_]) -> float:
    """Twice the negative log likelihood of a rating, but for a constant, where the two parts are two normal levels."""
    share = high.mean()
    return float(np.log(max(_within(y, high), _LEAST_SPREAD**2)) + 2 * (entr(share) + entr(1 - share)))


def _within(y: Floats, high: NDArray[np.bool_]) -> float:
    """Mean square round the means of the two parts."""
    return float(sum(((part - part.mean()) ** 2).sum() for part in (y[high], y[~high])) / len(y))
