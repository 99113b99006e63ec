"""Which pictures show the same work: what was found, what is asked, and what a person says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.collection import Collection
from beholder.types import Item
from beholder.web.faults import Refused
from beholder.web.pages.label import whole
from beholder.web.pages.people import inside
from beholder.web.render import page, segment
from beholder.web.state import state_of
from beholder.web.who import ApiPerson, FormPerson, PagePerson, remember_collection

_SHOWN = 100  # works, and questions, on one page

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _SameQuestion:
    """Two pictures that may show one work."""

    one: Item
    other: Item


def same_questions(art: Collection, most: int) -> list[_SameQuestion]:
    """Those that are open, the likeliest first."""
    at = art.row_of
    return [_SameQuestion(art.items[at[pair.item]], art.items[at[pair.other]]) for pair in art.works.questions[:most]]


@router.get("/same/{collection:path}")
def same(request: Request, collection: str, person: PagePerson, one: str = "", other: str = "") -> Response:
    """All that is asked and all that was found. one, other : ids of two pictures to ask about first"""
    del person
    art = state_of(request).library.shared(collection)
    rows = [art.row_of[id] for text in (one, other) if (id := whole(text or "0", "picture", 0, 2**53)) in art.row_of]
    first = [_SameQuestion(*(art.items[row] for row in rows))] if len(set(rows)) == 2 else []
    works = [[art.items[art.row_of[id]] for id in work.photos] for work in art.works.several]
    response = page(
        request, "same.html", here="results", collection=art.name, questions=[*first, *same_questions(art, _SHOWN)],
        works=works[:_SHOWN], count=len(works), asked=len(first) + len(art.works.questions),
    )  # fmt: skip
    remember_collection(response, request, art.row.id)
    return response


@router.get("/api/same/{collection:path}/files")
def files(request: Request, collection: str, person: ApiPerson, item: str = "") -> dict[str, Any]:
    """Ids of the other pictures that surely show the same work as one, and are not hidden."""
    session, number = state_of(request).session(collection, person), whole(item, "item", 1, 2**53)
    art = session.collection
    if number not in art.row_of:
        raise Refused(404, f"There is no picture {number} in this collection.")
    away = art.unshown | session.now.history.hidden
    return {"items": [id for row in art.twins.of(art.row_of[number]) if (id := art.items[row].id) not in away]}


@router.post("/same/{collection:path}")
def say(
    request: Request, collection: str, person: FormPerson, one: Annotated[str, Form()] = "",
    other: Annotated[str, Form()] = "", same: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep whether two pictures show the same work; "no" takes the other one out of the work of the first."""
    del person
    state = state_of(request)
    art = state.library.shared(collection)
    if same not in ("0", "1"):
        raise Refused(422, "same is 1 (the same work) or 0 (two works).")
    first, second = (whole(text, "picture", 1, 2**53) for text in (one, other))
    for id in (first, second):
        if id not in art.row_of:
            raise Refused(404, f"There is no picture {id} in this collection.")
    art.say_same(first, second, same == "1")
    state.forget(art.name)
    return RedirectResponse(inside(next) if next else f"/same/{segment(art.name)}", 303)
