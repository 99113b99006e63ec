"""The kinds of pictures in a collection: groups of neighbours, found once, without any answer.

Somebody of a rare taste is met only if the questions walk through the kinds: one that is 7 % of a collection is in nine
random pictures with probability .48.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.ask.candidates import places
from beholder.table import derived
from beholder.taste.feature_map import squared_distances
from beholder.taste.threads import one_thread
from beholder.types import Floats, Ints, Matrix

_KINDS = 40  # at most; small collections have fewer
_FEWEST = 6  # pictures of a kind, on average
_LOOKED = 4096  # pictures of a large collection from which its kinds are found, evenly spread


def kinds_of(model: Any, X: Matrix, rows: Ints) -> Ints:
    """(r,) the number of the kind that each of the rows belongs to."""
    return np.asarray(derived(X, "kinds", lambda: _kinds(model, X))[rows], np.int64)


def _kinds(model: Any, X: Matrix) -> NDArray[np.int8]:
    evenly = np.linspace(0, len(X) - 1, min(len(X), _LOOKED)).astype(np.int64)
    centres = _found(places(model, X, evenly))
    kinds = np.empty(len(X), np.int8)
    for start in range(0, len(X), _LOOKED):
        part = places(model, X, np.arange(start, min(start + _LOOKED, len(X))))
        kinds[start : start + _LOOKED] = squared_distances(part, centres).argmin(1)
    return kinds


def _found(Z: NDArray[Any]) -> Floats:
    from sklearn.cluster import KMeans

    if not Z.shape[1]:  # pictures that are all the same are of one kind
        return np.zeros((1, 0))
    count = max(1, min(_KINDS, len(Z) // _FEWEST))
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few different pictures there are fewer kinds
        return np.asarray(KMeans(count, n_init=2, random_state=0).fit(Z).cluster_centers_, np.float64)
