"""The first minute: from `beholder serve FOLDER` to the first picture and to the first question, in a real Chromium.

    python runs/first_minute.py ../shared/data/best_art     prints JSON, in seconds; needs Playwright and Chromium

A new data folder, and somebody who opens the address that the command prints, gives a name and answers the first
question. It is not the very first start, in which Python compiles the program. "listening": the address is printed;
"picture": the first is painted; "question": the first is; "answered": its answer is in the database. "kept" says
whether it was still there at the end, "load" how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from beholder.collection import Library
from beholder.config import Settings

PAINTED = "() => [...document.querySelectorAll('.coming img, #wall img')].some(i => i.complete && i.naturalWidth)"
ASKED = "() => [...document.querySelectorAll('#wall img')].some(i => i.complete && i.naturalWidth)"
LONGEST = 120_000  # ms


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--end", action="store_true", help="wait for the end of the import, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--headless", "--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(LONGEST)
        told: dict[str, Any] = {"load before": round(os.getloadavg()[0], 1), "processors": os.cpu_count()}
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        environment = os.environ | {"BEHOLDER_HOME": home, "PYTHONDONTWRITEBYTECODE": ""}
        subprocess.run(
            [sys.executable, "-c", "import beholder.cli.pictures, beholder.web.app"], env=environment, check=True
        )
        begun = time.monotonic()
        command = [sys.executable, "-m", "beholder", "serve", str(options.folder), "--port", str(port)]
        server = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert server.stdout is not None
            address = re.search(r"http://\S+", server.stdout.readline())
            told |= watched(page, address.group() if address else "", begun)
            if options.end:
                page.wait_for_function("() => !document.querySelector('#coming')?.textContent")
                told["end"] = since(begun)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
            browser.close()
        told["kept"] = kept(Path(home)) == 1
    print(json.dumps(told | {"load after": round(os.getloadavg()[0], 1)}, indent=1))
    return 0 if told["kept"] else 1


def watched(page: Page, address: str, begun: float) -> dict[str, float]:
    told = {"listening": since(begun)}
    page.goto(address)
    page.fill("input[name=name]", "Ada")
    page.keyboard.press("Enter")
    page.wait_for_function(PAINTED)
    told["picture"] = since(begun)
    page.wait_for_function(ASKED)
    told["question"] = since(begun)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".saved[data-state=saved] >> visible=true")
    return told | {"answered": since(begun)}


def since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)


def kept(home: Path) -> int:
    """How many answers of the first person are in the data folder."""
    library = Library(home, config=Settings(home=home, threads=1))
    try:
        person, row = library.store.person("Ada"), library.store.collections()[0]
        return len(library.store.judgements(person.id, row.id))
    finally:
        library.close()


if __name__ == "__main__":
    raise SystemExit(main())
