"""Links and museums typed into the app: fetched as on the command line, or a sentence."""

import json
import ssl
import time

import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.sources import web
from beholder.web.app import create_app
from beholder.web.pages.collections import source_of
from helpers.browser import HERE, SAFE, as_person
from helpers.loopback import Reply, door_to
from helpers.pages import jpeg

pytest_plugins = "helpers.sites"


@pytest.fixture
def desk(tmp_path):
    """An empty library and a person at the machine that runs it."""
    library = Library(tmp_path / "home", config=Settings(home=tmp_path / "home", threads=1, encoder="classic"))
    client = as_person(TestClient(create_app(library, library.settings), base_url=HERE, headers=SAFE))
    yield client, library
    client.app.state.beholder.close()
    library.close()


def ended(client, reply):
    """How the import ends that this reply is of."""
    while (told := client.get(f"/api/imports/{reply.json()['id']}").json())["state"] in ("waiting", "running"):
        time.sleep(0.02)
    return told


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("https://www.dba.dk/soeg?q=maleri", "www.dba.dk"),
        (' "HTTPS://Museum.example/a.json" ', "museum.example"),
        ("smk:hammershøi", "SMK, National Gallery of Denmark, hammershøi"),
        ("Met: sea / sky ", "The Metropolitan Museum of Art, sea sky"),
        ("https://[broken", "pictures"),
    ],
)
def test_a_link_and_a_museum_are_named_after_where_they_lead(typed, title):
    spec, called = source_of(typed)
    assert (spec, " ".join(called.split())) == (typed.strip(' "'), title)
    assert len(source_of(f"https://{'a' * 300}.example")[1]) == 80


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ftp://a.dk/x", "only http and https links"),
        ("file:///etc/passwd", "only http and https links"),
        ("met:", "wants what to look for"),
        ("www.dba.dk/maleri", "a link begins with https://"),
        ("louvre:mona lisa", "There is no folder or file"),
    ],
)
def test_what_is_no_source_is_told_when_it_is_typed(desk, typed, words):
    client, library = desk
    reply = client.post("/api/imports", json={"path": typed})
    assert reply.status_code in (400, 422)
    assert words in reply.json()["error"]
    assert library.collections() == []


HOSTS = ("collectionapi.metmuseum.org", "images.metmuseum.org")
WORK = {
    **{"objectID": 7, "title": "Sea", "primaryImage": "https://images.metmuseum.org/7.jpg"},
    "objectURL": "https://www.metmuseum.org/art/collection/search/7",
}


@pytest.fixture
def online(sites, monkeypatch):
    """A museum on a server here, which the program reaches as it would the internet; all other names are private."""
    trustme = pytest.importorskip("trustme", reason="needs trustme, which makes certificates (the extra 'test')")
    authority, there, here = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(*HOSTS).configure_cert(there)
    authority.configure_trust(here)
    pages = {"/7.jpg": jpeg(7), "/public/collection/v1/objects/7": json.dumps(WORK).encode()}

    def answer(request):
        if "/search?" in request.target:
            return Reply(json.dumps({"total": 1, "objectIDs": [7]}).encode())
        return Reply(pages[request.target]) if request.target in pages else Reply(b"none", 404)

    site = sites(answer, tls=there)
    reach, private = dict.fromkeys(HOSTS, site), lambda host, port: [host if host[0].isdigit() else "10.0.0.1"]
    monkeypatch.setattr(web, "Door", lambda folder: door_to(folder, reach, resolve=private, trust=here))
    return site


def test_a_museum_typed_into_the_form_is_asked_and_its_pictures_fetched(desk, online):
    client, library = desk
    end = ended(client, client.post("/api/imports", json={"path": "met:sea"}))
    assert (end["state"], end["report"]["new"]) == ("done", 1)
    assert end["collection"] == "The Metropolitan Museum of Art, sea"
    (item,) = library.collection(end["collection"]).items
    assert (item.columns["title"], item.crop) == ("Sea", "whole")
    asked = len(online.asked())
    again = ended(client, client.post("/api/imports", json={"path": "met:sea"}))
    assert (again["report"]["known"], len(online.asked())) == (1, asked)


def test_a_link_typed_into_the_form_is_fetched_with_progress(desk, online):
    client, library = desk
    told = []
    job = client.app.state.beholder.imports.start(
        "https://images.metmuseum.org/7.jpg", "one", None, watched=lambda job: told.append(job.stage)
    )
    while job.active:
        time.sleep(0.02)
    assert (job.state, library.collection("one").items[0].columns["link"]) == ("done", job.spec)
    assert "fetching the link" in told
    assert client.get("/").text.count("images.metmuseum.org") == 0


@pytest.mark.parametrize("typed", ["http://intranet.example/", "http://127.0.0.1/", "http://169.254.169.254/latest"])
def test_a_link_into_the_own_network_is_told_and_leaves_nothing(desk, online, typed):
    client, library = desk
    end = ended(client, client.post("/api/imports", json={"path": typed}))
    assert (end["state"], "is not fetched" in end["error"], "public internet" in end["error"]) == ("failed", True, True)
    assert (library.collections(), online.requests) == ([], [])
