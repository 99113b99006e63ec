"""Two people side by side: how far they agree, on what, and what is not known."""

import html
import re
import sys

import numpy as np
import pytest
from fastapi.testclient import TestClient

from beholder.session import Agreement
from helpers.browser import HERE, SAFE, as_person, brighter, choose, event, hang, send

pytest_plugins = "helpers.webwall"


def other(client, *events):
    """Somebody else, on another browser, who has said this."""
    guest = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    send(guest, *events)
    return guest


def beside(client, wall, guest, **more):
    numbers = {"one": wall.store.person(client.person).id, "other": wall.store.person(guest.person).id}
    return html.unescape(client.get("/together", params=numbers | more).text)


def by_lot(wall, seed, n=10):
    """So many choices of somebody who likes nothing more than another."""
    items, rng = [item.id for item in wall.collection("wall").items], np.random.default_rng(seed)
    return [event("choice", rng.choice(items, 2, replace=False).tolist()) for _ in range(n)]


def hung(page, heading):
    """The titles below a heading."""
    part = page.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]
    return set(re.findall(r'alt="(Study \d+)"', part))


def test_who_likes_alike_agrees_and_shares_pictures(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=1))
    page = beside(client, wall, guest)
    said = re.search(r"both would choose the same one (\d+) % of the time \(most likely (\d+) to (\d+) %\)", page)
    same, low, high = map(int, said.groups())
    assert 60 <= low <= same <= high
    assert f"{client.person} and {guest.person} like m" in page
    assert len(hung(page, "Both would love")) == 9
    mine = set(re.findall(r'alt="(Study \d+)"', client.get("/results/wall").text.partition("</figure>")[0]))
    assert mine <= hung(page, "Both would love") | hung(page, f"Only {client.person} would")


def test_few_answers_of_one_of_them_are_told(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=1, n=12))
    assert f"This rests on few answers: 12 of {guest.person} so far." in beside(client, wall, guest)
    send(guest, *brighter(wall, seed=2))
    assert "few answers" not in beside(client, wall, guest)


def test_who_likes_the_opposite_is_drawn_to_different_pictures(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, darker=True))
    page = beside(client, wall, guest)
    assert "are drawn to different pictures" in page
    one, two = (hung(page, f"Only {name} would") for name in (client.person, guest.person))
    assert one
    assert two
    assert not one & two
    assert int(re.search(r"the same one (\d+) %", page)[1]) < 45


def both_love(page):
    """Of each picture that both would love, in order: its id, and what is said of what they did with it."""
    part = page.partition("love</h2>")[2].partition("</section>")[0]
    hung = re.findall(r'data-item="(\d+)"(.*?)</li>', part, re.DOTALL)
    return {int(id): re.findall(r'"deed">(.*?)<', words) for id, words in hung}


def test_what_one_of_them_saw_and_did_not_pick_comes_last_and_says_so(client, wall, monkeypatch):
    monkeypatch.setattr(sys.modules["beholder.session.together"], "_SHOWN", 70)  # all of them
    send(client, *brighter(wall))
    said = brighter(wall, seed=1, n=15)
    guest = other(client, *said)
    judged = {id for one in said for id in one["items"]}
    seen = next(id for id in both_love(beside(client, wall, guest)) if id not in judged)
    dark = [wall.collection("wall").items[row].id for row in np.argsort(wall.collection("wall").attributes[:, 4])[:3]]
    send(guest, event("grid", [seen, *dark], picked=[]))
    found = both_love(beside(client, wall, guest))
    assert f"{guest.person} saw it and picked none of the 4" in found[seen]
    assert any(f"{guest.person} chose it" in deeds for deeds in found.values())
    left = [any("did not" in deed or "none" in deed for deed in deeds) for deeds in found.values()]
    assert left == sorted(left)


def test_what_comes_nearest_is_shown_where_nothing_is_near_the_top_of_both(client, wall, monkeypatch):
    monkeypatch.setattr(sys.modules["beholder.session.together"], "_SHOWN", 1)  # so near the top is among the first two
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, darker=True))
    page = beside(client, wall, guest)
    assert "Both would love" not in page
    assert len(hung(page, "Nearest to both")) == 1


def test_whoever_is_named_first_the_figures_and_pictures_are_the_same(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, darker=True))
    page, turned = beside(client, wall, guest), beside(guest, wall, client)
    told = r"Of two pictures, .*?%\)"
    assert re.search(told, page)[0] == re.search(told, turned)[0]
    for name in (client.person, guest.person):
        assert re.search(f"Only {name} (would|might)", page)[0] in turned
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert [hung(page, one) for one in headings] == [hung(turned, one) for one in headings]


def test_a_heart_is_given_side_by_side(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=1))
    page = beside(client, wall, guest)
    assert '<b class="title">Study ' in page
    heart = re.search(r'name="item" value="(\d+)".*?aria-pressed="(\w+)"', page)
    assert heart[2] == "false"
    client.post("/mark/wall", data={"item": heart[1], "kind": "favourite", "value": "1"})
    again = beside(client, wall, guest)
    assert re.search(rf'name="item" value="{heart[1]}".*?aria-pressed="(\w+)"', again)[1] == "true"


def scores(page):
    """Of each picture that is shown, by its id: what is said that each would give it."""
    hung = re.findall(r'<li id="x(\d+)"(.*?)</li>', page, re.DOTALL)
    return {int(id): dict(re.findall(r"<span>(\w+) <b>([\d.]+)</b>", words)) for id, words in hung}


def test_what_each_would_give_a_picture_is_what_their_results_say(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, darker=True))
    told = scores(beside(client, wall, guest))
    assert len(told) > 9
    for one in (client, guest):
        said = {row["item"]: row["score"] for row in one.get("/results/wall/export.json").json()}
        for item in wall.collection("wall").items:
            if item.id in told:
                assert float(told[item.id][one.person]) == pytest.approx(said[item.name], abs=0.0051)


def test_no_score_is_told_of_whom_no_answer_tells_anything(client, wall):
    send(client, *brighter(wall))
    items = wall.collection("wall").items
    guest = other(client, *(event("tie", [items[2 * n].id, items[2 * n + 1].id]) for n in range(12)))
    told = scores(beside(client, wall, guest))
    assert told
    assert all(set(one) == {client.person} for one in told.values())


def test_on_which_of_ones_own_shortlists_a_picture_is_stands_at_it(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=1))
    item = next(iter(scores(beside(client, wall, guest))))
    assert client.post("/api/shortlists", json={"item": item, "name": "Hall", "on": True}).status_code == 200
    assert f'data-item="{item}" data-whose="{client.person}" data-listed="On shortlist Hall"' in beside(
        client, wall, guest
    )
    assert "data-listed" not in beside(guest, wall, client)


def test_people_counts_hearts_as_my_taste_does(client, wall):
    send(client, *brighter(wall))
    items = wall.collection("wall").items
    for item, kind in ((items[0], "favourite"), (items[1], "hide")):
        client.post("/mark/wall", data={"item": item.id, "kind": kind, "value": "1"})
    person = wall.store.person(client.person)
    counted = wall.store.answer_counts(person.id)[wall.collection("wall").row.id]
    assert f"from {counted} answers" in client.get("/taste/wall").text
    card = client.get("/people").text.partition(f"<span>{client.person}<small>")[2]
    assert card.startswith(f"{counted} answers")


def test_what_either_has_hidden_is_not_shown(client, wall):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=1))
    title = sorted(hung(beside(client, wall, guest), "Both would love"))[0]
    item = next(i for i in wall.collection("wall").items if i.columns["title"] == title)
    guest.post("/mark/wall", data={"item": item.id, "kind": "hide", "value": "1"})
    assert title not in hung(beside(client, wall, guest), "Both would love")


def test_too_few_answers_of_either_are_told(client, wall):
    send(client, *brighter(wall))
    guest = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    choose(guest, 2)
    page = beside(client, wall, guest)
    assert "too early to say" in page
    assert f"{guest.person} has given 2 answers in wall so far." in page
    assert f"{client.person} has given" not in page
    assert "Both would love" not in page


def test_people_lead_side_by_side_and_who_is_compared_is_chosen(client, wall):
    other(client)
    assert 'href="/together"' in client.get("/people").text
    page = client.get("/together").text
    assert f"selected>{client.person}</option>" in page
    assert "selected>wall</option>" in page
    number = wall.store.person(client.person).id
    assert "two different people" in client.get("/together", params={"one": number, "other": number}).text
    for wrong in ({"one": "x"}, {"other": "999999"}, {"collection": "nowhere"}):
        assert client.get("/together", params=wrong).status_code == 404


@pytest.mark.parametrize(
    ("same", "low", "high", "said"),
    [
        (0.8, 0.7, 0.85, "Ada and Ben like much the same pictures."),
        (0.8, 0.55, 0.95, "So far Ada and Ben like much the same pictures."),
        (0.65, 0.6, 0.7, "Ada and Ben like many of the same pictures."),
        (0.65, 0.52, 0.7, "Ada and Ben agree a little."),
        (0.57, 0.53, 0.6, "Ada and Ben agree a little."),
        (0.5, 0.46, 0.54, "Ada and Ben have little in common."),
        (0.6, 0.4, 0.8, "How far Ada and Ben agree is still open."),
        (0.4, 0.3, 0.45, "Ada and Ben are drawn to different pictures."),
        (0.7, None, None, "Ada and Ben like many of the same pictures."),
    ],
)
def test_agreement_is_told_as_surely_as_it_is_known(same, low, high, said):
    assert Agreement(same, low, high).words("Ada", "Ben") == said


def test_no_verdict_is_given_while_little_is_known_of_either(client, wall):
    """Two people whose answers were drawn by lot seem to differ only because both are unknown."""
    send(client, *by_lot(wall, seed=0))
    guest = other(client, *by_lot(wall, seed=4))
    page = beside(client, wall, guest)
    assert "is still open" in page
    assert "different pictures" not in page


def test_two_are_compared_by_their_answers_in_another_collection_too(client, wall, tmp_path):
    send(client, *brighter(wall))
    guest = other(client, *brighter(wall, seed=3, darker=True))
    wall.import_source(hang(tmp_path / "more"), "more")
    page = beside(client, wall, guest, collection="more")
    assert "too early" not in page
    assert f"By the answers of {client.person} and {guest.person} in other collections." in page
    assert "This rests on few answers" not in page
    assert client.post("/elsewhere/more", data={"count": "0"}).status_code == 200
    page = beside(client, wall, guest, collection="more")
    assert f"{client.person} has given no answers in more so far." in page
