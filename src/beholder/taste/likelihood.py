"""How an answer comes from the latent function, and the Laplace approximation of what the answers say.

Every answer is one linear functional `u = d @ theta` with its own log-concave likelihood:

* rating   y ~ N(u, noise^2)                              u = scale * f(x) + offset of this person
* choice   P(winner) = Phi(u - tie_width)                 u = scale * (f(winner) - f(loser))       [ChuGhahramani2005]
* tie      P(tie) = Phi(tie_width - u) - Phi(-tie_width - u)                                       [Rao & Kupper 1967]

so that the three of a pair add up to one. A weight multiplies an answer's log-likelihood.
Chu & Ghahramani, Preference learning with Gaussian processes, ICML 2005; Rasmussen & Williams, GPML, ch. 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import log_ndtr

from beholder.types import Floats, Ints

RATING, CHOICE, TIE = 0, 1, 2
OFFSET_PRECISION = 1.0  # ratings are centred and scaled before, so the offset is of size one at most
STEP = 1e-4  # of the central differences in noise and tie width, elementwise and smooth
LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Likelihood:
    """kinds, y, weights: (m,), one an answer; y is 0 where there is no rating. noise, tie_width > 0."""

    kinds: Ints
    y: Floats
    weights: Floats
    noise: float
    tie_width: float

    def value(self, u: Floats) -> float:
        return float(self.derivatives(u)[0].sum())

    def derivatives(self, u: Floats) -> Floats:
        """(4, m): the weighted log-likelihood of each answer and its first three derivatives in u."""
        out = np.empty((4, len(u)))
        rating, choice, tie = (self.kinds == kind for kind in (RATING, CHOICE, TIE))
        residual = (self.y[rating] - u[rating]) / self.noise
        out[0, rating] = -0.5 * residual**2 - np.log(self.noise) - LOG_SQRT_2PI
        out[1, rating] = residual / self.noise
        out[2, rating] = -1 / self.noise**2
        out[3, rating] = 0
        out[:, choice] = _probit(u[choice] - (self.tie_width if tie.any() else 0.0))
        out[:, tie] = _between(u[tie], self.tie_width)
        out *= self.weights
        return out

    def slopes(self, u: Floats) -> dict[str, Floats]:
        """`derivatives` differentiated by log noise and log tie_width."""
        both = {}
        for name in ("noise", "tie_width"):
            up, down = (
                self._with(name, getattr(self, name) * float(np.exp(sign * STEP))).derivatives(u) for sign in (1, -1)
            )
            both[name] = (up - down) / (2 * STEP)
        return both

    def _with(self, name: str, value: float) -> Likelihood:
        return Likelihood(**{**self.__dict__, name: value})


def _probit(u: Floats) -> Floats:
    log_p = log_ndtr(u)
    r = np.exp(-0.5 * u**2 - LOG_SQRT_2PI - log_p)
    second = -r * (u + r)
    return np.stack([log_p, r, second, -second * (u + 2 * r) - r])


def _between(u: Floats, t: float) -> Floats:
    """Of log(Phi(t - u) - Phi(-t - u)): computed at |u|, where both arguments can sit in the lower tail."""
    sign = np.where(u < 0, -1.0, 1.0)
    low, high = -t - np.abs(u), t - np.abs(u)
    log_high = log_ndtr(high)
    log_p = log_high + np.log1p(-np.exp(log_ndtr(low) - log_high))
    p_low, p_high = (np.exp(-0.5 * edge**2 - LOG_SQRT_2PI - log_p) for edge in (low, high))
    r1 = p_low - p_high
    r2 = low * p_low - high * p_high
    r3 = (low**2 - 1) * p_low - (high**2 - 1) * p_high
    second = r2 - r1**2
    return np.stack([log_p, sign * r1, second, sign * (r3 - r2 * r1 - 2 * r1 * second)])


@dataclass(frozen=True)
class Mode:
    """The most probable theta and the Gaussian round it.

    theta (p,) · u (m,) at it · factor: Cholesky factor (scipy's cho_factor, lower) of the precision (p, p) ·
    log_evidence: Laplace's log marginal likelihood of the answers
    """

    theta: Floats
    u: Floats
    factor: tuple[Floats, bool]
    log_evidence: float
    derivatives: Floats


def find_mode(
    design: Floats, precision: Floats, likelihood: Likelihood, start: Floats | None = None, centre: Floats | None = None
) -> Mode:
    """Newton's method with halved steps on a concave function.

    design (m, p) · the prior of theta: N(centre, 1 / precision), both (p,); centre None: 0
    """
    centre = np.zeros(design.shape[1]) if centre is None else centre
    theta = centre if start is None else start
    u = design @ theta
    now = likelihood.derivatives(u)
    objective = now[0].sum() - 0.5 * (theta - centre) @ (precision * (theta - centre))
    for _ in range(60):
        factor = _factor(design, precision, now)
        gradient = design.T @ now[1] - precision * (theta - centre)
        step = cho_solve(factor, gradient)
        gain = float(gradient @ step)
        if gain < 1e-10:
            break
        size, moved = 1.0, design @ step
        while size > 1e-6:
            new_theta = theta + size * step
            new = likelihood.derivatives(u + size * moved)
            new_objective = new[0].sum() - 0.5 * (new_theta - centre) @ (precision * (new_theta - centre))
            if new_objective >= objective:
                break
            size /= 2
        theta, u, now, objective = new_theta, u + size * moved, new, new_objective
    factor = _factor(design, precision, now)
    log_det = 2 * np.log(np.diag(factor[0])).sum() - np.log(precision).sum()
    return Mode(theta, u, factor, float(objective - 0.5 * log_det), now)


def _factor(design: Floats, precision: Floats, now: Floats) -> tuple[Floats, bool]:
    weighted = design * np.sqrt(-now[2])[:, None]
    hessian = weighted.T @ weighted
    hessian[np.diag_indices_from(hessian)] += precision
    factor: tuple[Floats, bool] = cho_factor(hessian, lower=True, overwrite_a=True, check_finite=False)
    return factor


def evidence_slope(mode: Mode, design: Floats, change: Floats | None, slope: Floats | None = None) -> float:
    """d log_evidence / dh, GPML eq. 5.22-5.23 in weight space.

    change : (m, p) d design / dh, or None · slope : (4, m) d derivatives / dh at fixed u, or None
    """
    _, first, second, third = mode.derivatives
    inverse = cho_solve(mode.factor, design.T, check_finite=False)
    leverage = np.einsum("mp,pm->m", design, inverse)
    total, pull = 0.0, np.zeros(design.shape[1])
    moved = np.zeros(len(mode.u))
    if change is not None:
        moved = change @ mode.theta
        total += first @ moved + np.einsum("pm,m,mp->", inverse, second, change)
        pull += change.T @ first + design.T @ (second * moved)
    if slope is not None:
        total += slope[0].sum() + 0.5 * leverage @ slope[2]
        pull += design.T @ slope[1]
    moved = moved + inverse.T @ pull
    return float(total + 0.5 * leverage @ (third * moved))
