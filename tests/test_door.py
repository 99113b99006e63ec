"""What comes through the door: as our own program asks for it, and within limits."""

import gzip
import os
import ssl
import time
from types import SimpleNamespace

import pytest

from beholder.errors import StoreError
from beholder.sources.web import PAGE, PICTURE, Limits, NotFetched
from helpers.loopback import AT, HOST, Reply, Site, door_to, fetched, serving

pytest_plugins = "helpers.sites"


# What is fetched


def test_an_answer_is_kept_whole_with_its_name_type_and_place(tmp_path, sites):
    site = sites({"/a/Water%20lilies.JPG?x=1": Reply(b"x" * 100_000, headers={"Content-Type": "image/jpeg; q=1"})})
    kept = fetched(tmp_path / "web", site, "/a/Water%20lilies.JPG?x=1#top")
    assert kept.path.read_bytes() == b"x" * 100_000
    assert (kept.path.name, kept.type) == ("Water_lilies.jpg", "image/jpeg")
    assert kept.url == f"{AT}/a/Water%20lilies.JPG?x=1"


@pytest.mark.parametrize(
    ("target", "media_type", "name"),
    [
        ("/", "image/png", "item.png"),
        ("/full/843,/0/default.jpg", "", "default.jpg"),
        ("/..%2f..%2fetc%2fpasswd", "text/plain", "etc_passwd"),
        ("/con.jpg", "image/jpeg", "_con.jpg"),
        ("/.part", "image/jpeg", "part.jpg"),
        ("/" + "n" * 300 + ".webp", "", "n" * 60 + ".webp"),
        ("/%E7%BB%98%E7%94%BB.php", "image/jpeg", "item.jpg"),
    ],
)
def test_a_kept_file_has_a_name_that_is_safe_everywhere(tmp_path, sites, target, media_type, name):
    kept = fetched(tmp_path / "web", sites(lambda request: Reply(b"x", headers={"Content-Type": media_type})), target)
    assert kept.path.name == name
    assert tmp_path / "web" in kept.path.parents


def test_a_request_says_who_we_are_and_nothing_else(tmp_path, sites, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    (tmp_path / ".netrc").write_text(f"machine {HOST} login ada password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    site = sites({"/": b"x"})
    fetched(tmp_path / "web", site)
    assert [request.target for request in site.requests] == ["/robots.txt", "/"]
    sent = site.requests[1].headers
    assert set(sent) == {"host", "user-agent", "accept", "accept-encoding"}
    assert sent["host"] == HOST
    assert sent["user-agent"].startswith("Beholder/")
    assert sent["user-agent"].endswith("(+https://github.com/beholder-art/beholder)")


def test_a_cookie_is_not_kept(tmp_path, sites):
    first = Reply(b"", 302, {"Location": "/b", "Set-Cookie": "who=ada; Path=/"})
    site = sites({"/a": first, "/b": Reply(b"x", headers={"Set-Cookie": "who=ada"}), "/c": b"x"})
    with door_to(tmp_path / "web", {HOST: site}) as door:
        door.fetch(AT + "/a")
        door.fetch(AT + "/c")
    assert len(site.asked()) == 3
    assert not any("cookie" in request.headers for request in site.requests)


def test_a_redirect_carries_nothing_from_one_host_to_another(tmp_path, sites):
    other = sites({"/b": b"x"})
    site = sites({"/a": Reply(b"", 302, {"Location": "http://other.example/b", "WWW-Authenticate": "Basic"})})
    with door_to(tmp_path / "web", {HOST: site, "other.example": other}) as door:
        kept = door.fetch(AT + "/a")
    assert kept.url == "http://other.example/b"
    assert set(other.requests[-1].headers) == {"host", "user-agent", "accept", "accept-encoding"}


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (1, True), (5, True), (6, False)])
def test_five_redirects_are_followed(tmp_path, sites, hops, arrives):
    pages = {f"/{n}": Reply(b"", (301, 302, 303, 307, 308)[n % 5], {"Location": str(n + 1)}) for n in range(hops)}
    site = sites(pages | {f"/{hops}": b"here"})
    if arrives:
        assert fetched(tmp_path / "web", site, "/0").path.read_bytes() == b"here"
    else:
        with pytest.raises(NotFetched, match="more than 5 times"):
            fetched(tmp_path / "web", site, "/0")
    assert len(site.asked()) == min(hops, 5) + 1


def test_a_redirect_in_a_circle_ends(tmp_path, sites):
    site = sites({"/": Reply(b"", 302, {"Location": AT + "/"})})
    with pytest.raises(NotFetched, match="from link to link"):
        fetched(tmp_path / "web", site)
    assert len(site.asked()) == 6


@pytest.mark.parametrize(
    ("status", "words", "tries"),
    [
        (404, "nothing at this address", 1),
        (410, "no longer there", 1),
        (403, "does not let programs have this", 1),
        (401, "asks for a password", 1),
        (418, "cannot be had", 1),
        (204, "cannot be had", 1),
        (304, "cannot be had", 1),
        (302, "without saying to which", 1),
        (500, "cannot be had", 4),
        (503, "cannot be had", 4),
        (429, "asked too often", 4),
    ],
)
def test_what_cannot_be_had_is_told_in_words(tmp_path, sites, status, words, tries):
    site = sites({"/": Reply(b"no", status)})
    with pytest.raises(NotFetched, match=words) as caught:
        fetched(tmp_path / "web", site)
    assert caught.value.status == status
    assert len(site.asked()) == tries
    assert not list((tmp_path / "web").rglob("item*"))


def test_what_passes_is_asked_for_again(tmp_path, sites):
    replies = [Reply(b"", 503), Reply(b"", 500), Reply(b"here")]
    assert fetched(tmp_path / "web", sites(lambda request: replies.pop(0))).path.read_bytes() == b"here"


def test_https_is_for_the_name_and_its_certificate_is_believed(tmp_path):
    trustme = pytest.importorskip("trustme", reason="needs trustme, which makes certificates (the extra 'test')")
    authority, there, here = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(HOST).configure_cert(there)
    authority.configure_trust(here)
    names = []
    there.sni_callback = lambda line, name, context: names.append(name)
    site = Site(serving({"/": b"secret"}), tls=there)
    with door_to(tmp_path / "web", {HOST: site, "other.example": site}, trust=here) as door:
        assert door.fetch(f"https://{HOST}/").path.read_bytes() == b"secret"
        with pytest.raises(NotFetched, match=r"other\.example has no certificate that can be trusted"):
            door.fetch("https://other.example/")
    with door_to(tmp_path / "web2", {HOST: site}) as door, pytest.raises(NotFetched, match="certificate"):
        door.fetch(f"https://{HOST}/")
    assert names == [HOST, HOST, "other.example", HOST]
    assert site.asked() == ["/"]
    site.close()


# Limits


def test_a_page_has_less_room_than_a_picture():
    assert Limits(16 << 20, 60.0) == PAGE
    assert Limits(128 << 20, 300.0) == PICTURE


def drip(write):
    write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        write(b"x")
        time.sleep(0.05)


def drip_heads(write):
    write(b"HTTP/1.1 200 OK\r\n")
    for n in range(200):
        write(f"X-{n}: x\r\n".encode())
        time.sleep(0.05)


def wait_for_ever(write):
    time.sleep(10)


@pytest.mark.parametrize("slow", [drip, drip_heads, wait_for_ever])
def test_a_slow_server_is_left_when_the_time_is_over(tmp_path, sites, slow):
    site, start = sites(lambda request: Reply(raw=slow)), time.monotonic()
    with pytest.raises(NotFetched, match="takes longer than 0 s"):
        fetched(tmp_path / "web", site, limits=Limits(1 << 20, 0.4))
    assert time.monotonic() - start < 5, "each of these lasts ten seconds"


def endless(write):
    write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def endless_to_the_end(write):
    write(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        write(b"x" * 0x10000)


def endless_heads(write):
    write(b"HTTP/1.1 200 OK\r\n")
    while True:
        write(b"X-More: " + b"x" * 1000 + b"\r\n")


def endless_hints(write):
    while True:
        write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")


@pytest.mark.parametrize("much", [endless, endless_to_the_end])
def test_an_endless_answer_ends_at_the_limit_of_bytes(tmp_path, sites, much):
    with pytest.raises(NotFetched, match="over 2 MB"):
        fetched(tmp_path / "web", sites(lambda request: Reply(raw=much)), limits=Limits(2 << 20, 20))
    assert sum(path.stat().st_size for path in (tmp_path / "web").rglob("*") if path.is_file()) < 1000


@pytest.mark.parametrize("much", [endless_heads, endless_hints])
def test_endless_heads_end(tmp_path, sites, much):
    with pytest.raises(NotFetched):
        fetched(tmp_path / "web", sites(lambda request: Reply(raw=much)), limits=Limits(2 << 20, 1.5))


def test_an_answer_that_says_it_is_too_long_is_not_read(tmp_path, sites):
    site = sites({"/": Reply(b"x", length=3 << 20)})
    with pytest.raises(NotFetched, match="over 2 MB"):
        fetched(tmp_path / "web", site, limits=Limits(2 << 20, 5))
    assert site.asked() == ["/"]


def test_gzip_is_unpacked(tmp_path, sites):
    site = sites({"/": Reply(gzip.compress(b"words " * 9000), headers={"Content-Encoding": "gzip"})})
    assert fetched(tmp_path / "web", site).path.read_bytes() == b"words " * 9000


def test_a_gzip_bomb_ends_at_the_limit_of_bytes(tmp_path, sites):
    bomb = gzip.compress(bytes(1 << 26))
    site = sites({"/": Reply(bomb, headers={"Content-Encoding": "gzip"})})
    with pytest.raises(NotFetched, match="over 2 MB when unpacked"):
        fetched(tmp_path / "web", site, limits=Limits(2 << 20, 20))
    assert not list((tmp_path / "web").rglob("item*"))
    assert sum(path.stat().st_size for path in (tmp_path / "web").rglob("*") if path.is_file()) < 1000


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "compress"])
def test_a_packing_that_was_not_asked_for_is_refused(tmp_path, sites, coding):
    site = sites({"/": Reply(b"?" * 100, headers={"Content-Encoding": coding})})
    with pytest.raises(NotFetched, match=f"packed as '{coding}', which was not asked for"):
        fetched(tmp_path / "web", site)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: b"no gzip", lambda data: data[:50] + b"?" * 50]
)
def test_damaged_gzip_is_not_kept(tmp_path, sites, damage):
    packed = damage(gzip.compress(os.urandom(2000)))
    with pytest.raises(NotFetched, match="damaged"):
        fetched(tmp_path / "web", sites({"/": Reply(packed, headers={"Content-Encoding": "gzip"})}))
    assert not list((tmp_path / "web").rglob("item*"))


def test_a_full_disk_is_told(tmp_path, sites, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("beholder.sources.web.kept.put_in_place", full)
    with pytest.raises(StoreError, match="no space left"):
        fetched(tmp_path / "web", sites({"/": b"x"}))


def test_a_site_cannot_fill_the_disk(tmp_path, sites, monkeypatch):
    site = sites({"/": b"x"})
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5e8))
    with pytest.raises(StoreError, match=r"only 0\.5 GB are free"):
        fetched(tmp_path / "web", site)
    assert site.requests == []


def test_a_data_folder_that_is_gone_is_not_made_again(tmp_path, sites):
    with pytest.raises(StoreError, match="no such file"):
        fetched(tmp_path / "gone" / "web", sites({"/": b"x"}))
    assert not (tmp_path / "gone").exists()
