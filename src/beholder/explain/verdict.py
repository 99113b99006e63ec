"""The verdict on a person's taste: what their answers show by now, in a kind sentence, with the pictures that show it.

Evidence decides whether a taste is to be seen (`explanation.felt_by` and the measured attributes); the part of the
ranking that is the person's alone decides whether it is their own or what most people like.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from beholder.concepts import Tags
from beholder.explain.explanation import FEWEST, Explanation, felt_by
from beholder.explain.leanings import HINTING, TELLING, Leaning, pictures_with, tangled_in
from beholder.explain.likings import liked_and_disliked
from beholder.explain.naming import name_apart
from beholder.explain.phrases import friend_sentence, listed, spoken_of
from beholder.explain.showing import covering, parted
from beholder.types import Answers, Floats, Ints, Matrix

_VerdictKind = Literal["like most", "own", "early", "open", "clicking"]

_ALONE = 0.3  # part of the ranking that is the person's alone, from which their taste is called their own
_AGREEING = -3.0  # of `felt_by`: below, the answers speak against a liking for what most people like
_WORDED = 2.0  # of `felt_by`, from which words are told of who likes what most people like
_CLEAR = 0.5  # probability of a clear taste from which it is called one
_SURE, _COIN = 1.0, 0.6  # log-odds from which an answer was predicted; share of them right, below which none was
_FEWEST_PREDICTED = 8.0  # predicted answers, from which it counts against a taste that they did not come so
_SHOWN, _OF_EACH = 9, 4  # pictures that they would love, and would not; of each way left open
_AMONG, _AMONG_OF = 100, 10  # best pictures of which those that they would love are chosen; at most one in so many
FIRST_WORD = 20  # answers below which it is said that it is early
_GROUP = 3  # pictures that were liked and are alike, from which they are a way


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person's answers show.

    Attributes
    ----------
    kind
        "like most": what most people like; "own": a taste of their own; "early": one that begins to show; "open": two
        ways are open, or nothing shows yet; "clicking": nothing, and there is advice
    sentence
        to the person
    caption
        what stands over the pictures
    pictures
        rows of X that show it, best first; others: those of a second way; both empty where none do
    against
        rows of X that the person would not like, worst first; empty where that is not known
    """

    kind: _VerdictKind
    sentence: str
    caption: str = ""
    pictures: Sequence[int] = ()
    others: Sequence[int] = ()
    against: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Predictions:
    """What was thought of choices and grids before they were used: (k,) log-odds of what they say, and weights.

    Ratings are left out: that a picture is rated like the others before is predicted of anybody.
    """

    log_odds: Floats
    weights: Floats

    @property
    def fails(self) -> bool:
        """Whether answers that the model was sure of came hardly oftener as predicted than a coin would have it."""
        sure = np.abs(self.log_odds) > _SURE
        count, right = (float(self.weights[which].sum()) for which in (sure, sure & (self.log_odds > 0)))
        return count >= _FEWEST_PREDICTED and right < _COIN * count


def verdict_of(
    model: Any,
    X: Matrix,
    answers: Answers,
    told: Explanation,
    *,
    advice: str = "",
    predicted: Predictions | None = None,
    without: Collection[int] = (),
    scores: Callable[[], Floats] | None = None,
    words: Tags | None = None,
) -> Verdict:
    """The verdict on a person's answers.

    Parameters
    ----------
    model
        the fitted taste model, None where there is none yet
    X
        (n, d) the pool
    answers
        rows of it
    told
        what `explain` says of the same
    advice
        of `advice_of`; "" where it has nothing to say
    predicted
        what was thought of the answers before; None: not known
    without
        rows that are not to be shown
    scores
        gives what the model predicts of X, (n,); None: found here
    words
        what is said of X; None: nothing
    """
    if advice:
        return Verdict("clicking", advice)
    early, elsewhere = model is None or max(told.answers, len(answers)) < FEWEST, len(getattr(model, "elsewhere", ()))
    if (len(answers) or elsewhere) and not answers.prefer and not (early and told.answers):
        return Verdict("open", _nothing_ahead(model, answers))
    if early:
        return Verdict("open", told.sentence)
    found = told.found and not (predicted and predicted.fails)
    felt, alone = felt_by(model), _alone(model, X)
    score = scores() if scores else np.asarray(model.predict(X))
    ranked = np.argsort(-score, kind="stable")
    ranked = ranked[~np.isin(ranked, list(without))]
    if alone < _ALONE and felt > _AGREEING:
        worded = found and felt > _WORDED and any(x.liked for x in told.likings)
        so_far = friend_sentence(spoken_of(told.likings), "so far: ") or _mostly(answers, words)
        lead = told.sentence if worded else so_far
        your = "Your" if felt > 0 or lead.startswith("So far") else "So far your"
        return _loved(
            "like most", f"{lead} {your} choices agree with what most people like.".strip(), X, score, ranked, answers
        )
    if found and (felt > 0 or len(tangled_in(told.leanings)) < 2):
        worded = told.named or any(x.evidence >= TELLING for x in told.leanings)
        said = told.sentence if worded else _in_pictures(answers, getattr(model, "clear_share", 0.0) > _CLEAR, words)
        return _loved("own", said, X, score, ranked, answers)
    if felt > 0 and not (predicted and predicted.fails):
        loved = _loved("early", _beginning(answers, told, words), X, score, ranked, answers)
        return replace(loved, caption="These come closest so far:", against=())
    return _open(X, answers, told, found, alone < 1, ranked, words)


def _nothing_ahead(model: Any, answers: Answers) -> str:
    """What is said where no picture here was put ahead of another."""
    said = "Nothing liked yet" if len(answers) else "No answers here yet"
    if len(answers.rows) + len(answers.ties):
        said = "You like them all about the same so far"
    elif (answers.grids[:, 2] > 0).any():
        said = "You like all that you saw"
    by = "" if getattr(model, "prior", None) is None else ", so we go by most people"
    if len(getattr(model, "elsewhere", ())):
        by = ", so we go by your answers in other collections"
    return f"{said}{by}."


def _alone(model: Any, X: Matrix) -> float:
    """Part of the ranking that is the person's alone; all of it where nothing is known of what most people like."""
    known = getattr(model, "prior", None) is not None and hasattr(model, "shares")
    return float(model.shares(X)[1]) if known else 1.0


def _loved(kind: _VerdictKind, sentence: str, X: Matrix, score: Floats, ranked: Ints, answers: Answers) -> Verdict:
    """With pictures from both ends of the ranking, which never overlap."""
    half = len(ranked) // 2
    among = max(2 * _SHOWN, min(_AMONG, len(ranked) // _AMONG_OF))
    best = _unseen(ranked[: len(ranked) - half], answers, among)
    loved = covering(X, best, score, liked_and_disliked(answers)[0], _SHOWN)
    against = _unseen(ranked[len(ranked) - half :][::-1], answers, _SHOWN)
    return Verdict(kind, sentence, "Pictures you would love:", loved, against=against)


def _unseen(ranked: Ints, answers: Answers, most: int) -> list[int]:
    """At most so many that were never judged, in this order; with others behind them where there are too few."""
    judged = np.isin(ranked, answers.judged)
    new, known = ranked[~judged][:most].tolist(), ranked[judged].tolist()
    return [*new, *known[: max(0, _SHOWN - len(new))]]


def _beginning(answers: Answers, told: Explanation, words: Tags | None) -> str:
    """A taste that the answers begin to show, but could as well not."""
    if said := friend_sentence(spoken_of(told.likings), "so far: "):
        return f"{_lead(told)}. {said}"
    liked, disliked = liked_and_disliked(answers)
    name = _named(liked, disliked, words) if len(liked) >= _GROUP else ""
    return f"{_lead(told)}, but {f'so far you like mostly {name}' if name else 'your answers begin to fit together'}."


def _lead(told: Explanation) -> str:
    return "It is early" if told.answers < FIRST_WORD else "Still open"


def _in_pictures(answers: Answers, clear: bool, words: Tags | None) -> str:
    """A taste that words are not known to tell; what was liked so far may still have a name."""
    have = "You have a clear taste" if clear else "You have a taste of your own"
    if mostly := _mostly(answers, words):
        return mostly
    if picked := _picked(answers):
        alike = ", and they have much in common" if len(liked_and_disliked(answers)[0]) >= _GROUP else ""
        return f"{have}: {picked}{alike}."
    return f"{have}, and your answers agree with it."


def _mostly(answers: Answers, words: Tags | None) -> str:
    """What was liked so far, by name; "" where it has none."""
    liked, disliked = liked_and_disliked(answers)
    name = _named(liked, disliked, words) if len(liked) >= _GROUP else ""
    return f"Mostly {name}: {_picked(answers) or 'that is what you liked so far'}." if name else ""


def _picked(answers: Answers) -> str:
    """How many pictures of the grids were; "" where not all answers are such picks, or none was picked."""
    shown, picked = len(answers.grids), int(answers.grids[:, 2].sum())
    if not picked or len(answers.rows) + len(answers.choices) or len(answers.shown) < shown:
        return ""
    return f"you picked {'only ' if picked < _GROUP else ''}{picked:,} of {shown:,} pictures"


def _named(rows: Sequence[int] | Ints, others: Sequence[int] | Ints, words: Tags | None) -> str:
    return name_apart(np.array(rows, np.int64), np.array(others, np.int64), words) if words else ""


def _open(
    X: Matrix, answers: Answers, told: Explanation, found: bool, most: bool, ranked: Ints, words: Tags | None
) -> Verdict:
    """Two ways that are open; most : whether one of them is what most people like"""
    lead = _lead(told)
    hints = tangled_in(told.leanings) if found else [x for x in told.leanings if x.evidence >= HINTING][:2]
    if len(hints) > 1:
        return Verdict("open", f"{lead}: {_either(hints)}, judging by your answers so far.")
    one, other = parted(X, ranked[np.isin(ranked, liked_and_disliked(answers)[0])])
    if len(one) >= _GROUP <= len(other):
        names = [_named(a, b, words) for a, b in ((one, other), (other, one))]
        said = (
            f"Two kinds so far: {names[0]}, and {names[1]}." if all(names) else "So far you like two kinds of picture."
        )
        return Verdict("open", said, "Some are like these, others like those:", one[:_OF_EACH], other[:_OF_EACH])
    if most:
        return Verdict("open", f"{lead}: your answers so far fit both what most people like and a taste of your own.")
    guess = f"at a first guess, {_either(hints)}" if hints else "nothing stands out so far"
    return Verdict("open", f"{lead}: {guess}.")


def _either(leanings: Sequence[Leaning]) -> str:
    return listed([pictures_with([x]) for x in leanings], "or")
