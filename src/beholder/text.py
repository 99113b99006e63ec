"""Text files as people save them, and text fit for a sentence."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Container
from pathlib import Path

from beholder.errors import BadInput

DELIMITERS = ",;\t|"
_MAX_BYTES = 256 * 1024 * 1024
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def shown(text: str) -> str:
    """`text` fit for a sentence: one line, no broken characters, not endless."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= 200 else clean[:199] + "…"


def why_unreadable(error: OSError | ValueError) -> str:
    """The system's words for a file that cannot be read, without path and number."""
    return (getattr(error, "strerror", None) or "its name cannot be used").lower()


def cannot_read(what: str, path: Path, error: OSError) -> BadInput:
    return BadInput(f"the {what} '{shown(str(path))}' cannot be read: {why_unreadable(error)}")


def decoded(path: Path) -> str:
    """The text of a table: UTF-8, UTF-16 or UTF-32 by their marks, else UTF-8, else Windows-1252.

    raises : BadInput where the file cannot be read, is far too large, or is no text
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadInput(f"'{shown(path.name)}' is over {_MAX_BYTES >> 20} MB, too large for a table; split it")
        data = path.read_bytes()
    except OSError as error:
        raise cannot_read("table", path, error) from error
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"'{shown(path.name)}' is text in no encoding that is known here; save it as CSV in UTF-8")


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


def delimiter_of(line: str, wanted: Container[str] = ()) -> str:
    """What separates a header's cells: what gives one of the wanted columns (lower case), else the most columns."""

    def merit(delimiter: str) -> tuple[bool, int]:
        try:
            names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            return False, 0
        return any(name in wanted for name in names), len(names)

    return max(DELIMITERS, key=merit)
