"""The registry of backbones: what a network sees a picture with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from torch import Tensor, nn

from beholder.errors import UnknownName

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Backbone(nn.Module, ABC):
    """From pixels to a feature.

    name        of the registry
    width       numbers of a feature
    side        of the square picture that its weights were learned on
    mean, std   of each channel, of values from 0 to 1, that it wants taken off and divided by
    """

    name: ClassVar[str]
    width: int
    side: int = 224
    mean: tuple[float, float, float] = IMAGENET[0]
    std: tuple[float, float, float] = IMAGENET[1]

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """(b, width) of (b, 3, side, side) normalised pixels."""

    @abstractmethod
    def block_of(self, parameter: str) -> str:
        """The block of layers that a parameter belongs to; blocks follow one another from pixels to feature."""


def backbone_names() -> list[str]:
    """Every backbone there is."""
    return list(_MAKERS)


def make_backbone(name: str, weights: Path | None = None) -> Backbone:
    """The backbone of this name.

    weights : a file of its weights; None: those that come with it, at random where none do
    raises : UnknownName; UserError or BadInput where the weights are missing or another network's
    """
    if name not in _MAKERS:
        raise UnknownName.of("backbone", name, _MAKERS)
    return _MAKERS[name](weights)


def _mobilenet_v2(weights: Path | None) -> Backbone:
    from beholder.features.networks.mobilenet_v2 import MobileNetV2

    return MobileNetV2.made(weights)


_MAKERS: dict[str, Callable[[Path | None], Backbone]] = {"mobilenet-v2": _mobilenet_v2}
