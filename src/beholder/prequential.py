"""Prequential accuracy of a taste model: every answer is predicted before it is used (Dawid 1984).

Which answers a person was asked for decides how hard they were to predict: the informative ones are the doubtful ones,
so a plain share of right predictions would flatter or slander the model. So the answers judge the model's *confidence*
instead, which holds whatever was asked: `P(answer) = sigmoid(lambda * log-odds)`, with lambda 1 for a model whose odds
are true, 0 for one that knows nothing. The expected accuracy is then its mean over random pairs of the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import log_ndtr

from beholder.taste import GaussianProcess
from beholder.taste.gaussian_process import Care
from beholder.taste.posterior import noise_of_choice
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

_SUREST = 9.2  # largest log-odds of an answer
_AGAINST = 24  # earlier ratings that a new one is compared with, evenly thinned
_PICTURES = 256  # of the collection, by chance, among which pairs are taken
_PAIRS = 400  # random pairs of the collection over which the accuracy is taken
_GRID = np.linspace(0, 12, 241)  # of lambda
_PRIOR = (1 + (_GRID / 3) ** 2) ** -0.75  # broad: some people are far surer of their taste than the model expects
# Of the belief beyond each end of the interval. With .05 it held the truth of 8 in 10 simulated people; what is to come
# is predicted by a model that has not learned yet how clear a taste is.
_TAIL, _LATER = 0.01, 0.003
_MISCOUNTED = 0.035  # half the interval of how often a person cares, where that is inferred, in shares of all pairs
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_NODE_WEIGHTS = _NODE_WEIGHTS / _NODE_WEIGHTS.sum()  # of an average over N(0, 1)


@dataclass(frozen=True, slots=True)
class AnswerPrediction:
    """What the model thought of one judgement before using it: log-odds of each choice it says, and their weights."""

    log_odds: Floats
    weights: Floats

    @property
    def surprise(self) -> float:
        """Minus the log-probability of the answer, in nats."""
        return float(np.sum(self.weights * np.logaddexp(0, -self.log_odds)))

    @property
    def right(self) -> bool | None:
        """Whether the answer was the one expected; None where nothing was."""
        lean = float(self.weights @ np.sign(self.log_odds))
        return lean > 0 if lean else None


def predict_answer(model: Any, X: Matrix, answers: Answers, earlier: Answers) -> AnswerPrediction:
    """Predict one judgement's answers with a model fitted without them, on `earlier` ones.

    A rating is predicted as above or below some of the earlier ratings that differ, together of weight 1: not as a
    choice between the two pictures, since the model knows the one, with the noise of its rating. Two that differ do so
    by a step of the person's scale at least.
    """
    compared = answers.compared()
    parts = [AnswerPrediction(_log_odds(model, X, compared.choices), compared.weights)]
    for row, rating in zip(answers.rows, answers.ratings, strict=True):
        others = earlier.ratings[earlier.ratings != rating]
        others = others[:: len(others) // _AGAINST + 1]
        if len(others):
            mean, std = model.predict(X[[row]], return_std=True)
            above, spread = np.sign(rating - others) * (mean - others), np.sqrt(std**2 + model.rating_std_**2)
            half = _step(np.append(earlier.ratings, rating)) / 2
            log_odds = log_ndtr((above - half) / spread) - log_ndtr(-(above + half) / spread)
            parts.append(AnswerPrediction(np.clip(log_odds, -_SUREST, _SUREST), np.full(len(others), 1 / len(others))))
    return AnswerPrediction(np.concatenate([p.log_odds for p in parts]), np.concatenate([p.weights for p in parts]))


@dataclass(frozen=True, slots=True)
class Expected:
    """Share of pairs ranked the person's way, now and after the answers to come; each with half its 90 % interval.

    Attributes
    ----------
    later, later_margin
        None where nothing is to come
    cared
        share of pairs in which the person cares which is ahead; of the others half are right, by chance
    """

    now: float
    margin: float
    later: float | None = None
    later_margin: float | None = None
    cared: float = 1.0


def expected(
    model: GaussianProcess,
    X: Matrix,
    predictions: Sequence[AnswerPrediction],
    rng: np.random.Generator,
    rows: Ints,
    pairs: Ints,
) -> Expected:
    """What the ranking is worth, and will be once these pictures (r,) are rated and these pairs (m, 2) decided.

    An answer takes from the model's doubt what it is predicted to take whatever it says; where the scores will then lie
    is not known, so all that they may come to is averaged over.
    """
    if len(X) < 2:
        return Expected(0.5, 0.5)
    among = rng.choice(len(X), min(len(X), _PICTURES), replace=False)
    shown = among[rng.integers(len(among), size=(_PAIRS, 2))]
    shown = shown[shown[:, 0] != shown[:, 1]]
    asked = np.unique(np.concatenate([shown.ravel(), rows, pairs.ravel()]))
    with one_thread():
        score, roots = model.choice_root(X, asked)  # of all at once: roots of two calls have nothing in common
    first, second = (np.searchsorted(asked, side) for side in shown.T)
    mean, root = score[first] - score[second], roots[first] - roots[second]
    belief, cares = _belief(predictions), model.cares(X, shown)
    cared = float(sum(care.share * (care.stretched + care.plain).mean() for care in cares))
    now = _summed_up(belief, cares, _odds(model.chance(mean, (root**2).sum(1)))[None], np.ones(1), _TAIL)
    if not len(rows) + len(pairs):
        return Expected(*now, cared=cared)
    told, noise = _coming(model, score, roots, np.searchsorted(asked, rows), np.searchsorted(asked, pairs))
    with one_thread():
        lower = np.linalg.cholesky(told @ told.T + np.diag(noise))  # of the few answers to come
        taken = solve_triangular(lower, told @ root.T, lower=True, check_finite=False)
    doubt = np.maximum((root**2).sum(1) - (taken**2).sum(0), 0)
    moved = np.sqrt(np.maximum((root**2).sum(1) - doubt, 0))
    then = _odds(model.chance(mean + _NODES[:, None] * moved, doubt))
    later, margin = _summed_up(belief, cares, then, _NODE_WEIGHTS, _LATER)
    # of a mixture the doubt that is left is a little too large
    return Expected(*now, max(now[0], later), margin, cared)


def _coming(model: GaussianProcess, score: Floats, roots: Floats, rows: Ints, pairs: Ints) -> tuple[Floats, Floats]:
    """What answers to come measure, (q, p), and the variance of their noise, (q,); rows, pairs : places in `score`"""
    compared, between = score[pairs[:, 0]] - score[pairs[:, 1]], roots[pairs[:, 0]] - roots[pairs[:, 1]]
    noise = np.full(len(rows), (model.rating_std_ * model.choice_unit_) ** 2)
    told = np.vstack([roots[rows], between])
    return told, np.append(noise, noise_of_choice(compared, (between**2).sum(1)))


def _belief(predictions: Sequence[AnswerPrediction]) -> Floats:
    """(g,) of the values of lambda in GRID."""
    log_odds = np.concatenate([f.log_odds for f in predictions] or [np.empty(0)])
    weights = np.concatenate([f.weights for f in predictions] or [np.empty(0)])
    likelihood = -np.logaddexp(0, -np.outer(_GRID, log_odds)) @ weights
    belief = _PRIOR * np.exp(likelihood - likelihood.max())
    return np.asarray(belief / belief.sum())


def _summed_up(
    belief: Floats, cares: Sequence[Care], odds: Floats, weights: Floats, tail: float
) -> tuple[float, float]:
    """The expected share and half its interval, for log-odds (w, m) of m pairs in w cases of weights that sum to 1."""
    tastes, shares = list[Floats](), list[Floats]()
    right = weights @ (1 / (1 + np.exp(-_GRID[:, None, None] * np.abs(odds))))  # (g, m)
    plain = right[np.searchsorted(_GRID, np.minimum(_GRID, 1))]
    for care in cares:
        tastes.append(0.5 + ((right - 0.5) @ care.stretched + (plain - 0.5) @ care.plain) / odds.shape[1])
        shares.append(care.share * belief)
    share, chance = np.concatenate(tastes), np.concatenate(shares)
    order = np.argsort(share)
    mean = float(chance @ share)
    low, high = np.interp([tail, 1 - tail], np.cumsum(chance[order]), share[order])
    inferred = sum(care.share for care in cares if care.inferred)
    return mean, float(max(high - mean, mean - low) + _MISCOUNTED * inferred)


def _step(ratings: Floats) -> float:
    """The smallest difference between two ratings that are not the same."""
    return float(np.diff(np.unique(ratings)).min())


def _log_odds(model: Any, X: Matrix, pairs: Ints) -> Floats:
    return _odds(model.pair_probability(X, pairs)) if len(pairs) else np.empty(0)


def _odds(chance: Floats) -> Floats:
    p = np.asarray(chance, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log(p) - np.log1p(-p), -_SUREST, _SUREST))
