"""A server in a process of its own on this machine alone, raw requests to it, and a person who goes on answering."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np
from PIL import Image

from attacks.watched import Result, peak_of
from beholder.collection import Library
from beholder.config import Settings

PICTURES = 12
PATIENCE = 10.0  # seconds in which every answer comes
MEMORY = 1_200_000_000  # bytes of the server at its peak
MOST_READ = 20_000_000  # bytes of one answer
SERVE = """
import sys
from pathlib import Path
from beholder.collection import Library
from beholder.config import Settings
from beholder.web import app, connections
connections.PATIENCE = float(sys.argv[3])
home = Path(sys.argv[1])
app.serve(Library(home, config=Settings(home=home, threads=1)), port=int(sys.argv[2]))
"""
RAW = re.compile(r"Traceback|\"detail\":|'loc':|&#39;loc|string_type|errors\.pydantic|site-packages|SQLite format")
SECRET = "a file that nobody asked for"


@dataclass
class Reply:
    """What came back. status: 0 where the connection was closed without an answer"""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Server:
    """The app over a wall of small pictures, with two people: Ada, who answers, and Bob, who does not."""

    def __init__(self, workspace: Path, patience: float) -> None:
        self.home = workspace / "home"
        self.log = workspace / "log.txt"
        self.patience = patience
        (workspace / "secret.txt").write_text(SECRET)
        library = self.library()
        library.import_source(_hang(workspace / "pictures"), "wall")
        self.items = [item.id for item in library.collection("wall").items]
        library.close()
        self.port = _free_port()
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with self.log.open("wb") as log:
            command = [sys.executable, "-c", SERVE, str(self.home), str(self.port), str(patience)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self._read = 0
        for _ in range(600):
            if self.process.poll() is not None or self.get("/people").status == 200:
                break
            time.sleep(0.1)
        self.cookies = {name: self._known(name) for name in ("Ada", "Bob", "Mallory")}

    def library(self) -> Library:
        return Library(self.home, config=Settings(home=self.home, threads=1))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _known(self, name: str) -> str:
        """The cookie of a new person."""
        reply = self.post("/people", f"name={name}".encode(), kind="application/x-www-form-urlencoded")
        return reply.headers.get("set-cookie", "").partition(";")[0]

    def ask(self, data: bytes | Iterable[bytes], *, head: bool = False, patience: float = PATIENCE) -> Reply:
        """Send these bytes and read one answer. raises : TimeoutError where it does not come in time"""
        start = time.monotonic()
        with contextlib.ExitStack() as stack:
            try:
                one = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=patience))
            except ConnectionError:
                return Reply(0)
            with contextlib.suppress(ConnectionError):  # it may refuse before it has read all
                for part in [data] if isinstance(data, bytes) else data:
                    one.sendall(part)
            answer = http.client.HTTPResponse(one, method="HEAD" if head else "GET")
            try:
                answer.begin()
                body = answer.read(MOST_READ + 1)
            except (ConnectionError, http.client.HTTPException):
                return Reply(0, seconds=time.monotonic() - start)
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, headers, body, time.monotonic() - start)

    def request(self, method: str, address: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
        """The bytes of a request as a browser sends them, except for what `headers` change; "" leaves one out."""
        given = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if method not in ("GET", "HEAD", "OPTIONS"):
            given |= {"Origin": self.origin, "Content-Length": str(len(body)), "Content-Type": "application/json"}
        given |= headers or {}
        lines = [f"{name}: {value}" for name, value in given.items() if value]
        return "\r\n".join([f"{method} {address} HTTP/1.1", *lines, "", ""]).encode("latin-1", "replace") + body

    def get(self, address: str, **headers: str) -> Reply:
        try:
            return self.ask(self.request("GET", address, headers))
        except TimeoutError:
            return Reply(0)

    def post(self, address: str, body: bytes, cookie: str = "", kind: str = "application/json") -> Reply:
        return self.ask(self.request("POST", address, {"Cookie": cookie, "Content-Type": kind}, body))

    def said(self) -> str:
        """What it has printed since the last time."""
        text = self.log.read_bytes()
        new, self._read = text[self._read :], len(text)
        return new.decode("utf-8", "replace")

    def events(self, name: str) -> set[str]:
        """The ids of all that the database holds of a person."""
        library = self.library()
        try:
            row = library.store.collection("wall")
            return {e.client_id for e in library.store.events(library.store.person(name).id, row.id)}
        finally:
            library.close()

    def check(self, result: Result) -> None:
        """Whether it lives, answers and has printed no traceback."""
        if (code := self.process.poll()) is not None:
            result.fault("server", f"it died with exit code {code}")
        elif self.get("/people").status != 200:
            result.fault("server", "it does not answer")
        if printed := self.said():
            result.fault("server", f"its log holds: {printed[-600:]!r}")
        result.peak = max(result.peak, peak_of(self.process.pid))
        if result.peak > MEMORY:
            result.fault("server", f"took {result.peak / 1e6:.0f} MB of memory")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Answering(threading.Thread):
    """Ada, who answers all the while: each answer is kept, in time, and no other is."""

    def __init__(self, server: Server, result: Result) -> None:
        super().__init__(daemon=True)
        self.server, self.result = server, result
        self.before = {name: server.events(name) for name in server.cookies}
        self.acknowledged: set[str] = set()
        self.allowed: set[str] = set()  # of Mallory, who attacks under a name of his own
        self.end = threading.Event()

    def run(self) -> None:
        while not self.end.wait(0.1):
            self._answer()

    def _answer(self) -> None:
        """As the page does: what is not acknowledged is sent again under the same id."""
        event = {"id": uuid.uuid4().hex, "kind": "choice", "items": self.server.items[:2], "asked_by": "random"}
        body = json.dumps({"events": [event]}).encode()
        start = time.monotonic()
        status: int | str = 0
        for _ in range(5):
            try:
                reply = self.server.post("/api/label/wall/answers", body, self.server.cookies["Ada"])
                status = reply.status
                if status == 200 and json.loads(reply.body) == {"saved": [event["id"]]}:
                    self.acknowledged.add(str(event["id"]))
                    break
            except (OSError, ValueError) as error:
                status = type(error).__name__
            if status != 0:
                break
        taken = time.monotonic() - start
        if status != 200:
            self.result.fault("Ada", f"her answer got {status} after {taken:.1f} s")
        elif taken > PATIENCE:
            self.result.fault("Ada", f"her answer took {taken:.1f} s")

    def stop(self) -> None:
        """Ends it and compares what was acknowledged with what the database holds."""
        self.end.set()
        self.join(5 * PATIENCE)
        for name, before in self.before.items():
            kept = self.server.events(name) - before
            wanted = {"Ada": self.acknowledged, "Mallory": self.allowed}.get(name, set())
            if lost := wanted - kept:
                self.result.fault(name, f"{len(lost)} answers were lost")
            if more := kept - wanted:
                self.result.fault(name, f"{len(more)} answers were kept that {name} did not give")


def judge(result: Result, what: str, reply: Reply, wanted: frozenset[int] | None = None) -> None:
    """Notes what is wrong with an answer. wanted : the statuses that it may have; None: any that is no fault"""
    name = quote(what[:120], safe=" /:=?&.,-")
    if reply.status >= 500 and reply.status != 503:
        result.fault(name, f"status {reply.status}: {reply.text[:200]!r}")
    elif reply.status == 503 and b"error" not in reply.body and b"<html" not in reply.body:
        result.fault(name, f"a 503 that says nothing: {reply.text[:200]!r}")
    elif wanted is not None and reply.status not in wanted:
        result.fault(name, f"status {reply.status}, wanted {sorted(wanted)}: {reply.text[:200]!r}")
    if found := RAW.search(reply.text):
        result.fault(name, f"it says {found.group()!r} at {reply.text[max(0, found.start() - 60) :][:200]!r}")
    if SECRET in reply.text:
        result.fault(name, "it shows a file that is no picture")
    if reply.seconds > PATIENCE:
        result.fault(name, f"it took {reply.seconds:.1f} s")
    if len(reply.body) > MOST_READ:
        result.fault(name, "its answer does not end")


def _hang(folder: Path) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = ["item,file,title,price"]
    for n in range(PICTURES):
        coarse = rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((96, 72)).save(folder / f"{n}.png")
        lines.append(f"p{n},{n}.png,Study {n},{n}")
    (folder / "items.csv").write_text("\n".join(lines) + "\n")
    return folder


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
