"""What may be asked at all, and where it lies: checked pools, pairs drawn from them, places to measure distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beholder.errors import UserError
from beholder.taste import FeatureMap, GaussianProcess
from beholder.types import Answers, Floats, Ints, Matrix


def check_pool(pool: ArrayLike, n_pictures: int) -> Ints:
    """The pool's rows, each once, in rising order; raises UserError for rows that X does not have."""
    rows = np.asarray(pool).ravel()
    if not (rows[1:] > rows[:-1]).all():  # sorting a million rows that are in order would take a second
        rows = np.unique(rows)
    if not rows.size:
        return np.empty(0, np.int64)
    if not np.issubdtype(rows.dtype, np.integer) or rows[0] < 0 or rows[-1] >= n_pictures:
        raise UserError(f"the pool must hold rows of X, whole numbers from 0 to {n_pictures - 1}")
    return rows.astype(np.int64, copy=False)


def without(rows: Ints, others: ArrayLike) -> Ints:
    """These rows, in rising order, less the others: NumPy's `setdiff1d` would sort a large pool for each question."""
    less = np.asarray(others, np.int64).ravel()
    at = np.searchsorted(rows, less)
    there = at < len(rows)
    there[there] = rows[at[there]] == less[there]
    return np.delete(rows, at[there])


def check_pairs(pairs: ArrayLike, n_pictures: int) -> Ints:
    """Candidate pairs (m, 2), each once, in an order of their own; raises UserError for rows that X does not have."""
    given = np.asarray(pairs)
    if not given.size:
        return np.empty((0, 2), np.int64)
    check_pool(given, n_pictures)
    if given.ndim != 2 or given.shape[1] != 2:
        raise UserError(f"candidate pairs must be (m, 2) rows of X, got shape {given.shape}")
    _, first = np.unique(np.sort(given, axis=1), axis=0, return_index=True)
    return given[first].astype(np.int64)


def some(rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    """At most so many of the rows, at random, in their order."""
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def draw_pairs(pool: Ints, most: int, rng: np.random.Generator) -> Ints:
    """At most `most` different pairs (left, right) of different pictures, the sides by chance, in random order."""
    p = len(pool)
    if p < 2 or most <= 0:
        return np.empty((0, 2), np.int64)
    total = p * (p - 1) // 2
    if total <= max(4 * most, 1000):
        places = np.column_stack(np.triu_indices(p, 1))[rng.permutation(total)[:most]]
    else:
        drawn = np.sort(rng.integers(p, size=(2 * most, 2)), axis=1)
        drawn = drawn[drawn[:, 0] < drawn[:, 1]]
        _, first = np.unique(drawn @ np.array([p, 1]), return_index=True)
        places = drawn[np.sort(first)][:most]
    turned = rng.random(len(places)) < 0.5
    return pool[np.where(turned[:, None], places[:, ::-1], places)]


def without_answered(pairs: Ints, answers: Answers) -> Ints:
    """The pairs that were not compared yet; all of them where every one was."""
    known, asked = (
        np.sort(given, axis=1) @ [1 << 32, 1] for given in (np.vstack([answers.choices, answers.ties]), pairs)
    )
    fresh = ~np.isin(asked, known)
    return pairs[fresh] if fresh.any() else pairs


def places(model: Any, X: Matrix, rows: Ints) -> Floats:
    """(r, c) principal components of some rows, of mean squared length 1: where pictures that look alike are near."""
    features = model.features_ if isinstance(model, GaussianProcess) else FeatureMap.learned(X, landmarks=0)
    return np.asarray(features.plain(X, rows)[:, features.sizes[0] :], np.float64)


def generic_of(model: Any, X: Matrix, rows: Ints) -> Floats:
    """(r,) what people like in general of some rows, in standard deviations; 0 where the model does not know it."""
    generic = getattr(getattr(model, "prior", None), "generic", None)
    return np.zeros(len(rows)) if generic is None else np.asarray(generic.standard(X[rows]), np.float64)
