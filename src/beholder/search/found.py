"""What a search found: how well each picture fits, why, and what is to be said of the search itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.explain.phrases import listed
from beholder.search.folding import stem, words_of
from beholder.text import shown
from beholder.types import Floats, Ints

_SEXES = frozenset({"woman", "man", "lady"})  # in stems
_LONGEST = 80  # characters of what was asked for, in a sentence
_MANY = 1 / 3  # share of the pictures above which something that holds of them finds none beside something rarer


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
    hints
        (n,) how much speaks for it where it is not even a guess: orders what something else finds; None: nothing
    """

    strengths: Floats
    tell: Callable[[int], str]
    asked: str = ""
    instead: str = ""
    certainty: Floats | None = None
    weight: float = 1.0
    look: bool = False
    needed: bool = False
    hints: Floats | None = None

    @property
    def sure(self) -> NDArray[np.bool_]:
        """(n,) of which pictures it holds, and that is no guess."""
        holds = self.strengths > 0
        return np.asarray(holds if self.certainty is None else holds & (self.certainty == 1))

    @property
    def share(self) -> float:
        """Of how many of the pictures it holds, from 0 to 1."""
        return float((self.strengths > 0).mean()) if len(self.strengths) else 0.0


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
    def of(
        cls,
        n: int,
        held: Sequence[Held],
        notes: Sequence[str] = (),
        *,
        missed: bool = False,
        without: Sequence[Sequence[Held]] = (),
    ) -> Found:
        """Of n pictures: first those of which all things hold, then those of which most do.

        Where something is asked for that is no look, looks alone find nothing; missed : whether such a thing holds of
        no picture. Nor does what holds of many pictures alone, where something else that is asked for holds of fewer.

        One of k things that holds with strength s adds 1 - (1 - s) / k to how well a picture fits, times how sure it
        is; things of strength .5 or more that hold for sure and are worth the same are first counted, then compared.
        Where one holds for sure of some pictures, others of which one is only guessed come behind.

        without : things to be left out, each where all that it is hold
        """
        fits = np.zeros(n)
        for one in held:
            counts = np.where(one.strengths > 0, 1 - (1 - one.strengths) / len(held), 0.0)
            counts *= 1.0 if one.certainty is None else one.certainty
            if one.hints is not None:
                counts = np.where(one.strengths > 0, counts, one.hints * (1 - 0.5 / len(held)))
            fits += one.weight * counts
        fits /= sum(one.weight for one in held) or 1
        things = [one for one in held if not one.look]
        finding = [one for one in things if one.share <= _MANY] or things or ([] if missed else held)
        fits[~_any(n, (one.strengths > 0 for one in finding))] = 0
        left_out = list[str]()
        for thing in without:
            shows = np.all([one.strengths > 0 for one in thing], axis=0)
            if fits.any():
                left_out.append(_left_out(thing, int((shows & (fits > 0)).sum())))
            fits[shows] = 0
        sure = (fits > 0) & _any(n, (one.sure for one in finding))
        guessed = (fits > 0) & _any(n, ((one.strengths > 0) & ~one.sure for one in things or held))
        if sure.any():
            fits[~sure] /= 2
        for one in held:
            if one.needed:
                fits[one.strengths == 0] = 0

        def why(rows: Ints) -> list[tuple[str, ...]]:
            told = ((one.tell(row) for one in held if one.strengths[row]) for row in rows.tolist())
            return [tuple(dict.fromkeys(filter(None, words))) for words in told]

        return cls(fits, why, (*_notes(held, fits > 0), *left_out, *notes), guessed)

    def best(self, top: int | None = None) -> Ints:
        """The rows that fit, best first."""
        rows = np.flatnonzero(self.fits)
        return rows[np.argsort(-self.fits[rows], kind="stable")][:top]


def _notes(held: Sequence[Held], found: NDArray[np.bool_]) -> Iterator[str]:
    """What was looked for in place of what, what is only guessed, and what plays no part; each said once."""
    own = {one.asked for one in held if not one.instead}
    if other := dict.fromkeys(
        f"'{one.instead}' in place of '{one.asked}'" for one in held if one.instead and one.instead not in own
    ):
        yield f"Looked for {listed([*other], 'and')}."
    if any(one.instead == "people" and _SEXES & set(map(stem, words_of(one.asked))) for one in held):
        yield "Women and men cannot be told apart here."
    guessed = [one for one in held if one.certainty is not None]
    if nowhere := dict.fromkeys(one.instead or one.asked for one in guessed if not one.sure.any()):
        yield f"We guess which pictures show {quoted(nowhere, 'and')}."
    if unwritten := dict.fromkeys(one.asked for one in guessed if one.sure.any()):
        yield f"Where {quoted(unwritten, 'or')} is not written, it is a guess; these come last."
    things = [one.strengths > 0 for one in held if not one.look]
    whole = np.all([found, *things], axis=0)
    if len(things) > 1 and not guessed and 0 < whole.sum() < found.sum():
        yield f"Those with all that you ask for come first: {int(whole.sum()):,}. The others have a part of it."
    if idle := dict.fromkeys(one.asked for one in held if found.any() and not (one.strengths[found] > 0).any()):
        yield f"None of these is known to be {quoted(idle, 'or')}."


def _left_out(thing: Sequence[Held], count: int) -> str:
    """What was left out, and of how many pictures."""
    shown = quoted(dict.fromkeys(one.instead or one.asked for one in thing), "and")
    asked = quoted((one.asked for one in thing), "and")
    told = f"{shown}, looked for in place of {asked}" if any(one.instead for one in thing) else shown
    guess = "" if all(one.certainty is None for one in thing) else ", as far as we can guess"
    return f"Without {told}: {f'{count:,} left out{guess}' if count else 'nothing to leave out'}."


def _any(n: int, some: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return np.asarray(np.any([np.zeros(n, bool), *some], axis=0))


def quoted(words: Iterable[str], last: str) -> str:
    """'a' · 'a' or 'b' · 'a', 'b' or 'c', long ones cut; last : the word before the last one"""
    return listed([f"'{shown(word, _LONGEST)}'" for word in words], last)
