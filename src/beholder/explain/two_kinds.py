"""Whether the pictures that were liked are of two kinds, each with a name: who loves two is told of both."""

from __future__ import annotations

import numpy as np

from beholder.concepts import Tags
from beholder.explain.likings import liked_and_disliked
from beholder.explain.naming import name_apart
from beholder.explain.showing import looks_of, parted
from beholder.types import Answers, Floats, Matrix

_FEWEST = 12  # pictures that were liked
_OF_EACH, _SHARE = 5, 0.2  # of each kind, and their share of what was liked, at least
_SLIPS = 0.03  # share of all pictures shown that may have been picked by mistake: fewer of a kind are none
_APART = 0.15  # correlation within each kind less that between them, in the mean of pairs, at least


def two_kinds_of(X: Matrix, answers: Answers, words: Tags) -> str:
    """The two kinds that the liked pictures are of, in a sentence; "" where they are of one, or have no names.

    Each name holds of most of a kind and of few of the other, so that it is true of what was liked, and claims nothing
    of other pictures.

    Parameters
    ----------
    X
        (n, d) the pool
    answers
        rows of it
    words
        of the pool
    """
    liked, disliked = liked_and_disliked(answers)
    if len(liked) < _FEWEST:
        return ""
    first, second = (np.array(rows, np.int64) for rows in parted(X, liked))
    least = max(_OF_EACH, _SHARE * len(liked), _SLIPS * (len(liked) + len(disliked)))
    if min(len(first), len(second)) < least or _apart(looks_of(X, first), looks_of(X, second)) < _APART:
        return ""
    larger, smaller = sorted((first, second), key=len, reverse=True)
    names = name_apart(larger, smaller, words), name_apart(smaller, larger, words)
    if not all(names):
        return ""
    counts = f"{len(larger)} and {len(smaller)} of {len(liked)}"
    return f"The pictures that you liked are of two kinds: {names[0]}, and {names[1]} ({counts})."


def _apart(one: Floats, other: Floats) -> float:
    return min(_within(one), _within(other)) - float((one @ other.T).mean())


def _within(z: Floats) -> float:
    """The mean of all pairs."""
    return float(((z.sum(axis=0) ** 2).sum() - len(z)) / (len(z) * (len(z) - 1)))
