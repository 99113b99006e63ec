"""The demo: a simulated person answers questions, and the ranking gets closer to her taste."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beholder.collection import Library
from beholder.features.attributes import ATTRIBUTES
from beholder.ranking import title_of
from beholder.session import Reading, Session
from beholder.sources.sample import make_gallery
from beholder.taste.simulate import SimulatedPerson, simulate_people
from beholder.types import Judgement, Progress

GALLERY = "gallery"  # the collection, and its folder in the data folder
_PICTURES = 240  # half of the sample gallery: painted, measured and answered within a minute on two busy cores
QUESTIONS = 30
EVERY = 3  # answers after which the accuracy is measured
NAME = "Ada"  # the simulated person
_PAIRS = 2000  # of pictures that were never shown, on which the ranking is judged


def paint_gallery(library: Library, progress: Progress) -> int:
    """Make the gallery and take it in, and the simulated person with it; returns the number of pictures."""
    folder = library.home / GALLERY
    make_gallery(folder, _PICTURES, progress=lambda done, n: progress("painting a gallery", done, n))
    report = library.import_source(folder, GALLERY, progress=progress)
    library.store.add_person(NAME)
    return report.new


@dataclass
class Demonstration:
    """One session of the simulated person, a question at a time.

    Attributes
    ----------
    accuracy
        (answers, share of unseen pairs that are ranked as she would) after every `EVERY` answers
    """

    session: Session
    person: SimulatedPerson
    rng: np.random.Generator
    answers: int = 0
    accuracy: list[tuple[int, float]] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)

    @classmethod
    def begin(cls, library: Library, seed: int) -> Demonstration:
        """Before the first question. seed : of the person, of her answers and of the questions"""
        session = Session(library, GALLERY, NAME, seed=seed)
        person = next(iter(simulate_people(session.collection.attributes, 1, seed)))
        return cls(session, person, np.random.default_rng(seed))

    def answer(self) -> None:
        """Ask one question, answer it and learn from it."""
        self.session.settle()
        (question,) = self.session.questions("choice", 1)
        left, right = (self.session.collection.row_of[item] for item in question.items)
        said = self.person.choose(left, right, self.rng)
        items = question.items[::-1] if said == "right" else question.items
        if said == "tie":
            given = Judgement("tie", items, question.id, asked_by=question.asked_by)
        else:
            given = Judgement("choice", items, question.id, side=said, asked_by=question.asked_by)
        self.session.record([given])
        self.shown |= {left, right}
        self.answers += 1
        if self.answers % EVERY == 0:
            self.accuracy.append((self.answers, self._accuracy()))

    def reading(self) -> Reading:
        """Everything answered so far learned from."""
        self.session.settle()
        return self.session.reading()

    def _accuracy(self) -> float:
        """Share of pairs of pictures never shown that are ranked as the person would."""
        score = self.reading().model.predict(self.session.collection.X)
        unseen = np.array([row for row in range(len(score)) if row not in self.shown])
        a, b = np.random.default_rng(0).choice(unseen, (2, _PAIRS))
        truth, ours = self.person.utility[a] - self.person.utility[b], score[a] - score[b]
        return float(np.mean(np.sign(truth[truth != 0]) == np.sign(ours[truth != 0])))

    def ending(self) -> dict[str, Any]:
        """What was found, in the shape of `demo --json`."""
        reading, planted = self.reading(), ATTRIBUTES[self.person.liking]
        explanation = reading.explanation
        return {
            "answers": self.answers,
            "accuracy": [{"answers": answers, "pairs": round(share, 4)} for answers, share in self.accuracy],
            "planted": planted.high if self.person.sign > 0 else planted.low,
            "sentence": explanation.sentence,
            "found": explanation.found,
            "top": [
                {"rank": p.rank, "title": title_of(p.item), "score": round(p.score, 2), "why": p.why}
                for p in reading.ranking[:5]
            ],
        }

    def close(self) -> None:
        """End the session and its data folder."""
        self.session.close()
        self.session.library.close()
