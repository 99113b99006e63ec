"""The way back through an encoder: from what is wanted of its numbers to what is wanted of the pixels.

The backward pass is written as ONNX behind the forward pass, from the model file itself, so ONNX Runtime does both and
no other library is needed to train or guide. Known are the layers of convolutional networks with ReLU.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from beholder.errors import BadInput
from beholder.features.onnx import open_session, read_description
from beholder.features.preprocess import Preprocessing
from beholder.types import Matrix

_SLOPE, _GRADIENT = "beholder.slope", "beholder.gradient"


class Gradient:
    """An encoder forwards and backwards.

    Attributes
    ----------
    preprocessing
        what is done to pixels before
    """

    def __init__(self, session: Any, names: tuple[str, str], preprocessing: Preprocessing) -> None:
        self._session, self._names, self.preprocessing = session, names, preprocessing

    @classmethod
    def open(cls, path: Path, threads: int = 1) -> Self:
        """Of a model file with its description beside it, as `onnx:PATH` reads it.

        Raises
        ------
        BadInput
            where it cannot be read, or has layers whose way back is not known
        """
        told = read_description(path.with_suffix(".json"))
        try:
            model = onnx.load(path)
        except Exception as fault:  # of protobuf, onnx or the disk: they share no base class but this
            raise BadInput(f"{path} is no ONNX file that can be read ({fault})") from None
        made = with_gradient(model, told.input, told.output)
        return cls(open_session(made.SerializeToString(), threads), (told.input, told.output), told.preprocessing)

    def forward(self, x: Matrix) -> Matrix:
        """(b, d) the encoder's numbers of prepared pixels (b, 3, s, s)."""
        rows: Matrix = self._run(x, None)[0]
        return rows

    def __call__(self, x: Matrix, slope: Callable[[Matrix], NDArray[Any]]) -> tuple[Matrix, Matrix]:
        """(b, d) the encoder's numbers, and (b, 3, s, s) the gradient in the prepared pixels.

        slope : of rows (b, d), what is wanted of each number: a score's derivatives (b, d) by them
        """
        rows = self.forward(x)
        _, gradient = self._run(x, slope(rows).astype(np.float32))
        return rows, gradient

    def _run(self, x: Matrix, slope: Matrix | None) -> Sequence[Matrix]:
        first, last = self._names
        if slope is None:
            width = next(o.shape[1] for o in self._session.get_inputs() if o.name == _SLOPE)
            ran: Sequence[Matrix] = self._session.run([last], {first: x, _SLOPE: np.zeros((len(x), width), np.float32)})
        else:
            ran = self._session.run([last, _GRADIENT], {first: x, _SLOPE: slope})
        return ran


def with_gradient(model: onnx.ModelProto, input_name: str, output_name: str) -> onnx.ModelProto:
    """The model with another input, the slope of its output (b, d), and another output, the gradient of its input.

    Raises
    ------
    BadInput
        naming a layer whose way back is not known
    """
    inferred = onnx.shape_inference.infer_shapes(model).graph
    shapes = {v.name: _shape(v) for v in (*inferred.value_info, *inferred.input, *inferred.output)}
    back = _Back(shapes, {t.name: t for t in model.graph.initializer})
    back.add(output_name, _SLOPE)
    nodes = list(model.graph.node)
    wanted = set()
    for node in reversed(nodes):
        if any(name in back.slopes for name in node.output):
            wanted.add(id(node))
            back.through(node)
    if input_name not in back.slopes:
        raise BadInput(f"no way leads back from '{output_name}' to '{input_name}'")
    back.node("Identity", [back.slopes[input_name]], _GRADIENT)
    width = shapes[output_name][1]
    graph = helper.make_graph(
        [node for node in nodes if id(node) in wanted] + back.nodes,
        "with its gradient",
        [model.graph.input[0], helper.make_tensor_value_info(_SLOPE, TensorProto.FLOAT, ["batch", width])],
        [
            next(o for o in model.graph.output if o.name == output_name),
            helper.make_tensor_value_info(_GRADIENT, TensorProto.FLOAT, ["batch", *shapes[input_name][1:]]),
        ],
        [*model.graph.initializer, *back.constants],
    )
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


class _Back:
    """The nodes of the way back, as they are added. slopes: the name of each value's slope."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], weights: Mapping[str, Any]) -> None:
        self.shapes, self.weights = shapes, weights
        self.slopes: dict[str, str] = {}
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """One more node; the name of what it gives."""
        name = output or f"beholder.back.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, value: NDArray[Any]) -> str:
        name = f"beholder.constant.{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, value: str, slope: str) -> None:
        """What flows back along several ways is summed."""
        self.slopes[value] = self.node("Add", [self.slopes[value], slope]) if value in self.slopes else slope

    def through(self, node: Any) -> None:
        """Lead the slope of a node's output back to its inputs."""
        kind = getattr(self, f"_{node.op_type.lower()}", None)
        if kind is None:
            raise BadInput(f"the way back through a layer of the kind {node.op_type} is not known")
        told = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        kind(node, self.slopes[node.output[0]], told)

    def _conv(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        given, weight = node.input[:2]
        kernel = tuple(self.weights[weight].dims)[2:]
        strides, dilations = told.get("strides", [1, 1]), told.get("dilations", [1, 1])
        pads = told.get("pads", [0, 0, 0, 0])
        if told.get("auto_pad", b"NOTSET") not in (b"NOTSET", b""):
            raise BadInput("the way back through a convolution that pads itself is not known")
        left = [
            (size + pads[k] + pads[k + 2] - dilations[k] * (kernel[k] - 1) - 1) % strides[k]
            for k, size in enumerate(self.shapes[given][2:])
        ]
        same = {"strides": strides, "dilations": dilations, "pads": pads, "group": told.get("group", 1)}
        self.add(given, self.node("ConvTranspose", [slope, weight], output_padding=left, **same))

    def _relu(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        self.add(node.input[0], self.node("Mul", [slope, self.node("Sign", [node.output[0]])]))

    def _add(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        for name in node.input:
            if name in self.weights:
                continue
            if self.shapes[name] != self.shapes[node.output[0]]:
                raise BadInput("the way back through a sum of unequal shapes is not known")
            self.add(name, slope)

    def _reducemean(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        axes = told.get("axes")
        if axes is None and len(node.input) > 1:
            axes = numpy_helper.to_array(self.weights[node.input[1]]).tolist()
        if axes is None:
            raise BadInput("the way back through a mean over everything is not known")
        if not told.get("keepdims", 1):
            slope = self.node("Unsqueeze", [slope, self.constant(np.array(axes, np.int64))])
        self._spread(node.input[0], slope, [int(axis) for axis in axes])

    def _globalaveragepool(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        self._spread(node.input[0], slope, [2, 3])

    def _spread(self, given: str, slope: str, axes: Sequence[int]) -> None:
        count = int(np.prod([self.shapes[given][axis] for axis in axes]))
        share = self.node("Mul", [slope, self.constant(np.array(1 / count, np.float32))])
        self.add(given, self.node("Expand", [share, self.node("Shape", [given])]))

    def _gemm(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        if told.get("transA", 0) or told.get("alpha", 1.0) != 1.0:
            raise BadInput("the way back through a scaled or turned product is not known")
        weight = node.input[1] if told.get("transB", 0) else self.node("Transpose", [node.input[1]], perm=[1, 0])
        self.add(node.input[0], self.node("MatMul", [slope, weight]))

    def _matmul(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        self._gemm(node, slope, {})

    def _identity(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        self.add(node.input[0], slope)

    def _reshape(self, node: Any, slope: str, told: dict[str, Any]) -> None:
        self.add(node.input[0], self.node("Reshape", [slope, self.node("Shape", [node.input[0]])]))

    _flatten = _squeeze = _unsqueeze = _reshape


def _shape(value: Any) -> tuple[int, ...]:
    """Sizes of a value, 0 where they are not known."""
    return tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
