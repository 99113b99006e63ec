"""The first sheet of an .xlsx file, as lines of text: some rated sets are published as one."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from beholder.errors import BadInput, MissingExtra

_MOST_ROWS = 1_048_576  # of a sheet, as Excel has it; openpyxl makes up each row that a sheet leaves out
_ROWS_AT_ONCE = 256
_MOST_BYTES = 256 * 1024 * 1024  # of one part, unpacked
_MOST_TOGETHER = 2 * _MOST_BYTES


def spreadsheet_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line with text in it; the cells as they are stored, numbers unrounded.

    Raises
    ------
    BadInput
        where it is no .xlsx that can be read
    MissingExtra
        without openpyxl
    """
    try:
        with path.open("rb") as stream:
            _check_size(stream)
            for number, row in enumerate(_rows(stream), start=1):
                if number > _MOST_ROWS:
                    raise ValueError(f"it has over {_MOST_ROWS:,} lines")
                cells = [_text(value) for value in row]
                if any(cell.strip() for cell in cells):
                    yield number, cells
    except MissingExtra:
        raise
    except Exception as error:  # openpyxl and zipfile raise of any kind where a part is broken
        why = str(error.__cause__ or error).partition("\n")[0]
        raise BadInput(f"is no .xlsx table that can be read ({why}); save it again as .xlsx") from error


def _check_size(stream: BinaryIO) -> None:
    """raises : ValueError where what is packed is too large"""
    with zipfile.ZipFile(stream) as book:
        parts = book.infolist()
    large = next((part.filename for part in parts if part.file_size > _MOST_BYTES), None)
    if large is not None:
        raise ValueError(f"its {large} is over {_MOST_BYTES >> 20} MB")
    if sum(part.file_size for part in parts) > _MOST_TOGETHER:
        raise ValueError(f"its parts are over {_MOST_TOGETHER >> 20} MB together")


def _rows(stream: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """The values of each line of the first sheet; warnings are of looks, which are not read."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingExtra("reading an .xlsx table", "bench") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = load_workbook(stream, read_only=True, data_only=True, keep_links=False).worksheets[0]
    sheet.reset_dimensions()  # what a sheet says of its size may be anything
    rows = sheet.iter_rows(values_only=True)
    while True:  # the filter is set for many lines at once, and never while the caller has one
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            some = list(islice(rows, _ROWS_AT_ONCE))
        if not some:
            return
        yield from some


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return "" if value is None else str(value)
