"""The Gaussian process behind a question."""

from __future__ import annotations

from typing import Any

import numpy as np

from beholder.ask.candidates import some
from beholder.taste import FeatureMap, GaussianProcess, TasteMixture
from beholder.types import Answers, Ints, Matrix

_PRIOR_ROWS = 256  # rows that a prior is made from where there is no fitted model yet
_PRIOR_LANDMARKS = 64


def process_of(model: Any, X: Matrix, answers: Answers, rows: Ints, rng: np.random.Generator) -> GaussianProcess:
    """The model where it is a Gaussian process that was fitted here, not loaded; else one with held hyperparameters."""
    if isinstance(model, TasteMixture) or (isinstance(model, GaussianProcess) and hasattr(model, "evidence_")):
        return model
    features = FeatureMap.fit(X[some(rows, _PRIOR_ROWS, rng)], landmarks=_PRIOR_LANDMARKS)
    stand_in = GaussianProcess(features=features, hyperparameters={})
    compared = answers.compared()
    return stand_in.fit(X, **compared.as_fit()) if len(compared) else stand_in.fit_prior(X)
