"""What stands before every page: the host allow-list, the same-origin check on writes, limits, the headers."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("beholder.web")
logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # else every odd form is a line on stderr
MAX_BODY = 256 * 1024  # bytes: two hundred answers that waited for the server are about 60 kB
_BUG = "Something went wrong in Beholder. Nothing that was saved is lost. Try again."
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE = re.compile(rb"[A-Za-z0-9_-]{1,64}")  # what a cookie of ours may hold

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a form would be sent with `Origin: null`
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_Refuse = Callable[[Request, int, str], Response]


class _TooLarge(HTTPException):
    """The body is longer than `MAX_BODY`, whatever its header says."""

    def __init__(self) -> None:
        super().__init__(*_too_large())


class Guard:
    """ASGI middleware. `refuse(request, status, sentence)` makes the answer to what is turned away.

    Parameters
    ----------
    hosts
        names that the Host header may carry, without port. A page of another site that has its own name point here
        (DNS rebinding) is turned away by its Host; one that posts a form here, by its Origin.
    cookies
        names of our own; no other is read, for one of many escapes takes the standard library seconds
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], cookies: Iterable[str], refuse: _Refuse) -> None:
        self.app = app
        self.hosts = frozenset(h.lower() for h in hosts)
        self.cookies = frozenset(name.encode() for name in cookies)
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            else:  # a web socket: there are none here
                await send({"type": "websocket.close", "code": 1008})
            return
        scope.setdefault("state", {})["nonce"] = nonce = secrets.token_urlsafe(12)
        scope["headers"] = _with_own_cookies(scope["headers"], self.cookies)
        head = scope["method"] == "HEAD"  # answered as GET is, without the body
        if head:
            scope["method"] = "GET"
        request = Request(scope)

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
                headers.setdefault("Cache-Control", "no-store")  # pages are one person's own
            elif head:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body"}
            await send(message)

        if fault := self.fault(request):
            await self.refuse(request, *fault)(scope, receive, send_with_headers)
            return
        try:
            await self.app(scope, _limited(receive), send_with_headers)
        except ClientDisconnect:
            return  # it has left; nobody waits for an answer
        except Exception:
            if started:
                raise
            log.exception("a fault of Beholder's own at %s", request.url.path)
            await self.refuse(request, 500, _BUG)(scope, receive, send_with_headers)

    def fault(self, request: Request) -> tuple[int, str] | None:
        """(status, sentence) of what is wrong with the request before anybody reads its body."""
        headers = request.headers
        if _hostname(headers.get("host", "")) not in self.hosts or len(headers.getlist("host")) != 1:
            return 400, (
                "This address is not one that Beholder answers to. Open it as http://127.0.0.1 with its port, "
                "or name the host in BEHOLDER_ALLOWED_HOSTS."
            )
        if request.method in _READS:
            return None
        if not _same_origin(headers):
            return 403, "This came from another site, so nothing was changed. Use a page of Beholder itself."
        return _length_fault(headers.get("content-length"))


def _with_own_cookies(headers: Iterable[tuple[bytes, bytes]], names: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """The headers with no other cookies than these, each once."""
    kept, own = list[tuple[bytes, bytes]](), dict[bytes, bytes]()
    for header, value in headers:
        if header != b"cookie":
            kept.append((header, value))
            continue
        for part in value.split(b";"):
            name, _, text = part.strip().partition(b"=")
            if name in names and _COOKIE.fullmatch(text):
                own[name] = text
    return [*kept, (b"cookie", b"; ".join(b"=".join(pair) for pair in own.items()))] if own else kept


def _length_fault(length: str | None) -> tuple[int, str] | None:
    if length is None:
        return None
    if not (length.isascii() and length.isdigit()):
        return 400, "The request's Content-Length is not a number."
    return _too_large() if int(length[:12]) > MAX_BODY else None


def _too_large() -> tuple[int, str]:
    return 413, f"The request is larger than the {MAX_BODY // 1024} kB that are read here. Send fewer answers at once."


def _hostname(host: str) -> str:
    """The name in a Host header, lower case, without its port; '' where it is not one."""
    if host.startswith("["):
        name, bracket, port = host.partition("]")
        name += bracket
    else:
        name, _, port = host.partition(":")
        port = ":" + port if port else ""
    ok = not port or (port[0] == ":" and port[1:].isascii() and port[1:].isdigit())
    return name.lower() if ok else ""


def _same_origin(headers: Headers) -> bool:
    """True for a write that a page of this very server sent.

    Every browser of today sends both headers with a POST; who sends neither is no browser that a person sits before,
    and is refused too: a script can say `Origin: http://127.0.0.1:8765`.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == headers.get("host", "").lower()


def _limited(receive: Receive) -> Receive:
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MAX_BODY:
            raise _TooLarge
        return message

    return limited
