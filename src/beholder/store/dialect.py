"""SQLite's own words: how the database is opened, locked, copied and checked, and SQL that others write differently.

Everything else in the store is SQL that PostgreSQL reads as well. Another database comes in here and nowhere else.

WAL so that readers never wait for a writer; synchronous=FULL so that what was acknowledged survives a power cut;
busy_timeout before anything else, because setting the journal mode takes a lock itself.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.sqlite import Insert, insert

MOST_VALUES = 500  # in one statement
NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}  # of a table whose ids are not given again after a removal
_PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: a plain fsync leaves the data in the drive's own cache; nothing elsewhere
    "foreign_keys=ON",
)
_Identity = tuple[int, int] | None  # of a file; None where there is none


def engine_on(path: Path) -> sa.Engine:
    """An engine on the database file that is there. A transaction with the option `writes` holds the lock from its
    start.
    """
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), execution_options={"file": _identity(path)})
    event.listen(engine, "do_connect", _open)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def is_there(engine: sa.Engine) -> bool:
    """Whether the database at the path is still the one that was opened."""
    opened: _Identity = engine.get_execution_options()["file"]
    return _identity(engine.url.database) == opened


def log_of(engine: sa.Engine) -> _Identity:
    """Which file the write-ahead log is, that holds the newest answers."""
    return _identity(f"{engine.url.database}-wal")


def _identity(path: object) -> _Identity:
    try:
        found = os.stat(str(path))
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open(_dialect: Any, _record: Any, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """A connection to the file that is there; SQLite by itself would make another where it is gone."""
    return sqlite3.connect(f"{Path(arguments[0]).absolute().as_uri()}?mode=rw", uri=True, **options)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that turns writer half way cannot wait for a second writer: it fails at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def references_unchecked(connection: sa.Connection) -> Iterator[None]:
    """So that a transaction within can make a table anew that others refer to; from outside it goes by unseen."""
    own = connection.connection
    own.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        own.cursor().execute("PRAGMA foreign_keys=ON")


def copy(path: Path, target: Path) -> None:
    """A consistent copy of the database, taken while others may be writing."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made)


def faults(connection: sa.Connection) -> Iterator[str]:
    """What the database's own checks find wrong; nothing where all is well."""
    yield from (row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(5)") if row[0] != "ok")
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} refers to nothing"


def sentence(cause: str) -> str:
    """What the driver says, for the person in front of the screen."""
    known = {
        "full": "the disk is full: free some space; nothing that was confirmed is lost",
        "locked": "another program has held the database for more than 30 seconds: end it and try again",
        "malformed": "the database is damaged: run `beholder doctor`, which lists the backups",
        "not a database": "this file is not a Beholder database: move it away, or set BEHOLDER_HOME to another folder",
        "readonly": "the data folder cannot be written to: fix its permissions, or set BEHOLDER_HOME to another one",
        "unable to open": "the database cannot be opened: check that the data folder may be written to",
    }
    return next((said for sign, said in known.items() if sign in cause), f"the database said: {cause}")


def insert_new(table: sa.Table) -> Insert:
    """An INSERT that leaves a row as it is where one with its keys is there."""
    return insert(table).on_conflict_do_nothing()


def upsert(table: sa.Table, but: Collection[str] = ()) -> Insert:
    """An INSERT that overwrites the row with the same primary key, where there is one. but : columns that stay then"""
    keys = [*(column.name for column in table.primary_key), *but]
    row = insert(table)
    return row.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={c.name: row.excluded[c.name] for c in table.c if c.name not in keys},
    )


def append_only(table: str) -> list[str]:
    """The statements after which rows of this table can be added, and neither changed nor taken away."""
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def no_longer_append_only(table: str) -> list[str]:
    """The statements that undo those of `append_only`; other connections see nothing of it before the commit."""
    return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
