"""Uploads: pictures dropped on the page, from this machine or from a phone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from beholder.store import composed
from beholder.web.answers import NewUpload, read
from beholder.web.faults import Refused
from beholder.web.pages.collections import new_name
from beholder.web.pages.label import whole
from beholder.web.state import state_of
from beholder.web.who import ApiPerson

router = APIRouter()


@router.post("/api/uploads")
async def begin(request: Request, person: ApiPerson) -> dict[str, Any]:
    """Begin to send pictures into a collection."""
    body, state = await read(request, NewUpload), state_of(request)

    def start() -> str:
        name = new_name(state, body.name)
        ids = [row.id for row in state.store.collections() if composed(row.name) == name]
        return state.uploads.begin(person.id, name, ids[0] if ids else 0, body.apart)

    return {"id": await run_in_threadpool(start)}


@router.post("/api/uploads/{upload}/piece")
async def piece(
    request: Request, upload: str, person: ApiPerson, path: str = "", at: str = "0", size: str = "0"
) -> dict[str, Any]:
    """A piece of a file, as it is. returns : {"at": how many bytes of it are here}"""
    if request.headers.get("content-type") != "application/octet-stream":
        raise Refused(415, "the body must be application/octet-stream")
    places = whole(at, "at", 0, 2**53), whole(size, "size", 0, 2**53)
    body, uploads = await request.body(), state_of(request).uploads
    return {"at": await run_in_threadpool(uploads.take, upload, person.id, path, *places, body)}


@router.post("/api/uploads/{upload}/end")
def end(request: Request, upload: str, person: ApiPerson, artworks: str = "") -> Response:
    """All is sent: import it. artworks : "1" where those in the photos are to be found"""
    state = state_of(request)
    name, source = state.uploads.end(upload, person.id)
    job = state.imports.start(str(source), name, person.id, artworks=artworks == "1" or None)
    return JSONResponse(job.as_json(), 202)
