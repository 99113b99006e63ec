"""Taste models: estimators from rows of X to scores. `docs/data.md` says what every array means.

name            class             learns from                 source
mixture         TasteMixture      others, then any answers    regimes averaged by evidence: docs/taste.md
population-gp   PopulationProcess others, then any answers    Schwaighofer, Tresp & Yu 2004
gp              GaussianProcess   ratings, choices, ties      Chu & Ghahramani 2005
ridge           Ridge             ratings                     Hoerl & Kennard 1970
bradley-terry   BradleyTerry      choices, ties               Bradley & Terry 1952
logistic        Logistic          choices, ties               logistic regression on differences
generic         Generic           others                      what people like in general
svm             Svm               ratings                     ν-SVR; Ren et al. 2017, baseline
fpmf            Fpmf              others, then ratings        O'Donovan et al. 2014; Ren et al. 2017, baseline
pam             Pam               others, then ratings        Ren et al. 2017
residual-svr    ResidualSvr       others, then ratings        the same on principal components
tvc             Tvc               networks, then any answers  Yun & Choo 2024
tvc-tangent     TangentProcess    networks, then any answers  the same to first order, from the stored rows
zero-shot-best  ZeroShotBest      networks, then any answers  Yun & Choo 2024, figure 2
uniform-mix     UniformMix        networks                    the mean of all networks

Those that learn from others are given a prior (`beholder.taste.prior`). `tvc` reads the pictures' pixels; it is in
`beholder.research.bench.tvc` and is loaded by name when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from beholder.errors import BadInput, UnknownName
from beholder.taste.base import TasteModel, read_saved
from beholder.taste.baselines import BradleyTerry, Logistic, Ridge
from beholder.taste.controls import Generic
from beholder.taste.feature_map import FeatureMap
from beholder.taste.fpmf import Fpmf
from beholder.taste.gaussian_process import GaussianProcess
from beholder.taste.mixture import TasteMixture
from beholder.taste.network_mixture import ExpertNetworks, NetworkMixture, UniformMix, ZeroShotBest
from beholder.taste.picture_names import PictureNames
from beholder.taste.population import Population, PopulationProcess, learn_population
from beholder.taste.svr import Pam, ResidualSvr, Svm
from beholder.taste.tangent import TangentProcess
from beholder.text import shown

_ALL = (
    TasteMixture,
    PopulationProcess,
    GaussianProcess,
    Ridge,
    BradleyTerry,
    Logistic,
    Generic,
    Svm,
    Fpmf,
    Pam,
    ResidualSvr,
    TangentProcess,
    ZeroShotBest,
    UniformMix,
)
MODELS: dict[str, type[TasteModel]] = {model.name: model for model in _ALL}
_ELSEWHERE = {"tvc": "beholder.research.bench.tvc:Tvc"}  # models that are loaded when they are asked for
DEFAULT = TasteMixture.name  # what the app learns with


def model_class(name: str) -> type[TasteModel]:
    """The model of this name; raises UnknownName."""
    if name in _ELSEWHERE:
        module, _, kind = _ELSEWHERE[name].partition(":")
        found: type[TasteModel] = getattr(import_module(module), kind)
        return found
    if name not in MODELS:
        raise UnknownName.of("model", name, model_names())
    return MODELS[name]


def model_names() -> list[str]:
    """Of all models, in the order of the table above."""
    names = list(MODELS)
    at = names.index(TangentProcess.name)
    return [*names[:at], *_ELSEWHERE, *names[at:]]


def make_model(name: str, **params: Any) -> TasteModel:
    """A fresh model by its name; raises UnknownName."""
    return model_class(name)(**params)


def load_model(folder: Path | str) -> TasteModel:
    """The fitted model that was saved in `folder`, of whatever class; raises BadInput."""
    name = read_saved(folder)[0].get("model")
    if not isinstance(name, str) or name not in model_names():
        raise BadInput(f"{folder} holds a '{shown(str(name))}' model, which this version does not know")
    return model_class(name).load(folder)


__all__ = [
    "DEFAULT",
    "MODELS",
    "BradleyTerry",
    "ExpertNetworks",
    "FeatureMap",
    "Fpmf",
    "GaussianProcess",
    "Generic",
    "Logistic",
    "NetworkMixture",
    "Pam",
    "PictureNames",
    "Population",
    "PopulationProcess",
    "ResidualSvr",
    "Ridge",
    "Svm",
    "TangentProcess",
    "TasteMixture",
    "TasteModel",
    "UniformMix",
    "ZeroShotBest",
    "learn_population",
    "load_model",
    "make_model",
    "model_class",
    "model_names",
]
