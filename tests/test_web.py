"""People and answers by the web app: what is kept, what comes back, and that nobody sees another's."""

import re
import shutil
import sys
import threading
import uuid

import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.session.learner import Learner
from beholder.types import Judgement
from beholder.web.app import create_app
from helpers.browser import HERE, SAFE, as_person, ask, choose, event, hang, kept, send

pytest_plugins = "helpers.webwall"

# People


def test_a_page_without_a_person_asks_who_answers_and_then_leads_on(visitor):
    first = visitor.get("/label/wall?mode=pairs", follow_redirects=False)
    assert first.headers["location"] == "/people?next=%2Flabel%2Fwall%3Fmode%3Dpairs"
    back = visitor.post("/people", data={"name": "Nora", "next": "/label/wall?mode=pairs"}, follow_redirects=False)
    assert back.headers["location"] == "/label/wall?mode=pairs"


@pytest.mark.parametrize(("user", "offered"), [("nora", "nora"), ("root", ""), ("Ubuntu", "")])
def test_the_first_start_offers_the_name_of_the_system_user_where_it_is_a_persons(tmp_path, monkeypatch, user, offered):
    monkeypatch.setattr("getpass.getuser", lambda: user)
    library = Library(tmp_path, config=Settings(home=tmp_path))
    page = TestClient(create_app(library, library.settings), base_url=HERE).get("/people").text
    assert f'name="name" value="{offered}"' in page
    library.close()


def test_the_cookie_is_opaque_http_only_and_strict(visitor):
    cookie = visitor.post("/people", data={"name": "Opalescence"}, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "opalescence" not in cookie.lower()


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\n/x"]
)
def test_who_answers_never_leads_away_from_here(visitor, away):
    reply = visitor.post("/people", data={"name": uuid.uuid4().hex, "next": away}, follow_redirects=False)
    assert reply.headers["location"] == "/"


def test_two_people_who_answer_in_turns_never_see_each_others_answers(app, wall):
    ada, bob = (as_person(TestClient(app, base_url=HERE, headers=SAFE)) for _ in range(2))
    assert "Choose your name, or add it below." in TestClient(app, base_url=HERE).get("/people").text
    assert "Choose your name" not in ada.get("/people").text
    said = {ada.person: set(), bob.person: set()}
    for turn in range(12):
        for one in (ada, bob):
            (question,) = ask(one)
            ids = [item["id"] for item in question["items"]]
            mine = event("choice", ids if one is ada else ids[::-1])
            said[one.person].add(mine["id"])
            assert send(one, mine).status_code == 200
            assert one.get("/api/label/wall/progress").json()["answers"] == turn + 1
    for one, other in ((ada, bob), (bob, ada)):
        assert {j.client_id for j in kept(wall, one)} == said[one.person]
        pages = "".join(one.get(path).text for path in ("/answers/wall", "/taste/wall", "/results/wall", "/label/wall"))
        assert all(secret not in pages for secret in said[other.person])
    assert ada.get("/results/wall/export.json").json() != bob.get("/results/wall/export.json").json()


def test_many_threads_of_many_people_lose_and_mix_nothing(app, wall):
    ids = [item.id for item in wall.collection("wall").items]
    people = [as_person(TestClient(app, base_url=HERE, headers=SAFE)) for _ in range(4)]

    def answer(client, seed):
        for n in range(10):
            left, right = ids[(seed + n) % 70], ids[(seed + 3 * n + 7) % 70]
            assert send(client, event("choice", [left, right], asked_by=f"p{seed}")).status_code == 200

    threads = [threading.Thread(target=answer, args=(c, i)) for i, c in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, client in enumerate(people):
        assert [j.asked_by for j in kept(wall, client)] == [f"p{i}"] * 10


def test_a_tab_of_another_person_is_told_so_and_records_nothing(client, wall):
    one, other = wall.collection("wall").items[:2]
    body = {"events": [event("choice", [one.id, other.id])]}
    reply = client.post(
        "/api/label/wall/answers",
        json=body,
        headers={"X-Beholder-Person": f"{client.app.state.beholder.cookie}.999999"},
    )
    assert reply.status_code == 409
    assert client.person in reply.json()["error"]
    assert kept(wall, client) == []


def test_a_tab_of_another_data_folder_on_this_port_records_nothing(client, wall):
    person = wall.store.person(client.person)
    one, other = wall.collection("wall").items[:2]
    for shown in (f"beholder_00000000.{person.id}", str(person.id)):
        body = {"events": [event("choice", [one.id, other.id])]}
        reply = client.post("/api/label/wall/answers", json=body, headers={"X-Beholder-Person": shown})
        assert (reply.status_code, "another data folder" in reply.json()["error"]) == (409, True)
    assert kept(wall, client) == []


def test_a_form_of_a_page_that_was_open_for_somebody_else_changes_nothing(client, wall):
    choose(client, 10)
    shown = re.search(r'name="shown_to" value="([^"]+)"', client.get("/results/wall").text).group(1)
    mark = {"item": wall.collection("wall").items[0].id, "kind": "favourite", "value": "1", "shown_to": shown}
    stale = {"id": kept(wall, client)[0].client_id, "shown_to": shown + "9"}
    assert client.post("/mark/wall", data=mark | {"shown_to": shown + "9"}).status_code == 409
    assert client.post("/take-back/wall", data=stale).status_code == 409
    assert len(kept(wall, client)) == 10
    assert client.post("/mark/wall", data=mark).status_code == 200
    assert kept(wall, client)[-1].kind == "favourite"


def test_a_name_with_markup_is_shown_as_text(visitor):
    page = as_person(visitor, "<b>Ada</b>").get("/people").text
    assert "&lt;b&gt;Ada" in page
    assert "<b>Ada</b></b>" not in page


def test_a_second_person_of_the_same_name_is_not_made(client):
    reply = client.post("/people", data={"name": f"  {client.person.upper()} "})
    assert reply.status_code == 409
    assert client.person in reply.text


@pytest.mark.parametrize("change", [str.upper, lambda name: name.replace("P", "\u0420"), lambda name: f"{name}\ufe0e"])
def test_a_name_that_looks_like_a_known_one_is_asked_about_and_made_only_when_told(client, visitor, app, wall, change):
    known = wall.store.person(client.person)
    other = TestClient(app, base_url=HERE, headers=SAFE)
    asked = other.post("/people", data={"name": change(known.name), "next": "/label/wall"})
    assert asked.status_code == 409
    assert f"Is this you, {known.name}?" in asked.text
    assert len([p for p in wall.store.people() if p.name.endswith(known.name[1:])]) == 1
    yes = dict(re.findall(r'name="(next|person)" value="([^"]+)"', asked.text))
    switched = other.post("/people/switch", data=yes, follow_redirects=False)
    assert switched.headers["location"] == "/label/wall"
    assert known.key in switched.headers["set-cookie"]
    made = other.post("/people", data={"name": change(known.name), "another": "1"}, follow_redirects=False)
    assert made.status_code == 303
    assert known.key not in made.headers["set-cookie"]


def test_the_very_same_name_is_one_person_whatever_is_said(client, wall):
    for name in (client.person, f" {client.person} "):
        reply = client.post("/people", data={"name": name, "another": "1"})
        assert (reply.status_code, "Is this you," in reply.text) == (409, True)
        assert 'name="another"' not in reply.text
    assert [p.name for p in wall.store.people()].count(client.person) == 1


def test_a_name_with_what_nobody_sees_is_a_sentence(client):
    for name in ("A\u200bda", "\u202eadA", "\u3164", "A\x00"):
        reply = client.post("/people", data={"name": name})
        assert (reply.status_code, "printable characters" in reply.text) == (400, True)


# Answering


def test_an_answer_is_in_the_database_when_the_reply_comes_and_counts_once_if_sent_twice(client, wall):
    (question,) = ask(client)
    ids = [item["id"] for item in question["items"]]
    answer = event("choice", ids, side="left", seconds=1.5, asked_by=question["asked_by"])
    for _ in range(2):
        assert send(client, answer).json() == {"saved": [answer["id"]]}
    (judgement,) = kept(wall, client)
    assert (judgement.items, judgement.side, judgement.seconds) == (tuple(ids), "left", 1.5)


def test_an_answer_of_a_page_left_open_for_days_is_kept_without_its_seconds(client, wall):
    items = [item.id for item in wall.collection("wall").items[:3]]
    times = (86400, 86401, 172800)
    said = [event("rating", [item], value=5, seconds=s) for item, s in zip(items, times, strict=True)]
    for _ in range(2):  # sent twice, it is the same answer still
        assert send(client, *said).status_code == 200
    assert [j.seconds for j in kept(wall, client)] == [86400, None, None]


def test_the_same_id_with_another_content_is_a_conflict_that_names_it(client, wall):
    items = [item.id for item in wall.collection("wall").items[:2]]
    first = event("rating", items[:1], value=3)
    send(client, first)
    for change in ({"value": 4}, {"items": items[1:]}, {"seconds": 2.0}, {"asked_by": "random"}):
        reply = send(client, event("rating", items[1:], value=9), first | change)
        assert (reply.status_code, reply.json()["taken"]) == (409, first["id"])
        assert "same id" in reply.json()["error"]
    assert client.post("/api/label/wall/undo", json={"id": first["id"]}).status_code == 409
    assert [(j.items, j.value) for j in kept(wall, client)] == [((items[0],), 3)]


def test_undo_through_two_servers_takes_back_a_different_answer_each_time(client, wall):
    library = Library(wall.home, config=wall.settings)
    second = create_app(library, library.settings)
    other = TestClient(second, base_url=HERE, headers=SAFE, cookies=dict(client.cookies))
    items = [item.id for item in wall.collection("wall").items[:22]]
    send(client, *(event("rating", [item], value=5) for item in items))
    for one in (client, other):
        one.get("/api/label/wall/progress")  # each has a session that knows all of them
    undone = []
    for _ in range(10):
        ids = [uuid.uuid4().hex for _ in range(2)]
        threads = [
            threading.Thread(
                target=lambda c, i: undone.append(c.post("/api/label/wall/undo", json={"id": i}).json()), args=pair
            )
            for pair in zip((client, other), ids, strict=True)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert len({one["undone"]["id"] for one in undone}) == 20
    assert [j.items[0] for j in kept(wall, client)] == items[:2]
    second.state.beholder.close()
    library.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps an open folder where it is")
@pytest.mark.parametrize("away", [shutil.rmtree, lambda home: home.rename(home.with_name("moved"))])
def test_when_the_data_folder_is_gone_an_answer_is_refused_and_nothing_is_made_anew(tmp_path, away):
    home = tmp_path / "home"
    library = Library(home, config=Settings(home=home, threads=1))
    folder = hang(tmp_path / "pictures", 4)
    library.import_source(folder, "wall")
    app = create_app(library, library.settings)
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False))
    (question,) = ask(client)
    answer = event("choice", [item["id"] for item in question["items"]])
    assert client.get(f"/pictures/{answer['items'][0]}/640.jpg").status_code == 200
    away(home)
    reply = send(client, answer)
    assert (reply.status_code, "put it back" in reply.json()["error"]) == (503, True)
    for path in ("/", "/people", "/label/wall", "/results/wall", f"/pictures/{answer['items'][1]}/320.jpg"):
        assert client.get(path).status_code == 503
    assert client.post("/people", data={"name": "Bob"}).status_code == 503
    assert client.post("/api/imports", json={"path": str(folder)}).status_code == 503
    assert not home.exists()
    app.state.beholder.close()
    library.close()


@pytest.mark.parametrize(("kind", "shown"), [("choice", 2), ("rating", 1), ("grid", 9)])
def test_questions_name_pictures_and_nothing_that_could_sway(client, kind, shown):
    (question,) = ask(client, kind)
    assert len(question["items"]) == shown
    assert all(set(item) == {"id", "v", "width", "height", "favourite"} for item in question["items"])


def test_details_come_only_when_asked_for_and_without_paths(client, wall):
    item = wall.collection("wall").items[0]
    told = client.get(f"/api/label/wall/about?items={item.id}").json()
    assert told["items"][str(item.id)] == ["Study 0", "Painter 0", "100 EUR"]
    assert told["lines"][str(item.id)] == "Study 0 · Painter 0 · 100 EUR"


def test_what_is_on_the_way_to_the_person_is_not_asked_again(client):
    first = ask(client, "rating", n=3)
    flying = [item["id"] for question in first for item in question["items"]]
    again = ask(client, "rating", n=3, exclude=flying)
    assert not {item["id"] for question in again for item in question["items"]} & set(flying)


def test_a_skipped_picture_is_not_asked_again(client):
    skipped = set()
    for _ in range(15):
        (question,) = ask(client, "rating")
        (item,) = question["items"]
        assert item["id"] not in skipped
        skipped.add(item["id"])
        send(client, event("skip", [item["id"]]))


@pytest.mark.parametrize(
    ("kind", "more", "comes_back"),
    [
        ("choice", {"side": "left"}, [0, 1]),
        ("choice", {"side": "right"}, [1, 0]),
        ("tie", {}, [0, 1]),
        ("skip", {}, [0, 1]),
    ],
)
def test_undo_brings_the_question_back_as_it_was_shown(client, wall, kind, more, comes_back):
    items = [item.id for item in wall.collection("wall").items[:2]]
    send(client, event(kind, items, **more))
    back = client.post("/api/label/wall/undo", json={"id": uuid.uuid4().hex}).json()
    assert back["undone"]["kind"] == kind
    assert [item["id"] for item in back["question"]["items"]] == [items[i] for i in comes_back]
    assert kept(wall, client) == []


def test_undo_of_an_answer_about_a_picture_that_cannot_be_shown_brings_no_question(client, app, wall, monkeypatch):
    person, row = wall.store.person(client.person), wall.store.collection("wall")
    session = app.state.beholder.session("wall", person)
    wall.store.record(
        person.id, row.id, [Judgement("rating", (wall.collection("wall").items[0].id,), "r" * 32, value=5)]
    )
    session.refresh()
    monkeypatch.delitem(session.collection.row_of, session.collection.items[0].id)
    back = client.post("/api/label/wall/undo", json={"id": uuid.uuid4().hex})
    assert (back.status_code, back.json()["undone"]["kind"], back.json()["question"]) == (200, "rating", None)


def test_undo_has_no_end_but_the_first_answer_and_counts_once_if_sent_twice(client, wall):
    items = [item.id for item in wall.collection("wall").items]
    for n in range(5):
        send(client, event("rating", [items[n]], value=n + 1))
    same = uuid.uuid4().hex
    for undo in (same, same, *(uuid.uuid4().hex for _ in range(4))):
        assert client.post("/api/label/wall/undo", json={"id": undo}).json()["undone"]["kind"] == "rating"
    assert client.post("/api/label/wall/undo", json={"id": uuid.uuid4().hex}).json()["undone"] is None
    assert len(wall.store.events(wall.store.person(client.person).id, wall.store.collection("wall").id)) == 10


def test_an_undo_among_the_events_takes_back_what_it_names(client, wall):
    items = [item.id for item in wall.collection("wall").items[:2]]
    first, second = event("rating", items[:1], value=3), event("rating", items[1:], value=8)
    send(client, first, second, event("undo", undoes=first["id"]))
    assert [j.client_id for j in kept(wall, client)] == [second["id"]]


def test_one_bad_event_keeps_the_whole_body_out_and_is_named(client, wall):
    item = wall.collection("wall").items[0].id
    good, bad = event("rating", [item], value=5), event("rating", [item], value=11)
    reply = send(client, good, bad)
    assert reply.status_code == 422
    assert bad["id"] in reply.json()["error"]
    assert kept(wall, client) == []


def test_a_grid_comes_first_then_pairs_and_the_person_may_choose(client, wall):
    def mode(address="/label/wall"):
        return re.search(r'data-mode="(\w+)" data-grids', client.get(address).text).group(1)

    items = [item.id for item in wall.collection("wall").items]
    assert mode() == "grid"
    for start in range(0, 9 * max(1, 2 * len(items) // 45), 9):  # two fifths of the collection
        assert mode() == "grid"
        send(client, event("grid", items[start : start + 9], picked=items[start : start + 2]))
        if not start:  # a tournament on a shortlist is no way that was chosen here
            send(client, event("choice", items[:2], asked_by="shortlist"))
    assert mode() == "pairs"
    send(client, event("rating", items[:1], value=4))
    assert mode() == "rating"
    assert mode("/label/wall?mode=pairs") == "pairs"


def test_no_answer_waits_for_a_fit(client, monkeypatch):
    choose(client, 3)
    going, done, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(self, answers):
        going.set()
        done.wait(60)
        ended.set()
        raise RuntimeError("never mind")

    monkeypatch.setattr(Learner, "_fit", slow)
    choose(client, 1)
    assert going.wait(60)
    choose(client, 3)
    assert not ended.is_set()
    done.set()
