"""Looks for pictures that show one work: the same photo on offer again, and other photos of the same painting.

Those that an encoder sees as most alike are compared. Pictures that agree far enough are surely of one work; those that
agree less are asked about. Where OpenCV is not installed only their hashes are compared, which finds what was packed,
scaled or hardly cropped anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadPicture
from beholder.images import open_image
from beholder.images.likeness import (
    MOST,
    NONE,
    SIDE,
    Agreement,
    Features,
    agreement,
    features_of,
    have_features,
    perceptual_hash,
)
from beholder.jobs import map_jobs
from beholder.locator import Locator
from beholder.store import SamePair
from beholder.types import Ints, Item, Matrix, Progress, silent

_Behind = Callable[[Callable[[], None]], object]  # does a job later
BEFORE = 12  # places before a picture in an order where another of its work is looked for
_TOP = 60  # places of an order, in which pictures that are surely of one work do not stand side by side
_NEAREST = 12  # pictures that each is compared with, as an encoder sees them
_NEAREST_HASHES = 4  # and by their hashes
_ALIKE = 0.35  # cosine of two, from the middle of all, below which nothing is compared
_SURE = Agreement(features=8, pixels=0.55, shared=0.5)
_PERHAPS = Agreement(features=8, pixels=0.35, shared=0.2)
_SOFT = 20  # local features below which a picture is too soft to be told by them
_BITS = 64
_BITS_SURE, _BITS_PERHAPS = 4, 12  # that may differ between hashes
_COSINE = 0.8  # that two pictures with such hashes have too
_COLOURS = 8  # pixels a side of which the colours are compared
_SAME_COLOURS = 6.0  # of 255, the mean difference of the same photo
_PLAIN = 24  # of 255; a picture in which light differs less has no hash that tells
_AT_A_TIME = 4  # pairs that are looked at behind a page: what else is done there waits for them
_AT_ONCE = 256  # pictures in one task
_NEARLY = 0.85  # how alike two look, from which that is done
_MANY = 65_536  # pictures that one is compared with at a time


def same_pairs(
    items: Sequence[Item], X: Matrix, *, after: int = 0, threads: int = 1, progress: Progress = silent
) -> list[SamePair]:
    """The pairs of pictures that show, or may show, one work.

    Parameters
    ----------
    items, X
        the pictures, and (n, d) how an encoder sees each
    after
        only pairs are looked at in which one has a higher id
    """
    new = np.array([item.id > after for item in items])
    pairs = _candidates(X, new)
    if not len(pairs):
        return []
    used = np.unique(pairs)
    with tempfile.TemporaryFile() as held:
        looks: Any = _Features(held, len(items)) if have_features() else _Hashes(len(items))
        tasks = [used[at : at + 8] for at in range(0, len(used), 8)]
        work = partial(_look, [item.locator for item in items], looks)
        for done, _ in enumerate(map_jobs(work, tasks, workers=max(1, threads), ahead=threads + 1), 1):
            progress("looking for works that are there twice", min(8 * done, len(used)), len(used))
        pairs = np.unique(np.concatenate([pairs, looks.hashes.nearest(new)]), axis=0)
        parts = [pairs[at : at + _AT_ONCE] for at in range(0, len(pairs), _AT_ONCE)]
        judged = map_jobs(partial(_compare, looks, X), parts, workers=max(1, threads), ahead=threads + 1)
        return [
            SamePair.of(items[a].id, items[b].id, round(how, 4), sure) for found in judged for a, b, how, sure in found
        ]


class Twins:
    """Pictures that stand near each other and may show one work, as far as they were looked at. Thread-safe.

    Parameters
    ----------
    unit
        gives some rows (r,) of how the pictures look at length 1: products are likeness
    apart
        pairs of ids that are known to be two works
    """

    def __init__(
        self, items: Sequence[Item], unit: Callable[[Ints], Matrix], apart: Collection[tuple[int, int]]
    ) -> None:
        self._items, self._unit, self._apart = items, unit, apart
        self._known: dict[tuple[int, int], bool] = {}
        self._sure = set[tuple[int, int]]()
        self._on_the_way = set[tuple[int, int]]()

    def before(self, rows: Ints, first: int = 0, behind: _Behind | None = None) -> dict[int, int]:
        """The rows that may show the same as one up to twelve places before them, and that one.

        Parameters
        ----------
        rows
            (k,) in their order
        first
            place of the first row that is told of
        behind
            takes the jobs that look at pairs which were not yet looked at; only what is known is told then
        """
        found = dict[int, int]()
        rows = rows[max(0, first - BEFORE) :]
        for _, row, other in sorted(self._alike(rows, min(first, BEFORE)), reverse=True):
            pair = min(row, other), max(row, other)
            new = pair not in self._known and pair not in self._on_the_way
            if new and behind is None:
                self._judge(*pair)
            elif new and behind is not None and len(self._on_the_way) < _AT_A_TIME:
                self._on_the_way.add(pair)
                behind(partial(self._judge, *pair))
            if self._known.get(pair):
                found.setdefault(row, other)
        return found

    def spread(self, rows: NDArray[Any]) -> Ints:
        """Places of the first rows, in which those that surely show one work, as far as was looked, stand apart.

        A picture comes twelve places behind the one before it that it is the same as.
        """
        top, places, waiting = rows[:_TOP].astype(np.int64), list[int](), list[tuple[int, int]]()
        same = {row: other for _, row, other in self._alike(top, 0) if (min(row, other), max(row, other)) in self._sure}
        for place, row in enumerate(top.tolist()):
            if row in same:
                waiting.append((place, same[row]))
            else:
                places.append(place)
            while waiting and waiting[0][1] in top[places[: max(0, len(places) + 1 - BEFORE)]]:
                places.append(waiting.pop(0)[0])
        return np.array([*places, *(place for place, _ in waiting)], np.int64)

    def of(self, row: int) -> list[int]:
        """The rows that surely show the same work as one, wherever they stand; those most like it are looked at now."""
        here, n = self._unit(np.array([row]))[0], len(self._items)
        parts = (np.arange(at, min(at + _MANY, n)) for at in range(0, n, _MANY))
        likeness = np.concatenate([self._unit(part) @ here for part in parts])
        likeness[row] = -1
        found = list[int]()
        for other in np.argsort(-likeness)[:_NEAREST].tolist():
            pair = min(row, other), max(row, other)
            if likeness[other] >= _NEARLY and pair not in self._known:
                self._judge(*pair)
            if pair in self._sure:
                found.append(other)
        return found

    def _alike(self, rows: Ints, first: int) -> Iterator[tuple[float, int, int]]:
        unit = self._unit(rows)
        likeness = unit @ unit.T
        for at, before in np.argwhere(np.tril(likeness >= _NEARLY, -1)).tolist():
            if at >= first and at - before <= BEFORE:
                yield float(likeness[at, before]), int(rows[at]), int(rows[before])

    def _judge(self, a: int, b: int) -> None:
        try:
            self._known[a, b] = self._may_be_same(a, b)
        finally:
            self._on_the_way.discard((a, b))

    def _may_be_same(self, a: int, b: int) -> bool:
        """Whether they may; of those that surely are, note it."""
        ids = self._items[a].id, self._items[b].id
        if (min(ids), max(ids)) in self._apart:
            return False
        pair = np.array([[0, 1]])
        with tempfile.TemporaryFile() as held:
            looks: Any = _Features(held, 2) if have_features() else _Hashes(2)
            _look([self._items[row].locator for row in (a, b)], looks, pair[0])
            found = _compare(looks, self._unit(np.array([a, b])), pair)
        if any(sure for *_, sure in found):
            self._sure.add((a, b))
        return bool(found)


def _candidates(X: Matrix, new: NDArray[np.bool_]) -> Ints:
    """(m, 2) rows that an encoder sees as alike, each pair once, one of each new at least."""
    if len(X) < 2 or not new.any():
        return np.empty((0, 2), np.int64)
    Z = X - X.mean(0) if len(X) > _NEAREST else X
    Z = Z / np.maximum(np.linalg.norm(Z, axis=1, keepdims=True), 1e-9)
    k, found = min(_NEAREST, len(X) - 1), list[Ints]()
    rows = np.flatnonzero(new)
    for at in range(0, len(rows), _AT_ONCE):
        some = rows[at : at + _AT_ONCE]
        near = Z[some] @ Z.T
        near[np.arange(len(some)), some] = -2
        best = np.argpartition(-near, k - 1, axis=1)[:, :k]
        pairs = np.stack([np.repeat(some, k), best.ravel()], 1)
        found.append(pairs[np.take_along_axis(near, best, 1).ravel() >= _ALIKE])
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)


class _Hashes:
    """Of each picture a hash, and its colours."""

    def __init__(self, n: int) -> None:
        self.bits = np.zeros((n, _BITS), np.bool_)
        self.colours = np.zeros((n, _COLOURS * _COLOURS * 3), np.int16)
        self.known = np.zeros(n, np.bool_)

    @property
    def hashes(self) -> _Hashes:
        return self

    def nearest(self, new: NDArray[np.bool_]) -> Ints:
        """(m, 2) rows of pictures that were seen and whose hashes are nearest, one of each new."""
        seen = np.flatnonzero(self.known)
        k, rows, found = min(_NEAREST_HASHES, len(seen) - 1), np.flatnonzero(new[seen]), [np.empty((0, 2), np.int64)]
        signs = 2 * self.bits[seen].astype(np.float32) - 1
        for at in range(0, len(rows) if k > 0 else 0, _AT_ONCE):
            some = rows[at : at + _AT_ONCE]
            near = signs[some] @ signs.T
            near[np.arange(len(some)), some] = -_BITS
            best = np.argpartition(-near, k - 1, axis=1)[:, :k]
            found.append(np.stack([np.repeat(seen[some], k), seen[best].ravel()], 1))
        return np.sort(np.concatenate(found), axis=1)

    def see(self, row: int, picture: Any) -> None:
        colours = np.asarray(picture.resize((_COLOURS, _COLOURS), Image.Resampling.BOX), np.int16)
        self.known[row] = np.ptp(colours.mean(2)) > _PLAIN
        self.bits[row], self.colours[row] = perceptual_hash(picture), colours.ravel()

    def judge(self, a: int, b: int, cosine: float) -> tuple[float, bool] | None:
        differ = int((self.bits[a] != self.bits[b]).sum())
        if not (self.known[a] and self.known[b]) or differ > _BITS_PERHAPS or cosine < _COSINE:
            return None
        colours = float(np.abs(self.colours[a] - self.colours[b]).mean())
        return 1 - differ / _BITS, differ <= _BITS_SURE and colours <= _SAME_COLOURS


class _Features:
    """Of each picture its local features, on disk: of many they are large."""

    def __init__(self, held: Any, n: int) -> None:
        kind = [("points", "f4", (MOST, 2)), ("descriptors", "u1", (MOST, 128)), ("small", "u1", (128, 128))]
        self._rows = np.memmap(held, np.dtype(kind), "w+", shape=(n,))
        self._sizes = np.zeros((n, 3), np.int64)  # features, height, width; none where it cannot be opened
        self.hashes = _Hashes(n)

    def see(self, row: int, picture: Any) -> None:
        self.hashes.see(row, picture)
        one = features_of(picture)
        (n, (height, width)), held = (len(one.points), one.small.shape), self._rows[row]
        held["points"][:n], held["descriptors"][:n], held["small"][:height, :width] = (
            one.points, one.descriptors, one.small,
        )  # fmt: skip
        self._sizes[row] = n, height, width

    def judge(self, a: int, b: int, cosine: float) -> tuple[float, bool] | None:
        one, other = self._of(a), self._of(b)
        told = agreement(one, other) if one and other else NONE
        if _reaches(told, _SURE):
            return told.pixels, True
        copy = self.hashes.judge(a, b, cosine)
        soft = min(self._sizes[a, 0], self._sizes[b, 0]) < _SOFT
        if copy is not None and (copy[1] or soft):
            return copy
        return (told.pixels, False) if _reaches(told, _PERHAPS) else None

    def _of(self, row: int) -> Features | None:
        n, height, width = self._sizes[row].tolist()
        held = self._rows[row]
        return Features(held["points"][:n], held["descriptors"][:n], held["small"][:height, :width]) if n else None


def _reaches(told: Agreement, wanted: Agreement) -> bool:
    return told.features >= wanted.features and told.pixels >= wanted.pixels and told.shared >= wanted.shared


def _look(places: Sequence[Locator], looks: Any, rows: Ints) -> None:
    for row in rows.tolist():
        try:
            looks.see(row, open_image(places[row], max_side=SIDE))
        except BadPicture:
            continue


def _compare(looks: Any, X: Matrix, pairs: Ints) -> list[tuple[int, int, float, bool]]:
    return list(_agreeing(looks, X, pairs))


def _agreeing(looks: Any, X: Matrix, pairs: Ints) -> Iterator[tuple[int, int, float, bool]]:
    for a, b in pairs.tolist():
        cosine = float(X[a] @ X[b] / max(float(np.linalg.norm(X[a]) * np.linalg.norm(X[b])), 1e-9))
        if (told := looks.judge(a, b, cosine)) is not None:
            yield a, b, *told
