"""The network that finds artworks as one ONNX file, its weights in half precision, and its settings beside it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from beholder.research.training.artwork_network import MULTIPLE, OUTPUTS, UNIT, ArtworkNetwork, Said
from beholder.research.training.work import write_json

OPSET = 17


def write_artwork_network(network: ArtworkNetwork, path: Path, settings: dict[str, Any]) -> None:
    """`path`, and beside it the .json with the sides it is shown pictures at and the scores that count."""
    import onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {"picture": {0: "batch", 2: "height", 3: "width"}}
    axes |= {name: {0: "batch", 2: f"{name}_height", 3: f"{name}_width"} for name in OUTPUTS[:3]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs nothing else calls itself old
        torch.onnx.export(
            Said(network).eval(),
            (torch.zeros(1, 3, 2 * MULTIPLE, 2 * MULTIPLE),),
            str(path),
            dynamo=False,
            input_names=["picture"],
            output_names=list(OUTPUTS),
            dynamic_axes=axes | {"shows": {0: "batch"}},
            opset_version=OPSET,
        )
    model = onnx.load(path)
    _halve(model.graph)
    onnx.save(model, path)
    write_json(path.with_suffix(".json"), settings | {"unit": UNIT})


def _halve(graph: Any) -> None:
    """Keep each large weight as float16, with a node that makes it float32 when the network is loaded."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype == np.float32 and value.size > 64:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
