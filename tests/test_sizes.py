"""Sizes in many languages: of the work and of its frame, each side known where the source says which it is."""

import csv
from pathlib import Path

import pytest

from beholder.sizes import Size, Sizes, read_sizes

with (Path(__file__).parent / "data" / "sizes.csv").open(encoding="utf-8") as stream:
    TOLD = list(csv.DictReader(stream, delimiter=";"))


def pair(text: str) -> list[float]:
    return [float(number) for number in text.split("x")] if text else []


def size(sides: str, width: str = "", height: str = "") -> Size | None:
    if not sides:
        return None
    long, short = sorted(pair(sides), reverse=True)
    return Size(float(width) if width else None, float(height) if height else None, (long, short))


def wanted(row) -> Sizes:
    work = size(row["sides"], row["width"], row["height"])
    return Sizes(work, size(row["frame_sides"], *(row["frame"].split("x") if row["frame"] else ())))


def test_sizes_of_eight_languages_are_read():
    assert len(TOLD) >= 60
    assert len({row["language"] for row in TOLD}) >= 8
    wrong = [row["text"] for row in TOLD if read_sizes(row["text"]) != wanted(row)]
    assert len(wrong) <= 0.05 * len(TOLD), wrong


ODD = {  # text -> sides of the work, of the frame
    "121.92 cm (48 in) x 152.4 cm (60 in)": ("1219.2x1524", ""),
    "Height: 48 in (130 cm) Width: 60 in (170 cm)": ("", ""),
    'Maleri "Havet 40x30"': ("", ""),
    "„Meer 40x30”": ("", ""),
    '"Havet", 16" x 20"': ("406.4x508", ""),
    "2' x 3'": ("609.6x914.4", ""),
    "5'6\" x 4'": ("", ""),
    "5' 6\" x 4'": ("", ""),
    "'Sea 40x30'": ("", ""),
    "40x30 cm w/ glass": ("300x400", ""),
    "40x30 cm m/ramme": ("", "300x400"),
    "40x30 cm m. ramme": ("", "300x400"),
    "40x30 cm w/ frame": ("", "300x400"),
    "40x30 cm w/o frame": ("300x400", ""),
    "u. ramme 40x30 cm": ("300x400", ""),
    "m. Rahmen 50x40 cm": ("", "400x500"),
    "Ydermål 50x40, indermål 40x30 cm": ("300x400", "400x500"),
    "Außenmaß 50x40 cm, Innenmaß 40x30 cm": ("300x400", "400x500"),
    "50x70 cm not framed": ("500x700", ""),
    "nicht gerahmt 50x70 cm": ("500x700", ""),
    "non encadré 50x70 cm": ("500x700", ""),
    "con un marco 50x70 cm": ("", "500x700"),
    "uindrammet 50x70 cm": ("500x700", ""),
    "matted to 16x20 in": ("", ""),
    "two canvases 70x50 cm": ("", ""),
    "70x50 cm / stk": ("", ""),
    "60 x 80 cm pr. billede": ("", ""),
    "Ytterram 60x80 cm": ("", "600x800"),
    "Mount size 40 x 50 cm, image 20 x 30 cm": ("200x300", ""),
    "Lot of 3: 70x50 cm, 40x30 cm, 20x20 cm": ("", ""),
    "Framed oil, 40x30 cm": ("", ""),
    "Framed oil painting 40x30 cm": ("", ""),
    "Framed: 40x30 cm": ("", "300x400"),
    "Oil on canvas 40x30 cm, framed": ("", ""),
    "Gerahmtes Ölbild, 40x30 cm": ("", ""),
    "Akvarel i ramme. 40x30 cm": ("", ""),
    "Framed oil, 40x30 cm, in the frame 52x42 cm": ("300x400", "420x520"),
    "Oil on canvas, 40x30 cm, unframed": ("300x400", ""),
    "50x70 cm ramme følger ikke med": ("500x700", ""),
    "50x70 cm ramme medfølger": ("", ""),
    "50x70 cm ready to frame": ("500x700", ""),
    "50x70 cm, fits IKEA frame 60x80 cm": ("500x700", ""),
    "120x90 cm, shipping box 130x100 cm": ("900x1200", ""),
    "emballage 130x100 cm": ("", ""),
    "diptych 2 x (50 x 70 cm)": ("", ""),
    "3 dele à 40x60 cm": ("", ""),
    "two panels, each 50x70 cm": ("", ""),
    "40x30 cm each": ("", ""),
    "each panel 60 x 80 cm": ("", ""),
    "60 x 80 cm, diptych, each": ("", ""),
    "Triptych: center 60 x 80 cm; left 60 x 30 cm; right 60 x 30 cm": ("", ""),
    "Unframed: 20 x 16 in. (50.8 x 40.6 cm); Framed: 24 x 20 in. (61 x 50.8 cm)": ("406x508", "508x610"),
    "i alt 120x40 cm, 3 dele": ("400x1200", ""),
    "40x30 cm. Each painting is unique": ("300x400", ""),
    "each measuring 40x30 cm": ("", ""),
    "Hvert billede måler 50x70 cm": ("", ""),
    "cadauno 30x40 cm": ("", ""),
    "30x40 cm l'uno": ("", ""),
    "sæt af 2 plakater 30x40 cm": ("", ""),
    "Serie von 4, 30x40 cm": ("", ""),
    "2er-Set 70x50 cm": ("", ""),
    "3-teilig 70x50 cm": ("", ""),
    "2 szt. 70x50 cm": ("", ""),
    "Paar Gemälde 30x40 cm": ("", ""),
    "coppia di quadri 30x40 cm": ("", ""),
    "40x30 cm (x3)": ("", ""),
    "40x30cm x2": ("", ""),
    "(3x) 40 x 30 cm": ("", ""),
    "series of landscapes, 50 x 70 cm": ("500x700", ""),
    "Huile sur toile par Dupont 50x70 cm": ("500x700", ""),
    "Tre piger 50x70 cm": ("500x700", ""),
    "Ø40 x 5 cm": ("", ""),
    "Durchmesser: 40 x 4 cm": ("", ""),
    "50 til 60 x 70 cm": ("", ""),
    "50x70 til 70x100 cm": ("", ""),
    "under 50 x 70 cm": ("", ""),
    "Under the bridge 50x70 cm": ("500x700", ""),
    "Max Ernst 50x70 cm": ("500x700", ""),
    "fås også i 50x70 cm": ("", ""),
    "Fås i 40x50, 50x70 og 70x100 cm": ("", ""),
    "Str.: 50x70 cm. Fås også i 70x100 cm": ("500x700", ""),
    "auch in 50x70 cm erhältlich": ("", ""),
    "disponible en 30x40 cm": ("", ""),
    "Væg 300x250 cm": ("", ""),
    "wall 300 x 250 cm, painting 40x30 cm": ("300x400", ""),
    "Wall art canvas print 50x70 cm": ("500x700", ""),
    "sofaen er 200x90 cm": ("", ""),
    "passer til 50x70 cm": ("", ""),
    "passar ram 70x50 cm": ("", ""),
    "Guldrammen måler 80x60 cm": ("", "600x800"),
    "Goldrahmen 80x60 cm, Bild 70x50 cm": ("500x700", "600x800"),
    "guldram 80x60 cm": ("", "600x800"),
    "Leinwand auf Keilrahmen 70x50 cm": ("500x700", ""),
    "på blindramme 70x50 cm": ("500x700", ""),
    "Instagram print 50x70 cm": ("500x700", ""),
    "Rahmenfalz 70 x 50 cm": ("", ""),
    "indv. 70x50 cm, udv. 80x60 cm": ("500x700", "600x800"),
    "Utvendige mål 80x60 cm": ("", "600x800"),
    "s rámem 80x60 cm, bez rámu 70x50 cm": ("500x700", "600x800"),
    "kehys 80x60 cm": ("", "600x800"),
    "w/out frame 40x30 cm": ("300x400", ""),
    "auf Karton 70x50 cm": ("500x700", ""),
    "H 70 x H 50 cm": ("", ""),
    "70 x 50 cm2": ("", ""),
    "70х50 см": ("500x700", ""),
    "70 x 50 centimetres": ("500x700", ""),
    "Wymiary: 70 × 50 cm (w ramie: 85 × 65 cm)": ("500x700", "650x850"),
    "Obraz oprawiony 85x65 cm": ("", ""),
    "Indrammet maleri 50x70 cm": ("", ""),
    "Indrammet mål 50x70 cm": ("", "500x700"),
    "Zarámovaný obraz 50x70 cm": ("", ""),
    "s paspartou 50x60 cm": ("", ""),
    "マット 50x60cm": ("", ""),
    "６０×８０㎝": ("600x800", ""),
    "1998 x 50 cm": ("", ""),
    "1998 x 500 mm": ("500x1998", ""),
    "Dining table 80x60 cm": ("", ""),
    "Sofabord 80x60 cm": ("", ""),
    "Still life on a table 80x60 cm": ("600x800", ""),
    "Overall size 60x50 cm": ("500x600", ""),
    "Frame included. Overall size 60x50 cm": ("", ""),
    f"Gilded frame{', with a chip at a corner' * 5}. Overall size 60x50 cm": ("", ""),
    f"Gesamtgröße 60x50 cm. {'Signiert und datiert. ' * 5}Goldrahmen": ("", ""),
    "No frame. Overall size 60x50 cm": ("500x600", ""),
    "Overall: 60 x 50 cm; framed: 70 x 60 cm": ("500x600", "600x700"),
    "Set of 3 prints. Overall size 120x60 cm": ("600x1200", ""),
}


FRAMED = (
    "com moldura", "cu ramă", "çerçeveli", "s okvirom", "с рамой", "с багетом", "με κορνίζα", "含框", "額付き",
    "액자 포함", "フレーム付き", "zarámovaný", "amb marc", "raamiga", "keretben", "inramat", "innrammet", "met kader",
    "(w ramie)",
)  # fmt: skip
UNFRAMED = (
    "sem moldura", "não emoldurado", "fără ramă", "çerçevesiz", "bez okvira", "без рамы", "χωρίς κορνίζα", "无框",
    "액자 없음", "フレームなし", "nezarámovaný", "keretezetlen", "oinramat", "ikke innrammet", "zonder kader",
    "bez oprawy",
)  # fmt: skip


@pytest.mark.parametrize("words", FRAMED + UNFRAMED)
def test_a_frame_is_known_in_many_languages(words):
    read = read_sizes(f"50x70 cm {words}")
    assert (read.frame if words in FRAMED else read.work) == Size(None, None, (700, 500))
    assert None in read


NOT_OF_ONE_WORK = (  # of several, of a parcel, of what it fits, of another one, of a disc, of a thing
    "komplet 3 obrazów X", "każdy X", "X/szt", "tryptyk X", "wymiary paczki: X", "pasuje do ramy X", "dostępny też w X",
    "od X", "do X", "ściana X", "stół X", "sada 3 obrazů X", "X každý", "balík X", "pro rám X", "také v X",
    "conjunto de 3 quadros X", "X cada", "embalagem X", "para moldura X", "também disponível em X", "tríptico X",
    "3枚セットX", "各X", "梱包サイズ：X", "X(各)", "三連画 X", "三幅 X", "每幅X", "kolmen taulun sarja X", "X/kpl",
    "paketti X",
    "3 db-os szett X", "csomag mérete X", "keretbe X", "комплект из 3 картин X", "каждая X", "упаковка X",
    "для рамы X", "3'lü set X", "her biri X", "fiecare X", "tre tavlor X", "var och en X", "X styck", "drieluik X",
    "doos X", "past in lijst X", "3점 세트 X",
)  # fmt: skip


@pytest.mark.parametrize("text", [*NOT_OF_ONE_WORK, "średnica 50 x 3 cm", "průměr 50 x 3 cm", "直径50×3cm"])
def test_sizes_of_something_else_are_known_in_many_languages(text):
    assert read_sizes(text.replace("X", "50x70 cm")) == Sizes()


@pytest.mark.parametrize(
    "text",
    [
        "Obraz do salonu X",
        "Trzy gracje X",
        "Pôr do sol X",
        "Quadro de parede X",
        "Každý den u moře. X",
        "Картина маслом X",
        "油彩 X",
    ],
)
def test_words_like_those_take_no_size_away(text):
    assert read_sizes(text.replace("X", "50x70 cm")).work == Size(None, None, (700, 500))


@pytest.mark.parametrize("text", ODD)
def test_marks_that_may_mean_something_else_give_no_wrong_size(text):
    assert read_sizes(text) == Sizes(*(size(sides) for sides in ODD[text]))


def test_a_museum_writes_the_height_first():
    assert read_sizes("118.4 x 47.6 cm", height_first=True).work == Size(476, 1184, (1184, 476))
    assert read_sizes("B 118.4 x H 47.6 cm", height_first=True).work == Size(1184, 476, (1184, 476))


def test_the_same_size_in_two_units_is_one():
    assert read_sizes("20 × 16 in (50.8 × 40.6 cm)").work == Size(None, None, (508, 406))
    assert read_sizes("20 × 16 in (60.8 × 40.6 cm)") == Sizes()


def test_a_frame_is_not_smaller_than_its_picture():
    assert read_sizes("lysmål 52 x 62 cm, rammemål 40 x 50 cm") == Sizes()


@pytest.mark.parametrize("text", ["0 x 0 cm", "1/0 x 2 cm", "5 1/0 x 3 cm", "9" * 400 + " x 3 cm", "1.200 x 800 mm"])
def test_a_strange_size_is_none(text):
    assert read_sizes(text) == Sizes()


def test_a_long_description_takes_no_time():
    assert read_sizes("1 x " * 100_000) == Sizes()
    assert read_sizes("h " * 100_000) == Sizes()
    assert read_sizes("lysmål 40 x 50 cm. " + "Et maleri fra 1950 nr. 12. " * 10_000).work == Size(
        None, None, (500, 400)
    )


def test_sides_that_are_said_in_two_units_are_read_once():
    told = read_sizes("Height: 48 in (121.92 cm) Width: 60 in (152.4 cm) Depth: 2 in (5.08 cm)").work
    assert told == Size(1524.0, 1219.2, (1524.0, 1219.2))
