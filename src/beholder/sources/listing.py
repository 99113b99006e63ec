"""A listing: what a page or an export says of one work, by each of its readers, and the columns that become of it."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from beholder.details import read_details
from beholder.locator import Locator
from beholder.money import read_price
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.found import Broken, Found, SavedPage, plain_name
from beholder.sources.words import digits_of, sums_in
from beholder.text import shown

READERS = ("json-ld", "microdata", "opengraph", "page data", "card", "page")  # the first that says something counts
FIELDS = (  # in the order of the columns
    "title", "artist", "price", "currency", "availability", "place", "width", "height", "size", "frame", "year",
    "medium", "condition", "description", "rights", "credit", "link", "site",
)  # fmt: skip
_LONGEST = {"description": 2000, "title": 300, "rights": 1000}  # characters kept; of others
_LONG = 500
_MANY = 200  # pictures of one listing
_NO_PICTURE = "there is no picture of it that can be taken"

_SPACE = re.compile(r"[\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>|</?[a-zA-Z][^<>]*>")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s)[^.!?\n]*)*(?:[.!?\n]|$)")
_TELEPHONE = re.compile(
    r"(?<![\d,.])(?:\+|00)\d{1,3}[\s.\-/()]*(?:\d[\s.\-/()]{0,2}){6,13}"
    r"|(?<![\d,.x×])\(?0\d{1,5}\)?[\s./-]{0,3}\d(?:[\s./-]?\d){4,11}"
    r"|(?<![\d,.x×])\d{2}(?:[\s.-]\d{2}){3}(?!\d|[,.]\d)|(?<![\d,.x×])\d{3}[\s.-]\d{2}[\s.-]\d{3}(?!\d)"
    r"|(?<![\d,.x×/])\d{8,12}(?!\d|[,.]\d)|(?<![\d,.])\d{3}[-.\s]\d{3}[-.\s]\d{4}(?!\d)"
)
_REACH = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|\b(?:tlf|tel|telefon|telephone|phone|mobil|mobile|handy|whatsapp|sms|ring|call|"
    r"mail|e-mail)\b"
    r"[\s.:]*(?:nr\.?|no\.?|nummer|number)?[\s.:]*\+?\d",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"\b(tlf|tel|nr|no|ca|mob|inkl|str|mr|hr|fr|dr|st)\.(?=\s)", re.IGNORECASE)
_MACHINE = re.compile(r"\d{1,12}(?:\.(\d+))?", re.ASCII)


@dataclass(slots=True, eq=False)
class Listing:
    """One work, as it is told of.

    Attributes
    ----------
    said
        reader -> field -> text, one of READERS and FIELDS
    pictures
        references to its pictures as they are written, the best first
    link
        the absolute address of its own page, "" where none is told
    nodes
        of the page, where it stands
    wild
        as in `Found`; not so where a museum tells of it
    """

    said: dict[str, dict[str, str]] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)
    link: str = ""
    nodes: list[Any] = field(default_factory=list)
    wild: bool = True

    def say(self, reader: str, **fields: str) -> None:
        """Note what a reader says; nothing is said by an empty text."""
        told = self.said.setdefault(reader, {})
        for name, text in fields.items():
            if (text := tidy(text, _LONGEST.get(name, _LONG), by_sentence=name == "description")) and name not in told:
                told[name] = text

    def title(self) -> str:
        return next((told["title"] for told in self._in_order() if "title" in told), "")

    def is_another(self, other: Listing) -> bool:
        """Whether one reader tells of two works, by their titles and pictures."""
        titles = [
            (told["title"], other.said[of]["title"])
            for of, told in self.said.items()
            if "title" in told and "title" in other.said.get(of, {})
        ]
        return any(a != b for a, b in titles) and not set(self.pictures) & set(other.pictures)

    def take(self, other: Listing) -> None:
        """What another says of the same work; of two prices that one reader says, none counts."""
        for reader, told in other.said.items():
            mine = self.said.setdefault(reader, {})
            if "price" in mine and "price" in told and _money_in(mine) != _money_in(told):
                mine["price"] += f" / {told['price']}"
            for name, text in told.items():
                mine.setdefault(name, text)
        self.pictures += [one for one in other.pictures if one not in self.pictures]
        self.link = self.link or other.link
        self.nodes += other.nodes

    def columns(self, site: str = "") -> dict[str, str]:
        """Each field by the first reader that says it; what others say differently under a name of their own.

        Price and currency are of one reader, the first whose price can be read.
        """
        columns: dict[str, str] = {}
        price = self._price(site)
        others: dict[str, str] = {}
        readers = [reader for reader in READERS if self.said.get(reader)]
        for name in FIELDS:
            for reader in readers:
                text = self.said[reader].get(name, "")
                if not text or (name == "currency" and reader != price):
                    continue
                if name == "price" and reader != price:
                    others[f"price ({reader})"] = text
                elif name not in columns:
                    columns[name] = text
                elif text != columns[name] and name != "description":
                    others[f"{name} ({reader})"] = text
        if shorter := self._plainer_title():
            others["title (opengraph)"], columns["title"] = columns["title"], shorter
        if self.link:
            columns["link"] = self.link
        if site:
            columns["site"] = site
        kept = {name: text for name, text in others.items() if text != columns.get(name.partition(" (")[0])}
        return {**{name: columns[name] for name in FIELDS if name in columns}, **kept}

    def _plainer_title(self) -> str:
        """Where the page's title for links holds that of the work, with names of artist and site around: the latter."""
        first = next((reader for reader in READERS if "title" in self.said.get(reader, {})), "")
        whole = self.said[first]["title"] if first == "opengraph" else ""
        later = (self.said[reader].get("title", "") for reader in READERS if reader in self.said and reader != first)
        return next((text for text in later if len(text) > 2 and text in whole and text != whole), "")

    def _price(self, site: str) -> str:
        """The reader whose price counts: the first that tells one, unless another calls it an estimate or a bid."""
        with_price = {reader: self.said[reader] for reader in READERS if "price" in self.said.get(reader, {})}
        for reader, told in with_price.items():
            known = read_details(
                {"price": told["price"], "currency": told.get("currency", ""), "link": self.link, "site": site}
            )
            if known.price is not None:
                return next((r for r, other in with_price.items() if _is_none(told["price"], other["price"])), reader)
            if known.terms in ("free", "on request"):
                return reader
        return next(iter(with_price), "")

    def _in_order(self) -> Iterator[Mapping[str, str]]:
        return (self.said[reader] for reader in READERS if reader in self.said)


def _money_in(told: Mapping[str, str]) -> tuple[int | None, str | None]:
    known = read_details({name: told.get(name, "") for name in ("price", "currency")})
    return known.price, known.currency


def _is_none(price: str, other: str) -> bool:
    """Whether another text calls this sum an estimate or a bid."""
    return read_price(other).terms in ("estimate", "bid") and digits_of(price) in (
        digits_of(one.group()) for one in sums_in(other)
    )


def tidy(text: str, most: int = _LONG, by_sentence: bool = False) -> str:
    """Text of a page as one line: entities read, no control characters, no telephone numbers and mail addresses.

    Parameters
    ----------
    by_sentence
        leave out the whole sentence in which there is such a number: who is to be called stands there too
    """
    text = _CONTROL.sub("", html.unescape(text[: 20 * most]))
    if by_sentence:
        text = _TAG.sub(lambda found: "\n" if found.group()[1] in "b/" else "", text)
        sentences = _SENTENCE.findall(_ABBREVIATED.sub("\\1\u2024", text))  # another dot, which ends no sentence
        kept = [one for one in (sentence.replace("\u2024", ".") for sentence in sentences) if not _reaches(one)]
        text = " ".join(kept)
    else:
        text = _REACH.sub(" ", _TELEPHONE.sub(" ", text)) if any(map(str.isdigit, text)) or "@" in text else text
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _reaches(text: str) -> bool:
    return bool(_REACH.search(text) or _TELEPHONE.search(text))


def without_tags(text: str) -> str:
    """What HTML in a museum's answer says."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", text))).strip()


def money_said(value: Any, currency: Any = "") -> dict[str, str]:
    """Price and currency as a machine says them, in fields of a listing.

    A text such as "1.250", of which nobody knows whether it is thousands, is kept without its currency: it is not read.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return {}
    text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value).strip()
    said = {"price": text, "currency": first_text(currency)}
    found = _MACHINE.fullmatch(text)
    if found is None or found[1] is None or len(found[1]) <= 2:
        return said
    decimals = found[1].rstrip("0")
    if len(decimals) > 2 or (len(found[1]) == 3 and len(text) <= 7 and isinstance(value, str)):
        return {"price": text}
    return said | {"price": f"{text.partition('.')[0]}.{decimals.ljust(2, '0')}"}


def texts(value: Any) -> list[str]:
    """All texts in a value that may be one, a list of them, or an object with a name."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [str(value)]
    if isinstance(value, list):
        return [text for one in value[:_MANY] for text in texts(one)]
    if isinstance(value, dict):
        for key in ("name", "@value", "value", "title", "label", "text"):
            if key in value and (told := texts(value[key])):
                return told
    return []


def first_text(value: Any) -> str:
    return next(iter(texts(value)), "")


def name_for(listing: Listing, otherwise: str) -> str:
    """A name that stays the same when the page is saved again: by the listing's link, its title or its picture."""
    if listing.link:
        return plain_name(unquote(plain_address(listing.link)))[:300]
    picture = next((one for one in listing.pictures if not one.startswith("data:")), "")
    own = unquote(picture.partition("?")[0].rstrip("/").rpartition("/")[2])
    return plain_name(shown(listing.title() or own, 150)) or otherwise


def saved_page(data: str | bytes, listings: Iterable[Listing | Broken], address: str = "") -> SavedPage:
    """The page or export of these bytes, on which these works are listed."""
    digest = hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()
    links = (one.link for one in listings if isinstance(one, Listing) and one.link)
    return SavedPage(address, digest, frozenset(map(plain_address, links)))


class Places:
    """Where the bytes of referred pictures are; a kind of source has its own. This one knows the web alone."""

    def __init__(self, base: str = "") -> None:
        self.base = base

    def here(self, reference: str) -> Locator | None:
        """The picture on this disk."""
        return None

    def elsewhere(self, reference: str) -> str | None:
        """The address of the picture on the web."""
        return web_address(reference, self.base)


def found_of(
    listings: Iterable[Listing | Broken], places: Places, site: str = "", page: SavedPage | None = None
) -> Iterator[Found | Broken]:
    """The pictures of these listings: all that are on this disk; where none is, the first one by its address.

    page : on which they are listed
    """
    names: dict[str, int] = {}
    for number, listing in enumerate(listings, 1):
        if isinstance(listing, Broken):
            yield listing
            continue
        name = name_for(listing, f"{site or 'listing'} {number}")
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            name = f"{name} #{names[name]}"
        columns = listing.columns(site or (urlsplit(listing.link).hostname or ""))
        here = list(dict.fromkeys(place for one in listing.pictures[:_MANY] if (place := places.here(one)) is not None))
        if here:
            for at, place in enumerate(here, 1):
                yield Found(name if at == 1 else f"{name} ({at})", place, columns, page, listing.wild)
            continue
        away = list(dict.fromkeys(address for one in listing.pictures[:_MANY] if (address := places.elsewhere(one))))
        if not away:
            yield Broken(shown(listing.title() or name), _NO_PICTURE, shown(listing.title()))
            continue
        if len(away) > 1:
            columns["pictures"] = " ".join(away[:20])
        yield Found(name, Locator.parse(away[0]), columns, page, listing.wild)
