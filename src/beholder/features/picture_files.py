"""The pictures behind the rows of X, for a model that must look at the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadPicture
from beholder.features.encoder_row import OPENED_AT
from beholder.images import open_image
from beholder.locator import Locator
from beholder.types import Ints

_KEPT = 1_000_000_000  # bytes of pictures that are kept at most, about 20,000 of 128 x 128


class Pictures:
    """The pictures behind the rows of a table.

    Parameters
    ----------
    files
        (n,)
    """

    def __init__(self, files: Sequence[Path | Locator]) -> None:
        self.files = tuple(files)
        self._kept: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def squares(self, places: Ints, side: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """(k, side, side, 3) those pictures, squashed, and (k,) whether each could be opened; grey where not."""
        squares, there = np.full((len(places), side, side, 3), 128, np.uint8), np.zeros(len(places), bool)
        for i, place in enumerate(places.tolist()):
            found = self._square(place, side)
            if found is not None:
                squares[i], there[i] = found, True
        return squares, there

    def _square(self, place: int, side: int) -> NDArray[np.uint8] | None:
        if (place, side) in self._kept:
            return self._kept[place, side]
        try:
            picture = open_image(self.files[place], max_side=OPENED_AT)
        except BadPicture:
            return None
        square = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
        if (1 + len(self._kept)) * square.nbytes <= _KEPT:
            self._kept[place, side] = square
        return square
