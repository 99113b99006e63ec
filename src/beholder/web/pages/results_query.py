"""The address of Results: which filter it asks for, and the address of another page of the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import numpy as np
from starlette.datastructures import QueryParams

from beholder.cells import NotANumber, number
from beholder.collection import Collection
from beholder.currencies import minor_units
from beholder.errors import UnknownName, UserError
from beholder.facts import Facts
from beholder.filters import Filter, sort_of
from beholder.money import read_price
from beholder.offers import Part, Wishes, read_currency, read_length
from beholder.text import shown as short
from beholder.web.pages.label import whole

LIMITS = (
    "min_price", "max_price", "currency", "min_width", "max_width", "min_height", "max_height", "unit", "min_year",
    "max_year", "hide_sold",
)  # fmt: skip
_SORTS = {
    "score": "Best first", "varied": "Best, varied", "surprise": "Surprise me", "newest": "Last added first",
    "date": "Date, newest first", "price": "Price, low first", "price-high": "Price, high first",
    "size": "Small first", "size-high": "Large first",
}  # fmt: skip
_NARROWS = {"favourites", "none", "apart", *LIMITS}
_APART: tuple[Part, ...] = ("unknown", "currency", "sold")
_KNOWN = {"q", "like", "mixed", "new", "sort", "draw", "group", *_NARROWS}
_OF_COLUMN = "c."  # before the name of a column, whose value it is
_FIND = "find."  # before the name of a column, whose values are sought in the panel
_ENDS = {"min": "from", "max": "to"}
_ALL = "all."  # before the name of a column, whose values are all shown there
_LONGEST = {"q": 200} | dict.fromkeys(LIMITS, 40)


def filter_of(query: QueryParams, pictures: Collection) -> Filter:
    """The filter that an address asks for: words that are searched for take the place of a picture to be like.

    A limit that is not understood is left out: see `not_understood`.

    Raises
    ------
    UserError
    UnknownName
        where pictures should be like one that is not there
    """
    on = {name for name in ("favourites", "new", "mixed") if query.get(name, "") == "1"}
    chosen = [(k.removeprefix(_OF_COLUMN), v) for k, v in query.multi_items() if k.startswith(_OF_COLUMN) and v]
    text = said(query, "q")
    return Filter(
        text=text,
        favourites="favourites" in on,
        unmet="new" in on,
        values=(*chosen, *((column, "") for column in query.getlist("none"))),
        like=_row_of(query["like"], pictures) if query.get("like") and not text else None,
        mixed="mixed" in on and not text,
        wishes=_wishes_of(query, pictures)[0],
        group=pictures.group(query["group"]) if query.get("group") else None,
        part=next((part for part in _APART if part == query.get("apart")), "fits"),
        sort=sort_of(query.get("sort") or "score"),
        draw=whole(query.get("draw", "0"), "draw", 0, 10**6),
    )


def not_understood(query: QueryParams, pictures: Collection) -> dict[str, str]:
    """A sentence for each field with a limit that is not understood, or of which the lower is above the upper."""
    return _wishes_of(query, pictures)[1]


def sorts_of(facts: Facts, wanted: Filter) -> dict[str, str]:
    """What the sorts that tell these pictures apart are called."""
    known = {"price": bool(facts.currencies)}
    known |= {name: not np.isnan(values).all() for name, values in (("size", facts.area), ("date", facts.date))}
    return {k: name for k, name in _SORTS.items() if known.get(k.partition("-")[0], True) or k == wanted.sort}


def said(query: QueryParams, name: str) -> str:
    """What was typed into this field."""
    return query.get(name, "").strip()[: _LONGEST[name]]


def sought_in(query: QueryParams) -> dict[str, str]:
    """What is sought among the values of columns, so that the panel offers these."""
    return {k.removeprefix(_FIND): v[:200] for k, v in query.items() if k.startswith(_FIND)}


def whole_in(query: QueryParams) -> set[str]:
    """The columns of which the panel offers all values."""
    return {name.removeprefix(_ALL) for name, value in query.items() if name.startswith(_ALL) and value}


def address_of(query: QueryParams, **more: Any) -> str:
    """The same as part of an address, with some of it instead; without its page."""
    kept = [(k, v) for k, v in query.multi_items() if (k in _KNOWN or k.startswith(_OF_COLUMN)) and k not in more]
    pairs = urlencode([(k, v) for k, v in [*kept, *more.items()] if v])
    return f"?{pairs}" if pairs else ""


def unfiltered(query: QueryParams) -> str:
    """The address without what is chosen in the panel."""
    return address_of(query, **{name: None for name in query if name in _NARROWS or name.startswith(_OF_COLUMN)})


def _wishes_of(query: QueryParams, pictures: Collection) -> tuple[Wishes, dict[str, str]]:
    """What a buyer asks for, and a sentence for each field that is not understood.

    A price without a currency is in the usual one here.
    """
    faults = dict[str, str]()

    def read(name: str, reader: Callable[[str], Any]) -> Any:
        text = said(query, name)
        try:
            return reader(text) if text else None
        except UserError as fault:
            faults[name] = f"{_in_words(name)} “{short(text)}” is not understood: {fault}."

    code = read("currency", read_currency) or ""
    usual, unit = code or next(iter(pictures.facts.currencies), ""), said(query, "unit") or "cm"
    limits: dict[str, Any] = {
        name: read(name, lambda text: _amount(text, usual)) for name in ("min_price", "max_price")
    }
    lengths = ("min_width", "max_width", "min_height", "max_height")
    limits |= {name: read(name, lambda text: _length(text, unit)) for name in lengths}
    limits |= {name: read(name, _year) for name in ("min_year", "max_year")}
    for what in Wishes(**limits).crossed:
        both = f"min_{what}", f"max_{what}"
        low, high = (said(query, name) for name in both)
        faults |= dict.fromkeys(both, f"{what.capitalize()} from “{low}” to “{high}”: from is more than to.")
        limits |= dict.fromkeys(both)
    if (limits["min_price"], limits["max_price"]) != (None, None):
        code = usual
    return Wishes(currency=code, hide_sold=query.get("hide_sold") == "1", **limits), faults


def _in_words(name: str) -> str:
    """As "Price from", of a field."""
    end, _, what = name.partition("_")
    return f"{what} {_ENDS[end]}".capitalize() if what else name.capitalize()


def _amount(text: str, code: str) -> Decimal:
    """As a price is written in a shop, "1.250 kr." too. raises : UserError"""
    told = read_price(text, [code])
    if told.amount is not None:
        return Decimal(told.amount) / minor_units(code)
    try:
        amount = number(text)
    except NotANumber:
        amount = -1
    if amount < 0:
        raise UserError(f"a price is a number{code and f' of {code}'}, as 2000")
    return Decimal(format(amount, ".12g"))


def _length(text: str, unit: str) -> float:
    """In mm. raises : UserError"""
    try:
        return read_length(text, unit)
    except UserError:
        raise UserError(f"a length is a number of {unit}, as 80, or has its own unit, as 80cm") from None


def _year(text: str) -> int:
    """raises : UserError"""
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise UserError("a year is a number, as 1950")
    return int(text)


def _row_of(text: str, pictures: Collection) -> int:
    """The row of the picture of this id."""
    row = pictures.row_of.get(whole(text, "like", 0, 2**63 - 1))
    if row is None:
        raise UnknownName(f"no picture of '{pictures.name}' has the number {text}")
    return row
