"""Teachers: networks whose answers a student learns to give. Each is a file in a folder, and its kind follows from it.

| file                            | kind        | what it says of a picture                                           |
|---------------------------------|-------------|---------------------------------------------------------------------|
| `x.onnx` with `x.json`          | `embedding` | its output, and the means of its inner layers                       |
| `x.tflite` with `labels.txt`    | `concepts`  | a probability for each line of `labels.txt`                         |
| `x.tflite` alone                | `style`     | its output                                                          |

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
from beholder.features.onnx import open_session, read_description, sha256
from beholder.types import Matrix

KINDS = ("embedding", "concepts", "style")


class Run(Protocol):
    """A teacher made ready for one thread."""

    def __call__(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32"""
        ...


@dataclass(frozen=True)
class Teacher:
    """A teacher's file.

    every   it is asked about one view in so many; the cheap ones about each
    inner   how many of its numbers, at the end, are means of inner layers
    words   concepts: what each number stands for
    """

    path: Path
    kind: str
    every: int
    dimension: int
    inner: int = 0
    words: tuple[str, ...] = ()
    revision: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}-{self.path.stem}"

    def open(self) -> Run:
        return OnnxTeacher(self.path) if self.path.suffix == ".onnx" else LiteTeacher(self.path)


def find_teachers(folder: Path, every: int) -> tuple[Teacher, ...]:
    """All teachers below a folder, those of embeddings first.

    every : how many views share one answer of a teacher of concepts or style, which cost most
    raises : UserError where there is none of embeddings; MissingExtra
    """
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".onnx", ".tflite"))
    found = sorted((_known(path, every) for path in files), key=lambda t: KINDS.index(t.kind))
    if not found or found[0].kind != "embedding":
        raise UserError(f"no teacher of embeddings in {folder}; wanted at least one x.onnx with its x.json")
    return tuple(found)


def _known(path: Path, every: int) -> Teacher:
    labels = path.with_name("labels.txt")
    blank = [Image.new("RGB", (64, 64))]
    revision = sha256(path)[:16]
    if path.suffix == ".onnx":
        run = OnnxTeacher(path)
        width = run(blank).shape[1]
        return Teacher(path, "embedding", 1, width, width - run.dimension, revision=revision)
    width = LiteTeacher(path)(blank).shape[1]
    if not labels.is_file():
        return Teacher(path, "style", every, width, revision=revision)
    words = tuple(labels.read_text(encoding="utf-8").splitlines())
    if len(words) != width:
        raise UserError(f"{labels} has {len(words)} lines, but {path.name} gives {width} numbers")
    return Teacher(path, "concepts", every, width, words=words, revision=revision)


class OnnxTeacher:
    """An encoder as the project reads it, and the mean over the picture of every sum of two inner layers."""

    def __init__(self, path: Path) -> None:
        try:
            import onnx
        except ImportError:
            raise MissingExtra("an ONNX teacher", "torch") from None
        said = read_description(path.with_suffix(".json"))
        model = onnx.load(path)
        constant = {name.name for name in model.graph.initializer}
        constant |= {out for node in model.graph.node if node.op_type == "Constant" for out in node.output}
        means = []
        for node in model.graph.node:
            if node.op_type == "Add" and not constant & set(node.input):
                means.append(f"{node.output[0]}:mean")
                squeeze = onnx.helper.make_node("GlobalAveragePool", [node.output[0]], [means[-1]])
                model.graph.node.append(squeeze)
                model.graph.output.append(onnx.helper.make_tensor_value_info(means[-1], onnx.TensorProto.FLOAT, None))
        self.dimension, self._input, self._preprocessing = said.dimension, said.input, said.preprocessing
        self._outputs = [said.output, *means]
        self._session = open_session(model.SerializeToString(), 1)

    def __call__(self, pictures: Sequence[Image.Image]) -> Matrix:
        outs = self._session.run(self._outputs, {self._input: self._preprocessing(pictures)})
        return np.concatenate([np.asarray(out, np.float32).reshape(len(pictures), -1) for out in outs], axis=1)


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

    def __call__(self, pictures: Sequence[Image.Image]) -> Matrix:
        return np.stack([self._one(picture) for picture in pictures])

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
