"""Makes saved pages, archives and exports of shops: marks as real sites write them, all words and pictures our own."""

from __future__ import annotations

import base64
import json
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

from helpers.makers import encoded, noise

SITE = "https://www.dba.dk/recommerce/forsale"
PHOTOS = "https://images.dbastatic.dk/dynamic"
ADS = (  # id, title, price in JSON-LD, price as shown, place
    ("25011001", "Maleri, olie på lærred, 70x100 cm", "1250", "1.250", "Aarhus"),
    ("25011002", 'Ukendt kunstner – "Havet", lysmål 40 x 50 cm, rammemål 52 x 62 cm', "400", "400", "Odense C"),
    ("25011003", "Litografi, sign. <b>N.N.</b>", "0", "Gives væk", "København Ø"),
)


def jpeg(seed: int) -> bytes:
    return encoded(noise(320, 240, seed), "JPEG", quality=85)


def photo(number: str, size: str = "default") -> str:
    return f"{PHOTOS}/{size}/item/{number}/0b0e1d2c-0000-4000-8000-0000{number}"


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def json_ld(told: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(told, ensure_ascii=False)}</script>'


def page(body: str, head: str = "", saved_from: str = "", language: str = "da") -> str:
    mark = f"<!-- saved from url=({len(saved_from):04}){saved_from} -->\n" if saved_from else ""
    head = f'<head><meta charset="utf-8">{head}</head>'
    return f'<!DOCTYPE html>\n{mark}<html lang="{language}">{head}<body>{body}</body></html>'


def dba_page(pictures: dict[str, str] | None = None, ads=ADS) -> str:
    """A page of results. pictures : number -> reference of the card's picture, default that on the web"""
    items = [
        {"@type": "ListItem", "position": at + 1, "item": {
            "@type": "Product", "name": title, "url": f"{SITE}/item/{number}", "image": photo(number),
            "offers": {"@type": "Offer", "price": price, "priceCurrency": "DKK", "availability": "https://schema.org/InStock"},
        }}
        for at, (number, title, price, _, _) in enumerate(ads)
    ]  # fmt: skip
    told = {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "mainEntity": {"@type": "ItemList", "itemListElement": items},
    }
    cards = "".join(
        '<article class="relative sf-search-ad card">'
        f'<a class="sf-search-ad-link" href="{SITE}/item/{number}" id="{number}"></a>'
        f'<div><img alt="" src="{escaped((pictures or {}).get(number, photo(number, "480w")))}"/></div>'
        f'<h2 class="h4">{escaped(title)}</h2><span><span class="t3">{shown}</span> <span class="t4">kr.</span></span>'
        f'<span class="truncate block">{place}</span>'
        '<span class="truncate block">Privat</span></article>'
        for number, title, _, shown, place in ads
    )
    head = f'<title>maleri til salg</title><link rel="canonical" href="{SITE}/search?q=maleri">'
    return page(f"<main>{cards}</main>", head + json_ld(told).replace("<b>", "\\u003cb>").replace("</b>", "\\u003c/b>"))


def mhtml(path: Path, text: str, parts: dict[str, bytes], address: str) -> Path:
    """As Chrome saves it: the page in base64, its files by Content-Location, which is folded where it is long."""
    whole = MIMEMultipart("related", type="text/html", boundary="----MultipartBoundary--abc----")
    whole["From"], whole["Snapshot-Content-Location"] = "<Saved by Blink>", address
    body = MIMEText(text, "html", "utf-8")
    body["Content-Location"] = address
    whole.attach(body)
    for place, data in parts.items():
        file = MIMEImage(data, "jpeg")
        file["Content-Location"] = place
        whole.attach(file)
    path.write_bytes(whole.as_bytes().replace(b"\n", b"\r\n"))
    return path


def data_uri(data: bytes, kind: str = "image/jpeg") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def dba_export() -> dict[str, object]:
    """What the site's own search answers."""
    return {
        "docs": [
            {"type": "bap", "id": number, "heading": title, "location": place, "image_urls": [photo(number)],
             "price": {"amount": int(price), "currency_code": "DKK", "price_unit": "kr"},
             "canonical_url": f"{SITE}/item/{number}", "seller": {"name": "Anna Andersen", "phone": "12 34 56 78"}}
            for number, title, price, _, place in ADS
        ],
        "metadata": {"result_size": {"match_count": 3}},
    }  # fmt: skip
