"""Made pictures: as they are shown, their twins, their files and recipes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from beholder.create import Kept, kept_of, recipe_of, twin_of
from beholder.errors import UnknownName
from beholder.ranking import title_of
from beholder.store import Person
from beholder.types import MIDDLE, SCALE, Item
from beholder.web.faults import Refused
from beholder.web.pages.label import whole
from beholder.web.pages.pictures import send
from beholder.web.render import download
from beholder.web.state import AppState, state_of
from beholder.web.who import PagePerson

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Made:
    """A made picture, as the page shows it.

    Attributes
    ----------
    loved
        None where nothing was said of it
    like
        titles of the pictures that it was made like
    """

    item: Item
    twin: Item
    loved: bool | None
    like: tuple[str, ...] = ()

    @property
    def told(self) -> dict[str, str]:
        return dict(self.item.columns)

    def doubt(self, collection: str) -> str:
        """What is to be said of scores that are not above the middle; "" where they are."""
        own, other = (float(self.told.get(name) or SCALE[1]) for name in ("your taste", "another eye"))
        if own <= MIDDLE:
            return f"You may like it no better than most of {collection}."
        return "Less sure: a second opinion puts it below the middle." if other <= MIDDLE else ""

    @property
    def known(self) -> str:
        """What is to be said of how it came."""
        told = self.told
        new = "new" if told.get("new") == "yes" else "much like one that is there"
        made = f"made like {' and '.join(self.like)}" if self.like else told.get("family", "")
        more, less = (f"{word} {told[word]}" if word in told else "" for word in ("more of", "less of"))
        number = f"number {told['seed']}" if "seed" in told else ""
        return " · ".join(filter(None, [new, made, more, less, number]))


@router.get("/made/{item_id}/twin/{side}.jpg")
def twin(request: Request, item_id: str, side: str) -> Response:
    """The same seed without the taste."""
    return send(request, item_id, side, lambda item: twin_of(_is_made(state_of(request), item)))


@router.get("/made/{item_id}/picture.png")
def whole_picture(request: Request, item_id: str, person: PagePerson) -> Response:
    """The picture as it was made, its recipe in it."""
    del person
    item = _item(request, item_id)
    path = item.locator.path
    if path is None or not path.is_file():
        raise Refused(404, "The file of this picture is no longer there.")
    return FileResponse(path, media_type="image/png", filename=f"{title_of(item)}.png")


@router.get("/made/{item_id}/recipe.json")
def recipe(request: Request, item_id: str, person: PagePerson) -> Response:
    """How it was made."""
    del person
    item = _item(request, item_id)
    told = recipe_of(item.locator.path) if item.locator.path else {}
    return download(json.dumps(told, ensure_ascii=False, indent=1), "application/json", f"{title_of(item)}.json")


def made_pictures(state: AppState, kept: Kept, person: Person) -> list[Made]:
    """All that were made for this person from this collection, oldest first."""
    if (row := kept.row) is None:
        return []
    told = [j for j in state.store.judgements(person.id, row.id) if j.kind == "grid" and len(j.items) == 1]
    loved = {j.items[0]: bool(j.picked) for j in told}
    items = [item for item in state.store.items(row.id) if not item.gone]
    titles = {item.name: title_of(item) for item in (*state.library.shared(kept.origin.name).items, *items)}

    def like(item: Item) -> tuple[str, ...]:
        names = filter(None, item.columns.get("made like", "").split(" and "))
        return tuple(titles.get(name, name) for name in names)

    return [Made(item, twin_of(item), loved.get(item.id), like(item)) for item in items]


def round_of(item: Item) -> int:
    said = item.columns.get("round", "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _item(request: Request, item_id: str) -> Item:
    state = state_of(request)
    return _is_made(state, state.store.item(whole(item_id, "item", 1, 2**53)))


def _is_made(state: AppState, item: Item) -> Item:
    """raises : UnknownName where it was not made by Beholder"""
    name = state.store.collections_of([item.id]).get(item.id, "")
    if not name or kept_of(state.library, state.store.collection(name)) is None:
        raise UnknownName("There is no such picture among those that were made.")
    return item
