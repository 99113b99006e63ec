"""Connections of those who never come to the end: of their request, or of reading what they asked for."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import time
from dataclasses import dataclass

from attacks.server import Answering, Server
from attacks.watched import Result

AT_ONCE = 1100
PATIENCE = 10.0  # seconds for what takes a moment
TIMES = 4  # the server's patience, until it has taken the last, filled what is on the way, and waited
MOST_ON_THE_WAY = 32_000_000  # bytes that the system holds of an answer that nobody reads
HEAD = b"POST /people HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
FIRST = (
    b"", b"G", b"GET /peo", b"GET /people HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n", b"\x16\x03\x01\x02\x00",
    HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nna",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nnam\r\n", b"\r\n\r\n",
    HEAD + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n",
)  # fmt: skip
WHOLE = b"GET /static/label.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Held:
    """A connection to the server. reads : whether what comes is read; else not before the end"""

    socket: socket.socket
    first: bytes
    reads: bool


def connections(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """`n` connections, as many at once as this process may hold: a page comes all the while, and all are given up."""
    del ada
    most = min(AT_ONCE, _allowed())
    held: list[Held] = []
    try:
        while result.attempts < n:
            for _ in range(min(most, n - result.attempts)):
                result.attempts += 1
                held += _begun(server, rng)
                if rng.random() < 0.02:
                    _page(server, result, len(held))
            _page(server, result, len(held))
            held = _trickled(rng, held)
            if result.attempts < n:
                while len(held) > most // 2:
                    held.pop(0).socket.close()
        end = time.monotonic() + TIMES * server.patience
        while held and time.monotonic() < end:
            held = _open_still(held)
            time.sleep(0.2)
        if left := [one for one in held if one.reads or not _ended(one)]:
            sent = {one.first[:80] for one in left}
            result.fault("connections", f"{len(left)} are open after {TIMES * server.patience:.0f} s; sent: {sent}")
    finally:
        for one in held:
            one.socket.close()
    _page(server, result, 0)


def _ended(one: Held) -> bool:
    """Whether the server has given up whoever did not read: what was on the way comes to an end."""
    one.socket.settimeout(PATIENCE)
    one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    left = MOST_ON_THE_WAY
    try:
        while left > 0 and (part := one.socket.recv(1 << 16)):
            left -= len(part)
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return left > 0


def _allowed() -> int:
    """How many connections this process may hold, after asking for more."""
    try:
        import resource
    except ImportError:
        return 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(soft, 2 * AT_ONCE) if hard == resource.RLIM_INFINITY else max(soft, min(hard, 2 * AT_ONCE))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(50, most - 100)


def _begun(server: Server, rng: random.Random) -> list[Held]:
    """A connection that has begun and does not go on; or asks again and again and reads nothing."""
    one, reads = socket.socket(), rng.random() > 0.03
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(PATIENCE)
    first = rng.choice(FIRST) if reads else WHOLE * 3000
    try:
        one.connect(("127.0.0.1", server.port))
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.send(first)
    except OSError:
        one.close()
        return []
    return [Held(one, first, reads)]


def _trickled(rng: random.Random, held: list[Held]) -> list[Held]:
    """Each sends one byte more; those that the server has closed are let go."""
    for one in held:
        with contextlib.suppress(OSError):
            if rng.random() < 0.5:
                one.socket.send(b"a")
    return _open_still(held)


def _open_still(held: list[Held]) -> list[Held]:
    """Those that the server has not closed, as far as one sees without reading what others leave lying."""
    left = []
    for one in held:
        if _is_closed(one) if one.reads else _is_reset(one):
            one.socket.close()
        else:
            left.append(one)
    return left


def _is_closed(one: Held) -> bool:
    try:
        return not one.socket.recv(1 << 16)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _is_reset(one: Held) -> bool:
    """Whether the server has given it up: it is told so at once, as it has asked for more than was answered."""
    poll = select.poll()
    poll.register(one.socket, 0)  # what went wrong is told whatever one asks for
    return bool(poll.poll(0))


def _page(server: Server, result: Result, held: int) -> None:
    start = time.monotonic()
    for _ in range(3):  # the server may close a connection for a newer one
        if server.get("/people").status == 200:
            break
    else:
        result.fault("slow", f"the page did not come with {held} connections open")
    if (taken := time.monotonic() - start) > 5:
        result.fault("slow", f"the page took {taken:.1f} s with {held} connections open")
