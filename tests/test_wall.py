"""The wall's two calls: the order of all pictures with their shapes, and the tiles of some."""

import re

import numpy as np
import pytest

from beholder.features.canvas import oklab
from beholder.features.measures.measuring import measure
from beholder.features.measures.tint import tints
from beholder.search import Finder, Found
from beholder.web.pages.results import parted
from helpers.browser import choose, event, send
from helpers.makers import noise

pytest_plugins = "helpers.webwall"


def order(client, query=""):
    """(k, 4) of ids, ratios in 8192ths and colours."""
    reply = client.get(f"/wall/wall/order{query}")
    assert reply.status_code == 200
    return np.frombuffer(reply.content, [("id", "<u4"), ("ratio", "<u2"), ("tint", "<u2")])


def test_a_sentence_ends_at_a_part_of_it_where_there_is_little_room():
    taste = "Single figures and people; often Expressionist, Amedeo Modigliani and Edgar Degas above all. Rarely trees."
    assert parted(taste) == ("Single figures and people", taste[25:])
    assert parted(taste[27:])[0] == "often Expressionist"
    assert parted("Boats. " + taste)[0] == "Boats. Single figures and people"
    assert parted("Landscapes and trees.") == ("Landscapes and trees.", "")


def ranks(text):
    return [int(r) for r in re.findall(r'<span class="rank">(\d+)', text)]


def reasons(text):
    """id: the reason under its tile"""
    told = [
        re.search(r'data-item="(\d+)"(?:.*?<p class="why">.*?<span>(.*?)</span>)?', one, re.S)
        for one in text.split("<figure")[1:]
    ]
    return {one[1]: one[2] for one in told}


def test_the_order_is_that_of_results_with_each_pictures_shape_and_colour(client, wall):
    choose(client, 12)
    shapes, items = order(client), {item.id: item for item in wall.collection("wall").items}
    page = client.get("/results/wall").text
    assert [int(id) for id in re.findall(r'data-item="(\d+)"', page)] == shapes["id"][:60].tolist()
    assert len(shapes) == 70
    for id, ratio, tint in shapes.tolist():
        assert ratio / 8192 == pytest.approx(items[id].width / items[id].height, abs=1e-3)
        assert tint


def test_a_filter_holds_for_the_order_and_the_tiles(client):
    choose(client, 12)
    found = order(client, "?c.medium=ink")
    assert len(found) == 35
    some = ",".join(map(str, [*order(client)["id"][:9].tolist(), 999_999]))
    text = client.get(f"/wall/wall/tiles?c.medium=ink&items={some}").text
    shown = [int(id) for id in re.findall(r'data-item="(\d+)"', text)]
    assert shown == [id for id in found["id"].tolist() if str(id) in some.split(",")]


def test_tiles_are_as_on_the_page_in_the_order_of_the_ranking(client):
    choose(client, 12)
    ids = order(client)["id"].tolist()
    text = client.get(f"/wall/wall/tiles?items={ids[41]},{ids[3]},{ids[4]}").text
    assert ranks(text) == [4, 5, 42]
    assert "<html" not in text
    assert "<noscript" not in text
    page = client.get("/results/wall").text
    assert reasons(text).items() <= reasons(page).items()


def test_what_is_hidden_is_in_neither(client):
    choose(client, 12)
    first = int(order(client)["id"][0])
    send(client, event("hide", [first], value=1))
    assert first not in order(client)["id"]
    assert client.get(f"/wall/wall/tiles?items={first}").text.strip() == ""


@pytest.mark.parametrize("items", ["one", "-1", "1.5", "9" * 30])
def test_a_strange_id_has_a_sentence(client, items):
    choose(client, 12)
    reply = client.get(f"/wall/wall/tiles?items={items}")
    assert (reply.status_code, "tems must be a whole number from 1" in reply.text) == (422, True)


def test_any_two_to_four_pictures_are_seen_side_by_side(client, wall):
    ids = [item.id for item in wall.collection("wall").items]
    text = client.get(f"/beside?item={ids[0]}&item={ids[5]}").text
    assert "Study 0" in text
    assert "Study 5" in text
    for query in ("", f"?item={ids[0]}", "".join(f"{'&' if n else '?'}item={id}" for n, id in enumerate(ids[:5]))):
        reply = client.get(f"/beside{query}")
        assert (reply.status_code, "Choose two to four pictures" in reply.text) == (422, True)


def test_a_tint_is_near_the_colour_of_the_whole():
    pictures = [noise(96, 64, seed) for seed in range(30)]
    found = tints(np.array([measure(picture) for picture in pictures])).astype(np.int64)
    seen = oklab(np.stack([found >> 11 << 3, (found >> 5 & 63) << 2, (found & 31) << 3], 1).astype(np.uint8))
    mean = np.array([oklab(np.asarray(picture)).reshape(-1, 3).mean(0) for picture in pictures])
    away, by_chance = (np.linalg.norm(seen - one, axis=1).mean() for one in (mean, np.roll(mean, 1, axis=0)))
    assert away < 0.8 * by_chance
    assert away < 0.15


def test_a_tile_that_a_search_only_guessed_says_so(client, wall, monkeypatch):
    art = wall.collection("wall")
    fits = np.zeros(len(art))
    fits[:2] = 0.5, 0.2
    found = Found(fits, lambda rows: [("perhaps dogs",)] * len(rows), guessed=fits == 0.2)
    monkeypatch.setattr(Finder, "_find", lambda self, text: found)
    choose(client, 12)
    text = client.get("/results/wall?q=hounds").text
    tiles = re.findall(r'<figure [^>]*data-item="(\d+)"[^>]*>', text)
    assert [int(id) for id in tiles] == [item.id for item in art.items[:2]]
    assert re.findall(r'data-item="(\d+)" data-guess', text) == [str(art.items[1].id)]
    assert "2 pictures of 70, 1 only guessed" in text
    assert re.search(r'class="wall[^"]* part-guessed"', text)
    found = Found(fits, lambda rows: [("perhaps dogs",)] * len(rows), guessed=fits > 0)
    text = client.get("/results/wall?q=dogs").text
    assert "2 pictures of 70 " in text
    assert "only guessed" not in text
    assert "part-guessed" not in text, "where all are guesses, no tile says so"
