"""MobileNetV2 [Sandler2018], its batch normalisations folded into the convolutions before them.

Folded, a layer is one kernel and one bias: nothing is normalised by the batch, so a picture's score is the same alone
as among others, and a network that is a mixture of two needs no statistics of its own.

Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from beholder.errors import BadInput, UserError
from beholder.features.networks.backbone import Backbone, Mean
from beholder.features.tensors import read_tensors

_ROWS = (  # stretch, channels, repeats, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
_STEM, _WIDTH = 32, 1280


class _InvertedResidual(nn.Module):
    """Stretched by a 1 x 1 kernel, looked at channel by channel, squeezed, and added to what came."""

    def __init__(self, i: int, o: int, stride: int, stretch: int) -> None:
        super().__init__()
        wide = i * stretch
        self.expand = nn.Conv2d(i, wide, 1) if stretch > 1 else None
        self.depthwise = nn.Conv2d(wide, wide, 3, stride, 1, groups=wide)
        self.project = nn.Conv2d(wide, o, 1)
        self.is_residual = stride == 1 and i == o

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else F.relu6(self.expand(x))
        y: Tensor = self.project(F.relu6(self.depthwise(wide)))
        return x + y if self.is_residual else y


class MobileNetV2(Backbone):
    name: ClassVar[str] = "mobilenet-v2"
    width = _WIDTH

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(nn.Conv2d(3, _STEM, 3, 2, 1), nn.ReLU6())]
        channels = _STEM
        for stretch, width, repeats, stride in _ROWS:
            for k in range(repeats):
                layers.append(_InvertedResidual(channels, width, stride if k == 0 else 1, stretch))
                channels = width
        layers.append(nn.Sequential(nn.Conv2d(channels, _WIDTH, 1), nn.ReLU6(), Mean()))
        self.layers = nn.Sequential(*layers)

    @classmethod
    def made(cls, weights: Path | None) -> Self:
        """Filled from an .npz or .safetensors of `conv_<n>_weight` and `conv_<n>_bias` in the network's order.

        Parameters
        ----------
        weights
            None: at random

        Raises
        ------
        UserError
            where there is no such file
        BadInput
            where it holds another network
        """
        network = cls()
        if weights is not None:
            network._fill(weights)
        return network

    def _fill(self, path: Path) -> None:
        if not path.is_file():
            raise UserError(f"no weights at {path}; wanted {self.name}'s folded convolutions, as .npz or .safetensors")
        tensors = read_tensors(path)[0] if path.suffix == ".safetensors" else _read_npz(path)
        convolutions = [m for m in self.modules() if isinstance(m, nn.Conv2d)]
        found = sorted(int(m[1]) for name in tensors if (m := re.fullmatch(r"conv_(\d+)_weight", name)))
        if len(found) != len(convolutions):
            raise BadInput(f"{path} holds {len(found)} convolutions, where {self.name} has {len(convolutions)}")
        for number, conv in zip(found, convolutions, strict=True):
            for part, into in (("weight", conv.weight), ("bias", conv.bias)):
                _copy(tensors.get(f"conv_{number}_{part}"), into, f"conv_{number}_{part} of {path}")


def _read_npz(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, AttributeError) as fault:  # AttributeError: one array alone, an .npy
        raise BadInput(f"{path} is no .npz file that can be read ({fault})") from None


def _copy(values: Any, into: Any, what: str) -> None:
    if values is None or values.shape != tuple(into.shape):
        came = "missing" if values is None else f"of shape {values.shape}"
        raise BadInput(f"{what} is {came}; wanted {tuple(into.shape)}")
    with torch.no_grad():
        into.copy_(torch.from_numpy(np.asarray(values, np.float32)))
