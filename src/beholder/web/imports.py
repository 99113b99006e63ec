"""Imports that run behind the pages: one at a time, watched by the browser that started it, stopped when told to.

Having another encoder look at a collection is one of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from beholder.collection import Library
from beholder.errors import BadInput, BeholderError, StoreError
from beholder.features.hub import HubUnreachable
from beholder.importer import ImportReport
from beholder.sources import is_online
from beholder.text import without_markup
from beholder.web.faults import Refused

log = logging.getLogger("beholder.web")
_OFFLINE = "it cannot be downloaded: this machine does not reach the Hugging Face hub. Your pictures stay as they are."
_REMEMBERED = 50  # finished jobs whose report can still be read
_WINDOW = 30.0  # seconds over which the rate is measured


class _Cancelled(Exception):
    """The person stopped this import. What was taken in stays."""


@dataclass
class Job:
    """One import, as it stands.

    Attributes
    ----------
    person
        who started it; None: the command that started the server, and everybody may watch
    adds
        the encoder that is to look at the collection; "" where pictures are imported
    first
        ids of the items that it looks at before the others
    artworks
        whether photos are looked into for artworks; None: as is usual
    later
        whether the person, asked to go on with it, said "Not now"
    stopped_by
        who stopped it
    """

    spec: str
    collection: str
    person: int | None
    encoder: str | None = None
    adds: str = ""
    first: Sequence[int] = ()
    artworks: bool | None = None
    later: bool = False
    stopped_by: int | None = None
    id: str = field(default_factory=lambda: uuid4().hex)
    state: str = "waiting"  # waiting, running, done, failed, cancelled
    stage: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    report: ImportReport | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    watched: Callable[[Job], None] | None = None
    steps: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=500))

    def step(self, stage: str, done: int, total: int) -> None:
        """Called by the importer now and then. raises : Cancelled where the person has stopped it"""
        if self.stop.is_set():
            raise _Cancelled
        now = time.monotonic()
        if stage != self.stage:
            self.steps.clear()
        self.stage, self.done, self.total = stage, done, total
        self.steps.append((now, done))
        self.tell()
        while len(self.steps) > 2 and now - self.steps[0][0] > _WINDOW:
            self.steps.popleft()

    def tell(self) -> None:
        """Let the watcher know how it stands."""
        if self.watched is not None:
            self.watched(self)

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in ("waiting", "running")

    def rate(self) -> float | None:
        """Pictures a second over the last half minute; None until there are two figures."""
        if len(self.steps) < 2:
            return None
        (t0, first), (t1, last) = self.steps[0], self.steps[-1]
        return (last - first) / (t1 - t0) if t1 > t0 and last > first else None

    def as_json(self) -> dict[str, Any]:
        """What the page shows of it."""
        rate = self.rate()
        left = (self.total - self.done) / rate if rate and self.total and self.state == "running" else None
        report = {} if self.report is None else self.report.as_json()
        for one in report.get("broken", ()):
            one["title"] = without_markup(one["title"])
        return {
            "id": self.id, "collection": self.collection, "state": self.state, "stage": self.stage,
            "done": self.done, "total": self.total, "rate": rate, "seconds_left": left,
            "error": self.error, "report": report, "adds": self.adds,
        }  # fmt: skip


class Imports:
    """The imports of one server. `ended` is told the collection's name after each.

    Attributes
    ----------
    offline
        whether the hub could not be reached when somebody asked for an encoder: then none is offered again
    """

    def __init__(self, library: Library, ended: Callable[[str], None]) -> None:
        self.library = library
        self.ended = ended
        self.offline = False
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._one = threading.Lock()  # two imports at once would only wait for each other's cores

    def start(
        self,
        spec: str,
        collection: str,
        person: int | None,
        encoder: str | None = None,
        adds: str = "",
        first: Sequence[int] = (),
        artworks: bool | None = None,
        watched: Callable[[Job], None] | None = None,
    ) -> Job:
        """Begin an import behind; with another encoder than the collection's own all of it is read again.

        person, adds, first, artworks : as in `Job`
        watched : told of every step, and of the end

        Raises
        ------
        Refused
            where one into this collection is under way
        """
        job = Job(spec, collection, person, encoder, adds, first, artworks, watched=watched)
        with self._lock:
            for other in self._jobs.values():
                if other.collection == collection and other.active:
                    raise Refused(
                        409, f"Pictures are being imported into '{collection}' already. Wait until that is done."
                    )
                other.later |= other.stopped_by == person  # from now on it is told at its collection alone
            self._jobs[job.id] = job
            for old in [j.id for j in self._jobs.values() if not j.active][:-_REMEMBERED]:
                del self._jobs[old]
        threading.Thread(target=self._run, args=(job,), daemon=True, name=f"import {collection}").start()
        return job

    def of(self, job_id: str, person: int) -> Job:
        """The job, for the person who started it. raises : Refused (404), for everybody else too"""
        job = self._jobs.get(job_id)
        if job is None or job.person not in (person, None):
            raise Refused(404, "There is no such import.")
        return job

    def active(self, person: int) -> list[Job]:
        """The imports that this person is waiting for, the first begun first."""
        with self._lock:
            return [j for j in self._jobs.values() if j.person in (person, None) and j.active]

    def stop(self, job: Job, person: int) -> None:
        """This person stops it; one that waits for another ends at once."""
        with self._lock:
            job.stopped_by = person
            job.stop.set()
            waits = job.state == "waiting"
            if waits:
                job.state = "cancelled"
        if waits:
            job.tell()

    def stopped(self, person: int) -> dict[str, Job]:
        """The imports that this person stopped, the last first, by collections without another one since."""
        with self._lock:
            latest = {j.collection: j for j in self._jobs.values()}
        mine = [j for j in latest.values() if j.stopped_by == person and j.state == "cancelled"]
        return {j.collection: j for j in mine[::-1]}

    def again(self, job: Job) -> Job:
        """Go on with an import that has ended. raises : Refused where one into its collection is under way"""
        return self.start(
            job.spec, job.collection, job.person, job.encoder, job.adds, job.first, job.artworks, job.watched
        )

    def at(self, collection: str) -> Job | None:
        """The job of this collection that has not ended, or None."""
        with self._lock:
            return next((j for j in self._jobs.values() if j.collection == collection and j.active), None)

    def bringing(self, collection: str) -> Job | None:
        """The import that brings pictures into this collection, or None."""
        job = self.at(collection)
        return None if job is None or job.adds else job

    def busy(self, person: int) -> bool:
        """Whether a job that this person began has not ended."""
        with self._lock:
            return any(j.active and j.person == person for j in self._jobs.values())

    def into(self, collection: str) -> bool:
        """Whether pictures come into this collection right now."""
        with self._lock:
            return any(j.state == "running" and j.collection == collection for j in self._jobs.values())

    def _run(self, job: Job) -> None:
        with self._one:
            with self._lock:
                if not job.active:  # stopped while it waited
                    return
                job.state = "running"
            try:
                job.step("looking", 0, 0)
                try:
                    report = self._import(job)
                finally:
                    empty = self._drop_empty(job.collection)
                    self.ended(job.collection)
                job.report = report
                if not job.adds and not report.new + report.known + report.copies + report.moved + len(report.broken):
                    raise BadInput(". ".join(filter(None, ["no pictures were found there", report.unread_in_words])))
                if empty and report.needs_network:
                    raise BadInput(
                        "none of these pictures is on this machine: they are known by their links alone. "
                        "Save the page together with its pictures. Then drop it with the folder beside it, "
                        "which has the page’s name and ends in “_files”, or a folder or zip that holds both"
                    )
                if empty and is_online(job.spec):
                    raise BadInput("none of its pictures could be fetched and opened")
                if empty:
                    raise BadInput("none of the files there could be opened")
                job.state = "done"
            except _Cancelled:
                job.state = "cancelled"
            except BeholderError as fault:
                unreachable = bool(job.adds) and isinstance(fault, HubUnreachable)
                self.offline |= unreachable
                job.error, job.state = _OFFLINE if unreachable else str(fault), "failed"
            except Exception:
                log.exception("an import failed")
                job.error, job.state = (
                    "The import failed because of an error in Beholder. Imported pictures are kept. Try again.",
                    "failed",
                )
            finally:
                job.tell()

    def _import(self, job: Job) -> ImportReport:
        if job.adds:
            self.library.add_encoder(job.collection, job.adds, job.step, job.first)
            return ImportReport(job.collection)
        return self.library.import_source(
            job.spec, job.collection, encoder=job.encoder, progress=job.step, empty=False, artworks=job.artworks
        )

    def _drop_empty(self, collection: str) -> bool:
        """Take away a collection that was empty before and still is. returns : whether no picture is in it"""
        with suppress(StoreError):
            rows = [row for row in self.library.collections() if row.name == collection]
            return all(not row.size and self.library.store.drop_empty(row.id) for row in rows)
        return False
