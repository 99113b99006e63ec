"""What a network sees a picture with. Which backbones there are: `networks/registry.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.errors import ShapeError
from beholder.features.tensors import State

_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """From pixels to a feature: blocks of layers, one after the other.

    Attributes
    ----------
    name
        of the registry
    layers
        the blocks: (b, 3, side, side) normalised pixels into the first, (b, width) out of the last
    width
        numbers of a feature
    side
        of the square picture that its weights were learned on; is_fixed: it sees no other
    mean, std
        of each channel, of values from 0 to 1, that it wants taken off and divided by
    dropped
        share of a feature that is left out at random while a head learns
    config
        what must be known of its shape to build it empty, where not all of one name are alike
    """

    name: ClassVar[str]
    layers: nn.Sequential
    width: int
    side: int = 224
    is_fixed: bool = False
    mean: tuple[float, float, float] = _IMAGENET[0]
    std: tuple[float, float, float] = _IMAGENET[1]
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

    Parameters
    ----------
    what
        for the message: where the arrays come from
    name
        of the network
    may_lack
        what stays where none came

    Raises
    ------
    ShapeError
        where they are another network's
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
