"""What the source says of the pictures of a collection, ready to be searched: the values of its columns, and names."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import PurePath
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from beholder.dates import day_in_words
from beholder.details import taken_in
from beholder.search.folding import folded, stem, words_of
from beholder.types import Floats, Ints, Item

_BETWEEN = re.compile(r"[;|]|,(?!\d)|\s/\s")  # what stands between the values of one cell
_LONG = 8  # words from which a value is a text, in which words stand anywhere
_IS, _HOLDS, _TEXT, FILE = 1.0, 0.8, 0.7, 0.65  # how well a value fits words: it is these, or holds them among others
_PART = 0.85  # of that, where a word is but a part of one of its words, or is spelt in another way
_NAME = ""  # stands for the column where a picture's name is
_LINKS = ("http:", "https:")
NONE = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Index:
    """The values of n pictures: what a cell says, in parts where it says several things, and the name of the file.

    Attributes
    ----------
    columns, texts
        (v,) the column of each value, and the value as it is written
    lengths
        (v,) how many words it has
    by_picture
        (n, v) which values each picture has
    by_stem
        (s, v) which values hold each stem of a word
    stems
        the row of `by_stem` of each stem
    spelling
        (s,) a word of each stem, as it is written
    """

    columns: Sequence[str]
    texts: Sequence[str]
    lengths: Ints
    by_picture: csr_array
    by_stem: csr_array
    stems: dict[str, int]
    spelling: Sequence[str]

    @classmethod
    def of(cls, items: Iterable[Item]) -> Self:
        """Of the pictures of a collection, in its order."""
        making = _Making()
        for item in items:
            making.add(item)
        return cls(*making.parts())

    def __len__(self) -> int:
        return int(self.by_picture.shape[0])

    @cached_property
    def _by_value(self) -> csr_array:
        return self.by_picture.T.tocsr()

    @cached_property
    def _counts(self) -> Ints:
        """(v,) how many pictures have each value."""
        return np.diff(self._by_value.indptr)

    @cached_property
    def _weights(self) -> Floats:
        """(v,) how well each value fits words that it holds among others."""
        named = np.array([column == _NAME for column in self.columns], bool)
        return np.where(named, FILE, np.where(self.lengths > _LONG, _TEXT, _HOLDS))

    @cached_property
    def _short(self) -> NDArray[np.bool_]:
        """(v,) whether each value is one of a column, and no text."""
        return np.asarray((self._weights == _HOLDS) & (self.lengths > 0))

    @cached_property
    def _shared(self) -> NDArray[np.bool_]:
        """(v,) whether it is a short one that several pictures have: an artist, a style."""
        return np.asarray(self._short & (self._counts > 1))

    @cached_property
    def _run_together(self) -> list[tuple[str, int]]:
        """The shared values without blanks, and their numbers."""
        return [("".join(words_of(folded(self.texts[v]))), v) for v in np.flatnonzero(self._shared).tolist()]

    def spoken(self, *, shared: bool = False) -> dict[str, int]:
        """The words among the stems of columns' values, and how many values hold each.

        shared : of values alone that several pictures share
        """
        told = self._shared if shared else self._short
        counts = np.asarray(self.by_stem @ told.astype(np.int32))
        return {one: int(counts[row]) for one, row in self.stems.items() if counts[row] and not one.isdigit()}

    def holding(self, stem: str) -> Ints:
        """The values that hold this stem, rising."""
        return _row(self.by_stem, self.stems.get(stem, -1))

    def holding_part(self, part: str) -> Ints:
        """The values that hold a word that begins with this, or where there is none, has this in it.

        Of a number only the beginning is a part: "188" of 1889, "33" of nothing.
        """
        if len(part) < 3:
            return NONE
        begun = self._stems_with(f"\n{part}") or ([] if part.isdigit() else self._stems_with(part))
        found = [_row(self.by_stem, row) for row in begun]
        return np.unique(np.concatenate(found)) if found else NONE

    @cached_property
    def _all_stems(self) -> tuple[str, list[int]]:
        """All stems, each behind a line break, and where each of these is."""
        lengths = [len(one) + 1 for one in self.stems]
        return "".join(f"\n{one}" for one in self.stems), [0, *accumulate(lengths)][:-1]

    def _stems_with(self, part: str) -> list[int]:
        """The rows of the stems that have this in them; in one text, all are looked through in a millisecond."""
        text, starts = self._all_stems
        return sorted({bisect_right(starts, found.start()) - 1 for found in re.finditer(re.escape(part), text)})

    def run_together(self, word: str) -> Ints:
        """The shared values that hold this once their blanks are taken out: "vangogh" in "Vincent van Gogh"."""
        if len(word) < 5:
            return NONE
        return np.array([v for text, v in self._run_together if word in text], np.int64)

    def together(self, words: Sequence[Ints]) -> Ints:
        """The short values that hold each of some words, given the values that hold each."""
        count = np.zeros(len(self.texts), np.uint8)
        for values in words:
            count[values] += 1
        return np.flatnonzero((count == len(words)) & self._short)

    def alone(self, values: Ints, words: int) -> Ints:
        """Those of some values that are these words alone, and all those of columns in which none is."""
        alone = self._shared[values] & (self.lengths[values] == words)
        having = {self.columns[v] for v in values[alone].tolist()}
        return values[[bool(one) or self.columns[v] not in having for v, one in zip(values, alone, strict=True)]]

    def in_columns(self, values: Ints) -> Ints:
        """Those of some values that are no names of files."""
        return values[[self.columns[v] != _NAME for v in values.tolist()]]

    def strengths(self, values: Ints, words: int, whole: bool) -> Floats:
        """(n,) how well each picture fits, by the best of its values among these; 1 where that is all it says.

        Parameters
        ----------
        words
            how many words were asked for
        whole
            whether the values hold them whole and as they are spelt
        """
        fits = np.where(self.lengths[values] == words, _IS, self._weights[values]) * (1.0 if whole else _PART)
        found = np.zeros(len(self))
        for fit in np.unique(fits):  # rising
            found[_columns(self._by_value, values[fits == fit])] = fit
        return found

    def share(self, row: int) -> Floats:
        """(n,) how much of what is said of one picture and others is said of each; what few have counts more."""
        mine = self._of_others(row)
        telling = np.zeros(len(self.texts))
        telling[mine] = np.log(len(self) / self._counts[mine])
        return np.asarray(self.by_picture @ telling / max(float(telling.sum()), 1e-9), np.float64)

    def _of_others(self, row: int) -> Ints:
        mine = _row(self.by_picture, row)
        return mine[self._shared[mine]]

    def told(self, row: int, values: Ints) -> str:
        """What a picture has of these values, rising, as it is said of it; the shortest, "" where it has none."""
        mine = _both(_row(self.by_picture, row), values)
        if not mine:
            return ""
        value = min(mine, key=lambda v: (self.columns[v] == _NAME, self.lengths[v]))
        if self.columns[value] == _NAME:
            return f"file {self.texts[value]}"
        return self.texts[value] if self._short[value] else f"in its {self.columns[value]}"


def _row(table: csr_array, row: int) -> Ints:
    """The columns of the entries of a row; none of row -1."""
    return NONE if row < 0 else np.asarray(table.indices[table.indptr[row] : table.indptr[row + 1]], np.int64)


def _both(few: Ints, values: Ints) -> list[int]:
    """Those of a few values that are among others, which rise."""
    if not len(values):
        return []
    at = np.minimum(np.searchsorted(values, few), len(values) - 1)
    return [int(v) for v in few[values[at] == few]]


def _columns(table: csr_array, rows: Ints) -> NDArray[Any]:
    """The columns of the entries of these rows."""
    starts, counts = table.indptr[rows], np.diff(table.indptr)[rows]
    before = np.cumsum(counts) - counts
    return np.asarray(table.indices[np.arange(counts.sum()) + np.repeat(starts - before, counts)])


class _Lists:
    """Lists of numbers that become a sparse table of ones, a row each."""

    def __init__(self) -> None:
        self._numbers, self._ends = array("i"), array("q", [0])

    def add(self, numbers: Iterable[int]) -> None:
        self._numbers.extend(sorted(set(numbers)))
        self._ends.append(len(self._numbers))

    def table(self, columns: int) -> csr_array:
        where, ends = np.array(self._numbers, np.int32), np.array(self._ends, np.int64)
        return csr_array((np.ones(len(where), np.int8), where, ends), shape=(len(ends) - 1, columns))


class _Making:
    """An index that is being made, a picture at a time."""

    def __init__(self) -> None:
        self.columns, self.texts, self.spelling, self.lengths = list[str](), list[str](), list[str](), array("q")
        self._of_picture, self._of_value = _Lists(), _Lists()
        self._cells, self._values = dict[tuple[str, str], tuple[int, ...]](), dict[tuple[str, str], int]()
        self._words, self.stems = dict[str, int](), dict[str, int]()

    def add(self, item: Item) -> None:
        name = PurePath(item.name)
        cells = [*item.columns.items(), (_NAME, "/".join([*name.parts[:-1], name.stem]))]
        self._of_picture.add(value for cell in cells for value in self._cells.get(cell) or self._cell(*cell))

    def _cell(self, column: str, cell: str) -> tuple[int, ...]:
        """The numbers of the values that a cell holds."""
        taken = taken_in({column: cell})
        parts = [cell] if column == _NAME else [day_in_words(taken)] if taken else _BETWEEN.split(cell)
        mine = tuple(self._value(column, part.strip()) for part in parts if part.strip())
        self._cells[column, cell] = mine
        return mine

    def _value(self, column: str, text: str) -> int:
        number = self._values.setdefault((column, text), len(self.texts))
        if number == len(self.texts):
            self.columns.append(column)
            self.texts.append(text)
            words = [] if text.startswith(_LINKS) else words_of(text)
            for word in words:
                if word not in self._words:
                    self._words[word] = self._stem(word)
            self._of_value.add(map(self._words.__getitem__, words))
            self.lengths.append(len(words))
        return number

    def _stem(self, word: str) -> int:
        number = self.stems.setdefault(stem(word), len(self.stems))
        if number == len(self.spelling):
            self.spelling.append(word)
        return number

    def parts(self) -> tuple[Any, ...]:
        """What `Index` is made of."""
        by_picture, by_value = self._of_picture.table(len(self.texts)), self._of_value.table(len(self.stems))
        by_stem = by_value.T.tocsr()
        by_stem.sort_indices()
        return self.columns, self.texts, np.array(self.lengths), by_picture, by_stem, self.stems, self.spelling
