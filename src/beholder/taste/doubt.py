"""How far the scores of a `TasteMixture` may be off: one quadratic form over all regimes.

In each regime a score is Gaussian, and its variance is what was believed before less what the answers took from it.
Both are forms in where a picture is: its measured attributes, components and generic score, and its curved kernels
with the judged pictures. So is the square of how far the regimes' means lie apart, and so is the sum of it all. The
mean over a collection follows from the mean products of these coordinates; the doubt of each picture is worked out for
those that are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from beholder.taste.feature_map import rows_at_once
from beholder.taste.functionals import Functionals, Posterior
from beholder.taste.places import Places, of_attribute
from beholder.taste.regimes import Regime
from beholder.taste.threads import in_parts
from beholder.types import Floats

_LEAST = 1e-12  # variance
_MULTIPLIED = 2_048  # pictures whose products a thread adds up at a time


@dataclass(frozen=True, slots=True)
class Fit:
    """One regime after the answers.

    share      posterior share of all regimes
    told       the answers as the regime reads them
    posterior  of the answers' functionals; gain (m,): how many units of noise or spread the regime's unit is in each
    pull       (j,) by which a covariance with the judged pictures' values becomes a posterior mean
    """

    regime: Regime
    share: float
    told: Functionals
    posterior: Posterior
    gain: Floats
    pull: Floats


@dataclass(frozen=True, slots=True)
class Doubt:
    """The variance of a score: `at @ weights @ at + plain + named * (share of its names known)`.

    at      (p,) where a picture is; of the curved kernels it has the sum of the radial ones, as all encoders count
            alike, and that of names where one of the regimes goes by them
    judged  the pictures that were judged; length : of the radial kernels
    """

    weights: Floats
    plain: float
    named: float
    judged: Places
    length: float

    @classmethod
    def of(cls, fits: Sequence[Fit], units: Sequence[float], judged: Places, length: float) -> Doubt:
        """units : what each regime's unit is in that of the scores"""
        parts = judged.measured, *judged.components
        generic, near = sum(part.shape[1] for part in parts), np.eye(len(judged.generic))
        by_name = any(f.regime.named_share for f in fits)
        forms, means = list[Floats](), list[Floats]()
        for f, unit in zip(fits, units, strict=True):
            h = f.regime
            measured, linear, curved, names = h.shares
            own = [measured * of_attribute(parts[0], h.attribute)]
            own += [share * part for part, share in zip(judged.components, linear, strict=True)]
            own += [h.conformity**2 * judged.generic[:, None], curved[0] * near]
            across = np.hstack([*own, names * near] if by_name else own)  # (j, p)
            prior = [measured * of_attribute(np.ones(parts[0].shape[1]), h.attribute)]
            prior += [np.full(part.shape[1], share) for part, share in zip(judged.components, linear, strict=True)]
            prior += [np.array([h.conformity**2]), np.zeros(across.shape[1] - generic - 1)]
            by_answers = f.told.across(across.T) * f.gain * f.posterior.root
            taken = solve_triangular(f.posterior.lower, by_answers.T, lower=True, check_finite=False)
            forms.append(unit**2 * (np.diag(np.concatenate(prior)) - taken.T @ taken))
            mean = f.pull @ across
            mean[generic] += h.shared
            means.append(unit * mean)
        shares = np.array([f.share for f in fits])
        apart = np.array(means) - shares @ np.array(means)
        weights = (apart.T * shares) @ apart
        for share, form in zip(shares, forms, strict=True):
            weights += share * form
        by_unit = [(share * unit**2, f.regime.shares) for share, unit, f in zip(shares, units, fits, strict=True)]
        plain = sum(by * sum(curved) for by, (_, _, curved, _) in by_unit)
        return cls(weights, float(plain), float(sum(by * names for by, (*_, names) in by_unit)), judged, length)

    def at(self, places: Places, out: NDArray[Any] | None = None) -> Floats:
        """(n, p) as `weights` has them; out : where they are put"""
        plain = places.measured, *places.components, places.generic[:, None]
        names = (places.named(self.judged),) if self.named else ()
        near = sum(places.near(self.judged, self.length))
        return np.concatenate([*plain, near, *names], axis=1, out=out, casting="same_kind")

    def stds(self, places: Places) -> Floats:
        """(n,) standard deviations of the scores."""
        variance = np.empty(len(places.generic))

        def work(part: slice) -> None:
            some = places.take(part)
            at = self.at(some)
            variance[part] = np.einsum("np,np->n", at @ self.weights, at) + self.plain
            if self.named:
                variance[part] += self.named * (some.names >= 0).mean(1)

        in_parts(work, len(variance), rows_at_once(len(self.weights)))
        return np.sqrt(np.maximum(variance, _LEAST))

    def mean_variance(self, places: Places) -> float:
        """The mean of the squares of `stds`, without these."""
        n, p = len(places.generic), len(self.weights)
        products, adding, step = np.zeros(self.weights.shape), Lock(), rows_at_once(p)
        rooms = list[NDArray[Any]]()  # used again: so long an array is slower to get than to fill

        def work(part: slice) -> None:
            here = places.take(part)
            room = rooms.pop() if rooms else np.empty((_MULTIPLIED, p), np.float32)
            at = room[: len(here.generic)]
            for start in range(0, len(at), step):
                few = slice(start, start + step)
                self.at(here.take(few), out=at[few])
            found = at.T @ at
            with adding:
                np.add(products, found, out=products)
            rooms.append(room)

        in_parts(work, n, _MULTIPLIED)
        named = self.named * float((places.names >= 0).mean()) if self.named else 0.0
        return max(float(np.vdot(products, self.weights)) / n + self.plain + named, _LEAST)
