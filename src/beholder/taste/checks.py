"""The checks of every model's answers (the arrays of `docs/data.md`): all faults of a call in one message."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import column_or_1d

from beholder.errors import NotEnoughAnswers, ShapeError, UserError
from beholder.types import Answers, Floats, Ints

_NO_ANSWERS = "there is nothing to learn from yet: give at least one rating (y) or one choice (choices)"


def check_answers(
    n: int,
    y: ArrayLike | None = None,
    rows: ArrayLike | None = None,
    choices: ArrayLike | None = None,
    ties: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    grids: ArrayLike | None = None,
    *,
    may_be_none: bool = False,
) -> Answers:
    """The answers as one checked `Answers`; choices of weight 0 are dropped.

    Parameters
    ----------
    n
        number of rows of X that the answers may name
    may_be_none
        for a model with a prior, which has something to say before any answer

    Raises
    ------
    ShapeError
        for arrays of a wrong shape
    UserError
        for wrong values (all faults in one message)
    NotEnoughAnswers
        where nothing was given
    """
    shape_faults: list[str] = []
    faults: list[str] = []
    ratings, rated = _ratings(n, y, rows, shape_faults, faults)
    pairs = _pairs("choices", "(winner, loser)", choices, n, shape_faults, faults)
    equal = _pairs("ties", "(left, right)", ties, n, shape_faults, faults)
    weight = _weights(weights, len(pairs), shape_faults, faults)
    shown = _grids(grids, n, shape_faults, faults)
    if shape_faults:
        raise ShapeError("; ".join(shape_faults + faults))
    if faults:
        raise UserError("; ".join(faults))
    kept = weight > 0
    answers = Answers(rows=rated, ratings=ratings, choices=pairs[kept], weights=weight[kept], ties=equal, grids=shown)
    if not len(answers) and not may_be_none:
        raise NotEnoughAnswers(_NO_ANSWERS)
    return answers


def _ratings(
    n: int, y: ArrayLike | None, rows: ArrayLike | None, shape_faults: list[str], faults: list[str]
) -> tuple[Floats, Ints]:
    none = np.empty(0), np.empty(0, np.int64)
    if y is None:
        if rows is not None and np.size(rows):
            faults.append("rows were given without y: give the rating behind each row")
        return none
    ratings = _as_ratings(y)
    if rows is None:
        if len(ratings) != n:
            shape_faults.append(
                f"y must hold one rating for each of the {n} rows of X, got {len(ratings)}; or give rows"
            )
            return none
        rated = np.arange(n, dtype=np.int64)
    else:
        rated = _as_ints("rows", rows, faults).ravel()
        if len(rated) != len(ratings):
            shape_faults.append(
                f"rows must name the picture of each rating: got {len(rated)} rows, {len(ratings)} ratings"
            )
            return none
    if not np.isfinite(ratings).all():
        faults.append("y holds NaN or inf: leave out what was not rated (rows says which pictures were)")
    _check_range("rows", rated, n, faults)
    return ratings, rated


def _as_ratings(y: ArrayLike) -> Floats:
    try:
        return np.asarray(column_or_1d(y, warn=True), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"y must be (r,) numbers, one a rating: {error}") from error


def _as_ints(name: str, values: ArrayLike, faults: list[str]) -> Ints:
    given: NDArray[Any] = np.asarray(values)
    if given.size and not (np.issubdtype(given.dtype, np.integer) and given.dtype != np.bool_):
        faults.append(f"{name} must hold whole numbers, the rows of X, got {given.dtype}")
        return np.zeros(given.shape, np.int64)
    return given.astype(np.int64)


def _check_range(name: str, values: Ints, n: int, faults: list[str]) -> None:
    outside = values[(values < 0) | (values >= n)]
    if outside.size:
        faults.append(f"{name} name row {outside[0]}, but X has rows 0 to {n - 1}")


def _pairs(name: str, words: str, values: ArrayLike | None, n: int, shape_faults: list[str], faults: list[str]) -> Ints:
    if values is None or np.size(values) == 0:
        return np.empty((0, 2), np.int64)
    pairs = _as_ints(name, values, faults)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        shape_faults.append(f"{name} must be (m, 2) rows of {words}, got shape {pairs.shape}")
        return np.empty((0, 2), np.int64)
    _check_range(name, pairs, n, faults)
    if (same := np.flatnonzero(pairs[:, 0] == pairs[:, 1])).size and not faults:
        faults.append(
            f"{name} must name two different pictures, but row {same[0]} compares {pairs[same[0], 0]} with itself"
        )
    return pairs


def _grids(values: ArrayLike | None, n: int, shape_faults: list[str], faults: list[str]) -> Ints:
    if values is None or np.size(values) == 0:
        return np.empty((0, 3), np.int64)
    grids = _as_ints("grids", values, faults)
    if grids.ndim != 2 or grids.shape[1] != 3:
        shape_faults.append(f"grids must be (g, 3) rows of (grid, row of X, picked), got shape {grids.shape}")
        return np.empty((0, 3), np.int64)
    _check_range("grids", grids[:, 1], n, faults)
    if (grids[:, 0] < 0).any():
        faults.append(f"grids are numbered from 0, got {grids[:, 0].min()}")
    if not np.isin(grids[:, 2], (-1, 0, 1)).all():
        faults.append("the last column of grids must be 1 (picked), 0 (left) or -1 (by chance, for those passed by)")
    return grids


def _weights(weights: ArrayLike | None, m: int, shape_faults: list[str], faults: list[str]) -> Floats:
    if weights is None:
        return np.ones(m)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (m,):
        shape_faults.append(f"weights must be one number for each of the {m} choices, got shape {given.shape}")
        return np.ones(m)
    if not np.isfinite(given).all() or (given < 0).any():
        faults.append("weights must be finite and not negative")
    return given
