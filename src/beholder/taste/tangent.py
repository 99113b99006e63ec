"""`tvc-tangent`: task vectors for one person without a network of their own, as a Gaussian process on the tangent.

Round the middle of all databases a mixed network's score is linear in its coefficients, to first order: the score there
and, for each database and block of layers, a derivative that is computed once per picture (`features.expert_networks`).
A person is then a Bayesian linear fit on these numbers, with the same questions, doubts and words as any other taste,
and a ranking costs one matrix product.

What is taken for granted, as `shared * s(x)`, is a mixture of the networks' own scores. `tvc` starts at softmax(10
SRCC) of a few answers, which ten answers hardly tell apart; here an answer weighs as it does in a likelihood, and what
training raters agreed with counts as `TRUST` answers. The person's own part is linear in those scores, each with its
own weight, and in the tangents' principal components, and radial in the latter. How much of each there is in a typical
person is learned from training raters where there are any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from beholder.features.task_vectors import Columns
from beholder.table import Layout
from beholder.taste.base import Arrays
from beholder.taste.capabilities import Knowledge
from beholder.taste.evidence import Evidence, learn
from beholder.taste.feature_map import COMPONENTS, LANDMARKS, FeatureMap
from beholder.taste.gaussian_process import GaussianProcess
from beholder.taste.network_mixture import ExpertNetworks, checked, mixture_weights
from beholder.taste.population import complete_kinds
from beholder.taste.prior import require_prior
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats

# Of a typical person where no training raters are known: as `learn_prior` found them for training raters of the beauty
# set, by networks that had seen 132 of its training pictures (docs/log.md).
_DEFAULTS = {
    "choice_scale": 0.373,
    "rating_scale": 0.386,
    "rating_noise": 0.731,
    "tie_width": 0.3,
    "measured_share": 0.166,
    "linear_share": 0.254,
    "shared": 1.428,
}
_MOST_RATERS, _EACH = 100, 60  # from whom these are learned, and how many answers of each


class TangentProcess(GaussianProcess):
    """See the module's head.

    Fitted besides: start_ (v,) the mixture that is taken for granted

    Parameters
    ----------
    prior
        `ExpertNetworks`; others as in `GaussianProcess`, the features being a map of the networks' columns
    """

    name: ClassVar[str] = "tvc-tangent"
    of_networks: ClassVar[bool] = True

    def __init__(
        self,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        features: FeatureMap | None = None,
        hyperparameters: Mapping[str, float] | None = None,
        prior: ExpertNetworks | None = None,
    ) -> None:
        super().__init__(components, landmarks, None, features, hyperparameters)
        self.prior = prior

    @classmethod
    def learn_prior(
        cls,
        X: NDArray[Any],
        others: Sequence[Answers],
        *,
        generic: Any = None,
        layout: Layout | None = None,
        seed: int = 0,
        networks: ExpertNetworks | None = None,
    ) -> ExpertNetworks:
        """The networks, and how far people depart from them, learned from what others said of these pictures.

        Raises
        ------
        NotEnoughAnswers
            where there are no networks
        """
        known, rng = checked(networks, X, others, cls.name), np.random.default_rng(seed)
        start, people = cls(prior=known), list[Evidence]()
        for i in rng.permutation(len(others))[:_MOST_RATERS]:
            sizes = (len(part) for part in (others[i].rows, others[i].choices, others[i].ties))
            some = others[i].take(*(rng.permutation(size)[:_EACH] for size in sizes))
            if len(some):
                people.append(start.evidence(X, some))
        if not people:
            return known
        with one_thread():
            learned = learn(people)
        kinds = {int(kind) for person in people for kind in np.unique(person.kinds)}
        return replace(known, default_hyperparameters=complete_kinds(learned, kinds))

    @classmethod
    def prior_from(cls, knowledge: Knowledge) -> ExpertNetworks:
        """Raises
        ------
        UserError
            where no networks made X
        """
        networks: ExpertNetworks = knowledge.known_networks(cls.name)
        return networks

    def default_hyperparameters(self) -> Mapping[str, float]:
        """Those of a typical training rater, where they are known."""
        prior: ExpertNetworks = require_prior(self)
        return _DEFAULTS if prior.default_hyperparameters is None else prior.default_hyperparameters

    def evidence(self, X: NDArray[Any], answers: Answers) -> Evidence:
        """As in `GaussianProcess`, after the mixture that is taken for granted is chosen."""
        prior: ExpertNetworks = require_prior(self)
        prior.check(X)
        scores = prior.columns.scores(X)
        self.start_ = mixture_weights(scores, answers, prior.agreed)
        base = scores @ self.start_.astype(scores.dtype)
        self.base_ = float(base.mean()), float(base.std()) or 1.0
        return super().evidence(X, answers)

    def learn_features(self, X: NDArray[Any]) -> FeatureMap:
        """The map of the columns of the task vectors, for all refits on the same X, (n, d)."""
        columns = require_prior(self).columns
        sets = len(columns.names)
        part = [*range(1 + sets, columns.width), *range(1, 1 + sets)]  # tangents, then scores as attributes
        layout = Layout.of(len(part), sets)
        return FeatureMap.learned_of(X, part, components=self.components, landmarks=self.landmarks, layout=layout)

    def _generic(self, X: NDArray[Any]) -> Floats:
        scores = require_prior(self).columns.scores(X)
        level, spread = self.base_
        return np.asarray((scores @ self.start_ - level)[:, None] / spread, np.float64)

    def _hyperparameters(self, evidence: Evidence) -> dict[str, float]:
        """The typical person's: what one person's few answers say of them only adds noise, as in `population-gp`."""
        return dict(self.default_hyperparameters())

    def depths(self, X: NDArray[Any], parts: int, draws: int) -> Floats:
        """(draws, parts) how much of the person's own part in the tangents lies in each part of the networks.

        Parts go from the pixels on and are 1 together; each draw is one taste that the answers allow.
        """
        columns, (measured, components, _) = require_prior(self).columns, self.features_.sizes
        own, first = slice(measured, measured + components), 1 + len(columns.names)
        root = self.spread_[own]
        drawn = self.weights_[own] + np.random.default_rng(0).standard_normal((draws, root.shape[1])) @ root.T
        weights = self.features_.projection[first : columns.width, own] @ drawn.T
        Z = columns.tangents(X) - columns.tangents(self.features_.mean[None])
        part = np.tile(np.arange(len(columns.blocks)) * parts // len(columns.blocks), len(columns.names))
        size = np.stack([(Z[:, part == k] @ weights[part == k]).std(0) for k in range(parts)], axis=1)
        return np.asarray(size / np.maximum(size.sum(1, keepdims=True), 1e-12), np.float64)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config, arrays = super()._state()
        columns = require_prior(self).columns
        plain = {"sets": columns.names, "blocks": columns.blocks, "base": self.base_}
        return {**config, **plain}, {**arrays, "start": self.start_}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        super()._restore(config, arrays)
        self.prior = ExpertNetworks(Columns(tuple(config["sets"]), tuple(config["blocks"])))
        self.start_, self.base_ = arrays["start"], (float(config["base"][0]), float(config["base"][1]))
