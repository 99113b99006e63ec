"""The SQLite database of a data folder: opened safely, migrated with a backup, never half written.

WAL so that readers never wait for a writer; synchronous=FULL so that what was acknowledged survives a power cut;
busy_timeout before anything else, because setting the journal mode takes a lock itself.

A file that is open can be written to after it was deleted or moved away. So each transaction looks whether the open
file is the one at the path, a writing one again at its end; and a file that has gone is never made anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from beholder.durable import put_in_place
from beholder.errors import StoreError
from beholder.store import private

MIGRATIONS = Path(__file__).parent / "migrations"
PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: a plain fsync leaves the data in the drive's own cache; nothing elsewhere
    "foreign_keys=ON",
)
GONE = "the data folder was moved or deleted: put it back, or start Beholder again"


def connect(path: Path) -> sa.Engine:
    """An engine on this database file, brought to the newest tables, with a backup before any change.

    raises : StoreError where the file is damaged, locked, or written by a newer Beholder
    """
    try:
        identity = _made(path)
    except OSError as error:
        raise StoreError(f"cannot make the data folder {path.parent}: {error.strerror}") from error
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), execution_options={"file": identity})
    event.listen(engine, "do_connect", _open)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    with explaining_faults(path):
        _migrate(engine, path)
    return engine


def _made(path: Path) -> tuple[int, int] | None:
    """The identity of this file, which is made where there is none: for nobody else to read, its folder too."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.make(path)
        if not private.strangers(path.parent):
            private.close(path.parent)
    return _identity(path)


def _identity(path: object) -> tuple[int, int] | None:
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
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that turns writer half way cannot wait for a second writer: it fails at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read transaction: one moment of the database, whoever writes meanwhile."""
    check(engine)
    with explaining_faults(engine.url.database), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction, durable once left without an exception.

    raises : StoreError also where the file was deleted or moved meanwhile
    """
    check(engine)
    with explaining_faults(engine.url.database), engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            log = connection.info.setdefault("log", _log(engine))
            yield connection
        check(engine)
        if _log(engine) != log:
            raise StoreError(GONE)


def check(engine: sa.Engine) -> None:
    """raises : StoreError where the database at the path is not the one that is open"""
    if _identity(engine.url.database) != engine.get_execution_options()["file"]:
        raise StoreError(GONE)


def _log(engine: sa.Engine) -> tuple[int, int] | None:
    """The identity of the write-ahead log, which holds the newest answers; None where there is none."""
    return _identity(f"{engine.url.database}-wal")


@contextmanager
def explaining_faults(path: object) -> Iterator[None]:
    """Turn what the driver says into a sentence."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{_sentence(str(error.orig))} (database {path})") from error


def _sentence(cause: str) -> str:
    known = {
        "full": "the disk is full: free some space; nothing that was confirmed is lost",
        "locked": "another program has held the database for more than 30 seconds: end it and try again",
        "malformed": "the database is damaged: run `beholder doctor`, which lists the backups",
        "not a database": "this file is not a Beholder database: move it away, or set BEHOLDER_HOME to another folder",
        "readonly": "the data folder cannot be written to: mend its permissions, or set BEHOLDER_HOME elsewhere",
        "unable to open": "the database cannot be opened: check that the data folder may be written to",
    }
    return next((said for sign, said in known.items() if sign in cause), f"the database said: {cause}")


def backup(path: Path) -> Path:
    """A consistent copy of the database in `backups/` beside it, taken while others may be writing.

    It has its name once it is whole; what a killed process left of one is overwritten by the next.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = path.parent / "backups" / f"{path.stem}-{stamp}{path.suffix}"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f"{path.stem}.tmp")
    for part in target.parent.glob(f"{draft.name}*"):
        part.unlink()
    private.make(draft)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
    put_in_place(draft, target)
    return target


def _revisions() -> list[str]:
    """Oldest first; a migration's file name starts with v and its revision."""
    return sorted(p.stem[1:5] for p in (MIGRATIONS / "versions").glob("v*.py"))


def revision_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: sa.Engine, path: Path) -> None:
    known = _revisions()
    with engine.connect() as connection:
        have = revision_of(connection)
    if have == known[-1]:
        return
    if have is not None and have not in known:
        raise StoreError(
            f"{path} was written by a newer Beholder (tables {have}, this one knows {known[-1]}): "
            "upgrade with `pip install -U beholder`; nothing was changed"
        )
    _upgrade(engine, path, known[-1])


def _upgrade(engine: sa.Engine, path: Path, head: str) -> None:
    """From whatever tables there are to those of `head`, all of it or nothing, with a backup before."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))  # it interpolates
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        have = revision_of(connection)
        if have == head:
            return  # another process was faster
        if have is not None:
            backup(path)  # nobody writes meanwhile
        config.attributes["connection"] = connection
        command.upgrade(config, head)
