"""Results before there is a ranking: pictures with what is known of them, in orders that need no taste."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from beholder.filters import panel_of
from beholder.ranking import Ranking
from beholder.session import Session
from beholder.web.pages.results_query import (
    LIMITS,
    address_of,
    filter_of,
    not_understood,
    said,
    sorts_of,
    sought_in,
    unfiltered,
    whole_in,
)
from beholder.web.render import page
from beholder.web.state import GROWN_SEEN, state_of

_SHOWN = 60  # pictures; as they came from all over the collection
_BY_TASTE = ("varied", "surprise")


def is_early(session: Session) -> bool:
    """Whether too few are answered for a ranking."""
    return bool(session.progress().left) and not session.starts_from_others


def too_early(request: Request, session: Session) -> Response | None:
    """The pictures as they are, and the way to the questions, where too few are answered for a ranking; else None."""
    if not is_early(session):
        return None
    state, query = state_of(request), request.query_params
    session = state.fresh(session.collection.name, session.person, GROWN_SEEN)
    art, met, wanted = session.collection, session.now.met, filter_of(query, session.collection)
    everything = session.now.listed
    shown, address = wanted.of(everything, met, art), partial(address_of, query)
    asked = bool(wanted or wanted.sort != "score")
    step = 1 if asked else -(-len(shown) // _SHOWN) or 1
    sorts = {k: name for k, name in sorts_of(art.facts, wanted).items() if k not in _BY_TASTE}
    context: dict[str, Any] = {
        "collection": art.name, "size": len(everything), "filter": wanted, "asked": asked, "matching": len(shown),
        "panel": panel_of(wanted, everything, met, art, sought_in(query), whole_in(query)),
        "faults": not_understood(query, art),
        "typed": {name: said(query, name) for name in LIMITS}, "plain": unfiltered(query),
        "sorts": sorts | {"score": "As they came"}, "last_ones": wanted.last(shown, art.facts),
        "shown": _items(shown, step),
        "parts": [(heading, len(some), _items(some, 1), address(apart=part.part))
                  for heading, part in wanted.apart if len(some := part.of(everything, met, art))],
        "why_apart": lambda item: wanted.wishes.part_of(item)[1] if wanted.wishes else "",
    }  # fmt: skip
    if query.get("part") == "filter":
        return page(request, "filter_fields.html", **context)
    return page(
        request, "results_early.html", here="results", progress=session.progress(), had=len(art),
        coming=state.coming(art.name, session.person), **context,
    )  # fmt: skip


def _items(shown: Ranking, step: int) -> list[Any]:
    return shown.items[::step][:_SHOWN]
