"""What pages say of works in schema.org's words: JSON-LD, and microdata as the same kind of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from beholder.details import field_of
from beholder.money import is_another_sum
from beholder.sources.listing import Listing, first_text, money_said, texts, without_tags

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
_PIECES = frozenset(("", "C62", "EA", "H87", "PCE", "NAR", "ONE"))
_SOLD = ("soldout", "outofstock", "discontinued")
_PROPERTIES = ("size", "width", "height", "frame")
_WITHOUT_TAX = " excl. VAT"
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
        types = _types(node)
        if types & _WORKS:
            works.append(_listing(node, reader, known))
            inside.update(id(one) for one in _nodes(list(node.values())) if not _types(one) & {"listitem"})
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


def _types(node: Mapping[str, Any]) -> set[str]:
    return {text.rpartition("/")[2].rpartition(":")[2].lower() for text in texts(node.get("@type", []))}


def _title(node: Mapping[str, Any]) -> str:
    return next((text for key in ("name", "headline", "title", "caption") if (text := first_text(node.get(key)))), "")


def _listing(node: Mapping[str, Any], reader: str, known: Mapping[str, Any]) -> Listing:
    variants = [one for one in _many(node.get("hasVariant")) if isinstance(one, dict)]
    listing = Listing(pictures=_pictures(node, known) or [one for each in variants for one in _pictures(each, known)])
    artists = node.get("artist") or node.get("creator") or (node.get("author") if _types(node) & _ARTWORKS else None)
    artists = [known.get(one.get("@id", ""), one) if isinstance(one, dict) else one for one in _many(artists)]
    listing.say(
        reader,
        title=_title(node),
        artist=", ".join(dict.fromkeys(texts(artists))),
        width=_length(node.get("width")),
        height=_length(node.get("height")),
        size=first_text(node.get("size")),
        year=first_text(node.get("dateCreated")),
        medium=", ".join(dict.fromkeys([*texts(node.get("artMedium")), *texts(node.get("material"))])),
        condition=_last(first_text(node.get("itemCondition"))),
        description=first_text(node.get("description")),
        rights=without_tags(first_text(node.get("copyrightNotice") or node.get("license"))),
        credit=without_tags(first_text(node.get("creditText"))),
        **_offer(node.get("offers") or [one.get("offers") for one in variants], known),
    )
    for one in _many(node.get("additionalProperty")):
        field = field_of(first_text(one.get("name"))) if isinstance(one, dict) else ""
        if field in _PROPERTIES:
            listing.say(reader, **{field: _length(one)})
    listing.link = _link(node).replace("&amp;", "&")
    return listing


def _link(node: Mapping[str, Any]) -> str:
    for value in (node.get("url"), node.get("mainEntityOfPage"), node.get("offers"), node.get("@id")):
        for one in _many(value):
            text = one if isinstance(one, str) else one.get("url") or one.get("@id") if isinstance(one, dict) else ""
            if isinstance(text, str) and (text.startswith(("http:", "https:", "/")) or value is node.get("url")):
                return text
    return ""


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _last(address: str) -> str:
    """ "UsedCondition" of https://schema.org/UsedCondition."""
    return address.rpartition("/")[2] if address.startswith("http") else address


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
        for one in _many(node.get(key))[:_MOST_PICTURES]:
            if isinstance(one, dict):
                one = known.get(one.get("@id", ""), one) if len(one) <= 2 else one
                told = (address for name in _PICTURE_KEYS for address in _many(one.get(name)))
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


def _offer(value: Any, known: Mapping[str, Any]) -> dict[str, str]:
    """Price, currency, availability and place of the offers of a work; of several prices both ends."""
    offers = [known.get(one.get("@id", ""), one) if len(one) == 1 else one for one in _offers_in(value)]
    if not offers:
        return {}
    states = [_last(first_text(one.get("availability"))) for one in offers]
    there = [one for one, state in zip(offers, states, strict=True) if state.lower() not in _SOLD]
    said = {"availability": _last(first_text((there or offers)[0].get("availability")))}
    offers = there or offers
    place = offers[0].get("availableAtOrFrom") or offers[0].get("areaServed")
    if isinstance(place, dict):
        place = place.get("address", place)
        place = place.get("addressLocality") or place.get("name") if isinstance(place, dict) else place
    said["place"] = first_text(place)
    prices = [price for one in offers if (price := _price(one))]
    prices = [price for price in prices if not price.get("price", "").endswith(_WITHOUT_TAX)] or prices
    prices = [price for price in prices if not price.get("price", "").startswith("rent")] or prices
    currencies = {price.get("currency") for price in prices} - {"", None}
    if len({tuple(price.items()) for price in prices}) == 1 or 1 < len(prices) == len(currencies):  # one in each
        return said | prices[0]
    if prices:  # of several: which one is this work's, nobody says
        return said | {"price": "from " + prices[0]["price"], "currency": prices[0].get("currency", "")}
    return said


def _offers_in(value: Any, depth: int = 3) -> list[dict[str, Any]]:
    """The offers in lists of them, and in one that only holds others."""
    if isinstance(value, list):
        return [offer for one in value if depth for offer in _offers_in(one, depth - 1)]
    if not isinstance(value, dict) or _types(value) & {"demand", "deliverychargespecification"}:
        return []
    holds_others = depth and value.get("offers") and not any(value.get(key) for key in ("price", "lowPrice"))
    return _offers_in(value["offers"], depth - 1) if holds_others else [value]


def _price(offer: Mapping[str, Any]) -> dict[str, str]:
    currency = offer.get("priceCurrency") or offer.get("currency") or ""
    low, high = offer.get("lowPrice"), offer.get("highPrice")
    specified = [one for one in _many(offer.get("priceSpecification")) if isinstance(one, dict)]
    asked = offer.get("price") if offer.get("price") is not None else low
    what = _other_than_a_price(offer, specified)
    if what and asked is not None:
        return {"price": f"{what}: {first_text(asked)}", "currency": first_text(currency)}
    if offer.get("price") is not None:
        price: Any = offer["price"]
        price = price[0] if isinstance(price, list) and len(price) == 1 else price
        if isinstance(price, dict):
            price, currency = price.get("value", price.get("@value")), price.get("currency") or currency
        same = [one for one in specified if first_text(one.get("price", price)) == first_text(price)]
        return _taxed(money_said(price, currency), [offer, *same])
    if low is not None:
        if str(low) == str(high) or (high is None and str(offer.get("offerCount")) == "1"):
            return money_said(low, currency)
        ends = [first_text(one) for one in (low, high) if first_text(one)]
        return {"price": "from " + " to ".join(ends), "currency": first_text(currency)}
    prices = [
        _taxed(money_said(one["price"], one.get("priceCurrency") or currency), [one])
        for one in specified
        if _is_asked(one)
    ]
    if not prices or what:
        return {}
    prices = [price for price in prices if not price.get("price", "").endswith(_WITHOUT_TAX)] or prices
    if any(price != prices[0] for price in prices):  # by number, by buyer
        return prices[0] | {"price": "from " + prices[0]["price"]}
    return prices[0]


def _taxed(said: dict[str, str], told: list[Mapping[str, Any]]) -> dict[str, str]:
    """A price, with the word that a tax comes on top of it where that is told, and nowhere the contrary."""
    taxes = {str(one["valueAddedTaxIncluded"]).lower() for one in told if "valueAddedTaxIncluded" in one}
    return said | {"price": said["price"] + _WITHOUT_TAX} if said and taxes == {"false"} else said


def _is_asked(specified: Mapping[str, Any]) -> bool:
    """Whether this is the price of the work now: not what it cost once, nor what sending it costs."""
    kind = _last(first_text(specified.get("priceType"))).lower()
    return (
        specified.get("price") is not None
        and not any(word in kind for word in ("list", "strike", "srp", "regular"))
        and not any("charge" in one for one in _types(specified))
        and not specified.get("referenceQuantity")
    )


def _other_than_a_price(offer: Mapping[str, Any], specified: list[dict[str, Any]]) -> str:
    """What an offer's sum is, where it does not buy the work: rent, a bid, an estimate; "" where it does."""
    if "lease" in first_text(offer.get("businessFunction")).lower():
        return "rent"
    if any(_units_of(one) - _PIECES for one in (offer, *specified)):
        return "rent or share"
    name = first_text(offer.get("name"))
    return name[:60] if is_another_sum(name, "") else ""


def _units_of(offer: Mapping[str, Any]) -> set[str]:
    """Of what it is the price: pieces, months."""
    of = offer.get("referenceQuantity")
    told = [offer.get("unitCode"), of.get("unitCode") if isinstance(of, dict) else None]
    return {first_text(one).upper() for one in told if one}
