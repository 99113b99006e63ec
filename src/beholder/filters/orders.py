"""Orders of pictures beside the ranking's own: by a number, unlike the best, and varied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from beholder.concepts import LOOKS, Tags
from beholder.errors import UnknownName, UserError
from beholder.text import shown
from beholder.types import Floats, Ints, Matrix

Sort = Literal["score", "varied", "surprise", "newest", "date", "price", "price-high", "size", "size-high"]
SORTS: tuple[Sort, ...] = get_args(Sort)

_BEST = 60  # pictures that a surprise is unlike; of fewer pictures, a tenth of them
_GOOD = 3  # a surprise is among the first third
_DRAWN = 24  # surprises after which others begin
_RARE = 0.1  # of the best, up to which it is told that they have something
_MIXED = 300  # places that are mixed; behind them come all others as they were
_REACH = (40, 2000)  # places by which a picture may come forward: a tenth of all, but no fewer and no more than these
_UNLIKE = 0.7  # how much being unlike those before counts, of 1; the rest is for standing far ahead


def sort_of(text: str) -> Sort:
    """raises : UserError"""
    for sort in SORTS:
        if sort == text:
            return sort
    raise UserError(str(UnknownName.of("order", shown(text, 40), SORTS)))  # no page is missing: the call was wrong


def by_value(values: Floats, *, down: bool = False) -> Ints:
    """Places of values (k,) from the least on, or from the most; those that are not known are last, as they stood."""
    return np.argsort(-values if down else values, kind="stable")


def surprising(looks: Matrix, rows: NDArray[Any], draw: int = 0) -> Ints:
    """Places, those first that are good and yet look unlike the best.

    Of the first third, without the best, each has two places: how good it is, and how little it looks like the one of
    the best that it looks most like. The mean of the two counts. Then come the best, then the rest.

    Parameters
    ----------
    looks
        (n, c) of length 1: products are likeness
    rows
        (k,) of these, best first
    draw
        each begins with the 24 after those of the one before
    """
    best, good = best_and_good(len(rows))
    rest = rows[best:good]
    if not best or not len(rest):
        return np.arange(len(rows))
    likeness = (looks[rest] @ looks[rows[:best]].T).max(axis=1)
    mean = np.arange(len(rest)) + np.argsort(np.argsort(likeness, kind="stable"))
    first = np.roll(best + np.argsort(mean, kind="stable"), -_DRAWN * draw)
    return np.concatenate([first, np.arange(best), np.arange(good, len(rows))])


def best_and_good(count: int) -> tuple[int, int]:
    """Places that surprises are unlike, and the place behind the last surprise."""
    return min(_BEST, count // 10), count // _GOOD


def unlike_the_best(words: Tags, rows: NDArray[Any]) -> Callable[[Ints], list[tuple[str, ...]]]:
    """Gives what surprises are that the best are not: the word of each that is said of fewest of the best.

    Only words that no more than one in ten of the best have, those of what a picture shows before those of how it
    looks, and no artists, who stand beside it; of one that has none of these nothing is told but that it looks unlike
    the best.

    Parameters
    ----------
    words
        of the collection
    rows
        (k,) of it, best first, as of `surprising`
    """
    best, good = best_and_good(len(rows))
    had = words.said[rows[:best]].sum(axis=0)
    order = np.lexsort((words.said.sum(axis=0), had, [group in LOOKS for group in words.groups]))
    telling = [
        k
        for k in order.tolist()
        if had[k] <= _RARE * best and words.groups[k] != "artist" and not words.names[k].startswith("no ")
    ]
    surprises = frozenset(rows[best:good].tolist())

    def told(row: int) -> tuple[str, ...]:
        if row not in surprises:
            return ()
        word = next((f"{words.names[k]}, " for k in telling if words.said[row, k]), "")
        return (f"{word}unlike your best",)

    return lambda some: [told(row) for row in some.tolist()]


def varied(looks: Matrix, rows: NDArray[Any]) -> Ints:
    """Places, so that those beside each other at the top look less alike: maximal marginal relevance.

    Next comes the picture of the largest `-.3 place / reach - .7 likeness`: by its place before, and how much it looks
    like the one of those already chosen that it looks most like. None comes forward by more than `reach`, a tenth of
    all places: that costs a page no more than 0.9 of the mean score, which goes from 1 to 10 over all places.

    Parameters
    ----------
    looks, rows
        as in `surprising`
    """
    reach = int(np.clip(len(rows) // 10, *_REACH))
    pool = looks[rows[: _MIXED + reach]]
    worth = -(1 - _UNLIKE) / reach * np.arange(len(pool), dtype=np.float32)
    first = by_worth_and_unlikeness(worth, pool, _UNLIKE, min(_MIXED, len(pool)), reach)
    return np.concatenate([first, np.setdiff1d(np.arange(len(rows)), first)])


def by_worth_and_unlikeness(worth: NDArray[Any], looks: Matrix, unlike: float, count: int, reach: int) -> Ints:
    """So many places: next comes the one of most `worth - unlike * likeness` to whichever chosen one it is most like.

    Parameters
    ----------
    worth
        (n,)
    looks
        (n, c) of length 1
    reach
        places by which one may come forward
    """
    value, likeness = worth.copy(), np.full(len(worth), -1, np.float32)
    chosen = list[int]()
    for place in range(count):
        end = place + reach
        at = int(np.argmax(value[:end] - unlike * likeness[:end]))
        chosen.append(at)
        likeness = np.maximum(likeness, looks @ looks[at])
        value[at] = -np.inf
    return np.array(chosen, np.int64)
