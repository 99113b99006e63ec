"""Cards: the parts of a page that each show one work, with a link, a picture and a few words.

A card is the largest part of a page in which all links lead to one other page, and in which a picture is. Of some sites
the classes are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.details import read_details
from beholder.money import country_of, is_another_sum, read_price
from beholder.sizes import Sizes, read_sizes
from beholder.sources.addresses import plain_address, web_address
from beholder.sources.listing import Listing
from beholder.sources.markup import Images


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
_PRICES = (
    "[itemprop='price'], [class*='price'], [class*='Price'], [data-testid*='price'], [data-testid*='Price'], "
    "[class*='pris'], "
    "[class*='preis'], [class*='prix'], [class*='precio'], [class*='prezzo'], [class*='prijs'], [class*='hinta']"
)
_STRUCK = re.compile(
    r"strike|old|was|before|original|line-through|rrp|uvp|unit|(?:ship|shipping|delivery|versand|fragt|frakt|postage|"
    r"cart|basket|total)[-_](?:price|cost|amount|preis|pris)",
    re.IGNORECASE,
)
_OLD = "s, del, strike, [class*='strike'], [class*='line-through']"
_PLACES = "[itemprop='addressLocality'], [class*='location'], [class*='Location'], [data-testid*='location']"
_HEADINGS = "h1, h2, h3, h4, h5, h6, [class*='title'], [class*='Title'], [data-testid*='title'], [itemprop='name']"
_WORDS = "span, p, div, strong, b, em, dd, td, li, small, ins, data, bdi, a"
_ASIDE = frozenset({"nav", "header", "footer"})
_WHOLE = frozenset({"html", "body", "main"})
_LISTS = _WHOLE | {"ul", "ol", "section", "table", "tbody"}
_LONGEST = 1500  # characters of a card
_UP_TO_NEXT = re.compile(r"([^\d+]*+)(?![\d])")  # words before another sum belong to that
_DIGIT = re.compile(r"\d")
_BIDS = re.compile(r"\b\d+\s+(?:gebote?|bids?|bud|enchères?|offerte|pujas?|biedingen)\b", re.IGNORECASE)
_SHORT = 60  # characters of a price in a card
_BADGE = 25
_LONGEST_TITLE = 150
_OF_PAGE_PLACE = "#viewad-locality, [itemprop='addressLocality']"
_OF_PAGE_DESCRIPTION = (
    "#viewad-description-text, [itemprop='description'], [class*='description'], [class*='Description']"
)
_DEEPEST = 60
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
    listings = []
    for target, node in _by_target(tree, base, images).items():
        if plain_address(target) != own:
            listings.append(_read(node, target, _Kind(""), country, images, scripts))
    return [one for one in listings if one is not None][:_MOST_CARDS]


def _link_of(card: LexborNode, kind: _Kind, base: str) -> str:
    told = (card.attributes.get(kind.link) if kind.link else "") or ""
    anchors = [anchor.attributes.get("href") or "" for anchor in card.css("a[href]")]
    return next((address for one in (told, *anchors) if one and (address := web_address(one, base))), "")


def _by_target(tree: LexborHTMLParser, base: str, images: Images) -> dict[str, LexborNode]:
    """Where the links of a page lead -> the part that shows what is there.

    The largest in which all links lead there, and what is around it as long as no other picture is: the words of a work
    may stand beside a link to its seller.
    """
    shown: dict[int, int] = {}  # of a part: how many pictures it shows
    for image in images.all():
        for node in _parents(image):
            shown[node.mem_id] = shown.get(node.mem_id, 0) + 1
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
            if shown[node.mem_id] > pictures or node.tag in _LISTS or len(node.text(deep=True)) > _LONGEST:
                break
            whole = node
        found[target] = whole
    return found


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
    title = _title(card, kind) or next((listing.title() for listing in inside), "")
    if not pictures or not title:
        return None
    listing = Listing(pictures=pictures, link=link if link.startswith(("http://", "https://")) else "", nodes=[card])
    place = card.css_first(kind.place or _PLACES)
    listing.say(
        "card",
        title=title,
        price=_price(card, kind, title, country),
        availability=_badge(card),
        place=_text(place) if place is not None else "",
        size=_size(card, title),
    )
    return listing


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ", skip_empty=True).split())


def _title(card: LexborNode, kind: _Kind) -> str:
    for selector in filter(None, (kind.title, _HEADINGS)):
        for node in card.css(selector):
            if text := _text(node):
                return text
    anchors = card.css("a[href]") or [card]
    for name in ("title", "aria-label"):
        for anchor in anchors:
            if text := (anchor.attributes.get(name) or "").strip():
                return text
    alt = next((text for image in card.css("img") if (text := (image.attributes.get("alt") or "").strip())), "")
    words = next((text for anchor in anchors if (text := _first_words(anchor))), "")
    return words if words and (len(words) > len(alt) or not alt) else alt


def _first_words(anchor: LexborNode) -> str:
    """The first words in a link that are no price: all of it, where it holds nothing else."""
    for node in [anchor, *anchor.css(_WORDS)]:
        text = _text(node)
        priced = any(read_price(_text(part), country="dk").amount for part in [node, *node.css(_WORDS)])
        if not priced and len(text) <= 2 * _SHORT and sum(map(str.isalpha, text)) > 2:
            return text
    return ""


def _price(card: LexborNode, kind: _Kind, title: str, country: str) -> str:
    """The text of the one price in a card; of several all of them, which nobody can then take for one."""
    for selector in filter(None, (kind.price, _PRICES)):
        if told := _prices(card, selector, title, country, any_text=True):
            break
    else:
        told = _prices(card, _WORDS, title, country)
    bids = _BIDS.search(_text(card).replace(title, "")) if told else None
    return f"{told} ({bids.group()})" if bids else told


def _size(card: LexborNode, title: str) -> str:
    """The words of a card that say its size, where the title does not and the card says one alone."""
    told: dict[Sizes, str] = {}
    for node in card.css(_WORDS) if not any(read_sizes(title)) else ():
        text = _text(node)
        if len(text) <= 2 * _SHORT and any(size := read_sizes(text)) and len(text) <= len(told.get(size, text)):
            told[size] = text
    return next(iter(told.values())) if len(told) == 1 else ""


def _prices(
    card: LexborNode,
    selector: str,
    title: str,
    country: str,
    any_text: bool = False,
    elsewhere: AbstractSet[int] = frozenset(),
) -> str:
    amounts: dict[tuple[int | None, str | None], str] = {}
    terms, other = "", ""
    for node in card.css(selector):
        text = _without_old(node, _text(node))
        text = text.replace(title, "").strip() if text != title else text
        if not text or len(text) > _SHORT or text == title or node.tag in ("s", "del", "strike"):
            continue
        if node.mem_id in elsewhere or _STRUCK.search(node.attributes.get("class") or ""):
            continue
        price = read_price(text, country=country)
        if price.amount is not None:
            if around := _is_labelled(node, text, title):
                other = other or around
                continue
            known = amounts.get(price[:2], "")
            if not known or (price.terms and len(text) > len(known)):
                amounts[price[:2]] = text
        elif price.terms in ("free", "on request", "negotiable") and len(text) <= _BADGE:
            terms = terms or text
        elif any(map(str.isdigit, text)) and (any_text or price.terms in ("estimate", "bid", "from")):
            other = other or text
    return " / ".join(amounts.values()) if amounts else terms or other


def _without_old(node: LexborNode, text: str) -> str:
    """The words, without prices that are struck through."""
    if len(text) <= 2 * _SHORT:
        for struck in node.css(_OLD):
            text = " ".join(text.replace(_text(struck), "", 1).split())
    return text


def say_of_page(listing: Listing, tree: LexborHTMLParser, country: str, others: list[Listing]) -> None:
    """What a page with one work shows of it: heading, the one price, place, description."""
    aside = [*tree.css("nav, footer"), *(card for other in others for card in other.nodes)]
    elsewhere = {node.mem_id for part in aside for node in part.css(_PRICES)}
    heading = tree.css_first("h1")
    title = _text(heading) if heading is not None else ""
    listing.say("page", title=title if len(title) <= 2 * _LONGEST_TITLE else "")
    for name, selector in (("place", _OF_PAGE_PLACE), ("description", _OF_PAGE_DESCRIPTION)):
        node = tree.css_first(selector)
        if node is not None:
            listing.say("page", **{name: _text(node)})
    if any("price" in told for told in listing.said.values()) or tree.body is None:
        return
    listing.say("page", price=_prices(tree.body, _PRICES, title, country, any_text=True, elsewhere=elsewhere))


def _is_labelled(node: LexborNode, text: str, title: str) -> str:
    """The words around a sum, where they say that it is no price asked; "" where they do not."""
    parent = node.parent
    around = _text(parent).replace(title, "") if parent is not None and parent.tag not in _LISTS else ""
    before, found, behind = around.partition(text)
    if not found or len(around) > 2 * _SHORT:  # the words beside it alone
        before, behind = (_text(one) if one is not None else "" for one in (_beside(node, -1), _beside(node, 1)))
        around, found, before = f"{before} {text} {behind}", text, _DIGIT.split(before)[-1]
        if max(len(before), len(behind)) > _SHORT:
            return ""
    own = _UP_TO_NEXT.match(behind)
    words = own[1] if own else ""
    return around if found and len(around) <= 2 * _SHORT and is_another_sum(before, words) else ""


def _beside(node: LexborNode, way: int) -> LexborNode | None:
    """The part before it (-1) or behind it (1)."""
    one = node.next if way > 0 else node.prev
    while one is not None and not one.is_element_node:
        one = one.next if way > 0 else one.prev
    return one


def _badge(card: LexborNode) -> str:
    """Sold, reserved, where a card says so."""
    for node in card.css("span, p, div, strong, b, em, small"):
        if node.child is None or node.child.next is not None:
            continue
        text = _text(node)
        if 0 < len(text) <= _BADGE and read_details({"price": text}).availability:
            return text
    return ""
