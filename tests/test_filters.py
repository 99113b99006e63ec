"""Filters and sorts: several values, ranges, what is not known, and a top that is not twenty of one kind."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from beholder.concepts import Tags
from beholder.errors import UserError
from beholder.explain import Reason
from beholder.facts import Facts
from beholder.filters import Filter, panel_of, sort_of, values_of
from beholder.locator import Locator
from beholder.offers import PARTS, Wishes
from beholder.ranking import Ranking
from beholder.search import Looks
from beholder.search.found import Found
from beholder.types import Details, Item

PLACE = Locator.parse("file:/x")


def item(id: int, columns=None, **details) -> Item:
    return Item(id, f"{id}", PLACE, "0" * 64, 4, 3, columns or {}, details=Details(**details))


def told(*items: Item, places=None, words=None):
    """(pictures, their ranking: the first is the best)"""
    n = len(items)
    pictures = SimpleNamespace(
        facts=Facts(items),
        looks=None if places is None else Looks(places),
        words=Tags.nothing(n) if words is None else words,
    )
    return pictures, Ranking(
        items,
        np.linspace(10, 1, n),
        lambda some: np.zeros(len(some)),
        np.arange(n),
        {2},
        lambda rows, at: [Reason()] * len(rows),
    )


def rows(wanted: Filter, pictures, ranking) -> list[int]:
    return wanted.of(ranking, {1}, pictures).rows.tolist()


def sized(width: float, height: float, **more):
    return {
        "width_mm": width, "height_mm": height, "long_mm": max(width, height), "short_mm": min(width, height), **more
    }  # fmt: skip


@pytest.fixture
def few():
    """Six works of which different things are known."""
    return told(
        item(0, {"style": "Baroque", "artist": "Ada"}, price=90000, currency="DKK", year=1650),
        item(1, {"style": " Rococo ", "artist": "Bo"}, price=20000, currency="EUR", **sized(600, 400)),
        item(2, {"style": "Baroque", "artist": "Bo", "date taken": "2019-08-14"}, **sized(300, 900)),
        item(3, {"artist": "Ada"}, price=50000, currency="DKK", year=1900, long_mm=800, short_mm=500),
        item(4, {"style": "Cubism"}, price=70000, currency="DKK", year=1910, availability="sold"),
        item(5, {"style": "", "artist": "Bo"}, terms="free", year=1700),
    )


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        (["style=Baroque"], [0, 2]),
        (["style=Baroque", "style=Rococo"], [0, 1, 2]),
        (["style=Baroque", "style=Rococo", "artist=Bo"], [1, 2]),
        (["style="], [3, 5]),
        (["style=", "style=Cubism"], [3, 4, 5]),
        (["artist="], [4]),
    ],
)
def test_any_value_of_a_column_will_do_and_every_column_must_fit(few, conditions, kept):
    assert rows(Filter(values=values_of(conditions, few[0].facts)), *few) == kept


def test_marks_and_judged_pictures_are_known_by_their_ids(few):
    assert rows(Filter(favourites=True), *few) == [2]
    assert rows(Filter(unmet=True), *few) == [0, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wishes", "parts"),
    [
        (Wishes(min_year=1700, max_year=1900), ("misses", "unknown", "unknown", "fits", "misses", "fits")),
        (Wishes(min_width=500.0), ("unknown", "fits", "misses", "fits", "sold", "unknown")),
        (Wishes(min_width=600.0, max_width=700.0), ("unknown", "fits", "misses", "unknown", "sold", "unknown")),
        (Wishes(min_height=500.0), ("unknown", "misses", "fits", "fits", "sold", "unknown")),
        (Wishes(max_price=Decimal(600), currency="DKK"), ("misses", "currency", "unknown", "fits", "misses", "fits")),
    ],
)
def test_a_range_keeps_what_is_known_to_lie_in_it(few, wishes, parts):
    facts = few[0].facts
    assert tuple(wishes.part_of(one)[0] for one in facts.items) == parts
    assert [PARTS[part] for part in wishes.parts(facts)] == list(parts)


@pytest.mark.parametrize(
    ("wishes", "heading", "words"),
    [
        (Wishes(min_year=1700), "Year not known", "made in 1700 or later"),
        (Wishes(max_width=900.0), "Width not known", "at most 90 cm wide"),
        (Wishes(min_width=90.0, max_height=900.0), "Size not known", "at least 9 cm wide, at most 90 cm high"),
        (
            Wishes(max_price=Decimal(2000), currency="DKK", min_height=500.0, max_year=1900),
            "Price, height or year not known",
            "up to 2,000 DKK, at least 50 cm high, made in 1900 or earlier",
        ),
    ],
)
def test_what_is_apart_is_named_by_what_was_asked(wishes, heading, words):
    assert [Filter(wishes=wishes).apart[1][0], wishes.in_words] == [heading, words]


def test_what_has_its_price_in_another_currency_stands_apart_under_a_heading_of_its_own(few):
    apart = Filter(wishes=Wishes(max_price=Decimal(600), currency="DKK")).apart
    found = {heading: rows(part, *few) for heading, part in apart}
    assert found == {
        "Price in another currency": [1],
        "Price not known": [2],
        "Sold, reserved or no longer listed": [],
    }


@pytest.mark.parametrize(
    ("sort", "order", "last"),
    [
        ("score", [0, 1, 2, 3, 4, 5], ""),
        ("price", [5, 3, 4, 0, 1, 2], "2 with no known price in DKK come last"),
        ("price-high", [0, 4, 3, 5, 1, 2], "2 with no known price in DKK come last"),
        ("size", [1, 2, 3, 0, 4, 5], "3 with no known size come last"),
        ("size-high", [3, 2, 1, 0, 4, 5], "3 with no known size come last"),
        ("newest", [5, 4, 3, 2, 1, 0], ""),
        ("date", [2, 4, 3, 5, 0, 1], "1 with no known date comes last"),
    ],
)
def test_pictures_are_sorted_and_what_is_not_known_comes_last_and_is_counted(few, sort, order, last):
    pictures, ranking = few
    wanted = Filter(sort=sort_of(sort))
    shown = wanted.of(ranking, (), pictures)
    assert (shown.rows.tolist(), wanted.last(shown, pictures.facts)) == (order, last)
    assert shown[0].overall == order[0] + 1
    with pytest.raises(UserError, match="price-high"):
        sort_of("dear")


def kinds(n: int, of: int, rng, spread=0.05):
    """Places (n, 16) of length 1 in so many far kinds, in turn."""
    places = np.eye(16)[np.arange(n) % of] + spread * rng.normal(size=(n, 16))
    return (places / np.linalg.norm(places, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def alike():
    """Six hundred pictures of eight kinds, but the twenty best are nearly the same one."""
    places = kinds(600, 8, np.random.default_rng(0))
    places[:20] = kinds(20, 1, np.random.default_rng(1), 0.01)
    said = np.zeros((600, 2), bool)
    said[61::2, 0] = said[:, 1] = True
    words = Tags(("flowers", "sky"), ("subject", "subject"), said.astype(np.float32), said)
    return told(*map(item, range(600)), places=places, words=words)


def test_a_varied_top_has_several_kinds_and_costs_little_of_its_score(alike):
    pictures, ranking = alike
    kind = lambda shown: len({int(np.argmax(pictures.looks.places[row])) for row in shown.rows[:10]})  # noqa: E731
    mean = lambda shown: float(np.mean([shown.scores[row] for row in shown.rows[:10]]))  # noqa: E731
    varied = Filter(sort="varied").of(ranking, (), pictures)
    assert (kind(ranking), kind(varied) >= 5, varied.rows[0]) == (1, True, 0)
    assert mean(ranking) - mean(varied) <= 0.9
    assert sorted(varied.rows) == sorted(ranking.rows)
    assert (np.argsort(varied.rows) - np.arange(600) >= -60).all(), "none comes forward by more than a tenth"


def test_a_surprise_is_good_and_unlike_the_best(alike):
    pictures, ranking = alike
    shown = Filter(sort="surprise").of(ranking, (), pictures)
    best = pictures.looks.places[ranking.rows[:60]]
    likeness = (pictures.looks.places[shown.rows] @ best.T).max(axis=1)
    assert (shown.rows[:20] < 200).all()
    assert (shown.rows[:20] >= 60).all()
    assert likeness[:20].mean() < likeness[60:200].mean()
    assert sorted(shown.rows) == sorted(ranking.rows)
    for sort in ("surprise", "varied"):
        one = told(item(0), places=np.ones((1, 2), np.float32))
        assert rows(Filter(sort=sort), *one) == [0]
        assert rows(Filter(sort=sort, favourites=True), *one) == []


def test_the_next_surprises_are_others_and_each_is_told_by_what_the_best_have_not(alike):
    pictures, ranking = alike
    first, second = (Filter(sort="surprise", draw=draw).of(ranking, (), pictures) for draw in (0, 1))
    assert set(first.rows[:24]).isdisjoint(second.rows[:24])
    assert (second.rows[:24].tolist(), sorted(second.rows)) == (first.rows[24:48].tolist(), sorted(first.rows))
    told = {one.item.id: one.found for one in first}
    assert {told[id] for id in range(60)} == {()}, "the best are no surprise"
    assert {told[id] for id in range(60, 200) if id % 2} == {("flowers, unlike your best",)}
    assert {told[id] for id in range(60, 200, 2)} == {("unlike your best",)}
    assert first[0].fits is None


def test_a_panel_counts_within_all_other_parts_of_the_filter(few):
    more = item(6, {"style": "Rococo", "artist": "Ada"}), item(7, {"style": "Cubism"})
    pictures, ranking = told(*few[0].facts.items, *more)
    wanted = Filter(values=(("style", "Baroque"), ("artist", "Bo")))
    style, artist = panel_of(wanted, ranking, (), pictures).facets
    assert [(c.value, c.count, c.chosen) for c in style.choices] == [
        ("Baroque", 1, True), ("Rococo", 1, False), ("Cubism", 0, False), ("", 1, False),
    ]  # fmt: skip
    assert [(c.value, c.count) for c in artist.choices] == [("Ada", 1), ("Bo", 1), ("", 0)]
    panel = panel_of(Filter(wishes=Wishes(max_price=Decimal(600), currency="DKK")), ranking, (), pictures)
    price = next(one for one in panel.ranges if one.name == "price")
    assert (price.known, price.unknown, sum(price.counts), sum(price.inside)) == (4, 4, 4, 2)
    assert (panel.matching, list(panel.currencies)) == (2, ["DKK", "EUR"])


def test_bars_grow_by_equal_factors_where_few_numbers_are_far_larger():
    items = [item(n, price=100 * int(100 * 1.2**n), currency="DKK", year=1900 + n % 30) for n in range(40)]
    panel = panel_of(Filter(wishes=Wishes(min_year=1910)), told(*items)[1], (), told(*items)[0])
    year = panel.ranges[1]
    price = panel_of(Filter(), told(*items)[1], (), told(*items)[0]).ranges[0]
    assert max(price.counts) <= 3
    assert (price.edges[0], price.edges[-1]) == (100, int(100 * 1.2**39))
    assert (sum(year.counts), sum(year.inside), year.unknown) == (40, 20, 0)
    assert year.edges[0] == 1900
    assert all(edge == int(edge) for edge in year.edges)
    assert [kept for *_, kept, n in year.bars] == [1.0 * x / max(year.counts) for x in year.inside]
    nothing = panel_of(Filter(), told(item(0), item(1))[1], (), told(item(0), item(1))[0])
    assert (nothing.ranges, nothing.facets, nothing.currencies) == ([], [], [])


def test_columns_are_offered_whose_values_pictures_share_the_most_frequent_values_first():
    items = [item(n, {"title": f"{n}", "place": f"Town {int(n**0.5)}", "price": "3", "link": "x"}) for n in range(900)]
    (place,) = panel_of(Filter(), told(*items)[1], (), told(*items)[0]).facets
    assert (place.column, place.choices[0].value, place.choices[0].count) == ("place", "Town 29", 59)
    numbered = [item(n, {"title": f"Study, No. {n % 5}", "artist": f"A{n % 3}"}) for n in range(30)]
    assert [one.column for one in panel_of(Filter(), told(*numbered)[1], (), told(*numbered)[0]).facets] == ["artist"]
    lives = [
        item(n, {"years": f"{1800 + n % 9} - 1900", "artist": f"Artist {n % 9}", "floor": f"{n % 2}"})
        for n in range(90)
    ]
    offered = panel_of(Filter(), told(*lives)[1], (), told(*lives)[0]).facets
    assert [one.column for one in offered] == ["artist", "floor"], "the years of a life say who, not when"
    crowd = [item(n, {"artist": f"Artist {n // 2}"}) for n in range(900)]
    wanted = Filter(values=(("artist", "Artist 449"),))
    (artist,) = panel_of(wanted, told(*crowd)[1], (), told(*crowd)[0]).facets
    assert (len(artist.choices), artist.more, artist.chosen) == (13, 437, 1)
    (artist,) = panel_of(wanted, told(*crowd)[1], (), told(*crowd)[0], {"artist": " ÁRTIST 44"}).facets
    assert [one.value for one in artist.choices] == ["Artist 44", *(f"Artist {n}" for n in range(440, 450))]
    (artist,) = panel_of(wanted, told(*crowd)[1], (), told(*crowd)[0], {"artist": "nobody"}).facets
    assert ([one.value for one in artist.choices], artist.more) == (["Artist 449"], 0), "what is chosen stays"


def test_a_cell_that_lists_several_values_counts_for_each_and_a_comma_within_one_value_does_not():
    cells = ["Impressionism", "Symbolism", "Impressionism,Symbolism", "Baroque; Symbolism", "Baroque", ""] * 2
    places = ["Washington, D.C.", "Washington, D.C.", "Paris, France", "Paris", "Lyon, France", "London"] * 2
    both = zip(cells, places, strict=True)
    pictures, ranking = told(*(item(at, {"style": style, "place": place}) for at, (style, place) in enumerate(both)))
    style, place = panel_of(Filter(), ranking, (), pictures).facets
    assert [(one.value, one.count) for one in style.choices] == [
        ("Symbolism", 6), ("Baroque", 4), ("Impressionism", 4), ("", 2)
    ]  # fmt: skip
    assert {one.value for one in place.choices} == {*places}
    assert rows(Filter(values=(("style", "Impressionism"),)), pictures, ranking) == [0, 2, 6, 8]
    assert rows(Filter(values=(("style", "Baroque"), ("style", ""))), pictures, ranking) == [3, 4, 5, 9, 10, 11]


def test_an_album_is_filtered_by_its_folders_and_by_the_years_in_which_photographs_were_taken():
    place = ["Rome/day 1", "Rome/day 1", "Venice", "Venice", ""]
    dates = ["2019-08-14", "2019-08-15", "2021-01-01", "", ""]
    album = [
        replace(item(n, {"date taken": day} if day else {}), name=f"{folder}/{n}.jpg".lstrip("/"))
        for n, (folder, day) in enumerate(zip(place, dates, strict=True))
    ]
    pictures, ranking = told(*album)
    panel = panel_of(Filter(), ranking, set(), pictures)
    (facet,) = panel.facets
    assert facet.column == "folder"
    assert [(one.value, one.count) for one in facet.choices] == [("Rome/day 1", 2), ("Venice", 2), ("", 1)]
    assert [one.name for one in panel.ranges] == ["year"]
    assert rows(Filter(values=values_of(["folder=Venice"], pictures.facts)), pictures, ranking) == [2, 3]
    assert rows(Filter(wishes=Wishes(min_year=2020)), pictures, ranking)[0] == 2
    own = told(*(replace(one, columns={"folder": "mine"}) for one in album))[0]
    assert own.facts.column("folder").values == ("mine",)  # a column of the source's own goes before


def test_all_values_of_a_column_are_offered_where_they_are_asked_for():
    pictures, ranking = told(*(item(at, {"artist": f"Painter {at % 30}"}) for at in range(90)))
    (few,), (all_of_them,) = (
        panel_of(Filter(), ranking, (), pictures, whole=whole).facets for whole in ((), {"artist"})
    )
    assert (len(few.choices), few.more, few.all) == (12, 18, 30)
    assert (len(all_of_them.choices), all_of_them.more) == (30, 0)


def test_what_fits_a_search_as_well_stands_as_ranked_and_of_guesses_the_likeliest_come_first():
    pictures, ranking = told(*(item(n) for n in range(12)))
    fits = np.array([0.22, 0.24, 0.2, 0.18] * 3)
    of = {"sure": np.zeros(12, bool), "guess": np.ones(12, bool)}
    pictures.finder = SimpleNamespace(find=lambda text: Found(fits, lambda rows: [()] * len(rows), (), of[text]))
    assert Filter("sure").of(ranking, (), pictures).rows.tolist() == [*range(12)]
    assert Filter("guess").of(ranking, (), pictures).rows.tolist() == [1, 5, 9, 0, 4, 8, 2, 6, 10, 3, 7, 11]


def test_the_panel_counts_as_many_as_are_shown_of_those_that_are_like_a_picture():
    pictures, ranking = told(*(item(n, {"artist": "Manet" if n % 2 else "Monet"}) for n in range(400)))
    fits = np.linspace(1, 0.1, 400)
    pictures.finder = SimpleNamespace(like=lambda row: Found(fits, lambda rows: [()] * len(rows)))
    wanted = Filter(like=0, values=(("artist", "Manet"),))
    shown = wanted.of(ranking, (), pictures)
    assert shown.rows[:3].tolist() == [1, 3, 5]
    assert panel_of(wanted, ranking, (), pictures).matching == len(shown) < 200
