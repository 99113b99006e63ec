"""The trained flow as two ONNX files of half precision, its condition beside them, and its card."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.create.flow import Flow
from beholder.create.novelty import nearest
from beholder.features.external_data import sha256
from beholder.features.tensors import write_tensors
from beholder.research.training.flow_fitting import FlowFitting
from beholder.research.training.flow_network import SIDE, LargeFlow, split_haar
from beholder.research.training.flow_views import Condition
from beholder.research.training.work import write_json
from beholder.types import Matrix

_HALVED = 64  # numbers of a tensor from which on it is kept in half precision
_FLOOR = 1.0  # per cent of held-out pictures that lie nearer to one learned from than the floor


def write_flow(fitting: FlowFitting, condition: Condition, out: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """small.onnx, large.onnx, condition.safetensors and card.json; returns the card."""
    small, large = halved(fitting.small.mean), halved(fitting.large.mean)
    c = len(condition.axes[0])
    one = torch.ones(1)
    write_halved(small, (_square(3), one, torch.zeros(1, c), one, one), "x t condition keep zoom", out / "small.onnx")
    write_halved(WithScale(large), (_square(9), one, _square(3)), "x t small", out / "large.onnx")
    said = {"encoder": told["encoder_key"]}
    write_tensors(out / "condition.safetensors", {"mean": condition.mean, "axes": condition.axes}, said)
    card = {
        "name": "flow",
        "licence": "Apache-2.0",
        "side": 2 * SIDE,
        "steps": fitting.step,
        "parameters": sum(p.numel() for network in (small, large) for p in network.parameters()),
        "minutes": round(fitting.seconds / 60, 1),
        "learned_from": {**told, "learned": len(fitting.learned), "held_out": len(fitting.held)},
        "recipe": asdict(fitting.recipe),
        "losses": fitting.losses[-1:],
        "over_time": _thinned(fitting.losses),
        "memory": memory_test(fitting, Flow.open(out), fitting.recipe.samples),
        "sha256": {name: sha256(out / name) for name in ("small.onnx", "large.onnx", "condition.safetensors")},
    }
    write_json(out / "card.json", card)
    return card


class WithScale(nn.Module):
    """The large flow, and what its unit is: the differences it makes are to be multiplied by `scale`."""

    def __init__(self, flow: LargeFlow) -> None:
        super().__init__()
        self.flow = flow

    def forward(self, x: Tensor, t: Tensor, small: Tensor) -> tuple[Tensor, Tensor]:
        return self.flow(x, t, small), self.flow.scale + 0 * small[:1, :1, :1, :1]


def halved(network: nn.Module) -> Any:
    """A copy whose large tensors hold what half precision can hold."""
    made = copy.deepcopy(network).cpu().float().eval()
    for tensor in (*made.parameters(), *made.buffers()):
        if tensor.numel() >= _HALVED:
            tensor.data = tensor.data.half().float()
    return made


def write_halved(network: nn.Module, inputs: tuple[Tensor, ...], names: str, path: Path) -> None:
    """An ONNX file whose large tensors are kept in half precision and made single when it is loaded."""
    import onnx

    outputs = ["velocity", "scale"][: 1 + isinstance(network, WithScale)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs nothing else calls itself old
        torch.onnx.export(
            network,
            inputs,
            str(path),
            dynamo=False,
            input_names=names.split(),
            output_names=outputs,
            dynamic_axes={name: {0: "batch"} for name in (*names.split(), "velocity")},
            opset_version=17,
            do_constant_folding=False,  # it would keep tensors twice, turned
        )
    model = onnx.load(path)
    graph = model.graph
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= _HALVED:
            name = tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), name + "_half"))
            graph.node.insert(0, onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    onnx.checker.check_model(model)
    onnx.save(model, path)


def memory_test(fitting: FlowFitting, flow: Flow, samples: int) -> dict[str, Any]:
    """How near samples come to what was learned from, whole and by quarters.

    A floor is the distance that 1 % of the held-out pictures fall short of. Distances are of the small pictures, each
    with its mean taken out and divided by its spread, so that a copy that is lighter or duller is still near.
    """
    rng = np.random.default_rng(fitting.recipe.seed)
    made = np.stack([flow.small(k, rng.choice(fitting.told.numpy()[fitting.learned])) for k in range(samples)])
    learned, held = (_small_pictures(fitting, rows) for rows in (fitting.learned, fitting.held))
    told: dict[str, Any] = {"samples": samples}
    for name, parts in (("whole", 1), ("quarters", 2)):
        far, known = (nearest(each, learned, parts) for each in (made, held))
        floor = float(np.percentile(known, _FLOOR))
        told[name] = {"floor": round(floor, 4), "nearer": int((far < floor).sum()), "of": len(far)}
    return told


def _small_pictures(fitting: FlowFitting, rows: NDArray[np.intp]) -> Matrix:
    small: Matrix = split_haar(fitting._pictures(rows, 0))[0].numpy()
    return small


def _square(channels: int) -> Tensor:
    return torch.zeros(1, channels, SIDE, SIDE)


def _thinned(losses: list[dict[str, float]]) -> list[dict[str, float]]:
    """About ten of the passes, evenly in the logarithm of time."""
    if len(losses) < 12:
        return losses
    at = sorted({round(k) for k in np.geomspace(1, len(losses), 12)})
    return [losses[k - 1] for k in at]
