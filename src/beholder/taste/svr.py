"""ν-support-vector regression as published for personal taste: on the ratings, and on what a generic score leaves over.

`Svm` and `Pam` are the models of that name of [Ren2017]; `ResidualSvr` is `Pam` on principal components.

The paper's ν-SVR is libsvm's, whose C is the paper's C divided by the number of answers: with C held here, an answer
weighs the same however many there are. The paper says neither C, ν nor the kernel's width; ours stand at `C`, `NU` and
`_GAMMA` with their reasons. Targets are divided by their standard deviation first, so that C means the same on every
scale.

Ren, Shen, Lin, Mech & Foran, Personalized Image Aesthetics, ICCV 2017; Schölkopf et al., New support vector algorithms,
Neural Computation 2000; Chang & Lin, LIBSVM, ACM TIST 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beholder.table import Layout
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.feature_map import squared_distances
from beholder.taste.generic import GenericScore
from beholder.taste.picture_features import Components, PictureFeatures, Traits
from beholder.taste.prior import Shared, require_prior
from beholder.types import Answers, Floats

# Chosen on training raters and training pictures of the beauty set alone (docs/log.md). The paper's tables do not tell
# them apart: an order of magnitude in either moves ten answers by .01.
C = 0.5
NU = 0.5  # libsvm's default: half of the answers are support vectors at least
_GAMMA = 0.3
CHUNK = 16_384  # rows scored at a time


@dataclass(frozen=True, eq=False)
class Expansion:
    """`sum_j weights_j exp(-gamma |z - vectors_j|^2) + level`: a fitted SVR, scored as matrix products.

    scikit-learn's own `predict` visits row by row: over 40,000 pictures it takes seconds, and this milliseconds.
    """

    vectors: Floats  # (s, f) support vectors
    weights: Floats  # (s,)
    gamma: float
    level: float

    @classmethod
    def fit(cls, Z: Floats, targets: Floats, *, C: float, nu: float, gamma: float) -> Self:
        """ν-SVR of (r,) targets on (r, f) features; targets that are all equal, or no features, give their level."""
        level = float(targets.mean()) if len(targets) else 0.0
        unit = float(targets.std()) if len(targets) else 0.0
        if unit < 1e-9 or not Z.shape[1]:
            return cls(np.zeros((0, Z.shape[1])), np.zeros(0), gamma, level)
        from sklearn.svm import NuSVR

        machine: Any = NuSVR(C=C, nu=nu, gamma=gamma, tol=1e-6).fit(Z, (targets - level) / unit)
        weights = np.asarray(unit * machine.dual_coef_[0], np.float64)
        return cls(machine.support_vectors_, weights, gamma, level + unit * float(machine.intercept_[0]))

    def predict(self, Z: Floats) -> Floats:
        """(n,) for (n, f) rows."""
        score = np.full(len(Z), self.level)
        for at in range(0, len(Z), CHUNK) if len(self.weights) else ():
            part = np.exp(-self.gamma * squared_distances(Z[at : at + CHUNK], self.vectors))
            score[at : at + CHUNK] += part @ self.weights
        return score

    def state(self) -> Arrays:
        scalars = np.array([self.gamma, self.level])
        return {"svr.vectors": self.vectors, "svr.weights": self.weights, "svr.scalars": scalars}

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        gamma, level = (float(value) for value in arrays["svr.scalars"])
        return cls(arrays["svr.vectors"], arrays["svr.weights"], gamma, level)


class _SupportVectorModel(TasteModel):
    """What the three share: `predict` is a base score plus an `Expansion` in the features."""

    learns_from: ClassVar[tuple[str, ...]] = ("ratings",)
    kind: ClassVar[type[PictureFeatures]] = Traits
    C: float
    nu: float
    gamma: float
    features_: PictureFeatures
    expansion_: Expansion

    def _base(self, X: NDArray[Any]) -> Floats:
        """(n,) the score that the ν-SVR adds to."""
        return np.zeros(len(X))

    def _fit_expansion(self, X: NDArray[Any], answers: Answers) -> None:
        rated = X[answers.rows]
        Z = self.features_.transform(rated)
        gamma = self.gamma / max(1, Z.shape[1])
        targets = answers.ratings - self._base(rated)
        self.expansion_ = Expansion.fit(Z, targets, C=self.C, nu=self.nu, gamma=gamma)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Score of each row of X, (n,), on the person's scale; with return_std also (n,) zeros: it knows no doubt.

        raises : NotFittedError before fit; ShapeError where d differs from the fit's
        """
        matrix = self._check_rows(X)
        score = self._base(matrix) + self.expansion_.predict(self.features_.transform(matrix))
        return (score, np.zeros(len(score))) if return_std else score

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        return {}, {**self.features_.state(), **self.expansion_.state()}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.features_, self.expansion_ = self.kind.restore(arrays), Expansion.restore(arrays)


class Svm(_SupportVectorModel):
    """The baseline "SVM" of [Ren2017]: ν-SVR with an RBF kernel directly on one person's ratings.

    Parameters
    ----------
    C, nu
        of libsvm
    gamma
        of the RBF kernel, times the number of features: 1 is scikit-learn's "scale"
    layout
        which columns of X are attributes; None: none
    """

    name: ClassVar[str] = "svm"

    def __init__(self, C: float = C, nu: float = NU, gamma: float = _GAMMA, layout: Layout | None = None) -> None:
        self.C = C
        self.nu = nu
        self.gamma = gamma
        self.layout = layout

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        self.features_ = self.kind.learned(X, self.layout)
        self._fit_expansion(X, answers)


@dataclass(frozen=True, eq=False)
class _OffsetPrior(Shared):
    """What is there before the person comes: the generic score, and the features in which people depart from it."""

    features: PictureFeatures
    generic: GenericScore


class Pam(_SupportVectorModel):
    """The residual-based personalized aesthetics model of [Ren2017]: generic score plus a ν-SVR of the offsets.

    An answer's offset is rating - generic score; a score is generic score + predicted offset. Before any answer the
    generic score is all there is. The ten attributes are those that X ends in: measured ones, where we depart from the
    paper, unless the encoder has learned them (`features.attributes.with_attributes`).

    Parameters
    ----------
    prior
        from `learn_prior`
    C, nu, gamma
        as in `Svm`
    """

    name: ClassVar[str] = "pam"
    needs_prior: ClassVar[bool] = True
    prior_: _OffsetPrior

    def __init__(self, C: float = C, nu: float = NU, gamma: float = _GAMMA, prior: _OffsetPrior | None = None) -> None:
        self.C = C
        self.nu = nu
        self.gamma = gamma
        self.prior = prior

    @classmethod
    def learn_prior(
        cls, X: NDArray[Any], others: Any, *, generic: GenericScore, layout: Layout | None = None, seed: int = 0
    ) -> _OffsetPrior:
        """The generic score with the features of X; arguments as in `beholder.taste.prior`, nothing is random."""
        return _OffsetPrior(cls.kind.learned(X, layout), generic)

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        self.prior_ = require_prior(self)
        self.features_ = self.prior_.features
        self._fit_expansion(X, answers)

    def _base(self, X: NDArray[Any]) -> Floats:
        return self.prior_.generic.predict(X)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        plain, arrays = self.prior_.generic.state()
        return {"generic": plain}, {**super()._state()[1], **arrays}

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        super()._restore(config, arrays)
        self.prior_ = _OffsetPrior(self.features_, GenericScore.restore(config["generic"], arrays))


class ResidualSvr(Pam):
    """`Pam` on the first twenty principal components of the encoder's vector in place of attributes and content."""

    name: ClassVar[str] = "residual-svr"
    kind: ClassVar[type[PictureFeatures]] = Components
