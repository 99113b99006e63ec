"""Pictures that a browser sends: in pieces, into the data folder, whole or not at all."""

from __future__ import annotations

import filecmp
import shutil
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from urllib.parse import quote
from uuid import uuid4

from beholder.durable import put_in_place
from beholder.errors import BadPicture
from beholder.images import SUFFIXES
from beholder.images.formats import HEAD, sniff
from beholder.sources import FILES, is_beside
from beholder.text import why_unreadable
from beholder.web.faults import Refused

ENDINGS = SUFFIXES | FILES
_MOST_BYTES = 512 * 1024**2  # of one file
_SPARE = 1024**3  # bytes of the disk that are left free
_DEEP = 16  # folders in one another
_LONG = 180  # bytes of a name; file systems take 255, and a number may come behind it
_REMEMBERED = 50  # uploads that have not ended


@dataclass
class _Upload:
    """One drop: files that go together into one collection. apart : whether nothing else is in their folder"""

    person: int
    name: str
    folder: Path
    apart: bool = False
    drafts: dict[PurePosixPath, Path] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


class Uploads:
    """What browsers are sending. Each collection has a folder of its own below `home`; no file is ever replaced.

    What is read as a whole (saved pages with their pictures, pictures with an `items.csv`) has one for each time it is
    sent, so that no page of today finds the pictures of an older one. Such a folder has a "+" in its name.

    folders : names of the folders there that belong to a collection, of this id, and to all others
    """

    def __init__(self, home: Path, folders: Callable[[int], tuple[set[str], set[str]]]) -> None:
        self.home, self._folders = home, folders
        self._uploads: dict[str, _Upload] = {}
        self._ended = set[str]()  # folders of what was read as a whole, maybe not yet known of in the store
        self._lock = threading.Lock()

    def begin(self, person: int, name: str, collection_id: int = 0, apart: str = "") -> str:
        """Begin an upload into this collection.

        apart : what is to be read as a whole is called, a folder of saved pages; "" for pictures among others
        returns : its id
        """
        own, others = self._folders(collection_id)
        plain = _plain(name, _LONG - 5)
        if apart:  # where it broke off before, it goes on in the same folder
            plain = f"{_plain(name, _LONG // 2 - 5)}+{_plain(apart, _LONG // 2 - 5)}"
            own, others = set(), own | others | self._ended
        names = (plain if number == 1 else f"{plain} {number}" for number in count(1))
        free = next(name for name in names if name not in others)  # another collection may have had this name before
        folder = self.home / min((name for name in own - others if "+" not in name), default=free)
        with self._lock:
            for old in list(self._uploads)[: 1 - _REMEMBERED]:
                _drop(self._uploads.pop(old).drafts.values())
            self._uploads[key := uuid4().hex] = _Upload(person, name, folder, bool(apart))
        return key

    def take(self, key: str, person: int, path: str, at: int, size: int, piece: bytes) -> int:
        """Keep a piece of a file. returns : how many bytes of it are here; another piece begins there

        Raises
        ------
        Refused
            where the file is not one that can be imported, or there is no room for it
        """
        place, upload = _inside(path), self._of(key, person)
        if size > _MOST_BYTES:
            raise Refused(413, f"{place.name} is over {_MOST_BYTES >> 20} MB.")
        try:
            return self._keep(upload, place, at, size, piece)
        except OSError as error:
            raise Refused(507, f"{place.name} cannot be kept: {why_unreadable(error)}.") from error

    def end(self, key: str, person: int) -> tuple[str, Path]:
        """All files are here. returns : (the collection's name, what to import). raises : Refused where none is"""
        upload = self._of(key, person)
        with self._lock:
            self._uploads.pop(key, None)
            if upload.apart:
                self._ended.add(upload.folder.name)
        _drop(upload.drafts.values())
        if not upload.files:
            raise Refused(422, "No picture came. Choose pictures, a folder of pictures, or a zip.")
        alone = upload.files[0] if len(upload.files) == 1 and upload.files[0].suffix.lower() in FILES else None
        return upload.name, alone or upload.folder

    def _of(self, key: str, person: int) -> _Upload:
        upload = self._uploads.get(key)
        if upload is None or upload.person != person:
            raise Refused(404, "This upload has ended. Send the pictures again.")
        return upload

    def _keep(self, upload: _Upload, place: PurePosixPath, at: int, size: int, piece: bytes) -> int:
        self.home.mkdir(exist_ok=True)
        (upload.folder / place).parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            draft = upload.drafts.setdefault(place, upload.folder / f".{uuid4().hex}.part")
        here = draft.stat().st_size if draft.exists() else 0
        if at != here or at + len(piece) > size:
            return here
        if not here and shutil.disk_usage(upload.folder).free < size + _SPARE:
            raise Refused(507, f"There is no room for {place.name} on the disk of this server.")
        with draft.open("ab") as file:
            file.write(piece)
        if at + len(piece) == size:
            if place.suffix.lower() in (SUFFIXES if _is_of_page(place) else ENDINGS) or _is_picture(draft):
                path = upload.folder / place
                taken = not upload.apart or path in upload.files
                upload.files.append(_put(draft, path) if taken else _put_again(draft, path))
            else:
                draft.unlink()
            del upload.drafts[place]
        return at + len(piece)


def _put(draft: Path, path: Path) -> Path:
    """Give a file its name, or the next free one: phones call every picture the same. returns : where it is"""
    for number in count(2):
        if not path.exists():
            put_in_place(draft, path)
            return path
        if filecmp.cmp(draft, path, shallow=False):
            draft.unlink()
            return path
        stem = path.stem if number == 2 else path.stem.rpartition(" ")[0]
        path = path.with_name(f"{stem} {number}{path.suffix}")
    raise AssertionError


def _put_again(draft: Path, path: Path) -> Path:
    """Give a file its name, also where a part of the same folder came before and broke off. returns : where it is"""
    put_in_place(draft, path)
    return path


def _is_of_page(place: PurePosixPath) -> bool:
    return any(map(is_beside, place.parts[:-1]))


def _is_picture(path: Path) -> bool:
    """Browsers save some pictures of a page under names without an ending, beside its scripts."""
    with path.open("rb") as file, suppress(BadPicture):
        return bool(sniff(file.read(HEAD)))
    return False


def _plain(name: str, most: int) -> str:
    return quote(name, safe=" ")[:most]


def _inside(path: str) -> PurePosixPath:
    """The path below the collection's folder. raises : Refused"""
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    bad = not parts or len(parts) > _DEEP or any(_is_bad(part) for part in parts)
    if bad:
        raise Refused(422, f"{path[-80:]!r} is no name that a picture can have here. Give it another.")
    place = PurePosixPath(*parts)
    if place.suffix.lower() not in ENDINGS and not _is_of_page(place):
        raise Refused(422, f"{place.name} is no picture, zip, table or saved page.")
    return place


def _is_bad(part: str) -> bool:
    return part.startswith(".") or not part.isprintable() or ":" in part or len(part.encode(errors="replace")) > _LONG


def _drop(drafts: Iterable[Path]) -> None:
    for draft in drafts:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
