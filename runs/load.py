"""Many people on one collection at once: how long they wait, and what each costs in memory.

    python runs/load.py [--people 20] [--seconds 60] [--pictures 10000]     prints JSON: milliseconds and MB

The real server runs in a process of its own; the people are coroutines here, who do over HTTP what the labelling page
does, on the way it leads a new person: grids of nine. While one grid hangs the next is fetched; after two to four
seconds, as people take, the answer is sent, and the page asks what was gained; one answer in twenty is followed by a
look at the results. Everybody likes something of their own: the pictures that lie furthest in a direction of chance.
First one person answers alone, then all of them together. The pictures have made-up numbers, near those of the pictures
that the shipped prior was learned from, and no files: no thumbnail is made.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import httpx
import numpy as np

from beholder.collection import Library
from beholder.config import Settings
from beholder.locator import Locator
from beholder.store import NewItem
from beholder.taste.priors import find_population
from beholder.types import Matrix
from label_latency import start, summary

THINKING = (2.0, 4.0)  # seconds from a question to its answer
PAINTED = 0.04  # seconds from a question to the call for the next one, as the page does it
TOLD = 0.7  # seconds from an answer to the call for what it gave
LOOKING = 0.05  # share of answers after which the results are looked at
LIKED = 0.15  # share of pictures that somebody likes
ALONE = 0.25  # part of the seconds in which one person answers alone
AT_ONCE = 10_000  # items that are kept in one transaction


def fill(home: Path, n: int, item_of: Callable[[int, str], NewItem] | None = None) -> Matrix:
    """A collection of `n` items, without files unless `item_of` (number, sha256) names some; returns their numbers."""
    rng = np.random.default_rng(0)
    library = Library(home, config=Settings(home=home))
    row = library.store.add_collection("many", str(home), library.settings.encoder)
    hashes = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n)]
    vectors, attributes = numbers(library, n, rng)
    library.shards(row.encoder).add(hashes, vectors)
    library.shards("attributes").add(hashes, attributes)
    bare = lambda i, sha: NewItem(f"{i}.jpg", Locator.of(home / f"{i}.jpg"), sha, 1200, 900, {})  # noqa: E731
    items = [(item_of or bare)(i, sha) for i, sha in enumerate(hashes)]
    for first in range(0, n, AT_ONCE):
        library.store.keep_files(row.id, [], items[first : first + AT_ONCE])
    library.close()
    return vectors


def numbers(library: Library, n: int, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Vectors and attributes between those of pictures that people judged, and a little beside."""
    population = find_population(library.key(library.settings.encoder), library.home)
    if population is None:
        raise SystemExit("there is no prior for the default encoder")
    made = []
    for features in population.generic.maps:
        marks = features.landmarks.astype(np.float64)
        first, second = marks[rng.integers(len(marks), size=(2, n))]
        z = first + rng.uniform(0, 0.5, (n, 1)) * (second - first) + 0.05 * marks.std(0) * rng.normal(size=first.shape)
        made.append((features.mean + 0.9 * z @ np.linalg.pinv(features.projection)).astype(np.float32))
    return made[0], made[1]


class Someone:
    """A person at a labelling page."""

    def __init__(self, name: str, url: str, vectors: Matrix, times: dict[str, list[float]], seed: int) -> None:
        self.name, self.times, self.rng = name, times, np.random.default_rng(seed)
        liking = vectors @ self.rng.normal(size=vectors.shape[1]).astype(np.float32)
        self.liked = liking > np.quantile(liking, 1 - LIKED)
        self.client = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=120)

    async def answer_until(self, end: float, looking: bool) -> None:
        """looking : whether to look at the results at the end"""
        async with self.client:
            await self.client.post("/people", data={"name": self.name})
            await self._timed("page", self.client.get("/label/many"))
            question = await self._question("first_question", ())
            while question and time.monotonic() < end:
                shown = [item["id"] for item in question["items"]]
                await asyncio.sleep(PAINTED)
                fetched = asyncio.create_task(self._question("questions", shown))
                await asyncio.sleep(self.rng.uniform(*THINKING) - PAINTED)
                await self._answer(question, shown)
                told = asyncio.create_task(self._told())
                question = await fetched
                if self.rng.random() < LOOKING:
                    await self._timed("results", self.client.get("/results/many"))
                await told
            if looking:
                await self._timed("results", self.client.get("/results/many"))

    async def _question(self, what: str, exclude: Any) -> dict[str, Any] | None:
        query = {"kind": "grid", "n": 1, "exclude": ",".join(map(str, exclude))}
        response = await self._timed(what, self.client.get("/api/label/many/questions", params=query))
        return next(iter(response.json()["questions"]), None)

    async def _answer(self, question: dict[str, Any], shown: list[int]) -> None:
        picked = [item for item in shown if self.liked[item - 1]]
        event = {
            "id": uuid.uuid4().hex, "kind": "grid", "items": shown, "picked": picked, "asked_by": question["asked_by"]
        }  # fmt: skip
        await self._timed("answers", self.client.post("/api/label/many/answers", json={"events": [event]}))

    async def _told(self) -> None:
        await asyncio.sleep(TOLD)
        await self._timed("progress", self.client.get("/api/label/many/progress"))

    async def _timed(self, what: str, call: Any) -> httpx.Response:
        began = time.perf_counter()
        response: httpx.Response = await call
        self.times[what].append(1000 * (time.perf_counter() - began))
        response.raise_for_status()
        return response


async def together(url: str, vectors: Matrix, names: list[str], seconds: float) -> dict[str, list[float]]:
    """The times of every call of these people, who come one after the other within a think time."""
    times: dict[str, list[float]] = defaultdict(list)
    everybody = [Someone(name, url, vectors, times, seed) for seed, name in enumerate(names)]
    end = time.monotonic() + seconds

    async def come(late: float, someone: Someone) -> None:
        await asyncio.sleep(late)
        await someone.answer_until(end, looking=len(names) == 1)

    await asyncio.gather(*(come(THINKING[1] * i / len(names), one) for i, one in enumerate(everybody)))
    return times


def memory(pid: int) -> dict[str, float]:
    """MB that a process has in memory now, and had at most."""
    said = Path(f"/proc/{pid}/status").read_text()
    of = {line.split(":")[0]: line.split()[1] for line in said.splitlines() if line.startswith("Vm")}
    return {"now": round(int(of["VmRSS"]) / 1024, 1), "most": round(int(of["VmHWM"]) / 1024, 1)}


def processor(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def measure(people: int, seconds: float, pictures: int, home: Path) -> dict[str, Any]:
    vectors = fill(home, pictures)
    server, url = start(home)
    try:
        at_start = memory(server.pid)
        asyncio.run(together(url, vectors, ["First"], max(1.0, ALONE * seconds)))
        of_one = memory(server.pid)
        used, began = processor(server.pid), time.monotonic()
        times = asyncio.run(together(url, vectors, [f"Person {i}" for i in range(people)], seconds))
        busy = (processor(server.pid) - used) / (time.monotonic() - began)
        of_all = memory(server.pid)
    finally:
        server.terminate()
        server.wait()
    return {
        "pictures": pictures,
        "people": people,
        "seconds": seconds,
        "ms": {what: summary(each) for what, each in sorted(times.items())},
        "processors_busy": round(busy, 2),
        "memory": {"start": at_start, "one": of_one, "all": of_all},
        "memory_ratio": round(of_all["now"] / of_one["now"], 3),
        "memory_a_person": round((of_all["now"] - of_one["now"]) / people, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pictures", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(options.people, options.seconds, options.pictures, Path(folder)), indent=1))


if __name__ == "__main__":
    main()
