"""Teachers: networks whose answers a student learns to give. Each is a file in a folder, its kind follows from it.

    x.onnx with x.json          embedding   its output, and its classes where it has a layer for them
    x.tflite with labels.txt    concepts    a probability for each line of labels.txt
    x.tflite alone              style       its output

The smallest of embeddings also gives means of inner layers, and maps: what it sees where.

The JSON is that of an encoder `onnx:PATH`. A TFLite network of bytes sees bytes, one of floats sees 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import MissingExtra, UserError
from beholder.features.external_data import digest_of, external_files, sha256
from beholder.features.onnx import open_session, read_description
from beholder.types import Matrix

_Maps = NDArray[np.float32]
_KINDS = ("embedding", "concepts", "style")
_SECOND = 4  # views that share an answer of a teacher of embeddings, the first of them aside


class Run(Protocol):
    """A teacher made ready for one thread."""

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[Matrix, list[_Maps]]:
        """(b, dimension) float32, and (b, h, w, channels) of each map"""
        ...


@dataclass(frozen=True)
class Teacher:
    """A teacher's file.

    Attributes
    ----------
    every
        it is asked about one view in so many; the cheap ones about each
    inner
        how many of its numbers, at the end, are means of inner layers
    maps
        height, width and channels of what it tells place by place
    words
        concepts: what each number stands for
    first
        whether it also says what its inner layers see
    """

    path: Path
    kind: str
    every: int
    dimension: int
    inner: int = 0
    maps: tuple[tuple[int, int, int], ...] = ()
    words: tuple[str, ...] = ()
    first: bool = False
    revision: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"

    def open(self) -> Run:
        return OnnxTeacher(self.path, inner=self.first) if self.path.suffix == ".onnx" else LiteTeacher(self.path)


def find_teachers(folder: Path, every: int) -> tuple[Teacher, ...]:
    """All teachers below a folder, those of embeddings first, the smallest of them foremost.

    Parameters
    ----------
    every
        how many views share one answer of a teacher of concepts or style, which cost most

    Raises
    ------
    UserError
        where there is none of embeddings
    MissingExtra
    """
    seeing = sorted(folder.rglob("*.onnx"), key=lambda path: (path.stat().st_size, path))
    if not seeing:
        raise UserError(f"no teacher of embeddings in {folder}; wanted at least one x.onnx with its x.json")
    others = sorted(
        (_known(path, every) for path in sorted(folder.rglob("*.tflite"))), key=lambda t: _KINDS.index(t.kind)
    )
    return (_known(seeing[0], 1, first=True), *(_known(path, _SECOND) for path in seeing[1:]), *others)


def _known(path: Path, every: int, *, first: bool = False) -> Teacher:
    labels = path.with_name("labels.txt")
    blank = [Image.new("RGB", (64, 64))]
    revision = sha256(path)[:16]
    if path.suffix == ".onnx":
        revision = digest_of(path, external_files(path))[:16]
        run = OnnxTeacher(path, inner=first)
        rows, maps = run(blank)
        width, shapes = rows.shape[1], tuple(m.shape[1:] for m in maps)
        return Teacher(path, "embedding", every, width, width - run.dimension, shapes, first=first, revision=revision)
    width = LiteTeacher(path)(blank)[0].shape[1]
    if not labels.is_file():
        return Teacher(path, "style", every, width, revision=revision)
    words = tuple(labels.read_text(encoding="utf-8").splitlines())
    if len(words) != width:
        raise UserError(f"{labels} has {len(words)} lines, but {path.name} gives {width} numbers")
    return Teacher(path, "concepts", every, width, words=words, revision=revision)


class OnnxTeacher:
    """An encoder as the project reads it.

    Parameters
    ----------
    inner
        whether it also gives the mean over the picture of every sum of two inner layers, and maps: the layer whose mean
        is its output, and the last sum of twice that layer's side

    Attributes
    ----------
    classifier
        (classes, dimension) and (classes,): weight and bias of the layer that names classes from its output; None
        where there is none
    """

    def __init__(self, path: Path, *, inner: bool) -> None:
        try:
            import onnx
        except ImportError:
            raise MissingExtra("an ONNX teacher", "torch") from None
        said = read_description(path.with_suffix(".json"))
        model = onnx.shape_inference.infer_shapes(onnx.load(path))
        means, maps = _look_inside(model, said.output) if inner else ([], [])
        self.classifier = _classifier(model, said.output)
        self.dimension, self._input, self._preprocessing = said.dimension, said.input, said.preprocessing
        self._outputs, self._maps = [said.output, *means], maps
        self._session = open_session(model.SerializeToString(), 1)

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[Matrix, list[_Maps]]:
        outs = self._session.run(self._outputs + self._maps, {self._input: self._preprocessing(pictures)})
        rows = [np.asarray(out, np.float32).reshape(len(pictures), -1) for out in outs[: len(self._outputs)]]
        return np.concatenate(rows, axis=1), [out.transpose(0, 2, 3, 1) for out in outs[len(self._outputs) :]]


def _look_inside(model: Any, output: str) -> tuple[list[str], list[str]]:
    """Give an ONNX model the outputs that `OnnxTeacher` calls means and maps; their names."""
    from onnx import TensorProto, helper

    sides = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim][2:] for v in model.graph.value_info}
    constant = {name.name for name in model.graph.initializer}
    constant |= {out for node in model.graph.node if node.op_type == "Constant" for out in node.output}
    means, sums = [], list[str]()
    for node in model.graph.node:
        if node.op_type == "Add" and not constant & set(node.input):
            sums.append(node.output[0])
            means.append(f"{node.output[0]}:mean")
            model.graph.node.append(helper.make_node("GlobalAveragePool", [node.output[0]], [means[-1]]))
    pooled = [n.input[0] for n in model.graph.node if n.output[0] == output and "Average" in n.op_type]
    pooled += [n.input[0] for n in model.graph.node if n.output[0] == output and n.op_type == "ReduceMean"]
    finer = [name for name in sums for last in pooled if sides.get(name) == [2 * side for side in sides[last]]]
    maps = pooled + finer[-1:]
    for name in (*means, *maps):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return means, maps


def _classifier(model: Any, output: str) -> tuple[Matrix, Matrix] | None:
    from onnx import numpy_helper

    tensors = {t.name: t for t in model.graph.initializer}
    flat = {output} | {n.output[0] for n in model.graph.node if n.op_type == "Flatten" and n.input[0] == output}
    for node in model.graph.node:
        if node.op_type == "Gemm" and node.input[0] in flat and set(node.input[1:]) <= set(tensors):
            weight, bias = (numpy_helper.to_array(tensors[name]).astype(np.float32) for name in node.input[1:3])
            rows = next((a.i for a in node.attribute if a.name == "transB"), 0)
            return (weight if rows else np.ascontiguousarray(weight.T)), bias
    return None


class LiteTeacher:
    """A TFLite network of one picture; bytes as they are, or floats from 0 to 1."""

    def __init__(self, path: Path) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise MissingExtra("a TFLite teacher", "torch") from None
        self._run: Any = Interpreter(str(path), num_threads=1)
        self._run.allocate_tensors()
        self._in, self._out = self._run.get_input_details()[0], self._run.get_output_details()[0]

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[Matrix, list[_Maps]]:
        return np.stack([self._one(picture) for picture in pictures]), []

    def _one(self, picture: Image.Image) -> NDArray[np.float32]:
        _, height, width, _ = self._in["shape"]
        pixels = np.asarray(picture.resize((int(width), int(height)), Image.Resampling.BICUBIC))
        given = pixels if self._in["dtype"] == np.uint8 else pixels.astype(np.float32) / 255
        self._run.set_tensor(self._in["index"], given[None])
        self._run.invoke()
        out: NDArray[np.float32] = self._run.get_tensor(self._out["index"]).ravel().astype(np.float32)
        scale, zero = self._out["quantization"]
        if scale:
            out = (out - np.float32(zero)) * np.float32(scale)
        return out
