"""Groups of a collection: by kind, each named in words that hold of it, by date or year, and by folder."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from beholder.ask.kinds import kinds_of
from beholder.concepts import Tags
from beholder.explain import names_of
from beholder.facts import taken_of
from beholder.text import shown
from beholder.types import Ints, Item, Matrix

_MOST = 40  # headings of time; more months than that are taken together by years, these by decades and centuries
_DAY, _MONTH, _YEAR = 1, 32, 32 * 13  # of a time; day 0 and month 0 are for those that are not known
_YEARS = (_YEAR, 10 * _YEAR, 100 * _YEAR)
_UNKNOWN = "unknown"
_MOSTLY, _FEWEST = 0.6, 3  # of a group without a name from one folder, from which it is named by that
_LONGEST = 60  # letters of a title in a heading
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some pictures of a collection.

    Attributes
    ----------
    by
        "kind", "date", "year" or "folder"
    key
        names it among those
    name
        what people read; "" where nothing is known that holds of it
    rows
        of X, rising
    like
        what the picture in its middle is called, where it has no name
    """

    by: str
    key: str
    name: str
    rows: Ints
    like: str = ""

    def __str__(self) -> str:
        """As an address names it."""
        return f"{self.by}:{self.key}"

    @property
    def title(self) -> str:
        """Its name, or the picture that the others are like."""
        return self.name or (f"Like “{shown(self.like, _LONGEST)}”" if len(self.rows) > 1 else "A picture by itself")


def by_kind(
    model: Any, X: Matrix, words: Tags, ids: Ints, titles: Sequence[str], folders: Sequence[str] = ()
) -> list[Group]:
    """The kinds of pictures, largest first. Those of which the same words hold, or none but one folder, are one.

    A key is the id of one of its pictures, so that an address leads to that picture's kind when more have come.

    Parameters
    ----------
    words, ids, titles, folders
        of the n pictures
    """
    kinds = kinds_of(model, X, np.arange(len(X)))
    names = names_of(kinds, words)
    found: dict[str, list[int]] = {}
    for kind, name in names.items():
        known = name or _from_folder(np.flatnonzero(kinds == kind), folders)
        found.setdefault(known or f"\0{kind}", []).append(kind)
    groups = [(name, np.flatnonzero(np.isin(kinds, own))) for name, own in found.items()]
    groups.sort(key=lambda group: -len(group[1]))
    called, like = Counter(titles), dict[int, str]()
    for at, (name, rows) in enumerate(groups):
        if name[0] == "\0":
            near = rows[np.argsort(np.linalg.norm(X[rows] - X[rows].mean(axis=0), axis=1), kind="stable")].tolist()
            like[at] = titles[next((row for row in near if called[titles[row]] == 1), near[0])]
    return [
        Group("kind", str(ids[rows[0]]), "" if at in like else name, rows, like.get(at, ""))
        for at, (name, rows) in enumerate(groups)
    ]


def _from_folder(rows: Ints, folders: Sequence[str]) -> str:
    """Named by the folder in which most of them are, at least twice the share of all pictures; "" where none is."""
    if not folders or len(rows) < _FEWEST:
        return ""
    (folder, count), *_ = Counter(folders[row] for row in rows.tolist()).most_common(1)
    share, usual = count / len(rows), folders.count(folder) / len(folders)
    name = folder.rpartition("/")[2]
    return f"Pictures from “{shown(name, _LONGEST)}”" if name and share >= _MOSTLY and share >= 2 * usual else ""


def by_date(items: Sequence[Item]) -> list[Group]:
    """By the month in which they were taken, newest first, those of no known date last; none where no day is known.

    By days where all are of one month, by years, decades or centuries where there would be too many headings. Of what
    was not taken, the year that the source tells counts.
    """
    taken = [taken_of(item) for item in items]
    if not any(taken):
        return []
    times = [
        _time(item.details.year) if day is None else _time(day.year, day.month, day.day)
        for item, day in zip(items, taken, strict=True)
    ]
    months = {time // _MONTH for time in times if time is not None}
    return _by_time("date", times, (_MONTH, *_YEARS) if len(months) > 1 else (_DAY,))


def by_year(items: Sequence[Item]) -> list[Group]:
    """By the year that their source tells, newest first, those of no known year last; none where all are of one.

    By decades or centuries where there would be too many headings.
    """
    return _by_time("year", [_time(item.details.year) for item in items], _YEARS)


def _time(year: int | None, month: int = 0, day: int = 0) -> int | None:
    return None if year is None else year * _YEAR + month * _MONTH + day


def _by_time(by: str, times: Sequence[int | None], spans: Sequence[int]) -> list[Group]:
    """By the shortest of these spans of time that does not make too many headings."""
    known = {time for time in times if time is not None}
    span = next((span for span in spans if len({time // span for time in known}) <= _MOST), spans[-1])
    starts = np.array([-1 if time is None else time // span * span for time in times], np.int64)
    found = np.unique(starts).tolist()[::-1]
    if len({start for start in found if start >= 0}) < 2:
        return []
    return [
        Group(by, *_named(start, span), np.flatnonzero(starts == start))
        if start >= 0
        else Group(by, _UNKNOWN, f"{by.capitalize()} not known", np.flatnonzero(starts < 0))
        for start in found
    ]


def _named(start: int, span: int) -> tuple[str, str]:
    """Key and name of the time that begins here."""
    year, rest = divmod(start, _YEAR)
    month, day = divmod(rest, _MONTH)
    if span >= _YEAR or not month:
        years = max(1, span // _YEAR)
        return f"{year}.{years}", {1: "{}", 10: "{}s", 100: "{} to {}"}[years].format(year, year + years - 1)
    name = f"{day} {calendar.month_name[month]} {year}".removeprefix("0 ")
    return f"{year}-{month:02}" + f"-{day:02}" * (day > 0), name


def by_folder(items: Sequence[Item]) -> list[Group]:
    """By the folder that each lies in, within the one that was imported; none where all lie in one."""
    folders = [item.folder for item in items]
    counts = Counter(folders)
    if len(counts) < 2:
        return []
    at = {folder: k for k, folder in enumerate(sorted(counts, key=_natural))}
    which = np.array([at[folder] for folder in folders], np.int64)
    order = np.argsort(which, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(which))[:-1])
    return [Group("folder", folder, folder or "Not in a folder", rows) for folder, rows in zip(at, parts, strict=True)]


def _natural(text: str) -> list[Any]:
    """Sorts "Day 2" before "Day 10"."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in _DIGITS.split(text)]
