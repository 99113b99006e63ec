"""CSV files as people save them: any common encoding and delimiter; every fault is noted with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from beholder.errors import BadInput
from beholder.text import decoded, delimiter_of

MOST_FAULTS = 20  # shown; the rest are counted


@dataclass
class Faults:
    """Everything that is wrong with a folder, told in one message."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, sentence: str) -> None:
        self.found.append(f"{where}: {sentence}")

    def raise_if_any(self, folder: Path) -> None:
        """BadInput with all faults; the first MOST_FAULTS in words."""
        if not self.found:
            return
        count = f"{len(self.found)} faults" if len(self.found) > 1 else "one fault"
        lines = [f"{folder} cannot be used; it has {count}:", *(f"  {fault}" for fault in self.found[:MOST_FAULTS])]
        if len(self.found) > MOST_FAULTS:
            lines.append(f"  ... and {len(self.found) - MOST_FAULTS} more")
        raise BadInput("\n".join(lines))


@dataclass(frozen=True)
class Row:
    """One line of a table: `where` names file and line for a message; `cells` has every column, stripped."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


def read_table(path: Path, wanted: Sequence[str], faults: Faults) -> tuple[list[str], list[Row]]:
    """The columns and rows of a CSV file with a header; empty lines are passed over.

    Faults noted: not text, no header, a wanted column missing, a column twice, more or fewer cells than the header.
    """
    try:
        lines = _lines(decoded(path))
        header = next(lines, (1, []))[1]
        columns = [name.strip().casefold() for name in header]
        if not _header_is_fine(path.name, columns, wanted, faults):
            return columns, []
        return columns, list(_rows(path.name, columns, lines, faults))
    except (csv.Error, UnicodeError) as error:
        faults.add(path.name, f"is not a table of text in commas ({error}); save it as CSV, UTF-8")
    except BadInput as error:
        faults.add(path.name, str(error))
    return [], []


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line that is not empty."""
    if "\0" in text:
        raise UnicodeError("it holds zero bytes")
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter_of(first), skipinitialspace=True, strict=True
    )
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


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


def _rows(name: str, columns: list[str], lines: Iterator[tuple[int, list[str]]], faults: Faults) -> Iterator[Row]:
    for number, cells in lines:
        where = f"{name} line {number}"
        if len(cells) != len(columns):
            faults.add(where, f"has {len(cells)} cells, the header has {len(columns)}")
        else:
            yield Row(where, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
