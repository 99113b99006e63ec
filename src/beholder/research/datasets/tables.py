"""CSV files as people save them: any common encoding and delimiter; every fault is noted with its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from beholder.cells import decimal_comma
from beholder.csv_reading import CsvText, Record, numbered_lines
from beholder.errors import BadInput
from beholder.research.datasets.spreadsheet import spreadsheet_lines
from beholder.text import blocks_of, lost

_MOST_FAULTS = 20  # shown; the rest are counted


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
        lines = [f"{folder} cannot be used; it has {count}:", *(f"  {fault}" for fault in self.found[:_MOST_FAULTS])]
        if len(self.found) > _MOST_FAULTS:
            lines.append(f"  ... and {len(self.found) - _MOST_FAULTS} more")
        raise BadInput("\n".join([*lines, *filter(None, [hint])]))


@dataclass(frozen=True)
class Row:
    """One line of a table: `where` names file and line for a message; `cells` has every column, stripped."""

    where: str
    cells: dict[str, str]
    delimiter: str = ","

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
        table = _opened(path, wanted, faults)
        columns, rows = table.columns, list(_rows(path.name, table, faults))
    return columns, rows


def stream_table(
    path: Path, wanted: Sequence[str], faults: Faults, unusable: Faults, *, delimiter: str = "", ragged: bool = False
) -> Iterator[Row]:
    """The rows of `read_table` one by one, of a CSV file or the first sheet of an .xlsx, for tables of any length.

    Parameters
    ----------
    unusable
        gets what is wrong with single lines
    delimiter
        what separates the cells, where it is none that would be guessed
    ragged
        a line may end before its last columns, which are then empty
    """
    with _noted(path, faults):
        yield from _rows(path.name, _opened(path, wanted, faults, delimiter), unusable, ragged)


def stream_lines(path: Path, cells: int, faults: Faults, unusable: Faults) -> Iterator[tuple[str, list[str]]]:
    """(where, cells) of every line of a file without a header, whose cells are separated by spaces."""
    with _noted(path, faults):
        for number, line in numbered_lines(blocks_of(path)):
            found, where = line.split(), f"{path.name} line {number}"
            if lost(line) or "\0" in line:
                unusable.add(where, "holds characters that are no text in UTF-8")
            elif len(found) == cells:
                yield where, found
            elif found:
                unusable.add(where, f"has {len(found)} cells, wanted {cells}")


@contextmanager
def _noted(path: Path, faults: Faults) -> Iterator[None]:
    """A file that cannot be read is a fault."""
    try:
        yield
    except (csv.Error, UnicodeError) as error:
        faults.add(path.name, f"is not a table of text in commas ({error}); save it as CSV, UTF-8")
    except BadInput as error:
        faults.add(path.name, str(error))


@dataclass(frozen=True)
class _Table:
    columns: list[str]
    records: Iterator[Record]
    delimiter: str


def _opened(path: Path, wanted: Sequence[str], faults: Faults, delimiter: str = "") -> _Table:
    """The columns, and the lines below them: none where the header is at fault."""
    if path.suffix == ".xlsx":
        lines = spreadsheet_lines(path)
        header, fault = next(lines, (1, []))[1], ""
        below: Iterator[Record] = (Record(number, cells) for number, cells in lines)
        delimiter = "\t"  # as if: a comma parts nothing there
    else:
        table = CsvText(blocks_of(path), delimiter=delimiter)
        header, below, fault, delimiter = table.header, iter(table), table.fault, table.delimiter
    if fault:
        raise UnicodeError(fault)
    columns = [name.strip().casefold() for name in header]
    return _Table(columns, below if _header_is_fine(path.name, columns, wanted, faults) else iter(()), delimiter)


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


def _rows(name: str, table: _Table, faults: Faults, ragged: bool = False) -> Iterator[Row]:
    columns, wide = table.columns, list[tuple[int, list[str]]]()
    for record in table.records:
        cells, where = record.cells, f"{name} line {record.line}"
        if ragged and len(cells) < len(columns):
            cells = [*cells, *[""] * (len(columns) - len(cells))]
        if record.fault:
            faults.add(where, record.fault)
        elif table.delimiter == "," and len(cells) > len(columns) and decimal_comma(cells):
            wide.append((record.line, cells))
        elif len(cells) != len(columns):
            faults.add(where, f"has {len(cells)} cells, the header has {len(columns)}")
        else:
            yield Row(where, {c: cell.strip() for c, cell in zip(columns, cells, strict=True)}, table.delimiter)
    if wide:
        faults.add(
            f"{name} line{'s' * (len(wide) > 1)} {_listed([line for line, _ in wide])}", _of_commas(wide, columns)
        )


def _of_commas(wide: Sequence[tuple[int, list[str]]], columns: Sequence[str]) -> str:
    """One sentence for all lines that a decimal comma made longer than the header."""
    counts, comma = {len(cells) for _, cells in wide}, decimal_comma(wide[0][1])
    has = f"{'have' if len(wide) > 1 else 'has'} {min(counts)} cells{' or more' * (len(counts) > 1)}"
    return (
        f"{has}, the header has {len(columns)}; if {comma} is one number with a decimal comma, write "
        f"{comma.replace(',', '.')}, or put ; between the cells"
    )


def _listed(lines: Sequence[int]) -> str:
    """The first few of them."""
    return ", ".join(map(str, lines[:3])) + (f" and {len(lines) - 3:,} more" if len(lines) > 3 else "")
