"""A network that scores, and beside it a stream that tells the ten attributes of a picture [Ren2017, figure 2b].

Both see through the same lower blocks, which stay as the score was learned with. The stream of attributes has a last
block of its own and ten linear heads on it; while it learns jointly with scores (eq. 4 of [Ren2017]) it has a head for
these too, which shares that block. The score that is given stays that of the network as it was.

Ren et al., Personalized Image Aesthetics, ICCV 2017.
"""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.features.attributes import ATTRIBUTES
from beholder.features.networks.backbone import fill_module, state_of
from beholder.features.networks.network import Network, NetworkSpec
from beholder.features.tensors import read_tensors, write_tensors

NAMES = tuple(attribute.name for attribute in ATTRIBUTES)
_DROPPED = 0.5  # share of the feature left out while the heads learn, as behind the last pooling in [Ren2017]


class AttributeNetwork(nn.Module):
    """Parameters
    ----------
    network
        that scores, and is not changed; the stream of attributes starts from its last block and its head
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network.requires_grad_(False)
        self.last = copy.deepcopy(network.backbone.layers[-1]).requires_grad_(True)
        self.joint_head = copy.deepcopy(network.head).requires_grad_(True)
        self.heads = nn.Sequential(nn.Dropout(_DROPPED), nn.Linear(network.backbone.width, len(NAMES)))

    @property
    def side(self) -> int:
        """Of the square pictures that it is shown."""
        return self.network.side

    def pixels(self, squares: NDArray[np.uint8]) -> Tensor:
        """(b, 3, side, side) normalised of (b, side, side, 3) bytes."""
        return self.network.pixels(squares)

    def train(self, mode: bool = True) -> Self:
        """The stream of attributes learns; the network that scores stays as it is, what it remembers included."""
        super().train(mode)
        self.network.eval()
        return self

    def lower(self, x: Tensor) -> Tensor:
        """What both last blocks are given for normalised pixels."""
        given: Tensor = self.network.backbone.layers[:-1](x)
        return given

    def stream(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(b, 10) attributes of normalised pixels, and the (b, BINS) distribution over scores learned with them."""
        with torch.no_grad():
            given = self.lower(x)
        feature = self.last(given)
        bins = self.joint_head(feature)
        return self.heads(feature), bins / bins.sum(1, keepdim=True).clamp_min(1e-6)

    def attributes(self, x: Tensor) -> Tensor:
        """(b, 10) attributes of normalised pixels, in the order of `ATTRIBUTES`, each about 0.5 ± 0.18."""
        return self.stream(x)[0]

    def joint_score(self, x: Tensor) -> Tensor:
        """(b,) score by the head that was learned with the attributes."""
        return self.network.mean_of(self.stream(x)[1])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Feature (b, width), attributes (b, 10) and score (b,) of normalised pixels, seen once."""
        given = self.lower(x)
        feature = self.network.backbone.layers[-1](given)
        score = self.network.mean_of(self.network.from_feature(feature))
        return feature, self.heads(self.last(given)), score


def save_attribute_network(network: AttributeNetwork, path: Path) -> None:
    """Write the weights of both streams, in safetensors."""
    said = {"network": asdict(NetworkSpec.of(network.network)), "attributes": NAMES}
    write_tensors(path, state_of(network), said)


def load_attribute_network(path: Path) -> AttributeNetwork:
    """What `save_attribute_network` wrote. raises : UserError, BadInput, ShapeError"""
    state, said = read_tensors(path)
    network = AttributeNetwork(NetworkSpec.read(said, path).empty())
    fill_module(network, state, str(path), f"{network.network.backbone.name} with attributes")
    network.eval()
    return network
