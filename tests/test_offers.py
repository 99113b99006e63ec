"""What a buyer can have: within a price and a size; what nobody knows and what is sold stands apart, never dropped."""

import csv
import json
from decimal import Decimal

import numpy as np
import pytest

from beholder.cli import run
from beholder.collection import Library
from beholder.errors import UserError
from beholder.locator import Locator
from beholder.offers import Wishes, read_currency, read_length, read_rates, size_text
from beholder.types import Details, Item, Judgement, Work
from helpers.makers import encoded, noise

OFFERS = (  # name, price, size, status
    ("cheap", "1500 DKK", "60 x 80 cm", ""),
    ("dear", "2500 DKK", "60 x 80 cm", ""),
    ("wide", "900 DKK", "w 120 x h 90 cm", ""),
    ("euro", "100 EUR", "60 x 80 cm", ""),
    ("asked", "Pris efter aftale", "60 x 80 cm", ""),
    ("taken", "1200 DKK", "60 x 80 cm", "sold"),
    ("vague", "1900 DKK", "80 x 110 cm", ""),
)


def item(**told) -> Item:
    work = told.pop("work", None)
    return Item(1, "x", Locator.parse("file:/x"), "0" * 64, 4, 3, {}, details=Details(**told), work=work)


def dkk(amount: int, **more) -> Item:
    return item(price=100 * amount, currency="DKK", **more)


UP_TO = Wishes(max_price=Decimal(2000), currency="DKK")


@pytest.mark.parametrize(
    ("offer", "part", "why"),
    [
        (dkk(2000), "fits", ""),
        (dkk(2001), "misses", ""),
        (item(), "unknown", "no price"),
        (item(price=10000, currency="EUR"), "currency", "price in EUR"),
        (item(terms="on request"), "unknown", "price on request"),
        (item(terms="free"), "fits", ""),
        (dkk(900, terms="negotiable"), "fits", ""),
        (dkk(900, availability="reserved"), "sold", "reserved"),
        (dkk(900, work=Work((1,), unlisted=True)), "sold", "no longer listed"),
        (dkk(9000, availability="sold"), "misses", ""),
    ],
)
def test_a_price_fits_misses_or_is_not_known(offer, part, why):
    assert UP_TO.part_of(offer) == (part, why)


@pytest.mark.parametrize(
    ("sides", "part"),
    [
        ({"width_mm": 1000.0, "height_mm": 3000.0}, "fits"),
        ({"width_mm": 1010.0, "height_mm": 200.0}, "misses"),
        ({"long_mm": 990.0, "short_mm": 500.0}, "fits"),
        ({"long_mm": 1200.0, "short_mm": 1100.0}, "misses"),
        ({"long_mm": 1200.0, "short_mm": 800.0}, "unknown"),
        ({"long_mm": 900.0, "short_mm": 500.0, "frame_long_mm": 1100.0, "frame_short_mm": 1050.0}, "misses"),
        ({}, "unknown"),
    ],
)
def test_a_width_is_of_what_hangs_and_only_taken_for_known_where_it_is(sides, part):
    told = {"width_mm": None, "height_mm": None} | sides
    if told["width_mm"]:
        told |= {
            "long_mm": max(told["width_mm"], told["height_mm"]),
            "short_mm": min(told["width_mm"], told["height_mm"]),
        }
    assert Wishes(max_width=1000.0).part_of(item(**told))[0] == part


def test_of_two_sides_it_is_said_which_may_be_the_width():
    told = item(long_mm=1000.0, short_mm=700.0)
    assert Wishes(max_width=900.0).part_of(told) == ("unknown", "70 or 100 cm wide, not said which")
    assert Wishes(min_height=900.0).part_of(told) == ("unknown", "70 or 100 cm high, not said which")
    assert Wishes(max_width=900.0).part_of(item()) == ("unknown", "no size")


def test_prices_are_converted_by_given_rates_alone(tmp_path):
    euro = item(price=25000, currency="EUR")
    path = tmp_path / "rates.csv"
    path.write_text("currency,rate\nEUR,7.46\nSEK,0.65\n")
    wishes = Wishes(max_price=Decimal(2000), currency="DKK", rates=read_rates(path))
    assert (wishes.part_of(euro), wishes.converted(euro.details)) == (("fits", ""), "≈ 1,865 DKK")
    assert UP_TO.part_of(euro)[0] == "currency"
    path.write_text("currency,rate\nEUR,a lot\n")
    with pytest.raises(UserError, match="line 2"):
        read_rates(path)


@pytest.mark.parametrize(
    ("text", "mm"), [("100cm", 1000), ("1000 mm", 1000), ("40in", 1016), ("1,2 m", 1200), ('8"', 203.2)]
)
def test_lengths_have_units(text, mm):
    assert read_length(text) == pytest.approx(mm)


@pytest.mark.parametrize("text", ["100", "cm", "0cm", "-5cm", "100 miles", ""])
def test_what_is_no_length_is_refused_with_a_sentence(text):
    with pytest.raises(UserError, match="100cm"):
        read_length(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("kroner", "did you mean DKK or NOK?"),
        ("DKR", "did you mean DKK?"),
        ("EUO", "did you mean EUR?"),
        ("XYZ", "unknown currency 'XYZ'. A currency is a code of three letters"),
    ],
)
def test_a_currency_that_there_is_not_is_refused_with_the_nearest(text, hint):
    assert read_currency(" dkk") == "DKK"
    with pytest.raises(UserError) as refused:
        read_currency(text)
    assert hint in str(refused.value)


def test_a_size_is_told_with_its_frame():
    told = Details(width_mm=400, height_mm=505, frame_long_mm=620.0, frame_short_mm=520.0)
    assert size_text(told) == "40 × 50.5 cm, frame 62 × 52 cm"


@pytest.fixture
def shop(tmp_path, capsys):
    """A collection of offers, ranked for somebody who has chosen among them."""
    with (tmp_path / "items.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["item", "file", "title", "price", "size", "status", "place", "link"])
        for at, (name, price, size, status) in enumerate(OFFERS):
            (tmp_path / f"{name}.jpg").write_bytes(encoded(noise(120, 90, at), "JPEG"))
            rows.writerow([name, f"{name}.jpg", name, price, size, status, "Ribe", f"https://shop.example/{name}"])
    assert run(["import", str(tmp_path), "--into", "shop", "--encoder", "classic"]) == 0
    library, rng = Library(), np.random.default_rng(0)
    ada = library.store.add_person("ada")
    art = library.collection("shop")
    ratings = [Judgement("rating", (item.id,), f"r{item.id}", value=float(rng.integers(1, 10))) for item in art.items]
    library.store.record(ada.id, art.row.id, ratings)
    library.close()
    capsys.readouterr()

    def rank(*more: str):
        capsys.readouterr()
        code = run(["rank", "shop", "--person", "ada", *more])
        return code, capsys.readouterr()

    return rank


def parts(told) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in told:
        found.setdefault(one["part"], set()).add(one["item"])
    return found


def test_a_shortlist_holds_what_fits_and_apart_what_nobody_knows(shop):
    code, said = shop("--max-price", "2000", "--currency", "dkk", "--max-width", "100cm", "--json")
    assert code == 0
    told = json.loads(said.out)
    assert parts(told) == {"fits": {"cheap"}, "unknown": {"euro", "asked", "vague"}, "sold": {"taken"}}
    cheap = told[0]
    assert (cheap["offer"]["price"], cheap["offer"]["currency"], cheap["offer"]["place"]) == (1500.0, "DKK", "Ribe")
    assert (cheap["offer"]["link"], cheap["cost"]) == ("https://shop.example/cheap", 1500.0)
    why = {one["item"]: one["apart"] for one in told}
    assert (why["euro"], why["asked"]) == ("price in EUR", "price on request")
    assert why["vague"] == "80 or 110 cm wide, not said which"


def test_the_table_has_price_size_place_and_link_and_the_rest_below(shop, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # into a file or a pipe nothing is folded
    assert "https://shop.example/cheap" in shop()[1].out
    code, said = shop("--max-price", "2000", "--currency", "DKK")
    assert code == 0
    assert "1,500 DKK" in said.out
    assert "https://shop.example/cheap" in said.out
    fits, _, apart = said.out.partition("Price in another currency: 1")
    euro, _, unknown = apart.partition("Price not known: 1")
    assert ("taken" not in fits, "price in EUR" in euro, "asked" in unknown) == (True, True, True)
    assert "Sold, reserved or no longer listed: 1" in unknown


def test_the_sheet_holds_the_shortlist_with_links(shop, tmp_path):
    code, _ = shop("--max-price", "2000", "--currency", "DKK", "--html", str(tmp_path / "list.html"))
    text = (tmp_path / "list.html").read_text("utf-8")
    assert code == 0
    assert 'href="https://shop.example/cheap"' in text
    assert text.index("shop.example/cheap") < text.index("Price in another currency") < text.index("shop.example/euro")
    assert text.index("shop.example/euro") < text.index("Price not known") < text.index("shop.example/asked")
    assert text.index("Sold, reserved") < text.index("shop.example/taken")
    assert "up to 2,000 DKK" in text
    assert "60 × 80 cm" in text.replace("80 × 60", "60 × 80")
    assert "shop.example/dear" not in text


def test_sold_works_can_be_left_out_and_the_currency_must_be_clear(shop, tmp_path):
    _, said = shop("--max-price", "2000", "--currency", "DKK", "--hide-sold", "--json")
    assert "sold" not in parts(json.loads(said.out))
    code, said = shop("--max-price", "2000")
    assert code != 0
    assert "--currency" in said.err
    code, said = shop("--max-price", "2000", "--currency", "XYZ")
    assert (code, "unknown currency 'XYZ'" in said.err) == (2, True)
    code, said = shop("--min-price", "3000", "--max-price", "500", "--currency", "DKK")
    assert (code, "--min-price is more than --max-price" in said.err) == (2, True)
    rates = tmp_path / "rates.csv"
    rates.write_text("currency;rate\nEUR;7.46\n")
    _, said = shop("--max-price", "2000", "--currency", "DKK", "--rates", str(rates), "--json")
    assert "euro" in parts(json.loads(said.out))["fits"]


def test_without_wishes_a_ranking_is_what_it_was(shop):
    _, said = shop("--json")
    told = json.loads(said.out)
    assert len(told) == len(OFFERS)
    assert all("part" not in one for one in told)


def test_the_command_line_sorts_and_says_what_comes_last(shop):
    code, said = shop("--sort", "price", "--json")
    prices = [one["columns"]["price"] for one in json.loads(said.out)]
    assert (code, prices[:4]) == (0, ["900 DKK", "1200 DKK", "1500 DKK", "1900 DKK"])
    assert set(prices[-2:]) == {"100 EUR", "Pris efter aftale"}
    assert "2 with no known price in DKK come last" in said.err
    code, said = shop("--sort", "size-high", "--where", "status=", "--min-height", "85cm", "--json")
    assert (code, {one["item"] for one in json.loads(said.out) if one["part"] == "fits"}) == (0, {"wide"})
    code, said = shop("--sort", "cheap")
    assert (code, "price-high" in said.err) == (2, True)
