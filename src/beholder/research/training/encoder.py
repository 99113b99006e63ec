"""`train encoder`: one small network learns to answer as its teachers do, on the same views of the same pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import BadInput, BadPicture, MissingExtra, UserError
from beholder.features.embed import embed
from beholder.features.encoder_row import Runtime
from beholder.features.onnx import OnnxRuntime
from beholder.json_reading import LARGE, read_json
from beholder.research.datasets.near_duplicates import thumbnails
from beholder.research.training.teacher_answers import TeacherAnswers
from beholder.research.training.teachers import find_teachers
from beholder.sources import Found, open_source
from beholder.types import Matrix, Progress, silent

_ALIKE = 0.55  # cosine of two pictures' centred embeddings, from which on they count as copies or crops of one another;
# found by eye: of several hundred pairs of paintings none below it was one
_THUMBNAILS_ALIKE = 0.9  # or this correlation of their thumbnails
_LOOKED = 4096  # pictures at most over which the principal components are taken


@dataclass(frozen=True)
class EncoderRecipe:
    """How to train. Numbers that have no option of their own were set on the training pictures alone.

    Attributes
    ----------
    minutes
        for everything, asking the teachers included; None: by `epochs`
    epochs
        passes of as many views as there are pictures; the same seed then gives the same student
    views
        ways to look at each picture
    every
        views that share an answer of a teacher of concepts or style
    side
        of the square that the student sees
    parts
        share of the batches that see a part of each view alone
    growing
        until which share of the training it sees which share of that side: small pictures cost little
    """

    minutes: float | None = 60.0
    epochs: int = 0
    views: int = 20
    every: int = 4
    side: int = 160
    growing: tuple[tuple[float, float], ...] = ((0.4, 0.6), (0.7, 0.8))
    asking_until: float = 0.25
    parts: float = 0.5
    batch: int = 128
    rate: float = 3e-3
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
    recipe: EncoderRecipe | None = None,
    start: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train a student and write it to `out`; run again with the same arguments it goes on where it was.

    Parameters
    ----------
    sources
        what pictures to look at, each as `beholder import` takes it; one named twice counts twice
    teachers
        a folder, see `find_teachers`
    out
        gets student.onnx and its student.json, checkpoint.pt and work/ (teachers' answers; may be deleted after)
    without
        pictures that must stay unseen: none of them, and none like them, is looked at
    start
        `out` of another training, to begin with its student and with what its teachers said of the same pictures

    Returns
    -------
    dict[str, Any]
        what was done, as it is written to training.json

    Raises
    ------
    UserError
    BadInput
    MissingExtra
    """
    try:
        from beholder.research.training.fitting import Fitting
    except ImportError:
        raise MissingExtra("training an encoder", "torch") from None
    recipe, say = recipe or EncoderRecipe(), progress or silent
    out.mkdir(parents=True, exist_ok=True)
    teaching = find_teachers(teachers, recipe.every)
    files = files_of(sources, out, say)
    unseen = files_of(without, out, say)
    kept, copies = leave_out(files, unseen, teaching[0].path, recipe.threads, out, say)
    if not kept:
        raise UserError("no picture is left to learn from")
    answers = TeacherAnswers(out / "work", kept, teaching, views=recipe.views, side=recipe.side, seed=recipe.seed)
    if start is not None:
        answers.take_over(start / "work", say)
    answers.open_pictures(recipe.threads, say)
    told = {
        "pictures": len(set(kept)),
        "left_out": len(set(copies)),
        "teachers": [{"name": t.name, "kind": t.kind, "revision": t.revision} for t in teaching],
        "recipe": asdict(recipe),
        **Fitting(answers, recipe, out / "checkpoint.pt", start and start / "checkpoint.pt").run(say),
    }
    (out / "training.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    _ship(answers, out)
    return told


def _ship(answers: TeacherAnswers, out: Path) -> None:
    """Write student.onnx; its words are learned by `train words`."""
    from beholder.research.training.export import load_student, pooled_of, turning, write_student

    student = load_student(out / "checkpoint.pt")
    some = np.unique(np.linspace(0, len(answers.files) - 1, _LOOKED).astype(int))
    turn = turning(pooled_of(student, [answers.seen[0, i] for i in some]))
    write_student(student, turn, out / "student.onnx", side=answers.side)


def _numbers(files: Sequence[Path], runtime: Runtime, threads: int, progress: Progress) -> Matrix:
    """(n, d) the rows of these pictures. raises : BadInput naming the first that cannot be opened"""
    rows = []
    for i, vectors in embed(files, [runtime], threads=threads):
        if isinstance(vectors, BadPicture):
            raise BadInput(f"{files[i]} cannot be opened ({vectors}); take it out")
        rows.append(vectors[0])
        progress(f"running {runtime.row.name}", i + 1, len(files))
    return np.stack(rows)


def files_of(sources: Sequence[str | Path], workspace: Path, progress: Progress) -> list[Path]:
    """The files that these sources find, in order."""
    found = [one for source in sources for one in open_source(source, workspace, progress).find()]
    broken = [one for one in found if not isinstance(one, Found)]
    if broken:
        raise BadInput(f"{broken[0].name}: {broken[0].reason}; repair or remove it")
    return [path for one in found if isinstance(one, Found) and (path := one.locator.path)]


def leave_out(
    files: Sequence[Path], unseen: Sequence[Path], teacher: Path, threads: int, workspace: Path, progress: Progress
) -> tuple[list[Path], list[Path]]:
    """`files` without those that show what a picture of `unseen` shows, and those; copies and crops of them too."""
    if not unseen:
        return list(files), []
    marker = workspace / "left_out.json"
    asked = [[str(p) for p in files], [str(p) for p in unseen]]
    if marker.is_file() and (known := read_json(marker, LARGE))["asked"] == asked:
        copies = {Path(name) for name in known["copies"]}
    else:
        each = sorted({*files, *unseen})
        X = _numbers(each, OnnxRuntime.open(teacher, threads=threads), threads, progress).astype(np.float64)
        X = (X - X.mean(0)) / (X.std(0) + 1e-6)
        X /= np.linalg.norm(X, axis=1, keepdims=True) + 1e-9
        T = thumbnails(each)
        banned = np.isin(np.array([str(p) for p in each]), [str(p) for p in unseen])
        alike = (X @ X[banned].T > _ALIKE).any(1) | (T @ T[banned].T > _THUMBNAILS_ALIKE).any(1)
        copies = {p for p, out in zip(each, alike | banned, strict=True) if out}
        told = {"asked": asked, "copies": sorted(str(p) for p in copies.intersection(files))}
        marker.write_text(json.dumps(told), encoding="utf-8")
    return [p for p in files if p not in copies], [p for p in files if p in copies]
