"""The CSV reader: row by row, in little memory; a bad row affects no other."""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from beholder.text import lost

_DELIMITERS = ",;\t|"
_MAX_RECORD = 1 << 20  # characters of one row, on however many lines
MAX_AGAIN = 1 << 25  # characters that are read a second time, after quotes that were never closed
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_BLANKS = ("", " ", "\t", "\r", "\n")  # "" at the end of a block
_BLANK = re.compile(r"[ \t\r\n]*")
_HINT = re.compile(r'\s*"?sep=(.)"?[;,\t|]*+\s*$', re.IGNORECASE)
_OPEN = "a quote is opened here and never closed; close it"
_TOO_LONG = f"a line of it is too long, over {_MAX_RECORD >> 20} MB"


class Record(NamedTuple):
    """What stands on one line of a table, or on several within quotes.

    Attributes
    ----------
    line
        the number of the line in the file on which it begins
    fault
        why it has no cells, "" where it has
    last
        the last line that was passed over with it, 0 where none was
    """

    line: int
    cells: list[str]
    fault: str = ""
    last: int = 0

    @property
    def where(self) -> str:
        """The line or lines, for a sentence."""
        return f"lines {self.line} to {self.last}" if self.last > self.line else f"line {self.line}"


class CsvText:
    """A CSV as text: its header, and the records below it one by one; a bad one costs itself alone.

    Blank lines count, but are no records; Excel's line `sep=;` before the header is understood; spaces after a
    delimiter are passed over.

    Parameters
    ----------
    text
        all of it, or its blocks, of which none ends between \\r and \\n
    wanted
        columns, of which one tells the delimiter (lower case)
    delimiter
        what separates the cells, where it is none that would be guessed
    lenient
        take a cell in which text follows a closing quote, as spreadsheets do

    Attributes
    ----------
    header
        stripped names; none where there is no text, or where its quotes are broken
    """

    def __init__(
        self, text: str | Iterable[str], wanted: Container[str] = (), delimiter: str = "", *, lenient: bool = False
    ) -> None:
        self._lines, self._lenient, self._columns = _Lines([text] if isinstance(text, str) else text), lenient, 0
        self._lines.begin()
        hint = _HINT.match(self._lines.peek())
        if hint:
            with suppress(csv.Error):
                next(self._lines)
            self._lines.begin()
        told = hint.group(1) if hint and hint.group(1) in _DELIMITERS else ""
        self.delimiter = delimiter or told or _delimiter_of(self._lines.peek(), wanted)
        top = next(self._records(), None)
        self.header = [] if top is None else [name.strip() for name in top.cells]
        self.fault = top.fault if top else ""
        self._columns = len(self.header)

    def __iter__(self) -> Iterator[Record]:
        return (record for record in self._records() if record.fault or any(map(str.strip, record.cells)))

    def _records(self) -> Iterator[Record]:
        lines, columns = self._lines, self._columns
        reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        while True:
            lines.begin()
            line, cells, fault, is_open = lines.number + 1, list[str](), "", False
            try:
                cells = next(reader)
                is_open = lines.number > line and 0 < columns < len(cells) and any(map(str.strip, cells[columns:]))
            except StopIteration:
                return
            except _TooLong:
                yield _unread(line, lines.number, _TOO_LONG)
                continue
            except csv.Error as error:
                is_open = lines.number > line or "unexpected end" in str(error)
                fault = f"it cannot be read: {error}"
                if self._lenient and not is_open:
                    cells, fault, is_open = self._leniently(fault)
            if not lines.is_clean and (damage := lines.damage()):
                cells, fault = [], damage
            if is_open:
                last = lines.number
                yield Record(line, [], _OPEN) if lines.back() else _unread(line, last, _OPEN)
            else:
                yield Record(line, cells, fault)

    def _leniently(self, fault: str) -> tuple[list[str], str, bool]:
        """(cells, fault, whether a quote stays open) of the line under way, which is alone."""
        try:
            cells, *below = csv.reader([self._lines.row, "x"], delimiter=self.delimiter, skipinitialspace=True)
        except csv.Error:
            return [], fault, False
        return (cells, "", False) if below else ([], "", True)


def _unread(line: int, last: int, fault: str) -> Record:
    return Record(line, [], f"{fault}; nothing is read down to line {last}" if last > line else fault, last)


def numbered_lines(blocks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(number, line with its end) of all lines that are not blank, as Unix, Windows and old Macs end them.

    raises : csv.Error where a line is too long
    """
    lines = _Lines(blocks)
    lines.begin()
    for line in lines:
        yield lines.number, line
        lines.begin()


def _delimiter_of(line: str, wanted: Container[str]) -> str:
    """What separates a header's cells: what gives one of the wanted columns (lower case), else the most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        try:
            names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            return False, 0
        return any(name in wanted for name in names), len(names)

    return max(_DELIMITERS, key=merit)


class _TooLong(csv.Error):
    """One line that is longer than a row may be; the rest of it was passed over."""


class _Lines:
    """The lines of a text that comes in blocks, counted. The row under way is held, so that it can be read again."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks, self._text = iter(blocks), ""
        self.is_clean = True  # whether nothing of the text that is held is damaged
        self._start = self._second = self._at = 0  # places of the row, of its second line, of the next line
        self._first = 0  # number of the row's first line
        self._left = MAX_AGAIN
        self.number = 0  # of the last line given out

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """raises : csv.Error where the row is too long, _TooLong where the line alone is"""
        found = _LINE.match(self._text, self._at)
        if found is None or found.end() == len(self._text):
            found = self._whole_line()
        if found is None:
            raise StopIteration
        line = found.group()
        self._at = end = found.end()
        self.number += 1
        if self.number == self._first:
            self._second = end
        if end - self._start > _MAX_RECORD:
            if len(line) <= _MAX_RECORD:
                raise csv.Error(_TOO_LONG)
            self._pass_over_rest()
            raise _TooLong(_TOO_LONG)
        return line

    @property
    def row(self) -> str:
        """The row under way, as far as it was given out."""
        return self._text[self._start : self._at]

    def begin(self) -> None:
        """Before each row: blank lines are passed over."""
        self._start = at = self._at
        if self._text[at : at + 1] in _BLANKS:
            self._pass_over_blank()
        self._first = self.number + 1

    def back(self) -> bool:
        """Give out all but the first line of the row again. returns : False where too much was given out again"""
        self._left -= self._at - self._second
        if self._left < 0:
            return False
        self._at, self.number = self._second, self._first
        return True

    def peek(self) -> str:
        """The next line, which stays the next one; of a line that is too long its beginning."""
        found = self._whole_line()
        return "" if found is None else self._text[self._at : min(found.end(), self._at + _MAX_RECORD)]

    def damage(self) -> str:
        """What cannot be kept of the row under way."""
        if "\0" in self.row:
            return "it holds a zero byte; save the table as UTF-8 text"
        return "it holds characters in another encoding; save the table as UTF-8 text" if lost(self.row) else ""

    def _whole_line(self) -> re.Match[str] | None:
        """The next line, after more of the text was taken in where it may go on."""
        while True:
            found = _LINE.match(self._text, self._at)
            if found is not None and found.end() < len(self._text):
                return found
            if len(self._text) - self._at > _MAX_RECORD or not self._more():
                return found

    def _pass_over_rest(self) -> None:
        while self._text[self._at - 1] not in "\r\n":
            self._start = self._at
            if not self._more():
                return
            rest = _LINE.match(self._text)
            self._at = rest.end() if rest else 0

    def _pass_over_blank(self) -> None:
        while True:
            blank = _BLANK.match(self._text, self._at)
            stop = blank.end() if blank else self._at
            end = max(self._text.rfind("\n", self._at, stop), self._text.rfind("\r", self._at, stop)) + 1
            if end > self._at:
                of = (self._text.count(mark, self._at, end) for mark in ("\n", "\r"))
                self.number += sum(of) - self._text.count("\r\n", self._at, end)
                self._start = self._at = end
            if stop < len(self._text) or stop - self._at > _MAX_RECORD or not self._more():
                return

    def _more(self) -> bool:
        """Take in a block, and let go what lies before the row. returns : False at the end of the text"""
        block = next(filter(None, self._blocks), "")
        if not block:
            return False
        self._text = self._text[self._start :] + block
        self._second -= self._start
        self._at -= self._start
        self._start = 0
        self.is_clean = "\0" not in self._text and not lost(self._text)
        return True
