"""What a source says is read where it is sure, in several languages, and left alone where it is not."""

import pytest

from beholder.details import read_details
from beholder.types import Details


@pytest.mark.parametrize(
    ("columns", "amount"),
    [
        ({"price": "€1.250"}, (125000, "EUR")),
        ({"Price": "1,200.50", "currency": "USD"}, (120050, "USD")),
        ({"Preis": "1.250,5 €"}, (125050, "EUR")),
        ({"Preis in EUR": "450"}, (45000, "EUR")),
        ({"price_gbp": "99"}, (9900, "GBP")),
        ({"Prix": "1 200 €"}, (120000, "EUR")),
        ({"precio": "1.234.567 euros"}, (123456700, "EUR")),
        ({"Prezzo": "EUR 80"}, (8000, "EUR")),
        ({"pris": "500,- SEK"}, (50000, "SEK")),
        ({"prijs": "€ 75,–"}, (7500, "EUR")),
        ({"price": "CHF 1'500.00"}, (150000, "CHF")),
        ({"price": "JPY 12,000"}, (12000, "JPY")),
        ({"price": "US$ 20", "Preis": "20 USD"}, (2000, "USD")),
    ],
)
def test_a_price_is_read_in_minor_units(columns, amount):
    told = read_details(columns)
    assert (told.price, told.currency) == amount


@pytest.mark.parametrize(
    "header",
    [
        "tytuł;cena;waluta;szerokość;wysokość;rok;malarz",
        "název;cena;měna;šířka;výška;rok;umělec",
        "título;preço;moeda;largura;altura;year;artista",
        "название;цена;валюта;ширина;высота;год;художник",
        "タイトル;価格;通貨;幅;高さ;制作年;作者",
    ],
)
def test_columns_are_known_in_many_languages(header):
    told = read_details(
        dict(zip(header.split(";"), ("Sea", "450", "EUR", "60 cm", "80 cm", "1950", "Ada"), strict=True))
    )
    assert (told.title, told.price, told.currency, told.artist) == ("Sea", 45000, "EUR", "Ada")
    assert (told.width_mm, told.height_mm, told.year) == (600, 800, 1950)


@pytest.mark.parametrize(
    "columns",
    [
        {"price": text}
        for text in (
            "450", "$450", "500 kr", "ab 300 €", "300-400 €", "€ 300 or less", "on request", "sold", "0 €", "-5 €",
            "€ 1.2505", "€ 0.250", "€ 1.250.5000", "1,20,000 EUR", "€ 12 GBP", "€", "JPY 12.50", "€ 1.200.50", "²€",
        )
    ]
    + [{"price": "300 €", "currency": "USD"}, {"price": "300 €", "Preis": "400 €"}, {"unit price": "3 €"}],
)  # fmt: skip
def test_a_price_that_may_be_another_is_not_read(columns):
    told = read_details(columns)
    assert (told.price, told.currency) == (None, None)


@pytest.mark.parametrize(
    ("columns", "size"),
    [
        ({"width": "20 cm", "height": "30cm"}, (200, 300)),
        ({"Breite in cm": "20,5", "Höhe (mm)": "300"}, (205, 300)),
        ({"largeur_cm": "20", "hauteur_cm": "30.25"}, (200, 302.5)),
        ({"bredd": "2 m", "höjd": "10 in"}, (2000, 254)),
        ({"size": "H 30 x W 20 cm"}, (200, 300)),
        ({"Maße": "B: 20 cm × H: 30 cm"}, (200, 300)),
        ({"afmetingen": "30 x 30 cm"}, (300, 300)),
        ({"width": "640", "height": "480"}, (None, None)),
        ({"width": "640 px", "height": "1.200 mm"}, (None, None)),
        ({"size": "20 x 30 cm"}, (None, None)),
        ({"size": "H 20 cm x W 10 in"}, (None, None)),
        ({"size": "20 x 20 x 20 cm"}, (None, None)),
        ({"width": "20 cm", "Breite": "21 cm", "height": "0 cm"}, (None, None)),
        ({"width cm": "20 mm"}, (None, None)),
    ],
)
def test_a_size_is_read_where_unit_and_direction_are_known(columns, size):
    told = read_details(columns)
    assert (told.width_mm, told.height_mm) == size


@pytest.mark.parametrize(
    ("text", "year"), [("1890", 1890), ("1890.0", 1890), ("c. 1890", None), ("1890-95", None), ("90", None)]
)
def test_a_year_is_four_digits(text, year):
    assert read_details({"Jahr": text}).year == read_details({"année": text}).year == year


def test_words_are_read_in_several_languages_and_the_english_name_counts_first():
    assert read_details({"Titel": "Meer", "title": "Sea", "Künstler": "Ada", "Ort": "Wien"}) == Details(
        title="Sea", artist="Ada", place="Wien"
    )
    assert read_details({"Título": "Mar", "artista": " Ada ", "lugar": ""}) == Details(title="Mar", artist="Ada")


def test_only_a_link_of_the_web_is_one():
    assert read_details({"link": "javascript:alert(1)", "url": "https://a.org/1"}).link == "https://a.org/1"
    assert read_details({"href": "https:///nowhere", "lien": "ftp://a.org"}).link is None


def test_nothing_is_known_of_other_columns():
    assert read_details({"file": "a.jpg", "family": "sea", "name": "x", "price list": "3 €"}) == Details()


def test_the_site_of_the_link_says_which_crowns():
    told = read_details({"pris": "1.250,00 kr.", "link": "https://www.dba.dk/item/1"})
    assert (told.price, told.currency) == (125000, "DKK")
    assert read_details({"pris": "1.250 kr.", "site": "www.blocket.se"}).currency == "SEK"
    assert read_details({"pris": "1.250 kr.", "link": "https://example.com/1"}).price is None


@pytest.mark.parametrize(
    ("columns", "terms", "availability"),
    [
        ({"price": "1.200 € VB"}, "negotiable", None),
        ({"pris": "Pris efter aftale"}, "on request", None),
        ({"pris": "Gives væk", "status": "https://schema.org/InStock"}, "free", "for sale"),
        ({"price": "Sold"}, None, "sold"),
        ({"price": "300 €", "availability": "http://schema.org/SoldOut"}, None, "sold"),
        ({"price": "Prodáno"}, None, "sold"),
        ({"price": "Udsolgt"}, None, "sold"),
        ({"price": "Cena na dotaz"}, "on request", None),
        ({"title": "SOLGT - Maleri"}, None, "sold"),
        ({"title": "Sold Out, a painting"}, None, None),
        ({"status": "Reserveret"}, None, "reserved"),
    ],
)
def test_what_is_said_instead_of_a_price_is_kept_as_what_it_is(columns, terms, availability):
    told = read_details(columns)
    assert (told.terms, told.availability) == (terms, availability)


def test_the_sides_are_known_where_the_direction_is_not():
    told = read_details({"title": "Maleri, 70x100 cm"})
    assert (told.width_mm, told.height_mm, told.long_mm, told.short_mm) == (None, None, 1000, 700)
    told = read_details({"width": "50 cm", "height": "70 cm", "title": "20x30 cm"})
    assert (told.width_mm, told.height_mm, told.long_mm, told.short_mm) == (500, 700, 700, 500)


def test_the_frame_is_told_apart_from_the_work():
    told = read_details({"title": "Havet, lysmål 40 x 50 cm, rammemål 52 x 62 cm"})
    assert (told.long_mm, told.short_mm, told.frame_long_mm, told.frame_short_mm) == (500, 400, 620, 520)
    told = read_details({"size": "H 40 x B 50 cm", "rammemål": "H 52 x B 62 cm"})
    assert (told.width_mm, told.frame_width_mm, told.frame_height_mm) == (500, 620, 520)


@pytest.mark.parametrize("header", ["frame", "Rahmen", "moldura"])
@pytest.mark.parametrize(("said", "long_mm"), [("yes", None), ("oak", None), ("no", 500), ("nein", 500)])
def test_of_a_work_in_a_frame_nobody_knows_whose_the_size_is(header, said, long_mm):
    assert read_details({"size": "50 x 40 cm", header: said}).long_mm == long_mm


def test_a_size_that_is_said_rounded_too_is_one():
    told = read_details({"size": "H. 24 x W. 20 in. (61 x 50.8 cm)", "width": "508 mm", "height": "610 mm"})
    assert (told.width_mm, told.height_mm) == (508, 610)
    assert read_details({"Size (in)": "20 x 24"}).long_mm == 609.6


@pytest.mark.parametrize("said", ["Esgotado", "売り切れ", "satıldı", "Vyprodáno", "Продана", "已售", "Elkelt", "품절"])
def test_what_is_sold_is_known_in_many_languages(said):
    assert read_details({"availability": said}).availability == "sold"


def test_rights_are_a_detail():
    assert read_details({"title": "Sea", "rights": "CC0"}).rights == "CC0"
