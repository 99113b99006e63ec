"""Inception-BN [Ioffe2015] with its last inception trimmed to 176 channels [Ren2017, table 2].

A backbone with batch normalisations of its own: what they remember of the pictures travels with its weights. The
dropout behind the last pooling is in the head, as everywhere here.

Ioffe & Szegedy, Batch Normalization, ICML 2015; Ren et al., Personalized Image Aesthetics, ICCV 2017.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from beholder.features.networks.backbone import Backbone, Mean, fill_module
from beholder.features.tensors import read_tensors

# 1 x 1; 3 x 3 reduced, 3 x 3; double 3 x 3 reduced, first, second; what is pooled, and what it is projected to.
# 0: no such branch; nothing projected: the picture is halved.
_ROWS = (
    (64, (64, 64), (64, 96, 96), ("avg", 32)),  # 3a
    (64, (64, 96), (64, 96, 96), ("avg", 64)),
    (0, (128, 160), (64, 96, 96), ("max", 0)),
    (224, (64, 96), (96, 128, 128), ("avg", 128)),  # 4a
    (192, (96, 128), (96, 128, 128), ("avg", 128)),
    (160, (128, 160), (128, 160, 160), ("avg", 128)),
    (96, (128, 192), (160, 192, 192), ("avg", 128)),
    (0, (128, 192), (192, 256, 256), ("max", 0)),
    (352, (192, 320), (160, 224, 224), ("avg", 128)),  # 5a
    (88, (0, 0), (192, 224, 56), ("max", 32)),  # 5b, trimmed
)
_STEM = 192


class _Inception(nn.Module):
    """Four ways to look at one place, side by side."""

    def __init__(
        self, i: int, one: int, three: tuple[int, int], twice_three: tuple[int, int, int], pool: tuple[str, int]
    ) -> None:
        super().__init__()
        kind, projected = pool
        stride = 1 if projected else 2
        self.one = _conv(i, one, 1) if one else None
        self.three = nn.Sequential(_conv(i, three[0], 1), _conv(*three, 3, stride)) if three[1] else None
        reduced, first, second = twice_three
        twice = (_conv(i, reduced, 1), _conv(reduced, first, 3), _conv(first, second, 3, stride))
        self.twice_three = nn.Sequential(*twice)
        pooled = nn.AvgPool2d(3, 1, 1) if kind == "avg" else nn.MaxPool2d(3, stride, 1)
        self.pool = nn.Sequential(pooled, *([_conv(i, projected, 1)] if projected else []))
        self.width = one + three[1] + second + (projected or i)

    def forward(self, x: Tensor) -> Tensor:
        branches = (self.one, self.three, self.twice_three, self.pool)
        return torch.cat([branch(x) for branch in branches if branch is not None], 1)


class Ren2017(Backbone):
    name: ClassVar[str] = "ren2017"
    width = 176
    dropped = 0.5

    def __init__(self) -> None:
        super().__init__()
        halved = nn.MaxPool2d(3, 2, 1)
        stem = nn.Sequential(_conv(3, 64, 7, 2), halved, _conv(64, 64, 1), _conv(64, _STEM, 3), halved)
        inceptions = list[_Inception]()
        channels = _STEM
        for row in _ROWS:
            inceptions.append(_Inception(channels, *row))
            channels = inceptions[-1].width
        *blocks, last = inceptions
        self.layers = nn.Sequential(stem, *blocks, nn.Sequential(last, Mean()))

    @classmethod
    def made(cls, weights: Path | None) -> Self:
        """Filled from a safetensors file of its tensors by their names here; None: at random.

        Those of the last block may be missing, and then start at random: it is trimmed, so no published Inception-BN
        has them. raises : UserError where there is no such file, BadInput, ShapeError where it holds another network
        """
        network = cls()
        if weights is not None:
            last = [name for name in network.state_dict() if network.block_of(name) == f"layers.{len(_ROWS)}"]
            fill_module(network, read_tensors(weights)[0], str(weights), cls.name, may_lack=last)
        return network


def _conv(i: int, o: int, size: int, stride: int = 1) -> nn.Sequential:
    norm = nn.BatchNorm2d(o)
    norm.num_batches_tracked = None  # only counts
    conv = nn.Conv2d(i, o, size, stride, size // 2, bias=False)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    return nn.Sequential(conv, norm, nn.ReLU())
