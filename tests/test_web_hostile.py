"""Requests that no well-meaning browser sends: each gets a sentence and the right status, and changes nothing."""

import asyncio
import json
import time

import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.web.app import create_app
from beholder.web.safety import MAX_BODY
from helpers.browser import HERE, SAFE, as_person, event, hang

ANSWERS, UNDO, IMPORTS = "/api/label/wall/answers", "/api/label/wall/undo", "/api/imports"
TRACES = ("Traceback", 'File "', "Error(", "site-packages")


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    home = tmp_path_factory.mktemp("hostile")
    library = Library(home, config=Settings(home=home, threads=1, model="gp"))  # which knows nothing before
    library.import_source(hang(home / "pictures", 12), "wall")
    library.import_source(hang(home / "others", 3), "another")
    return library


@pytest.fixture(scope="module")
def client(wall):
    app = create_app(wall, wall.settings)
    yield as_person(TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False))
    app.state.beholder.close()
    wall.close()


@pytest.fixture(autouse=True)
def nothing_changes(client, wall):
    """Whatever a test here sends, no answer, person or collection comes of it."""

    def state():
        people, rows = wall.store.people(), wall.store.collections()
        return [p.name for p in people], rows, [wall.store.events(p.id, c.id) for p in people for c in rows]

    before = state()
    yield
    assert state() == before


def refused(reply, status, path="/api/"):
    """The status that was wanted, with one sentence in the shape that this part of the app speaks."""
    assert reply.status_code == status, reply.text[:300]
    if path.startswith("/api/"):
        told = reply.json()
        assert set(told) == {"error"}
        sentence = told["error"]
    else:
        sentence = reply.text
    assert len(sentence) > 15
    assert not any(trace in reply.text for trace in TRACES)
    assert "content-security-policy" in reply.headers
    return sentence


GOOD = {"id": "0" * 32, "kind": "choice", "items": [1, 2]}
BODIES = {  # name: (status, body of a save)
    "nothing": (422, b""),
    "not json": (422, b"hello"),
    "half a json": (422, b'{"events": [{"id": "aaaaaaaa"'),
    "a list": (422, b"[]"),
    "a number": (422, b"42"),
    "null": (422, b"null"),
    "not utf-8": (422, b'{"events": "\xff\xfe"}'),
    "utf-16": (422, '{"events": []}'.encode("utf-16")),
    "a million brackets": (422, b"[" * 100_000),
    "deep objects": (422, b'{"events":' * 20_000),
    "no events": (422, {}),
    "empty events": (422, {"events": []}),
    "events as a word": (422, {"events": "all"}),
    "events as an object": (422, {"events": {"0": GOOD}}),
    "too many events": (422, {"events": [GOOD] * 201}),
    "an event as a word": (422, {"events": ["choice"]}),
    "an extra field beside": (422, {"events": [GOOD], "person": 1}),
    "NaN as a rating": (422, b'{"events": [{"id": "aaaaaaaa", "kind": "rating", "items": [1], "value": NaN}]}'),
    "infinity as a rating": (422, b'{"events": [{"id": "aaaaaaaa", "kind": "rating", "items": [1], "value": 1e999}]}'),
    "too large": (413, b'{"events": [' + b" " * MAX_BODY + b"]}"),
}


@pytest.mark.parametrize(("status", "body"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_save_is_refused(client, status, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    refused(client.post(ANSWERS, content=content, headers={"Content-Type": "application/json"}), status)


EVENTS = {  # name: (status, what is changed in a good choice)
    "no id": (422, {"id": None}),
    "a short id": (422, {"id": "a"}),
    "a long id": (422, {"id": "a" * 65}),
    "an id with sql": (422, {"id": "'; DROP TABLE judgements;--"}),
    "an id with a line": (422, {"id": "aaaaaaaa\n"}),
    "an id as a number": (422, {"id": 12345678}),
    "an unknown kind": (422, {"kind": "love"}),
    "a kind as a number": (422, {"kind": 1}),
    "no kind": (422, {"kind": None}),
    "kind in capitals": (422, {"kind": "CHOICE"}),
    "an extra field": (422, {"person": "root"}),
    "a prototype": (422, {"__proto__": {"x": 1}}),
    "a picture against itself": (422, {"items": [1, 1]}),
    "one picture in a choice": (422, {"items": [1]}),
    "three pictures in a choice": (422, {"items": [1, 2, 3]}),
    "no picture": (422, {"items": []}),
    "an unknown picture": (404, {"items": [1, 999999]}),
    "a picture of another collection": (404, {"items": [1, 13]}),
    "picture zero": (422, {"items": [0, 1]}),
    "a negative picture": (422, {"items": [-1, 2]}),
    "a picture beyond what a number holds": (422, {"items": [1, 2**63]}),
    "a picture with a fraction": (422, {"items": [1.5, 2]}),
    "a picture as a word": (422, {"items": ["1", "2"]}),
    "a picture as true": (422, {"items": [True, 2]}),
    "a list in a list": (422, {"items": [[1], [2]]}),
    "a rating of nothing": (422, {"kind": "rating", "items": []}),
    "a rating without value": (422, {"kind": "rating", "items": [1]}),
    "a rating of zero": (422, {"kind": "rating", "items": [1], "value": 0}),
    "a rating of eleven": (422, {"kind": "rating", "items": [1], "value": 11}),
    "a rating as a word": (422, {"kind": "rating", "items": [1], "value": "7"}),
    "a rating of two": (422, {"kind": "rating", "items": [1, 2], "value": 7}),
    "a tie of one": (422, {"kind": "tie", "items": [1]}),
    "a tie with itself": (422, {"kind": "tie", "items": [2, 2]}),
    "a skip of nothing": (422, {"kind": "skip", "items": []}),
    "a grid that picks what it did not show": (422, {"kind": "grid", "items": [1, 2], "picked": [3]}),
    "a grid that picks twice": (422, {"kind": "grid", "items": [1, 2], "picked": [1, 1]}),
    "a grid of one": (422, {"kind": "grid", "items": [1]}),
    "a grid of a hundred": (422, {"kind": "grid", "items": list(range(1, 101))}),
    "a choice with picks": (422, {"picked": [1]}),
    "half a favourite": (422, {"kind": "favourite", "items": [1], "value": 0.5}),
    "a favourite without value": (422, {"kind": "favourite", "items": [1]}),
    "a hide of two": (422, {"kind": "hide", "items": [1, 2], "value": 1}),
    "an undo of nothing": (422, {"kind": "undo", "items": []}),
    "an undo with pictures": (422, {"kind": "undo", "items": [1], "undoes": "a" * 32}),
    "a choice that undoes": (422, {"undoes": "a" * 32}),
    "negative seconds": (422, {"seconds": -1}),
    "a week of seconds": (422, {"seconds": 700_000}),
    "a third side": (422, {"side": "middle"}),
    "a strategy with markup": (422, {"asked_by": "<script>alert(1)</script>"}),
    "a long strategy": (422, {"asked_by": "a" * 41}),
}


@pytest.mark.parametrize(("status", "change"), EVENTS.values(), ids=EVENTS)
def test_an_event_that_cannot_be_is_refused(client, status, change):
    bad = event("choice", [1, 2]) | change
    refused(client.post(ANSWERS, json={"events": [{k: v for k, v in bad.items() if v is not None}]}), status)


PAGES = {  # name: (status, method, address)
    "no such page": (404, "GET", "/nothing"),
    "no such api": (404, "GET", "/api/nothing"),
    "an unknown collection": (404, "GET", "/label/nowhere"),
    "results of nowhere": (404, "GET", "/results/nowhere"),
    "taste of nowhere": (404, "GET", "/taste/nowhere"),
    "answers of nowhere": (404, "GET", "/answers/nowhere"),
    "questions of nowhere": (404, "GET", "/api/label/nowhere/questions"),
    "progress of nowhere": (404, "GET", "/api/label/nowhere/progress"),
    "export of nowhere": (404, "GET", "/results/nowhere/export.csv"),
    "export too early": (409, "GET", "/results/wall/export.csv"),
    "a collection with markup": (404, "GET", "/label/%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
    "a collection with a null": (404, "GET", "/label/a%00b"),
    "a collection that climbs": (404, "GET", "/label/..%2F..%2Fetc%2Fpasswd"),
    "a very long collection": (404, "GET", "/label/" + "a" * 5000),
    "a fourth way to answer": (404, "GET", "/label/wall?mode=dice"),
    "an unknown kind of question": (422, "GET", "/api/label/wall/questions?kind=riddle"),
    "no questions": (422, "GET", "/api/label/wall/questions?n=0"),
    "a million questions": (422, "GET", "/api/label/wall/questions?n=1000000"),
    "n as a word": (422, "GET", "/api/label/wall/questions?n=many"),
    "n with a fraction": (422, "GET", "/api/label/wall/questions?n=1.5"),
    "n in other digits": (422, "GET", "/api/label/wall/questions?n=%D9%A3"),
    "exclude as words": (422, "GET", "/api/label/wall/questions?exclude=1,two"),
    "exclude with sql": (422, "GET", "/api/label/wall/questions?exclude=1%20OR%201=1"),
    "a huge exclude": (422, "GET", "/api/label/wall/questions?exclude=" + "9" * 400),
    "about words": (422, "GET", "/api/label/wall/about?items=a"),
    "page zero": (422, "GET", "/results/wall?page=0"),
    "page minus one": (422, "GET", "/answers/wall?page=-1"),
    "page as a word": (422, "GET", "/results/wall?page=last"),
    "an unknown picture": (404, "GET", "/pictures/999999/320.jpg"),
    "a picture that climbs": (404, "GET", "/pictures/..%2F..%2Fbeholder.db/320.jpg"),
    "a negative picture": (404, "GET", "/pictures/-1/320.jpg"),
    "a picture as a word": (404, "GET", "/pictures/one/320.jpg"),
    "an endless picture": (404, "GET", "/pictures/" + "9" * 30 + "/320.jpg"),
    "a size that is not made": (404, "GET", "/pictures/1/99999.jpg"),
    "a size as a word": (404, "GET", "/pictures/1/huge.jpg"),
    "a static file that climbs": (404, "GET", "/static/..%2Fapp.py"),
    "a static file outside": (404, "GET", "/static/%2Fetc%2Fpasswd"),
    "an unknown import": (404, "GET", "/api/imports/" + "0" * 32),
    "a page deleted": (405, "DELETE", "/label/wall"),
    "an answer put": (405, "PUT", ANSWERS),
    "answers read": (405, "GET", ANSWERS),
    "a picture posted": (405, "POST", "/pictures/1/320.jpg"),
    "an unknown verb": (405, "BREW", "/"),
}


@pytest.mark.parametrize(("status", "method", "address"), PAGES.values(), ids=PAGES)
def test_an_address_that_leads_nowhere_is_a_quiet_page(client, status, method, address):
    refused(client.request(method, address), status, address)


FORMS = {  # name: (status, address, fields)
    "a person without a name": (400, "/people", {"name": ""}),
    "a person of blanks": (400, "/people", {"name": "   "}),
    "a person with an endless name": (400, "/people", {"name": "a" * 81}),
    "a person with a bell": (400, "/people", {"name": "a\x07b"}),
    "a switch to nobody": (404, "/people/switch", {"person": "999999"}),
    "a switch by sql": (404, "/people/switch", {"person": "1 OR 1=1"}),
    "a mark of no kind": (422, "/mark/wall", {"item": "1", "kind": "rating", "value": "1"}),
    "a mark of two": (422, "/mark/wall", {"item": "1", "kind": "hide", "value": "2"}),
    "a mark on a word": (422, "/mark/wall", {"item": "one", "kind": "hide", "value": "1"}),
    "a mark on nothing": (404, "/mark/wall", {"item": "999999", "kind": "hide", "value": "1"}),
    "a mark elsewhere": (404, "/mark/nowhere", {"item": "1", "kind": "hide", "value": "1"}),
    "an answer that was never given": (404, "/take-back/wall", {"id": "a" * 32}),
    "an import of nothing": (422, "/import", {"path": ""}),
    "an import of what is not there": (422, "/import", {"path": "/no/such/folder"}),
    "an import of an address": (422, "/import", {"path": "ftp://example.org/x.zip"}),
    "an import of a file address": (422, "/import", {"path": "file:///etc/passwd"}),
    "an import of no picture file": (422, "/import", {"path": "/etc/passwd"}),
    "an import of a relative path": (422, "/import", {"path": "tests"}),
    "an import with a null": (422, "/import", {"path": "/tmp\x00/x"}),
    "an import for nobody's home": (422, "/import", {"path": "~nobody-of-that-name/x"}),
    "an import with an endless path": (422, "/import", {"path": "/" + "a" * 4000}),
    "an import into a path": (422, "/import", {"path": "/tmp", "name": "../../etc"}),
    "an import into a hidden name": (422, "/import", {"path": "/tmp", "name": "..."}),
    "an import into an endless name": (422, "/import", {"path": "/tmp", "name": "a" * 200}),
}


@pytest.mark.parametrize(("status", "address", "fields"), FORMS.values(), ids=FORMS)
def test_a_form_that_cannot_be_is_refused(client, status, address, fields):
    refused(client.post(address, data=fields, follow_redirects=False), status, address)


JSON_IMPORTS = [
    {},
    {"path": 1},
    {"path": "/tmp", "encoder": "x"},
    {"path": ""},
    {"path": "/no/such"},
    {"path": "sample\n;"},
]


@pytest.mark.parametrize("body", JSON_IMPORTS, ids=repr)
def test_an_import_that_cannot_be_is_refused(client, body):
    refused(client.post(IMPORTS, json=body), 422)


HOSTS = [
    *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", "127.0.0.1@evil.example"),
    *("", "127.0.0.1:x", "127.0.0.1:80:80", "[::1", "0.0.0.0:8765", "2130706433:8765"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_another_name_for_this_machine_is_turned_away(client, host):
    refused(client.get("/", headers={"Host": host}), 400, "/")


def test_the_names_that_are_allowed_are_answered(client):
    for host in ("127.0.0.1", "LOCALHOST:8765", "[::1]:8765"):
        assert client.get("/people", headers={"Host": host}).status_code == 200


ORIGINS = {
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:9999"},
    "a name that begins alike": {"Origin": HERE + ".evil.example"},
    "no site": {"Origin": "null"},
    "no header at all": {},
    "an extension": {"Origin": "chrome-extension://abc"},
    "said to be cross-site": {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    "said to be same-site": {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
    "same-origin with another origin": {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    "a broken origin": {"Origin": "http://[::1"},
}


@pytest.mark.parametrize("headers", ORIGINS.values(), ids=ORIGINS)
@pytest.mark.parametrize("address", [ANSWERS, "/people", "/people/switch", "/import", "/mark/wall"])
def test_a_write_from_elsewhere_is_forbidden(client, address, headers):
    bare = TestClient(client.app, base_url=HERE, cookies=dict(client.cookies), raise_server_exceptions=False)
    body = {"events": [event("choice", [1, 2])]}
    refused(bare.post(address, json=body, headers=headers), 403, address)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]
)
def test_only_json_is_read_as_json(client, kind):
    body = json.dumps({"events": [event("choice", [1, 2])]}).encode()
    refused(client.post(ANSWERS, content=body, headers={"Content-Type": kind}), 415)


READABLE = ("/", "/people", "/label/wall", "/api/label/wall/progress", "/static/look.css", "/pictures/1/320.jpg")


@pytest.mark.parametrize("address", [*READABLE, "/results/wall/export.csv", "/label/nowhere", "/nothing", ANSWERS])
def test_head_is_answered_as_get_is_without_the_body(client, address):
    get, head = (client.request(method, address, follow_redirects=False) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (get.status_code, b"")
    told = ("content-type", "content-length", "etag", "content-disposition")
    assert [head.headers.get(name) for name in told] == [get.headers.get(name) for name in told]


COOKIES = {
    "backslashes": "x=" + "\\" * 60_000,
    "quoted backslashes": 'x="' + "\\" * 60_000 + '"',
    "octal escapes": 'x="' + "\\101" * 15_000 + '"',
    "semicolons": ";" * 60_000,
    "many": "; ".join(f"c{n}=1" for n in range(8_000)),
    "not text": b"x=\xff\xfe",
}


@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)
def test_no_cookie_of_others_is_read(client, cookie):
    state = client.app.state.beholder
    own = f"{state.cookie}={client.cookies[state.cookie]}".encode()
    others = cookie if isinstance(cookie, bytes) else cookie.encode()
    for whole in (others + b"; " + own, own + b";" + others, state.cookie.encode() + others):
        stranger = TestClient(client.app, base_url=HERE, headers=SAFE | {"Cookie": whole})
        start = time.process_time()
        reply = stranger.get("/api/label/wall/progress")
        assert time.process_time() - start < 1
        assert reply.status_code == (200 if own in whole else 401)


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "' OR 1=1 --", "0" * 32])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_made_up_cookie_is_nobody(client, cookie, method):
    name = client.app.state.beholder.cookie
    stranger = TestClient(client.app, base_url=HERE, headers=SAFE | {"Cookie": f"{name}={cookie}"})
    address = "/api/label/wall/progress" if method == "GET" else ANSWERS
    refused(stranger.request(method, address), 401)
    assert stranger.get("/results/wall", follow_redirects=False).headers["location"].startswith("/people")


@pytest.mark.parametrize("length", ["-1", "many", "1e3", str(MAX_BODY + 1), "9" * 50])
def test_a_length_that_lies_or_is_too_long_is_refused_before_the_body(client, length):
    headers = {"Content-Type": "application/json", "Content-Length": length}
    reply = client.post(ANSWERS, content=b"{}", headers=headers)
    refused(reply, 413 if length.isdigit() else 400)


def test_a_body_without_a_length_is_cut_where_it_is_too_long(client):
    def endless():
        for _ in range(MAX_BODY // 1024 + 2):
            yield b" " * 1024

    refused(client.post(ANSWERS, content=endless(), headers={"Content-Type": "application/json"}), 413)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        for address in ("/people", "/people/switch", "/import", "/mark/wall", "/take-back/wall"):
            refused(client.post(address, content=endless(), headers={"Content-Type": kind}), 413, address)


@pytest.mark.parametrize("address", ["/people", "/people/switch", "/import", "/mark/wall", "/take-back/wall"])
def test_a_form_with_a_file_where_text_belongs_is_a_sentence(client, address):
    fields = ("name", "next", "person", "path", "item", "kind", "value", "id", "shown_to", "another")
    reply = client.post(address, files=dict.fromkeys(fields, ("x.txt", b"text")))
    sentence = refused(reply, 422, address)
    assert "Open the page again" in sentence
    assert not any(sign in sentence for sign in ("loc", "string_type", "{'", "&#34;"))


def test_a_broken_form_is_not_in_the_log(client, capfd):
    kind = "multipart/form-data; boundary=b"
    for body in (b"--b\r\nContent-Disposition: \xff\r\n\r\nx", b"--b x", b"--b\r\n\xad: x\r\n\r\n", b"--"):
        assert client.post("/mark/wall", content=body, headers={"Content-Type": kind}).status_code in (400, 422)
    assert capfd.readouterr() == ("", "")


def test_a_browser_that_leaves_is_no_fault(client, caplog):
    async def leave(address, kind):
        said = [{"type": "http.request", "body": b'{"ev', "more_body": True}, {"type": "http.disconnect"}]
        headers = {"host": "127.0.0.1:8765", "origin": HERE, "content-type": kind, "transfer-encoding": "chunked"}
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in client.cookies.items())

        async def receive():
            return said.pop(0) if said else {"type": "http.disconnect"}

        async def send(message):
            del message

        scope = {"type": "http", "method": "POST", "path": address, "raw_path": address.encode(), "query_string": b""}
        scope |= {"headers": [(k.encode(), v.encode()) for k, v in headers.items()], "root_path": "", "scheme": "http"}
        scope |= {"http_version": "1.1", "client": ("127.0.0.1", 5000), "server": ("127.0.0.1", 8765)}
        await client.app(scope, receive, send)

    for address, kind in ((ANSWERS, "application/json"), ("/people", "application/x-www-form-urlencoded")):
        asyncio.run(leave(address, kind))
    assert not caplog.records


def test_a_fault_of_our_own_is_a_sentence_without_a_trace(client, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("beholder.web.pages.label.progress_json", fail)
    sentence = refused(client.get("/api/label/wall/progress"), 500)
    assert "secret" not in sentence


def test_a_web_socket_is_closed(client):
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/label/wall/questions"):
        pass
