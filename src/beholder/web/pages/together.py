"""Two people side by side: how far they agree, what both would love, what only one of them would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.create import is_for
from beholder.errors import UserError
from beholder.explain import deeds_of
from beholder.session import Reading, Together, together
from beholder.store import Person
from beholder.taste.threads import alone
from beholder.web.faults import Refused
from beholder.web.pages.results import listed_of
from beholder.web.render import page
from beholder.web.state import state_of
from beholder.web.who import PagePerson, last_collection

_FEW = 30  # answers that say little of somebody yet; a grid counts as three
_EVERYBODY = 0.97  # part of a ranking that is everybody's from which it is not told as a person's own

router = APIRouter()


@router.get("/together")
def side_by_side(
    request: Request, person: PagePerson, one: str = "", other: str = "", collection: str = ""
) -> Response:
    """Choose two people and a collection: their agreement, and pictures.

    Parameters
    ----------
    one, other
        ids of people; "": the person of this browser, and who answered most of the others
    collection
        "": the last one seen
    """
    state = state_of(request)
    everybody, rows = state.store.people(), [row for row in state.store.collections() if row.size]
    name = collection or last_collection(request) or ""
    if name and name not in [row.name for row in rows]:
        raise Refused(404, "There is no such collection; choose one from the Collections page.")
    names = [row.name for row in rows if row.name == name or is_for(row, person)]
    first = _person(everybody, one) if one else person
    said = {p: sum(state.store.answer_counts(p.id).values()) for p in everybody if p.id != first.id}
    second = _person(everybody, other) if other else max(said, key=said.__getitem__, default=None)
    context: dict[str, Any] = {
        "people": everybody, "collections": names, "one": first, "other": second, "chosen": name,
        "found": None, "sentence": "", "early": [],
    }  # fmt: skip
    if second is not None and name and first.id != second.id:
        context |= _compared(request, name, person, first, second)
    return page(request, "together.html", here="people", collection=name or None, **context)


def _compared(request: Request, collection: str, me: Person, one: Person, other: Person) -> dict[str, Any]:
    """What is found; or how many answers of whom it is too early for."""
    state = state_of(request)
    sessions = [state.fresh(collection, p) for p in (one, other)]
    answered = [(p, session.progress()) for p, session in zip((one, other), sessions, strict=True)]
    from_others = [
        p
        for (p, progress), session in zip(answered, sessions, strict=True)
        if progress.left and session.elsewhere.counted
    ]
    if early := [(p, progress.answers) for p, progress in answered if progress.left and p not in from_others]:
        return {"early": early}
    listed = listed_of(state, me)
    try:
        with alone():
            _ = [session.learned() for session in sessions]  # while words and accuracy are made behind
            readings = [session.reading() for session in sessions]
            found = together(*readings)
    except UserError as error:
        return {"sentence": f"{str(error)[:1].upper()}{str(error)[1:]}."}
    return {
        "found": found, "sentence": found.agreement.words(one.name, other.name), "back": _here(request),
        "few": [(p, progress.answers) for p, progress in answered if progress.weight < _FEW and p not in from_others],
        "from_others": from_others,
        "deeds": _deeds(found, readings), "scores": _scores(found, readings),
        "marks": {
            i.id: {"data-item": i.id, "data-whose": me.name, "data-listed": listed[i.id] or None} for i in found.shown
        },
        "favourites": state.fresh(collection, me).now.history.favourites,
    }  # fmt: skip


def _deeds(found: Together, readings: Sequence[Reading]) -> dict[int, list[str]]:
    """What either did with each picture that is shown, as "Ada picked it"."""
    row_of, shown = readings[0].collection.row_of, found.shown
    told = [(reading.person.name, deeds_of(reading.answers, [row_of[i.id] for i in shown])) for reading in readings]
    return {i.id: [f"{name} {deeds[row_of[i.id]]}" for name, deeds in told if row_of[i.id] in deeds] for i in shown}


def _scores(found: Together, readings: Sequence[Reading]) -> dict[int, list[tuple[str, str]]]:
    """Names, and the score that each reads in Results, of each picture that is shown."""
    telling = [reading for reading in readings if _tells(reading)]
    row_of = readings[0].collection.row_of
    return {i.id: [(r.person.name, f"{r.scores[row_of[i.id]]:.2f}") for r in telling] for i in found.shown}


def _tells(reading: Reading) -> bool:
    """Whether its scores are the person's own: neither what everybody likes, nor the same for all pictures."""
    scores = reading.scores[reading.ranking.rows]
    return f"{scores.min():.2f}" != f"{scores.max():.2f}" and (reading.shares or (0.0, 1.0))[0] <= _EVERYBODY


def _here(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}"


def _person(everybody: list[Person], number: str) -> Person:
    for person in everybody:
        if str(person.id) == number:
            return person
    raise Refused(404, "There is no such person; choose one from the People page.")
