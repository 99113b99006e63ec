"""Make the sheet of made pictures in docs/create.md, and the row in README.md: python runs/created.py"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.collection import Library
from beholder.config import Settings
from beholder.create import STYLES, Order, create, repaint
from beholder.demo import QUESTIONS, Demonstration, paint_gallery
from beholder.painter import paint_by_chance
from beholder.session import Session
from beholder.types import silent

DOCS = Path(__file__).resolve().parents[1] / "docs"
COUNT, SIDE, CELL, GAP = 6, 512, 256, 6
HANGS = {"flow": (1, 3, 5), "painter": (1, 2, 4)}  # of each engine's, in the row
TALL = 220  # pixels of the row
SEEN = 3  # the random seed of the picture that is painted again


def row(sheet: Image.Image, at: int, pictures: list[Image.Image]) -> None:
    """One row of pictures, each in the middle of its cell."""
    for k, picture in enumerate(pictures):
        small = picture.copy()
        small.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
        left, top = k * (CELL + GAP) + (CELL - small.width) // 2, at * (CELL + GAP) + (CELL - small.height) // 2
        sheet.paste(small, (left, top))


def hang(pictures: list[Image.Image]) -> Image.Image:
    """Whole pictures of one height, side by side."""
    small = [one.resize((one.width * TALL // one.height, TALL), Image.Resampling.LANCZOS) for one in pictures]
    hung, left = Image.new("RGB", (sum(one.width + GAP for one in small) - GAP, TALL), "white"), 0
    for one in small:
        hung.paste(one, (left, 0))
        left += one.width + GAP
    return hung


@contextmanager
def session_of_ada() -> Iterator[Session]:
    """Of the simulated person of the demo, with all her answers."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        library = Library(home, config=Settings(home=home))
        paint_gallery(library, silent)
        ada = Demonstration.begin(library, 0)
        for _ in range(QUESTIONS):
            ada.answer()
        session = Session(library, "gallery", "Ada")
        session.settle()
        yield session
        library.close()


def main() -> None:
    best = list[Image.Image]()
    sheet = Image.new("RGB", (COUNT * (CELL + GAP) - GAP, 5 * (CELL + GAP) - GAP), "white")
    with session_of_ada() as session:
        for at, engine in ((0, "flow"), (2, "painter")):
            made = create(session, Order(count=COUNT, engine=engine, strength=0.4, seed=1, side=SIDE))
            row(sheet, at, [one.picture for one in made])
            row(sheet, at + 1, [one.twin for one in made])
            best += [made[k].picture for k in HANGS[engine]]
            for one in made:
                print(engine, f"{one.score:.2f} {one.twin_score:.2f}", one.other_score, one.other_twin_score)
    view = paint_by_chance(np.random.default_rng(SEEN), "landscape")
    row(sheet, 4, [view, *(repaint(view, style, side=SIDE) for style in STYLES)])
    sheet.save(DOCS / "created.jpg", quality=88)
    hang(best).save(DOCS / "created_row.jpg", quality=88)


if __name__ == "__main__":
    main()
