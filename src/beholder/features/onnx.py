"""Any local ONNX model as an encoder: `onnx:PATH`, its preprocessing in a JSON file of the same name beside it.

    {"name": "mobilenet-v2", "input": "image", "output": "feature", "layout": "NCHW", "size": 224, "fit": "squash",
     "interpolation": "bicubic", "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406],
     "std": [0.229, 0.224, 0.225], "dimension": 1280, "licence": "Apache-2.0"}

`fit` is squash, crop or pad (see `preprocess`); with crop, `shortest` may say to what the shorter side is resized
first (as `size`, where not given). Words that the model can say are read as `vocabulary` describes. A model that has
learned the ten attributes says in which columns of a row they stand, the names being those of `ATTRIBUTES` in any
order: `"attributes": {"first": 1024, "names": ["interesting content", ...]}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadInput, UserError
from beholder.features.attributes import ATTRIBUTES
from beholder.features.preprocess import Preprocessing, read_preprocessing
from beholder.features.registry import EncoderRow
from beholder.features.vocabulary import Vocabulary
from beholder.json_reading import read_json
from beholder.types import Matrix

BATCH = 16  # pictures a run: past that, bigger batches bring nothing on a CPU and cost memory
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


@dataclass(frozen=True, slots=True)
class Description:
    """What the JSON beside a model says; attributes: the columns that hold the learned `ATTRIBUTES`, in their order."""

    name: str
    input: str
    output: str
    dimension: int
    licence: str
    preprocessing: Preprocessing
    attributes: tuple[int, ...] = ()


def read_description(path: Path) -> Description:
    """The description of a model. Raises UserError where it is missing, BadInput with every fault of it together."""
    try:
        told = read_json(path)
    except FileNotFoundError:
        raise UserError(
            f"no {path.name} beside the model in {path.parent}: it must say input, output, layout, size, fit, "
            "interpolation, scale, mean, std and dimension"
        ) from None
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path} cannot be read as JSON ({fault}); mend it or write it anew") from None
    if not isinstance(told, dict):
        raise BadInput(f"{path} must hold one JSON object, got {type(told).__name__}")
    faults = [
        f"{field} must be the name of the model's {field}, got {told.get(field)!r}"
        for field in ("input", "output")
        if not isinstance(told.get(field), str) or not told[field]
    ]
    dimension = told.get("dimension")
    if not isinstance(dimension, int) or isinstance(dimension, bool) or dimension < 1:
        faults.append(f"dimension must be a whole number above 0, got {dimension!r}")
    preprocessing = read_preprocessing(told, faults)
    attributes = _read_attributes(told.get("attributes"), dimension, faults)
    if faults or preprocessing is None:
        raise BadInput(f"{path} describes its model wrongly: {'; '.join(faults)}")
    name, licence = str(told.get("name") or path.stem), str(told.get("licence") or "unknown")
    return Description(name, told["input"], told["output"], told["dimension"], licence, preprocessing, attributes)


def _read_attributes(told: Any, dimension: Any, faults: list[str]) -> tuple[int, ...]:
    """The columns that "attributes" speaks of; what is wrong with it is added to `faults`."""
    if told is None:
        return ()
    names = [attribute.name for attribute in ATTRIBUTES]
    said, first = (told.get("names"), told.get("first")) if isinstance(told, dict) else (None, None)
    if not isinstance(said, list) or sorted(map(str, said)) != sorted(names):
        faults.append(f"attributes must have names, these ten in any order: {', '.join(names)}; got {said!r}")
    elif not isinstance(first, int) or isinstance(first, bool) or first < 0:
        faults.append(f"attributes must have first, the column of the first name, got {first!r}")
    elif isinstance(dimension, int) and first + len(names) > dimension:
        faults.append(f"attributes end in column {first + len(names) - 1}, but a row has {dimension} columns from 0 on")
    else:
        return tuple(first + said.index(name) for name in names)
    return ()


def open_session(path: Path | bytes, threads: int) -> Any:
    """An ONNX Runtime session of `threads` threads, on the GPU where this build of ONNX Runtime has one."""
    options = onnxruntime.SessionOptions()  # type: ignore[attr-defined]
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the decoding threads
    available = set(onnxruntime.get_available_providers())  # type: ignore[attr-defined]
    try:
        session = onnxruntime.InferenceSession  # type: ignore[attr-defined]
        return session(
            path if isinstance(path, bytes) else str(path), options, providers=[p for p in PROVIDERS if p in available]
        )
    except Exception as fault:  # ONNX Runtime's own exceptions share no base class but this
        name = path if isinstance(path, Path) else "the changed network"
        raise BadInput(f"{name} is not a model that ONNX Runtime can load: {_first_line(fault)}") from None


class Tower:
    """One input and one output of a session, run in batches, its output checked."""

    def __init__(self, session: Any, path: Path, output: str, dimension: int, first_token: bool = False) -> None:
        self.session, self.path, self.output, self.dimension = session, path, output, dimension
        self.first_token = first_token
        known = [o.name for o in session.get_outputs()]
        if output not in known:
            raise BadInput(f"{path} has no output '{output}'; it has: {', '.join(known)}")
        batch = session.get_inputs()[0].shape[0]
        self.fixed: int | None = batch if isinstance(batch, int) and batch > 0 else None

    def type_of(self, name: str) -> Any:
        """The NumPy type that the input of that name takes."""
        kinds = {i.name: i.type for i in self.session.get_inputs()}
        if name not in kinds:
            raise BadInput(f"{self.path} has no input '{name}'; it has: {', '.join(kinds)}")
        if kinds[name] not in TYPES:
            raise BadInput(f"{self.path} takes {kinds[name]} as '{name}'; wanted a model of floating-point pixels")
        return TYPES[kinds[name]]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> Matrix:
        """(b, dimension) float32 for feeds of b rows each."""
        rows = len(next(iter(feeds.values())))
        step = self.fixed or BATCH
        parts = [self._run({k: v[at : at + step] for k, v in feeds.items()}) for at in range(0, rows, step)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), np.float32)

    def _run(self, feeds: dict[str, NDArray[Any]]) -> Matrix:
        rows = len(next(iter(feeds.values())))
        if self.fixed and rows < self.fixed:  # a fixed batch is filled up by repeating the last row
            feeds = {k: np.concatenate([v, np.repeat(v[-1:], self.fixed - rows, 0)]) for k, v in feeds.items()}
        try:
            (out,) = self.session.run([self.output], feeds)
        except Exception as fault:  # see open_session
            raise BadInput(f"{self.path} failed to run: {_first_line(fault)}") from None
        return self._checked(np.asarray(out), rows)

    def _checked(self, out: NDArray[Any], rows: int) -> Matrix:
        if self.first_token and out.ndim == 3:
            out = out[:, 0]
        if out.ndim != 2 and out.size == len(out) * self.dimension:
            out = out.reshape(len(out), -1)  # (b, d, 1, 1) of networks that end in a pooling
        if out.ndim != 2 or out.shape[1] != self.dimension:
            raise BadInput(f"{self.path} gave '{self.output}' of shape {out.shape}; wanted (b, {self.dimension})")
        vectors: Matrix = np.ascontiguousarray(out[:rows], np.float32)
        if not np.isfinite(vectors).all():
            raise BadInput(f"{self.path} gave numbers that are not finite; use its fp32 version if this one is fp16")
        return vectors


class OnnxRuntime:
    """A local model and its description, ready to run.

    vocabulary : words that it says · attribute_columns : of a row, that hold the ten `ATTRIBUTES` as it learned them
    """

    def __init__(
        self,
        row: EncoderRow,
        tower: Tower,
        input_name: str,
        preprocessing: Preprocessing,
        vocabulary: Vocabulary | None = None,
        attribute_columns: tuple[int, ...] = (),
    ) -> None:
        self.row, self.vocabulary, self.attribute_columns = row, vocabulary, attribute_columns
        self._tower, self._input, self._preprocessing = tower, input_name, preprocessing
        self._type = tower.type_of(input_name)

    @classmethod
    def open(cls, path: Path, *, threads: int) -> OnnxRuntime:
        """The model at `path` with the description beside it; tried once, so that its faults show now and not later.

        raises  UserError where a file is missing, BadInput where the model or its description is wrong
        """
        if not path.is_file():
            raise UserError(f"no model at {path}; wanted an .onnx file with a .json of the same name beside it")
        said = read_description(path.with_suffix(".json"))
        tower = Tower(open_session(path, threads), path, said.output, said.dimension)
        done = {**said.preprocessing.as_dict(), "input": said.input, "output": said.output}
        row = EncoderRow(
            name=said.name,
            dimension=said.dimension,
            licence=said.licence,
            bytes=path.stat().st_size,
            source=f"onnx:{path}",
            revision=sha256(path)[:16],
            preprocessing=done | ({"attributes": said.attributes} if said.attributes else {}),
            max_side=said.preprocessing.max_side,
        )
        vocabulary = Vocabulary.read(path, said.dimension)
        runtime = cls(row, tower, said.input, said.preprocessing, vocabulary, said.attributes)
        runtime.encode([Image.new("RGB", (64, 48), (128, 128, 128))])
        return runtime

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32, as the model gives them."""
        parts = [
            self._tower.run(
                {self._input: self._preprocessing(pictures[at : at + BATCH]).astype(self._type, copy=False)}
            )
            for at in range(0, len(pictures), BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.row.dimension), np.float32)


def sha256(path: Path) -> str:
    """Hex digest of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_line(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return (lines[0] if lines else type(fault).__name__)[:300]
