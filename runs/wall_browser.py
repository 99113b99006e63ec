"""The wall of Results in Chromium on a hundred thousand pictures: `python runs/wall_browser.py [--pictures 100000]`.

Prints a table for a desk and a phone: how soon the first pictures are painted, the most elements in the page, and how
long frames took while it was scrolled to the end: by the thumb of the scrollbar (dragged down in eight seconds), by
Page Down, by the arrow keys and by the wheel. Pictures are drawn in software, as where there is no GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from playwright.sync_api import Page, sync_playwright

from beholder.types import Matrix
from label_latency import start
from wall import Visitor, hang

NAMED = {"answer": "the server's answer begins", "first": "first paint", "picture": "largest picture painted"}
CHROMIUM = "/usr/bin/chromium"
SCREENS = {
    "desk, 1280 x 900": {"viewport": {"width": 1280, "height": 900}},
    "large desk, 2560 x 1440": {"viewport": {"width": 2560, "height": 1440}},
    "phone, 390 x 844": {
        "viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2,
    },
}  # fmt: skip
WATCH = """() => {
  window.frames_ = []; window.nodes_ = 0; let last = performance.now();
  (function frame(now) {
    window.frames_.push(now - last); last = now;
    window.nodes_ = Math.max(window.nodes_, document.getElementsByTagName('*').length);
    window.watching_ = requestAnimationFrame(frame);
  })(last);
}"""
STOP = (
    "() => { cancelAnimationFrame(window.watching_); return {frames: window.frames_.slice(2), nodes: window.nodes_} }"
)
DRAG = """() => new Promise(done => {
  const began = performance.now(), end = document.documentElement.scrollHeight - innerHeight;
  (function step(now) {
    const share = Math.min(1, Math.max(0, now - began) / 8000);
    scrollTo({top: share * end, behavior: 'instant'});
    share < 1 ? requestAnimationFrame(step) : done();
  })(began);
})"""
PAINTED = """() => new Promise(done => new PerformanceObserver(list => done({
  first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  answer: performance.getEntriesByType('navigation')[0].responseStart,
  picture: list.getEntries().at(-1).startTime,
})).observe({type: 'largest-contentful-paint', buffered: true}))"""


@contextmanager
def watched(page: Page, rows: list[tuple[str, dict[str, Any]]], what: str) -> Iterator[None]:
    page.evaluate(WATCH)
    yield
    rows.append((what, page.evaluate(STOP)))


def filled(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('#wall .bare')", timeout=60_000)


def scrolled(page: Page) -> list[tuple[str, dict[str, Any]]]:
    rows: list[tuple[str, dict[str, Any]]] = []
    with watched(page, rows, "thumb, to the end in 8 s"):
        page.evaluate(DRAG)
    filled(page)
    page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    filled(page)
    with watched(page, rows, "Page Down, 40 times"):
        for _ in range(40):
            page.keyboard.press("PageDown")
            page.wait_for_timeout(80)
    filled(page)
    with watched(page, rows, "arrow keys, 80 times"):
        for key in ("ArrowDown", "ArrowRight") * 40:
            page.keyboard.press(key)
            page.wait_for_timeout(40)
    with watched(page, rows, "wheel, 60 times"):
        for _ in range(60):
            page.mouse.wheel(0, 400)
            page.wait_for_timeout(40)
    with watched(page, rows, "End, Home, End"):
        for key in ("End", "Home", "End"):
            page.keyboard.press(key)
            filled(page)
    return rows


def measure(home: Path, vectors: Matrix) -> None:
    server, url = start(home)
    try:
        someone = Visitor(url, vectors)
        for _ in range(6):
            someone.answer()
        someone.look()
        with sync_playwright() as p:
            engine = p.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
            for screen, options in SCREENS.items():
                context = engine.new_context(**options)
                jar = someone.client.cookies.jar
                context.add_cookies([{"name": one.name, "value": one.value or "", "url": url} for one in jar])
                page = context.new_page()
                times = []
                for _ in range(4):
                    page.goto(f"{url}/results/many")
                    page.wait_for_selector(".wall.hung")
                    page.wait_for_selector(".pages.over-wall", state="attached")
                    times.append(page.evaluate(PAINTED))
                    filled(page)
                best = {what: min(one[what] for one in times[1:]) for what in times[0]}
                height = page.evaluate("document.documentElement.scrollHeight")
                print(
                    f"{screen}: {height:,} pixels high; in ms, the first time and the best of three more:", flush=True
                )
                for what in ("answer", "first", "picture"):
                    print(f"  {NAMED[what]:28}{times[0][what]:6.0f} {best[what]:6.0f}", flush=True)
                for what, found in scrolled(page):
                    frames = np.array(found["frames"])
                    low, high = np.percentile(frames, [50, 95])
                    print(f"  {what:28}{len(frames):6} frames, median {low:5.1f} ms, 95th percentile {high:5.1f}, "
                          f"longest {frames.max():6.1f}; {found['nodes']:5} elements at most", flush=True)  # fmt: skip
                context.close()
            engine.close()
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--home", type=Path, help="a data folder to keep, or one that was kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        kept = home / "vectors.npy"
        if not kept.exists():
            home.mkdir(parents=True, exist_ok=True)
            np.save(kept, hang(home, options.pictures))
        print(json.dumps({"pictures": options.pictures, "load": os.getloadavg()}))
        measure(home, np.load(kept))


if __name__ == "__main__":
    main()
