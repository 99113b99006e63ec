"""The JSON reader: any encoding, with limits on size, depth and digits.

Only what a browser sends is read by pydantic, which has such bounds of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beholder.errors import BadInput

_MOST_BYTES = 16 * 1024 * 1024
LARGE = 256 * 1024 * 1024  # for lists as long as a set of pictures
MOST_DEEP = 64  # lists and objects within each other
_MOST_DIGITS = 300  # of one number: the largest float has 309

_STRING = r'"(?:[^"\\\r\n]|\\[^\r\n])*+"'
_BRACKET = re.compile(_STRING + r"|[\[\]{}]")
_PART = re.compile(_STRING + r"|[\[\]{},]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_OBJECT = re.compile(r"^[ \t]*\{", re.MULTILINE)


class BadJson(BadInput):
    """What is wrong with it, to stand behind "cannot be read as JSON"; `reason` is the same without a place."""

    def __init__(self, told: str, reason: str = "") -> None:
        super().__init__(told)
        self.reason = reason or told


def read_json(path: Path, most_bytes: int = _MOST_BYTES) -> Any:
    """What a JSON file says. raises : OSError; BadJson"""
    with path.open("rb") as stream:
        data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise BadJson(f"it is over {most_bytes >> 20} MB")
    return parse_json(data)


def parse_json(text: str | bytes) -> Any:
    """What a JSON text says; bytes in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    Raises
    ------
    BadJson
        where it is none, is nested too deep, or holds a number or characters that nothing can keep
    """
    if isinstance(text, bytes):
        try:
            text = text.decode(json.detect_encoding(text))
        except UnicodeDecodeError as error:
            raise BadJson("it is no text in UTF-8") from error
    text = text.removeprefix("\ufeff")
    _check_depth(text)
    try:
        told = json.loads(text, parse_int=_whole, parse_float=_decimal)
    except json.JSONDecodeError as error:
        raise BadJson(str(error), f"{error.msg[:1].lower()}{error.msg[1:]}") from error
    if _SURROGATE.search(text):
        _check_text(told)
    return told


def entries(text: str) -> Iterator[tuple[int, Any]]:
    """(line, entry or BadJson) of a JSON list of objects, one by one: a bad entry costs itself alone.

    The line is the one on which the entry begins. Where brackets or commas are missing, an entry is taken to begin on
    each line that begins with a brace.

    Raises
    ------
    BadJson
        where the text is no list
    """
    text = text.removeprefix("\ufeff")
    begin = re.match(r"\s*\[", text)
    if begin is None:
        raise BadJson("it is no list")
    line, counted = 1, 0
    for start, end in _parts(text, begin.end()):
        for at, piece in _pieces(text, start, end):
            line, counted = line + _line_ends(text, counted, at), at
            try:
                yield line, parse_json(piece)
            except BadJson as error:
                yield line, BadJson(error.reason)


def _parts(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where each entry of a list begins and ends, the comma left out; the list itself begins before `start`."""
    depth, first = 1, True
    for found in _PART.finditer(text, start):
        mark = found.group()
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if depth == 0 or (depth == 1 and mark == ","):
            if not (first and depth == 0) or text[start : found.start()].strip():
                yield start, found.start()
            start, first = found.end(), False
        if depth == 0:
            break
    if text[start:].strip():  # the list is cut off, or goes on after its end
        yield start, len(text)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """(place, text) of one entry; where it cannot be read, of all that may be entries in it."""
    piece = text[start:end]
    at = start + len(piece) - len(piece.lstrip())
    begins = [found.start() + start for found in _OBJECT.finditer(piece) if found.start() + start > at]
    if not begins or _can_be_read(piece):
        yield at, piece.strip()
        return
    for here, there in zip([at, *begins], [*begins, end], strict=True):
        closed = _closed(text, here, there)
        yield here, text[here:closed].strip().rstrip("]").strip().rstrip(",")
        if behind := text[closed:there].strip(" \t\r\n,]"):  # it was cut off from the line before it
            yield text.index(behind, closed), behind


def _closed(text: str, start: int, end: int) -> int:
    """Where the first bracket from `start` on is closed again; `end` where it is not."""
    depth = 0
    for found in _BRACKET.finditer(text, start, end):
        mark = found.group()
        depth += (mark in "[{") - (mark in "]}")
        if depth <= 0 and mark in "]}":
            return found.end()
    return end


def _can_be_read(text: str) -> bool:
    try:
        parse_json(text)
    except BadJson:
        return False
    return True


def _line_ends(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MOST_DEEP:
        return
    depth = 0
    for found in _BRACKET.finditer(text):
        mark = found.group()
        depth += (mark in "[{") - (mark in "]}")
        if depth > MOST_DEEP:
            raise BadJson(f"it is nested more than {MOST_DEEP} deep")


def _check_text(told: Any) -> None:
    """raises : BadJson where a text holds half of a character, which no file and no database can hold"""
    left = [told]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and not one.isascii() and re.search("[\ud800-\udfff]", one):
            raise BadJson("it holds half of a character (a lone surrogate)")


def _whole(text: str) -> int:
    _check_digits(text)
    return int(text)


def _decimal(text: str) -> float:
    _check_digits(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadJson(f"the number {text[:40]} is too large")
    return value


def _check_digits(text: str) -> None:
    if len(text) > _MOST_DIGITS:
        raise BadJson(f"it holds a number of {len(text):,} digits")


def first_value(text: str, start: int) -> tuple[Any, int]:
    """(the value that begins at this place, where it ends); (None, how far was read) where it is no JSON."""
    end = _closed(text, start, len(text)) if text[start : start + 1] in "[{" else 0
    try:
        if end:
            return parse_json(text[start:end]), end
        value, end = json.JSONDecoder().raw_decode(text, start)
        return (None, start) if _SURROGATE.search(text, start, end) else (value, end)
    except (BadJson, ValueError, RecursionError):
        return None, max(end, start)
