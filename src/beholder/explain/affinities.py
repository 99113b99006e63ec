"""Affinities: which of the rated sets that networks were fine-tuned on a person agrees with most.

Nearness is the correlation, over the collection, of the person's score with that of a set's network; where the model
has a posterior, averaged over draws from it. Where the taste is a tangent of the networks, the sentence also says how
deep in them the person differs from the mean of all: the first layers see colours and textures, the last what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from beholder.explain.phrases import listed
from beholder.taste import ExpertNetworks, TangentProcess
from beholder.types import Floats, Matrix

_DRAWS = 200  # from the posterior
_PICTURES = 400  # that correlations are taken over
_NEAR, _LITTLE = 0.3, 0.15  # correlations from which on, and below which
_TELLING = 2.0  # standard deviations
_DEPTHS = ("colours and textures", "shapes", "what is shown")  # of the first, middle and last third of the blocks


@dataclass(frozen=True, slots=True)
class Affinity:
    """How near a person is to one rated set.

    Attributes
    ----------
    nearness, std
        correlation of the scores, from -1 to 1, and its standard deviation (0: not known)
    """

    name: str
    nearness: float
    std: float

    @property
    def is_near(self) -> bool:
        return self.nearness >= _NEAR and self.nearness >= _TELLING * self.std

    @property
    def is_against(self) -> bool:
        return -self.nearness >= _NEAR and -self.nearness >= _TELLING * self.std

    @property
    def matters_little(self) -> bool:
        return abs(self.nearness) + self.std < _NEAR and abs(self.nearness) < _LITTLE


def affinities(model: Any, X: Matrix, networks: ExpertNetworks) -> list[Affinity]:
    """The rated sets, nearest first; none where the collection is too small to compare on."""
    some = X[:: max(1, len(X) // _PICTURES)]
    if len(some) < 3:
        return []
    scores = _standard(networks.columns.scores(some).astype(np.float64))
    nearness = _drawn(model, some).T @ scores / len(some)
    told = zip(networks.columns.names, nearness.mean(0).tolist(), nearness.std(0).tolist(), strict=True)
    return sorted((Affinity(*one) for one in told), key=lambda one: -one.nearness)


def affinities_in_words(found: Sequence[Affinity], departing: str = "") -> str:
    """One sentence of what `affinities` found, "" where it found nothing; departing : as `departing_in` has it."""
    near = [one.name for one in found if one.is_near][:2]
    little = [one.name for one in found if one.matters_little][:2]
    against = [one.name for one in found if one.is_against][-1:]
    parts = []
    if near:
        parts.append(f"your taste is closest to {listed([f'“{name}”' for name in near])}")
    if little:
        parts.append(f"{listed([f'“{name}”' for name in little])} {'matter' if len(little) > 1 else 'matters'} little")
    if against:
        parts.append(f"you tend to the opposite of “{against[0]}”")
    if not parts:
        return ""
    own = f"; you differ mainly in {departing}" if departing else ""
    said = "; ".join(parts) + own + "."
    return "Among the rated sets of the networks, " + said


def departing_in(model: Any, X: Matrix) -> str:
    """Where in the networks a person differs most from their mean: one of _DEPTHS, "" where it is unclear."""
    if not isinstance(model, TangentProcess) or len(X) < 3:
        return ""
    shares = model.depths(X[:: max(1, len(X) // _PICTURES)], len(_DEPTHS), _DRAWS)
    most = np.bincount(shares.argmax(1), minlength=len(_DEPTHS)) / len(shares)
    return _DEPTHS[int(most.argmax())] if most.max() >= 0.8 else ""


def _drawn(model: Any, X: Matrix) -> Floats:
    """(n, draws) standardised scores as they may be; one draw where the model has no posterior."""
    mean = np.asarray(model.predict(X), np.float64)[:, None]
    if hasattr(model, "score_root"):
        root = model.score_root(X, np.arange(len(X)))
        mean = mean + root @ np.random.default_rng(0).standard_normal((root.shape[1], _DRAWS))
    return _standard(mean)


def _standard(columns: Floats) -> Floats:
    spread = columns.std(0)
    return np.asarray((columns - columns.mean(0)) / np.where(spread > 1e-12, spread, 1.0))
