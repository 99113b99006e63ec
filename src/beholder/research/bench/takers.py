"""People for whom pictures are made, and what they said, halved: what guides, and what judges.

Three kinds: simulated people who like a direction of the encoder's space, personas who like the pictures with one
value of a column, and, where a set holds choices, its raters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from beholder.ask.questions import Question, QuestionKind
from beholder.research.bench.personas import SimulatedEye, people_of
from beholder.research.datasets import TIE, Dataset
from beholder.taste.feature_map import principal_components
from beholder.types import Judgement, Matrix

MOST = 24  # people of a kind
_JUDGED = 200  # further answers of a simulated person, from which the judge learns
_FEWEST_ANSWERS = 40  # of a real person
_DIRECTIONS = 12  # components of the encoder's space, of which a simulated person likes a mix


@dataclass(frozen=True, eq=False)
class Taker:
    """Somebody for whom pictures are made. Item ids are positions in the set.

    Attributes
    ----------
    guiding, judging
        what the taste that guides is learned from, and what the judge is
    liked
        pictures of the set that are known to be liked
    """

    kind: str
    name: str
    guiding: tuple[Judgement, ...]
    judging: tuple[Judgement, ...]
    liked: tuple[int, ...] = ()

    @property
    def ways(self) -> tuple[tuple[tuple[Judgement, ...], tuple[Judgement, ...]], ...]:
        """What guides, and what judges; of a real person the other way round too."""
        once = (self.guiding, self.judging)
        return (once, once[::-1]) if self.kind == "real" else (once,)


def takers(data: Dataset, X: Matrix, shots: int, seed: int, most: int = MOST) -> list[Taker]:
    """At most so many of each kind; the same seed, the same people. X (n, d) of an encoder"""
    mean, axes = principal_components(X, _DIRECTIONS)
    parts = (X - mean) @ axes
    parts = parts / (parts.std(0) + 1e-12)
    found = list[Taker]()
    for number in range(most if parts.shape[1] else 0):
        rng = np.random.default_rng([seed, 0, number])
        likes = rng.normal(size=parts.shape[1])
        eye = SimulatedEye(0.5 + 0.5 * parts @ (likes / np.linalg.norm(likes)), rng)
        found.append(_simulated("simulated", f"direction {number + 1}", eye, "choice", shots))
    for number, persona in enumerate(people_of(data.columns, most)):
        eye = SimulatedEye.of(persona, [seed, 1, number])
        liked = tuple(np.flatnonzero(persona.liked).tolist())
        found.append(replace(_simulated("persona", persona.name, eye, "grid", shots), liked=liked))
    return found + _real(data, seed)[:most]


def _simulated(kind: str, name: str, eye: SimulatedEye, asked: QuestionKind, shots: int) -> Taker:
    """Asked about pictures at random: which of two, or which of nine."""
    count, said = {"choice": 2, "grid": 9}[asked], list[Judgement]()
    for number in range(shots + _JUDGED):
        items = eye.rng.choice(len(eye.worth), count, replace=False).tolist()
        said.append(eye.answer(Question(f"{name} {number}", asked, tuple(items), "random", "")))
    return Taker(kind, name, tuple(said[:shots]), tuple(said[shots:]))


def _real(data: Dataset, seed: int) -> list[Taker]:
    """Those of enough choices, halved at random."""
    choices, found = data.choices, list[Taker]()
    for rater, name in enumerate(data.raters):
        rows = np.flatnonzero(choices.rater == rater)
        if len(rows) < _FEWEST_ANSWERS:
            continue
        said = list[Judgement]()
        for row in np.random.default_rng([seed, 2, rater]).permutation(rows).tolist():
            left, right, answer = int(choices.left[row]), int(choices.right[row]), int(choices.answer[row])
            items = (left, right) if answer >= TIE else (right, left)
            said.append(Judgement("tie" if answer == TIE else "choice", items, f"{name} {row}"))
        found.append(Taker("real", name, tuple(said[::2]), tuple(said[1::2])))
    return found
