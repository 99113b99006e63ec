"""People and collections are renamed and removed: all of them that is said to go, and nothing else."""

import hashlib
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from beholder.cli import run
from beholder.collection import Library
from beholder.config import Settings
from beholder.create import Created, Kept
from beholder.errors import AlikeName, UnknownName, UserError
from beholder.removal import copies_of, remove_collection, remove_person
from beholder.types import Judgement
from beholder.web.app import create_app
from beholder.web.imports import Job
from helpers.browser import HERE, SAFE, as_person, event, form, hang
from helpers.flows import tone
from test_uploads import begin, end, png, put


@pytest.fixture
def library(tmp_path):
    """Two collections that share a picture, answered by two people, on a shortlist."""
    home = tmp_path / "data"
    library = Library(home, config=Settings(home=home, threads=1, encoder="classic"))
    for name in ("wall", "hall"):
        library.import_source(hang(tmp_path / name, 12 if name == "wall" else 4), name)
    store = library.store
    ada, ben = store.add_person("Ada"), store.add_person("Ben")
    for row in store.collections():
        a, b, *_ = (item.id for item in store.items(row.id))
        for who in (ada, ben):
            said = [Judgement("choice", (a, b), "1"), Judgement("undo", (), "2", undoes="1")]
            store.record(who.id, row.id, [*said, Judgement("choice", (b, a), "3"), Judgement("favourite", (a,), "4")])
        store.keep_fit(ada.id, row.id, "gp", "classic", {}, 1)
        store.set_alone(ada.id, row.id, True)
    for who in (ada, ben):
        mine = store.shortlists.add(who.id, f"{who.name}'s")
        for row in store.collections():
            store.shortlists.put(mine, store.items(row.id)[0].id)
        store.shortlists.say(store.shortlists.get(mine.id, who.id), store.items(1)[0].id, "Cleo", "nice")
    yield library
    library.close()


@pytest.fixture
def client(library):
    app = create_app(library, library.settings)
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE), "Cleo")
    client.library = library
    yield client
    app.state.beholder.close()


def fingerprints(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_a_removed_collection_is_gone_with_all_that_was_said_and_the_other_stays(library, tmp_path):
    store = library.store
    wall, hall = store.collections()
    ada, going = store.person("Ada"), store.removal.with_collection(wall.id)
    assert (list(going.answers), list(going.shortlists)) == ([("Ada", 1), ("Ben", 1)], ["Ada's", "Ben's"])
    before = {name: fingerprints(tmp_path / name) for name in ("wall", "hall")}
    remove_collection(library, wall)
    assert [row.name for row in store.collections()] == ["hall"]
    assert (store.answer_counts(ada.id), len(store.events(ada.id, hall.id))) == ({hall.id: 1}, 4)
    assert store.shortlists.of(ada.id)[0].items == (store.items(hall.id)[0].id,)
    assert store.fit(ada.id, hall.id, "gp", "classic")
    assert store.faults() == []
    assert before == {name: fingerprints(tmp_path / name) for name in ("wall", "hall")}
    report = library.import_source(tmp_path / "wall", "wall")
    assert (report.new, store.answer_counts(ada.id)) == (12, {hall.id: 1})
    assert len(library.collection("wall")) == 12


@pytest.mark.parametrize("statement", ["UPDATE judgements SET value = 1", "DELETE FROM judgements"])
def test_judgements_are_append_only_after_a_removal_too(library, statement):
    remove_collection(library, library.store.collection("wall"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), library.store.engine.begin() as db:
        db.exec_driver_sql(statement)


def test_a_removed_person_is_gone_with_their_shortlists_and_the_other_stays(library):
    store = library.store
    ada, ben = store.people()
    assert list(store.removal.with_person(ada.id).answers) == [("hall", 1), ("wall", 1)]
    remove_person(library, ada)
    assert [one.name for one in store.people()] == ["Ben"]
    with pytest.raises(UnknownName):
        store.person("Ada")
    assert [one.name for one in store.shortlists.of(ben.id)] == ["Ben's"]
    assert (store.answer_counts(ben.id), store.faults()) == ({1: 1, 2: 1}, [])
    again = store.add_person("Ada")
    assert (store.answer_counts(again.id), store.shortlists.of(again.id)) == ({}, [])


def test_the_ids_of_what_was_removed_are_never_given_again(library, tmp_path):
    store = library.store
    ben, hall = store.person("Ben"), store.collection("hall")
    (list_of_ben,) = store.shortlists.of(ben.id)
    first = store.shortlists.remarks(list_of_ben)[0]
    store.shortlists.unsay(list_of_ben, first.id)
    store.shortlists.say(list_of_ben, first.item_id, "Cleo", "again")
    assert store.shortlists.remarks(list_of_ben)[0].id > first.id
    shown = {item.id for item in store.items(hall.id)}
    remove_collection(library, hall)
    library.import_source(tmp_path / "hall", "hall")
    again = store.collection("hall")
    assert again.id > hall.id
    assert min(item.id for item in store.items(again.id)) > max(shown)
    remove_person(library, ben)
    again = store.add_person("Ben")
    assert again.id > ben.id
    assert store.shortlists.add(again.id, "Ben's").id > list_of_ben.id


def test_names_are_changed_but_never_to_that_of_another(library):
    store = library.store
    ada, wall = store.person("Ada"), store.collection("wall")
    store.rename_person(ada.id, "ADA")
    store.rename_collection(wall.id, "The wall")
    assert (store.person("ADA").key, store.collection("The wall").id) == (ada.key, wall.id)
    for rename, id, taken in (
        (store.rename_person, ada.id, "ben"),
        (store.rename_collection, wall.id, "Hall"),
    ):
        with pytest.raises(AlikeName):
            rename(id, taken)
        with pytest.raises(UserError):
            rename(id, " ")


def test_new_pictures_are_not_lost_with_what_they_were_made_from(library):
    store = library.store
    ada, wall = store.person("Ada"), store.collection("wall")
    kept = Kept(library, ada, wall)
    recipe = {"engine": "flow", "seed": 1, "strength": 0.4, "style": "oil", "made_of": {"like": ["p003"]}}
    kept.add(Created(tone(1), tone(9), recipe, 8.4, 5.2, 7.9, 5.0, 0.3, True), round="1")
    for remove, what in ((remove_collection, wall), (remove_person, ada)):
        with pytest.raises(UserError, match="Remove 'Made for Ada' first"):
            remove(library, what)
    remove_collection(library, store.collection("Made for Ada"))
    assert not kept.folder.exists()
    remove_collection(library, wall)
    remove_person(library, ada)
    assert [row.name for row in store.collections()] == ["hall"]


def test_what_was_uploaded_goes_and_a_new_collection_of_the_name_begins_empty(client):
    library, uploads = client.library, Path(client.library.home) / "uploads"

    def send(name, *shades):
        upload = begin(client, name)
        for shade in shades:
            put(client, upload, f"{shade}.png", png(shade))
        assert end(client, upload)["state"] == "done"

    send("phone", 1, 2)
    (one, two) = library.collection("phone").items
    assert client.get(f"/pictures/{one.id}/320.jpg").status_code == 200
    assert form(client, "/rename/phone", name="Summer").status_code == 303
    send("phone", 3)
    send("Summer", 4)
    assert [len(library.collection(name)) for name in ("phone", "Summer")] == [1, 3]
    assert "for this collection in Beholder’s data folder (0.0 MB)" in client.get("/edit/Summer").text
    assert form(client, "/remove/Summer").status_code == 303
    assert [path.name for path in uploads.rglob("*.png")] == ["3.png"]
    assert not list((Path(library.home) / "thumbs").rglob(f"{one.key}*"))
    assert client.get(f"/pictures/{two.id}/320.jpg").status_code == 404


def test_what_another_collection_has_a_picture_in_stays(library, tmp_path):
    shutil.make_archive(str(tmp_path / "few"), "zip", hang(tmp_path / "few", 3))
    for name in ("one", "two"):
        library.import_source(tmp_path / "few.zip", name)
    one, two = (library.store.collection(name) for name in ("one", "two"))
    assert (copies_of(library, one).files, copies_of(library, two).files) == (0, 0)
    remove_collection(library, one)
    assert all(item.locator.is_there() for item in library.store.items(two.id))
    assert copies_of(library, two).files > 3
    remove_collection(library, two)
    assert not list((Path(library.home) / "sources").rglob("*.png"))
    assert (tmp_path / "few.zip").exists()


def test_the_page_says_what_goes_and_removing_asks_once(client):
    choose_in = [item.id for item in client.library.collection("wall").items[:2]]
    client.post("/api/label/wall/answers", json={"events": [event("choice", choose_in)]})
    text = client.get("/edit/wall").text
    for said in ("12 pictures", "1 answer of Ada", "1 answer of Cleo", "“Ada&#39;s”", "save them as CSV"):
        assert said in text, said
    after = client.get(form(client, "/remove/wall").headers["location"]).text
    assert "The collection is removed." in after
    assert "/results/wall" not in after
    assert client.get("/results/wall").status_code == 404
    assert form(client, "/rename/hall", name="a/b").status_code == 422
    assert form(client, "/rename/hall", name="Corridor").status_code == 303
    assert client.get("/label/Corridor").status_code == 200


def test_a_person_is_renamed_and_removed_in_the_app(client):
    ada = client.library.store.person("Ada")
    text = client.get(f"/people/{ada.id}").text
    for said in ("1 answer in hall", "1 answer in wall", "“Ada&#39;s”", "the answers of others stay"):
        assert said in text, said
    assert form(client, f"/people/{ada.id}/rename", name="Ben").status_code == 409
    assert form(client, f"/people/{ada.id}/rename", name="Ada B").status_code == 303
    assert "Ada B" in client.get("/people").text
    cleo = client.library.store.person("Cleo")
    assert "The person is removed" in client.get(form(client, f"/people/{cleo.id}/remove").headers["location"]).text
    assert client.get("/label/wall", follow_redirects=False).status_code == 303, "who is answering?"
    assert [one.name for one in client.library.store.people()] == ["Ada B", "Ben"]


def test_nothing_is_removed_from_another_machine_or_while_pictures_come(client, monkeypatch):
    monkeypatch.setattr("beholder.web.pages.changing.on_this_machine", lambda _: False)
    assert "only done on the machine" in client.get("/edit/wall").text
    for path in ("/remove/wall", "/people/1/remove"):
        assert form(client, path).status_code == 403
    monkeypatch.undo()
    monkeypatch.setattr(type(client.app.state.beholder.imports), "busy", lambda *_: True)
    monkeypatch.setattr(type(client.app.state.beholder.imports), "at", lambda *_: Job("wall", "wall", 2**20))
    for path in ("/remove/wall", "/rename/wall", "/people/1/remove"):
        reply = form(client, path)
        assert (reply.status_code, "/stop" in reply.text) == (409, False), "the import is somebody else's"
    assert len(client.library.store.collections()) == 2


def test_the_command_says_what_goes_and_removes_with_yes(library, monkeypatch, capsys):
    monkeypatch.setenv("BEHOLDER_HOME", str(library.home))
    assert run(["rename", "hall", "Corridor"]) == run(["rename", "Ben", "Bea", "--person"]) == 0
    assert run(["remove", "wall"]) == 0
    out, err = capsys.readouterr()
    assert "12 pictures" in out
    assert "1 answer of Ada" in out
    assert "beholder remove wall --yes" in err
    assert len(library.store.collections()) == 2
    assert run(["remove", "wall", "--yes"]) == run(["remove", "Bea", "--person", "--yes", "--json"]) == 0
    assert [row.name for row in library.store.collections()] == ["Corridor"]
    assert [one.name for one in library.store.people()] == ["Ada"]
    assert run(["remove", "wall", "--yes"]) == 2
