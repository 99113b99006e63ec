"""The map of a collection, kept in a file: a picture keeps its cell, and new ones take free cells near their like."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from beholder.durable import write_whole
from beholder.types import Ints, Matrix
from beholder.views.layout import lay_out, placed, settled

log = logging.getLogger("beholder.views")
_GROWN = 2.0  # times as many pictures as the map was drawn of, before it is drawn anew
_MARKS = 16_384  # known pictures among which new ones are placed, evenly spread


@dataclass(frozen=True, eq=False)
class _Kept:
    """A map as it is kept.

    Attributes
    ----------
    keys
        of the pictures that have a cell, also of those that are gone
    cells
        (k, 2) of these
    drawn
        how many pictures it was drawn of
    """

    keys: Sequence[str] = ()
    cells: Ints = field(default_factory=lambda: np.empty((0, 2), np.int64))
    drawn: int = 0


def map_of(file: Path, of: str, keys: Sequence[str], places: Matrix) -> Ints:
    """(n, 2) the cell of each picture, whole numbers, no two the same; drawn where there is no map of it yet.

    Parameters
    ----------
    file
        where it is kept; where that cannot be written, it is drawn again another time
    of
        what the places follow from: another encoder, another map
    keys
        (n,) of the pictures
    places
        (n, c) of length 1, how alike they look
    """
    kept = _read(file, of)
    row_of = {key: row for row, key in enumerate(kept.keys)}
    rows = np.array([row_of.get(key, -1) for key in keys], np.int64)
    old, new = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
    cells = np.empty((len(keys), 2), np.int64)
    if not len(old) or len(keys) > _GROWN * kept.drawn:
        order = np.argsort(np.array(keys))  # the same pictures make the same map, in whatever order they came
        cells[order] = lay_out(places[order])
        _keep(file, of, _Kept(keys, cells, len(keys)))
        return cells
    cells[old] = kept.cells[rows[old]]
    if len(new):
        marks = old[np.linspace(0, len(old) - 1, min(len(old), _MARKS)).round().astype(np.int64)]
        cells[new] = settled(placed(places[new], places[marks], cells[marks].astype(np.float64)), kept.cells)
        gone = np.setdiff1d(np.arange(len(kept.keys)), rows[old])  # they keep their cells, should they come back
        more = [*keys, *(kept.keys[row] for row in gone)]
        _keep(file, of, _Kept(more, np.vstack([cells, kept.cells[gone]]), kept.drawn))
    return cells


def _read(file: Path, of: str) -> _Kept:
    """Nothing where it is another map, or cannot be read."""
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), file.open("rb") as stream:
        kept = np.load(stream, allow_pickle=False)
        keys, cells = kept["keys"].astype(str).tolist(), kept["cells"]
        if str(kept["of"]) == of and cells.shape == (len(keys), 2) and cells.dtype == np.int64:
            return _Kept(keys, cells, int(kept["drawn"]))
    return _Kept()


def _keep(file: Path, of: str, made: _Kept) -> None:
    def write(path: Path) -> None:
        with path.open("wb") as out:
            np.savez_compressed(out, of=of, keys=np.array(made.keys, "S64"), cells=made.cells, drawn=made.drawn)

    try:
        file.parent.mkdir(exist_ok=True)
        write_whole(file, write)
    except OSError as error:
        log.warning("the map could not be kept: %s", error)
