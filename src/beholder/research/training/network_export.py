"""A trained network as an encoder `onnx:PATH`, whose rows hold feature, learned attributes and score, in this order."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from beholder.features.networks import Network
from beholder.features.networks.attributes import NAMES, AttributeNetwork
from beholder.research.training.export import write_onnx


class _Rows(nn.Module):
    """(b, width + 1) feature and score; with attributes (b, width + 11), the ten between the two."""

    def __init__(self, network: Network | AttributeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self.network, AttributeNetwork):
            feature, attributes, score = self.network(x)
            return torch.cat([feature, attributes, score[:, None]], 1)
        feature = self.network.backbone(x)
        score = self.network.mean_of(self.network.from_feature(feature))
        return torch.cat([feature, score[:, None]], 1)


def write_encoder(network: Network | AttributeNetwork, path: Path, *, name: str, licence: str) -> None:
    """`path`, and beside it the .json that `onnx:PATH` reads.

    Parameters
    ----------
    name
        of the encoder
    licence
        of its weights
    """
    scoring = network.network if isinstance(network, AttributeNetwork) else network
    write_onnx(_Rows(copy.deepcopy(network).cpu()).eval(), path, scoring.side, ["row"])
    p, width = scoring.preprocessing, scoring.backbone.width
    told: dict[str, Any] = {"name": name, "input": "image", "output": "row", "layout": "NCHW"}
    told |= {"size": p.size, "fit": p.fit, "interpolation": p.interpolation, "scale": p.scale}
    told |= {"mean": list(scoring.backbone.mean), "std": list(scoring.backbone.std)}
    told |= {"dimension": width + 1, "licence": licence}
    if isinstance(network, AttributeNetwork):
        told |= {"dimension": width + len(NAMES) + 1, "attributes": {"first": width, "names": list(NAMES)}}
    path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
