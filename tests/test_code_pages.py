"""Which code page a table is in that says none: by the letters of its words."""

import pytest

from beholder.details import read_details
from beholder.sources import open_source
from beholder.text import as_text, decoded

TABLES = {  # as shops of each country write them, a few rows long
    "cp1250": {
        "Czech": (
            "název;autor;popis\nPodzim ve Vysočině;J. Dvořák;olej na plátně, v původním rámu\nZátiší s džbánem;;kvaš"
        ),
        "Slovak": (
            "názov;opis\n"
            "Zimná krajina;olej na plátne, značené vľavo dole\n"
            "Štúdia hláv;kresba uhľom\n"
            "Hrad;akvarel, rám čierny"
        ),
        "Polish": (
            "tytuł;technika\n"
            "Martwa natura z dzbanem;olej na płótnie\n"
            "Pejzaż zimowy;akwarela, papier żeberkowy\n"
            "Łąka;olej"
        ),
        "Hungarian": (
            "cím;leírás\n"
            "Tükröződés;olaj, vászon, jelzés nélkül\n"
            "Őszi erdő;festőművész hagyatékából\n"
            "Csendélet gyümölccsel;tűzzománc"
        ),
        "Croatian": (
            "naziv;opis\n"
            "Mrtva priroda s voćem;ulje na platnu, drveni okvir, uokvireno staklom, ručno rađeno\n"
            "More;tuš, žuti šešir"
        ),
        "Slovene": (
            "naslov;opis\n"
            "Jesenski gozd;olje na platnu, podpisano spodaj, čipkast okvir\n"
            "Cvetoče češnje;akvarel, lesen okvir, črno-bela"
        ),
        "Romanian": (
            "titlu;descriere\n"
            "Natură moartă cu floarea-soarelui;ulei pe pânză, înrămat\n"
            "Iarna la ţară;acuarelă\n"
            "Şatră;guaşă"
        ),
    },
    "cp1251": {
        "Russian": "название;цена\nОсенний лес;12 000 руб.\n",
        "Ukrainian": "назва;опис\nЗимовий вечір;олія, полотно\nЇжак;акварель",
    },
    "cp1254": {
        "Turkish": ("başlık;açıklama\nBoğaz'da akşam;tuval üzerine yağlı boya\nNatürmort;suluboya, çerçeveli, imzalı"),
    },
    "cp1257": {
        "Lithuanian": (
            "pavadinimas;aprašymas\n"
            "Rudens peizažas;aliejus, drobė, įrėmintas\n"
            "Natiurmortas;akvarelė, pasirašyta dešinėje"
        ),
        "Latvian": (
            "nosaukums;apraksts\n"
            "Ziemas ainava;eļļa, audekls, ierāmēta\n"
            "Klusā daba ar ķiršiem;akvarelis, parakstīts lejā\n"
            "Nakts pilsētā;ogles zīmējums, šķirts, pašportrets, smilšu krāsā"
        ),
    },
    "cp1252": {
        "Danish": (
            "titel;pris\n"
            "Skovsø ved Silkeborg;1.200 kr\n"
            "Måneskin over Øresund;olie på lærred\n"
            "Fårehyrde, i ægte træramme;900"
        ),
        "Swedish": "titel;pris\nSommar på Öland;500 kr\nSkärgård med båtar;olja på duk",
        "German": "Titel;Preis\nStraße in München;Öl auf Leinwand, größer als üblich, 300 €",
        "French": "titre;prix\nLa forêt à l’aube;huile sur toile, signée, encadrée\nÉté;où naît la rivière",
        "Italian": "titolo;prezzo\nCittà al tramonto;olio su tela, perché è già in cornice\nPiù mare;virtù",
        "Spanish": "título;precio\nOtoño en la montaña;óleo sobre lienzo, 60 × 80 cm, ¿original? Sí",
        "Portuguese": "título;preço\nPôr do sol na praia;óleo sobre tela, edição única, corações\nMãe;aquarela",
        "Dutch": "titel;prijs\nKoeien aan de beek;olieverf, ruïne, geïnspireerd, één",
        "Icelandic": "heiti;verð\nHaustlitir við Þingvelli;olía á striga",
        "Estonian": "pealkiri;hind\nSügisõhtu järve ääres;õli lõuendil",
        "several": (
            "title;artist\n"
            "Paysage d’été;René\n"
            "Skov;Søren Ødegård\n"
            "Otoño;José Muñoz\n"
            "Sée;Jürgen Groß\n"
            "Nº 4;£300, 2 m²\n"
            "Mão;João"
        ),
        "a few names": "title;artist\nSea;Sørensen\nCity;Genève\nHouse;José\n",
        "no word": "title;price\nSea;£300\nSky;½ of 2 m²\n",
    },
}
CASES = [(page, text) for page, texts in TABLES.items() for text in texts.values()]
NAMES = [language for texts in TABLES.values() for language in texts]


@pytest.mark.parametrize(("page", "text"), CASES, ids=NAMES)
def test_a_table_without_a_mark_is_read_in_the_code_page_of_its_language(tmp_path, page, text):
    data = text.encode(page)
    file = tmp_path / "table.csv"
    file.write_bytes(data)
    assert decoded(file) == text
    assert as_text(data) == text


SHOPS = [
    (
        *("cp1250", "Cím;Ár;Méret;Kép\nTükröződés;85 000 Ft;40 x 60 cm;https://a.hu/1.jpg\nŐszi tűzfény;;;\n"),
        *("Tükröződés", 8500000, "HUF", 600),
    ),
    (
        *("cp1250", "Tytuł;Cena;Wymiary;Zdjęcie\nŁąka o świcie;1 200 zł;40 x 60 cm;https://a.pl/1.jpg\nŻuraw;;;\n"),
        *("Łąka o świcie", 120000, "PLN", 600),
    ),
    (
        *("cp1254", "Başlık;Fiyat;Ölçü;Resim\nBoğaz'da akşam ışığı;12.500 TL;50x70 cm;https://a.com.tr/1.jpg\n"),
        *("Boğaz'da akşam ışığı", 1250000, "TRY", 700),
    ),
]


@pytest.mark.parametrize(
    ("page", "text", "title", "price", "currency", "long_mm"), SHOPS, ids=["Hungarian", "Polish", "Turkish"]
)
def test_a_shop_s_table_gives_its_works(tmp_path, page, text, title, price, currency, long_mm):
    file = tmp_path / "works.csv"
    file.write_bytes(text.encode(page))
    one, *_ = open_source(file, tmp_path / "workspace").find()
    told = read_details(one.columns)
    assert (told.title, told.price, told.currency, told.long_mm) == (title, price, currency, long_mm)
