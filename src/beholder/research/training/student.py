"""The student: a small convolutional network made for CPUs, and its ONNX file.

Dense 3 x 3 convolutions, halving the picture five times, with residual blocks that squeeze and stretch. While it
learns, each 3 x 3 kernel has a 1 x 1 kernel beside it (structural re-parameterisation [Ding2021], the two summed as
kernels, so it costs nothing), and a batch normalisation behind it; the file that is written has one plain convolution
for each.

Out of the body comes an embedding, and out of the embedding, by one matrix each, what the teachers said. What is
shipped as `embedding` is turned so that its distances are those of the teachers' numbers as the student predicts them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

_WIDTHS = (16, 32, 64, 128, 256)  # of the five halvings
_BLOCKS = (0, 0, 1, 3, 3)  # residual blocks behind each
_SPREAD = 1024  # channels whose means over the picture are read
EMBEDDING = 384
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Conv(nn.Module):
    """A convolution with a 1 x 1 kernel beside it, normalised; ReLU where asked for."""

    def __init__(self, i: int, o: int, size: int = 3, stride: int = 1, relu: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(o, i, size, size))
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")
        self.point = nn.Parameter(torch.zeros(o, i, 1, 1)) if size > 1 else None
        self.norm = nn.BatchNorm2d(o)
        self.stride, self.pad, self.relu = stride, size // 2, relu

    def kernel(self) -> Tensor:
        return self.weight if self.point is None else self.weight + F.pad(self.point, [self.pad] * 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(F.conv2d(x, self.kernel(), stride=self.stride, padding=self.pad))
        return F.relu(x, inplace=True) if self.relu else x

    def plain(self) -> nn.Sequential:
        """The same as one convolution with a bias."""
        norm = self.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        o, i, size, _ = self.weight.shape
        conv = nn.Conv2d(i, o, size, self.stride, self.pad)
        conv.weight.data = self.kernel().detach() * scale.detach()[:, None, None, None]
        assert conv.bias is not None
        conv.bias.data = (norm.bias - norm.running_mean * scale).detach()
        return nn.Sequential(conv, nn.ReLU()) if self.relu else nn.Sequential(conv)


class StudentBlock(nn.Module):
    """Half the channels through a 3 x 3 kernel, back to all, added to what came."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = Conv(channels, channels // 2)
        self.stretch = Conv(channels // 2, channels, size=1, relu=False)
        nn.init.zeros_(self.stretch.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.stretch(self.squeeze(x)))


class Student(nn.Module):
    """Parameters
    ----------
    heads
        name and width of each teacher's numbers
    maps
        channels of what it is to see where, coarse and fine
    """

    def __init__(self, heads: Mapping[str, int], maps: Sequence[int] = ()) -> None:
        super().__init__()
        layers: list[Conv | StudentBlock] = []
        channels = 3
        for width, blocks in zip(_WIDTHS, _BLOCKS, strict=True):
            layers += [Conv(channels, width, stride=2), *(StudentBlock(width) for _ in range(blocks))]
            channels = width
            if width == _WIDTHS[-2]:
                self.fine = len(layers) - 1
        self.layers: list[Conv | StudentBlock] = [*layers, Conv(channels, _SPREAD, size=1)]
        self.body = nn.Sequential(*self.layers)
        self.embedding = nn.Linear(_SPREAD, EMBEDDING)
        seen = (_SPREAD, _WIDTHS[-2])
        self.maps = nn.ModuleList([nn.Conv2d(i, o, 1) for i, o in zip(seen, maps, strict=False)])
        self.heads = nn.ModuleDict({name: nn.Linear(EMBEDDING, width) for name, width in heads.items()})

    def embed(self, x: Tensor) -> Tensor:
        """(b, EMBEDDING) of (b, 3, side, side) pixels, normalised by MEAN and STD"""
        embedded: Tensor = self.embedding(self.body(x).mean((2, 3)))
        return embedded

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """What each teacher would say, and `map0`, `map1`: (b, channels, h, w) what it would see where."""
        seen = []
        for at, layer in enumerate(self.body):
            x = layer(x)
            if at == self.fine:
                seen.append(x)
        embedded = self.embedding(x.mean((2, 3)))
        told = {name: head(embedded) for name, head in self.heads.items()}
        return told | {f"map{k}": head(y) for k, (head, y) in enumerate(zip(self.maps, (x, *seen), strict=False))}


def twin(model: nn.Module) -> nn.Module:
    """A copy with the very same parameters and its own running statistics: what another thread works with."""
    other = copy.deepcopy(model)
    for mine, its in zip(other.modules(), model.modules(), strict=True):
        mine._parameters = its._parameters
    return other
