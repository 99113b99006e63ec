"""What is compared: every taste model on the person's own answers, and two controls.

`generic` is a score learned from all other raters; `someone-else` is the GP on as many answers of one other rater, at
random: what it reaches is not this person's taste.

A method is given a `Task` and returns something fitted that predicts, or None where it has nothing to go by; that is
scored as knowing nothing, so that every method appears at every shot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from beholder.bench.generic import fit_generic
from beholder.datasets import Choices, Ratings
from beholder.errors import NotEnoughAnswers, UnknownName, UserError
from beholder.taste import MODELS, TasteModel, make_model
from beholder.types import Answers, Floats, Matrix

GENERIC, SOMEONE_ELSE = "generic", "someone-else"
_THEIR_MODEL = "gp"


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that a method may know in one draw at one number of shots.

    X        (n, d) all pictures of the set: as in the app, where a person's whole collection is embedded
    own      the person's first k answers; shots: that k
    others   what the training raters said of pictures that are not in the query
    seed     for what is random in a method
    """

    X: Matrix
    own: Answers
    shots: int
    others: Ratings | Choices
    seed: int


class Fitted(Protocol):
    """What a method returns. It may also have `pair_probability(X, pairs) -> (m,)`, the chance of the first."""

    def predict(self, X: Matrix) -> Floats:
        """(n,) scores; only their differences are looked at."""


@dataclass(frozen=True)
class Method:
    """`per_shot`: whether it is fitted anew at every number of shots, and at 0 knows nothing."""

    name: str
    fit: Callable[[Task], Fitted | None]
    per_shot: bool


def method(name: str) -> Method:
    """The method of this name; raises UnknownName."""
    if name == GENERIC:
        return Method(GENERIC, lambda task: fit_generic(task.X, task.others), per_shot=False)
    if name == SOMEONE_ELSE:
        return Method(SOMEONE_ELSE, _someone_else, per_shot=True)
    if name not in MODELS:
        raise UnknownName.of("method", name, method_names())
    return Method(name, lambda task: _fit(name, task.X, task.own, task.seed), per_shot=True)


def method_names() -> list[str]:
    """Everything that can be compared."""
    return [GENERIC, SOMEONE_ELSE, *MODELS]


def check_method(name: str, kind: str) -> None:
    """UserError where the method cannot learn from this kind of judgement ("ratings" or "choices")."""
    two = Answers(rows=np.array([0, 1]), ratings=np.array([1.0, 2.0]))
    if kind == "choices":
        two = Answers(choices=np.array([[0, 1]]), weights=np.ones(1))
    if name in (GENERIC, SOMEONE_ELSE):
        return
    try:
        _model(name, 0).fit(np.eye(3, dtype=np.float32), **two.as_fit())
    except (UserError, NotEnoughAnswers) as error:
        raise UserError(f"method '{name}' cannot learn from {kind}, which is what this set holds: {error}") from error


def as_answers(judgements: Ratings | Choices) -> Answers:
    """One person's judgements in the form that a taste model learns from."""
    if isinstance(judgements, Ratings):
        return Answers(rows=judgements.item, ratings=judgements.score)
    won = judgements.won()
    return Answers(choices=won, weights=np.ones(len(won)), ties=judgements.tied())


def _someone_else(task: Task) -> Fitted | None:
    """One other rater at random, of those with enough answers."""
    rng = np.random.default_rng(task.seed)
    raters, counts = np.unique(task.others.rater, return_counts=True)
    enough = raters[counts >= task.shots]
    if not len(enough):
        return None
    theirs = np.flatnonzero(task.others.rater == rng.choice(enough))
    return _fit(_THEIR_MODEL, task.X, as_answers(task.others.take(rng.permutation(theirs)[: task.shots])), task.seed)


def _fit(name: str, X: Matrix, answers: Answers, seed: int) -> Fitted | None:
    try:
        model: Any = _model(name, seed).fit(X, **answers.as_fit())
    except NotEnoughAnswers:
        return None
    fitted: Fitted = model
    return fitted


def _model(name: str, seed: int) -> TasteModel:
    model = make_model(name)
    if hasattr(model, "random_state"):
        model.random_state = seed
    return model
