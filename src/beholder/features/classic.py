"""The encoder `classic`: what a picture looks like, in numbers that NumPy alone can measure. Nothing to load.

Thirteen blocks (`beholder.features.blocks`, each with its source): colour, layout, edges, texture, symmetry,
complexity. Chosen on choices among photographs of flowers and houses and on mean ratings of photographs; paintings
were left for the test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from beholder.features import blocks
from beholder.features.canvas import ANGLES, CELLS, CHROMA, SIDE, THIN, Array, Canvas, canvas
from beholder.features.encoder_row import EncoderRow
from beholder.types import Matrix

_REVISION = "1"  # to be raised with every change of a number that a block gives


@dataclass(frozen=True, slots=True)
class _ClassicPart:
    """`placed`: whether it says where or in which direction, and so changes when the picture is mirrored."""

    of: Callable[[Canvas], Array]
    numbers: int
    placed: bool = False

    @property
    def name(self) -> str:
        return str(self.of.__name__)


BLOCKS = (
    _ClassicPart(blocks.colour_moments, 16),
    _ClassicPart(blocks.hues, 12),
    _ClassicPart(blocks.tones, 6),
    _ClassicPart(blocks.figure_colours, 8),
    _ClassicPart(blocks.colour_edges, 8, placed=True),
    _ClassicPart(blocks.layout, 27, placed=True),
    _ClassicPart(blocks.rings, 15),
    _ClassicPart(blocks.edge_directions, 30, placed=True),
    _ClassicPart(blocks.spectrum, 22, placed=True),
    _ClassicPart(blocks.local_patterns, 40),
    _ClassicPart(blocks.contrasts, 15),
    _ClassicPart(blocks.likeness, 18),
    _ClassicPart(blocks.symmetry, 5),
    _ClassicPart(blocks.complexity, 8),
    _ClassicPart(blocks.focus, 14),
)


class ClassicRuntime:
    """One row a picture, of any mode and size; the same alone as in a batch."""

    row = EncoderRow(
        name="classic",
        dimension=sum(block.numbers for block in BLOCKS),
        licence="Apache-2.0",
        bytes=0,
        source="beholder.features.classic",
        revision=_REVISION,
        preprocessing={"side": SIDE, "thin": THIN, "cells": CELLS, "angles": ANGLES, "chroma": CHROMA},
    )

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32, all finite."""
        rows = [self._one(canvas(picture)) for picture in pictures]
        return np.array(rows, np.float32).reshape(-1, self.row.dimension)

    def _one(self, seen: Canvas) -> Array:
        return np.concatenate([block.of(seen) for block in BLOCKS])
