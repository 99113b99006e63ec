"""A published rated set while it is read: its pictures, its ratings, and all that is missing or wrong with it."""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from beholder.cells import BELOW, EITHER, Marks, NotANumber, number, with_point
from beholder.errors import BadPicture
from beholder.images import open_image
from beholder.jobs import map_jobs
from beholder.research.datasets.tables import Faults, Row, stream_lines, stream_table
from beholder.text import shown

_FEW = 10  # names that one sentence lists
_TOLD_EVERY = 100  # pictures
_SMALL = 64  # side to which a picture is opened to see whether it can be: a large JPEG is then decoded in part
_PARTS = {"train": "train", "validation": "train", "test": "test"}  # a published part -> split of the plain format

_Rating = tuple[str, str, str, str]  # rater, item, score, seconds


class Draft:
    """What a set's reader fills. Reading goes on after a fault, so that all of them are told at once.

    Parameters
    ----------
    folder
        the set as it was unpacked
    scale
        lowest and highest rating

    Attributes
    ----------
    items
        item -> its columns; `file` is the picture's path below `folder`
    ratings
        in the order of the tables
    retest
        ratings of a picture that the rater had rated before
    raters
        rater -> train or test; empty where the set has no split of raters
    copies
        lines that said what a line before them had said, word for word
    faults
        what keeps the whole set from being used
    unusable
        lines and pictures that cannot be used; the rest could be
    """

    def __init__(self, folder: Path, scale: tuple[float, float]) -> None:
        self.folder = folder
        self.scale = scale
        self.items: dict[str, dict[str, str]] = {}
        self.ratings: list[_Rating] = []
        self.retest: list[_Rating] = []
        self.raters: dict[str, str] = {}
        self.copies = 0
        self.faults = Faults()
        self.unusable = Faults()
        self._absent: list[str] = []  # tables that are not there
        self._pictures: dict[str, str] = {}
        self._lost: dict[str, str] = {}  # item -> the picture that is not there
        self._said: dict[tuple[str, str], tuple[int, ...]] = {}

    def table(
        self, name: str, *wanted: str, delimiter: str = "", ragged: bool = False, optional: bool = False
    ) -> Iterator[Row]:
        """The rows of a table below the folder; see `stream_table`."""
        if self._is_there(name, optional):
            path, faults = self.folder / name, (self.faults, self.unusable)
            yield from stream_table(path, wanted, *faults, delimiter=delimiter, ragged=ragged)

    def lines(self, name: str, cells: int, *, optional: bool = False) -> Iterator[tuple[str, list[str]]]:
        """(where, cells) of each line of a file without a header; see `stream_lines`."""
        if self._is_there(name, optional):
            yield from stream_lines(self.folder / name, cells, self.faults, self.unusable)

    def _is_there(self, name: str, optional: bool) -> bool:
        there = (self.folder / name).is_file()
        if not there and not optional:
            self._absent.append(name)
        return there

    def look_for_pictures(self, *places: str) -> None:
        """List the pictures below those of the folders that are there, each folder once: no file is asked for alone."""
        there = [place for place in places if (self.folder / place).is_dir()]
        for place in there:
            for path in files_below(self.folder / place):
                below = os.path.normpath(f"{place}/{path}")
                self._pictures.setdefault(_same(path), below)
                self._pictures.setdefault(_same(os.path.basename(path)), below)
        if not self._pictures:
            fault = "holds no file" if there else "is not there"
            self.faults.add(" or ".join(there or places), f"{fault}; wanted the folder with the pictures")

    def add_item(self, where: str, item: str, picture: str, part: str = "", **columns: str) -> None:
        """Keep an item; what has no name, comes twice or has no picture there cannot be used.

        Parameters
        ----------
        picture
            its file's name, or its path below one of the places
        part
            train, validation or test
        """
        if not item or self.knows(item):
            self.unusable.add(where, f"item '{item}' comes twice" if item else "the item has no name")
        elif _same(picture) in self._pictures:
            split = {"split": _PARTS[part], "part": part} if part else {}
            self.items[item] = {"file": self._pictures[_same(picture)], **columns, **split}
        else:
            self._lost[item] = picture

    def add_mean(self, where: str, picture: str, score: str, part: str = "", **columns: str) -> None:
        """Keep a picture of which only the mean score of many is known, `score_std` among the columns where it is."""
        if self.number(where, "score", score):
            self.add_item(where, picture, picture, part, score=with_point(score), **columns)

    def knows(self, item: str) -> bool:
        """Whether the item was added before, be its picture there or not."""
        return item in self.items or item in self._lost

    def rate(
        self, where: str, rater: str, item: str, score: str, line: tuple[str, ...] = (), seconds: str = ""
    ) -> None:
        """Keep a rating; one of an item that cannot be used is passed over, as that is told already.

        Parameters
        ----------
        line
            all that the table says of it. The same rater and item again is a copy where a line before said the very
            same, and else a retest.
        """
        if not rater:
            self.unusable.add(where, "the rater has no name")
        elif self.number(where, "score", score) and item in self.items:
            said, before = hash((score, *line)), self._said.get((rater, item), ())
            if said in before:
                self.copies += 1
                return
            self._said[rater, item] = (*before, said)
            (self.retest if before else self.ratings).append((rater, item, with_point(score), seconds))

    def read_parts(self, tables: Mapping[str, str], *columns: str) -> dict[str, str]:
        """Picture -> part, of one table for each part; a picture is named by these columns with / between them."""
        parts: dict[str, str] = {}
        for part, table in tables.items():
            for row in self.table(table, *columns):
                picture = "/".join(row[column] for column in columns)
                if parts.setdefault(picture, part) != part:
                    self.unusable.add(row.where, f"'{picture}' is in {parts[picture]} and in {part}")
        return parts

    def split_raters(self, test: set[str]) -> None:
        """These are the test raters, all others the training raters."""
        raters = sorted({rater for rater, *_ in self.ratings})
        self.raters = {rater: "test" if rater in test else "train" for rater in raters}

    def number(self, where: str, column: str, text: str, scale: tuple[float, float] | None = None) -> bool:
        """Whether the text is a number on this scale, or the set's own; noted where it is not."""
        low, high = scale or self.scale
        try:
            value, hint = number(text, EITHER if high < BELOW else Marks()), ""
        except NotANumber as error:
            value, hint = math.nan, str(error)
        if low <= value <= high:
            return True
        self.unusable.add(where, f"{column} must be a number from {low:g} to {high:g}, got '{shown(text)}'{hint}")
        return False

    def numbers(self, where: str, texts: Mapping[str, str], scale: tuple[float, float]) -> bool:
        """Whether each text is a number on this scale; every other one is noted with its column."""
        return not [column for column, text in texts.items() if not self.number(where, column, text, scale)]

    def open_pictures(self, threads: int, progress: Callable[[int, int], None]) -> None:
        """Leave out items whose picture cannot be opened, and note each."""
        files = {self.folder / columns["file"]: columns["file"] for columns in self.items.values()}
        broken = {files[path]: reason for path, reason in broken_pictures(files, threads, progress).items()}
        for file, reason in broken.items():
            self.unusable.add(file, f"the picture cannot be opened: {reason}")
        self._leave_out([item for item, columns in self.items.items() if columns["file"] in broken])

    def finish(self) -> None:
        """Note what only the whole can show, and leave out items that the published split does not know."""
        outside = [item for item, columns in self.items.items() if "split" not in columns]
        if 0 < len(outside) < len(self.items):
            self._leave_out(outside)
            self.unusable.found.insert(
                0, f"the published split leaves out {len(outside):,} pictures: {listed(outside)}"
            )
        if self._lost and self._pictures:
            lost = list(self._lost.values())
            self.unusable.found.insert(
                0, f"the folder lacks {len(lost):,} of the pictures in the tables: {listed(lost)}"
            )
        if self._absent:
            self.faults.found.insert(0, f"these files are not there: {', '.join(self._absent)}")
        if not self.items and not self.faults.found:
            self.faults.add("the tables", "name no picture that can be used")

    def _leave_out(self, items: list[str]) -> None:
        if not items:
            return
        for item in items:
            del self.items[item]
        self.ratings = [rating for rating in self.ratings if rating[1] in self.items]
        self.retest = [rating for rating in self.retest if rating[1] in self.items]
        rated = {rater for rater, *_ in self.ratings}
        self.raters = {rater: split for rater, split in self.raters.items() if rater in rated}


def broken_pictures(files: Iterable[Path], threads: int, progress: Callable[[int, int], None]) -> dict[Path, str]:
    """Which of these cannot be opened, and why: an empty file, one that is cut, a web page in place of a picture."""
    each = list(dict.fromkeys(files))
    broken: dict[Path, str] = {}
    for done, why in enumerate(map_jobs(_why_broken, each, workers=threads)):
        if done % _TOLD_EVERY == 0:
            progress(done, len(each))
        if why:
            broken[each[done]] = why
    return broken


def _why_broken(file: Path) -> str:
    try:
        open_image(file, max_side=_SMALL)
    except BadPicture as error:
        return str(error)
    return ""


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files below the folder, relative to it, in a stable order; without what archivers of macOS add."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        below = os.path.relpath(root, folder)
        for name in sorted(files):
            if not name.startswith("."):
                yield name if below == "." else f"{below}/{name}"


def listed(names: list[str]) -> str:
    """The first FEW of them."""
    return ", ".join(names[:_FEW]) + (" ..." if len(names) > _FEW else "")


def _same(name: str) -> str:
    """One picture, one name: tables write spaces round it, macOS writes é as two characters."""
    return unicodedata.normalize("NFC", name).strip()
