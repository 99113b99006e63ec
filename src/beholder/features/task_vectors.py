"""Task vectors: what fine-tuning on one set of scored pictures changed in a network, tensor by tensor.

    tau = tuned - start          one for each set, all from the same start [Ilharco2023]
    start + sum_i a_i * tau_i    a network that is a mixture of them [Yun2024]

They can be added, subtracted, scaled and negated, where they are of one start. A folder holds a start and its vectors:
start.safetensors, and <set>.safetensors for each.

Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023; Yun & Choo, Scaling Up Personalized Image Aesthetic
Assessment via Task Vector Customization, ECCV 2024.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beholder.errors import BadInput, ShapeError, UserError
from beholder.features.tensors import State, read_tensors, write_tensors
from beholder.types import Floats

_START = "start.safetensors"


@dataclass(frozen=True, eq=False)
class TaskVector:
    """The change of each tensor of a network.

    Attributes
    ----------
    tensors
        by name
    backbone
        of the network that it is a change of
    name
        of the set that it was learned from
    """

    tensors: Mapping[str, NDArray[np.float32]]
    backbone: str
    name: str = ""

    @classmethod
    def between(cls, start: State, tuned: State, *, backbone: str, name: str = "") -> Self:
        """tuned - start. raises : ShapeError where they are not of one network"""
        _check_alike(start, tuned, f"'{name}' and its start")
        return cls({key: tuned[key] - start[key] for key in start}, backbone, name)

    def __add__(self, other: TaskVector) -> TaskVector:
        self._check(other)
        return replace(self, tensors={k: v + other.tensors[k] for k, v in self.tensors.items()})

    def __neg__(self) -> TaskVector:
        return self * -1.0

    def __sub__(self, other: TaskVector) -> TaskVector:
        return self + -other

    def __mul__(self, factor: float) -> TaskVector:
        return replace(self, tensors={k: np.float32(factor) * v for k, v in self.tensors.items()})

    __rmul__ = __mul__

    def applied(self, start: Mapping[str, NDArray[Any]]) -> State:
        """start + tau. raises : ShapeError where the start is another network"""
        _check_alike(start, self.tensors, f"'{self.name}' and the start")
        return {k: start[k] + v for k, v in self.tensors.items()}

    def dot(self, other: TaskVector) -> float:
        self._check(other)
        return float(sum(np.vdot(v, other.tensors[k]) for k, v in self.tensors.items()))

    def cosine(self, other: TaskVector) -> float:
        """Of the angle between the two, all tensors taken as one; 0 where one of them is nothing."""
        size = (self.dot(self) * other.dot(other)) ** 0.5
        return self.dot(other) / size if size else 0.0

    def save(self, path: Path) -> None:
        """One safetensors file."""
        write_tensors(path, self.tensors, {"task_vector": {"name": self.name, "backbone": self.backbone}})

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote. raises : UserError, BadInput"""
        tensors, said = read_tensors(path)
        try:
            return cls(tensors, said["task_vector"]["backbone"], said["task_vector"]["name"])
        except (KeyError, TypeError):
            raise BadInput(f"{path} is no task vector of ours") from None

    def _check(self, other: TaskVector) -> None:
        if self.backbone != other.backbone:
            raise ShapeError(
                f"the task vector '{self.name}' is of {self.backbone} and '{other.name}' of {other.backbone}: "
                "only vectors of one start can be combined"
            )
        _check_alike(self.tensors, other.tensors, f"the task vectors '{self.name}' and '{other.name}'")


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands where in a row of the encoder `task-vectors:FOLDER`.

        1             score of the uniform mixture: every vector with the coefficient 1 / v
        v             scores of the v fine-tuned networks
        v x blocks    derivative of the mixture's score along each vector in each block

    Attributes
    ----------
    names, blocks
        of the sets and of the blocks of layers
    """

    names: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def width(self) -> int:
        return 1 + len(self.names) * (1 + len(self.blocks))

    def mix(self, X: NDArray[Any]) -> NDArray[Any]:
        """(n,) scores of the uniform mixture."""
        return X[:, 0]

    def scores(self, X: NDArray[Any]) -> NDArray[Any]:
        """(n, v) scores of the fine-tuned networks."""
        return X[:, 1 : 1 + len(self.names)]

    def tangents(self, X: NDArray[Any]) -> NDArray[Any]:
        """(n, v * blocks), all blocks of the first set before those of the second."""
        return X[:, 1 + len(self.names) : self.width]


def similarity(vectors: Sequence[TaskVector]) -> Floats:
    """(v, v) the cosine of every vector with every other; figure 4 of [Yun2024]."""
    return np.array([[a.cosine(b) for b in vectors] for a in vectors])


@dataclass(frozen=True, eq=False)
class TaskVectors:
    """A start, and the vectors of several sets from it.

    Attributes
    ----------
    start
        tensors of the start, by name
    blocks
        name of a block of layers and the tensors in it, from the pixels on
    side
        of the square pictures that the network is shown
    config
        of the backbone, where not all of its name are alike
    """

    start: State
    vectors: tuple[TaskVector, ...]
    blocks: Mapping[str, tuple[str, ...]]
    backbone: str
    side: int
    config: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    def __post_init__(self) -> None:
        """raises : UserError where there is no vector, ShapeError where one is of another start"""
        if not self.vectors:
            raise UserError("there are no task vectors; `beholder train task-vectors` makes them")
        for vector in self.vectors:
            if vector.backbone != self.backbone:
                raise ShapeError(f"the task vector '{vector.name}' is of {vector.backbone}, the start {self.backbone}")
            _check_alike(self.start, vector.tensors, f"the task vector '{vector.name}' and the start")

    @property
    def names(self) -> tuple[str, ...]:
        """Of the sets."""
        return tuple(vector.name for vector in self.vectors)

    @property
    def tensors(self) -> tuple[str, ...]:
        return tuple(self.start)

    @property
    def columns(self) -> Columns:
        """Of the rows that say of a picture what these networks see in it."""
        return Columns(self.names, tuple(self.blocks))

    @property
    def uniform(self) -> Floats:
        """(v,) coefficients of the uniform mixture."""
        return np.full(len(self.vectors), 1 / len(self.vectors))

    def mixed(self, coefficients: ArrayLike) -> State:
        """The tensors of `start + sum_i a_i tau_i`.

        Parameters
        ----------
        coefficients
            (v,) one for each vector, or (v, t) one for each vector and tensor

        Raises
        ------
        ShapeError
        """
        a = np.asarray(coefficients, np.float32)
        a = np.repeat(a[:, None], len(self.start), axis=1) if a.ndim == 1 else a
        if a.shape != (len(self.vectors), len(self.start)):
            wanted = f"({len(self.vectors)},) or ({len(self.vectors)}, {len(self.start)})"
            raise ShapeError(f"coefficients must be {wanted}, got {np.shape(coefficients)}")
        mixed = {}
        for t, (name, values) in enumerate(self.start.items()):
            change = sum((w * v.tensors[name] for w, v in zip(a[:, t], self.vectors, strict=True) if w), np.float32(0))
            mixed[name] = values + change
        return mixed

    def only(self, names: Sequence[str]) -> TaskVectors:
        """With these sets alone. raises : UserError for one that is not there"""
        if unknown := sorted(set(names) - set(self.names)):
            raise UserError(f"no task vectors of {', '.join(unknown)}; there are: {', '.join(self.names)}")
        return replace(self, vectors=tuple(v for v in self.vectors if v.name in names))

    @cached_property
    def revision(self) -> str:
        """Changes whenever a number of it does."""
        digest = hashlib.sha256(f"{self.backbone} {self.side} {self.names}".encode())
        for state in (self.start, *(v.tensors for v in self.vectors)):
            for name in self.start:
                digest.update(np.ascontiguousarray(state[name]).data)
        return digest.hexdigest()[:16]

    def save(self, folder: Path) -> None:
        """start.safetensors and a file for each vector; others that lie there stay."""
        said = {
            "network": {"backbone": self.backbone, "side": self.side, "config": dict(self.config)},
            "blocks": self.blocks,
            "sets": self.names,
        }
        write_tensors(folder / _START, self.start, said)
        for vector in self.vectors:
            vector.save(folder / f"{vector.name}.safetensors")

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """What `save` wrote. raises : UserError where it is missing, BadInput, ShapeError where it is something else"""
        folder = Path(folder).expanduser()
        if not (folder / _START).is_file():
            raise UserError(f"{folder} holds no task vectors; wanted a folder that `beholder train task-vectors` wrote")
        start, said = read_tensors(folder / _START)
        try:
            network, names = said["network"], said["sets"]
            blocks = {name: tuple(tensors) for name, tensors in said["blocks"].items()}
            start = {name: start[name] for tensors in blocks.values() for name in tensors}
            backbone, side = str(network["backbone"]), int(network["side"])
        except (KeyError, TypeError, AttributeError) as fault:
            raise BadInput(f"{folder / _START} is not the start of task vectors ({fault!r})") from None
        vectors = tuple(TaskVector.load(folder / f"{name}.safetensors") for name in names)
        return cls(start, vectors, blocks, backbone, side, network.get("config", {}), folder)


def _check_alike(one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]], what: str) -> None:
    differ = set(one) ^ set(other) or {name for name in one if one[name].shape != other[name].shape}
    if differ:
        raise ShapeError(f"{what} are not of one network: {len(differ)} tensors differ, first '{min(differ)}'")
