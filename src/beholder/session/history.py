"""The judgements that hold at one moment, and what they come to without any model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from beholder.types import Judgement, teaching

GRID_WEIGHT = 3  # answers that a grid counts as, where it is asked whether there are enough


@dataclass(frozen=True)
class History:
    """What a person has said of a collection, as far as it holds; judgements : oldest first"""

    judgements: tuple[Judgement, ...] = ()

    def newest(self, n: int | None = None) -> list[Judgement]:
        """The judgements, newest first; n : so many of them, None: all"""
        return list(self.judgements[::-1][:n])

    @cached_property
    def answers(self) -> tuple[Judgement, ...]:
        """Those that teach."""
        return teaching(self.judgements)

    @cached_property
    def weight(self) -> int:
        """How many answers these are, a grid of several pictures counted as three."""
        return sum(min(GRID_WEIGHT, len(j.items)) if j.kind == "grid" else 1 for j in self.answers)

    @cached_property
    def judged(self) -> frozenset[int]:
        """Ids of the pictures that an answer was about; a skip is none."""
        return frozenset(item for j in self.answers for item in j.items)

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Ids of the pictures that are hidden."""
        return self._marked("hide")

    @cached_property
    def favourites(self) -> frozenset[int]:
        """Ids of the favourites."""
        return self._marked("favourite")

    @cached_property
    def picked(self) -> frozenset[int]:
        """Ids of the pictures that were picked in a grid: a heart on one of them teaches nothing new."""
        return frozenset(item for j in self.judgements for item in j.picked)

    def _marked(self, kind: str) -> frozenset[int]:
        """The last word on each counts."""
        last = {j.items[0]: j.value for j in self.judgements if j.kind == kind}
        return frozenset(item for item, value in last.items() if value)

    @cached_property
    def consistency(self) -> tuple[int, int]:
        """(repeats answered as before, repeats answered): how well this person agrees with themself."""
        same = asked = 0
        for at, j in enumerate(self.judgements):
            if j.asked_by != "repeat" or j.kind not in ("choice", "tie", "rating"):
                continue
            told = (b for b in reversed(self.judgements[:at]) if b.teaches and not b.marks)
            if (before := next((b for b in told if set(b.items) == set(j.items)), None)) is not None:
                asked += 1
                alike = before.kind == j.kind and (before.items == j.items or j.kind == "tie")
                same += alike and abs((before.value or 0) - (j.value or 0)) <= 1
        return same, asked
