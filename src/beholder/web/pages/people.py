"""People: who answers in this browser, the others, and a new one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.create import is_kept
from beholder.store import alike, clean, composed, system_user
from beholder.web.access import on_this_machine
from beholder.web.faults import Refused
from beholder.web.render import page
from beholder.web.state import state_of
from beholder.web.who import person_of, remember

_NOBODY = {
    "root", "admin", "administrator", "user", "guest", "me", "ubuntu", "debian", "ec2-user", "vagrant", "docker", "app",
    "runner", "nobody", "jovyan", "beholder",
}  # fmt: skip

router = APIRouter()


@router.get("/people")
def people(request: Request, next: str = "/", removed: str = "") -> Response:
    """Who is answering? The first time: the name of this machine's user is offered, where it is a person's."""
    state = state_of(request)
    person_of(request)
    everybody = state.store.people()
    answers = {p.id: state.store.answer_counts(p.id) for p in everybody}
    shelves = state.store.collections()[-1:] if not everybody else []
    return page(
        request, "people.html", here="people", people=everybody, answers=answers, next=inside(next),
        offered=_offered() if not everybody else "", covers=[item for row in shelves for item in state.covers(row)],
        made={row.id for row in state.store.collections() if is_kept(row)}, removed=removed,
        local=on_this_machine(request),
    )  # fmt: skip


@router.post("/people")
def add(
    request: Request,
    name: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
    another: Annotated[str, Form()] = "",
) -> Response:
    """Add a person and answer as them. A name that looks like a known one is asked about first.

    Parameters
    ----------
    another
        the person has said that they are somebody else
    """
    state, name = state_of(request), clean("person", name)
    person_of(request)
    everybody = state.store.people()
    taken = name in {composed(p.name) for p in everybody}
    same = alike(name, [p.name for p in everybody])
    if same and (taken or not another):
        known = [p for p in everybody if p.name in same]
        return page(
            request, "alike.html", status=409, here="people", known=known, name=name, taken=taken, next=inside(next)
        )
    person = state.store.add_person(name, another=bool(another))
    response = RedirectResponse(inside(next), 303)
    remember(response, request, person)
    return response


@router.post("/people/switch")
def switch(request: Request, person: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Answer as somebody else in this browser."""
    for other in state_of(request).store.people():
        if str(other.id) == person:
            response = RedirectResponse(inside(next), 303)
            remember(response, request, other)
            return response
    raise Refused(404, "There is no such person; choose one from the People page.")


def _offered() -> str:
    """The name of the system user, "" where that is nobody's own name."""
    name = system_user()
    return "" if name.casefold() in _NOBODY else name


def inside(address: str) -> str:
    """The address, if it is one of a page here; else the first page. `//elsewhere` and `/\\elsewhere` lead away."""
    plain = address.isprintable() and "\\" not in address and len(address) < 2000
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"
