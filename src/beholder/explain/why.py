"""Why a picture stands where it stands: the leanings it meets, and the nearest picture that was liked or disliked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from beholder.concepts import Tags
from beholder.explain.leanings import Leaning
from beholder.types import SCALE, Answers, Floats, Ints, Matrix

_NOTABLE = 0.4  # standard deviations from the pool's mean from which a picture is said to have something
_SHARE = 0.3  # of the largest contribution, from which another one is named beside it
_MOST = 2  # things named of one picture
_CLOSE = 0.95  # nearer than this share of random pairs of the pool counts as near
_LEFT = 0.25  # of a vote against a picture that was shown in a grid and not picked
_AT_ONCE = 4_096  # pictures that are compared at a time
_SAMPLE = 400  # pictures from which that distance is measured
_DOUBTFUL = 0.9  # a score is called unsure among the least known tenth of the pool,
_WIDE = 0.75  # where its doubt is also this much of the spread of all scores
_UNSURE = "not sure yet"
_NO_REASON = "none of our measures explains it"
_GUESS = "only a guess so far"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one picture scores as it does.

    Attributes
    ----------
    text
        in words of the measured attributes; "" only where `near` says it alone
    near
        row of the nearest picture that was liked (or disliked, where this one stands low), None where none is near
    liked
        whether `near` was liked
    both
        words that are said of this picture and of `near`
    unsure
        whether the score is one of the least known
    """

    text: str
    near: int | None
    liked: bool
    unsure: bool = False
    both: Sequence[str] = ()

    def with_title(self, title: str | None) -> str:
        """The whole reason; title : of the picture `near`, None where there is none."""
        near = f"similar to {title}, which you {'liked' if self.liked else 'did not like'}" if title else ""
        near += f" (both: {', '.join(self.both)})" if near and self.both else ""
        return "; ".join(filter(None, [self.text, near, _UNSURE * self.unsure]))


def liked_and_disliked(answers: Answers) -> tuple[Ints, Ints]:
    """Rows that won more than they lost or were rated in the upper part of the scale; and the other way round.

    Rated means above 5.5 and above the person's own mean, so that it is true to say "which you liked" of it. A picture
    that was left in a grid was not liked, though this says less of it than a choice does.
    """
    votes = {int(row): 1.0 if picked else -_LEFT for _, row, picked in answers.grids}
    for (winner, loser), weight in zip(answers.choices, answers.weights, strict=True):
        votes[int(winner)] = votes.get(int(winner), 0.0) + float(weight)
        votes[int(loser)] = votes.get(int(loser), 0.0) - float(weight)
    if len(answers.rows):
        middle, mean = sum(SCALE) / 2, float(answers.ratings.mean())
        for row, rating in zip(answers.rows, answers.ratings, strict=True):
            above, below = rating > max(middle, mean), rating < min(middle, mean)
            votes[int(row)] = votes.get(int(row), 0.0) + float(above) - float(below)
    liked = [row for row, vote in votes.items() if vote > 0]
    disliked = [row for row, vote in votes.items() if vote < 0]
    return np.array(liked, np.int64), np.array(disliked, np.int64)


def reasons_of(
    predicted: tuple[Floats, Floats],
    X: Matrix,
    aspects: Floats,
    answers: Answers,
    rows: Ints,
    leanings: Sequence[Leaning | None],
    words: Tags,
) -> list[Reason]:
    """One reason for each of `rows`.

    Parameters
    ----------
    predicted
        (n,) scores and (n,) standard deviations of all pictures
    aspects
        (n, a) standardised
    leanings
        (a,) in the order of its columns, None where the answers do not carry one
    words
        what the encoder says of each picture Takes 0.1 s for 10,000 rows of 200 numbers.
    """
    scores, spread = predicted
    high = (scores >= np.median(scores))[rows]
    unsure = (spread > max(np.quantile(spread, _DOUBTFUL), _WIDE * np.std(scores)))[rows]
    texts = _words(aspects[rows], high, leanings)
    near = _nearest(X, rows, high, answers)
    both = words.both(rows, near, _MOST)
    unknown = _NO_REASON if any(leanings) else _GUESS
    return [
        Reason(text or unknown * (to < 0), None if to < 0 else to, liked, doubt, told)
        for text, to, liked, doubt, told in zip(texts, near.tolist(), high.tolist(), unsure.tolist(), both, strict=True)
    ]


def _words(z: Floats, high: np.ndarray[Any, Any], leanings: Sequence[Leaning | None]) -> Iterator[str]:
    lean = np.array([x.lean if x else 0.0 for x in leanings])
    sign = np.where(high, 1.0, -1.0)[:, None]
    gain = np.where(np.abs(z) >= _NOTABLE, sign * z * lean, 0.0)  # how far each attribute speaks for the standing
    order = np.argsort(-gain, axis=1)[:, :_MOST]
    for i, columns in enumerate(order):
        best = gain[i, columns[0]]
        named = [int(c) for c in columns if best > 0 and gain[i, c] >= _SHARE * best]
        words = [leanings[c].high if z[i, c] > 0 else leanings[c].low for c in named]  # type: ignore[union-attr]
        if words and not high[i]:
            wanted = leanings[named[0]]
            assert wanted is not None
            yield f"{', '.join(words)}; you like {wanted.liked}"
        else:
            yield ", ".join(words)


def _nearest(X: Matrix, rows: Ints, high: np.ndarray[Any, Any], answers: Answers) -> Ints:
    """(k,) the nearest liked row of each that stands high, the nearest disliked of the others; never the row itself, -1
    where none is near."""
    unit = _unit_of(X)
    close = _closeness(unit(np.arange(0, len(X), max(1, len(X) // _SAMPLE))))
    found = np.full(len(rows), -1, np.int64)
    for taught, which in zip(liked_and_disliked(answers), (high, ~high), strict=True):
        mine = rows[which]
        if not len(taught) or not len(mine):
            continue
        told, best = unit(taught).T, np.empty(len(mine), np.int64)
        for part in (slice(start, start + _AT_ONCE) for start in range(0, len(mine), _AT_ONCE)):
            likeness = unit(mine[part]) @ told
            likeness[mine[part, None] == taught] = -np.inf
            at = likeness.argmax(axis=1)
            best[part] = np.where(likeness[np.arange(len(at)), at] >= close, taught[at], -1)
        found[which] = best
    return found


def _unit_of(X: Matrix) -> Callable[[Ints], Matrix]:
    """Gives rows of X with each column at mean 0 and std 1, at length 1: their products are correlations."""
    mean = X.mean(axis=0)
    parts = (X[start : start + _AT_ONCE] for start in range(0, len(X), _AT_ONCE))  # never a copy of a large X
    spread = np.sqrt(sum(((part - mean) ** 2).sum(axis=0, dtype=np.float64) for part in parts) / max(1, len(X)))
    scale = np.asarray(1 / np.maximum(spread, 1e-6), X.dtype)

    def unit(rows: Ints) -> Matrix:
        centred = (X[rows] - mean) * scale
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(length, 1e-9), np.float32)

    return unit


def _closeness(some: Matrix) -> float:
    """The correlation that only the nearest few in a hundred pairs of the pool reach."""
    pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
    return float(np.quantile(pairs, _CLOSE)) if len(pairs) else 1.0
