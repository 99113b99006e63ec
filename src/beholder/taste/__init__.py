"""Taste models: estimators from rows of X to scores. `docs/data.md` says what every array means."""

from __future__ import annotations

from typing import Any

from beholder.errors import UnknownName
from beholder.taste.base import TasteModel
from beholder.taste.feature_map import FeatureMap
from beholder.taste.gaussian_process import GaussianProcess

MODELS: dict[str, type[TasteModel]] = {model.name: model for model in (GaussianProcess,)}


def make_model(name: str, **params: Any) -> TasteModel:
    """A fresh model by its name; raises UnknownName."""
    if name not in MODELS:
        raise UnknownName.of("model", name, MODELS)
    return MODELS[name](**params)


__all__ = ["MODELS", "FeatureMap", "GaussianProcess", "TasteModel", "make_model"]
