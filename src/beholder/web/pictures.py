"""Pictures by id: re-encoded once for each size, kept in the data folder, sent with a name that never goes stale."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from uuid import uuid4

from beholder.errors import BadPicture
from beholder.images import render
from beholder.types import Item

SIDES = (320, 640, 1280, 2048)  # longest side in pixels: a thumbnail, a wall, a page, a closer look


class Pictures:
    """The thumbnails of one data folder. A size that is not there yet is made: two at a time, each only once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._makers = threading.Semaphore(2)

    def file(self, item: Item, side: int) -> Path:
        """The re-encoded picture on disk. raises : BadPicture where it cannot be opened any more"""
        path = self.folder / item.sha256[:2] / f"{item.sha256}-{side}.jpg"
        if not path.exists():
            with self._makers:
                if not path.exists():
                    _make(item, side, path)
        return path


def _make(item: Item, side: int, path: Path) -> None:
    if not item.path.is_file():
        raise BadPicture("its file is not where it was; import its folder again")
    data = render(item.path, side, format="JPEG")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{uuid4().hex[:8]}.tmp")
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)  # another process may have made the same one: both are good
    finally:
        unfinished.unlink(missing_ok=True)


def address(item: Item, side: int = 640) -> str:
    """Where this picture is served. Part of the content's hash stands in it, so it may be kept for ever."""
    return f"/pictures/{item.id}/{side}.jpg?v={item.sha256[:8]}"


def srcset(item: Item) -> str:
    """Every size for a page, with the width in pixels that it really has."""
    scale = min(1.0, item.width / max(item.height, 1))
    return ", ".join(f"{address(item, side)} {max(1, round(side * scale))}w" for side in SIDES[:3])


def ratio(item: Item) -> float:
    """Width to height, held within what a wall can hang."""
    return min(max(item.width / max(item.height, 1), 0.25), 5.0)
