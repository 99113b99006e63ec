"""My taste: the sentence first, then what it rests on. And every answer, to take back or to show again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from beholder.collection import Collection
from beholder.errors import IdTaken
from beholder.explain import Explanation, Verdict, noun_of
from beholder.explain.leanings import carried
from beholder.labels import labels_csv
from beholder.ranking import title_of
from beholder.session import Session
from beholder.types import Item, Judgement, Kind
from beholder.web.contact_sheet import sheet_of
from beholder.web.faults import Refused
from beholder.web.pages.label import whole
from beholder.web.pages.people import inside
from beholder.web.render import download, page, segment
from beholder.web.state import state_of
from beholder.web.who import FormPerson, PagePerson, remember_collection

_PER_PAGE = 40
_GUESSES = 8  # pictures shown of which least is known
_SENT = 40  # first pictures of a ranking, on the page to send
_GROUNDS = 4  # words shown with the answers that they rest on

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _AnswerView:
    """One answer, in words, with its pictures, of which the first are the preferred ones."""

    judgement: Judgement
    words: str
    items: list[Item]
    preferred: int


@router.get("/taste/{collection:path}/sheet.html")
def sheet(request: Request, collection: str, person: PagePerson) -> Response:
    """The first pictures of the ranking as one file that opens anywhere."""
    reading = state_of(request).reading(collection, person)
    text = sheet_of(reading, reading.ranking[:_SENT])
    return download(text, "text/html; charset=utf-8", f"{collection}.html")


@router.get("/taste/{collection:path}/answers.csv")
def answers_csv(request: Request, collection: str, person: PagePerson) -> Response:
    """What was answered, as `beholder labels import` reads it."""
    text = labels_csv(state_of(request).library, collection, person.name)
    return download(text, "text/csv; charset=utf-8", f"{collection}-answers.csv")


@router.get("/taste/{collection:path}")
def taste(request: Request, collection: str, person: PagePerson) -> Response:
    """The taste in words, with its evidence and its gaps."""
    state = state_of(request)
    session = state.fresh(collection, person)
    now = session.progress()
    context: dict[str, Any] = {
        "collection": session.collection.name, "progress": now,
        "elsewhere": session.elsewhere.known, "alone": session.elsewhere.alone,
    }  # fmt: skip
    if now.left:
        response = page(request, "taste_early.html", here="taste", **context)
    else:
        reading = state.reading(collection, person)
        explanation, verdict, items = reading.explanation, reading.verdict, reading.collection.items
        context |= {
            "progress": reading.progress, "verdict": verdict, "sentence": _emphasised(explanation, verdict),
            "pictures": [items[row] for row in verdict.pictures], "others": [items[row] for row in verdict.others],
            "against": [items[row] for row in verdict.against], "grounds": reading.grounds()[:_GROUNDS],
            **_question(session, verdict),
            "measured": carried(explanation.leanings) if explanation.found else [],
            "thanked": "thanked" in request.query_params,
            "explanation": explanation, "found": explanation.found, "guesses": reading.ranking.doubtful(_GUESSES),
            "taught": _apart([_tell(reading.collection, j) for _, j in reading.taught()]),
            "most": min(_SENT, len(reading.ranking)),
            "consistency": reading.history.consistency,
            "recent": [_tell(reading.collection, j) for j in reading.history.newest(6)], "shares": reading.shares,
        }  # fmt: skip
        response = page(request, "taste.html", here="taste", **context)
    remember_collection(response, request, session.collection.row.id)
    return response


@router.get("/answers/{collection:path}")
def answers(request: Request, collection: str, person: PagePerson) -> Response:
    """Every answer that holds, newest first, and the hidden pictures."""
    session = state_of(request).fresh(collection, person)
    number = whole(request.query_params.get("page", "1"), "page", 1, 10**6)
    history = session.history()
    part = history[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    row_of, items = session.collection.row_of, session.collection.items
    return page(
        request, "answers.html", here="taste", collection=session.collection.name, number=number,
        last=max(1, -(-len(history) // _PER_PAGE)), total=len(history), answers=len(session.now.history.answers),
        told=[_tell(session.collection, j) for j in part],
        hidden=[items[row_of[i]] for i in sorted(session.now.history.hidden) if i in row_of],
    )  # fmt: skip


@router.post("/prefer/{collection:path}")
def prefer(
    request: Request, collection: str, person: FormPerson, item: Annotated[list[str], Form()],
    id: Annotated[str, Form()] = "", winner: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """An answer to a question of two pictures. winner: the id of the one liked more, 0 for both the same, or skip."""
    session = state_of(request).session(collection, person)
    pair = [whole(one, "item", 1, 2**53) for one in item]
    skipped = winner == "skip"
    won = 0 if skipped else whole(winner, "winner", 0, 2**53)
    if len(pair) != 2 or won not in (0, *pair):
        raise Refused(
            422, "item are the two pictures of the question, winner one of them, 0 for both the same, or skip."
        )
    if not set(pair) <= session.collection.row_of.keys():
        raise Refused(404, f"There is no such picture in this collection: {pair[0]}, {pair[1]}.")
    said = Judgement("skip" if skipped else "tie", (pair[0], pair[1]), id or uuid4().hex, asked_by="ours")
    if won:
        other = pair[1] if won == pair[0] else pair[0]
        said = replace(said, kind="choice", items=(won, other), side="left" if won == pair[0] else "right")
    with suppress(IdTaken):
        session.record([said])
    held = [j for j in session.history() if j.client_id.partition(".")[0] == said.client_id]
    if not any((j.kind, j.items) == (said.kind, said.items) for j in held):  # who came back and chose otherwise
        undone = [Judgement("undo", (), uuid4().hex, undoes=j.client_id) for j in held]
        session.record([*undone, replace(said, client_id=f"{said.client_id}.{uuid4().hex}")])
    thanks = "" if skipped else "?thanked"
    return RedirectResponse(inside(next) if next else f"/taste/{segment(collection)}{thanks}#open", 303)


@router.post("/take-back/{collection:path}")
def take_back(
    request: Request,
    collection: str,
    person: FormPerson,
    id: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Take one answer back. It stays in the log, with the event that undoes it."""
    session = state_of(request).session(collection, person)
    if not any(j.client_id == id for j in session.history()):
        raise Refused(404, "There is no such answer; perhaps it was already undone.")
    session.record([Judgement("undo", (), uuid4().hex, undoes=id)])
    return RedirectResponse(inside(next) if next else f"/answers/{segment(collection)}", 303)


@router.post("/elsewhere/{collection:path}")
def elsewhere(
    request: Request, collection: str, person: FormPerson, count: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Whether answers given in other collections count here."""
    if count not in ("0", "1"):
        raise Refused(422, "count is 1 (answers elsewhere count) or 0 (only those given here).")
    state_of(request).session(collection, person).count_elsewhere(count == "1")
    return RedirectResponse(inside(next) if next else f"/taste/{segment(collection)}", 303)


@router.post("/mark/{collection:path}")
def mark(
    request: Request, collection: str, person: FormPerson, item: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "", value: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Make a picture a favourite or hide it, or the other way round."""
    session = state_of(request).session(collection, person)
    if kind not in ("favourite", "hide") or value not in ("0", "1"):
        raise Refused(422, "A mark is favourite or hide, with the value 1 (on) or 0 (off).")
    number = whole(item, "item", 1, 2**53)
    if number not in session.collection.row_of:
        raise Refused(404, f"There is no picture {number} in this collection.")
    what: Kind = "favourite" if kind == "favourite" else "hide"
    session.record([Judgement(what, (number,), uuid4().hex, value=float(value))])
    return RedirectResponse(inside(next) if next else f"/results/{segment(collection)}", 303)


def _question(session: Session, verdict: Verdict) -> dict[str, Any]:
    """The question that would tell most, to answer on the spot; none where the answers so far look like clicking."""
    question = None if verdict.kind == "clicking" else session.open_question()
    row_of, items = session.collection.row_of, session.collection.items
    return {"question": question, "asked": [items[row_of[item]] for item in question.items] if question else []}


def _tell(collection: Collection, judgement: Judgement) -> _AnswerView:
    """An answer in words; its pictures with the preferred ones first."""
    ids = (*judgement.picked, *(i for i in judgement.items if i not in judgement.picked))
    items = [collection.items[collection.row_of[i]] for i in ids if i in collection.row_of]
    names = [title_of(item) for item in items]
    match judgement.kind, names:
        case "choice", [winner, loser]:
            words = f"{winner} rather than {loser}"
        case "tie", [one, other]:
            words = f"{one} and {other}: both the same"
        case "rating", [one]:
            words = f"{one}: {judgement.value:g} of 10"
        case "grid", [one]:
            words = f"{one}: {'loved' if judgement.picked else 'not for you'}"
        case "grid", [*_]:
            words = f"{len(judgement.picked)} of {len(judgement.items)} picked" if judgement.picked else "none picked"
        case "favourite", [one]:
            words = f"{one}: {'a favourite' if judgement.value else 'no longer a favourite'}"
        case "hide", [one]:
            words = f"{one}: {'hidden' if judgement.value else 'shown again'}"
        case _:
            words = "skipped"
    kept = sum(i in collection.row_of for i in judgement.picked)
    preferred = {"choice": 1, "grid": kept}.get(judgement.kind, len(items))
    return _AnswerView(judgement, words, items, preferred)


def _apart(told: Iterable[_AnswerView]) -> list[_AnswerView]:
    """Those answers, in this order, of whose first two pictures none is shown with an answer before."""
    shown, kept = set[int](), list[_AnswerView]()
    for one in told:
        ids = {item.id for item in one.items[:2]}
        if not ids & shown:
            kept.append(one)
            shown |= ids
    return kept


def _emphasised(explanation: Explanation, verdict: Verdict) -> Markup:
    """The verdict's sentence, with what is best supported marked in it."""
    text = str(escape(verdict.sentence))
    words = [noun_of(one.word, one.group) for one in explanation.likings if one.liked]
    words += [w for best in explanation.leanings[:1] for w in (best.liked, best.adjective) if w]
    for word in words if verdict.kind == "own" else []:
        found = re.search(rf"\b{re.escape(str(escape(word)))}\b", text, re.IGNORECASE)
        if found:
            return Markup(text[: found.start()] + f"<em>{found.group()}</em>" + text[found.end() :])
    return Markup(text)
