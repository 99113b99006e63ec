"""Strategy `variance`: the pictures, or pairs, whose answers tell most of the ranking of all others.

An answer is worth what it takes from the variance of the scores of the *other* pictures that were not judged yet, after
their common level is taken out: it is their ranking that is wanted [CohnGhahramaniJordan1996]. What a picture says of
itself alone does not count: with it, questions go to pictures that are like no other, and are no better than random
ones (docs/log.md). What people like in general is taken as known and the person's own taste as HEDGE times as wide as
is usual, since those who differ most from others have most to gain from what is asked.

Cohn, Ghahramani & Jordan, Active learning with statistical models, JAIR 4, 1996.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import some, without
from beholder.ask.gaussian import process_of
from beholder.ask.strategy import Strategy
from beholder.taste import GaussianProcess
from beholder.taste.posterior import condition, condition_one, noise_of_choice
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

_CANDIDATES = 512  # pictures that may be asked for, of a larger pool
_LOOKED, _FINALISTS = 4096, 512  # looked at once; among which a batch is chosen
_AUDIENCE = 512  # pictures whose ranking is to be narrowed
_OBVIOUS = 50.0  # noise of a choice at most, in units of its variance
HEDGE = 2.0  # chosen on training raters and training pictures (docs/log.md)
_OUTLIER = 4.0  # median variances; what is said of an outlier is not trusted to hold in proportion
_CHOICE_NOISE = np.pi / 2  # a choice between equals tells as much of their difference as a measurement of this variance


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    with one_thread():
        process = process_of(model, X, answers, rows, rng)
        candidates, audience = some(rows, max(_CANDIDATES, n), rng), _audience(X, answers, rng)
        root, noise = _left(process, X, answers, np.concatenate([candidates, audience]))
        asked, heard = np.split(root, [len(candidates)])
        itself = candidates[None, :] == audience[:, None]
        return candidates[_greedy(asked, heard, itself, np.full(len(asked), noise), n)]


def ask_pairs(model: Any, X: Matrix, answers: Answers, pairs: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the pairs, best first; an obvious pair tells little, so it counts as measured with more noise."""
    with one_thread():
        process = process_of(model, X, answers, np.unique(pairs), rng)
        if len(pairs) > _LOOKED:
            pairs = pairs[np.sort(rng.choice(len(pairs), max(_LOOKED, n), replace=False))]
        audience, (rows, place) = _audience(X, answers, rng), np.unique(pairs, return_inverse=True)
        left, right = place.reshape(-1, 2).T
        root, _ = _left(process, X, answers, np.concatenate([rows, audience]))
        asked, heard = np.split(root, [len(rows)])
        between = asked[left] - asked[right]
        mean, doubt = process.difference_root(X, pairs)
        noise = np.minimum(noise_of_choice(mean, (doubt**2).sum(1)), _OBVIOUS)
        noise *= (1 / (HEDGE * process.hyperparameters_["choice_scale"])) ** 2
        itself = (audience[:, None] == pairs[None, :, 0]) | (audience[:, None] == pairs[None, :, 1])
        gain = _gain(heard @ between.T, (between**2).sum(1), ~itself, noise)
        best = np.sort(np.argsort(-gain, kind="stable")[: max(_FINALISTS, n)])
        return pairs[best][_greedy(between[best], heard, itself[:, best], noise[best], n)]


def _audience(X: Matrix, answers: Answers, rng: np.random.Generator) -> Ints:
    """Some of the pictures that were not judged; of all where every one was."""
    unknown = without(np.arange(len(X)), answers.judged)
    return some(unknown if len(unknown) > 1 else np.arange(len(X)), _AUDIENCE, rng)


def _left(process: GaussianProcess, X: Matrix, answers: Answers, rows: Ints) -> tuple[Floats, float]:
    """A root of what is not known of a rating of these rows, the person's level in its last column; a rating's noise.

    In units of the standard deviation of the person's own taste.
    """
    h, answers = process.hyperparameters_, answers.compared()
    rated, chosen = 1 / (HEDGE * h["rating_scale"]), 1 / (HEDGE * h["choice_scale"])
    pairs = np.concatenate([answers.choices, answers.ties])
    root = _tamed(process.own_root(X, np.concatenate([rows, answers.rows, pairs.ravel()])))
    root, told, sides = np.split(root, np.cumsum([len(rows), len(answers.rows)]))
    level, none = (np.full((len(part), 1), rated) for part in (root, told)), np.zeros((len(pairs), 1))
    root, told = (np.hstack(both) for both in zip((root, told), level, strict=True))
    between = np.hstack([sides[::2] - sides[1::2], none])
    noise = float(h["rating_noise"] * rated) ** 2
    weights = np.concatenate([answers.weights, np.ones(len(answers.ties))])
    noises = np.concatenate([np.full(len(told), noise), _CHOICE_NOISE * chosen**2 / np.maximum(weights, 1e-9)])
    return (condition(root, np.vstack([told, between]), noises) if len(noises) else root), noise


def _tamed(root: Floats) -> Floats:
    variance = np.einsum("ap,ap->a", root, root)
    most = _OUTLIER * float(np.median(variance))
    cap: Floats = np.sqrt(np.minimum(1, most / np.maximum(variance, max(most, 1e-12))))
    return root * cap[:, None]


def _greedy(asked: Floats, heard: Floats, itself: Any, noise: Floats, n: int) -> list[int]:
    """Places of n candidates: asked (c, p), heard (a, p) roots; itself (a, c) whether the one holds the other."""
    shared, counts = heard @ asked.T, np.ones(len(heard))
    chosen: list[int] = []
    for _ in range(n):
        own = np.einsum("cp,cp->c", asked, asked)
        gain = _gain(shared, own, counts[:, None] * ~itself, noise)
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        counts = counts * ~itself[:, best]
        shared = shared - np.outer(shared[:, best], asked @ asked[best]) / (own[best] + noise[best])
        asked = condition_one(asked, asked[best], float(noise[best]))
    return chosen


def _gain(shared: Floats, own: Floats, weights: Any, noise: Floats) -> Floats:
    """(c,) the fall of the mean variance of the ranking, over those of the audience that have weight (a, c)."""
    number = np.maximum(weights.sum(0), 1)
    mean = (weights * shared).sum(0) / number
    return np.asarray(((weights * shared**2).sum(0) / number - mean**2) / (own + noise))


VARIANCE = Strategy("variance", ask, ask_pairs, ahead=True)
