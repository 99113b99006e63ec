"""The next questions as a person meets them: a strategy's choice, some at random, some asked again.

Random questions judge the model fairly, whatever the strategy likes to ask; repeats measure the person's own
consistency. A skipped or answered question never comes again but as a marked repeat, a hidden picture never at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

import numpy as np

from beholder.ask import STRATEGIES
from beholder.ask.candidates import without
from beholder.ask.favourites import count_liked
from beholder.ask.ours import FIRST
from beholder.features.attributes import ATTRIBUTES, SEEN
from beholder.taste import GaussianProcess, TasteMixture
from beholder.types import Answers, Floats, Ints, Judgement, Matrix

QuestionKind = Literal["choice", "rating", "grid"]
GRID_SIZE = 9
_REPEAT = 0.05  # share of questions that are asked again
_REPEAT_AFTER = 10  # judgements between a question and its repeat
_LOOKED = 10_000  # pictures at most, evenly spread, from which it is known what is usual here
_PLAIN = 1.0  # spreads from the usual beyond which people see what a picture has, of what they see at all
_RANDOM = 0.2  # share of questions that are chosen at random


@dataclass(frozen=True, slots=True)
class Question:
    """Pictures to be judged. choice: (left, right), sides by chance; rating: one; grid: several to pick from."""

    id: str
    kind: QuestionKind
    items: tuple[int, ...]
    asked_by: str
    reason: str


@dataclass(frozen=True)
class QuestionBuilder:
    """What questions are made from, at one moment of a session.

    Attributes
    ----------
    model
        the newest fit, None before the first
    X, attributes, ids
        the pictures: their numbers and their item ids, row by row
    answers
        what the model was fitted on
    judgements
        everything that holds, oldest first
    """

    model: Any
    X: Matrix
    attributes: Matrix
    ids: Ints
    answers: Answers
    judgements: Sequence[Judgement]
    rng: np.random.Generator

    def questions(
        self, kind: QuestionKind, n: int, *, hidden: Collection[int], underway: Collection[int], only: str | None = None
    ) -> list[Question]:
        """The next `n`; fewer, or none, where there is no more to ask.

        Parameters
        ----------
        hidden
            item ids never to be shown
        underway
            item ids in questions that are on the screen or behind it
        only
            "random" asks at random alone
        """
        pool = self._pool({*hidden, *underway})
        if kind == "grid":
            return list(self._grids(pool, n, only or "ours"))
        make = self._pairs if kind == "choice" else self._ratings
        chance = self.rng.random(n)
        asked = list(self._repeats(kind, pool, int((chance < _REPEAT).sum())))
        by_chance = n if only == "random" else int((chance > 1 - _RANDOM).sum())
        asked += make(pool, min(by_chance, n - len(asked)), "random", asked)
        asked += make(pool, n - len(asked), only or "ours", asked)
        return [asked[i] for i in self.rng.permutation(len(asked))]

    def _pool(self, less: Collection[int]) -> Ints:
        return self._unless(np.arange(len(self.ids)), less)

    def _unless(self, pool: Ints, items: Collection[int]) -> Ints:
        """The rows of a pool, in rising order, that are none of these items."""
        ids = np.fromiter(items, np.int64, len(items))
        rows = np.searchsorted(self.ids, ids)
        known = rows < len(self.ids)
        known[known] = self.ids[rows[known]] == ids[known]
        return without(pool, rows[known])

    @cached_property
    def _met(self) -> QuestionHistory:
        return QuestionHistory.of(self.judgements)

    def _strategy(self, name: str, pool: Ints, n: int, *, pairs: bool) -> Ints:
        return STRATEGIES[name](self.model, self.X, self.answers, pool, n, self.rng, pairs=pairs)

    def _pairs(self, pool: Ints, n: int, strategy: str, asked: Sequence[Question]) -> Iterator[Question]:
        if n <= 0 or len(pool) < 2:
            return
        met = self._met.pairs | {frozenset(q.items) for q in asked}
        found = list(self._strategy(strategy, pool, n + 4, pairs=True)) + list(self._any_pairs(pool))
        for pair in found:
            items = self.ids[self.rng.permutation(pair)].tolist()
            if n > 0 and frozenset(items) not in met:
                met.add(frozenset(items))
                n -= 1
                yield self._question("choice", items, strategy)

    def _any_pairs(self, pool: Ints) -> Iterator[Ints]:
        """What is left when the strategy repeats itself: everything of a small pool, random pairs of a large one."""
        if len(pool) <= 40:
            every = np.array(list(combinations(pool, 2)))
            yield from self.rng.permutation(every)
        else:
            for _ in range(50):
                yield self.rng.choice(pool, 2, replace=False)

    def _ratings(self, pool: Ints, n: int, strategy: str, asked: Sequence[Question]) -> Iterator[Question]:
        met = self._met.rated | {item for q in asked for item in q.items}
        pool = self._unless(pool, met)
        if n > 0 and len(pool):
            for row in self._strategy(strategy, pool, n, pairs=False):
                yield self._question("rating", [int(self.ids[row])], strategy)

    def _grids(self, pool: Ints, n: int, strategy: str) -> Iterator[Question]:
        pool = self._unless(pool, self._met.shown)
        while n > 0 and len(pool) >= 2:
            rows = STRATEGIES[strategy].grid(self.model, self.X, self.answers, pool, GRID_SIZE, self.rng)
            if len(rows) < 2 or frozenset(self.ids[rows].tolist()) in self._met.pairs:
                return
            yield self._question("grid", self.ids[self.rng.permutation(rows)].tolist(), strategy)
            pool, n = without(pool, rows), n - 1

    def _repeats(self, kind: QuestionKind, pool: Ints, n: int) -> Iterator[Question]:
        kinds = ("choice", "tie") if kind == "choice" else ("rating",)
        old = [
            j
            for j in self.judgements[:-_REPEAT_AFTER]
            if j.kind in kinds and frozenset(j.items) not in self._met.again and np.isin(j.items, self.ids[pool]).all()
        ]
        for i in self.rng.permutation(len(old))[:n]:
            yield self._question(kind, self.rng.permutation(old[i].items).tolist(), "repeat")

    def _question(self, kind: QuestionKind, items: list[int], asked_by: str) -> Question:
        return Question(uuid.uuid4().hex, kind, tuple(items), asked_by, self._reason(kind, items, asked_by))

    def _reason(self, kind: QuestionKind, items: list[int], asked_by: str) -> str:
        if asked_by == "random":
            return "Picked at random, to see how well your ranking knows you."
        if asked_by == "repeat":
            return "You have seen this before. It shows how consistent your answers are."
        if kind == "grid" and isinstance(self.model, TasteMixture) and count_liked(self.answers):
            return "To find where your taste ends: you may like several of these, or none."
        if kind == "grid":
            return "Different kinds of pictures, to find what you love."
        stands_out = (self.attributes[np.searchsorted(self.ids, items)] - self._usual[0]) / self._usual[1]
        if kind == "rating":
            return self._reason_of_one(stands_out[0])
        return self._reason_of_two(stands_out[0] - stands_out[1])

    def _reason_of_one(self, stands_out: Floats) -> str:
        """(a,) how far from usual, in spreads, by each measured attribute; what people do not see is not told."""
        most = int(np.argmax(np.abs(stands_out) * self._doubt))
        end = ATTRIBUTES[most].high if stands_out[most] > 0 else ATTRIBUTES[most].low
        seen = end in SEEN and abs(stands_out[most]) >= _PLAIN
        if len(self.answers) < FIRST:
            return f"Typical of many pictures here{f': {end}' if seen else ''}."
        return (
            f"Like it or not, your number helps: we are not sure how you feel about {end if seen else 'such pictures'}."
        )

    def _reason_of_two(self, apart: Floats) -> str:
        """(a,) how far the first is above the second, in spreads, by each measured attribute."""
        plain = np.array([{one.low, one.high} <= SEEN for one in ATTRIBUTES]) & (np.abs(apart) >= 2 * _PLAIN)
        if not plain.any():
            return "Like them or not, your choice helps: we are not sure which of these kinds you prefer."
        most = int(np.argmax(np.where(plain, np.abs(apart) * self._doubt, -1)))
        first, second = ATTRIBUTES[most].high, ATTRIBUTES[most].low
        if apart[most] < 0:
            first, second = second, first
        return f"Like them or not, your choice helps: do you prefer {first} or {second}?"

    @cached_property
    def _usual(self) -> tuple[Matrix, Matrix]:
        """(a,) mean and spread of each measured attribute."""
        some = self.attributes[:: len(self.attributes) // _LOOKED + 1]
        return some.mean(0), some.std(0) + 1e-6

    @cached_property
    def _doubt(self) -> Floats:
        """(a,) how little is known of the liking for each measured attribute, 1 where nothing is."""
        if not isinstance(self.model, GaussianProcess) or self.model.features_.sizes[0] != len(ATTRIBUTES):
            return np.ones(len(ATTRIBUTES))
        doubt = self.model.doubt_of_measured()
        return np.asarray(doubt / max(float(doubt.max()), 1e-12))


@dataclass(frozen=True, slots=True)
class QuestionHistory:
    """What has been asked: item ids.

    pairs (compared or skipped), rated (or skipped), shown in grids (or given a heart: what a grid would ask of it is
    said), and what was asked for a second time
    """

    pairs: set[frozenset[int]]
    rated: set[int]
    shown: set[int]
    again: set[frozenset[int]]

    @classmethod
    def of(cls, judgements: Iterable[Judgement]) -> QuestionHistory:
        pairs, rated, shown, again = set[frozenset[int]](), set[int](), set[int](), set[frozenset[int]]()
        for j in judgements:
            if j.kind in ("choice", "tie", "skip"):
                pairs.add(frozenset(j.items))
            if j.kind == "rating" or (j.kind == "skip" and len(j.items) == 1):
                rated.update(j.items)
            if j.kind in ("grid", "favourite") or (j.kind == "skip" and len(j.items) > 2):
                shown.update(j.items)
            if j.asked_by == "repeat":
                again.add(frozenset(j.items))
        return cls(pairs, rated, shown, again)

    def leaves_open(self, question: Question) -> bool:
        """Whether a question that was made earlier may be asked now."""
        items = frozenset(question.items)
        if question.asked_by == "repeat":
            return items not in self.again
        if items in self.pairs:  # a grid of two too
            return False
        return question.kind == "choice" or items.isdisjoint(self.shown if question.kind == "grid" else self.rated)
