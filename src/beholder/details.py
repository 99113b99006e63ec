"""Typed metadata of a picture (title, artist, price, size ...), from columns with usual names in several languages.

What may be meant in two ways is not read (`money.py`, `sizes.py`). The raw text is kept beside
it and is what people see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from beholder.cells import Marks, NotANumber, number
from beholder.currencies import codes_of, country_of
from beholder.dates import read_date
from beholder.money import Price, read_price
from beholder.size_words import UNFRAMED
from beholder.sizes import Size, Sizes, read_sizes
from beholder.types import Details

T = TypeVar("T")

_NAMES = {  # the first that is there and says something counts
    "title": "title titel titre título titulo titolo otsikko tytuł název názov naziv naslov cím titlu pavadinimas "
    "nosaukums başlık название タイトル 作品名 heading overskrift rubrik",
    "artist": "artist painter creator photographer künstler kuenstler künstlerin maler artiste peintre artista pintor "
    "pittore kunstner kunstenaar schilder konstnär konstnar taiteilija artysta malarz malíř umělec художник 作家 作者",
    "price": "price preis prix precio prezzo pris prijs hinta cena preço preț preţ cijena ár kaina fiyat "
    "цена 価格 价格",
    "currency": "currency währung waehrung devise monnaie moneda divisa valuta waluta měna moeda валюта 通貨",
    "year": "year jahr année annee anno año aar jaar år rok ano год 制作年",
    "place": "place location city ort standort stadt lieu ville lugar ubicación ciudad luogo città sted "
    "plaats stad plats beliggenhed paikkakunta miejsce místo город",
    "link": "link url href lien enlace länk odkaz permalink",
    "site": "site website",
    "width": "width breite largeur ancho anchura larghezza bredde breedte bredd szerokość šířka largura ширина 幅 横",
    "height": "height höhe hoehe hauteur alto altura altezza højde hoogte höjd høyde wysokość výška высота 高さ 縦",
    "size": "size dimensions größe groesse maße masse format medidas tamaño dimensioni misure størrelse mål afmetingen "
    "formaat storlek mått lysmål koko wymiary rozměry rozmery dimenzije matmenys dimensões tamanho dimensiuni "
    "méret boyut ölçü izmērs размер размеры サイズ 寸法 尺寸",
    "frame": "frame framed rammemål rahmenmaß rammått rahmen gerahmt ramme indrammet ram inramad cadre encadré cornice "
    "marco lijst moldura rám rama",
    "description": "description beschreibung beskrivelse beskrivning descripción descrizione omschrijving kuvaus opis "
    "popis descrição описание 説明",
    "availability": "availability status verfügbarkeit disponibilité disponibilidad disponibilità beschikbaarheid "
    "dostępność dostupnost disponibilidade",
    "taken": "datetaken taken datetimeoriginal datephotographed aufnahmedatum aufgenommen",
    "rights": "rights licence license copyright rechte lizenz droits derechos diritti rettigheder rechten",
}
_AVAILABLE = {
    "sold": "sold soldout outofstock oos discontinued solgt verkauft vendu vendue venduto venduta vendido vendida "
    "verkocht såld sålt myyty sprzedane prodáno prodané eladva vândut продано udsolgt ausverkauft épuisé esaurito "
    "agotado uitverkocht slutsåld utsolgt 売約済 完売 売切 売り切れ 売却済 已售 售罄 판매완료 품절 esgotado esgotada "
    "sprzedany sprzedana wyprzedane prodaný prodaná vyprodáno elkelt vândută продана satıldı tükendi "
    "πουλήθηκε loppuunmyyty",
    "reserved": "reserved reserveret reserviert réservé réservée riservato reservado gereserveerd reserverad reservert "
    "varattu zarezerwowane "
    "rezerwacja rezervováno забронировано foglalt rezervat rezerve 商談中 予約済",
    "for sale": "instock limitedavailability instoreonly onlineonly presale preorder available forsale tilsalg "
    "verfügbar disponible disponibile beschikbaar",
}
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "inches": 25.4, '"': 25.4, "″": 25.4}
_LONGEST = 100_000.0  # mm
_SAME = 0.02
_YEARS = range(1000, 2101)

_FIELD = {name.casefold(): (field, at) for field, names in _NAMES.items() for at, name in enumerate(names.split())}
_STATE = {word: state for state, words in _AVAILABLE.items() for word in words.split()}
_GAP = re.compile(r"[\s_\-()\[\]/:]+")
_LENGTH = re.compile(r"(?P<number>[\d.,]+)\s*(?P<unit>[a-z\"″]*)", re.IGNORECASE | re.ASCII)
_METRES = re.compile(r"(milli|centi)met(?:er|re)s?")
_YEAR = re.compile(r"(\d{4})(?:\.0)?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")


def read_details(columns: Mapping[str, str]) -> Details:
    """Parameters
    ----------
    columns
        header -> text, as `Item.columns`. What is not sure stays None.
    """
    cells = _by_field(columns)
    link = link_in(columns)
    prices, terms = _prices(cells, link)
    amount = _one({(price.amount, price.currency) for price in prices}) or (None, None)
    sizes = _sizes(cells)
    works, frames = {s.work for s in sizes if s.work}, {s.frame for s in sizes if s.frame}
    work, frame = _one(works), _one(frames)
    across = _side([*(_length(*cell) for cell in cells.get("width", ())), *(s.width for s in works if s.width)])
    up = _side([*(_length(*cell) for cell in cells.get("height", ())), *(s.height for s in works if s.height)])
    long, short = (max(across, up), min(across, up)) if across and up else _sides(work)
    said_of = {field: texts[0][0] for field, texts in cells.items()}
    return Details(
        title=said_of.get("title"),
        artist=said_of.get("artist"),
        price=amount[0],
        currency=amount[1],
        width_mm=across,
        height_mm=up,
        year=_one({_year(text) for text, _ in cells.get("year", ())}),
        place=said_of.get("place"),
        link=link,
        long_mm=long,
        short_mm=short,
        frame_width_mm=frame.width if frame else None,
        frame_height_mm=frame.height if frame else None,
        frame_long_mm=_sides(frame)[0],
        frame_short_mm=_sides(frame)[1],
        terms=terms,
        availability=_availability(said_of),
        rights=said_of.get("rights"),
    )


def said(columns: Mapping[str, str], field: str) -> str:
    """The text of the first column with a usual name of this field, one of `_NAMES`; "" where there is none."""
    return next((text for text, _ in _by_field(columns).get(field, ())), "")


def taken_in(columns: Mapping[str, str]) -> datetime | None:
    """When the source says that a photograph was taken."""
    return next((taken for name in _taken(tuple(columns)) if (taken := read_date(columns[name]))), None)


@lru_cache(256)
def _taken(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these columns that say when a photograph was taken."""
    return tuple(name for name in headers if field_of(name) == "taken")


def field_of(header: str) -> str:
    """The field that a column of this name says something of, one of `_NAMES`; "" where it is none."""
    known = _named(header)
    return known[0] if known else ""


def link_in(columns: Mapping[str, str]) -> str | None:
    """The address of the picture's own page; only http(s), whatever the source says."""
    for text, _ in _by_field(columns).get("link", ()):
        try:
            parts = urlsplit(text)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc:
            return text
    return None


def _by_field(columns: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """field -> (text, the unit or currency that the column's name tells) of its columns, the most usual first."""
    found: dict[str, list[tuple[int, bool, str, str]]] = {}
    for header, text in columns.items():
        if text.strip() and (known := _named(header)) is not None:
            field, at, unit = known
            found.setdefault(field, []).append((at, header not in _NAMES[field].split(), text.strip(), unit))
    return {
        field: [(text, unit) for _, _, text, unit in sorted(told, key=lambda one: one[:2])]
        for field, told in found.items()
    }


@lru_cache(4096)  # a collection has few names of columns, and many pictures
def _named(header: str) -> tuple[str, int, str] | None:
    """(field, how usual, unit) of a column's name, as "Preis in EUR" or "width_cm"; None for any other."""
    words = list(filter(None, _GAP.split(header.casefold())))
    words = [
        word for at, word in enumerate(words, 1) if word != "in" or at == len(words)
    ]  # "Preis in EUR", "Size (in)"
    if (whole := "".join(words)) in _FIELD:
        return *_FIELD[whole], ""
    if not words or words[0] not in _FIELD or len(words) > 2:
        return None
    unit = words[1] if len(words) == 2 else ""
    if unit and not (codes_of(unit) if _FIELD[words[0]][0] == "price" else unit in _MILLIMETRES):
        return None
    return *_FIELD[words[0]], unit


def _one(readings: AbstractSet[T | None]) -> T | None:
    """What all columns agree on."""
    return next(iter(readings)) if len(readings) == 1 else None


def _prices(cells: Mapping[str, list[tuple[str, str]]], link: str | None) -> tuple[list[Price], str | None]:
    """(what each column says, the terms of the first that says some)."""
    currency = cells.get("currency", [("", "")])[0][0]
    site = cells.get("site", [("", "")])[0][0] or urlsplit(link or "").hostname or ""
    prices = [read_price(text, (unit, currency), country_of(site)) for text, unit in cells.get("price", ())]
    return prices, next((price.terms for price in prices if price.terms), None)


def _sizes(cells: Mapping[str, list[tuple[str, str]]]) -> list[Sizes]:
    """What columns of sizes say; where there are none, what title and description do."""
    sizes = [read_sizes(text, unit) for text, unit in cells.get("size", ())]
    framed = [read_sizes(text, unit) for text, unit in cells.get("frame", ())]
    if not any(one.work or one.frame for one in framed) and not all(
        UNFRAMED.match(t) for t, _ in cells.get("frame", ())
    ):
        return []  # nobody says whether the frame is within the size
    if not sizes and "width" not in cells and "height" not in cells:
        texts = [cells[field][0][0] for field in ("title", "description") if field in cells]
        sizes = [read_sizes(text) for text in texts]
    return [*sizes, *(Sizes(None, one.frame or one.work) for one in framed)]


def _side(told: list[float | None]) -> float | None:
    """What all say, of whom one may have rounded inches."""
    first = told[0] if told else None
    return first if first and all(one and abs(one - first) <= _SAME * first for one in told) else None


def _sides(size: Size | None) -> tuple[float | None, float | None]:
    return size.sides if size else (None, None)


def _length(text: str, unit: str) -> float | None:
    """In mm."""
    found = _LENGTH.fullmatch(text)
    return None if found is None else _in_mm(found["number"], {u for u in (found["unit"].lower(), unit) if u})


def _in_mm(text: str, units: set[Any]) -> float | None:
    try:
        unit = _METRES.sub(lambda found: found[1][0] + "m", _one(units) or "")
        value = number(text, Marks(comma=False, point=False)) * _MILLIMETRES[unit]
    except (NotANumber, KeyError):
        return None
    return round(value, 4) if 0 < value <= _LONGEST else None


def _availability(said_of: Mapping[str, str]) -> str | None:
    """What the source says of it; else what stands in the place of the price, or before the title."""
    told = re.sub(r"[\W_]+", "", said_of.get("availability", "").rpartition("/")[2]).casefold()
    if told in _STATE:
        return _STATE[told]
    for field in ("price", "title"):
        words = _WORD.findall(said_of.get(field, "")[:40])
        first = words[0] if words else ""
        state = _STATE.get(first.casefold())
        if state not in (None, "for sale") and (len(words) == 1 or (field == "title" and first.isupper())):
            return state
    return None


def _year(text: str) -> int | None:
    found = _YEAR.fullmatch(text)
    return int(found[1]) if found and int(found[1]) in _YEARS else None
