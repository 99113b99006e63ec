"""What all pages share: the library, one session for each person and collection, the pictures, the imports."""

from __future__ import annotations

import gc
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from weakref import WeakSet

from fastapi import Request

from beholder.background import share_process
from beholder.collection import Collection, Library
from beholder.config import Settings
from beholder.errors import BeholderError, UnknownName
from beholder.session import Reading, Session
from beholder.store import CollectionRow, Person
from beholder.taste.threads import alone
from beholder.types import Item
from beholder.web.codes import AccessCode, WrongTries
from beholder.web.imports import Imports, Job
from beholder.web.maps import Maps
from beholder.web.rounds import Rounds
from beholder.web.thumbnails import Pictures
from beholder.web.uploads import Uploads

_FRESH = 1.0  # seconds after which it is looked whether a collection has grown
_KEPT, LEARNED = 64, 32  # sessions held in memory, and those of them whose models are
_GROWN = 2  # times as many pictures as a session began with, before it begins again while more come in
GROWN_SEEN = 1.1  # the same where a person looks at all of them
ENOUGH_TO_START = 100  # pictures with which a person can begin while the others come in
_COVERS = 8  # pictures on the front of a collection; a narrow window shows fewer


@dataclass
class _Held:
    """A session on its way or here: made once, while others for other people go on.

    seen : (size, encoders) of the collection when it was asked for
    """

    seen: tuple[int, tuple[str, ...]]
    making: threading.Lock = field(default_factory=threading.Lock)
    session: Session | None = None


class AppState:
    """Everything one server holds. Thread-safe."""

    def __init__(self, library: Library, settings: Settings) -> None:
        share_process()
        self.library = library
        self.store = library.store
        self.settings = settings
        home = Path(library.home)
        self.cookie = "beholder_" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:8]
        self.cookie_at = self.cookie + "_at"  # the collection that was last seen
        self.cookie_guest = self.cookie + "_guest"  # that the PIN of a shared shortlist was right
        self.cookie_code = self.cookie + "_code"  # that the access code was right
        self.code = AccessCode(home)
        self.wrong_tries = WrongTries()
        self.pictures = Pictures(home / "thumbs")
        self.maps = Maps(home / "maps")
        self.imports = Imports(library, self.forget)
        self.rounds = Rounds(library, self.fresh, self.forget)
        self.uploads = Uploads(home / "uploads", lambda id: self.store.removal.folders(id, "uploads"))
        self._held: OrderedDict[tuple[int, int], _Held] = OrderedDict()
        self._rows: dict[str, tuple[float, CollectionRow]] = {}  # and when they were read
        self._covers: dict[tuple[int, int], list[Item]] = {}
        self._prepared: Collection | None = None  # kept for the first session
        self._frozen: WeakSet[Collection] = WeakSet()
        self._lock = threading.Lock()

    def person(self, cookies: Mapping[str, str]) -> Person | None:
        """Whose cookie this is."""
        key = cookies.get(self.cookie, "")
        return self.store.person_of(key) if 0 < len(key) <= 100 else None

    def session(self, collection: str, person: Person, grown: float = _GROWN) -> Session:
        """The session of this person here; a new one where the collection has changed since. raises : UnknownName"""
        return cast(Session, self._hold(collection, person, grown).session)

    def fresh(self, collection: str, person: Person, grown: float = _GROWN) -> Session:
        """The session, with what another process has recorded meanwhile. raises : UnknownName"""
        session = self.session(collection, person, grown)
        session.refresh()
        return session

    def reading(self, collection: str, person: Person, *, whole: bool = False) -> Reading:
        """This person's newest reading with every answer in it, its ranking made.

        Parameters
        ----------
        whole
            with nearly all pictures that came in meanwhile

        Raises
        ------
        NotEnoughAnswers
        UnknownName
        """
        session = self.fresh(collection, person, GROWN_SEEN if whole else _GROWN)
        with alone():
            if session.learned():
                _ = session.now.ranking  # while words and accuracy are made behind
            session.settle()
            reading = session.reading()
            _ = reading.ranking
        return reading

    def prepare(self, collection: str) -> None:
        """Have ready what the first page needs: the collection, and what its only person has said."""
        with suppress(BeholderError):  # it is not there yet
            self._prepared = self.library.shared(collection)
            people = self.store.people()
            if len(people) == 1:
                self.session(collection, people[0])

    def size_of(self, collection: str) -> int:
        """How many pictures it has; 0 where it is not there yet."""
        try:
            return self._row(collection).size
        except UnknownName:
            return 0

    def coming(self, collection: str, person: Person) -> Job | None:
        """The import that brings pictures into it, where this person may watch it."""
        job = self.imports.bringing(collection)
        return job if job is not None and job.person in (person.id, None) else None

    def arrived(self, collection: str, after: int) -> list[Item]:
        """The pictures of a collection behind this id, `ENOUGH_TO_START` at most."""
        try:
            items = self.store.items(self._row(collection).id)
        except UnknownName:
            return []
        return [item for item in items if item.id > after][:ENOUGH_TO_START]

    def covers(self, row: CollectionRow) -> list[Item]:
        """A few pictures spread over the collection."""
        if (row.id, row.size) not in self._covers:
            items = [item for item in self.store.items(row.id) if not item.gone]
            last = len(items) - 1  # evenly spread from first to last: a gallery often repeats itself in step
            spread = dict.fromkeys(round(i * last / (_COVERS - 1)) for i in range(_COVERS)) if items else ()
            self._covers[row.id, row.size] = [items[i] for i in spread]
        return self._covers[row.id, row.size]

    def forget(self, collection: str) -> None:
        """After an import: sessions see the collection as it is now, also where only what is said of it has changed."""
        ids = {row.id for row in self.store.collections() if row.name == collection}
        with self._lock:
            self._rows.clear()
            self._prepared = None
            gone = [self._held.pop(key).session for key in list(self._held) if key[0] in ids]
            self._covers = {key: items for key, items in self._covers.items() if key[0] not in ids}
        _end(gone)

    def part_with(self, *, collection_id: int | None = None, person_id: int | None = None) -> None:
        """End all sessions of a collection or of a person, and come back once they learn no more."""
        with self._lock:
            self._rows.clear()
            held = [self._held.pop(key) for key in list(self._held) if key[0] == collection_id or key[1] == person_id]
            self._covers = {key: items for key, items in self._covers.items() if key[0] != collection_id}
        for one in held:
            if one.session is not None:
                one.session.close()
        self.rounds.part_with(collection_id, person_id)

    def close(self) -> None:
        """Let the sessions end what they are learning, and the rounds what they are making."""
        self.rounds.close()
        with self._lock:
            held, self._held = list(self._held.values()), OrderedDict()
        for one in held:
            if one.session is not None:
                one.session.close()

    def _settled(self, collection: Collection) -> None:
        """Leave a collection's many small objects out of every later search for garbage, which stops all threads."""
        if collection not in self._frozen:
            self._frozen.add(collection)
            gc.collect()
            gc.freeze()

    def _row(self, collection: str) -> CollectionRow:
        """As it was a moment ago: to count a large collection for each answer would take longer than to save it."""
        at, row = self._rows.get(collection, (-_FRESH, None))
        if row is None or time.monotonic() - at > _FRESH:
            row = self.store.collection(collection)
            self._rows[collection] = (time.monotonic(), row)
        return row

    def _hold(self, collection: str, person: Person, times: float) -> _Held:
        row = self._row(collection)
        key, seen = (row.id, person.id), (row.size, row.encoders)
        gone: list[Session | None] = []
        importing = self.imports.into(row.name)  # it grows all the time
        with self._lock:
            held = self._held.get(key)
            grown = held is not None and (row.size >= times * held.seen[0] if importing else held.seen != seen)
            if held is not None and grown:
                gone.append(self._held.pop(key).session)
                held = None
            if held is None:
                held = self._held[key] = _Held(seen)
            self._held.move_to_end(key)
            past = list(self._held)[: max(0, len(self._held) - _KEPT)]
            gone += [self._held.pop(k).session for k in past]
            idle = [one.session for one in list(self._held.values())[:-LEARNED]]
        _end(gone)
        for session in idle:
            if session is not None and not session.resting:
                session.rest()
        if held.session is None:
            with held.making:
                if held.session is None:
                    held.session = Session(self.library, row.name, person.name)
                    self._settled(held.session.collection)
                    self._prepared = None
        held.session.wake()
        return held


def _end(sessions: Iterable[Session | None]) -> None:
    for session in sessions:
        if session is not None:
            threading.Thread(target=session.close, daemon=True).start()  # it may be learning still


def state_of(request: Request) -> AppState:
    return cast(AppState, request.app.state.beholder)
