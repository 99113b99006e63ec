"""The marginal likelihood of answers, by expectation propagation.

Each answer's likelihood is stood in for by a Gaussian in its u, chosen so that the posterior with the answer itself in
place of its stand-in has the same mean and variance; a rating is its own. For choices the evidence is then right to
about a hundredth, where Laplace's is too small for a strong taste, so that it would be found too weak
[KussRasmussen2005].

Minka, Expectation propagation for approximate Bayesian inference, UAI 2001; Kuss & Rasmussen, Assessing approximate
inference for binary Gaussian process classification, JMLR 6, 2005; Rasmussen & Williams, GPML, ch. 3.6 and 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from beholder.taste.likelihood import LOG_SQRT_2PI, RATING, Likelihood
from beholder.types import Floats

_REACH = 7  # of the nodes of the trapezoid rule, in standard deviations of what the other answers say of u
_APART = 0.7  # from node to node at most, in units of the noise of a choice
_NODES = (31, 161)  # at least and at most, of an answer that was given once
_NEWTON = 8  # steps to the middle of the nodes, at most
_SWEEPS = 60  # in which all stand-ins are renewed at once
_WHOLE = 4  # of them go all the way at least; then one that changes as much as the last makes the next shorter, lest
_REST, _SHORTEST = 0.9, 1 / 4  # they swing
_PRECISE = 1e-4  # change of a mean and a variance, in standard deviations; the evidence is then far closer


@dataclass(frozen=True)
class Marginal:
    """What the answers say together.

    log_evidence · by_design: (m, p) its derivative in the design · stand_ins: (2, m) precision and shift of each
    answer's · at, shares: (nodes, m) values of u and the weights of an average over its posterior
    """

    log_evidence: float
    by_design: Floats
    stand_ins: Floats
    at: Floats
    shares: Floats


def propagate(
    design: Floats, precision: Floats, centre: Floats, likelihood: Likelihood, start: Floats | None = None
) -> Marginal:
    """design (m, p) · the prior of theta: N(centre, 1 / precision), both (p,) · start: stand-ins to begin with"""
    mean, K = design @ centre, (design / precision) @ design.T
    rated, told = likelihood.kinds == RATING, likelihood.kinds != RATING
    stand_ins = np.zeros((2, len(mean))) if start is None else start.copy()
    stand_ins[0, rated] = likelihood.weights[rated] / likelihood.noise**2
    stand_ins[1, rated] = stand_ins[0, rated] * (likelihood.y - mean)[rated]
    compared, middle, was = likelihood.some(told), np.zeros(told.sum()), np.zeros((2, told.sum()))
    heavy, length, before = np.sqrt(max(1.0, compared.weights.max(initial=1.0))), 1.0, np.inf
    for sweep in range(_SWEEPS):
        lower, m, v = _posterior(K, *stand_ins)
        (tau, nu), posterior = stand_ins[:, told], np.stack([m, v])[:, told]
        left = np.maximum(1 - tau * posterior[1], 1e-9)
        cavity = np.stack([posterior[0] - nu * posterior[1], posterior[1]]) / left
        sd = np.sqrt(np.maximum(cavity[1], 1e-8))
        middle = _middle(compared, mean[told] + cavity[0], sd, middle)
        count = np.clip(2 * _REACH * sd.max(initial=0.0) / _APART, *_NODES) * heavy
        nodes = np.linspace(-_REACH, _REACH, int(count))[:, None]
        z = nodes + middle
        at = mean[told] + cavity[0] + sd * z
        log = compared.log(at) - 0.5 * z**2
        top = log.max(0, initial=-np.inf)
        shares = np.exp(log - top)
        total = shares.sum(0)
        shares /= total
        change = np.abs(posterior - was) / np.sqrt(1 + posterior[1])
        if change.max(initial=0.0) < _PRECISE:
            break
        if sweep >= _WHOLE and change.max() > _REST * before:
            length = max(length / 2, _SHORTEST)
        was, before = posterior, change.max(initial=0.0)
        first = (z * shares).sum(0)
        bend = np.maximum(1 - ((z - first) ** 2 * shares).sum(0), 0.0) / sd**2
        new = np.stack([bend, first / sd + bend * cavity[0]]) / np.maximum(1 - bend * cavity[1], 1e-9)
        stand_ins[:, told] += length * (new - stand_ins[:, told])
    terms = likelihood.log(mean)  # of a rating: itself where its stand-in is 1
    terms[told] = np.log(total * (nodes[1] - nodes[0])) + top - LOG_SQRT_2PI - _log_mean(tau, nu, *cavity)
    tau, nu = stand_ins
    evidence = terms.sum() - np.log(np.diag(lower)).sum() + 0.5 * nu @ m
    pull, root = nu - tau * m, np.sqrt(tau)[:, None]
    by_design = np.outer(pull, pull @ design / precision + centre)
    by_design -= root * cho_solve((lower, True), root * design, check_finite=False) / precision
    gauss = np.exp(-0.5 * nodes**2)
    every_at, every_share = mean + m + np.sqrt(v) * nodes, np.tile(gauss / gauss.sum(), len(mean))
    every_at[:, told], every_share[:, told] = at, shares
    return Marginal(float(evidence), by_design, stand_ins, every_at, every_share)


def _posterior(K: Floats, tau: Floats, nu: Floats) -> tuple[Floats, Floats, Floats]:
    """Cholesky factor of 1 + sqrt(tau) K sqrt(tau), and mean and variance of each u, its prior mean taken as 0."""
    root = np.sqrt(tau)[:, None]
    B = root * K * root.T
    B[np.diag_indices_from(B)] += 1
    lower = cholesky(B, lower=True, overwrite_a=True, check_finite=False)
    V = solve_triangular(lower, root * K, lower=True, check_finite=False)
    return lower, K @ nu - V.T @ (V @ nu), np.maximum(np.diag(K) - (V**2).sum(0), 0.0)


def _middle(likelihood: Likelihood, mean: Floats, sd: Floats, start: Floats) -> Floats:
    """(m,) the most probable u of N(mean, sd^2) times the likelihood, in standard deviations from the mean."""
    z = start
    for _ in range(_NEWTON):
        _, slope, bend = likelihood.derivatives(mean + sd * z)
        step = (sd * slope - z) / (1 - sd**2 * bend)
        z = z + step
        if np.abs(step).max(initial=0.0) < 0.1:
            break
    return z


def _log_mean(tau: Floats, nu: Floats, mean: Floats, variance: Floats) -> Floats:
    """log of exp(nu u - tau u^2 / 2) averaged over N(mean, variance)."""
    spread = 1 + tau * variance
    return (nu * mean + 0.5 * nu**2 * variance - 0.5 * tau * mean**2) / spread - 0.5 * np.log(spread)
