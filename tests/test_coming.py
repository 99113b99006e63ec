"""Pictures that come in while the app runs: what the pages show, when choosing begins, what is kept."""

import os
import subprocess
import sys
import threading

import pytest
from fastapi.testclient import TestClient

from beholder import importer
from beholder.collection import Library
from beholder.config import Settings
from beholder.web.app import create_app
from beholder.web.imports import Job
from helpers.browser import HERE, SAFE, as_person, ask, chromium, event, form, free_port, hang, send

pytest_plugins = "helpers.webwall"
_PICTURES = 200


class Gate:
    """Holds an import back until it may go on."""

    def __init__(self):
        self.most, self.changed = 0, threading.Condition()

    def __call__(self, job):
        with self.changed:
            while job.active and job.stage == "reading pictures" and job.done >= self.most:
                self.changed.wait()

    def open(self, most=10**9):
        with self.changed:
            self.most = most
            self.changed.notify_all()


@pytest.fixture
def coming(tmp_path):
    """A server whose pictures come in as far as the gate lets them. yields : (client, job, gate, library)"""
    library = Library(tmp_path / "data", config=Settings(home=tmp_path / "data", threads=1))
    app = create_app(library, library.settings)
    client, gate = as_person(TestClient(app, base_url=HERE, headers=SAFE)), Gate()
    folder = hang(tmp_path / "wall", _PICTURES)
    job = app.state.beholder.imports.start(str(folder), "wall", None, "classic", watched=gate)
    yield client, job, gate, library
    job.stop.set()
    gate.open()
    until(lambda: not job.active)
    app.state.beholder.close()
    library.close()


def until(true):
    for _ in range(2400):
        if true():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not come to that")


def size(library):
    return sum(row.size for row in library.collections())


def answer_among_the_first(client, gate, library):
    """Twelve answers about the 128 pictures that are in by then."""
    gate.open(130)
    until(lambda: size(library) == 128)
    until(lambda: "coming in" not in client.get("/label/wall").text)
    for _ in range(12):
        (question,) = ask(client)
        ids = sorted(item["id"] for item in question["items"])
        assert send(client, event("choice", ids, asked_by=question["asked_by"], side="left")).status_code == 200


def test_pictures_are_shown_as_they_come_and_choosing_begins_with_the_first_hundred(coming):
    client, job, gate, library = coming
    assert "Your pictures are coming in" in client.get("/label/wall").text
    assert client.get(f"/api/imports/{job.id}/pictures").json() == {"items": []}
    for path in ("/results/wall", "/taste/wall", "/create/wall", "/map/wall"):  # before there is a collection
        assert "Your pictures are coming in" in client.get(path).text
    assert client.get("/results/hall").status_code == 404
    gate.open(64)
    until(lambda: size(library) == 32)
    shown = client.get(f"/api/imports/{job.id}/pictures").json()["items"]
    assert len(shown) == 32
    assert client.get(f"/pictures/{shown[0]['id']}/320.jpg").status_code == 200
    assert len(client.get(f"/api/imports/{job.id}/pictures?after={shown[9]['id']}").json()["items"]) == 22
    assert "Your pictures are coming in" in client.get("/label/wall").text
    gate.open(130)
    until(lambda: size(library) == 128)
    until(lambda: "coming in" not in client.get("/label/wall").text)
    page = client.get("/label/wall").text
    assert f'data-coming="{job.id}"' in page
    assert f'data-grids-left="{int(0.4 * _PICTURES // 9)}"' in page  # as many as all of them allow
    assert len(ask(client)) == 1


def test_how_long_it_takes_is_said_where_it_is_known_how_many_there_are(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    job = Job("wall", "wall", 1, state="running")
    for done in (2, 4):
        job.step("looking for pictures", done, 0)
    assert (job.as_json()["rate"], job.as_json()["seconds_left"]) == (2, None)
    for done in (2, 4):
        job.step("reading pictures", done, 10)
    assert job.as_json()["seconds_left"] == 3


def test_answers_given_while_pictures_come_in_are_kept_and_used(coming):
    client, job, gate, library = coming
    answer_among_the_first(client, gate, library)
    until(lambda: job.done >= 130)  # and held there
    assert (
        f'data-job="{job.id}" data-size="128">{job.done} of {job.total} pictures are in'
        in client.get("/results/wall").text
    )
    assert client.get(f"/api/imports/{job.id}").json()["size"] == 128
    assert f'<span data-size-of="wall">{job.done} of {job.total} pictures</span>' in client.get("/").text
    gate.open()
    until(lambda: not job.active)
    assert job.state == "done"
    assert 'id="coming"' not in client.get("/results/wall").text
    assert f"{_PICTURES} pictures, yours first" in client.get("/results/wall").text
    assert 'data-coming=""' in client.get("/label/wall").text
    assert len(library.store.judgements(library.store.person(client.person).id, library.collections()[0].id)) == 12


def test_results_have_nearly_all_that_came_in_meanwhile(coming, monkeypatch):
    client, _, gate, library = coming
    monkeypatch.setattr(importer, "BATCH", 32)
    answer_among_the_first(client, gate, library)
    assert "128 pictures, yours first" in client.get("/results/wall").text
    gate.open(162)
    until(lambda: size(library) == 160)
    until(lambda: "160 pictures, yours first" in client.get("/results/wall").text)


def test_before_any_answer_results_tell_how_many_are_in_too(coming, monkeypatch):
    client, job, gate, library = coming
    monkeypatch.setattr(importer, "BATCH", 32)
    gate.open(130)
    until(lambda: size(library) == 128 and job.done >= 130)
    text = client.get("/results/wall").text
    assert f'data-job="{job.id}" data-size="128">{job.done} of {job.total} pictures are in' in text
    assert '<a href="/results/wall" hidden>Show them</a>' in text
    gate.open(162)
    until(lambda: 'data-size="160"' in client.get("/results/wall").text)
    assert "Then all 160 pictures are ranked" in client.get("/results/wall").text


def test_hearts_given_while_pictures_come_in_are_learned_from(coming):
    client, _, gate, library = coming
    answer_among_the_first(client, gate, library)

    def scores():
        return {r["item"]: r["score"] for r in client.get("/results/wall/export.json").json()}

    before, items = scores(), library.collection("wall").items
    for item in items[:5]:
        assert send(client, event("favourite", [item.id], value=1, asked_by="person")).status_code == 200
    after = scores()
    hearts = [item.name for item in items[:5]]
    assert sum(after[name] for name in hearts) > sum(before[name] for name in hearts)


def test_everybody_may_watch_what_the_command_brings_in(coming):
    client, job, _, _ = coming
    other = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    assert other.get(f"/api/imports/{job.id}").json()["collection"] == "wall"
    assert 'data-job="' + job.id in other.get("/").text


def test_each_import_is_stopped_by_its_own_name_and_a_waiting_one_at_once(coming, tmp_path):
    client, job, gate, library = coming
    gate.open(64)
    until(lambda: size(library) == 32)
    waits = client.post("/api/imports", json={"path": str(hang(tmp_path / "Family album", 3))}).json()["id"]
    home = client.get("/").text
    assert home.index(f'data-job="{job.id}" data-state="running"') < home.index(f'data-job="{waits}"')
    assert client.post(f"/api/imports/{waits}/cancel", json={}).json()["state"] == "cancelled"
    assert (job.state, job.stop.is_set()) == ("running", False)
    assert waits not in client.get("/").text
    refused = form(client, "/remove/wall")
    assert refused.status_code == 409
    assert f'action="/imports/{job.id}/stop"' in refused.text
    assert form(client, f"/imports/{job.id}/stop").status_code == 303
    gate.open()
    until(lambda: not job.active)
    assert job.state == "cancelled"
    until(lambda: not client.app.state.beholder.imports.at("Family album"))
    assert client.get("/results/Family album").status_code == 404, "nothing of it came in"
    assert form(client, "/remove/wall").status_code == 303


def test_who_waits_for_the_pictures_of_somebody_else_is_not_shown_a_strange_import(coming):
    client, job, gate, _ = coming
    job.person = 2**20
    assert 'id="coming" class="job" data-job=""' in client.get("/label/wall").text
    gate.open()
    until(lambda: not job.active)
    assert 'id="coming"' not in client.get("/label/wall").text


def test_the_first_pictures_of_a_large_source_are_from_all_over_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importer, "_MANY", 150)
    library = Library(tmp_path / "data", config=Settings(home=tmp_path / "data", threads=1))
    library.import_source(hang(tmp_path / "wall", _PICTURES), "wall", encoder="classic")
    names = [item.name for item in library.collection("wall").items]
    assert sorted(names) == [f"p{i:03}" for i in range(_PICTURES)]
    assert {int(name[1:]) * 10 // _PICTURES for name in names[:100]} == set(range(10))
    library.close()


def test_serve_answers_at_once_and_the_page_goes_on_to_the_first_question(tmp_path, open_page):
    folder, port = hang(tmp_path / "wall", 160), free_port()
    chromium()
    environment = os.environ | {"OMP_NUM_THREADS": "1", "BEHOLDER_HOME": str(tmp_path / "data")}
    command = [sys.executable, "-m", "beholder", "serve", str(folder), "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert f"http://127.0.0.1:{port}/label/wall" in server.stdout.readline()
            page = open_page()
            page.goto(f"http://127.0.0.1:{port}/label/wall")
            page.get_by_label("Name").fill("Ada")
            page.keyboard.press("Enter")
            page.get_by_role("link", name="Shortlists").hover()
            page.mouse.down()
            assert "'wall': 160 new" in server.stdout.readline()
            bar = "document.querySelector('#coming progress')"  # none where the questions have come already
            page.wait_for_function(f"({bar}?.max ?? 160) === 160")  # of all, as the words say
            page.wait_for_timeout(1000)  # in which the page would go on
            page.mouse.up()
            page.wait_for_url("**/shortlists")
            page.go_back()
            page.wait_for_selector("#wall img")
        finally:
            server.terminate()
