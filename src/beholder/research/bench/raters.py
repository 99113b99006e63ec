"""The raters of a set: how good each one's answers are, and who had better be looked at before the figures are."""

from __future__ import annotations

import math

import numpy as np

from beholder.cells import Marks, NotANumber, marks_of, number
from beholder.errors import BadInput
from beholder.raters.gold import gold_scores
from beholder.raters.quality import RaterQuality, quality_of_choices, quality_of_ratings
from beholder.research.datasets import Choices, Dataset, Ratings
from beholder.taste.feature_map import principal_components
from beholder.text import shown
from beholder.types import Floats, Matrix

_COMPONENTS = 40  # of the pictures, from which answers are predicted
_FEW = 5  # repeats that a sentence names
_GOLD = "gold"  # the column of items.csv with the known score of gold images

Qualities = dict[int, RaterQuality]  # by position in the set's raters


def qualities(data: Dataset, judgements: Ratings | Choices, X: Matrix) -> Qualities:
    """Everybody's quality, by these judgements of the set. X : (n, d) its pictures"""
    rows = _few_numbers(X)
    if isinstance(judgements, Ratings):
        j = judgements
        gold = gold_scores(j.score, known_scores(data)[j.item], scale_of(data))
        return quality_of_ratings(j.item, j.score, j.rater, j.seconds, rows, gold)
    return quality_of_choices(judgements.items, judgements.answer, judgements.rater, judgements.seconds, rows)


def to_look_at(data: Dataset, found: Qualities) -> list[str]:
    """A sentence for every rater with a fault, suspected clickers first."""
    order = sorted(found, key=lambda one: (not found[one].clicker, one))
    return [f"{data.raters[one]}: {'; '.join(found[one].faults)}" for one in order if found[one].faults]


def rated_again(data: Dataset, judgements: Ratings | Choices) -> list[str]:
    """A sentence where raters rated a picture more than once: a real repeat, or a line that was copied or mistyped."""
    if not isinstance(judgements, Ratings):
        return []
    given: dict[tuple[int, int], list[float]] = {}
    for rater, item, score in zip(judgements.rater.tolist(), judgements.item.tolist(), judgements.score, strict=True):
        given.setdefault((rater, item), []).append(score)
    again = [
        f"{data.raters[rater]} rated {data.items[item]} as {' and '.join(f'{score:g}' for score in scores)}"
        for (rater, item), scores in given.items()
        if len(scores) > 1
    ]
    if not again:
        return []
    what = "1 picture was" if len(again) == 1 else f"{len(again):,} times a picture was"
    more = f" and {len(again) - _FEW:,} more" if len(again) > _FEW else ""
    return [f"{what} rated again by the same person, and each rating counts: {', '.join(again[:_FEW])}{more}"]


def known_scores(data: Dataset) -> Floats:
    """(n,) the known score of gold images, NaN for all others: the column `gold` of items.csv, where there is one."""
    return column(data, _GOLD)


def column(data: Dataset, name: str) -> Floats:
    """(n,) the numbers of a column of items.csv, NaN where it is empty or there is none.

    Raises
    ------
    BadInput
        naming an item where it is no number
    """
    told = data.columns.get(name, ("",) * len(data.items))
    marks = marks_of(told)
    return np.array([_number(name, item, text, marks) for item, text in zip(data.items, told, strict=True)])


def _number(name: str, item: str, text: str, marks: Marks) -> float:
    try:
        return number(text, marks) if text else math.nan
    except NotANumber as error:
        raise BadInput(f"the {name} of item '{item}' must be a number or empty, got '{shown(text)}'{error}") from None


def scale_of(data: Dataset) -> tuple[float, float]:
    """Lowest and highest rating: as dataset.json says, else of those that were given or are known."""
    if data.scale is not None:
        return data.scale
    if not len(data.ratings):
        raise BadInput(f"{data.name} holds no ratings, so there is no scale")
    seen = np.concatenate([data.ratings.score, known_scores(data)])
    return float(np.nanmin(seen)), float(np.nanmax(seen))


def _few_numbers(X: Matrix) -> Floats:
    """(n, c) principal components; none where the pictures do not differ."""
    mean, axes = principal_components(X, _COMPONENTS)
    return np.asarray((X - mean) @ axes, np.float64)
