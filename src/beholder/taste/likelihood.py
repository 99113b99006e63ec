"""How an answer comes from the latent function, and the Laplace approximation of what is known after the answers.

Every answer is one linear functional `u = d @ theta` with its own log-concave likelihood:

* rating   y ~ N(u, noise^2)                              u = scale * f(x) + offset of this person
* choice   P(winner) = Phi(u - tie_width)                 u = scale * (f(winner) - f(loser))       [ChuGhahramani2005]
* tie      P(tie) = Phi(tie_width - u) - Phi(-tie_width - u)                                       [Rao & Kupper 1967]
* pick     P(picked from a grid, or left) = Phi(u)        u = scale * f(x) - the person's bar, or its negative

so that the three of a pair add up to one, and the two of a picture in a grid. A weight multiplies an answer's
log-likelihood. With a lapse rate e, what is no rating and has probability p has e + (1 - 2e) p: a slip of somebody of
clear taste then says little [Wichmann & Hill 2001]; such a likelihood is not log-concave.
Chu & Ghahramani, Preference learning with Gaussian processes, ICML 2005; Rasmussen & Williams, GPML, ch. 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import log_ndtr

from beholder.types import Floats, Ints

RATING, CHOICE, TIE, PICK = 0, 1, 2, 3
OFFSET_PRECISION = 1.0  # ratings are centred and scaled before, so the offset is of size one at most
_STEP = 1e-4  # of the central differences in noise and tie width
LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Likelihood:
    """kinds, y, weights: (m,), one an answer; y is 0 where there is no rating. noise, tie_width > 0, lapse < 1/2."""

    kinds: Ints
    y: Floats
    weights: Floats
    noise: float
    tie_width: float
    lapse: float = 0.0

    def log(self, u: Floats) -> Floats:
        """(..., m): the weighted log-likelihood of each answer; u (..., m)."""
        out = np.empty(u.shape)
        rating, choice, tie, pick = (self.kinds == kind for kind in (RATING, CHOICE, TIE, PICK))
        residual = (self.y[rating] - u[..., rating]) / self.noise
        out[..., rating] = -0.5 * residual**2 - np.log(self.noise) - LOG_SQRT_2PI
        out[..., choice] = log_ndtr(u[..., choice] - (self.tie_width if tie.any() else 0.0))
        out[..., tie] = _log_between(u[..., tie], self.tie_width)
        out[..., pick] = log_ndtr(u[..., pick])
        if self.lapse:
            out[..., ~rating] = np.log(self.lapse + (1 - 2 * self.lapse) * np.exp(out[..., ~rating]))
        return out * self.weights

    def derivatives(self, u: Floats) -> Floats:
        """(3, m): the weighted log-likelihood of each answer and its first two derivatives in u, (m,)."""
        out = np.empty((3, len(u)))
        rating, choice, tie, pick = (self.kinds == kind for kind in (RATING, CHOICE, TIE, PICK))
        residual = (self.y[rating] - u[rating]) / self.noise
        out[0, rating] = -0.5 * residual**2 - np.log(self.noise) - LOG_SQRT_2PI
        out[1, rating] = residual / self.noise
        out[2, rating] = -1 / self.noise**2
        out[:, choice] = _probit(u[choice] - (self.tie_width if tie.any() else 0.0))
        out[:, tie] = _between(u[tie], self.tie_width)
        out[:, pick] = _probit(u[pick])
        if self.lapse:
            out[:, ~rating] = _lapsing(out[:, ~rating], self.lapse)
        out *= self.weights
        return out

    def slope(self, u: Floats, name: str) -> Floats:
        """`log` differentiated by the log of `noise` or `tie_width`."""
        up, down = (self._with(name, getattr(self, name) * float(np.exp(sign * _STEP))).log(u) for sign in (1, -1))
        return (up - down) / (2 * _STEP)

    def some(self, which: NDArray[np.bool_]) -> Likelihood:
        kinds, y, weights = self.kinds[which], self.y[which], self.weights[which]
        return Likelihood(kinds, y, weights, self.noise, self.tie_width, self.lapse)

    def _with(self, name: str, value: float) -> Likelihood:
        return Likelihood(**{**self.__dict__, name: value})


def _probit(u: Floats) -> Floats:
    log_p = log_ndtr(u)
    r = np.exp(-0.5 * u**2 - LOG_SQRT_2PI - log_p)
    return np.stack([log_p, r, -r * (u + r)])


def _lapsing(exact: Floats, lapse: float) -> Floats:
    """(3, m) of a log-likelihood and its derivatives without lapses: the same with them."""
    p = np.exp(exact[0])
    whole = lapse + (1 - 2 * lapse) * p
    share = (1 - 2 * lapse) * p / whole
    slope = share * exact[1]
    return np.stack([np.log(whole), slope, share * (exact[2] + exact[1] ** 2) - slope**2])


def _log_between(u: Floats, t: float) -> Floats:
    """log(Phi(t - u) - Phi(-t - u)): computed at |u|, where both arguments can sit in the lower tail."""
    low, high = log_ndtr(-t - np.abs(u)), log_ndtr(t - np.abs(u))
    return np.asarray(high + np.log1p(-np.exp(low - high)))


def _between(u: Floats, t: float) -> Floats:
    log_p, sign = _log_between(u, t), np.where(u < 0, -1.0, 1.0)
    low, high = -t - np.abs(u), t - np.abs(u)
    p_low, p_high = (np.exp(-0.5 * edge**2 - LOG_SQRT_2PI - log_p) for edge in (low, high))
    r1 = p_low - p_high
    return np.stack([log_p, sign * r1, low * p_low - high * p_high - r1**2])


@dataclass(frozen=True)
class Mode:
    """The most probable theta and the Gaussian round it.

    theta (p,) · factor: Cholesky factor (scipy's cho_factor, lower) of the precision (p, p)
    """

    theta: Floats
    factor: tuple[Floats, bool]


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
    return Mode(theta, _factor(design, precision, now))


def _factor(design: Floats, precision: Floats, now: Floats) -> tuple[Floats, bool]:
    weighted = design * np.sqrt(-now[2])[:, None]
    hessian = weighted.T @ weighted
    hessian[np.diag_indices_from(hessian)] += precision
    factor: tuple[Floats, bool] = cho_factor(hessian, lower=True, overwrite_a=True, check_finite=False)
    return factor
