"""A rated image set in arrays: what every loader returns and the bench runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.errors import BadInput, UnknownName
from beholder.types import Floats, Ints

Flags = NDArray[np.bool_]
LEFT, TIE, RIGHT = 1, 0, -1  # the values of Choices.answer


@dataclass(frozen=True, eq=False)
class Ratings:
    """What raters said of single pictures, one row a rating.

    Attributes
    ----------
    item, rater
        (r,) positions in the dataset's `items` and `raters`
    score
        (r,) on the set's own scale
    seconds
        (r,) time taken, NaN where unknown
    """

    item: Ints
    rater: Ints
    score: Floats
    seconds: Floats

    def __len__(self) -> int:
        return len(self.item)

    @property
    def items(self) -> Ints:
        """(r, 1): the picture of every rating, in the shape that `Choices.items` has."""
        return self.item[:, None]

    def take(self, which: Ints | Flags) -> Ratings:
        """Only these rows."""
        return Ratings(self.item[which], self.rater[which], self.score[which], self.seconds[which])


@dataclass(frozen=True, eq=False)
class Choices:
    """What raters said of two pictures side by side, one row an answer.

    Attributes
    ----------
    left, right, rater
        (m,) positions in the dataset's `items` and `raters`
    answer
        (m,) LEFT, TIE or RIGHT (1, 0, -1): which one was chosen
    seconds
        (m,) time taken, NaN where unknown
    """

    left: Ints
    right: Ints
    rater: Ints
    answer: Ints
    seconds: Floats

    def __len__(self) -> int:
        return len(self.left)

    @property
    def items(self) -> Ints:
        """(m, 2): the pictures (left, right) of every answer."""
        return np.column_stack([self.left, self.right])

    def take(self, which: Ints | Flags) -> Choices:
        """Only these rows."""
        return Choices(self.left[which], self.right[which], self.rater[which], self.answer[which], self.seconds[which])

    def won(self) -> Ints:
        """(w, 2) rows of (winner, loser), ties left out: the project's own form of choices."""
        decided = self.answer != TIE
        left, right, first = self.left[decided], self.right[decided], self.answer[decided] == LEFT
        return np.column_stack([np.where(first, left, right), np.where(first, right, left)])

    def tied(self) -> Ints:
        """(t, 2) rows of (left, right) that were said to be the same."""
        tied = self.answer == TIE
        return np.column_stack([self.left[tied], self.right[tied]])


@dataclass(frozen=True, eq=False)
class Dataset:
    """One rated image set.

    Attributes
    ----------
    items, files
        (n,) names of the pictures and where they lie
    columns
        every further column of items.csv, (n,) strings each
    raters
        names of everybody who judged
    item_is_test
        (n,) bool, None where the set has no split of pictures
    rater_is_test
        (raters,) bool, None where the set has no split of raters
    scale
        lowest and highest rating, None where the set does not say
    revision
        sha256 over the files that were read: two sets with one revision hold the same answers
    """

    name: str
    items: tuple[str, ...]
    files: tuple[Path, ...]
    columns: Mapping[str, tuple[str, ...]]
    raters: tuple[str, ...]
    ratings: Ratings
    choices: Choices
    item_is_test: Flags | None
    rater_is_test: Flags | None
    scale: tuple[float, float] | None
    licence: str
    citation: str
    revision: str

    def where(self, column: str, value: str) -> Dataset:
        """Only the pictures whose `column` says `value`; a judgement stays if all its pictures do.

        Raters of whom nothing stays are gone too. `revision` stays: it names the set, not the filter.

        Raises
        ------
        UnknownName
            for a column that items.csv has not
        BadInput
            where no picture has the value
        """
        column = column.strip().casefold()  # as the header of items.csv is read
        if column not in self.columns:
            raise UnknownName.of("column", column, self.columns, see=f"items.csv of {self.name}")
        said = np.array(self.columns[column], dtype=object)
        keep = said == value
        if not keep.any():
            values = sorted(set(self.columns[column]))
            listed = ", ".join(values[:10]) + (" ..." if len(values) > 10 else "")
            raise BadInput(f"no picture of {self.name} has {column}={value}; there are: {listed}")
        return self._only(keep)

    def _only(self, keep: Flags) -> Dataset:
        kept = np.flatnonzero(keep)
        ratings = self.ratings.take(keep[self.ratings.item])
        choices = self.choices.take(keep[self.choices.left] & keep[self.choices.right])
        present = np.union1d(ratings.rater, choices.rater)
        row, rater = np.cumsum(keep) - 1, np.searchsorted(present, np.arange(len(self.raters)))
        return replace(
            self,
            items=tuple(self.items[i] for i in kept),
            files=tuple(self.files[i] for i in kept),
            columns={name: tuple(values[i] for i in kept) for name, values in self.columns.items()},
            raters=tuple(self.raters[i] for i in present),
            ratings=replace(ratings, item=row[ratings.item], rater=rater[ratings.rater]),
            choices=replace(choices, left=row[choices.left], right=row[choices.right], rater=rater[choices.rater]),
            item_is_test=None if self.item_is_test is None else self.item_is_test[kept],
            rater_is_test=None if self.rater_is_test is None else self.rater_is_test[present],
        )
