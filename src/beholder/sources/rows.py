"""The rows of a table, read a line at a time: a forgotten quote costs its own line, and no line costs much memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

MAX_RECORD = 1 << 20  # characters of one row, on however many lines
MAX_AGAIN = 1 << 25  # characters read a second time, after quotes that were never closed
_ZERO = re.compile("\0").search
_OPEN = "a quote is opened here and never closed; close it"


class TooLong(csv.Error):
    """One line that is longer than a row may be; the rest of it was passed over."""


class Lines:
    """An iterator over a table's lines that counts them, keeps those of the row under way, and can go back."""

    def __init__(self, stream: TextIO) -> None:
        self.number = 0  # lines given out
        self.row: list[str] = []
        self._size = 0
        self._stream, self._again = stream, list[str]()
        self._left = MAX_AGAIN

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """raises : csv.Error where the row is too long, TooLong where the line alone is"""
        line = self._again.pop() if self._again else self._stream.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._size += len(line)
        if len(line) > MAX_RECORD:
            while not line.endswith(("\n", "\r")) and (line := self._stream.readline(MAX_RECORD)):
                pass
            raise TooLong(f"it is over {MAX_RECORD >> 20} MB long")
        self.row.append(line)
        if self._size > MAX_RECORD:
            raise csv.Error(f"it is over {MAX_RECORD >> 20} MB long")
        return line

    def begin(self) -> None:
        """Before each row."""
        self.row, self._size = [], 0

    def back(self, lines: Sequence[str]) -> bool:
        """Give these, the last ones, out again. returns : whether that was done, which it is not without end"""
        self._left -= sum(map(len, lines))
        if self._left < 0:
            return False
        self._again.extend(reversed(lines))
        self.number -= len(lines)
        self.begin()
        return True


def records(lines: Lines, delimiter: str, width: int) -> Iterator[tuple[list[str] | str, str]]:
    """(fields, or why there are none; the line or lines it stands on), from the next line on.

    width : columns of the table; a row on several lines that has more is one only because a quote was forgotten
    """
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        first = lines.number + 1
        row: list[str] | str
        try:
            row = next(reader)
        except StopIteration:
            return
        except TooLong as error:
            yield f"the line cannot be read: {error}", _where(first, lines.number)
            continue
        except csv.Error as error:
            row = f"the line cannot be read: {error}"
        where = f"line {first}"
        if any(map(_ZERO, lines.row)):
            row = "the line holds a zero byte; save the table as UTF-8 text"
        if len(lines.row) > 1 and _runs_on(row, lines.row, delimiter, width):
            last, row = lines.number, _OPEN
            if not lines.back(lines.row[1:]):
                where = _where(first, last)
        yield row, where


def _where(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _runs_on(row: list[str] | str, lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether these lines are one row only because a quote was forgotten."""
    if isinstance(row, str) or any(cell.strip() for cell in row[width:]):
        return True
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False
