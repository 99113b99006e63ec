"""The access code, which another device types once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from beholder.web.access import let_in
from beholder.web.faults import Refused
from beholder.web.pages.people import inside
from beholder.web.render import page
from beholder.web.state import state_of

router = APIRouter()


@router.get("/code")
def ask(request: Request, next: str = "/") -> Response:
    """The form for it."""
    return page(request, "code.html", next=inside(next), wrong=False)


@router.post("/code")
def typed(request: Request, code: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Let this browser in, if it is the code."""
    state = state_of(request)
    if state.wrong_tries.too_many("access code"):
        raise Refused(429, "The code was wrong too often. Wait ten minutes, then try again.")
    if not state.code.is_it(code[:100]):
        state.wrong_tries.add("access code")
        return page(request, "code.html", status=403, next=inside(next), wrong=True)
    response = RedirectResponse(inside(next), 303)
    let_in(response, request)
    return response
