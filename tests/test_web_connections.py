"""A real server over real sockets: nobody who is slow, or comes in numbers, keeps the others waiting."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from beholder.web.connections import most
from helpers.browser import SERVE, free_port

IMPATIENT = """
import socket
from beholder.web import app, connections
connections.PATIENCE, connections.MOST = {}, {}
listen = app.listen
def with_little_room(*address):
    bound = listen(*address)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return bound
app.listen = with_little_room
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, request):
    """The port of a server for all that waits 1.5 s and holds 40 connections, and what it says."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    said = folder / "said.txt"
    with said.open("wb") as log:
        start = IMPATIENT.format(*getattr(request, "param", (1.5, 40))) + SERVE
        command = [sys.executable, "-c", start, str(folder / "home"), str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    page(port)
                    break
                assert process.poll() is None, said.read_text()
                time.sleep(0.1)
            yield port, said
        finally:
            process.kill()
            process.wait()


def page(port):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/people", timeout=10).status


def connected(port, first=b""):
    one = socket.create_connection(("127.0.0.1", port), timeout=20)
    one.sendall(first)
    return one


def ended(one):
    """Whether the server has closed this connection, waiting for it."""
    with contextlib.suppress(ConnectionError):
        while one.recv(65536):
            pass
    return True


HEAD = b"POST /people HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
SLOW = {
    "nothing": b"",
    "half a line": b"GET /peo",
    "headers without an end": b"GET /people HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n",
    "a body that does not come": HEAD
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nna",
    "chunks that do not come": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nnam\r\n",
}


@pytest.mark.parametrize("first", SLOW.values(), ids=SLOW)
def test_a_request_that_does_not_come_to_its_end_is_given_up(server, first):
    port, said = server
    start = time.monotonic()
    with connected(port, first) as one:
        assert ended(one)
        assert 1 < time.monotonic() - start < 10
    assert page(port) == 200
    assert said.read_text() == ""


def test_a_byte_now_and_then_does_not_keep_a_connection(server):
    port, said = server
    with connected(port) as one:
        start = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for byte in b"GET /people HTTP/1.1\r\nX-Slow: " + b"a" * 500:
                one.sendall(bytes([byte]))
                time.sleep(0.05)
        assert time.monotonic() - start < 10
    assert said.read_text() == ""


def test_a_connection_is_used_again_and_a_slow_second_request_is_given_up(server):
    port, _ = server
    whole = b"GET /static/icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connected(port) as one:
        for _ in range(4):
            one.sendall(whole)
            reply = b""
            while b"</svg>" not in reply:
                reply += (part := one.recv(65536))
                assert part, "closed"
            assert reply.startswith(b"HTTP/1.1 200")
            time.sleep(0.4)  # longer in all than one request may take
        one.sendall(whole[:20])
        assert ended(one)


def test_who_does_not_read_what_was_asked_for_is_given_up(server):
    port, said = server
    ask = b"GET /static/look.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.settimeout(20)
        one.connect(("127.0.0.1", port))
        start = time.monotonic()
        with contextlib.suppress(ConnectionError):
            for _ in range(3_000_000):  # until nothing more fits between the two
                one.sendall(ask)
        assert 1 < time.monotonic() - start < 15
    assert page(port) == 200
    assert said.read_text() == ""


@pytest.mark.parametrize("server", [(60, 8)], indirect=True)
def test_many_who_read_nothing_do_not_keep_a_page_from_coming(server):
    port, said = server
    held = []
    try:
        for _ in range(8):
            held.append(one := socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", port))
            one.setblocking(False)
        sent = 1
        while sent:  # until nothing more fits between any two
            sent = 0
            for one in held:
                with contextlib.suppress(BlockingIOError):
                    sent += one.send(b"GET /static/label.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1000)
            time.sleep(0.1)
        assert page(port) == 200
    finally:
        [one.close() for one in held]
    assert said.read_text() == ""


def test_many_half_open_connections_do_not_keep_a_page_from_coming(server):
    port, said = server
    held = []
    try:
        for round in range(5):
            held += [connected(port, b"GET /people HTTP/1.1\r\nX: ") for _ in range(80)]
            start = time.monotonic()
            assert page(port) == 200
            assert time.monotonic() - start < 5, round
    finally:
        [one.close() for one in held]
    assert said.read_text() == ""


def test_what_is_no_http_and_who_leaves_half_way_is_not_in_the_log(server):
    port, said = server
    for first in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", *SLOW.values()):
        connected(port, first).close()
    with connected(port, b"GET /static/look.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # leaves without a word
    for _ in range(20):
        assert page(port) == 200
    assert said.read_text() == ""


@pytest.mark.parametrize("address", ["/people", "/nowhere"])
def test_a_body_that_breaks_off_into_something_else_is_not_in_the_log(server, address):
    port, said = server
    head = SLOW["chunks that do not come"].replace(b"/people", address.encode())
    for wait in (0, 0.02, 0.2):
        with connected(port, head) as one:
            time.sleep(wait)
            one.sendall(b"no length\r\n")
            reply = one.recv(65536)
            assert reply.startswith(b"HTTP/1.1 4"), reply
            assert ended(one)
    assert page(port) == 200
    assert said.read_text() == ""


def test_there_are_fewer_connections_than_files_that_may_be_open():
    resource = pytest.importorskip("resource")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 8 <= most() <= (400 if soft == resource.RLIM_INFINITY else max(8, soft // 2))
