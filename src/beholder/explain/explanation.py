"""A person's taste in words, from their answers: `explain` for the whole, `reasons` for each picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beholder.concepts import LOOKS, Tags
from beholder.errors import ShapeError
from beholder.explain.folders import folders_of
from beholder.explain.guess import guess_of
from beholder.explain.leanings import Leaning, carried, confidence_of, sentence_of
from beholder.explain.likings import Liking, WordEvidence, likings
from beholder.explain.linear import Weights, fit_weights, standardise
from beholder.explain.phrases import friend_sentence, spoken_of
from beholder.explain.two_kinds import two_kinds_of
from beholder.explain.why import Reason, reasons_of
from beholder.features.attributes import ATTRIBUTES
from beholder.types import Answers, Floats, Matrix

_NAMED = 2.5  # log evidence, of a few attributes or of one word over none, from which these alone show a taste
_FELT = 3.0  # log evidence, of the taste model over none, from which the encoder's numbers show one
# In grids, where what most people like is known, the evidence of who picks at random is lower by 4: they do
# not go by it. Nor does a person of a rare taste, so less is wanted, of the evidence and the belief in a clear taste.
_FELT_AMONG, _CLEARLY = -0.4, 4.0
_SURELY = 4.8  # more than that: of 60 who pick at random ten times 1 in 20 are beyond, and two in three of a rare taste
_FELT_BY_NAME = 1.2  # more is wanted where the taste may be one for what columns say: chance finds something among many
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
        one for each measured attribute, the best supported first
    likings
        the words that are liked, or disliked, those that tell most first; where no taste is found, these are a guess
    found
        whether the answers show a taste at all, or could as well have been made at random
    confidence
        "nothing yet", "a first guess", "fairly sure" or "sure"
    answers
        how many answers it rests on; a grid counts as many as were picked
    affinities
        the rated sets whose networks agree most with this person; "" where there are none (`explain.affinities`)
    named
        whether words, or the measured attributes alone, show a taste, so that the sentence says it
    guess
        a sentence of what they seem to like; "" where nothing stands out (`explain.guess`)
    folders
        a sentence of the folders that many liked pictures are from; "" where none stands out (`explain.folders`)
    kinds
        a sentence of the two kinds that the liked pictures are of; "" where they are of one (`explain.two_kinds`)
    """

    sentence: str
    leanings: list[Leaning]
    found: bool
    confidence: str
    answers: int
    affinities: str = ""
    named: bool = False
    likings: Sequence[Liking] = ()
    guess: str = ""
    folders: str = ""
    kinds: str = ""


def explain(
    model: Any,
    X: Matrix,
    attributes: Matrix,
    answers: Answers,
    words: Tags | None = None,
    scores: Callable[[], Floats] | None = None,
    folders: Sequence[str] = (),
) -> Explanation:
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
        What is said of the pool; None: nothing.
    scores
        Gives what the model predicts of X, (n,); None: found here.
    folders
        (n,) of the pool, or none.

    Raises
    ------
    ShapeError
        Where attributes and X do not fit together.
    """
    _check(X, attributes)
    weights = fit_weights(standardise(attributes), answers.compared())
    leanings = sorted(_leanings(weights), key=lambda x: -x.evidence)
    count = len(answers.rows) + len(answers.ties) + round(float(answers.compared().weights.sum()))
    enough = max(count, len(answers)) >= FEWEST
    seen = WordEvidence.of(words or Tags.nothing(len(X)), answers)
    found = enough and _found(weights, seen, model)
    named = list[Liking]()
    if words and model is not None and (found or (enough and felt_by(model) > 0)):
        named = likings(words, seen, scores() if scores else np.asarray(model.predict(X)))
    spoken, liked = spoken_of(named), sum(x.liked for x in named)
    if weights.log_bayes > max(_NAMED, seen.log_bayes) and all(x.group in LOOKS for x in spoken if x.liked):
        spoken = []  # the attributes tell the same, and better
    said = friend_sentence(spoken if found else []) or sentence_of(leanings, found, count or len(answers))
    in_words = found and (weights.log_bayes > _NAMED or liked > 0)
    guess = guess_of(words, answers) if words and enough else ""
    return Explanation(
        said, leanings, found, confidence_of(leanings, found, liked), count, named=in_words, likings=named, guess=guess,
        folders=folders_of(folders, answers) if enough else "",
        kinds=two_kinds_of(X, answers, words) if found and words else "",
    )  # fmt: skip


def reasons(
    model: Any,
    X: Matrix,
    attributes: Matrix,
    answers: Answers,
    rows: ArrayLike,
    explanation: Explanation | None = None,
    words: Tags | None = None,
    scores: Floats | None = None,
    first: int = 0,
) -> list[Reason]:
    """Why each of `rows` stands where it stands: what it has that this person likes, or the chosen picture it is near.

    Parameters
    ----------
    rows
        (k,) rows of X, in the order in which they are shown: two beside each other never get the same reason
    explanation
        of the same answers, made here where it is not given
    words
        as in `explain`
    scores
        (n,) what the model predicts of X; found here where it is not given
    first
        the place in the order at which `rows` begin
    """
    _check(X, attributes)
    if explanation is None:
        explanation = explain(model, X, attributes, answers, words)
    scores = np.asarray(model.predict(X)) if scores is None else scores
    of = {x.attribute: x for x in carried(explanation.leanings)} if explanation.found else {}
    leanings = [of.get(a.name) for a in ATTRIBUTES]
    chosen = np.asarray(rows, np.int64)
    return reasons_of(
        scores, X, attributes, answers, chosen, leanings, explanation.likings, words or Tags.nothing(len(X)), first
    )


def _check(X: Matrix, attributes: Matrix) -> None:
    if attributes.ndim != 2 or attributes.shape != (len(X), len(ATTRIBUTES)):
        wanted = f"({len(X)}, {len(ATTRIBUTES)})"
        raise ShapeError(f"attributes must be {wanted}, a row for each of X, got shape {attributes.shape}")


def _leanings(weights: Weights) -> list[Leaning]:
    low, high = _UNDECIDED
    known = zip(weights.lean.tolist(), weights.std.tolist(), weights.included.tolist(), strict=True)
    return [
        Leaning(a.name, a.low, a.high, lean, std, low < included < high)
        for a, (lean, std, included) in zip(ATTRIBUTES, known, strict=True)
    ]


def _found(weights: Weights, seen: WordEvidence, model: Any) -> bool:
    """Whether a few attributes, a word, or else the encoder's numbers, predict the answers better than chance.

    Measured on sessions asked as in the app: with 30 choices a taste was found in all of 20 people with a planted
    liking; in none of 60 to 80 who answer at random, by 30 choices or 30 ratings (at most 2.1 of NAMED), and in 1 of 20
    of 180, by 10 grids.
    """
    return max(weights.log_bayes, seen.log_bayes) > _NAMED or felt_by(model, surely=True) > 0


def felt_by(model: Any, *, surely: bool = False) -> float:
    """How far the encoder's numbers predict the answers: log evidence over none, less what is wanted; 0 is enough.

    surely : to say that there is a taste, and not only to show what looks most like it
    """
    evidence = float(getattr(model, "log_evidence_", 0.0) - getattr(model, "null_log_evidence_", 0.0))
    clear = getattr(model, "clear_share", None)
    if clear is not None and model.prior is not None and len(model.answers_.grids):
        named = _FELT_BY_NAME if getattr(model, "named_", 0) else 0.0
        return evidence + _CLEARLY * float(clear) - _FELT_AMONG - named - (_SURELY if surely else 0.0)
    return evidence - _FELT
