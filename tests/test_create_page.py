"""The Create page: rounds of new pictures, what is said of them, and what is kept whatever ends a round."""

import html
import json
import re
import threading
import time
from dataclasses import replace

import pytest

from beholder.create import Kept, dreaming
from beholder.create import making as making_module
from beholder.create.dreaming import FlowEngine
from beholder.errors import BadInput
from beholder.explain import Liking
from beholder.types import teaching
from beholder.web import rounds as rounds_module
from beholder.web.pages import create as create_page
from beholder.web.pages.made import Made
from beholder.web.rounds import Round
from helpers.browser import as_person, choose, event, form, send
from helpers.flows import tiny_flow

pytest_plugins = "helpers.webwall"
WAIT = 120  # seconds, on a busy machine


class Gate(FlowEngine):
    """A quick engine that waits before each picture until it may go on."""

    def __init__(self, flow, may):
        super().__init__(flow)
        self.may = may

    def plain(self, seed):
        assert self.may.acquire(timeout=WAIT)
        return super().plain(seed)


@pytest.fixture
def may(monkeypatch, wall):
    """How many pictures may be made; all of them unless a test takes that back."""
    may = threading.Semaphore(10_000)
    width = len(wall.shared("wall").layout.columns("builtin"))
    flow = tiny_flow(width, wall.runtime("builtin").row.key)
    monkeypatch.setitem(making_module.ENGINES, "flow", lambda: Gate(flow, may))
    monkeypatch.setattr(create_page, "_SIDE", 96)
    monkeypatch.setattr(dreaming, "_CANDIDATES", 1)
    yield may
    may.release(10_000)


def hold(may, but=0):
    """From now on so many more pictures are made, until it is released."""
    while may.acquire(blocking=False):
        pass
    if but:
        may.release(but)


def make(client, **order):
    told = {"engine": "flow", "count": "2", "strength": "0.1", "style": "pointillism", "seed": "5"} | order
    return form(client, "/create/wall", **told)


def now(client):
    return client.get("/api/create/wall/round").json()


def last(app, client):
    state = app.state.beholder
    return state.rounds.last(state.store.person(client.person), state.store.collection("wall"))


def ended(app, client):
    """Wait until the round has ended. returns : how it went"""
    one = last(app, client)
    for thread in threading.enumerate():
        if thread.name == f"round of {client.person}":
            thread.join(WAIT)
    assert not one.active
    return now(client)


def until(client, done):
    """Wait until so many pictures are finished."""
    tick = threading.Event()
    for _ in range(WAIT * 20):
        if now(client)["done"] >= done:
            return
        tick.wait(0.05)
    raise AssertionError(now(client))


@pytest.fixture
def chosen(client):
    """Somebody who has answered enough."""
    choose(client, 10)
    return client


def made_row(wall, client):
    return Kept(wall, wall.store.person(client.person), wall.store.collection("wall")).row


def items(wall, client):
    return wall.store.items(made_row(wall, client).id)


def test_who_has_answered_little_is_led_to_the_questions(client, may):
    page = client.get("/create/wall")
    assert page.status_code == 200
    assert "Answer 10 questions" in page.text
    assert 'href="/label/wall"' in page.text
    refused = make(client)
    assert refused.status_code == 409
    assert "Answer a few more questions" in refused.text


def test_five_hearts_are_a_taste_to_follow(client, app, wall, may):
    hearts = [event("favourite", [one.id], value=1.0) for one in wall.collection("wall").items[:5]]
    send(client, *hearts[:4])
    assert "Answer" in client.get("/create/wall").text
    send(client, hearts[4])
    assert "Make pictures I would love" in client.get("/create/wall").text
    make(client, count="1")
    assert (ended(app, client)["state"], last(app, client).done) == ("done", 1)


def test_what_to_expect_of_a_kind_stands_at_the_button_before_it_is_pressed(chosen, monkeypatch):
    assert "data-engine" not in chosen.get("/create/wall").text
    portraits = [Liking("portrait", "figure", 0, True, 0.5, 0.1, 5, 9)]
    monkeypatch.setattr(create_page, "_likings", lambda session: portraits)
    said = dict(re.findall(r'data-engine="(\w+)"( hidden)?>', chosen.get("/create/wall").text))
    assert said == {"painter": "", "flow": " hidden"}


def test_a_round_without_a_script(chosen, app, wall, may):
    assert "Make pictures I would love" in chosen.get("/create/wall").text
    started = make(chosen, more="dark")
    assert (started.status_code, started.headers["location"]) == (303, "/create/wall#round")
    assert ended(app, chosen)["state"] == "done"
    page = chosen.get("/create/wall").text
    assert "2 pictures</p>" in page
    assert all(f"number {seed}</p>" in page for seed in (5, 6))
    assert "say where a picture would stand among those of wall: 5.5 is the middle" in page
    assert page.count("<figure") == 2
    assert 'name="more" value="dark"' in page, "what was wished stands where it was typed"
    home = chosen.get("/").text
    assert home.index("Results of wall") < home.index("Results of Made for"), "newer, but made of the other"
    first, second = items(wall, chosen)
    assert (first.columns["seed"], second.columns["seed"]) == ("5", "6")
    assert first.columns["more of"] == "dark"
    assert first.columns["made from"] == "wall"
    assert f"<b>{first.columns['your taste']}</b> of 10 by your taste" in page
    assert f"A second opinion, from the same answers in another way: {first.columns['another eye']} of 10" in page
    twin = re.search(rf"/made/{first.id}/twin/640.jpg\?v=\w+", page).group()
    assert chosen.get(twin).headers["content-type"] == "image/jpeg"
    assert chosen.get(f"/pictures/{first.id}/640.jpg").content != chosen.get(twin).content
    recipe = chosen.get(f"/made/{first.id}/recipe.json").json()
    assert recipe["wish"]["more"] == ["dark"]
    assert chosen.get(f"/made/{first.id}/picture.png").content.startswith(b"\x89PNG")
    assert (
        chosen.get(f"/create/{made_row(wall, chosen).name}", follow_redirects=False).headers["location"]
        == "/create/wall"
    )
    sheet = chosen.get("/create/wall/sheet").text
    assert f"<i>New picture 1</i>, made for {chosen.person} with Beholder" in sheet


def test_a_round_says_how_long_the_rest_will_take_by_its_own_speed():
    now = time.monotonic()
    one = Round(1, 4, begun=now - 40, sketched=now - 30, finished=now)
    assert one.passed == "40 s so far"
    one.done = 1
    assert one.passed == "40 s so far, about 90 s left"


def test_the_same_seed_makes_the_same_picture(chosen, app, wall, may):
    for _ in range(2):
        make(chosen, count="1")
        ended(app, chosen)
    one, same = items(wall, chosen)
    assert [i.columns["round"] for i in (one, same)] == ["1", "2"]
    assert chosen.get(f"/pictures/{one.id}/640.jpg").content == chosen.get(f"/pictures/{same.id}/640.jpg").content


def test_what_is_said_of_made_pictures_are_answers_that_count(chosen, app, wall, may):
    make(chosen)
    ended(app, chosen)
    one, two = (item.id for item in items(wall, chosen))
    person, row = wall.store.person(chosen.person), made_row(wall, chosen)
    session = app.state.beholder.fresh("wall", person)
    assert session.elsewhere.counted == 0

    def said():
        return [(j.kind, j.items, j.picked) for j in teaching(wall.store.judgements(person.id, row.id))]

    assert form(chosen, "/create/wall/say", item=str(one), said="love").status_code == 303
    form(chosen, "/create/wall/say", item=str(two), said="no")
    assert said() == [("grid", (one,), (one,)), ("grid", (two,), ())]
    session = app.state.beholder.fresh("wall", person)
    assert session.elsewhere.counted == 2
    version = session.elsewhere.version
    form(chosen, "/create/wall/say", item=str(one), said="no")  # another answer, and as many
    assert said() == [("grid", (two,), ()), ("grid", (one,), ())]
    assert app.state.beholder.fresh("wall", person).elsewhere.version > version
    form(chosen, "/create/wall/say", item=str(one), said="nothing")
    form(chosen, "/create/wall/say", item=str(two), said="love")
    assert said() == [("grid", (two,), (two,))]
    page = chosen.get("/create/wall").text
    assert 'value="nothing" data-said="love" aria-pressed="true"' in page
    assert "Which of these two do you like more?" in page
    answer = {"item": [str(one), str(two)], "winner": str(two), "next": "/create/wall#which"}
    assert form(chosen, f"/prefer/{row.name}", **answer).headers["location"] == "/create/wall#which"
    assert said()[-1] == ("choice", (two, one), ())
    assert "Which of these two" not in chosen.get("/create/wall").text
    assert "loved" in chosen.get(f"/answers/{row.name}").text
    assert len(wall.store.answer_counts(person.id)) == 2
    assert "in 2 collections" not in chosen.get("/people").text, "what was made is of the same collection"


def test_more_like_one_and_between_two(chosen, app, wall, may):
    make(chosen)
    ended(app, chosen)
    one, two = items(wall, chosen)
    make(chosen, like=str(one.id), between=[str(two.id)])
    ended(app, chosen)
    make(chosen, count="1", wish="between", between=[str(one.id), str(two.id)])
    ended(app, chosen)
    *_, like, between = items(wall, chosen)
    assert like.columns["made like"].startswith(one.name)
    assert between.columns["between"] == f"{one.name} and {two.name}"
    refused = make(chosen, wish="between", between=[str(one.id)])
    assert (refused.status_code, "Tick two pictures" in refused.text) == (422, True)
    shortlist = chosen.post("/api/shortlists", json={"item": like.id, "on": True}).json()
    assert str(like.id) in chosen.get(f"/shortlists/{shortlist['id']}").text


@pytest.mark.parametrize(
    ("order", "status", "said"),
    [
        ({"engine": "flw"}, 404, "did you mean 'flow'"),
        ({"engine": "diffusers:/etc"}, 404, "unknown engine"),
        ({"strength": "0"}, 422, "above 0"),
        ({"strength": "much"}, 422, "above 0"),
        ({"count": "99"}, 422, "whole number from 1 to 12"),
        ({"seed": "-1"}, 422, "the number must be a whole number"),
        ({"style": "oils"}, 404, "did you mean 'oil'"),
        ({"like": "999999"}, 404, "no such picture"),
        ({"more": "dark", "less": "dark"}, 400, "cannot both be had"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused_with_a_sentence(chosen, may, order, status, said):
    refused = make(chosen, **order)
    text = html.unescape(refused.text)
    assert (refused.status_code, said.lower() in text.lower()) == (status, True), text[-900:]


def test_a_word_that_nobody_knows_ends_the_round_with_a_sentence(chosen, app, may):
    make(chosen, more="boatss")
    told = ended(app, chosen)
    assert (told["state"], told["done"]) == ("failed", 0)
    assert "unknown word" in told["error"]
    assert "unknown word" in chosen.get("/create/wall").text


def test_what_is_done_with_words_is_said_before_they_are_sent(chosen, may):
    def said(**asked):
        return chosen.get("/api/create/wall/words", params=asked).json()["said"]

    assert said(more="woman").startswith("“woman” can be drawn only as simple heads and figures.")
    assert said(engine="flow", more="woman").startswith("“woman” cannot be drawn")
    assert said(more="sea, blue", less="woman") == ""
    assert said(less="zyxwvut").startswith("Nothing is known of “zyxwvut” in wall")


def test_progress_is_seen_and_stop_keeps_what_is_finished(chosen, app, wall, may):
    hold(may, but=1)
    make(chosen, count="4")
    until(chosen, 1)
    told = now(chosen)
    assert (told["state"], told["done"], told["count"]) == ("running", 1, 4)
    page = chosen.get("/create/wall").text
    assert page.count('class="to-come"') == 3
    assert 'http-equiv="refresh"' in page
    assert make(chosen).status_code == 409  # one at a time
    assert form(chosen, "/create/wall/stop").status_code == 303
    may.release(3)
    told = ended(app, chosen)
    assert (told["state"], told["done"]) == ("stopped", 1)
    assert "Stopped: 1 of 4 are here" in chosen.get("/create/wall").text
    assert len(items(wall, chosen)) == 1


def test_a_picture_that_is_coming_can_be_looked_at_by_its_person_alone(chosen, visitor, app, may, monkeypatch):
    looked, go_on = threading.Event(), threading.Event()
    show = rounds_module.Round.show

    def wait(self, at, picture):
        show(self, at, picture)
        looked.set()
        assert go_on.wait(WAIT)

    monkeypatch.setattr(rounds_module.Round, "show", wait)
    make(chosen, count="1")
    assert looked.wait(WAIT)
    seen = chosen.get("/api/create/wall/coming/0.png")
    assert (seen.status_code, seen.content[:4]) == (200, b"\x89PNG")
    me, other = chosen.person, dict(chosen.cookies)
    as_person(chosen)
    assert chosen.get("/api/create/wall/round").status_code == 404
    assert chosen.get("/api/create/wall/coming/0.png").status_code == 404
    form(chosen, "/create/wall/stop")
    chosen.cookies.clear()
    chosen.cookies.update(other)
    chosen.person = me
    assert now(chosen)["state"] == "running"
    go_on.set()
    assert ended(app, chosen)["state"] == "done"
    assert chosen.get("/api/create/wall/coming/0.png").status_code == 204


def test_what_goes_wrong_is_said_and_what_was_finished_is_kept(chosen, app, wall, may, monkeypatch):
    plain = Gate.plain

    def fail(self, seed):
        if seed == 6:
            raise BadInput("the flow is damaged")
        return plain(self, seed)

    monkeypatch.setattr(Gate, "plain", fail)
    make(chosen)
    assert ended(app, chosen)["error"] == "the flow is damaged"
    page = chosen.get("/create/wall").text
    assert "the flow is damaged 1 picture of 2 is here." in page
    monkeypatch.setattr(Gate, "plain", lambda self, seed: 1 / 0)
    make(chosen)
    assert "A fault of Beholder" in ended(app, chosen)["error"]
    assert len(items(wall, chosen)) == 1


def test_a_round_that_was_cut_off_says_so_afterwards(chosen, app, wall, may):
    make(chosen)
    ended(app, chosen)
    state = app.state.beholder
    person, row = wall.store.person(chosen.person), wall.store.collection("wall")
    note = Kept(wall, person, row).folder / "round.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"state": "running", "count": 4}))
    del state.rounds._rounds[person.id, row.id]  # as after a restart
    page = chosen.get("/create/wall").text
    assert "Beholder was ended before this round was." in page
    assert "2 pictures of 4 are here" in page
    note.write_text("nothing that can be read")
    assert chosen.get("/create/wall").text.count("<figure") == 2
    make(chosen, count="1")
    ended(app, chosen)
    assert len(items(wall, chosen)) == 3


def test_nobody_judges_or_sees_files_of_what_was_not_made_for_them(chosen, app, wall, may):
    make(chosen, count="1")
    ended(app, chosen)
    (item,) = items(wall, chosen)
    plain = wall.store.items(wall.store.collection("wall").id)[0]
    assert chosen.get(f"/made/{plain.id}/recipe.json").status_code == 404
    assert chosen.get(f"/made/{plain.id}/twin/640.jpg").status_code == 404
    assert form(chosen, "/create/wall/say", item=str(plain.id), said="love").status_code == 404
    as_person(chosen)
    choose(chosen, 10)
    assert form(chosen, "/create/wall/say", item=str(item.id), said="love").status_code == 404
    assert make(chosen, like=str(item.id)).status_code == 404
    assert "Round 1" not in chosen.get("/create/wall").text
    name = wall.store.collections_of([item.id])[item.id]
    assert f"<option>{name}</option>" not in chosen.get("/together").text
    assert f"<option selected>{name}</option>" in chosen.get(f"/together?collection={name}").text
    home = chosen.get("/").text
    assert home.index("Made for others: ") < home.index(f"Results of {name}")
    chosen.cookies.clear()
    assert as_person(chosen).get("/results", follow_redirects=False).headers["location"] == "/results/wall"


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        ("5.4", "6.0", "You may like it no better than most of art."),
        ("8.1", "5.2", "Less sure: a second opinion puts it below the middle."),
        ("8.1", "5.6", ""),
        ("8.1", "", ""),
    ],
)
def test_a_score_that_is_not_above_the_middle_is_explained(wall, own, other, said):
    item = replace(wall.shared("wall").items[0], columns={"your taste": own, "another eye": other})
    assert Made(item, item, None).doubt("art") == said


def test_answers_elsewhere_are_enough_and_leaving_them_out_is_told(chosen, app, wall, may):
    assert 'href="/create/wall"' in chosen.get("/results/wall").text
    assert 'href="/create/wall"' in chosen.get("/taste/wall").text
    make(chosen, count="1")
    ended(app, chosen)
    (item,) = items(wall, chosen)
    form(chosen, "/create/wall/say", item=str(item.id), said="love")
    form(chosen, "/elsewhere/wall", count="0")
    assert "Only your answers in this collection count" in chosen.get("/create/wall").text


def test_the_page_asks_who_answers(visitor):
    assert visitor.get("/create/wall", follow_redirects=False).status_code == 303
    assert visitor.get("/create/nowhere").status_code in (200, 303)


def test_a_like_counts_as_one_answer(chosen, app, wall, may):
    make(chosen, count="1")
    ended(app, chosen)
    (item,) = items(wall, chosen)
    form(chosen, "/create/wall/say", item=str(item.id), said="love")
    session = app.state.beholder.fresh(made_row(wall, chosen).name, wall.store.person(chosen.person))
    assert session.now.history.weight == 1
