"""Filters of a ranking, the same on the command line and in the app."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from beholder.concepts import Tags
from beholder.errors import UnknownName, UserError
from beholder.facts import Facts, Mask
from beholder.filters.orders import Sort, by_value, surprising, unlike_the_best, varied
from beholder.offers import NOTHING_WANTED, PARTS, Part, Wishes
from beholder.ranking import Ranking
from beholder.search import Finder, Looks
from beholder.types import Floats
from beholder.views import Group

_FROM_THE_MOST = ("price-high", "size-high", "newest", "date")
OTHER_CURRENCY = "Price in another currency"
SOLD = "Sold, reserved or no longer listed"


class Pictures(Protocol):
    """What a filter reads of a collection."""

    @property
    def facts(self) -> Facts: ...
    @property
    def finder(self) -> Finder: ...
    @property
    def looks(self) -> Looks: ...
    @property
    def words(self) -> Tags: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pictures are kept, and in which order; each field that is set leaves some out, but for the last two.

    Attributes
    ----------
    text
        what is searched for: words that are said of a picture, in its columns or its name; those that fit best first
    favourites
        only those that are marked
    unmet
        only those that are new to the person
    values
        (column, value): a picture must have one of the values of each column; "" is to have none. Spaces around a
        value do not count
    like
        the row of a picture: only those that are most like it, most alike first
    mixed
        with `like`: those that rank well first too
    wishes
        what a buyer can have, by price, size and year
    group
        only the pictures of this group of the collection
    part
        of what the rest keeps: what fits the wishes, or what is apart, see `Wishes.part_of`
    sort
        what comes first: the best ("score", or what fits a search best), the best but not twenty of one kind
        ("varied"), what is good but unlike the best ("surprise"), what came in last ("newest"), what was taken or made
        last ("date"), the cheapest ("price") or dearest ("price-high"), the smallest ("size") or largest ("size-high").
        What is not known comes last, best first.
    draw
        which of the surprises come first, see `surprising`
    """

    text: str = ""
    favourites: bool = False
    unmet: bool = False
    values: tuple[tuple[str, str], ...] = ()
    like: int | None = None
    mixed: bool = False
    wishes: Wishes = NOTHING_WANTED
    group: Group | None = None
    part: Part = "fits"
    sort: Sort = "score"
    draw: int = 0

    def __bool__(self) -> bool:
        return bool(self.text or self.like is not None or self.narrows)

    @property
    def narrows(self) -> bool:
        """Whether it leaves pictures out for anything but what is searched for."""
        return bool(self.favourites or self.unmet or self.values or self.wishes or self.group)

    @property
    def by_taste(self) -> bool:
        """Whether its order needs to know what the person likes."""
        return self.sort in ("score", "varied", "surprise")

    def of(self, ranking: Ranking, met: Collection[int], pictures: Pictures) -> Ranking:
        """What is kept of a ranking of these pictures; met : ids of those that are not new to the person"""
        kept = ranking.where(self.keeps(pictures.facts, ranking.favourites, met)) if self.narrows else ranking
        if self.text:
            kept = kept.fitting(pictures.finder.find(self.text))
        if self.like is not None:
            kept = kept.alike(pictures.finder.like(self.like), mixed=self.mixed)
        if (values := self.sorted_by(pictures.facts)) is not None:
            kept = kept.take(by_value(values[kept.rows], down=self.sort in _FROM_THE_MOST))
        elif self.sort == "surprise":
            if not self.text and self.like is None:
                kept = kept.telling(unlike_the_best(pictures.words, kept.rows))
            kept = kept.take(surprising(pictures.looks.places, kept.rows, self.draw))
        elif self.sort == "varied":
            kept = kept.take(varied(pictures.looks.places, kept.rows))
        return kept

    def keeps(self, facts: Facts, favourites: Collection[int], met: Collection[int]) -> Mask:
        """(n,) which pictures are kept, but for what is searched for."""
        kept = np.ones(len(facts), bool)
        if self.group is not None:
            kept &= np.bincount(self.group.rows, minlength=len(facts)) > 0
        if self.favourites:
            kept &= facts.among(favourites)
        if self.unmet:
            kept &= ~facts.among(met)
        for column in dict(self.values):
            kept &= facts.column(column).has({value.strip() for name, value in self.values if name == column})
        if self.wishes:
            kept &= self.wishes.parts(facts) == PARTS.index(self.part)
        return kept

    def sorted_by(self, facts: Facts) -> Floats | None:
        """(n,) what the order goes by, NaN where it is not known; None where it goes by no number."""
        if self.sort in ("price", "price-high"):
            usual = next(iter(facts.currencies), "")
            return replace(self.wishes, currency=self.wishes.currency or usual).costs(facts)
        if self.sort in ("size", "size-high"):
            return facts.area
        return {"newest": facts.ids.astype(np.float64), "date": facts.date}.get(self.sort)

    def last(self, shown: Ranking, facts: Facts) -> str:
        """What is to be said of those that come last, as what the order goes by is not known; "" where there are none.

        shown : what this filter keeps
        """
        values = self.sorted_by(facts)
        unknown = 0 if values is None else int(np.isnan(values[shown.rows]).sum())
        code = self.wishes.currency or next(iter(facts.currencies), "")
        price = f"price in {code}" if len(facts.currencies) > 1 else "price"
        what = {"size": "size", "date": "date"}.get(self.sort.partition("-")[0], price)
        return f"{unknown:,} with no known {what} come{'s' * (unknown == 1)} last" if unknown else ""

    @property
    def apart(self) -> list[tuple[str, Filter]]:
        """What is shown apart from what fits: headings, and the filters that keep it. Nothing is dropped in silence."""
        if not self.wishes or self.part != "fits":
            return []
        parts: list[tuple[str, Part]] = [(OTHER_CURRENCY, "currency"), (self.wishes.not_known, "unknown")]
        if not self.wishes.hide_sold:
            parts.append((SOLD, "sold"))
        return [(heading, replace(self, part=part)) for heading, part in parts]


def values_of(conditions: Sequence[str], facts: Facts) -> tuple[tuple[str, str], ...]:
    """The values of a filter.

    Parameters
    ----------
    conditions
        each COLUMN=VALUE; COLUMN= is to have no value

    Raises
    ------
    UserError
        where one is not of that form
    UnknownName
        where no item has the column or the value
    """
    return tuple(_value_of(condition, facts) for condition in conditions)


def _value_of(condition: str, facts: Facts) -> tuple[str, str]:
    column, sign, value = condition.partition("=")
    if not sign:
        raise UserError(f"a filter is COLUMN=VALUE, got '{condition}'")
    if column not in facts.names:
        raise UnknownName.of("column", column, facts.names)
    if value.strip() not in ("", *facts.column(column).values):
        raise UnknownName.of(f"value of the column '{column}'", value, facts.column(column).values)
    return column, value
