"""CSV files as people save them: any common encoding and delimiter; every fault is noted with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from beholder.datasets.sheet import sheet_lines
from beholder.errors import BadInput
from beholder.text import decoded, delimiter_of

MOST_FAULTS = 20  # shown; the rest are counted
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")

Lines = Iterator[tuple[int, list[str]]]  # (line number, cells)


@dataclass
class Faults:
    """Everything that is wrong with a folder, told in one message."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, sentence: str) -> None:
        self.found.append(f"{where}: {sentence}")

    def raise_if_any(self, folder: Path, hint: str = "") -> None:
        """BadInput with all faults, the first MOST_FAULTS in words, and then the hint."""
        if not self.found:
            return
        count = f"{len(self.found)} faults" if len(self.found) > 1 else "one fault"
        lines = [f"{folder} cannot be used; it has {count}:", *(f"  {fault}" for fault in self.found[:MOST_FAULTS])]
        if len(self.found) > MOST_FAULTS:
            lines.append(f"  ... and {len(self.found) - MOST_FAULTS} more")
        raise BadInput("\n".join([*lines, *filter(None, [hint])]))


@dataclass(frozen=True)
class Row:
    """One line of a table: `where` names file and line for a message; `cells` has every column, stripped."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def content(self) -> tuple[str, ...]:
        """All cells but the number of the line, which some programs write into a column without a name."""
        return tuple(cell for column, cell in self.cells.items() if column)


def read_table(path: Path, wanted: Sequence[str], faults: Faults) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV file with a header; empty lines are passed over.

    Faults noted: not text, no header, a wanted column missing, a column twice, more or fewer cells than the header.
    """
    columns, rows = list[str](), list[Row]()
    with _noted(path, faults):
        header, lines = _opened(path, wanted, faults)
        columns, rows = header, list(_rows(path.name, header, lines, faults))
    return columns, rows


def stream_table(
    path: Path, wanted: Sequence[str], faults: Faults, spoilt: Faults, *, delimiter: str = "", ragged: bool = False
) -> Iterator[Row]:
    """The rows of `read_table` one by one, of a CSV file or the first sheet of an .xlsx, for tables of any length.

    spoilt    : gets what is wrong with single lines
    delimiter : what separates the cells, where it is none that would be guessed
    ragged    : a line may end before its last columns, which are then empty
    """
    with _noted(path, faults):
        columns, lines = _opened(path, wanted, faults, delimiter)
        yield from _rows(path.name, columns, lines, spoilt, ragged)


def stream_lines(path: Path, cells: int, faults: Faults, spoilt: Faults) -> Iterator[tuple[str, list[str]]]:
    """(where, cells) of every line of a file without a header, whose cells are separated by spaces."""
    with _noted(path, faults):
        for number, line in enumerate(_physical_lines(decoded(path)), start=1):
            found, where = line.split(), f"{path.name} line {number}"
            if len(found) == cells:
                yield where, found
            elif found:
                spoilt.add(where, f"has {len(found)} cells, wanted {cells}")


@contextmanager
def _noted(path: Path, faults: Faults) -> Iterator[None]:
    """A file that cannot be read is a fault."""
    try:
        yield
    except (csv.Error, UnicodeError) as error:
        faults.add(path.name, f"is not a table of text in commas ({error}); save it as CSV, UTF-8")
    except BadInput as error:
        faults.add(path.name, str(error))


def _opened(path: Path, wanted: Sequence[str], faults: Faults, delimiter: str = "") -> tuple[list[str], Lines]:
    """The columns, and the lines below them: none where the header is at fault."""
    lines = sheet_lines(path) if path.suffix == ".xlsx" else _lines(decoded(path), delimiter)
    columns = [name.strip().casefold() for name in next(lines, (1, []))[1]]
    return columns, lines if _header_is_fine(path.name, columns, wanted, faults) else iter(())


def _lines(text: str, delimiter: str) -> Lines:
    """(line number, cells) of every line that is not empty."""
    if "\0" in text:
        raise UnicodeError("it holds zero bytes")
    first = next((line for line in _physical_lines(text) if line.strip()), "")
    reader = csv.reader(
        _physical_lines(text), delimiter=delimiter or delimiter_of(first), skipinitialspace=True, strict=True
    )
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _physical_lines(text: str) -> Iterator[str]:
    """Lines with their ends, found as they are asked for: a StringIO takes four times the memory of the text."""
    return (line.group() for line in _LINE.finditer(text))


def _header_is_fine(name: str, columns: list[str], wanted: Sequence[str], faults: Faults) -> bool:
    if not any(columns):
        faults.add(name, f"is empty; wanted a header with {', '.join(wanted)}")
        return False
    missing = [column for column in wanted if column not in columns]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if missing:
        faults.add(name, f"has no column {', '.join(missing)}; its header is: {', '.join(columns)}")
    if twice:
        faults.add(name, f"has the column {', '.join(twice) or '(without a name)'} twice")
    return not missing and not twice


def _rows(name: str, columns: list[str], lines: Lines, faults: Faults, ragged: bool = False) -> Iterator[Row]:
    for number, cells in lines:
        where = f"{name} line {number}"
        if ragged and len(cells) < len(columns):
            cells = [*cells, *[""] * (len(columns) - len(cells))]
        if len(cells) != len(columns):
            faults.add(where, f"has {len(cells)} cells, the header has {len(columns)}")
        else:
            yield Row(where, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
