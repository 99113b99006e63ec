"""Prices in many languages: read where they are sure, never a wrong amount."""

import csv
from pathlib import Path

import pytest

from beholder.currencies import country_of
from beholder.money import Price, is_another_sum, read_price

with (Path(__file__).parent / "data" / "prices.csv").open(encoding="utf-8") as stream:
    TOLD = list(csv.DictReader(stream, delimiter=";"))


def read(row) -> Price:
    return read_price(row["text"], [row["currency"]], country_of(row["site"]))


def wanted(row) -> Price:
    return Price(int(row["price"]) if row["price"] else None, row["code"] or None, row["terms"])


def test_prices_of_ten_languages_are_read():
    assert len(TOLD) >= 100
    assert len({row["language"] for row in TOLD}) >= 8
    right = [read(row) == wanted(row) for row in TOLD]
    assert sum(right) >= 0.95 * len(TOLD)


def test_no_price_is_wrong():
    wrong = [row["text"] for row in TOLD if read(row).amount and read(row)[:2] != wanted(row)[:2]]
    assert not wrong


@pytest.mark.parametrize("mark", ["+", "-", "~", "<", ">", "≤", "±", "?", "%", "/", "ca. ", "før ", "2 x ", "1 / 2 "])
def test_a_mark_that_changes_the_amount_is_not_passed_over(mark):
    assert read_price(f"{mark}300 €").amount is None


@pytest.mark.parametrize("words", ["Free delivery", "gratis levering", "Kostenloser Versand", "livraison gratuite"])
def test_what_is_sent_for_nothing_is_not_given_away(words):
    assert read_price(words) == (None, None, "")
    assert read_price(f"200 € {words}") == read_price(f"{words}, 200 €") == (20000, "EUR", "")
    assert read_price(f"{words} over 200 €").amount is None


@pytest.mark.parametrize("behind", ["/stk", " - 400 €", " each", " per m²", " off", " %", "ish", " 1", " pr. stk."])
def test_words_behind_that_change_the_amount_are_not_passed_over(behind):
    assert read_price(f"300 €{behind}").amount is None


def test_a_sign_of_several_currencies_needs_the_country():
    assert read_price("500 kr") == Price()
    assert [read_price("500 kr", country=land).currency for land in ("dk", "se", "no", "de")] == [
        "DKK",
        "SEK",
        "NOK",
        None,
    ]
    assert read_price("500 kr", ["SEK"], "dk") == Price(50000, "SEK", "")
    assert read_price("$500", ["EUR"], "us") == Price()


def test_the_country_of_a_site_is_in_its_name():
    sites = ["www.dba.dk", "WWW.FINN.NO.", "www.tradera.com", "shop.com.au", "example.com", "dk", ""]
    assert [country_of(site) for site in sites] == ["dk", "no", "se", "au", "", "", ""]


def test_sizes_in_the_text_are_no_amounts():
    assert read_price("70x100 cm 900 kr", country="dk").amount == 90000
    assert read_price("Maleri, 40 cm, 900 kr", country="dk").amount == 90000
    assert read_price("70x100 cm", country="dk") == Price()


@pytest.mark.parametrize("text", ["9" * 400 + " €", "1 " * 90 + "€", "€" * 300, "1e309 €", "kr" * 80])
def test_a_strange_text_takes_no_time(text):
    assert read_price(text) == Price()


RESULTS = (
    "Hammer price", "Price achieved", "Sold price", "Price paid", "Valuation", "Buyer's premium",
    "Erzielter Preis", "Rufpreis", "Limitpreis", "Prix d'adjudication", "Vendu", "Precio de martillo",
    "Prezzo di aggiudicazione", "Hammarpris", "Tilslagspris", "Mindstepris", "Vasarahinta", "Hamerprijs",
    "Opbrengst", "Cena młotkowa", "Cena uzyskana", "Dosažená cena", "Vydraženo", "落札額", "낙찰가", "시작가", "추정가",
    "배송비", "Итоговая цена", "Начальная цена", "Эстимейт", "Çekiç fiyatı",
)  # fmt: skip


@pytest.mark.parametrize("words", RESULTS)
def test_what_a_work_went_for_or_begins_at_is_no_price_asked(words):
    assert is_another_sum(f"{words}: ", "")


@pytest.mark.parametrize("words", ["Price", "Our price", "Preis", "Prix", "Pris", "Cena", "Цена", "Fiyat", "販売価格"])
def test_a_label_of_a_price_says_nothing_else(words):
    assert not is_another_sum(f"{words}: ", "")
