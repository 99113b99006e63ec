"""What a person's answers have given so far, in their own terms."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.explain import Verdict
from beholder.prequential import Expected

_WORTHWHILE_GAIN = 0.005  # share of all pairs
_FEW_CARED = 0.5  # share of pairs of which it is said that the person cares for neither picture, if more are so
_CHANCE = 0.5  # share of pairs that a coin ranks right
_ENOUGH = 10  # answers after which a ranking is the person's own; a grid counts as three


@dataclass(frozen=True, slots=True)
class Progress:
    """What the answers have given. accuracy, margin: share of pairs ranked the person's way, half its 90 % interval.

    Attributes
    ----------
    verdict
        what they show of the taste
    sentence
        how well the ranking is the person's
    weight
        the answers, a grid counted as three
    left
        how many answers are missing for a ranking of their own
    later, later_margin
        the same after AHEAD more answers; None where that cannot be told
    advice
        what would help more, where the answers look like clicking; else ""
    cared
        share of pairs in which the person cares which picture is ahead
    """

    answers: int
    accuracy: float | None
    margin: float | None
    verdict: Verdict
    sentence: str
    advice: str = ""
    later: float | None = None
    later_margin: float | None = None
    weight: int = 0
    left: int = 0
    cared: float = 1.0

    @property
    def pays(self) -> bool | None:
        """Whether answering on is worth it: AHEAD answers order WORTHWHILE_GAIN more pairs. None: not known."""
        if self.later is None or self.accuracy is None:
            return None
        return self.later - self.accuracy >= _WORTHWHILE_GAIN

    @property
    def cares_for_few(self) -> bool:
        """Whether most pictures show nothing that the person loves, so that the order of most pairs is chance."""
        return self.cared < _FEW_CARED

    @property
    def above_chance(self) -> bool:
        """Whether the ranking is surely better than chance."""
        return self.accuracy is not None and self.margin is not None and self.accuracy - self.margin > _CHANCE


def missing(weight: int, pictures: int) -> int:
    """How many answers are missing for a ranking of one's own."""
    return max(needed(pictures) - weight, 0)


def needed(pictures: int) -> int:
    """How many answers make a ranking of one's own: ten, or fewer where there are few pictures."""
    return min(_ENOUGH, max(pictures - 1, 1))


def in_words(now: Expected) -> str:
    """How well the ranking is the person's, with all that is known of it."""
    low, high = (round(100 * min(max(now.now + side * now.margin, 0), 1)) for side in (-1, 1))
    same = f"your ranking picks the same one as you {100 * now.now:.0f} % of the time (most likely {low} to {high} %)"
    if now.cared < _FEW_CARED:
        few = "You love only some kinds of picture here; of two that you do not love, either may come first"
        return f"{few}. Of any two, {same}."
    if now.now - now.margin > _CHANCE:
        return f"Of two pictures, {same}."
    return f"We are still finding out what you like: of two pictures, {same}; guessing would give 50 %."


def early(count: int, weight: int, left: int) -> Progress:
    """What is said of few answers, and before there is a model."""
    verdict = Verdict("open", f"It is early: {count} answer{'s' * (count != 1)} so far.")
    return Progress(count, None, None, verdict, _too_early(count, left), weight=weight, left=left)


def _too_early(count: int, left: int) -> str:
    said = f"{count or 'no'} answer{'s' * (count != 1)}{' yet' * (not count)}"
    if not left:
        return f"{said}; learning what you like"
    return (
        f"{said}; {left}{' more' * (count > 0)} until your first results{', and a grid counts as three' * (left > 3)}"
    )
