"""How well artworks are found in photos, how often clean pictures are cut, and how long it takes: JSON on stdout.

    python runs/finding.py [--photos FOLDER] [--rooms PAINTINGS --count N] [--clean PICTURES ...]

FOLDER has photos and a quads.csv of their works: file, artwork, which (canvas or outer), x0, y0 ... x3, y3 in percent
of the photo. PAINTINGS are hung in N rendered rooms, which no network learned from. PICTURES are folders of which every
picture is itself the work, or shows none.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.features.artworks import find_artworks
from beholder.images import open_image
from beholder.research.bench.finding import Truth, figures_of, share_cut
from beholder.research.datasets.rooms import make_room
from beholder.sources import Found, open_source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--rooms", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--clean", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    told: dict[str, Any] = {}
    if given.photos:
        photos = list(photos_of(given.photos))
        told["photos"] = figures_of(find_artworks, photos).as_dict()
        began = time.perf_counter()
        for photo, _, _ in photos:
            find_artworks(photo)
        told["ms_a_photo"] = round((time.perf_counter() - began) / len(photos) * 1000, 1)
    if given.rooms:
        told["rooms"] = figures_of(find_artworks, rooms_of(given.rooms, given.count)).as_dict()
    for folder in given.clean:
        files = files_of(folder)
        told[f"cut of {folder}"] = {
            "pictures": len(files),
            "share": round(share_cut(find_artworks, (open_image(file) for file in files)), 4),
        }
    print(json.dumps(told, indent=1))


def files_of(folder: Path) -> list[Path]:
    found = [one for one in open_source(folder, Path(), lambda *_: None).find() if isinstance(one, Found)]
    return [path for one in found if (path := one.locator.path)]


def photos_of(folder: Path) -> Iterator[Truth]:
    """Each photo of quads.csv with the corners of its works, in pixels."""
    works: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    with (folder / "quads.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            corners = np.array([[float(row[f"{axis}{k}"]) for axis in "xy"] for k in range(4)]) / 100
            works[row["file"]].setdefault(row["artwork"], {})[row["which"]] = corners
    for name, some in works.items():
        photo = open_image(folder / name)
        canvases, outers = (np.array([w[which] for w in some.values()]) * photo.size for which in ("canvas", "outer"))
        yield photo, canvases, outers


def rooms_of(folder: Path, count: int) -> Iterator[Truth]:
    """Paintings of a folder, spread over it, each in a room."""
    files = files_of(folder)
    for i, at in enumerate(np.linspace(0, len(files) - 1, count).astype(int)):
        room = make_room(np.random.default_rng([2026, i]), np.asarray(open_image(files[at], max_side=840)))
        yield Image.fromarray(room.pixels), room.canvas[None], room.outer[None]


if __name__ == "__main__":
    main()
