"""What a person's answers have given so far, in their own terms."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.explain import Verdict

_WORTHWHILE_GAIN = 0.005  # share of all pairs


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

    @property
    def pays(self) -> bool | None:
        """Whether answering on is worth it: AHEAD answers order WORTHWHILE_GAIN more pairs. None: not known."""
        if self.later is None or self.accuracy is None:
            return None
        return self.later - self.accuracy >= _WORTHWHILE_GAIN


def early(count: int, weight: int) -> Progress:
    """What is said of few answers, and before there is a model."""
    verdict = Verdict("open", f"It is early: {count} answer{'s' * (count != 1)} so far.")
    return Progress(count, None, None, verdict, _too_early(count, weight), weight=weight)


def _too_early(count: int, weight: int) -> str:
    if count == 0:
        return "no answers yet; your own ranking comes after ten, and a grid counts as three"
    left = 10 - weight
    more = f"{left} more until your own ranking" if left > 0 else "learning what you like"
    return f"{count} answer{'s' * (count > 1)}; {more}"
