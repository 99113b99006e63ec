"""A sharper eye: fetched from the hub, here a tiny one on this machine, added to a collection and taken away again."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from fastapi.testclient import TestClient
from huggingface_hub import constants

from beholder import collection
from beholder.cli import run
from beholder.collection import Library
from beholder.errors import BadInput, StoreError, UnknownName, UserError
from beholder.features.hub import MODELS
from beholder.features.registry import download_encoder, load_encoder
from beholder.session import Session
from beholder.types import Judgement
from beholder.web.app import create_app
from beholder.web.pages import collections
from helpers.browser import HERE, SAFE, as_person, choose
from test_hub import CROP, write_image_tower

NAME = "dinov2-small"
MODEL = MODELS[NAME]


class FakeHub(ThreadingHTTPServer):
    """Serves {file: bytes}; `asked` are the ranges of all downloads; `breaks` cuts so many off in the middle."""

    files: dict[str, bytes]
    asked: list[tuple[str, str | None]]
    breaks = 0
    hashes: dict[str, str]
    xet = False


class Answer(BaseHTTPRequestHandler):
    server: FakeHub

    def _head(self):
        file = self.path.partition(f"/resolve/{MODEL.commit}/")[2]
        body = self.server.files.get(file)
        if body is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("X-Repo-Commit", MODEL.commit)
        self.send_header("ETag", f'"{self.server.hashes.get(file) or hashlib.sha256(body).hexdigest()}"')
        self.send_header("Accept-Ranges", "bytes")
        if self.server.xet:
            self.send_header("X-Xet-Hash", "a" * 64)
            self.send_header("X-Xet-Refresh-Route", "/xet-token")
        self.send_header("Content-Length", str(len(body) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        return file, body, start

    def do_HEAD(self):
        self._head()

    def do_GET(self):
        if (found := self._head()) is None:
            return
        file, body, start = found
        self.server.asked.append((file, self.headers.get("Range")))
        if self.server.breaks and file == MODEL.file:
            self.server.breaks -= 1
            self.wfile.write(body[start : len(body) // 2])
            self.wfile.flush()
            self.connection.close()
        else:
            self.wfile.write(body[start:])

    def log_message(self, *said):
        pass


@pytest.fixture
def fake_hub(tmp_path, monkeypatch):
    write_image_tower(tmp_path / "tower.onnx", MODEL)
    server = FakeHub(("127.0.0.1", 0), Answer)
    server.asked, server.hashes = [], {}
    tower = (tmp_path / "tower.onnx").read_bytes()
    server.files = {MODEL.processor: json.dumps(CROP).encode(), MODEL.file: tower}
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def library(home, painted):
    made = Library(home)
    made.import_source(painted, "wall")
    made.store.add_person("Ada")
    yield made
    made.close()


def test_an_encoder_is_fetched_once_added_and_taken_away_again(library, fake_hub):
    before = np.array(library.collection("wall").X)
    session = Session(library, "wall", "Ada", seed=0)
    ids = session.collection.ids
    session.record([Judgement("choice", (int(ids[3]), int(ids[0])), "an-answer-0001")])
    session.close()
    told = []
    library.add_encoder("wall", NAME, lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {f"downloading {NAME}, MB", "looking at your pictures"}
    art = library.collection("wall")
    assert art.row.encoders == ("builtin", NAME)
    assert np.array_equal(art.table.only("builtin", "attributes").X, before)
    assert art.population is not None
    again = Session(library, "wall", "Ada", seed=0)
    assert (len(again.history()), len(again.reading().ranking)) == (1, 12)
    again.close()
    library.remove_encoder("wall", NAME)
    assert np.array_equal(library.collection("wall").X, before)
    fetched = len(fake_hub.asked)
    library.add_encoder("wall", NAME)
    assert len(fake_hub.asked) == fetched, "what it saw is kept, and so are its files"


def test_a_download_that_broke_off_is_gone_on_from(fake_hub):
    fake_hub.files[MODEL.file] += bytes(24_000_000)  # the hub's library keeps ten million at a time
    fake_hub.breaks = 99  # the hub's library gives up at last
    with pytest.raises(UserError, match="try again, and it goes on from there"):
        download_encoder(NAME, lambda *step: None)
    at, fake_hub.breaks = len(fake_hub.asked), 0
    download_encoder(NAME, lambda *step: None)
    assert all(asked is not None for _, asked in fake_hub.asked[at:]), "from where it was"


def test_a_file_that_the_hub_keeps_under_another_hash_too_is_checked_by_its_own(fake_hub):
    fake_hub.xet = True
    download_encoder(NAME, lambda *step: None)
    blob = load_encoder(NAME)._tower.path.resolve()
    assert blob.name == hashlib.sha256(fake_hub.files[MODEL.file]).hexdigest()
    assert blob.read_bytes() == fake_hub.files[MODEL.file]


@pytest.mark.parametrize("needs", [lambda: download_encoder(NAME, lambda *step: None), lambda: load_encoder(NAME)])
def test_what_came_damaged_is_not_kept(fake_hub, needs):
    fake_hub.hashes[MODEL.file] = "0" * 64
    with pytest.raises(BadInput, match="came damaged"):
        needs()
    del fake_hub.hashes[MODEL.file]
    needs()


def test_a_cache_that_cannot_be_written_is_told_with_its_folder(fake_hub, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file" / "hub"))
    with pytest.raises(StoreError, match=r"cannot keep .* in .*file/hub .*set HF_HOME"):
        download_encoder(NAME, lambda *step: None)


def test_offline_nothing_changes_and_it_is_said(library, fake_hub, capsys):
    fake_hub.files.clear()
    with pytest.raises(UserError, match="cannot fetch"):
        library.add_encoder("wall", NAME)
    assert library.collection("wall").row.encoders == ("builtin",)


def test_the_pictures_that_are_needed_first_are_looked_at_first(library, monkeypatch):
    items, asked = library.collection("wall").items, []
    really = collection.embed_missing

    def embed_missing(pictures, *args, **more):
        asked.extend(pictures)
        return really(pictures, *args, **more)

    monkeypatch.setattr(collection, "embed_missing", embed_missing)
    library.add_encoder("wall", "classic", first=[items[7].id, items[2].id])
    rest = [item.key for at, item in enumerate(items) if at not in (7, 2)]
    assert asked == [items[7].key, items[2].key, *rest]


def test_a_picture_whose_file_is_gone_keeps_its_answers(library, painted):
    ids = library.collection("wall").ids
    session = Session(library, "wall", "Ada", seed=0)
    session.record([Judgement("choice", (int(ids[3]), int(ids[0])), "an-answer-0001")])
    session.close()
    (painted / "03.png").unlink()
    library.add_encoder("wall", "classic")
    art = library.collection("wall")
    assert len(art) == 12
    assert int(ids[3]) in art.row_of
    block = art.table.only("classic").X
    assert np.asarray(block[3]) == pytest.approx(np.delete(block, 3, 0).mean(0), rel=1e-4, abs=1e-5)


def test_the_encoder_that_brings_the_prior_stays(library):
    with pytest.raises(UserError, match="cannot do without 'builtin'"):
        library.remove_encoder("wall", "builtin")
    with pytest.raises(UnknownName):
        library.remove_encoder("wall", "classic")


def test_the_commands_add_list_and_remove(library, fake_hub, capsys):
    assert run(["encoder", "add", NAME]) == 0
    assert f"seen by builtin, {NAME}" in capsys.readouterr().err
    assert run(["encoder", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["collections"] == {"wall": ["builtin", NAME]}
    assert {"name", "bytes", "licence", "words"} == set(told["encoders"][0])
    assert run(["encoder", "list"]) == 0
    assert "MB" in capsys.readouterr().out
    assert run(["encoder", "remove", NAME, "wall"]) == 0
    assert "seen by builtin\n" in capsys.readouterr().err
    assert run(["encoder", "remove", NAME]) == 2


# In the app


@pytest.fixture
def client(library, fake_hub, monkeypatch):
    monkeypatch.setitem(collections._SHARPER, "name", NAME)
    app = create_app(library, library.settings)
    yield as_person(TestClient(app, base_url=HERE, headers=SAFE))
    app.state.beholder.close()


def ended(client, place):
    job = place.partition("job=")[2]
    while (told := client.get(f"/api/imports/{job}").json())["state"] in ("waiting", "running"):
        time.sleep(0.02)
    return told


def test_the_app_offers_to_see_more_and_goes_back_any_time(client, library):
    assert "See more in your pictures" not in client.get("/").text
    choose(client, 3)
    page = client.get("/").text
    assert "See more in your pictures" in page
    assert "&nbsp;MB)" in page
    told = ended(client, client.post("/sharper/wall", follow_redirects=False).headers["location"])
    assert (told["state"], told["adds"]) == ("done", NAME)
    assert library.collection("wall").row.encoders == ("builtin", NAME)
    page = client.get("/").text
    assert f"Seen by {NAME} too" in page
    assert "See more" not in page
    assert "3 answers" in page
    assert client.get("/label/wall").status_code == 200
    client.post("/plain/wall")
    assert library.collection("wall").row.encoders == ("builtin",)
    assert "See more in your pictures" in client.get("/").text


def test_a_download_that_breaks_off_is_offered_again(client, library, fake_hub):
    fake_hub.files[MODEL.file] += bytes(24_000_000)
    fake_hub.breaks = 99
    choose(client, 1)
    told = ended(client, client.post("/sharper/wall", follow_redirects=False).headers["location"])
    assert told["state"] == "failed"
    assert "try again, and it goes on from there" in told["error"]
    assert "See more in your pictures" in client.get("/").text


def test_offline_the_app_says_so_once_and_does_not_offer_it_again(client, library, fake_hub):
    fake_hub.files.clear()
    choose(client, 1)
    told = ended(client, client.post("/sharper/wall", follow_redirects=False).headers["location"])
    assert told["state"] == "failed"
    assert "does not reach the Hugging Face hub" in told["error"]
    assert "See more in your pictures" not in client.get("/").text
    assert library.collection("wall").row.encoders == ("builtin",)
