"""Shortlists: a person's own choice of pictures, with notes, decided, exported, shared."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response, StreamingResponse

from beholder.errors import NotEnoughAnswers
from beholder.facts import taken_of
from beholder.offers import offer_of, size_text
from beholder.ranking import Ranked, written_title
from beholder.store import MOST_LISTED, MOST_SAID, Person, Remark, Shortlist
from beholder.types import Item
from beholder.web.access import base_for_others, command_for_others
from beholder.web.answers import Listing, Note, Order, read
from beholder.web.contact_sheet import contact_sheet
from beholder.web.faults import Refused
from beholder.web.pages.beside import FEWEST, MOST
from beholder.web.pages.label import whole
from beholder.web.pages.people import inside
from beholder.web.pages.pictures import send
from beholder.web.pages.results import table_of
from beholder.web.render import count, download, kept_as, link_of, page
from beholder.web.state import AppState, state_of
from beholder.web.thumbnails import SIDES
from beholder.web.who import ApiPerson, FormPerson, PagePerson
from beholder.web.zipping import zipped

_FIRST_NAME = "Shortlist"  # of the first one, where none was named
_COVERS = 4
_ORDERS = {"score": "Best first, by your taste", "date": "Date taken, oldest first", "price": "Price, lowest first"}
_YEAR = 365 * 24 * 3600

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A picture on a shortlist, with all that is said of it.

    score : what the person's taste says, "" where it says nothing yet
    """

    item: Item
    collection: str
    note: str
    score: str
    hearts: Sequence[Remark]
    remarks: Sequence[Remark]


@router.get("/shortlists")
def shortlists(request: Request, person: PagePerson) -> Response:
    """All of a person's shortlists, and the form for another; of others, those that they share."""
    state = state_of(request)

    def covered(kept: Sequence[Shortlist]) -> list[tuple[Shortlist, Sequence[Item]]]:
        return [(one, state.store.some_items(one.items[:_COVERS])) for one in kept]

    others = [
        (one, covered([kept for kept in lists if kept.key]), len(lists))
        for one in state.store.people()
        if one.id != person.id and (lists := state.store.shortlists.of(one.id))
    ]
    found = covered(state.store.shortlists.of(person.id))
    return page(request, "shortlists.html", here="shortlists", found=found, others=others)


@router.post("/shortlists")
def add(request: Request, person: FormPerson, name: Annotated[str, Form()] = "") -> Response:
    """A new shortlist."""
    made = state_of(request).store.shortlists.add(person.id, name)
    return RedirectResponse(f"/shortlists/{made.id}", 303)


@router.get("/api/shortlists")
def listed(request: Request, person: ApiPerson, item: str = "0") -> dict[str, Any]:
    """The person's shortlists, the one changed last first, and whether this picture is on each; item : 0 for none"""
    id = whole(item, "item", 0, 2**53)
    found = state_of(request).store.shortlists.of(person.id)
    return {"shortlists": [{"id": one.id, "name": one.name, "on": id in one.items} for one in found]}


@router.post("/api/shortlists")
async def put(request: Request, person: ApiPerson) -> dict[str, Any]:
    """Put a picture on a shortlist, or take it off."""
    said = await read(request, Listing)
    return await run_in_threadpool(_put, state_of(request), person, said)


def _put(state: AppState, person: Person, said: Listing) -> dict[str, Any]:
    state.store.item(said.item)
    kept = state.store.shortlists
    if said.shortlist is not None:
        wanted = kept.get(said.shortlist, person.id)
    else:
        wanted = kept.add(person.id, said.name or _FIRST_NAME)
    if said.on:
        kept.put(wanted, said.item)
    else:
        kept.take_off(wanted, said.item)
    return {"id": wanted.id, "name": wanted.name, "on": said.on}


@router.get("/shortlists/{number}")
def shortlist(
    request: Request,
    number: str,
    person: PagePerson,
    off: str = "",
    at: str = "0",
    shared: str = "",
    sorted_by: str = "",
    before: str = "",
) -> Response:
    """One shortlist, its pictures in the person's order.

    Parameters
    ----------
    off, at
        the picture just taken off, and its place
    shared
        "1": it was shared just now, and its address is shown
    sorted_by, before
        the order just taken, and the ids of the pictures as they stood before, with "-" between them
    """
    state, own = state_of(request), _own(request, number, person)
    gone = state.store.item(whole(off, "off", 1, 2**53)) if off else None
    entries = _entries(state, own, person)
    return page(
        request, "shortlist.html", here="shortlists", own=own, entries=entries,
        orders={by: said for by, said in _ORDERS.items() if _can_sort(entries, by)},
        sorted_by=_ORDERS.get(sorted_by, "") if before else "", before=before,
        address=f"{base_for_others(request)}shared/{own.key}" if own.key else "",
        command=command_for_others(request), most=MOST,
        gone=gone if gone and gone.id not in own.items else None, at=whole(at, "at", 0, MOST_LISTED),
        shared=shared == "1",
    )  # fmt: skip


@router.post("/shortlists/{number}/sort")
def sort(
    request: Request, number: str, person: FormPerson, by: Annotated[str, Form()] = "",
    before: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Sort it for good, as by hand; or back into the order that it had before.

    Parameters
    ----------
    by
        one of _ORDERS; what has none comes last, as it stood
    before
        the ids of its pictures in the order to go back to, with "-" between them
    """
    state, own = state_of(request), _own(request, number, person)
    if before:
        ids = [whole(one, "before", 1, 2**53) for one in before.split("-")[:MOST_LISTED]]
        state.store.shortlists.order(own, ids)
        return RedirectResponse(f"/shortlists/{own.id}", 303)
    entries = _entries(state, own, person)
    if by not in _ORDERS or not _can_sort(entries, by):
        raise Refused(422, f"by is {', '.join(_ORDERS)}, and two pictures or more have it.")
    known = {one.item.id: _value(one, by) for one in entries}
    order = sorted(own.items, key=lambda id: (math.isnan(known.get(id, math.nan)), known.get(id, 0)))
    state.store.shortlists.order(own, order)
    was = "-".join(map(str, own.items))
    return RedirectResponse(f"/shortlists/{own.id}?sorted_by={by}&before={was}", 303)


@router.post("/shortlists/{number}/put")
def put_by_form(
    request: Request, number: str, person: FormPerson, item: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "1", next: Annotated[str, Form()] = "", at: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """As the call of the script, for a page without one; what is taken off can be put back in its place.

    at : the place, that of the first is 0; "" for the end
    """
    own, id = _own(request, number, person), whole(item, "item", 1, 2**53)
    _put(state_of(request), person, Listing(item=id, on=on == "1", shortlist=own.id))
    if at:
        place = whole(at, "at", 0, MOST_LISTED)
        state_of(request).store.shortlists.order(
            _own(request, number, person), [*own.items[:place], id, *own.items[place:]]
        )
    undo = f"?off={id}&at={own.items.index(id)}" if on == "0" and id in own.items else ""
    return RedirectResponse(inside(next) if next else f"/shortlists/{own.id}{undo}", 303)


@router.post("/shortlists/{number}/note")
async def note(request: Request, number: str, person: ApiPerson) -> dict[str, Any]:
    """Keep a note."""
    said = await read(request, Note)

    def keep() -> None:
        state_of(request).store.shortlists.note(_own(request, number, person), said.item, said.text)

    await run_in_threadpool(keep)
    return {"saved": said.item}


@router.post("/shortlists/{number}/order")
async def order(request: Request, number: str, person: ApiPerson) -> dict[str, Any]:
    """Keep the order."""
    said = await read(request, Order)

    def keep() -> None:
        state_of(request).store.shortlists.order(_own(request, number, person), said.items)

    await run_in_threadpool(keep)
    return {"saved": said.items}


@router.post("/shortlists/{number}/{act}")
def change(
    request: Request, number: str, act: str, person: FormPerson, name: Annotated[str, Form()] = "",
    pin: Annotated[str, Form()] = "", remark: Annotated[str, Form()] = "", item: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Rename, delete, move a picture up, down or to the top, share, stop sharing, or take a remark away."""
    kept, own = state_of(request).store.shortlists, _own(request, number, person)
    match act:
        case "rename":
            kept.rename(own, name)
        case "delete":
            kept.delete(own)
            return RedirectResponse("/shortlists", 303)
        case "up" | "down" | "top":
            id = whole(item, "item", 1, 2**53)
            kept.order(own, _moved(own.items, id, act))
            return RedirectResponse(f"/shortlists/{own.id}#p{id}", 303)
        case "share":
            kept.share(own, pin)
            return RedirectResponse(f"/shortlists/{own.id}?shared=1", 303)
        case "unshare":
            kept.unshare(own)
        case "unsay":
            kept.unsay(own, whole(remark, "remark", 1, 2**53))
        case _:
            raise Refused(404, "A shortlist cannot do that.")
    return RedirectResponse(f"/shortlists/{own.id}", 303)


@router.get("/shortlists/{number}/decide")
def decide(request: Request, number: str, person: PagePerson) -> Response:
    """A small tournament among its pictures; what is chosen in it teaches like any answer, where that is wanted."""
    state, own = state_of(request), _own(request, number, person)
    items, names = state.store.some_items(own.items), state.store.collections_of(own.items)
    if len(items) < FEWEST:
        raise Refused(409, "There is nothing to decide yet: a shortlist of two pictures or more has a tournament.")
    scores = _scores(state, person, items, names)
    return page(request, "decide.html", here="shortlists", own=own, items=items, collections=names, scores=scores)


@router.get("/shortlists/{number}/sheet.html")
def sheet(request: Request, number: str, person: PagePerson) -> Response:
    """It as one file that opens anywhere, pictures and all."""
    state, own = state_of(request), _own(request, number, person)
    entries = _entries(state, own, person)
    places = [Ranked(at, one.item, float(one.score or "nan"), 0.0, one.note) for at, one in enumerate(entries, start=1)]
    today = date.today()
    text = contact_sheet(
        places, heading=own.name, foot=f"{count(len(places), 'picture')}, chosen by {person.name} with Beholder "
        f"on {today.day} {today:%B %Y}.",
    )  # fmt: skip
    return download(text, "text/html; charset=utf-8", f"{own.name}.html")


@router.get("/shortlists/{number}/list.csv")
def table(request: Request, number: str, person: PagePerson) -> Response:
    """It as a table, with every column of its pictures' sources; of others' hearts where it is or was shared."""
    state, own = state_of(request), _own(request, number, person)
    lines, entries = list[list[Any]](), _entries(state, own, person)
    shared = bool(own.key) or any(one.hearts or one.remarks for one in entries)
    head = ["place", "title", "artist", "year", "price", "currency", "size", "link", "note", "score", "favourite",
            *["hearts_of_others", "said_by_others"] * shared, "collection", "item"]  # fmt: skip
    names = {one.collection for one in entries}
    favourites = set().union(*(state.fresh(name, person).now.history.favourites for name in names))
    for at, one in enumerate(entries, start=1):
        told, offer = one.item.details, offer_of(one.item)
        said = " / ".join(f"{remark.name}: {remark.text}" for remark in one.remarks)
        lines.append(
            [at, written_title(one.item), told.artist, told.year, offer["price"], told.currency, size_text(told),
             link_of(one.item), one.note, one.score, one.item.id in favourites,
             *[len(one.hearts), said] * shared, one.collection, one.item.name]
        )  # fmt: skip
    text = table_of(head, lines, [one.item.columns for one in entries])
    return download(text, "text/csv; charset=utf-8", f"{own.name}.csv")


@router.get("/shortlists/{number}/pictures.zip")
def pictures(request: Request, number: str, person: PagePerson) -> Response:
    """The files of its pictures as they are, in the person's order; of a part of a photo, that part."""
    state, own = state_of(request), _own(request, number, person)
    files = zipped(state.store.some_items(own.items), lambda item: state.pictures.get(item, SIDES[-1]))
    return StreamingResponse(files, media_type="application/zip", headers=kept_as(f"{own.name}.zip"))


@router.get("/shared/{key}")
def shared(request: Request, key: str) -> Response:
    """A shortlist for others: no account, a PIN where the person wants one."""
    state, seen = state_of(request), _shared(request, key)
    if not _let_in(request, seen):
        return page(request, "shared_pin.html", key=key, wrong=False)
    items, remarks = state.store.some_items(seen.items), state.store.shortlists.remarks(seen)
    notes = state.store.shortlists.notes(seen)
    hearts = {i.id: [r.name for r in remarks if r.item_id == i.id and not r.text] for i in items}
    entries = [
        (i, notes.get(i.id, ""), hearts[i.id], [r for r in remarks if r.item_id == i.id and r.text]) for i in items
    ]
    whose = next((p.name for p in state.store.people() if p.id == seen.person_id), "")
    return page(
        request, "shared.html", seen=seen, whose=whose, entries=entries, here_as=state.person(request.cookies),
        longest=MOST_SAID,
    )  # fmt: skip


@router.get("/shared/{key}/pictures/{item_id}/{side}.jpg")
def shared_picture(request: Request, key: str, item_id: str, side: str) -> Response:
    """One of its pictures."""
    seen = _shared(request, key)
    if not _let_in(request, seen) or item_id not in map(str, seen.items):
        raise Refused(404, "There is no such picture.")
    return send(request, item_id, side, lambda item: item)


@router.post("/shared/{key}/pin")
def unlock(request: Request, key: str, pin: Annotated[str, Form()] = "") -> Response:
    """Type the PIN."""
    state, seen = state_of(request), _shared(request, key)
    if state.wrong_tries.too_many(seen.id):
        raise Refused(429, "The PIN was wrong too often. Wait ten minutes, then try again.")
    if not seen.opens_with(pin.strip()):
        state.wrong_tries.add(seen.id)
        return page(request, "shared_pin.html", status=403, key=key, wrong=True)
    response = RedirectResponse(f"/shared/{key}", 303)
    response.set_cookie(
        state.cookie_guest, _token(seen), max_age=_YEAR, path=f"/shared/{key}", httponly=True, samesite="lax"
    )
    return response


@router.post("/shared/{key}/say")
def say(
    request: Request, key: str, item: Annotated[str, Form()] = "", name: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "", heart: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """A heart or a comment of somebody else."""
    seen = _shared(request, key)
    if not _let_in(request, seen):
        raise Refused(403, "Type the PIN of this shortlist first.")
    id = whole(item, "item", 1, 2**53)
    if id not in seen.items:
        raise Refused(404, "This picture is no longer on the shortlist.")
    if not heart and not any(c.isprintable() and not c.isspace() for c in text):
        return RedirectResponse(f"/shared/{key}#p{id}", 303)
    state_of(request).store.shortlists.say(seen, id, name, "" if heart else text)
    said = "" if heart else f"?said={id}"  # what was typed need not be kept any longer
    return RedirectResponse(f"/shared/{key}{said}#p{id}", 303)


def _own(request: Request, number: str, person: Person) -> Shortlist:
    return state_of(request).store.shortlists.get(whole(number, "shortlist", 1, 2**53), person.id)


def _shared(request: Request, key: str) -> Shortlist:
    return state_of(request).store.shortlists.shared(key[:100])


def _let_in(request: Request, seen: Shortlist) -> bool:
    token = request.cookies.get(state_of(request).cookie_guest, "")
    return seen.pin is None or hmac.compare_digest(token, _token(seen))


def _token(seen: Shortlist) -> str:
    """What a browser holds once the PIN was right; another one after each change of the PIN."""
    return hashlib.sha256(f"{seen.key} {seen.pin}".encode()).hexdigest()[:40]


def _entries(state: AppState, own: Shortlist, person: Person) -> list[_Entry]:
    items, names = state.store.some_items(own.items), state.store.collections_of(own.items)
    notes, remarks = state.store.shortlists.notes(own), state.store.shortlists.remarks(own)
    scores = _scores(state, person, items, names)
    of = {item.id: [remark for remark in remarks if remark.item_id == item.id] for item in items}
    return [
        _Entry(
            item, names[item.id], notes.get(item.id, ""), scores.get(item.id, ""),
            [r for r in of[item.id] if not r.text], [r for r in of[item.id] if r.text],
        )
        for item in items
    ]  # fmt: skip


def _value(entry: _Entry, by: str) -> float:
    """What an order goes by, the lowest first; NaN where it is not known."""
    if by == "score":
        return -float(entry.score or "nan")
    if by == "price":
        told = entry.item.details
        return 0.0 if told.terms == "free" else math.nan if told.price is None else float(told.price)
    taken = taken_of(entry.item)
    return math.nan if taken is None else taken.timestamp()


def _can_sort(entries: Sequence[_Entry], by: str) -> bool:
    """Whether two or more have what an order goes by; prices of several currencies have none."""
    known = [one for one in entries if not math.isnan(_value(one, by))]
    currencies = {one.item.details.currency for one in known if one.item.details.terms != "free"}
    return len(known) > 1 and (by != "price" or len(currencies) == 1)


def _scores(state: AppState, person: Person, items: Sequence[Item], names: dict[int, str]) -> dict[int, str]:
    """What the person's taste says of each, where they have answered in its collection."""
    found: dict[int, str] = {}
    answered = state.store.answer_counts(person.id)
    for name in dict.fromkeys(names.values()):
        if not answered.get(state.store.collection(name).id):
            continue
        try:
            reading = state.reading(name, person)
        except NotEnoughAnswers:
            continue
        row_of, scores = reading.collection.row_of, reading.ranking.scores
        found |= {i.id: f"{scores[row_of[i.id]]:.2f}" for i in items if i.id in row_of and names[i.id] == name}
    return found


def _moved(items: Sequence[int], id: int, way: str) -> list[int]:
    if id not in items:
        return list(items)
    at, others = items.index(id), [one for one in items if one != id]
    to = {"up": max(at - 1, 0), "down": at + 1, "top": 0}[way]
    return [*others[:to], id, *others[to:]]
