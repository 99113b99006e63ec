"""Our own model: a Gaussian process with one likelihood for ratings, choices and ties.

The latent taste is `f(x) = phi(x) @ w`, w ~ N(0, 1), in the fixed coordinates of a `FeatureMap`: a linear part and a
radial part, whose shares of the prior variance (1 together) are learned. Working in weight space makes a refit's cost
depend on the number of answers and coordinates, never on the pool, and scoring one matrix-vector product.
Five hyperparameters, each well scaled, are learned by Laplace's marginal likelihood with log-normal (logit-normal for the
share) priors, because with ten answers the marginal likelihood alone is flat and runs to its borders:

    choice_scale   standard deviation of f in units of the noise of a choice
    rating_scale   the same in units of the spread of this person's ratings
    rating_noise   noise of a rating, in units of that spread
    tie_width      half-width of "both the same", in units of the noise of a choice
    linear_share   part of the prior variance that is linear in the components

Priors were set on ratings and choices that no reported figure is computed on (choices among flower and house
photographs, ratings of training raters). Sources: Chu & Ghahramani 2005; Houlsby et al. 2012; Rasmussen & Williams 2006.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtr
from sklearn.utils.validation import check_is_fitted

from beholder.errors import ShapeError, UserError
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.feature_map import COMPONENTS, LANDMARKS, FeatureMap
from beholder.taste.likelihood import (
    CHOICE,
    OFFSET_PRECISION,
    RATING,
    TIE,
    Likelihood,
    Mode,
    evidence_slope,
    find_mode,
)
from beholder.types import Answers, Floats, Ints

# name: (mode in natural units, standard deviation of its log; of its logit for the share)
PRIORS: dict[str, tuple[float, float]] = {
    "choice_scale": (0.7, 0.5),
    "rating_scale": (0.7, 0.5),
    "rating_noise": (0.7, 0.5),
    "tie_width": (0.3, 1.0),
    "linear_share": (0.5, 1.0),
}


def _outward(name: str, value: float) -> float:
    return float(logit(value) if name == "linear_share" else np.log(value))


def _inward(name: str, value: float) -> float:
    return float(expit(value) if name == "linear_share" else np.exp(value))


class Evidence(NamedTuple):
    """The answers as functionals of phi: base (m, width) unscaled, offset (m,) 1 for ratings, n_linear columns first."""

    base: Floats
    n_linear: int
    kinds: Ints
    y: Floats
    weights: Floats

    def likelihood(self, h: Mapping[str, float]) -> Likelihood:
        return Likelihood(self.kinds, self.y, self.weights, h["rating_noise"], h["tie_width"])

    def columns(self, h: Mapping[str, float]) -> Floats:
        share = h["linear_share"]
        return np.repeat(np.sqrt([share, 1 - share]), [self.n_linear, self.base.shape[1] - self.n_linear])

    def gains(self, h: Mapping[str, float]) -> Floats:
        return np.where(self.kinds == RATING, h["rating_scale"], h["choice_scale"])

    def scaled(self, gains: Floats, columns: Floats, offset: float = 1.0) -> Floats:
        """(m, width [+ 1]): the design; the last column, the person's offset, is there where ratings are."""
        design = self.base * gains[:, None] * columns
        rated = self.kinds == RATING
        return np.column_stack([design, offset * rated]) if rated.any() else design

    def precision(self) -> Floats:
        ones = np.ones(self.base.shape[1])
        return np.append(ones, OFFSET_PRECISION) if (self.kinds == RATING).any() else ones

    def mode(self, h: Mapping[str, float], start: Floats | None = None) -> Mode:
        return find_mode(self.scaled(self.gains(h), self.columns(h)), self.precision(), self.likelihood(h), start)

    def thin(self) -> Evidence:
        """The same evidence in as few coordinates as it has answers: only inner products matter to it."""
        parts = [_thin(self.base[:, : self.n_linear]), _thin(self.base[:, self.n_linear :])]
        return self._replace(base=np.hstack(parts), n_linear=parts[0].shape[1])

    def without_taste(self) -> Evidence:
        return self._replace(base=self.base[:, :0], n_linear=0)

    def active(self) -> list[str]:
        """The hyperparameters that these answers can say something of."""
        present = {int(kind) for kind in np.unique(self.kinds)}
        names = ["choice_scale"] if present & {CHOICE, TIE} and self.base.shape[1] else []
        if RATING in present:
            names += ["rating_scale"] if self.base.shape[1] else []
            names += ["rating_noise"]
        names += ["tie_width"] if TIE in present else []
        return names + (["linear_share"] if 0 < self.n_linear < self.base.shape[1] else [])


def _thin(base: Floats) -> Floats:
    if base.shape[1] <= base.shape[0]:
        return base
    return np.asarray(np.linalg.qr(base.T, mode="r").T)


def learn(evidence: Evidence) -> dict[str, float]:
    """The hyperparameters of largest evidence times prior; those the answers are silent of stay at the prior's mode."""
    evidence = evidence.thin()
    names = evidence.active()
    held = {name: mode for name, (mode, _) in PRIORS.items()}
    if not names:
        return held
    centre = np.array([_outward(name, PRIORS[name][0]) for name in names])
    spread = np.array([PRIORS[name][1] for name in names])
    start: list[Floats | None] = [None]

    def objective(z: Floats) -> tuple[float, Floats]:
        h = held | {name: _inward(name, value) for name, value in zip(names, z, strict=True)}
        mode = evidence.mode(h, start[0])
        start[0] = mode.theta
        pull = (z - centre) / spread
        slope = np.array([_slope(evidence, h, mode, name) for name in names]) - pull / spread
        return -(mode.log_evidence - 0.5 * float(pull @ pull)), -slope

    bounds = list(zip(centre - 4 * spread, centre + 4 * spread, strict=True))
    best = minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40, "ftol": 1e-7})
    return held | {name: _inward(name, value) for name, value in zip(names, best.x, strict=True)}


def _slope(evidence: Evidence, h: Mapping[str, float], mode: Mode, name: str) -> float:
    gains, columns = evidence.gains(h), evidence.columns(h)
    design = evidence.scaled(gains, columns)
    if name in ("rating_noise", "tie_width"):
        slopes = evidence.likelihood(h).slopes(mode.u)
        return evidence_slope(mode, design, None, slopes["noise" if name == "rating_noise" else "tie_width"])
    if name == "linear_share":
        share = h["linear_share"]
        linear = np.arange(len(columns)) < evidence.n_linear
        change = evidence.scaled(gains, columns * np.where(linear, (1 - share) / 2, -share / 2), offset=0.0)
    else:
        ours = (evidence.kinds == RATING) == (name == "rating_scale")
        change = evidence.scaled(gains * ours, columns, offset=0.0)
    return evidence_slope(mode, design, change)


class GaussianProcess(TasteModel):
    """Ratings, choices and ties in one Gaussian process; see the module's head.

    components, landmarks : size of the feature map that `fit` learns from X where `features` is not given
    features              : a `FeatureMap` learned before; refits of the same X should share one
    hyperparameters       : a dict like `hyperparameters_`; `fit` then learns none and only refits

    Fitted: hyperparameters_, features_, log_evidence_, null_log_evidence_ (the same for "no taste", f = 0).
    """

    name: ClassVar[str] = "gp"

    def __init__(
        self,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        features: FeatureMap | None = None,
        hyperparameters: Mapping[str, float] | None = None,
    ) -> None:
        self.components = components
        self.landmarks = landmarks
        self.features = features
        self.hyperparameters = hyperparameters

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        rows: ArrayLike | None = None,
        choices: ArrayLike | None = None,
        ties: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Learn from ratings, choices and ties among the rows of X; arrays as in `docs/data.md`.

        All rows of X, judged or not, shape the feature map; only judged rows cost anything afterwards.
        raises : ShapeError, UserError, NotEnoughAnswers
        """
        matrix, answers = self._check_fit(X, y, rows=rows, choices=choices, ties=ties, weights=weights)
        held = None if self.hyperparameters is None else _complete(self.hyperparameters)
        self.features_ = self.features or FeatureMap.fit(matrix, components=self.components, landmarks=self.landmarks)
        self.centre_, self.unit_ = _centre(answers.ratings)
        evidence = self._evidence(matrix, answers)
        self.hyperparameters_ = held or learn(evidence)
        self._set_weights(evidence, evidence.mode(self.hyperparameters_))
        nothing = evidence.without_taste()
        self._null = nothing
        return self

    def _evidence(self, X: NDArray[Any], answers: Answers) -> Evidence:
        pairs = np.concatenate([answers.choices, answers.ties])
        judged, place = np.unique(np.concatenate([answers.rows, pairs.ravel()]), return_inverse=True)
        phi = self.features_.rows(X, judged)
        r, m, t = len(answers.rows), len(answers.choices), len(answers.ties)
        sides = place[r:].reshape(-1, 2)
        return Evidence(
            base=np.vstack([phi[place[:r]], phi[sides[:, 0]] - phi[sides[:, 1]]]),
            n_linear=self.features_.n_linear,
            kinds=np.repeat([RATING, CHOICE, TIE], [r, m, t]),
            y=np.concatenate([(answers.ratings - self.centre_) / self.unit_, np.zeros(m + t)]),
            weights=np.concatenate([np.ones(r), answers.weights, np.ones(t)]),
        )

    def _set_weights(self, evidence: Evidence, mode: Mode) -> None:
        h = self.hyperparameters_
        rated = bool(len(evidence.y) and (evidence.kinds == RATING).any())
        width = evidence.base.shape[1]
        scale = evidence.columns(h) * (h["rating_scale"] * self.unit_ if rated else h["choice_scale"])
        self.weights_ = mode.theta[:width] * scale
        self.offset_ = self.centre_ + self.unit_ * (float(mode.theta[-1]) if rated else 0.0)
        spread = solve_triangular(mode.factor[0], np.eye(len(mode.theta)), lower=True).T
        self.spread_ = spread * (np.append(scale, self.unit_) if rated else scale)[:, None]  # spread_ @ spread_.T: covariance
        self.choice_unit_ = h["choice_scale"] / (h["rating_scale"] * self.unit_) if rated else 1.0
        self.log_evidence_ = mode.log_evidence

    @property
    def null_log_evidence_(self) -> float:
        """Log marginal likelihood of the answers where there is no taste, f = 0, at its own best noise and tie width."""
        check_is_fitted(self)
        held = learn(self._null) if self.hyperparameters is None else self.hyperparameters_
        return self._null.mode(held).log_evidence

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Expected score of each picture: on the person's scale where they rated, else in units of the choice noise.

        X : (n, d) rows of the features the model was fitted on
        returns : (n,); with return_std also (n,) standard deviations of the expected score
        raises : NotFittedError before fit; ShapeError where d differs from the fit's
        """
        phi = self._phi(X)
        score = (phi @ self.weights_.astype(phi.dtype)).astype(np.float64) + self.offset_
        return (score, self._std(phi)) if return_std else score

    def covariance(self, X: ArrayLike, Y: ArrayLike | None = None) -> Floats:
        """Posterior covariance of the scores of rows of X with those of Y (or of X), in `predict`'s unit squared."""
        left = self._root(self._phi(X))
        right = left if Y is None else self._root(self._phi(Y))
        return np.asarray(left @ right.T, dtype=np.float64)

    def difference(self, X: ArrayLike, pairs: ArrayLike) -> tuple[Floats, Floats]:
        """Mean and standard deviation of f(first) - f(second), in units of the choice noise, for (m, 2) rows of X."""
        phi = self._phi(X)
        sides = _check_pairs(pairs, len(phi))
        between = phi[sides[:, 0]] - phi[sides[:, 1]]
        width = len(self.weights_)
        mean = between @ self.weights_.astype(phi.dtype)
        root = between @ self.spread_[:width].astype(phi.dtype)
        std = np.sqrt(np.einsum("mp,mp->m", root, root))
        return mean.astype(np.float64) * self.choice_unit_, std.astype(np.float64) * self.choice_unit_

    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) probability that the first of each pair is preferred, ties left out; averaged over what is not known."""
        mean, std = self.difference(X, pairs)
        return np.asarray(ndtr(mean / np.sqrt(1 + std**2)))

    def _phi(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        return self.features_.transform(self._check_rows(X))

    def _root(self, phi: NDArray[Any]) -> NDArray[Any]:
        width = len(self.weights_)
        root = phi @ self.spread_[:width].astype(phi.dtype)
        return root + self.spread_[width].astype(phi.dtype) if len(self.spread_) > width else root

    def _std(self, phi: NDArray[Any]) -> Floats:
        root = self._root(phi)
        return np.sqrt(np.einsum("np,np->n", root, root)).astype(np.float64)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        config = {
            "components": self.components,
            "landmarks": self.landmarks,
            "hyperparameters": dict(self.hyperparameters_),
            "offset": self.offset_,
            "choice_unit": self.choice_unit_,
            "log_evidence": self.log_evidence_,
        }
        return config, {"weights": self.weights_, "spread": self.spread_, **self.features_.state()}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.components, self.landmarks = int(config["components"]), int(config["landmarks"])
        self.hyperparameters_ = _complete(config["hyperparameters"])
        self.offset_, self.choice_unit_ = float(config["offset"]), float(config["choice_unit"])
        self.log_evidence_ = float(config["log_evidence"])
        self.weights_, self.spread_ = arrays["weights"], arrays["spread"]
        self.features_ = FeatureMap.restore(arrays)


def _centre(ratings: Floats) -> tuple[float, float]:
    if not len(ratings):
        return 0.0, 1.0
    spread = float(ratings.std())
    return float(ratings.mean()), spread if spread > 1e-9 else 1.0


def _complete(hyperparameters: Mapping[str, float]) -> dict[str, float]:
    if unknown := set(hyperparameters) - set(PRIORS):
        raise UserError(f"unknown hyperparameters {sorted(unknown)}; there are: {', '.join(PRIORS)}")
    whole = {name: float(hyperparameters.get(name, mode)) for name, (mode, _) in PRIORS.items()}
    if bad := [name for name, value in whole.items() if not (0 < value < np.inf)] + [
        name for name in ("linear_share",) if not whole[name] < 1
    ]:
        raise UserError(f"hyperparameters must be positive and finite, linear_share below 1; wrong: {', '.join(bad)}")
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
