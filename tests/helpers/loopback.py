"""Servers here that stand for sites of the internet, and a door to them."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from beholder.sources.web import Door, Kept
from beholder.sources.web.addresses import is_address

HOST = "museum.example"
AT = f"http://{HOST}"
OPEN = b"User-agent: *\nAllow: /\n"


@dataclass
class Request:
    """One request. headers : by their names in lower case"""

    target: str
    headers: dict[str, str]

    @property
    def first(self) -> int:
        """The first byte that it asks for."""
        return int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")[0])


@dataclass
class Reply:
    """What is sent: head and body; or `raw` instead, as it stands; then the line is cut where `cut` says so."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # another than the body has
    cut: bool = False
    raw: Callable[[Callable[[bytes], None]], None] | None = None


class Site:
    """A server. answer : says what to reply; robots.txt lets all in unless `answer` answers it too (`robots`)"""

    def __init__(self, answer: Callable[[Request], Reply], robots: bool = False, tls: ssl.SSLContext | None = None):
        self.requests: list[Request] = []
        self.connections = 0
        site = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                site.connections += 1
                with suppress(OSError):
                    while site.serve(self, answer, robots):
                        pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

            def get_request(self):
                line, address = super().get_request()
                return (tls.wrap_socket(line, server_side=True) if tls else line), address

            def handle_error(self, *_) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.place: tuple[str, int] = self.server.server_address
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def serve(self, handler, answer, robots) -> bool:
        """One request. returns : whether the line stays open"""
        if not (line := handler.rfile.readline()):
            return False
        headers = {}
        while (head := handler.rfile.readline().strip()) and b":" in head:
            name, _, value = head.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        request = Request(line.split()[1].decode(), headers)
        self.requests.append(request)
        reply = Reply(OPEN) if request.target == "/robots.txt" and not robots else answer(request)
        if reply.raw is not None:
            reply.raw(handler.wfile.write)
            return False
        length = len(reply.body) if reply.length is None else reply.length
        head = "".join(f"{k}: {v}\r\n" for k, v in {"Content-Length": str(length), **reply.headers}.items())
        body = b"" if reply.status == 304 else reply.body
        handler.wfile.write(f"HTTP/1.1 {reply.status} Said\r\n{head}\r\n".encode("latin-1") + body)
        return not reply.cut

    def asked(self) -> list[str]:
        """What was asked for, but for robots.txt."""
        return [request.target for request in self.requests if request.target != "/robots.txt"]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def serving(pages: dict[str, Reply | bytes]) -> Callable[[Request], Reply]:
    """A site of these pages."""

    def answer(request: Request) -> Reply:
        page = pages.get(request.target, Reply(b"none", 404))
        return page if isinstance(page, Reply) else Reply(page)

    return answer


def ranged(data: bytes, request: Request, etag: str = '"1"', most: int | None = None) -> Reply:
    """A file as a server sends it that can send its rest; the line is cut after `most` bytes."""
    headers = {"ETag": etag, "Content-Type": "image/jpeg"}
    if request.headers.get("if-none-match") == etag:
        return Reply(b"", 304, headers)
    first = request.first if request.headers.get("if-range") == etag else 0
    rest = data[first:]
    sent = rest if most is None else rest[:most]
    if first:
        headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
    return Reply(sent, 206 if first else 200, headers, length=len(rest), cut=len(sent) < len(rest))


def nowhere(host: str, port: int) -> list[str]:
    """A resolver for tests: an address is itself, and no name is looked up."""
    if is_address(host):
        return [host]
    raise AssertionError(f"{host} was looked up")


def door_to(folder: Path, sites: dict[str, Site], **more) -> Door:
    """A door for which the servers are at these hosts, on both ports; it does not wait."""
    reach = {(host, port): site.place for host, site in sites.items() for port in (80, 443)}
    return Door(folder, **{"reach": reach, "pace": 0.0, "sleep": lambda seconds: None, "resolve": nowhere} | more)


def fetched(folder: Path, site: Site, target: str = "/", **more) -> Kept:
    """What a new door fetches from a site."""
    with door_to(folder, {HOST: site}) as door:
        return door.fetch(AT + target, **more)
