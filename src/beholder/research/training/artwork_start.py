"""A network that finds artworks, filled from one that was written, so that training goes on from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from beholder.errors import BadInput
from beholder.research.training.artwork_network import ArtworkNetwork


@torch.no_grad()
def fill_from(network: ArtworkNetwork, path: Path, views: Tensor) -> None:
    """Make it say what the network of an ONNX file says.

    Parameters
    ----------
    path
        a finder.onnx; each normalisation went into the convolution before it when that was written
    views
        (n, 3, h, w) from 0 to 255: what each layer is like on these, its normalisation is set to

    Raises
    ------
    BadInput
        where it is another network
    """
    import onnx

    try:
        graph = onnx.load(path).graph
    except Exception as fault:  # of protobuf, onnx or the disk: they share no base class but this
        raise BadInput(f"{path} is no ONNX file that can be read ({fault})") from None
    held = {t.name.removesuffix(".half"): onnx.numpy_helper.to_array(t).astype(np.float32) for t in graph.initializer}
    written = [node.input[1:3] for node in graph.node if node.op_type in ("Conv", "Gemm")]
    layers = _in_order(network, views[:1])
    if [held[weight].shape for weight, _ in written] != [tuple(layer.weight.shape) for layer in layers]:
        raise BadInput(f"{path} is not a network that finds artworks, of this version")
    shifts = dict[nn.Module, Tensor]()
    for layer, (weight, bias) in zip(layers, written, strict=True):
        layer.weight.copy_(torch.from_numpy(held[weight]))
        if layer.bias is None:
            shifts[layer] = torch.from_numpy(held[bias])
        else:
            layer.bias.copy_(torch.from_numpy(held[bias]))
    hooks = [
        pair[1].register_forward_pre_hook(_Undoing(shifts[pair[0]]))
        for pair in network.modules()
        if isinstance(pair, nn.Sequential) and len(pair) > 1 and pair[0] in shifts
    ]
    network.eval()(views)
    for hook in hooks:
        hook.remove()
    network.train()


class _Undoing:
    """Sets a normalisation so that it only adds what the written layer added, on what comes in."""

    def __init__(self, shift: Tensor) -> None:
        self.shift = shift

    def __call__(self, norm: nn.Module, coming: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        var, mean = torch.var_mean(coming[0], (0, 2, 3))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)
        norm.weight.copy_((var + norm.eps).sqrt())
        norm.bias.copy_(self.shift + mean)


def _in_order(network: ArtworkNetwork, views: Tensor) -> list[nn.Conv2d | nn.Linear]:
    """Its layers with weights as they are run through."""
    met = list[nn.Conv2d | nn.Linear]()
    hooks = [
        layer.register_forward_hook(lambda layer, *_: met.append(layer))
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    network.eval()(views)
    for hook in hooks:
        hook.remove()
    return met
