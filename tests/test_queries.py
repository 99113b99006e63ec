"""A museum is asked page by page for a bounded number of works, and its pictures come through the same door."""

import json
import ssl
from urllib.parse import parse_qsl, urlsplit

import pytest

from beholder.errors import BadInput, UserError
from beholder.sources import queries
from beholder.sources.fetched import FetchedSource
from beholder.sources.found import Broken
from beholder.sources.online import MUSEUMS, is_query
from beholder.sources.queries import MuseumSource
from beholder.sources.web import robots
from helpers.loopback import Reply, door_to

pytest_plugins = "helpers.sites"

PAGE = 10
HOSTS = {
    "met": "collectionapi.metmuseum.org",
    "aic": "api.artic.edu",
    "smk": "api.smk.dk",
    "rijks": "data.rijksmuseum.nl",
    "cma": "openaccess-api.clevelandart.org",
    "commons": "commons.wikimedia.org",
}


class Museum:
    """All six, with `size` works each, in the forms of their answers."""

    def __init__(self, size):
        self.size = size
        self.asked = []

    def __call__(self, request):
        url = urlsplit(request.target)
        asked = dict(parse_qsl(url.query))
        self.asked.append((url.path, asked))
        return Reply(json.dumps(self.answer(request.headers["host"], url.path, asked)).encode())

    def answer(self, host, path, asked):
        numbers = list(range(self.size))
        if host == HOSTS["met"]:
            if "/objects/" in path:
                n = int(path.rpartition("/")[2])
                links = {"primaryImage": picture(n), "objectURL": page(n)}
                return {"objectID": n, "title": f"Work {n}", **links, "isPublicDomain": True}
            first = int(asked["offset"])
            return {"total": self.size, "objectIDs": numbers[first : first + int(asked["limit"])] or None}
        if host == HOSTS["aic"]:
            first = (int(asked["page"]) - 1) * int(asked["limit"])
            works = [{"id": n, "title": f"Work {n}", "image_id": f"i{n}"} for n in numbers]
            config = {"iiif_url": "https://images.example/iiif/2"}
            return {"data": works[first : first + int(asked["limit"])], "config": config}
        if host == HOSTS["smk"]:
            first = int(asked["offset"])
            works = [
                {"titles": [{"title": f"Work {n}"}], "object_number": f"KMS{n}", "image_native": picture(n)}
                for n in numbers
            ]
            return {"found": self.size, "items": works[first : first + int(asked["rows"])]}
        if host == HOSTS["cma"]:
            first = int(asked["skip"])
            works = [
                {"accession_number": str(n), "share_license_status": "CC0", "title": f"Work {n}", "url": page(n)}
                | {"images": {"web": {"url": picture(n)}}}
                for n in numbers
            ]
            return {"data": works[first : first + int(asked["limit"])]}
        if host == HOSTS["commons"]:
            first = int(asked.get("gsroffset", 0))
            pages = [
                {
                    "title": f"File:Work {n}.jpg",
                    "index": n,
                    "imageinfo": [{"url": picture(n), "descriptionurl": page(n)}],
                }
                for n in numbers[first : first + PAGE]
            ]
            more = {"gsroffset": first + PAGE, "continue": "gsroffset||"}
            return {"query": {"pages": pages[::-1]}} | ({"continue": more} if first + PAGE < self.size else {})
        if path == "/search/collection":
            first = int(asked.get("pageToken", 0))
            works = [{"id": f"https://id.rijksmuseum.nl/{n}"} for n in numbers[first : first + PAGE]]
            field = "title" if "title" in asked else "creator"
            following = f"https://{host}/search/collection?{field}={asked[field]}&pageToken={first + PAGE}"
            return {"orderedItems": works} | ({"next": {"id": following}} if first + PAGE < self.size else {})
        assert asked == {"_profile": "edm-framed"}
        return rijks_record(int(path.strip("/")))


def picture(n):
    return f"https://images.example/{n}.jpg"


def page(n):
    return f"https://museum.example/works/{n}"


def rijks_record(n):
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    return {
        "aggregatedCHO": {
            "title": {"nl": f"Werk {n}", "en": [f"Work {n}"]},
            "creator": [{"id": "x", label: [{"@language": "nl", "@value": "C. Lapine"}]}],
            "identifier": [f"RP-T-{n}"],
            "created": [{"@language": "nl", "@value": "1895 - 1900"}, {"@language": "en", "@value": "1895-1900"}],
            "medium": [{label: [{"@language": "en", "@value": "paper"}]}],
        },
        "isShownAt": {"id": page(n)},
        "isShownBy": {"id": f"https://iiif.micr.io/w{n}/full/max/0/default.jpg"},
        "edmRights": "http://creativecommons.org/publicdomain/mark/1.0/",
    }


@pytest.fixture(scope="module")
def tls():
    """(of the servers, of the door)"""
    trustme = pytest.importorskip("trustme", reason="needs trustme, which makes certificates (the extra 'test')")
    authority, there, here = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(*HOSTS.values(), "images.example").configure_cert(there)
    authority.configure_trust(here)
    return there, here


@pytest.fixture
def asking(tmp_path, sites, tls, monkeypatch):
    """Asks one of the museums, which has small pages; returns what is found, and what it was asked."""
    monkeypatch.setattr(queries, "_PAGE", PAGE)
    monkeypatch.setattr(queries, "_MOST", 2 * PAGE)

    def ask(name, size, query="water lilies", answer=None):
        museum = answer or Museum(size)
        site = sites(museum, tls=tls[0])
        with door_to(tmp_path / "web", dict.fromkeys(HOSTS.values(), site), trust=tls[1]) as door:
            return list(MuseumSource(f"{name}: {query} ", door).find()), museum, site

    return ask


@pytest.mark.parametrize("name", sorted(MUSEUMS))
@pytest.mark.parametrize("size", [1, 9, 10, 13])
def test_every_work_of_a_museum_is_found_once(asking, name, size):
    found, museum, _ = asking(name, size)
    assert len(found) == len({one.name for one in found}) == size
    assert [one.columns["title"] for one in found] == [f"Work {n}" for n in range(size)]
    assert all(one.locator.scheme == "https" for one in found)
    asked = museum.asked[0][1]
    assert any("water lilies" in value for value in asked.values())


@pytest.mark.parametrize("name", sorted(MUSEUMS))
def test_a_museum_with_very_many_works_is_asked_for_a_bounded_number(asking, name):
    found, museum, _ = asking(name, 500)
    assert len(found) == 2 * PAGE
    pages = [asked for path, asked in museum.asked if "objects/" not in path and "_profile" not in asked]
    assert len(pages) <= 4


def test_a_record_of_the_rijksmuseum_is_read(asking):
    (one,), *_ = asking("rijks", 1)
    assert one.columns == {
        **{"title": "Work 0", "artist": "C. Lapine", "place": "Rijksmuseum", "year": "1895-1900", "medium": "paper"},
        **{"rights": "http://creativecommons.org/publicdomain/mark/1.0/", "link": page(0), "site": "museum.example"},
    }
    assert one.locator.text == "https://iiif.micr.io/w0/full/!1600,1600/0/default.jpg"


@pytest.mark.parametrize("odd", [None, 5, [], {}, {"id": [5]}, {"aggregatedCHO": {"title": [[[[[[[["x"]]]]]]]]}}])
def test_an_odd_record_of_the_rijksmuseum_is_passed_over(asking, odd):
    museum = Museum(1)
    record = json.dumps({"aggregatedCHO": {"title": odd}, "isShownBy": odd, "isShownAt": odd}).encode()
    answer = lambda r: Reply(record) if "_profile" in r.target else museum(r)  # noqa: E731
    assert asking("rijks", 1, answer=answer)[0] == []


def test_two_hundred_works_are_the_most():
    assert (queries._MOST, queries._PAGE) == (200, 100)


@pytest.mark.parametrize("name", sorted(MUSEUMS))
def test_a_museum_that_finds_nothing_says_so(asking, name):
    with pytest.raises(BadInput, match="finds nothing with a picture for 'water lilies'"):
        asking(name, 0)


@pytest.mark.parametrize("name", sorted(MUSEUMS))
@pytest.mark.parametrize(
    "body",
    [
        *(b"<html>", b"[]", b"{}", b'"x"', b"", b'{"data": 5, "items": {}, "objectIDs": "x", "query": [], "next": 3}'),
        b'{"data": [1, null], "items": [[]], "objectIDs": ["../x", -1, true], "query": {"pages": {"1": 2}},'
        b' "orderedItems": [{"id": "https://127.0.0.1/1"}, {"id": 5}], "next": {"id": "http://127.0.0.1/"}}',
        b"[" * 100_000,
    ],
)
def test_an_answer_of_another_form_is_told(asking, name, body):
    with pytest.raises(BadInput):
        asking(name, 0, answer=lambda request: Reply(body))


def test_an_error_that_a_museum_tells_is_told(asking):
    body = b'{"error": {"code": "x", "info": "The search is down"}}'
    with pytest.raises(BadInput, match="Wikimedia Commons cannot be asked: it says: The search is down"):
        asking("commons", 0, answer=lambda request: Reply(body))


@pytest.mark.parametrize("name", ["aic", "rijks", "commons"])
def test_a_museum_that_goes_on_for_ever_without_works_is_left(asking, name):
    """Pages full of what has no picture, and always another one."""
    asked = []

    def answer(request):
        asked.append(request.target)
        following = f"https://{HOSTS['rijks']}/search/collection?pageToken={len(asked)}"
        more = {"next": {"id": following}, "continue": {"gsroffset": len(asked)}}
        empty = [{"id": "x"}] * PAGE
        return Reply(json.dumps({"data": empty, "query": {"pages": []}, "orderedItems": empty, **more}).encode())

    with pytest.raises(BadInput, match="finds nothing"):
        asking(name, 0, answer=answer)
    assert len(asked) <= 40


def test_a_record_that_cannot_be_had_is_told_and_the_others_come(asking):
    museum = Museum(3)
    found, *_ = asking("met", 3, answer=lambda r: Reply(b"", 404) if r.target.endswith("/1") else museum(r))
    assert [isinstance(one, Broken) for one in found] == [False, True, False]
    assert "nothing at this address" in found[1].reason


def test_a_page_that_cannot_be_had_ends_the_rest_with_a_reason(asking):
    museum = Museum(30)
    found, *_ = asking("smk", 0, answer=lambda r: Reply(b"", 403) if "offset=10" in r.target else museum(r))
    assert len(found) == 11
    assert "after 10 works: it does not let programs have this" in found[-1].reason


def test_a_museum_that_does_not_answer_is_told(asking):
    with pytest.raises(BadInput, match="Art Institute of Chicago cannot be asked: it cannot be had"):
        asking("aic", 0, answer=lambda request: Reply(b"", 500))


def test_the_same_query_soon_again_asks_for_nothing(tmp_path, sites, tls):
    museum = Museum(5)
    site = sites(museum, tls=tls[0])
    for _ in range(2):
        with door_to(tmp_path / "web", {HOSTS["met"]: site}, trust=tls[1]) as door:
            assert len(list(MuseumSource("met:cats", door).find())) == 5
    assert len(site.requests) == 6


@pytest.mark.parametrize("text", ["met:", "met:   ", "met:" + "x" * 300])
def test_a_museum_is_asked_for_something(tmp_path, text):
    with door_to(tmp_path / "web", {}) as door, pytest.raises(UserError, match="wants what to look for"):
        MuseumSource(text, door)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("met:cats", True), (" SMK : x", True), ("met", False), ("tate:cats", False), ("c:/met", False), ("", False)],
)
def test_a_query_is_known_by_its_museum(text, is_one):
    assert is_query(text) is is_one


def test_interfaces_are_asked_without_their_robots_txt_and_pictures_with_it(tmp_path, sites, tls):
    """Wikimedia closes its interface to crawlers, and publishes rules for programs."""
    museum = Museum(2)
    closed = Reply(b"User-agent: *\nDisallow: /")
    api = sites(lambda r: closed if r.target == "/robots.txt" else museum(r), tls=tls[0], robots=True)
    pictures = sites(lambda r: closed if r.target == "/robots.txt" else Reply(b"x"), tls=tls[0], robots=True)
    with door_to(tmp_path / "web", {HOSTS["commons"]: api, "images.example": pictures}, trust=tls[1]) as door:
        found = list(FetchedSource(MuseumSource("commons:cats", door), door).find())
    assert "/robots.txt" not in [request.target for request in api.requests]
    assert all(isinstance(one, Broken) and "asks programs not to fetch" in one.reason for one in found)
    assert [request.target for request in pictures.requests] == ["/robots.txt"]


def test_museums_have_the_interfaces_that_robots_txt_is_not_asked_for():
    assert {host for host, _ in robots._INTERFACES} == set(HOSTS.values())
    assert set(HOSTS) == set(queries._ASK) == set(MUSEUMS)
