"""Questions that are ready: the next one is a pop, and the list is made again behind, from the newest fit."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from beholder.ask.questions import Question, QuestionHistory, QuestionKind

DEPTH: dict[QuestionKind, int] = {"choice": 24, "rating": 24, "grid": 2}  # a grid goes by the last answer


class QuestionQueue:
    """The next questions of each kind that was asked for. Thread-safe: one thread refills while others take."""

    def __init__(self) -> None:
        self._waiting: dict[QuestionKind, list[Question]] = {}
        self._lock = threading.Lock()

    @property
    def kinds(self) -> list[QuestionKind]:
        """The kinds that somebody has asked for, the newest last."""
        return list(self._waiting)

    def waiting(self, kind: QuestionKind) -> Sequence[Question]:
        """Those that would come next, if nothing were answered."""
        return tuple(self._waiting.get(kind, ()))

    def take(self, kind: QuestionKind, n: int, exclude: Collection[int], met: QuestionHistory) -> list[Question]:
        """Up to n questions of this kind about none of these items, of those that were not answered meanwhile."""
        with self._lock:
            waiting = [question for question in self._waiting.pop(kind, []) if met.leaves_open(question)]
            free = [question for question in waiting if not set(exclude).intersection(question.items)][:n]
            self._waiting[kind] = [question for question in waiting if question not in free]
            return free

    def refill(self, kind: QuestionKind, questions: Sequence[Question]) -> None:
        """These in place of what was waiting."""
        with self._lock:
            if kind in self._waiting:
                self._waiting[kind] = list(questions)
