"""What is kept: people, collections, items, judgements, fits. All SQL is in this folder, what SQLite alone reads in
`dialect.py`.
"""

from __future__ import annotations

import getpass
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from beholder.details import read_details
from beholder.errors import AlikeName, IdTaken, UnknownName, UserError
from beholder.locator import WHOLE, Locator
from beholder.store import dialect
from beholder.store import tables as t
from beholder.store.database import check, connect, reading, writing
from beholder.store.names import alike, clean, composed
from beholder.store.removal import Removal
from beholder.store.shortlists import KeptShortlists
from beholder.store.works import KeptWorks
from beholder.types import ADDED, Details, Item, Judgement, picture_key, teaching

_NOTHING = Details()  # one for all pictures of which nothing is known
_AT_ONCE = 1000  # rows that are read together where they are too many to hold
_current = sa.table("current_judgements", *(sa.column(c.name, c.type) for c in t.judgements.c))
_is_cut, _seen = t.items.c.crop != WHOLE, t.items.c.found.is_not(None)
_there, _kept_in = ~t.items.c.gone, ~t.items.c.gone & ~t.items.c.removed
_SHOWN = {  # a field of `CropCounts` -> which pictures it counts, of those whose files are there
    "cut": _kept_in & _is_cut,
    "whole": _kept_in & ~_is_cut & _seen,
    "corrected": _kept_in & _seen & (t.items.c.crop != t.items.c.found),
    "unseen": _kept_in & ~_is_cut & ~_seen,
    "removed": _there & t.items.c.removed,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers. `key` is opaque and unguessable: what a browser's cookie holds."""

    id: int
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A collection as it is kept; `beholder.collection.Collection` adds its pictures' numbers."""

    id: int
    name: str
    source: str
    encoder: str
    created_at: str
    size: int
    more_encoders: tuple[str, ...] = ()
    artworks: bool | None = None  # whether the photos of its source are looked into for artworks; None: as is usual
    compared: int = 0  # the last item that was looked for twice

    @property
    def encoders(self) -> tuple[str, ...]:
        """All whose numbers its pictures have, in the order of the blocks of X."""
        return self.encoder, *self.more_encoders


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that an import has looked at: `sha256` where it is a picture, `reason` where it is broken.

    Attributes
    ----------
    locator
        its text
    ctime_ns, inode
        None where an older version has looked at it
    taken
        when, as a camera wrote in it; "" where none did; None: nobody has looked
    """

    locator: str
    size: int
    mtime_ns: int
    sha256: str | None
    reason: str | None
    ctime_ns: int | None = None
    inode: str | None = None
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What an import needs to know of a picture that is in.

    locator: its text; said: `digest` of its name and columns; found: as in `Item`
    """

    id: int
    sha256: str
    crop: str
    locator: str
    gone: bool
    said: bytes
    found: str | None


@dataclass(frozen=True, slots=True)
class NewItem:
    """A picture about to be kept."""

    name: str
    locator: Locator
    sha256: str
    width: int
    height: int
    columns: Mapping[str, str]
    crop: str = WHOLE
    found: str | None = None

    @property
    def key(self) -> str:
        return picture_key(self.sha256, self.crop)


@dataclass(frozen=True, slots=True)
class FoundCrop:
    """What was found in the photo of a picture that is in already."""

    item_id: int
    crop: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CropCounts:
    """How many pictures of a collection are a part of their photo, are all of it though somebody looked, were
    corrected or drawn by a person, were never looked into, and were removed by a person.
    """

    cut: int = 0
    whole: int = 0
    corrected: int = 0
    unseen: int = 0
    removed: int = 0


def digest(name: str, columns: Mapping[str, str]) -> bytes:
    """Other bytes where a source says something else of a picture."""
    return blake2b(json.dumps([name, dict(columns)], sort_keys=True).encode(), digest_size=16).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def system_user() -> str:
    """The name of the person at this machine, the default of every `--person`."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such entry, as in some containers
        return "me"


class Store:
    """The database of one data folder. Safe to use from several threads and processes at once."""

    def __init__(self, home: Path) -> None:
        self.path = home / "beholder.db"

    @cached_property
    def engine(self) -> sa.Engine:
        return connect(self.path)

    @property
    def works(self) -> KeptWorks:
        """Which pictures show one work, and what pages listed."""
        return KeptWorks(self.engine)

    @property
    def shortlists(self) -> KeptShortlists:
        """People's own choices of pictures."""
        return KeptShortlists(self.engine)

    @property
    def removal(self) -> Removal:
        """What goes with a person or a collection, and taking it away."""
        return Removal(self.engine)

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()
            del self.__dict__["engine"]

    def check(self) -> None:
        """Raises
        ------
        StoreError
            where the data folder was deleted, moved or replaced since it was opened
        """
        check(self.engine)

    def faults(self) -> list[str]:
        """What the database's own checks find wrong with it; empty where all is well."""
        with reading(self.engine) as db:
            return list(dialect.faults(db))

    # People

    def people(self) -> list[Person]:
        """Everybody, oldest first."""
        with reading(self.engine) as db:
            return [_person(row) for row in db.execute(sa.select(t.people).order_by(t.people.c.id))]

    def person(self, name: str) -> Person:
        """Raises
        ------
        UnknownName
        """
        people = {composed(p.name): p for p in self.people()}
        if (same := composed(name)) not in people:
            if not people:
                raise UnknownName(
                    f"unknown person '{name}'; nobody has answered yet. Begin with: beholder serve, and Choose"
                )
            raise UnknownName.of("person", name, people)
        return people[same]

    def somebody(self, name: str) -> Person:
        """The person of this name; where there is none, one with the id 0, who has said nothing and is not kept.

        Raises
        ------
        UserError
            on a bad name
        AlikeName
            where another looks the same
        """
        name, people = clean("person", name), self.people()
        if known := next((p for p in people if composed(p.name) == name), None):
            return known
        if same := alike(name, [p.name for p in people]):
            raise AlikeName("person", name, same)
        return Person(0, name, "")

    def person_of(self, key: str) -> Person | None:
        """The person whose cookie this is."""
        with reading(self.engine) as db:
            row = db.execute(sa.select(t.people).where(t.people.c.key == key)).first()
        return _person(row) if row else None

    def add_person(self, name: str, *, another: bool = False) -> Person:
        """The person of this name, made where there is none yet.

        Parameters
        ----------
        another
            this is somebody else than those whose names look the same

        Raises
        ------
        UserError
            on a bad name
        AlikeName
            where one looks the same
        """
        row = {"name": clean("person", name), "key": secrets.token_urlsafe(24), "created_at": _now()}
        with writing(self.engine) as db:
            known = list(db.scalars(sa.select(t.people.c.name).order_by(t.people.c.id)))
            if row["name"] not in map(composed, known):
                if not another and (same := alike(row["name"], known)):
                    raise AlikeName("person", row["name"], same)
                db.execute(sa.insert(t.people).values(row))
        return self.person(row["name"])

    def rename_person(self, person_id: int, name: str) -> None:
        """Raises
        ------
        UserError
            on a bad name
        AlikeName
            where another person's looks the same
        """
        _rename(self.engine, t.people, "person", person_id, name)

    # Collections and their items

    def collections(self) -> list[CollectionRow]:
        """Every collection with its number of pictures, oldest first."""
        size = sa.select(sa.func.count()).where(t.items.c.collection_id == t.collections.c.id).scalar_subquery()
        with reading(self.engine) as db:
            rows = db.execute(sa.select(t.collections, size.label("size")).order_by(t.collections.c.id))
            return [CollectionRow(**row._asdict() | {"more_encoders": tuple(row.more_encoders)}) for row in rows]

    def collection(self, name: str) -> CollectionRow:
        """Raises
        ------
        UnknownName
        """
        known = {composed(c.name): c for c in self.collections()}
        if (same := composed(name)) not in known:
            raise UnknownName.of("collection", name, known, see="beholder import --help")
        return known[same]

    def collection_for(self, name: str, source: str, encoder: str) -> CollectionRow:
        """The collection of this name, or a new one that is not kept yet, its id 0.

        Raises
        ------
        UserError
        AlikeName
            as `add_person`
        """
        name = clean("collection", name)
        rows = self.collections()
        same = next((row for row in rows if composed(row.name) == name), None)
        if same is None and (like := alike(name, [row.name for row in rows])):
            raise AlikeName("collection", name, like)
        return same or CollectionRow(0, name, source, encoder, _now(), 0)

    def add_collection(
        self,
        name: str,
        source: str,
        encoder: str,
        files: Sequence[KnownFile] = (),
        items: Sequence[NewItem] = (),
        more_encoders: Sequence[str] = (),
    ) -> CollectionRow:
        """The collection of this name, made where there is none yet, with what an import found: all of it or nothing.

        Raises
        ------
        UserError
        AlikeName
            as `add_person`
        """
        name = clean("collection", name)
        row: dict[str, Any] = {"name": name, "source": source, "encoder": encoder, "created_at": _now()}
        row["more_encoders"] = list(more_encoders)
        with writing(self.engine) as db:
            found = db.execute(sa.select(t.collections.c.name, t.collections.c.id).order_by(t.collections.c.id))
            known = {composed(name): id for name, id in found}
            if name not in known:
                if same := alike(name, known):
                    raise AlikeName("collection", name, same)
                new = sa.insert(t.collections).values(row).returning(t.collections.c.id)
                known[name] = db.scalars(new).one()
            _keep_files(db, known[name], files, items)
        return self.collection(name)

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Raises
        ------
        UserError
        AlikeName
            as `rename_person`
        """
        _rename(self.engine, t.collections, "collection", collection_id, name)

    def set_artworks(self, collection_id: int, artworks: bool | None) -> None:
        """Whether the photos of a collection's source are looked into for artworks; None: as is usual."""
        with writing(self.engine) as db:
            db.execute(t.collections.update().where(t.collections.c.id == collection_id).values(artworks=artworks))

    def drop_empty(self, collection_id: int) -> bool:
        """Take a collection away again that no picture came into. returns : whether it was empty and is gone"""
        parts = (t.files, t.fits, t.alone, t.same_works, t.listings, t.saved_pages)
        with writing(self.engine) as db:
            for kept in (t.items, t.judgements):
                if db.execute(sa.select(kept.c.id).where(kept.c.collection_id == collection_id)).first():
                    return False
            for column in (*(part.c.collection_id for part in parts), t.collections.c.id):
                db.execute(sa.delete(column.table).where(column == collection_id))
        return True

    def set_encoders(self, collection_id: int, encoders: Sequence[str]) -> None:
        """Whose numbers the pictures of a collection have, each encoder once; the first is the main one."""
        first, *more = dict.fromkeys(encoders)
        with writing(self.engine) as db:
            row = t.collections.update().where(t.collections.c.id == collection_id)
            db.execute(row.values(encoder=first, more_encoders=more))

    def items(self, collection_id: int) -> list[Item]:
        """In the order in which they came: the order of the rows of X."""
        query = sa.select(t.items).where(t.items.c.collection_id == collection_id).order_by(t.items.c.id)
        with reading(self.engine) as db:
            return [_item(row) for row in db.execute(query)]

    def state(self, collection_id: int) -> tuple[int, ...]:
        """A few sums over the items that another import is likely to change, found without reading them all."""
        c = t.items.c
        texts = (sa.func.length(text) for text in (c.name, c.locator, sa.cast(c.columns, sa.String), c.found))
        numbers = (c.id, sa.cast(c.gone, sa.Integer), c.corrections, *texts)
        sums = (sa.func.coalesce(sa.func.sum(number), 0) for number in numbers)
        query = sa.select(*sums).where(c.collection_id == collection_id)
        with reading(self.engine) as db:
            return tuple(int(total) for total in db.execute(query).one())

    def known_items(self, collection_id: int) -> dict[str, KnownItem]:
        """By key, in the order of `items`, in a fraction of their memory."""
        c = t.items.c
        told = (c.id, c.sha256, c.crop, c.locator, c.gone, c.found, c.name, c.columns)
        query = sa.select(*told).where(c.collection_id == collection_id)
        with reading(self.engine) as db:
            rows = db.execute(query.order_by(c.id).execution_options(yield_per=_AT_ONCE))
            return {
                picture_key(sha, crop): KnownItem(id, sha, crop, locator, gone, digest(*said), found)
                for id, sha, crop, locator, gone, found, *said in rows
            }

    def item(self, item_id: int) -> Item:
        """Raises
        ------
        UnknownName
        """
        with reading(self.engine) as db:
            row = db.execute(sa.select(t.items).where(t.items.c.id == item_id)).first()
        if row is None:
            raise UnknownName(f"there is no picture {item_id}")
        return _item(row)

    def some_items(self, ids: Sequence[int]) -> list[Item]:
        """These pictures, of whatever collections, in this order; those that are not there are left out."""
        with reading(self.engine) as db:
            found = {row.id: _item(row) for row in db.execute(sa.select(t.items).where(t.items.c.id.in_(ids)))}
        return [found[id] for id in ids if id in found]

    def collections_of(self, ids: Sequence[int]) -> dict[int, str]:
        """The collection's name of each of these pictures."""
        query = sa.select(t.items.c.id, t.collections.c.name).join_from(t.items, t.collections)
        with reading(self.engine) as db:
            return {row.id: row.name for row in db.execute(query.where(t.items.c.id.in_(ids)))}

    # Which part of its photo a picture is

    def parts(self, collection_id: int, item_id: int) -> list[Item]:
        """All pictures of a collection that are parts of the same photo as this one, and itself first.

        Raises
        ------
        UnknownName
            where it is not in the collection
        """
        i, item = t.items.c, self.item(item_id)
        same = (i.collection_id == collection_id) & (i.sha256 == item.sha256)
        query = sa.select(t.items).where(same).order_by(i.id != item_id, i.id)
        with reading(self.engine) as db:
            found = [_item(row) for row in db.execute(query)]
        if not found or found[0].id != item_id:
            raise UnknownName(f"there is no picture {item_id} in this collection")
        return found

    def crop_counts(self) -> dict[int, CropCounts]:
        """By collection id; of those that have pictures."""
        i = t.items.c
        sums = (sa.func.sum(sa.cast(which, sa.Integer)) for which in _SHOWN.values())
        query = sa.select(i.collection_id, *sums).group_by(i.collection_id)
        with reading(self.engine) as db:
            return {id: CropCounts(*counts) for id, *counts in db.execute(query)}

    def crops(self, collection_id: int, show: str, first: int, most: int) -> list[Item]:
        """Some pictures of a collection: `most` of those that `show`, a field of `CropCounts`, counts."""
        i = t.items.c
        query = sa.select(t.items).where((i.collection_id == collection_id) & _SHOWN[show]).order_by(i.id)
        with reading(self.engine) as db:
            return [_item(row) for row in db.execute(query.offset(first).limit(most))]

    def beside(self, collection_id: int, show: str, item_id: int) -> tuple[int, list[int], list[int]]:
        """How many of the pictures that `crops` gives come before this one; the id of the last of them; of the next."""
        i = t.items.c
        ids = sa.select(i.id).where((i.collection_id == collection_id) & _SHOWN[show])
        earlier = ids.where(i.id < item_id)
        with reading(self.engine) as db:
            place = db.scalars(sa.select(sa.func.count()).select_from(earlier.subquery())).one()
            before = db.scalars(earlier.order_by(i.id.desc()).limit(1)).all()
            after = db.scalars(ids.where(i.id > item_id).order_by(i.id).limit(1)).all()
            return place, list(before), list(after)

    def set_crop(self, item_id: int, crop: str, width: int, height: int) -> None:
        """A person says which part of its photo a picture is. Its numbers must be there already.

        Raises
        ------
        UnknownName
        UserError
            where another picture of the collection is this very part
        """
        i, before = t.items.c, self.item(item_id)
        if before.crop == crop:
            return
        own = sa.select(i.collection_id).where(i.id == item_id).scalar_subquery()
        taken = sa.select(i.name, i.removed).where(
            (i.collection_id == own) & (i.sha256 == before.sha256) & (i.crop == crop) & (i.id != item_id)
        )
        found, number = sa.func.coalesce(i.found, i.crop), i.corrections + 1
        values = {"crop": crop, "width": width, "height": height, "found": found, "corrections": number}
        with writing(self.engine) as db:
            if (other := db.execute(taken).first()) is not None:
                what = "a picture that was removed; put that back" if other.removed else "another picture already"
                raise UserError(f"this part of the photo is {what}: '{other.name}'")
            db.execute(t.items.update().where(i.id == item_id).values(values))

    def add_part(self, item_id: int, name: str, crop: str, width: int, height: int) -> int:
        """A person says that another part of the photo of a picture is a work too. Its numbers must be there already.

        One that was removed is put back.

        Parameters
        ----------
        name
            of the new picture; its columns are those of the other

        Returns
        -------
        int
            its id

        Raises
        ------
        UnknownName
        UserError
            where a picture of the collection is this very part
        """
        i = t.items.c
        own = sa.select(i.collection_id, i.sha256).where(i.id == item_id).subquery()
        photo = (i.collection_id == sa.select(own.c.collection_id).scalar_subquery()) & (
            i.sha256 == sa.select(own.c.sha256).scalar_subquery()
        )
        new = {"name": name, "crop": crop, "found": ADDED, "width": width, "height": height}
        with writing(self.engine) as db:
            row = db.execute(sa.select(t.items).where(i.id == item_id)).first()
            if row is None:
                raise UnknownName(f"there is no picture {item_id}")
            taken = db.execute(sa.select(i.id, i.name, i.removed).where(photo & (i.crop == crop))).first()
            if taken is not None and not taken.removed:
                raise UserError(f"this part of the photo is another picture already: '{taken.name}'")
            db.execute(t.items.update().where(photo & i.found.is_(None)).values(found=i.crop))
            if taken is not None:
                self._set_removed(db, taken.id, False)
                return int(taken.id)
            fresh = {**row._mapping, **new, "gone": False, "removed": False, "corrections": 1}
            del fresh["id"]
            return int(db.scalars(t.items.insert().values(fresh).returning(i.id)).one())

    def set_removed(self, item_id: int, removed: bool) -> None:
        """A person says that a picture is no work, or that it is one after all. raises : UnknownName"""
        i, item = t.items.c, self.item(item_id)
        own = sa.select(i.collection_id).where(i.id == item_id).scalar_subquery()
        unseen = (i.collection_id == own) & (i.sha256 == item.sha256) & i.found.is_(None)
        with writing(self.engine) as db:
            db.execute(t.items.update().where(unseen).values(found=i.crop))
            self._set_removed(db, item_id, removed)

    @staticmethod
    def _set_removed(db: sa.Connection, item_id: int, removed: bool) -> None:
        i = t.items.c
        changed = (i.id == item_id) & (i.removed != removed)
        db.execute(t.items.update().where(changed).values(removed=removed, corrections=i.corrections + 1))

    def files(self, collection_id: int) -> dict[str, KnownFile]:
        """Every file an import has looked at, by the text of its locator."""
        f = t.files.c
        columns = (f[name] for name in KnownFile.__slots__)
        query = sa.select(*columns).where(f.collection_id == collection_id)
        with reading(self.engine) as db:
            return {row.locator: KnownFile(*row) for row in db.execute(query)}

    def keep_files(
        self,
        collection_id: int,
        files: Sequence[KnownFile],
        items: Sequence[NewItem] = (),
        found: Iterable[FoundCrop] = (),
    ) -> None:
        """Keep what an import found, all of it or nothing. A picture that is already there stays as it is.

        found : in the photos of pictures that are there and that nobody had looked into
        """
        with writing(self.engine) as db:
            for one in found:
                seen = {"crop": one.crop, "found": one.crop, "width": one.width, "height": one.height}
                unseen = (t.items.c.id == one.item_id) & t.items.c.found.is_(None)
                db.execute(t.items.update().where(unseen).values(seen))
            _keep_files(db, collection_id, files, items)

    def update_items(self, changes: Mapping[int, tuple[str, Locator, Mapping[str, str]]]) -> None:
        """Pictures moved, or their source says something else of them now. changes : {id: (name, place, columns)}"""
        with writing(self.engine) as db:
            for id, (name, locator, columns) in changes.items():
                values = {"name": name, "locator": locator.text, "columns": dict(columns), "gone": False}
                values |= asdict(read_details(columns))
                db.execute(t.items.update().where(t.items.c.id == id).values(values))

    def set_gone(self, collection_id: int, gone: Iterable[int]) -> None:
        """Mark exactly these items of the collection as gone."""
        missing = list(gone)
        with writing(self.engine) as db:
            there = (t.items.c.collection_id == collection_id) & t.items.c.gone
            db.execute(t.items.update().where(there).values(gone=False))
            for start in range(0, len(missing), dialect.MOST_VALUES):
                some = t.items.c.id.in_(missing[start : start + dialect.MOST_VALUES])
                db.execute(t.items.update().where(some).values(gone=True))

    # Judgements

    def record(
        self, person_id: int, collection_id: int, judgements: Iterable[Judgement], *, strict: bool = False
    ) -> None:
        """Append these; on disk when this returns. A client id that is already there changes nothing.

        Parameters
        ----------
        strict
            where it is there with another content, nothing of all is kept

        Raises
        ------
        IdTaken
            with `strict`
        """
        given = list(judgements)
        rows = [_row(person_id, collection_id, j) for j in given]
        if rows:
            with writing(self.engine) as db:
                db.execute(dialect.insert_new(t.judgements), rows)
                if strict:
                    _check_kept(db, person_id, collection_id, given)

    def undo(self, person_id: int, collection_id: int, client_id: str) -> Judgement | None:
        """Take back the newest judgement that holds, whoever else does so at the same time; None where none is left.

        Parameters
        ----------
        client_id
            of the undo itself; sent twice, it undoes once

        Raises
        ------
        IdTaken
            where that is the id of something else
        """
        with writing(self.engine) as db:
            if before := _kept(db, t.judgements, person_id, collection_id, client_id):
                if before.undoes is None:
                    raise IdTaken(client_id)
                return _kept(db, t.judgements, person_id, collection_id, before.undoes)
            if last := _kept(db, _current, person_id, collection_id):
                undo = Judgement("undo", (), client_id, undoes=last.client_id)
                db.execute(sa.insert(t.judgements).values(_row(person_id, collection_id, undo)))
            return last

    def judgements(self, person_id: int, collection_id: int) -> list[Judgement]:
        """What holds now, oldest first: without undo events and what they took back."""
        return self._judgements(_current, person_id, collection_id)

    def events(self, person_id: int, collection_id: int) -> list[Judgement]:
        """Everything that was ever said, undo events too, oldest first."""
        return self._judgements(t.judgements, person_id, collection_id)

    def _judgements(self, table: sa.FromClause, person_id: int, collection_id: int) -> list[Judgement]:
        of_person = (table.c.person_id == person_id) & (table.c.collection_id == collection_id)
        with reading(self.engine) as db:
            return [_judgement(row) for row in db.execute(sa.select(table).where(of_person).order_by(table.c.id))]

    def answer_counts(self, person_id: int) -> dict[int, int]:
        """How many answers that teach this person has given, hearts and hidden pictures too, by collection id."""
        said: dict[int, list[Judgement]] = {}
        with reading(self.engine) as db:
            for row in db.execute(sa.select(_current).where(_current.c.person_id == person_id).order_by(_current.c.id)):
                said.setdefault(row.collection_id, []).append(_judgement(row))
        counts = {collection: len(teaching(judgements)) for collection, judgements in said.items()}
        return {collection: count for collection, count in counts.items() if count}

    def newest_events(self, person_id: int) -> dict[int, int]:
        """The number of the last thing that this person said or took back, by collection id; it rises."""
        j = t.judgements.c
        query = sa.select(j.collection_id, sa.func.max(j.id)).where(j.person_id == person_id).group_by(j.collection_id)
        with reading(self.engine) as db:
            return {row[0]: row[1] for row in db.execute(query)}

    # Whether answers given elsewhere count in a collection

    def set_alone(self, person_id: int, collection_id: int, alone: bool) -> None:
        """Parameters
        ----------
        alone
            only what this person said in this collection counts there
        """
        key = {"person_id": person_id, "collection_id": collection_id}
        a = t.alone.c
        drop = sa.delete(t.alone).where((a.person_id == person_id) & (a.collection_id == collection_id))
        with writing(self.engine) as db:
            db.execute(dialect.insert_new(t.alone).values(key) if alone else drop)

    def alone(self, person_id: int, collection_id: int) -> bool:
        a = t.alone.c
        query = sa.select(a.person_id).where((a.person_id == person_id) & (a.collection_id == collection_id))
        with reading(self.engine) as db:
            return db.execute(query).first() is not None

    # Fits: hyperparameters are learned behind the answers and used again at the next start

    def keep_fit(
        self,
        person_id: int,
        collection_id: int,
        model: str,
        encoder: str,
        hyperparameters: Mapping[str, Any],
        answers: int,
    ) -> None:
        keys = {"person_id": person_id, "collection_id": collection_id, "model": model, "encoder": encoder}
        values = {"hyperparameters": dict(hyperparameters), "answers": answers, "at": _now()}
        with writing(self.engine) as db:
            db.execute(dialect.upsert(t.fits).values(keys | values))

    def fit(self, person_id: int, collection_id: int, model: str, encoder: str) -> tuple[dict[str, Any], int] | None:
        """(hyperparameters, number of answers they were learned from), or None."""
        f = t.fits.c
        query = sa.select(f.hyperparameters, f.answers).where(
            (f.person_id == person_id)
            & (f.collection_id == collection_id)
            & (f.model == model)
            & (f.encoder == encoder)
        )
        with reading(self.engine) as db:
            row = db.execute(query).first()
        return (row[0], row[1]) if row else None


def _rename(engine: sa.Engine, table: sa.Table, what: str, id: int, name: str) -> None:
    name = clean(what, name)
    with writing(engine) as db:
        others = list(db.scalars(sa.select(table.c.name).where(table.c.id != id)))
        if same := alike(name, others):
            raise AlikeName(what, name, same)
        db.execute(table.update().where(table.c.id == id).values(name=name))


def _person(row: sa.Row[Any]) -> Person:
    return Person(row.id, row.name, row.key)


def _item(row: sa.Row[Any]) -> Item:
    locator = Locator.parse(row.locator).part(row.crop)
    details = Details(*(getattr(row, name) for name in Details.__slots__))
    seen = (row.sha256, row.width, row.height, row.columns, row.gone or row.removed, row.crop)
    told = _NOTHING if details == _NOTHING else details
    return Item(row.id, row.name, locator, *seen, told, row.found, removed=row.removed)


def _judgement(row: sa.Row[Any]) -> Judgement:
    values = {f: getattr(row, f) for f in Judgement.__slots__}
    values |= {"items": tuple(row.items), "picked": tuple(row.picked), "at": datetime.fromisoformat(row.at)}
    return Judgement(**values)


def _row(person_id: int, collection_id: int, j: Judgement) -> dict[str, Any]:
    said = {f: getattr(j, f) for f in Judgement.__slots__}
    kept = {"items": list(j.items), "picked": list(j.picked), "at": j.at.isoformat()}
    return said | kept | {"person_id": person_id, "collection_id": collection_id}


def _keep_files(db: sa.Connection, collection_id: int, files: Iterable[KnownFile], items: Iterable[NewItem]) -> None:
    same = ("name", "sha256", "width", "height", "crop", "found")
    new = [
        {**{f: getattr(i, f) for f in same}, "locator": i.locator.text,
         "columns": dict(i.columns), "collection_id": collection_id, "gone": False, **asdict(read_details(i.columns))}
        for i in items
    ]  # fmt: skip
    seen = [{"collection_id": collection_id, **{c: getattr(f, c) for c in KnownFile.__slots__}} for f in files]
    if new:
        db.execute(dialect.insert_new(t.items), new)
    if seen:
        db.execute(dialect.upsert(t.files), seen)


def _kept(
    db: sa.Connection, table: sa.FromClause, person_id: int, collection_id: int, client_id: str | None = None
) -> Judgement | None:
    """The judgement of this client id, None: the newest."""
    c = table.c
    query = sa.select(table).where((c.person_id == person_id) & (c.collection_id == collection_id))
    query = query.order_by(c.id.desc()).limit(1) if client_id is None else query.where(c.client_id == client_id)
    row = db.execute(query).first()
    return _judgement(row) if row else None


def _check_kept(db: sa.Connection, person_id: int, collection_id: int, given: Iterable[Judgement]) -> None:
    """raises : IdTaken where what is kept under an id is not what was given"""
    for judgement in given:
        kept = _kept(db, t.judgements, person_id, collection_id, judgement.client_id)
        if kept is None or replace(kept, at=judgement.at) != judgement:
            raise IdTaken(judgement.client_id)
