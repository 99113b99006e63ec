"""The encoder `task-vectors:FOLDER`: what networks of several sets say of a picture, and how that would change.

A network merged for one person would have to look at the whole collection again; its tangent need not. A row holds the
score of the uniform mixture, the score of each fine-tuned network, and the derivative of the mixture's score along each
vector in each block of layers (`Columns`): whatever mixture a person turns out to be, to first order its score is a
product of their coefficients with that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.errors import MissingExtra
from beholder.features.encoder_row import OPENED_AT, EncoderRow
from beholder.features.task_vectors import Columns, TaskVectors
from beholder.types import Matrix

_PREFIX = "task-vectors:"


def folder_of(encoder: str) -> Path:
    """The folder in the name of an encoder `task-vectors:FOLDER`."""
    return Path(encoder.removeprefix(_PREFIX)).expanduser()


class TaskVectorRuntime:
    """Ready to say what a collection's rows are; the networks are made when a picture is first shown to them.

    Raises
    ------
    UserError
    BadInput
    ShapeError
        where the folder holds no task vectors
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.vectors = TaskVectors.load(folder)
        self.columns: Columns = self.vectors.columns
        self._threads = threads
        self.row = EncoderRow(
            name=f"{_PREFIX}{folder.name}",
            dimension=self.columns.width,
            licence="unknown",
            bytes=sum(f.stat().st_size for f in folder.glob("*.safetensors")),
            source=str(folder),
            revision=self.vectors.revision,
            preprocessing={"size": self.vectors.side, "fit": "squash", "interpolation": "box"},
            max_side=OPENED_AT,
        )

    @cached_property
    def merged(self) -> Any:
        """The networks. raises : MissingExtra without torch"""
        try:
            import torch

            from beholder.features.networks.merged import Merged
        except ImportError:
            raise MissingExtra("the networks of task vectors", "torch") from None
        torch.set_num_threads(self._threads)
        return Merged(self.vectors)

    def encode(self, pictures: Sequence[Image.Image]) -> Matrix:
        """(b, columns.width) float32. raises : MissingExtra without torch"""
        merged = self.merged
        from beholder.features.networks.network import squares_of

        squares = squares_of(pictures, self.vectors.side)
        mixtures = (self.vectors.uniform, *np.eye(len(self.columns.names)))
        scores = [merged.scores(squares, mixture) for mixture in mixtures]
        tangents = merged.tangents(squares, self.vectors.uniform).reshape(len(squares), -1)
        return np.hstack([np.column_stack(scores), tangents]).astype(np.float32)
