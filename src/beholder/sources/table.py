"""A CSV of paths: one picture a row, further columns kept. Also the `items.csv` of the plain folder format."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import BadInput
from beholder.sources.found import Broken, Found, plain_name, unique
from beholder.text import DELIMITERS, decoded, delimiter_of, shown, why_unreadable

PATH_COLUMNS = ("file", "path", "image", "filename")  # the first of these that is there holds the paths
NAME_COLUMN = "item"
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table read and understood, its rows not yet looked at.

    folder   paths are relative to it
    header   column names, stripped; "" for a column without one, which is not kept
    skipped  lines of the file before the header
    """

    folder: Path
    title: str
    header: tuple[str, ...]
    delimiter: str
    lines: list[str]
    skipped: int
    path_column: int
    name_column: int | None

    @classmethod
    def read(cls, path: Path) -> Table:
        """raises : BadInput where it is no table, no encoding fits, or no column holds paths"""
        lines, skipped, delimiter = _lines(path)
        header = _header(path, lines, delimiter)
        folded = [name.lower() for name in header]
        at = next((folded.index(name) for name in PATH_COLUMNS if name in folded), None)
        if at is None:
            has = shown(", ".join(filter(None, header))) or "columns without names"
            raise BadInput(f"'{shown(path.name)}' has no column {_wanted()}; it has: {has}. Rename the one of paths")
        name_at = folded.index(NAME_COLUMN) if NAME_COLUMN in folded else None
        return cls(path.parent.absolute(), path.stem, tuple(header), delimiter, lines, skipped, at, name_at)

    def find(self, *, inside: bool = False) -> Iterator[Found | Broken]:
        """The rows, in the table's order.

        inside : refuse files that lie outside the table's folder
        """
        return unique(self._rows(inside))

    def _rows(self, inside: bool) -> Iterator[Found | Broken]:
        for row, start, end in self._records():
            if isinstance(row, str):
                yield Broken(f"line {self.skipped + end}", row)
            elif end == len(self.lines) > start + 1 and self._never_closed(start):
                yield Broken(f"line {self.skipped + start + 1}", "a quote is opened here and never closed; close it")
            elif start > 0 and any(cell.strip() for cell in row):
                yield self._row(row, f"line {self.skipped + end}", inside)

    def _records(self) -> Iterator[tuple[list[str] | str, int, int]]:
        """(fields, or why there are none; lines read before and after it)."""
        reader = csv.reader(self.lines, delimiter=self.delimiter)
        while True:
            start = reader.line_num
            try:
                yield next(reader), start, reader.line_num
            except StopIteration:
                return
            except csv.Error as error:
                yield f"the line cannot be read: {shown(str(error))}", start, reader.line_num

    def _never_closed(self, start: int) -> bool:
        """Whether the last record, from this line to the end, is one only because a quote was forgotten."""
        try:
            list(csv.reader(self.lines[start:], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            return "end of data" in str(error)
        return False

    def _row(self, row: list[str], line: str, inside: bool) -> Found | Broken:
        if any("\0" in cell for cell in row):
            return Broken(line, "the line holds a zero byte; save the table as UTF-8 text")
        if any(cell.strip() for cell in row[len(self.header) :]):
            wide = f"{len(row)} fields where the header has {len(self.header)}"
            return Broken(line, f"the line has {wide}; put quotes around fields that hold a '{self.delimiter}'")
        cells = [cell.strip() for cell in row] + [""] * (len(self.header) - len(row))
        text = cells[self.path_column]
        name = plain_name(cells[self.name_column]) if self.name_column is not None else ""
        if not text:
            return Broken(name or line, f"nothing stands in the column '{self.header[self.path_column]}'")
        if _LINK.match(text):
            return Broken(
                name or shown(text), "it is a link; links are not fetched yet: save the picture, write its path"
            )
        kept = {h: c for i, (h, c) in enumerate(zip(self.header, cells, strict=False)) if self._kept(i)}
        return self._located(text, name, kept, inside)

    def _kept(self, column: int) -> bool:
        return bool(self.header[column]) and column not in (self.path_column, self.name_column)

    def _located(self, text: str, name: str, columns: dict[str, str], inside: bool) -> Found | Broken:
        try:
            path = _spelled(self.folder, text)
            relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
            outside = relative == ".." or relative.startswith("../")
            name = name or plain_name(path.as_posix() if outside else relative)
            if inside and outside:
                return Broken(shown(name), "it lies outside the folder of its items.csv; only files inside are taken")
            if path.is_dir():
                return Broken(shown(name), "a folder, not a file")
            if not path.is_file():
                return Broken(shown(name), f"the file is not there: {shown(text)}")
        except (OSError, ValueError) as error:
            return Broken(shown(name or text), f"the file cannot be read: {why_unreadable(error)}")
        return Found(name, path, columns)


class TableSource:
    """The pictures that a CSV lists; see `Table`."""

    def __init__(self, path: Path) -> None:
        self.table = Table.read(path)
        self.title = self.table.title

    def find(self) -> Iterator[Found | Broken]:
        return self.table.find()


def _lines(path: Path) -> tuple[list[str], int, str]:
    """(lines from the header on, how many were before it, delimiter)."""
    lines = io.StringIO(decoded(path), newline="").readlines()  # splitlines() would split at a U+2028 in a title
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        raise BadInput(f"'{shown(path.name)}' is empty; a table with a column {_wanted()} was wanted")
    delimiter = ""
    if lines[start].lower().startswith("sep="):  # Excel's own hint
        delimiter = lines[start].rstrip("\r\n")[4:]
        start += 1
    if start == len(lines) or "\0" in lines[start]:
        raise BadInput(f"'{shown(path.name)}' is not a table of text; save it as CSV in UTF-8")
    return (
        lines[start:],
        start,
        delimiter if delimiter in tuple(DELIMITERS) else delimiter_of(lines[start], PATH_COLUMNS),
    )


def _header(path: Path, lines: list[str], delimiter: str) -> list[str]:
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
    except csv.Error as error:
        raise BadInput(f"the header of '{shown(path.name)}' cannot be read: {shown(str(error))}") from error
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadInput(f"'{shown(path.name)}' has the column '{shown(twice[0])}' twice; rename one of them")
    return header


def _wanted() -> str:
    return ", ".join(PATH_COLUMNS[:-1]) + " or " + PATH_COLUMNS[-1]


def _spelled(folder: Path, text: str) -> Path:
    """The path as written, or in the spelling of the disk: Windows writes backslashes, macOS splits accents."""
    slashed = text.replace("\\", "/")
    spellings = [text, slashed, *(unicodedata.normalize(form, slashed) for form in ("NFC", "NFD"))]
    paths = [Path(os.path.normpath(folder / spelling)) for spelling in spellings]
    return next((path for path in paths if path.exists()), paths[1])
