"""A CSV of paths: one picture a row, further columns kept. Also the `items.csv` of the plain folder format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from beholder.csv_reading import CsvText, Record
from beholder.details import field_of, link_in
from beholder.errors import BadInput
from beholder.locator import Locator
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.found import Broken, Found, plain_name, unique
from beholder.sources.listing import tidy
from beholder.sources.paths import Paths
from beholder.text import Encoding, blocks_of, encoding_of, shown

_PATH_COLUMNS = ("file", "path", "image", "filename")  # the first of these that is there holds the paths
_MORE_PATH_COLUMNS = (  # else the first of these: exports of shops
    *("image_url", "imageurl", "image_urls", "images", "image url", "image link", "image_link", "picture", "pictures"),
    *(
        "picture_url",
        "photo",
        "photos",
        "photo_url",
        "billede",
        "billeder",
        "bild",
        "bilder",
        "foto",
        "fotos",
        "bildurl",
    ),
    *(
        "imagen",
        "imagenes",
        "immagine",
        "immagini",
        "afbeelding",
        "afbeeldingen",
        "kuva",
        "zdjęcie",
        "zdjęcia",
        "obrázek",
        "imagem",
        "imagens",
        "obrázok",
        "slika",
        "kép",
        "imagine",
        "nuotrauka",
        "attēls",
        "resim",
        "фото",
        "画像",
        "thumbnail",
        "img",
    ),
    *("primaryimage", "image_src", "billed-url", "photo url", "picture url"),
)
_PRIVATE = re.compile(  # columns that say who sells, and how to reach them
    r"(?:seller|sælger|verkäufer|vendeur|vendedor|venditore|verkoper|säljare|selger|sprzedawca|prodejce|продавец|出品者|user|username|owner|"
    r"contact|kontakt)"
    r"(?:[ _-]?(?:name|navn|id|person|url|info|phone|email))?|e?-?mail|(?:tele)?phone(?:[ _-]?number)?|"
    r"telefon(?:nummer)?|"
    r"tlf\.?|mobile?|handy|téléphone|teléfono|telefono|телефон|電話番?号?"
)
_NAME_COLUMN = "item"
_MAX_LINES = 1_100_000
_MAX_COLUMNS = 1000
MAX_CELLS = 5_000_000  # kept of all pictures together
_SEVERAL = re.compile(r"[\s|;]+|,(?=\s*https?:)")
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableOfPaths:
    """A table understood, its rows not yet read.

    Attributes
    ----------
    path
        the table; paths in it are relative to its folder
    header
        column names, stripped; "" for a column without one, which is not kept
    """

    path: Path
    encoding: Encoding
    header: tuple[str, ...]
    delimiter: str
    path_column: int
    name_column: int | None

    @classmethod
    def read(cls, path: Path) -> TableOfPaths:
        """Raises
        ------
        BadInput
            where it is no table, no encoding fits, or no column holds paths
        """
        path = path.absolute()
        encoding = encoding_of(path, _MAX_LINES)
        table = _rows_of(path, encoding)
        header = table.header
        _check_header(path, table)
        folded = [name.lower() for name in header]
        known = (*_PATH_COLUMNS, *_MORE_PATH_COLUMNS)
        at = next((folded.index(name) for name in known if name in folded), None)
        if at is None:
            has = shown(", ".join(filter(None, header))) or "columns without names"
            raise BadInput(f"'{shown(path.name)}' has no column {_wanted()}; it has: {has}. Rename the one of paths")
        name_at = folded.index(_NAME_COLUMN) if _NAME_COLUMN in folded else None
        return cls(path, encoding, tuple(header), table.delimiter, at, name_at)

    def find(
        self, *, inside: bool = False, see: Callable[[Found], object] = lambda one: None
    ) -> Iterator[Found | Broken]:
        """The rows, in the table's order.

        Parameters
        ----------
        inside
            refuse files that lie outside the table's folder, or lead there
        see
            told of each picture whose file is there, those too whose name appears twice
        """
        return unique(self._rows(inside, see))

    def _rows(self, inside: bool, see: Callable[[Found], object]) -> Iterator[Found | Broken]:
        paths, cells = Paths(self.path.parent, inside), 0
        for record in _rows_of(self.path, self.encoding, self.delimiter):
            if record.fault:
                yield Broken(record.where, re.sub("^it ", "the line ", record.fault))
                continue
            one = self._row(record, paths)
            if isinstance(one, Found):
                see(one)
            if isinstance(one, Found) and (cells := cells + len(one.columns)) > MAX_CELLS:
                raise BadInput(
                    f"'{shown(self.path.name)}' says more than {MAX_CELLS:,} things of its pictures; "
                    "keep fewer columns or split it"
                )
            yield one

    def _row(self, record: Record, paths: Paths) -> Found | Broken:
        row, width = record.cells, len(self.header)
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            wide = f"{len(row)} fields where the header has {width}"
            mark = "tab" if self.delimiter == "\t" else f"'{self.delimiter}'"
            return Broken(record.where, f"the line has {wide}; put quotes around fields that hold a {mark}")
        text, name = _cell(row, self.path_column), plain_name(_cell(row, self.name_column))
        if not text:
            return Broken(name or record.where, f"the column '{self.header[self.path_column]}' is empty")
        if "://" in text and _LINK.match(text):
            return self._on_the_web(text, name, record)
        path, reason, place = paths.find(text)
        name = name or paths.name(place)
        if path is None:
            return Broken(shown(name), reason)
        return Found(name, Locator.of(path), self._columns(row))

    def _columns(self, row: list[str]) -> dict[str, str]:
        """What the row says of the picture; nothing of its seller."""
        own = (self.path_column, self.name_column)
        return {
            h: _cell(row, i)
            for i, h in enumerate(self.header)
            if h and i not in own and not _PRIVATE.fullmatch(h.lower())
        }

    def _on_the_web(self, text: str, name: str, record: Record) -> Found | Broken:
        """A picture by its address, the first where there are several."""
        address = web_address(_SEVERAL.split(text, maxsplit=1)[0])
        if address is None:
            return Broken(name or record.where, "its picture is at no public address of the web")
        columns = self._columns(record.cells)
        columns |= {h: tidy(columns[h], 2000, by_sentence=True) for h in columns if field_of(h) == "description"}
        link = link_in(columns)
        name = name or plain_name(unquote(plain_address(link or address)))
        return Found(name, Locator.parse(address), columns, wild=True)


def _cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


class TableSource:
    """The pictures that a CSV lists; see `TableOfPaths`."""

    def __init__(self, path: Path) -> None:
        self.table = TableOfPaths.read(path)
        self.title = self.table.path.stem

    def find(self) -> Iterator[Found | Broken]:
        return self.table.find()


def _rows_of(path: Path, encoding: Encoding, delimiter: str = "") -> CsvText:
    return CsvText(blocks_of(path, encoding), _PATH_COLUMNS, delimiter, lenient=True)


def _check_header(path: Path, table: CsvText) -> None:
    """raises : BadInput"""
    if table.fault:
        raise BadInput(f"the header of '{shown(path.name)}' cannot be read: {shown(table.fault)}")
    if not table.header:
        raise BadInput(f"'{shown(path.name)}' is empty; a table with a column {_wanted()} was wanted")
    if len(table.header) > _MAX_COLUMNS:
        raise BadInput(f"'{shown(path.name)}' has {len(table.header):,} columns, over the limit of {_MAX_COLUMNS:,}")
    twice = sorted(name for name, times in Counter(table.header).items() if name and times > 1)
    if twice:
        raise BadInput(f"'{shown(path.name)}' has the column '{shown(twice[0])}' twice; rename one of them")


def _wanted() -> str:
    return ", ".join(_PATH_COLUMNS[:-1]) + " or " + _PATH_COLUMNS[-1]
