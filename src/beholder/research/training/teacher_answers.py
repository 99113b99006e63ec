"""What the teachers said of each view, kept on disk, so that a run that was cut off asks nothing twice.

A work folder holds memory-mapped arrays: the pictures (n, KEPT, KEPT, 3), the views as the student sees them
(rounds, n, side, side, 3), and for each teacher (rounds, n, dimension) float16 and its maps (rounds, n, h, w, axes),
on their principal axes. A round is one view of every picture;
`done.json` says how many rounds are whole, and of what they were made: other pictures, other teachers or another seed
start again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.durable import write_whole
from beholder.errors import BadInput, BadPicture
from beholder.jobs import map_jobs
from beholder.json_reading import LARGE, read_json
from beholder.research.training.teachers import OnnxTeacher, Run, Teacher
from beholder.research.training.views import KEPT, kept, smaller, view
from beholder.taste.threads import one_thread
from beholder.types import Matrix, Progress

_AXES = (256, 64)  # kept of a teacher's maps
_LOOKED = 128  # pictures that the axes are learned from
_BATCH = 8  # views a task: one network's run


class TeacherAnswers:
    """The views of some pictures, and the teachers' answers; grows by `add_round`.

    Attributes
    ----------
    rounds
        how many are whole
    """

    def __init__(
        self, folder: Path, files: Sequence[Path], teachers: Sequence[Teacher], *, views: int, side: int, seed: int
    ) -> None:
        self.folder, self.files, self.teachers = folder, files, teachers
        self.views, self.side, self.seed = views, side, seed
        folder.mkdir(parents=True, exist_ok=True)
        self._made_of = self._key()
        told = _read(folder / "done.json")
        same = told.get("made_of") == self._made_of
        self.rounds: int = told["rounds"] if same else 0
        self._opened: bool = same and told["opened"]
        self._taken: tuple[int, list[int]] = tuple(told["taken"]) if same else (0, [])  # rounds, rows that have them
        mode = "r+" if same else "w+"
        n = len(files)
        self.pictures = self._array("pictures", (n, KEPT, KEPT, 3), np.uint8, mode)
        self.seen = self._array("views", (views, n, side, side, 3), np.uint8, mode)
        self.said = {t.name: self._array(t.name, (views, n, t.dimension), np.float16, mode) for t in teachers}
        self.maps = {
            f"{t.name}-map{k}": self._array(f"{t.name}-map{k}", (views, n, h, w, min(c, _AXES[k])), np.float16, mode)
            for t in teachers
            for k, (h, w, c) in enumerate(t.maps)
        }
        self._axes = dict(np.load(folder / "axes.npz")) if same and (folder / "axes.npz").is_file() else {}
        self._save()

    def asked(self, teacher: Teacher, round: int) -> bool:
        return round % teacher.every == 0

    def classifier(self, name: str) -> tuple[Matrix, Matrix] | None:
        """Weight and bias of the layer that names classes from a teacher's embedding; None where it has none."""
        path = next(t.path for t in self.teachers if t.name == name)
        return OnnxTeacher(path, inner=False).classifier

    def axes(self, teacher: Teacher) -> tuple[Matrix, Matrix]:
        """(c,) and (c, kept): mean and principal axes of its first map, on which the map is kept"""
        return self._axes[f"{teacher.name}-map0-mean"].astype(np.float32), self._axes[f"{teacher.name}-map0"]

    def take_over(self, earlier: Path, progress: Progress) -> None:
        """Views and answers of another run about the same pictures; what it has is not asked again."""
        told = _read(earlier / "done.json")
        if self._opened or told.get("how") != self._how():
            return
        theirs: dict[tuple[str, int], list[int]] = {}
        for row, (name, size) in enumerate(told["files"]):
            theirs.setdefault((name, size), []).append(row)
        rows = [theirs.get((name, size), [-1]) for name, size in self._names()]
        pairs = [(i, own.pop(0) if len(own) > 1 else own[0]) for i, own in enumerate(rows) if own[0] >= 0]
        rounds = min(told["rounds"], self.views)
        for done, (name, array) in enumerate({"views": self.seen, **self.said, **self.maps}.items()):
            known = np.load(earlier / f"{name}.npy", mmap_mode="r")
            for number in range(rounds):
                for mine, its in pairs:
                    array[number, mine] = known[number, its]
            progress("taking over answers", done + 1, 1 + len(self.said) + len(self.maps))
        self._axes = dict(np.load(earlier / "axes.npz"))
        np.savez(self.folder / "axes.npz", **self._axes)
        self._taken = rounds, [mine for mine, _ in pairs]
        self._save()

    def open_pictures(self, threads: int, progress: Progress) -> None:
        """Raises
        ------
        BadInput
            naming every picture that cannot be opened
        """
        if self._opened:
            return
        broken = []
        for i, pixels in enumerate(map_jobs(_try, self.files, workers=threads)):
            if isinstance(pixels, BadPicture):
                broken.append(f"{self.files[i].name} ({pixels})")
            else:
                self.pictures[i] = pixels
            progress("opening the pictures", i + 1, len(self.files))
        if broken:
            raise BadInput(f"pictures that cannot be opened: {', '.join(broken[:10])}; take them out")
        self._opened = True
        self._save()

    def add_round(self, threads: int, progress: Progress) -> None:
        """One more view of every picture, and what the teachers say of it."""
        self._learn_axes(progress)
        number, n = self.rounds, len(self.files)
        asked = [t for t in self.teachers if self.asked(t, number)]
        own, self._has = local(), set(self._taken[1])

        def work(at: int) -> int:
            if not hasattr(own, "runs"):
                own.runs = {t.name: t.open() for t in asked}
            self._ask(own.runs, number, range(at, min(at + _BATCH, n)))
            return min(at + _BATCH, n)

        with one_thread():
            for done in map_jobs(work, range(0, n, _BATCH), workers=threads):
                progress(f"asking the teachers, view {number + 1} of {self.views}", done, n)
        self.rounds += 1
        self._save()

    def _ask(self, runs: Mapping[str, Run], number: int, rows: range) -> None:
        here = [i for i in rows if number >= self._taken[0] or i not in self._has]
        if not here:
            return
        seen = [view(self.pictures, i, number, self.seed) for i in here]
        self.seen[number, here] = [smaller(pixels, self.side) for pixels in seen]
        pictures = [Image.fromarray(pixels) for pixels in seen]
        for name, run in runs.items():
            self.said[name][number, here], maps = run(pictures)
            self._keep(name, maps, number, here)

    def _keep(self, name: str, maps: Sequence[NDArray[Any]], number: int, here: Sequence[int]) -> None:
        for k, seen in enumerate(maps):
            key = f"{name}-map{k}"
            self.maps[key][number, here] = (seen - self._axes[f"{key}-mean"]) @ self._axes[key]

    def _learn_axes(self, progress: Progress) -> None:
        """The principal axes of each map, each scaled by the fourth root of its variance: half of a whitening."""
        if self._axes:
            return
        some = np.linspace(0, len(self.files) - 1, min(_LOOKED, len(self.files))).astype(int)
        for teacher in self.teachers:
            if not teacher.maps:
                continue
            run, parts = teacher.open(), list[Sequence[NDArray[Any]]]()
            for done, i in enumerate(some):
                parts.append(run([Image.fromarray(view(self.pictures, int(i), 0, self.seed))])[1])
                progress("looking at the teacher's maps", done + 1, len(some))
            for k, (_, _, channels) in enumerate(teacher.maps):
                rows = np.concatenate([p[k].reshape(-1, channels) for p in parts]).astype(np.float64)
                mean = rows.mean(0)
                variances, axes = np.linalg.eigh(np.cov(rows - mean, rowvar=False))
                variances, axes = variances[::-1][: _AXES[k]], axes[:, ::-1][:, : _AXES[k]]
                scaled = axes / np.maximum(variances, 1e-9 * variances[0]) ** 0.25
                scaled /= np.sqrt(np.mean(np.maximum(variances, 0) ** 0.5))
                self._axes[f"{teacher.name}-map{k}"] = scaled.astype(np.float32)
                self._axes[f"{teacher.name}-map{k}-mean"] = mean.astype(np.float32)
        np.savez(self.folder / "axes.npz", **self._axes)

    def _array(self, name: str, shape: tuple[int, ...], dtype: Any, mode: str) -> NDArray[Any]:
        path = self.folder / f"{name}.npy"
        if mode == "r+" and path.is_file():
            return np.lib.format.open_memmap(path, mode="r+")
        return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)

    def _key(self) -> str:
        return hashlib.sha256(json.dumps([self.views, self._how(), self._names()]).encode()).hexdigest()

    def _how(self) -> list[Any]:
        return [self.side, self.seed, *([t.name, t.revision, t.every] for t in self.teachers)]

    def _names(self) -> list[tuple[str, int]]:
        return [(str(file), file.stat().st_size) for file in self.files]

    def _save(self) -> None:
        for array in (self.pictures, self.seen, *self.said.values(), *self.maps.values()):
            array.flush()  # type: ignore[attr-defined]
        told = {"made_of": self._made_of, "rounds": self.rounds, "opened": self._opened, "taken": self._taken}
        told |= {"how": self._how(), "files": self._names()}
        write_whole(self.folder / "done.json", json.dumps(told))


def _try(path: Path) -> NDArray[np.uint8] | BadPicture:
    try:
        return kept(path)
    except BadPicture as reason:
        return reason


def _read(path: Path) -> dict[str, Any]:
    try:
        told = read_json(path, LARGE)
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def means_and_spreads(blocks: Iterable[NDArray[Any]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each column over all blocks of rows."""
    n, total, squares = 0, np.zeros(()), np.zeros(())
    for block in blocks:
        rows = block.astype(np.float64)
        n, total, squares = n + len(rows), total + rows.sum(0), squares + (rows**2).sum(0)
    mean = total / n
    return mean.astype(np.float32), np.sqrt(np.maximum(squares / n - mean**2, 1e-8)).astype(np.float32)
