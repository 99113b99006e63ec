"""What a search found: how well each picture fits, why, and what is to be said of the search itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from beholder.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Held:
    """One thing that was asked for, and the pictures of which it holds.

    Attributes
    ----------
    strengths
        (n,) from 0, where it does not hold, to 1
    tell
        what of a picture, by its row, it is that fits
    note
        what is to be said of it
    certainty
        (n,) how sure it is that it holds, where it does: from 0 to 1; None: 1
    weight
        how much it counts beside others
    look
        whether it tells how pictures look, not what they show: it orders what something else finds
    needed
        whether it must hold
    """

    strengths: Floats
    tell: Callable[[int], str]
    note: str = ""
    certainty: Floats | None = None
    weight: float = 1.0
    look: bool = False
    needed: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """The pictures that fit a search.

    Attributes
    ----------
    fits
        (n,) how well each picture fits, from 0, not at all, to 1
    why
        gives what fits of some rows, a few words each time; none where they only look alike
    notes
        sentences about the search: words of which nothing is known, words that were taken for others
    """

    fits: Floats
    why: Callable[[Ints], list[tuple[str, ...]]]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, n: int, held: Sequence[Held], notes: Sequence[str] = (), *, missed: bool = False) -> Found:
        """Of n pictures: first those of which all things hold, then those of which most do.

        Where something is asked for that is no look, looks alone find nothing; missed : whether such a thing holds of
        no picture.

        One of k things that holds with strength s adds 1 - (1 - s) / k to how well a picture fits, times how sure it
        is; things of strength .5 or more that hold for sure and are worth the same are first counted, then compared.
        """
        fits = np.zeros(n)
        for one in held:
            counts = np.where(one.strengths > 0, 1 - (1 - one.strengths) / len(held), 0.0)
            fits += one.weight * counts * (1.0 if one.certainty is None else one.certainty)
        fits /= sum(one.weight for one in held) or 1
        things = [one.strengths > 0 for one in held if not one.look]
        if things or missed:
            fits[~np.any([np.zeros(n, bool), *things], axis=0)] = 0
        for one in held:
            if one.needed:
                fits[one.strengths == 0] = 0

        def why(rows: Ints) -> list[tuple[str, ...]]:
            told = ((one.tell(row) for one in held if one.strengths[row]) for row in rows.tolist())
            return [tuple(dict.fromkeys(filter(None, words))) for words in told]

        return cls(fits, why, (*(one.note for one in held if one.note), *notes))

    def best(self, top: int | None = None) -> Ints:
        """The rows that fit, best first."""
        rows = np.flatnonzero(self.fits)
        return rows[np.argsort(-self.fits[rows], kind="stable")][:top]
