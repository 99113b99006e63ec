"""What is coming, while an engine works: each estimate and candidate passes its guide, and is seen on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from beholder.create.engine import Guide, Liked
from beholder.create.strokes import Pixels
from beholder.types import Floats, Matrix

Seen = Callable[[int, Image.Image], None]  # (which picture of the order, how it looks so far)


class Watched:
    """A guide that shows what it is asked about."""

    def __init__(self, guide: Guide, look: Callable[[Image.Image], None]) -> None:
        self._guide, self._look = guide, look
        self.encoder, self.liked, self.wanted, self.unwanted = guide.encoder, guide.liked, guide.wanted, guide.unwanted

    @property
    def told(self) -> Sequence[str]:
        return self._guide.told

    def bound(self, pictures: Sequence[Image.Image]) -> Floats:
        found = self._guide.bound(pictures)
        self._look(pictures[int(np.argmax(found))])
        return found

    def bound_of(self, rows: Matrix) -> Floats | None:
        return self._guide.bound_of(rows)

    def looks(self, pictures: Sequence[Image.Image]) -> Matrix:
        return self._guide.looks(pictures)

    def loved(
        self, rng: np.random.Generator, strength: float, parent: Liked | None = None
    ) -> tuple[Matrix | None, list[str]]:
        return self._guide.loved(rng, strength, parent)

    def prompts(self) -> list[tuple[str, str]]:
        return self._guide.prompts()

    def slope(self, pixels: Pixels) -> Pixels | None:
        self._look(Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)))
        return self._guide.slope(pixels)
