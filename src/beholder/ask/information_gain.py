"""Strategy `information-gain`: the pairs whose answers tell most of the taste.

The mutual information between the answer and the taste, BALD [HoulsbyHuszarGhahramaniLengyel2011]: high where the
model is unsure though the person would not be, so neither obvious nor hopeless pairs. A batch is chosen one after the
other, each time as if the earlier ones had been answered, so that no question repeats another. Of a large pool the
pairs of some pictures, drawn at random, are looked at: that keeps the time below a tenth of a second and the questions
from being the same for everybody. The person, of whom nothing is known, is asked as if their taste were clear and half
of it lay in the measured attributes: whether it does takes few answers if it is asked, and many if not.

Houlsby, Huszár, Ghahramani & Lengyel, Bayesian active learning for classification and preference learning, 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, xlogy

from beholder.ask.gaussian import process_of
from beholder.taste import GaussianProcess
from beholder.taste.posterior import condition_one, noise_of_choice
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

_CLEARER, _MEASURED = 2.0, 0.5  # of a taste that is only supposed (docs/log.md)
_FINALISTS = 1024  # pairs among which a batch is chosen
_PROBIT_WIDTH = np.pi * np.log(2) / 2  # squared; Houlsby et al., eq. 4


def ask(model: Any, X: Matrix, answers: Answers, pairs: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the pairs, best first; as `beholder.ask` says."""
    with one_thread():
        process = _supposed(process_of(model, X, answers, np.unique(pairs), rng))
        mean, root = process.difference_root(X, pairs := _telling(process, X, pairs))
        chosen: list[int] = []
        for _ in range(n):
            variance = np.einsum("mp,mp->m", root, root)
            gain = information(mean, variance)
            gain[chosen] = -np.inf
            best = int(np.argmax(gain))
            chosen.append(best)
            root = condition_one(root, root[best], float(noise_of_choice(mean[best], variance[best])))
        return pairs[chosen]


def _supposed(process: GaussianProcess) -> GaussianProcess:
    """As if the taste were clearer, and half of it in what is measured."""
    h = process.hyperparameters_
    supposed = {"choice_scale": _CLEARER * h["choice_scale"], "measured_share": max(_MEASURED, h["measured_share"])}
    return process.with_hyperparameters(**supposed)


def _telling(process: GaussianProcess, X: Matrix, pairs: Ints) -> Ints:
    """The FINALISTS that alone would tell most, in the order given."""
    if len(pairs) <= _FINALISTS:
        return pairs
    rows, place = np.unique(pairs, return_inverse=True)
    left, right = place.reshape(-1, 2).T
    root, score = process.score_root(X, rows) * process.choice_unit_, process.predict(X[rows]) * process.choice_unit_
    covariance = root @ root.T
    variance = np.diag(covariance)
    between = np.maximum(variance[left] + variance[right] - 2 * covariance[left, right], 0)
    gain = information(score[left] - score[right], between)
    return pairs[np.sort(np.argpartition(-gain, _FINALISTS)[:_FINALISTS])]


def information(mean: Floats, variance: Floats) -> Floats:
    """Bits that the answer to a pair tells of the taste, for a difference ~ N(mean, variance) in units of its noise."""
    chance = ndtr(mean / np.sqrt(1 + variance))
    doubt = -(xlogy(chance, chance) + xlogy(1 - chance, 1 - chance)) / np.log(2)
    of_the_person = np.sqrt(_PROBIT_WIDTH / (variance + _PROBIT_WIDTH)) * np.exp(
        -(mean**2) / (2 * (variance + _PROBIT_WIDTH))
    )
    return np.asarray(doubt - of_the_person)
