"""Collections: what there is, and how more comes in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from beholder.config import Settings
from beholder.create import is_for, is_kept
from beholder.errors import AlikeName, OlderNumbers
from beholder.features.registry import BUILT_IN, HUB, encoder_sizes
from beholder.refresh import Refresh, last_refresh
from beholder.sources import BESIDE, FILES, ITEMS, PAGES, SAMPLE, is_online, online_title
from beholder.store import CollectionRow, CropCounts, Person, alike, composed
from beholder.web.access import on_this_machine
from beholder.web.answers import NewImport, read
from beholder.web.faults import Refused, refuse
from beholder.web.imports import Job
from beholder.web.pages.label import whole
from beholder.web.render import page, segment
from beholder.web.state import AppState, state_of
from beholder.web.uploads import ENDINGS
from beholder.web.who import ApiPerson, FormPerson, PagePerson, last_collection
from beholder.works import Works

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # and halves of characters, which no path has

_SHARPER = next(one for one in encoder_sizes() if one["name"] == HUB[0])  # that the app offers
_OLDER = "This version has not looked at these pictures yet. Processed again, they keep every answer."
_LONGEST_NAME = 80  # characters
_FIRST = 500  # pictures of the ranking that it looks at before the others

router = APIRouter()


@router.get("/")
def collections(request: Request, person: PagePerson, job: str = "", removed: str = "") -> Response:
    """Every collection with its cover, and the form for another."""
    state = state_of(request)
    answers, stopped = state.store.answer_counts(person.id), state.imports.stopped(person.id)
    rows, crops = state.store.collections()[::-1], state.store.crop_counts()
    rows.sort(key=is_kept)  # what was made of pictures comes after the pictures
    shelves = [
        {
            "row": row,
            "coming": state.imports.bringing(row.name),
            "stopped": stopped.get(row.name),
            "made": is_kept(row),
            "mine": is_for(row, person),
            "covers": state.covers(row),
            "answers": answers.get(row.id, 0),
            "older": _is_older(state, row),
            "wordless": _is_wordless(state, row),
            "sharper": next((one for one in row.encoders if one in HUB), None),
            "crops": crops.get(row.id, CropCounts()),
            "news": _news(state, row),
            "asked": _asked(state, row),
        }
        for row in rows
    ]
    jobs = state.imports.active(person.id)
    if job and (asked := state.imports.of(job, person.id)) not in jobs:
        jobs.append(asked)
    if not jobs:
        names = {row.name for row in rows}
        jobs = [one for one in stopped.values() if one.collection in names and not one.later][:1]
    return page(
        request, "collections.html", here="collections", shelves=shelves, jobs=[one.as_json() for one in jobs],
        may_import=on_this_machine(request), endings=sorted(ENDINGS),
        of_pages=BESIDE, pages=sorted(PAGES), items=ITEMS, offer=None if state.imports.offline else _SHARPER,
        has_sample=any(row.name == SAMPLE and row.size for row in rows), removed=removed,
    )  # fmt: skip


@router.get("/label")
@router.get("/results")
@router.get("/taste")
@router.get("/create")
def last_seen(request: Request, person: PagePerson) -> Response:
    """The same page of the collection that was last seen."""
    del person
    name = last_collection(request)
    return RedirectResponse(f"{request.url.path}/{segment(name)}" if name else "/", 303)


@router.post("/import")
def start_form(
    request: Request,
    person: PagePerson,
    path: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    artworks: Annotated[str, Form()] = "",
) -> Response:
    """The form, without a script."""
    job = start(request, person, path, name, artworks == "1")
    return RedirectResponse(f"/?job={job.id}", 303)


@router.post("/renew/{collection:path}")
def renew(request: Request, collection: str, person: PagePerson) -> Response:
    """Read a collection again, with the encoder of the settings where it was the default before. Every answer stays."""
    state = state_of(request)
    _check_may_import(request)
    row = state.store.collection(collection)
    encoder = state.settings.encoder if _is_former(state.settings, row) else row.encoder
    job = state.imports.start(row.source, row.name, person.id, encoder)
    return RedirectResponse(f"/?job={job.id}", 303)


@router.post("/sharper/{collection:path}")
def see_more(request: Request, collection: str, person: PagePerson) -> Response:
    """Have a stronger encoder look at a collection too. Every answer stays."""
    state = state_of(request)
    _check_may_import(request)
    row = state.store.collection(collection)
    now = state.session(row.name, person).now
    first = [item.id for item in now.ranking.items[:_FIRST]] if now.fitted else []
    job = state.imports.start(row.source, row.name, person.id, adds=_SHARPER["name"], first=first)
    return RedirectResponse(f"/?job={job.id}", 303)


@router.post("/plain/{collection:path}")
def see_as_before(request: Request, collection: str, person: PagePerson) -> Response:
    """Leave a collection to the encoder that is built in. Every answer stays."""
    del person
    state = state_of(request)
    _check_may_import(request)
    row = state.store.collection(collection)
    for encoder in row.encoders:
        if encoder in HUB:
            state.library.remove_encoder(row.name, encoder)
    state.forget(row.name)
    return RedirectResponse("/", 303)


@router.post("/api/imports")
async def start_json(request: Request, person: ApiPerson) -> Response:
    """Begin an import; its page asks how it goes."""
    body = await read(request, NewImport)
    job = await run_in_threadpool(start, request, person, body.path, body.name, body.artworks)
    return JSONResponse(job.as_json(), 202)


@router.get("/api/imports/{job}")
def state(request: Request, job: str, person: ApiPerson) -> dict[str, Any]:
    """How it goes, and how many pictures its collection has by now."""
    state = state_of(request)
    found = state.imports.of(job, person.id)
    return found.as_json() | {"size": state.size_of(found.collection)}


@router.get("/api/imports/{job}/pictures")
def arrived(request: Request, job: str, person: ApiPerson, after: str = "0") -> dict[str, Any]:
    """The pictures that have come in, behind this id; a page of them."""
    state, last = state_of(request), whole(after, "after", 0, 2**53)
    items = state.arrived(state.imports.of(job, person.id).collection, last)
    return {"items": [{"id": i.id, "v": i.key[:8], "width": i.width, "height": i.height} for i in items]}


@router.post("/api/imports/{job}/cancel")
def cancel(request: Request, job: str, person: ApiPerson) -> dict[str, Any]:
    """Stop it. What was taken in stays; the same import again goes on from there."""
    imports = state_of(request).imports
    found = imports.of(job, person.id)
    imports.stop(found, person.id)
    return found.as_json()


@router.post("/imports/{job}/stop")
def stop_form(request: Request, job: str, person: FormPerson) -> Response:
    """Stop it, by a form."""
    cancel(request, job, person)
    return RedirectResponse("/", 303)


@router.post("/api/imports/{job}/again")
def go_on(request: Request, job: str, person: ApiPerson) -> Response:
    """Go on with one that was stopped."""
    imports = state_of(request).imports
    return JSONResponse(imports.again(imports.of(job, person.id)).as_json(), 202)


@router.post("/api/imports/{job}/later")
def put_off(request: Request, job: str, person: ApiPerson) -> dict[str, Any]:
    """Offer to go on with one that was stopped at its collection alone."""
    found = state_of(request).imports.of(job, person.id)
    found.later = True
    return found.as_json()


@router.post("/look/{collection:path}")
def look(request: Request, collection: str, person: PagePerson) -> Response:
    """Look for artworks in the photos of a collection's source that nobody has looked into. Every answer stays."""
    state = state_of(request)
    _check_may_import(request)
    row = state.store.collection(collection)
    job = state.imports.start(row.source, row.name, person.id, artworks=True)
    return RedirectResponse(f"/?job={job.id}", 303)


def start(request: Request, person: Person, path: str, name: str, artworks: bool = False) -> Job:
    """artworks : whether those in photos are found wherever they come from

    Raises
    ------
    Refused
    AlikeName
        where there is nothing to import or no name to import it into
    """
    state = state_of(request)
    _check_may_import(request)
    spec, title = source_of(path)
    return state.imports.start(spec, new_name(state, name or title), person.id, artworks=artworks or None)


def new_name(state: AppState, name: str) -> str:
    """The name of the collection that pictures go into, there or new, as it is kept. raises : Refused, AlikeName"""
    name = check_name(name)
    known = [row.name for row in state.store.collections()]
    if name not in map(composed, known) and (same := alike(name, known)):
        raise AlikeName("collection", name, same)
    return name


def check_name(name: str) -> str:
    """A collection's name as it is kept. raises : Refused where it can be none"""
    name = composed(" ".join(name.split()))
    if (
        not 1 <= len(name) <= _LONGEST_NAME
        or not name.isprintable()
        or "/" in name
        or "\\" in name
        or name.startswith(".")
    ):
        raise Refused(
            422, f"A collection's name has 1 to {_LONGEST_NAME} characters, without slashes, got {name[:80]!r}."
        )
    return name


def _check_may_import(request: Request) -> None:
    if not on_this_machine(request):
        raise Refused(
            403,
            "Folders, links and museums are imported on the machine that runs Beholder. Open it there, or run beholder "
            "import.",
        )


async def offer_renewal(request: Request, fault: OlderNumbers) -> Response:
    """The answer where an older encoder alone has seen a collection: where this version may look at it, a button."""
    if request.method != "GET" or request.url.path.startswith("/api/"):
        return refuse(request, 409, str(fault))
    if state_of(request).imports.bringing(fault.name):
        return RedirectResponse("/", 303)  # where it says how far it is
    return refuse(request, 409, _OLDER, older=fault.name if on_this_machine(request) else "")


def _is_older(state: AppState, row: CollectionRow) -> bool:
    """Whether a collection was read with an encoder that was the default before, or with an older version of one."""
    return _is_former(state.settings, row) or any(
        _is_unseen(state, row, encoder) for encoder in row.encoders if encoder in BUILT_IN
    )


def _is_former(settings: Settings, row: CollectionRow) -> bool:
    return bool(row.size) and row.encoder != settings.encoder and row.encoder in BUILT_IN


def _is_unseen(state: AppState, row: CollectionRow, encoder: str) -> bool:
    """Whether an encoder of this version has seen none of a few pictures of a collection."""
    covers = {item.key for item in state.covers(row)}
    return bool(covers) and state.library.shards(encoder).missing(covers) == covers


def _is_wordless(state: AppState, row: CollectionRow) -> bool:
    """Whether a collection is from before pictures were measured for words."""
    return _is_unseen(state, row, "measures")


def _news(state: AppState, row: CollectionRow) -> Refresh | None:
    """What the newest pages changed; None where they changed nothing."""
    told = last_refresh(state.store.works.listings(row.id))
    return told or None


def _asked(state: AppState, row: CollectionRow) -> int:
    """How many pairs of pictures may show the same work."""
    pairs = state.store.works.pairs(row.id)
    if all(pair.sure or pair.said is not None for pair in pairs):
        return 0
    return len(Works.of(state.store.items(row.id), pairs).questions)


def source_of(path: str) -> tuple[str, str]:
    """(what to import, what to call it) of what was typed. raises : Refused, UserError"""
    path = path.strip().strip("\"'")
    if path == SAMPLE:
        return SAMPLE, SAMPLE
    if not path or _CONTROL.search(path):
        raise Refused(422, "Type the path of a folder, a saved page, a .zip or a .csv on this machine, or a link.")
    if is_online(path):
        return path, re.sub(r"[/\\]+", " ", online_title(path))[:_LONGEST_NAME].strip()
    if "://" in path:
        raise Refused(422, "This is a link that is not followed; only http and https links are.")
    try:
        full = Path(path).expanduser()
        there = full.exists()
    except (OSError, RuntimeError, ValueError):  # too long, an unknown ~user, a null byte
        there = False
    if not there or not full.is_absolute():
        raise Refused(
            422,
            f"There is no folder or file {path[:200]!r} on this machine. Type its full path, from / or ~; "
            "a link begins with https://, a museum with its name, as in met:water lilies.",
        )
    if full.is_file() and full.suffix.lower() not in FILES:
        raise Refused(
            422,
            "A folder, a saved page (.html, .mhtml), a .json, a feed (.xml), a .zip or a .csv can be imported, "
            f"got a {full.suffix or 'file without an ending'}.",
        )
    plain = full.with_suffix("") if full.suffix.lower() == ".gz" else full
    title = plain.stem if full.is_file() else full.resolve().name
    return str(full.resolve()), " ".join(title.split())  # no name has spaces that are none of the keyboard's
