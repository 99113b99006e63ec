"""Cards: the parts of a page that each show one work, with a link, a picture and a few words.

A card is the largest part of a page in which all links lead to one other page, and in which a picture is. Of some sites
the classes are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.currencies import country_of
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.listing import Listing
from beholder.sources.markup import Images
from beholder.sources.parts import LISTS, availability_of, place_of, price_of, size_of, title_of


class _Kind(NamedTuple):
    """How the cards of a site are made, as CSS selectors."""

    card: str
    title: str = ""
    price: str = ""
    place: str = ""
    link: str = ""  # attribute of the card
    home: str = ""  # the site's address, for a page that does not tell its own


_KNOWN = (
    _Kind(
        "article.sf-search-ad, div.sf-search-ad", "h2, h3", "", "span.truncate"
    ),  # dba.dk, finn.no, blocket.se, tori.fi
    _Kind(
        "article.aditem, article[data-adid]",
        "h2",
        "[class*='price-shipping--price'], [class*='--price']",
        "[class*='top--left']",
        "data-href",
        "https://www.kleinanzeigen.de/",
    ),
    _Kind("li.s-item, li.s-card", ".s-item__title, .s-card__title", ".s-item__price, .s-card__price", ""),  # ebay
    _Kind(
        "li.hz-Listing", ".hz-Listing-title", ".hz-Listing-price", ".hz-Listing-location"
    ),  # marktplaats.nl, 2dehands.be
    _Kind("div.feed-grid__item, div.new-item-box__container", "", "[data-testid$='price-text']", ""),  # vinted
    _Kind(
        "[data-qa-id='aditem_container']",
        "[data-qa-id='aditem_title']",
        "[data-qa-id='aditem_price']",
        "[data-qa-id='aditem_location']",
    ),
)
_ASIDE = frozenset({"nav", "header", "footer"})
_WHOLE = frozenset({"html", "body", "main"})
_LONGEST = 1500  # characters of a card
_DEEPEST = 60
_ADVERTISED = "Shop on eBay"
_MOST_CARDS = 5000


def find(tree: LexborHTMLParser, base: str, site: str, images: Images, scripts: Mapping[int, Listing]) -> list[Listing]:
    """The cards of a page, in its order.

    Parameters
    ----------
    scripts
        what JSON-LD says of pictures, by the number of its script: some stand in a card
    """
    country = country_of(site)
    for kind in _KNOWN:
        nodes = tree.css(kind.card)[:_MOST_CARDS]
        if nodes:
            home = base or kind.home
            found = [_read(node, _link_of(node, kind, home), kind, country, images, scripts) for node in nodes]
            return [one for one in found if one is not None]
    own = plain_address(base) if base else ""
    for pictures in (images.all(), images.behind()):
        listings = [
            _read(node, target, _Kind(""), country, images, scripts)
            for target, node in _by_target(tree, base, pictures).items()
            if plain_address(target) != own
        ]
        if found := [one for one in listings if one is not None]:
            return found[:_MOST_CARDS]
    return []


def _link_of(card: LexborNode, kind: _Kind, base: str) -> str:
    told = (card.attributes.get(kind.link) if kind.link else "") or ""
    anchors = [anchor.attributes.get("href") or "" for anchor in card.css("a[href]")]
    return next((address for one in (told, *anchors) if one and (address := web_address(one, base))), "")


def _by_target(tree: LexborHTMLParser, base: str, images: Iterable[LexborNode]) -> dict[str, LexborNode]:
    """Where the links of a page lead -> the part that shows what is there.

    The largest in which all links lead there, and what is around it as long as no other picture is: the words of a work
    may stand beside a link to its seller.
    """
    shown = _numbers(images)
    leads: dict[int, str | None] = {}  # of a part: where all of its links lead, None: to several pages
    chains: dict[str, list[LexborNode]] = {}
    addresses: dict[str, str | None] = {}
    for anchor in tree.css("a[href]"):
        href = anchor.attributes.get("href") or ""
        if href.startswith("#"):
            continue
        if href not in addresses:
            addresses[href] = web_address(href, base) or _page_elsewhere(href)
        target = addresses[href]
        chain = list(_parents(anchor))
        if any(node.tag in _ASIDE for node in chain):
            continue
        key = plain_address(target) if target and "://" in target else target or ""
        for node in chain:
            leads[node.mem_id] = key if leads.get(node.mem_id, key) == key else None
        if target:
            chains.setdefault(target, chain)
    found: dict[str, LexborNode] = {}
    seen: set[int] = set()
    for target, chain in chains.items():
        whole = chain[0]
        for node in chain[1:]:
            if leads[node.mem_id] is None or node.tag in _WHOLE:
                break
            whole = node
        pictures = shown.get(whole.mem_id, 0)
        if not pictures or whole.mem_id in seen:
            continue
        seen.add(whole.mem_id)
        for node in _parents(whole):
            if shown[node.mem_id] > pictures or node.tag in LISTS or len(node.text(deep=True)) > _LONGEST:
                break
            whole = node
        found[target] = whole
    return found


def _numbers(images: Iterable[LexborNode]) -> dict[int, int]:
    """How many pictures each part shows."""
    shown: dict[int, int] = {}
    for image in images:
        for node in _parents(image):
            shown[node.mem_id] = shown.get(node.mem_id, 0) + 1
    return shown


class Surroundings:
    """What stands around each picture of a page without links, up to the next picture."""

    def __init__(self, images: Images, site: str) -> None:
        self._shown, self._country = _numbers(images.all()), country_of(site)

    def tell(self, listing: Listing, image: LexborNode) -> None:
        """Say what stands around this picture."""
        whole = image
        for node in _parents(image):
            if self._shown[node.mem_id] > 1 or node.tag in _WHOLE or len(node.text(deep=True)) > _LONGEST:
                break
            whole = node
        if whole.text(deep=True).strip():
            _say(listing, whole, _Kind(""), title_of(whole, ""), self._country)


def _page_elsewhere(href: str) -> str | None:
    """The page that a link names where it leads to no public one: on this disk, in a network of one's own."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    there = parts.scheme in ("", "http", "https") and parts.path.strip("/")
    return urlunsplit(("", "", parts.path, parts.query, "")) if there else None


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    """The node, and what it stands in."""
    one: LexborNode | None = node
    for _ in range(_DEEPEST):
        if one is None or not one.tag:
            return
        yield one
        one = one.parent


def _read(
    card: LexborNode, link: str, kind: _Kind, country: str, images: Images, scripts: Mapping[int, Listing]
) -> Listing | None:
    inside = [scripts[node.mem_id] for node in card.css("script") if node.mem_id in scripts]
    pictures = [*images.inside(card), *(one for listing in inside for one in listing.pictures)]
    title = title_of(card, kind.title) or next((listing.title() for listing in inside), "")
    if not pictures or not title or title == _ADVERTISED:
        return None
    listing = Listing(pictures=pictures, link=link if link.startswith(("http://", "https://")) else "", nodes=[card])
    _say(listing, card, kind, title, country)
    return listing


def _say(listing: Listing, card: LexborNode, kind: _Kind, title: str, country: str) -> None:
    listing.say(
        "card",
        title=title,
        price=price_of(card, kind.price, title, country),
        availability=availability_of(card),
        place=place_of(card, kind.place),
        size=size_of(card, title),
    )
