"""What a person said of other collections that the same encoder saw, and whether it counts here."""

from __future__ import annotations

import threading

from beholder.collection import Collection
from beholder.store import Person
from beholder.types import Answers, Matrix

_MOST = 150  # answers of other collections, the newest, that count: the time of a fit grows with them


class Elsewhere:
    """Answers about other collections. Thread-safe.

    Parameters
    ----------
    useful
        whether the model learns from them

    Attributes
    ----------
    alone
        whether only what was said here counts
    version
        another number after every change
    """

    def __init__(self, collection: Collection, person: Person, *, useful: bool) -> None:
        self._collection, self._person, self._useful = collection, person, useful
        self._store = collection.library.store
        self._lock = threading.RLock()
        self._found: list[tuple[Matrix, Answers]] | None = None
        self._seen = self._newest()
        self.alone = self._store.alone(person.id, collection.row.id)
        self.version = 0

    @property
    def known(self) -> int:
        """How many answers given in other collections there are, whether or not they count here."""
        return sum(len(answers) for _, answers in self._all())

    @property
    def counted(self) -> int:
        """How many of them count here."""
        return 0 if self.alone else self.known

    @property
    def answers(self) -> list[tuple[Matrix, Answers]]:
        """Those that count: judged rows, like X's, and what was said of them."""
        return [] if self.alone else self._all()

    def count(self, count: bool) -> None:
        """Whether they are to count here from now on."""
        with self._lock:
            self._store.set_alone(self._person.id, self._collection.row.id, not count)
            self.alone = not count
            self.version += 1

    def refresh(self) -> bool:
        """See what was said meanwhile; returns whether that is new."""
        with self._lock:
            newest = self._newest()
            if newest == self._seen:
                return False
            self._seen, self._found = newest, None
            self.version += 1
            return True

    def _newest(self) -> dict[int, int]:
        """What was said last in each other collection: an answer that replaces another one is news too."""
        newest = self._store.newest_events(self._person.id)
        return {id: event for id, event in newest.items() if id != self._collection.row.id}

    def _all(self) -> list[tuple[Matrix, Answers]]:
        with self._lock:
            if self._found is None:
                library, here = self._collection.library, self._collection.row
                self._found = library.answers_elsewhere(self._person.id, here, _MOST) if self._useful else []
            return self._found
