"""Rankings: pictures best first, each with the score that people see and the reason for it."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence, Sized
from collections.abc import Collection as AnyOf
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from beholder.explain import BESIDE, Reason
from beholder.offers import offer_of
from beholder.search import Found
from beholder.search.folding import folded
from beholder.text import without_markup
from beholder.types import SCALE, Floats, Ints, Item

SCORE = "The score is the share of this collection expected to be liked less, from 1 (none) to 10 (all)"  # for people
_REFERENCES = 256  # values of a large collection that a picture is compared with for its score
_PLAIN = 0.01  # the part of a score that knows no doubt: it tells apart what lies far out
_ALIKE = 120  # pictures that count as like another one
_PARTS_HELD = 4  # of a ranking that is filtered, with what is shown apart from it
_MOST_HELD = 100_000  # pictures in what is held in memory of one kind, but for the last one

_Held = TypeVar("_Held", bound=Sized)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One picture in a ranking.

    `score` is the share of the collection that is expected to be liked less, from 1 to 10, NaN where that is not known;
    `std` is how far it may be off (0: the model knows no doubt; NaN: the score is of no taste). `Scale` says how.
    `rank` counts the pictures of this ranking, `overall` all that are not hidden, where a filter left some out; 0 where
    that is not known. `fits` is how well the picture fits what was searched for, from 0 to 1, and `found` says by what;
    None and () where nothing was.
    `guess`: something of that may hold of it, which is not known.
    """

    rank: int
    item: Item
    score: float
    std: float
    why: str
    near: Item | None = None
    liked: bool = False
    favourite: bool = False
    overall: int = 0
    fits: float | None = None
    found: tuple[str, ...] = ()
    guess: bool = False

    def as_json(self, *, file: bool = True) -> dict[str, Any]:
        """The shape in which every export tells it, on the command line and in the app.

        Parameters
        ----------
        file
            whether the reader may know where the picture lies on this machine
        """
        score = None if np.isnan(self.score) else round(self.score, 4)
        std = None if np.isnan(self.score + self.std) else round(self.std, 4)
        return {
            "rank": self.rank, "item": self.item.name, "title": written_title(self.item),
            "score": score, "std": std, "why": self.why,
            "near": self.near.name if self.near else None, "favourite": self.favourite,
            "overall": self.overall or self.rank, "file": str(self.item.locator) if file else None,
            "columns": dict(self.item.columns), "offer": offer_of(self.item),
        } | ({} if self.fits is None else {"fits": round(self.fits, 4), "found": list(self.found)})  # fmt: skip


class Ranking(Sequence[Ranked]):
    """A ranking, best first, each place of which is made when it is looked at: of many pictures few ever are.

    Parameters
    ----------
    items
        of the collection, n of them
    scores
        (n,) each item's score as people read it
    doubts
        gives how far those of some rows (r,) may be off; see `Scale`
    rows
        (k,) of the items that are ranked, best first
    favourites
        ids of the items that are marked
    why
        gives the reasons of some rows that stand beside each other, from a place on
    overall
        (k,) each place among all that are not hidden, from 1; None: nothing was left out
    found
        what was searched for, and found
    tells
        gives a few words each of what some rows (r,) have that is asked for; None: those of what was found
    """

    def __init__(
        self,
        items: Sequence[Item],
        scores: Floats,
        doubts: Callable[[Ints], Floats],
        rows: NDArray[Any],
        favourites: AnyOf[int],
        why: Callable[[Ints, int], list[Reason]],
        overall: NDArray[Any] | None = None,
        found: Found | None = None,
        tells: Callable[[Ints], list[tuple[str, ...]]] | None = None,
    ) -> None:
        self.scores, self.doubts, self.rows, self.favourites = scores, doubts, rows.astype(np.int32), favourites
        self._items, self._why, self._found = items, why, found
        self._tells = found.why if tells is None and found is not None else tells
        self._marked: tuple[Any, Ranking] | None = None
        self._parts: list[tuple[Any, Ranking]] = []
        self._overall = np.arange(1, len(rows) + 1, dtype=np.int32) if overall is None else overall

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> Ranked: ...
    @overload
    def __getitem__(self, at: slice) -> list[Ranked]: ...
    def __getitem__(self, at: int | slice) -> Ranked | list[Ranked]:
        if isinstance(at, slice):
            return self._made(np.arange(len(self))[at])
        return self._made(np.array([range(len(self))[at]]))[0]

    def __iter__(self) -> Iterator[Ranked]:
        return iter(self[:])

    @property
    def guesses(self) -> int:
        """How many of them a search only guessed."""
        guessed = None if self._found is None else self._found.guessed
        return 0 if guessed is None else int(guessed[self.rows].sum())

    @property
    def items(self) -> list[Item]:
        """In their order."""
        return [self._items[row] for row in self.rows.tolist()]

    def doubtful(self, n: int) -> list[Ranked]:
        """The n places that are least sure."""
        return self._made(np.argsort(-self.doubts(self.rows.astype(np.int64)), kind="stable")[:n])

    def marked(self, hidden: frozenset[int], favourites: frozenset[int]) -> Ranking:
        """The same without the rows that are hidden, with these favourites (ids); the last one is held."""
        of = hidden, favourites
        if (held := self._marked) is None or held[0] != of:
            rows = self.rows[~np.isin(self.rows, np.fromiter(hidden, np.int32))]
            held = self._marked = of, Ranking(self._items, self.scores, self.doubts, rows, favourites, self._why)
        return held[1]

    def part(self, of: Any, make: Callable[[], Ranking]) -> Ranking:
        """A part of it, made once: the last few are held. of : what it follows from"""
        found = next((part for known, part in self._parts if known == of), None)
        if found is None:
            found = make()
            if found is not self:
                self._parts = [(of, found), *self._parts[: _PARTS_HELD - 1]]
        return found

    def where(self, keeps: NDArray[np.bool_]) -> Ranking:
        """Those that are kept; keeps : (n,) of the collection"""
        return self.take(np.flatnonzero(keeps[self.rows]))

    def take(self, places: Ints) -> Ranking:
        """Those at these places, in this order."""
        return self._take(places, self._found)

    def hung(self, first: Ints) -> Ranking:
        """All of them, the first in this order, counted as they then stand."""
        if (np.diff(first) == 1).all():
            return self
        moved = self.take(np.concatenate([first, np.arange(len(first), len(self))]))
        moved._overall = self._overall
        return moved

    def telling(self, tells: Callable[[Ints], list[tuple[str, ...]]]) -> Ranking:
        """The same, that tells so of its pictures; tells : as above"""
        return Ranking(
            self._items, self.scores, self.doubts, self.rows, self.favourites, self._why, self._overall, self._found,
            tells,
        )  # fmt: skip

    def fitting(self, found: Found) -> Ranking:
        """Those that fit a search, the best fitting first, by tenths: those that fit as well stay in their order.

        Guesses, which lie close together, go by hundredths: the likeliest first.
        """
        fits = found.fits[self.rows]
        places = np.flatnonzero(fits)
        guessed = False if found.guessed is None else found.guessed[self.rows]
        order = np.where(guessed, np.round(fits, 2), np.round(fits, 1))
        return self._take(places[np.argsort(-order[places], kind="stable")], found)

    def alike(self, found: Found, *, mixed: bool = False) -> Ranking:
        """The most alike of those that are like a picture, most alike first.

        mixed : by the mean of two places instead, in this order and among the most alike
        """
        fits = found.fits[self.rows]
        places = np.flatnonzero(fits)
        places = places[np.argsort(-fits[places], kind="stable")][:_ALIKE]
        if mixed:
            mean = np.arange(len(places)) + np.argsort(np.argsort(places))
            places = places[np.argsort(mean, kind="stable")]
        return self._take(places, found)

    def _take(self, places: Ints, found: Found | None) -> Ranking:
        return Ranking(
            self._items, self.scores, self.doubts, self.rows[places], self.favourites, self._why,
            self._overall[places], found, self._tells,
        )  # fmt: skip

    def _made(self, places: Ints) -> list[Ranked]:
        rows = self.rows[places].astype(np.int64)
        title = cache(lambda near: title_of(self._items[near]))  # few pictures are the nearest of many
        found = [()] * len(rows) if self._tells is None else self._tells(rows)
        guessed = None if self._found is None else self._found.guessed
        return [
            Ranked(
                at + 1,
                self._items[row],
                float(self.scores[row]),
                doubt,
                reason.told(title),
                None if reason.near is None else self._items[reason.near],
                reason.liked,
                self._items[row].id in self.favourites,
                int(self._overall[at]),
                None if self._found is None else float(self._found.fits[row]),
                told,
                guessed is not None and bool(guessed[row]),
            )
            for at, row, doubt, reason, told in zip(
                places.tolist(), rows.tolist(), self.doubts(rows).tolist(), self._reasons(places), found, strict=True
            )
        ]

    def _reasons(self, places: Ints) -> list[Reason]:
        """Of these places; those of a part of the ranking are the same as in the whole of it."""
        if len(places) and (np.diff(places) == 1).all():
            start, end = max(0, int(places[0]) - BESIDE), int(places[-1]) + 1
            whole = self._why(self.rows[start : end + BESIDE].astype(np.int64), start)
            return whole[int(places[0]) - start : end - start]
        return self._why(self.rows[places].astype(np.int64), 0)


class RankingCache(Generic[_Held]):
    """The rankings, or raw scores, held in memory: of each owner the newest, and of all together so many places as may
    be. Thread-safe. Two made at once would only wait for each other's cores: one is made at a time.

    Parameters
    ----------
    most
        places in all of them, but for the last one looked at
    """

    def __init__(self, most: int = _MOST_HELD) -> None:
        self._most = most
        self._held: dict[Hashable, tuple[Any, _Held]] = {}  # the last looked at last
        self._lock, self._making = threading.Lock(), threading.Lock()

    def get(self, owner: Hashable, of: Any, make: Callable[[], _Held]) -> _Held:
        """The owner's, made where none is held of the same; of : what it follows from"""
        if (known := self._known(owner, of)) is None:
            with self._making:
                if (known := self._known(owner, of)) is None:
                    known = make()
                self._keep(owner, of, known)
        else:
            self._keep(owner, of, known)
        return known

    def forget(self, owner: Hashable) -> None:
        """Let go of what is held for this owner."""
        with self._lock:
            self._held.pop(owner, None)

    def __contains__(self, owner: Hashable) -> bool:
        return owner in self._held

    def _keep(self, owner: Hashable, of: Any, one: _Held) -> None:
        """As the one looked at last; those looked at longest ago go."""
        with self._lock:
            self._held.pop(owner, None)
            self._held[owner] = of, one
            owners = list(self._held)[::-1]
            sizes = accumulate(len(self._held[other][1]) for other in owners)
            for other in owners[max(1, bisect_right(list(sizes), self._most)) :]:
                del self._held[other]

    def _known(self, owner: Hashable, of: Any) -> _Held | None:
        held = self._held.get(owner)
        return held[1] if held is not None and held[0] == of else None


def title_of(item: Item) -> str:
    """What people read of a picture: its title without mark-up where it has one, else the name of its file, in words.

    Where that begins with the artist, so does this, as the source writes it: Albrecht Dürer 4 for Albrecht_Durer_4.
    """
    if titled := _title(item):
        return without_markup(titled)
    name = Path(item.name).stem
    words = name.replace("_", " ").split() or [name]
    artist = (item.details.artist or "").split()
    if artist and [*map(folded, words[: len(artist)])] == [*map(folded, artist)]:
        words[: len(artist)] = artist
    return " ".join(words)


def written_title(item: Item) -> str:
    """What programs read of a picture, and what a command may be given: its title where it has one, else its name."""
    return _title(item) or Path(item.name).stem


def listed_title(item: Item) -> str:
    """What a command's table says of a picture: as `written_title`, but a title without mark-up."""
    return without_markup(_title(item)) or Path(item.name).stem


def _title(item: Item) -> str:
    return item.details.title or item.columns.get("title", "")


class Scale:
    """Scores as they are shown, from 1 to 10, and how far they may be off, in the same unit.

    A score is `1 + 9 place`. The place of x is the share of the collection that is expected to be liked less::

        place(x) = mean over pictures y of Phi((raw_x - raw_y) / sqrt(2 variance))

    One doubt for all keeps the order of raw; where it is 0, the place is the plain share, equals counted half. Little
    knowledge leaves every score near 5.5, full knowledge spreads them evenly. Half the width of a picture's band is
    half the way, times 9, from the place at its own raw - std to the one at raw + std.

    Far out, Phi is 1 to a computer: `_PLAIN` of each place is therefore the plain share, so that another raw is another
    score, and none is 10. People see two decimals: scores that are spread evenly lie 9 / n apart, so with one decimal
    17 of 3,000 pictures would stand at 10.0; with two it is 2, and whatever the taste no ten of up to 9,000.

    Parameters
    ----------
    raw
        (n,) what a model predicts of each picture of a collection, in any unit
    variance
        the mean of its squared standard deviations, in the same
    """

    def __init__(self, raw: Floats, variance: float) -> None:
        values, which, counts = np.unique(raw, return_inverse=True, return_counts=True)
        self._raw, self._doubt = raw, np.sqrt(variance)
        self._plain = ((np.cumsum(counts) - counts / 2) / len(raw))[which]
        self._at, self._share = _references(values, counts) if variance else (raw, raw)

    def _place(self, x: Floats) -> Floats:
        return np.asarray(ndtr((x[:, None] - self._at) / (np.sqrt(2) * self._doubt)) @ self._share, np.float64)

    @property
    def scores(self) -> Floats:
        """(n,) each between 1 and 10"""
        low, high = SCALE
        if not self._doubt:
            return low + (high - low) * self._plain
        places = np.interp(self._raw, self._at, self._place(self._at))
        return low + (high - low) * ((1 - _PLAIN) * places + _PLAIN * self._plain)

    def bands(self, raw: Floats, std: Floats) -> Floats:
        """(r,) half the widths of the bands of some pictures, 0 where there is no doubt"""
        if not self._doubt:
            return np.zeros(len(raw))
        low, high = SCALE
        worse, better = (np.interp(raw + sign * std, *self._around) for sign in (-1, 1))
        return (high - low) / 2 * np.maximum(better - worse, 0)

    @cached_property
    def _around(self) -> tuple[Floats, Floats]:
        around = np.unique(self._at + self._doubt * np.arange(-2, 3)[:, None])
        return around, self._place(around)


def _references(values: Floats, counts: Ints) -> tuple[Floats, Floats]:
    """At most `_REFERENCES` of the values (v,), sorted, and the share of all pictures around each; both (k,).

    They lie closest at both ends, where people look, and are picked among the different values, so that a collection
    and twice the same give the same scores.
    """
    portion = (1 - np.cos(np.pi * np.linspace(0, 1, _REFERENCES))) / 2
    picked = np.unique((portion * (len(values) - 1)).round().astype(np.int64))
    starts = np.append(0, (picked[:-1] + picked[1:] + 1) // 2)
    return values[picked], np.add.reduceat(counts, starts) / counts.sum()
