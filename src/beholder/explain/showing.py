"""Which pictures show a taste: the best of a ranking, all that is liked among them, none twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beholder.table import derived
from beholder.types import Floats, Ints, Matrix

_ALIKE, _SAME = 0.8, 0.9  # correlations of their numbers from which two are shown as one, or are nearly the same
_SCORE = 0.1  # of a picture's worth is its place among the others, as much as so much likeness to all that was liked
_ROUNDS = 20  # in which pictures are parted in two


def varied(X: Matrix, rows: Sequence[int], most: int) -> list[int]:
    """The first of these rows, without those that hardly differ from one before, unless there are too few others."""
    return [rows[at] for at in _apart(looks_of(X, np.array(rows, np.int64)), _ALIKE, most)[:most]]


def covering(X: Matrix, rows: Sequence[int], scores: Floats, liked: Ints, most: int) -> list[int]:
    """So many of these rows that each picture that was liked is like one of them, as far as their scores allow.

    The first pictures of a ranking are all of the kind that is known best. Who likes a second kind is to see it too.

    Parameters
    ----------
    rows
        best first
    scores
        (n,) of all pictures
    liked
        rows of X; where there are none, the best are taken
    """
    if not len(liked) or len(rows) <= most:
        return varied(X, rows, most)
    z = looks_of(X, np.array(rows, np.int64))
    at = _apart(z, _SAME, most)
    likeness = np.maximum(z[at] @ looks_of(X, liked).T, 0)
    score = scores[np.array(rows, np.int64)[at]]
    bonus = _SCORE * (score - score.min()) / max(float(np.ptp(score)), 1e-9)
    chosen, covered = list[int](), np.zeros(len(liked))
    for _ in range(most):
        worth = np.maximum(likeness, covered).mean(axis=1) + bonus
        worth[chosen] = -np.inf
        chosen.append(int(np.argmax(worth)))
        covered = np.maximum(covered, likeness[chosen[-1]])
    return [rows[at[k]] for k in sorted(chosen)]


def parted(X: Matrix, rows: Ints) -> tuple[list[int], list[int]]:
    """These rows parted in two by k-means, begun from the two that are furthest apart; each in the order given.

    The second is empty where they are all alike, or fewer than two.
    """
    if len(rows) < 2:
        return rows.tolist(), []
    z = looks_of(X, rows)
    centres = z[list(np.unravel_index(int(np.argmin(z @ z.T)), (len(z), len(z))))]
    for _ in range(_ROUNDS):
        first = z @ centres[0] >= z @ centres[1]
        if first.all() or not first.any():
            break
        centres = np.stack([z[first].mean(axis=0), z[~first].mean(axis=0)])
    return rows[first].tolist(), rows[~first].tolist()


def _apart(z: Floats, alike: float, least: int) -> list[int]:
    """Places of those that are not alike to one before, and of so many others that there are `least`; in order."""
    kept = list[int]()
    for at in range(len(z)):
        if not kept or float((z[kept] @ z[at]).max()) < alike:
            kept.append(at)
    others = [at for at in range(len(z)) if at not in kept]
    return sorted([*kept, *others[: max(0, least - len(kept))]])


def looks_of(X: Matrix, rows: Ints) -> Floats:
    """(k, d) of length 1, whose products say how alike these rows are."""
    middle, spread = derived(X, "middle and spread", lambda: (X.mean(axis=0), X.std(axis=0)))
    z = np.asarray((X[rows] - middle) / np.maximum(spread, 1e-6), np.float64)
    return np.asarray(z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-9))
