"""Who is answering: a cookie for each browser holds the person's opaque key, never the name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from beholder.store import Person
from beholder.web.desk import Desk, desk_of
from beholder.web.faults import NeedPerson, Refused

YEAR = 365 * 24 * 3600


def person_of(request: Request) -> Person | None:
    """The person of this browser, None where it has not said."""
    person: Person | None = desk_of(request).person(request.cookies)
    request.state.person = person
    return person


def _page_person(request: Request) -> Person:
    if (person := person_of(request)) is None:
        raise NeedPerson
    return person


def _api_person(request: Request) -> Person:
    """The person of this browser, if the page that asks was opened for the same one.

    A tab that stays open while another tab changes the person would else record one person's answers as another's.
    """
    person = _page_person(request)
    shown = request.headers.get("x-beholder-person")
    if shown is not None and shown != str(person.id):
        raise Refused(409, f"This browser answers as {person.name} now. Open the page again.")
    return person


def remember(response: Response, request: Request, person: Person) -> None:
    """This browser answers as this person from now on."""
    response.set_cookie(
        desk_of(request).cookie, person.key, max_age=YEAR, path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def last_collection(request: Request) -> str | None:
    """The collection that the links to Label, Results and My taste lead to: the last one seen, else the newest."""
    desk: Desk = desk_of(request)
    rows = desk.store.collections()
    last = request.cookies.get(desk.cookie + "_at", "")
    return next((row.name for row in rows if str(row.id) == last), rows[-1].name if rows else None)


def remember_collection(response: Response, request: Request, collection_id: int) -> None:
    response.set_cookie(
        desk_of(request).cookie + "_at", str(collection_id), max_age=YEAR, path="/", httponly=True, samesite="strict"
    )


PagePerson = Annotated[Person, Depends(_page_person)]
ApiPerson = Annotated[Person, Depends(_api_person)]
