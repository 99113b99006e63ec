"""Crops: which part of its photo each picture is, all of them at a glance, and an editor for one.

In the editor a person corrects the corners of a picture, draws those of a work that was missed, and removes what is no
work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.errors import BadPicture
from beholder.images import crop_of, quad_of, size_of
from beholder.images.crops import SMALLEST
from beholder.images.quads import Quad
from beholder.locator import WHOLE
from beholder.sources import SAMPLE
from beholder.store import CropCounts
from beholder.types import Item
from beholder.web.access import on_this_machine
from beholder.web.faults import Refused
from beholder.web.pages.label import whole
from beholder.web.render import page, segment
from beholder.web.state import state_of
from beholder.web.who import FormPerson, PagePerson

_PER_PAGE = 60
_SHOW = {
    "cut": "Found in photos", "whole": "Whole", "corrected": "Corrected", "unseen": "Not looked into",
    "removed": "Removed",
}  # fmt: skip
_SAID = {
    "1": "Saved. The picture is this part of the photo now, and your answers are kept.",
    "added": "Added. It is a picture of its own now, with the title and price of the others in this photo.",
    "removed": "Removed. It is neither asked nor ranked any more, and no import brings it back. Answers are kept.",
    "back": "Put back.",
}
_INSET = 0.3  # of the sides of a photo, around the corners that a missed work begins with

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture within its photo, every value ready to draw.

    width, height : of the photo; 0 where it cannot be opened
    corners : of the picture in it, as `x,y x,y x,y x,y`
    """

    item: Item
    width: int
    height: int
    corners: str

    @property
    def ratio(self) -> float:
        """Of the photo, as a wall hangs it."""
        return min(max(self.width / self.height, 0.25), 5.0) if self.height else 1.0

    @property
    def outline(self) -> str:
        """As the path of an SVG."""
        return f"M{self.corners}Z"


def _inner(seen: _Seen) -> _Seen:
    """The middle of the same photo."""
    (left, right), (top, bottom) = ((_INSET * side, (1 - _INSET) * side) for side in (seen.width, seen.height))
    corners = f"{left:.0f},{top:.0f} {right:.0f},{top:.0f} {right:.0f},{bottom:.0f} {left:.0f},{bottom:.0f}"
    return replace(seen, corners=corners)


@router.get("/crops/{collection:path}")
def crops(request: Request, collection: str, person: PagePerson, show: str = "") -> Response:
    """All pictures of a kind, each drawn in its photo."""
    del person
    state = state_of(request)
    row = state.store.collection(collection)
    counts = state.store.crop_counts().get(row.id, CropCounts())
    number = whole(request.query_params.get("page", "1"), "page", 1, 10**6)
    show = _kind(show or next((kind for kind in _SHOW if getattr(counts, kind)), "cut"))
    of = getattr(counts, show)
    items = state.store.crops(row.id, show, (number - 1) * _PER_PAGE, _PER_PAGE)
    return page(
        request, "crops.html", here="collections", collection=row.name, counts=counts, show=show,
        kinds=[(kind, label, getattr(counts, kind)) for kind, label in _SHOW.items()], number=number,
        last=max(1, -(-of // _PER_PAGE)), seen=[_seen(item) for item in items],
        may_look=bool(counts.unseen) and row.source != SAMPLE and on_this_machine(request),
    )  # fmt: skip


@router.get("/crop/{item_id}/{collection:path}")
def crop(
    request: Request, item_id: str, collection: str, person: PagePerson, show: str = "", saved: str = "", add: str = ""
) -> Response:
    """One picture in its photo, to correct; or the photo alone, to draw a work in that was missed."""
    del person
    state = state_of(request)
    row = state.store.collection(collection)
    item, *others = state.store.parts(row.id, whole(item_id, "item", 1, 2**53))
    usual = "removed" if item.removed else "cut" if item.crop != WHOLE else "whole" if item.found else "unseen"
    show, seen = _kind(show or usual), _seen(item)
    adding = add == "1" and bool(seen.height)
    place, before, after = state.store.beside(row.id, show, item.id)
    return page(
        request, "crop.html", here="collections", collection=row.name, show=show, said=_SAID.get(saved),
        seen=_inner(seen) if adding else seen, adding=adding, smallest=SMALLEST,
        others=[one for one in others if not one.removed],
        parts=[_seen(one).outline for one in (item, *others) if not one.removed and one.crop != WHOLE],
        back=before[0] if before else None, more=after[0] if after else None, number=place // _PER_PAGE + 1,
    )  # fmt: skip


@router.post("/crop/{item_id}/{collection:path}")
def correct(
    request: Request,
    item_id: str,
    collection: str,
    person: FormPerson,
    crop: Annotated[str, Form()] = "",
    show: Annotated[str, Form()] = "",
    add: Annotated[str, Form()] = "",
) -> Response:
    """What a person says: `whole`, `found` (what was found there before), four corners, `removed` or `back`. With
    `add` the corners are those of another work in the photo. Answers stay.
    """
    del person
    state, show = state_of(request), _kind(show or "cut")
    row = state.store.collection(collection)
    item = state.store.parts(row.id, whole(item_id, "item", 1, 2**53))[0]
    if crop in ("removed", "back"):
        state.library.remove_part(row.name, item.id, crop == "removed")
        state.forget(row.name)
        return _to(row.name, item.id, show, crop)
    if crop == "found" and not item.is_added:
        crop = item.found or WHOLE
    try:
        quad = quad_of(crop)
        crop = WHOLE if quad is None else crop_of(quad, size_of(item.photo.locator))
    except BadPicture as reason:
        raise Refused(422, f"This part of the photo cannot be taken: {reason}.") from reason
    if add == "1":
        new = state.library.add_part(row.name, item.id, crop)
        state.forget(row.name)
        return _to(row.name, new, show, "added")
    state.library.set_crop(row.name, item.id, crop)
    state.forget(row.name)
    return _to(row.name, item.id, show, "1")


def _to(collection: str, item_id: int, show: str, said: str) -> Response:
    return RedirectResponse(f"/crop/{item_id}/{segment(collection)}?show={show}&saved={said}", 303)


def _kind(show: str) -> str:
    if show not in _SHOW:
        raise Refused(422, f"There is no such part of the pictures; there are {', '.join(_SHOW)}.")
    return show


def _seen(item: Item) -> _Seen:
    try:
        width, height = size_of(item.photo.locator)
        quad: Quad = quad_of(item.crop) or ((0, 0), (width, 0), (width, height), (0, height))
    except BadPicture:
        return _Seen(item, 0, 0, "")
    return _Seen(item, width, height, " ".join(f"{x:g},{y:g}" for x, y in quad))
