"""Our own model: a Gaussian process with one likelihood for ratings, choices and ties.

The latent taste is `f(x) = phi(x) @ w`, w ~ N(0, 1), in the fixed coordinates of a `FeatureMap`: a linear part and a
radial part, whose shares of the prior variance (1 together) are learned. Working in weight space makes a refit's cost
depend on the number of answers and coordinates, never on the pool, and scoring one matrix-vector product.
The hyperparameters, and how they are learned, stand in `beholder.taste.evidence`.

Sources: Chu & Ghahramani 2005; Houlsby et al. 2012; Rasmussen & Williams 2006.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.special import ndtr
from sklearn.utils.validation import check_is_fitted

from beholder.errors import ShapeError, UserError
from beholder.table import Layout
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.evidence import PRIORS, Evidence, learn, merged
from beholder.taste.feature_map import COMPONENTS, LANDMARKS, FeatureMap
from beholder.taste.likelihood import CHOICE, RATING, TIE, Mode
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints


@dataclass(frozen=True, slots=True)
class Care:
    """How far a person cares which of two pictures is ahead.

    share      probability of such a taste
    stretched  (m,) probability of each pair that they care as they did for those they decided
    plain      (m,) that they care, but as the taste says, even where they decided more surely than it says
    inferred   whether for some pairs neither is supposed to matter
    """

    share: float
    stretched: Floats
    plain: Floats
    inferred: bool = False


class GaussianProcess(TasteModel):
    """Ratings, choices and ties in one Gaussian process; see the module's head.

    Fitted: hyperparameters_, features_, evidence_ (the answers; not saved) and of them log_evidence_ and
    null_log_evidence_ (the same for "no taste", f = 0), rating_std_ (noise of a rating in `predict`'s unit),
    choice_unit_ (the noise of a choice is 1 / this, in that unit).

    Parameters
    ----------
    components, landmarks
        size of the feature map that `fit` learns from X where `features` is not given
    layout
        which columns of X are attributes, which then have their own prior; None: none
    features
        a `FeatureMap` learned before; refits of the same X should share one
    hyperparameters
        a dict like `hyperparameters_`; `fit` then learns none and only refits
    """

    name: ClassVar[str] = "gp"

    def __init__(
        self,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        layout: Layout | None = None,
        features: FeatureMap | None = None,
        hyperparameters: Mapping[str, float] | None = None,
    ) -> None:
        self.components = components
        self.landmarks = landmarks
        self.layout = layout
        self.features = features
        self.hyperparameters = hyperparameters

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        held = None if self.hyperparameters is None else _complete(self.hyperparameters, self.default_hyperparameters())
        self._learn_with(X, answers, held)

    def fit_prior(self, X: ArrayLike) -> Self:
        """Before any answer: the prior alone. Units are those of choices."""
        self.answers_ = Answers()
        held = _complete(self.hyperparameters or {}, self.default_hyperparameters())
        self._learn_with(self._check_rows(X, reset=True), self.answers_, held)
        return self

    def with_hyperparameters(self, **hyperparameters: float) -> Self:
        """A fitted copy: what the same answers say of somebody of these hyperparameters, the others as they are."""
        check_is_fitted(self, "evidence_")
        other = copy(self)
        other.hyperparameters_ = _complete(hyperparameters, self.hyperparameters_)
        with one_thread():
            other._set_weights(other.evidence_, other.evidence_.mode(other.hyperparameters_))
        return other

    def evidence(self, X: NDArray[Any], answers: Answers) -> Evidence:
        """The answers as this model sees them, before it learns from them; those that say the same are one."""
        self.features_ = self.features or self.learn_features(X)
        self.centre_, self.unit_ = self._centre(answers.ratings)
        pairs = np.concatenate([answers.choices, answers.ties])
        r, m, t = len(answers.rows), len(answers.choices), len(answers.ties)
        first = np.concatenate([answers.rows, pairs[:, 0]])
        second = np.concatenate([answers.rows, pairs[:, 1]])  # of a rating, itself: not used
        kinds = np.repeat([RATING, CHOICE, TIE], [r, m, t])
        y = np.concatenate([(answers.ratings - self.centre_) / self.unit_, np.zeros(m + t)])
        kept, weights = merged(
            np.column_stack([kinds, y, first, second]), np.concatenate([np.ones(r), answers.weights, np.ones(t)])
        )
        kinds, first, second = kinds[kept], first[kept], second[kept]
        judged = np.unique(np.concatenate([first, second]))
        left, right = np.searchsorted(judged, first), np.searchsorted(judged, second[kinds != RATING])

        def across(of_judged: Floats) -> Floats:
            values = of_judged[left]
            values[kinds != RATING] -= of_judged[right]
            return values

        return Evidence(
            base=across(self.features_.rows(X, judged)),
            sizes=self.features_.sizes,
            score=across(self._generic(X[judged])),
            kinds=kinds,
            y=y[kept],
            weights=weights,
        )

    def _learn_with(self, X: NDArray[Any], answers: Answers, held: dict[str, float] | None) -> None:
        with one_thread():
            self.evidence_ = self.evidence(X, answers)
            self.hyperparameters_ = held or self._hyperparameters(self.evidence_)
            self._set_weights(self.evidence_, self.evidence_.mode(self.hyperparameters_))

    def learn_features(self, X: NDArray[Any]) -> FeatureMap:
        """The coordinates in which all fits on the same X, (n, d), should be made."""
        return FeatureMap.learned(X, components=self.components, landmarks=self.landmarks, layout=self.layout)

    def _generic(self, X: NDArray[Any]) -> Floats:
        """(n, 1) what people like in general, as a column of standard deviation 1; (n, 0) where that is not known."""
        return np.empty((len(X), 0))

    def default_hyperparameters(self) -> Mapping[str, float]:
        """The hyperparameters of somebody of whom nothing is known yet."""
        return {name: mode for name, (mode, _) in PRIORS.items()}

    def _hyperparameters(self, evidence: Evidence) -> dict[str, float]:
        learned = learn([evidence])
        if (evidence.kinds == RATING).all() and len(evidence.kinds):
            learned["choice_scale"] = choice_scale_of_rater(learned)
        return learned

    def _centre(self, ratings: Floats) -> tuple[float, float]:
        """Mean and spread of a person's ratings."""
        spread = float(ratings.std()) if len(ratings) else 0.0
        return float(ratings.mean()) if len(ratings) else 0.0, spread if spread > 1e-9 else 1.0

    def _set_weights(self, evidence: Evidence, mode: Mode) -> None:
        h, rated = self.hyperparameters_, evidence.rated
        gain = h["rating_scale"] * self.unit_ if rated else h["choice_scale"]
        generic = np.full(evidence.score.shape[1], gain * h["shared"])
        scale = np.concatenate([evidence.columns(h) * gain, generic])
        self.weights_ = mode.theta[: len(scale)] * scale  # of phi, then of the generic score
        self.offset_ = self.centre_ + self.unit_ * (float(mode.theta[-1]) if rated else 0.0)
        spread = solve_triangular(mode.factor[0], np.eye(len(mode.theta)), lower=True).T
        self.spread_ = (
            spread * (np.append(scale, self.unit_) if rated else scale)[:, None]
        )  # spread_ @ spread_.T: covariance
        self.choice_unit_ = h["choice_scale"] / (h["rating_scale"] * self.unit_) if rated else 1.0
        self.rating_std_ = h["rating_noise"] / h["rating_scale"] * h["choice_scale"] / self.choice_unit_
        self.tie_ = h["tie_width"] if (evidence.kinds == TIE).any() else 0.0  # as in the likelihood

    @property
    def log_evidence_(self) -> float:
        """Log marginal likelihood of the answers, of many a part."""
        check_is_fitted(self, "evidence_")
        return self.evidence_.few().thin().marginal(self.hyperparameters_).log_evidence

    @property
    def null_log_evidence_(self) -> float:
        """Log marginal likelihood of the same if there is no taste, f = 0, at its own best noise and tie width."""
        check_is_fitted(self, "evidence_")
        null = self.evidence_.few().without_taste()
        return null.marginal(learn([null])).log_evidence

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Expected score of each picture: on the person's scale where they rated, else in units of the choice noise.

        Parameters
        ----------
        X
            (n, d) rows of the features the model was fitted on

        Returns
        -------
        Any
            (n,); with return_std also (n,) standard deviations of the expected score

        Raises
        ------
        NotFittedError
            before fit
        ShapeError
            where d differs from the fit's
        """
        check_is_fitted(self)
        matrix = self._check_rows(X)
        own, generic = np.split(self.weights_, [self.features_.width])
        score = self.features_.score(matrix, own).astype(np.float64) + self._generic(matrix) @ generic + self.offset_
        return (score, self._std(self._phi(matrix))) if return_std else score

    def covariance(self, X: ArrayLike, Y: ArrayLike | None = None) -> Floats:
        """Posterior covariance of the scores of rows of X with those of Y (or of X), in `predict`'s unit squared."""
        left = self._root(self._phi(X))
        right = left if Y is None else self._root(self._phi(Y))
        return np.asarray(left @ right.T, dtype=np.float64)

    def difference(self, X: ArrayLike, pairs: ArrayLike) -> tuple[Floats, Floats]:
        """Mean and standard deviation of f(first) - f(second), in units of the choice noise, for (m, 2) rows of X."""
        mean, root = self.difference_root(X, pairs)
        return mean, np.sqrt(np.einsum("mp,mp->m", root, root))

    def difference_root(self, X: ArrayLike, pairs: ArrayLike) -> tuple[Floats, Floats]:
        """(m,) means as in `difference`, and (m, p) whose inner products are the covariances of the differences."""
        check_is_fitted(self)
        matrix = self._check_rows(X)
        sides = _check_pairs(pairs, len(matrix))
        judged, place = np.unique(sides, return_inverse=True)
        phi, place = self._phi_of(matrix, judged), place.reshape(-1, 2)
        width = len(self.weights_)
        scores, roots = phi @ self.weights_, phi @ self.spread_[:width]
        return (
            (scores[place[:, 0]] - scores[place[:, 1]]) * self.choice_unit_,
            (roots[place[:, 0]] - roots[place[:, 1]]) * self.choice_unit_,
        )

    def score_root(self, X: ArrayLike, rows: ArrayLike) -> Floats:
        """(r, p) whose inner products are the posterior covariances of the scores of some rows."""
        check_is_fitted(self)
        return self._root(self._phi_of(self._check_rows(X), np.asarray(rows, dtype=np.int64)))

    def choice_root(self, X: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
        """(r,) means of the scores of some rows, and (r, p) whose inner products are their covariances, in units of the
        noise of a choice; only differences mean something. Roots of two calls have no coordinates in common."""
        check_is_fitted(self)
        at = np.asarray(rows, dtype=np.int64)
        phi = self._phi_of(self._check_rows(X), at)
        width = len(self.weights_)
        return phi @ self.weights_ * self.choice_unit_, phi @ self.spread_[:width] * self.choice_unit_

    def own_root(self, X: ArrayLike, rows: ArrayLike) -> Floats:
        """(r, p) whose inner products are the prior covariances of the person's own taste at some rows, of sd 1."""
        check_is_fitted(self)
        phi = self.features_.rows(self._check_rows(X), np.asarray(rows, dtype=np.int64))
        return np.asarray(phi * self.evidence_.columns(self.hyperparameters_))

    def doubt_of_measured(self) -> Floats:
        """(a,) standard deviation of the liking for each attribute, in `predict`'s unit."""
        check_is_fitted(self)
        return np.asarray(np.linalg.norm(self.spread_[: self.features_.sizes[0]], axis=1), np.float64)

    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) probability that the first of each pair is preferred, given no tie; averaged over what is not known."""
        mean, std = self.difference(X, pairs)
        return self.chance(mean, std**2)

    def chance(self, mean: Floats, variance: Floats) -> Floats:
        """The same where a difference is known to be about N(mean, variance), in units of the choice noise."""
        first, second = (ndtr((side * mean - self.tie_) / np.sqrt(1 + variance)) for side in (1, -1))
        return np.asarray(first / (first + second))

    def cares(self, X: ArrayLike, pairs: ArrayLike) -> list[Care]:
        """For each taste that the answers allow, how far a person of it cares which of two pictures is ahead."""
        del X
        one = np.ones(len(np.asarray(pairs)))
        return [Care(1.0, one, 0 * one)]

    def _phi(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        matrix = self._check_rows(X)
        return _beside(self.features_.transform(matrix), self._generic(matrix))

    def _phi_of(self, X: NDArray[Any], rows: Ints) -> Floats:
        return _beside(self.features_.rows(X, rows), self._generic(X[rows]))

    def _root(self, phi: NDArray[Any]) -> NDArray[Any]:
        width = len(self.weights_)
        root: NDArray[Any] = phi @ self.spread_[:width].astype(phi.dtype)
        if len(self.spread_) > width:
            root += self.spread_[width].astype(phi.dtype)
        return root

    def _std(self, phi: NDArray[Any]) -> Floats:
        root = self._root(phi)
        return np.asarray(np.sqrt(np.einsum("np,np->n", root, root)), dtype=np.float64)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config = {
            "components": self.components,
            "landmarks": self.landmarks,
            "layout": self.layout and self.layout.state(),
            "hyperparameters": dict(self.hyperparameters_),
            "offset": self.offset_,
            "choice_unit": self.choice_unit_,
            "rating_std": self.rating_std_,
            "tie": self.tie_,
        }
        return config, {"weights": self.weights_, "spread": self.spread_, **self.features_.state()}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.components, self.landmarks = int(config["components"]), int(config["landmarks"])
        self.layout = Layout.restored(config, self.n_features_in_)
        self.hyperparameters_ = _complete(config["hyperparameters"], {})
        self.offset_, self.choice_unit_ = float(config["offset"]), float(config["choice_unit"])
        self.rating_std_, self.tie_ = float(config["rating_std"]), float(config["tie"])
        self.weights_, self.spread_ = arrays["weights"], arrays["spread"]
        self.features_ = FeatureMap.restore(arrays)


def choice_scale_of_rater(h: Mapping[str, float]) -> float:
    """That of somebody who only rated: a choice compares two impressions [Thurstone1927, case V]."""
    return float(h["rating_scale"] / (np.sqrt(2) * h["rating_noise"]))


def _beside(phi: NDArray[Any], generic: Floats) -> NDArray[Any]:
    return np.hstack([phi, generic.astype(phi.dtype)]) if generic.shape[1] else phi


def _complete(hyperparameters: Mapping[str, float], defaults: Mapping[str, float]) -> dict[str, float]:
    if unknown := set(hyperparameters) - set(PRIORS):
        raise UserError(f"unknown hyperparameters {sorted(unknown)}; there are: {', '.join(PRIORS)}")
    whole = {name: float(hyperparameters[name] if name in hyperparameters else defaults[name]) for name in PRIORS}
    if bad := [name for name, value in whole.items() if not (0 < value < np.inf)] + [
        name for name in whole if name.endswith("share") and not whole[name] < 1
    ]:
        raise UserError(f"hyperparameters must be positive and finite, shares below 1; wrong: {', '.join(bad)}")
    return whole


def _check_pairs(pairs: ArrayLike, n: int) -> Ints:
    sides = np.asarray(pairs)
    if sides.size == 0:
        return np.empty((0, 2), np.int64)
    if sides.ndim != 2 or sides.shape[1] != 2:
        raise ShapeError(f"pairs must be (m, 2) rows of X, got shape {sides.shape}")
    if not np.issubdtype(sides.dtype, np.integer) or sides.min() < 0 or sides.max() >= n:
        raise UserError(f"pairs must hold rows of X, whole numbers from 0 to {n - 1}")
    return sides.astype(np.int64)
