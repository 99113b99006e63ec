"""Two to four pictures side by side, as large as they are where that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.filters import Filter
from beholder.offers import size_text, wall_size
from beholder.ranking import Ranked
from beholder.store import Person, Shortlist
from beholder.types import Item
from beholder.web.faults import Refused
from beholder.web.pages.early import is_early
from beholder.web.pages.label import whole
from beholder.web.pages.wall import among
from beholder.web.render import page
from beholder.web.state import AppState, state_of
from beholder.web.thumbnails import ratio
from beholder.web.who import PagePerson

FEWEST, MOST = 2, 4  # pictures that can be looked at side by side
_SOFA = 2200.0  # mm wide, drawn to scale under what hangs above it

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Hung:
    """A picture as large as it is; mm"""

    item: Item
    width: float
    height: float
    size: str


@router.get("/beside")
def beside(request: Request, person: PagePerson) -> Response:
    """Any pictures, as chosen in Results."""
    return _beside(request, person, _asked(request), None)


@router.get("/shortlists/{number}/beside")
def beside_of_list(request: Request, number: str, person: PagePerson) -> Response:
    """Pictures of a shortlist; its first ones, where the address names none."""
    own = state_of(request).store.shortlists.get(whole(number, "shortlist", 1, 2**53), person.id)
    return _beside(request, person, [id for id in _asked(request) if id in own.items] or list(own.items[:MOST]), own)


def _asked(request: Request) -> list[int]:
    return list(dict.fromkeys(whole(text, "item", 1, 2**53) for text in request.query_params.getlist("item")))


def _others(own: Shortlist, ids: Sequence[int]) -> Sequence[int]:
    """The pictures of a longer shortlist that come after these, its first ones after its last; none of a short one."""
    if len(own.items) <= MOST:
        return ()
    after = own.items.index(ids[-1]) + 1
    start = min(after, len(own.items) - MOST) if after < len(own.items) else 0
    return own.items[start : start + MOST]


def _beside(request: Request, person: Person, ids: Sequence[int], own: Shortlist | None) -> Response:
    state = state_of(request)
    items = state.store.some_items(ids)
    if not FEWEST <= len(items) <= MOST:
        raise Refused(422, f"Choose two to four pictures to see side by side; you chose {len(items)}.")
    hung = [one for one in map(_hung, items) if one]
    known = {one.item.id for one in hung}
    names = state.store.collections_of([item.id for item in items])
    said = [state.session(name, person).now.history for name in set(names.values())]
    ranked = {one.item.id: one for name in set(names.values()) for one in _ranked(state, name, person, ids)}
    return page(
        request, "beside.html", here="shortlists" if own else "results", own=own, hung=hung, ids=ids, room=_SOFA,
        others=[i for i in items if i.id not in known], sofa=request.query_params.get("sofa") == "1",
        names=names, ranked=ranked, favourites=set().union(*(one.favourites for one in said)),
        hidden=set().union(*(one.hidden for one in said)), more=_others(own, ids) if own else (),
        notes=state.store.shortlists.notes(own) if own else {}, back=f"{request.url.path}?{request.url.query}",
    )  # fmt: skip


def _ranked(state: AppState, collection: str, person: Person, ids: Sequence[int]) -> list[Ranked]:
    """Those of these pictures that are in Results, as they are there."""
    if is_early(state.fresh(collection, person)):
        return []
    reading = state.reading(collection, person)
    return among(reading.hung(Filter()), reading.collection, ids)


def _hung(item: Item) -> _Hung | None:
    size = wall_size(item.details, ratio(item))
    return None if size is None else _Hung(item, *size, size_text(item.details))
