"""What is compared: every taste model on the person's own answers, and two controls.

`generic` is what people like on the whole; `someone-else` is the default model on as many answers of one other rater,
at random: what it reaches is not this person's taste. `package.module:Class` is a user's own (`bench.user_models`).
`default` is the model that the app learns with, and rows and tables call it by its own name.
`population-gp+tangent` is also told what networks of several databases say: its generic score learns from it as from
what is measured, while the person's own part is in the encoder's numbers alone.

A method is given a `Task` and returns something fitted that predicts, or None where it has nothing to go by; that is
scored as knowing nothing, so that every method appears at every shot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from beholder.errors import BeholderError, NotEnoughAnswers, UnknownName, UserError
from beholder.features.attributes import ATTRIBUTES as MEASURED_ATTRIBUTES
from beholder.maker import prepare
from beholder.research.bench.user_models import is_own, own_model
from beholder.research.datasets import Choices, Ratings
from beholder.table import ATTRIBUTES, NETWORKS, Layout, PictureTable
from beholder.taste import DEFAULT, ExpertNetworks, FeatureMap, learn_population, model_class, model_names
from beholder.taste.capabilities import HasPrior, Knowledge
from beholder.taste.generic import GenericScore, fit_generic
from beholder.types import Answers, Floats, Ints, Matrix

GENERIC, _SOMEONE_ELSE = "generic", "someone-else"
CONTROLS = (GENERIC, _SOMEONE_ELSE)  # nothing that the person is asked changes them
_ALIAS = "default"  # of the app's model
MEASURED = len(MEASURED_ATTRIBUTES)  # columns of attributes, at the end of X
_TANGENT = "+tangent"
_MAY_HAVE_TANGENT = ("population-gp",)
_THEIR_MODEL = "population-gp"


class Fitted(Protocol):
    """What a method returns. It may also have `pair_probability(X, pairs) -> (m,)`, the chance of the first."""

    def predict(self, X: Matrix) -> Floats:
        """(n,) scores; only their differences are looked at."""


@dataclass(frozen=True, eq=False)
class RatedTable:
    """All pictures: vectors of an encoder, of another beside it, then what networks say, then ten attributes.

    Attributes
    ----------
    beside
        the name of the block of an encoder that sees the pictures too, as in the app, for the sake of what people like
        in general; the model of the app sees both, all others the first alone. None where there is none
    networks
        what the columns in the middle are, and revision that of the networks; None where there are none
    """

    pictures: PictureTable
    networks: ExpertNetworks | None = None
    revision: str | None = None
    beside: str | None = None

    @classmethod
    def of(cls, X: Matrix, networks: ExpertNetworks | None = None) -> Self:
        """Of rows of these three, (n, d)."""
        width = 0 if networks is None else networks.columns.width
        blocks = ("vectors", X.shape[1] - width - MEASURED), (NETWORKS, width), (ATTRIBUTES, MEASURED)
        layout = Layout(tuple(block for block in blocks if block[1] or block[0] != NETWORKS))
        return cls(PictureTable.of_array(X, layout), networks)

    @property
    def X(self) -> Matrix:  # noqa: N802
        """(n, d) without the encoder beside."""
        return self.only().X

    def only(
        self, *, vectors: bool = True, beside: bool = False, networks: bool = True, attributes: bool = True
    ) -> PictureTable:
        """The same pictures with some of the columns alone."""
        names = [name for name, _ in self.pictures.layout.blocks]
        there = {self.beside: beside, NETWORKS: networks, ATTRIBUTES: attributes}
        return self.pictures.only(*(name for name in names if there.get(name, vectors)))


@dataclass(frozen=True, eq=False)
class SharedPriors:
    """What other raters teach; one for all draws and shots in which they are the same.

    Attributes
    ----------
    table
        all pictures of the set: as in the app, where a person's whole collection is embedded
    others
        what each training rater said of pictures that are not in the query
    generic
        the generic score that all methods share; None where others say too little
    """

    table: RatedTable
    others: Sequence[Answers]
    generic: GenericScore | None
    _priors: dict[tuple[type[Any], bool], Any] = field(default_factory=dict)

    def prior(self, method: Method) -> Any:
        """What this class of model learns from others, learned once; None where they say too little."""
        key = method.model, method.tangent
        if key not in self._priors:
            self._priors[key] = self._learn(method)
        return self._priors[key]

    def seen_by(self, method: Method) -> Matrix:
        """X as this method is given it."""
        return method.columns(self.table).X

    def plain_features(self) -> FeatureMap:
        """Of rows of the whole table, without what networks say."""
        whole, plain = self.table.only().layout, self.table.only(networks=False).layout
        columns = whole.columns(*(name for name, _ in plain.blocks))
        return FeatureMap.learned_of(self.table.X, columns, layout=plain)

    def _learn(self, method: Method) -> Any:
        if self.generic is None:
            return None
        if method.sees_all and self.table.beside is not None:
            return self.population_beside(method, self.table.beside)
        seen = method.columns(self.table)
        X, layout, generic = seen.X, seen.layout, self.generic
        if method.tangent:
            return learn_population(X, self.others, layout=layout, features=self.plain_features())
        more = {"networks": self.table.networks} if method.of_networks else {}
        try:
            return method.model.learn_prior(X, self.others, generic=generic, layout=layout, **more)
        except NotEnoughAnswers:
            return None

    def population_beside(self, method: Method, encoder: str) -> Any:
        """What people like as another encoder sees it, with the part in it of the one that is compared."""
        blocks, seen = (encoder, ATTRIBUTES), method.columns(self.table)
        taught = self.table.pictures.only(*blocks)
        generic = fit_generic(taught.X, self.others, taught.layout)
        prior = method.model.learn_prior(taught.X, self.others, generic=generic, layout=taught.layout)
        return prior.among(seen.X, seen.layout, *blocks)


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that a method may know in one draw at one number of shots.

    Attributes
    ----------
    taught
        by others
    own
        the person's first k answers; shots: that k
    seed
        for what is random in a method
    """

    taught: SharedPriors
    own: Answers
    shots: int
    seed: int


@dataclass(frozen=True)
class Method:
    """A class of model, fitted on the person's own answers or, as a control, on `someone_else`'s."""

    name: str
    model: type[Any]
    someone_else: bool = False
    tangent: bool = False

    @property
    def of_networks(self) -> bool:
        """Whether the model is made of networks of several databases, and sees their columns alone."""
        return bool(getattr(self.model, "of_networks", False))

    @property
    def sees_all(self) -> bool:
        """Whether the model weighs several encoders."""
        return bool(getattr(self.model, "sees_all_encoders", False))

    @property
    def has_prior(self) -> bool:
        return issubclass(self.model, HasPrior)

    @property
    def learns_from(self) -> tuple[str, ...]:
        """ "ratings" and "choices", or one of them; and "grids" where it knows them as such."""
        both = ("ratings", "choices") if has_fit_parameter(self.model, "choices") else ("ratings",)
        return tuple(getattr(self.model, "learns_from", both))

    def columns(self, table: RatedTable) -> PictureTable:
        """What the model is given: the attributes where it knows of them, what networks say where it is made of it."""
        if self.of_networks:
            return table.only(vectors=False)
        knows = self.has_prior or "layout" in self.model().get_params(deep=False)
        return table.only(beside=self.sees_all, networks=self.tangent, attributes=knows)

    def fit(self, task: Task) -> Fitted | None:
        """The model fitted on the task; raises UserError where a researcher's model fails."""
        answers = _of_someone_else(task) if self.someone_else else task.own
        if answers is None:
            return None
        try:
            prior = task.taught.prior(self) if self.has_prior else None
            if prior is None and (self.has_prior or not len(answers)):
                return None
            model = self._make(prior, task)
            return self.learn(model, task.taught.seen_by(self), answers)
        except NotEnoughAnswers:
            return None
        except BeholderError:
            raise
        except Exception as error:
            raise UserError(
                f"method '{self.name}' failed at {task.shots} answer{'s' * (task.shots != 1)}: "
                f"{type(error).__name__}: {error}"
            ) from error

    def scores(self, fitted: Fitted | None, X: Matrix) -> Floats:
        """(n,) what the fitted model predicts, 0 where there is none. X : (n, d) the columns that it is given

        Raises
        ------
        UserError
            where a researcher's model fails, or returns something else than a finite number for each picture
        """
        if fitted is None:
            return np.zeros(len(X))
        return self._numbers(lambda: fitted.predict(X), "predict", len(X), "pictures")

    def pair_probability(self, fitted: Any, X: Matrix, pairs: Ints) -> Floats:
        """(m,) the chance that the first of each pair is preferred; raises UserError as `scores` does."""
        return self._numbers(lambda: fitted.pair_probability(X, pairs), "pair_probability", len(pairs), "pairs")

    def _numbers(self, call: Callable[[], Any], what: str, n: int, of: str) -> Floats:
        try:
            numbers = np.asarray(call(), np.float64)
        except BeholderError:
            raise
        except Exception as error:
            raise UserError(f"method '{self.name}' failed in {what}: {type(error).__name__}: {error}") from error
        if numbers.shape != (n,):
            raise UserError(
                f"method '{self.name}': {what} must return one number for each of {n} {of}, an array of shape ({n},); "
                f"got shape {numbers.shape}"
            )
        if not np.isfinite(numbers).all():
            raise UserError(f"method '{self.name}': {what} returned values that are not finite numbers")
        return numbers

    def _make(self, prior: Any, task: Task) -> Any:
        features = task.taught.plain_features() if self.tangent else None
        known = Knowledge(prior=prior, seed=task.seed, features=features)
        return prepare(self.model, self.columns(task.taught.table), known)

    def learn(self, model: Any, X: Matrix, answers: Answers) -> Fitted:
        """The model, fitted; grids are told as choices where it does not know them. X : the columns that it is given"""
        if has_fit_parameter(self.model, "rows"):
            fitted: Fitted = model.fit(X, **answers.as_fit(grids="grids" in self.learns_from))
        else:
            fitted = model.fit(X[answers.rows], answers.ratings)
        return fitted


def method(name: str) -> Method:
    """The method of this name; raises UnknownName, or UserError where it is a researcher's and cannot be used."""
    if name == _SOMEONE_ELSE:
        return Method(_SOMEONE_ELSE, model_class(_THEIR_MODEL), someone_else=True)
    if is_own(name):
        return Method(name, own_model(name))
    plain = name.removesuffix(_TANGENT)
    if plain not in model_names() or (plain != name and plain not in _MAY_HAVE_TANGENT):
        raise UnknownName.of("method", name, [_ALIAS, *method_names(), *(n + _TANGENT for n in _MAY_HAVE_TANGENT)])
    return Method(name, model_class(plain), tangent=plain != name)


def real_name(name: str) -> str:
    """The name that figures have: that of the app's model for `default`, else the same."""
    return DEFAULT if name == _ALIAS else name


def method_names() -> list[str]:
    """Everything that can be compared, but for a researcher's own."""
    return [_SOMEONE_ELSE, *model_names()]


def check_method(name: str, kind: str) -> None:
    """UserError where the method cannot learn from this kind of judgement ("ratings" or "choices")."""
    learns_from = method(name).learns_from
    if kind not in learns_from:
        others = [other for other in model_names() if kind in model_class(other).learns_from]
        raise UserError(
            f"method '{name}' cannot learn from {kind}, which is what this set holds: it learns from {learns_from[0]} "
            f"alone. Of the built-in ones these do: {', '.join(others)}"
        )


def needs_networks(name: str) -> bool:
    """Whether the method can do nothing without task vectors."""
    known = method(name)
    return known.tangent or known.of_networks


def teach(table: RatedTable, judgements: Ratings | Choices) -> SharedPriors:
    """What the raters of these judgements teach of the pictures in the table."""
    order = np.argsort(judgements.rater, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(judgements.rater[order])) + 1) if len(order) else []
    others = tuple(as_answers(judgements.take(part)) for part in parts)
    plain = Method("generic", model_class(GENERIC)).columns(table)
    return SharedPriors(table, others, fit_generic(plain.X, others, plain.layout))


def as_answers(judgements: Ratings | Choices) -> Answers:
    """One person's judgements in the form that a taste model learns from."""
    if isinstance(judgements, Ratings):
        return Answers(rows=judgements.item, ratings=judgements.score)
    won = judgements.won()
    return Answers(choices=won, weights=np.ones(len(won)), ties=judgements.tied())


def _of_someone_else(task: Task) -> Answers | None:
    """As many answers of one other rater at random, of those who gave enough."""
    rng = np.random.default_rng(task.seed)
    enough = [theirs for theirs in task.taught.others if len(theirs) >= task.shots]
    if not enough:
        return None
    theirs = enough[rng.integers(len(enough))]
    return _some(theirs, rng.permutation(len(theirs))[: task.shots])


def _some(answers: Answers, which: Ints) -> Answers:
    """Those at these positions, counting ratings first, then choices, then ties."""
    ends = np.cumsum([len(answers.rows), len(answers.choices)])
    rated, chosen, tied = (which[np.searchsorted(ends, which, side="right") == part] for part in range(3))
    return answers.take(rated, chosen - ends[0], tied - ends[1])
