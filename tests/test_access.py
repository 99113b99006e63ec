"""Another device types the access code once; what is shared needs none; this machine needs none."""

import pytest
from fastapi.testclient import TestClient

from beholder.web.app import create_app
from beholder.web.codes import AccessCode, WrongTries
from helpers.browser import HERE, SAFE, as_person

pytest_plugins = "helpers.webwall"

FAR = ("192.168.1.7", 5000)


@pytest.fixture
def phone(app):
    return TestClient(app, base_url=HERE, headers=SAFE, client=FAR, follow_redirects=False)


def test_a_code_is_kept_and_may_be_typed_in_any_way(tmp_path):
    code = AccessCode(tmp_path)
    assert AccessCode(tmp_path).text == code.text
    assert all(code.is_it(typed) for typed in (code.text, code.text.upper(), f" {code.text.replace('-', ' ')} "))
    assert not any(code.is_it(typed) for typed in ("", "-", code.text[:-1], code.text + "a", "é" * 8, "\x00"))
    (tmp_path / "other").mkdir()
    assert AccessCode(tmp_path / "other").token != code.token


def test_another_device_sees_nothing_before_it_has_typed_the_code(phone, app, wall):
    item = wall.collection("wall").items[0].id
    assert phone.get("/results/wall?sort=score").headers["location"] == "/code?next=%2Fresults%2Fwall%3Fsort%3Dscore"
    assert [phone.get(path).status_code for path in ("/", "/people", "/answers/wall")] == [303] * 3
    for path in (f"/pictures/{item}/320.jpg", f"/photos/{item}/320.jpg", "/api/shortlists"):
        reply = phone.get(path)
        assert (reply.status_code, "access code" in reply.text) == (401, True)
    assert phone.post("/people", data={"name": "Eve"}).status_code == 401
    assert "Eve" not in {person.name for person in wall.store.people()}
    assert "wall" not in phone.get("/code").text
    assert phone.get("/static/look.css").status_code == 200
    wrong = phone.post("/code", data={"code": "aaaa-aaaa", "next": "/people"})
    assert (wrong.status_code, "not the code" in wrong.text) == (403, True)
    right = phone.post("/code", data={"code": app.state.beholder.code.text, "next": "//evil.example"})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    as_person(phone)
    assert phone.get(f"/pictures/{item}/320.jpg").status_code == phone.get("/").status_code == 200


@pytest.mark.parametrize(("at", "status"), [("::ffff:127.0.0.1", 200), ("::1", 200), ("::ffff:10.0.0.2", 303)])
def test_this_machine_is_known_by_all_its_own_addresses(app, at, status):
    client = TestClient(app, base_url=HERE, headers=SAFE, client=(at, 5000), follow_redirects=False)
    assert client.get("/people").status_code == status


def test_codes_cannot_all_be_tried(app, phone, monkeypatch):
    monkeypatch.setattr(app.state.beholder, "wrong_tries", WrongTries())
    tried = [phone.post("/code", data={"code": f"aaaa-aa{n}a"}).status_code for n in range(WrongTries.MOST)]
    assert tried == [403] * WrongTries.MOST
    assert phone.post("/code", data={"code": app.state.beholder.code.text}).status_code == 429
    assert phone.get("/people").status_code == 303


def test_a_guest_sees_the_shared_pictures_and_no_other(phone, wall):
    seen, other = (item.id for item in wall.collection("wall").items[:2])
    kept, person = wall.store.shortlists, wall.store.add_person("Ida", another=True)
    own = kept.add(person.id, "Hall")
    kept.put(own, seen)
    kept.share(kept.get(own.id, person.id), "4711")
    path = f"/shared/{kept.get(own.id, person.id).key}"
    assert phone.get(f"{path}/pictures/{seen}/320.jpg").status_code == 404
    assert phone.post(f"{path}/pin", data={"pin": "4711"}).status_code == 303
    text = phone.get(path).text
    assert (f"{path}/pictures/{seen}/640.jpg" in text, '"/pictures/' in text) == (True, False)
    assert phone.get(f"{path}/pictures/{seen}/320.jpg").headers["content-type"] == "image/jpeg"
    assert phone.get(f"{path}/pictures/{other}/320.jpg").status_code == 404
    assert phone.get("/people").status_code == 303


def test_the_address_of_a_shared_shortlist_is_one_that_others_can_open(wall, monkeypatch):
    monkeypatch.setattr("beholder.web.access.own_address", lambda: "10.0.0.7")
    app = create_app(wall, wall.settings.model_copy(update={"host": "0.0.0.0"}))
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE, client=("127.0.0.1", 5000)))
    kept, person = wall.store.shortlists, wall.store.person(client.person)
    own = kept.add(person.id, "Hall")
    kept.share(own, "")
    key = kept.get(own.id, person.id).key
    text = client.get(f"/shortlists/{own.id}").text
    assert f'value="http://10.0.0.7:8765/shared/{key}"' in text
    assert "beholder serve" not in text
    app.state.beholder.close()
