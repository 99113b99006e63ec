"""Results: the ranking as a wall, filtered as the person likes, and as a file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.cells import csv_line, harmless
from beholder.collection import Collection
from beholder.errors import UserError
from beholder.facts import Facts
from beholder.filters import OTHER_CURRENCY, SOLD, Filter, panel_of
from beholder.ranking import Ranked
from beholder.session import Reading
from beholder.store import Person
from beholder.types import Ints, Item
from beholder.web.access import on_this_machine
from beholder.web.pages.early import too_early
from beholder.web.pages.label import whole
from beholder.web.pages.results_query import (
    LIMITS,
    address_of,
    filter_of,
    not_understood,
    said,
    sorts_of,
    sought_in,
    unfiltered,
    whole_in,
)
from beholder.web.pages.views import views_of
from beholder.web.pages.works import same_questions
from beholder.web.render import download, page
from beholder.web.state import AppState, state_of
from beholder.web.who import PagePerson, remember_collection

_PER_PAGE = 60
_APART = 12  # of each part that is shown apart
_SHORT = 44  # letters of a sentence that have room on a phone
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
    """The wall, whose script hangs all of it (`wall.py`); without one, `page` turns it."""
    state, query = state_of(request), request.query_params
    session = state.fresh(collection, person)
    number = whole(query.get("page", "1"), "page", 1, 10**6)
    row, response = session.collection.row, too_early(request, session)
    if response is None:
        reading, coming = state.reading(collection, person, whole=True), state.coming(collection, person)
        wanted, part = filter_of(query, reading.collection), query.get("part")
        like = None if wanted.like is None else reading.collection.items[wanted.like]
        ranked, now, address = reading.ranking, reading.progress, partial(address_of, query)
        met, pictures = reading.met, reading.collection
        faults = not_understood(query, pictures)
        headings = {"unknown": wanted.wishes.not_known, "currency": OTHER_CURRENCY, "sold": SOLD}
        shown = reading.hung(wanted)
        last = max(1, -(-len(shown) // _PER_PAGE))
        context: dict[str, Any] = {
            "collection": row.name, "progress": now, "verdict": reading.verdict if now.answers else None,
            "shares": reading.shares, "elsewhere": session.elsewhere.known, "alone": session.elsewhere.alone,
            "shown": shown[(number - 1) * _PER_PAGE : number * _PER_PAGE] if part != "filter" else (),
            "matching": len(shown), "guesses": shown.guesses, "of": len(ranked), "filter": wanted,
            "sorts": _sorts_of(pictures.facts, wanted),
            "panel": panel_of(wanted, ranked, met, pictures, sought_in(query), whole_in(query)),
            "typed": {name: said(query, name) for name in LIMITS}, "faults": faults,
            "last_ones": wanted.last(shown, pictures.facts),
            "number": number, "hidden": len(reading.history.hidden), "address": address,
            "more": address(page=number + 1) if number < last else None,
            "back": address(page=number - 1) if number > 1 else None,
            "export": address(**dict.fromkeys(faults)), "like": like,
            "new": len(shown) if wanted.unmet else int((~pictures.facts.among(met))[shown.rows].sum()),
            "notes": reading.collection.finder.find(wanted.text).notes if wanted.text else (),
            "near": pictures.finder.near(wanted.text) if wanted.text and not len(shown) else (),
            "views": views_of(reading.collection),
            "same": same_questions(reading.collection, 1) if number == 1 and not wanted else (),
            "same_asked": len(reading.collection.works.questions),
            "parts": [_Part.of(reading, *one) for one in wanted.apart] if number == 1 and part is None else [],
            "heading": headings.get(wanted.part, ""),
            "limits": wanted.wishes.in_words, "plain": unfiltered(query), "met": len(met),
            "headline": parted(reading.verdict.sentence) if now.answers else (),
            "filtered": replace(wanted, unmet=False).narrows,
            "others": address(draw=wanted.draw + 1) if wanted.sort == "surprise" else "",
            "why_apart": partial(why_apart, wanted),
            "twin_of": twins_in(
                pictures, [shown.rows[: number * _PER_PAGE].astype(np.int64)], (number - 1) * _PER_PAGE
            ),
            "had": len(pictures), "coming": coming,
            "apart": lambda part: address(apart=part), **marks_of(state, reading),
        }  # fmt: skip
        template = "filter_fields.html" if part == "filter" else "results.html"
        response = page(request, template, here="results", **context)
    remember_collection(response, request, row.id)
    return response


def parted(sentence: str) -> tuple[str, str]:
    """What of it is told where there is little room, and the rest of it."""
    if len(sentence) <= _SHORT:
        return sentence, ""
    ends = [found.start() for found in re.finditer("[:.;,] ", sentence)]
    parts = [at for at in ends if sentence[at] != ","]
    fits = [at for at in parts if at <= _SHORT] or [at for at in ends if at <= _SHORT] or parts or [len(sentence)]
    at = fits[-1] if fits[-1] <= _SHORT else fits[0]
    return sentence[:at], sentence[at:]


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


def _sorts_of(facts: Facts, wanted: Filter) -> dict[str, str]:
    first = {}
    if wanted.like is not None:
        first = {"score": "Closest and best" if wanted.mixed else "Closest first"}
    elif wanted.text:
        first = {"score": "Match, then taste"}
    return sorts_of(facts, wanted) | first


def marks_of(state: AppState, reading: Reading) -> dict[str, Any]:
    """What tiles tell of a picture beside its place: on which shortlists it is, and whether a grid has picked it."""
    return {"listed": listed_of(state, reading.person), "picked": reading.history.picked}


def listed_of(state: AppState, person: Person) -> dict[int, str]:
    """On which of the person's shortlists each picture is, in words; "" for others."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for own in state.store.shortlists.of(person.id):
        for id in own.items:
            names[id].append(own.name)
    return defaultdict(str, {id: f"On shortlist{'s' * (len(on) > 1)} {', '.join(on)}" for id, on in names.items()})


def twins_in(art: Collection, runs: Sequence[Ints], first: int) -> Callable[[Item], Item | None]:
    """Gives what may be the same work as a picture and stands a little before it, as far as that was looked at.

    runs : rows in an order, of which those from place `first` on are shown
    """
    found = dict[int, int]()
    for rows in runs:
        found |= art.twins.before(rows, first, art.library.background.when_quiet)

    def twin_of(item: Item) -> Item | None:
        other = found.get(art.row_of[item.id])
        return None if other is None else art.items[other]

    return twin_of


def why_apart(wanted: Filter, item: Item) -> str:
    return wanted.wishes.part_of(item)[1] if wanted.wishes else ""


def _rows(request: Request, collection: str, person: Person) -> list[dict[str, Any]]:
    """The places that an address asks for. Where a file lies is told on the machine itself alone.

    raises : UserError where a limit is not understood, as a file cannot say so
    """
    reading = state_of(request).reading(collection, person)
    if faults := not_understood(request.query_params, reading.collection):
        raise UserError(" ".join(dict.fromkeys(faults.values())))
    wanted = filter_of(request.query_params, reading.collection)
    places = [*reading.shown(wanted), *(one for _, part in wanted.apart for one in reading.shown(part))]
    return [one.as_json(file=on_this_machine(request)) | wanted.wishes.told_of(one.item) for one in places]


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The ranking with every column of its source, which keeps its name unless the ranking has one of that name."""
    own = [key for key in (rows[0] if rows else _EMPTY) if key not in ("columns", "offer")]
    return table_of(own, [[row[key] for key in own] for row in rows], [row["columns"] for row in rows])


def table_of(own: Sequence[str], lines: Sequence[Sequence[Any]], columns: Sequence[Mapping[str, str]]) -> str:
    """A table as CSV, with the columns of each line's source behind it; own, lines : its header and its cells

    They keep their names unless the table has one of that name; then they are left out where they say no more.
    """
    at, told = {name: place for place, name in enumerate(own)}, list(zip(columns, lines, strict=True))

    def says_more(name: str) -> bool:
        return name not in at or any(row.get(name, "") not in ("", str(line[at[name]])) for row, line in told)

    names = list(filter(says_more, dict.fromkeys(name for row in columns for name in row)))
    header = [*own, *(f"source_{c}" if c in at else c for c in names)]
    whole = [[*line, *(row.get(c, "") for c in names)] for row, line in told]
    return "".join(csv_line(map(_cell, line)) for line in [header, *whole])


def _cell(value: Any) -> str:
    return "" if value is None else harmless(str(value))
