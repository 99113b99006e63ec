"""Which attributes a person's answers speak of: sparse Bayesian regression, averaged over subsets.

A picture's worth to the person is `z @ w`, with `z` the standardised attributes. Choices are probit on differences,
ties say that a difference is about nothing, ratings are Gaussian round the person's mean. Every subset of at most three
attributes is one model with its own evidence (Laplace; [TierneyKadane1986]), and what is reported is the average over
all of them weighted by evidence (Bayesian model averaging; [Hoeting1999]): one dominant liking comes out alone and is
not smeared over its correlates, as it is by a ridge at thirty answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from scipy.special import log_ndtr, logsumexp, ndtr

from beholder.types import Answers, Floats, Ints, Matrix

_MOST = 3  # attributes in one model: a fourth is never carried by the few answers this is read after
_SIZES = (0.0, 0.6, 0.3, 0.1)  # prior mass of the models with 1, 2 and 3 attributes, given that there is a taste
_SLABS = (0.5, 1.0, 2.0)  # prior std of a weight, in units of the answer noise per std of the attribute
_NOISES = (1.0, 0.6, 0.3, 0.1)  # share of the variance of a person's ratings that is noise
_STEPS = 12  # of Newton's method at most; the log posterior is concave and 8 reach machine precision on 500 choices
_PRECISE = 1e-9  # the largest step after which there is no other
_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True, slots=True)
class Weights:
    """The averaged posterior over the weight of each of `a` attributes.

    Attributes
    ----------
    mean
        (a,) in units of the answer noise per standard deviation of the attribute; zero where not included
    lean, std
        (a,) of 2 Φ(w) - 1: of two pictures one standard deviation apart, the higher one is chosen (1 + lean) / 2 of
        the time; in [-1, 1]
    included
        (a,) posterior probability, given that there is a taste, that the attribute plays a part
    log_bayes
        log evidence of "one to three attributes decide" over "nothing decides"
    """

    mean: Floats
    lean: Floats
    std: Floats
    included: Floats
    log_bayes: float


def standardise(attributes: Matrix) -> Floats:
    """Attributes (n, a) at mean 0 and std 1 over the pool, cut at ±3; a constant column becomes zeros."""
    values = np.asarray(attributes, np.float64)
    spread = values.std(axis=0)
    flat = spread < 1e-9
    z = np.clip((values - values.mean(axis=0)) / np.where(flat, 1.0, spread), -3.0, 3.0)
    z[:, flat] = 0.0
    return np.asarray(z)


@lru_cache
def _subsets(a: int) -> tuple[Floats, Floats]:
    """(masks (s, a), log prior (s,)) of every subset of 1 to MOST attributes."""
    masks, priors = [], []
    for size in range(1, min(_MOST, a) + 1):
        members = list(combinations(range(a), size))
        for member in members:
            masks.append(np.isin(np.arange(a), member).astype(float))
            priors.append(np.log(_SIZES[size] / len(members)))
    return np.array(masks), np.array(priors)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The answers as differences of attributes, and ratings reduced to what a Gaussian needs of them."""

    differences: Floats  # (m, a), winner minus loser
    weights: Floats  # (m,)
    tied: Floats  # (a, a), sum of outer products of tied differences
    gram: Floats  # (a, a) of the centred rated rows
    cross: Floats  # (a,) rated rows times standardised ratings
    rated: int

    @classmethod
    def of(cls, z: Floats, answers: Answers) -> _Evidence:
        a = z.shape[1]
        tied = z[answers.ties[:, 0]] - z[answers.ties[:, 1]]
        rows, values = z[answers.rows], np.asarray(answers.ratings, np.float64)
        rated = len(values) if len(values) > 1 and values.std() > 1e-9 else 0
        gram, cross = np.zeros((a, a)), np.zeros(a)
        if rated:
            centred = rows - rows.mean(axis=0)
            gram, cross = centred.T @ centred, centred.T @ ((values - values.mean()) / values.std())
        choices: Ints = answers.choices
        return cls(z[choices[:, 0]] - z[choices[:, 1]], answers.weights, tied.T @ tied, gram, cross, rated)

    def log_ratio(self, w: Floats, noise: Floats) -> Floats:
        """(b,) log likelihood of weights (b, a) over that of zero weights; the tie term is the probit's limit for a
        narrow band of indifference."""
        eta = w @ self.differences.T
        ratio = (log_ndtr(eta) - np.log(0.5)) @ self.weights - 0.5 * _quadratic(w, self.tied)
        if self.rated:
            r = self.rated
            ratio = ratio - 0.5 * r * np.log(noise) - 0.5 * r / noise + 0.5 * r
            ratio = ratio + (w @ self.cross) / np.sqrt(noise) - 0.5 * _quadratic(w, self.gram)
        return np.asarray(ratio)

    def slopes(self, w: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Gradient (b, a) and negative Hessian (b, a, a) of the log likelihood."""
        a = w.shape[1]
        eta = w @ self.differences.T
        hazard = np.exp(-0.5 * eta**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(eta))
        outer = (self.differences[:, :, None] * self.differences[:, None, :]).reshape(-1, a * a)
        gradient = (hazard * self.weights) @ self.differences - w @ (self.tied + self.gram)
        gradient = gradient + self.cross / np.sqrt(noise)[:, None]
        curvature = ((hazard * (hazard + eta) * self.weights) @ outer).reshape(-1, a, a)
        return gradient, curvature + self.tied + self.gram


def _quadratic(w: Floats, square: Floats) -> Floats:
    return np.asarray(np.einsum("bi,ij,bj->b", w, square, w))


def fit_weights(z: Floats, answers: Answers) -> Weights:
    """The averaged posterior of the attributes' weights.

    Takes about 20 ms at 30 choices, 0.2 s at 500 (one thread).

    Parameters
    ----------
    z
        (n, a) of `standardise`
    answers
        rows of it
    """
    masks, priors = _subsets(z.shape[1])
    seen = _Evidence.of(z, answers)
    noises = _NOISES if seen.rated else _NOISES[:1]
    grid = [
        (mask * slab, prior, noise)
        for slab in _SLABS
        for noise in noises
        for mask, prior in zip(masks, priors, strict=True)
    ]
    scale = np.array([row[0] for row in grid])
    noise = np.array([row[2] for row in grid])
    mean, cover, log_ratio = _laplace(seen, scale, noise)
    log_weight = np.array([row[1] for row in grid]) - np.log(len(_SLABS) * len(noises)) + log_ratio
    log_bayes = float(logsumexp(log_weight))
    return _average(np.exp(log_weight - log_bayes), scale, mean, cover, log_bayes)


def _laplace(seen: _Evidence, scale: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Of every model at once: mode (b, a), its standard deviation (b, a), log evidence (b,) over zero weights."""
    b, a = scale.shape
    v = np.zeros((b, a))  # w = scale * v, so that an attribute left out is simply a zero and priors are standard
    eye = np.eye(a)
    for _ in range(_STEPS):
        gradient, curvature = seen.slopes(scale * v, noise)
        precision = eye + scale[:, :, None] * curvature * scale[:, None, :]
        step = np.linalg.solve(precision, (scale * gradient - v)[..., None])[..., 0]
        v = v + step
        if np.abs(step).max(initial=0.0) < _PRECISE:
            break
    _, curvature = seen.slopes(scale * v, noise)
    precision = eye + scale[:, :, None] * curvature * scale[:, None, :]
    cover = scale * np.sqrt(np.diagonal(np.linalg.inv(precision), axis1=1, axis2=2))
    log_ratio = seen.log_ratio(scale * v, noise) - 0.5 * (v**2).sum(axis=1) - 0.5 * np.linalg.slogdet(precision)[1]
    return scale * v, cover, log_ratio


def _average(share: Floats, scale: Floats, mean: Floats, cover: Floats, log_bayes: float) -> Weights:
    nodes = 2.0 * ndtr(mean[..., None] + cover[..., None] * _NODES) - 1.0
    masses = _MASSES / _MASSES.sum()
    lean = share @ (nodes @ masses)
    second = share @ (nodes**2 @ masses)
    std = np.sqrt(np.maximum(second - lean**2, 1e-12))
    return Weights(share @ mean, lean, std, share @ (scale > 0).astype(float), log_bayes)
