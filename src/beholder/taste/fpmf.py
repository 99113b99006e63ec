"""Feature-based probabilistic matrix factorisation, the baseline "FPMF" of [Ren2017], after O'Donovan et al. 2014.

A rating is `level + item_bias(x) + person_bias + factors . item_factors(x)`, with 15 factors. What belongs to the
picture comes from its features by a network with one hidden layer of 200 logistic units, so that pictures that nobody
rated have factors too. The features are those of PAM (`Traits`).

Training: the network and all training raters' factors and biases together, by back-propagation to the most probable
parameters (L-BFGS on all ratings at once; every gradient is a few matrix products). Ratings are standardised over all
raters, factors and biases have normal priors, the network weight decay.

A new person: with the network held their factors and bias are a Bayesian linear regression, so they have a closed form.
Where we depart: the paper trains the network again on the training raters' ratings plus the new k. Ten thousands of
ratings outvote k of them, and each refit would cost seconds. The prior of the regression is the mean and the covariance
of the training raters (one step of expectation maximisation, their uncertainty included), so that before any answer the
mean person speaks, and how far a person strays from it is learned too.

O'Donovan, Agarwala & Hertzmann, Collaborative filtering of color aesthetics, CAe 2014; Salakhutdinov & Mnih,
Probabilistic matrix factorization, NIPS 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from beholder.errors import NotEnoughAnswers
from beholder.table import Layout
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.generic import GenericScore
from beholder.taste.picture_features import Traits
from beholder.taste.prior import Shared, require_prior
from beholder.types import Answers, Floats, Ints

_FACTORS = 15  # of [Ren2017]
UNITS = 200
_NOISE = 0.6  # variance of a rating about its prediction, where the variance of all ratings is 1
# Precision of the network's weights, times the ratings a picture: what features do not tell of a picture is the same
# error in each of its ratings, and a network that counts it each time learns training pictures by heart (docs/log.md).
_DECAY = 3.0
_ITERATIONS = 200
_FEWEST = 2  # ratings of the training raters, below which there is no spread


@dataclass(frozen=True, eq=False)
class FactorNetwork(Shared):
    """(n, f) features to (n, FACTORS + 1): an item's factors, and last its bias."""

    into: Floats  # (f, UNITS)
    threshold: Floats  # (UNITS,)
    out: Floats  # (UNITS, FACTORS + 1)
    bias: Floats  # (FACTORS + 1,)

    def hidden(self, Z: Floats) -> Floats:
        return np.asarray(expit(Z @ self.into + self.threshold), np.float64)

    def __call__(self, Z: Floats) -> Floats:
        return self.hidden(Z) @ self.out + self.bias


@dataclass(frozen=True, eq=False)
class _RatingTable:
    """All ratings of the training raters, one rater's after another's."""

    Z: Floats  # (items, f) features of the pictures that were rated
    item: Ints  # (r,) row of Z
    rating: Floats  # (r,) standardised over all
    begins: Ints  # (raters + 1,) where each rater's begin

    @property
    def decay(self) -> float:
        """Precision of the network's weights."""
        return _DECAY * len(self.item) / len(self.Z)

    def residuals(self, items: Floats, people: Floats) -> Any:
        """(raters, items) sparse: prediction - rating, for items (factors, bias) and people (factors, bias)."""
        who = np.repeat(np.arange(len(people)), np.diff(self.begins))
        slopes, bias = _design(items)
        predicted = np.einsum("rk,rk->r", slopes[self.item], people[who]) + bias[self.item]
        return csr_array((predicted - self.rating, self.item, self.begins), shape=(len(people), len(items)))


@dataclass(frozen=True, eq=False)
class _FpmfPrior(Shared):
    """What the training raters taught.

    features, network : from a picture to its factors and bias · level, unit : of all ratings
    mean (FACTORS + 1,), covariance, noise : of a person's factors and, last, bias; of a standardised rating
    """

    features: Traits
    network: FactorNetwork
    mean: Floats
    covariance: Floats
    noise: float
    level: float
    unit: float


class Fpmf(TasteModel):
    """A person as fifteen factors and a bias, pictures as what a network learned of many raters; see the module's head.

    Parameters
    ----------
    prior
        from `learn_prior`
    """

    name: ClassVar[str] = "fpmf"
    learns_from: ClassVar[tuple[str, ...]] = ("ratings",)
    needs_prior: ClassVar[bool] = True
    prior_: _FpmfPrior
    person_: Floats  # (FACTORS + 1,) factors and bias

    def __init__(self, prior: _FpmfPrior | None = None) -> None:
        self.prior = prior

    @classmethod
    def learn_prior(
        cls,
        X: NDArray[Any],
        others: Sequence[Answers],
        *,
        generic: GenericScore | None = None,
        layout: Layout | None = None,
        seed: int = 0,
    ) -> _FpmfPrior:
        """Train the network on the ratings in `others`; arguments as in `beholder.taste.prior`, `generic` is not used.

        Parameters
        ----------
        seed
            of the network's first weights

        Raises
        ------
        NotEnoughAnswers
            where others rated nothing
        """
        features = Traits.learned(X, layout)
        table, level, unit = _table(features.transform(X), others)
        network, people = _train(table, seed)
        return _FpmfPrior(features, network, *_population(table, network(table.Z), people), level, unit)

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        self.prior_ = prior = require_prior(self)
        slopes, bias = _design(prior.network(prior.features.transform(X[answers.rows])))
        targets = (answers.ratings - prior.level) / prior.unit - bias
        self.person_ = _regression(slopes, targets, prior.mean, prior.covariance, prior.noise)[0]

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Score of each row of X, (n,), on the raters' scale; with return_std also (n,) zeros.

        Raises
        ------
        NotFittedError
            before fit
        ShapeError
            where d differs from the fit's
        """
        matrix, prior = self._check_rows(X), self.prior_
        slopes, bias = _design(prior.network(prior.features.transform(matrix)))
        score = prior.level + prior.unit * (slopes @ self.person_ + bias)
        return (score, np.zeros(len(score))) if return_std else score

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        prior = self.prior_
        arrays = {f"fpmf.{name}": getattr(prior.network, name) for name in FactorNetwork.__dataclass_fields__}
        arrays |= {"fpmf.mean": prior.mean, "fpmf.covariance": prior.covariance, "fpmf.person": self.person_}
        return {"level": prior.level, "unit": prior.unit, "noise": prior.noise}, arrays | prior.features.state()

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        network = FactorNetwork(**{name: arrays[f"fpmf.{name}"] for name in FactorNetwork.__dataclass_fields__})
        scalars = {name: float(config[name]) for name in ("noise", "level", "unit")}
        self.prior_ = _FpmfPrior(
            Traits.restore(arrays), network, arrays["fpmf.mean"], arrays["fpmf.covariance"], **scalars
        )
        self.person_ = arrays["fpmf.person"]


def _design(items: Floats) -> tuple[Floats, Floats]:
    """What a person's factors and bias are multiplied by, (n, FACTORS + 1), and what is added, (n,)."""
    return np.column_stack([items[:, :-1], np.ones(len(items))]), items[:, -1]


def _table(Z: Floats, others: Sequence[Answers]) -> tuple[_RatingTable, float, float]:
    """The ratings in `others`, their mean and their standard deviation."""
    told = [person for person in others if len(person.rows)]
    if not told:
        raise NotEnoughAnswers("the fpmf model learns from other people's ratings, and there are none")
    rows, item = np.unique(np.concatenate([person.rows for person in told]), return_inverse=True)
    rating = np.concatenate([person.ratings for person in told])
    level, unit = float(rating.mean()), float(rating.std()) or 1.0
    begins = np.cumsum([0, *(len(person.rows) for person in told)])
    return _RatingTable(Z[rows], item, (rating - level) / unit, begins), level, unit


def _train(table: _RatingTable, seed: int) -> tuple[FactorNetwork, Floats]:
    """The network and the training raters' factors and biases, (raters, FACTORS + 1)."""
    rng = np.random.default_rng(seed)
    f = table.Z.shape[1]
    shapes = ((f, UNITS), (UNITS,), (UNITS, _FACTORS + 1), (_FACTORS + 1,), (len(table.begins) - 1, _FACTORS + 1))
    spreads = (f**-0.5, 1.0, UNITS**-0.5, 0.0, 0.1)
    ends = np.cumsum([np.prod(shape) for shape in shapes])

    def parts(parameters: Floats) -> list[Floats]:
        return [part.reshape(shape) for part, shape in zip(np.split(parameters, ends[:-1]), shapes, strict=True)]

    def objective(parameters: Floats) -> tuple[float, Floats]:
        *network, people = parts(parameters)
        value, gradients = _loss(table, FactorNetwork(*network), people)
        return value, np.concatenate([gradient.ravel() for gradient in gradients])

    start = [spread * rng.normal(size=shape).ravel() for spread, shape in zip(spreads, shapes, strict=True)]
    found = minimize(
        objective, np.concatenate(start), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS, "maxcor": 20}
    )
    *network, people = parts(np.asarray(found.x, np.float64))
    return FactorNetwork(*network), people


def _loss(table: _RatingTable, network: FactorNetwork, people: Floats) -> tuple[float, tuple[Floats, ...]]:
    """Negative log posterior and its gradients, by back-propagation: of the network's four parts and of `people`."""
    hidden = network.hidden(table.Z)
    items = hidden @ network.out + network.bias
    residuals = table.residuals(items, people)
    value = 0.5 * float(residuals.data @ residuals.data) / _NOISE + 0.5 * float((people**2).sum())
    value += 0.5 * table.decay * float((network.into**2).sum() + (network.out**2).sum())
    to_items = residuals.T @ np.column_stack([people[:, :-1], np.ones(len(people))]) / _NOISE
    to_people = residuals @ _design(items)[0] / _NOISE + people
    to_hidden = (to_items @ network.out.T) * hidden * (1 - hidden)
    return value, (
        table.Z.T @ to_hidden + table.decay * network.into,
        to_hidden.sum(0),
        hidden.T @ to_items + table.decay * network.out,
        to_items.sum(0),
        to_people,
    )


def _regression(
    slopes: Floats, targets: Floats, mean: Floats, covariance: Floats, noise: float
) -> tuple[Floats, Floats]:
    """Mean and covariance of theta given `targets = slopes @ theta + noise` and its normal prior."""
    gain = covariance @ slopes.T
    innovation = slopes @ gain
    innovation[np.diag_indices_from(innovation)] += noise
    step = np.linalg.solve(innovation, np.column_stack([targets - slopes @ mean, gain.T]))
    return mean + gain @ step[:, 0], covariance - gain @ step[:, 1:]


def _population(table: _RatingTable, items: Floats, people: Floats) -> tuple[Floats, Floats, float]:
    """Mean and covariance of people, and the noise of a rating: one step of expectation maximisation."""
    slopes, bias = _design(items)
    targets = table.rating - bias[table.item]
    width = people.shape[1]
    seen = [slice(*ends) for ends in zip(table.begins[:-1], table.begins[1:], strict=True)]
    told = [_regression(slopes[table.item[s]], targets[s], np.zeros(width), np.eye(width), _NOISE) for s in seen]
    thetas, doubts = np.stack([theta for theta, _ in told]), np.stack([doubt for _, doubt in told])
    mean = thetas.mean(0)
    apart = thetas - mean
    covariance = apart.T @ apart / len(apart) + doubts.mean(0)
    errors = table.residuals(items, thetas).data
    spread = sum(
        float(np.einsum("rk,kl,rl->", slopes[table.item[s]], doubt, slopes[table.item[s]]))
        for s, doubt in zip(seen, doubts, strict=True)
    )
    return mean, covariance, (float(errors @ errors) + spread) / len(errors)
