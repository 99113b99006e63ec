"""What a person's answers have given so far, in their own terms."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.explain import Verdict

_WORTHWHILE_GAIN = 0.005  # share of all pairs
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

    @property
    def pays(self) -> bool | None:
        """Whether answering on is worth it: AHEAD answers order WORTHWHILE_GAIN more pairs. None: not known."""
        if self.later is None or self.accuracy is None:
            return None
        return self.later - self.accuracy >= _WORTHWHILE_GAIN


def missing(weight: int, pictures: int) -> int:
    """How many answers are missing for a ranking of one's own: of ten, or of fewer where there are few pictures."""
    return max(min(_ENOUGH, max(pictures - 1, 1)) - weight, 0)


def early(count: int, weight: int, left: int) -> Progress:
    """What is said of few answers, and before there is a model."""
    verdict = Verdict("open", f"It is early: {count} answer{'s' * (count != 1)} so far.")
    return Progress(count, None, None, verdict, _too_early(count, left), weight=weight, left=left)


def _too_early(count: int, left: int) -> str:
    said = f"{count or 'no'} answer{'s' * (count != 1)}{' yet' * (not count)}"
    if not left:
        return f"{said}; learning what you like"
    return f"{said}; {left}{' more' * (count > 0)} until your own ranking{', and a grid counts as three' * (left > 3)}"
