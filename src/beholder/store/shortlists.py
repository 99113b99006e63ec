"""What is kept of shortlists: a person's own choice of pictures, and what others say of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from beholder.errors import UnknownName, UserError
from beholder.store import dialect
from beholder.store import tables as t
from beholder.store.database import reading, writing
from beholder.store.names import clean

MOST_LISTED = 200  # pictures on one shortlist: a page, not a collection
_MOST_LISTS = 200  # of one person
_MOST_REMARKS = 2000  # on one shortlist
MOST_SAID = 500  # characters of a remark
_NOTE = 2000  # characters
_GONE = "There is no such shortlist; perhaps it was deleted."
_UNSHARED = "This shortlist is not shared any more. Ask the person who sent you the address."


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A person's own choice of pictures.

    Attributes
    ----------
    key
        the end of the address at which others see it; None where it is not shared
    pin
        what tells the right PIN; None where others need none
    items
        ids of its pictures, in the person's order
    """

    id: int
    person_id: int
    name: str
    key: str | None
    pin: str | None
    items: tuple[int, ...]

    def opens_with(self, pin: str) -> bool:
        """Whether this is its PIN."""
        salt = (self.pin or "").partition(":")[0]
        return self.pin is not None and hmac.compare_digest(self.pin, _hidden(pin, salt))


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody says of a picture on a shortlist; text : "" for a heart"""

    id: int
    item_id: int
    name: str
    text: str


class KeptShortlists:
    """The part of the store that is about shortlists; see `Store.shortlists`.

    Whatever is asked of a shortlist that is not there raises UnknownName.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, person_id: int) -> list[Shortlist]:
        """All of a person, first the one on which a picture was put or moved last."""
        return self._found(t.shortlists.c.person_id == person_id)

    def get(self, shortlist_id: int, person_id: int) -> Shortlist:
        """One of a person's own."""
        s = t.shortlists.c
        return self._one((s.id == shortlist_id) & (s.person_id == person_id))

    def shared(self, key: str) -> Shortlist:
        """The one that others see at this key."""
        return self._one(t.shortlists.c.key == key, _UNSHARED)

    def add(self, person_id: int, name: str) -> Shortlist:
        """A new one without pictures. raises : UserError on a bad name, or where the person has too many"""
        row = {"person_id": person_id, "name": clean("shortlist", name), "created_at": _now(), "changed_at": _now()}
        with writing(self._engine) as db:
            count = sa.select(sa.func.count()).where(t.shortlists.c.person_id == person_id)
            if db.scalars(count).one() >= _MOST_LISTS:
                raise UserError(f"You have {_MOST_LISTS} shortlists. Delete one first.")
            made = db.scalars(t.shortlists.insert().values(row).returning(t.shortlists.c.id)).one()
        return self.get(made, person_id)

    def rename(self, shortlist: Shortlist, name: str) -> None:
        """raises : UserError on a bad name"""
        self._set(shortlist, name=clean("shortlist", name))

    def delete(self, shortlist: Shortlist) -> None:
        """It and all that was said on it."""
        with writing(self._engine) as db:
            for table in (t.remarks, t.listed):
                db.execute(table.delete().where(table.c.shortlist_id == shortlist.id))
            db.execute(t.shortlists.delete().where(t.shortlists.c.id == shortlist.id))

    def put(self, shortlist: Shortlist, item_id: int) -> None:
        """Put a picture at the end; one that was there before has its note again. raises : UserError where full"""
        if item_id in shortlist.items:
            return
        if len(shortlist.items) >= MOST_LISTED:
            raise UserError(f"A shortlist holds at most {MOST_LISTED} pictures. Take one off first.")
        row = {"shortlist_id": shortlist.id, "item_id": item_id, "note": ""}
        place = sa.select(sa.func.coalesce(sa.func.max(t.listed.c.place), 0) + 1)
        with writing(self._engine) as db:
            at = db.scalar(place.where(t.listed.c.shortlist_id == shortlist.id))
            db.execute(dialect.upsert(t.listed, but=("note",)), [row | {"place": at}])
            _changed(db, shortlist)

    def take_off(self, shortlist: Shortlist, item_id: int) -> None:
        """Its note is kept, should it come back."""
        with writing(self._engine) as db:
            db.execute(_row(shortlist, item_id).values(place=None))

    def order(self, shortlist: Shortlist, items: Sequence[int]) -> None:
        """Hang these pictures first, in this order; others that are on it stay behind them, as they were."""
        known = set(shortlist.items)
        wanted = dict.fromkeys([*(i for i in items if i in known), *shortlist.items])
        with writing(self._engine) as db:
            for place, item_id in enumerate(wanted, 1):
                db.execute(_row(shortlist, item_id).values(place=place))
            _changed(db, shortlist)

    def notes(self, shortlist: Shortlist) -> dict[int, str]:
        """By the picture's id, where there is one."""
        n = t.listed.c
        query = sa.select(n.item_id, n.note).where((n.shortlist_id == shortlist.id) & (n.note != ""))
        with reading(self._engine) as db:
            return {row.item_id: row.note for row in db.execute(query)}

    def note(self, shortlist: Shortlist, item_id: int, text: str) -> None:
        """Keep what the person notes of a picture. raises : UserError where it is too long"""
        with writing(self._engine) as db:
            db.execute(_row(shortlist, item_id).values(note=_said(text, _NOTE)))

    def share(self, shortlist: Shortlist, pin: str = "") -> None:
        """Let others see it at an address nobody can guess; the same one as before where it is shared already.

        Parameters
        ----------
        pin
            4 to 12 digits that they have to type; "": none

        Raises
        ------
        UserError
            on another kind of PIN
        """
        pin = pin.strip()
        if pin and not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 12):
            raise UserError("A PIN has 4 to 12 digits.")
        hidden = _hidden(pin, secrets.token_hex(8)) if pin else None
        self._set(shortlist, key=shortlist.key or secrets.token_urlsafe(16), pin=hidden)

    def unshare(self, shortlist: Shortlist) -> None:
        """The address others have leads nowhere from now on; what they said stays."""
        self._set(shortlist, key=None, pin=None)

    def remarks(self, shortlist: Shortlist) -> list[Remark]:
        """What others said, in that order."""
        r = t.remarks.c
        query = sa.select(r.id, r.item_id, r.name, r.text).where(r.shortlist_id == shortlist.id).order_by(r.id)
        with reading(self._engine) as db:
            return [Remark(*row) for row in db.execute(query)]

    def say(self, shortlist: Shortlist, item_id: int, name: str, text: str) -> None:
        """Keep what somebody says of a picture that is on it; a second heart of the same name takes the first back.

        Raises
        ------
        UserError
            on a bad name, a text that is too long, or where too much was said already
        """
        name, text, r = clean("person", name), _said(text, MOST_SAID), t.remarks.c
        mine = (r.shortlist_id == shortlist.id) & (r.item_id == item_id) & (r.name == name) & (r.text == "")
        row = {"shortlist_id": shortlist.id, "item_id": item_id, "name": name, "text": text, "at": _now()}
        with writing(self._engine) as db:
            if not text and db.execute(t.remarks.delete().where(mine)).rowcount:
                return
            if db.scalars(sa.select(sa.func.count()).where(r.shortlist_id == shortlist.id)).one() >= _MOST_REMARKS:
                raise UserError("Nothing more can be said on this shortlist.")
            db.execute(t.remarks.insert().values(row))

    def unsay(self, shortlist: Shortlist, remark_id: int) -> None:
        """Take a remark away."""
        r = t.remarks.c
        with writing(self._engine) as db:
            db.execute(t.remarks.delete().where((r.shortlist_id == shortlist.id) & (r.id == remark_id)))

    def _one(self, which: sa.ColumnElement[bool], gone: str = _GONE) -> Shortlist:
        if not (found := self._found(which)):
            raise UnknownName(gone)
        return found[0]

    def _found(self, which: sa.ColumnElement[bool]) -> list[Shortlist]:
        s, n = t.shortlists.c, t.listed.c
        lists = (
            sa.select(s.id, s.person_id, s.name, s.key, s.pin).where(which).order_by(s.changed_at.desc(), s.id.desc())
        )
        on = sa.select(n.shortlist_id, n.item_id).where(n.place.is_not(None)).order_by(n.place)
        with reading(self._engine) as db:
            rows = db.execute(lists).all()
            items: dict[int, list[int]] = {row.id: [] for row in rows}
            for list_id, item_id in db.execute(on.where(n.shortlist_id.in_(items))):
                items[list_id].append(item_id)
        return [Shortlist(*row, items=tuple(items[row.id])) for row in rows]

    def _set(self, shortlist: Shortlist, **values: str | None) -> None:
        with writing(self._engine) as db:
            db.execute(t.shortlists.update().where(t.shortlists.c.id == shortlist.id).values(values))


def _row(shortlist: Shortlist, item_id: int) -> sa.Update:
    n = t.listed.c
    return t.listed.update().where((n.shortlist_id == shortlist.id) & (n.item_id == item_id))


def _changed(db: sa.Connection, shortlist: Shortlist) -> None:
    db.execute(t.shortlists.update().where(t.shortlists.c.id == shortlist.id).values(changed_at=_now()))


def _said(text: str, most: int) -> str:
    """A text as it is kept, without what cannot be seen but for its lines."""
    lines = ["".join(c for c in line if c.isprintable()).rstrip() for line in text.splitlines()]
    text = "\n".join(lines).strip()
    if len(text) > most:
        raise UserError(f"That is {len(text):,} characters long; at most {most:,} are kept.")
    return text


def _hidden(pin: str, salt: str) -> str:
    return f"{salt}:{hashlib.scrypt(pin.encode()[:64], salt=salt.encode(), n=2**14, r=8, p=1).hex()}"


def _now() -> str:
    return datetime.now(UTC).isoformat()
