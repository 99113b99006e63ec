"""Two people side by side: how far they agree on the pictures of a collection, and on which."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np
from scipy.stats import kendalltau, spearmanr

from beholder.collection import Collection
from beholder.errors import UserError
from beholder.explain import liked_and_disliked, varied
from beholder.session.reading import Fitted, Reading
from beholder.taste.capabilities import Conditionable
from beholder.types import Floats, Ints, Item

_ROWS = 400  # pictures at most, drawn at random, by which it is measured how sure agreement is
_DRAWS = 200  # of what both may truly like
_WITHIN = 0.9  # chance that the truth is in the interval
_OPEN = 0.2  # width of the interval from which it is said that little is known
_SURELY = 0.55  # least share of pairs that both order alike, from which it is said that they like the same
_UNSHOWN = 0.5  # correlation by which people may agree more or less on what they have not shown
_FEWEST = 6  # pictures to compare two people by
_LOVED = 0.1  # first part of a ranking that its person would love; they would not what is in its second half
_SHOWN = 9

_KEPT: WeakKeyDictionary[Fitted, WeakKeyDictionary[Fitted, tuple[Any, Together]]] = WeakKeyDictionary()
_LOCK = threading.Lock()  # of what is kept; two comparisons at once would only wait for each other's cores


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people agree, after all that is known of both.

    Attributes
    ----------
    same
        of two pictures, how often both would choose the same one, from 0 to 1; a coin: .5
    low, high
        nine times in ten it lies between these; None where the models do not tell
    """

    same: float
    low: float | None
    high: float | None

    def words(self, one: str, other: str) -> str:
        """Both, by name, in a sentence."""
        low, high = (self.same if x is None else x for x in (self.low, self.high))
        two = f"{one} and {other}"
        if self.open:
            return f"How far {two} agree is still open."
        if low <= 0.5 <= high:
            return f"{two} have little in common."
        if self.same < 0.5:
            return f"{two} are drawn to different pictures."
        much = "much the same pictures" if self.same >= 0.75 else "many of the same pictures"
        said = f"like {much}" if self.same >= 0.62 and low >= _SURELY else "agree a little"
        return f"{'So far ' if high - low > _OPEN else ''}{two} {said}."

    @property
    def open(self) -> bool:
        """Whether they may as well agree as not."""
        low, high = (self.same if x is None else x for x in (self.low, self.high))
        return low <= 0.5 <= high and high - low > _OPEN

    @property
    def figures(self) -> str:
        """The same in figures."""
        unsure = (
            ""
            if self.low is None or self.high is None
            else f" (most likely {100 * self.low:.0f} to {100 * self.high:.0f} %)"
        )
        return f"Of two pictures, both would choose the same one {100 * self.same:.0f} % of the time{unsure}."


@dataclass(frozen=True, slots=True)
class Together:
    """Two people side by side: how far they agree; what both would love, what only the one, only the other.

    What the one whom it is for did not pick, though it was shown, comes last.
    Where nothing is near the top of both rankings, `nearest` has what comes nearest to it, and `both` has nothing.
    """

    agreement: Agreement
    both: list[Item]
    nearest: list[Item]
    one: list[Item]
    other: list[Item]

    @property
    def shown(self) -> list[Item]:
        """All of them."""
        return [*self.both, *self.nearest, *self.one, *self.other]


def together(one: Reading, other: Reading) -> Together:
    """Two readings of one collection, compared over the pictures that neither person has hidden.

    Whoever is named first, the figures are the same. It is made once for each two fits.

    Raises
    ------
    NotEnoughAnswers
    UserError
        where too few pictures are left
    """
    if one.person.id > other.person.id:
        turned = together(other, one)
        return replace(turned, one=turned.other, other=turned.one)
    _ = one.model, other.model  # raises
    first, second = cast(Fitted, one.fitted), cast(Fitted, other.fitted)
    hidden = one.history.hidden, other.history.hidden
    with _LOCK:
        held = _KEPT.setdefault(first, WeakKeyDictionary())
        if (kept := held.get(second)) is None or kept[0] != hidden:
            kept = held[second] = hidden, _compared(one, other)
        return kept[1]


def _compared(one: Reading, other: Reading) -> Together:
    collection = one.collection
    places = np.stack([_places(reading, len(collection)) for reading in (one, other)])
    rows = np.flatnonzero(~np.isnan(places).any(axis=0))
    if len(rows) < _FEWEST:
        raise UserError(f"'{collection.name}' has too few pictures to compare two people by")
    loved, unloved = places <= _LOVED, places >= 0.5
    both = (places * max(1, len(rows) - 1) < max(2 * _SHOWN, _LOVED * len(rows))).all(axis=0)
    only = (loved[0] & unloved[1], loved[1] & unloved[0])
    apart = places[1] - places[0]

    def hang(which: Any, by: Floats, *whose: Reading) -> list[Item]:
        found = np.flatnonzero(which)
        left = np.sum([np.isin(found, liked_and_disliked(reading.answers)[1]) for reading in whose], axis=0)
        best = found[np.lexsort((by[found], left))][: 2 * _SHOWN].tolist()
        return [collection.items[row] for row in varied(collection.X, best, _SHOWN)]

    worse = places.max(axis=0)
    return Together(
        _agreement(collection, rows, one, other),
        hang(both, worse, one, other), [] if both.any() else hang(worse < 0.5, worse, one, other),
        hang(only[0], -apart, one), hang(only[1], apart, other),
    )  # fmt: skip


def _places(reading: Reading, n: int) -> Floats:
    """(n,) place of each picture in a person's ranking, from 0 to 1; no number where it is not ranked."""
    places, rows = np.full(n, np.nan), reading.ranking.rows
    places[rows] = np.arange(len(rows)) / max(1, len(rows) - 1)
    return places


def _agreement(collection: Collection, rows: Ints, one: Reading, other: Reading) -> Agreement:
    """Of what is read of both; how sure that is follows from what neither has shown yet.

    Nobody knows how far two people agree on that: it is taken to be anything from not at all to twice as much as on
    what they have shown, and up to a half more or less, so that little is told of people of whom little is known.
    """
    means = [np.asarray(reading.model.predict(collection.X), np.float64) for reading in (one, other)]
    same, correlation = _alike(*(mean[rows] for mean in means)), _correlation(*(mean[rows] for mean in means))
    if not all(isinstance(reading.model, Conditionable) for reading in (one, other)):
        return Agreement(same, None, None)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(rows, min(_ROWS, len(rows)), replace=False))
    roots = [_root(cast(Conditionable, reading.model), collection, rows) for reading in (one, other)]
    shared = 2 * correlation * rng.uniform(size=(_DRAWS, 1)) + _UNSHOWN * rng.uniform(-1, 1, (_DRAWS, 1))
    shared = np.clip(shared, -1, 1)
    noise, apart = rng.normal(size=(2, _DRAWS, len(rows)))
    draws = [
        mean[rows] + z @ root
        for mean, root, z in zip(means, roots, (noise, shared * noise + np.sqrt(1 - shared**2) * apart), strict=True)
    ]
    told = [_alike(a, b) for a, b in zip(*draws, strict=True)]
    low, high = np.quantile(told, [(1 - _WITHIN) / 2, (1 + _WITHIN) / 2]).tolist()
    return Agreement(same, min(low, same), max(high, same))


def _alike(a: Floats, b: Floats) -> float:
    """Share of the pairs that both order alike; a coin's where one orders nothing."""
    tau = float(kendalltau(a, b).statistic)
    return 0.5 if np.isnan(tau) else (1 + tau) / 2


def _correlation(a: Floats, b: Floats) -> float:
    """Of the ranks; 0 where one orders nothing."""
    return float(spearmanr(a, b).statistic) if np.ptp(a) and np.ptp(b) else 0.0


def _root(model: Conditionable, collection: Collection, rows: Ints) -> Floats:
    """(r, r) symmetric, whose square is the posterior covariance: one picture's doubt stands at one place for all."""
    root = model.score_root(collection.X, rows)
    values, vectors = np.linalg.eigh(root @ root.T)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)
