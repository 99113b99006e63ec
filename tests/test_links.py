"""Links as sources, and pictures by their links: fetched through the door, and then read like what was saved."""

import gzip
import json
from contextlib import suppress
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from beholder import collection as collections
from beholder.cli import app
from beholder.collection import Library
from beholder.errors import BadInput, StoreError, UserError
from beholder.locator import Locator
from beholder.sources import open_source, web
from beholder.sources.fetched import FetchedSource
from beholder.sources.found import Broken, Found
from beholder.sources.linked import LinkSource, more_by
from helpers.loopback import Reply, door_to
from helpers.makers import encoded, noise

pytest_plugins = "helpers.sites"

PNG = encoded(noise(), "PNG")
SHOP, PICTURES = "shop.example", "images.example"


@dataclass
class Known:
    found: list
    title: str = "known"

    def find(self):
        return iter(self.found)


def test_pictures_by_link_are_fetched_and_the_others_left_as_they_are(tmp_path, sites):
    site = sites({"/a.png": PNG})
    here = Found("here", Locator.of(tmp_path / "here.png"), {"title": "Here"})
    away = Found("away", Locator.parse("http://images.example/a.png"), {"title": "Away"})
    lost = Found("lost", Locator.parse("http://images.example/b.png"))
    private = Found("private", Locator.parse("http://127.0.0.1/c.png"))
    broken, told = Broken("broken", "no picture"), []
    door = door_to(tmp_path / "web", {PICTURES: site}, resolve=lambda host, port: [host])
    source = FetchedSource(Known([here, away, lost, private, broken]), door, lambda *step: told.append(step))
    got = list(source.find())
    assert (got[0], got[4]) == (here, broken)
    assert (got[1].name, got[1].columns) == ("away", {"title": "Away"})
    assert got[1].locator.path.read_bytes() == PNG
    assert got[1].locator.path.name == "a.png"
    assert got[2].reason.startswith("its picture was not fetched: there is nothing at this address")
    assert "not an address of the public internet" in got[3].reason
    assert [step[1] for step in told] == [1, 2, 3]


def test_a_host_that_is_down_is_not_asked_for_every_picture(tmp_path, sites):
    site = sites(lambda request: Reply(raw=lambda write: None))
    found = [Found(str(n), Locator.parse(f"http://images.example/{n}.png")) for n in range(50)]
    got = list(FetchedSource(Known(found), door_to(tmp_path / "web", {PICTURES: site})).find())
    assert all(isinstance(one, Broken) for one in got)
    assert "has not answered 3 times" in got[-1].reason
    assert len(site.asked()) == 12


def test_a_data_folder_that_is_gone_is_told(tmp_path):
    with pytest.raises(StoreError, match="nothing can be fetched into"):
        list(FetchedSource(Known([]), door_to(tmp_path / "gone" / "sources" / "web", {})).find())
    assert not (tmp_path / "gone").exists()


@pytest.fixture
def linked(tmp_path, sites):
    """What a link leads to, on servers of these pages; with what was asked for."""

    def find(pages, link="http://shop.example/list"):
        site = sites(pages)
        door = door_to(tmp_path / "sources" / "web", dict.fromkeys((SHOP, PICTURES), site))
        (tmp_path / "sources").mkdir()
        return list(FetchedSource(LinkSource(link, tmp_path / "sources", door), door).find()), site

    return find


def test_a_link_to_a_picture_is_that_picture(linked):
    (one,), _ = linked({"/a/one.png": PNG}, "http://shop.example/a/one.png")
    assert one.name == "http://shop.example/a/one.png"
    assert one.locator.path.read_bytes() == PNG


PAGE = """<html><head><script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Product", "name": "Blue sea", "image": "/pictures/sea.png",
 "url": "/works/1", "offers": {"@type": "Offer", "price": "1200", "priceCurrency": "DKK"}}
</script></head><body><h1>Blue sea</h1></body></html>"""


def test_a_page_by_link_is_read_like_a_saved_one_and_its_pictures_are_fetched(linked):
    (one,), site = linked({"/list": PAGE.encode(), "/pictures/sea.png": PNG})
    assert {name: one.columns[name] for name in ("title", "price", "currency", "link")} == {
        **{"title": "Blue sea", "price": "1200", "currency": "DKK", "link": "http://shop.example/works/1"},
    }
    assert one.locator.path.read_bytes() == PNG
    assert site.asked() == ["/list", "/pictures/sea.png"]


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>New</title>
<item><title>Blue sea</title><link>http://shop.example/works/1</link>
<enclosure url="http://images.example/sea.png" type="image/png" length="1"/></item></channel></rss>"""
INDEX = """<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>http://shop.example/one.xml</loc></sitemap><sitemap><loc>http://shop.example/list</loc></sitemap>
<sitemap><loc>http://10.0.0.1/two.xml</loc></sitemap></sitemapindex>"""


@pytest.mark.parametrize(
    "pages",
    [
        {"/list": RSS.encode()},
        {"/list": gzip.compress(RSS.encode())},
        {"/list": INDEX.encode(), "/one.xml": RSS.encode()},
        {"/list": gzip.compress(INDEX.encode()), "/one.xml": gzip.compress(RSS.encode())},
    ],
)
def test_a_feed_by_link_is_read(linked, pages):
    found, _ = linked(pages | {"/sea.png": PNG})
    assert (found[0].columns["title"], found[0].locator.path.read_bytes()) == ("Blue sea", PNG)
    assert all(isinstance(one, Broken) for one in found[1:])


def test_a_packed_bomb_by_link_is_told(linked):
    with pytest.raises(BadInput, match="over 64 MB when unpacked"):
        linked({"/list": gzip.compress(b"<rss>" + b" " * (65 << 20))})


def manifest(name):
    body = {"id": f"http://images.example/{name}.png", "type": "Image", "format": "image/png"}
    annotation = {"type": "Annotation", "motivation": "painting", "body": body}
    canvas = {"id": f"http://shop.example/c/{name}", "type": "Canvas", "items": [{"items": [annotation]}]}
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        **{"id": f"http://shop.example/{name}", "type": "Manifest", "label": {"en": [name]}, "items": [canvas]},
    }


def listing(name, *parts):
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        **{"id": f"http://shop.example/{name}", "type": "Collection", "label": {"en": [name]}},
        "items": [{"id": part, "type": "Manifest", "label": {"en": [part]}} for part in parts],
    }


def test_a_collection_by_link_is_followed_through_its_lists_and_rings_end(linked):
    at = "http://shop.example/"
    pages = {
        "/list": listing("list", at + "sea", at + "inner", at + "none", "http://127.0.0.1/private", "file:///etc/x"),
        "/inner": listing("inner", at + "list", at + "sky", at + "inner", at + "sea"),
        **{f"/{name}": manifest(name) for name in ("sea", "sky")},
    }
    told = {path: json.dumps(page).encode() for path, page in pages.items()}
    found, site = linked(told | {"/sea.png": PNG, "/sky.png": PNG})
    assert [one.columns["title"] for one in found if isinstance(one, Found)] == ["sea", "sky"]
    reasons = {one.name: one.reason for one in found if isinstance(one, Broken)}
    assert "nothing at this address" in reasons[at + "none"]
    assert "127.0.0.1" in reasons["http://127.0.0.1/private"]
    assert len(reasons) == 3
    assert sorted(site.asked()) == ["/inner", "/list", "/none", "/sea", "/sea.png", "/sky", "/sky.png"]


def test_an_endless_collection_ends(tmp_path, sites, monkeypatch):
    monkeypatch.setattr("beholder.sources.linked._MOST", 5)
    numbers = iter(range(10_000))
    site = sites(lambda r: Reply(json.dumps(listing("x", f"http://shop.example/{next(numbers)}")).encode()))
    door = door_to(tmp_path / "web", {SHOP: site})
    (one,) = FetchedSource(LinkSource("http://shop.example/list", tmp_path, door), door).find()
    assert "one import fetches 5 parts of lists" in one.reason
    assert len(site.asked()) == 6


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"\x00" * 99, b"<?xml version='1.0'?><rss>", b"<rss/>", b"words"]
)
def test_a_link_to_something_else_is_told(linked, body):
    found = []
    with suppress(BadInput):
        found, _ = linked({"/list": body})
    assert not [one for one in found if isinstance(one, Found)]


def test_what_is_fetched_names_no_file_of_this_machine(linked, tmp_path):
    (tmp_path / "secret.png").write_bytes(PNG)
    here = (tmp_path / "secret.png").as_uri()
    page = f'<html><body><img src="{here}"><img src="{tmp_path}/secret.png"><img src="../../../../secret.png">'
    found, _ = linked({"/list": page.encode()})
    assert not [one for one in found if isinstance(one, Found)]


def test_a_link_that_cannot_be_had_is_told(tmp_path):
    door = door_to(tmp_path / "web", {}, resolve=lambda host, port: ["10.0.0.1"])
    with pytest.raises(BadInput, match=r"'http://intranet\.example/' is not fetched: .* public internet"):
        list(LinkSource("http://intranet.example/", tmp_path, door).find())


def test_no_more_parts_are_fetched_than_one_import_may(tmp_path, sites, monkeypatch):
    monkeypatch.setattr("beholder.sources.linked._MOST", 2)
    with door_to(tmp_path / "web", {SHOP: sites(lambda request: Reply(b"x"))}) as door:
        more = more_by(door)
        assert [more(f"http://shop.example/{n}").read_bytes() for n in range(2)] == [b"x", b"x"]
        with pytest.raises(BadInput, match="one import fetches 2 parts of lists"):
            more("http://shop.example/3")


# Off unless it is asked for


@pytest.fixture
def online(tmp_path, sites, monkeypatch):
    """A shop on a server here, which the program reaches as it would the internet."""
    site = sites({"/list": PAGE.encode(), "/pictures/sea.png": PNG, "/sea.png": PNG})
    monkeypatch.setattr(web, "Door", lambda folder: door_to(folder, dict.fromkeys((SHOP, PICTURES), site)))
    return site


@pytest.fixture
def saved(tmp_path):
    """A page that was saved without its picture."""
    file = tmp_path / "page.html"
    file.write_text(PAGE.replace("/pictures/sea.png", "http://images.example/sea.png"))
    return file


def test_nothing_is_fetched_for_a_saved_page_unless_it_is_asked_for(saved, online):
    library = Library()
    report = library.import_source(saved, "art", encoder="classic")
    assert (report.new, report.needs_network, online.requests) == (0, 1, [])
    report = library.import_source(saved, "art", encoder="classic", fetch=True)
    assert (report.new, report.needs_network, online.asked()) == (1, 0, ["/sea.png"])
    report = library.import_source(saved, "art", encoder="classic", fetch=True)
    assert (report.known, online.asked()) == (1, ["/sea.png"])
    library.close()


def test_a_link_is_imported_and_imported_again_without_a_request(online):
    library = Library()
    assert library.import_source("http://shop.example/list", "art", encoder="classic").new == 1
    assert library.import_source("http://shop.example/list", "art").known == 1
    assert online.asked() == ["/list", "/pictures/sea.png"]
    (item,) = library.collection("art").items
    assert item.columns["title"] == "Blue sea"
    assert library.home / "sources" / "web" in item.locator.path.parents
    library.close()


def test_the_command_line_says_how_to_fetch(saved, online):
    run = CliRunner().invoke
    done = run(app, ["import", str(saved), "--into", "art", "--encoder", "classic"])
    first, work, last = str(done.exception).splitlines()
    assert first.endswith("that can be opened; nothing was imported")
    assert work.startswith("  Blue sea: it needs the network")
    assert last == "  --fetch fetches what needs the network"
    done = run(app, ["import", str(saved), "--into", "art", "--encoder", "classic", "--fetch"])
    assert (done.exit_code, online.asked()) == (0, ["/sea.png"])


def test_the_parts_of_a_saved_list_are_fetched_where_it_is_asked_for(tmp_path, sites, monkeypatch):
    pages = {"/sea": json.dumps(manifest("sea")).encode(), "/sea.png": PNG}
    site = sites(pages)
    monkeypatch.setattr(web, "Door", lambda folder: door_to(folder, dict.fromkeys((SHOP, PICTURES), site)))
    (tmp_path / "list.json").write_text(json.dumps(listing("list", "http://shop.example/sea")))
    run = CliRunner().invoke
    command = ["import", str(tmp_path / "list.json"), "--into", "art", "--encoder", "classic"]
    assert "\n  --fetch fetches what needs the network" in str(run(app, command).exception)
    assert site.requests == []
    assert run(app, [*command, "--fetch"]).exit_code == 0
    assert site.asked() == ["/sea", "/sea.png"]


@pytest.mark.parametrize("spec", ["ftp://shop.example/", "file:///etc/passwd", "gopher://x"])
def test_a_link_of_another_kind_is_told(tmp_path, spec):
    with pytest.raises(UserError, match="only http and https links"):
        open_source(spec, tmp_path)


def test_no_door_is_made_for_what_is_on_this_disk(tmp_path, painted, monkeypatch):
    def never(*_):
        raise AssertionError("a door was made")

    monkeypatch.setattr(web, "Door", never)
    assert len(list(open_source(painted, tmp_path).find())) == 12
    assert collections.open_source is open_source
