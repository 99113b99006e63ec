"""Renaming and removing people and collections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.create import is_kept
from beholder.removal import copies_of, remove_collection, remove_person
from beholder.sources import SAMPLE
from beholder.store import CollectionRow, Person
from beholder.web.access import on_this_machine
from beholder.web.faults import Refused
from beholder.web.pages.collections import check_name
from beholder.web.pages.label import whole
from beholder.web.render import page
from beholder.web.state import AppState, state_of
from beholder.web.who import FormPerson, PagePerson

router = APIRouter()


@router.get("/edit/{collection:path}")
def edit(request: Request, collection: str, person: PagePerson) -> Response:
    """A collection: another name for it, another look for new pictures, and what goes if it is removed."""
    state = state_of(request)
    row = state.store.collection(collection)
    return page(
        request, "edit.html", here="collections", row=row, going=state.store.removal.with_collection(row.id),
        copies=copies_of(state.library, row), may_remove=on_this_machine(request), backups=_backups(state),
        mine=state.store.answer_counts(person.id).get(row.id, 0), grows=on_this_machine(request) and _grows(state, row),
    )  # fmt: skip


@router.post("/rename/{collection:path}")
def rename(request: Request, collection: str, person: FormPerson, name: Annotated[str, Form()] = "") -> Response:
    """Give a collection another name."""
    state, row = _free(request, collection, person)
    state.store.rename_collection(row.id, check_name(name))
    state.part_with(collection_id=row.id)
    return RedirectResponse("/", 303)


@router.post("/remove/{collection:path}")
def remove(request: Request, collection: str, person: FormPerson) -> Response:
    """Take a collection away, for everybody."""
    _check_may_remove(request)
    state, row = _free(request, collection, person)
    state.part_with(collection_id=row.id)
    remove_collection(state.library, row)
    state.part_with(collection_id=row.id)  # nobody's that was opened meanwhile
    return RedirectResponse("/?removed=1", 303)


@router.get("/people/{number}")
def edit_person(request: Request, number: str, person: PagePerson) -> Response:
    """A person: another name for them, and what goes if they are removed."""
    state, one = state_of(request), _person(request, number)
    del person
    return page(
        request, "edit_person.html", here="people", one=one, going=state.store.removal.with_person(one.id),
        may_remove=on_this_machine(request), backups=_backups(state),
    )  # fmt: skip


@router.post("/people/{number}/rename")
def rename_person(request: Request, number: str, person: FormPerson, name: Annotated[str, Form()] = "") -> Response:
    """Give a person another name."""
    del person
    state, one = state_of(request), _person(request, number)
    state.store.rename_person(one.id, name)
    state.part_with(person_id=one.id)
    return RedirectResponse("/people", 303)


@router.post("/people/{number}/remove")
def remove_one(request: Request, number: str, person: FormPerson) -> Response:
    """Take a person away, with all they said."""
    del person
    _check_may_remove(request)
    state, one = state_of(request), _person(request, number)
    if state.imports.busy(one.id) or state.rounds.busy(None, one.id):
        raise Refused(409, f"Pictures are being imported or made for {one.name}. Wait until that is done, or stop it.")
    state.part_with(person_id=one.id)
    remove_person(state.library, one)
    state.part_with(person_id=one.id)
    return RedirectResponse("/people?removed=1", 303)


def _grows(state: AppState, row: CollectionRow) -> bool:
    """Whether there may be new pictures where it came from: not of what was sent, made or is the sample."""
    own = Path(row.source).is_relative_to(state.library.home)
    return not own and row.source != SAMPLE and not is_kept(row)


def _check_may_remove(request: Request) -> None:
    if not on_this_machine(request):
        raise Refused(
            403, "That is removed on the machine that runs Beholder: in the app there, or by beholder remove."
        )


def _free(request: Request, collection: str, person: Person) -> tuple[AppState, CollectionRow]:
    """A collection into which nothing comes right now. raises : Refused, UnknownName"""
    state = state_of(request)
    row = state.store.collection(collection)
    if job := state.imports.at(row.name):
        mine = job.person in (person.id, None)
        raise Refused(
            409,
            f"'{row.name}' is being imported. Wait until that is done{', or stop it' if mine else ''}.",
            job.id if mine else "",
        )
    if state.rounds.busy(row.id, None):
        raise Refused(409, f"Pictures of '{row.name}' are being made. Wait until that is done, or stop it.")
    return state, row


def _person(request: Request, number: str) -> Person:
    id = whole(number, "person", 1, 2**53)
    for one in state_of(request).store.people():
        if one.id == id:
            return one
    raise Refused(404, "There is no such person; choose one from the People page.")


def _backups(state: AppState) -> bool:
    """Whether older copies of the database are kept, which a removal does not change."""
    return any((state.library.home / "backups").glob("*.db"))
