"""People: who answers in this browser, the others, and a new one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.store import system_user
from beholder.web.desk import desk_of
from beholder.web.faults import Refused
from beholder.web.render import page
from beholder.web.who import person_of, remember

router = APIRouter()


@router.get("/people")
def people(request: Request, next: str = "/") -> Response:
    """Who is answering? The first time: one name is offered, that of the system user."""
    desk = desk_of(request)
    person_of(request)
    everybody = desk.store.people()
    answers = {p.id: sum(desk.store.answer_counts(p.id).values()) for p in everybody}
    shelves = desk.store.collections()[-1:] if not everybody else []
    return page(
        request, "people.html", here="people", people=everybody, answers=answers, next=inside(next),
        offered=system_user() if not everybody else "", covers=[item for row in shelves for item in desk.covers(row)],
    )  # fmt: skip


@router.post("/people")
def add(request: Request, name: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Add a person and answer as them."""
    desk = desk_of(request)
    known = {p.name.casefold(): p for p in desk.store.people()}
    if same := known.get(" ".join(name.split()).casefold()):
        raise Refused(409, f"There is a {same.name} already. Choose that name from the list, or add another one.")
    person = desk.store.add_person(name)
    response = RedirectResponse(inside(next), 303)
    remember(response, request, person)
    return response


@router.post("/people/switch")
def switch(request: Request, person: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Answer as somebody else in this browser."""
    for other in desk_of(request).store.people():
        if str(other.id) == person:
            response = RedirectResponse(inside(next), 303)
            remember(response, request, other)
            return response
    raise Refused(404, "There is no such person; choose one from the People page.")


def inside(address: str) -> str:
    """The address, if it is one of a page here; else the first page. `//elsewhere` and `/\\elsewhere` lead away."""
    plain = address.isprintable() and "\\" not in address and len(address) < 2000
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"
