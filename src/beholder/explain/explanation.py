"""A person's taste in words, from their answers: `explain` for the whole, `reasons` for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beholder.concepts import Tags
from beholder.errors import ShapeError
from beholder.explain.leanings import HINTING, Leaning, carried, confidence_of, sentence_of
from beholder.explain.linear import Weights, fit_weights, standardise
from beholder.explain.why import Reason, reasons_of
from beholder.features.attributes import ATTRIBUTES
from beholder.types import Answers, Floats, Matrix

_NAMED = 2.5  # log evidence, of a few attributes over none, from which the attributes alone show a taste
_FELT = 3.0  # log evidence, of the taste model over none, from which the encoder's numbers show one
# In grids, where what most people like is known, the evidence of who picks at random is lower by 4: they do
# not go by it. Nor does a person of a rare taste, so less is wanted, of the evidence and the belief in a clear taste.
_FELT_AMONG, _CLEARLY = -0.4, 4.0
_UNDECIDED = (0.12, 0.75)  # between these probabilities of playing a part an attribute is left open
FEWEST = 5  # answers below which nothing is found, whatever they say


@dataclass(frozen=True, slots=True)
class Explanation:
    """A taste in words.

    Attributes
    ----------
    sentence
        natural English, claiming only what the answers carry
    leanings
        one for each measured attribute and for each word that the taste leans towards, the best supported first
    found
        whether the answers show a taste at all, or could as well have been made at random
    confidence
        "nothing yet", "a first guess", "fairly sure" or "sure"
    answers
        how many answers it rests on; a grid counts as many as were picked
    affinities
        the rated sets whose networks agree most with this person; "" where there are none (`explain.affinities`)
    named
        whether the measured attributes alone show a taste, so that words say it
    """

    sentence: str
    leanings: list[Leaning]
    found: bool
    confidence: str
    answers: int
    affinities: str = ""
    named: bool = False


def explain(model: Any, X: Matrix, attributes: Matrix, answers: Answers, words: Tags | None = None) -> Explanation:
    """What a person's answers say of their taste.

    Parameters
    ----------
    model
        The fitted taste model; None where there is none yet.
    X
        (n, d) the pool.
    attributes
        (n, 10) measured on the same pictures.
    answers
        Rows of X.
    words
        What the encoder says of the pool; None: nothing.

    Raises
    ------
    ShapeError
        Where attributes and X do not fit together.
    """
    _check(X, attributes)
    telling = (words or Tags.nothing(len(X))).common()
    weights = fit_weights(_aspects(attributes, telling), answers.compared(), words=len(telling.names))
    leanings = sorted(_leanings(weights, telling), key=lambda x: -x.evidence)
    count = len(answers.rows) + len(answers.ties) + round(float(answers.compared().weights.sum()))
    enough = max(count, len(answers)) >= FEWEST
    found, named = enough and _found(weights, model), enough and weights.log_bayes > _NAMED
    sure = confidence_of(leanings, found)
    return Explanation(sentence_of(leanings, found, count), leanings, found, sure, count, named=named)


def reasons(
    model: Any,
    X: Matrix,
    attributes: Matrix,
    answers: Answers,
    rows: ArrayLike,
    explanation: Explanation | None = None,
    words: Tags | None = None,
    predicted: tuple[Floats, Floats] | None = None,
) -> list[Reason]:
    """Why each of `rows` stands where it stands: what it has that this person leans to or from, and what it is near.

    Parameters
    ----------
    rows
        (k,) rows of X
    explanation
        of the same answers, made here where it is not given
    words
        as in `explain`
    predicted
        what the model predicts of X, scores and standard deviations; found here where it is not given
    """
    _check(X, attributes)
    if explanation is None:
        explanation = explain(model, X, attributes, answers, words)
    of = {x.attribute: x for x in carried(explanation.leanings)} if explanation.found else {}
    chosen, words = np.asarray(rows, np.int64), words or Tags.nothing(len(X))
    telling = words.common()
    leanings = [of.get(name) for name in (*(a.name for a in ATTRIBUTES), *telling.names)]
    scores = model.predict(X, return_std=True) if predicted is None else predicted
    return reasons_of(scores, X, _aspects(attributes, telling), answers, chosen, leanings, words)


def _check(X: Matrix, attributes: Matrix) -> None:
    if attributes.ndim != 2 or attributes.shape != (len(X), len(ATTRIBUTES)):
        wanted = f"({len(X)}, {len(ATTRIBUTES)})"
        raise ShapeError(f"attributes must be {wanted}, a row for each of X, got shape {attributes.shape}")


def _aspects(attributes: Matrix, words: Tags) -> Floats:
    """(n, 10 + w) what a leaning may be to, standardised over the pool."""
    return np.hstack([standardise(attributes), standardise(words.probabilities)])


def _leanings(weights: Weights, words: Tags) -> Sequence[Leaning]:
    low, high = _UNDECIDED
    known = list(zip(weights.lean.tolist(), weights.std.tolist(), weights.included.tolist(), strict=True))
    measured = [
        Leaning(a.name, a.low, a.high, lean, std, low < included < high)
        for a, (lean, std, included) in zip(ATTRIBUTES, known, strict=False)
    ]
    leant = [
        Leaning.of_word(name, kind, lean, std)
        for name, kind, (lean, std, _) in zip(words.names, words.groups, known[len(ATTRIBUTES) :], strict=True)
    ]
    return [*measured, *(x for x in leant if x.evidence >= HINTING)]


def _found(weights: Weights, model: Any) -> bool:
    """Whether a few attributes, or else the encoder's numbers, predict the answers better than chance.

    Measured on sessions asked as in the app: with 30 choices a taste was found in all of 20 people with a planted
    liking; in none of 60 to 80 who answer at random, by 30 choices, 30 ratings or 10 grids (at most 2.1 of NAMED).
    """
    return weights.log_bayes > _NAMED or felt_by(model) > 0


def felt_by(model: Any) -> float:
    """How far the encoder's numbers predict the answers: log evidence over none, less what is wanted; 0 is enough."""
    evidence = float(getattr(model, "log_evidence_", 0.0) - getattr(model, "null_log_evidence_", 0.0))
    clear = getattr(model, "clear_share", None)
    if clear is not None and model.prior is not None and len(model.answers_.grids):
        return evidence + _CLEARLY * float(clear) - _FELT_AMONG
    return evidence - _FELT
