"""Pictures by their id."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from beholder.errors import BadPicture, UnknownName
from beholder.types import Item
from beholder.web.faults import Refused
from beholder.web.state import state_of
from beholder.web.thumbnails import SIDES

_FOREVER = "private, max-age=31536000, immutable"  # where the address holds the content's hash

router = APIRouter()


@router.get("/pictures/{item_id}/{side}.jpg")
def picture(request: Request, item_id: str, side: str) -> Response:
    """One picture, re-encoded, at one of the fixed sizes."""
    return send(request, item_id, side, lambda item: item)


@router.get("/photos/{item_id}/{side}.jpg")
def photo(request: Request, item_id: str, side: str) -> Response:
    """The same of the whole photo that a picture is a part of."""
    return send(request, item_id, side, lambda item: item.photo)


def send(request: Request, item_id: str, side: str, shown: Callable[[Item], Item]) -> Response:
    """A picture as it is shown, at one of the fixed sizes."""
    if side not in {str(s) for s in SIDES}:
        raise Refused(404, f"There is no such size; there are {', '.join(map(str, SIDES))}.")
    if not (item_id.isascii() and item_id.isdigit() and len(item_id) < 16):
        raise Refused(404, "There is no such picture.")
    state = state_of(request)
    try:
        item = shown(state.store.item(int(item_id)))
    except UnknownName as fault:
        raise Refused(404, "There is no such picture.") from fault
    etag = f'"{item.key[:20]}-{side}"'
    named = request.query_params.get("v") == item.key[:8]
    headers = {"ETag": etag, "Cache-Control": _FOREVER if named else "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        jpeg = state.pictures.get(item, int(side))
    except BadPicture as fault:
        raise Refused(404, f"This picture cannot be shown: {fault}.") from fault
    return Response(jpeg, media_type="image/jpeg", headers=headers)
