"""Views of Results: groups by kind with names that hold, by date or year, by folder."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from beholder.collection import Library
from beholder.concepts import Tags
from beholder.config import Settings
from beholder.errors import UnknownName
from beholder.explain import names_of
from beholder.locator import Locator
from beholder.ranking import Ranking
from beholder.types import Details, Item
from beholder.views import Group, by_date, by_folder, by_kind, by_year
from beholder.web.app import create_app
from beholder.web.pages.views import _rows_of
from helpers.browser import HERE, SAFE, album, as_person, event, hang


def item(id, name="one.png", year=None, taken=""):
    details, columns = replace(Details(), year=year), {"date taken": taken} if taken else {}
    return Item(id, name, Locator.of(f"/{name}"), f"{id:064x}", 80, 60, columns, details=details)


def tags(said, names, groups):
    said = np.asarray(said, bool)
    return Tags(names, groups, said.astype(np.float32), said)


# Names


def test_a_name_says_only_what_holds_of_a_group_and_clearly_less_of_the_rest():
    groups = np.repeat(np.arange(4), 30)
    said = np.zeros((120, 4), bool)
    said[:27, 0] = True  # landscape: nearly all of the first group
    said[:14, 1] = True  # boats: less than half of it
    said[30:90, 2] = True  # painting: all of two groups
    said[60:90, 3] = True  # portrait
    words = tags(said, ["landscape", "boats", "painting", "portrait"], ["place", "subject", "medium", "figure"])
    assert names_of(groups, words) == {0: "Landscapes", 1: "Paintings", 2: "Portraits", 3: ""}


def test_chance_gives_no_group_a_name():
    rng = np.random.default_rng(0)
    names = [f"word {k}" for k in range(40)]
    words = tags(rng.random((600, 40)) < 0.3, names, ["subject"] * 40)
    assert set(names_of(rng.integers(60, size=600), words).values()) == {""}


def test_what_the_source_tells_is_named_where_it_holds_of_three_in_four():
    groups = np.repeat([0, 1], 40)
    said = np.zeros((80, 2), bool)
    said[:26, 0] = said[:30, 1] = True
    words = tags(said, ["Claude Monet", "Impressionist"], ["artist", "style"])
    assert names_of(groups, words)[0] == "Impressionist pictures by Claude Monet and others"
    said[:30, 0] = True
    assert names_of(groups, tags(said, words.names, words.groups))[0] == "Pictures by Claude Monet"


@pytest.mark.parametrize(
    ("painted", "name"),
    [
        (((0, 12), (12, 17)), "Pictures of people by Raphael and others"),
        (((0, 9), (9, 18)), "Pictures of people, some by Raphael and Titian"),
        (((35, 75), (40, 60)), "Pictures of people"),
    ],
)
def test_where_one_word_holds_the_artists_of_whom_a_group_has_most_are_told(painted, name):
    groups, said = np.repeat([0, 1], [40, 360]), np.zeros((400, 3), bool)
    said[:40, 0] = True
    for artist, (start, end) in enumerate(painted, 1):
        said[start:end, artist] = True
    words = tags(said, ["people", "Raphael", "Titian"], ["subject", "artist", "artist"])
    assert names_of(groups, words)[0] == name
    said[:, 0] = False
    bare = tags(said, words.names, words.groups)
    assert names_of(groups, bare)[0] == name.replace(" of people", "").removesuffix("Pictures")


def test_beside_a_single_word_stands_another_that_is_said_of_most():
    groups = np.repeat([0, 1], 100)
    said = np.zeros((200, 2), bool)
    said[:90, 0] = said[25:145, 1] = True
    words = tags(said, ["brown tones", "people"], ["palette", "subject"])
    assert names_of(groups, words)[0] == "Pictures of people, in brown tones"
    said[145:155, 1] = True
    assert names_of(groups, tags(said, words.names, words.groups))[0] == "Pictures in brown tones"


def test_a_name_says_nothing_twice():
    groups = np.repeat([0, 1], 40)
    said = np.zeros((80, 2), bool)
    said[:38] = True
    assert names_of(groups, tags(said, ["portrait", "half-length portrait"], ["figure"] * 2))[0] == "Portraits"


def test_kinds_part_all_pictures_and_no_two_have_the_same_name():
    rng = np.random.default_rng(1)
    kind = rng.integers(6, size=240)
    X = (3 * rng.standard_normal((6, 42)))[kind] + rng.standard_normal((240, 42))
    words = tags(np.isin(kind, (0, 1))[:, None], ["landscape"], ["place"])
    groups = by_kind(None, X.astype(np.float32), words, np.arange(240) + 1, [f"no. {row}" for row in range(240)])
    assert sorted(np.concatenate([g.rows for g in groups]).tolist()) == list(range(240))
    named = [g for g in groups if g.name]
    assert [g.name for g in named] == ["Landscapes"]
    assert set(kind[named[0].rows]) == {0, 1}
    unnamed = [g.title for g in groups if not g.name and len(g.rows) > 1]
    assert all(title.startswith("Like “no. ") for title in unnamed)
    assert len(set(unnamed)) == len(unnamed) > 1
    folders = [
        "2024/Venice" if k in (2, 3) else "2024/Summer" if k == 4 else f"day {row}" for row, k in enumerate(kind)
    ]
    titles = [f"no. {row}" for row in range(240)]
    told = by_kind(None, X.astype(np.float32), words, np.arange(240) + 1, titles, folders)
    assert {g.title: set(kind[g.rows]) for g in told if not g.like} == {
        "Landscapes": {0, 1}, "Pictures from “Venice”": {2, 3}, "Pictures from “Summer”": {4}
    }  # fmt: skip


# Dates, years and folders


@pytest.mark.parametrize(
    ("years", "names"),
    [
        ([1889, 1890, None, 1889], ["1890", "1889", "Year not known"]),
        (range(1800, 1900), [f"{decade}s" for decade in range(1890, 1790, -10)]),
        (range(1000, 1990, 9), [f"{c} to {c + 99}" for c in range(1900, 900, -100)]),
        ([1889, 1889, None], []),
        ([None, None], []),
    ],
)
def test_years_have_as_many_headings_as_can_be_read_and_none_is_lost(years, names):
    items = [item(k, year=year) for k, year in enumerate(years)]
    groups = by_year(items)
    assert [g.name for g in groups] == names
    assert not groups or sorted(np.concatenate([g.rows for g in groups]).tolist()) == list(range(len(items)))


def days(start, n, apart):
    return [str(datetime.fromisoformat(start) + k * timedelta(days=apart)) for k in range(n)]


@pytest.mark.parametrize(
    ("taken", "names"),
    [
        (["2019-08-14", "2019-09-01 10:00:00", "", "2019-08-02"], ["September 2019", "August 2019", "Date not known"]),
        (
            ["2019-08-14", "2019-08-02", "", "2019-08-14 09:00:00"],
            ["14 August 2019", "2 August 2019", "Date not known"],
        ),
        (days("2019-01-15", 40, 30.5)[::-1], None),
        (days("2010-01-15", 100, 30.5), [str(year) for year in range(2018, 2009, -1)]),
        (days("1900-01-15", 100, 366), [f"{decade}s" for decade in range(1990, 1890, -10)]),
        (["2019-08-14"] * 3, []),
        (["2019-08-14", ""], []),
        (["", "of old"], []),
    ],
)
def test_dates_are_months_or_days_of_one_month_or_as_many_years_as_can_be_read(taken, names):
    items = [item(k, taken=text) for k, text in enumerate(taken)]
    groups = by_date(items)
    assert names is None or [g.name for g in groups] == names
    assert names is not None or len(groups) == 40
    assert {g.by for g in groups} <= {"date"}
    assert len({g.key for g in groups}) == len(groups)
    assert not groups or sorted(np.concatenate([g.rows for g in groups]).tolist()) == list(range(len(items)))


def test_where_only_a_year_is_known_it_stands_behind_the_months_of_that_year_and_a_work_keeps_its_own():
    items = [
        item(0, year=2019), item(1, taken="2019-08-14"), item(2, year=1889, taken="2020-01-01"),
        item(3, year=2020, taken="2020-01-02"), item(4),
    ]  # fmt: skip
    assert [(g.name, g.key, g.rows.tolist()) for g in by_date(items)] == [
        ("January 2020", "2020-01", [3]), ("August 2019", "2019-08", [1]), ("2019", "2019.1", [0]),
        ("1889", "1889.1", [2]), ("Date not known", "unknown", [4]),
    ]  # fmt: skip
    assert by_date([item(0, year=1889, taken="2020-01-01"), item(1, year=1890)]) == []


def test_folders_come_in_the_order_that_people_count_in():
    names = ["day 10/a.png", "day 2/b.png", "c.png", "day 2/d.png", "day 2/night/e.png"]
    groups = by_folder([item(k, name) for k, name in enumerate(names)])
    assert [(g.name, g.rows.tolist()) for g in groups] == [
        ("Not in a folder", [2]), ("day 2", [1, 3]), ("day 2/night", [4]), ("day 10", [0])
    ]  # fmt: skip
    assert by_folder([item(k, f"one/{k}.png") for k in range(3)]) == []


# Pages


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library of "trip", pictures in folders, "dated", with years, and "album", with dates; two have none each."""
    home = tmp_path_factory.mktemp("views")
    library = Library(home, config=Settings(home=home, threads=1))
    for k in range(24):
        folder = home / "trip" / ("day 1" if k < 16 else "day <2>")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (10 * k, 255 - 10 * k, (k % 3) * 100)).save(folder / f"{k}.png")
    library.import_source(home / "trip", "trip")
    dated = hang(home / "dated", 20) / "items.csv"
    head, *lines = dated.read_text().splitlines()
    dated.write_text(
        "\n".join([f"{head},year", *(f"{line},{'' if k < 2 else 1880 + k % 3}" for k, line in enumerate(lines))])
    )
    library.import_source(home / "dated", "dated")
    library.import_source(album(home / "album"), "album")
    yield library
    library.close()


@pytest.fixture(scope="module")
def app(library):
    app = create_app(library, library.settings)
    yield app
    app.state.beholder.close()


@pytest.fixture(scope="module")
def client(app, library):
    """Somebody who has answered in all of them."""
    client = as_person(TestClient(app, base_url=HERE, headers=SAFE, raise_server_exceptions=False))
    for name in ("trip", "dated", "album"):
        first, *others = library.collection(name).ids[:13].tolist()
        answers = [event("choice", (first, other), asked_by="random", side="left") for other in others]
        assert client.post(f"/api/label/{name}/answers", json={"events": answers}).status_code == 200
    return client


def headings(text):
    return [unescape(h) for h in re.findall(r'<h2><a href="[^"]+">(.*?)</a></h2>', text)]


def test_the_switch_offers_the_views_that_a_collection_has(client):
    for collection, last in (("trip", "Folders"), ("dated", "Years"), ("album", "Dates")):
        labels = ["Ranked", "Kinds", last]
        text = client.get(f"/results/{collection}").text
        switch = text.partition('aria-label="View"')[2].partition("</nav>")[0]
        assert [label for label in re.findall(r">([A-Z]\w+)</a>", switch) if label != "Map"] == labels


def test_folders_have_counts_and_lead_to_their_pictures(client):
    text = client.get("/folders/trip").text
    assert headings(text) == ["day 1", "day <2>"]
    assert "16 pictures" in text
    address = unescape(re.search(r'href="(/results/trip\?group=[^"]+)"', text)[1])
    wall = client.get(address).text
    assert wall.count("<figure") == 16
    assert '<p class="group-name"><a href="/folders/trip">day 1</a>' in wall
    assert 'name="group" value="folder:day 1"' in wall  # a filter narrows the group further


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/years/trip", "years of these"),
        ("/dates/trip", "not known on which days"),
        ("/dates/dated", "not known on which days"),
        ("/folders/dated", "lie in one folder"),
    ],
)
def test_where_pictures_do_not_differ_the_page_says_so(client, path, words):
    answer = client.get(path)
    assert (answer.status_code, words in answer.text) == (404, True)


def test_years_tell_how_many_have_none(client):
    text = client.get("/years/dated").text
    assert headings(text) == ["1882", "1881", "1880", "Year not known"]
    rows = client.get("/results/dated/export.json", params={"group": "year:unknown"}).json()
    assert {row["item"] for row in rows} == {"p000", "p001"}


def test_dates_are_months_each_with_its_best_the_newest_first(client, library):
    art = library.collection("album")
    taken = {item.id: item.columns.get("date taken", "") for item in art.items}
    text = client.get("/dates/album").text
    assert headings(text) == ["October 2021", "August 2019", "July 2019", "Date not known"]
    ranking = [row["item"] for row in client.get("/results/album/export.json").json()]
    rows = re.findall(r'group=date%3A(\d+-\d+)&amp;sort=date">\w+ \d+</a></h2>(.*?)</ul>', text, re.S)
    assert len(rows) == 3
    for month, row in rows:
        shown = [int(i) for i in re.findall(r'data-item="(\d+)"', row)]
        assert [taken[i] for i in shown] == sorted((taken[i] for i in shown), reverse=True)
        best = sorted((i.name for i in art.items if taken[i.id].startswith(month)), key=ranking.index)[:12]
        assert {art.items[art.row_of[i]].name for i in shown} == set(best) > set()
    address = unescape(re.search(r'href="([^"]+)">August 2019', text)[1])
    wall = client.get(address).text
    ids = [int(i) for i in re.findall(r'<figure id="p(\d+)"', wall)]
    assert [taken[i] for i in ids] == sorted((t for t in taken.values() if t.startswith("2019-08")), reverse=True)
    assert len(ids) > 12
    assert '<option value="date" selected>Date, newest first</option>' in wall
    assert '<p class="group-name"><a href="/dates/album">August 2019</a>' in wall
    assert '<p class="byline"><span class="taken">14 August 2019</span></p>' in wall


def test_the_address_of_years_leads_to_dates_where_these_are_known(client):
    answer = client.get("/years/album", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dates/album")


def test_kinds_hold_every_picture_and_the_best_come_first(client, library):
    text = client.get("/kinds/dated").text
    means = [float(m) for m in re.findall(r"your score: ([\d.]+)", text)]
    assert means == sorted(means, reverse=True)
    for like, row in re.findall(r">Like “(.+?)”</a></h2>(.*?)</ul>", text, re.S):
        assert f'"Zoom in on {like}"' in row  # a kind shows the picture that it is called by
    found = [client.get(unescape(a)).text for a in re.findall(r'<h2><a href="([^"]+)"', text)]
    ids = [int(i) for wall in found for i in re.findall(r'<figure id="p(\d+)"', wall)]
    assert sorted(ids) == library.collection("dated").ids.tolist()


def test_a_kind_that_holds_the_most_loved_comes_first_though_it_holds_others_too():
    class Art(list):
        items = property(lambda self: self)

        def groups(self, by):
            return [Group(by, "60", "Even", np.arange(60, 80)), Group(by, "0", "Mixed", np.arange(60))]

    art, scores = Art(item(n) for n in range(80)), np.repeat([9.0, 2.0, 6.0], [15, 45, 20])
    ranking = Ranking(art, scores, lambda rows: 0 * rows, np.argsort(-scores), (), lambda rows, at: [])
    assert [row.title for row in _rows_of(ranking, art, "kind")] == ["Mixed", "Even"]


def test_hidden_pictures_are_in_no_group(client, library):
    first = int(library.collection("trip").ids[0])
    assert client.post("/api/label/trip/answers", json={"events": [event("hide", [first], value=1)]}).status_code == 200
    text = client.get("/folders/trip").text
    assert "15 pictures" in text
    assert f"/pictures/{first}/" not in text


@pytest.mark.parametrize("said", ["kind:", "kind:99999999", "year:1", "folder:nowhere", "size:3", "x", "kind:²"])
def test_a_group_that_is_not_there_is_said_so(client, library, said):
    with pytest.raises(UnknownName):
        library.collection("dated").group(said)
    answer = client.get("/results/dated", params={"group": said})
    assert answer.status_code == 404
    assert "has no group" in answer.text


def test_an_address_leads_to_the_kind_of_its_picture(library):
    art = library.collection("dated")
    for row, id in enumerate(art.ids.tolist()):
        assert row in art.group(f"kind:{id}").rows
