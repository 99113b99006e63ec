"""A folder of pictures: all below it, or what its `items.csv` lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from beholder.images import SUFFIXES
from beholder.sources.found import Broken, Found, plain_name, storable, unique
from beholder.sources.table import Table
from beholder.text import cannot_read, shown, why_unreadable

ITEMS = "items.csv"
_MACHINE_MADE = {"__macosx", "@eadir", "lost+found", "$recycle.bin"}


class FolderSource:
    """Pictures below `root`, sorted by name. Hidden files and files with other endings are passed over in silence.

    With an `items.csv` (the plain folder format) the items, their names and columns come from it, and only files inside
    the folder count.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.title = self.root.resolve().name or "pictures"
        self.table = Table.read(self.root / ITEMS) if (self.root / ITEMS).is_file() else None

    def find(self) -> Iterator[Found | Broken]:
        """raises : BadInput where the folder itself cannot be read"""
        if self.table is not None:
            return self.table.find(inside=True)
        return unique(sorted(self._walk(), key=lambda one: one.name))

    def _walk(self) -> Iterator[Found | Broken]:
        """Every real folder once; linked ones last, so that a picture keeps the name of its real place."""
        seen: set[tuple[int, int]] = set()
        real, linked = [self.root], list[Path]()
        while real or linked:
            folder = (real or linked).pop()
            try:
                status = folder.stat()
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                yield self._closed(folder, error)
                continue
            for entry in entries:
                if _passed_over(entry.name):
                    continue
                if _follows(entry.is_dir):
                    (linked if entry.is_symlink() else real).append(Path(entry.path))
                elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                    yield self._one(entry)

    def _closed(self, folder: Path, error: OSError) -> Broken:
        if folder == self.root:
            raise cannot_read("folder", self.root, error) from error
        return Broken(self._name(folder), f"the folder cannot be read: {why_unreadable(error)}")

    def _one(self, entry: os.DirEntry[str]) -> Found | Broken:
        path = Path(entry.path)
        if not storable(str(path)):
            return Broken(self._name(path), "its name is not valid Unicode; rename the file")
        if _follows(entry.is_file):
            return Found(self._name(path), path)
        reason = "the link leads nowhere" if entry.is_symlink() else "not a regular file"
        return Broken(self._name(path), reason)

    def _name(self, path: Path) -> str:
        name = path.relative_to(self.root).as_posix()
        return plain_name(name) if storable(name) else shown(name)


def _follows(question: Callable[[], bool]) -> bool:
    """`entry.is_dir` or `entry.is_file`; no where the entry is a link to itself."""
    try:
        return question()
    except OSError:
        return False


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() in _MACHINE_MADE
