"""The map of a large collection: how long drawing takes, how well it keeps neighbours, how smoothly it moves.

    python runs/map.py [--pictures 100000] [--seconds 5] [--home FOLDER]     prints JSON

Made-up pictures as in `load.py`, all of one file. Drawing is timed in seconds of one processor. How far neighbours on
the map look alike is told as its trustworthiness (Venna & Kaski 2001; 12 neighbours, 4,000 pictures; 1 at most), beside
that of two principal components. Then the real server, and Chromium, which draws in software: the page is opened, and
moved to and fro with the mouse at three zooms; told are the milliseconds between its frames.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from sklearn.manifold import trustworthiness

from beholder.collection import Library
from beholder.config import Settings
from beholder.search import Looks
from beholder.views.maps import map_of
from label_latency import start, summary
from load import fill

COMPARED, NEIGHBOURS = 4_000, 12
ZOOMS = {"everything": 0, "near": 4, "nearest": 12}  # how often + is pressed
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""


def drawing(home: Path) -> dict[str, Any]:
    """What drawing takes, on one processor, and how well the map keeps neighbours."""
    library = Library(home, config=Settings(home=home, threads=1))
    art = library.collection("many")
    looks = time.process_time()
    places = Looks.of(art.X, art.layout).places
    began = time.process_time()
    cells = map_of(home / "maps" / f"{art.row.id}.npz", library.key(*art.row.encoders), art.table.hashes, places)
    took = time.process_time() - began
    some = np.random.default_rng(0).permutation(len(places))[:COMPARED]
    centred = places[some] - places[some].mean(axis=0)
    flat = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -2:]
    kept, plain = (
        round(float(trustworthiness(places[some], xy, n_neighbors=NEIGHBOURS)), 3) for xy in (cells[some], flat)
    )
    library.close()
    return {
        "pictures": len(places), "looks_s": round(began - looks, 1), "drawing_s": round(took, 1),
        "trustworthiness": kept, "of_principal_components": plain,
    }  # fmt: skip


def moving(url: str, seconds: float) -> dict[str, Any]:
    """Milliseconds between frames while the map is moved, by zoom, and from opening to the first sight of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(300_000)
        page.goto(f"{url}/people?next=/map/many")
        page.locator("input[name=name]").last.fill("Ada")
        page.keyboard.press("Enter")
        page.wait_for_selector("#map[data-ready]")  # kinds and ranking are made once
        began = time.perf_counter()
        page.reload()
        page.wait_for_selector("#map[data-ready]")
        found: dict[str, Any] = {"opened_s": round(time.perf_counter() - began, 2)}
        page.evaluate(FRAMES)
        for zoom, times in ZOOMS.items():
            page.focus("#plane")
            page.keyboard.press("Home")
            for _ in range(times):
                page.keyboard.press("+")
            found[zoom] = summary(drag(page, seconds))
        browser.close()
    return found


def drag(page: Page, seconds: float) -> list[float]:
    box = page.locator("#plane").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("window.frames_.length = 0")
    began, step = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        step += 1
        page.mouse.move(x + 200 * np.sin(step / 15), y + 120 * np.cos(step / 15))
    times: list[float] = page.evaluate("window.frames_.slice()")
    page.mouse.up()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of moving, at each zoom")
    parser.add_argument("--home", type=Path, help="a data folder to keep; made where it is not there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder)
        if not (home / "beholder.db").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill(home, arguments.pictures)
            Image.effect_mandelbrot((320, 240), (-2, -1.2, 1, 1.2), 60).convert("RGB").save(home / "0.jpg")
            for i in range(1, arguments.pictures):
                (home / f"{i}.jpg").symlink_to(home / "0.jpg")
        told = drawing(home)
        server, url = start(home)
        try:
            told |= moving(url, arguments.seconds)
        finally:
            server.kill()
            server.wait()
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
