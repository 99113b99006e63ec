"""Regimes: kinds of people, each a full set of hyperparameters, between which a person's answers decide.

The prior of a population is one hypothesis about a person, not the frame: beside people who like what most like, there
are those who do so partly, those with a taste of their own that they answer noisily, and those whose taste is clear and
may be rare. A regime says how far each part of a taste is to be expected; `beholder.taste.mixture` weighs them by the
evidence of a person's answers.

The regimes of a population are its typical rater's hyperparameters, varied; `ODDS` says how many raters are of each.
Clear tastes are nearly absent among people who rate for pay, so of somebody who rates or chooses they are expected in
`CLEAR_SHARE`: their evidence comes fast. The picks of a grid tell little of how clear a taste is, but nobody was ever
seen to pick noisily either, and it is in grids that rare tastes are looked for: `CLEAR_PICKING`. Between them is who
rates on two levels: `CLEAR_ON_TWO_LEVELS`. How the shares were found: docs/taste.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from beholder.types import Floats

_APART = 0.1  # of a clear taste is what most people like: it orders what the person's own part leaves level
_NOISY, CLEAR = "noisy", "clear"
KIND, _NAMED, ONE = "a kind", "a name", "one attribute"
KINDS = (KIND, _NAMED)  # in which a person likes some pictures and cares for no others
CLEAR_SHARE, CLEAR_PICKING = 0.02, 0.5  # of people who rate or choose, and of those who pick from grids
CLEAR_ON_TWO_LEVELS = 0.2  # of people who rate most pictures low, some high, and few between
_CLEAR_ODDS = {KIND: 0.6, _NAMED: 0.3, "a direction": 0.2, "attributes": 0.1, ONE: 0.1}
ODDS = {"like most": 0.55, "mostly": 0.25, "partly": 0.05, "own, noisy": 0.15}  # where raters taught nothing of it


@dataclass(frozen=True, slots=True)
class Regime:
    """One kind of person.

    Attributes
    ----------
    group
        whether the answers are noisy or clear
    choice_scale, rating_scale, rating_noise, measured_share, linear_share, shared, tie_width
        as in `beholder.taste.evidence`; the radial part compares with the pictures that were judged, and the width of a
        tie is the person's, 0 until they answered
    conformity
        standard deviation of what is shared, in units of what is the person's own
    named_share
        part of what is the person's own that goes by what the collection says of a picture: artist, style
    attribute
        the one measured attribute that the measured part is about; -1: all of them alike
    encoders
        how many see the pictures: the linear and the radial part go by the vectors of all alike
    bar
        how far above the middle of the collection a picture must be to be picked from a grid, in units of the noise
        of a choice; bar_width: how far people differ in that; grid_width: a person from grid to grid
    lapse
        how often an answer is a slip
    """

    name: str
    group: str
    choice_scale: float
    rating_scale: float
    rating_noise: float
    measured_share: float
    linear_share: float
    shared: float
    conformity: float
    bar: float
    bar_width: float
    grid_width: float
    lapse: float
    tie_width: float = 0.0
    named_share: float = 0.0
    attribute: int = -1
    encoders: int = 1

    @property
    def shares(self) -> tuple[float, tuple[float, ...], tuple[float, ...], float]:
        """Of the variance of what is the person's own: measured, linear and radial by encoder, named; 1 together."""
        seen, rest = 1 - self.named_share, 1 - self.measured_share
        linear, near = rest * self.linear_share, rest * (1 - self.linear_share)
        each = [(seen * part / self.encoders,) * self.encoders for part in (linear, near)]
        return seen * self.measured_share, each[0], each[1], self.named_share

    @property
    def parts(self) -> tuple[float, ...]:
        """The same in one row, as `Places.kernels` has them."""
        measured, linear, near, named = self.shares
        return measured, *linear, *near, named


def regimes_of(typical: Mapping[str, float], known: bool, named: bool = False) -> tuple[Regime, ...]:
    """All regimes.

    Parameters
    ----------
    typical
        hyperparameters of a typical rater
    known
        whether what most people like is known
    named
        whether the collection says something of its pictures that several share
    """
    shared = typical["shared"] if known else 0.0
    of_raters = [("like most", 1.0, 0.2, 1.0)]
    if known:
        of_raters += [("mostly", 1.0, 0.5, 1.0), ("partly", 0.5, 0.3, 1.0), ("own, noisy", 0.8, 0.5, 1.5)]
    noisy = [
        Regime(
            name, _NOISY, own * typical["choice_scale"], own * typical["rating_scale"], typical["rating_noise"],
            typical["measured_share"], typical["linear_share"],
            part * shared / own, spread * shared / own, 0.5, 0.25, 0.2, 0.01,
        )
        for name, part, spread, own in of_raters
    ]  # fmt: skip
    apart = _APART if known else 0.0
    clear = [
        Regime(KIND, CLEAR, 1.5, 1.0, 0.4, 0.05, 0.4, apart, 0.0, 2.5, 0.6, 0.2, 0.01),
        Regime("a direction", CLEAR, 2.0, 1.0, 0.4, 0.3, 0.7, apart, 0.0, 1.2, 1.0, 0.2, 0.02),
        Regime("attributes", CLEAR, 2.5, 1.0, 0.4, 0.9, 0.5, apart, 0.0, 1.2, 1.0, 0.2, 0.02),
        Regime(ONE, CLEAR, 2.5, 1.0, 0.4, 0.9, 0.5, apart, 0.0, 1.2, 1.0, 0.2, 0.02),
    ]
    if named:
        clear.append(replace(clear[0], name=_NAMED, named_share=0.5))
    return (*noisy, *clear)


def prior_odds(regimes: Sequence[Regime], odds: Mapping[str, float], clear: float) -> Floats:
    """(r,) log of the prior share of each regime.

    Parameters
    ----------
    odds
        of the noisy ones, by name, as raters taught; empty where nothing is known of what people like, and so
        neither of how clear tastes are
    clear
        share of the clear ones, where something is known of that
    """
    clear = clear if odds else CLEAR_PICKING
    known = {**(odds or ODDS), **_CLEAR_ODDS}
    shares = np.array([known.get(regime.name, 0.0) for regime in regimes])
    for group, share in ((_NOISY, 1 - clear), (CLEAR, clear)):
        mine = np.array([regime.group == group for regime in regimes])
        shares[mine] *= share / max(float(shares[mine].sum()), 1e-12)
    return np.asarray(np.log(np.maximum(shares, 1e-12)))
