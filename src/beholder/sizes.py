"""Sizes as people write them, in mm: of the work itself, and of its frame where that is said apart.

"70x100 cm" does not tell which is the width: museums write the height first, shops often the width. Then only the two
sides are known. Two sizes of the same kind, mixed units and numbers without a unit are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from beholder.size_words import BREAK, EACH, FITS, IN_BRACKETS, KINDS, NEXT_A_FRAME, NO_SIDE, SEVERAL, TOGETHER

_MILLIMETRES = {
    "mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "inches": 25.4, '"': 25.4, "″": 25.4, "''": 25.4,
    "”": 25.4, "ft": 304.8, "'": 304.8, "′": 304.8, "’": 304.8,
}  # fmt: skip
_INCHES, _FEET = frozenset(("inch", "inches", '"', "″", "''", "”")), frozenset("'′’")
_QUOTES = re.compile(r'(?<![\d½¼¾⅛⅜⅝⅞])["“”„]')  # a sign behind a number may close a quotation
_LONGEST = 13_000.0  # mm; in centimetres it would be a year
_MOST_TEXT = 5000  # characters that are looked at
_NEAR = 28  # characters before a size in which it may be said that it is one of several
_AROUND = 60  # characters in which a frame may be named whose size it is
_FLAT = 4  # a third number is a depth where it is so many times shorter than both sides
_SAME = 0.02  # by how much the same size may differ in centimetres and in inches
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75", "⅛": ".125", "⅜": ".375", "⅝": ".625", "⅞": ".875"}

_WIDE = (
    r"width|breite|largeur|ancho|anchura|larghezza|breedte|bredden?|bredd|bred|wide|breit|szer(?:okość)?|lev\w*|"
    r"largura|šířka|szélesség|ширина|横|幅|w|b|l"
)
_HIGH = (
    r"height|höhe|hauteur|alto|altura|altezza|hoogte|højden?|höjd|høyde|høj|hög|high|tall|hoch|wys(?:okość)?|kork\w*|"
    r"výška|magasság|высота|縦|高さ|h"
)
_DEEP = r"depth|tiefe|profondeur|diepte|dybde|djup|d|t"
_PLAIN = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)} | {ord("㎝"): "cm", ord("㎜"): "mm"}  # as in Japanese
_LETTERS = {"w": re.compile(_WIDE), "h": re.compile(_HIGH), "d": re.compile(_DEEP)}
_LETTER = rf"(?<![^\W\d_])(?:{_WIDE}|{_HIGH}|{_DEEP})(?![^\W\d_]|['’][^\W\d_])"
_SIDE = re.compile(
    rf"(?:(?P<before>{_LETTER})\s?\.?\s?[:=]?\s*)?(?:(?P<front_unit>cm|mm)\.?\s+)?"
    r"(?<![\d,/])(?<![^a-z]\.)(?<!^\.)(?<!\d[-–±~])(?<!\d['′’])(?<!\d['′’]\s)(?P<number>\d+\s+\d+/\d+|\d+[.,]\d+|\d+\s?[½¼¾⅛⅜⅝⅞]|\d+)(?![\d/])(?![.,]\d)"
    r"\s*(?P<unit>(?:mm|cm|m|inches|inch|in|ft)(?!\w)\.?|\"|″|''|”|['′’](?!\s?\d))?"
    rf"(?P<after>\s*\(?{_LETTER}(?!/)(?!\s?\.?\s?[:=]?\s*(?:[cm]m)?\.?\s*\d)\.?\)?)?"
)
_ORDER = re.compile(
    rf"\(?(?<![^\W\d_])(?:(?P<w>{_WIDE})|(?P<h>{_HIGH}))\.?\s*[x×*/]\s*(?:(?P<w2>{_WIDE})|(?P<h2>{_HIGH}))(?![^\W\d_])\.?"
    rf"(?:\s*[x×*/]\s*(?:{_DEEP}|{_WIDE}|{_HIGH}|p)(?![^\W\d_])\.?)?\)?"
)
_CROSS = re.compile(r"\s*(?:[x×✕✖*]|by|bij|mal|sur|por)\s*")
_SPELT = (  # what is written otherwise before it is read
    (re.compile(r"(?<![\d.,])([1-9]) ?m ?(\d\d)(?: ?cm)?(?![\d.,])"), r"\1\2 cm"),  # 1m20
    (re.compile(r"(?<=\d) ?(?:centim[eè]t\w+|см)\b"), " cm"),
    (re.compile(r"(?<=\d) ?millim[eè]t\w+"), " mm"),
    (re.compile(r"(?<=[\d ])х(?=[\d ])"), "x"),  # 70х50 in Cyrillic
    (re.compile(r"\b(udv|indv)\."), r"\1 "),
    (re.compile(r"\bw (?=ramie|oprawie)"), ""),  # "in a frame" in Polish, no width
    (re.compile(r"\b(też|również|także|dostępn\w+) w\b"), r"\1 v"),
    (re.compile(r"(?<=[\d两三四每])幅"), "枚"),  # "three pictures" in Chinese
    (re.compile(r"(?<=\d)-(?=\d/\d)"), " "),  # 36-1/4
    (re.compile(r"(?<=\d)(\s?cm)s\b"), r"\1"),
    (re.compile(r"(?<=\d)(\s?)(mm|cm|m|in|ft|[hbwl])?x(?=(?:[hbwl]\.?\s?:?\s?)?\d)"), r"\1\2 x "),  # 60cmx80cm
    (re.compile(r"(?<=\d)\s?(\([hbwld]\)|[hbwld])\s?(mm|cm|in(?:ch(?:es)?)?)\b"), r" \2 \1"),  # 80 (B) cm
)
_TWICE = re.compile(r"(?P<side>(\d+(?:[.,]\d+)?)\s?(in|cm)) \((\d+(?:[.,]\d+)?)\s?(in|cm)\)")  # 48 in (121.92 cm)
_JOIN = re.compile(r"[\s,;/]*(?:og|och|und|and|et|en|e|y|i)?\s*")
_SHORT = re.compile(  # "m/ramme", "u. ramme", "w/o frame", "c/marco"
    r"(?<![\w/])(?:(?P<without>w/o(?:ut)?|[uos][./])|w/|[mc][./])\s?(?:frame|ramme|ram|rahmen|cornice|marco|lijst|cadre)\b"
)


class Size(NamedTuple):
    """In mm. `sides` are the longer and the shorter one; width and height are None where nobody says which is which."""

    width: float | None
    height: float | None
    sides: tuple[float, float]


class Sizes(NamedTuple):
    """Of the work itself (the light measure, without a frame) and of the frame; None where it is not sure."""

    work: Size | None = None
    frame: Size | None = None


class _Side(NamedTuple):
    start: int
    end: int
    value: float
    unit: str
    letter: str


class _Found(NamedTuple):
    start: int
    end: int
    size: Size
    metric: bool


def read_sizes(text: str, unit: str = "", height_first: bool = False) -> Sizes:
    """Parameters
    ----------
    unit
        what is said of the unit elsewhere
    height_first
        whether the source, as museums do, writes the height first where it writes no letters
    """
    text = text[:_MOST_TEXT].translate(_PLAIN).lower().replace("\u00a0", " ").replace("\u202f", " ")
    text = _SHORT.sub(lambda short: "without frame" if short["without"] else "with frame", text)
    for pattern, written in _SPELT:
        text = pattern.sub(written, text)
    text = _TWICE.sub(_once, text)
    order = _ORDER.search(text)
    first = "h" if height_first else ""
    if order:
        first = "" if bool(order["w"]) == bool(order["w2"]) else "w" if order["w"] else "h"
        text = text[: order.start()] + " " * (order.end() - order.start()) + text[order.end() :]
    groups = [group for group in _groups(text) if len(group) > 1]
    units = {side.unit for group in groups for side in group if side.unit} - _FEET
    if unit and units - {unit}:
        return Sizes()
    unit = unit or (units.pop() if len(units) == 1 else "")  # "40x50, in the frame 52x62 cm"
    found = [one for sides in groups if (one := _size(sides, unit, first)) is not None]
    works, frames = set[Size](), set[Size]()
    several = [_is_one_of_several(text, one) for one in found]
    for one, kind, is_part in zip(found, _kinds(text, found), several, strict=True):
        if is_part or (any(several) and not _is_overall(text, one)):
            continue
        if kind == "frame":
            _add(frames, one)
        elif kind == "work":
            _add(works, one)
    work, frame = _only(works), _only(frames)
    if work and frame and (frame.sides[0] < work.sides[0] or frame.sides[1] < work.sides[1]):
        return Sizes()
    return Sizes(work, frame)


def _once(said: re.Match[str]) -> str:
    """A side that is said in two units, in the first, where they agree."""
    (a, b) = (_number(said[number]) * _MILLIMETRES[said[unit]] for number, unit in ((2, 3), (4, 5)))
    return said["side"] if abs(a - b) <= _SAME * max(a, b) else said.group()


def _groups(text: str) -> Iterator[list[_Side]]:
    """Numbers that stand together: joined by crosses, or each with its own letter."""
    group: list[_Side] = []
    for match in _SIDE.finditer(text):
        side = _side(match)
        if group:
            gap, letters = text[group[-1].end : side.start], {one.letter for one in group}
            lettered = side.letter and "" not in letters and side.letter not in letters
            if not _CROSS.fullmatch(gap) and not (lettered and _JOIN.fullmatch(gap)):
                yield group
                group = []
        group.append(side)
    yield group


def _side(match: re.Match[str]) -> _Side:
    letter, end = match["before"] or "", match.end("number")
    if match["unit"]:
        end = match.end("unit")
    if not letter and match["after"]:
        letter, end = match["after"].strip(" ().\u00a0"), match.end("after")
    told = next((name for name, pattern in _LETTERS.items() if letter and pattern.fullmatch(letter)), "")
    unit = (match["unit"] or match["front_unit"] or "").rstrip(".")
    if unit in ('"', "”") and len(_QUOTES.findall(match.string[: match.start("unit")])) % 2:
        unit = ""  # it closes a quotation
    unit = "in" if unit in _INCHES else unit
    return _Side(match.start(), end, _number(match["number"]), unit, told)


def _size(sides: list[_Side], unit: str, first: str) -> _Found | None:
    """The size that these numbers are; None where they are none, or where it is not sure."""
    units = {side.unit for side in sides if side.unit} or {unit}
    if len(sides) not in (2, 3) or len(units) != 1 or (one_unit := units.pop()) not in _MILLIMETRES:
        return None
    if one_unit in _FEET and not all(side.unit for side in sides):
        return None
    scale = _MILLIMETRES[one_unit]
    flat = [side for side in sides if side.letter != "d"]
    if len(flat) == 3:
        if (
            flat[2].letter
            or (flat[1].unit and not flat[2].unit)
            or flat[2].value * _FLAT > min(flat[0].value, flat[1].value)
        ):
            return None
        flat = flat[:2]
    if len(flat) != 2 or not all(0 < side.value * scale <= _LONGEST for side in flat):
        return None
    a, b = (round(side.value * scale, 4) for side in flat)
    told = [side.letter for side in flat]
    if told[0] and told[0] == told[1]:
        return None
    is_height_first = told in (["h", "w"], ["h", ""], ["", "w"]) or (told == ["", ""] and first == "h")
    is_width_first = told in (["w", "h"], ["w", ""], ["", "h"]) or (told == ["", ""] and first == "w") or a == b
    width, height = (b, a) if is_height_first else (a, b) if is_width_first else (None, None)
    size = Size(width, height, (max(a, b), min(a, b)))
    return _Found(sides[0].start, sides[-1].end, size, one_unit in ("mm", "cm", "m"))


def _is_one_of_several(text: str, one: _Found) -> bool:
    """Whether it is the size of each of several parts or works."""
    if _is_overall(text, one):
        return False
    before = text[max(0, one.start - _NEAR) : one.start]
    return bool(
        SEVERAL.search(before) or NO_SIDE.search(before) or (text[one.end - 1] != "." and EACH.match(text, one.end))
    )


def _is_overall(text: str, one: _Found) -> bool:
    """Whether it is the size of all parts, and of all that is around."""
    return bool(TOGETHER.search(text[max(0, one.start - _NEAR) : one.start]))


def _number(text: str) -> float:
    for sign, decimals in _FRACTIONS.items():
        if sign in text:
            return float(text.replace(sign, "").strip() + decimals)
    whole, _, fraction = text.replace(",", ".").partition(" ")
    if fraction := fraction.strip():
        over, under = map(float, fraction.split("/"))
        return float(whole) + over / under if under else 0.0
    return float(whole) if len(whole.partition(".")[2]) != 3 else 0.0  # 1.200 may be thousands


def _kinds(text: str, found: list[_Found]) -> list[str]:
    """work, frame, either or other for each size, by the words before and behind it."""
    if not found:
        return []
    before, behind = [""] * len(found), [""] * len(found)
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(text)]
    last = _said(_parts(text[ends[-1] :])[0])
    for i, (start, end) in enumerate(zip(ends, starts, strict=True)):
        parts, bracket = _parts(text[start:end]), IN_BRACKETS.search(text[start:end])
        if i == 0:
            before[0] = _said(bracket[1] if bracket else parts[-1], last=True)
        elif i == len(found):
            behind[-1] = last
        elif len(parts) > 1:
            behind[i - 1] = _said(parts[0])
            told = [bracket[1]] if bracket else [part for part in parts[1:] if part.strip()]
            before[i] = _said(told[-1], last=True) if told else ""
        elif before[i - 1] or not last:
            before[i] = _said(parts[0], last=True)
        else:
            behind[i - 1] = _said(parts[0])
    for i, one in enumerate(found):
        if not before[i] and FITS.search(text[ends[i] : one.start]) and NEXT_A_FRAME.match(text, one.end):
            behind[i] = "other"
    kinds = [front or back or "work" for front, back in zip(before, behind, strict=True)]
    if "frame" not in kinds:  # a frame that is named near the only size may be within it, and any within all of it
        for i, one in enumerate(found):
            start, end, named = max(ends[i], one.start - _AROUND), one.end + _AROUND, {"frame", "either"}
            if _is_overall(text, one):
                start, end, named = 0, len(text), {"frame", "either", "other"}
            near = KINDS.finditer(text, start, end)
            if not (before[i] or behind[i]) and any(match.lastgroup in named for match in near):
                kinds[i] = "either"
    for i in range(1, len(found)):
        if found[i].metric != found[i - 1].metric and _is_same(found[i].size, found[i - 1].size):
            kinds[i] = kinds[i - 1]
        if kinds[i - 1] == "other" and _JOIN.fullmatch(text[ends[i] : found[i].start]):
            kinds[i] = "other"
    return kinds


def _parts(gap: str) -> list[str]:
    """What stands between two sizes, at its commas; what follows in brackets belongs to the first part."""
    parts = BREAK.split(gap)
    return ["".join(parts[:2]), *parts[2:]] if gap.lstrip().startswith("(") and len(parts) > 1 else parts


def _said(words: str, last: bool = False) -> str:
    """Which kind is named first, or last."""
    kinds = [match.lastgroup or "" for match in KINDS.finditer(words)]
    return kinds[-1 if last else 0] if kinds else ""


def _add(sizes: set[Size], one: _Found) -> None:
    """The same size in another unit is one; the one in centimetres is kept, for it comes first or is not rounded."""
    for other in sizes:
        if _is_same(other, one.size):
            if one.metric:
                sizes.remove(other)
                sizes.add(one.size if one.size.width or not other.width else other)
            return
    sizes.add(one.size)


def _is_same(a: Size, b: Size) -> bool:
    return all(abs(x - y) <= _SAME * max(x, y) for x, y in zip(a.sides, b.sides, strict=True))


def _only(sizes: set[Size]) -> Size | None:
    return next(iter(sizes)) if len(sizes) == 1 else None
