"""Whether what is said of made pictures makes the next round better: python runs/created_rounds.py [PEOPLE] [ENGINE]

Simulated people answer a few pairs of the sample gallery. A round of pictures is made for each; they love some, say of
others that these are not for them, and choose between pairs, as on the Create page. Round two is made twice of the same
seeds, with these answers and without. A picture is worth what the person's planted taste says of it, in standard
deviations of the gallery.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations, repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.collection import Library
from beholder.config import Settings
from beholder.create import Created, Kept, Order, made_from, making
from beholder.create.guide import TasteGuide
from beholder.create.novelty import Novelty
from beholder.session import Session
from beholder.taste.simulate import SimulatedPerson, simulate_people
from beholder.types import Judgement, silent

PAIRS, ROUND, NEXT, SIDE, ASKED = 12, 6, 4, 160, 3
Worth = NDArray[np.float64]


class Planted:
    """A simulated person who looks at new pictures too."""

    def __init__(self, library: Library, session: Session, person: SimulatedPerson, seed: int) -> None:
        known = np.asarray(session.collection.attributes, np.float64)
        self._mean, self._spread = known.mean(0), known.std(0) + 1e-9
        self._scale = float((((known - self._mean) / self._spread) @ person.weights).std())
        self._encode, self.person = library.runtime("attributes").encode, person
        self.rng = np.random.default_rng(seed)

    def worth(self, made: list[Created]) -> Worth:
        seen = np.asarray(self._encode([one.picture for one in made]), np.float64)
        found: Worth = ((seen - self._mean) / self._spread) @ self.person.weights / self._scale
        return found

    def said(self, ids: list[int], worth: Worth) -> list[Judgement]:
        """Of made pictures: love above the person's bar, not for them below the middle, and some pairs."""
        seen = worth + self.rng.normal(0, self.person.noise, len(worth))
        told = [
            Judgement("grid", (id,), f"grid-{id}", picked=(id,) if value > self.person.pickiness else ())
            for id, value in zip(ids, seen.tolist(), strict=True)
            if value > self.person.pickiness or value < 0
        ]
        pairs = sorted(combinations(range(len(ids)), 2), key=lambda pair: abs(worth[pair[0]] - worth[pair[1]]))
        for a, b in pairs[-ASKED:]:
            winner, loser = (a, b) if seen[a] > seen[b] else (b, a)
            told.append(Judgement("choice", (ids[winner], ids[loser]), f"pair-{ids[a]}-{ids[b]}"))
        return told


def answer(session: Session, person: SimulatedPerson, rng: np.random.Generator) -> None:
    """A few pairs of the gallery."""
    for _ in range(PAIRS):
        session.settle()
        (question,) = session.questions("choice", 1)
        left, right = (session.collection.row_of[item] for item in question.items)
        side = person.choose(left, right, rng)
        items = question.items[::-1] if side == "right" else question.items
        kind = "tie" if side == "tie" else "choice"
        session.record([Judgement(kind, items, question.id, asked_by=question.asked_by)])  # type: ignore[arg-type]
    session.settle()


def made_by(session: Session, engine: str, seeds: range) -> list[Created]:
    """A round without the other judge, who does not matter here."""
    order = Order(len(seeds), engine, seed=seeds[0], side=SIDE)
    reading = session.reading()
    guide = TasteGuide(reading, made=made_from(reading.collection, reading.person))
    nothing = Novelty(np.empty((0, 3, 32, 32), np.float32))
    run = making._Maker(order, guide, nothing).run(silent, None)
    return [Created(picture, twin, recipe, 0.0, 0.0, None, None, 0.0, True) for picture, twin, recipe in run]


def rounds_of(home: Path, k: int, people: int, engine: str) -> tuple[float, float, float, int]:
    """(mean worth of round one, of round two without what was said of it, with it, how much was said) of a person."""
    library = Library(home, config=Settings(home=home, threads=1))
    person = simulate_people(library.collection("sample").attributes, people, 0)[k]
    name = library.store.add_person(f"Person {k}").name
    session = Session(library, "sample", name, seed=k)
    one = Planted(library, session, person, k)
    answer(session, person, one.rng)
    again = range(1000 * k + 500, 1000 * k + 500 + NEXT)
    first, without = made_by(session, engine, range(1000 * k, 1000 * k + ROUND)), made_by(session, engine, again)
    kept = Kept(library, session.person, session.collection.row)
    for made in first:
        kept.add(made)
    art = Session(library, kept.name, name)
    art.record(one.said([item.id for item in art.collection.items], one.worth(first)))
    session.refresh()
    session.settle()
    after = made_by(session, engine, again)
    worths = [float(one.worth(some).mean()) for some in (first, without, after)]
    said = len(art.history())
    for each in (art, session):
        each.close()
    library.close()
    return worths[0], worths[1], worths[2], said


def main(people: int = 12, engine: str = "flow") -> None:
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        home = Path(folder)
        library = Library(home, config=Settings(home=home))
        library.import_source("sample", "sample")
        library.close()
        gains = list[float]()
        for k, told in enumerate(pool.map(rounds_of, repeat(home), range(people), repeat(people), repeat(engine))):
            first, without, after, said = told
            gains.append(after - without)
            print(
                f"person {k}: round one {first:+.2f}, round two {without:+.2f} without and {after:+.2f} with {said} "
                "answers about it",
                flush=True,
            )
    drawn = np.random.default_rng(0).choice(gains, (10_000, len(gains))).mean(1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    better = sum(gain > 0 for gain in gains)
    print(f"{engine}, {people} people: {np.mean(gains):+.2f} [{low:+.2f}, {high:+.2f}] sd, {better} of {people} up")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 12, *sys.argv[2:])
