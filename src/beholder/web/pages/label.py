"""Choose: the page, and the four calls that its client makes. No call waits for a fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from beholder.ask.questions import GRID_SIZE, Question, QuestionKind
from beholder.explain import in_short
from beholder.ranking import title_of, written_title
from beholder.session import GRID_WEIGHT, Progress, Session, needed
from beholder.types import Item, Judgement
from beholder.web.answers import Events, Undo, judgements, read
from beholder.web.faults import Refused
from beholder.web.render import byline, page, parts_of
from beholder.web.state import ENOUGH_TO_START, state_of
from beholder.web.who import ApiPerson, PagePerson, remember_collection

_MODES: dict[str, tuple[QuestionKind, str]] = {  # in the address: (kind of question, on its tab)
    "grid": ("grid", "Favourites"),
    "pairs": ("choice", "Pairs"),
    "rating": ("rating", "1 to 10"),
}
_SHOWN = 0.4  # of a collection is shown in grids, unless a person chooses otherwise; then pairs come (docs/asking.md)
_KINDS = get_args(QuestionKind)
_ENOUGH = 20  # answers before it is said that more will not pay
_MOST_ASKED = 12  # questions in one call

router = APIRouter()


@router.get("/label/{collection:path}")
def label(request: Request, collection: str, person: PagePerson, mode: str = "") -> Response:
    """The page on which a person answers."""
    if mode and mode not in _MODES:
        raise Refused(404, f"There is no such way to answer; there are {', '.join(_MODES)}.")
    state = state_of(request)
    job = state.imports.bringing(collection)
    coming = job.id if job is not None and job.person in (person.id, None) else ""
    if job is not None and state.size_of(collection) < ENOUGH_TO_START:
        return page(request, "coming.html", here="label", coming=coming, name=collection, start=ENOUGH_TO_START)
    session = state.fresh(collection, person)
    session.put_back_questions()
    history, size = session.history(), len(session.collection)
    expected = max(size, job.total if job is not None else 0)  # with those that are still to come
    response = page(
        request, "label.html", here="label", collection=session.collection.name, modes=_MODES, chosen=bool(mode),
        mode=mode or _starting_mode(history, expected), grids_left=grids_left(history, expected),
        progress=session.progress(), gained=gained, size=size,
        ranked=session.starts_from_others, needed=needed(size), grid_weight=GRID_WEIGHT, coming=coming,
    )  # fmt: skip
    remember_collection(response, request, session.collection.row.id)
    return response


def _starting_mode(history: Sequence[Judgement], pictures: int) -> str:
    """How to go on: grids first, then pairs; who rated or chose last goes on so. `history` is newest first."""
    asked = (j.kind for j in history if j.asked_by != "shortlist")  # pairs are the only way there
    last = next((kind for kind in asked if kind in ("rating", "choice", "tie", "grid")), "grid")
    if last == "grid":
        return "grid" if grids_left(history, pictures) else "pairs"
    return "rating" if last == "rating" else "pairs"


def grids_left(history: Sequence[Judgement], pictures: int) -> int:
    """How many grids come before pairs: so many that `_SHOWN` of the pictures are in one, and one at least."""
    shown = {item for j in history if j.kind == "grid" for item in j.items}
    return max(int((_SHOWN * pictures - len(shown)) // GRID_SIZE), 0 if shown else 1)


@router.get("/api/label/{collection:path}/questions")
def questions(
    request: Request, collection: str, person: ApiPerson, kind: str = "choice", n: str = "3", exclude: str = ""
) -> dict[str, Any]:
    """The next questions. exclude: ids of pictures that are on the way to the person already, with commas between."""
    if kind not in _KINDS:
        raise Refused(422, f"kind must be one of {', '.join(_KINDS)}, got {kind[:40]!r}")
    wanted = whole(n, "n", 1, _MOST_ASKED)
    ids = {whole(part, "exclude", 1, 2**53) for part in exclude.split(",") if part}
    session = state_of(request).fresh(collection, person)
    return {"questions": [as_json(session, q) for q in session.questions(_kind(kind), wanted, ids)]}


@router.post("/api/label/{collection:path}/answers")
async def answer(request: Request, collection: str, person: ApiPerson) -> dict[str, Any]:
    """Keep these events: on disk when the reply goes out. Sent twice, they count once."""
    events = await read(request, Events)

    def keep() -> None:
        session = state_of(request).session(collection, person)
        session.record(judgements(events, session.collection.row_of))

    await run_in_threadpool(keep)
    return {"saved": [event.id for event in events.events]}


@router.post("/api/label/{collection:path}/undo")
async def undo(request: Request, collection: str, person: ApiPerson) -> dict[str, Any]:
    """Take back whatever came last, whenever that was; the question it answered comes back with it."""
    body = await read(request, Undo)

    def take_back() -> dict[str, Any]:
        session = state_of(request).session(collection, person)
        last = session.undo(body.id)
        if last is None:
            return {"undone": None, "question": None}
        again = _question_of(last)
        if again and not set(again.items) <= session.collection.row_of.keys():
            again = None  # a picture that can be shown no more
        return {
            "undone": {
                "id": last.client_id,
                "kind": last.kind,
                "items": last.items,
                "value": last.value,
                "picked": last.picked,
            },
            "question": as_json(session, again) if again else None,
        }

    return await run_in_threadpool(take_back)


@router.get("/api/label/{collection:path}/progress")
def progress(request: Request, collection: str, person: ApiPerson) -> dict[str, Any]:
    """What the answers have given so far, in the person's own terms."""
    return progress_json(state_of(request).session(collection, person))


@router.get("/api/label/{collection:path}/about")
def about(request: Request, collection: str, person: ApiPerson, items: str = "") -> dict[str, Any]:
    """What the source says of these pictures, and the line that people read; the page asks only while it is shown."""
    ids = [whole(part, "items", 1, 2**53) for part in items.split(",")[:60] if part]
    session = state_of(request).session(collection, person)
    row_of = session.collection.row_of
    known = [session.collection.items[row_of[i]] for i in ids if i in row_of]
    return {
        "items": {str(item.id): [written_title(item), *parts_of(item).values(), *scores(item)] for item in known},
        "lines": {str(item.id): " · ".join([title_of(item), *byline(item), *scores(item)]) for item in known},
    }


def scores(item: Item) -> list[str]:
    """What the source itself says a picture is worth."""
    return [f"{column} {item.columns[column]}" for column in ("score", "rating") if item.columns.get(column)]


def progress_json(session: Session) -> dict[str, Any]:
    now = session.progress()
    return {
        "answers": now.answers, "weight": now.weight, "accuracy": now.accuracy, "margin": now.margin,
        "later": now.later, "later_margin": now.later_margin, "pays": now.pays, "verdict": now.verdict.kind,
        "sentence": gained(now), "enough": not now.left,
    }  # fmt: skip


def gained(now: Progress) -> str:
    """What the answers have given, in short, without their number: the page counts them as they are given."""
    if now.verdict.kind == "clicking":
        return in_short(now.advice)
    if now.left:
        return ""
    if now.accuracy is None:
        return f"{now.sentence.rpartition('; ')[2].rstrip('.').capitalize()}."
    if now.cares_for_few:
        return "You love only some kinds of picture here; your ranking looks for more of them."
    if not now.above_chance:
        if now.verdict.kind in ("own", "like most"):
            return ""  # the figure is in doubt, what is said elsewhere is not
        return f"We are still finding out what you like.{' Each answer helps.' if now.pays is not False else ''}"
    enough = now.pays is False and now.answers >= _ENOUGH
    return f"Your ranking follows your taste.{' More answers will hardly change that.' if enough else ''}"


def _question_of(judgement: Judgement) -> Question | None:
    """The question that a judgement answered, as it was shown; None for what nobody asked."""
    items = judgement.items
    if judgement.kind in ("favourite", "hide", "undo"):
        return None
    kind: QuestionKind = (
        "grid" if judgement.kind == "grid" or len(items) > 2 else "choice" if len(items) == 2 else "rating"
    )
    if judgement.kind == "choice" and judgement.side == "right":
        items = (items[1], items[0])
    return Question(f"again-{judgement.client_id}", kind, items, judgement.asked_by, "You undid this answer.")


def as_json(session: Session, question: Question) -> dict[str, Any]:
    """A question with what its pictures need to be shown: nothing that would tell what they are."""
    rows = [session.collection.row_of[i] for i in question.items]
    items, favourites = [session.collection.items[row] for row in rows], session.now.history.favourites
    return {
        "id": question.id, "kind": question.kind, "asked_by": question.asked_by, "reason": question.reason,
        "items": [
            {"id": i.id, "v": i.key[:8], "width": i.width, "height": i.height, "favourite": i.id in favourites}
            for i in items
        ],
    }  # fmt: skip


def whole(text: str, what: str, low: int, high: int) -> int:
    """The number in a query. raises : Refused"""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 17 and low <= int(text) <= high):
        raise Refused(422, f"{what} must be a whole number from {low} to {high}, got {text[:40]!r}")
    return int(text)


def _kind(kind: str) -> QuestionKind:
    return next(k for k in _KINDS if k == kind)
