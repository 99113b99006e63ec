"""Why a picture stands where it stands: what it has that is liked and most others have not, or what it is near to.

A reason is a word, two at most, or the picture that was chosen and is truly near; of a picture that was chosen itself,
that it was. Words that more than a third of the collection have are no reasons. Of pictures that stand beside each
other no two have the same reason, but that both were chosen; where nothing else can be said, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from beholder.concepts import Tags
from beholder.explain.leanings import Leaning
from beholder.explain.likings import Liking, liked_and_disliked
from beholder.explain.phrases import ABSENT
from beholder.features.attributes import SEEN
from beholder.table import derived
from beholder.types import Answers, Floats, Ints, Matrix

_COMMON = 1 / 3  # share of the collection from which a word is no reason
_EXTREME = 1 / 6  # of the collection lies beyond an attribute that a picture is said to have
_CALLED = {"muted colours": "black and white"}  # what such a picture has instead, where that is said of it
_MOST = 2  # things named of one picture
_CLOSE = 0.995  # nearer than this share of random pairs of the collection is truly near
_AT_ONCE = 4_096  # pictures that are compared at a time
_SAMPLE = 400  # pictures from which that distance is measured
BESIDE = 3  # places to each side that a reason depends on


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one picture scores as it does; empty where there is nothing to say.

    Attributes
    ----------
    text
        what it has, in words
    near
        row of the nearest picture that was liked (or disliked, where this one stands low), None where that is no reason
    liked
        whether `near` was liked
    deed
        what the person did with `near`, or with this picture itself: "you picked", "you picked it"; "" for neither
    over
        row of the picture that it was chosen over, None where it was not
    """

    text: str = ""
    near: int | None = None
    liked: bool = True
    deed: str = ""
    over: int | None = None

    def told(self, title_of: Callable[[int], str]) -> str:
        """The whole reason; title_of : gives the title of a row's picture."""
        near = "" if self.near is None else f"like {title_of(self.near)}, which "
        over = "" if self.over is None else f" {title_of(self.over)}"
        return "; ".join(filter(None, [self.text, f"{near}{self.deed}{over}"]))


_NONE = Reason()


def reasons_of(
    scores: Floats,
    X: Matrix,
    attributes: Matrix,
    answers: Answers,
    rows: Ints,
    leanings: Sequence[Leaning | None],
    likings: Sequence[Liking],
    words: Tags,
    first: int = 0,
) -> list[Reason]:
    """One reason for each of `rows`. Takes 0.1 s for 10,000 rows of 200 numbers.

    Parameters
    ----------
    scores
        (n,) of all pictures
    attributes
        (n, a) as measured
    leanings
        (a,) in the order of its columns, None where the answers do not carry one
    likings
        those that tell most first
    words
        what is said of each picture
    first
        the place in the ranking of the first of `rows`
    """
    high = (scores >= np.median(scores))[rows]
    near, deeds = _nearest(X, rows, high, answers), _Deeds.of(answers)
    texts = _texts(attributes, rows, high, leanings, likings, words)
    found = [
        list(_candidates(row, said, to, liked, deeds))
        for row, said, to, liked in zip(rows.tolist(), texts, near.tolist(), high.tolist(), strict=True)
    ]
    return varied(found, first)


def varied(candidates: Sequence[Sequence[Reason]], first: int = 0) -> list[Reason]:
    """One reason of each picture's own, best first, so that none is its neighbour's, but that both were chosen.

    Every fourth place has its best; those halfway between take another than the two before and after, then all between
    another than their neighbours. So the reason of a place depends on `BESIDE` places to each side, whatever is shown.
    """
    said = [_NONE] * len(candidates)
    for start, step, reach in ((0, 4, 0), (2, 4, 2), (1, 2, 1)):
        for at in range((start - first) % step, len(candidates), step):
            around = [said[k] for k in (at - reach, at + reach) if reach and 0 <= k < len(said)]
            said[at] = next((reason for reason in candidates[at] if reason not in around), _own(candidates[at]))
    return said


def _own(candidates: Sequence[Reason]) -> Reason:
    """What the person did with the picture itself, which is said in any case; nothing where they did nothing."""
    return next((one for one in candidates[-1:] if one.deed and one.near is None), _NONE)


def _candidates(row: int, said: Sequence[str], near: int, high: bool, deeds: _Deeds) -> Iterator[Reason]:
    """Best first: the shorter, the better; of what the person did with the picture itself nothing else."""
    liked = row in deeds.liked
    if liked or (row in deeds.disliked and (not high or row in deeds.refused)):  # refused and yet high
        it = replace(deeds.reason("", row, liked, " it"), near=None)
        yield from (replace(it, text=text) for text in said if liked == high)
        yield it
        return
    yield from (Reason(text) for text in said[:1])
    if near >= 0:
        yield deeds.reason("", near, high)
    yield from (Reason(text) for text in said[1:])
    if len(said) > 1:
        yield Reason(", ".join(said[:_MOST]))
    if near >= 0 and said:
        yield deeds.reason(said[0], near, high)


@dataclass(frozen=True, slots=True)
class _Deeds:
    """What a person did with pictures: rows that were liked, disliked, chosen over another, passed, shown in grids.

    refused : of rows in grids of which nothing was picked, how many pictures that showed
    """

    liked: frozenset[int]
    disliked: frozenset[int]
    won: Mapping[int, int]
    lost: frozenset[int]
    shown: frozenset[int]
    refused: Mapping[int, int]

    @property
    def judged(self) -> frozenset[int]:
        return self.liked | self.disliked

    @classmethod
    def of(cls, answers: Answers) -> _Deeds:
        liked, disliked = (frozenset(rows.tolist()) for rows in liked_and_disliked(answers))
        won, lost = dict(answers.choices.tolist()), frozenset(answers.choices[:, 1].tolist())
        grid, shown, picked = answers.asked.T
        none = ~np.isin(grid, grid[picked == 1])
        refused = {int(row): int((grid == of).sum()) for row, of in zip(shown[none], grid[none], strict=True)}
        return cls(liked, disliked, won, lost, frozenset(shown.tolist()), refused)

    def reason(self, text: str, row: int, liked: bool, what: str = "") -> Reason:
        """That this row was liked, or not; what : stands behind the verb"""
        if liked and row in self.won:
            return Reason(text, row, liked, f"you chose{what} over", self.won[row])
        if what and not liked and self.refused.get(row, 1) > 1:
            return Reason(text, row, liked, f"you saw{what} and picked none of the {self.refused[row]}")
        verb = "pick" if row in self.shown else "choose" if row in self.lost else "like"
        done = {"pick": "picked", "like": "liked"}.get(verb, "chose")
        return Reason(text, row, liked, f"you {done if liked else f'did not {verb}'}{what}")


def deeds_of(answers: Answers, rows: Sequence[int]) -> dict[int, str]:
    """What the person did with those of these pictures that they liked or did not like, as "picked it"."""
    deeds = _Deeds.of(answers)
    told = {row: deeds.reason("", row, row in deeds.liked, " it").deed for row in rows if row in deeds.judged}
    return {row: deed.removeprefix("you ").removesuffix(" over") for row, deed in told.items()}


def _texts(
    attributes: Matrix,
    rows: Ints,
    high: np.ndarray[tuple[int], np.dtype[np.bool_]],
    leanings: Sequence[Leaning | None],
    likings: Sequence[Liking],
    words: Tags,
) -> list[list[str]]:
    """Of each row what it has that speaks for its standing, what tells most first."""
    weighed = list[tuple[float, str, Ints]]()
    for one in likings:
        if one.usual <= _COMMON and one.word not in ABSENT:
            has = words.said[rows, one.column] & (high == one.liked)
            text = f"you like {one.word}" if one.group == "artist" and one.liked else one.word
            weighed.append((one.weight, text, np.flatnonzero(has)))
    for column, leaning in enumerate(leanings):
        if leaning is not None:
            weighed += _measured(attributes[:, column], rows, high, leaning, words)
    number = {name: at for at, name in enumerate(words.names)}
    common = {text for _, text, _ in weighed if text in number and words.said[:, number[text]].mean() > _COMMON}
    weighed = [one for one in weighed if one[1] not in common]
    found: list[list[str]] = [[] for _ in range(len(rows))]
    for _, text, which in sorted(weighed, key=lambda x: -x[0]):
        for at in which.tolist():
            if text not in found[at]:  # an attribute may be called as a word is
                found[at].append(text)
    return found


def _measured(
    values: Matrix, rows: Ints, high: np.ndarray[tuple[int], np.dtype[np.bool_]], leaning: Leaning, words: Tags
) -> Iterator[tuple[float, str, Ints]]:
    """What an attribute says of those that have it more, or less, than nearly all others, if people see it."""
    low_end, high_end = np.quantile(values, [_EXTREME, 1 - _EXTREME])
    if low_end == high_end:
        return
    own, up = values[rows], leaning.lean > 0
    for end, word in ((own >= high_end, leaning.high), (own <= low_end, leaning.low)):
        if word not in SEEN:
            continue
        liked = (word == leaning.high) == up
        other = _CALLED.get(word, "")
        called = words.said[rows, words.names.index(other)] if other in words.names else np.zeros(len(rows), bool)
        for name, which in ((word, ~called), (other, called)):
            text = name if liked else f"{name}; you like {leaning.liked}"
            yield leaning.lean**2 / 2, text, np.flatnonzero(which & end & (high == liked))


def _nearest(X: Matrix, rows: Ints, high: np.ndarray[tuple[int], np.dtype[np.bool_]], answers: Answers) -> Ints:
    """(k,) the nearest liked row of each that stands high, the nearest disliked of others; -1 where none is near."""
    unit = partial(unit_rows, X)
    some = np.arange(0, len(X), max(1, len(X) // _SAMPLE))
    close = derived(X, _closeness, lambda: _closeness(unit(some)))
    found = np.full(len(rows), -1, np.int64)
    for taught, which in zip(liked_and_disliked(answers), (high, ~high), strict=True):
        mine = rows[which]
        if not len(taught) or not len(mine):
            continue
        told, best = unit(taught).T, np.empty(len(mine), np.int64)
        for part in (slice(start, start + _AT_ONCE) for start in range(0, len(mine), _AT_ONCE)):
            likeness = unit(mine[part]) @ told
            at = likeness.argmax(axis=1)
            best[part] = np.where(likeness[np.arange(len(at)), at] >= close, taught[at], -1)
        found[which] = best
    return found


def _moments(X: Matrix) -> tuple[Matrix, Matrix]:
    """(mean, 1 / std) of each column of X."""
    mean = X.mean(axis=0)
    parts = (X[start : start + _AT_ONCE] for start in range(0, len(X), _AT_ONCE))  # never a copy of a large X
    spread = np.sqrt(sum(((part - mean) ** 2).sum(axis=0, dtype=np.float64) for part in parts) / max(1, len(X)))
    return np.asarray(mean), np.asarray(1 / np.maximum(spread, 1e-6), X.dtype)


def unit_rows(X: Matrix, rows: Ints) -> Matrix:
    """Rows of X with each column at mean 0 and std 1, at length 1: their products are correlations."""
    mean, scale = derived(X, _moments, lambda: _moments(X))
    centred = (X[rows] - mean) * scale
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(length, 1e-9), np.float32)


def _closeness(some: Matrix) -> float:
    """The correlation that only the nearest few in a thousand pairs of the pool reach."""
    pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
    return float(np.quantile(pairs, _CLOSE)) if len(pairs) else 1.0
