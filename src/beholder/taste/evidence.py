"""The answers as evidence for a latent function, and the hyperparameters that they speak for.

Hyperparameters, each well scaled, are learned by their marginal likelihood with log-normal priors (for a share
logit-normal), because with ten answers the marginal likelihood alone is flat and runs to its borders:

    choice_scale   standard deviation of what is the person's own in their taste, in units of the noise of a choice
    rating_scale   the same in units of the spread of this person's ratings
    rating_noise   noise of a rating, in units of that spread
    tie_width      half-width of "both the same", in units of the noise of a choice
    measured_share part of that variance that is linear in the measured attributes, where the features hold any
    linear_share   part of the rest that is linear in the components; what is left is radial
    shared         standard deviation of what people like in general, in units of what is the person's own

The priors stand for people of whom nothing is known; a person of a known population is held at what its raters taught
(`beholder.taste.population`). They were set on ratings and choices that no reported figure is computed on (choices
among flower and house photographs, ratings of training raters). Rasmussen & Williams, Gaussian Processes for Machine
Learning, 2006, ch. 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from beholder.taste.likelihood import (
    CHOICE,
    OFFSET_PRECISION,
    RATING,
    TIE,
    Likelihood,
    Mode,
    find_mode,
)
from beholder.taste.propagation import Marginal, propagate
from beholder.types import Floats, Ints

# name: (mode in natural units, standard deviation of its log; of its logit for a share)
PRIORS: dict[str, tuple[float, float]] = {
    "choice_scale": (0.6, 0.5),
    "rating_scale": (0.8, 0.5),
    "rating_noise": (0.8, 0.4),
    "tie_width": (0.3, 1.0),
    "measured_share": (0.12, 2.0),
    "linear_share": (0.5, 1.0),
    "shared": (1.0, 0.5),
}
_FEW = 150  # answers by which it can be told whether there is a taste: the time grows with their cube
_CONFORMITY = 0.2  # how far people differ in how much they go with what people like in general, as a standard deviation


def merged(told: Floats, weights: Floats) -> tuple[Ints, Floats]:
    """Answers that say the very same are one answer of their weights together.

    Parameters
    ----------
    told
        (m, k) what each says
    weights
        (m,)

    Returns
    -------
    tuple[Ints, Floats]
        (u,) where each different answer comes first, rising, and (u,) its weight
    """
    _, first, place = np.unique(told, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    total = np.bincount(place.ravel(), weights, len(first))[order]
    return first[order].astype(np.int64), np.asarray(total, np.float64)


def to_unconstrained(name: str, value: float) -> float:
    """From its natural unit to the scale on which a hyperparameter is learned."""
    return float(logit(value) if name.endswith("share") else np.log(value))


def to_natural(name: str, value: float) -> float:
    """Back to the natural unit."""
    return float(expit(value) if name.endswith("share") else np.exp(value))


class Evidence(NamedTuple):
    """The answers as linear functionals of phi, and of the generic score where there is one.

    Attributes
    ----------
    base
        (m, width) columns in groups of `sizes`
    score
        (m, 1) the generic score, or its difference, of each answer; (m, 0) where there is none
    """

    base: Floats
    sizes: tuple[int, int, int]
    score: Floats
    kinds: Ints
    y: Floats
    weights: Floats

    @property
    def rated(self) -> bool:
        return bool((self.kinds == RATING).any())

    def likelihood(self, h: Mapping[str, float]) -> Likelihood:
        return Likelihood(self.kinds, self.y, self.weights, h["rating_noise"], h["tie_width"])

    def columns(self, h: Mapping[str, float]) -> Floats:
        measured, linear = h["measured_share"] if self.sizes[0] else 0.0, h["linear_share"]
        rest = 1 - measured
        return np.repeat(np.sqrt([measured, rest * linear, rest * (1 - linear)]), self.sizes)

    def gains(self, h: Mapping[str, float]) -> Floats:
        return np.where(self.kinds == RATING, h["rating_scale"], h["choice_scale"])

    def scaled(self, gains: Floats, columns: Floats, shared: float, offset: float = 1.0) -> Floats:
        """(m, width [+ 1] [+ 1]): the design; then the generic score, and the person's offset where ratings are."""
        parts = [self.base * gains[:, None] * columns, self.score * gains[:, None] * shared]
        return np.hstack([*parts, offset * (self.kinds == RATING)[:, None]] if self.rated else parts)

    def design(self, h: Mapping[str, float]) -> Floats:
        return self.scaled(self.gains(h), self.columns(h), h["shared"])

    def precision(self) -> Floats:
        generic = np.full(self.score.shape[1], _CONFORMITY**-2)
        return np.concatenate([np.ones(self.base.shape[1]), generic, [OFFSET_PRECISION] * self.rated])

    def centre(self) -> Floats:
        """The prior mean: before any answer, a person likes what people like in general."""
        return np.concatenate([np.zeros(self.base.shape[1]), np.ones(self.score.shape[1]), [0.0] * self.rated])

    def mode(self, h: Mapping[str, float]) -> Mode:
        return find_mode(self.design(h), self.precision(), self.likelihood(h), centre=self.centre())

    def marginal(self, h: Mapping[str, float], start: Floats | None = None) -> Marginal:
        return propagate(self.design(h), self.precision(), self.centre(), self.likelihood(h), start)

    def few(self) -> Evidence:
        """At most FEW of the answers, spread evenly over them."""
        rows = np.unique(np.linspace(0, len(self.y) - 1, min(_FEW, len(self.y))).astype(int))
        base, score, kinds, y, weights = (a[rows] for a in (self.base, self.score, self.kinds, self.y, self.weights))
        return Evidence(base, self.sizes, score, kinds, y, weights)

    def thin(self) -> Evidence:
        """The same evidence in as few coordinates as it has answers: only inner products matter to it."""
        parts = [_thin(part) for part in np.split(self.base, np.cumsum(self.sizes)[:-1], axis=1)]
        measured, linear, radial = (part.shape[1] for part in parts)
        return self._replace(base=np.hstack(parts), sizes=(measured, linear, radial))

    def without_taste(self) -> Evidence:
        return self._replace(base=self.base[:, :0], sizes=(0, 0, 0), score=self.score[:, :0])

    def active(self) -> list[str]:
        """The hyperparameters that these answers can say something of."""
        present = {int(kind) for kind in np.unique(self.kinds)}
        felt = bool(self.base.shape[1] + self.score.shape[1])
        names = ["choice_scale"] if present & {CHOICE, TIE} and felt else []
        if RATING in present:
            names += ["rating_scale"] if felt else []
            names += ["rating_noise"]
        names += ["tie_width"] if TIE in present else []
        measured, linear, radial = self.sizes
        names += ["measured_share"] if measured and linear + radial else []
        names += ["linear_share"] if linear and radial else []
        return names + (["shared"] if self.score.shape[1] else [])


def _thin(base: Floats) -> Floats:
    if base.shape[1] <= base.shape[0]:
        return base
    return np.asarray(np.linalg.qr(base.T, mode="r")).T


def learn(people: Sequence[Evidence]) -> dict[str, float]:
    """The hyperparameters of largest evidence times prior, one set for all of `people`, whose evidence is independent.

    Those the answers are silent of stay at the prior's mode.
    """
    people = [evidence.thin() for evidence in people]
    active = {name for evidence in people for name in evidence.active()}
    names = [name for name in PRIORS if name in active]
    held = {name: mode for name, (mode, _) in PRIORS.items()}
    if not names:
        return held
    centre = np.array([to_unconstrained(name, PRIORS[name][0]) for name in names])
    spread = np.array([PRIORS[name][1] for name in names])
    starts: list[Floats | None] = [None] * len(people)

    def objective(z: Floats) -> tuple[float, Floats]:
        h = held | {name: to_natural(name, value) for name, value in zip(names, z, strict=True)}
        pull = (z - centre) / spread
        value, gradient = -0.5 * float(pull @ pull), -pull / spread
        for at, evidence in enumerate(people):
            marginal = evidence.marginal(h, starts[at])
            starts[at] = marginal.stand_ins
            speaks = set(evidence.active())
            value += marginal.log_evidence
            gradient = gradient + [slope(evidence, h, marginal, name) if name in speaks else 0.0 for name in names]
        return -value, -gradient

    bounds = list(zip(centre - 4 * spread, centre + 4 * spread, strict=True))
    best = minimize(
        objective,
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 40, "maxfun": 60, "ftol": 1e-7},
    )
    return held | {name: to_natural(name, value) for name, value in zip(names, best.x, strict=True)}


def slope(evidence: Evidence, h: Mapping[str, float], marginal: Marginal, name: str) -> float:
    """d log_evidence / d to_unconstrained(name)."""
    if name in ("rating_noise", "tie_width"):
        by_answer = evidence.likelihood(h).slope(marginal.at, "noise" if name == "rating_noise" else "tie_width")
        return float((marginal.shares * by_answer).sum())
    gains, columns, shared = evidence.gains(h), evidence.columns(h), h["shared"]
    if name in ("linear_share", "measured_share"):
        up, down = (1 - h[name]) / 2, -h[name] / 2
        moves = np.repeat([up, down, down] if name == "measured_share" else [0, up, down], evidence.sizes)
        change = evidence.scaled(gains, columns * moves, shared=0.0, offset=0.0)
    elif name == "shared":
        change = evidence.scaled(gains, 0 * columns, shared, offset=0.0)
    else:
        ours = (evidence.kinds == RATING) == (name == "rating_scale")
        change = evidence.scaled(gains * ours, columns, shared, offset=0.0)
    return float((marginal.by_design * change).sum())
