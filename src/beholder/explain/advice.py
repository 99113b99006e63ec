"""A kind word where answers look like clicking: what would help more. Nothing is hidden for it and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from beholder.raters.quality import QUICK
from beholder.raters.signals import share
from beholder.types import Judgement

_RECENT = 20  # answers that are looked at for speed and side
_ONE_SIDED = 19  # of RECENT pairs on one side: 1 in 25,000 by chance
_FEWEST_REPEATS = 8  # with a clear taste 7 of 8 come out the same; half of them or fewer by 1 person in 300

# What was seen; what would help. The second half stands alone where there is room for no more.
TOO_QUICK = (
    "Your last answers came faster than pictures can be looked at; "
    "a few slower answers will help more than many quick ones."
)
SAME_SIDE = (
    "In your last pairs it was nearly always the picture on the {side}; "
    "a look at both before each answer will help more than many answers."
)
OTHERWISE = (
    "When a question was repeated, you often answered differently; "
    "if you like both pictures equally, “both the same” or a skip will help more than picking one."
)


def advice_of(judgements: Sequence[Judgement], predicted: Mapping[str, bool], repeats: tuple[int, int]) -> str:
    """One sentence to the person, "" where there is nothing to say.

    Parameters
    ----------
    judgements
        those that hold, oldest first
    predicted
        by client_id, whether the model before an answer expected it: quick answers that are predicted come from a
        taste, however fast
    repeats
        (answered as before, asked again)
    """
    answers = [j for j in judgements if j.kind in ("rating", "choice", "tie")]
    if _quick(answers[-_RECENT:]) and not _follows_taste(answers, predicted):
        return TOO_QUICK
    sides = [j.side for j in answers if j.side][-_RECENT:]
    for side in ("left", "right"):
        if sides.count(side) >= _ONE_SIDED:
            return SAME_SIDE.format(side=side)
    same, asked = repeats
    return OTHERWISE if asked >= _FEWEST_REPEATS and same <= asked / 2 else ""


def in_short(advice: str) -> str:
    """What would help, without what was seen."""
    words = advice.rpartition("; ")[2]
    return words[:1].upper() + words[1:]


def _quick(recent: Sequence[Judgement]) -> bool:
    seconds = [j.seconds for j in recent if j.seconds is not None]
    return len(seconds) >= _RECENT and float(np.median(seconds)) < QUICK


def _follows_taste(answers: Sequence[Judgement], predicted: Mapping[str, bool]) -> bool:
    quick = [j.client_id for j in answers if j.seconds is not None and j.seconds < QUICK]
    sign = share(np.array([predicted[id] for id in quick if id in predicted]))
    return sign is not None and sign.seen
