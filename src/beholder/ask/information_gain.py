"""Strategy `information-gain`: the pairs whose answers tell most of the taste.

The mutual information between the answer and the taste, BALD [HoulsbyHuszarGhahramaniLengyel2011]: high where the
model is unsure though the person would not be, so neither obvious nor hopeless pairs. A batch is chosen one after the
other, each time as if the earlier ones had been answered, so that no question repeats another. Only a random part of a
large pool is looked at: that keeps the time below a tenth of a second and the questions from being the same for
everybody.

Houlsby, Huszár, Ghahramani & Lengyel, Bayesian active learning for classification and preference learning, 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, xlogy

from beholder.ask.gaussian import after_one, process_of
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

PROBIT_WIDTH = np.pi * np.log(2) / 2  # squared; Houlsby et al., eq. 4


def ask(model: Any, X: Matrix, answers: Answers, pairs: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the pairs, best first; as `beholder.ask` says."""
    with one_thread():
        process = process_of(model, X, answers, np.unique(pairs), rng)
        mean, root = process.difference_root(X, pairs)
        chosen: list[int] = []
        for _ in range(n):
            variance = np.einsum("mp,mp->m", root, root)
            gain = information(mean, variance)
            gain[chosen] = -np.inf
            best = int(np.argmax(gain))
            chosen.append(best)
            root = after_one(root, root[best], 1 / _curvature(mean[best], variance[best]))
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
