"""The map of a collection: every picture near those that look like it, coloured by the person's score."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from beholder.collection import Collection
from beholder.filters import Filter
from beholder.ranking import Ranking, title_of
from beholder.store import Person
from beholder.types import Ints
from beholder.web.pages.early import too_early
from beholder.web.pages.label import whole
from beholder.web.pages.results import marks_of
from beholder.web.pages.views import views_of
from beholder.web.render import page
from beholder.web.state import state_of
from beholder.web.who import PagePerson, remember_collection

_TOGETHER = 0.6  # of a kind that lies near its middle, for its name to be written there
_SPREAD = 0.8  # times the width that its share of the map would have: what counts as near
_NAMED = 40  # pictures whose titles are told at once

router = APIRouter()


@router.get("/map/{collection:path}/points")
def points(request: Request, collection: str, person: PagePerson) -> Response:
    """Every picture that is not hidden, best first, as columns of numbers of four bytes each; 202 while it is drawn.

    How many, then of each: id, x, y, the first eight digits of its key (whole numbers), score (a float).
    """
    state = state_of(request)
    ranking, art = _ranked(request, collection, person)
    cells = state.maps.of(art)
    if cells is None:
        return JSONResponse({"drawing": True}, 202)
    rows = ranking.rows
    keys = art.table.derived("short keys", lambda: np.array([int(key[:8], 16) for key in art.table.hashes], "<u4"))
    columns = (art.ids[rows], cells[rows, 0], cells[rows, 1], keys[rows], ranking.scores[rows])
    kinds = ("<u4", "<i4", "<i4", "<u4", "<f4")
    parts = [column.astype(kind).tobytes() for column, kind in zip(columns, kinds, strict=True)]
    return Response(np.array([len(rows)], "<u4").tobytes() + b"".join(parts), media_type="application/octet-stream")


@router.get("/map/{collection:path}/titles")
def titles(request: Request, collection: str, person: PagePerson) -> Response:
    """What some pictures are called, in the order of `items`, ids with commas between."""
    del person
    art = state_of(request).library.shared(collection)
    ids = [whole(one, "items", 0, 2**53) for one in request.query_params.get("items", "").split(",") if one][:_NAMED]
    rows = [art.row_of[one] for one in ids if one in art.row_of]
    return JSONResponse([{"id": art.items[row].id, "title": title_of(art.items[row])} for row in rows])


@router.get("/map/{collection:path}/picture")
def picture(request: Request, collection: str, person: PagePerson) -> Response:
    """One picture as it hangs in Results: its score, its reason, and what can be done with it."""
    reading = state_of(request).reading(collection, person)
    ranking, art = reading.hung(Filter()), reading.collection
    row = art.row_of.get(whole(request.query_params.get("item", ""), "item", 0, 2**53), -1)
    place = np.flatnonzero(ranking.rows == row)[:1].tolist()
    return page(
        request, "views_picture.html", here="results", collection=art.name, shown=[ranking[at] for at in place],
        why_apart=lambda _: "", status=200 if place else 404, **marks_of(state_of(request), reading),
    )  # fmt: skip


@router.get("/map/{collection:path}/names")
def names(request: Request, collection: str, person: PagePerson) -> Response:
    """The names of kinds that lie together on the map, and where."""
    ranking, art = _ranked(request, collection, person)
    cells = state_of(request).maps.of(art)
    return JSONResponse([] if cells is None else names_on(cells, ranking, art))


@router.get("/map/{collection:path}")
def show(request: Request, collection: str, person: PagePerson) -> Response:
    """The page of the map."""
    state = state_of(request)
    session = state.fresh(collection, person)
    row, response = session.collection.row, too_early(request, session)
    if response is None:
        ranking, art = _ranked(request, collection, person)
        response = page(
            request, "views_map.html", here="results", collection=row.name, view="map", views=views_of(art),
            size=len(ranking), best=ranking[:8],
        )  # fmt: skip
    remember_collection(response, request, row.id)
    return response


def _ranked(request: Request, collection: str, person: Person) -> tuple[Ranking, Collection]:
    reading = state_of(request).reading(collection, person)
    return reading.ranking, reading.collection


def names_on(cells: Ints, ranking: Ranking, art: Collection) -> list[dict[str, Any]]:
    """Name, x, y and size of the kinds most of whose pictures lie near one place: the best liked, then by size."""
    shown = np.zeros(len(art), bool)
    shown[ranking.rows] = True
    span = float(np.ptp(cells[ranking.rows], axis=0).max(initial=1))
    found, liked = list[dict[str, Any]](), list[float]()
    for group in art.groups("kind"):
        rows = group.rows[shown[group.rows]]
        if not group.name or not len(rows):
            continue
        reach = max(2.0, span * _SPREAD * np.sqrt(len(rows) / len(ranking.rows)))
        near = np.hypot(*(cells[rows] - np.median(cells[rows], axis=0)).T) <= reach
        if near.mean() >= _TOGETHER:
            x, y = np.median(cells[rows][near], axis=0).tolist()
            found.append({"name": group.name, "x": x, "y": y, "size": len(rows)})
            liked.append(float(ranking.scores[rows].mean()))
    best = int(np.argmax(liked)) if found else 0
    return [*found[best : best + 1], *found[:best], *found[best + 1 :]]
