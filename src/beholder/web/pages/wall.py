"""The wall of Results as the browser hangs it: the order of all pictures with their shapes, and the tiles of some."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.responses import Response

from beholder.collection import Collection
from beholder.features.measures.tint import tints
from beholder.ranking import Ranked, Ranking
from beholder.same_works import BEFORE
from beholder.types import Ints
from beholder.web.pages.label import whole
from beholder.web.pages.results import marks_of, twins_in, why_apart
from beholder.web.pages.results_query import filter_of
from beholder.web.render import page
from beholder.web.state import state_of
from beholder.web.thumbnails import ratio
from beholder.web.who import PagePerson

_MOST_TILES = 120  # in one answer
_FINE = 8192  # steps of a ratio
_SHAPE = np.dtype([("id", "<u4"), ("ratio", "<u2"), ("tint", "<u2")])

router = APIRouter()
_shapes: WeakKeyDictionary[Collection, NDArray[Any]] = WeakKeyDictionary()


@router.get("/wall/{collection:path}/order")
def order(request: Request, collection: str, person: PagePerson) -> Response:
    """All pictures in the order of Results, filtered as it is; eight bytes each: id, width to height, colour."""
    reading = state_of(request).reading(collection, person)
    art = reading.collection
    shown = reading.hung(filter_of(request.query_params, art))
    if art not in _shapes:
        _shapes[art] = _shapes_of(art)
    return Response(_shapes[art][shown.rows].tobytes(), media_type="application/octet-stream")


@router.get("/wall/{collection:path}/tiles")
def tiles(request: Request, collection: str, person: PagePerson, items: str = "") -> Response:
    """The tiles of some of them. items : their ids, with commas between"""
    reading = state_of(request).reading(collection, person)
    art = reading.collection
    wanted = filter_of(request.query_params, art)
    ids = [whole(part, "items", 1, 2**53) for part in items.split(",")[:_MOST_TILES] if part]
    ranking = reading.hung(wanted)
    runs = _runs(ranking, art, ids)
    shown = _at(ranking, runs)
    rows = ranking.rows.astype(np.int64)
    twin_of = twins_in(art, [rows[max(0, int(run[0]) - BEFORE) : int(run[-1]) + 1] for run in runs], 0)
    return page(
        request, "wall.html", collection=art.name, shown=shown, why_apart=partial(why_apart, wanted), twin_of=twin_of,
        **marks_of(state_of(request), reading),
    )  # fmt: skip


def _shapes_of(art: Collection) -> NDArray[Any]:
    measures = art.library.runtime("measures")
    rows, known = art.library.shards("measures").get(art.table.hashes, measures.row.dimension)
    shapes = np.zeros(len(art), _SHAPE)
    shapes["id"] = art.ids
    shapes["ratio"] = [round(_FINE * ratio(item)) for item in art.items]
    shapes["tint"] = np.where(known, tints(np.nan_to_num(rows)), 0)
    return shapes


def among(shown: Ranking, art: Collection, ids: Sequence[int]) -> list[Ranked]:
    """Those of these pictures that are in a ranking, in its order."""
    return _at(shown, _runs(shown, art, ids))


def _at(shown: Ranking, runs: Sequence[Ints]) -> list[Ranked]:
    return [one for run in runs for one in shown[int(run[0]) : int(run[-1]) + 1]]


def _runs(shown: Ranking, art: Collection, ids: Sequence[int]) -> list[Ints]:
    """Their places, those that stand beside each other together: a reason depends on the places beside."""
    place = np.full(len(art), -1)
    place[shown.rows] = np.arange(len(shown))
    places = np.unique(place[[art.row_of[id] for id in ids if id in art.row_of]])
    places = places[places >= 0]
    return [run for run in np.split(places, np.flatnonzero(np.diff(places) != 1) + 1) if len(run)]
