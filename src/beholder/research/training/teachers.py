"""Teachers: networks whose answers a student learns to give. Each is a file in a folder, its kind follows from it.

    x.onnx with x.json          embedding   its output, means of inner layers, and maps: what it sees where
    x.tflite with labels.txt    concepts    a probability for each line of labels.txt
    x.tflite alone              style       its output

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
    """

    path: Path
    kind: str
    every: int
    dimension: int
    inner: int = 0
    maps: tuple[tuple[int, int, int], ...] = ()
    words: tuple[str, ...] = ()
    revision: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"

    def open(self) -> Run:
        return OnnxTeacher(self.path) if self.path.suffix == ".onnx" else _LiteTeacher(self.path)


def find_teachers(folder: Path, every: int) -> tuple[Teacher, ...]:
    """All teachers below a folder, those of embeddings first.

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
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".onnx", ".tflite"))
    found = sorted((_known(path, every) for path in files), key=lambda t: _KINDS.index(t.kind))
    if not found or found[0].kind != "embedding":
        raise UserError(f"no teacher of embeddings in {folder}; wanted at least one x.onnx with its x.json")
    return tuple(found)


def _known(path: Path, every: int) -> Teacher:
    labels = path.with_name("labels.txt")
    blank = [Image.new("RGB", (64, 64))]
    revision = sha256(path)[:16]
    if path.suffix == ".onnx":
        revision = digest_of(path, external_files(path))[:16]
        run = OnnxTeacher(path)
        rows, maps = run(blank)
        width, shapes = rows.shape[1], tuple(m.shape[1:] for m in maps)
        return Teacher(path, "embedding", 1, width, width - run.dimension, shapes, revision=revision)
    width = _LiteTeacher(path)(blank)[0].shape[1]
    if not labels.is_file():
        return Teacher(path, "style", every, width, revision=revision)
    words = tuple(labels.read_text(encoding="utf-8").splitlines())
    if len(words) != width:
        raise UserError(f"{labels} has {len(words)} lines, but {path.name} gives {width} numbers")
    return Teacher(path, "concepts", every, width, words=words, revision=revision)


class OnnxTeacher:
    """An encoder as the project reads it, and the mean over the picture of every sum of two inner layers.

    Its maps are the layer whose mean is its output, and the last sum of twice that layer's side.
    """

    def __init__(self, path: Path) -> None:
        try:
            import onnx
        except ImportError:
            raise MissingExtra("an ONNX teacher", "torch") from None
        said = read_description(path.with_suffix(".json"))
        model = onnx.shape_inference.infer_shapes(onnx.load(path))
        sides = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim][2:] for v in model.graph.value_info}
        constant = {name.name for name in model.graph.initializer}
        constant |= {out for node in model.graph.node if node.op_type == "Constant" for out in node.output}
        means, sums = [], list[str]()
        for node in model.graph.node:
            if node.op_type == "Add" and not constant & set(node.input):
                sums.append(node.output[0])
                means.append(f"{node.output[0]}:mean")
                squeeze = onnx.helper.make_node("GlobalAveragePool", [node.output[0]], [means[-1]])
                model.graph.node.append(squeeze)
        pooled = [n.input[0] for n in model.graph.node if n.output[0] == said.output and "Average" in n.op_type]
        pooled += [n.input[0] for n in model.graph.node if n.output[0] == said.output and n.op_type == "ReduceMean"]
        finer = [name for name in sums for last in pooled if sides.get(name) == [2 * side for side in sides[last]]]
        maps = pooled + finer[-1:]
        for name in (*means, *maps):
            model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
        self.dimension, self._input, self._preprocessing = said.dimension, said.input, said.preprocessing
        self._outputs, self._maps = [said.output, *means], maps
        self._session = open_session(model.SerializeToString(), 1)

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[Matrix, list[_Maps]]:
        outs = self._session.run(self._outputs + self._maps, {self._input: self._preprocessing(pictures)})
        rows = [np.asarray(out, np.float32).reshape(len(pictures), -1) for out in outs[: len(self._outputs)]]
        return np.concatenate(rows, axis=1), [out.transpose(0, 2, 3, 1) for out in outs[len(self._outputs) :]]


class _LiteTeacher:
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
