"""Other views of Results: the collection by kinds, by dates or years and by folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from beholder.collection import Collection
from beholder.ranking import Ranking, title_of
from beholder.types import Item
from beholder.views import Group
from beholder.web.faults import Refused
from beholder.web.pages.early import too_early
from beholder.web.pages.label import whole
from beholder.web.render import page, view_address
from beholder.web.state import state_of
from beholder.web.who import PagePerson, remember_collection

_PER_PAGE = 40  # groups
_BEST = 12  # pictures of a group in its row
_ONE = {
    "date": "It is not known on which days these pictures were taken, or all are of one day.",
    "year": "The years of these pictures are not known, or all the same.",
    "folder": "All these pictures lie in one folder.",
}
_INTRO = {
    "kind": "Pictures that look alike, together. The groups you would love come first.",
    "date": "By the date when each was taken.",
    "year": "By the year that is known of each picture.",
    "folder": "By the folder that each picture lies in.",
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Row:
    """A group as it is shown: what is not hidden of it, the best first.

    Attributes
    ----------
    address
        of the group, as a part of one
    score
        the mean of the best
    best
        of dates the newest first
    """

    title: str
    address: str
    size: int
    score: float
    best: Sequence[tuple[Item, float]]


def views_of(art: Collection) -> list[tuple[str, str]]:
    """The views that this collection has, each with what it is called."""
    known = [("results", "Ranked"), ("kind", "Kinds"), ("map", "Map")]
    times = ("date", "Dates") if art.groups("date") else ("year", "Years")
    return [*known, *((by, label) for by, label in (times, ("folder", "Folders")) if art.groups(by))]


@router.get("/kinds/{collection:path}")
def kinds(request: Request, collection: str, person: PagePerson) -> Response:
    """Groups of pictures that look alike, named in words, those that this person would love first."""
    return _grouped(request, collection, person, "kind")


@router.get("/dates/{collection:path}")
def dates(request: Request, collection: str, person: PagePerson) -> Response:
    """The pictures by the date when they were taken, newest first."""
    return _grouped(request, collection, person, "date")


@router.get("/years/{collection:path}")
def years(request: Request, collection: str, person: PagePerson) -> Response:
    """The pictures by the year that is known of them, newest first."""
    return _grouped(request, collection, person, "year")


@router.get("/folders/{collection:path}")
def folders(request: Request, collection: str, person: PagePerson) -> Response:
    """The pictures by the folders they lie in."""
    return _grouped(request, collection, person, "folder")


def _grouped(request: Request, collection: str, person: Any, by: str) -> Response:
    state = state_of(request)
    session = state.fresh(collection, person)
    row = session.collection.row
    number = whole(request.query_params.get("page", "1"), "page", 1, 10**6)
    response = too_early(request, session)
    if response is None:
        reading = state.reading(collection, person)
        if by == "year" and reading.collection.groups("date"):  # which tell the years too
            return RedirectResponse(view_address("date", row.name), 303)
        if by in _ONE and not reading.collection.groups(by):
            raise Refused(404, _ONE[by])
        rows = _rows_of(reading.ranking, reading.collection, by)
        last = max(1, -(-len(rows) // _PER_PAGE))
        response = page(
            request, "views_groups.html", here="results", collection=row.name, view=by, intro=_INTRO[by],
            views=views_of(reading.collection), groups=rows[(number - 1) * _PER_PAGE : number * _PER_PAGE],
            back=number - 1 if number > 1 else None, more=number + 1 if number < last else None,
        )  # fmt: skip
    remember_collection(response, request, row.id)
    return response


def _rows_of(ranking: Ranking, art: Collection, by: str) -> list[_Row]:
    """The groups that have a picture in the ranking; kinds by how much their best would be loved, others as they come.

    By all of a kind, one that holds the most loved pictures and as many others would come late.
    """
    place = np.full(len(art), -1, np.int64)
    place[ranking.rows] = np.arange(len(ranking.rows))
    shown = [row for group in art.groups(by) if (row := _row_of(group, place, ranking, art.items)).size]
    if by == "date":
        date = dict(zip(art.facts.ids.tolist(), art.facts.date.tolist(), strict=True))
        return [replace(row, best=sorted(row.best, key=lambda one: -date[one[0].id])) for row in shown]
    return sorted(shown, key=lambda row: -row.score) if by == "kind" else shown


def _row_of(group: Group, place: Any, ranking: Ranking, items: Sequence[Item]) -> _Row:
    rows = group.rows[place[group.rows] >= 0]
    rows = rows[np.argsort(place[rows], kind="stable")]
    title = replace(group, rows=rows).title
    first = rows[:_BEST].tolist()
    like = next((row for row in rows.tolist() if title_of(items[row]) == group.like), None)
    if like is not None and not group.name and like not in first:
        first[-1] = like  # the kind is called by it
    best = [(items[row], float(ranking.scores[row])) for row in first]
    score = float(ranking.scores[rows[:_BEST]].mean()) if len(rows) else 0.0
    return _Row(title, quote(str(group), safe=""), len(rows), score, best)
