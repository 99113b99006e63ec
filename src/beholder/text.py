"""Text files as people save them, and text fit for a sentence."""

from __future__ import annotations

import codecs
import csv
import errno
import re
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from beholder.errors import BadInput

DELIMITERS = ",;\t|"
_MAX_BYTES = 256 * 1024 * 1024
_MOST_LINES = 1000  # of one record, in quotes
_MOST_AGAIN = 200_000  # lines that are read again, as a quote before them was never closed
_LONGEST = 8 * 1024 * 1024  # characters of a line
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_BLANKS = (" ", "\t", "\r", "\n")
_BLANK = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")
_LOST = re.compile("[\ud800-\udfff]")
_LOST_LINE = re.compile("[^\r\n\ud800-\udfff]*+[\ud800-\udfff][^\r\n]*")
_WHOLE = re.compile("[^\x00-\x7f\ud800-\udfff]")
_HINT = re.compile(r'\s*"?sep=(.)"?[;,\t|]*\s*$', re.IGNORECASE)
_OPEN = "a quote is opened here and never closed; close it, or write two for one that is meant"
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


_AWAY = {  # how a drive or a share answers that is no longer there
    getattr(errno, name, None)
    for name in (
        *("EIO", "ENODEV", "ENXIO", "ENOMEDIUM", "ENOTCONN", "ESTALE", "EREMOTEIO", "ESHUTDOWN", "ETIMEDOUT", "ECOMM"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENONET", "ECONNRESET", "ECONNREFUSED"),
    )
} - {None}


def shown(text: str, most: int = 200) -> str:
    """`text` fit for a sentence: one line, no broken characters, at most so many of them."""
    if len(text) <= most and text.isprintable():
        return text
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def why_unreadable(error: OSError | ValueError) -> str:
    """The system's words for a file that cannot be read, without path and number."""
    words = (getattr(error, "strerror", None) or "its name cannot be used").lower()
    return f"{words} (is the drive connected?)" if getattr(error, "errno", None) in _AWAY else words


def cannot_read(what: str, path: Path, error: OSError) -> BadInput:
    return BadInput(f"the {what} '{shown(str(path))}' cannot be read: {why_unreadable(error)}")


def decoded(path: Path, *, damaged: bool = False) -> str:
    """The text of a table: UTF-8, UTF-16 or UTF-32 by their marks, else UTF-8, else Windows-1252.

    damaged : take a file of which a few lines are no text in its encoding; those then hold lone surrogates, see `lost`
    raises : BadInput where the file cannot be read, is far too large, or is no text
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadInput(f"'{shown(path.name)}' is over {_MAX_BYTES >> 20} MB, too large for a table; split it")
        data = path.read_bytes()
    except OSError as error:
        raise cannot_read("table", path, error) from error
    encodings = _encodings(data)
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            if damaged and encoding == "utf-8" and _is_rather_utf8(data):
                break
    text = _damaged(data, encodings[0]) if damaged else ""
    if not text:
        raise BadInput(f"'{shown(path.name)}' is text in no encoding that is known here; save it as CSV in UTF-8")
    return text


def lost(text: str) -> bool:
    """Whether it holds what no file and no database can: bytes that are no text, or half of a character."""
    return not text.isascii() and _LOST.search(text) is not None


def _is_rather_utf8(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 throughout are rather that than Windows-1252."""
    with suppress(UnicodeDecodeError):
        return bool(data.decode("utf-8", "surrogatepass"))
    text = data.decode("utf-8", "surrogateescape")
    return len(_WHOLE.findall(text)) >= len(_LOST.findall(text))


def _damaged(data: bytes, encoding: str) -> str:
    """With lone surrogates in the place of what cannot be read; "" where that is in half of the lines, or in more."""
    text, wide = "", not encoding.startswith("utf-8")
    with suppress(UnicodeDecodeError):
        text = data.decode(encoding, "surrogatepass")
    if not text and not wide:
        text = data.decode(encoding, "surrogateescape")
    elif not text:  # cut within a character
        with suppress(UnicodeDecodeError):
            text = data[: len(data) // 4 * 4].decode(encoding, "surrogatepass") + "\udc00"
    damaged = sum(1 for _ in _LOST_LINE.finditer(text))
    return text if 2 * damaged < len(_LINE_END.findall(text)) + (text[-1:] not in ("\r", "\n")) else ""


def as_text(data: bytes) -> str:
    """These bytes as `decoded` reads a file's. raises : UnicodeDecodeError"""
    *first, last = _encodings(data)
    for encoding in first:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return data.decode(last)


def encoding_of(path: Path, most_lines: int) -> str:
    """The encoding in which `decoded` reads a table, told without holding all of it.

    raises : BadInput as `decoded`, and where it has more lines than these
    """
    try:
        with path.open("rb") as stream:
            for encoding in _encodings(stream.read(1 << 12)):
                stream.seek(0)
                with suppress(UnicodeDecodeError):
                    _survey(stream, path, encoding, most_lines)
                    return encoding
    except OSError as error:
        raise cannot_read("table", path, error) from error
    raise BadInput(f"'{shown(path.name)}' is text in no encoding that is known here; save it as CSV in UTF-8")


def _survey(stream: BinaryIO, path: Path, encoding: str, most_lines: int) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    size = feeds = returns = 0
    while block := stream.read(1 << 20):
        text = decoder.decode(block)
        size, feeds, returns = size + len(block), feeds + text.count("\n"), returns + text.count("\r")
        if size > _MAX_BYTES:  # counted, since a file of /proc says that it has none
            raise BadInput(f"'{shown(path.name)}' is over {_MAX_BYTES >> 20} MB, too large for a table; split it")
        if max(feeds, returns) > most_lines:
            raise BadInput(f"'{shown(path.name)}' has over {most_lines:,} lines, too many for a table; split it")
    decoder.decode(b"", final=True)


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return (encoding,)
    odd, even = data[1:400:2], data[:400:2]
    if len(odd) > 2 and odd.count(0) > len(odd) * 0.7 and even.count(0) == 0:
        return ("utf-16-le",)
    if len(odd) > 2 and even.count(0) > len(even) * 0.7 and odd.count(0) == 0:
        return ("utf-16-be",)
    return "utf-8", "cp1252"


class Record(NamedTuple):
    """What stands on one line of a table, or on several within quotes.

    line    the number of the line in the file on which it begins
    fault   why it has no cells, "" where it has
    """

    line: int
    cells: list[str]
    fault: str = ""


class CsvText:
    """A CSV as text: its header, and the records below it one by one; a bad one costs itself alone.

    Blank lines count, but are no records; Excel's line `sep=;` before the header is understood; spaces after a
    delimiter are passed over.

    wanted      columns, of which one tells the delimiter (lower case)
    delimiter   what separates the cells, where it is none that would be guessed
    header      stripped names; none where there is no text, or where its quotes are broken
    """

    def __init__(self, text: str, wanted: Container[str] = (), delimiter: str = "") -> None:
        self._lines = _Lines(text)
        self._is_clean = "\0" not in text and not lost(text)
        self._lines.skip_blank()
        first = self._lines.peek()
        hint = _HINT.match(first)
        if hint:
            next(self._lines)
            self._lines.skip_blank()
        told = hint.group(1) if hint and hint.group(1) in DELIMITERS else ""
        self.delimiter = delimiter or told or delimiter_of(self._lines.peek(), wanted)
        self._columns = 0
        top = next(self._records(), None)
        self.header = [] if top is None else [name.strip() for name in top.cells]
        self.fault = top.fault if top else ""
        self._columns = len(self.header)

    def __iter__(self) -> Iterator[Record]:
        return (record for record in self._records() if record.fault or any(map(str.strip, record.cells)))

    def _records(self) -> Iterator[Record]:
        lines, again = self._lines, 0
        reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        while True:
            lines.skip_blank()
            start, line = lines.at, lines.number + 1
            lines.end = line + _MOST_LINES
            try:
                cells = next(reader)
                fault = "" if self._is_clean else _fault_of(cells)
                swallowed = lines.number > line and 0 < self._columns < len(cells)
            except StopIteration:
                return
            except csv.Error as error:
                cells, fault = [], f"it cannot be read: {error}"
                swallowed = lines.number > line or "unexpected end" in str(error)
            if swallowed:
                cells, fault, again = [], _OPEN, again + lines.number - line
                lines.at, lines.number = start, line - 1
                next(lines)
            if again > _MOST_AGAIN:
                yield Record(line, [], "there are too many quotes that are never closed; what comes below is not read")
                return
            yield Record(line, [] if fault else cells, fault)


class _Lines:
    """`lines_of` a text, from any place on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = self.number = 0  # place of the next line, and number of the last one
        self.end = _MOST_LINES  # the last line that may be handed out

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        found = _LINE.match(self._text, self.at)
        if found is None or self.number >= self.end:
            raise StopIteration
        self.at, self.number = found.end(), self.number + 1
        if found.end() - found.start() > _LONGEST:
            raise csv.Error(f"a line is over {_LONGEST >> 20} million characters long")
        return found.group()

    def peek(self) -> str:
        """The next line, which stays the next one."""
        found = _LINE.match(self._text, self.at)
        return "" if found is None else self._text[self.at : min(found.end(), self.at + _LONGEST)]

    def skip_blank(self) -> None:
        if self._text[self.at : self.at + 1] not in _BLANKS:
            return
        blank = _BLANK.match(self._text, self.at)
        end = blank.end() if blank else self.at
        end = max(self._text.rfind("\n", self.at, end), self._text.rfind("\r", self.at, end)) + 1
        if end > self.at:
            of = (self._text.count(mark, self.at, end) for mark in ("\n", "\r"))
            self.number += sum(of) - self._text.count("\r\n", self.at, end)
            self.at = end


def _fault_of(cells: list[str]) -> str:
    if any("\0" in cell for cell in cells):
        return "it holds a zero byte; save the table as text in UTF-8"
    if any(lost(cell) for cell in cells):
        return "it holds characters in another encoding; save the table as text in UTF-8"
    return ""


def lines_of(text: str) -> Iterator[str]:
    """Its lines with their ends, as Unix, Windows and old Macs end them; a StringIO takes four times the memory."""
    return (line.group() for line in _LINE.finditer(text))


def delimiter_of(line: str, wanted: Container[str] = ()) -> str:
    """What separates a header's cells: what gives one of the wanted columns (lower case), else the most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        try:
            names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            return False, 0
        return any(name in wanted for name in names), len(names)

    return max(DELIMITERS, key=merit)
