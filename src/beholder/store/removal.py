"""What goes with a person or a collection, and taking it away. Here alone judgements are deleted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from beholder.store import dialect
from beholder.store import tables as t
from beholder.store.database import reading, writing

_TEACHES = ("rating", "choice", "tie", "grid")


@dataclass(frozen=True, slots=True)
class Going:
    """What goes with a person or a collection.

    Attributes
    ----------
    answers
        (name, how many) of each collection that the person answered in, or of each person who answered in the
        collection; hearts and hidden pictures are not counted
    shortlists
        names of those that go, or of those that lose pictures
    crops
        pictures whose crop a person drew, corrected or removed
    """

    answers: Sequence[tuple[str, int]]
    shortlists: Sequence[str]
    crops: int = 0


class Removal:
    """The part of the store that takes away; see `Store.removal`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def with_person(self, person_id: int) -> Going:
        """What goes with a person."""
        j, c, s = t.judgements.c, t.collections.c, t.shortlists.c
        answers = _answers(c.name, j.collection_id == c.id, j.person_id == person_id)
        lists = sa.select(s.name).where(s.person_id == person_id).order_by(s.id)
        with reading(self._engine) as db:
            return Going([(name, n) for name, n in db.execute(answers)], list(db.scalars(lists)))

    def with_collection(self, collection_id: int) -> Going:
        """What goes with a collection."""
        j, p, i = t.judgements.c, t.people.c, t.items.c
        answers = _answers(p.name, j.person_id == p.id, j.collection_id == collection_id)
        s, on = t.shortlists.c, t.listed.c.item_id.in_(_items(collection_id)) & t.listed.c.place.is_not(None)
        lists = sa.select(s.name).where(s.id.in_(sa.select(t.listed.c.shortlist_id).where(on))).order_by(s.id)
        crops = sa.select(sa.func.count()).where((i.collection_id == collection_id) & (i.corrections > 0))
        with reading(self._engine) as db:
            told = [(name, n) for name, n in db.execute(answers)]
            return Going(told, list(db.scalars(lists)), db.scalars(crops).one())

    def folders(self, collection_id: int, part: str) -> tuple[set[str], set[str]]:
        """Names in a part of the data folder of what this collection's pictures, and those of all others, lie in.

        part : "uploads", for instance
        """
        home = Path(str(self._engine.url.database)).parent / part
        starts = {os.path.join(path, "") for path in (os.path.abspath(home), os.path.realpath(home))}
        own, others = set[str](), set[str]()
        c, columns = t.collections.c, [(table.c.collection_id, table.c.locator) for table in (t.files, t.items)]
        with reading(self._engine) as db:
            for whose, column in [*columns, (c.id, c.source)]:
                for start in starts:
                    begins = start if column is c.source else f"file:{start}"
                    found = sa.select(whose, column).where(column.startswith(begins, autoescape=True))
                    for id, place in db.execute(found):
                        name = place.removeprefix(begins).partition(os.sep)[0]
                        (own if id == collection_id else others).add(name)
        return own, others

    def contents(self, collection_id: int) -> set[str]:
        """sha256 of the pictures that no other collection holds."""
        i, other = t.items.c, t.items.alias()
        elsewhere = sa.select(other.c.sha256).where(other.c.collection_id != collection_id)
        query = sa.select(i.sha256).where((i.collection_id == collection_id) & i.sha256.not_in(elsewhere))
        with reading(self._engine) as db:
            return set(db.scalars(query))

    def person(self, person_id: int) -> None:
        """Take a person away, with all they said and their shortlists."""
        lists = sa.select(t.shortlists.c.id).where(t.shortlists.c.person_id == person_id)
        with writing(self._engine) as db:
            for table in (t.remarks, t.listed):
                db.execute(table.delete().where(table.c.shortlist_id.in_(lists)))
            for table in (t.shortlists, t.fits, t.alone):
                db.execute(table.delete().where(table.c.person_id == person_id))
            _forget(db, t.judgements.c.person_id == person_id)
            db.execute(t.people.delete().where(t.people.c.id == person_id))

    def collection(self, collection_id: int) -> None:
        """Take a collection away, with all that anybody said of its pictures."""
        with writing(self._engine) as db:
            for table in (t.remarks, t.listed):
                db.execute(table.delete().where(table.c.item_id.in_(_items(collection_id))))
            for table in (t.same_works, t.listings, t.saved_pages, t.fits, t.alone, t.files):
                db.execute(table.delete().where(table.c.collection_id == collection_id))
            _forget(db, t.judgements.c.collection_id == collection_id)
            db.execute(t.items.delete().where(t.items.c.collection_id == collection_id))
            db.execute(t.collections.delete().where(t.collections.c.id == collection_id))


def _answers(
    name: sa.ColumnElement[str], theirs: sa.ColumnElement[bool], which: sa.ColumnElement[bool]
) -> sa.Executable:
    """How many answers that teach, by this name, where the two conditions hold."""
    j, undo = t.judgements.c, t.judgements.alias().c
    undone = (undo.person_id == j.person_id) & (undo.collection_id == j.collection_id) & (undo.undoes == j.client_id)
    holds = which & j.kind.in_(_TEACHES) & ~sa.exists().where(undone)
    return sa.select(name, sa.func.count()).where(theirs, holds).group_by(name).order_by(sa.func.count().desc(), name)


def _items(collection_id: int) -> sa.Select[Any]:
    return sa.select(t.items.c.id).where(t.items.c.collection_id == collection_id)


def _forget(db: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Delete judgements, which is refused to everybody else."""
    for statement in dialect.no_longer_append_only("judgements"):
        db.exec_driver_sql(statement)
    db.execute(t.judgements.delete().where(which))
    for statement in dialect.append_only("judgements"):
        db.exec_driver_sql(statement)
