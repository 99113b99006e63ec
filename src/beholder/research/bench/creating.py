"""Would people love what is made for them? New pictures for simulated and real people, judged by another eye.

The taste that guides the engines is learned from one part of what a person said (`takers`), by the app itself, and
the judge from the other, by an encoder of other lineage, which guided nothing. Of real people, whose answers are few,
each half guides once and judges once. Finished pictures are compared with their twins, the same seeds without the
taste, and with the best by the person's own taste of as many plain pictures, as small as engines judge them, as could
be made in the same processor time.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.collection import Library
from beholder.config import settings
from beholder.create import Order, create, plain
from beholder.create.guide import OtherEye, TasteGuide
from beholder.create.novelty import Novelty, spread
from beholder.errors import BadInput, UserError
from beholder.images import fingerprint, open_image
from beholder.research.bench.creating_tables import mean_of
from beholder.research.bench.runner import results_of
from beholder.research.bench.sheet import CELL, save_sheet
from beholder.research.bench.takers import MOST, Taker, takers
from beholder.research.bench.told_apart import told_apart
from beholder.research.bench.worker import Row
from beholder.research.datasets import Dataset
from beholder.session import Session
from beholder.types import Floats, Judgement, Matrix, Progress

ENGINES = ("flow", "painter")
SHOTS, REPEATS = (40,), 8
_FEWEST_PICTURES = 20
_STRENGTH = Order.strength
_SIDE, _TRIED_AT = 512, 96  # pixels of the longer side: finished, and where the best of many is sought
_MOST_TRIED = 64  # plain pictures for each one made
_PLAIN = 1_000_000  # so many seeds for each seed of an order are of plain pictures
_SET = "set"  # the collection
_SHOWN = 6  # people on a sheet, each with a row of pictures above a row of twins


@dataclass(frozen=True)
class CreateJob:
    """One person, by position, and one engine."""

    taker: int
    engine: str


@dataclass(frozen=True)
class Kept:
    """Small copies of made pictures and of their twins in a folder, by what they were made for."""

    folder: Path

    def put(self, job: CreateJob, pictures: Sequence[Image.Image], twins: Sequence[Image.Image]) -> None:
        for name, some in (("made", pictures), ("twin", twins)):
            for number, picture in enumerate(some):
                small = picture.copy()
                small.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
                small.save(self.folder / f"{job.engine}-{job.taker}-{number}-{name}.png")

    def get(self, job: CreateJob, count: int, name: str = "made") -> list[Image.Image]:
        """name : of what, "made" or "twin"."""
        files = [self.folder / f"{job.engine}-{job.taker}-{number}-{name}.png" for number in range(count)]
        return [open_image(file) for file in files]


@dataclass(eq=False)
class Creating:
    """What worker processes do.

    Attributes
    ----------
    home
        the data folder of a library with the set as a collection
    kept
        a folder for what was made, small: `Kept`
    keys
        of the set's pictures, as the library knows them
    count
        pictures for each person
    """

    home: Path
    kept: Kept
    keys: Sequence[str]
    takers: Sequence[Taker]
    count: int
    seed: int

    def run(self, job: CreateJob) -> list[Row]:
        """One row; none where nobody could learn from the answers."""
        library = Library(self.home, config=settings().model_copy(update={"home": self.home}))
        try:
            return self._judged(library, job)
        finally:
            library.close()

    def _judged(self, library: Library, job: CreateJob) -> list[Row]:
        taker, collection = self.takers[job.taker], library.shared(_SET)
        ids = {item.key: item.id for item in collection.items}
        ways = list[dict[str, Any]]()
        for number, halves in enumerate(taker.ways):
            guiding, judging = (self._told(said, ids) for said in halves)
            judge = OtherEye.of(collection, judging, self.seed)
            if judge is None or not any(one.teaches for one in guiding):
                return []
            person = library.store.add_person(f"Person {job.taker + 1} {number}")
            session = Session(library, _SET, person.name, seed=self.seed)
            session.record(guiding)
            session.settle()
            # nobody has the twins of another, whose luck would be shared
            seed = self.seed + (job.taker + number * len(self.takers)) * self.count
            order = Order(self.count, job.engine, _STRENGTH, seed, side=_SIDE)
            ways.append(self._made(session, order, judge, job if not number else None))
            about = {"engine": job.engine, "kind": taker.kind, "person": taker.name, "judged_by": judge.encoder}
            session.close()
        found = {name: mean_of([way[name] for way in ways]) for name in ways[0]}
        found["best_of"] = round(np.mean([way["best_of"] for way in ways]))
        return [about | {"answers": len(guiding), "pictures": self.count} | found]

    def _made(self, session: Session, order: Order, judge: OtherEye, job: CreateJob | None) -> dict[str, Any]:
        """What is found of pictures for one taste; they are kept where a job is given."""
        clock = _Clock()
        made = create(session, order, clock)
        spent = clock.seconds
        guide, novelty = TasteGuide(session.reading()), Novelty.of(session.collection)
        best, of = self._best(order, guide, spent)
        pictures, twins = [one.picture for one in made], [one.twin for one in made]
        own, other = (eye.spreads(pictures) for eye in (guide, judge))
        own_twin, other_twin = (eye.spreads(twins) for eye in (guide, judge))
        if job is not None:
            self.kept.put(job, pictures, twins)
        near = np.array([novelty.too_near(picture) for picture in pictures])
        apart, families = spread(twins), {str(one.recipe["made_of"].get("family", "")) for one in made} - {""}
        return {
            "own": float((own - own_twin).mean()),
            "judge": float((other - other_twin).mean()),
            "best_of": of,
            "best_own": float((guide.spreads(best) - own_twin).mean()),
            "best_judge": float((judge.spreads(best) - other_twin).mean()),
            "variety": float(spread(pictures).mean() / apart.mean()) if len(apart) and apart.mean() else None,
            "near": float(near[:, 0].mean()),
            "near_quarters": float(near[:, 1].mean() / 4),
            "families": len(families) or None,
            "seconds": spent / self.count,
        }

    def _told(self, said: Sequence[Judgement], ids: dict[str, int]) -> list[Judgement]:
        """By item ids; of answers about copies of one picture nothing is kept."""

        def of(items: Sequence[int]) -> tuple[int, ...]:
            return tuple(ids[self.keys[at]] for at in items)

        told = [replace(one, items=of(one.items), picked=of(one.picked)) for one in said]
        return [one for one in told if len(set(one.items)) == len(one.items)]

    def _best(self, order: Order, guide: TasteGuide, spent: float) -> tuple[list[Image.Image], int]:
        """For each picture the best plain one by the own taste, of as many as the time is enough for."""
        first, bounds, start = _PLAIN * (1 + order.seed), list[Floats](), time.process_time()
        while not bounds or (len(bounds) < _MOST_TRIED and time.process_time() - start < spent):
            small = plain(replace(order, seed=first + len(bounds) * order.count, side=_TRIED_AT))
            bounds.append(guide.bound(list(small)))
        seeds = [first + int(row) * order.count + k for k, row in enumerate(np.argmax(bounds, 0))]
        return [next(plain(replace(order, seed=seed, count=1))) for seed in seeds], len(bounds)


class _Clock:
    """Processor time from the first sketch on."""

    def __init__(self) -> None:
        self._start: float | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._start is None and stage == "sketching":
            self._start = time.process_time()

    @property
    def seconds(self) -> float:
        return 0.0 if self._start is None else time.process_time() - self._start


# The analysis


def check(data: Dataset, shots: Sequence[int]) -> tuple[int, ...]:
    """The number of answers. raises : UserError for none or several; BadInput for a set with too few pictures"""
    if len(set(shots)) != 1 or min(shots) < 1:
        raise UserError(f"create takes one number of answers, 1 or more, got {', '.join(map(str, shots)) or 'none'}")
    if len(data.items) < _FEWEST_PICTURES:
        raise BadInput(f"create needs {_FEWEST_PICTURES} pictures or more, {data.name} has {len(data.items)}")
    return (shots[0],)


def ask(
    data: Dataset,
    X: Matrix,
    attributes: Matrix,
    shots: Sequence[int],
    repeats: int,
    seed: int,
    progress: Progress,
    *,
    methods: Sequence[str] = ENGINES,
    key: str = "",
    table: Any = None,
    encoder: str = "builtin",
    people: int = MOST,
    sheets: Path | None = None,
) -> list[Row]:
    """A row for every engine and person. The same seed makes the same pictures; how many plain ones they are compared
    with depends on the machine.

    Parameters
    ----------
    repeats
        pictures for each person
    methods
        engines
    people
        of each kind, at most
    sheets
        a folder for a sheet of pictures for each engine and kind of people

    Raises
    ------
    UserError
    UnknownName
    """
    engines = list(dict.fromkeys(methods))
    for engine in engines:
        Order(repeats, engine).check()
    who = takers(data, X, shots[0], seed, people)
    with tempfile.TemporaryDirectory() as folder:
        home, keys = _library_of(data, encoder, Path(folder), progress)
        kept = Kept(Path(folder) / "kept")
        kept.folder.mkdir()
        work = Creating(home, kept, keys, who, repeats, seed)
        jobs = [CreateJob(taker, engine) for engine, taker in product(engines, range(len(who)))]
        rows = list[Row]()
        progress("making pictures", 0, len(jobs))
        for done, found in enumerate(results_of(work.run, jobs)):
            rows += found
            progress("making pictures", done + 1, len(jobs))
        place = {(one.kind, one.name): at for at, one in enumerate(who)}
        rows.sort(key=lambda r: (engines.index(r["engine"]), place[r["kind"], r["person"]]))
        for engine in engines:
            _look_at(engine, [r for r in rows if r["engine"] == engine], who, data, kept, sheets)
    if not rows:
        raise BadInput(f"nothing can be learned from what {len(who)} people said of {data.name}")
    return rows


def _look_at(
    engine: str, rows: Sequence[Row], who: Sequence[Taker], data: Dataset, kept: Kept, sheets: Path | None
) -> None:
    """Adds `told_apart` to the rows of an engine, and lays out sheets of what it made."""
    at = [next(k for k, one in enumerate(who) if (one.kind, one.name) == (r["kind"], r["person"])) for r in rows]
    made = [kept.get(CreateJob(k, engine), r["pictures"]) for k, r in zip(at, rows, strict=True)]
    shares = told_apart(made, [who[k] for k in at], data.files)
    for row, share in zip(rows, shares, strict=True):
        row["told_apart"] = None if np.isnan(share) else round(share, 4)
    if sheets is None:
        return
    for kind in dict.fromkeys(r["kind"] for r in rows):
        shown = [number for number, row in enumerate(rows) if row["kind"] == kind][:_SHOWN]
        strips = list[list[Image.Image]]()
        for number in shown:
            strips += [made[number], kept.get(CreateJob(at[number], engine), rows[number]["pictures"], "twin")]
        save_sheet(strips, sheets / f"create-{engine}-{kind}.jpg")


def _library_of(data: Dataset, encoder: str, folder: Path, progress: Progress) -> tuple[Path, list[str]]:
    """A data folder with the set as a collection, as the app has it, and the keys of its pictures."""
    home, pictures = folder / "home", folder / "pictures"
    pictures.mkdir()
    names = [f"{at}{file.suffix}" for at, file in enumerate(data.files)]
    for name, file in zip(names, data.files, strict=True):
        shutil.copyfile(file, pictures / name)
    with (pictures / "items.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("item", "file"), *((str(at), name) for at, name in enumerate(names))])
    library = Library(home, config=settings().model_copy(update={"home": home}))
    try:
        library.import_source(pictures, _SET, encoder=encoder, artworks=False, progress=progress)
        return home, [fingerprint(pictures / name) for name in names]
    finally:
        library.close()
