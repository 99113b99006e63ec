"""The next questions of a session: some are always ready, made behind from the newest reading."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Sequence

import numpy as np

from beholder.ask.questions import Question, QuestionBuilder, QuestionHistory, QuestionKind
from beholder.ask.queue import DEPTH, QuestionQueue
from beholder.background import Job
from beholder.session.reading import NewestReading
from beholder.types import Answers, Ints, Judgement


class Questions:
    """A queue of questions, and what makes them. Thread-safe.

    Attributes
    ----------
    waited_for
        how many calls had to make some while somebody waited
    """

    def __init__(self, newest: NewestReading, seed: int | None) -> None:
        self._newest, self._queue = newest, QuestionQueue()
        self._seed = int(np.random.default_rng(seed).integers(2**62))
        self._after: Sequence[Judgement] = ()  # what was said last before these
        self._given: Sequence[Question] = ()
        self._left: Sequence[Question] = ()  # of those given, what was not answered
        self.waited_for = 0

    def take(self, kind: QuestionKind, n: int, exclude: AnyOf[int]) -> list[Question]:
        """As `Session.questions`: those that are ready, and where these are too few others, made now."""
        reading = self._newest.reading
        away = {*exclude, *reading.history.hidden, *reading.collection.unshown}
        met, last = QuestionHistory.of(reading.history.judgements), reading.history.judgements[-1:]
        if self._after != last:
            self._after, self._given, self._left = last, (), ()
        left = [q for q in self._left if q.kind == kind and met.leaves_open(q) and away.isdisjoint(q.items)][:n]
        self._left = [q for q in self._left if q not in left]
        underway = {*exclude, *(item for question in left for item in question.items)}
        ready = [*left, *self._queue.take(kind, n - len(left), {*away, *underway}, met)]
        if len(ready) < n:
            underway = {*exclude, *(item for question in ready for item in question.items)}
            ready += self.make_now(kind, n - len(ready), underway)
        self._given = [*self._given, *ready]
        return ready

    def put_back(self) -> None:
        """Those that were given come first again, until something is said: who left a question finds it again."""
        self._left, self._given = [*self._given, *self._left], ()

    def make_now(self, kind: QuestionKind, n: int, underway: AnyOf[int], only: str | None = None) -> list[Question]:
        """Questions made while somebody waits. only : "random" asks at random alone"""
        self.waited_for += 1
        count = len(self._newest.reading.history.judgements)  # chance falls anew after each answer
        return self._make(kind, n, underway, np.random.default_rng([self._seed, 0, self.waited_for, count]), only)

    def runs_low(self, kind: QuestionKind) -> bool:
        """Whether more should be made."""
        return len(self._queue.waiting(kind)) < DEPTH[kind] // 2

    def fill(self) -> list[Job]:
        """Make the next questions; of grids, each of which is long in the making, the first, and the others later."""
        if not (kinds := self._queue.kinds):
            return []
        kind, count = kinds[-1], len(self._newest.reading.history.judgements)
        rng = np.random.default_rng([self._seed, 1, count])
        if kind != "grid":
            self._queue.refill(kind, self._make(kind, DEPTH[kind], (), rng))
            return []
        first = self._make(kind, 1, (), rng)
        self._queue.refill(kind, [*first, *self._queue.waiting(kind)][: DEPTH[kind]])

        def others() -> None:
            shown = {item for question in first for item in question.items}
            made = self._make(kind, DEPTH[kind] - 1, shown, rng)
            kept = [question for question in self._queue.waiting(kind) if question in first]
            self._queue.refill(kind, [*kept, *made])

        return [others]

    def coming(self, n: int) -> tuple[Ints, Ints]:
        """Rows (r,) and pairs (m, 2) of the next n questions that are ready; none where there are fewer."""
        kinds, row_of = self._queue.kinds, self._newest.reading.collection.row_of
        kind = kinds[-1] if kinds else "choice"
        coming = [q.items for q in self._queue.waiting(kind) if q.asked_by != "repeat"]
        if kind == "grid":  # a grid's answer says about as much as its pictures in pairs
            coming = [pair for items in coming for pair in zip(items[::2], items[1::2], strict=False)]
        some = coming[:n] if len(coming) >= n else []
        rows = np.array([[row_of[item] for item in items] for items in some], np.int64)
        none = np.empty((0, 2), np.int64)
        return (rows.ravel(), none) if kind == "rating" else (none.ravel(), rows.reshape(-1, 2))

    def _make(
        self, kind: QuestionKind, n: int, underway: AnyOf[int], rng: np.random.Generator, only: str | None = None
    ) -> list[Question]:
        """Questions by the newest model; what is answered meanwhile does not wait for them."""
        reading, collection = self._newest.reading, self._newest.reading.collection
        fitted = reading.fitted or reading.prior
        model, answers = (fitted.model, fitted.answers) if fitted else (None, Answers())
        builder = QuestionBuilder(
            model, collection.X, collection.attributes, collection.ids, answers, reading.history.judgements, rng
        )
        hidden = reading.history.hidden | collection.unshown
        return builder.questions(kind, n, hidden=hidden, underway=underway, only=only)
