"""The picture tower of CLIP ViT-B/32 [Radford2021], as transformers builds it, from the Hugging Face hub or a folder.

Radford et al., Learning Transferable Visual Models From Natural Language Supervision, ICML 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from beholder.errors import BadInput, UserError
from beholder.features.hub import HubModel, fetch
from beholder.features.networks.backbone import Backbone, fill_module
from beholder.features.tensors import read_tensors

FILE, _SHAPE = "model.safetensors", "config.json"
_MODEL = HubModel(
    repo="openai/clip-vit-base-patch32",
    commit="c237dc49a33fc61debc9276459120b7eac67e7ef",  # the one whose weights are safetensors
    file=FILE,
    output="image_embeds",
    dimension=512,
    licence="MIT",
    bytes=605_157_884,
)
_TOLD = (  # of its shape
    *("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size"),
    *("projection_dim", "hidden_act", "layer_norm_eps"),
)


class _First(nn.Module):
    """Patches, a place for each, and a first normalisation."""

    def __init__(self, embeddings: nn.Module, norm: nn.Module) -> None:
        super().__init__()
        self.embeddings, self.norm = embeddings, norm

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.embeddings(x))
        return y


class _Layer(nn.Module):
    """One layer of the transformer; every patch attends to every other."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x, None)
        return y


class _Last(_Layer):
    """The last layer, and what makes a feature of its first token."""

    def __init__(self, layer: nn.Module, norm: nn.Module, projection: nn.Module) -> None:
        super().__init__(layer)
        self.norm, self.projection = norm, projection

    def forward(self, x: Tensor) -> Tensor:
        feature: Tensor = self.projection(self.norm(super().forward(x)[:, 0]))
        return feature


class ClipVitB32(Backbone):
    """Parameters
    ----------
    config
        a transformers configuration of the tower, or what of it `_TOLD` names
    """

    name: ClassVar[str] = "clip-vit-b32"
    is_fixed = True
    mean = (0.48145466, 0.4578275, 0.40821073)
    std = (0.26862954, 0.26130258, 0.27577711)

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        model = CLIPVisionModelWithProjection(CLIPVisionConfig(**config, attn_implementation="eager"))
        tower = model.vision_model
        *layers, last = tower.encoder.layers
        self.layers = nn.Sequential(
            _First(tower.embeddings, tower.pre_layrnorm),
            *(_Layer(layer) for layer in layers),
            _Last(last, tower.post_layernorm, model.visual_projection),
        )
        self.config = dict(config)
        self.width, self.side = int(config["projection_dim"]), int(config["image_size"])

    @classmethod
    def made(cls, folder: Path | None, config: Mapping[str, Any] | None = None) -> Self:
        """Filled from a folder with config.json and model.safetensors, as transformers saves a CLIP or its tower.

        Parameters
        ----------
        folder
            None: fetched from the hub, once
        config
            of one that is to be filled later: nothing is read

        Raises
        ------
        UserError
            where it is not there or cannot be fetched
        BadInput
            where it holds another network
        """
        if config:
            return cls(config)
        if folder is None:
            folder = fetch(_MODEL, _SHAPE).parent
            fetch(_MODEL, FILE)
        if not (folder / _SHAPE).is_file():
            raise UserError(f"no {_SHAPE} in {folder}; wanted a folder with a CLIP's {_SHAPE} and {FILE}")
        try:
            told = CLIPVisionConfig.from_pretrained(str(folder), local_files_only=True)
            network = cls({name: getattr(told, name) for name in _TOLD})
        except Exception as fault:  # of transformers, the hub's library or the disk: they share no base class but this
            raise BadInput(f"{folder / _SHAPE} describes no CLIP ({fault})") from None
        held = {key: value for key, value in read_tensors(folder / FILE)[0].items() if _is_of_tower(key)}
        fill_module(network, {_place(key, len(network.layers)): v for key, v in held.items()}, str(folder), cls.name)
        return network


def _is_of_tower(key: str) -> bool:
    return key.startswith(("vision_model.", "visual_projection.")) and not key.endswith("position_ids")


def _place(key: str, blocks: int) -> str:
    """The name here of a tensor that transformers calls `key`."""
    key = key.removeprefix("vision_model.")
    for theirs, ours in (
        ("embeddings.", "layers.0.embeddings."),
        ("pre_layrnorm.", "layers.0.norm."),
        ("post_layernorm.", f"layers.{blocks - 1}.norm."),
        ("visual_projection.", f"layers.{blocks - 1}.projection."),
    ):
        if key.startswith(theirs):
            return ours + key.removeprefix(theirs)
    number, _, rest = key.removeprefix("encoder.layers.").partition(".")
    return f"layers.{int(number) + 1}.layer.{rest}" if number.isdigit() else key
