"""Attack Beholder on this machine alone, in every way that we know, and look for anything that must not be.

    python runs/attack.py [--only CLASS] [--pictures 20000] [--share 1] [--seed 0] [--json] [--keep FOLDER]

Prints a table of class, attempts, faults, seconds and memory; exits 1 where there is a fault. One is: a status of 500
or more that is no 503 with a sentence, a line in the server's log, a process that dies or hangs, a picture that takes
over 400 MB, an exception that is none of `beholder.errors` or says what cannot be printed, a page with validation JSON,
an answer that was acknowledged and is lost, one that nobody gave, one of another person's. The server listens on
127.0.0.1; files are read in a process that is watched. A trial is made again from the seed, its class and its number.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from attacks import files, models, pictures, slow, web
from attacks.server import Answering, Server
from attacks.watched import PEAK, Make, Result, watch

WEB: dict[str, tuple[web.Attack, int]] = {  # class: attack, attempts
    "hosts": (web.hosts, 600),
    "forms": (web.forms, 1000),
    "cookies": (web.cookies, 400),
    "bodies": (web.bodies, 1500),
    "ranges": (web.ranges, 1000),
    "paths": (web.paths, 1500),
    "connections": (slow.connections, 3000),
}
FILES: dict[str, tuple[Make, int, int]] = {  # class: trial, attempts, bytes of memory for one
    "pictures": (pictures.pictures, 20_000, PEAK),
    "tables": (files.tables, 1000, 3 * PEAK),  # the bytes that an import of any folder may take
    "zips": (files.zips, 1000, 3 * PEAK),
    "vectors": (files.shards, 1000, PEAK),
    "models": (models.networks, 1000, 3 * PEAK),
    "descriptions": (models.descriptions, 1000, PEAK),
    "tastes": (models.tastes, 2000, PEAK),
    "labels": (files.labels, 600, PEAK),
}
CLASSES = (*WEB, *FILES)
PATIENCE = 20.0  # seconds: the server's own
SHOWN = 20  # faults of a class
LONGEST = 1800.0  # seconds for one class


def run(
    classes: Iterable[str] = CLASSES, *, seed: int = 0, share: float = 1.0, pictures: int | None = None,
    patience: float = PATIENCE, keep: Path | None = None,
) -> list[Result]:  # fmt: skip
    """What came of each class.

    share : of the attempts · pictures : how many, in place of the usual number · patience : of the server, in seconds
    """
    classes = list(classes)
    results = _web([name for name in classes if name in WEB], seed, share, patience)
    for name in (name for name in classes if name in FILES):
        make, attempts, peak = FILES[name]
        if name == "pictures" and pictures is not None:
            attempts = pictures
        numbers = range(_part(attempts, share))
        results.append(watch(name, make, numbers, seed, seconds=LONGEST, keep=keep, peak=peak))
    return results


def _web(names: Sequence[str], seed: int, share: float, patience: float) -> list[Result]:
    results: list[Result] = []
    if not names:
        return results
    with tempfile.TemporaryDirectory(prefix="attack-", ignore_cleanup_errors=True) as workspace:
        server = Server(Path(workspace), patience)
        try:
            for name in names:
                attack, attempts = WEB[name]
                result, start = Result(name), time.monotonic()
                ada = Answering(server, result)
                ada.start()
                attack(server, random.Random(f"{seed} {name}"), _part(attempts, share), result, ada)
                ada.stop()
                server.check(result)
                result.seconds = time.monotonic() - start
                results.append(result)
        finally:
            server.close()
    return results


def _part(attempts: int, share: float) -> int:
    return max(1, round(attempts * share))


def table(results: Iterable[Result]) -> str:
    lines = ["| class | attempts | faults | seconds | MB at the peak |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {r.name} | {r.attempts:,} | {len(r.faults)} | {r.seconds:.0f} | {r.peak / 1e6:.0f} |" for r in results
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=CLASSES, help="this class; may be given several times")
    parser.add_argument("--pictures", type=int, help="how many changed pictures, 20,000 unless told")
    parser.add_argument("--share", type=float, default=1.0, help="part of the attempts of each class")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="where the files of trials that failed are copied to")
    args = parser.parse_args()
    classes = args.only or CLASSES
    results = run(classes, seed=args.seed, share=args.share, pictures=args.pictures, keep=args.keep)
    if args.json:
        print(json.dumps([dataclasses.asdict(result) for result in results]))
    else:
        print(table(results))
        for result in results:
            print(
                *(f"{result.name}: {fault}" for fault in result.faults[:20]), sep="\n", end="\n" * bool(result.faults)
            )
    return int(any(result.faults for result in results))


if __name__ == "__main__":
    sys.exit(main())
