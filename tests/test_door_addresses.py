"""Nothing but the public internet is reached, however an address is spelled or a name resolves."""

import socket
import threading

import httpcore2
import pytest

from beholder.sources.web import NotFetched
from beholder.sources.web.addresses import is_public, resolved
from beholder.sources.web.links import Link
from helpers.loopback import Reply, Site, door_to, serving

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.88.99.1", "198.18.0.1", "168.63.129.16"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "224.0.1.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "192.31.196.1", "192.52.193.1", "192.175.48.1"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:4136:e378::1"),
    *("2001:db8::1", "2001:20::1", "2001:10::1", "2001:2::1", "3fff::1", "100::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "5f00::1", "2620:4f:8000::1"),
    *("4000::1", "localhost", "", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"),
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "130.226.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]
WHERE = [
    *("http://127.0.0.1/", "http://private.example/", "http://[::1]/", "http://169.254.169.254/", "//10.0.0.1/"),
    *("file:///etc/passwd", "http://museum.example:8080/", "http://2130706433/", "https://ada:x@museum.example/"),
    *("ftp://museum.example/", "http://[64:ff9b::a00:1]/", "http://0x7f.1/"),
]
AWAY = {f"/{n}": Reply(b"", 302, {"Location": where}) for n, where in enumerate(WHERE)}
BAD_LINKS = [
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://1/"),
    *("http://127.0.0.1.1/", "http://0/", "http://0x/", "http://①②⑦.⓪.⓪.①/", "http://%31%32%37.0.0.1/"),
    *("http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/", "http://1.2.3.256/", "http://1.2.3.4.5/"),
    *("http:///x", "http:x", "http://", "//museum.example/", "museum.example", "/etc/passwd", "http://a..b/"),
    *("file:///etc/passwd", "ftp://museum.example/", "gopher://museum.example/", "javascript:alert(1)", "data:,x"),
    *("http://museum.example:8080/", "http://museum.example:22/", "https://museum.example:0/", "http://a:99999/"),
    *("http://ada:secret@museum.example/", "http://ada@museum.example/", "http://museum.example\\@127.0.0.1/"),
    *("http://museum.example/\r\nHost: other", "http://mus eum.example/", "http://museum.example/" + "x" * 9000),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet_is_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_known(address):
    assert is_public(address)


@pytest.mark.parametrize("text", BAD_LINKS)
def test_a_link_that_may_not_be_followed_is_refused_before_anything_is_resolved(tmp_path, text):
    with door_to(tmp_path / "web", {}) as door, pytest.raises(NotFetched):
        door.fetch(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("HTTP://Museum.EXAMPLE.:80/a b?c=d#e", "http://museum.example/a%20b?c=d"),
        ("https://museum.example", "https://museum.example/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("https://[2606:4700::1111]:443/", "https://[2606:4700::1111]/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
    ],
)
def test_a_link_has_one_spelling(text, plain):
    assert str(Link.parse(text)) == plain


@pytest.fixture
def lines(monkeypatch):
    """Every connection that is tried; each is led to a server here, whatever its address."""
    site, tried = Site(serving(dict.fromkeys(("/", "/other"), b"reached") | AWAY)), []
    plain = httpcore2.SyncBackend.connect_tcp

    def connect(self, host, port, **more):
        tried.append((host, port))
        stream = plain(self, *site.place, **more)
        info = stream.get_extra_info
        stream.get_extra_info = lambda name: ("9.9.9.9", 1) if name == "client_addr" else info(name)
        return stream

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    yield tried, site
    site.close()


@pytest.mark.parametrize("address", [one for one in PRIVATE if one and one[0].isdigit() and "x" not in one])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(tmp_path, lines, address):
    tried, site = lines
    with (
        door_to(tmp_path / "web", {}, resolve=lambda host, port: [address]) as door,
        pytest.raises(NotFetched, match=r"innocent\.example is at .*, which is not an address of the public internet"),
    ):
        door.fetch("http://innocent.example/")
    assert (tried, site.requests) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        *("http://127.0.0.1/", "http://localhost/", "http://localhost./", "http://127。0。0。1/", "http://0.0.0.0/"),
        *("http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::]/"),
        *("http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fec0::1]/", "https://[::ffff:7f00:1]/"),
    ],
)
def test_an_address_of_this_machine_or_network_is_not_connected_to(tmp_path, lines, text):
    with door_to(tmp_path / "web", {}, resolve=resolved) as door, pytest.raises(NotFetched, match="public internet"):
        door.fetch(text)
    assert lines[0] == []


def test_a_name_is_resolved_once_for_a_connection_and_that_very_address_is_connected_to(tmp_path, lines):
    asked = []

    def resolve(host, port):
        asked.append(host)
        return [f"93.184.216.{len(asked)}"]

    with door_to(tmp_path / "web", {}, resolve=resolve) as door:
        assert door.fetch("http://rebinding.example/").path.read_bytes() == b"reached"
    assert asked == ["rebinding.example"] * 2  # robots.txt, then the page
    assert lines[0] == [("93.184.216.1", 80), ("93.184.216.2", 80)]


@pytest.mark.parametrize("public", [0, 1, 2])
def test_a_name_that_becomes_private_is_judged_again_at_the_next_connection(tmp_path, lines, public):
    tried, site = lines
    answers = iter([["93.184.216.34"]] * public + [["127.0.0.1"]] * 9)
    with door_to(tmp_path / "web", {}, resolve=lambda host, port: next(answers)) as door:
        if public == 2:  # robots.txt and the page
            door.fetch("http://rebinding.example/")
        with pytest.raises(NotFetched, match=r"at 127\.0\.0\.1"):
            door.fetch("http://rebinding.example/other")
    assert tried == [("93.184.216.34", 80)] * public
    assert len(site.requests) == public


def test_of_several_addresses_only_the_public_ones_are_tried(tmp_path, lines):
    mixed = ["10.0.0.1", "64:ff9b::808:808", "93.184.216.34", "::1"]
    with door_to(tmp_path / "web", {}, resolve=lambda host, port: mixed) as door:
        door.fetch("http://mixed.example/")
    assert set(lines[0]) == {("93.184.216.34", 80)}


def test_a_public_address_that_is_this_machine_s_own_gets_no_request(tmp_path, monkeypatch):
    site = Site(serving({"/": b"reached"}))
    monkeypatch.setattr("beholder.sources.web.addresses.is_public", lambda address: True)
    plain = httpcore2.SyncBackend.connect_tcp
    monkeypatch.setattr(
        httpcore2.SyncBackend, "connect_tcp", lambda self, host, port, **more: plain(self, *site.place, **more)
    )
    with (
        door_to(tmp_path / "web", {}, resolve=lambda host, port: ["93.184.216.34"]) as door,
        pytest.raises(NotFetched, match="this machine itself"),
    ):
        door.fetch("http://own.example/")
    assert site.requests == []
    site.close()


@pytest.mark.parametrize("at", range(len(WHERE)), ids=WHERE)
def test_a_redirect_is_judged_like_a_link(tmp_path, lines, at):
    tried, site = lines
    addresses = {"museum.example": ["93.184.216.34"], "private.example": ["192.168.1.1"]}
    with (
        door_to(tmp_path / "web", {}, resolve=lambda host, port: addresses.get(host) or resolved(host, port)) as door,
        pytest.raises(NotFetched),
    ):
        door.fetch(f"http://museum.example/{at}")
    assert set(tried) == {("93.184.216.34", 80)}
    assert site.asked() == [f"/{at}"]


def test_a_resolver_that_hangs_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("beholder.sources.web.connection._TIMEOUTS", {"connect": 0.05})
    hang = threading.Event()

    def resolve(host, port):
        hang.wait(20)
        return []

    with (
        door_to(tmp_path / "web", {}, resolve=resolve) as door,
        pytest.raises(NotFetched, match=r"nobody says .* where slow\.example is"),
    ):
        door.fetch("http://slow.example/")
    hang.set()


def test_a_name_that_nobody_knows_is_told(tmp_path):
    def resolve(host, port):
        raise socket.gaierror(-2, "unknown")

    with door_to(tmp_path / "web", {}, resolve=resolve) as door, pytest.raises(NotFetched, match="cannot be found"):
        door.fetch("http://nowhere.example/")
