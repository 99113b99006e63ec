"""Whether a picture is new, and whether two are seen to differ: by what is where in them, from afar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.collection import Collection
from beholder.errors import BadPicture
from beholder.images import open_image
from beholder.types import Floats, Matrix

SIDE = 32
_KNOWN = 150  # pictures of the collection that new ones must not be like
_FLOOR = 1.0  # per cent of known pictures that lie nearer to another one than the floor
_VARIED = 0.8  # of the mean difference between twins, kept between the pictures of an order
_SEEN = 0.08  # root mean square difference at 16 x 16 pixels from which on two pictures are seen to differ


def thumbnail(picture: Image.Image) -> Matrix:
    """(3, SIDE, SIDE) in [-1, 1]"""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float32).transpose(2, 0, 1) / 127.5 - 1


def nearest(pictures: Matrix, known: Matrix, parts: int, others: bool = False) -> Matrix:
    """(n parts²,) the distance of each part of (n, 3, s, s) pictures to the nearest same part of known ones.

    Mirrored ones count. Each part has its mean taken out and is divided by its spread, so that a copy that is lighter
    or duller is still near; two parts that have nothing in common are √2 apart.
    others : the known ones are the pictures, of which each is compared with all but itself
    """
    both = np.concatenate([known, known[..., ::-1]])
    side = pictures.shape[-1] // parts
    found = []
    for y in range(parts):
        for x in range(parts):
            corner = (..., slice(y * side, (y + 1) * side), slice(x * side, (x + 1) * side))
            a, b = _even(pictures[corner]), _even(both[corner])
            alike = a @ b.T
            if others:
                own = np.arange(len(a))
                alike[own, own] = alike[own, own + len(a)] = -1
            found.append(np.sqrt(np.maximum(0, 2 - 2 * alike.max(1))))
    return np.stack(found, 1).ravel()


def _even(pictures: Matrix) -> Matrix:
    rows = pictures.reshape(len(pictures), -1)
    rows = rows - rows.mean(1, keepdims=True)
    unit: Matrix = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)
    return unit


class Novelty:
    """How near pictures may come to known ones: no nearer than 99 % of these are to one another.

    known (n, 3, SIDE, SIDE)
    """

    def __init__(self, known: Matrix) -> None:
        self._known = known
        self._floors = {parts: self._floor(parts) for parts in (1, 2)}

    def _floor(self, parts: int) -> float:
        if len(self._known) < 3:
            return 0.0
        return float(np.percentile(nearest(self._known, self._known, parts, others=True), _FLOOR))

    @classmethod
    def of(cls, collection: Collection) -> Self:
        """Of some pictures of a collection; those that cannot be opened do not count."""
        known = []
        for row in np.random.default_rng(0).permutation(len(collection))[:_KNOWN].tolist():
            try:
                known.append(thumbnail(open_image(collection.items[row].locator, max_side=4 * SIDE)))
            except BadPicture:
                continue
        return cls(np.stack(known) if known else np.empty((0, 3, SIDE, SIDE), np.float32))

    def too_near(self, picture: Image.Image) -> tuple[int, int]:
        """How many of the picture and its quarters are too near: (0 or 1, 0 to 4)."""
        if not len(self._known):
            return 0, 0
        one = thumbnail(picture)[None]
        whole, quarters = (
            int((nearest(one, self._known, parts) < floor).sum()) for parts, floor in self._floors.items()
        )
        return whole, quarters

    def __call__(self, picture: Image.Image) -> bool:
        """Whether a picture is new, whole and in each of its quarters."""
        return self.too_near(picture) == (0, 0)


def coarse(picture: Image.Image) -> Matrix:
    """(16, 16, 3) in [0, 1]: how a picture looks from afar."""
    small = picture.convert("RGB").resize((16, 16), Image.Resampling.BOX)
    seen: Matrix = np.asarray(small, np.float32) / np.float32(255)
    return seen


def apart(a: Image.Image, b: Image.Image) -> float:
    """How different two pictures look from afar: 0 to 1, root mean square at 16 x 16 pixels."""
    return _between(coarse(a), coarse(b))


def _between(a: Matrix, b: Matrix) -> float:
    return float(np.sqrt(np.mean((a - b) ** 2)))


def seen_to_differ(a: Image.Image, b: Image.Image) -> bool:
    return apart(a, b) >= _SEEN


class Unlike:
    """Whether a picture is seen to differ from each of some known ones, by so much at least."""

    def __init__(self, known: Sequence[Image.Image], least: float = _SEEN) -> None:
        self._known, self._least = [coarse(picture) for picture in known], least

    def __call__(self, picture: Image.Image) -> bool:
        one = coarse(picture)
        return all(_between(one, known) >= self._least for known in self._known)


def spread(pictures: Sequence[Image.Image]) -> Floats:
    """(m,) how different each two of some pictures look."""
    pairs: NDArray[np.float64] = np.array(
        [apart(a, b) for k, a in enumerate(pictures) for b in pictures[k + 1 :]], np.float64
    )
    return pairs


class Variety:
    """Whether the pictures of an order look as different from each other as they must: .8 of what their twins do."""

    def __init__(self) -> None:
        self._chosen, self._twins, self._spare = list[Matrix](), list[Matrix](), 0.0

    def spare(self, picture: Image.Image, twin: Image.Image) -> float:
        """How much difference is left over, below 0 where some is missing, with one picture more."""
        one, other = coarse(picture), coarse(twin)
        more = sum(_between(one, known) for known in self._chosen)
        return self._spare + more - _VARIED * sum(_between(other, known) for known in self._twins)

    def add(self, picture: Image.Image, twin: Image.Image) -> None:
        self._spare = self.spare(picture, twin)
        self._chosen.append(coarse(picture))
        self._twins.append(coarse(twin))
