"""Where the files lie that a table names."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from beholder.sources.found import plain_name
from beholder.text import shown, why_unreadable

_NOWHERE = {errno.ENOENT, errno.ENOTDIR}
_REMEMBERED = 1000
_OUTSIDE = "it lies outside the folder of its items.csv; only files inside are taken"
_LEADS_OUT = "it is a link that leads outside the folder of its items.csv; only files inside are taken"


class Paths:
    """Paths as they are written in a table that lies in `folder`.

    inside : refuse files that lie outside the folder, or lead there by a link
    """

    def __init__(self, folder: Path, inside: bool) -> None:
        self.folder, self.inside = str(folder), inside
        self.front = os.path.join(self.folder, "")
        self._own = os.path.join(os.path.realpath(self.folder), "")
        self._within: dict[str, bool] = {}
        self._there: dict[str, bool] = {}  # the first folders that lacked a file: looking once for each is enough

    def find(self, text: str) -> tuple[Path | None, str, str]:
        """(where the file is, "" or why it is not taken, its full path)."""
        path = ""
        for spelling in (text,) if text.isascii() and "\\" not in text else _spellings(text):
            path = os.path.normpath(os.path.join(self.front, spelling))
            if self.inside and not path.startswith(self.front) and path != self.folder:
                return None, _OUTSIDE, path
            if self._there and not self._there.get(os.path.dirname(path), True):
                continue
            try:
                mode = os.stat(path).st_mode
            except (OSError, ValueError) as error:
                if getattr(error, "errno", None) in _NOWHERE:
                    self._lacks(os.path.dirname(path))
                    continue
                return None, f"the file cannot be read: {why_unreadable(error)}", path
            if not stat.S_ISREG(mode):
                return None, "a folder, not a file" if stat.S_ISDIR(mode) else "not a regular file", path
            if self.inside and not self._stays(path):
                return None, _LEADS_OUT, path
            return Path(path), "", path
        return None, f"the file is not there: {shown(text)}", path

    def name(self, path: str) -> str:
        """The path as a picture's name: relative to the folder where it is inside."""
        relative = path[len(self.front) :] or "." if path.startswith(self.front) else path
        return plain_name(relative if os.sep == "/" else relative.replace(os.sep, "/"))

    def _lacks(self, folder: str) -> None:
        if len(self._there) < _REMEMBERED and folder not in self._there:
            self._there[folder] = os.path.isdir(folder)

    def _stays(self, path: str) -> bool:
        """Whether no link, the file or a folder above it, leads out of the table's folder."""
        folder = os.path.dirname(path)
        if folder not in self._within:
            self._within[folder] = self._is_within(folder)
        return self._is_within(path) if os.path.islink(path) else self._within[folder]

    def _is_within(self, path: str) -> bool:
        return os.path.join(os.path.realpath(path), "").startswith(self._own)


def _spellings(text: str) -> Iterator[str]:
    """The path as written, and in the spelling of the disk: Windows writes backslashes, macOS splits accents."""
    slashed = text.replace("\\", "/")
    yield text
    if slashed != text:
        yield slashed
    for form in ("NFC", "NFD"):
        if (other := unicodedata.normalize(form, slashed)) != slashed:
            yield other
