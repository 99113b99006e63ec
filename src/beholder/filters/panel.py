"""What a filter offers to choose: values of columns with counts, and ranges with histograms, within its other parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from beholder.facts import Facts, Mask
from beholder.filters.filter import Filter, Pictures
from beholder.offers import Wishes
from beholder.ranking import Ranking
from beholder.search.folding import folded
from beholder.types import Floats

_ANY: Mapping[str, str] = MappingProxyType({})
_BARS = 24
_SKEWED = 20  # times as much at the upper end as at the lower, from which bars grow by equal factors
_SHOWN = 12  # values of a column that are offered at once, those that most pictures have; the others are sought,
_ALL = 200  # or shown too where there are no more than this


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a column; value : "" for none

    count
        pictures that have it, of those that all other parts of the filter keep
    """

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column to choose values of, those first that most pictures have.

    Attributes
    ----------
    more
        values that are not offered, of those that are sought
    sought
        what their names have in them
    all
        how many there are, where all can be shown; 0 where that is not needed, or they are too many
    whole
        whether all are
    """

    column: str
    choices: Sequence[Choice]
    more: int
    sought: str = ""
    all: int = 0
    whole: bool = False

    @property
    def chosen(self) -> int:
        """How many are."""
        return sum(choice.chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Range:
    """A number to choose from-to: how many pictures lie where, of those that all other parts of the filter keep.

    Attributes
    ----------
    name
        "price", "width", "height" or "year"
    edges
        (b + 1,) of the bars, rising; empty where there are not two numbers
    counts, inside
        (b,) pictures in each bar, and those of them that the range keeps
    known, unknown
        pictures
    """

    name: str
    edges: Sequence[float]
    counts: Sequence[int]
    inside: Sequence[int]
    known: int
    unknown: int

    @property
    def bars(self) -> list[tuple[float, float, float, float, int]]:
        """(from, to, height, height of what is kept, pictures) of each bar; heights from 0 to 1."""
        most = max(self.counts, default=1) or 1
        ends = zip(self.edges, self.edges[1:], strict=False)
        return [
            (low, high, n / most, kept / most, n)
            for (low, high), n, kept in zip(ends, self.counts, self.inside, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that a filter offers; matching : pictures that it keeps"""

    facets: Sequence[Facet]
    ranges: Sequence[Range]
    currencies: Sequence[str]
    matching: int


def panel_of(
    wanted: Filter,
    ranking: Ranking,
    met: Collection[int],
    pictures: Pictures,
    sought: Mapping[str, str] = _ANY,
    whole: Collection[str] = (),
) -> Panel:
    """Parameters
    ----------
    ranking
        of everything; met : ids of the pictures that are not new to the person
    sought
        of a column, what the values to offer have in their names, accents and case aside
    whole
        columns of which all values are to be offered, as far as they are not too many
    """
    facts = pictures.facts
    wanted = replace(wanted, part="fits", sort="score")
    found = Filter(text=wanted.text).of(ranking, met, pictures).rows

    def kept(wanted: Filter) -> Mask:
        return wanted.keeps(facts, ranking.favourites, met)

    inside = kept(wanted)
    facets = list[Facet]()
    for column in facts.choices:
        others = tuple((name, value) for name, value in wanted.values if name != column)
        rows = (
            found
            if others == wanted.values and not wanted.narrows
            else found[kept(replace(wanted, values=others))[found]]
        )
        chosen = {v.strip() for c, v in wanted.values if c == column}
        facets.append(_facet(column, chosen, facts, rows, sought.get(column, "").strip(), column in whole))
    ranges = list[Range]()
    for name, values, without in _asked(wanted.wishes, facts):
        if not np.isnan(values[ranking.rows]).all():
            rows = found[kept(replace(wanted, wishes=without))[found]]
            ranges.append(_range(name, values[rows], inside[rows]))
    matching = int(inside[found].sum()) if wanted.like is None else len(wanted.of(ranking, met, pictures))
    return Panel(facets, ranges, facts.offered_in(ranking.rows), matching)


def _facet(column: str, chosen: set[str], facts: Facts, rows: NDArray[np.integer], sought: str, whole: bool) -> Facet:
    known, text = facts.column(column), folded(sought)
    counts, in_all = known.counts(rows), known.counts(np.arange(len(facts)))
    fitting = np.lexsort((-in_all[:-1], -counts[:-1])).tolist()
    if text:
        fitting = [at for at in fitting if text in folded(known.values[at])]
    every = len(known.values) if _SHOWN < len(known.values) <= _ALL else 0
    order = fitting[: _ALL if whole and every else _SHOWN]
    order += [at for at, value in enumerate(known.values) if value in chosen and at not in set(order)]
    choices = [Choice(known.values[at], int(counts[at]), known.values[at] in chosen) for at in order]
    if in_all[-1]:
        choices.append(Choice("", int(counts[-1]), "" in chosen))
    return Facet(column, choices, len(set(fitting) - set(order)), sought, every, whole)


def _asked(wishes: Wishes, facts: Facts) -> list[tuple[str, Floats, Wishes]]:
    """Of each range: its name, (n,) the numbers, and the wishes without it."""
    currency = wishes.currency or next(iter(facts.currencies), "")
    return [
        ("price", replace(wishes, currency=currency).costs(facts),
         replace(wishes, min_price=None, max_price=None, currency="")),
        ("width", facts.wide, replace(wishes, min_width=None, max_width=None)),
        ("height", facts.tall, replace(wishes, min_height=None, max_height=None)),
        ("year", facts.year, replace(wishes, min_year=None, max_year=None)),
    ]  # fmt: skip


def _range(name: str, values: Floats, inside: Mask) -> Range:
    there = ~np.isnan(values)
    known, kept = values[there], inside[there]
    if len(known) == 0 or known.min() == known.max():
        return Range(name, (), (), (), len(known), int((~there).sum()))
    edges = _edges(known, whole=name == "year")
    bars = np.minimum(np.searchsorted(edges, known, side="right") - 1, len(edges) - 2)
    counts, inner = (np.bincount(some, minlength=len(edges) - 1).tolist() for some in (bars, bars[kept]))
    return Range(name, edges.tolist(), counts, inner, len(known), int((~there).sum()))


def _edges(values: Floats, *, whole: bool) -> Floats:
    """Of bars: of one width, or where a few numbers are far larger than the usual ones, of one factor."""
    low, high = float(values.min()), float(values.max())
    if whole:
        step = max(1, -(-(int(high) - int(low) + 1) // _BARS))
        return np.arange(int(low), int(high) + 1 + step, step, dtype=np.float64)
    least = float(values[values > 0].min()) if (values > 0).any() else low
    if least > 0 and high / least >= _SKEWED:
        edges = np.geomspace(least, high, _BARS + 1)
        edges[0], edges[-1] = low, high
        return edges
    return np.linspace(low, high, _BARS + 1)
