"""JSON as pages write it: with mistakes, in the notation of scripts, cut off."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from typing import Any

from beholder.json_reading import BadJson, first_value, parse_json

_LOOSE = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*[\]}])', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_OTHER_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(?!u[0-9a-fA-F]{4})([^\"\\/bfnrt]))")
_INNER_QUOTE = re.compile(r'(?<![\[{,:\\\s])(?<![\[{,:]\s)"(?!\s*[,:}\]])|(?<=[^\[{,:\\\s]\s)"(?!\s*[,:}\]])')
_SCRIPT = re.compile(
    r'"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\'|:\s*(?=[,}\]])|(?<![\w$.])(?P<word>[A-Za-z_$][\w$]*+)(?P<name>(?=\s*:))?',
    re.DOTALL,
)
_IN_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_VALUES = {"None": "null", "undefined": "null", "NaN": "null", "True": "true", "False": "false"}
_TOLD = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*+")(?=\s*:)|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_WRAPPED = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)"
    r"|(?://\s*)?(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)


def parse_loose(text: str, whole: bool = False) -> Any:
    """As `parse_json`, of what pages write.

    With comments, trailing commas, line ends and quotes in texts, escapes of other languages, one brace too many, in
    marks of HTML; with names and texts as scripts write them; of what is cut off, all that is complete.

    Parameters
    ----------
    whole
        whether what is cut off is refused

    Raises
    ------
    BadJson
    """
    with suppress(BadJson):
        return parse_json(text)
    text = _WRAPPED.sub("", text).strip().rstrip(";")
    text = text if '"' in text else html.unescape(text)
    for mend in (str, _with_quotes_escaped, _as_json, str if whole else _closed_again):
        tried = _LOOSE.sub(lambda found: _escaped(found.group()) if found.group().startswith('"') else " ", mend(text))
        tried = _TRAILING.sub(lambda found: found[1] or "", tried)
        with suppress(BadJson):
            return parse_json(tried)
        if (value := first_value(tried, 0)[0]) is not None:
            return value
    return parse_json(text)


def _with_quotes_escaped(text: str) -> str:
    """Quotes that neither open nor close a text, by what stands beside them."""
    return _INNER_QUOTE.sub(r'\\"', text)


def _as_json(text: str) -> str:
    """An object as scripts write it: names without quotes, texts in single ones, values of other languages or none."""
    return _SCRIPT.sub(_part_as_json, text)


def _part_as_json(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("'"):
        inner = _IN_QUOTES.sub(lambda one: {"\\'": "'", '"': '\\"'}.get(one.group(), one.group()), text[1:-1])
        return f'"{inner}"'
    if text.startswith(":"):
        return ":null"
    if found["word"] is None:
        return text
    return f'"{text}"' if found["name"] is not None else _VALUES.get(text, text)


def _closed_again(text: str) -> str:
    """What is complete of a text that was cut off. What `offers` say is not: the next may name another price."""
    opened: list[tuple[str, str]] = []  # the brackets that are open, and the name of what is in each
    ends = [0]  # what is complete in each
    name = ""
    for found in _TOLD.finditer(text):
        mark = found.group()
        if mark in "[{":
            opened.append((mark, name))
            ends.append(found.end())
        elif mark in "]}":
            if not opened:
                return text
            opened.pop()
            ends.pop()
            ends[-1] = found.end()
        elif mark == ",":
            ends[-1] = found.start()
        elif found["name"] is None and mark.endswith('"') and len(mark) > 1:
            ends[-1] = found.end()
        name = found["name"] or ""
    kept = next((at for at, (_, of) in enumerate(opened) if of == '"offers"'), len(opened))
    return (
        text[: ends[kept]] + "".join("]" if mark == "[" else "}" for mark, _ in opened[:kept][::-1]) if opened else text
    )


def _escaped(text: str) -> str:
    text = _OTHER_ESCAPE.sub(lambda found: f"\\u00{found[1]}" if found[1] else found[2], text)
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
