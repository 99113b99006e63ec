"""A ranking: pictures best first, each place with the score that people read and the reason for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from beholder.explain import Reason
from beholder.types import SCALE, Floats, Ints, Item

SCORE = "A score says how much of this collection is liked less: 1 is none of it, 10 is all of it"  # as people read it
REFERENCES = 256  # values of a large collection that a picture is compared with for its score
PLAIN = 0.01  # the part of a score that knows no doubt: it tells apart what lies far out


@dataclass(frozen=True, slots=True)
class Ranked:
    """One picture in a ranking.

    `score` is the share of the collection that is expected to be liked less, from 1 to 10; `std` is how far that may be
    off (0: the model knows no doubt). `on_scale` says how.
    """

    rank: int
    item: Item
    score: float
    std: float
    why: str
    near: Item | None = None
    liked: bool = False
    favourite: bool = False


class Ranking(Sequence[Ranked]):
    """A ranking, best first, each place of which is made when it is looked at: of many pictures few ever are.

    items : of the collection; rows (k,) of them, ranks, scores and doubts (k,); why : the reasons of some rows
    """

    def __init__(
        self,
        items: Sequence[Item],
        rows: NDArray[Any],
        scores: Floats,
        doubts: Floats,
        ranks: NDArray[Any],
        favourites: set[int],
        why: Callable[[Ints], list[Reason]],
    ) -> None:
        self.rows, self._items, self._favourites, self._why = rows, items, favourites, why
        self._scores, self._doubts = scores, doubts
        self._ranks = ranks.astype(np.int32)

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
    def items(self) -> list[Item]:
        """In their order."""
        return [self._items[row] for row in self.rows.tolist()]

    def doubtful(self, n: int) -> list[Ranked]:
        """The n places that are least sure."""
        return self._made(np.argsort(-self._doubts, kind="stable")[:n])

    def where(self, keeps: Callable[[Item, bool], bool]) -> Ranking:
        """Those that are kept by their item, and whether it is a favourite; every rank stays."""
        kept = np.flatnonzero([keeps(item, item.id in self._favourites) for item in self.items])
        found = self.rows[kept], self._scores[kept], self._doubts[kept], self._ranks[kept]
        return Ranking(self._items, *found, self._favourites, self._why)

    def _made(self, places: Ints) -> list[Ranked]:
        rows = self.rows[places].astype(np.int64)
        title = cache(lambda near: title_of(self._items[near]))  # few pictures are the nearest of many
        return [
            Ranked(
                int(self._ranks[at]),
                item,
                float(self._scores[at]),
                float(self._doubts[at]),
                reason.with_title(None if reason.near is None else title(reason.near)),
                None if reason.near is None else self._items[reason.near],
                reason.liked,
                item.id in self._favourites,
            )
            for at, item, reason in zip(
                places.tolist(), map(self._items.__getitem__, rows.tolist()), self._why(rows), strict=True
            )
        ]


def title_of(item: Item) -> str:
    """What to call a picture: its title where it has one, else its name."""
    return item.details.title or item.columns.get("title") or Path(item.name).stem


def on_scale(raw: Floats, std: Floats) -> tuple[Floats, Floats]:
    """Scores as they are shown, from 1 to 10, and how far they may be off, in the same unit.

    raw, std : (n,) what a model predicts of each picture of a collection, and its standard deviation, in any one unit
    returns : (n,) scores, each between 1 and 10; (n,) half the widths of their bands, 0 where std is 0 everywhere

    A score is `1 + 9 place`. The place of x is the share of the collection that is expected to be liked less::

        place(x) = mean over pictures y of Phi((raw_x - raw_y) / sqrt(2 mean(std^2)))

    One doubt for all keeps the order of raw; where it is 0, the place is the plain share, equals counted half. Little
    knowledge leaves every score near 5.5, full knowledge spreads them evenly. Half the width of a picture's band is
    half the way, times 9, from the place at its own raw - std to the one at raw + std.

    Far out, Phi is 1 to a computer: `PLAIN` of each place is therefore the plain share, so that another raw is another
    score, and none is 10. People see two decimals: scores that are spread evenly lie 9 / n apart, so with one decimal
    17 of 3,000 pictures would stand at 10.0; with two it is 2, and whatever the taste no ten of up to 9,000.
    """
    low, high = SCALE
    values, which, counts = np.unique(raw, return_inverse=True, return_counts=True)
    plain = ((np.cumsum(counts) - counts / 2) / len(raw))[which]
    if not std.any():
        return low + (high - low) * plain, np.zeros_like(plain)
    doubt = np.sqrt(np.mean(std**2))
    at, share = _references(values, counts)

    def place(x: Floats) -> Floats:
        return np.asarray(ndtr((x[:, None] - at) / (np.sqrt(2) * doubt)) @ share, np.float64)

    around = np.unique(at + doubt * np.arange(-2, 3)[:, None])
    worse, better = (np.interp(raw + sign * std, around, place(around)) for sign in (-1, 1))
    score = (1 - PLAIN) * np.interp(raw, at, place(at)) + PLAIN * plain
    return low + (high - low) * score, (high - low) / 2 * np.maximum(better - worse, 0)


def _references(values: Floats, counts: Ints) -> tuple[Floats, Floats]:
    """At most `REFERENCES` of the values (v,), sorted, and the share of all pictures around each; both (k,).

    They lie closest at both ends, where people look, and are picked among the different values, so that a collection
    and twice the same give the same scores.
    """
    portion = (1 - np.cos(np.pi * np.linspace(0, 1, REFERENCES))) / 2
    picked = np.unique((portion * (len(values) - 1)).round().astype(np.int64))
    starts = np.append(0, (picked[:-1] + picked[1:] + 1) // 2)
    return values[picked], np.add.reduceat(counts, starts) / counts.sum()
