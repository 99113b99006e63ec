"""What is compared: the score learned from other raters, and every taste model on the person's own answers.

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

GENERIC = "generic"


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that a method may know in one draw at one number of shots.

    X        (n, d) all pictures of the set: as in the app, where a person's whole collection is embedded
    own      the person's first k answers
    others   what the training raters said of pictures that are not in the query
    seed     for what is random in a method
    """

    X: Matrix
    own: Answers
    others: Ratings | Choices
    seed: int


class Fitted(Protocol):
    """What a method returns. It may also have `pair_probability(X, pairs) -> (m,)`, the chance of the first."""

    def predict(self, X: Matrix) -> Floats:
        """(n,) scores; only their differences are looked at."""


@dataclass(frozen=True)
class Method:
    """`uses_own`: whether it learns from the person's answers, so must be fitted anew at every number of shots."""

    name: str
    fit: Callable[[Task], Fitted | None]
    uses_own: bool


def method(name: str) -> Method:
    """The method of this name; raises UnknownName."""
    if name == GENERIC:
        return Method(GENERIC, lambda task: fit_generic(task.X, task.others), uses_own=False)
    if name not in MODELS:
        raise UnknownName.of("method", name, method_names())
    return Method(name, lambda task: _own_answers(name, task), uses_own=True)


def method_names() -> list[str]:
    """Everything that can be compared."""
    return [GENERIC, *MODELS]


def check_method(name: str, kind: str) -> None:
    """UserError where the method cannot learn from this kind of judgement ("ratings" or "choices")."""
    two = Answers(rows=np.array([0, 1]), ratings=np.array([1.0, 2.0]))
    if kind == "choices":
        two = Answers(choices=np.array([[0, 1]]), weights=np.ones(1))
    if name == GENERIC:
        return
    try:
        _model(name, 0).fit(np.eye(3, dtype=np.float32), **two.as_fit())
    except (UserError, NotEnoughAnswers) as error:
        raise UserError(f"method '{name}' cannot learn from {kind}, which is what this set holds: {error}") from error


def _own_answers(name: str, task: Task) -> Fitted | None:
    try:
        model: Any = _model(name, task.seed).fit(task.X, **task.own.as_fit())
    except NotEnoughAnswers:
        return None
    fitted: Fitted = model
    return fitted


def _model(name: str, seed: int) -> TasteModel:
    model = make_model(name)
    if hasattr(model, "random_state"):
        model.random_state = seed
    return model
