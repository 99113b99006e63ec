"""How long it takes to read listings off saved pages: `python runs/listings_speed.py`, JSON on stdout.

Pages of results are made, each with JSON-LD, cards, menus and scripts around them, and a small picture for each
listing. They are read, and every picture is fingerprinted, as an import does before it looks at pictures. Nothing is
embedded.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.details import read_details
from beholder.images import fingerprint
from beholder.sources import Found, open_source

ON_A_PAGE = 40
NOISE = "".join(f'<li><a href="/k/{n}"><span class="icon i{n}"></span>Kategori {n}</a></li>' for n in range(300))
SCRIPT = "<script>window.__CONFIG__ = " + json.dumps({f"flag{n}": {"on": True, "name": "x" * 40} for n in range(1500)})


def picture(number: int) -> bytes:
    rng = np.random.default_rng(number)
    packed = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize((240, 180)).save(
        packed, "JPEG", quality=70
    )
    return packed.getvalue()


def page(numbers: range, files: str) -> str:
    works = [
        {
            "@type": "ListItem",
            "item": {
                "@type": "Product",
                "name": f"Maleri nr. {n}, olie på lærred, {40 + n % 60}x{50 + n % 70} cm",
                "url": f"https://www.dba.dk/recommerce/forsale/item/{n}",
                "image": f"https://images.dbastatic.dk/dynamic/default/item/{n}/{n:032x}",
                "description": "Et smukt maleri af havet. " * 8,
                "offers": {"@type": "Offer", "price": str(100 + n), "priceCurrency": "DKK"},
            },
        }
        for n in numbers
    ]
    cards = "".join(
        f'<article class="sf-search-ad card"><a href="https://www.dba.dk/recommerce/forsale/item/{n}"></a><div><img '
        f'src="./{files}/{n}.jpg"></div><h2>Maleri nr. {n}</h2><span><span>{100 + n}</span> <span>kr.</span></span>'
        '<span class="truncate block">Aarhus</span><span class="truncate block">Privat</span></article>'
        for n in numbers
    )
    linked = json.dumps({"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": works}})
    return (
        '<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><link rel="canonical" href="https://www.dba.dk/x">'
        f'<script type="application/ld+json">{linked}</script>{SCRIPT}</script></head><body><nav><ul>{NOISE}</ul></nav>'
        f"<main>{cards}</main></body></html>"
    )


def make(folder: Path, listings: int) -> Iterator[Path]:
    """Saved pages of 40 listings each."""
    for at in range(0, listings, ON_A_PAGE):
        numbers, files = range(at, min(at + ON_A_PAGE, listings)), f"side {at // ON_A_PAGE}_files"
        (folder / files).mkdir()
        for n in numbers:
            (folder / files / f"{n}.jpg").write_bytes(picture(n))
        path = folder / f"side {at // ON_A_PAGE}.html"
        path.write_text(page(numbers, files), encoding="utf-8")
        yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=4000)
    listings = parser.parse_args().listings
    with tempfile.TemporaryDirectory() as name:
        paths = list(make(Path(name), listings))
        start = time.perf_counter()
        found = [one for path in paths for one in open_source(path, Path(name) / "workspace").find()]
        read = time.perf_counter() - start
        works = [one for one in found if isinstance(one, Found)]
        prices = sum(read_details(one.columns).price is not None for one in works)
        for one in works:
            fingerprint(one.locator)
        total = time.perf_counter() - start
    told = {"listings": len(works), "with a price": prices, "pages": len(paths)}
    print(json.dumps(told | {"seconds to read": round(read, 2), "seconds in all": round(total, 2)}, indent=1))


if __name__ == "__main__":
    main()
