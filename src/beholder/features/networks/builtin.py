"""The body of the encoder `builtin` (`features/builtin`): plain convolutions with ReLU, up to its channels' means.

Its modules have the names that the ONNX file has for their weights.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from beholder.errors import BadInput, MissingExtra
from beholder.features.builtin import MODEL
from beholder.features.networks.backbone import Backbone, Mean, fill_module

_WIDTHS = (16, 32, 64, 128, 256)  # of the five halvings
_BLOCKS = (0, 0, 1, 2, 2)  # residual blocks behind each, in the first encoder that shipped
_WIDTH = 1024
_PREFIX = "body."


class _BuiltinBlock(nn.Module):
    """Half the channels through a 3 x 3 kernel, back to all, added to what came."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = _conv(channels, channels // 2, 3, 1)
        self.stretch = nn.Sequential(nn.Conv2d(channels // 2, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.stretch(self.squeeze(x)))


class Builtin(Backbone):
    name: ClassVar[str] = "builtin"
    width = _WIDTH
    side = 160

    def __init__(self, blocks: Sequence[int] = _BLOCKS) -> None:
        super().__init__()
        self.config = {"blocks": list(blocks)}
        layers: list[nn.Module] = []
        channels = 3
        for width, count in zip(_WIDTHS, blocks, strict=True):
            layers += [_conv(channels, width, 3, 2), *(_BuiltinBlock(width) for _ in range(count))]
            channels = width
        last = _conv(channels, _WIDTH, 1, 1)
        self.layers = nn.Sequential(*layers, last.append(Mean()))

    @classmethod
    def made(cls, weights: Path | None, config: Mapping[str, Any] | None = None) -> Self:
        """Filled from an ONNX file that `beholder train encoder` wrote; None: the one that is shipped.

        Parameters
        ----------
        config
            of a network that was there before: one of the same shape, to be filled

        Raises
        ------
        BadInput
            where the file is missing or holds another network
        MissingExtra
            without onnx
        """
        if config is not None:
            return cls(config.get("blocks", _BLOCKS))
        try:
            import onnx
        except ImportError:
            raise MissingExtra("the backbone builtin", "torch") from None
        path = weights or MODEL
        try:
            held = onnx.load(path).graph.initializer
        except Exception as fault:  # of protobuf, onnx or the disk: they share no base class but this
            raise BadInput(f"{path} is no ONNX file that can be read ({fault})") from None
        tensors = {
            "layers." + t.name.removeprefix(_PREFIX): np.array(onnx.numpy_helper.to_array(t))
            for t in held
            if t.name.startswith(_PREFIX)
        }
        network = cls(_blocks_of(tensors))
        fill_module(network, tensors, str(path), cls.name)
        return network


def _blocks_of(tensors: Collection[str]) -> list[int]:
    """How many residual blocks stand behind each halving, by the names of their weights, `layers.N...`."""
    counts = list[int]()
    for at in range(len({name.split(".")[1] for name in tensors}) - 1):
        if f"layers.{at}.0.weight" in tensors:
            counts.append(0)
        elif counts:
            counts[-1] += 1
    return counts[: len(_WIDTHS)] + [0] * (len(_WIDTHS) - len(counts))


def _conv(i: int, o: int, size: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, size, stride, size // 2), nn.ReLU())
