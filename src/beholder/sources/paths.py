"""Where the files lie that a table names."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from beholder.sources.found import plain_name
from beholder.text import shown, why_unreadable

_NOWHERE = {errno.ENOENT, errno.ENOTDIR}
_THIS_SPELLING, _ANY_SPELLING = 1, 2
_LISTED_AFTER = 10  # files that were looked for in a folder and not found
_FOLDERS = 20_000  # that are remembered
_NAMES = 500_000  # in the lists of all of them
_OUTSIDE = "it lies outside the folder of its {0}; only files inside are taken"
_LEADS_OUT = "it is a link that leads outside the folder of its {0}; only files inside are taken"


class Paths:
    """Paths as they are written in a file that lies in `folder`.

    Parameters
    ----------
    inside
        refuse files that lie outside the folder, or lead there by a link
    of
        the file, for a sentence
    """

    def __init__(self, folder: Path, inside: bool, of: str = "items.csv") -> None:
        self.of = of
        climbs = os.pardir in folder.parts  # what is found is compared by its shortest spelling
        self.folder, self.inside = os.path.realpath(folder) if climbs else str(folder), inside
        self.front = os.path.join(self.folder, "")
        self._own = os.path.join(os.path.realpath(self.folder), "")
        self._within: dict[str, bool] = {}
        self._folders: dict[str, _Folder] = {}  # those in which something was looked for and not found
        self._names = 0

    def find(self, text: str) -> tuple[Path | None, str, str]:
        """(where the file is, "" or why it is not taken, its full path)."""
        path = ""
        for spellings in _spellings(text):
            for spelling in spellings:
                path = os.path.normpath(os.path.join(self.front, spelling))
                if self.inside and not path.startswith(self.front) and path != self.folder:
                    return None, _OUTSIDE.format(self.of), path
                if self._folders and (lacks := self._lacks(path)):
                    if lacks == _ANY_SPELLING:
                        break
                    continue
                try:
                    mode = os.stat(path).st_mode
                except (OSError, ValueError) as error:
                    if getattr(error, "errno", None) in _NOWHERE:
                        self._remember(path)
                        continue
                    return None, f"the file cannot be read: {why_unreadable(error)}", path
                if not stat.S_ISREG(mode):
                    return None, "a folder, not a file" if stat.S_ISDIR(mode) else "not a regular file", path
                if self.inside and not self._stays(path):
                    return None, _LEADS_OUT.format(self.of), path
                return Path(path), "", path
        return None, f"the file is not there: {shown(text)}", path

    def name(self, path: str) -> str:
        """The path as a picture's name: relative to the folder where it is inside."""
        relative = path[len(self.front) :] or "." if path.startswith(self.front) else path
        return plain_name(relative if os.sep == "/" else relative.replace(os.sep, "/"))

    def _lacks(self, path: str) -> int:
        """_ANY_SPELLING, _THIS_SPELLING where it is known, without asking the disk, that nothing is there; else 0."""
        folder, _, name = path.rpartition(os.sep)
        while name:
            if (known := self._folders.get(folder)) is not None:
                if known.listed is not None and _folded(name) not in known.listed:
                    return _ANY_SPELLING if known.plain else _THIS_SPELLING
                return _THIS_SPELLING if name in known.absent else 0
            folder, _, name = folder.rpartition(os.sep)
        return 0

    def _remember(self, path: str) -> None:
        """That nothing is there. A folder that lacks several is listed: a million questions to the disk take long."""
        folder, at, name = path.rpartition(os.sep)
        while len(self._folders) < _FOLDERS and folder not in self._folders:
            if not at or not name:
                return
            if os.path.isdir(folder + os.sep):
                self._folders[folder] = _Folder(folder.removeprefix(self.folder).isascii())
            else:
                folder, at, name = folder.rpartition(os.sep)
        known = self._folders.get(folder)
        if known is None or len(known.absent) >= _LISTED_AFTER:
            return
        known.absent.add(name)
        if len(known.absent) == _LISTED_AFTER:
            known.listed = _listed(folder + os.sep, _NAMES - self._names)
            self._names += len(known.listed or ())

    def _stays(self, path: str) -> bool:
        """Whether no link, the file or a folder above it, leads out of the table's folder."""
        folder = os.path.dirname(path)
        if folder not in self._within:
            self._within[folder] = self._is_within(folder)
        return self._is_within(path) if os.path.islink(path) else self._within[folder]

    def _is_within(self, path: str) -> bool:
        return os.path.join(os.path.realpath(path), "").startswith(self._own)


@dataclass(slots=True)
class _Folder:
    """What is known to be absent from a folder: a few names, then all but those that are listed."""

    plain: bool  # spelt in one way alone, from the table's folder on
    absent: set[str] = field(default_factory=set)
    listed: set[str] | None = None


def _listed(folder: str, most: int) -> set[str] | None:
    """The names in a folder; None where they are too many, or where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = {_folded(entry.name) for entry in islice(entries, most + 1)}
    except OSError:
        return None
    return names if len(names) <= most else None


def _folded(name: str) -> str:
    """The same for all that any disk takes for the same name."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFD", name.casefold())


def _spellings(text: str) -> Iterator[Iterator[str]]:
    """The path as written, then with the slashes of the disk, where Windows wrote backslashes."""
    yield _forms(text)
    if "\\" in text:
        yield _forms(text.replace("\\", "/"))


def _forms(text: str) -> Iterator[str]:
    """It in all spellings of the same characters: macOS writes é as two where others write one."""
    yield text
    if not text.isascii():
        for form in ("NFC", "NFD"):
            if (other := unicodedata.normalize(form, text)) != text:
                yield other
