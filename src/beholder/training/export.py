"""A trained student as one ONNX file, with its description and the matrix of its words beside it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from beholder.training.student import EMBEDDING, MEAN, STD, Block, Student

STYLE = 32  # numbers of the short style vector: the style teacher's leading components, as the student foretells them
GEOMETRY = {"embedding": 1.0, "inner": 0.0, "style": 0.0}  # share of each teacher's numbers in the distances
Array = NDArray[np.float32]


def load_student(checkpoint: Path) -> tuple[Student, Mapping[str, tuple[Tensor, Tensor]]]:
    """The averaged student of a checkpoint, and mean and spread of each teacher's numbers."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = state["mean"]
    names = sorted({name.split(".")[1] for name in weights if name.startswith("heads.")})
    maps = [len(weights[f"maps.{k}.bias"]) for k in range(2) if f"maps.{k}.bias" in weights]
    student = Student({name: len(weights[f"heads.{name}.bias"]) for name in names}, maps)
    student.load_state_dict(weights)
    return student.eval(), state["scales"]


def turning(
    student: Student, scales: Mapping[str, tuple[Tensor, Tensor]], geometry: Mapping[str, float] = GEOMETRY
) -> tuple[Array, Array]:
    """(d, d) matrix and (d,) offset after which distances are those of the teachers' numbers as they are foretold.

    Each number counts as `beholder.taste.feature_map` would count it, half standardised; a last rotation at random
    makes the numbers alike in size, so that no later standardisation undoes it.
    """
    rows, offsets = [], []
    for name, share in geometry.items():
        if not share or name not in student.heads:
            continue
        mean, spread = (s.numpy().astype(np.float64) for s in scales[name])
        unit = np.sqrt(share / np.sum(spread**2 / (spread**2 + np.median(spread) ** 2)))
        scale = unit / np.sqrt(spread**2 + np.median(spread) ** 2)
        head = student.heads[name]
        rows.append(head.weight.detach().numpy() * (scale * spread)[:, None])
        offsets.append(head.bias.detach().numpy() * scale * spread + mean * scale)
    U, S, Vt = np.linalg.svd(np.vstack(rows), full_matrices=False)
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((EMBEDDING, len(S))))[0]
    return (Q @ (S[:, None] * Vt)).astype(np.float32), (Q @ (U.T @ np.concatenate(offsets))).astype(np.float32)


class Shipped(nn.Module):
    """Plain convolutions, and three outputs."""

    def __init__(
        self, student: Student, turn: tuple[Array, Array], words: tuple[Array, Array], style: tuple[Array, Array]
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(*(_PlainBlock(m) if isinstance(m, Block) else m.plain() for m in student.layers))
        matrix, offset = (torch.from_numpy(part) for part in turn)
        self.embedding = _linear(matrix @ student.embedding.weight, matrix @ student.embedding.bias + offset)
        self.words, self.style = (_linear(*map(torch.from_numpy, pair)) for pair in (words, style))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        embedding = self.embedding(self.body(x).mean((2, 3)))
        return embedding, torch.sigmoid(self.words(embedding)), self.style(embedding)


class _PlainBlock(nn.Module):
    def __init__(self, block: Block) -> None:
        super().__init__()
        self.squeeze, self.stretch = block.squeeze.plain(), block.stretch.plain()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.stretch(self.squeeze(x)))


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight.detach().float(), bias.detach().float()
    return made


def style_head(student: Student, turn: tuple[Array, Array]) -> tuple[Array, Array]:
    """From the turned embedding to the leading directions of the foretold style numbers."""
    if "style" not in student.heads:
        return np.zeros((1, EMBEDDING), np.float32), np.zeros(1, np.float32)
    weight = student.heads["style"].weight.detach().numpy()
    U = np.linalg.svd(weight, full_matrices=False)[0][:, :STYLE]
    return _behind(turn, U.T @ weight, U.T @ student.heads["style"].bias.detach().numpy())


def word_head(student: Student, turn: tuple[Array, Array], rows: NDArray[np.intp] | slice) -> tuple[Array, Array]:
    """From the turned embedding to the logits of some of the labeler's words."""
    head = student.heads["concepts"]
    return _behind(turn, head.weight.detach().numpy()[rows], head.bias.detach().numpy()[rows])


def _behind(turn: tuple[Array, Array], weight: Array, bias: Array) -> tuple[Array, Array]:
    """A head of the student's own embedding as a head of the turned one."""
    back = np.linalg.pinv(turn[0].astype(np.float64), rcond=1e-9)
    moved = weight @ back
    return moved.astype(np.float32), (bias - moved @ turn[1]).astype(np.float32)


def write_student(
    checkpoint: Path,
    path: Path,
    *,
    side: int,
    name: str = "student",
    words: tuple[list[str], Array, Array] | None = None,
    geometry: Mapping[str, float] = GEOMETRY,
) -> None:
    """`path` and the .json beside it, in the form that `onnx:PATH` reads.

    words : names, and the head of the turned embedding that gives their logits; None: all that the teacher knows
    """
    student, scales = load_student(checkpoint)
    turn = turning(student, scales, geometry)
    if words is not None:
        names, head = words[0], words[1:]
    elif "concepts" in student.heads:
        names, head = [], word_head(student, turn, slice(None))
    else:
        names, head = [], (np.zeros((1, EMBEDDING), np.float32), np.zeros(1, np.float32))
    shipped = Shipped(student, turn, head, style_head(student, turn)).eval()
    outputs = ["embedding", "concepts", "style"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs nothing else calls itself old
        torch.onnx.export(
            shipped,
            (torch.zeros(1, 3, side, side),),
            str(path),
            dynamo=False,
            input_names=["image"],
            output_names=outputs,
            dynamic_axes={key: {0: "batch"} for key in ("image", *outputs)},
            opset_version=17,
        )
    told = {
        "name": name,
        "input": "image",
        "output": "embedding",
        "layout": "NCHW",
        "size": side,
        "fit": "squash",
        "interpolation": "hamming",
        "scale": 1 / 255,
        "mean": list(MEAN),
        "std": list(STD),
        "dimension": EMBEDDING,
        "licence": "Apache-2.0",
        "words": names,
    }
    path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
