"""A taste for a content: `python runs/contents.py DATA [--seconds 30,60,120] [--repeats 2] [--seed 0] [--json]`.

DATA is the plain folder best_art. `contents.csv` beside this script says what its paintings show, told by looking at
each at 150 pixels: what it is of or plainly shows; what was in doubt was left out. Simulated people who each like one
content answer grids in process, as those of `beholder bench --analysis personas` do; the app is told of no content.
The share of what they like among the first twenty that they were never shown: of each content, the mean, and of the
person served worst; and how many paintings of the content they were shown by then.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from beholder.errors import BadInput, UserError
from beholder.research.bench import analysis, personas
from beholder.research.bench.markdown import grid
from beholder.research.bench.methods import MEASURED
from beholder.research.bench.personas import Persona
from beholder.research.datasets import Dataset, load_plain
from beholder.types import Progress, silent
from paper import Row, main

LABELS = Path(__file__).with_suffix(".csv")


def people_of(data: Dataset) -> list[Persona]:
    """One for each content, the commonest first. raises : BadInput where labelled pictures are not in the set"""
    with LABELS.open(newline="", encoding="utf-8") as stream:
        shows = {row["item"]: row["contents"].split(", ") for row in csv.DictReader(stream)}
    lacking = shows.keys() - set(data.items)
    if lacking:
        raise BadInput(
            f"{data.name}: {LABELS.name} tells what pictures of best_art show, and {len(lacking)} of its "
            f"{len(shows)} pictures are not here"
        )
    contents = [shows.get(item, []) for item in data.items]
    names = sorted({name for told in shows.values() for name in told})
    people = [Persona("content", name, np.array([name in told for told in contents])) for name in names]
    return sorted(people, key=lambda person: -person.liked.sum())


def figures(
    data: str,
    *,
    seconds: tuple[int, ...] = personas.SECONDS,
    repeats: int = 2,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Row]:
    """A row of all, then one of each person, as `beholder bench --json` has them; the same seed, the same rows."""
    if repeats < 1 or min(seconds) < 1:
        raise UserError(f"seconds and repeats are 1 or more, got {seconds} and {repeats}")
    say, pictures = progress or silent, load_plain(data)
    people, at = people_of(pictures), sorted(set(seconds))
    seen, key = analysis.embed_set(pictures, "builtin", say)
    X = np.asarray(seen.X)
    told = {"plans": ["grids"], "people": people, "key": key, "table": seen}
    rows = personas.ask(pictures, X[:, :-MEASURED], X[:, -MEASURED:], at, repeats, seed, say, **told)
    return personas.sum_up([{"data": pictures.name, "encoder": "builtin"} | row for row in rows], seed)


def table(rows: Sequence[Row]) -> str:
    whole, *people = rows
    told = {
        p["person"].removeprefix("content: "): [f"{p['base']:.1%}", *_cells(p, "found"), *_shown(p)] for p in people
    }
    told["mean"] = [f"{whole['base']:.1%}", *_cells(whole, "found"), *_shown(whole)]
    told["served worst"] = ["", *_cells(whole, "worst"), ""]
    head = f"{whole['data']}, {whole['people']} people: share of what they like among the first they were never shown"
    columns = ["of all", *(f"{s} s" for s in whole["seconds"]), "shown of it by then"]
    return "\n".join([head, "", *grid("content", columns, told)])


def _cells(row: Row, name: str) -> list[str]:
    return ["–" if value is None else f"{value:.2f}" for value in row[name]]


def _shown(row: Row) -> list[str]:
    return [", ".join(f"{value:.0f}" for value in row["shown"])]


if __name__ == "__main__":
    main(__doc__, figures, table)
