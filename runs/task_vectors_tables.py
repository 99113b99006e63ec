"""The tables and figures of `runs/task_vectors.py`, from what its parts left in their folders."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from beholder.features.expert_networks import TaskVectorRuntime
from beholder.features.networks.network import squares_of
from beholder.features.task_vectors import TaskVectors, similarity
from beholder.research.bench import plots
from beholder.research.bench.markdown import grid
from beholder.research.bench.metrics import spearman
from beholder.research.bench.record import ROWS
from beholder.research.bench.series import Series
from beholder.research.bench.summary import Figure, summarise
from beholder.research.bench.tvc import Tvc
from beholder.research.datasets import load_plain
from beholder.table import PictureTable
from beholder.taste import ExpertNetworks, TangentProcess

PEOPLE = 4  # of figure 2
PUBLISHED = str(Path(__file__).with_name("published_tvc.py")) + ":PublishedTvc"
SHORT = {PUBLISHED: "tvc as published"}
LEFT_OUT = ("r01", "r10")  # of the choices: who clicks at random, as the bench says


def sets_table(folder: Path) -> list[str]:
    """What every set's network learned."""
    rows = json.loads((folder / "card.json").read_text(encoding="utf-8"))["sets"]
    cells = {
        row["name"]: [f"{row['learned']:,}", f"{row['held_out']:,}"]
        + [f"{row[name]:.3f}" for name in ("start", "tuned", "ridge")]
        for row in rows
    }
    return grid("set", ["learned from", "held out", "start", "tuned", "ridge on the start's features"], cells)


def similarity_table(folder: Path) -> list[str]:
    """Figure 4 [Yun2024]."""
    vectors = TaskVectors.load(folder)
    found = similarity(vectors.vectors)
    return grid("", vectors.names, {n: [f"{x:.2f}" for x in row] for n, row in zip(vectors.names, found, strict=True)})


def zero_shot_table(data: Path, X: np.ndarray[Any, Any], networks: ExpertNetworks) -> list[str]:
    """Figure 2 [Yun2024]: each set's network on the test pictures of people whose best sets differ."""
    read = load_plain(data)
    scores = networks.columns.scores(X)
    rated = read.ratings.take(read.item_is_test[read.ratings.item] & read.rater_is_test[read.ratings.rater])
    found = {}
    for rater in np.unique(rated.rater):
        own = rated.take(rated.rater == rater)
        if len(own) >= 30 and np.ptp(own.score) > 0:
            found[read.raters[rater]] = [spearman(own.score, column) for column in scores[own.item].T]
    best = np.array([np.argmax(row) for row in found.values()])
    count = np.bincount(best, minlength=len(networks.columns.names))
    shown: dict[str, list[str]] = {}
    for k in np.argsort(-count)[:PEOPLE]:  # of each of the sets that are most often best, who it is best for by most
        gain = {r: row[k] - max(x for i, x in enumerate(row) if i != k) for r, row in found.items()}
        rater = max(gain, key=lambda r: gain[r])
        shown[rater] = [f"**{x:.2f}**" if x == max(found[rater]) else f"{x:.2f}" for x in found[rater]]
    often = [f"{c / len(best):.0%}" for c in count]
    return grid("person", networks.columns.names, {**shown, "best for this share of all": often})


def figures_of(folders: Sequence[Path], methods: Sequence[str], draws: int | None = None) -> list[Figure]:
    """The summary of the rows of several runs as one, of attentive raters.

    draws : so many, of the people and the numbers of answers of the exact method alone
    """
    runs = [[json.loads(line) for line in (f / ROWS).read_text(encoding="utf-8").splitlines()] for f in folders]
    rows = [row for run in runs for row in run]
    members = frozenset(row["rater"] for row in rows) - frozenset(LEFT_OUT)
    if draws is not None:
        asked = {(row["rater"], row["shots"]) for row in rows if row["method"] == "tvc"}
        rows = [row for row in rows if row["draw"] < draws and (row["rater"], row["shots"]) in asked]
        rows = list({(row["method"], row["rater"], row["shots"], row["metric"]): row for row in rows}.values())
        members &= {rater for rater, _ in asked}
    return summarise(rows, {"attentive": members}, [Series(name) for name in methods], 0)


def means_table(figures: Sequence[Figure], metric: str) -> list[str]:
    some = [f for f in figures if f.metric == metric and f.versus is None]
    shots = sorted({f.shots for f in some})
    cells = {(f.method, f.shots): _cell(f) for f in some}
    names = dict.fromkeys(f.method for f in some)
    people, draws = some[0].estimate.raters, some[0].draws
    corner = f"{metric.replace('_', ' ')}, {people} people, {draws} draw{'s' * (draws != 1)}"
    return grid(corner, shots, {SHORT.get(n, n): [cells.get((n, k), "–") for k in shots] for n in names})


def differences_table(figures: Sequence[Figure], metric: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Each first less its second, paired within people."""
    found = {(f.method, f.versus, f.shots): f for f in figures if f.metric == metric and f.versus is not None}
    shots = sorted({k for *_, k in found if k})
    rows = {
        f"{SHORT.get(a, a)} − {SHORT.get(b, b)}": [
            _cell(found[a, b, k], "+") if (a, b, k) in found else "–" for k in shots
        ]
        for a, b in pairs
    }
    return grid("paired difference", shots, rows)


def seconds_of(folder: Path, shots: int) -> dict[str, float]:
    """Median seconds of one person: fit, and score of the query."""
    rows = [json.loads(line) for line in (folder / ROWS).read_text(encoding="utf-8").splitlines()]
    told: dict[str, list[float]] = {}
    for row in rows:
        if row["shots"] == shots:
            told.setdefault(row["method"], []).append(row["seconds"])
    return {name: float(np.median(values)) for name, values in told.items()}


def costs_table(folder: Path, exact: Path, others: Path, files: Sequence[Path]) -> list[str]:
    """Seconds a person at 50 answers, seconds a picture, bytes a person, of the exact and the tangent version."""
    runtime, some = TaskVectorRuntime(folder, threads=1), list(files[:24])
    pictures = [Image.open(file).convert("RGB") for file in some]
    began = time.perf_counter()
    X = PictureTable.of_array(runtime.encode(pictures), files=some).X
    tangent = (time.perf_counter() - began) / len(some)
    vectors = runtime.vectors
    networks = ExpertNetworks(vectors.columns, folder)
    squares = squares_of(pictures, vectors.side)
    began = time.perf_counter()
    runtime.merged.scores(squares, vectors.uniform)
    merged = (time.perf_counter() - began) / len(some)
    y, rows = np.arange(10.0), np.arange(10)
    sizes = [
        _bytes(Tvc(prior=networks, steps=1).fit(X, y, rows=rows)),
        _bytes(TangentProcess(prior=networks).fit(X, y, rows=rows)),
    ]
    told = seconds_of(others, 50) | {"tvc": seconds_of(exact, 50)["tvc"]}
    return grid(
        "one person, 50 answers, one thread",
        ["seconds to fit and score the query", "seconds a picture, for each person", "once a picture", "bytes saved"],
        {
            "tvc": [f"{told['tvc']:.1f}", f"{merged:.4f}", "–", f"{sizes[0]:,}"],
            "tvc-tangent": [f"{told['tvc-tangent']:.3f}", "–", f"{tangent:.3f}", f"{sizes[1]:,}"],
        },
    )


def sets_figure(work: Path, counts: Sequence[int], others: Sequence[Figure], out: Path) -> list[str]:
    """Figure 5 [Yun2024]: gain over generic by the number of sets; the best of the others' methods as a level."""
    cells: dict[str, list[str]] = {}
    panels = []
    for shots in (10, 50):
        gains: dict[str, list[Figure]] = {}
        for count in counts:
            methods = ("generic", "uniform-mix", "zero-shot-best", "tvc-tangent")
            for f in figures_of([work / f"sets-{count}"], methods):
                if _is_gain(f, shots):
                    gains.setdefault(f.method, []).append(f)
        best = max((f for f in others if _is_gain(f, shots)), key=lambda f: f.estimate.mean)
        lines = [
            plots.Line(
                name,
                list(counts),
                [f.estimate.mean for f in row],
                [f.estimate.low for f in row],
                [f.estimate.high for f in row],
                *plots.style_of(place),
            )
            for place, (name, row) in enumerate(gains.items())
        ]
        title = f"{shots} answers; level: {best.method}"
        panels.append(plots.Panel(title, "sets", lines, level=best.estimate.mean))
        cells |= {f"{name}, {shots} answers": [_cell(f, "+") for f in row] for name, row in gains.items()}
    out.write_text(plots.standalone(panels, "Figure 5: gain over generic by the number of sets"), encoding="utf-8")
    return grid("gain over generic, by number of sets", list(counts), cells)


def _is_gain(figure: Figure, shots: int) -> bool:
    return (figure.metric, figure.versus, figure.shots) == ("spearman", "generic", shots)


def _cell(figure: Figure, sign: str = "") -> str:
    e = figure.estimate
    return f"{e.mean:{sign}.3f} [{e.low:{sign}.3f}, {e.high:{sign}.3f}]"


def _bytes(model: Any) -> int:
    with TemporaryDirectory() as folder:
        model.save(folder)
        return sum(file.stat().st_size for file in Path(folder).iterdir())
