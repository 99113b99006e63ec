"""A buyer's pages: the shortlist in Results, what newer pages say, and which pictures show the same work."""

import csv
import io
import re
import time
from html import escape, unescape
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from beholder.collection import Library
from beholder.config import Settings
from beholder.same_works import Twins
from beholder.types import Judgement
from beholder.web.app import create_app
from helpers.browser import HERE, SAFE
from helpers.shop import ADS, open_shop, painting, save_page


@pytest.fixture
def shop(tmp_path):
    home = tmp_path / "home"
    library = Library(home, config=Settings(home=home, threads=1))
    open_shop(library, tmp_path / "monday")
    app = create_app(library, library.settings)
    client = TestClient(app, base_url=HERE, headers=SAFE)
    client.cookies.set(app.state.beholder.cookie, library.store.person("ada").key)
    client.library = library
    yield client
    app.state.beholder.close()
    library.close()


def titles(text: str) -> list[str]:
    return re.findall(r'<p class="title"><a [^>]*>([^<]*)</a>', text)


def parts(text: str) -> dict[str, set[str]]:
    """The titles of the page's wall and of what stands apart, by heading."""
    main, *apart = text.split('<section class="apart"')
    found = {"fits": set(titles(main))}
    return found | {re.search(r"<h2>([^<]*?) <small", part)[1]: set(titles(part)) for part in apart}


def test_one_row_is_shown_for_one_work_with_its_cheapest_offer(shop):
    text = shop.get("/results/shop").text
    assert f"{len(ADS) - 1} pictures" in text
    assert "Havet igen, 60x80 cm" in titles(text)
    assert "Hav, 60x80 cm" not in titles(text)
    assert "offered here too" in text
    assert "60 × 80 cm" in text.replace("80 × 60", "60 × 80")


def test_before_any_answer_works_have_price_size_and_link_a_filter_and_sorts(shop, monkeypatch):
    monkeypatch.setattr(shop.library.settings, "model", "gp")  # which knows nothing before
    state = shop.app.state.beholder
    shop.cookies.set(state.cookie, shop.library.store.add_person("Bo").key)
    text = shop.get("/results/shop").text
    assert re.search(r"<h1>Answer \d questions", text)
    assert "60 × 80 cm" in text.replace("80 × 60", "60 × 80")
    known = parts(shop.get("/results/shop?max_price=2000&max_width=90").text)
    assert known["fits"] == {"Skov, 60x80 cm", "Havet igen, 60x80 cm"}
    assert known["Price or width not known"] == {"Sne", "By, 60x80 cm"}
    cheap, dear = (
        titles(shop.get(f"/results/shop?sort={by}&max_price=9999").text.split('class="apart"')[0])
        for by in ("price", "price-high")
    )
    assert cheap == dear[::-1] != []


def test_results_are_filtered_by_price_and_size_and_the_rest_stands_apart(shop):
    told = parts(shop.get("/results/shop?max_price=2000&max_width=90").text)
    assert told == {
        "fits": {"Skov, 60x80 cm", "Havet igen, 60x80 cm"},
        "Price or width not known": {"Sne", "By, 60x80 cm"},
        "Sold, reserved or no longer listed": {"Strand, 60x80 cm"},
    }
    assert "no size" in shop.get("/results/shop?max_price=2000&max_width=90").text
    assert "60 or 80 cm wide, not said which" in shop.get("/results/shop?max_width=70").text
    inches = parts(shop.get("/results/shop?max_width=20&unit=in").text)
    assert inches["fits"] == set(), "20 inches are 50.8 cm"
    some = shop.get("/results/shop?c.availability=SoldOut").text
    assert (">sold out</span>" in some, ">in stock</span>" in some, ">InStock<" in some) == (True, True, False)
    assert (titles(some), "sold out · 1 picture of" in some) == (["Strand, 60x80 cm"], True)
    dear = parts(shop.get("/results/shop?max_price=2000&currency=EUR").text)
    assert (dear["fits"], "Skov, 60x80 cm" in dear["Price in another currency"]) == (set(), True)
    euro = shop.get("/results/shop?max_price=2000&currency=EUR&apart=currency").text
    assert (titles(euro) != [], "price in another currency" in euro) == (True, True)
    hidden = parts(shop.get("/results/shop?max_price=2000&hide_sold=1").text)
    assert (set(hidden), "Sne" in hidden["fits"]) == ({"fits", "Price not known"}, True)
    assert titles(shop.get("/results/shop?max_price=2000&max_width=90&apart=sold").text) == ["Strand, 60x80 cm"]


def test_a_price_or_length_that_is_none_is_left_out_with_a_sentence(shop):
    everything = parts(shop.get("/results/shop").text)
    for query in ("max_price=cheap", "max_width=wide", "currency=crowns"):
        text = shop.get(f"/results/shop?{query}").text
        assert ("is not understood" in text, parts(text)) == (True, everything)


def test_exports_hold_the_shortlist_and_what_is_apart(shop):
    told = shop.get("/results/shop/export.json?max_price=2000").json()
    assert {one["part"] for one in told} == {"fits", "unknown", "sold"}
    rows = list(csv.DictReader(io.StringIO(shop.get("/results/shop/export.csv?max_price=2000").text)))
    assert [row["part"] for row in rows] == [one["part"] for one in told]


def test_a_quiet_card_asks_whether_two_pictures_show_one_work(shop):
    text = shop.get("/results/shop").text
    assert "These may be the same work" in text
    one, other = (re.search(rf'name="{name}" value="(\d+)"', text)[1] for name in ("one", "other"))
    assert "1 pair of pictures may show the same work" in shop.get("/").text
    reply = shop.post("/same/shop", data={"one": one, "other": other, "same": "1"}, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/same/shop")
    text = shop.get("/results/shop").text
    assert (f"{len(ADS) - 2} pictures" in text, "These may be the same work" in text) == (True, False)
    page = shop.get("/same/shop").text
    assert page.count('class="same-work"') == 2
    shop.post("/same/shop", data={"one": one, "other": other, "same": "0"})
    assert shop.get("/same/shop").text.count('class="same-work"') == 1
    assert "These may be the same work" not in shop.get("/results/shop").text, "it was answered"


def test_a_tile_says_that_one_before_it_may_be_the_same_work_and_leads_to_the_question(shop, monkeypatch):
    art = shop.library.shared("shop")
    shown = [item for item in art.items if item.id not in art.unshown]
    pair = shown[0].id, shown[1].id
    rows = [art.row_of[id] for id in pair]
    monkeypatch.setattr(Twins, "before", lambda *args, **more: {rows[1]: rows[0]})
    text = shop.get("/results/shop").text
    assert text.count("same work as <a") == 1
    link = unescape(re.search(r'same work as <a href="([^"]*)"', text)[1])
    assert link == f"/same/shop?one={pair[0]}&other={pair[1]}"
    assert f'same work as <a href="{escape(link)}"' in shop.get(f"/wall/shop/tiles?items={pair[1]}").text
    asked = re.findall(r'name="(?:one|other)" value="(\d+)"', shop.get(link).text)
    assert tuple(map(int, asked[:2])) == pair


def test_what_is_no_pair_is_refused(shop):
    for data in ({"one": "1", "other": "2", "same": "x"}, {"one": "a", "other": "2", "same": "1"}):
        assert shop.post("/same/shop", data=data).status_code == 422
    assert shop.post("/same/shop", data={"one": "1", "other": "999", "same": "1"}).status_code == 404


def test_newer_pages_are_told_on_the_card_of_the_collection(shop, tmp_path):
    later = [(*ad[:2], "600", "600", ad[4]) if ad[0] == "25010003" else ad for ad in ADS if ad[0] != "25010004"]
    assert "Newer pages say" not in shop.get("/").text
    shop.library.import_source(save_page(tmp_path / "friday", later), "shop")
    shop.app.state.beholder.forget("shop")
    text = shop.get("/").text
    assert "Newer pages say: 1 cheaper, 1 no longer listed" in text
    assert "600 DKK, 900 DKK before" in text
    results = shop.get("/results/shop?max_price=2000").text
    assert "900 DKK before" in results
    assert "Sne" in parts(results)["Sold, reserved or no longer listed"]


def test_near_the_top_two_files_of_one_work_hang_apart_once_they_were_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr("beholder.same_works._NEARLY", 0.5)  # `classic` tells less of what looks alike
    folder, home = tmp_path / "art", tmp_path / "home"
    folder.mkdir()
    for seed in range(20):
        painting(seed).save(folder / f"{seed:02}.png")
    painting(0).save(folder / "again.jpg", quality=92)
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(folder, "art", encoder="classic")
    art, ada = library.shared("art"), library.store.add_person("ada")
    row = {Path(item.name).stem: at for at, item in enumerate(art.items)}
    rated = [(art.items[row[f"{n:02}"]].id, (n - 1) % 10 + 1.0) for n in range(12)] + [(art.items[row["00"]].id, 10.0)]
    said = [Judgement("rating", (id,), f"told-{n}", value=value) for n, (id, value) in enumerate(rated)]
    library.store.record(ada.id, art.row.id, said)
    app = create_app(library, library.settings)
    client = TestClient(app, base_url=HERE, headers=SAFE)
    client.cookies.set(app.state.beholder.cookie, ada.key)

    def numbers(of: str) -> list[str]:
        return re.findall(r'class="rank">(?:place )?(\d+)<', client.get(of).text)

    def places() -> list[int]:
        hung = [int(id) for id in re.findall(r'data-item="(\d+)"', client.get("/results/art").text)]
        order = np.frombuffer(client.get("/wall/art/order").content, "<u4")[::2].tolist()
        assert len(set(hung)) == 21
        return [order.index(art.items[row[name]].id) for name in ("00", "again")]

    both = np.array([row["00"], row["again"]])
    places()  # which looks at the two, behind
    ranked = app.state.beholder.reading("art", ada).ranking.rows.tolist()
    first, other = sorted(ranked.index(at) for at in both)
    assert other - first < 12
    until = time.monotonic() + 60
    while not art.twins.before(both):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert np.ptp(places()) == 12
    assert min(places()) == first
    assert numbers("/results/art") == [str(place) for place in range(1, 22)], "without a hole"
    one, other = (art.items[at].id for at in both)
    beside = {str(place + 1) for place in places()}
    assert set(numbers(f"/beside?item={one}&item={other}")) == beside, "as they are in Results"
    assert {*numbers(f"/map/art/picture?item={one}"), *numbers(f"/map/art/picture?item={other}")} == beside

    def files(item: int) -> list[int]:
        return client.get(f"/api/same/art/files?item={item}").json()["items"]

    assert (files(one), files(other), files(art.items[row["01"]].id)) == ([other], [one], [])
    client.post("/mark/art", data={"item": one, "kind": "hide", "value": "1"})
    assert files(other) == [], "it is hidden already"
    assert client.get("/api/same/art/files?item=4040").status_code == 404
    app.state.beholder.close()
    library.close()
