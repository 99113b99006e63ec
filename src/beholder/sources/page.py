"""A page that somebody saved: with its folder, in a single file, or as an archive (.mhtml)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.code_pages import code_page
from beholder.currencies import country_of
from beholder.details import read_details
from beholder.errors import BadInput
from beholder.json_reading import BadJson
from beholder.sources import cards
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.found import Broken, Found, unique
from beholder.sources.linked_data import linked_listings
from beholder.sources.listing import Listing, found_of, saved_page
from beholder.sources.loose_json import parse_loose
from beholder.sources.markup import Images, microdata, opengraph
from beholder.sources.merged import Merged
from beholder.sources.mhtml import read_mhtml, read_webarchive
from beholder.sources.parts import another_sum, other_parts, say_of_page
from beholder.sources.records import records
from beholder.sources.saved import SavedPictures, folders_of
from beholder.sources.scripts import page_data
from beholder.text import bytes_of, shown

_MOST_BYTES = 64 * 1024**2
_MOST_DEEP = 5000
_NESTED = re.compile(
    r"<(/?)(?:div|span|section|article|main|ul|ol|dl|table|b|i|em|strong|font|center|blockquote|form|g|\w+-\w+)\b",
    re.IGNORECASE,
)
_ARCHIVES = {".mhtml": read_mhtml, ".mht": read_mhtml, ".webarchive": read_webarchive}
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_LISTS = re.compile(r'"@type"\s*:\s*\[?\s*"(?:https?://schema\.org/)?(?:ItemList|CollectionPage|SearchResultsPage)"')
_PREFIX = re.compile(r'"(?:schema:|https?://schema\.org/)(?=\w+"\s*:)')  # of a key
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)\s*(\S+)|Page saved with SingleFile\s+url:\s*(\S+)")


class PageSource:
    """The works that a saved page shows, each with what the page says of it and with its pictures on this disk.

    Parameters
    ----------
    address
        where it was fetched from; "": the page says so itself, or nobody knows
    """

    def __init__(self, path: Path, workspace: Path, address: str = "") -> None:
        self.path, self.workspace, self.title, self.address = path, workspace, path.stem, address

    def find(self) -> Iterator[Found | Broken]:
        """raises : BadInput where the page cannot be read or shows no work; StoreError"""
        page = _Page(self.path, self.workspace, self.address)
        listings = page.listings()
        if not listings:
            yield Broken(shown(self.path.name), "no work for sale or on show, and no picture, is found on this page")
            return
        told = saved_page(page.text, listings, page.address)
        yield from unique(found_of(listings, page.pictures, page.site, told))


class _Page:
    """A page as it was read. raises : BadInput"""

    def __init__(self, path: Path, workspace: Path, address: str = "") -> None:
        parts: Mapping[str, Callable[[], bytes]] = {}
        read = _ARCHIVES.get(path.suffix.lower())
        data = bytes_of(path, "page", 4 * _MOST_BYTES if read else _MOST_BYTES)
        if read:
            data, address, parts = read(data, path.name)
            if len(data) > _MOST_BYTES:
                raise BadInput(f"'{shown(path.name)}' is over {_MOST_BYTES >> 20} MB, too large for a page")
        self.text = html_text(data)
        if _is_too_deep(self.text):
            raise BadInput(f"'{shown(path.name)}' is nested more than {_MOST_DEEP:,} deep; it is refused")
        self.tree = LexborHTMLParser(self.text)
        self.address = web_address(address) or self._own_address()
        self.site = (urlsplit(self.address).hostname or "") if self.address else ""
        base = self.tree.css_first("base[href]")
        self.base = web_address((base.attributes.get("href") or "") if base else "", self.address) or self.address
        self.pictures = SavedPictures(path.parent, workspace, self.base, parts, folders_of(path), of=shown(path.name))
        self.images = Images(self.tree, self.text, self.pictures)

    def _own_address(self) -> str:
        if found := _SAVED_FROM.search(self.text[:20_000]):
            address = web_address(found[1] or found[2])
            if address:
                return address
        for selector, attribute in (
            ("link[rel=canonical]", "href"),
            ("meta[property='og:url']", "content"),
            ("link[rel=alternate][hreflang=x-default]", "href"),
        ):
            node = self.tree.css_first(selector)
            if node is not None and (address := web_address(node.attributes.get(attribute) or "")):
                return address
        return ""

    def listings(self) -> list[Listing]:
        """What all readers say, works told twice taken together."""
        works, weak = self._linked()
        shown_works = microdata(self.tree, self.images)
        for listing in shown_works:
            for said in listing.said.values():
                if "price" in said:
                    said["price"] = another_sum(listing.nodes[0], [], listing.title(), said["price"]) or said["price"]
        for listing in (*works, *weak, *shown_works):
            listing.link = web_address(listing.link, self.base) or ""
        found = Merged()
        for listing in works:
            found.add(listing)
        for listing in shown_works:
            found.add(listing, alone=len(shown_works) == 1)
        data = self._data()
        for listing in data:
            if found.all:
                found.enrich(listing, alone=len(data) == 1)
        scripts = {node.mem_id: listing for listing in weak for node in listing.nodes}
        told = cards.find(self.tree, self.base, self.site, self.images, scripts)
        self._as_one(found, told)
        others: list[Listing] = []
        is_list = len(found.all) != 1 or _LISTS.search(self.text) is not None
        for listing in told:
            if is_list:
                found.add(listing)
            elif not found.enrich(listing):
                others.append(listing)
        if not works and not shown_works:
            known = bool(found.all)
            for listing in data:
                if not found.enrich(listing, alone=len(data) == 1) and not known:
                    found.add(listing)
        self._own(found, weak, others)
        if not found.all:
            return self._pictures_alone()
        return found.all

    def _as_one(self, found: Merged, told: list[Listing]) -> None:
        """Take the page for that of one work, where it shows its price, or itself beside another one's card."""
        if found.all:
            return
        parts, seen = self._of_others(told), Listing()
        say_of_page(seen, self.tree, country_of(self.site), parts)
        own = opengraph(self.tree) or Listing()
        known = read_details({**seen.said["page"], "site": self.site})
        told_price = known.price is not None or known.terms is not None
        priced = own.pictures and (told_price or "price" in own.said["opengraph"])
        similar = {node.mem_id for part in other_parts(self.tree) for node in (part, *part.css("*"))}
        all_similar = all(
            any(node.mem_id in similar for node in (one, *one.css("*"))) for listing in told for one in listing.nodes
        )
        if not priced and not (len(told) == 1 or known.availability or all_similar):
            return
        named = {one for one, words, _ in self.images.with_words() if words.casefold() == seen.title().casefold() != ""}
        shown_here = list(self.images.of_page(self.base, self.address, parts))
        places = {web_address(one, self.base) for one in own.pictures}
        sold = len(told) == 1 and known.availability and seen.title() and seen.title() in own.title()
        shows = sold or any(all_similar or one in named or web_address(one, self.base) in places for one in shown_here)
        leads_away = not any(self.address and plain_address(one.link) == plain_address(self.address) for one in told)
        if priced or (told and shows and leads_away):
            own.take(seen)
            own.link = web_address(own.link, self.base) or self.address
            found.add(own)

    def _of_others(self, told: list[Listing]) -> list[LexborNode]:
        """The parts of the page that show other works than its own."""
        return [*other_parts(self.tree), *(node for listing in told for node in listing.nodes)]

    def _own(self, found: Merged, weak: list[Listing], others: list[Listing]) -> None:
        """What the page says of itself, and pictures on it that lead nowhere else, where it shows one work."""
        told = opengraph(self.tree)
        if not found.all:
            for listing in weak:
                found.add(listing)
            if not found.all and told is not None and told.pictures:
                found.add(told)
        if len(found.all) != 1:
            return
        one = found.all[0]
        if told is not None and (not (told.link or self.address) or not one.link or self._is_same(told, one)):
            one.take(told)
        one.link = one.link or self.address
        parts = self._of_others(others)
        say_of_page(one, self.tree, country_of(self.site), parts)
        if self._is_about(one):
            shown_here = self.images.of_page(self.base, one.link, parts)
            one.pictures += [reference for reference in shown_here if reference not in one.pictures]

    def _is_same(self, told: Listing, one: Listing) -> bool:
        link = web_address(told.link, self.base) or ""
        return plain_address(link) == plain_address(one.link) or plain_address(self.address) == plain_address(one.link)

    def _is_about(self, one: Listing) -> bool:
        return not self.address or plain_address(self.address) == plain_address(one.link)

    def _linked(self) -> tuple[list[Listing], list[Listing]]:
        works: list[Listing] = []
        weak: list[Listing] = []
        for script in self.tree.css("script[type*='ld+json' i]"):
            try:
                told = parse_loose(_PREFIX.sub('"', script.text() or ""))
            except BadJson:
                continue
            strong, others = linked_listings(told, "json-ld")
            for listing in (*strong, *others):
                listing.nodes.append(script)
            works += strong
            weak += others
        return works, weak

    def _data(self) -> list[Listing]:
        """The works in the data that the page's scripts read."""
        found = [one for value in page_data(self.tree) for one in records(value, "page data", sure=False)]
        for listing in found:
            listing.link = web_address(listing.link, self.base) or ""
        return found

    def _pictures_alone(self) -> list[Listing]:
        """All pictures of a page that says nothing of works, with the words around; a single one with the page's."""
        parts = other_parts(self.tree)
        found, told = [], list(self.images.with_words(parts))
        around = cards.Surroundings(self.images, self.site)
        for reference, title, image in told:
            listing = Listing(pictures=[reference])
            if len(told) == 1:
                listing.link = self.address
                say_of_page(listing, self.tree, country_of(self.site), parts)
            else:
                around.tell(listing, image)
            listing.say("page", title=title)
            found.append(listing)
        return found


def _is_too_deep(text: str) -> bool:
    """Whether parts that close are open in each other far deeper than in any page: the parser's time grows "
    "with that."""
    depth = 0
    for closes in _NESTED.findall(text):
        depth += -1 if closes else 1
        if depth > _MOST_DEEP:
            return True
    return False


def html_text(data: bytes) -> str:
    """A page as text: by its byte order mark, UTF-8, what it says itself, its letters."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    said = _CHARSET.search(data[:4096])
    name = ""
    with suppress(LookupError):
        name = codecs.lookup(said[1].decode()).name if said else ""
    if name == "utf-8":
        text = data.decode(name, "replace")
        beyond = len(text) - len(text.encode("ascii", "ignore"))
        if 2 * text.count("\ufffd") <= beyond:  # cut or damaged, not another encoding
            return text
        name = ""
    name = "cp1252" if name in ("iso8859-1", "ascii") else name  # as browsers read it
    return data.decode(name or code_page(data), "replace")
