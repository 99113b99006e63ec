"""Results: the ranking as a wall, filtered as the person likes, and as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.cells import NotANumber, csv_line, harmless, number
from beholder.collection import Collection
from beholder.errors import UnknownName, UserError
from beholder.filters import SOLD, UNKNOWN, Filter, facets
from beholder.offers import Wishes, currencies, read_currency, read_length
from beholder.ranking import Ranked
from beholder.session import Reading
from beholder.store import Person
from beholder.text import shown as short
from beholder.types import Item
from beholder.web.pages.collections import may_import
from beholder.web.pages.label import FEWEST, whole
from beholder.web.pages.views import views_of
from beholder.web.pages.works import same_questions
from beholder.web.render import download, page
from beholder.web.state import state_of
from beholder.web.who import PagePerson, remember_collection

_PER_PAGE = 60
_APART = 12  # of each part that is shown apart
_HEADINGS = {"unknown": UNKNOWN, "sold": SOLD}
_WISHED = ("min_price", "max_price", "currency", "max_width", "max_height", "unit", "hide_sold")
_EMPTY = ("rank", "item", "score", "std", "why")  # the header of an export without a picture

router = APIRouter()


@router.get("/results/{collection:path}/export.csv")
def export_csv(request: Request, collection: str, person: PagePerson) -> Response:
    """The ranking, filtered as the page is, as a table."""
    return download(as_csv(_rows(request, collection, person)), "text/csv; charset=utf-8", f"{collection}.csv")


@router.get("/results/{collection:path}/export.json")
def export_json(request: Request, collection: str, person: PagePerson) -> Response:
    """The ranking, filtered as the page is, for a machine."""
    text = json.dumps(_rows(request, collection, person), ensure_ascii=False, indent=1)
    return download(text, "application/json", f"{collection}.json")


@router.get("/results/{collection:path}")
def results(request: Request, collection: str, person: PagePerson) -> Response:
    """The wall. `page` turns it; `part=1` is only the pictures, for the script that adds them at the end."""
    state, query = state_of(request), request.query_params
    session = state.fresh(collection, person)
    number = whole(query.get("page", "1"), "page", 1, 10**6)
    row, now = session.collection.row, session.progress()
    context: dict[str, Any] = {
        "collection": row.name,
        "progress": now,
        "fewest": FEWEST,
        "size": len(session.collection),
        "elsewhere": session.elsewhere.known,
        "alone": session.elsewhere.alone,
    }
    if now.weight < FEWEST and not session.starts_from_others:
        response = page(request, "results_early.html", here="results", **context)
    else:
        reading = state.reading(collection, person)
        wanted = _filter_of(query, reading.collection)
        like = None if wanted.like is None else reading.collection.items[wanted.like]
        ranked, now, address = reading.ranking, reading.progress, partial(_query_of, wanted, like)
        context |= {"progress": now, "verdict": reading.verdict if now.answers else None, "shares": reading.shares}
        shown = reading.shown(wanted)
        last = max(1, -(-len(shown) // _PER_PAGE))
        part = shown[(number - 1) * _PER_PAGE : number * _PER_PAGE]
        context |= {
            "shown": part, "matching": len(shown), "of": len(ranked), "filter": wanted, "facets": facets(ranked.items),
            "number": number, "last": last, "hidden": len(reading.history.hidden), "address": address,
            "more": address(page=number + 1) if number < last else None,
            "back": address(page=number - 1) if number > 1 else None,
            "export": address(), "like": like, "examples": ", ".join(reading.collection.words.examples()),
            "notes": reading.collection.finder.find(wanted.text).notes if wanted.text else (),
            "views": views_of(reading.collection),
            "same": same_questions(reading.collection, 1) if number == 1 and not wanted else (),
            "same_asked": len(reading.collection.works.questions),
            "offers": _Offers.of(ranked.items, query),
            "parts": [_Part.of(reading, *part) for part in wanted.apart] if number == 1 else [],
            "heading": _HEADINGS.get(wanted.part, ""), "limits": wanted.wishes.in_words,
            "why_apart": partial(_why_apart, wanted),
            "apart": lambda part: address(apart=part),
        }  # fmt: skip
        template = "wall.html" if query.get("part") == "1" else "results.html"
        response = page(request, template, here="results", **context)
        response.headers["X-Last-Page"] = str(last)
    remember_collection(response, request, row.id)
    return response


@dataclass(frozen=True, slots=True)
class _Offers:
    """What the form of the filter asks a buyer: nothing where no picture has a price, or a size.

    said : what was typed, by the name of the field
    """

    currencies: Sequence[str]
    sizes: bool
    said: Mapping[str, str]

    @classmethod
    def of(cls, items: Sequence[Item], query: Mapping[str, str]) -> _Offers:
        said = {name: query.get(name, "").strip()[:40] for name in _WISHED}
        return cls(currencies(items), any(item.details.long_mm for item in items), said)


@dataclass(frozen=True, slots=True)
class _Part:
    """Pictures that are shown apart, the first of them; part : as in `Filter`"""

    heading: str
    part: str
    size: int
    shown: Sequence[Ranked]

    @classmethod
    def of(cls, reading: Reading, heading: str, wanted: Filter) -> _Part:
        ranking = reading.shown(wanted)
        return cls(heading, wanted.part, len(ranking), ranking[:_APART])


def _why_apart(wanted: Filter, item: Item) -> str:
    return wanted.wishes.part_of(item)[1] if wanted.wishes else ""


def _filter_of(query: Mapping[str, str], pictures: Collection) -> Filter:
    """The filter that an address asks for. raises : UnknownName where pictures should be like one that is not there"""
    on = {name for name in ("favourites", "new", "mixed") if query.get(name, "") == "1"}
    return Filter(
        text=query.get("q", "").strip()[:200],
        favourites="favourites" in on,
        unjudged="new" in on,
        values=tuple((k[2:], v) for k, v in query.items() if k.startswith("c.") and v),
        like=_row_of(query["like"], pictures) if query.get("like") else None,
        mixed="mixed" in on,
        wishes=_wishes_of(query, pictures),
        group=pictures.group(query["group"]) if query.get("group") else None,
        part="unknown" if query.get("apart") == "unknown" else "sold" if query.get("apart") == "sold" else "fits",
    )


def _wishes_of(query: Mapping[str, str], pictures: Collection) -> Wishes:
    """What a buyer asks for; a price without a currency is in the usual one here. raises : UserError"""
    said = {name: query.get(name, "").strip()[:40] for name in _WISHED}
    low, high = (_amount(said[name]) for name in ("min_price", "max_price"))
    code = read_currency(said["currency"]) if said["currency"] else ""
    if not code and (low is not None or high is not None):
        code = next(iter(currencies(pictures.items)), "")
    width, height = (
        read_length(said[name], said["unit"] or "cm") if said[name] else None for name in ("max_width", "max_height")
    )
    return Wishes(low, high, code, {}, width, height, said["hide_sold"] == "1")


def _amount(text: str) -> Decimal | None:
    """raises : UserError"""
    if not text:
        return None
    try:
        return Decimal(format(number(text), ".12g"))
    except NotANumber:
        raise UserError(f"a price is a number, as 2000; got '{short(text)}'") from None


def _row_of(text: str, pictures: Collection) -> int:
    """The row of the picture of this id."""
    row = pictures.row_of.get(whole(text, "like", 0, 2**63 - 1))
    if row is None:
        raise UnknownName(f"no picture of '{pictures.name}' has the number {text}")
    return row


def _query_of(wanted: Filter, like: Item | None, **more: Any) -> str:
    """A filter as part of an address."""
    pairs = [
        ("q", wanted.text),
        ("favourites", "1" if wanted.favourites else ""),
        ("new", "1" if wanted.unjudged else ""),
        *((f"c.{c}", v) for c, v in wanted.values),
        ("like", str(like.id) if like else ""),
        ("mixed", "1" if wanted.mixed else ""),
        ("group", str(wanted.group) if wanted.group else ""),
        *_query_of_wishes(wanted.wishes),
        ("apart", wanted.part if wanted.part != "fits" else ""),
    ]
    pairs = [(key, text) for key, text in pairs if key not in more]
    said = urlencode([(k, v) for k, v in [*pairs, *more.items()] if v])
    return f"?{said}" if said else ""


def _query_of_wishes(wishes: Wishes) -> list[tuple[str, str]]:
    lengths = {"max_width": wishes.max_width, "max_height": wishes.max_height}
    return [
        ("min_price", "" if wishes.min_price is None else f"{wishes.min_price:f}"),
        ("max_price", "" if wishes.max_price is None else f"{wishes.max_price:f}"),
        ("currency", wishes.currency),
        *((name, "" if mm is None else f"{mm:g}mm") for name, mm in lengths.items()),
        ("hide_sold", "1" if wishes.hide_sold else ""),
    ]


def _rows(request: Request, collection: str, person: Person) -> list[dict[str, Any]]:
    """The places that an address asks for. Where a file lies is told on the machine itself alone."""
    reading = state_of(request).reading(collection, person)
    wanted = _filter_of(request.query_params, reading.collection)
    places = [*reading.shown(wanted), *(one for _, part in wanted.apart for one in reading.shown(part))]
    return [one.as_json(file=may_import(request)) | wanted.wishes.told_of(one.item) for one in places]


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The ranking with every column of its source, which keeps its name unless the ranking has one of that name."""
    own = [key for key in (rows[0] if rows else _EMPTY) if key not in ("columns", "offer")]
    columns = list(dict.fromkeys(c for row in rows for c in row["columns"] if c != "title"))
    header = [*own, *(f"source_{c}" if c in own else c for c in columns)]
    lines = [[*(row[key] for key in own), *(row["columns"].get(c, "") for c in columns)] for row in rows]
    return "".join(csv_line(map(_cell, line)) for line in [header, *lines])


def _cell(value: Any) -> str:
    return "" if value is None else harmless(str(value))
