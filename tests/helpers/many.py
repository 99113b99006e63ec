"""A large collection made of numbers: few picture files, many rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from beholder.collection import Library
from beholder.config import Settings
from beholder.locator import Locator
from beholder.store import NewItem
from helpers.makers import noise

SHAPES = ((300, 200), (200, 300), (240, 240), (400, 150), (120, 360), (320, 240))


def many(home: Path, n: int, name: str = "wall") -> Path:
    """A data folder with one collection of n pictures that share the files of six."""
    rng = np.random.default_rng(0)
    library = Library(home, config=Settings(home=home, threads=1))
    files = [home / f"{at}.jpg" for at in range(len(SHAPES))]
    for at, (file, size) in enumerate(zip(files, SHAPES, strict=True)):
        noise(*size, at).save(file, quality=85)
    row = library.store.add_collection(name, str(home), library.settings.encoder)
    hashes = [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n)]
    for encoder in (row.encoder, "attributes", "measures"):
        width = library.runtime(encoder).row.dimension
        library.shards(encoder).add(hashes, rng.uniform(0, 1, (n, width)).astype(np.float32))
    kinds = rng.integers(0, len(SHAPES), n)
    items = [
        NewItem(f"{i}.jpg", Locator.of(files[kind]), sha, *SHAPES[kind], {
            "title": f"Study {i}", "artist": f"Painter {i % 7}", "price": f"{100 + i % 900} EUR",
            "link": f"https://example.org/{i}",
        })
        for i, (kind, sha) in enumerate(zip(kinds.tolist(), hashes, strict=True))
    ]  # fmt: skip
    for first in range(0, n, 5000):
        library.store.keep_files(row.id, [], items[first : first + 5000])
    library.close()
    return home
