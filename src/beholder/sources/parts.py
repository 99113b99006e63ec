"""What a part of a page shows of a work: its title, its one price, its size, whether it is sold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.currencies import SIGNS
from beholder.details import read_details
from beholder.money import behind_sums, is_another_sum, is_without_tax, read_price, versions_in
from beholder.money_words import BIDS, RESULTS, TERMS
from beholder.sizes import Sizes, read_sizes
from beholder.sources.labels import labelled
from beholder.sources.listing import Listing
from beholder.sources.words import digits_of, short_text, sums_in, text_of

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
_NOW = re.compile(r"(?:^|[-_ ])(?:sale|special|final|reduced|discounted)(?:[-_ ]|$)", re.IGNORECASE)
_OLD = "s, del, strike, [class*='strike'], [class*='line-through']"
_PLACES = "[itemprop='addressLocality'], [class*='location'], [class*='Location'], [data-testid*='location']"
_HEADINGS = (
    "h1, h2, h3, h4, h5, h6, [class*='title'], [class*='Title'], [data-testid*='title'], [itemprop='name'], "
    "[data-hook$='item-name']"
)
LISTS = frozenset({"html", "body", "main", "ul", "ol", "section", "table", "tbody"})
_WORDS = "span, p, div, strong, b, em, dd, td, li, small, ins, data, bdi, a"
_UP_TO_NEXT = re.compile(r"([^\d+]*+)(?![\d])")  # words before another sum belong to that
_SPOKEN = ".clipped, .sr-only, .visually-hidden, [class*='screen-reader']"  # for those who do not see the page
_MENUS = "nav, footer, label, button:not([disabled]), [role='tablist']"  # where "Sold" leads to what is sold
_BADGES = "span, p, div, strong, b, em, i, small, td, dd"
_HIDDEN = "[hidden], .hidden, .is-hidden, .hide, .d-none, [style*='display:none'], [style*='display: none']"
_DATE = re.compile(r"(?<=\w)\s+\D{0,8}\d?\d?\D{0,8}20\d\d$")  # "Sold Oct 2, 2026"
_BIDS = re.compile(rf"\b(?:{BIDS})\b", re.IGNORECASE)
_NOT_ASKED = re.compile(rf"(?<!\w)(?:{RESULTS}|{TERMS['bid']}|{TERMS['estimate']})(?!\w)", re.IGNORECASE)
_SPAN = re.compile(
    rf"\W*(?:{SIGNS.pattern})?\W*(?:[-–—‒~〜]|to|and|til|bis|till|tot|do|al?|à|au|hasta|og|und|et|y|e)\W*(?:{SIGNS.pattern})?\W*",
    re.IGNORECASE,
)
_SHORT = 60  # characters of a price in a card
_BADGE = 25
_LONGEST_TITLE = 150
_OTHERS = re.compile(  # headings of what else there is
    r"\b(?:related|similar|recommended|recently viewed|(?:may|might|could|also) (?:also )?(?:like|love|enjoy)|"
    r"(?:other|more) (?:works?|art|artworks?|paintings?|items?|products?|listings?)|more (?:from|by|like)|"
    r"ähnlich\w*|verwandte|weitere \w+|auch (?:interessant|gefallen)|mehr (?:von|werke)|zuletzt angesehen|"
    r"lignende|relatere[dt]e?|andre \w+|flere \w+|mere fra|mer (?:från|fra|av)|liknande|relaterade|andra \w+|fler \w+|"
    r"similaires|associés|(?:aimer\w*|plaire) aussi|autres \w+|du même|vus récemment|simili|correlat\w|"
    r"potrebbe\w*|altr[ei] \w+|relacionad\w+|similares|también|otr[ao]s \w+|vergelijkbare|gerelateerde?|"
    r"meer (?:van|werk\w*)|andere \w+|ook (?:leuk|interessant)|podobne|polecane|inne \w+)\b|関連|おすすめ|他の",
    re.IGNORECASE,
)
_OF_PAGE_PLACE = "#viewad-locality, [itemprop='addressLocality']"
_OF_PAGE_DESCRIPTION = (
    "#viewad-description-text, [itemprop='description'], [class*='description'], [class*='Description']"
)


def title_of(card: LexborNode, selector: str) -> str:
    """selector : of the part that holds it, where that is known of the site"""
    for one in filter(None, (selector, _HEADINGS)):
        for node in card.css(one):
            text = _without_those(_HIDDEN, node, text_of(node))
            if text := _without_those(_SPOKEN, node, text) or text:
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
    """The first words in a link that are no price and no badge: all of it, where it holds nothing else."""
    for node in [anchor, *anchor.css(_WORDS)]:
        text = text_of(node)
        priced = any(read_price(text_of(part), country="dk").amount for part in [node, *node.css(_WORDS)])
        if not priced and not _is_gone(text) and len(text) <= 2 * _SHORT and sum(map(str.isalpha, text)) > 2:
            return text
    return ""


def price_of(card: LexborNode, selector: str, title: str, country: str) -> str:
    """The text of the one price in a card; of several all of them, which nobody can then take for one."""
    for one in filter(None, (selector, _PRICES)):
        if told := _prices(card, one, title, country, any_text=True):
            break
    if not any(read_price(told, ("EUR",), country)):  # a sum among other words
        told = _prices(card, _WORDS, title, country) or told
    told = _with_versions(told, _without(_without_those(_OLD, card, text_of(card)), title))
    bids = _BIDS.search(_without(text_of(card), title)) if told else None
    return f"{told} ({bids.group()})" if bids else told


def size_of(card: LexborNode, title: str) -> str:
    """The words of a card that say its size, and that of its frame, where the title does not and each is said once."""
    told: dict[Sizes, str] = {}
    for node in card.css(_WORDS) if not any(read_sizes(title)) else ():
        text = short_text(node, 2 * _SHORT)
        if any(size := read_sizes(text)) and len(text) <= len(told.get(size, text)):
            told[size] = text
    if any(len({size[at] for size in told} - {None}) > 1 for at in (0, 1)):
        return ""
    both = [text for size, text in told.items() if all(size)]
    return ", ".join(both[:1] or told.values())


def _prices(
    card: LexborNode,
    selector: str,
    title: str,
    country: str,
    any_text: bool = False,
    elsewhere: AbstractSet[int] = frozenset(),
) -> str:
    amounts: dict[tuple[int | None, str | None], str] = {}
    terms, other, now = "", "", set[tuple[int | None, str | None]]()
    struck = {node.mem_id for old in card.css(_OLD) for node in (old, *old.css("*"))}
    for node in card.css(selector):
        if node.mem_id in elsewhere or node.mem_id in struck or _STRUCK.search(_name_of(node)):
            continue
        text = short_text(node, 2 * _SHORT)
        text = _without(_without_those(_OLD, node, text), title) if text else ""
        if not text or len(text) > _SHORT or text == title:
            continue
        price = read_price(text, country=country)
        if price.amount is not None:
            if around := _is_labelled(node, text, title):
                other = other or around
                continue
            if _NOW.search(_name_of(node)):
                now.add(price[:2])
            known = amounts.get(price[:2], "")
            if not known or (price.terms and len(text) > len(known)):
                amounts[price[:2]] = text
        elif price.terms in ("free", "on request", "negotiable") and len(text) <= _BADGE:
            terms = terms or text
        elif any(map(str.isdigit, text)) and (any_text or price.terms in ("estimate", "bid", "from")):
            other = other or text
    if len(amounts) > len(now) == 1:  # the price before a sale is there too
        return amounts[now.pop()]
    return " / ".join(amounts.values()) if amounts else terms or other


def _name_of(node: LexborNode) -> str:
    return f"{node.attributes.get('class') or ''} {node.attributes.get('data-hook') or ''}"


def place_of(card: LexborNode, selector: str) -> str:
    """Where the work is."""
    node = card.css_first(selector or _PLACES)
    return text_of(node) if node is not None else ""


def _is_kept_ready(node: LexborNode) -> bool:
    """Whether it waits for another state of the work: in shops of Shopify, each work has all badges."""
    if "price__badge" not in (node.attributes.get("class") or ""):
        return False
    around = node.parent
    while around is not None and around.tag and "price--" not in (around.attributes.get("class") or ""):
        around = around.parent
    return around is None or "price--sold-out" not in (around.attributes.get("class") or "")


def _with_versions(told: str, text: str) -> str:
    """A price, and beside it what a print or the original costs, where these are other sums."""
    known = {digits_of(one.group()) for one in sums_in(told)}
    others = [one for one in versions_in(text) if digits_of(one) not in known]
    return " / ".join(dict.fromkeys([told, *others])) if told else ""


def _without_those(selector: str, node: LexborNode, text: str) -> str:
    """The words of a part, without those of some in it: prices that are struck through, what nobody sees."""
    for inner in node.css(selector):
        text = " ".join(text.replace(text_of(inner), "", 1).split())
    return text


def other_parts(tree: LexborHTMLParser) -> list[LexborNode]:
    """What stands under headings such as "Similar works"."""
    found: list[LexborNode] = []
    for heading in tree.css("h2, h3, h4, h5, h6"):
        text = text_of(heading)
        if len(text) > _SHORT or not _OTHERS.search(text):
            continue
        node, behind = heading, _beside(heading, 1)
        for _ in range(3):
            if behind is not None or node.parent is None or node.parent.tag in LISTS:
                break
            node = node.parent
            behind = _beside(node, 1)
        while behind is not None and behind.tag != heading.tag:
            found.append(behind)
            behind = _beside(behind, 1)
    return found


def say_of_page(listing: Listing, tree: LexborHTMLParser, country: str, others: list[LexborNode]) -> None:
    """What a page with one work shows of it: heading, the one price, place, description.

    others : its parts that show other works
    """
    elsewhere = {node.mem_id for part in [*tree.css("nav, footer"), *others] for node in part.css(_PRICES)}
    heading = tree.css_first("h1")
    title = _without_those(_HIDDEN, heading, text_of(heading)) if heading is not None else ""
    listing.say("page", title=title if len(title) <= 2 * _LONGEST_TITLE else "")
    for name, selector in (("place", _OF_PAGE_PLACE), ("description", _OF_PAGE_DESCRIPTION)):
        node = tree.css_first(selector)
        if node is not None:
            listing.say("page", **{name: text_of(node)})
    if tree.body is not None:
        links = [node for node in tree.css("a[href]") if node.css_first("img") is None]
        listing.say("page", availability=availability_of(tree.body, [*others, *tree.css(_MENUS), *links]))
    listing.say("page", **labelled(tree, others))
    bids = _bids_on(tree, others)
    for one in listing.said.values():
        if "price" in one and bids:
            one["price"] += f" ({bids})"
        elif "price" in one:
            one["price"] = another_sum(tree, others, title, one["price"]) or one["price"]
    if tree.body is None:
        return
    told = _prices(tree.body, _PRICES, title, country, any_text=True, elsewhere=elsewhere)
    for one in listing.said.values():
        if "price" in one and read_price(told).terms == "on request":
            one["price"] = told  # the data has a sum to fill in
        elif f"{digits_of(told)}00" == digits_of(one.get("price", "")):
            one["price"] += f" / {told}"  # it may be in cents
    if not all(is_without_tax(one["price"]) for one in listing.said.values() if "price" in one):
        return
    shown = " ".join(short_text(node, 2 * _SHORT) for node in tree.body.css(_PRICES) if node.mem_id not in elsewhere)
    told = _with_versions(told, shown)
    listing.say("page", price=f"{told} ({bids})" if told and bids else told)


def _bids_on(tree: LexborHTMLParser, others: Sequence[LexborNode]) -> str:
    """ "5 bids", where a page says it of its work."""
    away = {node.mem_id for part in others for node in (part, *part.css(_WORDS))}
    told = (short_text(node, _BADGE) for node in tree.css(_WORDS) if node.mem_id not in away)
    return next((text for text in told if _BIDS.match(text)), "")


def another_sum(part: LexborHTMLParser | LexborNode, others: Sequence[LexborNode], title: str, price: str) -> str:
    """The words beside this sum, where a page shows it as a bid, an estimate or a result, and as nothing else.

    Of an estimate from one sum to another, `price` may be either.
    """
    away = {node.mem_id for one in others for node in (one, *one.css(_WORDS))}
    wanted = [digits_of(one.group()) for one in sums_in(price)]
    told = ""
    for node in part.css(_WORDS):
        text = short_text(node, _SHORT)
        sums = sums_in(text)
        shown = [digits_of(one.group()) for one in sums]
        if not wanted or node.mem_id in away or not (shown == wanted or (_is_span(text, sums) and wanted[0] in shown)):
            continue
        own = is_another_sum(text[: sums[0].start()], text[sums[-1].end() :])
        told = text if own else _is_labelled(node, text, title)
        if not _NOT_ASKED.search(told):
            return ""
    return told


def _is_span(text: str, sums: Sequence[re.Match[str]]) -> bool:
    """Whether these are the two ends of one, as in "900 - 1,200 kr"."""
    return len(sums) == 2 and _SPAN.fullmatch(text[sums[0].end() : sums[1].start()]) is not None


def _is_labelled(node: LexborNode, text: str, title: str) -> str:
    """The words around a sum, where they say that it is no price asked; "" where they do not."""
    parent = node.parent
    while parent is not None and parent.tag not in LISTS and text_of(parent) == text:
        node, parent = parent, parent.parent
    around = _without(text_of(parent), title) if parent is not None and parent.tag not in LISTS else ""
    before, found, behind = around.partition(text)
    before = behind_sums(before)
    if not found or len(around) > 2 * _SHORT:  # the words beside it alone
        before, behind = (text_of(one) if one is not None else "" for one in (_beside(node, -1), _beside(node, 1)))
        around, found, before = f"{before} {text} {behind}", text, behind_sums(before)
        if max(len(before), len(behind)) > _SHORT:
            return ""
    label = _beside(node, -1)
    if label is not None and label.tag in ("dt", "th"):
        before = f"{text_of(label)}:"
    own = _UP_TO_NEXT.match(behind)
    words = own[1] if own else ""
    other = is_another_sum(before, words) or is_without_tax(behind)
    return around if found and len(around) <= 2 * _SHORT and other else ""


def _beside(node: LexborNode, way: int) -> LexborNode | None:
    """The part before it (-1) or behind it (1)."""
    one = node.next if way > 0 else node.prev
    while one is not None and not one.is_element_node:
        one = one.next if way > 0 else one.prev
    return one


def availability_of(card: LexborNode, others: Sequence[LexborNode] = ()) -> str:
    """Sold, reserved, where a card says so. others : its parts that say it of other works"""
    away = {node.mem_id for part in (*others, *card.css(_HIDDEN)) for node in (part, *part.css(_BADGES))}
    for node in card.css(_BADGES):
        words = node.child
        if (
            words is None
            or words.is_element_node
            or words.next is not None
            or node.mem_id in away
            or _is_kept_ready(node)
        ):
            continue
        text = _DATE.sub("", short_text(node, 2 * _BADGE))
        if 0 < len(text) <= _BADGE and _is_gone(text):
            return text
    return ""


def _is_gone(text: str) -> bool:
    return read_details({"availability": text}).availability in ("sold", "reserved")


def _without(text: str, title: str) -> str:
    """The words without the title; a title of digits may be a part of a price."""
    return text.replace(title, " ").strip() if text != title and any(map(str.isalpha, title)) else text
