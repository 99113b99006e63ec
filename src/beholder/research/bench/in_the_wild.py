"""What finding the artwork in a photo is worth: taste learned from photos of the set's pictures in made rooms.

Every picture of a set is hung in a rendered room (`research.datasets.rooms`) and photographed. The same answers are
then learned from, and the same held-out pairs ordered, five times: by the whole photos, by what `find_artworks` finds
in them (the whole photo where it finds nothing), by the true corners, by the pictures themselves, and by what it finds
in those, in which there is nothing to find.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from beholder.errors import BadInput
from beholder.features.artworks import find_artworks, straighten
from beholder.images import open_image
from beholder.images.quads import as_quad, overlap
from beholder.research.bench import plots
from beholder.research.bench.markdown import grid
from beholder.research.bench.methods import check_method, real_name
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.runner import embed_set
from beholder.research.bench.statistics import paired
from beholder.research.bench.worker import Bench, BenchJob, Row
from beholder.research.datasets import Dataset, same_pictures
from beholder.research.datasets.rooms import make_room
from beholder.types import Matrix, Progress

SEEN = "whole", "found", "true", "picture", "searched"
_OVER = {"searched": "picture"}  # what a way of seeing is compared with; the others with whole photos
SHOTS, REPEATS = (50, 100), 5
_SIDE = 420  # pixels of the photos, about
_FEWEST = 3  # raters


def check(data: Dataset, shots: Sequence[int]) -> tuple[int, ...]:
    """The numbers of answers, ascending. raises : BadInput for a set without enough raters"""
    if len(data.raters) < _FEWEST:
        raise BadInput(f"in-the-wild needs {_FEWEST} raters or more, {data.name} has {len(data.raters)}")
    return tuple(sorted(set(shots)))


def ask(
    data: Dataset,
    X: Matrix,
    attributes: Matrix,
    shots: Sequence[int],
    repeats: int,
    seed: int,
    progress: Progress,
    *,
    methods: Sequence[str],
    key: str,
    table: Any,
    encoder: str,
) -> list[Row]:
    """A row for every rater, draw, number of answers, method and way of seeing; the same seed, the same rows.

    Parameters
    ----------
    table, key
        of the pictures themselves, and of the encoder

    Raises
    ------
    UnknownName
    UserError
        for a method that cannot learn from this set
    """
    protocol, methods = Protocol(data, same_pictures(data.files), seed), [real_name(name) for name in methods]
    for name in methods:
        check_method(name, protocol.kind)
    with tempfile.TemporaryDirectory() as folder:
        seen, found = _photographed(data, Path(folder), seed, progress)
        tables = {name: embed_set(replace(data, files=files), encoder, progress)[0] for name, files in seen.items()}
    rows = list[Row]()
    for name, rated in (tables | {"picture": table}).items():
        bench = Bench(protocol, rated, tuple(methods), {"seen": name, **found})
        for number in range(repeats):
            progress(f"learning from {name}", number, repeats)
            for rater in protocol.testers:
                rows += bench.run(BenchJob(int(rater), number, tuple(shots)))
    return [row for row in rows if row["metric"] == "pair_accuracy"]


def _photographed(
    data: Dataset, folder: Path, seed: int, progress: Progress
) -> tuple[dict[str, tuple[Path, ...]], dict[str, float]]:
    """Files of all ways of seeing but the pictures themselves; and how well was found."""
    names = [name for name in SEEN if name != "picture"]
    files = {name: list[Path]() for name in names}
    right, cut, cut_clean = list[float](), list[bool](), list[bool]()
    for i, file in enumerate(data.files):
        progress("hanging the pictures in rooms", i, len(data.files))
        rng = np.random.default_rng([seed, i])
        across = np.exp(rng.normal(0, 0.22) / 2)
        picture = open_image(file, max_side=2 * _SIDE)
        clean = find_artworks(picture).artworks
        searched = straighten(picture, clean[0].canvas) if clean else picture
        room = make_room(rng, np.asarray(picture), (int(_SIDE * across), int(0.83 * _SIDE / across)))
        photo = Image.fromarray(room.pixels)
        finds = find_artworks(photo).artworks
        true = straighten(photo, as_quad(room.canvas))
        best = straighten(photo, finds[0].canvas) if finds else photo
        right.append(overlap(finds[0].canvas, room.canvas) if finds else 0.0)
        cut.append(bool(finds))
        cut_clean.append(bool(clean))
        for name, image in zip(names, (photo, best, true, searched), strict=True):
            files[name].append(folder / f"{name}_{i}.png")
            image.save(files[name][-1])
    shares = {"canvas": np.mean(right), "cut": np.mean(cut), "cut_clean": np.mean(cut_clean)}
    told = {name: round(float(share), 4) for name, share in shares.items()}
    return {name: tuple(some) for name, some in files.items()}, told


def sum_up(rows: Sequence[Row], seed: int) -> list[Row]:
    """Mean share of pairs right of each way of seeing, and its difference from what it is compared with."""
    figures = list[Row]()
    for method, shots in sorted({(r["method"], r["shots"]) for r in rows}):
        cell = [r for r in rows if (r["method"], r["shots"]) == (method, shots)]
        by_rater = {seen: _by_rater(cell, seen) for seen in SEEN}
        raters = sorted(by_rater["whole"])
        values = {seen: np.array([by_rater[seen][rater] for rater in raters]) for seen in SEEN}
        first = {
            name: cell[0][name]
            for name in ("analysis", "data", "encoder", "canvas", "cut", "cut_clean")
            if name in cell[0]
        }
        for seen in SEEN:
            over = _OVER.get(seen, "whole")
            gain = paired(values[seen], values[over], seed)
            told = {"pairs_right": round(float(values[seen].mean()), 4), "over": over, "gain": round(gain.mean, 4)}
            ends = {"low": round(gain.low, 4), "high": round(gain.high, 4)} if gain.has_interval else {}
            about = {"method": method, "shots": shots, "seen": seen, "raters": len(raters)}
            figures.append(first | about | told | {"low": None, "high": None} | ends)
    return figures


def _by_rater(rows: Sequence[Row], seen: str) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for row in rows:
        if row["seen"] == seen:
            values.setdefault(row["rater"], []).append(row["value"])
    return {rater: float(np.mean(some)) for rater, some in values.items()}


def table(figures: Sequence[Row]) -> str:
    """Markdown: pairs right by each way of seeing, and what each brings over whole photos."""
    first = figures[0]
    lines = [
        f"# In the wild: {first['data']}, encoder {first['encoder']}",
        "",
        f"Share of held-out pairs ordered as each of {first['raters']} raters did; in brackets what is",
        "gained over whole photos, with its 95 % interval. The pictures hang in rendered rooms. Mean overlap of what",
        f"is found with the true canvas: {first['canvas']:.3f}. Photos with a find: {first['cut']:.1%}.",
        f"`searched`: the pictures themselves, looked into; {first['cut_clean']:.1%} of them were cut. In brackets",
        "what that gains over `picture`.",
        "",
    ]
    for method in sorted({f["method"] for f in figures}):
        mine = [f for f in figures if f["method"] == method]
        shots = sorted({f["shots"] for f in mine})
        cells = {seen: [_cell(f) for f in sorted(mine, key=_shots) if f["seen"] == seen] for seen in SEEN}
        gains = [{f["seen"]: f["gain"] for f in mine if f["shots"] == k} for k in shots]
        cells["of the true crops' gain"] = [f"{g['found'] / g['true']:.0%}" if g["true"] > 0 else "–" for g in gains]
        lines += [f"## {method}", "", *grid("answers", shots, cells)]
    return "\n".join(lines)


def _shots(figure: Row) -> int:
    return int(figure["shots"])


def _cell(figure: Row) -> str:
    if figure["seen"] == "whole":
        return f"{figure['pairs_right']:.3f}"
    ends = "" if figure["low"] is None else f" [{figure['low']:+.3f}, {figure['high']:+.3f}]"
    return f"{figure['pairs_right']:.3f} ({figure['gain']:+.3f}{ends})"


def draw(figures: Sequence[Row]) -> str:
    """SVG: pairs right by answers, a line for each way of seeing."""
    method = figures[0]["method"]
    lines = list[plots.Line]()
    for number, seen in enumerate(SEEN):
        mine = sorted((f for f in figures if f["seen"] == seen and f["method"] == method), key=_shots)
        k, mean = ([f[name] for f in mine] for name in ("shots", "pairs_right"))
        lines.append(plots.Line(seen, k, mean, mean, mean, *plots.style_of(number)))
    panel = plots.Panel(f"pairs right, {method}", "answers", lines)
    return plots.standalone(
        [panel], f"{figures[0]['data']}, encoder {figures[0]['encoder']}: taste learned from photos"
    )
