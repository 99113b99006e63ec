"""A page from its template, with what every template may use."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from beholder.currencies import price_text
from beholder.dates import day_in_words, read_date
from beholder.details import field_of, link_in, read_details
from beholder.details import said as said_of
from beholder.facts import unavailable
from beholder.offers import size_text
from beholder.ranking import title_of
from beholder.text import shown, without_markup
from beholder.types import Item
from beholder.web import thumbnails

NAV = (
    ("collections", "Collections"),
    ("label", "Choose"),
    ("results", "Results"),
    ("taste", "My taste"),
    ("create", "Create"),
    ("shortlists", "Shortlists"),
    ("people", "People"),
)
_BARE = re.compile(r"[\d.,\s]+$")  # a number without a unit
_TIGHT = re.compile(r"(?<=[^\W\d]),(?=[^\W\d])")  # a comma between words without a space
_SPAN = re.compile(r"\b(\d{4})\s*[-–]\s*(\d{4})\b")  # of years
_OF_MACHINES = re.compile(  # what schema.org calls an availability or a condition
    r"(?:In|OutOf)Stock|SoldOut|LimitedAvailability|(?:InStore|Online)Only|Pre(?:Order|Sale)|BackOrder|MadeToOrder|"
    r"(?:New|Used|Refurbished|Damaged)(?=Condition)"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LIFE = re.compile(r"born|birth|died|death", re.IGNORECASE)  # in the name of a column that tells one of them
_DIGITS = 15  # of a price at most, that is grouped by thousands
_TOLD_WITH = {
    "currency": "price", "width": "size", "height": "size", "frame": "size", "availability": "state", "site": "link",
}  # fmt: skip


@lru_cache
def environment() -> Environment:
    """The templates, escaped, with their helpers; a name that a page forgot is an error and not an empty place."""
    env = Environment(
        loader=PackageLoader("beholder.web"), autoescape=select_autoescape(default=True),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.globals |= {
        "nav": NAV, "picture": thumbnails.address, "photo": thumbnails.photo_address,
        "srcset": thumbnails.srcset, "twin": thumbnails.twin_address, "ratio": thumbnails.ratio,
        "title_of": title_of, "byline": byline, "parts_of": parts_of, "below_title": below_title, "more_of": more_of,
        "link_of": link_of,
        "price_text": price_text, "view_address": view_address,
    }  # fmt: skip
    env.filters |= {
        "segment": segment, "count": count, "day": day, "breaks": breaks, "plain": plain_word,
        "without_markup": without_markup,
    }  # fmt: skip
    return env


def page(request: Request, template: str, *, status: int = 200, here: str = "", **context: Any) -> HTMLResponse:
    """The page of this template.

    Parameters
    ----------
    here
        the part of the app that the menu marks
    """
    person, home_tag = getattr(request.state, "person", None), request.app.state.beholder.cookie
    context |= {
        "here": here,
        "person": person,
        "nonce": request.state.nonce,
        "home_tag": home_tag,
        "shown_to": f"{home_tag}.{person.id}" if person else "",
        "path": request.url.path,
    }
    context.setdefault("collection", None)
    return HTMLResponse(environment().get_template(template).render(context), status)


def download(text: str, kind: str, name: str) -> Response:
    """A file to keep; kind : its media type"""
    return Response(text, media_type=kind, headers=kept_as(name))


def kept_as(name: str) -> dict[str, str]:
    """The header of a file to keep under this name."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return {"Content-Disposition": f'attachment; filename="{safe}"'}


def segment(name: str) -> str:
    """A collection's name as one part of an address."""
    return quote(name, safe="")


def view_address(view: str, collection: str) -> str:
    """Where a view of this collection is: "results", "map", or by "kind", "date", "year" or "folder"."""
    return f"/{view if view in ('results', 'map') else view + 's'}/{segment(collection)}"


def count(n: int, one: str, many: str = "") -> str:
    """`1 answer`, `2,922 pictures`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def breaks(name: str) -> Markup:
    """A name that may go on in a new line behind each `_`, as those of files do."""
    return escape(name).replace("_", Markup("_<wbr>"))


def day(at: datetime) -> str:
    """A moment, in the time of this machine."""
    here = at.astimezone()
    return f"{here.day} {here:%B, %H:%M}"


def byline(item: Item) -> list[str]:
    """What stands below its title, in order."""
    return list(below_title(item).values())


def below_title(item: Item) -> dict[str, str]:
    """What `parts_of` tells, without the artist where the title begins with the name."""
    title = f"{title_of(item)} "
    return {c: text for c, text in parts_of(item).items() if c != "artist" or not title.startswith(f"{text} ")}


def parts_of(item: Item) -> dict[str, str]:
    """Who made it, when, what it costs and cost before, its size, where it is, whether it can be had, its rights, where
    known; a bare number with a word that says what it is. Of a photograph the day when it was taken.
    """
    said = {c: said_of(item.columns, c) for c in ("artist", "year", "price", "currency", "rights")}
    price, code = said["price"], said["currency"]
    if code and _BARE.match(price):
        price = f"{int(price):,} {code}" if price.isdecimal() and len(price) <= _DIGITS else f"{price} {code}"
    price = "free" if item.details.terms == "free" else price
    before = price_text(item.work.price_before, item.work.currency_before) if item.work else ""
    taken = None if said["year"] else read_date(said_of(item.columns, "taken"))
    told = {
        "artist": said["artist"], "taken": "" if taken is None else day_in_words(taken), "year": said["year"],
        "price": price, "before": before and f"{before} before",
        "size": size_text(item.details), "place": item.details.place or "", "state": unavailable(item),
        "rights": shown(said["rights"], 80),
    }  # fmt: skip
    return {c: f"{c} {text}" if c != "artist" and _BARE.match(text) else text for c, text in told.items() if text}


def more_of(item: Item) -> dict[str, str]:
    """What else its source says, by column: all that neither its title, its link, `parts_of` nor another column tells.

    A list that is written without spaces is given them.
    """
    told, more = {"title", "link", *parts_of(item)}, dict[str, str]()
    if item.details.availability:
        told.add("state")  # as that it is for sale
    for column, text in item.columns.items():
        field = field_of(column)
        known = _TOLD_WITH.get(field, field) in told and text.strip() == said_of(item.columns, field)
        known = known or (field_of(column.partition(" (")[0]) == "price" and _is_its_price(text, item))
        if text.strip() and not known:
            text = plain_word(text)
            if field == "taken" and (taken := read_date(text)) is not None:
                column, text = "Taken", day_in_words(taken)
            more[column] = text.strip() if "://" in text else _TIGHT.sub(", ", text.strip())
    lived = [year for text in more.values() for span in _SPAN.findall(text) for year in span]
    return {column: text for column, text in more.items() if not (_LIFE.search(column) and text in lived)}


def plain_word(text: str) -> str:
    """ "sold out" of schema.org's SoldOut; any other text as it is."""
    found = _OF_MACHINES.match(text.strip())
    if found is None or text.strip()[found.end() :] not in ("", "Condition"):
        return text
    return _HUMP.sub(" ", found.group()).lower()


def _is_its_price(text: str, item: Item) -> bool:
    """Whether this is what it costs, in other words or without its currency; what is free costs 0."""
    told = item.details
    price = 0 if told.terms == "free" else told.price
    other = read_details({"price": text, "currency": told.currency or "", "link": told.link or ""})
    return price is not None and (text.strip() == "0" if price == 0 else other.price == price)


def link_of(item: Item) -> str | None:
    """The address of the picture's own page; only http(s), whatever the source says."""
    return item.details.link or link_in(item.columns)
