"""The registry of backbones: each by its name. A module is loaded when a backbone of its is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from beholder.errors import MissingExtra, UnknownName
from beholder.features.networks.backbone import Backbone


def backbone_names() -> list[str]:
    """Every backbone there is."""
    return list(_MAKERS)


def make_backbone(name: str, weights: Path | None = None, *, config: Mapping[str, Any] | None = None) -> Backbone:
    """The backbone of this name.

    Parameters
    ----------
    weights
        a file or folder of its weights; None: those that come with it, at random where none do
    config
        of a backbone that was there before: one of the same shape, to be filled; nothing is fetched for it

    Raises
    ------
    UnknownName
    UserError
    BadInput
        where the weights are missing or another network's
    MissingExtra
    """
    if name not in _MAKERS:
        raise UnknownName.of("backbone", name, _MAKERS)
    return _MAKERS[name](weights, config)


def _mobilenet_v2(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.mobilenet_v2 import MobileNetV2

    return MobileNetV2.made(weights)


def _builtin(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.builtin import Builtin

    return Builtin.made(weights, config)


def _clip_vit_b32(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    try:
        from beholder.features.networks.clip import ClipVitB32
    except ImportError:
        raise MissingExtra("the backbone clip-vit-b32", "torch") from None
    return ClipVitB32.made(weights, config)


def _ren2017(weights: Path | None, config: Mapping[str, Any] | None) -> Backbone:
    from beholder.features.networks.ren2017 import Ren2017

    return Ren2017.made(weights)


_MAKERS: dict[str, Callable[[Path | None, Mapping[str, Any] | None], Backbone]] = {
    "mobilenet-v2": _mobilenet_v2,
    "builtin": _builtin,
    "clip-vit-b32": _clip_vit_b32,
    "ren2017": _ren2017,
}
