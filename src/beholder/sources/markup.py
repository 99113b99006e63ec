"""What the marks of a page say: its pictures, microdata, and OpenGraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from beholder.sources.addresses import plain_address, web_address
from beholder.sources.linked_data import linked_listings
from beholder.sources.listing import Listing, money_said
from beholder.sources.saved import SavedPictures

_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-original-src",
    "data-flickity-lazyload",
    "data-bg",
    "data-lazy",
    "data-zoom-image",
    "data-large",
    "data-full",
    "data-image",
)
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_CANDIDATE = re.compile(r"\s*,?\s*(\S*[^\s,])(?:\s+(\d+(?:\.\d+)?)[wx])?\s*(?=,|$)")
_ASIDE = ("nav", "header", "footer", "aside", "template")
_NO_WORK = re.compile(
    r"logo|icon|avatar|sprite|flag|badge|blank|spacer|pixel|placeholder|emoji|banner|payment|profile", re.IGNORECASE
)
_SMALL = 64  # pixels
_VARIABLE = re.compile(r"(--sf-img-\d+)\s*:\s*url\(\s*[\"']?(data:image/[^\"')]+)")
_STYLE = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)|var\((--sf-img-\d+)\)")
_STYLED = "[style*='url('], [style*='--sf-img']"
_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|tiff?|heic)$", re.IGNORECASE)
_VALUES = {
    "meta": "content", "a": "href", "link": "href", "area": "href", "img": "src", "source": "src", "object": "data",
    "data": "value", "meter": "value",
}  # fmt: skip


class Images:
    """The pictures that a page shows.

    What is saved under one reference and was loaded from another is told to `pictures`.
    """

    def __init__(self, tree: LexborHTMLParser, text: str, pictures: SavedPictures) -> None:
        self.tree = tree
        self._variables = dict(_VARIABLE.findall(text)) if "--sf-img-" in text else {}
        for node in tree.css("img"):
            references = self._references(node)
            saved = next((one for one in references if not _is_web(one) and pictures.here(one) is not None), "")
            if saved and not saved.startswith("data:"):
                for one in references:
                    if _is_web(one):
                        pictures.alias(web_address(one, pictures.base) or one, saved)

    def inside(self, node: LexborNode) -> list[str]:
        """References to the pictures in a part of a page, those of works, each once."""
        found = dict[str, None]()
        for image in node.css("img"):
            if not _is_small(image):
                found.update(dict.fromkeys(self._references(image)))
        for image in [*node.css(_STYLED), node]:
            found.update(dict.fromkeys(self._styled(image)))
        return list(found)

    def of_page(self, base: str, link: str, others: Iterable[LexborNode]) -> Iterator[str]:
        """Of the pictures outside of menus those that lead to no other page. others : parts that show other works"""
        elsewhere = {image.mem_id for node in others for image in node.css("img")}
        for image in self.all():
            if image.mem_id not in elsewhere and not self._leads_away(image, base, link):
                yield from self._references(image)

    def all(self) -> Iterator[LexborNode]:
        """The pictures that may be of works."""
        return (image for image in self.tree.css("img") if not _is_small(image))

    def behind(self) -> Iterator[LexborNode]:
        """The parts with a picture behind them, outside of menus."""
        return (node for node in self.tree.css(_STYLED) if not _aside(node) and not _is_small(node))

    def with_words(self, others: Iterable[LexborNode] = ()) -> Iterator[tuple[str, str, LexborNode]]:
        """(reference, what is said of it, it) of all pictures outside of menus and of parts that show other works."""
        elsewhere = {image.mem_id for node in others for image in node.css("img")}
        for image in self.all():
            references = [] if image.mem_id in elsewhere or _aside(image) else self._references(image)
            if references:
                yield references[0], _words(image), image

    def references(self, image: LexborNode) -> list[str]:
        """To one picture, the saved one first, then the largest."""
        return self._references(image)

    def _references(self, image: LexborNode) -> list[str]:
        told = image.attributes
        sets = [told.get(name) for name in _SETS]
        parent = image.parent
        if parent is not None and parent.tag == "picture":
            sets += [source.attributes.get(name) for source in parent.css("source") for name in _SETS]
        sized = [(float(size or 1), one) for text in sets if text for one, size in _CANDIDATE.findall(text)]
        sized.append((1.5, told.get("src") or ""))  # before those of which no size is told
        found = [*(one for _, one in sorted(sized, key=lambda c: -c[0])), *map(told.get, _LAZY)]
        kept = dict.fromkeys(one.strip() for one in [*self._styled(image), *found] if one and one.strip())
        return sorted((one for one in kept if not _is_blank(one)), key=_is_web)

    def _styled(self, node: LexborNode) -> list[str]:
        style = node.attributes.get("style") or ""
        if "url(" not in style and "--sf-img" not in style:
            return []
        return [one for url, name in _STYLE.findall(style) if (one := url or self._variables.get(name, ""))]

    def _leads_away(self, image: LexborNode, base: str, link: str) -> bool:
        node = image.parent
        while node is not None and node.tag:
            if node.tag in _ASIDE:
                return True
            if node.tag == "a":
                href = node.attributes.get("href") or ""
                address = web_address(href, base) or ""
                if (
                    address
                    and plain_address(address) != plain_address(link)
                    and not _FILE.search(urlsplit(address).path)
                ):
                    return True
            node = node.parent
        return False


def _is_web(reference: str) -> bool:
    return reference.startswith(("http:", "https:", "//"))


def _is_blank(reference: str) -> bool:
    """A picture that only holds the place of one."""
    return (
        reference.startswith("data:") and (len(reference) < 80 or "svg" in reference[:40])
    ) or reference == "about:blank"


def _is_small(image: LexborNode) -> bool:
    told = image.attributes
    for name in ("width", "height"):
        size = (told.get(name) or "").removesuffix("px")
        if size.isdigit() and len(size) < 6 and int(size) < _SMALL:
            return True
    named = f"{told.get('class') or ''} {told.get('id') or ''}"
    return bool(_NO_WORK.search(named)) or bool(_NO_WORK.search((told.get("src") or "")[:300].rpartition("/")[2]))


def _aside(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None and parent.tag:
        if parent.tag in _ASIDE:
            return True
        parent = parent.parent
    return False


def _words(image: LexborNode) -> str:
    told = image.attributes
    if text := (told.get("alt") or told.get("title") or "").strip():
        return text
    node = image.parent
    for _ in range(4):
        if node is None or not node.tag:
            break
        if node.tag == "figure" and (caption := node.css_first("figcaption")) is not None:
            return caption.text(separator=" ", strip=True)
        if node.tag == "a" and (text := (node.attributes.get("title") or "").strip()):
            return text
        node = node.parent
    return ""


def microdata(tree: LexborHTMLParser, images: Images) -> list[Listing]:
    """The works that a page marks up, without what it says of their sellers."""
    found: list[Listing] = []
    for node in tree.css("[itemscope][itemtype]"):
        if node.attributes.get("itemprop") and _is_inside(node):
            continue
        works, _ = linked_listings(_item(node, tree), "microdata")
        for listing in works:
            listing.nodes.append(node)
            found.append(listing)
    return found


def _is_inside(node: LexborNode) -> bool:
    """Whether it is a part of another thing that is marked up."""
    parent = node.parent
    while parent is not None and parent.tag:
        if "itemscope" in parent.attributes:
            return True
        parent = parent.parent
    return False


def _item(node: LexborNode, tree: LexborHTMLParser, depth: int = 8) -> dict[str, Any]:
    """A marked-up thing as JSON-LD would say it."""
    kinds = (node.attributes.get("itemtype") or "").split()
    item: dict[str, Any] = {"@type": [kind.rpartition("/")[2] for kind in kinds]}
    elsewhere = [
        tree.css_first(f"[id='{name}']") for name in (node.attributes.get("itemref") or "").split() if "'" not in name
    ]
    left = [*(one for one in elsewhere[::-1] if one is not None), *list(_children(node))[::-1]]
    while left:
        one = left.pop()
        names = (one.attributes.get("itemprop") or "").split()
        inner = "itemscope" in one.attributes
        if names:
            value = _item(one, tree, depth - 1) if inner and depth else _value(one)
            for name in names:
                item.setdefault(name, []).append(value)
        if not inner:
            left += list(_children(one))[::-1]
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in item.items()}


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.is_element_node:
            yield child
        child = child.next


def _value(node: LexborNode) -> str:
    told = node.attributes
    if told.get("content"):
        return told["content"] or ""
    name = _VALUES.get(node.tag or "")
    if name and told.get(name):
        return told[name] or ""
    return (node.tag == "time" and told.get("datetime")) or node.text(separator=" ", strip=True)


def opengraph(tree: LexborHTMLParser) -> Listing | None:
    """What a page says of itself to those who link to it."""
    told: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        told.setdefault(name.lower(), []).append(node.attributes.get("content") or "")

    def first(*names: str) -> str:
        return next((told[name][0] for name in names if told.get(name, [""])[0].strip()), "")

    def every(*names: str) -> str:
        """Of two that are said, both: none counts."""
        name = next((name for name in names if told.get(name, [""])[0].strip()), "")
        return " / ".join(dict.fromkeys(told.get(name, [])))

    title = first("og:title", "twitter:title")
    if not title:
        return None
    pictures = [*told.get("og:image:secure_url", []), *told.get("og:image", []), *told.get("og:image:url", [])]
    listing = Listing(pictures=list(dict.fromkeys(one.strip() for one in pictures or told.get("twitter:image", []))))
    listing.link = first("og:url")
    listing.say(
        "opengraph",
        title=title,
        description=first("og:description", "description"),
        availability=first("product:availability", "og:availability"),
        **money_said(
            every("product:sale_price:amount", "product:price:amount", "og:price:amount"),
            every("product:sale_price:currency", "product:price:currency", "og:price:currency"),
        ),
    )
    return listing
