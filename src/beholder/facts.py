"""What sources say of the pictures of a collection, as numbers in columns: a filter asks a hundred thousand at once."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection as AnyOf
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from beholder.currencies import minor_units
from beholder.details import field_of, taken_in
from beholder.types import Details, Floats, Ints, Item

Mask = NDArray[np.bool_]
_ASKED = {"price", "currency", "size", "frame", "width", "height", "taken", "link", "title"}  # by a range, or of one
_SHARED_BY = 2  # pictures that have the same value, on average, where a column is worth choosing from
_ALIKE = 0.85  # values a pair of values of two columns, from which these part the pictures alike
FOLDER = "folder"  # the column that says in which folder pictures lie
_COLUMNS = 6  # columns that one can choose values of, at most
_MARKS = (re.compile(r"[;|]"), re.compile(r",(?!\d)"))  # what stands between the values of one cell


@dataclass(frozen=True, eq=False)
class Column:
    """What one column says of each picture.

    Attributes
    ----------
    values
        all there are, in order; of cells that list several, each is one
    cells
        (n,) which whole cell a picture has, -1 where nothing is said
    rows, codes
        (m,) picture and value, of each value that a picture has
    """

    values: tuple[str, ...]
    cells: NDArray[np.int32]
    rows: Ints
    codes: Ints

    @classmethod
    def of(cls, said: Sequence[str]) -> Column:
        """said : (n,) the cell of each picture, "" where nothing is said"""
        parts = _in_parts(sorted(set(said) - {""}))
        number = {cell: at for at, cell in enumerate(parts)}
        cells = np.fromiter((number.get(cell, -1) for cell in said), np.int32, len(said))
        values = sorted({value for listed in parts.values() for value in listed})
        code = {value: at for at, value in enumerate(values)}
        codes = [np.array([code[value] for value in listed], np.int64) for listed in parts.values()]
        lengths = np.array([*map(len, codes), 0], np.int64)[cells]
        listed = [codes[cell] for cell in cells.tolist() if cell >= 0]
        return cls(
            tuple(values), cells, np.repeat(np.arange(len(said)), lengths),
            np.concatenate(listed) if listed else np.empty(0, np.int64),
        )  # fmt: skip

    def has(self, wanted: AnyOf[str]) -> Mask:
        """(n,) whether a picture has one of these values; "" is not to have any."""
        chosen = np.array([value in wanted for value in self.values], bool)
        kept = self.cells < 0 if "" in wanted else np.zeros(len(self.cells), bool)
        kept[self.rows[chosen[self.codes]]] = True
        return np.asarray(kept, bool)

    def counts(self, rows: NDArray[np.integer]) -> Ints:
        """(v + 1,) how many of these rows, each once, have each value; last, how many have none."""
        among = np.zeros(len(self.cells), bool)
        among[rows] = True
        none = int((self.cells[rows] < 0).sum())
        return np.append(np.bincount(self.codes[among[self.rows]], minlength=len(self.values)), none)

    @cached_property
    def shared(self) -> bool:
        """Whether pictures share its values, so that it is worth choosing from."""
        return len(self.values) > 1 and len(self.rows) >= _SHARED_BY * len(self.values)

    @cached_property
    def worded(self) -> bool:
        """Whether most of its values have letters."""
        return 2 * sum(any(map(str.isalpha, value)) for value in self.values) > len(self.values)


class Facts:
    """Of n items, in their order; what is not known is NaN, or lies between two numbers.

    Attributes
    ----------
    ids
        (n,)
    amount, currency
        (n,) the price in whole units, and which of `currencies` it is in, -1 for none
    currencies
        the usual one first
    free
        (n,) what costs 0 in any currency
    width, height
        (2, n) mm, the least and the most that it may be, of what hangs on the wall: the frame where its size is known
    wide, tall
        (n,) mm, the same where it is known, or told by the shape of the picture which side is which
    area
        (n,) square mm
    year
        (n,) of the work; in an album, in which a photograph was taken
    date
        (n,) days: when a photograph was taken, else when the year of the work begins
    taken
        (n,) whether it is sold, reserved or no longer listed
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.ids = np.fromiter((item.id for item in items), np.int64, len(items))
        told = np.array([_numbers(item) for item in items], np.float64).reshape(len(items), -1).T
        self.amount, self.year, self.wide, self.tall = told[:4]
        self.area: Floats = told[4]
        self.width, self.height = told[5:7], told[7:9]
        self.date: Floats = told[9]
        counts = Counter(item.details.currency for item in items if item.details.currency)
        self.currencies = tuple(code for code, _ in counts.most_common())
        code = {name: at for at, name in enumerate(self.currencies)}
        self.currency = np.fromiter((code.get(i.details.currency or "", -1) for i in items), np.int16, len(items))
        self.free = np.fromiter((item.details.terms == "free" for item in items), bool, len(items))
        self.taken = np.fromiter((bool(unavailable(item)) for item in items), bool, len(items))
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the columns, in the order in which they come; last, the folder, where pictures lie in several."""
        own = dict.fromkeys(name for item in self.items for name in item.columns)
        return tuple(own) if FOLDER in own or not any(item.folder for item in self.items) else (*own, FOLDER)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The columns that one may choose values of: pictures share these, and no range asks for them.

        None of numbers that parts the pictures as one of words does: the years that artists lived are no years of
        pictures.
        """
        asked = _ASKED | ({"year"} if not np.isnan(self.year).all() else set())
        free = [name for name in self.names if _field(name) not in asked and self.column(name).shared]
        worded = [name for name in free if self.column(name).worded]
        kept = (name for name in free if name in worded or not any(self._alike(name, other) for other in worded))
        return tuple(kept)[:_COLUMNS]

    def _alike(self, name: str, other: str) -> bool:
        """Whether nearly every value of the one comes with one value of the other alone, and the other way about."""
        one, two = self.column(name), self.column(other)
        cells, others = int(one.cells.max()) + 1, int(two.cells.max()) + 1
        pairs = len(np.unique(one.cells.astype(np.int64) * (others + 1) + two.cells))
        return pairs * _ALIKE <= min(cells, others)

    def column(self, name: str) -> Column:
        """What this column says; of none that is not there."""
        if name not in self._columns:
            of_folder = name == FOLDER and not any(name in item.columns for item in self.items)
            said = [item.folder if of_folder else item.columns.get(name, "").strip() for item in self.items]
            self._columns[name] = Column.of(said)
        return self._columns[name]

    def among(self, ids: Iterable[int]) -> Mask:
        """(n,) which items have one of these ids."""
        return np.isin(self.ids, np.fromiter(ids, np.int64))

    def offered_in(self, rows: NDArray[np.integer]) -> list[str]:
        """The currencies in which some of these rows are offered, the usual one first."""
        codes = self.currency[rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.currencies))
        return [self.currencies[at] for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]


def _in_parts(cells: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The values of each of some different cells: itself, or several where a mark stands between values.

    A mark does where most of what it parts is a cell of its own too, or is in several: "Washington, D.C." is one place.
    """
    parts: dict[str, tuple[str, ...]] = {cell: (cell,) for cell in cells}
    for mark in _MARKS:
        told = {value for values in parts.values() for value in values}
        split = {value: tuple(dict.fromkeys(filter(None, map(str.strip, mark.split(value))))) for value in told}
        several = {value: own for value, own in split.items() if len(own) > 1}
        counts = Counter(one for own in several.values() for one in own)
        known = sum(count > 1 or one in told for one, count in counts.items())
        if 2 * known > len(counts):
            parts = {
                cell: tuple(dict.fromkeys(one for value in values for one in split[value] or (value,)))
                for cell, values in parts.items()
            }
    return parts


def unavailable(item: Item) -> str:
    """Why a work cannot be had: "sold", "reserved", "no longer listed"; "" where nothing says so."""
    if item.details.availability in ("sold", "reserved"):
        return item.details.availability
    return "no longer listed" if item.work is not None and item.work.unlisted else ""


def _numbers(item: Item) -> tuple[float, ...]:
    """(amount, year, wide, tall, area, least and most width, least and most height, date)"""
    told, nan = item.details, math.nan
    amount = nan if told.price is None or told.currency is None else told.price / minor_units(told.currency)
    width, height, long, short = sides_of(told)
    wide, tall = (long, short) if item.width >= item.height else (short, long)
    return (
        amount,
        _year(item),
        width or wide or nan,
        height or tall or nan,
        (long or nan) * (short or nan),
        *(width or short or 0, width or long or math.inf),
        *(height or short or 0, height or long or math.inf),
        _days(item),
    )


def taken_of(item: Item) -> datetime | None:
    """When a photograph was taken; None where nobody says, or its source tells another year, as of a painting in it."""
    taken = taken_in(item.columns)
    return taken if taken and item.details.year in (None, taken.year) else None


def _year(item: Item) -> float:
    """Of the work; of a photograph of which nothing else is said, as in an album, when it was taken."""
    taken = taken_of(item) if item.details.year is None and len(item.columns) == 1 else None
    return taken.year if taken else math.nan if item.details.year is None else item.details.year


def _days(item: Item) -> float:
    if (taken := taken_of(item)) is not None:
        return (taken - datetime.min) / timedelta(days=1)
    return math.nan if item.details.year is None else date(item.details.year, 1, 1).toordinal() - 1


def sides_of(told: Details) -> tuple[float | None, float | None, float | None, float | None]:
    """(width, height, long side, short side) of what hangs on the wall, in mm."""
    if told.frame_long_mm is not None:
        return told.frame_width_mm, told.frame_height_mm, told.frame_long_mm, told.frame_short_mm
    return told.width_mm, told.height_mm, told.long_mm, told.short_mm


@lru_cache(1024)
def _field(column: str) -> str:
    return field_of(column.partition(" (")[0])
