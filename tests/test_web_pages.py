"""What the pages show: results, taste, answers, pictures, imports."""

import csv
import errno
import html
import io
import json
import os
import re
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from beholder.collection import Collection, Library
from beholder.config import Settings
from beholder.details import read_details
from beholder.explain.leanings import TELLING
from beholder.labels import import_labels
from beholder.locator import Locator
from beholder.ranking import SCORE, Ranked, Ranking, title_of
from beholder.search import Finder
from beholder.sources import FILES
from beholder.types import Item, Judgement
from beholder.web.app import create_app
from beholder.web.faults import Refused
from beholder.web.pages.collections import source_of
from beholder.web.render import more_of, parts_of, plain_word
from beholder.web.thumbnails import Pictures, srcset
from helpers.browser import HERE, SAFE, as_person, brighter, choose, event, hang, kept, send, with_code

pytest_plugins = "helpers.webwall"

# Results, taste, answers


def test_before_ten_answers_results_and_taste_say_how_many_are_missing(client, wall, monkeypatch):
    monkeypatch.setattr(wall.settings, "model", "gp")  # which knows nothing before
    choose(client, 7)
    for path in ("/results/wall", "/taste/wall"):
        assert "Answer 3 more questions" in client.get(path).text
    text = client.get("/results/wall").text
    assert text.count("data-zoom") == 35  # the pictures themselves, as they are
    assert "Here are some of them" in text


def test_two_pictures_are_seen_at_once_and_ranked_after_one_answer(client, wall, tmp_path, monkeypatch):
    wall.import_source(hang(tmp_path / "two", 2), "two")
    text = client.get("/results/two").text
    assert "Answer 1 question" in text
    assert text.count("data-zoom") == 2
    assert "Until then they hang as they came." in text
    one, other = (item.id for item in wall.collection("two").items)
    (question,) = client.get("/api/label/two/questions?kind=grid").json()["questions"]
    assert {shown["id"] for shown in question["items"]} == {one, other}
    liked = {"events": [event("choice", [other, one], asked_by="ours", side="left")]}
    assert client.post("/api/label/two/answers", json=liked).status_code == 200
    assert client.get("/api/label/two/questions?kind=grid").json()["questions"] == []  # the two are compared
    ranked = client.get("/results/two").text
    assert re.findall(r'data-item="(\d+)"', ranked) == [str(other), str(one)]
    for path in ("/taste/two", "/create/two", "/kinds/two", "/map/two", "/label/two"):
        page = client.get(path)
        assert page.status_code == 200
        assert "more question" not in page.text


def test_results_hang_sixty_and_more_by_pages(client, wall):
    choose(client, 12)
    first, second = client.get("/results/wall"), client.get("/results/wall?page=2")
    ranks = [int(r) for page in (first, second) for r in re.findall(r'<span class="rank">(\d+)', page.text)]
    assert ranks == list(range(1, 71))
    assert ['rel="next"' in page.text for page in (first, second)] == [True, False]


def test_a_second_collection_starts_from_what_was_said_in_the_first_unless_told_not_to(client, wall, tmp_path):
    choose(client, 12)
    wall.import_source(hang(tmp_path / "more"), "more")
    text = client.get("/results/more").text
    assert "70 pictures, yours first" in text
    assert "Your 12 answers in other collections, or about made pictures, count here too." in text
    assert client.post("/elsewhere/more", data={"count": "0"}).status_code == 200
    assert "Only your answers in this collection count." in client.get("/taste/more").text
    assert client.post("/elsewhere/more", data={"count": "2"}).status_code == 422
    assert client.post("/elsewhere/more", data={"count": "1"}).status_code == 200
    assert "count here too" in client.get("/taste/more").text


def test_a_score_has_two_decimals_on_the_wall_and_its_meaning_stands_above(client):
    choose(client, 12)
    text = client.get("/results/wall").text
    told = client.get("/results/wall/export.json").json()
    shown = re.findall(r"</span> <b>(\d+\.\d\d)</b>", text)
    assert [float(one) for one in shown] == pytest.approx([one["score"] for one in told[:60]], abs=0.006)
    assert f"{SCORE}; the band shows how uncertain it is." in text[: text.index('class="rank"')]


def test_results_are_filtered_by_words_columns_and_favourites(client, wall):
    choose(client, 10)
    favourite = wall.collection("wall").items[7].id
    send(client, event("favourite", [favourite], value=1))

    def shown(query):
        return set(re.findall(r'<figure id="p(\d+)"', client.get(f"/results/wall?{query}").text))

    assert shown("favourites=1") == {str(favourite)}
    assert len(shown("c.artist=Painter+3")) == 14
    assert len(shown("c.artist=Painter+3&c.medium=oil")) == 7
    assert len(shown("q=STUDY+33")) == 1
    assert "Nothing found</h2>" in client.get("/results/wall?q=nowhere").text
    assert "No picture matches this filter" in client.get("/results/wall?q=nowhere&c.medium=oil").text


def test_exports_hold_the_ranking_with_every_column(client):
    choose(client, 10)
    rows = list(csv.DictReader(io.StringIO(client.get("/results/wall/export.csv").text)))
    told = client.get("/results/wall/export.json?c.medium=ink").json()
    assert {"rank", "item", "score", "std", "why", "title", "artist", "price", "link", "medium"} <= set(rows[0])
    assert [int(row["rank"]) for row in rows] == list(range(1, 71))
    assert len(told) == 35
    assert all(one["columns"]["medium"] == "ink" for one in told)


def test_a_title_that_is_a_formula_is_no_formula_in_the_export():
    from beholder.web.pages.results import harmless

    assert harmless('=HYPERLINK("http://evil")') == '\'=HYPERLINK("http://evil")'
    assert [harmless(t) for t in ("-3.5", "Still life", "")] == ["-3.5", "Still life", ""]


def test_no_cell_of_the_export_is_a_formula_headers_included():
    from beholder.web.pages.results import as_csv

    columns = {"=cmd": "＝1+1", "＠x": "\t=1", "@y": "  =1", "price": "-3.5", "size": "30; =cm"}
    item = Item(1, "=name.png", Locator.of("x.png"), "0" * 64, 1, 1, columns)
    rows = list(csv.reader(io.StringIO(as_csv([Ranked(1, item, 5.0, 1.0, "=why").as_json()]))))
    assert rows[0][-5:] == ["'=cmd", "'＠x", "'@y", "price", "size"]
    assert rows[1][-5:] == ["'＝1+1", "'\t=1", "'  =1", "-3.5", "30; =cm"]
    assert rows[1][1] == "'=name.png"


def test_a_list_in_a_cell_is_told_with_spaces_and_a_year_that_a_span_tells_is_not_told_again():
    columns = {"nationality": "French,British", "years": "1880 - 1951", "died": "1951", "bought": "1951", "no": "1,2"}
    item = Item(1, "a.png", Locator.of("x.png"), "0" * 64, 1, 1, columns, details=read_details(columns))
    told = {"nationality": "French, British", "years": "1880 - 1951", "bought": "1951", "no": "1,2"}
    assert more_of(item) == told


def test_words_of_machines_and_what_another_part_of_a_page_says_of_the_same_price_are_not_shown():
    columns = {"title": "Litografi, sign. <b>N.N.</b>", "price": "Gives væk kr.", "price (json-ld)": "0"}
    columns |= {"condition": "UsedCondition"}
    item = Item(1, "a.png", Locator.of("x.png"), "0" * 64, 1, 1, columns, details=read_details(columns))
    assert (title_of(item), parts_of(item)) == ("Litografi, sign. N.N.", {"price": "free"})
    assert more_of(item) == {"condition": "used"}
    words = (
        "SoldOut",
        "InStock",
        "OutOfStock",
        "LimitedAvailability",
        "MadeToOrder",
        " NewCondition",
        "McStock",
        "sold",
    )
    told = ["sold out", "in stock", "out of stock", "limited availability", "made to order", "new", "McStock", "sold"]
    assert [plain_word(word) for word in words] == told
    columns = {"price": "1250", "currency": "DKK", "price (card)": "1.250 kr.", "price (page)": "900 kr."}
    item = Item(1, "a.png", Locator.of("x.png"), "0" * 64, 1, 1, columns, details=read_details(columns))
    assert more_of(item) == {"price (page)": "900 kr."}


@pytest.mark.parametrize("title", ["<img src=x onerror=alert(1)>", "a < b > c", "I <3 you", "<i>", "x"])
def test_what_is_no_markup_of_words_stays_in_a_title(title):
    item = Item(1, "a.png", Locator.of("x.png"), "0" * 64, 1, 1, {"title": title})
    assert title_of(item) == title


def test_what_a_source_says_is_told_once_and_folded_where_it_is_much():
    from beholder.web.render import environment

    columns = {
        "title": "Sea",
        "artist": "Ida",
        "price": "80 EUR",
        "width_cm": "40",
        "height_cm": "30",
        "artist_born": "1880",
    }
    columns |= {"creator": "Ida Holm", "link": "https://example.org/1", "style": "tonalism"}
    more = {"artist_born": "1880", "creator": "Ida Holm", "style": "tonalism"}
    item = Item(1, "a.png", Locator.of("x.png"), "0" * 64, 1, 1, columns, details=read_details(columns))
    assert more_of(item) == more
    facts = environment().get_template("macros.html").module.facts
    assert "artist born 1880\u00a0· creator Ida Holm" in facts(more)
    assert "<details" not in facts(more)
    assert "<details" in facts(more | {"description": "A quiet evening by the sea. " * 9})


def test_only_web_links_are_links(client):
    choose(client, 10)
    page = client.get("/results/wall").text
    assert "https://example.org/1" in page
    assert "javascript:" not in page


def test_what_another_process_records_is_seen_on_the_next_page(client, wall):
    choose(client, 10)
    assert "from 10 answers" in client.get("/results/wall").text
    ids = [item.id for item in wall.collection("wall").items]
    said = [Judgement("choice", (ids[n], ids[n + 20]), f"elsewhere-{client.person}-{n}") for n in range(3)]
    wall.store.record(wall.store.person(client.person).id, wall.store.collection("wall").id, said)
    for path in ("/results/wall", "/taste/wall"):
        assert "from 13 answers" in client.get(path).text


def test_answers_are_kept_and_questions_come_while_pictures_are_ranked(client, app, monkeypatch):
    choose(client, 10)
    going, done = threading.Event(), threading.Event()
    real = Collection.ranking

    def slow(self, *args, **more):
        going.set()
        assert done.wait(60)
        return real(self, *args, **more)

    monkeypatch.setattr(Collection, "ranking", slow)
    other = threading.Thread(target=client.get, args=("/results/wall",))
    other.start()
    assert going.wait(60)
    choose(client, 1)
    assert other.is_alive()
    done.set()
    other.join()


def test_who_answers_at_random_is_told_kindly(app, wall):
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    ids = [item.id for item in wall.collection("wall").items]
    pairs = [(ids[n], ids[n + 35]) for n in range(30)]  # every pair said once one way and once the other
    send(client, *(event("choice", pair) for pair in pairs), *(event("choice", pair[::-1]) for pair in pairs))
    results, taste, label = (client.get(f"/{at}/wall").text for at in ("results", "taste", "label"))
    assert all("Still open: " in page for page in (results, taste))
    assert "We are still finding out what you like." in label
    assert not any("chance" in page or "no taste" in page.lower() for page in (results, taste, label))
    assert '">Five more answers</a> would help' in taste
    assert client.get("/api/label/wall/progress").json()["verdict"] == "open"


def test_who_clicks_faster_than_one_can_look_is_told_kindly_and_loses_nothing(app, wall):
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    ids = [item.id for item in wall.collection("wall").items]
    pairs = [(ids[n], ids[n + 35]) for n in range(12)]  # every pair said once one way and once the other
    both = [*pairs, *(pair[::-1] for pair in pairs)]
    send(client, *(event("choice", pair, seconds=0.2, side=("left", "right")[n % 2]) for n, pair in enumerate(both)))
    page = client.get("/taste/wall").text
    assert "faster than pictures can be looked at" in page
    assert "from 24 answers" in page
    assert ">A few slower answers will help more than many quick ones.<" in client.get("/label/wall").text


def test_below_twenty_answers_it_is_early(app, wall):
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    ids = [item.id for item in wall.collection("wall").items]
    pairs = [(ids[n], ids[n + 35]) for n in range(8)]
    send(client, *(event("choice", pair) for pair in pairs), *(event("choice", pair[::-1]) for pair in pairs))
    for at in ("results", "taste", "label"):
        page = client.get(f"/{at}/wall").text
        assert ("It is early" in page) == (at != "label")


def test_results_are_narrowed_to_what_was_not_judged_also_in_the_export(client, wall):
    choose(client, 10)
    ids = {item.id for item in wall.collection("wall").items}
    judged = {item for j in kept(wall, client) for item in j.items}
    send(client, event("skip", [next(iter(ids - judged))]))
    page = client.get("/results/wall?new=1").text
    assert {int(i) for i in re.findall(r'<figure id="p(\d+)"', page)} == ids - judged
    assert 'name="new" value="1" checked' in page
    assert len(client.get("/results/wall/export.json?new=1").json()) == 70 - len(judged)


def test_the_first_page_finds_its_collection_read(app, wall, monkeypatch):
    state = app.state.beholder
    state.prepare("not here")  # an import that begins
    state.prepare("wall")
    monkeypatch.setattr(Collection, "__init__", None)
    assert wall.shared("wall").name == "wall"


def test_of_what_is_measured_only_what_is_sure_is_told(client, app, wall):
    send(client, *brighter(wall))
    page = client.get("/taste/wall").text
    told = page.partition('class="leanings"')[2].partition("</ul>")[0]
    explanation = app.state.beholder.reading("wall", wall.store.person(client.person)).explanation
    sure = [one for one in explanation.leanings if one.evidence >= TELLING and not one.open]
    assert told.count("<li>") == len(sure) < 10
    for one in explanation.leanings:
        assert (one.liked.capitalize() in told) == (one in sure)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"artist": "Ada", "year": "1890", "price": "190", "currency": "EUR"}, ["Ada", "year 1890", "190 EUR"]),
        ({"price": "1,250.00"}, ["price 1,250.00"]),
        ({"year": "about 1890", "price": "190 EUR", "currency": "EUR"}, ["about 1890", "190 EUR"]),
        ({"currency": "EUR", "price": " "}, []),
        ({"currency": "EUR", "price": "9" * 5000}, ["9" * 5000 + " EUR"]),
    ],
)
def test_a_bare_number_is_told_with_what_it_is(wall, columns, told):
    from beholder.web.render import byline

    assert byline(replace(wall.collection("wall").items[0], columns=columns)) == told


def test_of_an_answer_only_what_was_left_is_faded(client, wall):
    ids = [item.id for item in wall.collection("wall").items[:9]]
    send(client, event("grid", ids, picked=[ids[5], ids[7], ids[8]]))
    shown = re.findall(r'<img( class="passed")? src="([^"]*)"', client.get("/answers/wall").text)
    assert [bool(passed) for passed, _ in shown] == [False] * 3 + [True] * 6


def test_an_answer_is_taken_back_and_a_hidden_picture_shown_again(client, wall):
    choose(client, 10)
    hidden = wall.collection("wall").items[4].id
    client.post("/mark/wall", data={"item": hidden, "kind": "hide", "value": "1"})
    assert f'id="p{hidden}"' not in client.get("/results/wall").text + client.get("/results/wall?page=2").text
    assert f'name="item" value="{hidden}"' in client.get("/answers/wall").text
    client.post("/mark/wall", data={"item": hidden, "kind": "hide", "value": "0"})
    assert "None." in client.get("/answers/wall").text
    oldest = kept(wall, client)[0]
    assert client.post("/take-back/wall", data={"id": oldest.client_id}).status_code == 200
    assert oldest not in kept(wall, client)
    assert "9 answers" in client.get("/").text


def test_a_taste_of_ones_own_is_shown_by_nine_pictures_with_their_titles(client, wall):
    send(client, *brighter(wall))
    page = client.get("/taste/wall").text
    loved, _, against = page.partition("Pictures you would love")[2].partition("these you would not")
    against = against.partition("</section>")[0]
    assert [len(re.findall(r'alt="Study \d+"', part)) for part in (loved, against)] == [9, 9]
    assert page.index('class="said"') < page.index("Pictures you would love") < page.index('<details class="figures"')
    assert client.get("/api/label/wall/progress").json()["verdict"] == "own"
    said = re.search(r'class="said">(.*?)</h1>', page)[1]
    assert re.sub("<.*?>", "", said) in client.get("/results/wall").text


def test_my_taste_is_saved_as_one_page_to_send_and_answers_as_a_table(client, wall, tmp_path):
    choose(client, 14)
    page = client.get("/taste/wall").text
    (address,) = re.findall(r'href="(/taste/wall/sheet.html)"', page)
    sheet = client.get(address)
    assert f"{client.person}’s taste" in html.unescape(sheet.text)
    assert sheet.text.count("<img ") == 40
    assert "attachment" in sheet.headers["content-disposition"]
    (address,) = re.findall(r'href="(/taste/wall/answers.csv)"', page)
    (tmp_path / "answers.csv").write_text(client.get(address).text)
    assert import_labels(wall, "wall", tmp_path / "answers.csv").known == 14


def test_the_question_that_is_open_is_answered_on_my_taste(client, wall):
    choose(client, 14)
    page = client.get("/taste/wall").text
    form = page.partition('action="/prefer/wall"')[2].partition("</form>")[0]
    left, right = re.findall(r'name="item" value="(\d+)"', form)
    id = re.search(r'name="id" value="(\w+)"', form)[1]
    sent = {"item": [left, right], "id": id, "winner": right}
    for _ in range(2):  # sent twice, it is one answer
        after = client.post("/prefer/wall", data=sent, follow_redirects=False).headers["location"]
        assert after == "/taste/wall?thanked#open"  # in its place
    page = client.get(after).text
    assert "Thank you." in page.partition('id="open"')[2]
    again = client.get("/taste/wall").text
    assert "Thank you." not in again
    ask = re.compile(r'name="id" value="(\w+)"')
    assert id != ask.search(page)[1] == ask.search(again)[1]  # asked until it is answered
    last = kept(wall, client)[-1]
    assert (last.kind, last.items, last.side, last.client_id) == ("choice", (int(right), int(left)), "right", id)
    client.post("/prefer/wall", data={"item": [left, right], "winner": "0"})
    assert kept(wall, client)[-1].kind == "tie"
    assert len(kept(wall, client)) == 16
    for winner in (left, "0", right):  # who comes back and chooses otherwise: the last word counts
        assert client.post("/prefer/wall", data=sent | {"winner": winner}).status_code == 200
    of_the_pair = [j for j in kept(wall, client) if j.client_id.startswith(id)]
    assert [j.items[0] for j in of_the_pair] == [int(right)]
    sent = {"item": re.findall(r'name="item" value="(\d+)"', page), "winner": "skip"}
    assert client.post("/prefer/wall", data=sent, follow_redirects=False).headers["location"] == "/taste/wall#open"
    assert kept(wall, client)[-1].kind == "skip"


@pytest.mark.parametrize(
    "sent",
    [
        {"item": ["1"], "winner": "1"},
        {"item": ["1", "2"], "winner": "3"},
        {"item": ["1", "2"], "winner": ""},
        {"item": ["1", "x"], "winner": "1"},
        {"item": ["1", "999999"], "winner": "1"},
        {"winner": "0"},
    ],
)
def test_an_answer_to_no_question_is_refused_on_my_taste(client, wall, sent):
    choose(client, 2)
    assert client.post("/prefer/wall", data=sent).status_code in (404, 422)
    assert len(kept(wall, client)) == 2


# Pictures


def test_a_picture_is_re_encoded_and_may_be_kept_for_ever(client, wall):
    item = wall.collection("wall").items[0]
    reply = client.get(f"/pictures/{item.id}/320.jpg?v={item.sha256[:8]}")
    assert Image.open(io.BytesIO(reply.content)).format == "JPEG"
    assert "immutable" in reply.headers["cache-control"]
    again = client.get(f"/pictures/{item.id}/320.jpg", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_picture_is_shown_though_the_disk_is_full(client, wall, monkeypatch, fault):
    def full(path, data):
        path.touch()
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(Path, "write_bytes", full)
    item = wall.collection("wall").items[3]
    for _ in range(2):
        reply = client.get(f"/pictures/{item.id}/640.jpg")
        assert (reply.status_code, reply.headers["content-type"]) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(reply.content)).format == "JPEG"
    assert not list((wall.home / "thumbs").rglob("*.tmp"))


def test_a_picture_is_shown_without_making_a_data_folder_that_was_moved_away(tmp_path, wall):
    item = wall.collection("wall").items[0]
    assert isinstance(Pictures(tmp_path / "moved away" / "thumbs").get(item, 320), bytes)
    assert not (tmp_path / "moved away").exists()


def test_a_picture_that_has_vanished_is_a_sentence(tmp_path):
    library = Library(tmp_path, config=Settings(home=tmp_path, threads=1))
    folder = hang(tmp_path / "pictures", 3)
    library.import_source(folder, "few")
    client = as_person(TestClient(create_app(library, library.settings), base_url=HERE, headers=SAFE))
    (folder / "001.png").unlink()
    gone = library.collection("few").items[1]
    reply = client.get(f"/pictures/{gone.id}/320.jpg")
    assert (reply.status_code, str(tmp_path) in reply.text) == (404, False)
    assert "import its folder again" in reply.text
    client.app.state.beholder.close()
    library.close()


# Imports


@pytest.fixture
def studio(tmp_path):
    """An empty library with a person, and a folder with good and broken pictures beside it."""
    library = Library(tmp_path / "home", config=Settings(home=tmp_path / "home", threads=1))
    folder = tmp_path / "brushes"
    hang(folder, 6)
    (folder / "items.csv").unlink()
    (folder / "broken.jpg").write_bytes(b"not a picture")
    client = as_person(TestClient(create_app(library, library.settings), base_url=HERE, headers=SAFE))
    yield client, folder, library
    client.app.state.beholder.close()
    library.close()


def ended(client, job):
    for _ in range(1200):
        state = client.get(f"/api/imports/{job}").json()
        if state["state"] not in ("waiting", "running"):
            return state
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def test_an_import_is_watched_to_its_end_and_lists_what_was_broken(studio):
    client, folder, _ = studio
    job = client.post("/api/imports", json={"path": str(folder)})
    assert job.status_code == 202
    end = ended(client, job.json()["id"])
    assert (end["state"], end["report"]["new"], end["collection"]) == ("done", 6, "brushes")
    assert [b["name"] for b in end["report"]["broken"]] == ["broken.jpg"]
    assert "6 pictures" in client.get("/").text


def test_the_report_of_an_import_says_a_title_without_tags(studio):
    client, folder, _ = studio
    (folder / "items.csv").write_text("item,file,title\na,000.png,Sea\nb,broken.jpg,Litografi <b>N.N.</b>\n")
    end = ended(client, client.post("/api/imports", json={"path": str(folder)}).json()["id"])
    assert [(b["name"], b["title"]) for b in end["report"]["broken"]] == [("b", "Litografi N.N.")]


def test_an_import_is_stopped_when_told_and_goes_on_the_next_time(studio, monkeypatch):
    client, folder, library = studio
    stepped, go_on = threading.Event(), threading.Event()
    real = type(library).import_source

    def slow(self, spec, into, *, progress, **more):
        progress("reading pictures", 1, 6)
        stepped.set()
        assert go_on.wait(60)
        return real(self, spec, into, progress=progress, **more)

    monkeypatch.setattr(type(library), "import_source", slow)
    job = client.post("/api/imports", json={"path": str(folder), "name": "brushes"}).json()["id"]
    assert stepped.wait(60)
    second = client.post("/api/imports", json={"path": str(folder), "name": "brushes"})
    assert second.status_code == 409
    client.post(f"/api/imports/{job}/cancel", json={})
    go_on.set()
    assert ended(client, job)["state"] == "cancelled"
    again = client.post(f"/api/imports/{job}/again", json={}).json()["id"]
    assert ended(client, again)["state"] == "done"


def test_a_stopped_import_is_offered_until_its_collection_has_had_another(studio, monkeypatch):
    client, folder, library = studio
    imports = client.app.state.beholder.imports
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "easel"}).json()["id"])
    job = imports.start(str(folder), "easel", library.store.person(client.person).id)
    client.post(f"/api/imports/{job.id}/cancel", json={})
    while job.active:
        time.sleep(0.01)
    if job.state == "done":  # it was quicker
        job.state = "cancelled"
    assert f'data-job="{job.id}" data-state="cancelled"' in client.get("/").text
    other = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    assert other.post(f"/api/imports/{job.id}/again", json={}).status_code == 404
    assert other.post(f"/api/imports/{job.id}/later", json={}).status_code == 404
    assert "hidden>Its import was stopped" in client.get("/").text, "it is told above"
    client.post(f"/api/imports/{job.id}/later", json={})
    assert 'data-state="cancelled"' not in client.get("/").text, "not now"
    assert f'data-go-on="{job.id}"' in client.get("/").text
    job.later = False
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "wall"}).json()["id"])
    assert 'data-state="cancelled"' not in client.get("/").text, "it is not told above again after another import"
    assert 'class="soft renew">Its import was stopped' in client.get("/").text
    job.person, job.later = None, False  # as of the command that started the server
    assert "Its import was stopped" in client.get("/").text
    assert "stopped" not in other.get("/").text, "somebody else stopped it"
    job.person = library.store.person(client.person).id
    ended(client, client.post(f"/api/imports/{job.id}/again", json={}).json()["id"])
    assert 'data-state="cancelled"' not in client.get("/").text


def test_an_import_again_shows_what_is_said_of_the_pictures_now(studio):
    client, folder, library = studio
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "easel"}).json()["id"])
    first = library.collection("easel").items[0]
    about = f"/api/label/easel/about?items={first.id}"
    assert client.get(about).json()["items"][str(first.id)] == ["000"]
    (folder / "items.csv").write_text("item,file,title\n000.png,000.png,Dawn\n")
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "easel"}).json()["id"])
    assert client.get(about).json()["items"][str(first.id)] == ["Dawn"]


def test_a_session_is_kept_while_its_collection_grows_and_made_anew_at_the_end(studio, monkeypatch):
    client, folder, library = studio
    state, person = client.app.state.beholder, library.store.person(client.person)
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "easel"}).json()["id"])
    stepped, go_on = threading.Event(), threading.Event()
    real = type(library).import_source

    def slow(self, spec, into, *, progress, **more):
        report = real(self, spec, into, progress=progress, **more)
        stepped.set()
        assert go_on.wait(60)
        return report

    monkeypatch.setattr(type(library), "import_source", slow)
    first = state.session("easel", person)
    Image.new("RGB", (30, 40), (9, 90, 30)).save(folder / "more.png")
    job = client.post("/api/imports", json={"path": str(folder), "name": "easel"}).json()["id"]
    assert stepped.wait(60)
    assert library.store.collection("easel").size == 7
    assert state.session("easel", person) is first
    go_on.set()
    ended(client, job)
    assert len(state.session("easel", person).collection) == 7


def test_an_empty_folder_is_a_failed_import_and_offers_nothing_to_label(studio, tmp_path):
    client, _, _ = studio
    (tmp_path / "bare").mkdir()
    end = ended(client, client.post("/api/imports", json={"path": str(tmp_path / "bare")}).json()["id"])
    assert (end["state"], end["error"]) == ("failed", "no pictures were found there")
    assert "/label/bare" not in client.get("/").text
    assert "beholder import" not in client.get("/label/nowhere").text


def test_a_failed_import_leaves_no_empty_collection(studio, tmp_path, monkeypatch):
    client, folder, library = studio
    for n, name in enumerate(("bare", "unusable", "cut.zip", "late")):
        (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).write_bytes(b"PK\3\4 and no more")
        if name == "unusable":
            (tmp_path / name / "broken.jpg").write_bytes(b"not a picture")
        if name == "late":
            monkeypatch.setattr("beholder.collection.Importer.run", lambda self, source: 1 / 0)
        path = folder if name == "late" else tmp_path / name
        job = client.post("/api/imports", json={"path": str(path), "name": f"n{n} {name}"}).json()["id"]
        end = ended(client, job)
        assert (end["state"], len(end["error"]) > 15) == ("failed", True)
        assert [b["name"] for b in end["report"].get("broken", [])] == ["broken.jpg"] * (name == "unusable")
    assert library.collections() == []


def test_an_import_under_a_name_that_looks_like_a_known_one_is_refused(studio):
    client, folder, library = studio
    ended(client, client.post("/api/imports", json={"path": str(folder), "name": "Wall"}).json()["id"])
    for name in ("WALL", "W\u0430ll"):
        reply = client.post("/api/imports", json={"path": str(folder), "name": name})
        assert (reply.status_code, "'Wall'" in reply.json()["error"]) == (409, True)
    assert [row.name for row in library.collections()] == ["Wall"]


def test_an_import_ends_where_the_data_folder_goes_and_makes_none_anew(studio, monkeypatch):
    client, folder, library = studio
    real = type(library).import_source

    def late(self, spec, into, *, progress, **more):
        shutil.rmtree(self.home)
        progress("reading pictures", 1, 6)
        return real(self, spec, into, progress=progress, **more)

    monkeypatch.setattr(type(library), "import_source", late)
    state, person = client.app.state.beholder, library.store.person(client.person)
    job = state.imports.start(str(folder), "brushes", person.id)
    while job.state in ("waiting", "running"):
        time.sleep(0.05)
    assert (job.state, "put it back" in job.error) == ("failed", True)
    assert not library.home.exists()


def test_nobody_sees_the_import_of_another(studio):
    client, folder, _ = studio
    job = client.post("/api/imports", json={"path": str(folder)}).json()["id"]
    other = as_person(TestClient(client.app, base_url=HERE, headers=SAFE))
    assert other.get(f"/api/imports/{job}").status_code == 404
    assert other.post(f"/api/imports/{job}/cancel", json={}).status_code == 404
    ended(client, job)


def test_a_server_that_others_can_reach_imports_only_for_its_own_machine(wall):
    settings = wall.settings.model_copy(update={"host": "0.0.0.0", "allowed_hosts": ["pi.local"]})
    app = create_app(wall, settings)
    headers = {"Origin": "http://pi.local"}
    far = TestClient(app, base_url="http://pi.local", headers=headers, client=("192.168.1.7", 5000))
    as_person(with_code(far))
    near = as_person(TestClient(app, base_url="http://pi.local", headers=headers, client=("127.0.0.1", 5000)))
    assert far.post("/api/imports", json={"path": "/tmp"}).status_code == 403
    assert near.post("/api/imports", json={"path": "/no/such"}).status_code == 422
    for path in ("http://127.0.0.1/", "met:sea"):
        reply = far.post("/api/imports", json={"path": path})
        assert (reply.status_code, "links and museums" in reply.json()["error"]) == (403, True)
    assert "links and museums can only be imported there" in far.get("/").text
    assert "Path, link or museum" in near.get("/").text


def test_no_page_holds_a_path_of_this_machine_or_anything_inline(client, wall, tmp_path):
    assert wall.home.is_relative_to(tmp_path.parent)
    assert wall.collection("wall").items[0].locator.path.is_relative_to(tmp_path.parent)
    choose(client, 10)
    for path in ("/", "/label/wall", "/results/wall", "/taste/wall", "/answers/wall", "/people"):
        reply = client.get(path)
        assert str(tmp_path.parent) not in reply.text  # where pictures and data folder are
        assert " style=" not in reply.text
        assert not re.search(r"\son\w+=", reply.text)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", reply.text))
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"


def test_json_shapes_are_json(client):
    assert json.loads(client.get("/api/label/wall/progress").text)["enough"] is False


def test_a_collection_read_by_an_older_encoder_is_read_again_when_asked(tmp_path):
    home = tmp_path / "data"
    library = Library(home, config=Settings(home=home, threads=1, encoder="classic"))
    library.import_source(hang(tmp_path / "pictures", 6), "wall", encoder="attributes")
    app = create_app(library, library.settings)
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    choose(client, 3)
    assert "processed with an older encoder" in client.get("/").text
    job = client.post("/renew/wall", follow_redirects=False).headers["location"].partition("job=")[2]
    while (state := client.get(f"/api/imports/{job}").json()["state"]) in ("waiting", "running"):
        time.sleep(0.05)
    assert state == "done"
    assert library.store.collection("wall").encoder == "classic"
    assert "processed with an older encoder" not in client.get("/").text
    assert "3 answers" in client.get("/").text
    app.state.beholder.close()
    library.close()


def test_pictures_that_came_into_the_folder_since_are_taken_in_when_asked(wall, client, app, tmp_path):
    folder = hang(tmp_path / "grows", 2)
    (folder / "items.csv").unlink()
    wall.import_source(folder, "grows")
    Image.new("RGB", (40, 30), "teal").save(folder / "new.png")
    page = client.get("/edit/grows").text
    assert f"What has come into {folder}" in page
    assert 'action="/renew/grows"' in page
    job = client.post("/renew/grows", follow_redirects=False).headers["location"].partition("job=")[2]
    while (state := client.get(f"/api/imports/{job}").json()["state"]) in ("waiting", "running"):
        time.sleep(0.05)
    assert state == "done"
    assert wall.store.collection("grows").size == 3


def said_of(library, group):
    """How often a word of a group is said of the pictures of the wall."""
    words = library.shared("wall").words
    return sum(int(words.said[:, k].sum()) for k, own in enumerate(words.groups) if own == group)


def test_a_collection_from_before_words_is_looked_at_once_more_when_asked(tmp_path):
    home = tmp_path / "data"
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(tmp_path / "pictures", 6), "wall")
    for shard in library.shards("measures").folder.iterdir():
        shard.unlink()
    library.close()
    library = Library(home, config=Settings(home=home, threads=1))
    app = create_app(library, library.settings)
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    choose(client, 3)
    assert "say what is in these pictures" in client.get("/").text
    assert not said_of(library, "palette")
    job = client.post("/renew/wall", follow_redirects=False).headers["location"].partition("job=")[2]
    while (state := client.get(f"/api/imports/{job}").json()["state"]) in ("waiting", "running"):
        time.sleep(0.05)
    assert state == "done"
    assert "say what is in these pictures" not in client.get("/").text
    assert "3 answers" in client.get("/").text
    assert said_of(library, "palette")
    app.state.beholder.close()
    library.close()


def test_what_an_older_version_of_the_encoder_saw_is_looked_at_again_when_asked(tmp_path):
    home = tmp_path / "data"
    library = Library(home, config=Settings(home=home, threads=1))
    library.import_source(hang(tmp_path / "pictures", 6), "wall")
    app = create_app(library, library.settings)
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE))
    choose(client, 3)
    app.state.beholder.close()
    seen = library.shards("builtin").folder
    library.close()
    seen.rename(seen.with_name("builtin-0123456789abcdef"))
    library = Library(home, config=Settings(home=home, threads=1))
    app = create_app(library, library.settings)
    client = TestClient(app, base_url=HERE, headers=SAFE, cookies=client.cookies)
    assert "processed with an older encoder" in client.get("/").text
    for address in ("/label/wall", "/results/wall", "/taste/wall"):
        answer = client.get(address)
        assert answer.status_code == 409
        assert "has not looked at these pictures yet" in answer.text
        assert 'action="/renew/wall"' in answer.text
    told = client.get("/api/label/wall/questions?kind=choice")
    assert told.status_code == 409
    assert "keeps every answer" in told.json()["error"]
    job = client.post("/renew/wall", follow_redirects=False).headers["location"].partition("job=")[2]
    while (state := client.get(f"/api/imports/{job}").json()["state"]) in ("waiting", "running"):
        time.sleep(0.05)
    assert state == "done"
    assert client.get("/label/wall").status_code == 200
    assert "processed with an older encoder" not in client.get("/").text
    assert "3 answers" in client.get("/").text
    app.state.beholder.close()
    library.close()


def test_a_path_is_taken_as_the_disk_takes_it(tmp_path):
    folder = tmp_path / "Meine\N{NO-BREAK SPACE}Bilder"
    folder.mkdir()
    assert source_of(str(folder)) == (str(folder.resolve()), "Meine Bilder")
    for ending in FILES:
        file = tmp_path / f"art{ending}"
        file.touch()
        assert source_of(str(file)) == (str(file.resolve()), "art")
    (tmp_path / "sitemap.xml.gz").touch()
    assert source_of(str(tmp_path / "sitemap.xml.gz"))[1] == "sitemap"
    for bad in ("a\nb", "a\x1bb", "a\0b", "a\ud800b"):
        with pytest.raises(Refused):
            source_of(f"{tmp_path}/{bad}")


# Search


def shown_on(client, query):
    """The names of the pictures on the wall, in order, by their titles."""
    text = client.get(f"/results/wall?{query}").text
    return [re.sub("<[^>]*>", "", title) for title in re.findall(r'<p class="title">(.*?)</p>', text)], text


def test_a_search_orders_results_by_the_match_then_by_the_persons_score(client):
    choose(client, 12)
    titles, text = shown_on(client, "q=paintr+3,+oil")
    both, rest = titles[:7], titles[7:]
    assert {(int(title[6:]) % 5, int(title[6:]) % 2) for title in both} == {(3, 1)}
    assert all(int(title[6:]) % 5 == 3 or int(title[6:]) % 2 for title in rest)
    places = [int(n) for n in re.findall(r'<span class="rank">(\d+)', text)]
    assert places[:7] == sorted(places[:7])
    assert "Searched for &#39;Painter&#39;, as nothing is known of &#39;paintr&#39;." in text
    told = client.get("/results/wall/export.json?q=paintr+3,+oil").json()
    assert [one["title"] for one in told][: len(titles)] == titles
    assert told[0]["found"] == ["Painter 3", "oil"]
    assert [one["rank"] for one in told] == list(range(1, len(told) + 1))


def test_a_search_goes_with_the_filters_and_says_what_is_unknown(client):
    choose(client, 10)
    titles, _ = shown_on(client, "q=oil&c.artist=Painter+1")
    assert {int(title[6:]) % 10 for title in titles} == {1}
    titles, text = shown_on(client, "q=zeppelin")
    assert titles == []
    assert "Nothing is known of &#39;zeppelin&#39;." in text
    assert "Near to it in meaning" not in text


def test_a_search_that_finds_nothing_offers_what_is_near_in_meaning_and_found(client, monkeypatch):
    choose(client, 10)
    monkeypatch.setattr(Finder, "near", lambda self, text: ["still life"] if text == "harbour" else [])
    text = shown_on(client, "q=harbour")[1]
    assert 'Near to it in meaning: <a href="/results/wall?q=still%20life">still life</a></p>' in text
    assert "Near to it in meaning" not in shown_on(client, "q=harbour&c.artist=Painter+1")[1]


def test_that_the_likeliest_come_first_is_said_where_all_are_guesses_and_they_do(client, monkeypatch):
    choose(client, 10)
    said = "The likeliest come first."
    assert said not in shown_on(client, "q=paintr")[1]
    monkeypatch.setattr(Ranking, "guesses", property(len))
    assert said in shown_on(client, "q=paintr")[1]
    assert said not in shown_on(client, "q=paintr&sort=newest")[1]


def test_what_a_search_found_a_picture_by_is_its_one_reason(client):
    choose(client, 12)
    _, text = shown_on(client, "q=study+3")
    assert 'class="found"' in text
    assert 'class="why"' not in text
    assert 'class="why"' in client.get("/results/wall").text


def test_more_like_this_hangs_pictures_like_one_of_every_tile(client, wall):
    choose(client, 10)
    items = {item.id: item for item in wall.collection("wall").items}
    links = re.findall(r'class="button round" href="/results/wall\?like=(\d+)"', client.get("/results/wall").text)
    assert len(links) == 60
    titles, text = shown_on(client, f"like={links[0]}")
    title = items[int(links[0])].columns["title"]
    assert f"Like {title}</h1>" in text
    assert title not in titles
    assert '<input type="hidden" name="like"' in text
    mixed, _ = shown_on(client, f"like={links[0]}&mixed=1")
    assert mixed != titles
    assert "page=2" not in text or f"like={links[0]}" in re.findall(r'id="more" href="([^"]*)"', text)[0]


def test_a_search_from_more_like_this_takes_its_place(client):
    choose(client, 10)
    first = re.findall(r'class="button round" href="/results/wall\?like=(\d+)"', client.get("/results/wall").text)[0]
    titles, text = shown_on(client, f"q=oil&like={first}&mixed=1")
    assert titles == shown_on(client, "q=oil")[0]
    assert 'name="like"' not in text
    assert "</h1>" in text
    assert "Like " not in re.findall(r"<h1.*?</h1>", text)[0]


def test_pictures_like_one_that_is_not_there_are_not_found(client):
    choose(client, 10)
    assert client.get("/results/wall?like=999999").status_code == 404
    assert client.get("/results/wall?like=x").status_code == 422


@pytest.mark.parametrize(
    ("size", "widths"),
    [((256, 256), ["256w"]), ((2000, 1000), ["320w", "640w", "1280w"]), ((500, 1000), ["160w", "320w", "500w"]),
     ((640, 480), ["320w", "640w"])],
)  # fmt: skip
def test_a_picture_is_offered_in_the_widths_that_it_has(size, widths):
    item = Item(1, "x", Locator.of("x.png"), "0" * 64, *size, {}, False)
    assert [one.split()[1] for one in srcset(item).split(", ")] == widths
