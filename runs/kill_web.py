"""Kill -9 at random moments an import of pictures by their links; then look for anything that was fetched twice.

    python runs/kill_web.py [--kills 50] [--pictures 200] [--seed 0]     prints JSON, exits 1 where something is wrong

A server on this machine sends the pictures in pieces, sometimes breaks off, and writes down what it is asked for. After
each kill every whole file has the bytes that were sent. What was whole is never asked for again, and in the end every
picture is there once: one file, one item.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from beholder import collection
from beholder.errors import BeholderError
from beholder.locator import Locator
from beholder.sources import Broken, Found
from beholder.sources.fetched import FetchedSource
from beholder.sources.web import Door
from beholder.sources.web.kept import Entry
from beholder.sources.web.links import Link
from killed import library, paint, ready, start

HOST = "pictures.example"
PIECES = 8  # in which a picture is sent
PADDING = 100_000  # bytes that make a picture last while it is sent
BREAKS = 0.05  # share of answers that break off


def link_to(name: str) -> str:
    return f"http://{HOST}/{name}"


def serving_pictures(folder: Path, log: Path, seed: int, said: Connection) -> None:
    """Serves a folder; a line in the log for each request: the name and the first byte."""
    rng = random.Random(seed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.strip("/")
            if name == "robots.txt":
                self.send_error(404)
                return
            data, first = (folder / name).read_bytes(), 0
            tag = f'"{len(data)}-{name}"'
            if self.headers["If-Range"] == tag:
                first = int(self.headers["Range"].removeprefix("bytes=").partition("-")[0])
            with log.open("a") as out:
                out.write(f"{name} {first}\n")
            self.send_response(206 if first else 200)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(data) - first))
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            breaks = rng.random() < BREAKS
            for piece in range(PIECES):
                size = len(data) // PIECES + 1
                self.wfile.write(data[max(first, piece * size) : (piece + 1) * size])
                time.sleep(0.005)
                if breaks and piece == 1:
                    self.close_connection = True
                    return

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever asks is killed."""

    server = Server(("127.0.0.1", 0), Handler)
    said.send(server.server_address)
    server.serve_forever()


@dataclass
class Links:
    """Pictures by their links."""

    names: list[str]
    title: str = "links"

    def find(self) -> Iterator[Found | Broken]:
        return (Found(name, Locator.parse(link_to(name))) for name in self.names)


@dataclass
class ByLinks:
    """The same, fetched; says of each when it is whole."""

    home: Path
    names: list[str]
    place: tuple[str, int]
    said: Connection
    title: str = "links"

    def find(self) -> Iterator[Found | Broken]:
        door = Door(self.home / "sources" / "web", reach={(HOST, 80): self.place}, pace=0.0, sleep=lambda _: None)
        self.said.send("started")
        for one in FetchedSource(Links(self.names), door).find():
            self.said.send(one.reason if isinstance(one, Broken) else one.name)
            yield one


def importing_links(home: Path, names: list[str], place: tuple[str, int], said: Connection) -> None:
    opened = ready(home)
    collection.open_source = lambda *_, **__: ByLinks(home, names, place, said)  # type: ignore[assignment]
    try:
        opened.import_source("links", "art")
        said.send("done")
    except BeholderError as error:
        said.send(str(error))


def whole_files(home: Path, names: list[str]) -> dict[str, Path]:
    """What can be read now."""
    found = {name: Entry(home / "sources" / "web", Link.parse(link_to(name))).whole() for name in names}
    return {name: kept[0].path for name, kept in found.items() if kept is not None}


def run(kills: int, pictures: int, seed: int, place: Path) -> dict[str, object]:
    rng, home, log = random.Random(seed), place / "home", place / "asked.txt"
    folder = paint(place / "pictures", pictures)
    names = sorted(path.name for path in folder.iterdir())
    for name in names:  # what stands behind a picture is not looked at
        (folder / name).write_bytes((folder / name).read_bytes() + rng.randbytes(PADDING))
    bytes_of = {name: (folder / name).read_bytes() for name in names}
    log.touch()
    server = start(serving_pictures, folder, log, seed)
    faults, done, heard, killed = list[str](), set[str](), list[str](), 0
    while killed < kills or "done" not in heard:  # the last one goes on to its end
        before, whole = len(log.read_text().splitlines()), set(whole_files(home, names)) | done
        child = start(importing_links, home, names, server.first)
        heard = child.listen(rng.uniform(0.01, 0.8) if killed < kills else 600)
        heard += child.kill()
        killed += 1
        done |= {name for name in heard if name in bytes_of}
        faults += [f"not fetched: {told}" for told in heard if told not in bytes_of and told != "done"]
        asked = [line.split()[0] for line in log.read_text().splitlines()[before:]]
        faults += [f"asked for again: {name}" for name in asked if name in whole]
        files = whole_files(home, names)
        faults += [f"half a file: {name}" for name, path in files.items() if path.read_bytes() != bytes_of[name]]
        faults += [f"lost: {name}" for name in done - files.keys()]
    server.kill()
    opened = library(home)
    items = Counter(item.name for row in opened.collections() for item in opened.store.items(row.id))
    faults += opened.store.faults()
    opened.close()
    files = whole_files(home, names)
    on_disk = [path for path in (home / "sources" / "web").rglob("*.jpg") if path.is_file()]
    faults += [f"not there: {name}" for name in names if name not in files or not items[name]]
    faults += [f"{n} items: {name}" for name, n in items.items() if n > 1]
    faults += [f"{len(on_disk)} files of {len(names)} pictures"] * (len(on_disk) != len(names))
    lines = [line.split() for line in log.read_text().splitlines()]
    return {
        "kills": kills,
        "pictures": pictures,
        "requests": len(lines),
        "of_rests": sum(first != "0" for _, first in lines),
        "from_the_start_more_than_once": sum(n > 1 for n in Counter(n for n, first in lines if first == "0").values()),
        "faults": faults[:50],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        result = run(given.kills, given.pictures, given.seed, Path(place))
    print(json.dumps(result, indent=2))
    return bool(result["faults"])


if __name__ == "__main__":
    sys.exit(main())
