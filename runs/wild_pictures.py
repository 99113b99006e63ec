"""The pictures of docs/wild.md: `python runs/wild_pictures.py [--out docs]`, in some minutes.

Paintings of the sample gallery are hung in rendered rooms, photographed, and offered on a saved page of a marketplace
that there is not. The page is imported, somebody rates a few of its works, and Chromium photographs the app: the crops
at a glance, the editor of one, and what is below a price.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from beholder.collection import Library
from beholder.config import Settings
from beholder.research.datasets.rooms import make_room
from beholder.sources.sample import gallery_picture
from beholder.types import Judgement
from label_latency import start

SITE = "https://market.example"
TITLES = (
    "Bjerge i tåge", "Havet om aftenen", "Haven", "Komposition", "Ved fjorden", "Markerne", "Byen", "Skoven i maj",
    "Uden titel", "Sommerdag",
)  # fmt: skip


def save_page(folder: Path) -> Path:
    """A page of results, saved with its photos."""
    files = folder / "malerier_files"
    files.mkdir(parents=True)
    offers = []
    for at, name in enumerate(TITLES):
        rng = np.random.default_rng(100 + at)
        painting = gallery_picture(at * 31 + 5)
        painting.thumbnail((600, 600))
        room = make_room(rng, np.asarray(painting), (660, 520))
        Image.fromarray(room.pixels).save(files / f"{at}.jpg", quality=92)
        width, height = (round(side / 10) for side in painting.size)
        title = f"{name}, {width} x {height} cm"
        offer = {"@type": "Offer", "price": str(300 + 190 * at), "priceCurrency": "DKK"}
        work = {
            "@type": "Product",
            "name": title,
            "url": f"{SITE}/{at}",
            "image": f"malerier_files/{at}.jpg",
            "offers": offer,
        }
        offers.append({"@type": "ListItem", "position": at + 1, "item": work})
    told = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": offers}
    page = folder / "malerier.html"
    data = json.dumps(told, ensure_ascii=False)
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><title>malerier</title><link rel="canonical" href="{SITE}/malerier">'
        f'<script type="application/ld+json">{data}</script>',
        encoding="utf-8",
    )
    return page


def rate(library: Library) -> None:
    """Ada has rated all of it, and likes the works in the order of their numbers."""
    ada, art = library.store.add_person("Ada"), library.collection("malerier")
    ids = [item.id for item in art.items]
    said = [Judgement("rating", (id,), f"ada-{id}", value=1.0 + (7 * at) % 10) for at, id in enumerate(ids)]
    library.store.record(ada.id, art.row.id, said)


def photograph(page: Page, url: str, out: Path) -> None:
    page.goto(f"{url}/people")
    page.locator("button:has-text('Ada')").first.click()
    page.wait_for_load_state()
    for name, path in (
        ("wild_crops", "/crops/malerier"),
        ("wild_corner", ""),
        ("wild_results", "/results/malerier?max_price=1500&currency=DKK"),
    ):
        if path:
            page.goto(url + path)
        else:
            page.locator(".crops a.plate").nth(1).click()
            page.locator(".corner").nth(3).wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate("Promise.all([...document.images].map(one => one.decode().catch(() => 0)))")
        page.screenshot(path=str(out / f"{name}.png"))
        Image.open(out / f"{name}.png").convert("RGB").save(out / f"{name}.jpg", quality=82, optimize=True)
        (out / f"{name}.png").unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out = parser.parse_args().out
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        library = Library(home, config=Settings(home=home, threads=1))
        print(library.import_source(save_page(Path(scratch) / "saved"), "malerier").as_json())
        rate(library)
        library.close()
        server, url = start(home)
        try:
            with sync_playwright() as p:
                browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                photograph(browser.new_page(viewport={"width": 1280, "height": 800}), url, out)
                browser.close()
        finally:
            server.kill()


if __name__ == "__main__":
    main()
