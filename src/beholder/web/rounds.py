"""Rounds of new pictures that are made behind the pages: watched and stopped by the person they are for.

A person has one round at a time in a collection, and the server makes one at a time. Each picture is kept as soon as it
is finished. What a round was to be is on disk before it begins, so that one that was cut off says so afterwards.
"""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from PIL import Image

from beholder.collection import Library
from beholder.create import Kept, Order, create_each
from beholder.durable import write_whole
from beholder.errors import BadInput, BeholderError
from beholder.json_reading import read_json
from beholder.session import Session
from beholder.store import CollectionRow, Person
from beholder.taste.threads import alone
from beholder.text import why_unreadable
from beholder.web.faults import Refused

log = logging.getLogger("beholder.web")
_NOTE = "round.json"
_COARSE = 128  # pixels of the longer side of what is shown of a picture that is coming
_FAULT = "A fault of Beholder's own ended this round. Finished pictures are kept. Try again."
_CUT_OFF = "Beholder was ended before this round was. Finished pictures are kept."


class _Stopped(Exception):
    """The person stopped this round. What was finished stays."""


@dataclass
class Round:
    """Some pictures that are made together.

    Attributes
    ----------
    number
        of the round, among those of this person and collection
    order
        what was asked for, plain values for the page
    state
        waiting, running, done, stopped, failed
    done
        pictures that are finished
    coming
        how each picture that is not finished looks so far, a small PNG, by its place in the order
    """

    number: int
    count: int
    order: dict[str, Any] = field(default_factory=dict)
    state: str = "waiting"
    stage: str = ""
    done: int = 0
    error: str = ""
    coming: dict[int, bytes] = field(default_factory=dict)
    looks: int = 0  # how often one of them changed
    stop: threading.Event = field(default_factory=threading.Event)
    begun: float = field(default_factory=time.monotonic)
    sketched: float = 0.0  # when the first picture was begun, 0 before
    finished: float = 0.0  # when the newest one was done, 0 before

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in ("waiting", "running")

    @property
    def passed(self) -> str:
        """How long it has gone on, and how long the rest will take if it goes on as fast."""
        so_far = f"{round(time.monotonic() - self.begun)} s so far"
        if not 0 < self.done < self.count:
            return so_far
        each = (self.finished - self.sketched) / self.done
        left = self.finished + each * (self.count - self.done) - time.monotonic()
        return f"{so_far}, about {max(1, round(left))} s left"

    def step(self, stage: str = "", done: int = 0, total: int = 0) -> None:
        """Called now and then while pictures are made. raises : Stopped where the person has stopped it"""
        del done, total
        if self.stop.is_set():
            raise _Stopped
        self.stage = stage or self.stage
        if stage == "sketching" and not self.sketched:
            self.sketched = time.monotonic()

    def show(self, at: int, picture: Image.Image) -> None:
        """Called with what is coming. raises : as `step`"""
        self.step()
        small, held = picture.copy(), io.BytesIO()
        small.thumbnail((_COARSE, _COARSE))
        small.save(held, "PNG")
        self.coming[at] = held.getvalue()
        self.looks += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number, "count": self.count, "state": self.state, "stage": self.stage, "done": self.done,
            "error": self.error, "coming": sorted(self.coming), "looks": self.looks, "passed": self.passed,
        }  # fmt: skip


class Rounds:
    """The rounds of one server.

    Parameters
    ----------
    session
        the session of a person in a collection, with all that was said in it
    ended
        told the name of the collection that grew
    """

    def __init__(
        self, library: Library, session: Callable[[str, Person], Session], ended: Callable[[str], None]
    ) -> None:
        self._library, self._session, self._ended = library, session, ended
        self._rounds: dict[tuple[int, int], Round] = {}
        self._lock, self._one = threading.Lock(), threading.Lock()

    def start(self, person: Person, row: CollectionRow, order: Order) -> Round:
        """Begin a round.

        Raises
        ------
        Refused
            where this person has one under way
        UserError
            for what cannot be made
        """
        order.check()
        kept = Kept(self._library, person, row)
        with self._lock:
            last = self._last(person, row)
            if last is not None and last.active:
                raise Refused(409, "Your pictures are being made already. Wait until they are done, or stop them.")
            made = Round(1 + (last.number if last else 0), order.count, asdict(order))
            self._rounds[person.id, row.id] = made
            _note(kept, made)
        name = f"round of {person.name}"
        threading.Thread(target=self._run, args=(made, person, row, order), daemon=True, name=name).start()
        return made

    def last(self, person: Person, row: CollectionRow) -> Round | None:
        """The newest round of a person in a collection, None where there was none."""
        with self._lock:
            return self._last(person, row)

    def busy(self, collection_id: int | None, person_id: int | None) -> bool:
        """Whether pictures are being made from this collection, or for this person."""
        with self._lock:
            return any(
                one.active for key, one in self._rounds.items() if collection_id == key[1] or person_id == key[0]
            )

    def part_with(self, collection_id: int | None, person_id: int | None) -> None:
        """Remember none of a collection or a person."""
        with self._lock:
            for key in list(self._rounds):
                if person_id == key[0] or collection_id == key[1]:
                    del self._rounds[key]

    def close(self) -> None:
        """Stop them all; finished pictures are kept."""
        with self._lock:
            for one in self._rounds.values():
                one.stop.set()

    def _last(self, person: Person, row: CollectionRow) -> Round | None:
        found = self._rounds.get((person.id, row.id))
        return found or _noted(Kept(self._library, person, row))

    def _run(self, made: Round, person: Person, row: CollectionRow, order: Order) -> None:
        kept = Kept(self._library, person, row)
        with self._one:
            try:
                made.step("reading your answers")
                made.state = "running"
                session = self._session(row.name, person)
                session.settle()
                with alone():
                    for one in create_each(session, order, made.step, made.show):
                        kept.add(one, **{"made from": row.name, "round": str(made.number)})
                        self._ended(kept.name)
                        made.coming.pop(made.done, None)
                        made.done, made.finished = made.done + 1, time.monotonic()
                        made.step()
                made.state = "done"
            except _Stopped:
                made.state = "done" if made.done == made.count else "stopped"
            except BeholderError as fault:
                made.error, made.state = str(fault).partition(" See: beholder ")[0], "failed"
            except OSError as fault:
                made.error, made.state = f"The picture could not be kept: {why_unreadable(fault)}.", "failed"
            except Exception:
                log.exception("a round failed")
                made.error, made.state = _FAULT, "failed"
            finally:
                made.coming.clear()
                with suppress(OSError):
                    _note(kept, made)


def _note(kept: Kept, made: Round) -> None:
    kept.folder.mkdir(parents=True, exist_ok=True)
    told = {"number": made.number, "count": made.count, "order": made.order, "state": made.state, "error": made.error}
    write_whole(kept.folder / _NOTE, json.dumps(told))


def _noted(kept: Kept) -> Round | None:
    """The last round of an earlier run of the server. One that did not end then was cut off."""
    try:
        told = read_json(kept.folder / _NOTE)
        made = Round(int(told["number"]), int(told["count"]), dict(told["order"]), str(told["state"]))
        made.error = str(told["error"])
    except (OSError, BadInput, KeyError, TypeError, ValueError):
        return None
    if made.active:
        made.state, made.error = "failed", _CUT_OFF
    return made
