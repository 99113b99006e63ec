"""The pictures behind the rows of X, for a model that must look at the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadPicture, UserError
from beholder.features.encoder_row import OPENED_AT
from beholder.images import open_image
from beholder.locator import Locator
from beholder.types import Ints, Matrix

KEPT = 1_000_000_000  # bytes of pictures that are kept at most, about 20,000 of 128 x 128


class Pictures:
    """A picture is found by its row's own numbers: whoever has a row of X has the picture.

    X : (n, d) · files : (n,) · two pictures of the very same row are the same to everybody, and to this
    """

    def __init__(self, X: Matrix, files: Sequence[Path | Locator]) -> None:
        self.files = tuple(files)
        self._place = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(X, np.float32))}
        self._kept: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def places(self, X: Matrix) -> Ints:
        """(k,) which picture each row of X, (k, d), is of. raises : UserError for a row that is of none"""
        found = [self._place.get(row.tobytes(), -1) for row in np.ascontiguousarray(X, np.float32)]
        if -1 in found:
            raise UserError(f"row {found.index(-1)} of X belongs to no picture that this model was given")
        return np.array(found, np.int64)

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
        if (1 + len(self._kept)) * square.nbytes <= KEPT:
            self._kept[place, side] = square
        return square
