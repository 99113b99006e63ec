"""Typed metadata of a picture (title, artist, price, size ...), from columns with usual names in several languages.

A number that may be meant in two ways is not read: a price without a currency, a length without a unit, "20 x 30 cm"
(museums write the height first, shops the width). The raw text is kept beside it and is what people see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from beholder.cells import Marks, NotANumber, number
from beholder.types import Details

T = TypeVar("T")

_NAMES = {  # the first that is there and says something counts
    "title": "title titel titre título titulo titolo",
    "artist": "artist painter creator photographer künstler kuenstler künstlerin maler artiste peintre artista pintor "
    "pittore kunstner kunstenaar schilder konstnär konstnar",
    "price": "price preis prix precio prezzo pris prijs",
    "currency": "currency währung waehrung devise monnaie moneda divisa valuta",
    "year": "year jahr année annee año anno år aar jaar",
    "place": "place location city ort standort stadt lieu ville lugar ubicación ciudad luogo città sted "
    "plaats stad plats",
    "link": "link url href lien enlace länk",
    "width": "width breite largeur ancho anchura larghezza bredde breedte bredd",
    "height": "height höhe hoehe hauteur alto altura altezza højde hoogte höjd",
    "size": "size dimensions größe groesse maße format medidas tamaño dimensioni misure størrelse mål afmetingen "
    "formaat storlek mått",
}
_CURRENCIES = {  # "$", "kr" and "¥" are several countries', and tell none
    "EUR": "€ euro euros", "USD": "us$", "GBP": "£", "CHF": "sfr", "SEK": "", "NOK": "", "DKK": "", "ISK": "",
    "JPY": "円", "CAD": "ca$ c$", "AUD": "au$ a$", "NZD": "nz$", "HKD": "hk$", "SGD": "s$", "CNY": "rmb", "KRW": "₩",
    "INR": "₹", "PLN": "zł", "CZK": "kč", "HUF": "", "TRY": "₺", "ILS": "₪", "BRL": "r$", "MXN": "", "ZAR": "",
}  # fmt: skip
_WITHOUT_CENTS = {"JPY", "KRW", "ISK"}
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "inches": 25.4, '"': 25.4, "″": 25.4}
_LONGEST = 100_000.0  # mm
_YEARS = range(1000, 2101)

_FIELD = {name.casefold(): (field, at) for field, names in _NAMES.items() for at, name in enumerate(names.split())}
_CURRENCY = {sign: code for code, signs in _CURRENCIES.items() for sign in (code.lower(), *signs.split())}
_GAP = re.compile(r"[\s_\-()\[\]/:]+")
_MONEY = re.compile(
    r"(?P<before>[^\d\s.,'’+-][^\d]*?)?\s*"
    r"(?P<whole>[1-9]\d{0,2}(?P<mark>[.,'’ \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*|\d+)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2})|[.,:][-–—]{1,2})?\s*(?P<after>[^\d]*?)",
    re.ASCII,
)
_LENGTH = re.compile(r"(?P<number>[\d.,]+)\s*(?P<unit>[a-z\"″]*)", re.IGNORECASE | re.ASCII)
_SIZE = re.compile(
    r"(?:(?P<first>[hbw])\.?:?\s*)?(?P<a>[\d.,]+)\s*(?:[a-z\"″]+\s*)?[x×*]\s*"
    r"(?:(?P<second>[hbw])\.?:?\s*)?(?P<b>[\d.,]+)\s*(?P<unit>[a-z\"″]*)",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(r"[\d.,]+\s*(?P<unit>[a-z\"″]+)\s*[x×*]", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})(?:\.0)?", re.ASCII)


def read_details(columns: Mapping[str, str]) -> Details:
    """Parameters
    ----------
    columns
        header -> text, as `Item.columns`. What is not sure stays None.
    """
    price, currency = _one({_money(text, unit, columns) for text, unit in _cells(columns, "price")}) or (None, None)
    sizes = [_size(text, unit) for text, unit in _cells(columns, "size")]
    width = {_length(text, unit) for text, unit in _cells(columns, "width")} | {w for w, _ in sizes if w}
    height = {_length(text, unit) for text, unit in _cells(columns, "height")} | {h for _, h in sizes if h}
    return Details(
        said(columns, "title") or None,
        said(columns, "artist") or None,
        price,
        currency,
        _one(width),
        _one(height),
        _one({_year(text) for text, _ in _cells(columns, "year")}),
        said(columns, "place") or None,
        link_in(columns),
    )


def said(columns: Mapping[str, str], field: str) -> str:
    """The text of the first column with a usual name of this field, one of `_NAMES`; "" where there is none."""
    return next((text for text, _ in _cells(columns, field)), "")


def link_in(columns: Mapping[str, str]) -> str | None:
    """The address of the picture's own page; only http(s), whatever the source says."""
    for text, _ in _cells(columns, "link"):
        try:
            parts = urlsplit(text)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc:
            return text
    return None


def _cells(columns: Mapping[str, str], field: str) -> Iterator[tuple[str, str]]:
    """(text, the unit or currency that the column's name tells) of the columns of this field, the most usual first."""
    found = []
    for header, text in columns.items():
        if text.strip() and (known := _named(header)) is not None and known[0] == field:
            found.append((known[1], header not in _NAMES[field].split(), text.strip(), known[2]))
    yield from ((text, unit) for _, _, text, unit in sorted(found, key=lambda one: one[:2]))


def _named(header: str) -> tuple[str, int, str] | None:
    """(field, how usual, unit) of a column's name, as "Preis in EUR" or "width_cm"; None for any other."""
    words = [word for word in _GAP.split(header.casefold()) if word and word != "in"]
    if not words or words[0] not in _FIELD or len(words) > 2:
        return None
    unit = words[1] if len(words) == 2 else ""
    if unit and unit not in (_CURRENCY if _FIELD[words[0]][0] == "price" else _MILLIMETRES):
        return None
    return *_FIELD[words[0]], unit


def _one(readings: set[T | None]) -> T | None:
    """What all columns agree on."""
    return next(iter(readings)) if len(readings) == 1 else None


def _money(text: str, unit: str, columns: Mapping[str, str]) -> tuple[int, str] | None:
    """(amount in minor units, currency)."""
    found = _MONEY.fullmatch(text)
    if found is None or found["point"] == found["mark"] is not None or len(found["whole"]) > 15:
        return None
    signs = [(found["before"] or "").strip(), found["after"].strip(), unit, said(columns, "currency")]
    codes = {_CURRENCY.get(sign.casefold().rstrip(".")) for sign in signs if sign}
    if (code := _one(codes)) is None:
        return None
    whole, cents = int(re.sub(r"\D", "", found["whole"])), int((found["cents"] or "").ljust(2, "0"))
    if not whole + cents or (code in _WITHOUT_CENTS and cents):
        return None
    return (whole if code in _WITHOUT_CENTS else 100 * whole + cents), code


def _length(text: str, unit: str) -> float | None:
    """In mm."""
    found = _LENGTH.fullmatch(text)
    return None if found is None else _in_mm(found["number"], {u for u in (found["unit"].lower(), unit) if u})


def _in_mm(text: str, units: set[Any]) -> float | None:
    try:
        value = number(text, Marks(comma=False, point=False)) * _MILLIMETRES[_one(units) or ""]
    except (NotANumber, KeyError):
        return None
    return round(value, 4) if 0 < value <= _LONGEST else None


def _size(text: str, unit: str) -> tuple[float | None, float | None]:
    """(width, height) in mm, where both letters tell which is which, or both are the same."""
    found = _SIZE.fullmatch(text)
    if found is None:
        return None, None
    first = _UNIT_FIRST.search(text)
    units = {u for u in (found["unit"].lower(), unit, first["unit"].lower() if first else "") if u}
    a, b = _in_mm(found["a"], units), _in_mm(found["b"], units)
    letters = "".join((letter or "").lower() for letter in (found["first"], found["second"]))
    if a is None or b is None or (a != b and letters not in ("hb", "hw", "bh", "wh")):
        return None, None
    return (b, a) if letters.startswith("h") else (a, b)


def _year(text: str) -> int | None:
    found = _YEAR.fullmatch(text)
    return int(found[1]) if found and int(found[1]) in _YEARS else None
