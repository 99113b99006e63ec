"""Strategy `information-gain`: the questions whose answers are expected to tell most.

Single pictures (ratings, grids): the picture whose rating would narrow the *ranking* of the pool most, that is the
expected fall of the summed posterior variance of the scores after their common level is taken out (Cohn, Ghahramani &
Jordan, Active learning with statistical models, JAIR 1996). Before many answers this is coverage: typical pictures that
differ from each other, not outliers, for they say little of the rest.

Pairs: the mutual information between the answer and the taste, BALD (Houlsby, Huszár, Ghahramani & Lengyel, 2011): high
where the model is unsure though the person would not be, so neither obvious nor hopeless pairs.

A batch is chosen one after the other, each time as if the earlier ones had been answered (the variance of a Gaussian
model does not depend on what is answered), so that no question repeats another. Only a random part of a large pool is
looked at: that keeps the time below a tenth of a second and the questions from being the same for everybody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, xlogy

from beholder.ask.candidates import check_pool, draw_pairs, without_answered
from beholder.taste import FeatureMap, GaussianProcess
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

CANDIDATES = 512  # pictures that may be asked for, of a larger pool
AUDIENCE = 512  # pictures whose ranking is to be narrowed
CANDIDATE_PAIRS = 1024
PRIOR_ROWS = 256  # rows that a prior is made from where there is no fitted model yet
PRIOR_LANDMARKS = 64
PROBIT_WIDTH = np.pi * np.log(2) / 2  # squared; Houlsby et al., eq. 4


def ask(
    model: Any,
    X: Matrix,
    answers: Answers,
    pool: Ints,
    n: int,
    rng: np.random.Generator,
    *,
    pairs: bool = False,
) -> Ints:
    """As `beholder.ask` says. Without a Gaussian process at hand, one with held hyperparameters stands in for it."""
    rows = check_pool(pool, len(X))
    if n <= 0 or len(rows) < 1 + pairs:
        return np.empty((0, 2) if pairs else 0, np.int64)
    with one_thread():
        process = _process(model, X, answers, rows, rng)
        return _ask_pairs(process, X, answers, rows, n, rng) if pairs else _ask_pictures(process, X, rows, n, rng)


def _process(model: Any, X: Matrix, answers: Answers, rows: Ints, rng: np.random.Generator) -> GaussianProcess:
    if isinstance(model, GaussianProcess):
        return model
    features = FeatureMap.fit(X[_some(rows, PRIOR_ROWS, rng)], landmarks=PRIOR_LANDMARKS)
    stand_in = GaussianProcess(features=features, hyperparameters={})
    return stand_in.fit(X, **answers.as_fit()) if len(answers) else stand_in.before_answers(X)


def _some(rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _ask_pictures(process: GaussianProcess, X: Matrix, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    candidates = _some(rows, max(CANDIDATES, n), rng)
    root = process.score_root(X, candidates)
    audience = process.score_root(X, _some(rows, AUDIENCE, rng))
    audience = _tamed(audience - audience.mean(0))
    shared = audience @ root.T  # (audience, candidates) covariance of the ranking with each candidate's score
    own = np.einsum("cp,cp->c", root, root)
    # a linear model learns most from extremes; what is said of an outlier is not trusted to hold in proportion
    noise = process.rating_std_**2 * np.maximum(1, own / max(float(np.median(own)), 1e-12))
    chosen: list[int] = []
    for _ in range(min(n, len(candidates))):
        gain = (shared**2).sum(0) / (own + noise)
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        told = root @ root[best]
        rest = 1 / (own[best] + noise[best])
        # the answer's rank-one update, applied to everything that the next gain needs
        shared = shared - np.outer(shared[:, best], told) * rest
        root = root - np.outer(told, root[best]) * _shrink(own[best], noise[best])
        own = np.einsum("cp,cp->c", root, root)
    return candidates[chosen]


def _tamed(root: Floats) -> Floats:
    """No picture's doubt counts for more than a few others': an outlier is a place in the ranking like any."""
    variance = np.einsum("ap,ap->a", root, root)
    most = 4 * float(np.median(variance))
    cap: Floats = np.sqrt(np.minimum(1, most / np.maximum(variance, max(most, 1e-12))))
    return root * cap[:, None]


def _shrink(variance: float, noise: float) -> float:
    """c such that `root - c (root @ r) r'` has the covariance that is left after observing r with this noise."""
    if variance < 1e-12:
        return 0.0
    return float((1 - np.sqrt(noise / (variance + noise))) / variance)


def _ask_pairs(
    process: GaussianProcess, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator
) -> Ints:
    pairs = without_answered(draw_pairs(rows, max(CANDIDATE_PAIRS, 4 * n), rng), answers)
    mean, root = process.difference_root(X, pairs)
    chosen: list[int] = []
    for _ in range(min(n, len(pairs))):
        variance = np.einsum("mp,mp->m", root, root)
        gain = information(mean, variance)
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        told = root @ root[best]
        noise = 1 / _curvature(mean[best], variance[best])
        root = root - np.outer(told, root[best]) * _shrink(variance[best], noise)
    return pairs[chosen]


def information(mean: Floats, variance: Floats) -> Floats:
    """Bits that the answer to a pair tells of the taste, for a difference ~ N(mean, variance) in units of its noise."""
    chance = ndtr(mean / np.sqrt(1 + variance))
    doubt = -(xlogy(chance, chance) + xlogy(1 - chance, 1 - chance)) / np.log(2)
    of_the_person = np.sqrt(PROBIT_WIDTH / (variance + PROBIT_WIDTH)) * np.exp(
        -(mean**2) / (2 * (variance + PROBIT_WIDTH))
    )
    return np.asarray(doubt - of_the_person)


def _curvature(mean: float, variance: float) -> float:
    """What a choice adds to the precision of its difference, about: a probit's expected Fisher information."""
    chance = float(np.clip(ndtr(mean / np.sqrt(1 + variance)), 1e-6, 1 - 1e-6))
    density = np.exp(-0.5 * mean**2 / (1 + variance)) / np.sqrt(2 * np.pi)
    return float(density**2 / (chance * (1 - chance)))
