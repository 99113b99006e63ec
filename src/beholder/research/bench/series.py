"""What one line of a run's tables and curves stands for: a method and, in an asking run, who chose the questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from beholder.ask.random import RANDOM
from beholder.research.bench.methods import CONTROLS


@dataclass(frozen=True, slots=True)
class Series:
    """A method on the answers that the strategy `ask` asked for; None where they are the draw's first."""

    method: str
    ask: str | None = None

    @property
    def label(self) -> str:
        return self.method if self.ask is None else f"{self.method}, {self.ask}"

    @property
    def at_random(self) -> Series:
        """The control of the strategy: the same method, asking at random."""
        return Series(self.method, RANDOM.name)

    def is_comparable(self, other: Series) -> bool:
        """Whether the two differ in one thing, method or strategy, or one of them does not ask."""
        return self.method == other.method or self.ask == other.ask or None in (self.ask, other.ask)


def series_of(methods: Iterable[str], strategies: Iterable[str]) -> tuple[Series, ...]:
    """Every method by every strategy, in the order given; a control, and without strategies every method, once."""
    asked = tuple(strategies)
    return tuple(
        one
        for name in methods
        for one in ([Series(name, ask) for ask in asked] if asked and name not in CONTROLS else [Series(name)])
    )
