"""Any local ONNX model as an encoder: `onnx:PATH`, its preprocessing in a JSON file of the same name beside it.

    {"name": "mobilenet-v2", "input": "image", "output": "feature", "layout": "NCHW", "size": 224, "fit": "squash",
     "interpolation": "bicubic", "scale": 0.00392156862745098, "mean": [0.485, 0.456, 0.406],
     "std": [0.229, 0.224, 0.225], "dimension": 1280, "licence": "Apache-2.0"}

`fit` is squash, crop or pad (see `preprocess`); with crop, `shortest` may say to what the shorter side is resized
first (as `size`, where not given). Words that the model can say are read as `vocabulary` describes. A model that has
learned the ten attributes says in which columns of a row they stand, the names being those of `ATTRIBUTES` in any
order: `"attributes": {"first": 1024, "names": ["interesting content", ...]}`. A model may keep its weights in files
beside it ("external data"); they count for its key.
"""

from __future__ import annotations

import threading
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
from beholder.features.encoder_row import EncoderRow
from beholder.features.external_data import digest_of, external_files
from beholder.features.measures.measuring import NAMES as MEASURES
from beholder.features.preprocess import Preprocessing, read_preprocessing
from beholder.features.vocabulary import Vocabulary
from beholder.json_reading import read_json
from beholder.text import shown
from beholder.types import Matrix

BATCH = 16  # pictures a run: past that, bigger batches bring nothing on a CPU and cost memory
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_NUMBERS = {*_TYPES, "tensor(double)", "tensor(int8)", "tensor(uint8)"}  # what a row of numbers may be made of
_SILENT = 4  # of ONNX Runtime's levels: what it would print is raised
_MOST_COLUMNS = 100_000
_MOST_AT_ONCE = 256  # pictures that a model may want
PATIENCE = 30.0  # seconds that a model has for a picture
_TRIED = 8  # pictures that a model is shown at opening
_UNEXPLAINED = 0.1  # how far a row may move with its company, in units of how far rows of other pictures lie apart


@dataclass(frozen=True, slots=True)
class _Description:
    """What the JSON beside a model says; attributes: the columns that hold the learned `ATTRIBUTES`, in their order."""

    name: str
    input: str
    output: str
    dimension: int
    licence: str
    preprocessing: Preprocessing
    attributes: tuple[int, ...] = ()


def read_description(path: Path) -> _Description:
    """The description of a model. Raises UserError where it is missing, BadInput with every fault of it together."""
    try:
        told = read_json(path)
    except FileNotFoundError:
        raise UserError(
            f"no {path.name} beside the model in {path.parent}: it must say input, output, layout, size, fit, "
            "interpolation, scale, mean, std and dimension"
        ) from None
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path} cannot be read as JSON ({fault}); fix it or write it again") from None
    if not isinstance(told, dict):
        raise BadInput(f"{path} must hold one JSON object, got {type(told).__name__}")
    faults = [
        f"{field} must be the name of the model's {field}, got {told.get(field)!r}"
        for field in ("input", "output")
        if not isinstance(told.get(field), str) or not told[field]
    ]
    dimension = told.get("dimension")
    if not isinstance(dimension, int) or isinstance(dimension, bool) or not 0 < dimension <= _MOST_COLUMNS:
        faults.append(f"dimension must be a whole number above 0 and at most {_MOST_COLUMNS}, got {dimension!r:.40}")
    preprocessing = read_preprocessing(told, faults)
    attributes = _read_attributes(told.get("attributes"), dimension, faults)
    if faults or preprocessing is None:
        raise BadInput(f"{path} describes its model wrongly: {'; '.join(faults)}")
    name, licence = str(told.get("name") or path.stem), str(told.get("licence") or "unknown")
    return _Description(name, told["input"], told["output"], told["dimension"], licence, preprocessing, attributes)


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
    options.log_severity_level = _SILENT
    onnxruntime.set_default_logger_severity(_SILENT)  # type: ignore[attr-defined]
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the decoding threads
    available = set(onnxruntime.get_available_providers())  # type: ignore[attr-defined]
    providers = [p for p in _PROVIDERS if p in available]
    fall_back = len(providers) > 1  # it is printed, also where there is nothing to fall back to
    try:
        session = onnxruntime.InferenceSession  # type: ignore[attr-defined]
        file = path if isinstance(path, bytes) else str(path)
        return session(file, options, providers=providers, enable_fallback=fall_back)
    except Exception as fault:  # ONNX Runtime's own exceptions share no base class but this
        name = path if isinstance(path, Path) else "the changed network"
        raise BadInput(f"{name} is not a model that ONNX Runtime can load: {_first_line(fault)}") from None


class Tower:
    """One input and one output of a session, run in batches, its output checked."""

    def __init__(self, session: Any, path: Path, output: str, dimension: int, first_token: bool = False) -> None:
        self.session, self.path, self.output, self.dimension = session, path, output, dimension
        self.first_token = first_token
        known = {o.name: o.type for o in session.get_outputs()}
        if output not in known:
            raise BadInput(f"{path} has no output '{shown(output)}'; it has: {shown(', '.join(known))}")
        if known[output] not in _NUMBERS:
            raise BadInput(f"{path} gives {known[output]} as '{output}'; wanted floating-point numbers")
        batch = next((i.shape[0] for i in session.get_inputs() if i.shape), None)
        self.fixed: int | None = batch if isinstance(batch, int) and batch > 0 else None
        if self.fixed and self.fixed > _MOST_AT_ONCE:
            raise BadInput(f"{path} wants {self.fixed} pictures at once; export it with a batch of any size")

    def type_of(self, name: str) -> Any:
        """The NumPy type that the input of that name takes."""
        kinds = {i.name: i.type for i in self.session.get_inputs()}
        if name not in kinds:
            raise BadInput(f"{self.path} has no input '{shown(name)}'; it has: {shown(', '.join(kinds))}")
        if kinds[name] not in _TYPES:
            raise BadInput(f"{self.path} takes {kinds[name]} as '{name}'; wanted a model of floating-point pixels")
        return _TYPES[kinds[name]]

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
        fed = max(rows, self.fixed or 0)
        try:
            out = np.asarray(_run_within(PATIENCE * fed, self.session, self.output, feeds))
        except TimeoutError:
            raise BadInput(
                f"{self.path} did not return within {PATIENCE * fed:g} seconds for {_pictures(fed)}; it cannot be used"
            ) from None
        except Exception as fault:  # see open_session
            raise _RunFailed(f"{self.path} failed to run: {_first_line(fault)}") from None
        return self._checked(out, fed)[:rows]

    def _checked(self, out: NDArray[Any], fed: int) -> Matrix:
        if self.first_token and out.ndim == 3:
            out = out[:, 0]
        if out.ndim and out.size == len(out) * self.dimension:
            out = out.reshape(len(out), self.dimension)  # (b, d, 1, 1) of networks that end in a pooling
        if out.ndim != 2 or out.shape[1] != self.dimension:
            raise BadInput(f"{self.path} gave '{self.output}' of shape {out.shape}; wanted (b, {self.dimension})")
        if len(out) != fed:
            rows = f"{len(out)} row{'s' * (len(out) != 1)}"
            raise BadInput(f"{self.path} gave {rows} of '{self.output}' for {_pictures(fed)}; wanted one for each")
        with np.errstate(over="ignore"):  # of numbers past float32, which are told of below
            vectors: Matrix = np.ascontiguousarray(out, np.float32)
        if not np.isfinite(vectors).all():
            raise BadInput(f"{self.path} gave numbers that are not finite; use its fp32 version if this one is fp16")
        return vectors


def _run_within(seconds: float, session: Any, output: str, feeds: Mapping[str, NDArray[Any]]) -> Any:
    """The output of a run. raises : TimeoutError where it takes longer; whatever the session raises

    ONNX Runtime ends a run between two nodes, also inside a loop. A single node that takes for ever goes on in a thread
    of its own, which ends with the process.
    """
    options = onnxruntime.RunOptions()  # type: ignore[attr-defined]
    options.log_severity_level = _SILENT
    found = list[Any]()

    def work() -> None:
        try:
            found.append((session.run([output], feeds, options)[0], None))
        except Exception as fault:
            found.append((None, fault))

    thread = threading.Thread(target=work, daemon=True, name="onnx")
    thread.start()
    try:
        thread.join(seconds)
    finally:
        options.terminate = True
    if not found:
        thread.join(1.0)
        raise TimeoutError
    out, fault = found[0]
    if fault is not None:
        raise fault
    return out


class _RunFailed(BadInput):
    """ONNX Runtime could not run the model on what it was given."""


class OnnxRuntime:
    """A local model and its description, ready to run.

    Parameters
    ----------
    vocabulary
        words that it says
    attribute_columns
        of a row, that hold the ten `ATTRIBUTES` as it learned them

    Attributes
    ----------
    description
        the JSON beside the model, where it was read from a file
    """

    description: Path | None = None

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
    def open(cls, path: Path, *, threads: int, known: bool = False) -> OnnxRuntime:
        """The model at `path` with the description beside it; tried, so that its faults show now and not later.

        Parameters
        ----------
        known
            the file is one of our own, byte by byte, and need not be tried

        Raises
        ------
        UserError
            where a file is missing
        BadInput
            where the model or its description is wrong
        """
        if not path.is_file():
            raise UserError(f"no model at {path}; wanted an .onnx file with a .json of the same name beside it")
        said = read_description(path.with_suffix(".json"))
        files = external_files(path)
        tower = Tower(open_session(path, threads), path, said.output, said.dimension)
        done = {**said.preprocessing.as_dict(), "input": said.input, "output": said.output}
        row = EncoderRow(
            name=said.name,
            dimension=said.dimension,
            licence=said.licence,
            bytes=sum(file.stat().st_size for file in (path, *files)),
            source=f"onnx:{path}",
            revision=digest_of(path, files)[:16],
            preprocessing=done | ({"attributes": said.attributes} if said.attributes else {}),
            max_side=said.preprocessing.max_side,
        )
        vocabulary = Vocabulary.read(path, said.dimension, len(MEASURES))
        runtime = cls(row, tower, said.input, said.preprocessing, vocabulary, said.attributes)
        runtime.description = path.with_suffix(".json")
        if not known:
            runtime._try()
        return runtime

    def _try(self) -> None:
        """raises : BadInput where the model fails, or says something else of a picture alone than among others"""
        pictures = _trial()
        first, last = self.encode(pictures[:1]), self.encode(pictures[-1:])
        try:
            together = self.encode(pictures)
        except _RunFailed:  # it says that it takes any number, and takes one
            self._tower.fixed = 1
            together = self.encode(pictures)
        together = together.astype(np.float64)  # else the squares of large numbers do not fit
        apart = np.linalg.norm(together[[0, -1]] - np.concatenate([first, last]), axis=1).max()
        spread = np.linalg.norm(together - together.mean(0), axis=1).max()
        if apart > _UNEXPLAINED * spread + 1e-3 * np.linalg.norm(together, axis=1).max():
            raise BadInput(
                f"{self._tower.path} gives a picture other numbers among others than alone; "
                "wanted a model that looks at each by itself: export it for evaluation, not for training"
            )
        if not np.ptp(together, axis=0).any():
            raise BadInput(f"{self._tower.path} gives the same numbers for every picture; see scale, mean and std")

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, dimension) float32, as the model gives them."""
        parts = [
            self._tower.run(
                {self._input: self._preprocessing(pictures[at : at + BATCH]).astype(self._type, copy=False)}
            )
            for at in range(0, len(pictures), BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.row.dimension), np.float32)


def _trial() -> list[Image.Image]:
    """Pictures of random colours."""
    coarse = np.random.default_rng(0).integers(0, 256, (_TRIED, 6, 8, 3), np.uint8)
    return [Image.fromarray(each).resize((64, 48), Image.Resampling.BICUBIC) for each in coarse]


def _pictures(count: int) -> str:
    return f"{count} picture{'s' * (count != 1)}"


def _first_line(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return shown(lines[0] if lines else type(fault).__name__, 300)
