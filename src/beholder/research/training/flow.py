"""`train flow`: a small model that makes pictures from noise, learned from paintings and the rows of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import BadInput, BadPicture, MissingExtra, UserError
from beholder.features import load_encoder
from beholder.features.embed import embed
from beholder.images import SUFFIXES
from beholder.research.training.flow_views import Condition, FlowRecipe, split, views
from beholder.research.training.work import begin
from beholder.types import Matrix, Progress, silent

_FLOOR = 20  # pictures needed


def train_flow(
    data: Path,
    out: Path,
    *,
    encoder: str = "builtin",
    start: Path | None = None,
    recipe: FlowRecipe | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train the flow and write it to `out`; run again with the same arguments it goes on where it was.

    A tenth of the pictures is held out, to measure the loss and whether samples copy what was learned from.

    Parameters
    ----------
    data
        a folder of pictures that may be learned from, or a picture set in the plain format
    out
        gets small.onnx, large.onnx, flow.json and card.json; work/ has checkpoints and may be deleted after
    encoder
        whose rows the flow is told
    start
        `out` of another training to begin with, its condition's layer aside where the encoder is another

    Returns
    -------
    dict[str, Any]
        what is written to card.json

    Raises
    ------
    UserError, BadInput, MissingExtra
    """
    try:
        from beholder.research.training.flow_export import write_flow
        from beholder.research.training.flow_fitting import FlowFitting
    except ImportError:
        raise MissingExtra("training a flow", "torch") from None
    recipe, say = recipe or FlowRecipe(), progress or silent
    files = _files(data)
    made_of = {name: value for name, value in asdict(recipe).items() if name not in ("minutes", "samples")}
    work = begin(out, {"files": [str(file) for file in files], "encoder": encoder, "recipe": made_of})
    seen = views(files, work / "views.npy", recipe.views, recipe.seed, say)
    rows, key = _rows(files, encoder, threads, say)
    learned, held = split(len(files))
    condition = Condition.of(rows[learned], recipe.components)
    fitting = FlowFitting(seen, condition(rows), (learned, held), recipe, work / "flow.pt", threads)
    if start is not None and not fitting.step:
        fitting.begin_with(start / "work" / "flow.pt")
    fitting.run(say)
    told = {"data": data.name, "pictures": len(files), "encoder": encoder, "encoder_key": key}
    return write_flow(fitting, condition, out, told)


def _files(data: Path) -> list[Path]:
    if not data.is_dir():
        raise UserError(f"no folder {data}")
    files = sorted(path for path in data.rglob("*") if path.suffix.lower() in SUFFIXES)
    if len(files) < _FLOOR:
        raise UserError(f"{data} has {len(files)} pictures; a flow needs {_FLOOR} or more")
    return files


def _rows(files: Sequence[Path], encoder: str, threads: int, progress: Progress) -> tuple[Matrix, str]:
    """(n, d) what an encoder sees in the pictures, and its key"""
    runtime, rows = load_encoder(encoder, threads=threads), []
    for i, vectors in embed(files, [runtime], threads=threads):
        if isinstance(vectors, BadPicture):
            raise BadInput(f"{files[i]} cannot be opened ({vectors}); take it out")
        rows.append(vectors[0])
        progress(f"running {encoder}", i + 1, len(files))
    return np.stack(rows), runtime.row.key
