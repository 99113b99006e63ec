"""The registry of backbones: what a network sees a picture with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.errors import MissingExtra, ShapeError, UnknownName
from beholder.features.tensors import State

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """From pixels to a feature: blocks of layers, one after the other.

    name        of the registry
    layers      the blocks: (b, 3, side, side) normalised pixels into the first, (b, width) out of the last
    width       numbers of a feature
    side        of the square picture that its weights were learned on; is_fixed: it sees no other
    mean, std   of each channel, of values from 0 to 1, that it wants taken off and divided by
    dropped     share of a feature that is left out at random while a head learns
    config      what must be known of its shape to build it empty, where not all of one name are alike
    """

    name: ClassVar[str]
    layers: nn.Sequential
    width: int
    side: int = 224
    is_fixed: bool = False
    mean: tuple[float, float, float] = IMAGENET[0]
    std: tuple[float, float, float] = IMAGENET[1]
    dropped: float = 0.0
    config: Mapping[str, Any] = {}

    def forward(self, x: Tensor) -> Tensor:
        """(b, width) of (b, 3, side, side) normalised pixels."""
        feature: Tensor = self.layers(x)
        return feature

    def block_of(self, parameter: str) -> str:
        """The block of layers that a parameter belongs to; blocks follow one another from pixels to feature."""
        return ".".join(parameter.split(".")[:2])


class Mean(nn.Module):
    """(b, c) means over the picture of (b, c, h, w)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def state_of(module: nn.Module) -> State:
    """All that is learned of it as arrays: its parameters, and what batch normalisations remember."""
    return {name: t.detach().cpu().float().numpy().copy() for name, t in module.state_dict().items()}


def fill_module(
    module: nn.Module, state: Mapping[str, NDArray[Any]], what: str, name: str, may_lack: Collection[str] = ()
) -> None:
    """Set all that is learned of it.

    what : for the message: where the arrays come from · name : of the network · may_lack : what stays where none came
    raises : ShapeError where they are another network's
    """
    own = module.state_dict()
    wrong = sorted((set(own) ^ set(state)) - (set(may_lack) - set(state)))
    wrong = wrong or [n for n in state if tuple(own[n].shape) != state[n].shape]
    if wrong:
        raise ShapeError(
            f"{what} does not fit {name}: {len(wrong)} tensors are missing, too many or of another shape, "
            f"first '{wrong[0]}'"
        )
    with torch.no_grad():
        for key, values in state.items():
            own[key].copy_(torch.from_numpy(np.array(values, np.float32)))


def backbone_names() -> list[str]:
    """Every backbone there is."""
    return list(_MAKERS)


def make_backbone(name: str, weights: Path | None = None, *, config: Mapping[str, Any] | None = None) -> Backbone:
    """The backbone of this name.

    weights : a file or folder of its weights; None: those that come with it, at random where none do
    config : of a backbone that was there before: one of the same shape, to be filled; nothing is fetched for it
    raises : UnknownName; UserError or BadInput where the weights are missing or another network's; MissingExtra
    """
    if name not in _MAKERS:
        raise UnknownName.of("backbone", name, _MAKERS)
    return _MAKERS[name](weights, config)


def _mobilenet_v2(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.mobilenet_v2 import MobileNetV2

    return MobileNetV2.made(weights)


def _builtin(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.builtin import Builtin

    return Builtin.made(weights)


def _clip_vit_b32(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    try:
        from beholder.features.networks.clip import ClipVitB32
    except ImportError:
        raise MissingExtra("the backbone clip-vit-b32", "torch") from None
    return ClipVitB32.made(weights, config)


def _ren2017(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.ren2017 import Ren2017

    return Ren2017.made(weights)


_MAKERS: dict[str, Callable[[Path | None, Mapping[str, Any] | None], Backbone]] = {
    "mobilenet-v2": _mobilenet_v2,
    "builtin": _builtin,
    "clip-vit-b32": _clip_vit_b32,
    "ren2017": _ren2017,
}
