"""What a search found: how well each picture fits, why, and what is to be said of the search itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.explain.phrases import listed
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
    asked
        what was asked for, as it was typed
    instead
        what was looked for in its place, as only that is told apart; "" where it is itself
    certainty
        (n,) how sure it is that it holds, where it does: from 0 to 1, less than 1 being a guess; None: 1
    weight
        how much it counts beside others
    look
        whether it tells how pictures look, not what they show: it orders what something else finds
    needed
        whether it must hold
    """

    strengths: Floats
    tell: Callable[[int], str]
    asked: str = ""
    instead: str = ""
    certainty: Floats | None = None
    weight: float = 1.0
    look: bool = False
    needed: bool = False

    @property
    def sure(self) -> NDArray[np.bool_]:
        """(n,) of which pictures it holds, and that is no guess."""
        holds = self.strengths > 0
        return np.asarray(holds if self.certainty is None else holds & (self.certainty == 1))


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
        sentences about the search: words of which nothing is known, words that were taken for others, guesses
    guessed
        (n,) which pictures are only a guess: something that is asked for may hold of them; None: none
    """

    fits: Floats
    why: Callable[[Ints], list[tuple[str, ...]]]
    notes: tuple[str, ...] = ()
    guessed: NDArray[np.bool_] | None = None

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
        things = [one for one in held if not one.look]
        if things or missed:
            fits[~np.any([np.zeros(n, bool), *(one.strengths > 0 for one in things)], axis=0)] = 0
        guesses = [(one.strengths > 0) & ~one.sure for one in things or held]
        guessed = (fits > 0) & np.any([np.zeros(n, bool), *guesses], axis=0)
        for one in held:
            if one.needed:
                fits[one.strengths == 0] = 0

        def why(rows: Ints) -> list[tuple[str, ...]]:
            told = ((one.tell(row) for one in held if one.strengths[row]) for row in rows.tolist())
            return [tuple(dict.fromkeys(filter(None, words))) for words in told]

        return cls(fits, why, (*_notes(held), *notes), guessed)

    def best(self, top: int | None = None) -> Ints:
        """The rows that fit, best first."""
        rows = np.flatnonzero(self.fits)
        return rows[np.argsort(-self.fits[rows], kind="stable")][:top]


def _notes(held: Sequence[Held]) -> Iterator[str]:
    """What was looked for in place of what, and what is only guessed; each said once."""
    for one in held:
        if one.instead:
            yield f"'{one.asked}' is not told apart here: looked for '{one.instead}' of every kind."
    guessed = [one for one in held if one.certainty is not None]
    if nowhere := dict.fromkeys(one.instead or one.asked for one in guessed if not one.sure.any()):
        yield f"No picture surely shows {quoted(nowhere, 'or')}: what comes closest is only a guess."
    if unwritten := dict.fromkeys(one.asked for one in guessed if one.sure.any()):
        yield f"Where {quoted(unwritten, 'or')} is not written, it is a guess; these come last."


def quoted(words: Iterable[str], last: str) -> str:
    """'a' · 'a' or 'b' · 'a', 'b' or 'c'; last : the word before the last one"""
    return listed([f"'{word}'" for word in words], last)
