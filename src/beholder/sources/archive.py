"""A zip of pictures: checked before anything is written, extracted once, in one step."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from beholder.errors import BadInput, StoreError
from beholder.images import SUFFIXES, fingerprint
from beholder.json_reading import LARGE, read_json
from beholder.sources.folder import ITEMS, FolderSource
from beholder.sources.found import Broken, Found, Progress, plain_name, silent, storable
from beholder.text import cannot_read, shown, why_unreadable

MAX_FILES = 200_000
MAX_FILE_BYTES = 2 * 1024**3
MAX_RATIO = 100  # unpacked to packed, of the whole; pictures are packed already and stay near 1
RATIO_FROM = 64 * 1024**2  # bytes unpacked below which the ratio does not matter
_REFUSED = ".refused.json"  # hidden, so no source finds it as a picture
_STALE = 24 * 3600.0  # seconds after which a half-made folder belongs to nobody
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
_NAME = {errno.ENAMETOOLONG, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR}


class ZipSource:
    """The pictures in a zip, under their names in it; an `items.csv` at its top, or in its only folder, counts.

    They are extracted under `workspace`, in a folder named by the zip's content: the same zip is extracted once.
    """

    def __init__(self, path: Path, workspace: Path, progress: Progress = silent) -> None:
        self.path, self.workspace, self.progress = path, workspace, progress
        self.title = path.stem or "pictures"
        with _opened(path) as archive:
            self.wanted = _wanted(path, archive)

    def find(self) -> Iterator[Found | Broken]:
        """raises : BadInput where the zip has changed or cannot be read; StoreError where there is no room for it"""
        try:
            name = fingerprint(self.path)[:16]
        except OSError as error:
            raise cannot_read("zip", self.path, error) from error
        folder = _made_once(self.workspace / name, self._extract)
        refused = read_json(folder / _REFUSED, LARGE)
        yield from FolderSource(_with_items(folder)).find()
        yield from (Broken(name, reason) for name, reason in refused)

    def _extract(self, folder: Path) -> None:
        need, free = sum(info.file_size for info in self.wanted), shutil.disk_usage(folder).free
        if need > free:
            raise StoreError(f"the zip needs {need / 1e9:.1f} GB unpacked, and {free / 1e9:.1f} GB are free; make room")
        refused: list[tuple[str, str]] = []
        with _opened(self.path) as archive:
            for done, info in enumerate(self.wanted):
                self.progress("unpacking the zip", done, len(self.wanted))
                reason = _unsafe(info) or _unpacked(archive, info, folder)
                if reason:
                    refused.append((shown(_name(info)), reason))
        (folder / _REFUSED).write_text(json.dumps(refused), encoding="utf-8")


def _made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` where it is not there yet: under another name first, so that it is whole or absent.

    raises : StoreError where it cannot be written
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
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


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise cannot_read("zip", path, error) from error
    except Exception as error:  # zipfile raises nearly every class there is on damaged bytes
        raise BadInput(
            f"'{shown(path.name)}' is not a zip that can be read: it is damaged or ends too early"
        ) from error


def _wanted(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members worth unpacking. raises : BadInput where the zip as a whole is locked or a bomb"""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise BadInput(f"'{shown(path.name)}' holds {len(members)} files, over the limit of {MAX_FILES}; split it")
    wanted = [info for info in members if _is_wanted(info)]
    size = sum(info.file_size for info in wanted)
    if size > RATIO_FROM and size > MAX_RATIO * path.stat().st_size:
        ratio = size // max(1, path.stat().st_size)
        raise BadInput(f"'{shown(path.name)}' would grow {ratio} times when unpacked: it is a zip bomb and is refused")
    if wanted and all(info.flag_bits & 1 for info in wanted):
        raise BadInput(f"'{shown(path.name)}' is encrypted; unpack it with its password and give the folder")
    return wanted


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(_name(info)).parts
    if info.is_dir() or not parts or any(p.lower() == "__macosx" or (p.startswith(".") and p != "..") for p in parts):
        return False
    return parts[-1] == ITEMS or os.path.splitext(parts[-1])[1].lower() in SUFFIXES


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; UTF-8 without its flag, as macOS writes it, is read as such."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return plain_name(name.replace("\\", "/"))


def _unsafe(info: zipfile.ZipInfo) -> str:
    name = _name(info)
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "refused: its name is an absolute path"
    if ".." in name.split("/"):
        return "refused: its name leads out of the zip with '..'"
    if not storable(name) or any(ord(c) < 32 for c in name):
        return "refused: its name holds characters that no file name should"
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "refused: it is a link or a device, not a file"
    if info.flag_bits & 1:
        return "it is encrypted; unpack it with its password and give the folder"
    if info.file_size > MAX_FILE_BYTES:
        return f"refused: it is over {MAX_FILE_BYTES >> 30} GB unpacked"
    return ""


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> str:
    """Writes one member. returns : "", or why it could not be done; raises OSError where nothing more can be written"""
    target = folder / PurePosixPath(_name(info))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, target.open("xb") as out:
            _copy(packed, out, info.file_size)
    except FileExistsError:
        return "its name stands twice in the zip; the first is kept"
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


def _with_items(folder: Path) -> Path:
    """`folder`, or the only folder in it where that holds the `items.csv`."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if len(inside) == 1 and (inside[0] / ITEMS).is_file():
        return inside[0]
    return folder
