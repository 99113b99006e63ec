"""What pages say of works in schema.org's words: JSON-LD, and microdata as the same kind of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from beholder.details import field_of
from beholder.sources.linked_offers import last, many, offer_of, types_of
from beholder.sources.listing import Listing, first_text, texts, without_tags

_WORKS = frozenset(
    {
        "product",
        "individualproduct",
        "productmodel",
        "productgroup",
        "visualartwork",
        "painting",
        "drawing",
        "photograph",
    }
    | {"sculpture", "poster", "someproducts"}
)
_ARTWORKS = _WORKS - {"product", "individualproduct", "productmodel", "productgroup", "someproducts"}
_NO_WORKS = frozenset(
    {
        "organization",
        "person",
        "website",
        "breadcrumblist",
        "searchaction",
        "review",
        "aggregaterating",
        "rating",
        "brand",
    }
    | {
        "place",
        "postaladdress",
        "localbusiness",
        "store",
        "onlinestore",
        "corporation",
        "readaction",
        "sitenavigationelement",
    }
    | {
        "propertyvalue",
        "offercatalog",
        "faqpage",
        "question",
        "answer",
        "merchantreturnpolicy",
        "collectionpage",
        "webpage",
    }
    | {
        "searchresultspage",
        "itemlist",
        "itempage",
        "artgallery",
        "museum",
        "videoobject",
        "listitem",
        "offer",
        "aggregateoffer",
    }
    | {"event", "exhibitionevent", "saleevent", "visualartsevent", "course", "service"}
)
_ELSEWHERE = frozenset(  # what is said there is of others: people, other works
    {
        "isrelatedto",
        "issimilarto",
        "related_products",
        "relatedproducts",
        "isaccessoryorsparepartfor",
        "seller",
        "brand",
        "review",
        "reviews",
        "author",
    }
    | {
        "publisher",
        "provider",
        "offeredby",
        "aggregaterating",
        "potentialaction",
        "breadcrumb",
        "manufacturer",
        "creator",
    }
)
_UNITS = {"CMT": "cm", "MMT": "mm", "MTR": "m", "INH": "in", "FOT": "ft"}
_PICTURE_KEYS = ("contentUrl", "contentURL", "contenturl", "url", "@id", "thumbnailUrl")
_PROPERTIES = ("size", "width", "height", "frame")
_MOST_NODES = 200_000
_MOST_PICTURES = 50


def linked_listings(told: Any, reader: str) -> tuple[list[Listing], list[Listing]]:
    """(works, other things that have a title and a picture) in an object of schema.org's words, in its order."""
    known = {node["@id"]: node for node in _nodes(told) if isinstance(node.get("@id"), str) and len(node) > 1}
    works: list[Listing] = []
    others: list[Listing] = []
    inside: set[int] = set()  # what a work holds is no work of its own
    for node in _nodes(told):
        if id(node) in inside:
            continue
        types = types_of(node)
        if types & _WORKS:
            works.append(_listing(node, reader, known))
            inside.update(id(one) for one in _nodes(list(node.values())) if not types_of(one) & {"listitem"})
        elif "listitem" in types and not isinstance(node.get("item"), dict) and _pictures(node, known):
            works.append(_listing(node, reader, known))
        elif "offer" in types and isinstance(node.get("itemOffered"), dict):
            works.append(_listing({**node["itemOffered"], "offers": node}, reader, known))
            inside.add(id(node["itemOffered"]))
        elif types and not types & _NO_WORKS and _title(node) and _pictures(node, known):
            others.append(_listing(node, reader, known))
    return [one for one in works if one.title() or one.pictures], others


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    """All objects in it, those before that come first."""
    left, count = [told], 0
    while left and count < _MOST_NODES:
        one = left.pop()
        if isinstance(one, list):
            left += reversed(one)
        elif isinstance(one, dict):
            count += 1
            yield one
            left += [value for key, value in reversed(one.items()) if key.lower() not in _ELSEWHERE]


def _title(node: Mapping[str, Any]) -> str:
    return next((text for key in ("name", "headline", "title", "caption") if (text := first_text(node.get(key)))), "")


def _listing(node: Mapping[str, Any], reader: str, known: Mapping[str, Any]) -> Listing:
    variants = [one for one in many(node.get("hasVariant")) if isinstance(one, dict)]
    listing = Listing(pictures=_pictures(node, known) or [one for each in variants for one in _pictures(each, known)])
    artists = node.get("artist") or node.get("creator") or (node.get("author") if types_of(node) & _ARTWORKS else None)
    artists = [known.get(one.get("@id", ""), one) if isinstance(one, dict) else one for one in many(artists)]
    listing.say(
        reader,
        title=_title(node),
        artist=", ".join(dict.fromkeys(texts(artists))),
        width=_length(node.get("width")),
        height=_length(node.get("height")),
        size=first_text(node.get("size")),
        year=first_text(node.get("dateCreated")),
        medium=", ".join(dict.fromkeys([*texts(node.get("artMedium")), *texts(node.get("material"))])),
        condition=last(first_text(node.get("itemCondition"))),
        description=first_text(node.get("description")),
        rights=without_tags(first_text(node.get("copyrightNotice") or node.get("license"))),
        credit=without_tags(first_text(node.get("creditText"))),
        **offer_of(node.get("offers") or [one.get("offers") for one in variants], known),
    )
    for one in many(node.get("additionalProperty")):
        field = field_of(first_text(one.get("name"))) if isinstance(one, dict) else ""
        if field in _PROPERTIES:
            listing.say(reader, **{field: _length(one)})
    listing.link = _link(node).replace("&amp;", "&")
    return listing


def _link(node: Mapping[str, Any]) -> str:
    for value in (node.get("url"), node.get("mainEntityOfPage"), node.get("offers"), node.get("@id")):
        for one in many(value):
            text = one if isinstance(one, str) else one.get("url") or one.get("@id") if isinstance(one, dict) else ""
            if isinstance(text, str) and (text.startswith(("http:", "https:", "/")) or value is node.get("url")):
                return text
    return ""


def _pictures(node: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for key in (
        "image",
        "images",
        "photo",
        "contentUrl",
        "contentURL",
        "associatedMedia",
        "thumbnailUrl",
        "primaryImageOfPage",
    ):
        for one in many(node.get(key))[:_MOST_PICTURES]:
            if isinstance(one, dict):
                one = known.get(one.get("@id", ""), one) if len(one) <= 2 else one
                told = (address for name in _PICTURE_KEYS for address in many(one.get(name)))
                one = next((address for address in told if isinstance(address, str)), "")
            address = one.strip().replace("&amp;", "&") if isinstance(one, str) else ""
            if address and address not in found:
                found.append(address)
    return found


def _length(value: Any) -> str:
    """ "70 cm" of a QuantitativeValue, a Distance or a text."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if not isinstance(value, dict):
        return first_text(value)
    number = first_text(value.get("value", value.get("name")))
    unit = first_text(value.get("unitText") or value.get("unitCode"))
    unit = _UNITS.get(unit.upper(), unit)
    return number if not unit or any(map(str.isalpha, number)) else f"{number} {unit}"
