"""From the press of a key to the next picture on the screen, on ten thousand pictures, in a real Chromium.

    python runs/label_latency.py [--pictures 10000] [--answers 60]     prints JSON, milliseconds

The pictures are 200 files that stand behind all items, with made-up vectors: what is measured is the labelling page and
the server, not the import. Every size is rendered anew, as in a collection that nobody has looked at. "painted" is the
end of the first frame in which the next picture, already decoded, hangs. "answer" and "questions" are the server's own
endpoints, timed by a client of its own while the server learns behind every answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import httpx
import numpy as np
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.locator import Locator
from beholder.store import NewItem

FILES = 200
SERVE = (
    "import sys; from pathlib import Path; from beholder.collection import Library; "
    "from beholder.config import Settings; from beholder.web.app import serve; "
    "home = Path(sys.argv[1]); serve(Library(home, config=Settings(home=home)), port=int(sys.argv[2]))"
)
WATCH = """() => {
  window.painted = []
  const label = document.getElementById('label')
  document.addEventListener('keydown', (event) => {
    const old = label.dataset.question
    const look = () => {
      if ([undefined, old].includes(label.dataset.question)) return setTimeout(look, 1)
      requestAnimationFrame(() => {
        const channel = new MessageChannel()  // its message comes after the frame was made
        channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp)
        channel.port2.postMessage(0)
      })
    }
    queueMicrotask(look)
  }, true)
}"""


def hang(home: Path, n: int) -> None:
    """A collection of `n` items over a few files, with ready-made numbers."""
    rng = np.random.default_rng(0)
    folder = home / "pictures"
    folder.mkdir(parents=True)
    for i in range(FILES):
        coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
        size = (1600, 1200) if i % 3 else (1200, 1600)
        coarse.resize(size, Image.Resampling.BICUBIC).save(folder / f"{i}.jpg", quality=88)
    library = Library(home, config=Settings(home=home))
    row = library.store.add_collection("many", str(folder), library.settings.encoder)
    hashes = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n)]
    items = [
        NewItem(
            f"{i}.jpg",
            Locator.of(folder / f"{i % FILES}.jpg"),
            sha,
            *((1600, 1200) if i % FILES % 3 else (1200, 1600)),
            {},
        )
        for i, sha in enumerate(hashes)
    ]
    for name in (row.encoder, "attributes"):
        dimension = library.runtime(name).row.dimension
        library.shards(name).add(hashes, rng.uniform(0, 1, (n, dimension)).astype(np.float32))
    library.store.keep_files(row.id, [], items)
    library.close()


def start(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(home), str(port)])
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{url}/people", timeout=5)
            return server, url
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def summary(times: list[float]) -> dict[str, Any]:
    return {
        "n": len(times),
        "p50": round(float(np.percentile(times, 50)), 1),
        "p95": round(float(np.percentile(times, 95)), 1),
        "max": round(max(times), 1),
    }


def press(url: str, answers: int) -> dict[str, Any]:
    """Answer in a browser, at a person's pace and as fast as one can."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("needs Chromium: sudo apt-get install chromium")
    found: dict[str, Any] = {}
    args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=args)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/people")
        page.fill("input[name=name]", "Ada")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/")
        for mode, keys in (
            ("pairs", ("ArrowLeft", "ArrowRight")),
            ("rating", ("7", "3")),
            ("grid", ("Enter", "Enter")),
        ):
            for pace, pause in (("one_a_second", 1000), ("three_a_second", 330)):
                page.goto(f"{url}/label/many?mode={mode}")
                page.wait_for_selector("#wall img")
                page.wait_for_timeout(3000)
                page.evaluate(WATCH)
                for i in range(answers if mode != "grid" else answers // 4):
                    page.keyboard.press(keys[i % 2])
                    page.wait_for_timeout(pause)
                page.wait_for_timeout(500)
                found[f"{mode}_{pace}"] = summary(page.evaluate("window.painted"))
        browser.close()
    return found


def post(url: str, answers: int) -> dict[str, Any]:
    """Answer pairs without a browser; the time of each call."""
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=60) as client:
        client.post("/people", data={"name": "Bob"})
        times: dict[str, list[float]] = {"questions": [], "answer": []}
        for _ in range(answers):
            began = time.perf_counter()
            question = client.get("/api/label/many/questions?kind=choice&n=1").json()["questions"][0]
            asked = time.perf_counter()
            items = [item["id"] for item in question["items"]]
            event = {"id": uuid.uuid4().hex, "kind": "choice", "items": items, "asked_by": question["asked_by"]}
            client.post("/api/label/many/answers", json={"events": [event]}).raise_for_status()
            times["questions"].append(1000 * (asked - began))
            times["answer"].append(1000 * (time.perf_counter() - asked))
            time.sleep(0.2)
    return {name: summary(each) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        hang(home, options.pictures)
        server, url = start(home)
        try:
            painted, calls = press(url, options.answers), post(url, options.answers)
        finally:
            server.terminate()
            server.wait()
    print(json.dumps({"pictures": options.pictures, "unit": "ms", "painted": painted, "server": calls}, indent=1))


if __name__ == "__main__":
    main()
