"""A zip of pictures: checked before anything is written, extracted once, in one step."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from beholder.errors import BadInput, StoreError
from beholder.images import SUFFIXES, fingerprint
from beholder.json_reading import LARGE, read_json
from beholder.sources.folder import ITEMS, FolderSource
from beholder.sources.found import Broken, Found, plain_name, storable
from beholder.sources.names import code_page, in_page, raw_name, said_name
from beholder.sources.pages import PAGES, PagesSource, pages_in
from beholder.sources.saved import is_beside
from beholder.text import as_text, cannot_read, shown, why_unreadable
from beholder.types import Progress, silent

MAX_FILES = 200_000
_MAX_FILE_BYTES = 512 * 1024**2  # more than any picture within the limit of pixels takes
_MAX_RATIO = 100  # unpacked to packed, of the whole; pictures are packed already and stay near 1
_RATIO_FROM = 64 * 1024**2  # bytes unpacked below which the ratio does not matter
_MAX_DEPTH = 64  # folders in one another
_MAX_LIST = 64 * 1024**2  # bytes of the list of members
_MAX_ENTRY = 1024  # bytes of one entry in it, on average
_MAX_ITEMS = 16 * 1024**2  # bytes of an items.csv that is asked which code page names are in
_MAKING = "2"  # goes with how names are read: another, and every zip is unpacked again
_WITH_PAGES = "3"  # the same of a zip with saved pages
_REFUSED = ".refused.json"  # hidden, so no source finds it as a picture
_STALE = 24 * 3600.0  # seconds after which a half-made folder belongs to nobody
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
_NAME = {errno.ENAMETOOLONG, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR}


@dataclass(frozen=True, slots=True)
class _Member:
    """One file in a zip; where `refused` says why, it is not unpacked."""

    info: zipfile.ZipInfo
    name: str
    refused: str


class _File(io.BufferedReader):
    """A zip on disk, whose list of members is judged before `zipfile` builds an object for each."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self.title, self.opening = shown(path.name), True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.opening and (size or 0) > _MAX_LIST:
            raise BadInput(f"the list of files in '{self.title}' is over {_MAX_LIST >> 20} MB; split it")
        data = super().read(size)
        if self.opening and size:
            members = data.count(b"PK\x01\x02")
            if members > MAX_FILES:
                raise BadInput(f"'{self.title}' holds {members} files, over the limit of {MAX_FILES}; split it")
            if len(data) > (1 << 20) + members * _MAX_ENTRY:
                raise BadInput(f"the list of files in '{self.title}' is far longer than its files; it is refused")
        return data


class ZipSource:
    """The pictures in a zip, under their names in it, and what saved pages or an `items.csv` say of them.

    These lie at its top or in its only folder. All is extracted under `workspace`, in a folder named by the zip's
    content: the same zip is extracted once.
    """

    def __init__(self, path: Path, workspace: Path, progress: Progress = silent) -> None:
        self.path, self.workspace, self.progress = path, workspace, progress
        self.title = path.stem or "pictures"
        self.unnamed: list[str] = []  # as of a folder
        with _opened(path) as archive:
            self.wanted = _wanted(path, archive)

    def find(self) -> Iterator[Found | Broken]:
        """Raises
        ------
        BadInput
            where the zip has changed or cannot be read
        StoreError
            where there is no room for it
        """
        if all(member.refused for member in self.wanted):
            yield from (Broken(shown(member.name), member.refused) for member in self.wanted)
            return
        try:
            making = _WITH_PAGES if any(_is_page(member.name) for member in self.wanted) else _MAKING
            name = hashlib.sha256(f"{making} {fingerprint(self.path)}".encode()).hexdigest()[:16]
        except OSError as error:
            raise cannot_read("zip", self.path, error) from error
        folder = _made_once(self.workspace / name, self._extract)
        refused = read_json(folder / _REFUSED, LARGE)
        told = _told_in(folder)
        pages = [] if (told / ITEMS).is_file() else pages_in(told)
        source = PagesSource(told, self.workspace, pages) if pages else FolderSource(told)
        yield from source.find()
        self.unnamed = source.unnamed if isinstance(source, FolderSource) else []
        yield from (Broken(name, reason) for name, reason in refused)

    def _extract(self, folder: Path) -> None:
        need = sum(member.info.file_size for member in self.wanted if not member.refused)
        if need > (free := shutil.disk_usage(folder).free):
            raise StoreError(f"the zip needs {need / 1e9:.1f} GB unpacked, and {free / 1e9:.1f} GB are free; make room")
        refused: list[tuple[str, str]] = []
        with _opened(self.path) as archive:
            for done, member in enumerate(self.wanted):
                self.progress("unpacking the zip", done, len(self.wanted))
                reason = member.refused or _unpacked(archive, member, folder)
                if reason:
                    refused.append((shown(member.name), reason))
        (folder / _REFUSED).write_text(json.dumps(refused), encoding="utf-8")


def _made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` where it is not there yet: under another name first, so that it is whole or absent.

    raises : StoreError where it cannot be written
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(exist_ok=True)  # not what it lies in: a data folder that was moved is not made again
        _sweep(folder.parent)
        half = Path(tempfile.mkdtemp(prefix=".half-", dir=folder.parent))
        try:
            make(half)
            half.chmod(0o755)
            half.rename(folder)
        except OSError:
            if not folder.is_dir():  # else somebody else made it at the same time
                raise
        finally:
            shutil.rmtree(half, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"nothing can be unpacked in '{shown(str(folder.parent))}': {why_unreadable(error)}"
        ) from error
    return folder


def _sweep(workspace: Path) -> None:
    """What a killed process left half-made."""
    for half in workspace.glob(".half-*"):
        with suppress(OSError):
            if time.time() - half.stat().st_mtime > _STALE:
                shutil.rmtree(half)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """raises : BadInput where it cannot be read as a zip"""
    with _zip_file(path) as stream, _listed(path, stream) as archive:
        stream.opening = False
        yield archive


def _zip_file(path: Path) -> _File:
    try:
        return _File(path)
    except OSError as error:
        raise cannot_read("zip", path, error) from error


def _listed(path: Path, stream: _File) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except BadInput:
        raise
    except UnicodeDecodeError as error:
        raise BadInput(
            f"'{shown(path.name)}' says that its names are UTF-8, and one is not; unpack it and give the folder"
        ) from error
    except Exception as error:  # zipfile raises nearly every class there is on damaged bytes
        raise BadInput(
            f"'{shown(path.name)}' is not a zip that can be read: it is damaged or ends too early"
        ) from error


def _wanted(path: Path, archive: zipfile.ZipFile) -> list[_Member]:
    """The members worth unpacking, and those refused. raises : BadInput where the zip is locked or a bomb as a whole"""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise BadInput(f"'{shown(path.name)}' holds {len(members)} files, over the limit of {MAX_FILES}; split it")
    names = _names(archive, members)
    wanted = [_judged(info, name) for info, name in zip(members, names, strict=True) if _is_wanted(info, name)]
    size = sum(member.info.file_size for member in wanted if not member.refused)
    if size > _RATIO_FROM and size > _MAX_RATIO * path.stat().st_size:
        ratio = size // max(1, path.stat().st_size)
        raise BadInput(f"'{shown(path.name)}' would grow {ratio} times when unpacked: it is a zip bomb and is refused")
    if wanted and all(member.info.flag_bits & 1 for member in wanted):
        raise BadInput(f"'{shown(path.name)}' is encrypted; unpack it with its password and give the folder")
    return wanted


def _names(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> list[str | None]:
    """What the members are called; None for a name in a code page that nobody can tell."""
    said = [said_name(info) for info in members]
    unsaid = [raw_name(info) for info, name in zip(members, said, strict=True) if name is None]
    page = code_page(unsaid, _items_in(archive, members)) if unsaid else None
    names = [in_page(raw_name(info), page) if name is None else name for info, name in zip(members, said, strict=True)]
    return [name and plain_name(name.partition("\0")[0].replace("\\", "/")) for name in names]


def _items_in(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> set[str]:
    """The words between commas and slashes in the zip's `items.csv`: the names of files are among them."""
    for info in members:
        if PurePosixPath(info.filename).name == ITEMS and info.file_size <= _MAX_ITEMS:
            with suppress(Exception):  # where it is damaged this is said when it is unpacked
                with archive.open(info) as packed:
                    text = as_text(packed.read(_MAX_ITEMS))
                return {plain_name(word.strip()) for word in re.split(r'[\\/,;|\t\r\n"]+', text)}
    return set()


def _is_wanted(info: zipfile.ZipInfo, name: str | None) -> bool:
    parts = PurePosixPath(_shown(info) if name is None else name).parts
    if (name or "").endswith("/") or not parts:
        return False
    if any(part.lower() == "__macosx" or (part.startswith(".") and part != "..") for part in parts):
        return False
    ending = os.path.splitext(parts[-1])[1].lower()
    if any(map(is_beside, parts[:-1])):
        return ending in SUFFIXES or not ending  # browsers save some pictures of a page without one
    return parts[-1] == ITEMS or ending in SUFFIXES or ending in PAGES


def _is_page(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PAGES


def _shown(info: zipfile.ZipInfo) -> str:
    """A name that nobody can read, as far as it can be shown."""
    return plain_name(raw_name(info).decode("ascii", "replace"))


def _judged(info: zipfile.ZipInfo, name: str | None) -> _Member:
    if name is None:
        reason = "its name is in a code page that the zip does not tell; unpack it and give the folder"
        return _Member(info, _shown(info), reason)
    return _Member(info, name, _unsafe(info, name))


def _unsafe(info: zipfile.ZipInfo, name: str) -> str:
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "refused: its name is an absolute path"
    if ".." in name.split("/"):
        return "refused: its name leads out of the zip with '..'"
    if name.count("/") > _MAX_DEPTH:
        return f"refused: it lies more than {_MAX_DEPTH} folders deep"
    if not storable(name):
        return "refused: its name holds characters that no file name should"
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "refused: it is a link or a device, not a file"
    if info.flag_bits & 1:
        return "it is encrypted; unpack it with its password and give the folder"
    if info.file_size > _MAX_FILE_BYTES:
        return f"refused: it is over {_MAX_FILE_BYTES >> 20} MB unpacked"
    return ""


def _unpacked(archive: zipfile.ZipFile, member: _Member, folder: Path) -> str:
    """Writes one member. returns : "", or why it could not be done; raises OSError where nothing more can be written"""
    target = folder / PurePosixPath(member.name)
    try:
        for below in reversed(PurePosixPath(member.name).parents[:-1]):
            (folder / below).mkdir(exist_ok=True)
        with archive.open(member.info) as packed, target.open("xb") as out:
            _copy(packed, out, member.info.file_size)
    except FileExistsError:
        return "its name appears twice in the zip; the first is kept"
    except OSError as error:
        if error.errno in _FULL:
            raise
        if error.errno in _NAME:
            return f"it cannot be unpacked: {why_unreadable(error)}"
        return _damaged(target)  # a wrong offset shows as an invalid seek
    except NotImplementedError:
        return "it is packed in a way that is not read; unpack the zip and give the folder"
    except Exception:  # zipfile raises nearly every class there is on damaged bytes
        return _damaged(target)
    return ""


def _damaged(target: Path) -> str:
    target.unlink(missing_ok=True)
    return "it is damaged inside the zip"


def _copy(packed: IO[bytes], out: BinaryIO, size: int) -> None:
    """At most `size` bytes: what the zip says of itself is what was checked."""
    left = size
    while block := packed.read(min(1 << 20, left + 1)):
        left -= len(block)
        if left < 0:
            raise ValueError("longer than it says")
        out.write(block)


def _told_in(folder: Path) -> Path:
    """`folder`, or the only folder in it where that holds the `items.csv` or saved pages."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if len(inside) == 1 and inside[0].is_dir() and ((inside[0] / ITEMS).is_file() or pages_in(inside[0])):
        return inside[0]
    return folder
