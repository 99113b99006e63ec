"""Kill -9 at random moments of importing and labelling; then look for anything acknowledged that was lost.

    python runs/kill.py [--kills 200] [--seed 0]     prints JSON, exits 1 where something was lost

After every kill: each answer that `record` had acknowledged is in the database, the database passes its own checks,
every shard can be read whole, every item has its numbers. At the end the import is run to its end and must hold every
picture.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from beholder import importer
from beholder.collection import Library
from beholder.config import Settings
from beholder.session import Session
from beholder.types import Judgement

PICTURES = 300
importer.BATCH = 8  # many durable steps a second, so that kills fall between them, before and after


def paint(folder: Path, n: int) -> None:
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for i in range(n):
        low = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(low).resize((64, 64)).save(folder / f"{i:04}.jpg")


def library(home: Path) -> Library:
    return Library(home, config=Settings(home=home, threads=2))


def importing(home: Path, folder: Path, said: Connection) -> None:
    os.setpgid(0, 0)
    said.send("started")
    library(home).import_source(folder, "art", progress=lambda stage, done, total: said.send(done))


def labelling(home: Path, round_: int, said: Connection) -> None:
    os.setpgid(0, 0)
    said.send("started")
    opened = library(home)
    opened.store.add_person("Ada")
    session = Session(opened, "art", "Ada", seed=round_)
    ids = [item.id for item in session.collection.items]
    rng = random.Random(round_)
    for n in range(10_000):
        winner, loser = rng.sample(ids, 2)
        session.record([Judgement("choice", (winner, loser), f"{round_}-{n}", asked_by="random")])
        said.send(f"{round_}-{n}")
        if n % 7 == 6:
            session.undo(f"{round_}-{n}-undo")
            said.send(f"{round_}-{n}-undo")


def kill_one(target, args: tuple, delay: float) -> list[object]:
    """Start it, kill it `delay` seconds after it has started; returns what it had acknowledged."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=target, args=(*args, theirs))
    child.start()
    theirs.close()
    ours.recv()
    heard: list[object] = []
    end = time.monotonic() + delay
    try:
        while (left := end - time.monotonic()) > 0 and child.is_alive():
            if ours.poll(left):
                heard.append(ours.recv())
        os.killpg(child.pid, signal.SIGKILL)
    except (EOFError, ProcessLookupError):
        pass
    child.join()
    try:
        while ours.poll():
            heard.append(ours.recv())
    except EOFError:
        pass
    return heard


def faults(home: Path, acknowledged: set[str]) -> list[str]:
    """What is wrong with a data folder after a kill."""
    opened = library(home)
    found = opened.store.faults()
    for row in opened.collections():
        hashes = [item.sha256 for item in opened.store.items(row.id)]
        for encoder in (row.encoder, "attributes"):
            shards = opened.shards(encoder)
            found += [f"{encoder}: {len(lost)} items without numbers" for lost in [shards.missing(hashes)] if lost]
            found += [f"{encoder}: damaged shard {name}" for name in shards.damaged]
        for person in opened.store.people():
            kept = {e.client_id for e in opened.store.events(person.id, row.id)}
            found += [f"lost answer {id}" for id in sorted(acknowledged - kept)]
    opened.close()
    return found


def pictures_in(home: Path) -> int:
    opened = library(home)
    sizes = [row.size for row in opened.collections()]
    opened.close()
    return sum(sizes)


def run(kills: int, seed: int, workspace: Path) -> dict[str, object]:
    rng = random.Random(seed)
    home, folder = workspace / "home", workspace / "pictures"
    paint(folder, PICTURES)
    found: list[str] = []
    imports = kills // 2
    finished = 0
    for _ in range(imports):
        kill_one(importing, (home, folder), rng.uniform(0, 2.0))
        found += faults(home, set())
        if pictures_in(home) == PICTURES:  # all of them are in: begin again in a fresh data folder
            finished += 1
            home = workspace / f"home-{finished}"
    again = library(home)
    again.import_source(folder, "art")
    again.close()
    if (whole := pictures_in(home)) != PICTURES:
        found.append(f"{whole} pictures at the end, not {PICTURES}")
    acknowledged: set[str] = set()
    for n in range(kills - imports):
        acknowledged |= {str(id) for id in kill_one(labelling, (home, n), rng.uniform(0, 1.0))}
        found += faults(home, acknowledged)
    return {"kills": kills, "imports_finished": finished, "acknowledged_answers": len(acknowledged), "faults": found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        result = run(args.kills, args.seed, Path(workspace))
    print(json.dumps(result))
    return bool(result["faults"])


if __name__ == "__main__":
    sys.exit(main())
