"""The data that the scripts of a page read: `__NEXT_DATA__`, objects that are assigned, what Next streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from beholder.json_reading import BadJson, first_value, parse_json

_MOST = 200  # values of one script
_MOST_READ = 10_000_000  # characters of a script that are read as values and are none
_BEGINS = re.compile(r"""(?:=|\(|:)\s*(?=[\[{]\s*[\[{"])|JSON\.parse\(\s*(?=")""")
_STREAMED = re.compile(r"""self\.__next_f\.push\(\[1,\s*("(?:[^"\\]|\\.)*+")\]\)""", re.DOTALL)
_ROW = re.compile(r"^[0-9a-f]+:(?=[\[{])", re.MULTILINE)


def page_data(tree: LexborHTMLParser) -> Iterator[Any]:
    """All JSON values in the scripts of a page, as far as they can be read."""
    streamed: list[str] = []
    for script in tree.css("script"):
        told = script.attributes
        kind, text = (told.get("type") or "").lower(), script.text() or ""
        if not text.strip() or kind == "application/ld+json":
            continue
        if kind.endswith("json") or told.get("id") == "__NEXT_DATA__":
            try:
                yield parse_json(text)
            except BadJson:
                continue
        elif "__next_f" in text:
            streamed += [str(parsed) for one in _STREAMED.findall(text) if (parsed := _parsed(one)) is not None]
        else:
            yield from assigned(text)
    rows = "".join(streamed)
    for row in _ROW.finditer(rows):
        value, _ = first_value(rows, row.end())
        if value is not None:
            yield value


def assigned(text: str) -> Iterator[Any]:
    """The objects and lists that a script assigns or hands over."""
    at, count, vain = 0, 0, 0
    while count < _MOST and vain < _MOST_READ and (found := _BEGINS.search(text, at)) is not None:
        value, end = first_value(text, found.end())
        if isinstance(value, str) and value[:1] in "[{":  # JSON.parse("...")
            value = _parsed(value)
        count += 1
        if value is None:
            vain, end = vain + end - found.end(), 0
        at = max(end, found.end())
        if isinstance(value, (dict, list)):
            yield value


def _parsed(text: str) -> Any:
    try:
        return parse_json(text)
    except BadJson:
        return None
