"""The pictures behind the rows of X, for a model that must look at the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UserError
from beholder.features.registry import OPENED_AT
from beholder.images import open_image
from beholder.types import Ints, Matrix

KEPT = 1_000_000_000  # bytes of pictures that are kept at most, about 20,000 of 128 x 128


class Pictures:
    """A picture is found by its row's own numbers: whoever has a row of X has the picture.

    X : (n, d) · files : (n,) · two pictures of the very same row are the same to everybody, and to this
    """

    def __init__(self, X: Matrix, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        self._place = {row.tobytes(): i for i, row in enumerate(np.ascontiguousarray(X, np.float32))}
        self._kept: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def places(self, X: Matrix) -> Ints:
        """(k,) which picture each row of X, (k, d), is of. raises : UserError for a row that is of none"""
        found = [self._place.get(row.tobytes(), -1) for row in np.ascontiguousarray(X, np.float32)]
        if -1 in found:
            raise UserError(f"row {found.index(-1)} of X belongs to no picture that this model was given")
        return np.array(found, np.int64)

    def squares(self, places: Ints, side: int) -> NDArray[np.uint8]:
        """(k, side, side, 3) those pictures, squashed. raises : BadPicture where one cannot be opened any more"""
        from beholder.features.networks.network import squares_of

        squares = np.empty((len(places), side, side, 3), np.uint8)
        for square, place in zip(squares, places.tolist(), strict=True):
            if (place, side) in self._kept:
                square[:] = self._kept[place, side]
                continue
            square[:] = squares_of([open_image(self.files[place], max_side=OPENED_AT)], side)[0]
            if (1 + len(self._kept)) * square.nbytes <= KEPT:
                self._kept[place, side] = square.copy()
        return squares
