"""`train encoder`: one small network learns to answer as its teachers do, on the same views of the same pictures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.datasets.twins import thumbnails
from beholder.errors import MissingExtra, UserError
from beholder.features.embed import embed
from beholder.images import open_image
from beholder.sources import Found, open_source
from beholder.training.answers import Answers
from beholder.training.teachers import find_teachers

Progress = Callable[[str, int, int], None]
ALIKE = 0.55  # cosine of two pictures' centred embeddings, from which on they count as copies or crops of one another;
# found by eye: of several hundred pairs of paintings none below it was one
THUMBNAILS_ALIKE = 0.9  # or this correlation of their thumbnails


@dataclass(frozen=True)
class Recipe:
    """How to train. Numbers that have no option of their own were set on the training pictures alone.

    minutes     for everything, asking the teachers included; None: by `epochs`
    epochs      passes of as many views as there are pictures; the same seed then gives the same student
    views       ways to look at each picture
    every       views that share an answer of a teacher of concepts or style
    side        of the square that the student sees; it begins with `early` of it
    """

    minutes: float | None = 60.0
    epochs: int = 0
    views: int = 20
    every: int = 4
    side: int = 160
    early: float = 0.8
    early_until: float = 0.45
    asking_until: float = 0.5
    batch: int = 64
    rate: float = 2.5e-3
    decay: float = 0.02
    average: float = 0.998
    seed: int = 0
    threads: int = 1


def train_encoder(
    sources: Sequence[str | Path],
    teachers: Path,
    out: Path,
    *,
    without: Sequence[str | Path] = (),
    recipe: Recipe | None = None,
    start: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train a student and write it to `out`; run again with the same arguments it goes on where it was.

    sources  : what pictures to look at, each as `beholder import` takes it; one named twice counts twice
    teachers : a folder, see `find_teachers`
    out      : gets student.onnx and its student.json, checkpoint.pt and work/ (teachers' answers; may be deleted after)
    without  : pictures that must stay unseen: none of them, and none like them, is looked at
    start    : checkpoint of another student to begin with
    returns  : what was done, as it is written to training.json
    raises   : UserError, BadInput, MissingExtra
    """
    try:
        from beholder.training.fitting import Fitting
    except ImportError:
        raise MissingExtra("training an encoder", "torch") from None
    recipe, say = recipe or Recipe(), progress or (lambda stage, done, total: None)
    out.mkdir(parents=True, exist_ok=True)
    teaching = find_teachers(teachers, recipe.every)
    files = files_of(sources, out)
    kept, copies = leave_out(files, files_of(without, out), teaching[0].path, recipe.threads, out, say)
    if not kept:
        raise UserError("no picture is left to learn from")
    answers = Answers(
        out / "work", kept, teaching, views=recipe.views, side=recipe.side, seed=recipe.seed
    )
    answers.open_pictures(recipe.threads, say)
    fitting = Fitting(answers, recipe, out / "checkpoint.pt", start)
    told = {
        "pictures": len(set(kept)),
        "left_out": len(copies),
        "teachers": [{"name": t.name, "kind": t.kind, "revision": t.revision} for t in teaching],
        "recipe": asdict(recipe),
        **fitting.run(say),
    }
    (out / "training.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return told


def files_of(sources: Sequence[str | Path], workspace: Path) -> list[Path]:
    """The files that these sources find, in order."""
    found = [one for source in sources for one in open_source(source, workspace).find()]
    return [one.path for one in found if isinstance(one, Found)]


def leave_out(
    files: Sequence[Path], unseen: Sequence[Path], teacher: Path, threads: int, workspace: Path, progress: Progress
) -> tuple[list[Path], list[Path]]:
    """`files` without those that show what a picture of `unseen` shows, and those; copies and crops of them too."""
    if not unseen:
        return list(files), []
    marker = workspace / "left_out.json"
    asked = [[str(p) for p in files], [str(p) for p in unseen]]
    if marker.is_file() and (known := json.loads(marker.read_text(encoding="utf-8")))["asked"] == asked:
        copies = {Path(name) for name in known["copies"]}
    else:
        from beholder.features import load_encoder

        each = sorted({*files, *unseen})
        runtime = load_encoder(f"onnx:{teacher}", threads=1)
        rows = []
        for i, vectors in embed(each, [runtime], threads=threads):
            if isinstance(vectors, Exception):
                raise UserError(f"{each[i]} cannot be opened ({vectors}); take it out")
            rows.append(vectors[0])
            progress("looking for copies", i + 1, len(each))
        X = np.stack(rows).astype(np.float64)
        X = (X - X.mean(0)) / (X.std(0) + 1e-6)
        X /= np.linalg.norm(X, axis=1, keepdims=True) + 1e-9
        T = thumbnails(each)
        banned = np.isin(np.array([str(p) for p in each]), [str(p) for p in unseen])
        alike = (X @ X[banned].T > ALIKE).any(1) | (T @ T[banned].T > THUMBNAILS_ALIKE).any(1)
        copies = {p for p, out in zip(each, alike | banned, strict=True) if out}
        told = {"asked": asked, "copies": sorted(str(p) for p in copies.intersection(files))}
        marker.write_text(json.dumps(told), encoding="utf-8")
    return [p for p in files if p not in copies], [p for p in files if p in copies]
