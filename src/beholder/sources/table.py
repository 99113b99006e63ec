"""A CSV of paths: one picture a row, further columns kept. Also the `items.csv` of the plain folder format."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import BadInput
from beholder.sources.found import Broken, Found, plain_name, unique
from beholder.sources.paths import Paths
from beholder.sources.rows import Lines, records
from beholder.text import DELIMITERS, cannot_read, delimiter_of, encoding_of, shown

PATH_COLUMNS = ("file", "path", "image", "filename")  # the first of these that is there holds the paths
NAME_COLUMN = "item"
MAX_LINES = 1_100_000
MAX_COLUMNS = 1000
MAX_CELLS = 5_000_000  # kept of all pictures together
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableOfPaths:
    """A table understood, its rows not yet read.

    path     the table; paths in it are relative to its folder
    header   column names, stripped; "" for a column without one, which is not kept
    skipped  lines of the file before the header
    """

    path: Path
    encoding: str
    header: tuple[str, ...]
    delimiter: str
    skipped: int
    path_column: int
    name_column: int | None

    @classmethod
    def read(cls, path: Path) -> TableOfPaths:
        """raises : BadInput where it is no table, no encoding fits, or no column holds paths"""
        path = path.absolute()
        encoding = encoding_of(path, MAX_LINES)
        with _lines(path, encoding) as lines:
            delimiter = _delimiter(path, lines)
            skipped = lines.number
            header = _header(path, lines, delimiter)
        folded = [name.lower() for name in header]
        at = next((folded.index(name) for name in PATH_COLUMNS if name in folded), None)
        if at is None:
            has = shown(", ".join(filter(None, header))) or "columns without names"
            raise BadInput(f"'{shown(path.name)}' has no column {_wanted()}; it has: {has}. Rename the one of paths")
        name_at = folded.index(NAME_COLUMN) if NAME_COLUMN in folded else None
        return cls(path, encoding, tuple(header), delimiter, skipped, at, name_at)

    def find(self, *, inside: bool = False) -> Iterator[Found | Broken]:
        """The rows, in the table's order.

        inside : refuse files that lie outside the table's folder, or lead there
        """
        return unique(self._rows(inside))

    def _rows(self, inside: bool) -> Iterator[Found | Broken]:
        paths, cells = Paths(self.path.parent, inside), 0
        with _lines(self.path, self.encoding) as lines:
            for _ in range(self.skipped):
                next(lines, None)
                lines.begin()
            rows = records(lines, self.delimiter, len(self.header))
            next(rows, None)  # the header
            for row, where in rows:
                one = Broken(where, row) if isinstance(row, str) else self._row(row, where, paths)
                if isinstance(one, Found) and (cells := cells + len(one.columns)) > MAX_CELLS:
                    raise BadInput(
                        f"'{shown(self.path.name)}' says more than {MAX_CELLS:,} things of its pictures; "
                        "keep fewer columns or split it"
                    )
                if one is not None:
                    yield one

    def _row(self, row: list[str], line: str, paths: Paths) -> Found | Broken | None:
        """None for a row without text."""
        width = len(self.header)
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            wide = f"{len(row)} fields where the header has {width}"
            mark = "tab" if self.delimiter == "\t" else f"'{self.delimiter}'"
            return Broken(line, f"the line has {wide}; put quotes around fields that hold a {mark}")
        text, name = _cell(row, self.path_column), plain_name(_cell(row, self.name_column))
        if not text:
            if not any(cell.strip() for cell in row):
                return None
            return Broken(name or line, f"nothing stands in the column '{self.header[self.path_column]}'")
        if "://" in text and _LINK.match(text):
            return Broken(
                name or shown(text), "it is a link; links are not fetched yet: save the picture, write its path"
            )
        path, reason, place = paths.find(text)
        name = name or paths.name(place)
        if path is None:
            return Broken(shown(name), reason)
        own = (self.path_column, self.name_column)
        return Found(name, path, {h: _cell(row, i) for i, h in enumerate(self.header) if h and i not in own})


def _cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


class TableSource:
    """The pictures that a CSV lists; see `TableOfPaths`."""

    def __init__(self, path: Path) -> None:
        self.table = TableOfPaths.read(path)
        self.title = self.table.path.stem

    def find(self) -> Iterator[Found | Broken]:
        return self.table.find()


@contextmanager
def _lines(path: Path, encoding: str) -> Iterator[Lines]:
    """raises : BadInput where it cannot be read, also later on"""
    try:
        with path.open(encoding=encoding, newline="") as stream:
            yield Lines(stream)
    except OSError as error:
        raise cannot_read("table", path, error) from error
    except csv.Error as error:
        raise BadInput(f"'{shown(path.name)}' cannot be read as a table: a line of it is too long") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"'{shown(path.name)}' has changed while it was read; try again") from error


def _delimiter(path: Path, lines: Lines) -> str:
    """What separates the cells; leaves the header as the next line."""
    line = ""
    for line in lines:
        lines.begin()
        if line.strip():
            break
    if not line.strip():
        raise BadInput(f"'{shown(path.name)}' is empty; a table with a column {_wanted()} was wanted")
    delimiter = ""
    if line.lower().startswith("sep="):  # Excel's own hint
        delimiter, line = line.rstrip("\r\n")[4:], next(lines, "")
    if not line or "\0" in line:
        raise BadInput(f"'{shown(path.name)}' is not a table of text; save it as CSV in UTF-8")
    lines.back([line])
    return delimiter if delimiter in tuple(DELIMITERS) else delimiter_of(line, PATH_COLUMNS)


def _header(path: Path, lines: Lines, delimiter: str) -> list[str]:
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
    except csv.Error as error:
        raise BadInput(f"the header of '{shown(path.name)}' cannot be read: {shown(str(error))}") from error
    if len(header) > MAX_COLUMNS:
        raise BadInput(f"'{shown(path.name)}' has {len(header):,} columns, over the limit of {MAX_COLUMNS:,}")
    twice = sorted(name for name, times in Counter(header).items() if name and times > 1)
    if twice:
        raise BadInput(f"'{shown(path.name)}' has the column '{shown(twice[0])}' twice; rename one of them")
    return header


def _wanted() -> str:
    return ", ".join(PATH_COLUMNS[:-1]) + " or " + PATH_COLUMNS[-1]
