"""The pages on which crops are looked at and corrected: each drawn in its photo, saved by a form, undone by another."""

import re
import time
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.features.artworks import photos
from beholder.locator import WHOLE
from beholder.types import Judgement
from beholder.web.app import create_app
from helpers.browser import HERE, SAFE, as_person
from helpers.makers import encoded
from helpers.walls import BARE, ONE, TWO, Finder, crop, hang, photo


@pytest.fixture
def library(home, tmp_path, monkeypatch):
    """A collection, "wild", of a photo with one painting, one with two, and one with none."""
    monkeypatch.setattr(photos, "find_artworks", Finder())
    library = Library(home, config=Settings(home=home, threads=1, encoder="classic"))
    library.import_source(hang(tmp_path / "in", ONE, TWO, BARE), "wild", artworks=True)
    yield library
    library.close()


@pytest.fixture
def client(library):
    app = create_app(library, library.settings)
    yield as_person(TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False))
    app.state.beholder.close()


def items(library):
    return library.store.items(library.store.collection("wild").id)


def correct(client, item, crop, **more):
    return client.post(f"/crop/{item.id}/wild", data={"crop": crop, **more}, follow_redirects=False)


def test_all_crops_are_seen_at_a_glance_each_a_link_to_its_editor(client, library):
    page = client.get("/crops/wild").text
    one, first, second, whole = items(library)
    assert "3 artworks found in photos" in page
    assert re.findall(r'href="/crop/(\d+)/wild\?show=cut"', page) == [str(i.id) for i in (one, first, second)]
    assert re.findall(r'd="M0 0H320V240H0Z M([^Z"]+)Z"', page) == [i.crop for i in (one, first, second)]
    assert f"/photos/{one.id}/640.jpg?v={one.sha256[:8]}" in page
    page = client.get("/crops/wild?show=whole").text
    assert re.findall(r"/crop/(\d+)/wild", page) == [str(whole.id)]
    assert 'class="shade"' not in page
    assert "3 artworks found in photos" in client.get("/").text


def test_a_ranking_leads_from_each_artwork_to_its_photo(client, library):
    ids = [item.id for item in items(library)]
    ada, row = library.store.person(client.person), library.store.collection("wild")
    said = [Judgement("rating", (id,), f"c{n}-{id}", value=n + 1) for n in range(8) for id in ids]
    library.store.record(ada.id, row.id, said)
    page = client.get("/results/wild").text
    links = re.findall(r'href="/crop/(\d+)/wild"', page)
    assert sorted(map(int, links)) == [item.id for item in items(library) if item.crop != WHOLE]


def test_a_picture_is_served_as_its_part_and_its_photo_as_a_whole(client, library):
    item = items(library)[0]
    part = Image.open(BytesIO(client.get(f"/pictures/{item.id}/640.jpg").content))
    whole = Image.open(BytesIO(client.get(f"/photos/{item.id}/640.jpg").content))
    assert (part.size, whole.size) == ((160, 160), (320, 240))
    inside = np.asarray(whole.crop((80, 40, 240, 200)), float)
    assert np.abs(np.asarray(part, float) - inside).mean() < 4
    other = items(library)[1], items(library)[2]
    addresses = {client.get(f"/photos/{i.id}/320.jpg").headers["etag"] for i in other}
    assert len(addresses) == 1, "the photo of both is kept once"
    assert client.get("/photos/999/640.jpg").status_code == 404
    assert client.get("/photos/1/641.jpg").status_code == 404


def test_a_correction_is_saved_shown_and_undone_without_a_script(client, library):
    item = items(library)[0]
    before = client.get(f"/pictures/{item.id}/640.jpg").content
    page = client.get(f"/crop/{item.id}/wild").text
    assert 'name="crop" value="whole"' in page
    assert 'value="found"' not in page
    reply = correct(client, item, WHOLE, show="cut")
    assert (reply.status_code, reply.headers["location"]) == (303, f"/crop/{item.id}/wild?show=cut&saved=1")
    page = client.get(reply.headers["location"]).text
    assert "Saved" in page
    assert 'value="whole"' not in page
    assert f"/pictures/{item.id}/640.jpg?v={item.sha256[:8]}" in page
    assert Image.open(BytesIO(client.get(f"/pictures/{item.id}/640.jpg").content)).size == (320, 240)
    assert "Corrected (1)" in client.get("/crops/wild").text
    assert correct(client, item, "found").status_code == 303
    assert items(library)[0].crop == item.crop
    assert client.get(f"/pictures/{item.id}/640.jpg").content == before


def test_answers_before_and_after_a_correction_are_one_persons(client, library):
    one, first, *_ = items(library)
    event = {"id": "choice-00001", "kind": "choice", "items": [one.id, first.id], "asked_by": "random", "side": "left"}
    assert client.post("/api/label/wild/answers", json={"events": [event]}).status_code == 200
    assert correct(client, one, "90,50 230,40 240,200 80,190").status_code == 303
    event |= {"id": "choice-00002", "items": [one.id, items(library)[3].id]}
    assert client.post("/api/label/wild/answers", json={"events": [event]}).status_code == 200
    ada = library.store.person(client.person)
    kept = library.store.judgements(ada.id, library.store.collection("wild").id)
    assert [j.items[0] for j in kept] == [one.id, one.id]
    exported = client.get("/results/wild/export.json").json()
    assert {row["item"] for row in exported} == {item.name for item in items(library)}


@pytest.mark.parametrize(
    ("crop", "sentence"),
    [
        ("0,0 100,100 100,0 0,100", "cross"),
        ("0,0 3,0 3,3 0,3", "shortest"),
        ("900,900 950,900 950,950 900,950", "order"),
        ("half of it", "does not know the part"),
        ("", "does not know the part"),
    ],
)
def test_corners_that_surround_nothing_get_a_sentence(client, library, crop, sentence):
    item = items(library)[0]
    reply = correct(client, item, crop)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert items(library)[0].crop == item.crop


def test_corners_outside_of_the_photo_are_moved_to_its_edge(client, library):
    item = items(library)[0]
    assert correct(client, item, "0,0 9999,0 9999,9999 0,9999").status_code == 303
    assert items(library)[0].crop == "0,0 320,0 320,240 0,240"


def test_two_pictures_are_never_the_same_part(client, library):
    _, first, second, _ = items(library)
    reply = correct(client, first, second.crop)
    assert reply.status_code == 400
    assert "another picture already" in reply.text


MISSED = "10,20 60,20 60,90 10,90"


def test_a_missed_work_is_drawn_in_its_photo(client, library):
    _, first, second, _ = items(library)
    page = client.get(f"/crop/{first.id}/wild?add=1").text
    assert "data-adding" in page
    assert 'data-corners="96,72 224,72 224,168 96,168"' in page
    assert re.findall(r'class="also" d="M([^Z]+)Z"', page) == [first.crop, second.crop]
    reply = correct(client, first, MISSED, add="1", show="cut")
    new = items(library)[-1]
    assert (reply.status_code, new.crop, new.name) == (303, MISSED, "1 [3].png")
    assert reply.headers["location"] == f"/crop/{new.id}/wild?show=cut&saved=added"
    page = client.get(reply.headers["location"]).text
    assert "Added." in page
    assert "Drawn by mistake?" in page
    assert 'value="found"' not in page
    assert 'value="whole"' not in page
    assert Image.open(BytesIO(client.get(f"/pictures/{new.id}/640.jpg").content)).size == (50, 70)
    assert "<p>added</p>" in client.get("/crops/wild?show=corrected").text
    assert "4 artworks found in photos" in client.get("/crops/wild").text
    assert (len(library.shared("wild")), library.shared("wild").unshown) == (5, set())


@pytest.mark.parametrize(
    ("crop", "status"),
    [("0,0 3,0 3,3 0,3", 422), ("whole", 400), ("found", 400), ("", 422), ("180,40 300,40 300,200 180,200", 400)],
)
def test_what_cannot_be_added_is_told(client, library, crop, status):
    second = items(library)[2]
    whole = items(library)[3]
    reply = correct(client, whole if crop == "whole" else second, crop, add="1")
    assert reply.status_code == status
    assert len(items(library)) == 4


def test_a_wrong_find_is_removed_and_put_back(client, library):
    one, *_ = items(library)
    assert "and this photo shows nothing" in client.get(f"/crop/{one.id}/wild").text
    reply = correct(client, one, "removed")
    assert reply.headers["location"] == f"/crop/{one.id}/wild?show=cut&saved=removed"
    page = client.get(reply.headers["location"]).text
    assert "Removed. It is neither asked nor ranked any more" in page
    assert "Put it back" in page
    assert "Undo" not in page
    assert [item.removed for item in items(library)] == [True, False, False, False]
    assert "2 artworks found in photos" in client.get("/crops/wild").text
    page = client.get("/crops/wild?show=removed").text
    assert re.findall(r'href="/crop/(\d+)/wild\?show=removed"', page) == [str(one.id)]
    assert f"/pictures/{one.id}/" not in client.get("/").text
    asked = client.get("/api/label/wild/questions?kind=choice&n=9").json()["questions"]
    assert one.id not in {item["id"] for question in asked for item in question["items"]}
    assert correct(client, one, "back").status_code == 303
    assert items(library)[0] == one
    assert "Removed (" not in client.get("/crops/wild").text


def test_what_is_not_there_is_told(client, library, tmp_path):
    assert client.get("/crop/999/wild").status_code == 404
    assert client.get("/crop/x/wild").status_code == 422
    assert client.get("/crops/none").status_code == 404
    assert client.get("/crops/wild?show=all").status_code == 422
    library.import_source(hang(tmp_path / "other", ONE, TWO), "other")
    assert client.get(f"/crop/{items(library)[0].id}/other").status_code == 404
    (tmp_path / "in" / "0.png").unlink()
    page = client.get(f"/crop/{items(library)[0].id}/wild")
    assert (page.status_code, "not where it was" in page.text) == (200, True)
    reply = correct(client, items(library)[0], WHOLE)
    assert (reply.status_code, "cannot be" in reply.text) == (422, True)


def test_a_page_of_another_person_corrects_nothing(client, library):
    item = items(library)[0]
    assert correct(client, item, WHOLE, show="none").status_code == 422
    assert correct(client, item, WHOLE, shown_to="beholder.99").status_code == 409
    assert items(library)[0].crop == item.crop


def test_the_form_of_an_import_says_whether_artworks_are_found(client, library, tmp_path):
    for at, (name, sent, cut) in enumerate((("with", {"artworks": "1"}, 1), ("without", {}, 0))):
        folder = tmp_path / name
        folder.mkdir()
        photo(ONE, 50 + at).save(folder / "0.png")
        place = client.post("/import", data={"path": str(folder), **sent}, follow_redirects=False).headers["location"]
        assert waited(client, place.partition("job=")[2])["report"]["cut"] == cut
    body = {"path": str(tmp_path / "without"), "artworks": True}
    again = waited(client, client.post("/api/imports", json=body).json()["id"])
    assert (again["report"]["new"], again["report"]["cut"]) == (0, 1)


def test_artworks_are_found_in_photos_that_are_dropped_on_the_page(client, tmp_path):
    data = encoded(photo(TWO, 60), "PNG")
    raw = {"Content-Type": "application/octet-stream"}
    for name, query, cut in (("phone", "?artworks=1", 2), ("scans", "", 0)):
        upload = client.post("/api/uploads", json={"name": name}).json()["id"]
        piece = {"path": "a.png", "at": 0, "size": len(data)}
        reply = client.post(f"/api/uploads/{upload}/piece", params=piece, content=data, headers=raw)
        assert reply.json() == {"at": len(data)}
        job = client.post(f"/api/uploads/{upload}/end{query}", json={}).json()
        assert waited(client, job["id"])["report"]["cut"] == cut


def test_photos_that_nobody_looked_into_are_looked_into_by_a_button(client, library, tmp_path):
    folder = hang(tmp_path / "plain", TWO, BARE)
    library.import_source(folder, "plain")
    page = client.get("/crops/plain").text
    assert "Find artworks in 2 more photos" in page
    place = client.post("/look/plain", follow_redirects=False).headers["location"]
    assert waited(client, place.partition("job=")[2])["state"] == "done"
    page = client.get("/crops/plain").text
    assert "2 artworks found in photos" in page
    assert "/look/plain" not in page


def waited(client, job):
    for _ in range(2400):
        told = client.get(f"/api/imports/{job}").json()
        if told["state"] not in ("waiting", "running"):
            return told
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def test_many_crops_are_on_several_pages_and_lead_on_from_one_to_the_next(client, library, tmp_path, monkeypatch):
    monkeypatch.setattr("beholder.web.pages.crops._PER_PAGE", 2)
    one, first, second, _ = items(library)
    page = client.get("/crops/wild?page=2").text
    assert re.findall(r"/crop/(\d+)/wild", page) == [str(second.id)]
    page = client.get(f"/crop/{first.id}/wild?show=cut").text
    assert re.findall(r'href="/crop/(\d+)/wild\?show=cut" rel="(\w+)"', page) == [
        (str(one.id), "prev"), (str(second.id), "next"),
    ]  # fmt: skip
    assert f"/crops/wild?show=cut&amp;page=2#c{second.id}" in client.get(f"/crop/{second.id}/wild?show=cut").text
    assert f'href="/crop/{second.id}/wild"' in page, "what else is in the photo"


def test_titles_are_text(client, library, tmp_path):
    folder = hang(tmp_path / "in2", ONE)
    photo(ONE, 77).save(folder / "0.png")
    (folder / "items.csv").write_text("item,file,title\nx,0.png,<script>Bold</script>\n")
    library.import_source(folder, "bold", artworks=True)
    item = library.store.items(library.store.collection("bold").id)[0]
    for page in (client.get("/crops/bold").text, client.get(f"/crop/{item.id}/bold").text):
        assert "<script>Bold" not in page
        assert "&lt;script&gt;Bold" in page
    assert item.crop == crop(ONE)
