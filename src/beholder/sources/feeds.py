"""Feeds from files: RSS, Atom, feeds of products, sitemaps, also packed. Each entry with a picture is a work."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from beholder.errors import BadInput
from beholder.sources.addresses import web_address
from beholder.sources.found import NEEDS_NETWORK, Broken, Found, More, unique
from beholder.sources.listing import Listing, found_of, without_tags
from beholder.sources.saved import SavedPictures, folders_of
from beholder.text import bytes_of, shown

PACKED = b"\x1f\x8b"  # how gzip begins
_MOST_BYTES = 64 * 1024**2  # also unpacked
_MOST_DEEP = 5  # sitemaps in each other
_MOST_NESTED = 100
_ENTRIES = {"item", "entry", "url"}
_PICTURES = {"image_link", "additional_image_link", "thumbnail", "content", "enclosure", "image"}
_OF_OTHERS = {"shipping", "installment", "subscription_cost", "tax", "loyalty_program", "source"}  # sums, and a feed
_FIELDS = {
    "price": "price", "sale_price": "sale", "availability": "availability", "creator": "artist", "artist": "artist",
    "condition": "condition", "material": "medium", "rights": "rights", "license": "rights", "copyright": "rights",
    "location": "place",
}  # fmt: skip


class FeedSource:
    """The entries of a feed that have a picture, with it where it lies beside.

    Parameters
    ----------
    more
        fetches the sitemaps that an index names; None: nothing is fetched
    """

    def __init__(self, path: Path, workspace: Path, more: More | None = None) -> None:
        self.path, self.workspace, self.more = path, workspace, more
        self._plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
        self.title = self._plain.stem

    def find(self) -> Iterator[Found | Broken]:
        """raises : BadInput where the file is no feed, or cannot be read"""
        pictures = SavedPictures(
            self.path.parent, self.workspace, beside=folders_of(self._plain), of=shown(self.path.name)
        )
        found = list(_entries(self.path, set(), _MOST_DEEP, self.more))
        if not found:
            raise BadInput(f"'{shown(self.path.name)}' is no feed with entries: RSS, Atom or a sitemap was wanted")
        yield from unique(found_of(found, pictures))


def _entries(path: Path, seen: set[Path], depth: int, more: More | None) -> Iterator[Listing | Broken]:
    seen.add(path)
    root = _read(path)
    name = _name(root)
    if name not in ("rss", "feed", "rdf", "urlset", "sitemapindex", "channel", "items", "products"):
        raise BadInput(
            f"'{shown(path.name)}' is no feed: RSS, Atom or a sitemap was wanted, this is <{shown(name, 40)}>"
        )
    if name == "sitemapindex":
        for part in root.iter():
            if _name(part) == "loc":
                yield from _further(path, (part.text or "").strip(), seen, depth, more)
        return
    rights = next((part.text or "" for part in root.iter() if _name(part) in ("copyright", "rights")), "")
    for part in root.iter():
        if _name(part) in _ENTRIES and len(part):
            yield _entry(part, rights)


def _further(path: Path, address: str, seen: set[Path], depth: int, more: More | None) -> Iterator[Listing | Broken]:
    """A sitemap that an index names, where it lies beside or can be fetched."""
    name = address.partition("?")[0].rpartition("/")[2].strip(".\0") or "?"
    names = [path.with_name(one) for one in (name, name.removesuffix(".gz"), f"{name}.gz")]
    beside = next((one for one in names if one.is_file()), names[0])
    try:
        if more is not None and depth > 0 and not beside.is_file():
            beside = more(address)
        if beside in seen:
            return
    except BadInput as reason:
        yield Broken(shown(address), f"it was not fetched: {reason}")
        return
    if depth <= 0 or not beside.is_file():
        yield Broken(shown(address), f"{NEEDS_NETWORK}: the index names it, and no file beside is called so")
        return
    try:
        yield from _entries(beside, seen, depth - 1, more)
    except BadInput as reason:
        yield Broken(shown(address), str(reason))


def _entry(entry: Element, rights: str) -> Listing:
    listing = Listing()
    said: dict[str, str] = {"rights": rights}
    words, small = "", list[str]()
    for part in _parts(entry):
        name, text = _name(part), (part.text or "").strip()
        if name in ("title", "caption") and text:
            said.setdefault("title", without_tags(text))
        elif name in ("link", "loc", "guid"):
            _note_link(listing, part, name, text)
        elif name in ("description", "summary", "encoded") or (name == "content" and text):
            words = max(words, text, key=len)
        elif name == "sale_price_effective_date":
            said["sale"] = f"{said.get('price', '')} / {said.get('sale', '')}"  # which holds now, the feed does not say
        elif name in _FIELDS and text:
            field = _FIELDS[name]
            text = f"{text} {part.get('currency', '')}".strip() if field == "price" else text
            is_other = field in ("price", "sale") and said.get(field, text) != text
            said[field] = f"{said[field]} / {text}" if is_other else text
        elif name == "img":
            listing.pictures.append((part.get("src") or "").strip())
        if name in _PICTURES and (picture := _picture(part, text)):
            (small if name == "thumbnail" else listing.pictures).append(picture)
    listing.pictures += small
    for image in LexborHTMLParser(words).css("img[src]") if "<" in words else ():
        listing.pictures.append((image.attributes.get("src") or "").strip())
    said["price"] = said.pop("sale", "") or said.get("price", "")
    amount, _, currency = said["price"].rpartition(" ")
    if amount and len(currency) == 3 and currency.isalpha():
        said |= {"price": amount, "currency": currency}
    listing.pictures = list(dict.fromkeys(filter(None, listing.pictures)))
    listing.say("page data", description=words, **said)
    return listing


def _parts(entry: Element) -> Iterator[Element]:
    """All that is said of the work itself."""
    yield entry
    for part in entry:
        if _name(part) not in _OF_OTHERS:
            yield from _parts(part)


def _note_link(listing: Listing, part: Element, name: str, text: str) -> None:
    address = web_address(part.get("href") or text) or ""
    if name == "link" and part.get("rel") == "enclosure":
        if (part.get("type") or "image/").startswith("image/"):
            listing.pictures.append(address)
    elif name == "loc" and listing.link:  # of an image within
        listing.pictures.append(address)
    elif address and not listing.link and part.get("rel", "alternate") == "alternate" and not _is_mere_id(part):
        listing.link = address


def _is_mere_id(part: Element) -> bool:
    """A guid that says that it is no address."""
    return part.get("isPermaLink", "true") == "false"


def _picture(part: Element, text: str) -> str:
    """The reference in an element that may hold a picture."""
    reference = part.get("url") or (text if "/" in text and "<" not in text and " " not in text else "")
    kind, medium = part.get("type") or "", part.get("medium") or ""
    if (kind and not kind.startswith("image/")) or medium not in ("", "image"):
        return ""
    return reference


def _name(element: Element) -> str:
    """Without its namespace."""
    return element.tag.rpartition("}")[2].lower()


def _read(path: Path) -> Element:
    """The tree of an XML file that declares no entities. raises : BadInput"""
    data = _unpacked(path, bytes_of(path, "feed", _MOST_BYTES))
    builder, parser, open_now = TreeBuilder(), expat.ParserCreate(namespace_separator="}"), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal open_now
        open_now += 1
        if open_now > _MOST_NESTED:
            raise BadInput(f"'{shown(path.name)}' is nested more than {_MOST_NESTED} deep")
        builder.start(tag, {name.rpartition("}")[2]: text for name, text in attributes.items()})

    def end(tag: str) -> None:
        nonlocal open_now
        open_now -= 1
        builder.end(tag)

    def refuse(*declared: object) -> None:
        raise BadInput(f"'{shown(path.name)}' declares entities, which no feed needs; it is refused")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data.lstrip(b" \t\r\n"), True)
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"'{shown(path.name)}' cannot be read as XML: {shown(str(error))}") from error


def _unpacked(path: Path, data: bytes) -> bytes:
    """raises : BadInput where it is damaged, or unpacks to more than a feed may have"""
    if not data.startswith(PACKED):
        return data
    try:
        with gzip.open(BytesIO(data)) as stream:
            data = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"'{shown(path.name)}' is packed as gzip, and damaged") from error
    if len(data) > _MOST_BYTES:
        raise BadInput(f"'{shown(path.name)}' is over {_MOST_BYTES >> 20} MB when unpacked, too large for a feed")
    return data
