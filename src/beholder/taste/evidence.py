"""The answers as evidence for a latent function, and the hyperparameters that they speak for.

Six hyperparameters, each well scaled, are learned by Laplace's marginal likelihood with log-normal priors (for the
share logit-normal), because with ten answers the marginal likelihood alone is flat and runs to its borders:

    choice_scale   standard deviation of f in units of the noise of a choice
    rating_scale   the same in units of the spread of this person's ratings
    rating_noise   noise of a rating, in units of that spread
    tie_width      half-width of "both the same", in units of the noise of a choice
    measured_share part of the prior variance that is linear in the measured attributes, where the features hold any
    linear_share   part of the rest that is linear in the components; what is left is radial

Priors were set on ratings and choices that no reported figure is computed on (choices among flower and house
photographs, ratings of training raters). Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, ch. 5.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    evidence_slope,
    find_mode,
)
from beholder.types import Floats, Ints

# name: (mode in natural units, standard deviation of its log; of its logit for a share)
PRIORS: dict[str, tuple[float, float]] = {
    "choice_scale": (0.6, 0.5),
    "rating_scale": (0.8, 0.5),
    "rating_noise": (0.8, 0.4),
    "tie_width": (0.3, 1.0),
    "measured_share": (0.12, 2.0),
    "linear_share": (0.5, 1.0),
}


def outward(name: str, value: float) -> float:
    """From its natural unit to the scale on which a hyperparameter is learned."""
    return float(logit(value) if name.endswith("share") else np.log(value))


def inward(name: str, value: float) -> float:
    """Back to the natural unit."""
    return float(expit(value) if name.endswith("share") else np.exp(value))


class Evidence(NamedTuple):
    """The answers as linear functionals of phi: base (m, width) has columns in groups of `sizes`."""

    base: Floats
    sizes: tuple[int, int, int]
    kinds: Ints
    y: Floats
    weights: Floats

    def likelihood(self, h: Mapping[str, float]) -> Likelihood:
        return Likelihood(self.kinds, self.y, self.weights, h["rating_noise"], h["tie_width"])

    def columns(self, h: Mapping[str, float]) -> Floats:
        measured, linear = h["measured_share"] if self.sizes[0] else 0.0, h["linear_share"]
        rest = 1 - measured
        return np.repeat(np.sqrt([measured, rest * linear, rest * (1 - linear)]), self.sizes)

    def gains(self, h: Mapping[str, float]) -> Floats:
        return np.where(self.kinds == RATING, h["rating_scale"], h["choice_scale"])

    def scaled(self, gains: Floats, columns: Floats, offset: float = 1.0) -> Floats:
        """(m, width [+ 1]): the design; the last column, the person's offset, is there where ratings are."""
        design = self.base * gains[:, None] * columns
        rated = self.kinds == RATING
        return np.column_stack([design, offset * rated]) if rated.any() else design

    def precision(self) -> Floats:
        ones = np.ones(self.base.shape[1])
        return np.append(ones, OFFSET_PRECISION) if (self.kinds == RATING).any() else ones

    def mode(self, h: Mapping[str, float], start: Floats | None = None) -> Mode:
        return find_mode(self.scaled(self.gains(h), self.columns(h)), self.precision(), self.likelihood(h), start)

    def thin(self) -> Evidence:
        """The same evidence in as few coordinates as it has answers: only inner products matter to it."""
        parts = [_thin(part) for part in np.split(self.base, np.cumsum(self.sizes)[:-1], axis=1)]
        measured, linear, radial = (part.shape[1] for part in parts)
        return self._replace(base=np.hstack(parts), sizes=(measured, linear, radial))

    def without_taste(self) -> Evidence:
        return self._replace(base=self.base[:, :0], sizes=(0, 0, 0))

    def active(self) -> list[str]:
        """The hyperparameters that these answers can say something of."""
        present = {int(kind) for kind in np.unique(self.kinds)}
        names = ["choice_scale"] if present & {CHOICE, TIE} and self.base.shape[1] else []
        if RATING in present:
            names += ["rating_scale"] if self.base.shape[1] else []
            names += ["rating_noise"]
        names += ["tie_width"] if TIE in present else []
        measured, linear, radial = self.sizes
        names += ["measured_share"] if measured and linear + radial else []
        return names + (["linear_share"] if linear and radial else [])


def _thin(base: Floats) -> Floats:
    if base.shape[1] <= base.shape[0]:
        return base
    return np.asarray(np.linalg.qr(base.T, mode="r")).T


def learn(evidence: Evidence) -> dict[str, float]:
    """The hyperparameters of largest evidence times prior; those the answers are silent of stay at the prior's mode."""
    evidence = evidence.thin()
    names = evidence.active()
    held = {name: mode for name, (mode, _) in PRIORS.items()}
    if not names:
        return held
    centre = np.array([outward(name, PRIORS[name][0]) for name in names])
    spread = np.array([PRIORS[name][1] for name in names])
    start: list[Floats | None] = [None]

    def objective(z: Floats) -> tuple[float, Floats]:
        h = held | {name: inward(name, value) for name, value in zip(names, z, strict=True)}
        mode = evidence.mode(h, start[0])
        start[0] = mode.theta
        pull = (z - centre) / spread
        gradient = np.array([slope(evidence, h, mode, name) for name in names]) - pull / spread
        return -(mode.log_evidence - 0.5 * float(pull @ pull)), -gradient

    bounds = list(zip(centre - 4 * spread, centre + 4 * spread, strict=True))
    best = minimize(
        objective, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40, "ftol": 1e-7}
    )
    return held | {name: inward(name, value) for name, value in zip(names, best.x, strict=True)}


def slope(evidence: Evidence, h: Mapping[str, float], mode: Mode, name: str) -> float:
    """d log_evidence / d outward(name)."""
    gains, columns = evidence.gains(h), evidence.columns(h)
    design = evidence.scaled(gains, columns)
    if name in ("rating_noise", "tie_width"):
        slopes = evidence.likelihood(h).slopes(mode.u)
        return evidence_slope(mode, design, None, slopes["noise" if name == "rating_noise" else "tie_width"])
    if name in ("linear_share", "measured_share"):
        up, down = (1 - h[name]) / 2, -h[name] / 2
        moves = np.repeat([up, down, down] if name == "measured_share" else [0, up, down], evidence.sizes)
        change = evidence.scaled(gains, columns * moves, offset=0.0)
    else:
        ours = (evidence.kinds == RATING) == (name == "rating_scale")
        change = evidence.scaled(gains * ours, columns, offset=0.0)
    return evidence_slope(mode, design, change)
