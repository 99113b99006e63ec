"""The models to beat: ridge on ratings, Bradley-Terry and logistic regression on choices.

Each is the plain textbook version, so that a table's reader knows what the figure means.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from beholder.taste.base import Arrays, TasteModel
from beholder.taste.feature_map import principal_components
from beholder.types import Answers, Floats, Ints

_ALPHAS = np.logspace(0, 5, 16)  # per standardised column set: from hardly any shrinkage to the mean alone


class _LinearModel(TasteModel):
    """A score that is linear in X: `predict` is one matrix-vector product, `coef_` (d,) and `intercept_` its state."""

    coef_: Floats
    intercept_: float

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Score of each row of X, (n,); with return_std also (n,) zeros: these models know no uncertainty.

        raises : NotFittedError before fit; ShapeError where d differs from the fit's
        """
        matrix = self._check_rows(X)
        score = (matrix @ self.coef_.astype(matrix.dtype)).astype(np.float64) + self.intercept_
        return (score, np.zeros(len(score))) if return_std else score

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        return {"intercept": self.intercept_}, {"coef": self.coef_}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.intercept_, self.coef_ = float(config["intercept"]), arrays["coef"]


class Ridge(_LinearModel):
    """Ridge regression of ratings on the standardised columns; its strength by exact leave-one-out error.

    It learns from ratings alone: a choice says nothing of the rating scale that its score stands on.
    """

    name: ClassVar[str] = "ridge"
    learns_from: ClassVar[tuple[str, ...]] = ("ratings",)

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        mean, scale = standard(X)
        inputs = (X[answers.rows] - mean) * scale
        slope, level = _ridge(inputs, answers.ratings)
        self.coef_ = slope * scale
        self.intercept_ = level - float(mean @ self.coef_)


class _ChoiceModel(_LinearModel):
    """What the two models of choices share: ratings are refused; a tie is half a win for each side."""

    learns_from: ClassVar[tuple[str, ...]] = ("choices",)


class Logistic(_ChoiceModel):
    """L2-regularised logistic regression on differences of the first principal components.

    Parameters
    ----------
    components
        how many
    C
        inverse strength, for components of mean square length 1; 0.3 was best for choices among photographs of
        flowers and houses at 10 to 100 answers, and choosing it inside ten answers only adds noise
    """

    name: ClassVar[str] = "logistic"

    def __init__(self, components: int = 40, C: float = 0.3) -> None:
        self.components = components
        self.C = C

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        wins, weight = _wins(answers)
        mean, projection = principal_components(X, self.components, power=1.0)
        if not projection.shape[1]:
            self.coef_, self.intercept_ = np.zeros(X.shape[1]), 0.0
            return
        Z = (X[wins.ravel()].astype(np.float64) - mean) @ projection
        between = Z[0::2] - Z[1::2]
        # every choice also the other way round: scikit-learn wants two classes, and no side may be favoured
        from sklearn.linear_model import LogisticRegression

        regression = LogisticRegression(C=self.C / 2, fit_intercept=False, tol=1e-8, max_iter=1000)
        regression.fit(np.vstack([between, -between]), np.repeat([1, 0], len(between)), np.tile(weight, 2))
        self.coef_ = projection @ regression.coef_[0]
        self.intercept_ = -float(mean @ self.coef_)


class BradleyTerry(_ChoiceModel):
    """A strength for each compared picture, then ridge regression of the strengths on X for all pictures.

    Fitted: strengths_ (compared,) and compared_ (rows of X), as well as the linear score of any picture.

    Parameters
    ----------
    prior_std
        standard deviation of a strength. It keeps pictures comparable that no chain of choices connects: without it
        the likelihood has no maximum, and iterations stop in an order that means nothing.
    """

    name: ClassVar[str] = "bradley-terry"

    def __init__(self, prior_std: float = 1.0) -> None:
        self.prior_std = prior_std

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        wins, weight = _wins(answers)
        self.compared_, place = np.unique(wins, return_inverse=True)
        self.strengths_ = strengths(place.reshape(-1, 2), weight, len(self.compared_), self.prior_std)
        mean, scale = standard(X)
        inputs = (X[self.compared_] - mean) * scale
        slope, level = _ridge(inputs, self.strengths_)
        self.coef_ = slope * scale
        self.intercept_ = level - float(mean @ self.coef_)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config, arrays = super()._state()
        return config, {**arrays, "compared": self.compared_, "strengths": self.strengths_}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        super()._restore(config, arrays)
        self.compared_, self.strengths_ = arrays["compared"], arrays["strengths"]


def strengths(wins: Ints, weights: Floats, n: int, prior_std: float = 1.0) -> Floats:
    """The (n,) Bradley-Terry strengths of largest posterior probability, by Newton's method.

    Parameters
    ----------
    wins
        (m, 2) rows of (winner, loser) among n items
    weights
        (m,) · log odds of a win = difference of strengths
    """
    theta = np.zeros(n)
    rank = 1 / prior_std**2
    for _ in range(100):
        missed = weights * expit(theta[wins[:, 1]] - theta[wins[:, 0]])
        gradient = -rank * theta
        np.add.at(gradient, wins[:, 0], missed)
        np.add.at(gradient, wins[:, 1], -missed)
        curvature = missed * expit(theta[wins[:, 0]] - theta[wins[:, 1]])
        hessian = rank * np.eye(n)
        for a, b, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
            np.add.at(hessian, (wins[:, a], wins[:, b]), sign * curvature)
        step = np.linalg.solve(hessian, gradient)
        theta += step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return theta


def _wins(answers: Answers) -> tuple[Ints, Floats]:
    halves = np.full(2 * len(answers.ties), 0.5)
    wins = np.concatenate([answers.choices, answers.ties, answers.ties[:, ::-1]])
    return wins, np.concatenate([answers.weights, halves])


def standard(X: NDArray[Any]) -> tuple[Floats, Floats]:
    """Mean and inverse standard deviation of every column; constant columns get 0."""
    mean, spread = X.mean(0, dtype=np.float64), X.std(0, dtype=np.float64)
    level = 1e-9 * max(float(spread.max(initial=0)), 1e-30)
    return mean, np.where(spread > level, 1 / np.maximum(spread, level), 0.0)


def _ridge(inputs: Floats, targets: Floats) -> tuple[Floats, float]:
    if np.ptp(targets) < 1e-12:
        return np.zeros(inputs.shape[1]), float(targets.mean())
    # two points have no leave-one-out error; their order comes out the same at any strength
    alphas = _ALPHAS if len(targets) > 2 else _ALPHAS[len(_ALPHAS) // 2 :][:1]
    from sklearn.linear_model import RidgeCV

    regression = RidgeCV(alphas=alphas).fit(inputs, targets)
    return np.asarray(regression.coef_, dtype=np.float64), float(regression.intercept_)
