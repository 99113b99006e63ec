"""Whose taste is like everybody's: the tested raters in quarters by how far they agree with all others.

It is for grouping only, so all recorded answers count, those on query pictures too: no method ever sees it. Whoever
clicks at random agrees with nobody and is in the least quarter, beside people with a taste of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from beholder.raters.signals import FEWEST_RATED, Sign, as_others_rate, rank_correlation, share, with_majority
from beholder.research.datasets import Choices, Ratings
from beholder.research.datasets.dataset import Flags

QUARTERS = ("agree least", "agree little", "agree much", "agree most")
_FEWEST = 8  # raters, two a quarter
_NAMED = 5  # raters that a sentence names
_DECIMALS = 9  # of a mean: further ones depend on the order in which it was summed up, and would part equal means


def agreement(judgements: Ratings | Choices, raters: Iterable[int]) -> dict[int, float]:
    """How far each of these raters agrees with all others, where at least FEWEST_RATED of their answers can tell.

    Of ratings, Spearman's correlation with the mean rating of all others on the same pictures, where neither is
    constant. Of choices, the share of a rater's that are those of most others on the same pair, in either
    order; ties, pairs that nobody else chose in, and pairs on which the others are split say nothing.

    Parameters
    ----------
    raters
        positions in the set's raters
    """
    sign_of = _of_ratings(judgements) if isinstance(judgements, Ratings) else _of_choices(judgements)
    found = {one: sign_of(judgements.rater == one) for one in raters}
    return {one: round(sign.value, _DECIMALS) for one, sign in found.items() if sign and sign.n >= FEWEST_RATED}


def quarters(
    names: Sequence[str], judgements: Ratings | Choices, tested: Iterable[int]
) -> tuple[dict[str, frozenset[str]], list[str]]:
    """The names of the tested raters in each of QUARTERS, and sentences on who is in none and why.

    Where fewer than FEWEST raters are tested, or agree with others in a way that is known, there are no quarters. Sizes
    differ by one at most, the first ones are larger; who agrees alike is sorted by name.

    Parameters
    ----------
    names
        of all raters of the set
    tested
        positions in it
    """
    tested = sorted(set(tested))
    if len(tested) < _FEWEST:
        return {}, []
    known = agreement(judgements, tested)
    if len(known) < _FEWEST:
        few = f"quarters by agreement: {len(known)} of {len(tested)} raters can be compared with others, too few"
        return {}, [few]
    order = sorted((agrees, names[one]) for one, agrees in known.items())
    parts = np.array_split(np.arange(len(order)), len(QUARTERS))
    groups = {
        quarter: frozenset(order[at][1] for at in part.tolist()) for quarter, part in zip(QUARTERS, parts, strict=True)
    }
    unknown = [names[one] for one in tested if one not in known]
    more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
    told = f"quarters by agreement: without {len(unknown):,} of {len(tested):,} raters, too few of whose answers "
    return groups, [f"{told}can be compared: {', '.join(unknown[:_NAMED])}{more}"] if unknown else []


def _of_ratings(ratings: Ratings) -> Callable[[Flags], Sign | None]:
    others = as_others_rate(ratings.item, ratings.score, ratings.rater).round(_DECIMALS)
    return lambda own: rank_correlation(ratings.score[own], others[own])


def _of_choices(choices: Choices) -> Callable[[Flags], Sign | None]:
    agrees = with_majority(choices.items, choices.answer, choices.rater)
    return lambda own: share(agrees[own])
