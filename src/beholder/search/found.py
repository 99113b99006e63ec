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
    """

    strengths: Floats
    tell: Callable[[int], str]
    note: str = ""


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
    def of(cls, n: int, held: Sequence[Held], notes: Sequence[str] = ()) -> Found:
        """Of n pictures: first those of which all things hold, then those of which most do.

        A picture of which j of k things hold fits (j - 1 + the mean strength of these j) / k.
        """
        strengths = np.array([one.strengths for one in held]).reshape(len(held), n)
        holds = strengths > 0
        count = holds.sum(axis=0)
        mean = strengths.sum(axis=0) / np.maximum(count, 1)
        fits = np.where(count > 0, (count - 1 + mean) / max(1, len(held)), 0.0)

        def why(rows: Ints) -> list[tuple[str, ...]]:
            told = ((one.tell(row) for one in held if one.strengths[row]) for row in rows.tolist())
            return [tuple(dict.fromkeys(filter(None, words))) for words in told]

        return cls(fits, why, (*(one.note for one in held if one.note), *notes))

    def best(self, top: int | None = None) -> Ints:
        """The rows that fit, best first."""
        rows = np.flatnonzero(self.fits)
        return rows[np.argsort(-self.fits[rows], kind="stable")][:top]
