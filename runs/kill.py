"""Kill -9 at random moments, and folders that go away; then look for anything acknowledged that was lost.

    python runs/kill.py [--kills 300] [--seed 0]     prints JSON, exits 1 where something was lost

As many times for each kind: an import, one in the browser, labelling, taking back, learning behind the answers, the
migration of an old database; and the data folder moved or deleted under a server and under an import. After each, what
was acknowledged is in the database, once; the database passes its own checks; every shard can be read whole; every item
has its numbers; no collection is empty; and a folder that went is not made again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from beholder.store import Store
from beholder.taste import GaussianProcess
from beholder.types import Judgement
from killed import (
    OLD,
    importing,
    importing_in_the_browser,
    kill_one,
    labelling,
    learning,
    learning_again,
    library,
    migrating,
    old_database,
    paint,
    pictures_in,
    serving,
    start,
    undoing,
)

PICTURES = 300
IDS = list(range(1, PICTURES + 1))
TOGETHER = 10  # kills of one person's sessions


@dataclass
class Figure:
    """What one kind of kill came to."""

    kills: int
    acknowledged: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)

    def lose(self, ids: set[str], what: str = "lost") -> None:
        self.lost += len(ids)
        self.faults += [f"{what}: {sorted(ids)}"] * bool(ids)


# What is looked at afterwards


def faults(home: Path) -> list[str]:
    """What is wrong with a data folder after a kill."""
    opened = library(home)
    found = opened.store.faults()
    for row in opened.collections():
        found += [f"an empty collection {row.name}"] * (not row.size)
        hashes = [item.sha256 for item in opened.store.items(row.id)]
        for encoder in (row.encoder, "attributes"):
            shards = opened.shards(encoder)
            found += [f"{encoder}: {len(lost)} items without numbers" for lost in [shards.missing(hashes)] if lost]
            found += [f"{encoder}: damaged shard {name}" for name in shards.damaged]
    opened.close()
    return found


def size(home: Path) -> int:
    opened = library(home)
    there = pictures_in(opened)
    opened.close()
    return there


def said_by(home: Path, person: str) -> tuple[list[Judgement], set[str]]:
    """(every event, the ids of what holds now)"""
    store = Store(home)
    known = {p.name: p.id for p in store.people()}
    events = store.events(known[person], 1) if person in known else []
    now = {j.client_id for j in store.judgements(known[person], 1)} if person in known else set()
    store.close()
    return events, now


# The kinds


def kill_imports(kills: int, rng: random.Random, place: Path, target: Callable[..., None] = importing) -> Figure:
    """Every other one soon, in a fresh data folder; the others go on where the last was killed."""
    figure, home, begun = Figure(kills), place / "home", 0
    sources = [paint(place / "pictures", PICTURES), paint(place / "none", 0)]
    sources.insert(0, Path(shutil.make_archive(str(place / "zipped"), "zip", sources[0])))
    for n in range(kills):
        source = sources[n // 2 % 3] if target is importing_in_the_browser else sources[1]
        here, delay = (place / f"soon-{n}", 0.1) if n % 2 else (home, 2.0)
        heard = kill_one(rng.uniform(0, delay), target, here, source)
        figure.faults += [word for word in heard if isinstance(word, str)] + faults(here)
        there = size(here)
        seen = max([0, *(word for word in heard if isinstance(word, int))])
        figure.acknowledged += seen
        figure.lost += max(0, seen - there)
        if here == home and there == PICTURES:  # all of them are in: begin again in a fresh data folder
            begun += 1
            home = place / f"home-{begun}"
    start(importing, home, sources[1]).listen(300)
    if (whole := size(home)) != PICTURES:
        figure.faults.append(f"{whole} pictures at the end, not {PICTURES}")
    return figure


def kill_browser_imports(kills: int, rng: random.Random, place: Path) -> Figure:
    return kill_imports(kills, rng, place, importing_in_the_browser)


def kill_labelling(kills: int, rng: random.Random, place: Path) -> Figure:
    figure, home, acknowledged = Figure(kills), place / "home", set[str]()
    for n in range(kills):
        person = f"Person {n // TOGETHER}"
        heard = set(kill_one(rng.uniform(0, 1.0), labelling, home, person, str(n)))
        acknowledged = heard | (acknowledged if n % TOGETHER else set())
        figure.acknowledged += len(heard)
        figure.lose(acknowledged - said_by(home, person)[1])
        figure.faults += faults(home)
    return figure


def kill_undoing(kills: int, rng: random.Random, place: Path) -> Figure:
    figure, home = Figure(kills), place / "home"
    answers, undone, asked = set[str](), dict[str, str](), ""
    for n in range(kills):
        person = f"Person {n // TOGETHER}"
        if n % TOGETHER == 0:
            answers, undone = set(), {}
        for what, *ids in kill_one(rng.uniform(0, 1.0), undoing, home, person, str(n)):
            answers |= {ids[0]} if what == "kept" else set()
            undone |= {ids[0]: ids[1]} if what == "undone" else {}
            asked = ids[0] if what == "asked" else asked
            figure.acknowledged += what != "asked"
        before, _ = said_by(home, person)
        if asked and before and asked.startswith(f"undo-{n}-"):  # as the page does, where it has not heard of it
            store = Store(home)
            back = store.undo(store.person(person).id, 1, asked)
            store.close()
            undone[asked] = back.client_id if back else ""
        events, now = said_by(home, person)
        taken = {e.client_id: e.undoes for e in events if e.kind == "undo"}
        new = len(events) - len(before)
        if new > (asked not in {e.client_id for e in before}) or len(set(taken.values())) != len(taken):
            figure.faults.append(f"taken back twice: {taken}")
        figure.lose(answers - set(taken.values()) - now)
        figure.lose({id for id in undone if taken.get(id) != undone[id] or undone[id] in now}, "not taken back")
        figure.faults += faults(home)
    return figure


def kill_learning(kills: int, rng: random.Random, place: Path) -> Figure:
    figure, home, acknowledged = Figure(kills), place / "home", set[str]()
    for n in range(kills):
        person, model = f"Person {n // TOGETHER}", (None, GaussianProcess.name)[n // TOGETHER % 2]
        heard = set(kill_one(rng.uniform(0, 2.0), learning, home, person, str(n), model))
        acknowledged = heard | (acknowledged if n % TOGETHER else set())
        figure.acknowledged += len(heard)
        now = said_by(home, person)[1]
        figure.lose(acknowledged - now)
        figure.faults += faults(home)
        again = start(learning_again, home, person, model)
        if (told := again.listen(120)) != ([(len(now), len(now), PICTURES)] if now else []):
            figure.faults.append(f"of {len(now)} answers the next session learned {told}")
        again.kill()
    return figure


def kill_migrating(kills: int, rng: random.Random, place: Path) -> Figure:
    """Killed three times in a row at most, before the migration may end."""
    figure, old = Figure(kills), old_database(place / "old")
    wanted = {f"c{n}" for n in range(OLD)}
    began = time.monotonic()
    start(migrating, shutil.copytree(old, place / "tried")).listen(60)
    takes = time.monotonic() - began
    home = old
    for n in range(kills):
        if n % 3 == 0:
            home = shutil.copytree(old, place / f"home-{n}")
        kill_one(rng.uniform(0, 1.2 * takes), migrating, home)
        for copy in (home / "backups").glob("*.db"):
            figure.faults += [f"{copy.name}: {fault}" for fault in wrong_backup(copy)]
        if n % 3 == 2 or n == kills - 1:
            _, now = said_by(home, "Ada")
            figure.acknowledged += OLD
            figure.lost += len(wanted - now)
            figure.faults += Store(home).faults() + ["no backup"] * (not list((home / "backups").glob("*.db")))
            shutil.rmtree(home)
    return figure


def wrong_backup(copy: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as db:
            said = [row[0] for row in db.execute("PRAGMA integrity_check")]
            said += [row[0] for row in db.execute("SELECT version_num FROM alembic_version")]
            said += [row[0] for row in db.execute("SELECT count(*) FROM judgements")]
    except sqlite3.Error as error:
        return [str(error)]
    return [] if said == ["ok", "0001", OLD] else [str(said)]


def answer(client: httpx.Client, key: str, told: list[tuple[str, float, int]], over: threading.Event) -> None:
    """Answer over HTTP; notes (id, when it was sent, status) of each."""
    rng = random.Random(key)
    while not over.is_set():
        id, sent = f"{key}-{len(told)}", time.monotonic()
        said = {"id": id, "kind": "choice", "items": rng.sample(IDS, 2), "asked_by": "random"}
        told.append((id, sent, client.post("/api/label/art/answers", json={"events": [said]}).status_code))


def moved(home: Path) -> Path:
    return home.rename(home.with_name(f"{home.name}-moved"))


def deleted(home: Path) -> None:
    while home.exists():
        shutil.rmtree(home, ignore_errors=True)  # in which somebody writes


def take_away(kills: int, rng: random.Random, place: Path, away: Callable[[Path], Path | None]) -> Figure:
    """Under a server that is answered to, and every third time under an import."""
    figure, pictures = Figure(kills), paint(place / "pictures", PICTURES)
    sources = (pictures, Path(shutil.make_archive(str(place / "zipped"), "zip", pictures)))
    for n in range(kills):
        home = place / f"home-{n}"
        if n % 3 == 2:
            now = from_import(figure, home, sources[n % 2], rng, away)
        else:
            now = from_server(figure, shutil.copytree(place / "home", home), rng, away)
        figure.faults += [f"{home.name} was made again"] * home.exists()
        if now:
            figure.faults += faults(now)
            shutil.rmtree(now)
    return figure


def from_import(
    figure: Figure, home: Path, source: Path, rng: random.Random, away: Callable[[Path], Path | None]
) -> Path | None:
    running = start(importing, home, source)
    heard = running.listen(rng.uniform(0, 1.0))
    now = away(home)
    heard += running.listen(60) + running.kill()
    figure.faults += [word for word in heard if isinstance(word, str) and "moved or deleted" not in word]
    if now:
        seen = max([0, *(word for word in heard if isinstance(word, int))])
        figure.acknowledged += seen
        figure.lost += max(0, seen - size(now))
    return now


def from_server(figure: Figure, home: Path, rng: random.Random, away: Callable[[Path], Path | None]) -> Path | None:
    running, key = start(serving, home), home.name
    told, over = list[tuple[str, float, int]](), threading.Event()
    with httpx.Client(base_url=running.first, headers={"Origin": running.first.rstrip("/")}, timeout=60) as client:
        client.post("/people", data={"name": key})
        hand = threading.Thread(target=answer, args=(client, key, told, over))
        hand.start()
        while not told:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 1.0))
        now = away(home)
        gone = time.monotonic()
        time.sleep(rng.uniform(0.1, 0.5))
        over.set()
        hand.join()
    running.kill()
    acknowledged = {id for id, _, status in told if status == 200}
    figure.acknowledged += len(acknowledged)
    if now:
        figure.lose(acknowledged - said_by(now, key)[1])
    figure.lose({id for id, sent, status in told if status == 200 and sent > gone}, "acknowledged into what is gone")
    figure.faults += [f"status {status}" for status in {status for *_, status in told} - {200, 503}]
    return now


def move(kills: int, rng: random.Random, place: Path) -> Figure:
    return take_away(kills, rng, place, moved)


def delete(kills: int, rng: random.Random, place: Path) -> Figure:
    return take_away(kills, rng, place, deleted)


KINDS: dict[str, tuple[Callable[[int, random.Random, Path], Figure], bool]] = {  # what, on a collection that is in
    "import": (kill_imports, False),
    "browser import": (kill_browser_imports, False),
    "label": (kill_labelling, True),
    "undo": (kill_undoing, True),
    "fit": (kill_learning, True),
    "migrate": (kill_migrating, False),
    "move": (move, True),
    "delete": (delete, True),
}


def run(kills: int, seed: int, workspace: Path) -> dict[str, Any]:
    ready = workspace / "ready"
    start(importing, ready, paint(workspace / "pictures", PICTURES)).listen(300)
    figures: dict[str, Figure] = {}
    for at, (name, (kind, on_ready)) in enumerate(KINDS.items()):
        place = workspace / name
        place.mkdir()
        if on_ready:
            shutil.copytree(ready, place / "home")
        share = kills // len(KINDS) + (at < kills % len(KINDS))
        figures[name] = kind(share, random.Random(f"{seed} {name}"), place)
        print(name, asdict(figures[name]), file=sys.stderr, flush=True)
    return {
        "kills": kills,
        "kinds": {name: {k: v for k, v in asdict(f).items() if k != "faults"} for name, f in figures.items()},
        "acknowledged_answers": sum(figures[n].acknowledged for n in ("label", "undo", "fit", "move", "delete")),
        "lost": sum(f.lost for f in figures.values()),
        "faults": [f"{name}: {fault}" for name, f in figures.items() for fault in f.faults],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        result = run(args.kills, args.seed, Path(workspace))
    print(json.dumps(result))
    return bool(result["faults"] or result["lost"])


if __name__ == "__main__":
    sys.exit(main())
