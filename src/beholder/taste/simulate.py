"""Simulated people of known taste: what a model must find again, and what a demonstration is answered by.

The model is Thurstone's (1927, case V), with ties after Glenn & David (1960). A person's utility of a picture is a
dominant liking for one measured attribute plus two or three weak ones, all standardised over the pictures, and is
itself standardised: sd 1. Each time a picture is looked at, the impression is its utility plus N(0, noise²), so the
choice between two is a probit of the difference of their utilities over noise·√2.

Asked about the same random pair twice, a person gives the same answer with probability 1/2 + arcsin(1/(1 + noise²))/π
(utilities taken as normal, ties decided): .92 at noise .18, .90 at .23, .88 at .28. People here lie in that range:
clear tastes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from beholder.errors import ShapeError, UserError
from beholder.types import SCALE, Floats, Ints, Matrix

Side = Literal["left", "right", "tie"]

NOISE = (0.18, 0.28)  # sd of an impression, in sd of the utility
_WEAK = (0.1, 0.25)  # weights of the lesser likings; the planted one has 1


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedPerson:
    """Somebody whose taste is known.

    Attributes
    ----------
    liking
        index of the planted attribute
    sign
        +1: the more of it the better, -1: the less
    weights
        (a,) of all attributes; `weights[liking]` is `sign`, the others are weak or 0
    utility
        (n,) of each picture, mean 0 and sd 1
    noise
        sd of one impression about the utility
    tie
        impressions closer than this are called the same
    centre, stretch
        the person's use of the scale: rating = centre + stretch · impression pickiness a picture is picked from a
        grid where its impression is above this
    """

    liking: int
    sign: int
    weights: Floats
    utility: Floats
    noise: float
    tie: float
    centre: float
    stretch: float
    pickiness: float

    def choose(self, left: int, right: int, rng: np.random.Generator) -> Side:
        """Which of two pictures (rows) is liked better, this time."""
        ahead, behind = self._look([left, right], rng)
        if abs(ahead - behind) < self.tie:
            return "tie"
        return "left" if ahead > behind else "right"

    def rate(self, row: int, rng: np.random.Generator) -> int:
        """A whole number from 1 to 10, in this person's own use of the scale."""
        impression = self._look([row], rng)[0]
        return int(np.clip(round(self.centre + self.stretch * impression), *SCALE))

    def pick(self, rows: Sequence[int] | Ints, rng: np.random.Generator) -> Ints:
        """The favourites among the rows shown, in the order shown; the best one where none is good enough."""
        shown = np.asarray(rows, np.int64)
        if not len(shown):
            return shown
        impressions = self._look(shown, rng)
        return shown[impressions >= min(self.pickiness, float(impressions.max()))]

    def _look(self, rows: Sequence[int] | Ints, rng: np.random.Generator) -> Floats:
        return np.asarray(self.utility[rows] + rng.normal(0, self.noise, len(rows)), np.float64)


@dataclass(frozen=True, slots=True)
class _Clicker:
    """Somebody who answers without looking."""

    seed: int

    def choose(self, left: int, right: int, rng: np.random.Generator) -> Side:
        return "left" if rng.random() < 0.5 else "right"

    def rate(self, row: int, rng: np.random.Generator) -> int:
        return int(rng.integers(int(SCALE[0]), int(SCALE[1]), endpoint=True))

    def pick(self, rows: Sequence[int] | Ints, rng: np.random.Generator) -> Ints:
        shown = np.asarray(rows, np.int64)
        if not len(shown):
            return shown
        chosen = rng.random(len(shown)) < 0.3
        chosen[rng.integers(len(shown))] = True
        return shown[chosen]


def simulate_people(attributes: Matrix, n_people: int, seed: int) -> list[SimulatedPerson]:
    """People of different taste, known to the last weight.

    Parameters
    ----------
    attributes
        (n, a), one row a picture; a column without any difference is nobody's liking
    n_people
        how many; every attribute is planted once before one is planted again

    Raises
    ------
    ShapeError
    UserError
        where no attribute differs between the pictures
    """
    attributes = np.asarray(attributes)
    if attributes.ndim != 2 or len(attributes) < 2:
        raise ShapeError(f"attributes must be (n, a) with at least two pictures, got shape {attributes.shape}")
    z = _standardised(attributes.astype(np.float64))
    differ = np.flatnonzero(z.std(axis=0) > 0)
    if not len(differ):
        raise UserError("all pictures measure the same, so nobody can prefer one; give pictures that differ.")
    rng = np.random.default_rng(seed)
    rounds = -(-n_people // len(differ))
    likings = np.concatenate([rng.permutation(differ) for _ in range(rounds)] or [differ[:0]])[:n_people]
    return [_person(z, differ, int(liking), rng) for liking in likings]


def _person(z: Floats, differ: Ints, liking: int, rng: np.random.Generator) -> SimulatedPerson:
    sign = int(rng.choice([-1, 1]))
    weights = np.zeros(z.shape[1])
    others = rng.permutation(differ[differ != liking])[: rng.integers(2, 4)]
    weights[others] = rng.choice([-1, 1], len(others)) * rng.uniform(*_WEAK, len(others))
    weights[liking] = sign
    return SimulatedPerson(
        liking=liking,
        sign=sign,
        weights=weights,
        utility=_standardised(z @ weights),
        noise=rng.uniform(*NOISE),
        tie=rng.uniform(0.0, 0.12),
        centre=rng.uniform(4.5, 7.0),
        stretch=rng.uniform(1.0, 2.4),
        pickiness=rng.uniform(0.3, 1.1),
    )


def _standardised(values: Floats) -> Floats:
    """Mean 0 and sd 1 over the first axis; 0 where nothing differs."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    differs = spread > 1e-9
    return np.asarray(np.where(differs, centred / np.where(differs, spread, 1.0), 0.0), np.float64)


def clicker(seed: int) -> _Clicker:
    """Somebody who answers at random; `seed` only tells one from another, chance comes with each question."""
    return _Clicker(seed)
