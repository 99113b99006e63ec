"""Who may read what is kept: the person alone, as far as this system tells its users apart."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OWN = frozenset(  # what Beholder itself puts into a data folder
    {"beholder.db", "beholder.db-wal", "beholder.db-shm", "config.toml"}
    | {"backups", "priors", "sources", "thumbs", "vectors"}
)


def make(path: Path) -> None:
    """An empty file that nobody else can read, where there is none. SQLite gives its rights to the files beside it."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def exposed(home: Path) -> Iterator[Path]:
    """The data folder, the database and its backups, as far as others on this machine may read them."""
    if os.name != "posix":
        return
    databases = [*home.glob("beholder.db*"), home / "backups", *(home / "backups").glob("*.db*")]
    for path in (home, *databases):
        if path.exists() and not path.is_symlink() and path.stat().st_mode & _OTHERS:
            yield path


def close(path: Path) -> bool:
    """Take the rights of everybody else. returns : whether that was possible"""
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    except OSError:
        return False
    return True


def strangers(home: Path) -> bool:
    """Whether a folder holds what is not Beholder's, so that others may have a right to it."""
    return any(path.name not in _OWN for path in home.iterdir())
