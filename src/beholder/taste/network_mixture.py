"""What networks fine-tuned on several databases know before a person comes, and the two plainest ways to use it.

`uniform-mix` is every database alike; `zero-shot-best` the one whose network agrees best with the person's answers
(figure 2 of [Yun2024]). `tvc` (`research.bench.tvc`) mixes the networks themselves, `tvc-tangent` (`taste.tangent`)
their tangents.

Yun & Choo, Scaling Up Personalized Image Aesthetic Assessment via Task Vector Customization, ECCV 2024.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from scipy.stats import rankdata

from beholder.errors import NotEnoughAnswers, ShapeError
from beholder.features.task_vectors import Columns
from beholder.table import Layout
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.capabilities import Knowledge
from beholder.taste.prior import Shared, require_prior
from beholder.types import Answers, Floats

_TRUST = 60.0  # answers that what is known before a person comes counts as
_ALIKE = 0.3  # agreement with each database where nothing is known
_MOST = 0.95  # agreement that is believed


@dataclass(frozen=True, eq=False)
class ExpertNetworks(Shared):
    """The prior of the models here: what the encoder `task-vectors:FOLDER` tells, in the first columns of X.

    Attributes
    ----------
    columns
        what stands where
    folder
        the networks, for `tvc`, which looks at the pictures again
    agreed
        (v,) how well each network agrees with training raters on the mean
    default_hyperparameters
        hyperparameters of a typical one of them, for `tvc-tangent`
    """

    columns: Columns
    folder: Path | None = None
    agreed: Floats | None = None
    default_hyperparameters: dict[str, float] | None = None

    def check(self, X: NDArray[Any]) -> None:
        """Raises
        ------
        ShapeError
            where X has not even the columns of the networks
        """
        if X.shape[1] < self.columns.width:
            raise ShapeError(
                f"X has rows of {X.shape[1]} numbers; wanted are the {self.columns.width} of task vectors of "
                f"{', '.join(self.columns.names)}, and what is measured behind them"
            )


def checked(networks: ExpertNetworks | None, X: NDArray[Any], others: Sequence[Answers], name: str) -> ExpertNetworks:
    """What is known before a person comes, other people's agreement with the networks among it.

    Raises
    ------
    NotEnoughAnswers
        where a model of this name has no networks
    ShapeError
        where they say other columns
    """
    if networks is None:
        raise NotEnoughAnswers(f"the {name} model needs task vectors: see `beholder train task-vectors`")
    networks.check(X)
    scores = networks.columns.scores(X)
    agreed = [agreement(scores, person) for person in others if len(person) > 1]
    return replace(networks, agreed=np.mean(agreed, axis=0)) if agreed else networks


def agreement(scores: NDArray[Any], answers: Answers) -> Floats:
    """(v,) how well each column of scores (n, v) agrees with a person's answers, from -1 to 1; 0 where nothing tells.

    Spearman's correlation with ratings; of choices the share that goes its way less the share that does not. Where
    there are both, each counts by its number.
    """
    total, count = np.zeros(scores.shape[1]), 0.0
    if len(answers.rows) > 1:
        ranks = np.column_stack([rankdata(column) for column in scores[answers.rows].T])
        total += len(answers.rows) * _correlations(ranks, rankdata(answers.ratings))
        count += len(answers.rows)
    if (weight := float(answers.weights.sum())) > 0:
        won = np.sign(scores[answers.choices[:, 0]] - scores[answers.choices[:, 1]])
        total += answers.weights @ won
        count += weight
    return np.asarray(total / count if count else total, np.float64)


def mixture_weights(scores: NDArray[Any], answers: Answers, agreed: Floats | None = None) -> Floats:
    """(v,) how likely each network is the one that fits the person, summing to 1.

    Parameters
    ----------
    scores
        (n, v) of its networks
    agreed
        (v,) agreement with other people; None: not known, all alike By the likelihood of a straight line with their
        agreement as correlation; a network that ranks the other way round is as unlikely as one that does not agree.
    """
    k = float(len(answers))
    known = np.full(scores.shape[1], _ALIKE) if agreed is None else agreed
    r = np.clip((k * agreement(scores, answers) + _TRUST * known) / (k + _TRUST), 0, _MOST)
    return np.asarray(softmax(-(k + _TRUST) / 2 * np.log1p(-(r**2))), np.float64)


def _on_scale_of(score: Floats, ratings: Floats, rated: Floats) -> tuple[float, float]:
    """(level, unit) by which `level + unit * score` is on the scale of the ratings; (0, 1) where there are none.

    rated : the scores of what was rated; the spread of the ratings is taken over, not fitted: with few answers a
    regression would turn scores round that agree little
    """
    if not len(ratings):
        return 0.0, 1.0
    spread = float(np.std(score))
    unit = float(ratings.std()) / spread if spread > 1e-9 and ratings.std() > 0 else 1.0
    return float(ratings.mean() - unit * np.mean(rated)), unit


def _correlations(columns: Floats, y: Floats) -> Floats:
    columns, y = columns - columns.mean(0), y - y.mean()
    size = np.sqrt((columns**2).sum(0) * (y @ y))
    return np.asarray(np.divide(columns.T @ y, size, out=np.zeros(len(size)), where=size > 1e-12))


class NetworkMixture(TasteModel):
    """What the models here share: columns of X that networks gave, and a score that is one of theirs, or a mixture."""

    of_networks: ClassVar[bool] = True
    needs_prior: ClassVar[bool] = True
    prior_: ExpertNetworks

    def __init__(self, prior: ExpertNetworks | None = None) -> None:
        self.prior = prior

    @classmethod
    def learn_prior(
        cls,
        X: NDArray[Any],
        others: Any,
        *,
        generic: Any = None,
        layout: Layout | None = None,
        seed: int = 0,
        networks: ExpertNetworks | None = None,
    ) -> ExpertNetworks:
        """The networks, and how well each agrees with other people.

        Raises
        ------
        NotEnoughAnswers
            where there are no networks
        """
        return checked(networks, X, others, cls.name)

    @classmethod
    def prior_from(cls, knowledge: Knowledge) -> ExpertNetworks:
        """Raises
        ------
        UserError
            where no networks made X
        """
        networks: ExpertNetworks = knowledge.known_networks(cls.name)
        return networks

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        self.prior_ = require_prior(self)
        self.prior_.check(X)
        scores = self.prior_.columns.scores(X)
        self.coefficients_ = self._mix(X, scores, answers)
        score = self._raw(X)
        self.level_, self.unit_ = _on_scale_of(score, answers.ratings, score[answers.rows])

    def _mix(self, X: NDArray[Any], scores: NDArray[Any], answers: Answers) -> Floats:
        raise NotImplementedError

    def _raw(self, X: NDArray[Any]) -> Floats:
        """(n,) scores from 0 to 1."""
        raise NotImplementedError

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Score of each row of X, (n,), on the person's scale where they rated; with return_std also (n,) zeros."""
        matrix = self._check_rows(X)
        score = self.level_ + self.unit_ * self._raw(matrix)
        return (score, np.zeros(len(score))) if return_std else score

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        columns = self.prior_.columns
        plain = {"sets": columns.names, "blocks": columns.blocks, "level": self.level_, "unit": self.unit_}
        return plain, {"coefficients": self.coefficients_}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.prior_ = ExpertNetworks(Columns(tuple(config["sets"]), tuple(config["blocks"])))
        self.level_, self.unit_ = float(config["level"]), float(config["unit"])
        self.coefficients_ = arrays["coefficients"]


class UniformMix(NetworkMixture):
    """The network in the middle of all databases, for everybody."""

    name: ClassVar[str] = "uniform-mix"

    def _mix(self, X: NDArray[Any], scores: NDArray[Any], answers: Answers) -> Floats:
        return np.full(scores.shape[1], 1 / scores.shape[1])

    def _raw(self, X: NDArray[Any]) -> Floats:
        return np.asarray(self.prior_.columns.mix(X), np.float64)


class ZeroShotBest(NetworkMixture):
    """The fine-tuned network that agrees best with the person's answers; the first of those that do."""

    name: ClassVar[str] = "zero-shot-best"

    def _mix(self, X: NDArray[Any], scores: NDArray[Any], answers: Answers) -> Floats:
        if not len(answers):
            raise NotEnoughAnswers("before any answer no database is nearer to a person than another")
        return np.asarray(np.eye(scores.shape[1])[int(np.argmax(agreement(scores, answers)))])

    def _raw(self, X: NDArray[Any]) -> Floats:
        return np.asarray(self.prior_.columns.scores(X) @ self.coefficients_, np.float64)
