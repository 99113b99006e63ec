"""The control that every personal model is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.metaestimators import available_if

from beholder.table import Layout
from beholder.taste.base import Arrays, TasteModel
from beholder.taste.generic import GenericScore
from beholder.taste.prior import Shared, require_prior
from beholder.types import Answers, Floats


def _knows_doubt(model: Generic) -> bool:
    return hasattr(getattr(model, "generic_", None), "pair_probability")


@dataclass(frozen=True, eq=False)
class _GenericPrior(Shared):
    generic: GenericScore


class Generic(TasteModel):
    """What people like on the whole: the generic score is its prior, and the person's own answers change nothing."""

    name: ClassVar[str] = "generic"
    needs_prior: ClassVar[bool] = True
    generic_: GenericScore

    def __init__(self, prior: _GenericPrior | None = None) -> None:
        self.prior = prior

    @classmethod
    def learn_prior(
        cls, X: ArrayLike, others: Any, *, generic: GenericScore, layout: Layout | None = None, seed: int = 0
    ) -> _GenericPrior:
        """The generic score itself; arguments as in `beholder.taste.prior`."""
        return _GenericPrior(generic)

    def _learn(self, X: NDArray[Any], answers: Answers) -> None:
        self.generic_ = require_prior(self).generic

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """The generic score of each row of X, (n,); with return_std also (n,) zeros."""
        matrix = self._check_rows(X)
        score = self.generic_.predict(matrix)
        return (score, np.zeros(len(score))) if return_std else score

    @available_if(_knows_doubt)  # type: ignore[untyped-decorator]
    def pair_probability(self, X: ArrayLike, pairs: ArrayLike) -> Floats:
        """(m,) the chance that a new person prefers the first of each pair, where the generic score tells it."""
        matrix, told = self._check_rows(X), cast(Any, self.generic_)
        probability: Floats = told.pair_probability(matrix, np.asarray(pairs, np.int64))
        return probability

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        plain, arrays = self.generic_.state()
        return {"generic": plain}, dict(arrays)

    def _restore(self, config: dict[str, Any], arrays: Arrays) -> None:
        self.generic_ = GenericScore.restore(config["generic"], arrays)
