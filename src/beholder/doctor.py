"""Checks of the installation and the data: what is installed, where data is, what is broken and how to fix it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import beholder
from beholder.collection import Library
from beholder.errors import BeholderError
from beholder.store import private

_EXTRAS = {
    "create": ("diffusers", "new pictures by larger models"),
    "bench": ("matplotlib", "figures of the bench, .xlsx tables"),
    "duplicates": ("opencv-python-headless", "other photos of one painting"),
    "heif": ("pillow-heif", "HEIC pictures"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ok: None where it is a fact and not a verdict; mend: what to do where it is not well."""

    name: str
    ok: bool | None
    said: str
    mend: str = ""


def doctor(library: Library) -> list[Check]:
    """Look at everything. It brings the database to the newest tables, as any start does, and closes the data folder,
    the database and its backups to others on this machine; it changes nothing else.
    """
    checks = [*_installed(), *_home(library)]
    try:
        checks += [*_database(library), *_collections(library)]
    except BeholderError as error:
        checks.append(Check("database", False, str(error), _backups(library)))
    return checks


def _installed() -> Iterator[Check]:
    yield Check(
        "beholder", None, f"{beholder.__version__} on Python {platform.python_version()}, {platform.platform()}"
    )
    for extra, (package, purpose) in _EXTRAS.items():
        try:
            yield Check(f"extra {extra}", None, f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            yield Check(f"extra {extra}", None, f"not installed: no {purpose}", f"pip install 'beholder[{extra}]'")
        else:
            if extra == "create":
                yield _models()


def _models() -> Check:
    """Whether larger models can be used for new pictures, and which are here."""
    from beholder.create.models import PREFIX, here

    try:
        from beholder.create.loading import said_of_device
    except ImportError as fault:
        return Check("larger models", False, f"cannot be used ({fault})", "pip install 'beholder[create]'")
    models = here()
    again = f"beholder create ... --engine {PREFIX}stabilityai/sd-turbo says what one needs"
    return Check(
        "larger models", None, f"{said_of_device()}; here: {', '.join(models) or 'none yet'}", "" if models else again
    )


def _home(library: Library) -> Iterator[Check]:
    home = library.home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    writable = os.access(home, os.W_OK)
    yield Check("data folder", writable, str(home), "" if writable else "fix its permissions or set BEHOLDER_HOME")
    free = shutil.disk_usage(home).free / 1e9
    yield _privacy(home)
    yield Check("free space", free > 0.5, f"{free:.1f} GB", "" if free > 0.5 else "free some space on this disk")


def _privacy(home: Path) -> Check:
    """What others on this machine could read is closed to them; not a folder that holds other things as well."""
    shared = private.strangers(home)
    found = list(private.exposed(home))
    left = [path for path in found if (path == home and shared) or not private.close(path)]
    if left:
        said = f"others on this machine can read {', '.join(map(str, left))}"
        return Check("privacy", None if left == [home] and shared else False, said, f"chmod go-rwx {_quoted(left)}")
    mended = f"others on this machine could read {', '.join(path.name for path in found)}; now only you can"
    return Check("privacy", True, mended if found else "only you can read the data folder and what is in it")


def _quoted(paths: list[Path]) -> str:
    return shlex.join(str(path) for path in paths)


def _backups(library: Library) -> str:
    found = sorted((library.home / "backups").glob("*.db"))
    if not found:
        return "there is no backup; move the file away to start again"
    return f"stop Beholder and replace the file with the newest backup: {found[-1]}"


def _database(library: Library) -> Iterator[Check]:
    faults = library.store.faults()
    yield Check(
        "database", not faults, "; ".join(faults) or f"well: {library.store.path}", _backups(library) if faults else ""
    )


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}{'s' * (n != 1)}"


def _collections(library: Library) -> Iterator[Check]:
    for row in library.collections():
        again = f"beholder import '{row.source}' --into '{row.name}'"
        items, files = library.store.items(row.id), library.store.files(row.id)
        gone = sum((item.gone and not item.removed) or not item.locator.is_there() for item in items)
        said = f"{_count(len(items), 'picture')}, encoder {' and '.join(row.encoders)}"
        default, lost = library.settings.encoder, f"{_count(gone, 'file')} {'is' if gone == 1 else 'are'} gone"
        yield Check(
            f"collection {row.name}",
            not gone,
            f"{said}; {lost}" if gone else said,
            again if gone else "" if row.encoder == default else f"{again} --encoder {default} processes it again",
        )
        if broken := sum(file.reason is not None for file in files.values()):
            yield Check(
                f"collection {row.name}",
                None,
                f"{_count(broken, 'file')} cannot be opened",
                f"{again} lists them",
            )
        for encoder in dict.fromkeys([*row.encoders, "attributes"]):
            shards = library.shards(encoder)
            lacking = shards.missing(item.key for item in items)
            if lacking or shards.damaged:
                without, damaged = _count(len(lacking), "picture"), _count(len(shards.damaged), "shard")
                fault = f"without vectors: {without}; damaged: {damaged}"
                yield Check(f"vectors of {encoder}", not lacking, fault, again)
