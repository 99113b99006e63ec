"""What a browser sends, read strictly: a body of events becomes judgements, or one sentence says why not."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from beholder.types import Judgement
from beholder.web.faults import Refused

_MOST_EVENTS = 200  # in one body
_MOST_SHOWN = 60  # pictures in one grid
_DAY = 86400.0  # seconds; what took longer is kept as unknown

_ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
_ItemId = Annotated[int, Field(ge=1, lt=2**53)]  # what JavaScript can hold exactly
Model = TypeVar("Model", bound=BaseModel)

_WANTED = {  # kind: (fewest, most) pictures
    "rating": (1, 1), "favourite": (1, 1), "hide": (1, 1), "choice": (2, 2), "tie": (2, 2),
    "skip": (1, _MOST_SHOWN), "grid": (2, _MOST_SHOWN), "undo": (0, 0),
}  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Event(_Strict):
    """One thing a person did; `beholder.types.Judgement` says what each field means."""

    id: _ClientId
    kind: Literal["rating", "choice", "tie", "skip", "grid", "favourite", "hide", "undo"]
    items: list[_ItemId] = Field(default_factory=list, max_length=_MOST_SHOWN)
    value: float | None = None
    picked: list[_ItemId] = Field(default_factory=list, max_length=_MOST_SHOWN)
    seconds: Annotated[float, Field(ge=0, le=7 * _DAY)] | None = None  # over a day: the page was left open
    side: Literal["left", "right"] | None = None
    asked_by: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 :_+.-]{0,39}$")] = "person"
    undoes: _ClientId | None = None

    def fault(self, known: AnyOf[int]) -> tuple[int, str] | None:
        """(status, sentence) of what is wrong with it, given the ids of the collection's pictures."""
        fewest, most = _WANTED[self.kind]
        n = len(self.items)
        if not fewest <= n <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            return 422, f"a {self.kind} is about {wanted} picture{'s' * (most != 1)}, got {n}"
        if len(set(self.items)) < n:
            return 422, f"a {self.kind} needs different pictures, got {self.items} with one twice"
        if self.kind == "rating" and not (self.value is not None and 1 <= self.value <= 10):
            return 422, f"a rating is a value from 1 to 10, got {self.value}"
        if self.kind in ("favourite", "hide") and self.value not in (0, 1):
            return 422, f"a {self.kind} has the value 1 (on) or 0 (off), got {self.value}"
        if not set(self.picked) <= set(self.items) or len(set(self.picked)) < len(self.picked):
            return 422, f"picked must be some of the pictures shown, each once, got {self.picked}"
        if self.picked and self.kind != "grid":
            return 422, f"only a grid has picked pictures, got them with a {self.kind}"
        if (self.kind == "undo") != (self.undoes is not None):
            return 422, "an undo names in `undoes` the id of what it takes back, and nothing else does"
        if unknown := [i for i in self.items if i not in known]:
            return 404, f"there is no picture {unknown[0]} in this collection"
        return None

    def judgement(self) -> Judgement:
        return Judgement(
            kind=self.kind, items=tuple(self.items), client_id=self.id, value=self.value, picked=tuple(self.picked),
            seconds=None if self.seconds is None or self.seconds > _DAY else self.seconds,
            side=self.side if self.kind == "choice" else None, asked_by=self.asked_by, undoes=self.undoes,
        )  # fmt: skip


class Events(_Strict):
    """The body of a save."""

    events: list[_Event] = Field(min_length=1, max_length=_MOST_EVENTS)


class Undo(_Strict):
    """The body of an undo of whatever came last."""

    id: _ClientId


class NewImport(_Strict):
    """The body of an import."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    artworks: bool = False


class NewUpload(_Strict):
    """The body of an upload's beginning. apart : what is to be read as a whole is called, "" for pictures alone"""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    apart: Annotated[str, StringConstraints(max_length=300)] = ""


class Listing(_Strict):
    """Whether a picture is on a shortlist: one of the person's, or a new one of this name."""

    item: _ItemId
    on: bool
    shortlist: _ItemId | None = None
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class Order(_Strict):
    """The pictures of a shortlist, first to last."""

    items: list[_ItemId] = Field(max_length=_MOST_EVENTS)


class Note(_Strict):
    """What a person notes of a picture."""

    item: _ItemId
    text: Annotated[str, StringConstraints(max_length=10_000)]


async def read(request: Request, model: type[Model]) -> Model:
    """The request's body as this model. raises : Refused 415 or 422, with a sentence"""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, f"the body must be application/json, got {kind[:60] or 'no type at all'}")
    body = await request.body()
    try:
        return model.model_validate_json(body)
    except ValidationError as fault:
        raise Refused(422, _in_words(fault.errors(include_url=False, include_context=False))) from None


def _in_words(faults: list[Any]) -> str:
    """All faults of a body in one sentence; at most three, the rest counted."""
    said = []
    for fault in faults[:3]:
        place = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"][:1].lower() + fault["msg"][1:]
        got = repr(fault["input"])[:40] if isinstance(fault["input"], (str, int, float)) else ""
        said.append(f"{place or 'the body'}: {message[:120]}{f', got {got}' if got else ''}")
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return f"invalid request: {'; '.join(said)}{more}"


def judgements(events: Events, known: AnyOf[int]) -> list[Judgement]:
    """All events as judgements. raises : Refused at the first that cannot be one; then none is recorded"""
    for event in events.events:
        if fault := event.fault(known):
            raise Refused(fault[0], f"{fault[1]} (event {event.id})")
    return [event.judgement() for event in events.events]
