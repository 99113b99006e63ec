"""How good a rater's answers are, and whether somebody seems to click at random.

A person whose taste is all their own agrees with nobody, and a quick one may know at once: neither clicks at random.
What a random clicker cannot show is a *sign* of having looked (`raters.signals`). So the rule is

    with times       quick (median under QUICK), and the quick answers are surely not predicted (where that is not
                     known: surely lack some sign), and show none
    without times    surely lacking is what is the person's own (predicted answers or repeats) and what is shared with
                     others, where that is known, and nothing is better than chance

Nobody is suspected on speed alone, nobody who took their time on disagreement, and nobody at all on few answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from beholder.raters.signals import (
    Sign,
    as_others_rate,
    chosen_as_before,
    predicted_choices,
    predicted_ratings,
    rank_correlation,
    rated_before,
    share,
    with_majority,
)
from beholder.types import Floats, Ints

QUICK = 0.6  # seconds: the medians of people who look are .9 and more, of two who clicked .17 to .40 (docs/bench.md)
_ASIDE, _IMPROBABLE = 0.1, 0.001  # from one half, and by chance: from here on, the share of left answers stands out
_FEWEST = 10  # answers, below which nobody is said to rate everything alike
_LEVEL = 0.8  # share of ratings that are all the same, from which they say little


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found of each sign; None where it cannot be known.

    Attributes
    ----------
    agreement
        with the others' majority on the same pairs, or their mean rating
    gold
        mean IS on images of known score (`raters.gold`)
    predicted
        from the person's other answers and the pictures
    repeats
        the same asked again
    """

    agreement: Sign | None = None
    gold: Sign | None = None
    predicted: Sign | None = None
    repeats: Sign | None = None

    @property
    def shared(self) -> list[Sign]:
        """Those that come from other people, and that a taste of one's own need not show."""
        return [sign for sign in (self.agreement, self.gold) if sign]

    @property
    def own(self) -> list[Sign]:
        """Those that every taste shows."""
        return [sign for sign in (self.predicted, self.repeats) if sign]

    @property
    def all(self) -> list[Sign]:
        return self.shared + self.own


@dataclass(frozen=True, slots=True)
class RaterQuality:
    """What is known of one rater.

    Attributes
    ----------
    answers
        how many
    seconds
        their median, NaN where no times are known
    signs
        over the quick answers of who is quick, over all of anybody else's
    left
        choices: the share answered with the left picture, 1 to 0; NaN for ratings and where all are ties
    left_p
        how improbable a share so far from one half is by chance (binomial, two-sided)
    level
        ratings: the share of the most frequent one; NaN for choices
    clicker
        whether a random clicker is suspected
    faults
        sentences without a subject, the suspicion first; empty for most people
    """

    answers: int
    seconds: float
    signs: Signs
    left: float
    left_p: float
    level: float
    clicker: bool
    faults: tuple[str, ...]


def quality_of_choices(
    pairs: Ints, answer: Ints, rater: Ints, seconds: Floats, rows: Floats
) -> dict[int, RaterQuality]:
    """The quality of everybody who chose.

    Parameters
    ----------
    pairs, answer, rater
        (m, 2), (m,), (m,) as in `raters.signals`
    seconds
        (m,) NaN where unknown
    rows
        (n, c) a few numbers a picture, of mean squared length about 1; with c = 0 nothing is predicted
    """
    agrees = with_majority(pairs, answer, rater)
    found = {}
    for one in np.unique(rater).tolist():
        own = np.flatnonzero(rater == one)
        median, told = _judged_by(own, seconds)
        differences = rows[pairs[told, 0]] - rows[pairs[told, 1]]
        signs = Signs(
            agreement=share(agrees[told]),
            predicted=share(predicted_choices(differences, answer[told])),
            repeats=share(chosen_as_before(pairs[own], answer[own])),
        )
        found[one] = _quality(len(own), median, signs, answer=answer[own])
    return found


def quality_of_ratings(
    item: Ints, score: Floats, rater: Ints, seconds: Floats, rows: Floats, gold: Floats
) -> dict[int, RaterQuality]:
    """The quality of everybody who rated.

    Parameters
    ----------
    item, score, rater, seconds
        (r,) as in `raters.signals`
    rows
        as in `quality_of_choices`
    gold
        (r,) IS of each rating, NaN where no score is known
    """
    others = as_others_rate(item, score, rater)
    found = {}
    for one in np.unique(rater).tolist():
        own = np.flatnonzero(rater == one)
        median, told = _judged_by(own, seconds)
        signs = Signs(
            agreement=rank_correlation(score[told], others[told]),
            gold=share(gold[told]),
            predicted=rank_correlation(score[told], predicted_ratings(rows[item[told]], score[told])),
            repeats=rank_correlation(score[own], rated_before(item[own], score[own])),
        )
        alike = int(np.unique(score[own], return_counts=True)[1].max())
        found[one] = _quality(len(own), median, signs, alike=alike)
    return found


def position_bias(answer: Ints) -> tuple[float, float]:
    """Share of left among the choices that are no ties, and p of its being one half; (NaN, 1) without any.

    Parameters
    ----------
    answer
        (m,) 1 left, 0 tie, -1 right
    """
    left, decided = int((answer == 1).sum()), int((answer != 0).sum())
    if not decided:
        return float("nan"), 1.0
    return left / decided, float(binomtest(left, decided).pvalue)


def _judged_by(own: Ints, seconds: Floats) -> tuple[float, Ints]:
    """The median time of these answers, and those to look for signs in: of who is quick, the quick ones."""
    known = own[~np.isnan(seconds[own])]
    median = float(np.median(seconds[known])) if len(known) else float("nan")
    return median, known[seconds[known] < QUICK] if median < QUICK else own


def _quality(
    answers: int,
    seconds: float,
    signs: Signs,
    answer: Ints | None = None,
    alike: int | None = None,
) -> RaterQuality:
    """answer : (m,) of who chose; alike : of who rated, how many ratings are the most frequent one"""
    left, left_p = (float("nan"), 1.0) if answer is None else position_bias(answer)
    level = float("nan") if alike is None else alike / answers
    clicker = is_clicker(seconds, signs)
    faults = [_suspicion(seconds, signs)] if clicker else []
    if answer is not None and abs(left - 0.5) > _ASIDE and left_p < _IMPROBABLE:
        side, sign = ("left", 1) if left > 0.5 else ("right", -1)
        chosen, decided = np.count_nonzero(answer == sign), np.count_nonzero(answer)
        faults.append(f"chose the {side} picture in {chosen:,} of {decided:,} answers")
    if alike is not None and level > _LEVEL and answers >= _FEWEST:
        faults.append(f"gave the same rating to {alike:,} of {answers:,} pictures")
    if signs.repeats and not signs.repeats.seen and signs.repeats.n >= 10:
        faults.append(f"answered otherwise when the same was asked again ({_in_words(signs.repeats)})")
    return RaterQuality(answers, seconds, signs, left, left_p, level, clicker, tuple(faults))


def is_clicker(seconds: float, signs: Signs) -> bool:
    """The rule at the head of this file. seconds : the median, NaN where unknown"""
    if not np.isnan(seconds):
        telling = (
            [signs.predicted] if signs.predicted else signs.all
        )  # a quick taste of one's own may agree with nobody
        return seconds < QUICK and _any_absent(telling) and not any(sign.seen for sign in signs.all)
    lacking = _any_absent(signs.own) and all(sign.absent for sign in signs.shared)
    return lacking and not any(sign.low > sign.chance for sign in signs.all)


def _any_absent(signs: list[Sign]) -> bool:
    return any(sign.absent for sign in signs)


def _suspicion(seconds: float, signs: Signs) -> str:
    names = {
        "the others' answers": signs.agreement,
        "known scores": signs.gold,
        "what the pictures predict": signs.predicted,
        "their own answers before": signs.repeats,
    }
    found = "; ".join(f"with {name}: {_in_words(sign)}" for name, sign in names.items() if sign and sign.absent)
    pace = "no times are known" if np.isnan(seconds) else f"{seconds:.2f} s an answer in the median"
    return f"seems to click at random: {pace}, and the answers agree with nothing ({found})"


def _in_words(sign: Sign) -> str:
    return f"{100 * sign.value:.0f} in 100" if sign.chance else f"rank correlation {sign.value:.2f}"
