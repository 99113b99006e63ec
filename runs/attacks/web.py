"""Requests that no well-meaning browser sends, a class each. What is turned away changes nothing (see `Answering`)."""

from __future__ import annotations

import json
import random
import string
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

from attacks.mutations import TEXTS, changed, json_of
from attacks.server import Answering, Reply, Server, judge
from attacks.watched import Result

Attack = Callable[[Server, random.Random, int, Result, Answering], None]
ANSWERS, UNDO, IMPORTS = "/api/label/wall/answers", "/api/label/wall/undo", "/api/imports"
FORMS = {  # address: its fields
    "/people": ("name", "next", "another"), "/people/switch": ("person", "next"), "/import": ("path", "name"),
    "/mark/wall": ("item", "kind", "value", "next", "shown_to"), "/take-back/wall": ("id", "next", "shown_to"),
    "/elsewhere/wall": ("count", "next", "shown_to"),
}  # fmt: skip
WRITES = (ANSWERS, UNDO, IMPORTS, *FORMS, "/renew/wall", f"/api/imports/{'0' * 32}/cancel")
PRIVATE = (
    "/answers/wall",
    "/taste/wall",
    "/results/wall",
    "/api/label/wall/questions",
    "/api/label/wall/progress",
    "/",
)
READABLE = (*PRIVATE, "/people", "/label/wall", "/static/look.css", "/static/icon.svg", "/results/wall/export.csv")
FORM = "application/x-www-form-urlencoded"
TURNED_AWAY = frozenset({400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 431, 501})
REFUSED = frozenset({400})
GONE = frozenset({0})  # the connection was closed


def sent(
    server: Server, result: Result, what: str, data: bytes | Iterator[bytes], wanted: frozenset[int] | None
) -> Reply:
    """One attempt."""
    result.attempts += 1
    try:
        reply = server.ask(data)
    except TimeoutError:
        result.fault(what[:120], "no answer came in time")
        return Reply(0)
    judge(result, what, reply, wanted)
    return reply


def choice(server: Server) -> dict[str, object]:
    return {"id": uuid.uuid4().hex, "kind": "choice", "items": server.items[:2]}


def hosts(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """Under no other name than its own does it answer, whatever else the request says of where it belongs."""
    del ada
    port = server.port
    fixed = (
        "evil.example", f"127.0.0.1.evil.example:{port}", "127.0.0.1@evil.example", f"evil.example#127.0.0.1:{port}",
        "0.0.0.0", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.1:80:80", "[::1", "[::ffff:127.0.0.1]", "localhost.",
        "127.0.0.1:x", "127.0.0.1\t.evil", "xn--lcalhost-j4a", "a" * 60_000, "", f"127.0.0.1, evil.example:{port}",
    )  # fmt: skip
    own = server.cookies["Ada"]
    for number in range(n):
        host = fixed[number] if number < len(fixed) else _other_host(rng)
        method, address = rng.choice((("GET", "/people"), ("GET", "/answers/wall"), ("POST", ANSWERS), ("HEAD", "/")))
        headers = {"Host": host, "Cookie": own, "X-Forwarded-Host": f"127.0.0.1:{port}"}
        if rng.random() < 0.3:
            headers |= {"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        body = json.dumps({"events": [choice(server)]}).encode() if method == "POST" else b""
        if rng.random() < 0.1:  # a second name beside its own
            headers["Host"] = f"127.0.0.1:{port}\r\nHost: {host}"
        sent(server, result, f"host {host}", server.request(method, address, headers, body), REFUSED | GONE)


def _other_host(rng: random.Random) -> str:
    name = rng.choice(("127.0.0.1", "localhost", "[::1]"))
    extra = "".join(rng.choices(string.ascii_lowercase + ".-_@%", k=rng.randint(1, 8)))
    return rng.choice(
        (extra + name, f"{extra}.{name}", f"{name}.{extra}", f"{name}{extra}:80", f"http://{name}", f"{name}/")
    )


def forms(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """A write that a page of another site sends with Ada's cookie is refused, in whatever form it comes."""
    del ada
    here, own = server.origin, server.cookies["Ada"]
    origins = (
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"Origin": f"{here}.evil.example"},
        {"Origin": "http://127.0.0.1:1"}, {"Origin": f"http://localhost:{server.port}"}, {"Origin": "http://[::1"},
        {"Origin": here, "Sec-Fetch-Site": "cross-site"}, {"Origin": here, "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, {"Origin": f"{here}@evil.example"},
        {"Origin": "", "Referer": here}, {"Origin": f"ftp://127.0.0.1:{server.port}"}, {"Origin": f"{here} https://evil.example"},
    )  # fmt: skip
    kinds = ("application/json", FORM, "text/plain", "multipart/form-data; boundary=b", "")
    for _ in range(n):
        address = rng.choice(WRITES)
        headers = {"Cookie": own, **rng.choice(origins), "Content-Type": rng.choice(kinds)}
        if rng.random() < 0.2:
            headers |= {
                "X-HTTP-Method-Override": "POST",
                "X-Forwarded-Proto": "https",
                "X-Requested-With": "XMLHttpRequest",
            }
        body = json.dumps({"events": [choice(server)]}).encode()
        if address in FORMS:
            body = urlencode({"name": "Eve", "item": str(server.items[0]), "kind": "hide", "value": "1"}).encode()
        method, wanted = ("POST", frozenset({403}))
        if rng.random() < 0.15:
            method, wanted = rng.choice(("PUT", "PATCH", "DELETE", "post", "TRACE")), frozenset({403, 405})
        elif rng.random() < 0.1 and address != "/people":
            method, wanted = "GET", frozenset({303, 404, 405})
        sent(server, result, f"{method} {address} {headers}", server.request(method, address, headers, body), wanted)


def cookies(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """No made-up cookie is anybody, none of others is read, and beside them one's own still holds."""
    del ada
    own, bob = server.cookies["Ada"], server.cookies["Bob"]
    name, _, key = own.partition("=")
    large = (
        "x=" + "\\" * 60_000, 'x="' + "\\101" * 15_000 + '"', ";" * 60_000, "; ".join(f"c{k}=1" for k in range(7_000)),
        "=" * 60_000, "x=\xff\xfe", "x=" + "%00" * 5000, f'{name}="' + "\\" * 50_000 + '"',
    )  # fmt: skip
    for _ in range(n):
        address = rng.choice(PRIVATE)
        what = rng.randrange(4)
        at = rng.randrange(len(key))
        made_up = rng.choice(
            (
                key[:at] + rng.choice(string.ascii_letters.replace(key[at], "")) + key[at + 1 :], key[:at], key + "x",
                "", "' OR 1=1 --", "0" * 32, "1", "a" * 5000, f'"{key}"', key + "\x00", f" {key[:-1]}", "%" + key,
            )
        )  # fmt: skip
        cookie = f"{name}={made_up}" if what < 2 else rng.choice(large)
        wanted, mine = frozenset({401, 303, 400, 431}), False
        if what == 3 and "\xff" not in cookie:
            cookie, mine = rng.choice((f"{cookie}; {own}", f"{own}; {cookie}")), True
            wanted = frozenset({200, 400, 431, *((401, 303) if cookie.count(name) > 1 else ())})
        if len(cookie) > 60_500:
            wanted |= GONE
        data = server.request("GET", address, {"Cookie": cookie})
        reply = sent(server, result, f"{address} with cookie {cookie}", data, wanted)
        if not mine and reply.status == 200:
            result.fault(address, f"a made-up cookie sees a page of somebody's own: {cookie!r:.80}")
    for address in ("/answers/wall", "/results/wall"):  # what Bob, who has answered nothing, sees of Ada's answers
        text = sent(server, result, f"{address} as Bob", server.request("GET", address, {"Cookie": bob}), None).text
        if " rather than " in text:
            result.fault(address, "Bob sees an answer of Ada's")
    undo = server.request("POST", UNDO, {"Cookie": bob}, json.dumps({"id": uuid.uuid4().hex}).encode())
    if (
        taken := sent(server, result, "undo as Bob", undo, frozenset({200}))
    ).status == 200 and b'"undone":null' not in taken.body:
        result.fault(UNDO, f"Bob took back an answer of somebody else: {taken.text[:200]!r}")


def bodies(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """Bodies that are huge, of another kind, broken, or lie about their length. They come from Mallory."""
    own = server.cookies["Mallory"]
    good = {
        ANSWERS: {"events": [dict(choice(server), side="left", seconds=1.5, asked_by="random", value=None, picked=[])]},
        UNDO: {"id": "0" * 32}, IMPORTS: {"path": "/no/such/place", "name": "x"},
    }  # fmt: skip
    for _ in range(n):
        if rng.random() < 0.1:
            lying(server, rng, result, own)
            continue
        if rng.random() < 0.6:
            address = rng.choice(list(good))
            said = json.loads(json.dumps(good[address]))
            if address == ANSWERS:
                said["events"][0]["id"] = uuid.uuid4().hex
            body, kind = json_of(rng, said), rng.choice((*["application/json"] * 9, "text/plain", FORM))
        else:
            address = rng.choice([a for a in FORMS if a != "/people/switch"])
            body, kind = form_of(rng, FORMS[address], server)
        data = server.request("POST", address, {"Cookie": own, "Content-Type": kind}, body)
        wanted = TURNED_AWAY | {200, 303} | (GONE if len(body) > 200_000 else frozenset())
        reply = sent(server, result, f"{address} {body[:80]!r}", data, wanted)
        if address == ANSWERS and reply.status == 200:
            ada.allowed |= set(json.loads(reply.body)["saved"])
    ada.allowed |= server.events("Mallory")  # marks have ids of the server's own; those of an answer were compared


def form_of(rng: random.Random, fields: tuple[str, ...], server: Server) -> tuple[bytes, str]:
    """(body, content type) of a form with something wrong in it."""
    values = (
        *TEXTS,
        "1",
        "0",
        "hide",
        "favourite",
        str(server.items[0]),
        "9" * 400,
        "//evil.example",
        "/tmp",
        "/dev/zero",
    )
    values = tuple(v for v in values if len(v) < 50_000)
    pairs = [(field, rng.choice(values)) for field in fields for _ in range(rng.choice((1, 1, 1, 0, 3)))]
    match rng.randrange(6):
        case 0:
            part = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in pairs)
            body = (part * rng.choice((1, 1, 400)) + "--b--\r\n").encode("utf-8", "surrogatepass")
            return changed(rng, body), "multipart/form-data; boundary=b"
        case 1:
            file = "".join(
                f'--b\r\nContent-Disposition: form-data; name="{k}"; filename="x"\r\n\r\nx\r\n' for k, _ in pairs
            )
            return (file + "--b--\r\n").encode(), "multipart/form-data; boundary=b"
        case 2:
            kinds = ("multipart/form-data", "multipart/form-data; boundary=" + "b" * 5000, FORM + "; charset=utf-7")
            return urlencode(pairs, errors="replace").encode(), rng.choice(kinds)
        case 3:
            return b"&".join([b"name=x"] * rng.choice((1, 900, 30_000))), FORM
        case _:
            return urlencode(pairs, errors="surrogatepass").encode(), FORM


def lying(server: Server, rng: random.Random, result: Result, own: str) -> None:
    """A length that lies, or chunks that never end."""
    address = rng.choice((ANSWERS, "/people", "/mark/wall"))
    kind = "application/json" if address == ANSWERS else rng.choice((FORM, "multipart/form-data; boundary=b"))
    headers = {"Cookie": own, "Content-Type": kind}
    if rng.random() < 0.5:
        headers["Content-Length"] = rng.choice(("-1", "many", "1e3", "9" * 50, "300000", "0x10", "1, 2", "٣"))
        data = server.request("POST", address, headers, b"{}")
        sent(server, result, f"{address} of length {headers['Content-Length']}", data, TURNED_AWAY | GONE)
        return
    head = server.request("POST", address, headers | {"Content-Length": "", "Transfer-Encoding": "chunked"})
    broken = rng.random() < 0.3

    def endless() -> Iterator[bytes]:
        yield head
        for _ in range(400):
            yield b"400\r\n" + b" " * 1024 + b"\r\n"
        yield b"zz\r\n" if broken else b"0\r\n\r\n"

    sent(server, result, f"{address} in chunks", endless(), TURNED_AWAY | GONE)


def ranges(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """Parts of files, conditions, and HEAD, which is what GET is without the body."""
    del ada
    own = server.cookies["Bob"]
    pages = [f"/pictures/{item}/{side}.jpg" for item in server.items for side in (320, 640)]
    pages += ["/static/look.css", *READABLE]
    for _ in range(n):
        address = rng.choice(pages)
        if rng.random() < 0.4:
            head_as_get(server, result, address, own)
            continue
        headers = {"Cookie": own, "Range": _range(rng)}
        for name in ("If-Range", "If-None-Match", "If-Modified-Since", "If-Match"):
            if rng.random() < 0.2:
                headers[name] = rng.choice(
                    ("*", '"x"', "x" * 9000, "\xff", "Thu, 99 Jan 99999 99:99:99 GMT", '""' * 500)
                )
        data = server.request("GET", address, headers)
        wanted = frozenset({200, 206, 303, 304, 400, 409, 412, 416, 431}) | GONE
        reply = sent(server, result, f"{address} {headers['Range']}", data, wanted)
        if len(reply.body) > 5_000_000:
            result.fault(address, f"{len(reply.body)} bytes for the range {headers['Range'][:80]}")


def _range(rng: random.Random) -> str:
    parts = [f"{rng.randrange(9)}-", "-1", f"{rng.randrange(900)}-{rng.randrange(900)}", "0-0", f"{10**30}-", "-", "x"]
    if rng.random() < 0.3:
        return "bytes=" + ",".join([rng.choice(parts)] * rng.choice((2, 100, 12_000)))
    if rng.random() < 0.3:
        return "bytes=" + ",".join(f"{k}-{k + 1}" for k in range(0, rng.choice((10, 3000, 9000)), 3))[:60_000]
    return rng.choice(("bytes=", "lines=", "", "bytes", "=", "BYTES = ")) + rng.choice(parts)


def head_as_get(server: Server, result: Result, address: str, cookie: str) -> None:
    get = sent(server, result, f"GET {address}", server.request("GET", address, {"Cookie": cookie}), None)
    head = server.ask(server.request("HEAD", address, {"Cookie": cookie}), head=True)
    judge(result, f"HEAD {address}", head)
    if head.status != get.status or head.body:
        result.fault(address, f"HEAD gives {head.status} and {len(head.body)} bytes, GET {get.status}")
    if head.headers.get("content-type") != get.headers.get("content-type"):
        result.fault(address, "HEAD tells another kind than GET")


def paths(server: Server, rng: random.Random, n: int, result: Result, ada: Answering) -> None:
    """Addresses that lead nowhere, or outside, or hold what is no number, no name or no text."""
    del ada
    own = server.cookies["Bob"]
    starts = (
        "/",
        "/label/",
        "/results/",
        "/taste/",
        "/answers/",
        "/pictures/",
        "/static/",
        "/api/label/",
        "/api/imports/",
        "//",
    )
    climbs = (
        "..",
        "..%2F",
        "%2e%2e/",
        "..%5c",
        "....//",
        "%252e%252e%252f",
        "%c0%ae%c0%ae/",
        "..;/",
        "%00",
        "secret.txt",
    )
    queries = {
        "/api/label/wall/questions": ("kind", "n", "exclude"), "/api/label/wall/about": ("items",),
        "/results/wall": ("page", "q", "favourites", "new", "c.price", "c.", "part"), "/people": ("next",),
        "/results/wall/export.csv": ("q", "c.title"), "/answers/wall": ("page",), "/label/wall": ("mode",),
        "/": ("job",),
    }  # fmt: skip
    for _ in range(n):
        match rng.randrange(4):
            case 0:
                address = rng.choice(starts) + "".join(rng.choices(climbs, k=rng.randint(1, 6)))
            case 1:
                text = quote(rng.choice(TEXTS)[:9000], safe="", errors="surrogatepass")
                address = (
                    rng.choice(starts) + text + rng.choice(("", "/questions", "/320.jpg", "/export.csv", "/answers"))
                )
            case 2:
                page = rng.choice(list(queries))
                values = (
                    "0",
                    "-1",
                    "1",
                    "1e9",
                    "9" * 400,
                    "1,2",
                    "1" + ",1" * 3000,
                    "choice",
                    *(t[:5000] for t in TEXTS),
                )
                pairs = [(field, rng.choice(values)) for field in queries[page] if rng.random() < 0.7]
                address = f"{page}?{urlencode(pairs * rng.choice((1, 1, 3)), errors='surrogatepass')}"
            case _:
                item = rng.choice(
                    ("0", "-1", "01", "1.0", "9" * 15, "9" * 30, "٣", "1;2", "1%00", str(server.items[0]))
                )
                address = (
                    f"/pictures/{quote(item, safe='%')}/{rng.choice(('320', '99999', '0320', '-1', 'x', '320%00'))}.jpg"
                )
        method = rng.choice(("GET", "GET", "GET", "HEAD", "OPTIONS", "BREW"))
        result.attempts += 1
        data = server.request(method, address[:60_000], {"Cookie": own})
        try:
            judge(result, f"{method} {address}", server.ask(data, head=method == "HEAD"))
        except TimeoutError:
            result.fault(f"{method} {address}"[:120], "no answer came in time")
