"""A folder of pictures: all below it, or what its `items.csv` lists."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from beholder.images import SUFFIXES
from beholder.locator import Locator
from beholder.sources.found import MAX_PICTURES, Broken, Found, check_number, plain_name, storable, unique
from beholder.sources.table import TableOfPaths
from beholder.text import cannot_read, shown, why_unreadable

ITEMS = "items.csv"
_MACHINE_MADE = {"__macosx", "@eadir", "lost+found", "$recycle.bin"}
_NOWHERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


class FolderSource:
    """Pictures below `root`, sorted by name. Hidden files and files with other endings are passed over in silence.

    With an `items.csv` (the plain folder format) the items, their names and columns come from it, and only files inside
    the folder count.

    Attributes
    ----------
    unnamed
        once all is found: names of pictures in the folder that its `items.csv` does not name, which are not found
    """

    def __init__(self, root: Path) -> None:
        """raises : BadInput where the folder or its `items.csv` cannot be read"""
        self.root = root.absolute()
        self.real = os.path.realpath(self.root)
        self.title = os.path.basename(self.real) or "pictures"
        self.unnamed: list[str] = []
        self.table = TableOfPaths.read(self.root / ITEMS) if self._has_items() else None

    def _has_items(self) -> bool:
        try:
            return stat.S_ISREG(os.stat(self.root / ITEMS).st_mode)
        except OSError as error:
            if error.errno in _NOWHERE:
                return False
            raise cannot_read("folder", self.root, error) from error

    def find(self) -> Iterator[Found | Broken]:
        """Raises
        ------
        BadInput
            where the folder itself cannot be read
        """
        if self.table is not None:
            return self._listed(self.table)
        found = list[Found | Broken]()
        for one in self._walk():
            found.append(one)
            check_number(len(found))
        return unique(sorted(found, key=lambda one: one.name))

    def _listed(self, table: TableOfPaths) -> Iterator[Found | Broken]:
        named = set[Path]()
        yield from table.find(inside=True, see=lambda one: named.update(filter(None, [one.locator.path])))
        there = (one for one in islice(self._walk(), MAX_PICTURES) if isinstance(one, Found))
        others = {one.name: path for one in there if (path := one.locator.path) is not None and path not in named}
        with suppress(OSError):  # of a file that has gone meanwhile
            places = (
                {_place(path) for path in named} if others else set()
            )  # by a link, or spelled otherwise, it is named
            self.unnamed = sorted(name for name, path in others.items() if _place(path) not in places)

    def _walk(self) -> Iterator[Found | Broken]:
        """Every real folder once; linked ones last, so that a picture keeps the name of its real place."""
        seen: set[tuple[int, int] | str] = set()
        real, linked = [self.root], list[Path]()
        while real or linked:
            folder = (real or linked).pop()
            try:
                if (place := _place(folder)) in seen:
                    continue
                seen.add(place)
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                yield self._closed(folder, error)
                continue
            for entry in entries:
                if _passed_over(entry.name):
                    continue
                picture = os.path.splitext(entry.name)[1].lower() in SUFFIXES
                kind = _kind(entry)
                if kind == stat.S_IFDIR and entry.is_symlink() and self._leads_up(entry.path):
                    yield Broken(self._name(entry.path), "a link to a folder that holds this one; it is not followed")
                elif kind == stat.S_IFDIR:
                    (linked if entry.is_symlink() else real).append(Path(entry.path))
                elif picture or (isinstance(kind, OSError) and kind.errno not in _NOWHERE):
                    yield self._one(entry, kind)

    def _closed(self, folder: Path, error: OSError) -> Broken:
        if folder == self.root:
            raise cannot_read("folder", self.root, error) from error
        return Broken(self._name(folder), f"the folder cannot be read: {why_unreadable(error)}")

    def _leads_up(self, link: str) -> bool:
        """Whether a link leads above the root: what is there was not given, and may be the whole disk."""
        place = os.path.realpath(link)
        return place != self.real and os.path.join(self.real, "").startswith(os.path.join(place, ""))

    def _one(self, entry: os.DirEntry[str], kind: int | OSError) -> Found | Broken:
        if not storable(entry.path):
            return Broken(self._name(entry.path), "its name is not valid Unicode; rename the file")
        if kind == stat.S_IFREG:
            return Found(self._name(entry.path), Locator.of(entry.path))
        if not isinstance(kind, OSError):
            return Broken(self._name(entry.path), "not a regular file")
        lost = kind.errno in _NOWHERE
        reason = "the link leads nowhere" if lost else f"the file cannot be read: {why_unreadable(kind)}"
        return Broken(self._name(entry.path), reason)

    def _name(self, path: str | Path) -> str:
        name = Path(path).relative_to(self.root).as_posix()
        return plain_name(name) if storable(name) else shown(name)


def _place(folder: Path) -> tuple[int, int] | str:
    """What is the same for two paths to one folder; some drives give no numbers. raises : OSError"""
    status = folder.stat()
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)


def _kind(entry: os.DirEntry[str]) -> int | OSError:
    """The file type of what this is or leads to, S_IFDIR, S_IFREG or 0 for any other; or why nobody can tell."""
    try:
        if entry.is_symlink():
            return stat.S_IFMT(os.stat(entry.path).st_mode)
        return stat.S_IFDIR if entry.is_dir() else stat.S_IFREG if entry.is_file() else 0
    except OSError as error:
        return error


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() in _MACHINE_MADE
