"""Answers as differences of a latent function between judged pictures, and the mode of that function.

Every answer is one functional of the taste f at the pictures that were judged:

* rating   f(x) + the person's level          * choice, tie   f(first) - f(second)
* pick     f(x) - bar                          * left in a grid   bar - f(x)

where `bar` is how much a picture must be worth to be picked, one level for the person and a small one for each grid. So
a grid of which nothing is picked speaks against all its pictures, and a pick speaks for one and against none.

Working with the m answers in place of coordinates of the pictures makes a kernel of short reach exact: a picture that
was liked is itself a coordinate. One step of Newton's method costs m^3 / 3.
Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, algorithm 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky

from beholder.taste.evidence import merged
from beholder.taste.likelihood import CHOICE, PICK, RATING, TIE, Likelihood
from beholder.types import Answers, Floats, Ints

_STEPS, _PRECISE = 40, 5e-3  # of Newton's method; log posterior gained by the last one, which the next would square
_LEAST_CURVATURE = 1e-4  # of an answer, which with a lapse rate is not concave everywhere


@dataclass(frozen=True, slots=True)
class Functionals:
    """m answers over j judged pictures.

    Attributes
    ----------
    judged
        (j,) rows of X
    first
        (m,) the picture of each answer, as a place in `judged`; second: the other one, or -1
    sign
        (m,) -1 where a picture was left in a grid, else 1
    grid
        (m,) number of the grid, -1 for other answers
    source
        (m,) 0 for the collection itself, above for others: each has a level and a bar of its own
    kinds, y, weights
        (m,) as in `Likelihood`
    """

    judged: Ints
    first: Ints
    second: Ints
    sign: Floats
    grid: Ints
    source: Ints
    kinds: Ints
    y: Floats
    weights: Floats

    @classmethod
    def of(cls, answers: Answers, centre: float, unit: float) -> Functionals:
        """Answers that say the same are one, of their weights together. centre, unit : of the person's ratings"""
        pairs = np.concatenate([answers.choices, answers.ties])
        number, shown, picked = answers.grids.T
        r, m, t, g = len(answers.rows), len(answers.choices), len(answers.ties), len(shown)
        judged = answers.used
        none = np.full(r, -1), np.full(g, -1)
        first = np.searchsorted(judged, np.concatenate([answers.rows, pairs[:, 0], shown]))
        second = np.concatenate([none[0], np.searchsorted(judged, pairs[:, 1]), none[1]]).astype(np.int64)
        sign = np.concatenate([np.ones(r + m + t), np.where(picked > 0, 1.0, -1.0)])
        grid = np.concatenate([np.full(r + m + t, -1), number])
        kinds = np.repeat([RATING, CHOICE, TIE, PICK], [r, m, t, g])
        y = np.concatenate([(answers.ratings - centre) / unit, np.zeros(m + t + g)])
        weights = np.concatenate([np.ones(r), answers.weights, np.ones(t + g)])
        kept, weights = merged(np.column_stack([kinds, y, first, second, sign, grid]), weights)
        return cls(
            judged=judged,
            first=first[kept],
            second=second[kept],
            sign=sign[kept],
            grid=grid[kept],
            source=np.zeros(len(kept), np.int64),
            kinds=kinds[kept],
            y=y[kept],
            weights=weights,
        )

    def beside(self, other: Functionals, source: int) -> Functionals:
        """These, then those of another source, whose judged pictures come after these."""
        shift, grids = len(self.judged), int(self.grid.max(initial=-1)) + 1
        both = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("judged", "sign", "kinds", "y", "weights")
        }
        return Functionals(
            **both,
            first=np.concatenate([self.first, other.first + shift]),
            second=np.concatenate([self.second, np.where(other.second >= 0, other.second + shift, -1)]),
            grid=np.concatenate([self.grid, np.where(other.grid >= 0, other.grid + grids, -1)]),
            source=np.concatenate([self.source, np.full(len(other), source)]),
        )

    def as_before(self, earlier: Functionals, of_answers: Floats) -> Floats:
        """(m,) numbers of earlier answers (those at the head of each kind), for these: 0 where an answer is new."""
        found = np.zeros(len(self))
        for kind in (RATING, CHOICE, TIE, PICK):
            mine, theirs = (np.flatnonzero(told.kinds == kind) for told in (self, earlier))
            count = min(len(mine), len(theirs))
            found[mine[:count]] = of_answers[theirs[:count]]
        return found

    def as_picks(self, liked: NDArray[np.bool_]) -> Functionals:
        """These, with each rating read as a picture that was picked or left, each as if shown alone. liked : (m,)"""
        rated = self.kinds == RATING
        alone = np.arange(int(rated.sum())) + int(self.grid.max(initial=-1)) + 1
        grid = self.grid.copy()
        grid[rated] = alone
        return replace(
            self,
            kinds=np.where(rated, PICK, self.kinds),
            sign=np.where(rated & ~liked, -1.0, self.sign),
            grid=grid,
            y=np.where(rated, 0.0, self.y),
        )

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def rated(self) -> Floats:
        """(m,) 1 for ratings, 0 for all others."""
        return np.asarray(self.kinds == RATING, np.float64)

    @property
    def barred(self) -> Floats:
        """(m,) what the bar counts in each: -1 for a pick, 1 for a picture left, 0 for all others."""
        return np.where(self.grid >= 0, -self.sign, 0.0)

    @property
    def same_source(self) -> Floats:
        """(m, m) whether two are of the same source."""
        return np.asarray(self.source[:, None] == self.source, np.float64)

    @property
    def same_grid(self) -> Floats:
        """(m, m) whether two are of the same grid."""
        return np.asarray((self.grid[:, None] == self.grid) & (self.grid >= 0), np.float64)

    def across(self, at_judged: Floats) -> Floats:
        """(..., m) each answer's functional of values at the judged pictures, (..., j)."""
        there = (self.second >= 0).astype(np.float64)
        found = np.take(at_judged, self.first, axis=-1)
        found -= there * np.take(at_judged, self.second, axis=-1)
        return np.asarray(self.sign * found)

    def back(self, of_answers: Floats) -> Floats:
        """(j,) the transpose of `across`: what numbers of the answers (m,) say of each judged picture."""
        signed = self.sign * of_answers
        total = np.bincount(self.first, signed, len(self.judged))
        pairs = self.second >= 0
        return np.asarray(total - np.bincount(self.second[pairs], signed[pairs], len(self.judged)))

    def gram(self, kernel: Floats) -> Floats:
        """(m, m) covariance of the functionals, of one of the judged pictures (j, j)."""
        rows = kernel[self.first] - (self.second >= 0)[:, None] * kernel[self.second]
        return self.across(self.sign[:, None] * rows)


@dataclass(frozen=True, slots=True)
class Posterior:
    """The most probable values u of the answers' functionals, and the Gaussian round them.

    Attributes
    ----------
    pull
        (m,) K^-1 (u - mean): what each answer adds to every covariance with it
    lower
        Cholesky factor of 1 + root K root; root (m,) of the curvature of the log-likelihood
    log_evidence
        of the answers, by Laplace's approximation
    """

    pull: Floats
    lower: Floats
    root: Floats
    log_evidence: float


def find_posterior(K: Floats, mean: Floats, likelihood: Likelihood, start: Floats | None = None) -> Posterior:
    """K (m, m) prior covariance of the functionals, mean (m,); start: a `pull` to begin with."""
    m = len(mean)
    pull = np.zeros(m) if start is None else start
    u = mean + K @ pull
    now = likelihood.derivatives(u)
    objective = now[0].sum() - 0.5 * pull @ (u - mean)
    for _ in range(_STEPS):
        curvature = np.maximum(-now[2], _LEAST_CURVATURE)
        root = np.sqrt(curvature)
        lower = _factor(K, root)
        aim = curvature * (u - mean) + now[1]
        step = aim - root * cho_solve((lower, True), root * (K @ aim), check_finite=False) - pull
        moved, size = K @ step, 1.0
        while size > 1e-4:
            new_pull, new_u = pull + size * step, u + size * moved
            new = likelihood.derivatives(new_u)
            new_objective = new[0].sum() - 0.5 * new_pull @ (new_u - mean)
            if new_objective >= objective:
                break
            size /= 2
        else:
            break
        gain, pull, u, now, objective = new_objective - objective, new_pull, new_u, new, new_objective
        if gain < _PRECISE:
            break
    else:
        root = np.sqrt(np.maximum(-now[2], _LEAST_CURVATURE))
        lower = _factor(K, root)
    return Posterior(pull, lower, root, float(objective - np.log(np.diag(lower)).sum()))


def _factor(K: Floats, root: Floats) -> Floats:
    B = K * root
    B *= root[:, None]
    B.flat[:: len(B) + 1] += 1
    return np.asarray(cholesky(B.T, lower=True, overwrite_a=True, check_finite=False))  # .T: as LAPACK likes it
