"""A trained student as one ONNX file, with its description beside it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.research.training.student import EMBEDDING, MEAN, STD, Student, StudentBlock

_STYLE = 32  # numbers of the short style vector: the style teacher's leading components, as the student predicts them
_BATCH = 64  # pictures a run
_Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """From the means of the student's channels to the numbers that are shipped, and back as far as that goes.

    matrix (EMBEDDING, SPREAD), back (SPREAD, EMBEDDING), mean (SPREAD,)
    """

    matrix: _Array
    back: _Array
    mean: _Array

    def __call__(self, pooled: _Array) -> _Array:
        """(n, EMBEDDING) of (n, SPREAD)"""
        turned: _Array = ((pooled - self.mean) @ self.matrix.T).astype(np.float32)
        return turned

    def head(self, weight: _Array, bias: _Array) -> tuple[_Array, _Array]:
        """A linear head of the channels' means as one of the shipped numbers."""
        return weight @ self.back, bias + weight @ self.mean


def load_student(checkpoint: Path) -> Student:
    """The averaged student of a checkpoint."""
    weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["mean"]
    names = sorted({name.split(".")[1] for name in weights if name.startswith("heads.")})
    maps = [len(weights[f"maps.{k}.bias"]) for k in range(2) if f"maps.{k}.bias" in weights]
    student = Student({name: len(weights[f"heads.{name}.bias"]) for name in names}, maps)
    student.load_state_dict(weights)
    return student.eval()


@torch.no_grad()
def pooled_of(student: Student, seen: Sequence[NDArray[np.uint8]]) -> _Array:
    """(n, SPREAD) means of the student's channels for views (n, side, side, 3)."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) * 255 for v in (MEAN, STD))
    rows = []
    for at in range(0, len(seen), _BATCH):
        x = torch.from_numpy(np.stack(seen[at : at + _BATCH])).permute(0, 3, 1, 2)
        rows.append(student.body((x - mean) / std).mean((2, 3)).numpy())
    return np.concatenate(rows)


def turning(pooled: _Array) -> _Turn:
    """The leading principal components of the channels' means over some pictures.

    Each mean counts as `beholder.taste.feature_map` would count it, half standardised; a last rotation at random makes
    the numbers alike in size, so that no later standardisation undoes it.
    """
    wide = pooled.astype(np.float64)
    mean, spread = wide.mean(0), wide.std(0)
    scale = 1 / np.sqrt(spread**2 + np.median(spread) ** 2 + 1e-12)
    scale /= np.sqrt(np.sum((spread * scale) ** 2))
    axes = np.linalg.svd((wide - mean) * scale, full_matrices=False)[2][:EMBEDDING]
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((EMBEDDING, len(axes))))[0]
    matrix, back = Q @ (axes * scale), (axes / scale).T @ Q.T
    return _Turn(matrix.astype(np.float32), back.astype(np.float32), mean.astype(np.float32))


class Shipped(nn.Module):
    """Plain convolutions, and two outputs."""

    def __init__(self, student: Student, turn: _Turn, style: tuple[_Array, _Array]) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(_PlainBlock(m) if isinstance(m, StudentBlock) else m.plain() for m in student.layers)
        )
        self.embedding = _linear(turn.matrix, -turn.matrix @ turn.mean)
        self.style = _linear(*style)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.embedding(self.body(x).mean((2, 3)))
        return embedding, self.style(embedding)


class _PlainBlock(nn.Module):
    def __init__(self, block: StudentBlock) -> None:
        super().__init__()
        self.squeeze, self.stretch = block.squeeze.plain(), block.stretch.plain()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.stretch(self.squeeze(x)))


def _linear(weight: _Array, bias: _Array) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = torch.from_numpy(weight).float(), torch.from_numpy(bias).float()
    return made


def head_of(student: Student, turn: _Turn, name: str) -> tuple[_Array, _Array]:
    """What the student predicts of a teacher's numbers, as a head of the shipped ones; one 0 where it does not."""
    if name not in student.heads:
        return np.zeros((1, EMBEDDING), np.float32), np.zeros(1, np.float32)
    head, inner = student.heads[name], student.embedding
    with torch.no_grad():
        return turn.head((head.weight @ inner.weight).numpy(), (head.weight @ inner.bias + head.bias).numpy())


def style_head(student: Student, turn: _Turn) -> tuple[_Array, _Array]:
    """The leading directions of the predicted style numbers, of the shipped ones."""
    weight, bias = head_of(student, turn, "style")
    U = np.linalg.svd(weight, full_matrices=False)[0][:, :_STYLE]
    return U.T @ weight, U.T @ bias


def write_student(student: Student, turn: _Turn, path: Path, *, side: int, name: str = "student") -> None:
    """`path`, and beside it the .json, in the form that `onnx:PATH` reads."""
    shipped = Shipped(student, turn, style_head(student, turn)).eval()
    write_onnx(shipped, path, side, ["embedding", "style"])
    told = {
        "name": name,
        "input": "image",
        "output": "embedding",
        "layout": "NCHW",
        "size": side,
        "fit": "squash",
        "interpolation": "box",
        "scale": 1 / 255,
        "mean": list(MEAN),
        "std": list(STD),
        "dimension": EMBEDDING,
        "licence": "Apache-2.0",
    }
    path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def write_onnx(network: nn.Module, path: Path, side: int, outputs: Sequence[str]) -> None:
    """A network of (b, 3, side, side) pixels as one ONNX file; its input is called "image"."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs nothing else calls itself old
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, side, side),),
            str(path),
            dynamo=False,
            input_names=["image"],
            output_names=list(outputs),
            dynamic_axes={key: {0: "batch"} for key in ("image", *outputs)},
            opset_version=17,
        )
