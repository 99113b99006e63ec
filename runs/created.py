"""Make docs/created.jpg, the sheet of made pictures in docs/create.md: python runs/created.py"""

from __future__ import annotations

import tempfile
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

SHEET = Path(__file__).resolve().parents[1] / "docs" / "created.jpg"
COUNT, SIDE, CELL, GAP = 6, 512, 256, 6
SEEN = 3  # the random seed of the picture that is painted again


def row(sheet: Image.Image, at: int, pictures: list[Image.Image]) -> None:
    """One row of pictures, each in the middle of its cell."""
    for k, picture in enumerate(pictures):
        small = picture.copy()
        small.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
        left, top = k * (CELL + GAP) + (CELL - small.width) // 2, at * (CELL + GAP) + (CELL - small.height) // 2
        sheet.paste(small, (left, top))


def main() -> None:
    sheet = Image.new("RGB", (COUNT * (CELL + GAP) - GAP, 5 * (CELL + GAP) - GAP), "white")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        library = Library(home, config=Settings(home=home))
        paint_gallery(library, silent)
        ada = Demonstration.begin(library, 0)
        for _ in range(QUESTIONS):
            ada.answer()
        session = Session(library, "gallery", "Ada")
        session.settle()
        for at, engine in ((0, "flow"), (2, "painter")):
            made = create(session, Order(count=COUNT, engine=engine, strength=0.4, seed=1, side=SIDE))
            row(sheet, at, [one.picture for one in made])
            row(sheet, at + 1, [one.twin for one in made])
            for one in made:
                print(engine, f"{one.score:.2f} {one.twin_score:.2f}", one.other_score, one.other_twin_score)
        library.close()
    view = paint_by_chance(np.random.default_rng(SEEN), "landscape")
    row(sheet, 4, [view, *(repaint(view, style, side=SIDE) for style in STYLES)])
    sheet.save(SHEET, quality=88)
    print(SHEET)


if __name__ == "__main__":
    main()
