"""What was fetched, on disk: one folder for each link, in which a file is whole or not there.

    <folder>/<key>/.part, .part.json     what has come of an answer so far, and what the server said of it
    <folder>/<key>/<name>, .answer.json  the whole of it, unpacked, and the same

An answer that is whole gets its name first, and then its description does; a folder with a description of a part and no
part was stopped between the two. So whatever stops a fetch, the next one goes on from there.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from filelock import FileLock, Timeout

from beholder.durable import put_in_place, write_whole
from beholder.images import SUFFIXES
from beholder.json_reading import BadJson, read_json
from beholder.sources.web.links import Link
from beholder.sources.web.refusal import NotFetched, NotNow

_PART, _PART_SAID, _SAID, _UNPACKED, _LOCK = ".part", ".part.json", ".answer.json", ".unpacked", ".lock"
_BLOCK = 1 << 16
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/tiff": ".tif"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # on Windows


@dataclass(frozen=True, slots=True)
class Said:
    """What a server said of an answer.

    Attributes
    ----------
    url
        where it came from, behind all redirects
    length
        in bytes as sent; None where the server did not say
    packed
        whether it is sent as gzip
    etag, modified
        by which it is asked for again, "" for neither
    at
        when, in seconds since 1970
    """

    url: str
    type: str
    name: str
    length: int | None
    packed: bool
    etag: str
    modified: str
    at: float

    @property
    def condition(self) -> str:
        """By what the rest of it is asked for; "" where nothing tells one version from the next [RFC 9110, 13.1.5]."""
        return "" if self.etag.startswith("W/") else self.etag or self.modified


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer on disk. url : where it came from; type : the media type that the server said, "" for none"""

    path: Path
    url: str
    type: str


class Entry:
    """The folder of one link; used by one fetch at a time."""

    def __init__(self, folder: Path, link: Link) -> None:
        key = hashlib.sha256(str(link).encode()).hexdigest()[:32]
        self.shelf, self.folder = folder, folder / key[:2] / key
        self.part = self.folder / _PART

    @contextmanager
    def locked(self, seconds: float) -> Iterator[None]:
        """Nobody else fetches it meanwhile, also no other process. raises : NotFetched where somebody does for long"""
        for folder in (self.shelf, self.folder.parent, self.folder):  # a data folder that is gone is not made again
            folder.mkdir(exist_ok=True)
        try:
            with FileLock(self.folder / _LOCK, timeout=seconds):
                self._settle()
                yield
        except Timeout as error:
            raise NotFetched("another import is fetching it") from error

    def whole(self) -> tuple[Kept, Said] | None:
        """The whole answer, where there is one."""
        said = self._read(_SAID)
        if said is None or not (self.folder / said.name).is_file():
            return None
        return Kept(self.folder / said.name, said.url, said.type), said

    def begun(self) -> tuple[Said, int] | None:
        """What a part is of, and how many bytes of it are here."""
        said = self._read(_PART_SAID)
        return None if said is None else (said, self.part.stat().st_size)

    def begin(self, said: Said) -> None:
        """A part of nothing yet."""
        self.drop()
        self.part.touch()
        write_whole(self.folder / _PART_SAID, json.dumps(asdict(said)))

    def append(self) -> BinaryIO:
        return self.part.open("ab")

    def drop(self) -> None:
        """Away with the part."""
        for name in (_PART_SAID, _PART, _UNPACKED):
            (self.folder / name).unlink(missing_ok=True)

    def finish(self, most: int) -> None:
        """The part is all of it. raises : NotFetched where it cannot be unpacked, or to more than `most` bytes"""
        said, _ = self.begun() or (None, 0)
        if said is None:
            raise FileNotFoundError(str(self.part))
        if said.packed:
            self._unpack(most)
            put_in_place(self.folder / _UNPACKED, self.folder / said.name)
            self.part.unlink()
        else:
            put_in_place(self.part, self.folder / said.name)
        self._settle()

    def confirm(self, said: Said) -> None:
        """What is here is what the server would send now."""
        write_whole(self.folder / _SAID, json.dumps(asdict(replace(said, at=time.time()))))

    def _unpack(self, most: int) -> None:
        size = 0
        try:
            with gzip.open(self.part) as packed, (self.folder / _UNPACKED).open("wb") as out:
                while block := packed.read(_BLOCK):
                    size += len(block)
                    if size > most:
                        raise NotFetched(f"it is over {most >> 20} MB when unpacked")
                    out.write(block)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.drop()
            raise NotNow("it is packed as gzip, and damaged") from error
        except NotFetched:
            self.drop()
            raise

    def _settle(self) -> None:
        """Bring to its end what was stopped between two steps."""
        said, there = self._read(_PART_SAID), self.part.is_file()
        if said is None and there:
            self.drop()
        if said is None or there:
            return
        before = self._read(_SAID)
        if (self.folder / said.name).is_file():
            put_in_place(self.folder / _PART_SAID, self.folder / _SAID)
            if before is not None and before.name != said.name:
                (self.folder / before.name).unlink(missing_ok=True)
        else:
            self.drop()

    def _read(self, name: str) -> Said | None:
        with suppress(OSError, BadJson, TypeError, AttributeError):
            said = Said(**read_json(self.folder / name))
            return said if isinstance(said.name, str) and os.path.basename(said.name) == said.name else None
        return None


def name_of(link: Link, media_type: str) -> str:
    """The name of a file with what a link leads to: its last part, safe on every system, with the ending of a picture.

    `Kept.path` has it, and so have copies of the picture.
    """
    last = unquote(link.target.partition("?")[0].rpartition("/")[2])
    stem, ending = os.path.splitext(re.sub(r"[^\w.-]+", "_", last).strip("._ "))
    stem = stem[-60:].encode("ascii", "ignore").decode().strip("._ ") or "item"
    ending = ending.lower() if ending.lower() in SUFFIXES else _ENDINGS.get(media_type, "")
    return ("_" if _RESERVED.match(stem) else "") + stem + ending
