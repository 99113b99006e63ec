"""The sample gallery: pictures painted by this code, so that the first minute needs no pictures of one's own.

Twenty families of `beholder.painter` in turn. Picture `index` of a seed is the same picture however many are made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.config import settings
from beholder.durable import write_whole
from beholder.errors import UserError
from beholder.jobs import map_jobs
from beholder.locator import Locator
from beholder.painter import GALLERY, paint_by_chance
from beholder.sources.captions import describe
from beholder.sources.found import Found


def gallery_picture(index: int, seed: int = 0) -> Image.Image:
    """Picture `index` (0, 1, ...) of the gallery `seed`."""
    return paint_by_chance(np.random.default_rng([seed, index]), GALLERY[index % len(GALLERY)])


def _caption(index: int, seed: int) -> dict[str, str]:
    """Its style, title, artist and price."""
    family = GALLERY[index % len(GALLERY)]
    return {"style": family, **describe(np.random.default_rng([seed, index, 1]), family)}


def _file(index: int, seed: int) -> str:
    family = GALLERY[index % len(GALLERY)].replace(" ", "-")
    return f"{index:04d}-{family}.jpg" if seed == 0 else f"{index:04d}-{family}-{seed}.jpg"


def _make(folder: Path, index: int, seed: int) -> dict[str, str]:
    """Picture `index` in the folder, painted unless it is there; its row of items.csv."""
    path = folder / _file(index, seed)
    if not path.exists():
        packed = io.BytesIO()
        gallery_picture(index, seed).save(packed, "JPEG", quality=88)
        write_whole(path, packed.getvalue())
    return {"item": path.stem, "file": path.name, **_caption(index, seed)}


def make_gallery(
    folder: Path, n: int = 480, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> list[Found]:
    """All of what `paint_into` gives."""
    return list(paint_into(folder, n, seed, progress))


def paint_into(
    folder: Path, n: int = 480, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> Iterator[Found]:
    """Paint the gallery into a folder, and at the end its `items.csv` in the plain folder format.

    Pictures that are there already are kept, so a run that was cut off goes on where it was; each picture, and the
    list, appears wholly or not at all. Threads, not processes: numpy and Pillow let go of the interpreter's lock, and
    a script without a main guard may call this.

    Parameters
    ----------
    progress
        called with (pictures done, n) after each

    Yields
    ------
    Found
        the pictures in order, each as it is painted, with columns title, artist, style, price
    """
    if n < 1:
        raise UserError(f"a gallery of {n} pictures was asked for; it needs at least 1.")
    folder.mkdir(exist_ok=True)
    columns = ("title", "artist", "style", "price")
    table = io.StringIO()
    writer = csv.DictWriter(table, ["item", "file", *columns])
    writer.writeheader()
    with closing(map_jobs(lambda index: _make(folder, index, seed), range(n), workers=settings().threads)) as made:
        for done, row in enumerate(made, 1):
            writer.writerow(row)
            if progress:
                progress(done, n)
            yield Found(row["item"], Locator.of(folder / row["file"]), {name: row[name] for name in columns})
    write_whole(folder / "items.csv", table.getvalue().encode())
