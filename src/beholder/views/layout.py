"""A collection in the plane: every picture in a cell of its own, near those that look like it.

Some pictures, the landmarks, are laid out by t-SNE (van der Maaten & Hinton 2008), begun with principal components so
that the same pictures give the same map. All others come to where the landmarks that look most like them lie. Then each
takes the nearest cell that is free.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from beholder.taste.threads import one_thread
from beholder.types import Floats, Ints, Matrix

_LANDMARKS = 4096
_PERPLEXITY = 30.0  # neighbours that count
_STEPS = 750  # of t-SNE
_FEWEST = 8  # pictures that t-SNE can lay out
_ROOM = 3.0  # cells for each picture
_NEAR = 10  # landmarks that say where a picture lies
_AT_ONCE = 4096  # pictures placed at a time
_TRIED = 16  # nearest cells tried in one round


def lay_out(places: Matrix) -> Ints:
    """(n, 2) cells, whole numbers around 0, no two the same.

    Parameters
    ----------
    places
        (n, c) of length 1: the product of two rows is how alike they look; the landmarks are spread over the rows
    """
    n = len(places)
    if not n:
        return np.empty((0, 2), np.int64)
    marks = np.unique(np.linspace(0, n - 1, min(n, _LANDMARKS)).round().astype(np.int64))
    spots = np.empty((n, 2))
    spots[marks] = _in_the_plane(places[marks])
    others = np.setdiff1d(np.arange(n), marks)
    spots[others] = placed(places[others], places[marks], spots[marks])
    spots -= spots.mean(axis=0)
    spots = spots @ np.linalg.eigh(spots.T @ spots)[1][:, ::-1]  # widest from left to right, as most windows are
    spots *= np.sqrt(_ROOM * n) / max(float(np.ptp(spots, axis=0).max(initial=0)), 1e-9)
    return settled(spots, np.empty((0, 2), np.int64))


def placed(places: Matrix, marks: Matrix, spots: Floats) -> Floats:
    """(m, 2) where pictures lie among landmarks that lie at `spots`: in the middle of those that look most like each
    and lie together.
    """
    found = np.empty((len(places), 2))
    if not len(places):
        return found
    near = min(_NEAR, len(marks))
    apart = _apart(spots)
    with one_thread():
        for start in range(0, len(places), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            alike = places[part] @ marks.T
            at = np.argpartition(-alike, near - 1, axis=1)[:, :near]
            weight = np.maximum(np.take_along_axis(alike, at, axis=1), 1e-3) ** 4
            lie = spots[at]  # (m, k, 2)
            together = ((lie[:, :, None] - lie[:, None]) ** 2).sum(-1) <= apart**2
            best = (together * weight[:, None]).sum(-1).argmax(1)
            weight = weight * together[np.arange(len(at)), best]
            found[part] = (weight[:, :, None] * lie).sum(1) / weight.sum(1, keepdims=True)
    return found


def settled(spots: Floats, taken: Ints) -> Ints:
    """(n, 2) the cell of each spot: the nearest that is free, those in front first.

    taken : (t, 2) cells that are not free
    """
    from scipy.spatial import cKDTree

    cells = np.empty((len(spots), 2), np.int64)
    left = np.arange(len(spots))
    width = int(np.ceil(np.sqrt(len(spots) + len(taken)))) + 1
    low = np.floor(spots.min(axis=0)).astype(np.int64) - width
    high = np.ceil(spots.max(axis=0)).astype(np.int64) + width
    span = high - low + 1
    free = np.ones(span, bool)
    inside = taken[((taken >= low) & (taken <= high)).all(axis=1)] - low
    free[inside[:, 0], inside[:, 1]] = False
    while len(left):
        open_cells = np.argwhere(free)
        tried = min(_TRIED, len(open_cells))
        _, at = cKDTree(open_cells).query(spots[left] - low, k=tried)
        at = at.reshape(len(left), tried)
        waiting, gone = np.arange(len(left)), np.zeros(len(open_cells), bool)
        for choice in range(tried):
            wanted = at[waiting, choice]
            _, first = np.unique(wanted, return_index=True)
            first = first[~gone[wanted[first]]]
            gone[wanted[first]] = True
            cells[left[waiting[first]]] = open_cells[wanted[first]] + low
            waiting = np.delete(waiting, first)
        free[tuple(open_cells[gone].T)] = False
        left = left[waiting]
    return cells


def _in_the_plane(places: Matrix) -> Floats:
    from sklearn.manifold import TSNE

    n = len(places)
    if n < _FEWEST or not (places != places[0]).any():
        return np.column_stack([np.arange(n), np.zeros(n)]).astype(np.float64)
    perplexity = min(_PERPLEXITY, (n - 1) / 3)
    with one_thread(), threadpool_limits(1, user_api="openmp"):  # two threads on busy processors wait for each other
        found = TSNE(init="pca", perplexity=perplexity, max_iter=_STEPS, random_state=0, n_jobs=1).fit_transform(places)
    return np.asarray(found, np.float64)


def _apart(spots: Floats) -> float:
    """How far apart two landmarks may lie that lie together: a twentieth of the map."""
    return max(float(np.ptp(spots, axis=0).max(initial=0)) / 20, 1e-9)
