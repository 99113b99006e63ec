"""The few numbers of a picture that the published models learn from, in place of the encoder's hundreds.

Both kinds are learned from the pictures alone, without answers, and once for a table: `learned`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from beholder.errors import ShapeError
from beholder.features.content import Content
from beholder.table import Layout, derived
from beholder.taste.baselines import standard
from beholder.taste.feature_map import principal_components
from beholder.taste.prior import Shared
from beholder.types import Floats

Arrays = dict[str, NDArray[Any]]


class PictureFeatures(Shared):
    """Immutable; (n, d) rows of X to (n, f) numbers."""

    @classmethod
    def fit(cls, X: NDArray[Any], layout: Layout) -> Self:
        """Learn from all rows of X."""
        raise NotImplementedError

    @classmethod
    def learned(cls, X: NDArray[Any], layout: Layout | None) -> Self:
        """`fit`, once for a table. layout : None: no attributes. raises : ShapeError, UserError where it is not X's"""
        known = layout or Layout.of(X.shape[1])
        known.check(X)
        return derived(X, (cls, known), lambda: cls.fit(X, known))

    def transform(self, X: NDArray[Any]) -> Floats:
        """(n, f) for (n, d) rows; raises ShapeError where d is not the fit's."""
        raise NotImplementedError

    def state(self) -> Arrays:
        """What `restore` needs, as arrays."""
        raise NotImplementedError

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Traits(PictureFeatures):
    """The features of [Ren2017]: ten attributes and ten content probabilities, each column standardised.

    The attributes are the last columns of X, measured or learned; where it has none, content alone is left.
    Ren et al., Personalized Image Aesthetics, ICCV 2017, section 4.
    """

    content: Content
    mean: Floats  # (f,)
    scale: Floats  # (f,), 0 for a constant column

    @classmethod
    def fit(cls, X: NDArray[Any], layout: Layout) -> Self:
        content = Content.fit(X[:, : layout.vectors])
        return cls(content, *standard(_traits(content, X)))

    def transform(self, X: NDArray[Any]) -> Floats:
        traits = _traits(self.content, X)
        if traits.shape[1] != len(self.mean):
            _refuse(X, len(self.content.mean) + len(self.mean) - len(self.content.bias))
        return (traits - self.mean) * self.scale

    def state(self) -> Arrays:
        return {**self.content.state(), "traits.mean": self.mean, "traits.scale": self.scale}

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(Content.restore(arrays), arrays["traits.mean"], arrays["traits.scale"])


@dataclass(frozen=True, eq=False)
class Components(PictureFeatures):
    """The first principal components of the encoder's vector; attributes are left out."""

    MOST = 20

    mean: Floats  # (v,)
    projection: Floats  # (v, c)
    width: int  # d

    @classmethod
    def fit(cls, X: NDArray[Any], layout: Layout) -> Self:
        mean, projection = principal_components(X[:, : layout.vectors], cls.MOST, power=1.0)
        return cls(mean, projection, X.shape[1])

    def transform(self, X: NDArray[Any]) -> Floats:
        if X.shape[1] != self.width:
            _refuse(X, self.width)
        vectors = X[:, : len(self.mean)]
        components = vectors @ self.projection.astype(X.dtype) - self.mean @ self.projection
        return np.asarray(components * np.sqrt(max(1, self.projection.shape[1])), np.float64)

    def state(self) -> Arrays:
        return {
            "components.mean": self.mean,
            "components.projection": self.projection,
            "components.width": np.array([self.width]),
        }

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        mean, projection = arrays["components.mean"], arrays["components.projection"]
        return cls(mean, projection, int(arrays["components.width"][0]))


def _traits(content: Content, X: NDArray[Any]) -> Floats:
    vector = len(content.mean)
    return np.hstack([X[:, vector:], content.transform(X[:, :vector])]).astype(np.float64)


def _refuse(X: NDArray[Any], width: int) -> None:
    raise ShapeError(f"X has rows of {X.shape[1]} numbers, but the features were learned from rows of {width}")
