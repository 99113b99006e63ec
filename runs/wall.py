"""How fast Results answers on a hundred thousand pictures: `python runs/wall.py [--pictures 100000]`, a table.

The real server runs in a process of its own, and one person has answered a few grids. The pictures have made-up
numbers, near those of the pictures that the shipped prior was learned from, and share the files of a few. Each
of them has an artist, a style and a year, most a price and a size. Every page is fetched a few times: the first time,
the middle of the others ("warm"), and what the server takes of a processor for one of these, which other work on the
machine changes less. After a heart, a hide and an answer the first page is fetched anew.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import httpx
import numpy as np
from PIL import Image

from beholder.locator import Locator
from beholder.store import NewItem
from beholder.types import Matrix
from label_latency import start
from load import LIKED, fill, memory, processor

TIMES = 6  # that each page is fetched
SHAPES = ((1200, 900), (900, 1200), (1000, 1000), (1500, 700), (700, 1400), (1200, 800))  # of the files that are shared
GRIDS = 6  # that are answered before
STYLES = ("Impressionism", "Realism", "Baroque", "Cubism", "Surrealism", "Rococo", "Symbolism", "Fauvism")
PAGES = {
    "first page": "",
    "page 20": "page=20",
    "one style": "c.style=Cubism",
    "two styles, one artist": "c.style=Cubism&c.style=Rococo&c.artist=Artist+7",
    "price range": "min_price=2000&max_price=9000",
    "price, width and year": "max_price=9000&max_width=90&min_year=1900",
    "by price": "sort=price",
    "by size, large first": "sort=size-high",
    "newest": "sort=newest",
    "surprise me": "sort=surprise",
    "varied": "sort=varied",
    "varied, one style": "sort=varied&c.style=Cubism",
}


def hang(home: Path, n: int) -> Matrix:
    """A collection of `n` items that share a few files, of which something is said; returns their numbers."""
    rng = np.random.default_rng(0)
    for at, size in enumerate(SHAPES):
        blurred = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
        blurred.save(home / f"{at}.jpg")

    def item(i: int, sha: str) -> NewItem:
        kind = int(rng.integers(len(SHAPES)))
        return NewItem(f"{i}.jpg", Locator.of(home / f"{kind}.jpg"), sha, *SHAPES[kind], said(rng))

    return fill(home, n, item)


def said(rng: np.random.Generator) -> dict[str, str]:
    """What the source says of one picture."""
    told = {
        "artist": f"Artist {int(300 * rng.random() ** 2)}",
        "style": STYLES[int(len(STYLES) * rng.random() ** 2)],
        "year": str(1500 + int(520 * rng.random() ** 0.5)),
    }
    if rng.random() < 0.8:
        told["price"] = f"{round(np.exp(rng.normal(8, 1)))} DKK"
    if rng.random() < 0.7:
        told["size"] = f"{rng.integers(20, 160)} x {rng.integers(20, 160)} cm"
    return told


class Visitor:
    """Somebody who answers a few grids and looks at Results."""

    def __init__(self, url: str, vectors: Matrix) -> None:
        self.client = httpx.Client(base_url=url, headers={"Origin": url}, timeout=600)
        self.client.post("/people", data={"name": f"Visitor {uuid.uuid4().hex[:6]}"})
        liking = vectors @ np.random.default_rng(1).normal(size=vectors.shape[1]).astype(np.float32)
        self._liked = liking > np.quantile(liking, 1 - LIKED)

    def answer(self) -> None:
        told = self.client.get("/api/label/many/questions", params={"kind": "grid", "n": 1}).json()["questions"][0]
        shown = [item["id"] for item in told["items"]]
        picked = [id for id in shown if self._liked[id - 1]]
        event = {"id": uuid.uuid4().hex, "kind": "grid", "items": shown, "picked": picked, "asked_by": told["asked_by"]}
        self.client.post("/api/label/many/answers", json={"events": [event]}).raise_for_status()

    def look(self, query: str = "") -> None:
        response = self.client.get(f"/results/many?{query}")
        response.raise_for_status()
        self.shown_to = re.findall(r'name="shown_to" value="([^"]+)"', response.text)[0]
        self.items = re.findall(r'data-item="(\d+)"', response.text)

    def mark(self, kind: str) -> None:
        said = {
            "shown_to": self.shown_to,
            "item": self.items.pop(),
            "kind": kind,
            "value": "1",
            "next": "/results/many",
        }
        self.client.post("/mark/many", data=said, follow_redirects=False)


def measure(home: Path, vectors: Matrix) -> list[tuple[str, list[float]]]:
    """Of each page: ms the first time, ms warm, and ms of a processor that the server then takes."""
    server, url = start(home)

    def timed(do: Callable[[], object]) -> tuple[float, float]:
        used, began = processor(server.pid), time.perf_counter()
        do()
        return 1000 * (time.perf_counter() - began), 1000 * (processor(server.pid) - used)

    def page(query: str = "") -> list[float]:
        first, *warm = (timed(lambda: someone.look(query)) for _ in range(TIMES))
        return [first[0], median(ms for ms, _ in warm), mean(ms for _, ms in warm)]

    try:
        someone = Visitor(url, vectors)
        rows = [("opening the collection", [timed(lambda: someone.client.get("/label/many"))[0]])]
        for _ in range(GRIDS):
            someone.answer()
        rows += [(what, page(query)) for what, query in PAGES.items()]
        for kind in ("favourite", "hide"):
            rows.append((f"{kind}: the mark itself", [timed(lambda kind=kind: someone.mark(kind))[0]]))
            rows.append((f"{kind}: the page after it", page()))
        someone.answer()
        rows.append(("an answer: the page after it", page()))
        print(f"memory of the server: {memory(server.pid)['most']:,.0f} MB at most")
    finally:
        server.terminate()
        server.wait()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), hang(Path(folder), options.pictures))
    print(f"{options.pictures:,} pictures, milliseconds")
    print(f"{'':32}{'first':>10}{'warm':>10}{'processor':>12}")
    for what, figures in rows:
        print(f"{what:32}" + "".join(f"{ms:{width},.0f}" for ms, width in zip(figures, (10, 10, 12), strict=False)))


if __name__ == "__main__":
    main()
