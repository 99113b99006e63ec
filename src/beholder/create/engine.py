"""What makes pictures, and what it may be guided by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from PIL import Image

from beholder.create.strokes import Pixels
from beholder.types import Floats, Matrix


@dataclass(frozen=True, eq=False)
class Sketch:
    """A picture that an engine made: not yet painted by a brush, with what it was made of.

    Attributes
    ----------
    at
        the picture for a longer side of so many pixels; smaller where the engine makes none so large
    recipe
        plain values for JSON, enough for the same engine to make it again
    """

    at: Callable[[int], Image.Image]
    recipe: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Liked:
    """A picture that was made before, and that the person loves.

    Attributes
    ----------
    row
        of the encoder of the guide
    made_of
        the recipe of its sketch
    """

    name: str
    picture: Image.Image
    row: Matrix
    engine: str
    made_of: dict[str, Any]


@runtime_checkable
class Guide(Protocol):
    """A person's taste, as engines know it.

    encoder : the key of the encoder that `loved` gives rows of
    liked : what new pictures may be children of
    wanted : words that they are to show
    unwanted : words of what they are not to show
    told : words of the things that the taste likes to be shown
    """

    encoder: str
    liked: Sequence[Liked]
    wanted: Sequence[str]
    unwanted: Sequence[str]

    @property
    def told(self) -> Sequence[str]: ...

    def bound(self, pictures: Sequence[Image.Image]) -> Floats:
        """(b,) lower bounds of how much the person would like them, in standard deviations of their collection."""

    def bound_of(self, rows: Matrix) -> Floats | None:
        """(n,) the same of pictures of which are known the encoder's rows and the attributes (n, d).

        None where a taste is told by other rows.
        """

    def looks(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, d) of length 1: the product of two is how alike pictures are to the encoders."""

    def loved(
        self, rng: np.random.Generator, strength: float, parent: Liked | None = None
    ) -> tuple[Matrix | None, list[str]]:
        """A row of the encoder `builtin` that a picture to love might have, and the names of those it is made of.

        None where the collection was not seen by it. parent : one of them
        """

    def prompts(self) -> list[tuple[str, str]]:
        """What an image generator is to show, and what not, in each way that the person likes; none without words."""

    def slope(self, pixels: Pixels) -> Pixels | None:
        """(h, w, 3) by how much the bound of a picture rises with its pixels; None where no way leads back."""


class Engine(Protocol):
    """Makes pictures from seeds; guided by a taste where there is a guide and `strength` is above 0."""

    name: str
    painted: bool  # whether its pictures are finished as they are, and are not painted by a brush unless asked for
    apart: bool  # whether the pictures of several seeds have nothing to do with one another

    def plain(self, seed: int) -> Sketch:
        """The picture of a seed that nobody's taste was asked about: always the same."""

    def guided(self, seeds: Sequence[int], guide: Guide, strength: float) -> list[list[Sketch]]:
        """For each seed some candidates for a picture to love. The same seeds, guide and strength give the same.

        Where the pictures are not apart, all seeds have the same candidates, the best first.
        """
