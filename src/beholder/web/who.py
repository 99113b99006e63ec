"""Who is answering: a cookie for each browser holds the person's opaque key, never the name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from beholder.create import is_kept
from beholder.store import Person
from beholder.web.faults import NeedPerson, Refused
from beholder.web.state import AppState, state_of

_YEAR = 365 * 24 * 3600


def person_of(request: Request) -> Person | None:
    """The person of this browser, None where it has not said."""
    person: Person | None = state_of(request).person(request.cookies)
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
    return _same(request, request.headers.get("x-beholder-person"))


def _form_person(request: Request, shown: Annotated[str | None, Form(alias="shown_to")] = None) -> Person:
    """As `_api_person`, for a form: the page says in the form for whom it was opened."""
    return _same(request, shown)


def _same(request: Request, shown: str | None) -> Person:
    """shown: data folder and person; ids of people repeat from one folder to the next, which may have the same port."""
    person, home = _page_person(request), state_of(request).cookie
    if shown is None or shown == f"{home}.{person.id}":
        return person
    if shown.partition(".")[0] != home:
        raise Refused(409, "This page is from another data folder than the one open now. Open the page again.")
    raise Refused(409, f"This browser answers as {person.name} now. Open the page again.")


def remember(response: Response, request: Request, person: Person) -> None:
    """This browser answers as this person from now on."""
    response.set_cookie(
        state_of(request).cookie, person.key, max_age=_YEAR, path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def last_collection(request: Request) -> str | None:
    """The collection that the links to Choose, Results and My taste lead to: the last one seen, else the newest, and
    made pictures only where there is nothing else."""
    state: AppState = state_of(request)
    rows = [row for row in state.store.collections() if row.size]
    last = request.cookies.get(state.cookie_at, "")
    newest = sorted(rows, key=is_kept, reverse=True)
    return next((row.name for row in rows if str(row.id) == last), newest[-1].name if rows else None)


def remember_collection(response: Response, request: Request, collection_id: int) -> None:
    response.set_cookie(
        state_of(request).cookie_at, str(collection_id), max_age=_YEAR, path="/", httponly=True, samesite="strict"
    )


PagePerson = Annotated[Person, Depends(_page_person)]
ApiPerson = Annotated[Person, Depends(_api_person)]
FormPerson = Annotated[Person, Depends(_form_person)]
