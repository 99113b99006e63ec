"""A network that scores: a backbone and a head, as one file of weights.

The head is that of [Yun2024]: two layers and ten numbers between 0 and 1, taken as a distribution over ten scores from
worst to best; a score is its mean, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from beholder.errors import BadInput, UserError
from beholder.features.networks.backbone import Backbone, fill_module, state_of
from beholder.features.networks.registry import make_backbone
from beholder.features.preprocess import Preprocessing
from beholder.features.tensors import read_tensors, write_tensors

BINS = 10
_HIDDEN = 512
_DROPPED = 0.5
_BATCH = 64  # pictures a run


class Network(nn.Module):
    """Parameters
    ----------
    side
        of the square pictures that it is shown; raises UserError where the backbone sees no other than its own
    """

    def __init__(self, backbone: Backbone, side: int | None = None) -> None:
        super().__init__()
        if backbone.is_fixed and side not in (None, backbone.side):
            raise UserError(f"{backbone.name} sees pictures of side {backbone.side} and no other, got {side}")
        self.backbone = backbone
        self.side = side or backbone.side
        self.head = nn.Sequential(
            nn.Linear(backbone.width, _HIDDEN), nn.GELU(), nn.Dropout(_DROPPED), nn.Linear(_HIDDEN, BINS), nn.Sigmoid()
        )
        self.register_buffer("values", torch.linspace(0, 1, BINS), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(b, BINS) distribution over scores of (b, 3, side, side) normalised pixels."""
        return self.from_feature(self.backbone(x))

    def from_feature(self, feature: Tensor) -> Tensor:
        """The same of (b, width) features."""
        bins: Tensor = self.head(F.dropout(feature, self.backbone.dropped, self.training))
        return bins / bins.sum(1, keepdim=True).clamp_min(1e-6)

    def score(self, x: Tensor) -> Tensor:
        """(b,) expected score, from 0 to 1."""
        return self.mean_of(self(x))

    def mean_of(self, distribution: Tensor) -> Tensor:
        values: Any = self.values
        mean: Tensor = distribution @ values
        return mean

    def block_of(self, parameter: str) -> str:
        """The block a parameter belongs to: one of the backbone's, or "head"."""
        part, _, rest = parameter.partition(".")
        return self.backbone.block_of(rest) if part == "backbone" else part

    @property
    def preprocessing(self) -> Preprocessing:
        """What is done to a picture before this network sees it: squashed to a square, normalised."""
        b = self.backbone
        return Preprocessing(self.side, "squash", self.side, "box", 1 / 255, b.mean, b.std)

    def pixels(self, squares: NDArray[np.uint8]) -> Tensor:
        """(b, 3, side, side) normalised of (b, side, side, 3) bytes."""
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) * 255 for v in (self.backbone.mean, self.backbone.std))
        x = torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2).float()
        return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def squares_of(pictures: Sequence[Image.Image], side: int) -> NDArray[np.uint8]:
    """(b, side, side, 3) of pictures of any size, squashed."""
    resized = [np.asarray(p.convert("RGB").resize((side, side), Image.Resampling.BOX)) for p in pictures]
    return np.stack(resized) if resized else np.empty((0, side, side, 3), np.uint8)


@torch.no_grad()
def in_batches(run: Callable[[Tensor], Tensor], network: Network, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What `run` gives for all of (n, side, side, 3), some at a time, on the device of the network."""
    device = next(network.parameters()).device
    parts = [
        run(network.pixels(squares[at : at + _BATCH]).to(device)).float().cpu().numpy()
        for at in range(0, len(squares), _BATCH)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """What a file of weights says of itself: the backbone's name and shape, the side of its pictures."""

    backbone: str
    side: int
    config: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network) -> Self:
        b = network.backbone
        return cls(b.name, network.side, dict(b.config))

    @classmethod
    def read(cls, said: Mapping[str, Any], path: Path) -> Self:
        """From the head of a file. raises : BadInput where it says nothing of the kind"""
        try:
            return cls(**said["network"])
        except (KeyError, TypeError):
            raise BadInput(f"{path} is no network of ours: its head does not say of which backbone") from None

    def empty(self) -> Network:
        """A network of this kind, to be filled."""
        return Network(make_backbone(self.backbone, config=self.config), self.side)


def save_network(network: Network, path: Path) -> None:
    """Write the weights, in safetensors, with the backbone's name in the file's head."""
    write_tensors(path, state_of(network), {"network": asdict(NetworkSpec.of(network))})


def load_network(path: Path) -> Network:
    """The network that `save_network` wrote. raises : UserError, BadInput"""
    state, said = read_tensors(path)
    network = NetworkSpec.read(said, path).empty()
    fill(network, state, str(path))
    network.eval()
    return network


def fill(network: Network, state: Mapping[str, NDArray[Any]], what: str) -> None:
    """Set all that it has learned. raises : ShapeError where it is another network's"""
    fill_module(network, state, what, network.backbone.name)
