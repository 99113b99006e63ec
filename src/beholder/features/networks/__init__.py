"""Trainable networks: backbones by name, the scoring head, and their files. Needs the extra `torch`.

| name           | numbers | weights                                                              |
|----------------|---------|----------------------------------------------------------------------|
| `mobilenet-v2` | 1280    | Sandler et al. 2018; an .npz or .safetensors of folded convolutions  |
| `builtin`      | 1024    | the body of our own encoder; none needed                             |
| `clip-vit-b32` | 512     | Radford et al. 2021, from the Hugging Face hub or a folder           |
| `ren2017`      | 176     | Inception-BN with the trimmed last block of Ren et al. 2017, table 2 |
"""

from beholder.features.networks.backbone import Backbone, state_of
from beholder.features.networks.network import BINS, Network, load_network, save_network
from beholder.features.networks.registry import backbone_names, make_backbone

__all__ = [
    "BINS",
    "Backbone",
    "Network",
    "backbone_names",
    "load_network",
    "make_backbone",
    "save_network",
    "state_of",
]
