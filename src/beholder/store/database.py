"""The database of a data folder: opened safely, migrated with a backup, never half written.

A file that is open can be written to after it was deleted or moved away. So each transaction looks whether the open
file is the one at the path, a writing one again at its end; and a file that has gone is never made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from beholder.durable import put_in_place
from beholder.errors import StoreError
from beholder.store import dialect, private

MIGRATIONS = Path(__file__).parent / "migrations"
_GONE = "the data folder was moved or deleted: put it back, or start Beholder again"


def connect(path: Path) -> sa.Engine:
    """An engine on this database file, brought to the newest tables, with a backup before any change.

    Raises
    ------
    StoreError
        where the file is damaged, locked, or written by a newer Beholder
    """
    try:
        _make(path)
    except OSError as error:
        raise StoreError(f"cannot make the data folder {path.parent}: {error.strerror}") from error
    engine = dialect.engine_on(path)
    with _explaining_faults(path):
        _migrate(engine, path)
    return engine


def _make(path: Path) -> None:
    """This file where there is none: for nobody else to read, its folder too."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.make(path)
        if not private.strangers(path.parent):
            private.close(path.parent)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read transaction: one moment of the database, whoever writes meanwhile."""
    check(engine)
    with _explaining_faults(engine.url.database), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction, durable once left without an exception.

    Raises
    ------
    StoreError
        also where the file was deleted or moved meanwhile
    """
    check(engine)
    with _explaining_faults(engine.url.database), engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            log = connection.info.setdefault("log", dialect.log_of(engine))
            yield connection
        check(engine)
        if dialect.log_of(engine) != log:
            raise StoreError(_GONE)


def check(engine: sa.Engine) -> None:
    """Raises
    ------
    StoreError
        where the database at the path is not the one that is open
    """
    if not dialect.is_there(engine):
        raise StoreError(_GONE)


@contextmanager
def _explaining_faults(path: object) -> Iterator[None]:
    """Turn what the driver says into a sentence."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{dialect.sentence(str(error.orig))} (database {path})") from error


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
    dialect.copy(path, draft)
    put_in_place(draft, target)
    return target


def _revisions() -> list[str]:
    """Oldest first; a migration's file name starts with v and its revision."""
    return sorted(p.stem[1:5] for p in (MIGRATIONS / "versions").glob("v*.py"))


def _revision_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: sa.Engine, path: Path) -> None:
    known = _revisions()
    with engine.connect() as connection:
        have = _revision_of(connection)
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
    with (
        engine.connect().execution_options(writes=True) as connection,
        dialect.references_unchecked(connection),
        connection.begin(),
    ):
        have = _revision_of(connection)
        if have == head:
            return  # another process was faster
        if have is not None:
            backup(path)  # nobody writes meanwhile
        config.attributes["connection"] = connection
        command.upgrade(config, head)
