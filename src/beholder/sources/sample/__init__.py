"""The sample gallery: pictures painted by this code, so that the first minute needs no pictures of one's own.

Twenty families by twenty small painters (`abstract`, `places`, `things`, `paper`), each a function that paints on a
`Canvas` with a palette of its own. Picture `index` of a seed is the same picture however many are made.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.config import settings
from beholder.errors import UserError
from beholder.sources.found import Found
from beholder.sources.sample import abstract, paper, places, things
from beholder.sources.sample.canvas import Canvas
from beholder.sources.sample.finish import finish
from beholder.sources.sample.palette import draw_palette
from beholder.sources.sample.words import describe

WIDE, TALL, SQUARE = ((640, 427), (640, 480), (640, 512)), ((427, 640), (480, 640), (512, 640)), ((560, 560),)
ANY = (*WIDE, *TALL, *SQUARE)

PAINTERS: dict[str, tuple[Callable[[Canvas], None], tuple[tuple[int, int], ...]]] = {
    "colour fields": (abstract.colour_fields, (*TALL, *TALL, *SQUARE, *WIDE)),
    "landscape": (places.landscape, (*WIDE, *WIDE, *SQUARE, *TALL)),
    "grid": (abstract.grid, ANY),
    "ink": (paper.ink, (*TALL, *TALL, *SQUARE, *WIDE)),
    "waves": (paper.waves, ANY),
    "collage": (abstract.collage, ANY),
    "night": (places.night, (*WIDE, *TALL)),
    "dabs": (things.dabs, (*WIDE, *SQUARE)),
    "hard edge": (abstract.hard_edge, ANY),
    "still life": (things.still_life, (*WIDE, *SQUARE, *TALL)),
    "mandala": (abstract.mandala, (*SQUARE, *SQUARE, (512, 640), (640, 512))),
    "washes": (paper.washes, ANY),
    "city": (places.city, (*WIDE, *WIDE, *TALL)),
    "flow": (abstract.flow, ANY),
    "botanical": (things.botanical, (*TALL, *TALL, *SQUARE)),
    "nested squares": (abstract.nested_squares, (*SQUARE, *SQUARE, (512, 640), (640, 480))),
    "sea": (places.sea, (*WIDE, *WIDE, *SQUARE)),
    "marble": (abstract.marble, ANY),
    "woods": (places.woods, (*TALL, *WIDE, *SQUARE)),
    "discs": (abstract.discs, ANY),
}
FAMILIES: tuple[str, ...] = tuple(PAINTERS)


FLAT = {painter for painter, _ in PAINTERS.values() if painter.__module__ == abstract.__name__} | {paper.ink}
OIL = {places.landscape, places.sea, places.city, places.woods, things.still_life, things.dabs, paper.waves}


def paint(index: int, seed: int = 0) -> tuple[Image.Image, dict[str, str]]:
    """Picture `index` (0, 1, ...) of the gallery `seed`, and its family, title, artist and price."""
    family = FAMILIES[index % len(FAMILIES)]
    painter, sizes = PAINTERS[family]
    rng = np.random.default_rng([seed, index])
    canvas = Canvas(rng, sizes[rng.integers(len(sizes))], draw_palette(rng))
    painter(canvas)
    return finish(canvas, flat=painter in FLAT, oil=painter in OIL), _words(index, seed)


def _words(index: int, seed: int) -> dict[str, str]:
    family = FAMILIES[index % len(FAMILIES)]
    return {"family": family, **describe(np.random.default_rng([seed, index, 1]), family)}


def _file(index: int, seed: int) -> str:
    family = FAMILIES[index % len(FAMILIES)].replace(" ", "-")
    return f"{index:04d}-{family}.jpg" if seed == 0 else f"{index:04d}-{family}-{seed}.jpg"


def _whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there wholly or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    os.replace(part, path)


def _make(folder: Path, index: int, seed: int) -> dict[str, str]:
    """Picture `index` in the folder, painted unless it is there; its row of items.csv."""
    path = folder / _file(index, seed)
    if path.exists():
        words = _words(index, seed)
    else:
        picture, words = paint(index, seed)
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=88)
        _whole(path, packed.getvalue())
    return {"item": path.stem, "file": path.name, **words}


def make_gallery(
    folder: Path, n: int = 480, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> list[Found]:
    """Paint the gallery into a folder, with its `items.csv` in the plain folder format.

    Pictures that are there already are kept, so a run that was cut off goes on where it was; each picture, and the
    list, appears wholly or not at all. Threads, not processes: numpy and Pillow let go of the interpreter's lock, and
    a script without a main guard may call this.

    progress    called with (pictures done, n) after each
    returns     the pictures in order, with columns family, title, artist, price
    """
    if n < 1:
        raise UserError(f"a gallery of {n} pictures was asked for; it needs at least 1.")
    folder.mkdir(exist_ok=True)
    rows: list[dict[str, str]] = []
    with ThreadPoolExecutor(settings().threads) as pool:
        try:
            for row in pool.map(lambda index: _make(folder, index, seed), range(n)):
                rows.append(row)
                if progress:
                    progress(len(rows), n)
        except BaseException:  # Ctrl-C: finish the pictures begun, not all that were asked for
            pool.shutdown(cancel_futures=True)
            raise
    table = io.StringIO()
    writer = csv.DictWriter(table, ["item", "file", "title", "artist", "family", "price"])
    writer.writeheader()
    writer.writerows(rows)
    _whole(folder / "items.csv", table.getvalue().encode())
    columns = ("family", "title", "artist", "price")
    return [Found(row["item"], folder / row["file"], {name: row[name] for name in columns}) for row in rows]
