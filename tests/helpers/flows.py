"""A flow of a few nodes, and pictures that rise from dark to light."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from beholder.create.flow import SIDE, Flow
from beholder.features.onnx import open_session


def tiny_flow(width=4, encoder="a"):
    """A flow that leads every noise to half of it, plus the first number that it is told."""
    values = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)  # noqa: E731
    told = numpy_helper.from_array(np.array([[1.0], [0.0], [0.0]], np.float32), "first")
    shape = numpy_helper.from_array(np.array([-1, 1, 1, 1], np.int64), "shape")
    half = numpy_helper.from_array(np.array(-0.5, np.float32), "half")
    small = [
        helper.make_node("MatMul", ["condition", "first"], ["said"]),
        helper.make_node("Reshape", ["said", "shape"], ["flat"]),
        helper.make_node("Mul", ["x", "half"], ["less"]),
        helper.make_node("Add", ["less", "flat"], ["velocity"]),
    ]
    large = [helper.make_node("Mul", ["x", "half"], ["velocity"]), helper.make_node("Abs", ["half"], ["scale"])]
    inputs = [values("x", "b", 3, SIDE, SIDE), values("t", "b"), values("condition", "b", 3)]
    graphs = [
        helper.make_graph(
            small, "s", [*inputs, values("keep", "b"), values("zoom", "b")],
            [values("velocity", "b", 3, SIDE, SIDE)], [told, shape, half],
        ),
        helper.make_graph(
            large, "l", [values("x", "b", 9, SIDE, SIDE), values("t", "b"), values("small", "b", 3, SIDE, SIDE)],
            [values("velocity", "b", 9, SIDE, SIDE), values("scale")], [half],
        ),
    ]  # fmt: skip
    models = [helper.make_model(g, opset_imports=[helper.make_opsetid("", 17)], ir_version=8) for g in graphs]
    assert all(onnx.checker.check_model(model) is None for model in models)
    sessions = [open_session(model.SerializeToString(), 1) for model in models]
    return Flow(*sessions, {"mean": np.zeros(width, np.float32), "axes": np.eye(width, 3, dtype=np.float32)}, encoder)


def tone(n):
    """Pictures that rise from dark to light, each with a pattern of its own."""
    coarse = np.random.default_rng(n).integers(-30, 30, (5, 5, 3)) + np.array([8.0, 5.0, 3.0]) * n + 30
    return Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8)).resize((96, 96), Image.Resampling.BICUBIC)
