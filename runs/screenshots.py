"""Photograph every page at four widths, light and dark: python runs/screenshots.py

Writes a sheet for each page to docs/screens/, and docs/screens.md that shows them; needs Playwright and Chromium. The
pictures are the sample gallery, and the people on them made up: Ada likes bright pictures, Ben does not, Cleo begins.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import threading
import uuid
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from beholder.collection import Library
from beholder.config import Settings
from beholder.session import Session
from beholder.types import Judgement
from beholder.web.app import serve

DOCS = Path(__file__).resolve().parents[1] / "docs"
SIZES = ((390, 844), (768, 1024), (1280, 900), (1920, 1080))
SCHEMES = ("light", "dark")
HEIGHT, GAP, GROUND = 460, 12, "#8a8782"  # of a picture on the sheet, around it, behind it
PAGES = {  # its address, and what is pressed on it
    "collections": ("/", ""),
    "choose-favourites": ("/label/sample?mode=grid", ""),
    "choose-pairs": ("/label/sample?mode=pairs", ""),
    "choose-1-to-10": ("/label/sample?mode=rating", ""),
    "results": ("/results/sample", ""),
    "results-filter": ("/results/sample", "summary:has-text('Filter')"),
    "kinds": ("/kinds/sample", ""),
    "map": ("/map/sample", ""),
    "my-taste": ("/taste/sample", ""),
    "my-taste-figures": ("/taste/sample", "summary:has-text('Figures')"),
    "answers": ("/answers/sample", ""),
    "create": ("/create/sample", ""),
    "shortlist": ("/shortlists/1", ""),
    "beside": ("/shortlists/1/beside", ""),
    "decide": ("/shortlists/1/decide", ""),
    "people": ("/people", ""),
    "side-by-side": ("/together?one=1&other=2&collection=sample", ""),
    "crops": ("/crops/sample", ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of pages; all, unless told")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        library = Library(Path(home), config=Settings(home=Path(home), threads=1))
        fill(library)
        ready, told = threading.Event(), list[str]()
        threading.Thread(
            target=serve, args=(library,), daemon=True,
            kwargs={"port": 0, "on_ready": lambda address: (told.append(address), ready.set())},
        ).start()  # fmt: skip
        ready.wait()
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--headless", "--no-sandbox"])
        (DOCS / "screens").mkdir(exist_ok=True)
        for name in options.names or PAGES:
            sheet(browser, told[0].rstrip("/"), name).save(DOCS / "screens" / f"{name}.webp", quality=58, method=6)
            print(name, flush=True)
        browser.close()
    lines = [f"## {name.replace('-', ' ').capitalize()}\n\n![{name}](screens/{name}.webp)\n" for name in PAGES]
    head = (
        "# Every page\n\nAt 390, 768, 1280 and 1920 pixels, light and dark. Made by `python runs/screenshots.py`.\n\n"
    )
    (DOCS / "screens.md").write_text(head + "\n".join(lines), encoding="utf-8")


def fill(library: Library) -> None:
    """The sample gallery, three people, and a shortlist."""
    library.import_source("sample", "sample")
    art, rng = library.collection("sample"), np.random.default_rng(0)
    order = np.argsort(art.attributes[:, 4])
    for name, rows, n in (("Ada", order[::-1], 40), ("Ben", order, 40), ("Cleo", order, 3)):
        library.store.add_person(name)
        session, half = Session(library, "sample", name), len(rows) // 2
        pairs = [(int(rng.choice(rows[:half])), int(rng.choice(rows[half:]))) for _ in range(n)]
        ids = [(art.items[a].id, art.items[b].id) for a, b in pairs]
        session.record([Judgement("choice", pair, uuid.uuid4().hex) for pair in ids])
        session.settle()
        session.close()
    kept = library.store.shortlists
    for at in (3, 30, 60, 90):
        mine = kept.of(library.store.person("Ada").id)
        kept.put(mine[0] if mine else kept.add(library.store.person("Ada").id, "For the hall"), art.items[at].id)


def sheet(browser: Browser, address: str, name: str) -> Image.Image:
    """One page in all widths and schemes, a row for each scheme."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address.partition('/label')[0]}/people")
    page.click("button.person:has-text('Ada')")
    path, pressed = PAGES[name]
    page.goto(f"{address.partition('/label')[0]}{path}")
    awaited = {"label": "#wall img", "map": "#near li"}.get(path.split("/")[1])
    if awaited:
        page.locator(awaited).first.wait_for(state="attached", timeout=120_000)
    if pressed:
        page.locator(pressed).first.click()
    shots = [[shot(page, size, scheme) for size in SIZES] for scheme in SCHEMES]
    page.close()
    width = sum(one.width for one in shots[0]) + GAP * (len(SIZES) + 1)
    whole = Image.new("RGB", (width, len(SCHEMES) * (HEIGHT + GAP) + GAP), GROUND)
    for row, pictures in enumerate(shots):
        x = GAP
        for one in pictures:
            whole.paste(one, (x, GAP + row * (HEIGHT + GAP)))
            x += one.width + GAP
    return whole


def shot(page: Page, size: tuple[int, int], scheme: str) -> Image.Image:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(700)  # what comes into view is loaded
    page.wait_for_function(
        "() => [...document.images].filter(i => i.checkVisibility()).slice(0, 12).every(i => i.complete)"
    )
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
