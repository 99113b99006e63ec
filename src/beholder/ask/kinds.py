"""The kinds of pictures in a collection: groups of neighbours, found once, without any answer.

Somebody of a rare taste is met only if the questions walk through the kinds: one that is 7 % of a collection is in nine
random pictures with probability .48.
"""

from __future__ import annotations

import warnings
import weakref
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.ask.candidates import places
from beholder.taste.feature_map import squared_distances
from beholder.taste.threads import one_thread
from beholder.types import Floats, Ints, Matrix

KINDS = 40  # at most; small collections have fewer
FEWEST = 6  # pictures of a kind, on average
LOOKED = 4096  # pictures of a large collection from which its kinds are found, evenly spread
_LOCK = Lock()
_LAST: list[Any] = []  # (weak reference to X, centres): people take turns on few collections


def kinds_of(model: Any, X: Matrix, rows: Ints) -> Ints:
    """(r,) the number of the kind that each of the rows belongs to."""
    centres = _centres(model, X)
    return np.asarray(squared_distances(places(model, X, rows), centres).argmin(1), np.int64)


def _centres(model: Any, X: Matrix) -> Floats:
    with _LOCK:
        for known, centres in _LAST:
            if known() is X:
                return centres  # type: ignore[no-any-return]
        found = _found(places(model, X, np.linspace(0, len(X) - 1, min(len(X), LOOKED)).astype(np.int64)))
        _LAST[:] = [(weakref.ref(X), found), *_LAST[:7]]
        return found


def _found(Z: NDArray[Any]) -> Floats:
    from sklearn.cluster import KMeans

    count = max(1, min(KINDS, len(Z) // FEWEST))
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pictures that are all the same there are fewer kinds
        return np.asarray(KMeans(count, n_init=2, random_state=0).fit(Z).cluster_centers_, np.float64)
