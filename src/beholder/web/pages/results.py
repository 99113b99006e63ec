"""Results: the ranking as a wall, filtered as the person likes, and as a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection as AnyOf
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.cells import csv_line, harmless
from beholder.ranking import Ranked, Ranking, title_of
from beholder.session import Session
from beholder.store import Person
from beholder.types import Item
from beholder.web.pages.label import FEWEST, whole
from beholder.web.render import page
from beholder.web.state import state_of
from beholder.web.who import PagePerson, remember_collection

PER_PAGE = 60
JUDGED = ("rating", "choice", "tie", "grid")  # a skip and a mark are no answers
FACETS = 4  # columns one can choose a value of
VALUES = (2, 40)  # a column is worth choosing from when it has so many different values

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Filter:
    """What the person wants to see of a ranking."""

    text: str = ""
    favourites: bool = False
    unjudged: bool = False
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        values = tuple((k[2:], v) for k, v in query.items() if k.startswith("c.") and v)
        return cls(
            query.get("q", "").strip()[:200], query.get("favourites", "") == "1", query.get("new", "") == "1", values
        )

    def keeps(self, item: Item, favourite: bool, judged: AnyOf[int]) -> bool:
        if (self.favourites and not favourite) or (self.unjudged and item.id in judged):
            return False
        columns = item.columns
        if any(columns.get(column, "").strip() != value for column, value in self.values):
            return False
        told = " ".join([item.name, *columns.values()]).casefold()
        return all(word in told for word in self.text.casefold().split())

    def query(self, **more: Any) -> str:
        """As part of an address."""
        pairs = [
            ("q", self.text),
            ("favourites", "1" if self.favourites else ""),
            ("new", "1" if self.unjudged else ""),
            *((f"c.{c}", v) for c, v in self.values),
        ]
        said = urlencode([(k, v) for k, v in [*pairs, *more.items()] if v])
        return f"?{said}" if said else ""

    def __bool__(self) -> bool:
        return bool(self.text or self.favourites or self.unjudged or self.values)


@router.get("/results/{collection:path}/export.csv")
def export_csv(request: Request, collection: str, person: PagePerson) -> Response:
    """The ranking, filtered as the page is, as a table."""
    ranked = _asked_for(request, collection, person)
    return _file(as_csv(ranked), "text/csv; charset=utf-8", f"{collection}.csv")


@router.get("/results/{collection:path}/export.json")
def export_json(request: Request, collection: str, person: PagePerson) -> Response:
    """The ranking, filtered as the page is, for a machine."""
    ranked = _asked_for(request, collection, person)
    rows = [row | {"columns": dict(one.item.columns)} for one, row in zip(ranked, map(as_row, ranked), strict=True)]
    return _file(json.dumps(rows, ensure_ascii=False, indent=1), "application/json", f"{collection}.json")


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
        "elsewhere": session.known_elsewhere,
        "alone": session.alone,
    }
    if now.weight < FEWEST and not session.starts_from_others:
        response = page(request, "results_early.html", here="results", **context)
    else:
        wanted = Filter.of(query)
        ranked = state.ranking(collection, person)
        now = session.progress()  # once more: everything is learned from now
        context |= {"progress": now, "verdict": session.verdict() if now.answers else None, "shares": session.shares()}
        shown = filtered(ranked, wanted, judged(session))
        last = max(1, -(-len(shown) // PER_PAGE))
        part = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
        context |= {
            "shown": part, "matching": len(shown), "of": len(ranked), "filter": wanted, "facets": facets(ranked.items),
            "number": number, "last": last, "hidden": len(session.hidden),
            "more": wanted.query(page=number + 1) if number < last else None,
            "back": wanted.query(page=number - 1) if number > 1 else None,
            "export": wanted.query(),
        }  # fmt: skip
        template = "wall.html" if query.get("part") == "1" else "results.html"
        response = page(request, template, here="results", **context)
        response.headers["X-Last-Page"] = str(last)
    remember_collection(response, request, row.id)
    return response


def filtered(ranked: Ranking, wanted: Filter, judged: AnyOf[int]) -> Ranking:
    """judged : ids of the pictures that were answered about"""
    return ranked.where(lambda item, favourite: wanted.keeps(item, favourite, judged)) if wanted else ranked


def judged(session: Session) -> set[int]:
    """Ids of the pictures that an answer was about."""
    return {item for j in session.history() if j.kind in JUDGED for item in j.items}


def _asked_for(request: Request, collection: str, person: Person) -> list[Ranked]:
    state = state_of(request)
    ranked = state.ranking(collection, person)
    return filtered(ranked, Filter.of(request.query_params), judged(state.session(collection, person)))[:]


def facets(items: Iterable[Item]) -> list[tuple[str, list[tuple[str, int]]]]:
    """The columns one can choose a value of, each with its values and how many pictures have them, most first."""
    counts: dict[str, Counter[str]] = {}
    for item in items:
        for column, value in item.columns.items():
            if value.strip() and len(counts.setdefault(column, Counter())) <= VALUES[1]:
                counts[column][value.strip()] += 1
    worth = [(c, n) for c, n in counts.items() if VALUES[0] <= len(n) <= VALUES[1] and max(n.values()) > 1]
    return [(column, sorted(n.items())) for column, n in worth[:FACETS]]


def as_row(one: Ranked) -> dict[str, Any]:
    """One place in the ranking, in the shape that `beholder rank --json` has."""
    return {
        "rank": one.rank, "item": one.item.name, "title": title_of(one.item), "score": round(one.score, 3),
        "std": round(one.std, 3), "why": one.why,
        "near": one.near.name if one.near else None, "favourite": one.favourite,
    }  # fmt: skip


def as_csv(ranked: Sequence[Ranked]) -> str:
    """The ranking with every column of its source, which keeps its name unless the ranking has one of that name."""
    rows = [as_row(one) for one in ranked]
    own = list(rows[0]) if rows else ["rank", "item", "score", "std", "why"]
    columns = list(dict.fromkeys(c for one in ranked for c in one.item.columns if c != "title"))
    header = [*own, *(f"source_{c}" if c in own else c for c in columns)]
    below = [[one.item.columns.get(c, "") for c in columns] for one in ranked]
    lines = [[*row.values(), *more] for row, more in zip(rows, below, strict=True)]
    return "".join(csv_line(map(_cell, line)) for line in [header, *lines])


def _cell(value: Any) -> str:
    return "" if value is None else harmless(str(value))


def _file(text: str, kind: str, name: str) -> Response:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
