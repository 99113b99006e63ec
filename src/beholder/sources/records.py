"""Records in JSON of any make: exports, the data inside pages, answers of shops. What has a title and a picture or a
price is one, and only what is known of its fields is taken: nobody's name, number or mail address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from beholder.details import field_of
from beholder.money import is_another_sum
from beholder.sources.listing import Listing, first_text, money_said, texts
from beholder.sources.words import digits_of

_MOST_NODES = 2_000_000
_MOST_PICTURES = 50
_KEYS = {  # names without marks, in lower case; the first that is there counts
    "title": "title titel titre título titolo heading headline name subject overskrift rubrik adtitle "
    "itemtitle objectname "
    "artworktitle label caption",
    "picture": "images imageurls imageurl image photos photourls photourl photo pictures pictureurls "
    "pictureurl picture "
    "primaryimageurl primaryimage mainimage mainimageurl originalimage fullsizeurl imgurl img imagesrc media "
    "gallery cover "
    "coverimage coverurl thumbnails thumbnailurl thumbnail thumb thumburl billeder billede billedurl bilder "
    "bild bildurl "
    "foto fotos fotourl imagenes imagen immagini immagine afbeeldingen afbeelding kuva kuvat imagelink webimage "
    "attachments",
    "link": "canonicalurl url weburl permalink itemurl listingurl adurl detailurl viewitemurl shareurl "
    "producturl pageurl "
    "objecturl href link seourl lien enlace",
    "price": "saleprice currentprice price pris preis prix precio prezzo prijs hinta cena pricetext priceamount "
    "askingprice salemessage listprice",
    "currency": "currency currencycode pricecurrency währung devise valuta currencyiso",
    "place": "location place city locationname town ort stadt ville ciudad città sted plaats municipality",
    "artist": "artist artistname artists artistdisplayname artistnames creator creators maker painter künstler artiste "
    "artista kunstner "
    "kunstenaar konstnär",
    "description": "description bodyhtml body beschreibung beskrivelse descripción descrizione omschrijving "
    "beskrivning text contenthtml contenttext",
    "year": "year datecreated creationdate productionyear jahr année anno årstal",
    "medium": "medium technique material materials teknik technik",
    "size": "size dimensions dimension measurements mål maße format størrelse afmetingen",
    "availability": "availability status salestate state salesstatus",
    "rights": "rights license licence copyright rightsstatement licensename",
    "credit": "creditline credit attribution",
}
_UNITS = ("unit", "units", "dimensionunit", "dimensionsunit", "unitofmeasure", "metric")
_PICTURE_URLS = (
    "urlslarge", "largeurls", "urls", "images",
    "fullsizeurl", "urlfullxfull",
    "fullsize", "original", "originalurl", "xlarge", "large", "largeurl", "full", "highresolution", "contenturl",
    "url", "imageurl", "src", "href", "uri", "default", "medium", "web", "webimage", "small", "thumbnail", "path",
)  # fmt: skip
_AMOUNTS = ("amount", "value", "price", "current", "raw", "number")
_SHOWN = ("text", "formatted", "display", "formattedprice", "displayprice", "label", "pricetext")
_CURRENCIES = ("currencycode", "currency", "currencyiso", "code", "priceunit", "symbol", "suffix")
_ESTIMATES = (
    "estimate", "vurdering", "estimatelow", "lowestimate", "estimatehigh", "highestimate", "estimatedprice",
    "estimatedvalue", "schätzpreis", "schätzwert", "estimation",
)  # fmt: skip
_NO_PRICES = {
    **dict.fromkeys(_ESTIMATES, "estimate"), "currentbid": "bid", "startingbid": "bid", "highbid": "bid",
}  # fmt: skip
_KINDS = ("pricetype", "pricequalifier", "priceprefix")
_SALES = ("saletype", "listingtype", "type", "buyingoptions")
_BIDS = ("bidcount", "bidscount", "bidnumber", "numberofbids", "bids")
_TAXED = ("taxincluded", "vatincluded", "includestax", "includesvat", "pricesincludetax", "pricesincludevat")
_TIME = re.compile(r"hour|day|week|month|year|dag|uge|måned|monat|woche|mois|mes\b", re.IGNORECASE)
_PERIODS = ("period", "interval", "rentalperiod", "billingperiod", "per")
_DIVIDED = re.compile(r"minorunit|divisor|fractiondigits")
_MINOR = re.compile(r"cents?$|minor|øre$|pence$|rappen$")
_PRIVATE = re.compile(r"seller|user|owner|account|contact|vendor|profile|sælger|verkäufer|vendeur|author")
_A_PICTURE = re.compile(r"image|photo|picture|thumb|bild|billed|foto|imag[eé]n|immagin|afbeelding")
_A_LINK = re.compile(
    r"(?:item|web|ad|listing|detail|view|vip|product|page|share|public|object|lot|artwork|offer)\w*(?:url|link)"
)
_NAME = re.compile(r"[\W_]+")

_FIELD = {name: (field, at) for field, names in _KEYS.items() for at, name in enumerate(names.split())}


def records(told: Any, reader: str, sure: bool = True) -> list[Listing]:
    """The listings in a JSON value, in its order.

    Parameters
    ----------
    sure
        whether a bare number is a price in whole units: in the data inside of pages it may be in cents
    """
    return [listing for node in _nodes(told) if (listing := _record(node, reader, sure)) is not None]


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    """All objects, except what is said of people and what is inside of a record."""
    left, count = [told], 0
    while left and count < _MOST_NODES:
        one = left.pop()
        count += 1
        if isinstance(one, list):
            left += reversed(one)
        elif isinstance(one, dict):
            yield one
            if not _is_record(_folded(one)):
                left += [value for key, value in reversed(one.items()) if not _PRIVATE.search(key.lower())]


def _folded(node: Mapping[str, Any]) -> dict[str, Any]:
    return {_NAME.sub("", key).lower(): value for key, value in node.items() if value not in (None, "", [], {})}


def _get(told: Mapping[str, Any], field: str) -> Any:
    found = [(_FIELD[key][1], value) for key, value in told.items() if key in _FIELD and _FIELD[key][0] == field]
    return min(found, key=lambda one: one[0])[1] if found else None


def _is_record(told: Mapping[str, Any]) -> bool:
    title = _get(told, "title")
    if not isinstance(title, str) or not title.strip() or len(title) > 1000:
        return False
    return bool(_pictures_in(told)) or (_get(told, "price") is not None and bool(_link_in(told)))


def _record(node: Mapping[str, Any], reader: str, sure: bool) -> Listing | None:
    told = _folded(node)
    if not _is_record(told):
        return None
    listing = Listing(pictures=_pictures_in(told))
    unit = next((first_text(told[key]) for key in _UNITS if key in told), "")
    size = _size(_get(told, "size"))
    simple = ("description", "year", "medium", "availability", "rights", "credit")
    listing.say(
        reader,
        title=first_text(_get(told, "title")),
        artist=", ".join(dict.fromkeys(texts(_get(told, "artist")))),
        place=_place(_get(told, "place")),
        size=("framed, " if told.get("framed") is True and size else "") + size,
        width=_side(told, "width", unit),
        height=_side(told, "height", unit),
        **{name: first_text(_get(told, name)) for name in simple},
        **_price(told, sure),
    )
    if told.get("sold") is True or told.get("issold") is True:
        listing.say(reader, availability="sold")
    for label, text in _labelled(told):
        if (field := field_of(label)) and field not in ("link", "site", "price", "currency"):
            listing.say(reader, **{field: text})
    listing.link = _link_in(told)
    return listing


def _price(told: Mapping[str, Any], sure: bool) -> dict[str, str]:
    currency = _get(told, "currency")
    value = _get(told, "price")
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if isinstance(value, dict):
        inner = _folded(value)
        currency = next((inner[key] for key in _CURRENCIES if isinstance(inner.get(key), str)), currency)
        written = next((inner[key] for key in _SHOWN if isinstance(inner.get(key), str)), None)
        if written is not None:
            return {"price": written, "currency": first_text(currency)}
        value = next((inner[key] for key in _AMOUNTS if isinstance(inner.get(key), (int, float, str))), None)
        sure = True
        if any(inner.get(key) for key in _PERIODS) or _TIME.search(first_text(inner.get("unit"))):
            return {"price": f"{first_text(value)} per period"}  # rent
        divisor = inner.get("divisor")
        if type(divisor) is int and type(value) is int and divisor > 0:
            value = value / divisor
        elif any(_MINOR.search(key) or _DIVIDED.search(key) for key in inner) or "precision" in inner:
            return {"price": f"{first_text(value)} {', '.join(inner)}"}  # in minor units, perhaps: kept, not read
    if value is None:  # what somebody thinks it is worth, or has offered, is no price
        written = next(((key, told[key]) for key in _NO_PRICES if isinstance(told.get(key), (str, int, float))), None)
        return {"price": f"{_NO_PRICES[written[0]]}: {written[1]}"} if written else {}
    if kind := _other_than_a_price(told, first_text(value)):
        return {"price": f"{kind}: {first_text(value)}", "currency": first_text(currency)}
    if divided := next((key for key in told if _DIVIDED.search(key)), ""):
        return {"price": f"{first_text(value)} {divided}"}
    if any(told.get(key) is False for key in _TAXED):
        return {"price": f"{first_text(value)} excl. VAT", "currency": first_text(currency)}
    said = money_said(value, currency)
    if not sure and said.get("price", "").isdigit():
        return {"price": said["price"]}
    return said


def _other_than_a_price(told: Mapping[str, Any], price: str) -> str:
    """What the sum of a record is, where it does not buy the work: an estimate, what is bid; "" where it does."""
    for key, kind in _NO_PRICES.items():
        if any(digits_of(text) == digits_of(price) != "" for text in texts(told.get(key))):
            return kind
    if any(told.get(key) and type(told[key]) in (int, list) for key in _BIDS):
        return "bid"
    sales = [text for key in _SALES for text in texts(told.get(key))]
    if sales and all("auction" in text.lower() for text in sales):
        return "bid"
    kinds = (text for key in _KINDS for text in texts(told.get(key)))
    return next((kind[:60] for kind in kinds if is_another_sum(kind, "")), "")


def _side(told: Mapping[str, Any], name: str, unit: str) -> str:
    """Only with a unit: pictures have widths too."""
    for key, value in told.items():
        if key.startswith(name) and isinstance(value, (int, float, str)) and not isinstance(value, bool):
            ending = key.removeprefix(name)
            text = str(value).strip()
            if ending in ("cm", "mm", "in", "incm", "inmm"):
                return f"{text} {ending.removeprefix('in') or 'in'}"
            if not ending:
                return f"{text} {unit}" if unit and not any(map(str.isalpha, text)) else text
    return ""


def _size(value: Any) -> str:
    """As a text, or that of the centimetres."""
    if isinstance(value, dict):
        value = value.get("cm") or value.get("mm") or value.get("in")
    return value if isinstance(value, str) else ""


def _labelled(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """[{"label": "Bredde", "value": "60"}, ...] wherever it is."""
    for value in told.values():
        if isinstance(value, list):
            for one in value[:100]:
                if (
                    isinstance(one, dict)
                    and isinstance(one.get("label"), str)
                    and isinstance(one.get("value"), (str, int))
                ):
                    yield one["label"], str(one["value"])


def _place(value: Any) -> str:
    if isinstance(value, dict):
        inner = _folded(value)
        return next(
            (inner[key] for key in ("city", "name", "town", "locality", "label") if isinstance(inner.get(key), str)), ""
        )
    return value if isinstance(value, str) else ""


def _pictures_in(told: Mapping[str, Any]) -> list[str]:
    """References to the pictures of a record, the most telling key first; not those of people."""
    named = sorted((key for key in told if _FIELD.get(key, ("",))[0] == "picture"), key=lambda key: _FIELD[key][1])
    others = [key for key in told if key not in named and _A_PICTURE.search(key) and not _PRIVATE.search(key)]
    found = (reference for key in (*named, *others) for reference in _references(told[key]))
    return list(dict.fromkeys(found))


def _references(value: Any, depth: int = 3) -> list[str]:
    """All in a list; of an object that tells one picture in several sizes the largest."""
    if isinstance(value, str):
        text = value.strip()
        return [text] if "/" in text or "." in text else []
    if isinstance(value, list) and depth:
        return [reference for one in value[:_MOST_PICTURES] for reference in _references(one, depth - 1)]
    if isinstance(value, dict) and depth:
        inner = _folded(value)
        return next((found for key in _PICTURE_URLS if (found := _references(inner.get(key), depth - 1))), [])
    return []


def _link_in(told: Mapping[str, Any]) -> str:
    link = _get(told, "link")
    if not isinstance(link, str):
        link = next((value for key, value in told.items() if _A_LINK.fullmatch(key) and isinstance(value, str)), "")
    return link
