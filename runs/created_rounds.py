"""Whether what is said of made pictures makes the next round better: python runs/created_rounds.py [PEOPLE] [ENGINE]

Simulated people answer a few pairs of the sample gallery. Three rounds of pictures are made for each; they love some,
say of others that these are not for them, and choose between pairs, as on the Create page. The second and third are
also made of the same seeds without these answers. A picture is worth what the person's planted taste says of it, in
standard deviations of the gallery.
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
from beholder.create.novelty import Novelty, spread
from beholder.session import Session
from beholder.taste.simulate import SimulatedPerson, simulate_people
from beholder.types import Judgement, silent

PAIRS, ROUNDS, COUNT, SIDE, ASKED = 12, 3, 4, 160, 3
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


def rounds_of(home: Path, k: int, people: int, engine: str) -> tuple[list[float], list[float], list[float]]:
    """(mean worth of each round, of each further one of the same seeds without what was said of pictures that were
    made, how varied each round is beside its twins) of a person."""
    library = Library(home, config=Settings(home=home, threads=1))
    person = simulate_people(library.collection("sample").attributes, people, 0)[k]
    name = library.store.add_person(f"Person {k}").name
    session = Session(library, "sample", name, seed=k)
    one = Planted(library, session, person, k)
    answer(session, person, one.rng)
    rounds = [range(1000 * k + 100 * number, 1000 * k + 100 * number + COUNT) for number in range(ROUNDS)]
    without = [float(one.worth(made_by(session, engine, seeds)).mean()) for seeds in rounds[1:]]
    kept, worths, varied, known = Kept(library, session.person, session.collection.row), list[float](), list[float](), 0
    for seeds in rounds:
        some = made_by(session, engine, seeds)
        worth = one.worth(some)
        worths.append(float(worth.mean()))
        varied.append(float(spread([m.picture for m in some]).mean() / spread([m.twin for m in some]).mean()))
        for made in some:
            kept.add(made)
        art = Session(library, kept.name, name)
        art.record(one.said([item.id for item in art.collection.items[known:]], worth))
        known = len(art.collection)
        art.close()
        session.refresh()
        session.settle()
    session.close()
    library.close()
    return worths, without, varied


def main(people: int = 12, engine: str = "flow") -> None:
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        home = Path(folder)
        library = Library(home, config=Settings(home=home))
        library.import_source("sample", "sample")
        library.close()
        found = list[tuple[list[float], list[float], list[float]]]()
        for k, told in enumerate(pool.map(rounds_of, repeat(home), range(people), repeat(people), repeat(engine))):
            found.append(told)
            worths, without, varied = (" ".join(f"{value:+.2f}" for value in part) for part in told)
            print(f"person {k}: rounds {worths}, without {without}, variety {varied}", flush=True)
    worths, without, varied = (np.array(part) for part in zip(*found, strict=True))
    for number in range(1, ROUNDS):
        say(f"{engine}, round {number + 1} over round 1", worths[:, number] - worths[:, 0])
        say(f"{engine}, round {number + 1} over itself without", worths[:, number] - without[:, number - 1])
    print(f"rounds {worths.mean(0).round(2)}, variety {varied.mean(0).round(2)}")


def say(what: str, gains: Worth) -> None:
    drawn = np.random.default_rng(0).choice(gains, (10_000, len(gains))).mean(1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    print(f"{what}: {gains.mean():+.2f} [{low:+.2f}, {high:+.2f}] sd, {(gains > 0).sum()} of {len(gains)} up")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 12, *sys.argv[2:])
