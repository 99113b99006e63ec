"""Filters of a ranking, the same on the command line and in the app."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from beholder.details import field_of
from beholder.errors import UnknownName, UserError
from beholder.offers import NOTHING_WANTED, Part, Wishes
from beholder.ranking import Ranking
from beholder.search import Finder
from beholder.types import Item
from beholder.views import Group

UNKNOWN = "Price or size not known"
SOLD = "Sold, reserved or no longer listed"
_ASKED = {"price", "currency", "size", "frame", "width", "height", "link"}  # by `Wishes`, or of one work alone
_FACETS = 4  # columns one can choose a value of
_VALUES = (2, 40)  # a column is worth choosing from when it has so many different values


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pictures are kept; each field that is set leaves some out.

    Attributes
    ----------
    text
        what is searched for: words that are said of a picture, in its columns or its name; those that fit best first
    favourites
        only those that are marked
    unjudged
        only those that no answer was about; a skip and a mark are no answers
    values
        (column, value), all of which a picture must have; spaces around a value do not count
    like
        the row of a picture: only those that are most like it, most alike first
    mixed
        with `like`: those that rank well first too
    wishes
        what a buyer can have, by price and size
    group
        only the pictures of this group of the collection
    part
        of what the rest keeps: what fits the wishes, or what is apart, see `Wishes.part_of`
    """

    text: str = ""
    favourites: bool = False
    unjudged: bool = False
    values: tuple[tuple[str, str], ...] = ()
    like: int | None = None
    mixed: bool = False
    wishes: Wishes = NOTHING_WANTED
    group: Group | None = None
    part: Part = "fits"

    def __bool__(self) -> bool:
        return bool(self.text or self.like is not None or self.narrows)

    @property
    def narrows(self) -> bool:
        """Whether it leaves pictures out for anything but what is searched for."""
        return bool(self.favourites or self.unjudged or self.values or self.wishes or self.group)

    def of(self, ranking: Ranking, judged: Collection[int], finder: Callable[[], Finder] | None = None) -> Ranking:
        """What is kept of a ranking.

        Parameters
        ----------
        judged
            ids of the pictures that an answer was about
        finder
            gives the collection's, where something is searched for
        """
        kept = self._kept(ranking if self.group is None else ranking.within(self.group.rows), judged)
        if finder is not None and self.text:
            kept = kept.fitting(finder().find(self.text))
        if finder is not None and self.like is not None:
            kept = kept.alike(finder().like(self.like), mixed=self.mixed)
        return kept

    def _kept(self, ranking: Ranking, judged: Collection[int]) -> Ranking:
        if not (self.favourites or self.unjudged or self.values or self.wishes):
            return ranking

        def keeps(item: Item, favourite: bool) -> bool:
            if (self.favourites and not favourite) or (self.unjudged and item.id in judged):
                return False
            if self.wishes and self.wishes.part_of(item)[0] != self.part:
                return False
            return all(item.columns.get(column, "").strip() == value.strip() for column, value in self.values)

        return ranking.where(keeps)

    @property
    def apart(self) -> list[tuple[str, Filter]]:
        """What is shown apart from what fits: headings, and the filters that keep it. Nothing is dropped in silence."""
        if not self.wishes or self.part != "fits":
            return []
        parts: list[tuple[str, Part]] = [(UNKNOWN, "unknown")]
        if not self.wishes.hide_sold:
            parts.append((SOLD, "sold"))
        return [(heading, replace(self, part=part)) for heading, part in parts]


def values_of(conditions: Sequence[str], items: Sequence[Item]) -> tuple[tuple[str, str], ...]:
    """The values of a filter.

    Parameters
    ----------
    conditions
        each COLUMN=VALUE

    Raises
    ------
    UserError
        where one is not of that form
    UnknownName
        where no item has the column or the value
    """
    return tuple(_value_of(condition, items) for condition in conditions)


def _value_of(condition: str, items: Sequence[Item]) -> tuple[str, str]:
    column, sign, value = condition.partition("=")
    if not sign:
        raise UserError(f"a filter is COLUMN=VALUE, got '{condition}'")
    columns = {name for item in items for name in item.columns}
    if column not in columns:
        raise UnknownName.of("column", column, columns)
    known = {item.columns.get(column, "").strip() for item in items}
    if value.strip() not in known:
        raise UnknownName.of(f"value of the column '{column}'", value, known - {""})
    return column, value


def facets(items: Iterable[Item]) -> list[tuple[str, list[tuple[str, int]]]]:
    """The columns one can choose a value of, each with its values in order and how many pictures have them."""
    counts: dict[str, Counter[str]] = {}
    for item in items:
        for column, value in item.columns.items():
            if value.strip() and not _is_asked(column) and len(counts.setdefault(column, Counter())) <= _VALUES[1]:
                counts[column][value.strip()] += 1
    worth = [(c, n) for c, n in counts.items() if _VALUES[0] <= len(n) <= _VALUES[1] and max(n.values()) > 1]
    return [(column, sorted(n.items())) for column, n in worth[:_FACETS]]


@lru_cache(1024)
def _is_asked(column: str) -> bool:
    return field_of(column.partition(" (")[0]) in _ASKED
