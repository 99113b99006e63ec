"""The filter of Results, its address, and that a heart costs no new ranking."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from beholder.filters import Filter
from helpers.browser import HERE, SAFE, choose, event, send, shown_to

pytest_plugins = "helpers.webwall"


@pytest.fixture
def look(client):
    choose(client, 10)

    def look(query: str = "") -> str:
        reply = client.get(f"/results/wall?{query}")
        assert reply.status_code == 200
        return reply.text

    return look


def test_a_picture_with_a_heart_or_on_a_shortlist_is_not_new_and_it_is_told_how_many_are(client, look):
    new = hung(look("new=1"))
    left = int(re.search(r'Only new to you <small class="soft">(\d+)', look()).group(1))
    send(client, event("favourite", [int(new[0])], value=1))
    client.post(
        "/api/shortlists",
        json={"item": int(new[1]), "on": True, "name": "Hall"},
        headers=SAFE | {"X-Beholder-Person": shown_to(client)},
    )
    for query in ("", "new=1"):
        assert f'Only new to you <small class="soft">{left - 2}<' in look(query)
    assert hung(look("new=1"))[:1] != new[:1]
    assert not {new[0], new[1]} & set(hung(look("new=1")))


def hung(text: str) -> list[str]:
    return re.findall(r'data-item="(\d+)"', text)


def prices(text: str) -> list[int]:
    return [int(price) for price in re.findall(r"(\d+) EUR", text.split('id="wall"')[1])]


def test_several_values_of_a_column_are_chosen_with_boxes_that_count(look):
    text = look("c.artist=Painter+3&c.artist=Painter+1&c.medium=oil")
    assert len(hung(text)) == 14
    boxes = re.findall(r'name="c\.(\w+)" value="([^"]+)"( checked)?.*?<small[^>]*>(\d+)</small>', text)
    assert [box for box in boxes if box[2]] == [
        ("artist", "Painter 1", " checked", "7"), ("artist", "Painter 3", " checked", "7"),
        ("medium", "oil", " checked", "14"),
    ]  # fmt: skip
    assert ("artist", "Painter 0", "", "7") in boxes
    assert "Show 14 pictures" in text
    assert "Painter 3, Painter 1, oil · 14 pictures of 70" in text
    assert 'href="/results/wall">Clear' in text


def test_bars_show_what_is_kept_and_fields_what_was_typed(look):
    text = look("min_price=120&max_price=130&q=study")
    assert sorted(prices(text)) == list(range(120, 131))
    assert 'aria-label="70 pictures from 100 to 169"' in text
    assert '<input name="min_price" inputmode="decimal" value="120"' in text
    assert "11 pictures of 70 · from 120 EUR, up to 130 EUR" in text
    assert 'href="/results/wall?q=study">Clear' in text


@pytest.mark.parametrize("typed", ["1250", "1.250", "1,250", "1 250", "1.250,00 €", "€1,250.00", "1250 EUR"])
def test_a_price_is_typed_as_a_shop_writes_it(look, typed):
    assert "up to 1,250 EUR" in look(urlencode({"max_price": typed}))


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("max_price", "cheap", "Price to “cheap” is not understood: a price is a number of EUR, as 2000."),
        ("max_price", "1250 DKK", "Price to “1250 DKK” is not understood: a price is a number of EUR, as 2000."),
        ("max_price", "2,50,1", "Price to “2,50,1” is not understood: a price is a number of EUR, as 2000."),
        ("min_price", "-5", "Price from “-5” is not understood: a price is a number of EUR, as 2000."),
        ("min_year", "now", "Year from “now” is not understood: a year is a number, as 1950."),
        ("max_width", "-80", "Width to “-80” is not understood: a length is a number of cm, as 80, or has its own"),
        ("currency", "XYZ", "Currency “XYZ” is not understood: unknown currency"),
    ],
)
def test_a_limit_that_is_not_understood_is_said_and_left_out_and_what_was_typed_stays(look, client, name, typed, said):
    query = urlencode({"c.medium": "ink", name: typed})
    text = look(query)
    assert said in text
    assert "Results are shown without this limit." in text
    assert len(hung(text)) == 35, "what was understood counts"
    assert f'name="{name}" inputmode="decimal" value="{typed}"' in text or name not in ("min_price", "max_price")
    assert "Price not known" not in text
    assert len(client.get(f"/wall/wall/order?{query}").content) == 35 * 8
    for refused in ("csv", "json"):
        reply = client.get(f"/results/wall/export.{refused}?{query}")
        assert (reply.status_code, said in unescape(reply.text)) == (400, True)
    export = unescape(re.search(r'href="(/results/wall/export.json[^"]*)"', text)[1])
    assert len(client.get(export).json()) == 35
    panel = look(f"{query}&part=filter")
    assert ("Show pictures" in panel, ">Clear" in panel) == (True, True)


def test_a_lower_limit_above_the_upper_one_is_said_and_both_are_left_out(look):
    text = look("min_price=3000&max_price=500&max_year=1900&min_year=1950&c.medium=ink")
    assert "Price from “3000” to “500”: from is more than to." in text
    assert "Year from “1950” to “1900”: from is more than to. Results are shown without these limits." in text
    assert (len(hung(text)), text.count('aria-invalid="true"')) == (35, 2), "no year is known here, so no field for it"


def test_the_address_of_the_next_page_and_of_the_export_keeps_the_filter_and_the_sort(look, client):
    text = look("c.medium=oil&c.medium=ink&sort=surprise&draw=2&nonsense=1")
    more = unescape(re.search(r'href="(\?[^"]*)" rel="next"', text)[1])
    assert more == "?c.medium=oil&c.medium=ink&sort=surprise&draw=2&page=2"
    cheap = client.get("/results/wall/export.json?sort=price&min_price=150").json()
    assert [one["columns"]["price"] for one in cheap] == [f"{price} EUR" for price in range(150, 170)]


def test_pictures_are_sorted_and_a_sort_that_is_none_is_refused_with_a_sentence(look, client):
    assert prices(look("sort=price"))[:3] == [100, 101, 102]
    assert prices(look("sort=price-high"))[:3] == [169, 168, 167]
    assert hung(look("sort=newest")) == sorted(hung(look("sort=newest")), key=int, reverse=True)
    for sort in ("surprise", "varied"):
        assert sorted(hung(look(f"sort={sort}")) + hung(look(f"sort={sort}&page=2"))) == sorted(
            hung(look()) + hung(look("page=2"))
        )
    assert "70 with no known size come last" in look("sort=size")
    assert [f'value="{name}"' in look() for name in ("price-high", "size", "surprise")] == [True, False, True]
    before = f"{HERE}/results/wall?q=study"
    reply = client.get("/results/wall?sort=dear", headers={"Referer": before})
    assert (reply.status_code, "price-high" in reply.text) == (400, True)
    assert f'href="{before}">Back' in reply.text
    for other in ("https://example.org/", f"{HERE}.example.org/", f"{HERE}/results/wall?sort=dear"):
        text = client.get("/results/wall?sort=dear", headers={"Referer": other}).text
        assert "Back" not in text
        assert '<a class="button main" href="/results/wall">Results without the filter' in text


def test_a_line_says_what_is_kept_and_the_sort_what_comes_first(look, client):
    first, *_ = hung(look())
    assert send(client, event("favourite", [int(first)], value=1)).status_code == 200
    assert "favourites · 1 picture of 70" in look("favourites=1")
    text = look("sort=surprise&draw=1")
    assert "Good by your taste, but unlike your best · <a" in text
    assert 'href="/results/wall?sort=surprise&amp;draw=2">Show others' in text
    assert text.count("unlike your best</p>") == 16, "of 70: the first third without the best tenth"
    for query, said in [("q=study", "Match, then taste"), (f"like={first}", "Closest first")]:
        assert f'<option value="score" selected>{said}' in look(query)
    assert 'value="score" selected>Closest and best' in look(f"like={first}&mixed=1")


def test_the_panel_alone_is_given_to_the_script(look):
    text = look("part=filter&c.medium=ink")
    assert ("<html" in text, "Show 35 pictures" in text, hung(text)) == (False, True, [])


def test_a_heart_and_a_hidden_picture_are_seen_at_once(look, client):
    first, second, *_ = hung(look())
    assert send(client, event("favourite", [int(first)], value=1)).status_code == 200
    assert hung(look("favourites=1")) == [first]
    assert send(client, event("hide", [int(first)], value=1)).status_code == 200
    page = hung(look())
    assert (first in page, second in page, hung(look("favourites=1"))) == (False, True, [])
    assert send(client, event("hide", [int(first)], value=0)).status_code == 200
    assert (first in hung(look()), hung(look("favourites=1"))) == (True, [first])


def test_a_filtered_ranking_is_made_once_for_the_page_and_its_tiles(look, client, monkeypatch):
    made, real = [], Filter.keeps
    monkeypatch.setattr(Filter, "keeps", lambda *args: made.append(1) or real(*args))
    first, *_ = hung(look("c.medium=oil"))
    count = len(made)
    tiles = client.get(f"/wall/wall/tiles?c.medium=oil&items={first}").text
    order = client.get("/wall/wall/order?c.medium=oil").content
    assert (f'data-item="{first}"' in tiles, len(order), len(made)) == (True, 35 * 8, count)
    assert send(client, event("favourite", [int(first)], value=1)).status_code == 200
    assert hung(look("favourites=1&c.medium=oil")) == [first]
