"""A site is asked for what it lets programs have, when it is our turn."""

import threading
import time
from email.utils import formatdate
from itertools import pairwise

import pytest

from beholder.sources.web import NotFetched
from helpers.loopback import AT, HOST, Reply, door_to, fetched

pytest_plugins = "helpers.sites"


# Robots


def robots(text, pages=None, status=200):
    return {"/robots.txt": Reply(text.encode(), status)} | (pages or {"/": b"x", "/a/b": b"x"})


@pytest.mark.parametrize(
    ("rules", "target", "open_"),
    [
        ("User-agent: *\nDisallow: /a", "/a/b", False),
        ("User-agent: *\nDisallow: /a", "/", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b", True),
        ("User-agent: beholder\nDisallow: /\n\nUser-agent: *\nAllow: /", "/", False),
        ("User-agent: Beholder\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a/b", True),
        ("User-agent: GPTBot\nDisallow: /", "/", True),
        ("User-agent: github\nDisallow: /", "/", True),
        ("", "/", True),
        ("<html>Not found</html>", "/", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/", False),
    ],
)
def test_the_rules_for_programs_are_kept(tmp_path, sites, rules, target, open_):
    site = sites(robots(rules), robots=True)
    if open_:
        fetched(tmp_path / "web", site, target)
    else:
        with pytest.raises(NotFetched, match=r"museum\.example asks programs not to fetch"):
            fetched(tmp_path / "web", site, target)
    assert site.asked() == [target] * open_


@pytest.mark.parametrize(
    ("status", "open_"), [(404, True), (401, True), (403, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_rules_that_are_not_there_let_in_and_rules_that_cannot_be_read_do_not(tmp_path, sites, status, open_):
    """RFC 9309, 2.3.1.3 and 2.3.1.4."""
    site = sites(robots("", status=status), robots=True)
    if open_:
        fetched(tmp_path / "web", site)
    else:
        with pytest.raises(NotFetched, match=r"what museum\.example lets programs fetch cannot be read"):
            fetched(tmp_path / "web", site)
    assert site.asked() == ["/"] * open_


def test_rules_are_asked_for_once(tmp_path, sites):
    site = sites(robots("User-agent: *\nDisallow: /a"), robots=True)
    for _ in range(2):
        with door_to(tmp_path / "web", {HOST: site}) as door:
            door.fetch(AT, max_age=0)
            for _ in range(2):
                with pytest.raises(NotFetched):
                    door.fetch(AT + "/a/b")
    assert [r.target for r in site.requests] == ["/robots.txt", "/", "/"]


def test_rules_that_cannot_be_read_are_not_asked_for_at_every_picture(tmp_path, sites):
    site = sites(robots("", status=503), robots=True)
    with door_to(tmp_path / "web", {HOST: site}) as door:
        for n in range(5):
            with pytest.raises(NotFetched):
                door.fetch(f"{AT}/{n}")
    assert [r.target for r in site.requests] == ["/robots.txt"] * 4


def test_older_rules_hold_where_a_site_does_not_answer(tmp_path, sites, monkeypatch):
    status = [200]
    site = sites(
        lambda r: Reply(b"User-agent: *\nDisallow: /a", status[0]) if "robots" in r.target else Reply(b"x"), robots=True
    )
    fetched(tmp_path / "web", site)
    monkeypatch.setattr("beholder.sources.web.door._DAY", 0.0)
    status[0] = 503
    fetched(tmp_path / "web", site, max_age=0)
    with pytest.raises(NotFetched, match="asks programs not to fetch"):
        fetched(tmp_path / "web", site, "/a/b")


def test_rules_behind_a_redirect_are_followed(tmp_path, sites):
    other = sites(robots("User-agent: *\nDisallow: /a"), robots=True)
    site = sites(
        {"/robots.txt": Reply(b"", 301, {"Location": "http://www.example/robots.txt"}), "/": b"x"}, robots=True
    )
    with door_to(tmp_path / "web", {HOST: site, "www.example": other}) as door:
        door.fetch(AT)
        with pytest.raises(NotFetched, match="asks programs not"):
            door.fetch(AT + "/a/b")


def test_a_redirect_to_what_is_closed_is_not_followed(tmp_path, sites):
    other = sites(robots("User-agent: *\nDisallow: /a"), robots=True)
    site = sites({"/": Reply(b"", 302, {"Location": "http://other.example/a/b"})})
    with (
        door_to(tmp_path / "web", {HOST: site, "other.example": other}) as door,
        pytest.raises(NotFetched, match=r"other\.example asks programs not"),
    ):
        door.fetch(AT)
    assert other.asked() == []


# Our turn


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self):
        self.now = time.time()

    def sleep(self, seconds):
        self.now += seconds


def paced(folder, site, clock, pace=1.0):
    door = door_to(folder, {HOST: site, "other.example": site}, pace=pace, sleep=clock.sleep)
    door._pace.clock = lambda: clock.now
    return door


def test_a_host_is_asked_once_a_second(tmp_path, sites):
    clock, at = Clock(), []
    site = sites(lambda request: at.append(clock.now) or Reply(b"x"))
    with paced(tmp_path / "web", site, clock) as door:
        for n in range(4):
            door.fetch(f"{AT}/{n}")
    assert [round(b - a, 3) for a, b in pairwise(at)] == [1.0, 1.0, 1.0]
    with paced(tmp_path / "web", site, clock) as door:  # another program, right after
        door.fetch(f"{AT}/9")
    assert round(at[-1] - at[-2], 3) == 1.0


def test_two_hosts_do_not_wait_for_each_other(tmp_path, sites):
    clock = Clock()
    site, start = sites(lambda request: Reply(b"x")), clock.now
    with paced(tmp_path / "web", site, clock) as door:
        door.fetch(f"{AT}/1")
        door.fetch("http://other.example/1")
    assert clock.now - start == pytest.approx(2.0)  # a second each, behind robots.txt


def test_real_seconds_pass(tmp_path, sites):
    at = []
    site = sites(lambda request: at.append(time.monotonic()) or Reply(b"x"))
    start = time.monotonic()
    with door_to(tmp_path / "web", {HOST: site}, pace=0.2, sleep=time.sleep) as door:
        for n in range(3):
            door.fetch(f"{AT}/{n}")
    assert all(one - start > 0.19 * n for n, one in enumerate(at, 1))  # the first turn was that of robots.txt


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("dated", [False, True])
def test_retry_after_is_kept(tmp_path, sites, status, dated):
    clock, at = Clock(), []

    def answer(request):
        at.append(clock.now)
        wait = formatdate(time.time() + 100, usegmt=True) if dated else "100"
        return Reply(b"", status, {"Retry-After": wait}) if len(at) == 1 else Reply(b"x")

    with paced(tmp_path / "web", sites(answer), clock) as door:
        assert door.fetch(AT).path.read_bytes() == b"x"
    assert at[1] - at[0] == pytest.approx(100, abs=5)  # real seconds go by until the date is read


def test_a_host_that_wants_to_be_left_alone_for_hours_is_left_alone(tmp_path, sites):
    clock = Clock()
    site = sites(lambda request: Reply(b"", 429, {"Retry-After": "7200"}))
    for _ in range(3):
        with (
            paced(tmp_path / "web", site, clock) as door,
            pytest.raises(NotFetched, match=r"asks to be left alone for 2\.0 hours"),
        ):
            door.fetch(AT)
    assert site.asked() == ["/"]
    clock.now += 7300
    with paced(tmp_path / "web", site, clock) as door, pytest.raises(NotFetched):
        door.fetch(AT)
    assert site.asked() == ["/", "/"]


@pytest.mark.parametrize("said", ["-5", "soon", "1e9", "99999999999999999999", "", "Thu, 99 Xyz 2026"])
def test_an_odd_retry_after_does_no_harm(tmp_path, sites, said):
    site = sites(lambda request: Reply(b"", 503, {"Retry-After": said}))
    with paced(tmp_path / "web", site, Clock()) as door, pytest.raises(NotFetched):
        door.fetch(AT)


def test_a_site_that_wants_more_time_between_requests_gets_it(tmp_path, sites):
    clock, at = Clock(), []

    def answer(request):
        if request.target == "/robots.txt":
            return Reply(b"User-agent: *\nCrawl-delay: 7")
        at.append(clock.now)
        return Reply(b"x")

    with paced(tmp_path / "web", sites(answer, robots=True), clock) as door:
        for n in range(3):
            door.fetch(f"{AT}/{n}")
    assert [round(b - a, 3) for a, b in pairwise(at)] == [7.0, 7.0]


def test_a_clock_that_was_far_ahead_stops_nothing(tmp_path, sites):
    clock = Clock()
    clock.now += 40 * 24 * 3600
    site = sites(lambda request: Reply(b"x"))
    with paced(tmp_path / "web", site, clock) as door:
        door.fetch(AT)
    clock.now -= 40 * 24 * 3600
    with paced(tmp_path / "web", site, clock) as door:
        assert door.fetch(AT + "/b").path.read_bytes() == b"x"


def test_two_programs_fetch_one_link_once(tmp_path, sites):
    site = sites(lambda request: time.sleep(0.2) or Reply(b"x" * 1000))
    got = []
    both = [threading.Thread(target=lambda: got.append(fetched(tmp_path / "web", site))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [kept.path.read_bytes() for kept in got] == [b"x" * 1000] * 2
    assert site.asked() == ["/"]
