"""The words of a part of a page."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

_BLANK = 20  # times as many characters as words have may be blanks
_BORDER = "\x1f"
_CENTS = re.compile(r"(?<=\d)[\s\x1f]*([.,])\s*\x1f\s*(?=\d\d(?!\d))|(?<=\d)\s*\x1f\s*([.,])\s*(?=\d\d(?!\d))")
_SUM = re.compile(r"\d[\d.,'’\s]*")
_NO_DIGIT, _NO_CENTS = re.compile(r"\D"), re.compile(r"[.,]00(?!\d)")
_NUMBERS = re.compile(r"(?<=\d)\s*\x1f[\s\x1f]*(?=\d)")


def text_of(node: LexborNode) -> str:
    """All words in it. The parts of one number, as cents set apart, are put together, two numbers kept apart."""
    told = node.text(separator=_BORDER, skip_empty=True)
    told = _NUMBERS.sub(" / ", _CENTS.sub(lambda mark: mark[1] or mark[2], told)) if _BORDER in told else told
    return " ".join(told.replace(_BORDER, " ").split())


def short_text(node: LexborNode, most: int) -> str:
    """All words in it; "" where these are longer than `most`."""
    if len(node.text(deep=True)) > _BLANK * most:
        return ""
    text = text_of(node)
    return text if len(text) <= most else ""


def sums_in(text: str) -> list[re.Match[str]]:
    """The numbers of a text, which may be sums."""
    return list(_SUM.finditer(text))


def digits_of(text: str) -> str:
    """A sum without marks and cents: what two ways to write it share."""
    return _NO_DIGIT.sub("", _NO_CENTS.sub("", text))
