"""The first sheet of an .xlsx file, as lines of text: some rated sets are published as one."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from beholder.errors import BadInput

_MOST_BYTES = 256 * 1024 * 1024  # of one part, unpacked
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError),  # RuntimeError: encrypted, or packed unusually
    *(ElementTree.ParseError, KeyError, IndexError, ValueError),
)


def sheet_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line with text in it; the cells as they are stored, numbers unrounded.

    raises : BadInput where it is no .xlsx that can be read
    """
    try:
        with zipfile.ZipFile(path) as book:
            shared = _shared_strings(book)
            for number, row in enumerate(_elements(book, _first_sheet(book), "row"), start=1):
                cells = _cells(row, shared)
                if any(cell.strip() for cell in cells):
                    yield int(row.get("r", number)), cells
                row.clear()  # else the whole sheet stays in memory
    except _BROKEN as error:
        raise BadInput(f"is no .xlsx table that can be read ({error}); save it anew as .xlsx") from error


def _elements(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[ElementTree.Element]:
    if book.getinfo(part).file_size > _MOST_BYTES:
        raise ValueError(f"its {part} is over {_MOST_BYTES >> 20} MB")
    with book.open(part) as stream:
        yield from (element for _, element in ElementTree.iterparse(stream) if element.tag.endswith("}" + tag))


def _first_sheet(book: zipfile.ZipFile) -> str:
    sheets = [sheet.attrib[_LINK] for sheet in _elements(book, "xl/workbook.xml", "sheet")]
    links = _elements(book, "xl/_rels/workbook.xml.rels", "Relationship")
    target = {link.attrib["Id"]: link.attrib["Target"] for link in links}[sheets[0]]
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    """Texts that cells name by number; a text in several fonts comes in several pieces."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_text(item) for item in _elements(book, "xl/sharedStrings.xml", "si")]


def _cells(row: ElementTree.Element, shared: list[str]) -> list[str]:
    """Empty cells are not stored; a cell says which column it is of, or follows the one before it."""
    found: dict[int, str] = {}
    at = -1
    for cell in row.iter(f"{_MAIN}c"):
        letters = re.match("[A-Z]{1,3}", cell.get("r", ""))
        at = _column(letters.group()) if letters else at + 1
        found[at] = _value(cell, shared)
    return [found.get(column, "") for column in range(max(found, default=-1) + 1)]


def _column(letters: str) -> int:
    """A is 0, Z 25, AA 26."""
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    return shared[int(value)] if cell.get("t") == "s" else value


def _text(element: ElementTree.Element) -> str:
    return "".join(piece.text or "" for piece in element.iter(f"{_MAIN}t"))
