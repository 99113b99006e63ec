"""Strategy `mcal`: multiple-criteria active learning for support-vector regression; a rival in [Ren2017, Fig. 6].

A ν-SVR of the ratings (of their offsets from what people like in general, where that is known) says which rated
pictures are no support vectors: round those the regression is settled. Kernel k-means groups them with the unrated
pictures; of the clusters that hold none of them, the densest first, the unrated picture nearest to the centre is asked.
There are as many clusters as settled pictures and questions together; where too few clusters are free, the others
follow by density. Before ten ratings, questions are random.

Demir & Bruzzone, A multiple criteria active learning method for support vector regression, Pattern Recognition, 2014.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.active_pam import FIRST
from beholder.ask.candidates import generic_of, places, some
from beholder.ask.strategy import Strategy
from beholder.taste.feature_map import squared_distances
from beholder.taste.svr import NU, C
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints, Matrix

_CANDIDATES = 512  # of a larger pool


def ask(model: Any, X: Matrix, answers: Answers, rows: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Up to n of the rows, best first; as `beholder.ask` says."""
    if len(answers.rows) < FIRST:
        return rows[rng.permutation(len(rows))[:n]]
    candidates = some(rows, max(_CANDIDATES, n), rng)
    settled = _settled(model, X, answers)
    with one_thread():
        kernel = np.exp(-squared_distances(Z := places(model, X, np.concatenate([candidates, settled])), Z) / 2)
        points = _points(kernel)
        count = min(len(settled) + n, len(np.unique(points.round(9), axis=0)))
        seed = int(rng.integers(2**31))
        from sklearn.cluster import KMeans

        cluster: Ints = KMeans(count, n_init=3, random_state=seed).fit_predict(points)
    taken = np.isin(np.arange(count), cluster[len(candidates) :])
    members = [np.flatnonzero(cluster == k) for k in range(count)]
    density = np.array([kernel[np.ix_(m, m)].mean() * len(m) for m in members])
    central = np.array([kernel[i, members[cluster[i]]].mean() for i in range(len(candidates))])
    order = np.lexsort([-density, taken])  # free clusters first, then the densest
    turns = [sorted((i for i in members[k] if i < len(candidates)), key=lambda i: -central[i]) for k in order]
    rounds = range(max(map(len, turns)))
    chosen = [turn[at] for at in rounds for turn in turns if at < len(turn)]
    return candidates[chosen[:n]]


def _settled(model: Any, X: Matrix, answers: Answers) -> Ints:
    """Rows that were rated and are no support vectors."""
    Z = places(model, X, answers.rows)
    offsets = answers.ratings - answers.ratings.mean()
    offsets = offsets / (offsets.std() or 1.0) - generic_of(model, X, answers.rows)
    if np.ptp(offsets) < 1e-9 or not Z.shape[1]:
        return np.unique(answers.rows)
    from sklearn.svm import NuSVR

    support: Any = NuSVR(C=C, nu=NU, gamma=0.5).fit(Z, offsets).support_
    return np.setdiff1d(answers.rows, answers.rows[support])


def _points(kernel: Floats) -> Floats:
    """(n, r) points whose inner products are the kernel: k-means on them is kernel k-means."""
    values, vectors = np.linalg.eigh(kernel)
    kept = values > 1e-6 * values[-1]
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]))


MCAL = Strategy("mcal", ask)
