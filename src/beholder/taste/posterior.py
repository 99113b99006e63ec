"""What answers leave of a variance that is kept as a root: rows `r` whose inner products are the covariances.

The variance of a Gaussian model does not depend on what is answered, so a batch of questions can be chosen, or their
worth predicted, as if they had been answered already.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import ndtr

from beholder.types import Floats

_JITTER = 1e-6  # of the mean variance


def root_of(covariance: Floats) -> Floats:
    """(r, r) whose rows' inner products are these covariances (r, r); a little is added, that it be found."""
    if not len(covariance):
        return covariance
    K = covariance.copy()
    K.flat[:: len(K) + 1] += _JITTER * max(float(np.trace(K)) / len(K), 1e-12)
    return np.asarray(np.linalg.cholesky(K))


def condition(root: Floats, told: Floats, noise: Floats) -> Floats:
    """The root of the covariances that are left after observing `told @ w` (m, p) with these noise variances (m,)."""
    scaled = told / np.sqrt(noise)[:, None]
    lower = np.linalg.cholesky(np.eye(root.shape[1]) + scaled.T @ scaled)
    left: Floats = solve_triangular(lower, root.T, lower=True, check_finite=False).T
    return left


def condition_one(root: Floats, told: Floats, noise: float) -> Floats:
    """The same for one observation (p,): a rank-one update."""
    variance = float(told @ told)
    if variance < 1e-12:
        return root
    left: Floats = root - np.outer(root @ told, told) * ((1 - np.sqrt(noise / (variance + noise))) / variance)
    return left


def noise_of_choice(mean: Floats, variance: Floats) -> Floats:
    """The variance of a measurement of a difference ~ N(mean, variance) that tells as much of it as a choice would.

    One over a probit's expected Fisher information; all in units of the noise of a choice.
    """
    z2 = mean**2 / (1 + variance)
    chance = np.clip(ndtr(np.sqrt(z2)), 1e-6, 1 - 1e-6)
    return np.asarray(chance * (1 - chance) * 2 * np.pi * np.exp(z2))
