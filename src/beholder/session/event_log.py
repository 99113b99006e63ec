"""The event log of one person on one collection: nothing in it is ever changed, and undo is another event."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from beholder.collection import Collection
from beholder.errors import UserError
from beholder.session.history import History
from beholder.session.reading import NewestReading
from beholder.store import Person
from beholder.types import Judgement, faults_of


class EventLog:
    """Keeps what a person says, and publishes what holds of it. Thread-safe."""

    def __init__(self, collection: Collection, person: Person, newest: NewestReading) -> None:
        self._collection, self._newest, self._store = collection, newest, collection.library.store
        self._whose = person.id, collection.row.id
        self._lock = threading.RLock()
        self.refresh()

    def record(self, judgements: Sequence[Judgement]) -> None:
        """As `Session.record`."""
        if faults := [fault for j in judgements for fault in faults_of(j, self._collection.row_of)]:
            raise UserError("; ".join(faults))
        with self._lock:
            self._store.record(*self._whose, judgements, strict=True)
            self.refresh()

    def undo(self, client_id: str) -> Judgement | None:
        """As `Session.undo`."""
        with self._lock:
            last = self._store.undo(*self._whose, client_id)
            self.refresh()
        return last

    def refresh(self) -> bool:
        """See what holds now; returns whether that is new."""
        with self._lock:
            now = tuple(self._collection.judgements(self._whose[0]))
            if now == self._newest.reading.history.judgements:
                return False
            self._newest.publish(history=History(now))
            return True
