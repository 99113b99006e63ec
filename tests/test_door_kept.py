"""What was fetched is whole on disk, and not sent again: through broken lines, stopped programs and newer versions."""

import gzip
import os
import socket
import time
from contextlib import suppress
from email.utils import formatdate

import pytest

from beholder.sources.web import NotFetched, kept
from helpers.loopback import AT, HOST, Reply, door_to, fetched, ranged

pytest_plugins = "helpers.sites"


def test_what_is_whole_is_not_asked_for_again(tmp_path, sites):
    site = sites({"/": b"x"})
    for _ in range(3):
        assert fetched(tmp_path / "web", site).path.read_bytes() == b"x"
    assert site.asked() == ["/"]


def test_what_is_old_is_asked_for_by_its_etag_and_sent_only_where_it_has_changed(tmp_path, sites):
    now = [b"one", '"1"']
    site = sites(lambda request: ranged(now[0], request, now[1]))
    for _ in range(2):
        assert fetched(tmp_path / "web", site, max_age=0).path.read_bytes() == b"one"
    assert site.requests[-1].headers["if-none-match"] == '"1"'
    now[:] = [b"two", '"2"']
    assert fetched(tmp_path / "web", site, max_age=0).path.read_bytes() == b"two"
    assert site.requests[-1].headers["if-none-match"] == '"1"'
    assert fetched(tmp_path / "web", site, max_age=60).path.read_bytes() == b"two"
    assert len(site.asked()) == 3


def test_what_is_old_is_asked_for_by_its_date(tmp_path, sites):
    old = formatdate(time.time() - 9000, usegmt=True)
    head = {"Date": formatdate(usegmt=True), "Last-Modified": old}
    site = sites(lambda r: Reply(b"", 304) if r.headers.get("if-modified-since") == old else Reply(b"x", headers=head))
    for _ in range(2):
        assert fetched(tmp_path / "web", site, max_age=0).path.read_bytes() == b"x"
    assert "if-modified-since" in site.requests[-1].headers


@pytest.mark.parametrize("tag", ['"a b"', "none", '"a\x01"', '"' + "x" * 600 + '"', '""', '"a"b"'])
def test_a_tag_that_is_none_is_not_sent_back(tmp_path, sites, tag):
    site = sites(lambda request: Reply(b"x", headers={"ETag": tag}))
    for _ in range(2):
        with suppress(NotFetched):  # a head that is no head
            fetched(tmp_path / "web", site, max_age=0)
    assert not any("if-none-match" in request.headers for request in site.requests)


def test_conditions_go_to_the_place_they_are_of(tmp_path, sites):
    """Behind a redirect that leads elsewhere now, the old answer's tag means nothing."""
    where = ["/old"]

    def answer(request):
        if request.target == "/":
            return Reply(b"", 302, {"Location": where[0]})
        return Reply(request.target.encode(), headers={"ETag": '"1"'})

    site = sites(answer)
    fetched(tmp_path / "web", site, max_age=0)
    where[0] = "/new"
    assert fetched(tmp_path / "web", site, max_age=0).path.read_bytes() == b"/new"
    assert not any("if-none-match" in request.headers for request in site.requests)


DATA = os.urandom(300_000)


def test_a_cut_line_goes_on_where_it_was_cut(tmp_path, sites):
    site = sites(lambda request: ranged(DATA, request, most=100_000))
    kept = fetched(tmp_path / "web", site)
    assert kept.path.read_bytes() == DATA
    assert [request.first for request in site.requests[1:]] == [0, 100_000, 200_000]
    assert all(r.headers["if-range"] == '"1"' for r in site.requests[2:])


def test_what_broke_off_goes_on_in_another_process(tmp_path, sites):
    broken = [True]
    site = sites(lambda r: ranged(DATA, r, most=10_000) if broken[0] else ranged(DATA, r))
    with pytest.raises(NotFetched, match="broke off"):
        fetched(tmp_path / "web", site)
    broken[0] = False
    assert fetched(tmp_path / "web", site).path.read_bytes() == DATA
    assert site.requests[-1].first == 40_000


def test_a_rest_of_another_version_is_not_joined(tmp_path, sites):
    other, replies = DATA[::-1], iter([("a", 100_000), ("b", None)])

    def answer(request):
        etag, most = next(replies)
        return ranged(DATA if etag == "a" else other, request, f'"{etag}"', most)

    assert fetched(tmp_path / "web", sites(answer)).path.read_bytes() == other


@pytest.mark.parametrize(
    "wrong",
    [
        Reply(DATA[5:], 206, {"Content-Range": "bytes 5-299999/300000"}),
        Reply(DATA[100_000:], 206, {"Content-Range": "bytes 100000-299999/999999"}),
        Reply(DATA[100_000:], 206),
        Reply(DATA[100_000:], 206, {"Content-Range": "lines 100000-299999/300000"}),
        Reply(b"", 416, {"Content-Range": "bytes */300000"}),
    ],
)
def test_a_wrong_rest_is_thrown_away_and_all_asked_for_again(tmp_path, sites, wrong):
    replies = [Reply(DATA[:100_000], headers={"ETag": '"1"'}, length=300_000, cut=True), wrong, Reply(DATA)]
    site = sites(lambda request: replies.pop(0))
    assert fetched(tmp_path / "web", site).path.read_bytes() == DATA
    assert ["range" in request.headers for request in site.requests] == [False, False, True, False]


def test_without_a_strong_tag_nothing_is_joined(tmp_path, sites):
    replies = [Reply(DATA[:100_000], headers={"ETag": 'W/"1"'}, length=300_000, cut=True), Reply(DATA)]
    site = sites(lambda request: replies.pop(0))
    assert fetched(tmp_path / "web", site).path.read_bytes() == DATA
    assert not any("range" in request.headers for request in site.requests)


def test_an_answer_that_ends_before_its_length_is_not_kept(tmp_path, sites):
    with pytest.raises(NotFetched, match="broke off"):
        fetched(tmp_path / "web", sites(lambda request: Reply(b"x" * 10, length=100, cut=True)))
    assert not list((tmp_path / "web").rglob("item*"))


def test_what_stands_behind_an_answer_is_not_taken_for_the_next_one(tmp_path, sites):
    behind = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    site = sites({"/a": Reply(b"good" + behind, length=4), "/b": b"other"})
    with door_to(tmp_path / "web", {HOST: site}) as door:
        assert door.fetch(AT + "/a").path.read_bytes() == b"good"
        assert door.fetch(AT + "/b").path.read_bytes() == b"other"


def test_a_line_that_is_cut_at_once_is_told(tmp_path, sites):
    with pytest.raises(NotFetched, match="broke off"):
        fetched(tmp_path / "web", sites(lambda request: Reply(raw=lambda write: None)))


def test_a_server_that_is_not_there_is_told(tmp_path):
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        place = line.getsockname()
    with (
        door_to(tmp_path / "web", {}, reach={(HOST, 80): place}) as door,
        pytest.raises(NotFetched, match=r"museum\.example cannot be reached"),
    ):
        door.fetch(AT)


@pytest.mark.parametrize("stop", ["put_in_place", "write_whole"])
@pytest.mark.parametrize("packed", [False, True])
def test_stopped_between_any_two_steps_the_next_fetch_asks_at_most_for_the_rest(
    tmp_path, sites, monkeypatch, stop, packed
):
    """Every durable step fails once; then what is there is whole, and was sent once."""
    body = gzip.compress(DATA) if packed else DATA
    head = {"Content-Encoding": "gzip"} if packed else {}

    def answer(request):
        reply = ranged(body, request)
        reply.headers.update(head)
        return reply

    whole = getattr(kept, stop)
    for step in range(4):
        for after in (False, True):
            site, count = sites(answer), []

            def failing(*args, step=step, after=after, count=count):
                count.append(1)
                if len(count) == step + 1:
                    if after:
                        whole(*args)
                    raise KeyboardInterrupt
                whole(*args)

            folder = tmp_path / f"web-{step}-{after}"
            monkeypatch.setattr(kept, stop, failing)
            try:
                fetched(folder, site)
            except KeyboardInterrupt:
                monkeypatch.setattr(kept, stop, whole)
                assert fetched(folder, site).path.read_bytes() == DATA
            names = {path.name for path in folder.rglob("*") if path.is_file() and path.parent.parent.name != "web"}
            assert not {name for name in names if "part" in name or "unpacked" in name}
            sent = [r for r in site.requests if r.target == "/" and "range" not in r.headers]
            assert len(sent) <= (2 if stop == "write_whole" else 1)
