"""The encoder `measures`: named palettes, light, surface and layout as numbers; nothing to load.

Its rows are no columns of X: they are kept beside it, for the words that are read off them (`beholder.concepts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.features.encoder_row import EncoderRow
from beholder.features.measures.measuring import NAMES, SIDE, THIN, measure
from beholder.features.vocabulary import Vocabulary
from beholder.types import Matrix

__all__ = ["NAMES", "MeasuresRuntime"]

_WORDS = Path(__file__).with_name("measures.json")
_REVISION = "1"  # to be raised with every change of a number that is measured


class MeasuresRuntime:
    """A row of `NAMES` a picture, of any mode and size; the same alone as in a batch."""

    row = EncoderRow(
        name="measures",
        dimension=len(NAMES),
        licence="Apache-2.0",
        bytes=0,
        source="beholder.features.measures",
        revision=_REVISION,
        preprocessing={"side": SIDE, "thin": THIN, "names": NAMES},
    )

    @cached_property
    def vocabulary(self) -> Vocabulary | None:
        """The words that are read off these numbers."""
        return Vocabulary.read(_WORDS, self.row.dimension) if _WORDS.is_file() else None

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32, all finite."""
        return np.array([measure(picture) for picture in pictures], np.float32).reshape(-1, self.row.dimension)
