"""What the tests of the web app share: a wall of small pictures, a server one can kill, a person who answers."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings

_FOUND = ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
CHROMIUM = next((path for path in _FOUND if path and Path(path).exists()), None)
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MEND = "needs Chromium: sudo apt-get install chromium"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SERVE = """
import sys
from pathlib import Path
from beholder.collection import Library
from beholder.config import Settings
from beholder.session import Session
from beholder.web.app import serve
Session.__init__.__kwdefaults__["seed"] = 0  # the same questions each time
home = Path(sys.argv[1])
serve(Library(home, config=Settings(home=home, threads=1)), port=int(sys.argv[2]))
"""


def copied(home, to):
    """A data folder without the pictures, which stay where they are."""
    return shutil.copytree(home, to, ignore=shutil.ignore_patterns("pictures"))


def hang(folder: Path, n: int = 70) -> Path:
    """So many small pictures, each different, of several shapes, with what is said of them in an `items.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    shapes = [(96, 72), (72, 96), (80, 80), (120, 60)]
    lines = ["item,file,title,artist,price,link,medium"]
    for i in range(n):
        coarse = rng.integers(0, 256, (3, 4, 3)) * rng.uniform(0.1, 1) + rng.integers(0, 120)
        picture = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8)).resize(
            shapes[i % 4], Image.Resampling.BICUBIC
        )
        picture.save(folder / f"{i:03}.png")
        link = f"https://example.org/{i}" if i % 3 else "javascript:alert(1)"
        lines.append(f"p{i:03},{i:03}.png,Study {i},Painter {i % 5},{100 + i} EUR,{link},{'oil' if i % 2 else 'ink'}")
    (folder / "items.csv").write_text("\n".join(lines) + "\n")
    return folder


def album(folder: Path, n: int = 40) -> Path:
    """So many photographs of three months, but for two that tell no date."""
    hang(folder, n)
    (folder / "items.csv").unlink()
    for at, place in enumerate(sorted(folder.iterdir())):
        taken = datetime(2019, 7, 29, 9) + timedelta(hours=10 * at)
        taken = taken.replace(year=2021, month=10) if at % 5 == 0 else taken
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
        Image.open(place).save(place.with_suffix(".jpg"), **({"exif": exif} if at > 1 else {}))
        place.unlink()
    return folder


HERE = "http://127.0.0.1:8765"
COUNTING = """{
  const decode = HTMLImageElement.prototype.decode;
  window.decoded = 0;
  HTMLImageElement.prototype.decode = function () { return decode.call(this).finally(() => (window.decoded += 1)); };
}"""  # has a page count the pictures that it has decoded before they are shown
LISTENING = """addEventListener("DOMContentLoaded", () => {
  const said = document.getElementById("said");
  window.told = [];
  const listen = () => said.matches(".shown") && window.told.push(said.textContent);
  if (said) new MutationObserver(listen).observe(said, { childList: true, attributes: true });
})"""  # has a page remember what it says in passing
SAFE = {"Origin": HERE}  # what a browser sends with every write


def as_person(client, name=None):
    """This client answers as a new person from now on."""
    client.person = name or f"Pa{uuid.uuid4().hex[:9]}"
    assert client.post("/people", data={"name": client.person}, follow_redirects=False).status_code == 303
    return client


def with_code(client):
    """This client, on another device, has typed the access code."""
    code = client.app.state.beholder.code.text
    assert client.post("/code", data={"code": code}, follow_redirects=False).status_code == 303
    return client


def event(kind, items=(), **more):
    return {"id": uuid.uuid4().hex, "kind": kind, "items": list(items), **more}


def send(client, *events):
    return client.post("/api/label/wall/answers", json={"events": events})


def ask(client, kind="choice", n=1, exclude=()):
    query = {"kind": kind, "n": n, "exclude": ",".join(map(str, exclude))}
    return client.get("/api/label/wall/questions", params=query).json()["questions"]


def shown_to(client):
    """Whom the pages of this client are shown to, as its forms say it."""
    text = client.get("/shortlists").text
    person, home = re.search(r'data-person="(\d+)" data-home="([^"]+)"', text).groups()
    return f"{home}.{person}"


def form(client, path, **data):
    """Send a form of a page."""
    return client.post(path, data=data | {"shown_to": shown_to(client)}, follow_redirects=False)


def choose(client, times):
    """Answer so many pairs, always for the picture that came first into the collection."""
    for _ in range(times):
        (question,) = ask(client)
        ids = sorted(item["id"] for item in question["items"])
        assert send(client, event("choice", ids, asked_by=question["asked_by"], side="left")).status_code == 200


def brighter(library, n=40, seed=0, darker=False):
    """So many choices of somebody who likes bright pictures and no dark ones, or the other way round."""
    wall, rng = library.collection("wall"), np.random.default_rng(seed)
    rows = np.argsort(wall.attributes[:, 4])[:: -1 if darker else 1]
    pairs = [(int(rng.choice(rows[-20:])), int(rng.choice(rows[:40]))) for _ in range(n)]
    return [event("choice", [wall.items[a].id, wall.items[b].id]) for a, b in pairs]


def kept(wall, client):
    """What the database holds of this person's answers."""
    person = wall.store.person(client.person)
    return wall.store.judgements(person.id, wall.store.collection("wall").id)


def free_port() -> int:
    """One below those that connections are given by themselves, of which one could take it before it is bound.

    Of the processes that run these tests side by side, each has ports of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
    for port in random.SystemRandom().sample(range(20_000 + worker, 32_000, 8), 100):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class Server:
    """The app in a process of its own, on one port for all of its lives; first : what that process runs before"""

    def __init__(self, home: Path, first: str = "") -> None:
        self.home, self.port, self.script = home, free_port(), first + SERVE
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "BEHOLDER_HOME": str(self.home)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.script, str(self.home), str(self.port)], env=environment
        )
        until = time.monotonic() + 240  # a busy machine takes a minute to import all of it
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/people", timeout=5).close()
                return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, "the server did not start"
                time.sleep(0.1)
        self.kill()
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """As a power cut would: no chance to tidy up."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def chromium():
    """A running Chromium; skips with the line that mends it where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install 'beholder[test]'")
    if CHROMIUM is None:
        pytest.skip(MEND)
    return sync_api.sync_playwright(), {"executable_path": CHROMIUM, "args": ARGS}


def enter(page, server, name=None):
    """Have this browser answer as a new person. returns : the name"""
    name, address = name or f"P{uuid.uuid4().hex[:8]}", f"{server.url}/people"
    reply = page.request.post(address, form={"name": name}, headers={"Origin": server.url}, max_redirects=0)
    assert reply.status == 303, reply.text()
    return name


def start(page, server, name=None, to="/label/wall"):
    """A new person comes to the labelling page. returns : the name"""
    name = enter(page, server, name)
    page.add_init_script(COUNTING)
    page.goto(f"{server.url}{to}")
    asked(page)
    return name


def ready(page, pictures):
    """Wait until so many pictures have come for questions, those on the wall among them."""
    page.wait_for_function("n => window.decoded >= n", arg=pictures)


def answered(page, server, to, name=None):
    """A new person who has rated the first eleven pictures of the wall comes to this page. returns : the name"""
    name = enter(page, server, name)
    say(page, server, [event("rating", [item], value=int(one)) for item, one in enumerate("91827364556", 1)])
    page.goto(f"{server.url}{to}")
    return name


def asked(page, not_=None):
    """The id of the question on the wall, once there is one that is not `not_`."""
    page.wait_for_function(
        "old => ![undefined, old].includes(document.getElementById('label').dataset.question)", arg=not_
    )
    return page.get_attribute("#label", "data-question")


def press(page, *keys):
    """Press keys of which each answers, waiting for the next question after each."""
    for key in keys:
        before = asked(page)
        page.keyboard.press(key)
        asked(page, before)


def laid_out(page):
    """All that this page knows by now is laid out: what sees its new size has had its turn too."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def told(page, words):
    """Wait until this was said in passing; the page was opened with LISTENING."""
    page.wait_for_function("words => window.told.some(one => one.includes(words))", arg=words)


def hung(page):
    """The wall of Results hangs, and knows the place of each picture."""
    page.locator(".wall.hung figure:not(.bare)").first.wait_for()
    page.wait_for_function("() => document.querySelector('.pages').classList.contains('over-wall')")


def shut(page):
    """The closer look is shut, and the step that stood for it taken back."""
    page.wait_for_function("() => !document.querySelector('dialog.zoom[open]') && !history.state?.zoom")


def no_wider(page):
    """The page is no wider than the screen, once all of it is there."""
    page.wait_for_load_state()
    laid_out(page)
    wide, width = page.evaluate("document.documentElement.scrollWidth"), page.viewport_size["width"]
    assert wide <= width, f"{wide} pixels on a screen of {width}"


def say(page, server, events):
    """Answers of the person of this browser, given without a click."""
    address, origin = f"{server.url}/api/label/wall/answers", {"Origin": server.url}
    assert page.request.post(address, data={"events": events}, headers=origin).ok


def act(page, at, what):
    """Do this to a picture of Results, as one can on this screen: with the buttons over it, or in its menu."""
    hung(page)
    figure = page.locator("#wall figure").nth(at)
    if figure.locator(".dots").is_visible():
        figure.locator(".dots").tap()
        page.locator(f"dialog.sheet [data-do={what}]").tap()
    else:
        figure.locator("a.plate").hover()
        figure.locator(f".over [data-do={what}]").click()


def swipe(page, selector, dx, dy):
    """A finger on the middle of this element, and off so far away."""
    box = page.locator(selector).first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    send = lambda kind, points: finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})  # noqa: E731
    send("touchStart", [{"x": x, "y": y}])
    for step in (0.4, 0.7, 1):
        send("touchMove", [{"x": x + dx * step, "y": y + dy * step}])
    send("touchEnd", [])
    finger.detach()


def saved(page):
    page.wait_for_selector(".saved[data-state=saved] >> visible=true")


def said(server, name):
    """What the database holds of this person, oldest first."""
    library = Library(server.home, config=Settings(home=server.home, threads=1))
    try:
        person, row = library.store.person(name), library.store.collection("wall")
        return library.store.judgements(person.id, row.id), library.store.events(person.id, row.id)
    finally:
        library.close()


def kinds(server, name):
    return [j.kind for j in said(server, name)[0]]


def tab_to(page, selector, most=60):
    """Move the focus with Tab alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")
