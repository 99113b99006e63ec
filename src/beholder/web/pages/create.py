"""Create: new pictures that a person would love, in rounds; what they say of them leads the next round."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.create import (
    ENGINES,
    KINDS,
    PAINTABLE,
    STYLES,
    Kept,
    Order,
    Wish,
    caveat,
    kept_of,
    outlook,
    unknown_words,
)  # fmt: skip
from beholder.create.models import PREFIX, here
from beholder.errors import NotEnoughAnswers, UnknownName
from beholder.explain import Liking
from beholder.explain.phrases import listed
from beholder.session import Session
from beholder.store import CollectionRow, Person
from beholder.types import Item, Judgement
from beholder.web.faults import Refused
from beholder.web.pages.label import whole
from beholder.web.pages.made import Made, made_pictures, round_of
from beholder.web.pages.people import inside
from beholder.web.render import page, segment
from beholder.web.rounds import Round
from beholder.web.state import AppState, state_of
from beholder.web.who import ApiPerson, FormPerson, PagePerson, remember_collection

_FEWEST_ELSEWHERE = 10  # answers in other collections with which a taste can be followed here
_FEWEST_HEARTS = 5  # with which it can be followed too
_COUNTS = (1, 2, 4, 6, 8, 12)
_SIDE = 1024
_ROUNDS = 5  # before the newest one that are on the page
_LOVED = 12  # of earlier rounds that are shown beside the newest one
_PAIRS = 3  # questions about the pictures of one round
_SEEDS = 1_000_000
_SAID = {"love": True, "no": False, "nothing": None}

router = APIRouter()


@router.get("/create/{collection:path}/sheet")
def sheet(request: Request, collection: str, person: PagePerson) -> Response:
    """Those that the person loves, or else those of the last round, on a page that prints."""
    state, row = state_of(request), _origin(request, collection)
    made = made_pictures(state, Kept(state.library, person, row), person)
    loved = [one for one in made if one.loved]
    newest = max((round_of(one.item) for one in made), default=0)
    shown = loved or [one for one in made if round_of(one.item) == newest]
    if not shown:
        raise Refused(409, "There is no picture to print yet: make some first.")
    return page(request, "create_sheet.html", here="create", collection=row.name, shown=shown, loved=bool(loved))


@router.get("/create/{collection:path}")
def create(request: Request, collection: str, person: PagePerson) -> Response:
    """The page: the order, the newest round, earlier ones."""
    state, row = state_of(request), _origin(request, collection)
    if row.name != collection:
        return RedirectResponse(f"/create/{segment(row.name)}", 303)
    session = state.fresh(row.name, person)
    if not _knows_enough(session):
        return page(
            request, "create_early.html", here="create", collection=row.name, progress=session.progress(),
            **_elsewhere(session),
        )  # fmt: skip
    kept = Kept(state.library, person, row)
    made, last = made_pictures(state, kept, person), state.rounds.last(person, row)
    numbers = sorted({round_of(one.item) for one in made}, reverse=True)
    newest = last.number if last else 0
    shown = [one for one in made if round_of(one.item) == newest]
    response = page(
        request, "create.html", here="create", collection=row.name, round=last, shown=shown,
        earlier=[(n, [one for one in made if round_of(one.item) == n]) for n in numbers if n != newest][:_ROUNDS],
        kept=kept.row, pair=_pair(state, kept, person, shown), order=_order_of(last), engines=_engines(),
        kinds=KINDS, paintable=PAINTABLE, styles=list(STYLES), counts=_COUNTS, sentence=_sentence(session),
        loved=any(one.loved for one in made),
        before=[one for one in made[::-1] if one.loved and one not in shown][:_LOVED],
        caveat=caveat(last.order["engine"], last.order["wish"]["more"]) if last and last.order else "",
        outlooks={engine: outlook(engine, _likings(session)) for engine in KINDS},
        words=state.library.shared(row.name).words.examples(6), **_elsewhere(session),
    )  # fmt: skip
    remember_collection(response, request, row.id)
    return response


@router.post("/create/{collection:path}/stop")
def stop(request: Request, collection: str, person: FormPerson) -> Response:
    """Stop the person's own round; what is finished stays."""
    row = _origin(request, collection)
    last = state_of(request).rounds.last(person, row)
    if last is not None:
        last.stop.set()
    return RedirectResponse(f"/create/{segment(row.name)}", 303)


@router.post("/create/{collection:path}/say")
def say(
    request: Request, collection: str, person: FormPerson, item: Annotated[str, Form()] = "",
    said: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Whether the person loves a made picture: an answer like any other."""
    if said not in _SAID:
        raise Refused(422, f"said is one of {', '.join(_SAID)}.")
    state, row = state_of(request), _origin(request, collection)
    made = Kept(state.library, person, row).row
    number = whole(item, "item", 1, 2**53)
    if made is None or state.store.collections_of([number]).get(number) != made.name:
        raise Refused(404, "There is no such picture among those that were made for you.")
    session, loved = state.session(made.name, person), _SAID[said]
    before = [j for j in session.history() if j.kind == "grid" and j.items == (number,)]
    told = [Judgement("undo", (), uuid4().hex, undoes=j.client_id) for j in before]
    if loved is not None:
        picked = (number,) if loved else ()
        told.append(Judgement("grid", (number,), uuid4().hex, picked=picked, asked_by="created"))
    if loved or (number in session.now.history.favourites):
        told.append(Judgement("favourite", (number,), uuid4().hex, value=float(bool(loved))))
    session.record(told)
    return RedirectResponse(inside(next) if next else f"/create/{segment(row.name)}#p{number}", 303)


@router.post("/create/{collection:path}")
def start(
    request: Request, collection: str, person: FormPerson, engine: Annotated[str, Form()] = "painter",
    strength: Annotated[str, Form()] = "0.4", count: Annotated[str, Form()] = "4", seed: Annotated[str, Form()] = "",
    style: Annotated[str, Form()] = "", more: Annotated[str, Form()] = "", less: Annotated[str, Form()] = "",
    like: Annotated[str, Form()] = "", wish: Annotated[str, Form()] = "",
    between: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """Begin a round."""
    state, row = state_of(request), _origin(request, collection)
    if not _knows_enough(state.fresh(row.name, person)):
        raise NotEnoughAnswers(
            f"Answer a few more questions about '{row.name}' first: then there is a taste to follow."
        )
    if engine not in _engines():
        raise UnknownName.of("engine", engine[:80], _engines())
    made = Kept(state.library, person, row).row
    two = [_name_of(state, one, row, made) for one in between or ()] if wish == "between" else []
    if wish == "between" and len(two) != 2:
        raise Refused(422, f"Tick two pictures to get one between them; {len(two)} are ticked.")
    wished = Wish(
        _name_of(state, like, row, made) if like else "", (two[0], two[1]) if two else None, _words(more), _words(less)
    )
    order = Order(
        whole(count, "the number of pictures", 1, _COUNTS[-1]), engine, _share(strength),
        whole(seed, "the number", 0, _SEEDS - 1) if seed.strip() else secrets.randbelow(_SEEDS),
        style or None, _SIDE, wished,
    )  # fmt: skip
    state.rounds.start(person, row, order)
    return RedirectResponse(f"/create/{segment(row.name)}#round", 303)


@router.get("/api/create/{collection:path}/round")
def progress(request: Request, collection: str, person: ApiPerson) -> dict[str, Any]:
    """How the person's newest round goes."""
    return _live(request, collection, person).as_json()


@router.get("/api/create/{collection:path}/words")
def words(
    request: Request, collection: str, person: ApiPerson, engine: str = "painter", more: str = "", less: str = ""
) -> dict[str, str]:
    """What would be done with words, before any picture is made."""
    del person
    tags = state_of(request).library.shared(_origin(request, collection).name).words
    unknown = unknown_words([*_words(more), *_words(less)], tags)
    names = listed([f"“{word}”" for word in unknown], "or")
    told = f"Nothing is known of {names} in {collection}: another word may do." if unknown else ""
    rest = caveat(engine, [word for word in _words(more) if word not in unknown])
    return {"said": f"{told} {rest}".strip()}


@router.get("/api/create/{collection:path}/coming/{at}.png")
def coming(request: Request, collection: str, at: str, person: ApiPerson) -> Response:
    """How a picture looks that is not finished; nothing where it has just been, or is not made."""
    found = _live(request, collection, person).coming.get(whole(at, "at", 0, _COUNTS[-1]))
    return Response(status_code=204) if found is None else Response(found, media_type="image/png")


def _origin(request: Request, collection: str) -> CollectionRow:
    """The collection whose taste leads: of made pictures the one that they were made from. raises : UnknownName"""
    state = state_of(request)
    row = state.store.collection(collection)
    kept = kept_of(state.library, row)
    return kept.origin if kept is not None else row


def _knows_enough(session: Session) -> bool:
    hearts = len(session.now.history.favourites)
    enough = hearts >= _FEWEST_HEARTS or session.elsewhere.counted >= _FEWEST_ELSEWHERE
    return enough or not session.progress().left


def _elsewhere(session: Session) -> dict[str, Any]:
    return {"elsewhere": session.elsewhere.known, "alone": session.elsewhere.alone}


def _sentence(session: Session) -> str:
    made = session.now.newest_verdict
    return made.sentence if made is not None and made.kind in ("own", "like most") else ""


def _likings(session: Session) -> Sequence[Liking]:
    """The words behind that sentence."""
    fitted = session.now.fitted
    return fitted.explanation.likings if fitted is not None and _sentence(session) else ()


def _pair(state: AppState, kept: Kept, person: Person, shown: Sequence[Made]) -> list[Item]:
    """Two pictures of a round to choose between, those whose scores are nearest; none where enough were asked.

    None that was said to be not for the person: what is loved is told apart from these already.
    """
    row, shown = kept.row, [one for one in shown if one.loved is not False]
    if row is None or len(shown) < 2:
        return []
    said = state.store.judgements(person.id, row.id)
    asked = {frozenset(j.items) for j in said if j.kind in ("choice", "tie")}
    pairs = [(a.item, b.item) for k, a in enumerate(shown) for b in shown[k + 1 :]]
    left = [pair for pair in pairs if frozenset(one.id for one in pair) not in asked]
    if not left or len(pairs) - len(left) >= min(_PAIRS, len(shown) - 1):
        return []
    one, other = min(left, key=lambda pair: abs(_score(pair[0]) - _score(pair[1])))
    return [one, other]


def _score(item: Item) -> float:
    return float(item.columns.get("your taste", "0"))


def _order_of(last: Round | None) -> dict[str, Any]:
    """What the form says at first: as the last time."""
    first = {"engine": "painter", "strength": 0.4, "count": 4, "style": None, "seed": None, "wish": None}
    return first | (last.order if last else {})


def _engines() -> list[str]:
    """Those that can be used here without a download."""
    return [*ENGINES, *(PREFIX + id for id in (here() if find_spec("diffusers") and find_spec("torch") else ()))]


def _name_of(state: AppState, id: str, row: CollectionRow, made: CollectionRow | None) -> str:
    """The name of a picture of the collection or of the person's own made ones. raises : Refused"""
    number = whole(id, "the picture", 1, 2**53)
    names = {row.name} | ({made.name} if made else set())
    if state.store.collections_of([number]).get(number) not in names:
        raise Refused(404, "There is no such picture, in the collection or among those that were made for you.")
    return state.store.item(number).name


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip()[:80] for word in text[:400].split(",") if word.strip())


def _share(text: str) -> float:
    try:
        found = float(text[:20])
    except ValueError:
        found = -1.0
    if not 0 < found <= 1:
        raise Refused(422, f"The strength is a number above 0, up to 1, got {text[:20]!r}.")
    return found


def _live(request: Request, collection: str, person: Person) -> Round:
    last = state_of(request).rounds.last(person, _origin(request, collection))
    if last is None:
        raise Refused(404, "There is no round of yours here.")
    return last
