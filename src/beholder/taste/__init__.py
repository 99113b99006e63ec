"""Taste models: estimators from rows of X to scores. `docs/data.md` says what every array means.

name            class             learns from                 source
population-gp   PopulationProcess ratings, choices, ties; other people's before   Schwaighofer, Tresp & Yu 2004
gp              GaussianProcess   ratings, choices, ties      Chu & Ghahramani 2005
ridge           Ridge             ratings                     Hoerl & Kennard 1970
bradley-terry   BradleyTerry      choices, ties               Bradley & Terry 1952
logistic        Logistic          choices, ties               logistic regression on differences
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beholder.errors import BadInput, UnknownName
from beholder.taste.base import TasteModel, read_saved
from beholder.taste.baselines import BradleyTerry, Logistic, Ridge
from beholder.taste.feature_map import FeatureMap
from beholder.taste.gaussian_process import GaussianProcess
from beholder.taste.population import Population, PopulationProcess, learn_population

MODELS: dict[str, type[TasteModel]] = {
    m.name: m for m in (PopulationProcess, GaussianProcess, Ridge, BradleyTerry, Logistic)
}


def make_model(name: str, **params: Any) -> TasteModel:
    """A fresh model by its name; raises UnknownName."""
    if name not in MODELS:
        raise UnknownName.of("model", name, MODELS)
    return MODELS[name](**params)


def load_model(folder: Path | str) -> TasteModel:
    """The fitted model that was saved in `folder`, of whatever class; raises BadInput."""
    name = read_saved(folder)[0].get("model")
    if name not in MODELS:
        raise BadInput(f"{folder} holds a '{name}' model, which this version does not know")
    return MODELS[name].load(folder)


__all__ = [
    "MODELS",
    "BradleyTerry",
    "FeatureMap",
    "GaussianProcess",
    "Logistic",
    "Population",
    "PopulationProcess",
    "Ridge",
    "TasteModel",
    "learn_population",
    "load_model",
    "make_model",
]
