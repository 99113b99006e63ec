"""Table cells: numbers as people write them, and text that no spreadsheet runs as a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LONGEST = 100  # characters of a number
_POINT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)  # or three decimals
_SEPARATED = re.compile(r"[+-]?\d{1,3}(?:[.,'’\s]\d{3})*(?:[.,]\d+)?", re.ASCII)
_ENDLESS = frozenset({"nan", "inf", "infinity"})
_UNSEEN = r"[\s\x00-\x1f\x7f\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
_RUN = re.compile(rf"(?P<quotes>'*)(?:[\t\r\n]|{_UNSEEN}[=+\-@＝＋－＠﹦﹢﹣﹫])")  # what begins a formula
_QUOTED = re.compile(r"""[",;|\t\r\n]|^\s|\s$""")


class NotANumber(ValueError):
    """A text that is no finite number; `wanted` says what was wanted of it, the message what else there is to say."""

    def __init__(self, hint: str = "", wanted: str = "a number") -> None:
        super().__init__(hint)
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Marks:
    """Whether a comma or a point before exactly three digits begins decimals; elsewhere both do."""

    comma: bool = False
    point: bool = True


BELOW = 1000
EITHER = Marks(comma=True)  # for numbers on a scale that ends below 1000: no mark can part thousands there


def marks_of(column: Iterable[str], delimiter: str = ",") -> Marks:
    """How the numbers of a column are written, from those of them that leave no doubt.

    Parameters
    ----------
    delimiter
        of the table; where ; parts the cells, a comma most often begins decimals
    """
    comma = point = doubt = False
    for text in column:
        if _THOUSANDS.fullmatch(text):
            doubt |= "," in text
        elif _COMMA.fullmatch(text):
            comma = True
        elif "." in text and _POINT.fullmatch(text):
            point = True
    return Marks(comma=not point and (comma or (doubt and delimiter == ";")), point=not comma)


def number(text: str, marks: Marks = Marks()) -> float:
    """The finite number that a cell says, with a decimal point or comma.

    Narrower than `float`: no underscores, no digits of other scripts, no thousands separators, no `inf`.

    Raises
    ------
    NotANumber
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise NotANumber(f"; it has {len(text):,} characters")
    if _THOUSANDS.fullmatch(text) and not (marks.comma if "," in text else marks.point):
        raise NotANumber("; this may be thousands or decimals: write it with a point, without thousands separators")
    if _POINT.fullmatch(text) or _COMMA.fullmatch(text):
        value = float(text.replace(",", "."))
        if math.isfinite(value):
            return value
        raise NotANumber(wanted="a finite number")
    if text.lstrip("+-").lower() in _ENDLESS:
        raise NotANumber(wanted="a finite number")
    raise NotANumber("; write it without thousands separators" if text and _SEPARATED.fullmatch(text) else "")


def with_point(text: str) -> str:
    """A number that may have a decimal comma, with a point."""
    return text.replace(",", ".") if _COMMA.fullmatch(text) else text


def is_number(text: str) -> bool:
    """Whether `number` reads it."""
    try:
        number(text)
    except NotANumber:
        return False
    return True


def decimal_comma(cells: Sequence[str]) -> str:
    """The last two neighbours that may be one number with a decimal comma, such as "7,5"; "" where there are none."""
    pairs = zip(cells[-2::-1], cells[:0:-1], strict=True)
    return next((f"{a.strip()},{b.strip()}" for a, b in pairs if _COMMA.fullmatch(f"{a.strip()},{b.strip()}")), "")


def too_many(cells: Sequence[str], columns: int, delimiter: str) -> str:
    """What to say of a line with more cells than its header."""
    told = f"has {len(cells)} cells, the header has {columns}"
    if delimiter == "," and (comma := decimal_comma(cells)):
        return f"{told}; if {comma} is one number, write {comma.replace(',', '.')} or put quotes around it"
    return told


def harmless(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it as a formula: titles come from the web.

    `plain` takes it away again, whatever the text was.
    """
    return "'" + text if _runs(text) else text


def plain(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and _runs(text) else text


def _runs(text: str) -> bool:
    """Whether it begins a formula, be there apostrophes before it or not; a number does not."""
    found = _RUN.match(text)
    return found is not None and not _POINT.fullmatch(text[found.end("quotes") :])


def csv_line(cells: Iterable[str]) -> str:
    """One line of a CSV of commas; what any program might take apart or strip is in quotes."""
    quoted = ('"' + cell.replace('"', '""') + '"' if cell and _QUOTED.search(cell) else cell for cell in cells)
    return ",".join(quoted) + "\n"
