"""Maps that are drawn behind the pages, one at a time."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from beholder.collection import Collection
from beholder.search import Looks
from beholder.taste.threads import alone
from beholder.types import Ints
from beholder.views import map_of
from beholder.web.faults import Refused

log = logging.getLogger("beholder.web")
_SLOWLY = 5  # how much a drawing gives way to whoever answers


class Maps:
    """The maps of one data folder, kept in `folder`. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._drawing, self._failed = set[str](), set[str]()
        self._lock, self._one = threading.Lock(), threading.Lock()

    def of(self, art: Collection) -> Ints | None:
        """(n, 2) the cell of each picture; None while it is drawn, which this begins.

        Raises
        ------
        Refused
            where it could not be drawn; asking again tries again
        """
        cells: Ints | None = art.table.known("map")
        if cells is not None:
            return cells
        with self._lock:
            if art.table.key in self._failed:
                self._failed.remove(art.table.key)
                raise Refused(503, "The map could not be drawn. Open it again to try once more.")
            if art.table.key not in self._drawing:
                self._drawing.add(art.table.key)
                threading.Thread(target=self._draw, args=(art,), daemon=True).start()
        return None

    def _draw(self, art: Collection) -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _SLOWLY)  # of this thread alone
        try:
            with self._one, alone():
                art.groups("kind")  # their names are written on it
                art.table.derived("map", lambda: self._made(art))
        except Exception:
            log.exception("the map of '%s' could not be drawn", art.name)
            with self._lock:
                self._failed.add(art.table.key)
        finally:
            with self._lock:
                self._drawing.discard(art.table.key)

    def _made(self, art: Collection) -> Ints:
        file = self.folder / f"{art.row.id}.npz"
        return map_of(file, art.library.key(*art.row.encoders), art.table.hashes, Looks.of(art.X, art.layout).places)
