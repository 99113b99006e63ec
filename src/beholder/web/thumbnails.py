"""Pictures by id: re-encoded once for each size, kept in the data folder, sent with a name that never goes stale."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from beholder.background import spare_threads
from beholder.durable import write_whole
from beholder.errors import BadPicture
from beholder.images import render
from beholder.types import Item

SIDES = (320, 640, 1280, 2048)  # longest side in pixels: a thumbnail, a wall, a page, a closer look


class Pictures:
    """The thumbnails of one data folder. A size that is not there yet is made, each only once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._makers = threading.Semaphore(spare_threads())

    def get(self, item: Item, side: int) -> bytes:
        """The re-encoded picture; made again each time where it cannot be written to the disk, as where that is full.

        Raises
        ------
        BadPicture
            where it cannot be opened any more
        """
        path = self.folder / item.key[:2] / f"{item.key}-{side}.jpg"
        if kept := _read(path):
            return kept
        with self._makers:
            if kept := _read(path):
                return kept
            if not item.locator.is_there():
                raise BadPicture("its file is not where it was; import its folder again")
            data = render(item.locator, side, format="JPEG")
        self._keep(path, data)
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        """Write it where that is possible. A data folder that was moved away is not made again for it."""
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            write_whole(path, data)  # another process may have made the same one: both are good


def _read(path: Path) -> bytes:
    """Nothing too where it cannot be reached: a drive that does not answer, a folder that may not be entered."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def address(item: Item, side: int = 640, under: str = "") -> str:
    """Where this picture is served. Part of the content's hash stands in it, so it may be kept for ever.

    under : "", or the address of the shared shortlist that it is seen on
    """
    return f"{under}/pictures/{item.id}/{side}.jpg?v={item.key[:8]}"


def photo_address(item: Item, side: int = 640) -> str:
    """The same of the whole photo that it is a part of."""
    return f"/photos/{item.id}/{side}.jpg?v={item.photo.key[:8]}"


def twin_address(item: Item, twin: Item, side: int = 640) -> str:
    """The same of the twin of a made picture."""
    return f"/made/{item.id}/twin/{side}.jpg?v={twin.key[:8]}"


def srcset(item: Item, under: str = "") -> str:
    """The sizes for a page, with the width in pixels that each really has; none twice, as of a small picture."""
    longest, scale = max(item.width, item.height, 1), min(1.0, item.width / max(item.height, 1))
    sides = [side for at, side in enumerate(SIDES[:3]) if not at or SIDES[at - 1] < longest]
    return ", ".join(f"{address(item, side, under)} {max(1, round(min(side, longest) * scale))}w" for side in sides)


def ratio(item: Item) -> float:
    """Width to height, held within what a wall can hang."""
    return min(max(item.width / max(item.height, 1), 0.25), 5.0)
