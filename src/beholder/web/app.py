"""The web app: `create_app` puts it together, `serve` runs it until told to stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI, Request
from starlette.staticfiles import StaticFiles

from beholder.collection import Library
from beholder.config import Settings
from beholder.errors import OlderNumbers, UserError
from beholder.web import faults
from beholder.web.access import admit
from beholder.web.connections import BACKLOG, Connection
from beholder.web.imports import Job
from beholder.web.pages import (
    beside,
    changing,
    code,
    collections,
    create,
    crops,
    label,
    made,
    map,
    people,
    pictures,
    results,
    shortlists,
    taste,
    together,
    uploads,
    views,
    wall,
    works,
)
from beholder.web.render import segment
from beholder.web.safety import Guard
from beholder.web.state import AppState, state_of

_STATIC = Path(__file__).parent / "static"


class _Files(StaticFiles):
    """Scripts and styles: kept by the browser, and asked about each time, so that an update is seen at once."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _served(request: Request) -> None:
    state_of(request).library.background.served()


def create_app(library: Library, settings: Settings) -> FastAPI:
    """The app over one data folder.

    Parameters
    ----------
    settings
        `host` and `allowed_hosts` say under which names it answers
    """
    state = AppState(library, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        yield
        state.close()

    app = FastAPI(
        title="Beholder",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        dependencies=[Depends(admit), Depends(_served)],
    )
    app.state.beholder = state
    faults.install(app)
    app.exception_handler(OlderNumbers)(collections.offer_renewal)
    for part in (
        code,
        collections,
        crops,
        uploads,
        label,
        results,
        wall,
        views,
        map,
        taste,
        create,
        made,
        works,
        shortlists,
        beside,
        people,
        changing,
        together,
        pictures,
    ):
        app.include_router(part.router)
    app.mount("/static", _Files(directory=_STATIC))
    app.add_middleware(
        Guard,
        hosts=hosts(settings),
        refuse=faults.refuse,
        cookies=(state.cookie, state.cookie_at, state.cookie_guest, state.cookie_code),
    )
    return app


def hosts(settings: Settings) -> set[str]:
    """The names under which the server may be asked for: those allowed, and the one address it is bound to."""
    bound = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {*settings.allowed_hosts, *(() if bound in ("0.0.0.0", "[::]") else (bound,))}


def serve(
    library: Library,
    *,
    host: str | None = None,
    port: int | None = None,
    collection: str | None = None,
    source: str | None = None,
    encoder: str | None = None,
    on_ready: Callable[[str], None] | None = None,
    on_import: Callable[[Job], None] | None = None,
) -> None:
    """Serve the app until interrupted.

    Parameters
    ----------
    host, port
        default: the settings'; port 0: any free one
    collection
        the one that the address leads to
    source, encoder
        what is imported into it while requests are answered already
    on_ready
        called with the address once requests are answered
    on_import
        called with the import, in another thread, at every step and at its end

    Raises
    ------
    UserError
        where the port is taken or the host is not one of this machine
    """
    changed = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    settings = library.settings.model_copy(update=changed)
    bound = listen(settings.host, settings.port)
    name = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = f"http://{f'[{name}]' if ':' in name else name}:{bound.getsockname()[1]}/"
    if collection is not None:
        address += f"label/{segment(collection)}"
    app = create_app(library, settings)

    def ready() -> None:
        if on_ready:
            on_ready(address)
        if collection is not None:
            threading.Thread(target=app.state.beholder.prepare, args=(collection,), daemon=True).start()
        if source is not None and collection is not None:
            app.state.beholder.imports.start(source, collection, None, encoder, watched=on_import)

    config = uvicorn.Config(
        app, http=Connection, ws="none", log_level="error", access_log=False,
        server_header=False, backlog=BACKLOG, timeout_graceful_shutdown=2, timeout_keep_alive=30,
    )  # fmt: skip
    _Server(config, ready).run(sockets=[bound])


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to this address, so that what is wrong with it is said before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small replies at once (TCP_NODELAY) only where the protocol is named: 40 ms of every answer
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as fault:
        bound.close()
        raise UserError(f"cannot listen on {host} port {port}: {fault}. Choose another with --port") from fault
    return bound


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()
