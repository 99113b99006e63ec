"""Make docs/hacked.jpg, pictures that fool the taste that made them, in docs/create.md: python runs/hacked.py"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from beholder.create import repaint
from beholder.create.guide import OtherEye, TasteGuide
from beholder.create.strokes import Pixels
from beholder.images import open_image
from created import CELL, GAP, row, session_of_ada

SHEET = Path(__file__).resolve().parents[1] / "docs" / "hacked.jpg"
SIDE = 160  # pixels, as the encoder sees a picture
STEPS, MOST = 20, 6 / 255  # up the slope; how far a pixel may go
PICTURES = (0, 7, 12, 3)  # of the gallery
SHOWN = 15  # times the change, to be seen


def raised(pixels: Pixels, guide: TasteGuide) -> Pixels:
    """The same picture with each pixel moved a little up the slope of the taste."""
    moved = pixels
    for _ in range(STEPS):
        slope = guide.slope(moved)
        if slope is None:
            raise SystemExit("the collection was not seen by the encoder that has a slope")
        moved = np.clip(moved + 2 * MOST / STEPS * np.sign(slope), pixels - MOST, pixels + MOST).clip(0, 1)
    return moved


def picture_of(pixels: Pixels) -> Image.Image:
    return Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))


def main() -> None:
    sheet = Image.new("RGB", (len(PICTURES) * (CELL + GAP) - GAP, 4 * (CELL + GAP) - GAP), "white")
    with session_of_ada() as session:
        reading = session.reading()
        guide, other = TasteGuide(reading), OtherEye.of(reading.collection, reading.history.answers)
        assert other is not None
        before = [
            open_image(reading.collection.items[k].locator, max_side=2 * SIDE).resize((SIDE, SIDE)) for k in PICTURES
        ]
        plain = [np.asarray(picture, np.float64) / 255 for picture in before]
        hacked = [raised(pixels, guide) for pixels in plain]
        change = [picture_of((0.5 + SHOWN / 2 * (a - b)).clip(0, 1)) for a, b in zip(hacked, plain, strict=True)]
        after = [picture_of(pixels) for pixels in hacked]
        painted, painted_after = ([repaint(one, "oil", side=2 * SIDE) for one in some] for some in (before, after))
        rows = {"as it was": before, "raised": after, "painted": painted, "raised, painted": painted_after}
        for name, pictures in rows.items():
            print(f"{name:16}", *(f"{eye.spreads(pictures).round(2)}" for eye in (guide, other)))
    for at, pictures in enumerate((before, after, change, painted_after)):
        row(sheet, at, [one.resize((CELL, CELL), Image.Resampling.BICUBIC) for one in pictures])
    sheet.save(SHEET, quality=90)
    print(SHEET)


if __name__ == "__main__":
    main()
