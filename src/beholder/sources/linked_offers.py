"""What the offers of a work say in schema.org's words: its price, whether it can be had, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beholder.money import is_another_sum
from beholder.sources.listing import first_text, money_said, texts

_PIECES = frozenset(("", "C62", "EA", "H87", "PCE", "NAR", "ONE"))
_SOLD = ("soldout", "outofstock", "discontinued")
_WITHOUT_TAX = " excl. VAT"


def offer_of(value: Any, known: Mapping[str, Any]) -> dict[str, str]:
    """Price, currency, availability and place of the offers of a work; of several prices both ends."""
    offers = [known.get(one.get("@id", ""), one) if len(one) == 1 else one for one in _offers_in(value)]
    if not offers:
        return {}
    states = [last(first_text(one.get("availability"))) for one in offers]
    there = [one for one, state in zip(offers, states, strict=True) if state.lower() not in _SOLD]
    said = {"availability": last(first_text((there or offers)[0].get("availability")))}
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
    if not isinstance(value, dict) or types_of(value) & {"demand", "deliverychargespecification"}:
        return []
    holds_others = depth and value.get("offers") and not any(value.get(key) for key in ("price", "lowPrice"))
    return _offers_in(value["offers"], depth - 1) if holds_others else [value]


def _price(offer: Mapping[str, Any]) -> dict[str, str]:
    currency = offer.get("priceCurrency") or offer.get("currency") or ""
    low, high = offer.get("lowPrice"), offer.get("highPrice")
    specified = [one for one in many(offer.get("priceSpecification")) if isinstance(one, dict)]
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
    kind = last(first_text(specified.get("priceType"))).lower()
    return (
        specified.get("price") is not None
        and not any(word in kind for word in ("list", "strike", "srp", "regular"))
        and not any("charge" in one for one in types_of(specified))
        and not specified.get("referenceQuantity")
        and not specified.get("priceComponentType")  # a part of it, as a down payment
        and not is_another_sum(first_text(specified.get("name")), "")
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


def types_of(node: Mapping[str, Any]) -> set[str]:
    return {text.rpartition("/")[2].rpartition(":")[2].lower() for text in texts(node.get("@type", []))}


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def last(address: str) -> str:
    """ "UsedCondition" of https://schema.org/UsedCondition."""
    return address.rpartition("/")[2] if address.startswith("http") else address
