"""What goes wrong, as a page or as JSON: always a sentence, never a traceback."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from beholder.errors import (
    AlikeName,
    BadInput,
    BeholderError,
    IdTaken,
    NotEnoughAnswers,
    StoreError,
    UnknownName,
    UserError,
)
from beholder.web.render import page, segment

_STATUS: tuple[tuple[type[BeholderError], int], ...] = (
    (UnknownName, 404),
    (AlikeName, 409),
    (IdTaken, 409),
    (UserError, 400),
    (BadInput, 422),
    (NotEnoughAnswers, 409),
    (StoreError, 503),
)
_BARE = ("/api/", "/pictures/", "/photos/", "/static/")  # what no person reads as a page
_SENTENCES = {
    404: "Page not found. Check the address, or choose a page above.",
    405: "This page does not accept that kind of request.",
    422: "The request was not valid. Open the page again.",
}
_HEADLINES = {
    400: "Request not understood",
    401: "Who is answering?",
    403: "Not allowed from here",
    404: "Not found",
    409: "Not yet",
    413: "Too much at once",
    503: "Your data cannot be reached",
}


class Refused(BeholderError):
    """A request that is turned away: a status and a sentence.

    stop : the id of the import in its way, which the person may stop
    """

    def __init__(self, status: int, sentence: str, stop: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.stop = stop


class NeedPerson(Exception):
    """A page was asked for by a browser that has not said who answers."""


class NeedCode(Exception):
    """Another device asks, and has not typed the access code."""


def refuse(request: Request, status: int, sentence: str, stop: str = "", older: str = "") -> Response:
    """The answer to a request that cannot be done: JSON for the API, one line for a picture, else a quiet page.

    stop : as in `Refused`; older : the collection that may be processed again here
    """
    path = request.url.path
    if path.startswith("/api/"):
        return JSONResponse({"error": sentence}, status)
    if path.startswith(_BARE):
        return PlainTextResponse(sentence, status)
    guest = path.startswith("/shared/")  # who is led nowhere but to what is shared
    if guest:
        request.state.person = None
    if not hasattr(request.state, "person"):  # for the menu; the page that says what failed must not fail itself
        with suppress(Exception):
            request.state.person = request.app.state.beholder.person(request.cookies)
    headline = _HEADLINES.get(status, "That did not work")
    return page(
        request, "error.html", status=status, headline=headline, sentence=sentence, back=_back(request), guest=guest,
        stop=stop, older=older,
        plain=_unfiltered(request) if status == 400 else "",
    )  # fmt: skip


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _back(request: Request) -> str:
    """The address of the page of ours that the request came from; "" where it is another's, or this very one."""
    there, here = request.headers.get("referer", ""), request.url
    ours = there.startswith(f"{here.scheme}://{here.netloc}/")
    return there if ours and (request.method != "GET" or there != str(here)) else ""


def _unfiltered(request: Request) -> str:
    """The address of the Results that were asked for, without what cannot be understood of the filter; else ""."""
    asked = request.method == "GET" and request.url.path.startswith("/results/") and request.url.query
    return f"/results/{segment(request.path_params['collection'])}" if asked else ""


def _status_of(fault: BeholderError) -> int:
    """The status that says what kind of fault it is."""
    if isinstance(fault, Refused):
        return fault.status
    return next((status for kind, status in _STATUS if isinstance(fault, kind)), 500)


def install(app: FastAPI) -> None:
    """Turn every exception of a page into an answer with a sentence."""

    @app.exception_handler(BeholderError)
    async def beholder(request: Request, fault: BeholderError) -> Response:
        name = request.path_params.get("collection", "")
        page_of_it = request.method == "GET" and not request.url.path.startswith("/api/")
        if isinstance(fault, UnknownName) and page_of_it and app.state.beholder.imports.bringing(name):
            return RedirectResponse(f"/label/{segment(name)}", 303)  # its first pictures are on their way
        sentence = str(fault).partition(" See: beholder ")[0]  # that is for a shell
        return refuse(request, _status_of(fault), sentence, fault.stop if isinstance(fault, Refused) else "")

    @app.exception_handler(IdTaken)
    async def taken(request: Request, fault: IdTaken) -> Response:
        del request  # a page makes its own ids: only the API is told one
        return JSONResponse({"error": str(fault), "taken": fault.client_id}, _status_of(fault))

    @app.exception_handler(NeedPerson)
    async def person(request: Request, fault: NeedPerson) -> Response:
        del fault
        if request.url.path.startswith("/api/"):
            return refuse(request, 401, "Choose who is answering in this browser on the People page first.")
        return RedirectResponse("/people?" + urlencode({"next": _here(request)}), 303)

    @app.exception_handler(NeedCode)
    async def code(request: Request, fault: NeedCode) -> Response:
        del fault
        if request.method != "GET" or request.url.path.startswith(_BARE):
            return refuse(request, 401, "Open Beholder in this browser and type its access code first.")
        return RedirectResponse("/code?" + urlencode({"next": _here(request)}), 303)

    @app.exception_handler(HTTPException)
    async def http(request: Request, fault: HTTPException) -> Response:
        return refuse(request, fault.status_code, _SENTENCES.get(fault.status_code, str(fault.detail)))

    @app.exception_handler(RequestValidationError)
    async def shape(request: Request, fault: RequestValidationError) -> Response:
        del fault
        return refuse(request, 422, _SENTENCES[422])
