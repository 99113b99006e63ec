"""What favourites teach: `python runs/favourites.py DATA [--favourites 5] [--grids 0,3,6] [--repeats 2] [--json]`.

DATA is a plain folder whose items.csv has columns that say kinds of pictures (artist, style); the app is not told them.
Simulated people who like one kind, 2 to 12 % of the pictures, answer some grids, with noise and slips. Then they mark
pictures of their kind as favourites, as who has searched for it does. The share of the kind among the twenty pictures
ranked first that they never saw, before and after: of all people, and of the person served worst.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import numpy as np

from beholder.collection import Collection, Library
from beholder.config import Settings
from beholder.research.bench.personas import Persona, SimulatedEye, people_of
from beholder.research.datasets import load_plain
from beholder.session import Session
from beholder.types import Judgement, Progress, silent
from paper import Row, main
from taste_words import rooms

FIRST = 20  # of the ranking


def sit(art: Collection, person: Persona, key: Sequence[int], grids: int, favourites: int) -> tuple[float, float]:
    """The share of what this person likes at the top, before the favourites and after."""
    library, eye, ids = art.library, SimulatedEye.of(person, key), art.ids
    library.store.add_person(name := uuid4().hex)
    with closing(Session(library, art.name, name, seed=int(key[-1]))) as session:
        for _ in range(grids):
            (asked,) = session.questions("grid", 1)
            rows = tuple(art.row_of[item] for item in asked.items)
            said = eye.answer(replace(asked, items=rows))
            picked = tuple(int(ids[row]) for row in said.picked)
            session.record([replace(said, items=asked.items, picked=picked)])
            session.settle()
        seen = {art.row_of[item] for item in session.now.history.judged}
        unseen = np.setdiff1d(np.flatnonzero(person.liked), list(seen))
        marked = np.random.default_rng(key).permutation(unseen)[:favourites]
        before = _top(session, person, seen)
        session.record([Judgement("favourite", (int(ids[row]),), uuid4().hex, value=1) for row in marked])
        session.settle()
        return before, _top(session, person, {*seen, *marked.tolist()})


def _top(session: Session, person: Persona, seen: set[int]) -> float:
    order = np.argsort(-np.asarray(session.reading().ranking.scores), kind="stable").tolist()
    return float(np.mean([person.liked[row] for row in order if row not in seen][:FIRST]))


def figures(
    data: str,
    *,
    favourites: int = 5,
    grids: tuple[int, ...] = (0, 3, 6),
    repeats: int = 2,
    seed: int = 0,
    home: str = "",
    progress: Progress | None = None,
) -> list[Row]:
    """A row for each number of grids; the same seed, the same rows."""
    say, found = progress or silent, list[Row]()
    with TemporaryDirectory() as folder:
        place = Path(home or folder)
        with closing(Library(place, config=Settings(home=place))) as library:
            art, items = rooms(library, data, columns=False, progress=say)
            people = people_of({c: [item.columns.get(c, "") for item in items] for c in load_plain(data).columns})
            for count in grids:
                tops = np.array(
                    [
                        [sit(art, one, [seed, zlib.crc32(one.name.encode()), n], count, favourites) for one in people]
                        for n in range(repeats)
                    ]
                ).mean(axis=0)
                say("asking people", len(found) + 1, len(grids))
                found.append(
                    {
                        "data": Path(data).name, "people": len(people), "favourites": favourites, "grids": count,
                        "before": tops[:, 0].mean(), "after": tops[:, 1].mean(),
                        "worst_before": tops[:, 0].min(), "worst_after": tops[:, 1].min(),
                        "lost": float((tops[:, 1] < tops[:, 0] - 0.05).mean()),
                    }
                )  # fmt: skip
    return found


def table(rows: Sequence[Row]) -> str:
    lines = [f"{rows[0]['data']}, {rows[0]['people']} people, {rows[0]['favourites']} favourites", ""]
    lines += [
        "| grids | before | after | worst before | worst after | lost .05 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['grids']} | {r['before']:.2f} | {r['after']:.2f} | {r['worst_before']:.2f} | {r['worst_after']:.2f} "
        f"| {r['lost']:.2f} |"
        for r in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(__doc__, figures, table)
