"""`beholder bench DATA --analysis NAME`: questions to a rated set that are no comparison of methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from beholder.bench import fake_raters
from beholder.bench.methods import MEASURED
from beholder.bench.record import as_lines
from beholder.bench.runner import Progress, code_version, embed_set, load_set
from beholder.bench.worker import Row
from beholder.datasets import Dataset
from beholder.errors import StoreError, UnknownName
from beholder.types import Matrix

SHOTS = (25, 50, 100)
REPEATS = 50


@dataclass(frozen=True)
class Analysis:
    """One question to a set.

    check   (data, shots): the shots that can be asked about; raises for a set or a call that cannot be
    ask     (data, X, attributes, shots, repeats, seed, progress): a row for every repeat
    sum_up  (rows, seed): the figures
    table   Markdown of the figures; draw: their picture as SVG
    """

    check: Callable[[Dataset, Sequence[int]], tuple[int, ...]]
    ask: Callable[[Dataset, Matrix, Matrix, Sequence[int], int, int, Progress], list[Row]]
    sum_up: Callable[[Sequence[Row], int], list[Row]]
    table: Callable[[Sequence[Row]], str]
    draw: Callable[[Sequence[Row]], str]


ANALYSES = {
    "fake-raters": Analysis(fake_raters.check, fake_raters.ask, fake_raters.sum_up, fake_raters.table, fake_raters.draw)
}


def analysis(name: str) -> Analysis:
    """The analysis of this name; raises UnknownName."""
    if name not in ANALYSES:
        raise UnknownName.of("analysis", name, ANALYSES)
    return ANALYSES[name]


def analyse(
    name: str,
    data: str | Path,
    encoder: str = "builtin",
    shots: Sequence[int] = SHOTS,
    repeats: int = REPEATS,
    seed: int = 0,
    out: str | Path | None = None,
    where: str | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Ask a rated set one of ANALYSES.

    shots    how many pictures each rater has; repeats: draws of them; where: "COLUMN=VALUE" of items.csv
    out      a folder for NAME.jsonl (a line a repeat), NAME.md and NAME.svg
    returns  the figures as JSON shapes
    raises   UnknownName; UserError for a wrong call, BadInput for a set that cannot be asked, StoreError for a folder
             that cannot be written
    """
    asked, say = analysis(name), progress or (lambda stage, done, total: None)
    dataset = load_set(data, where)
    kept = asked.check(dataset, shots)
    for k in sorted(set(shots) - set(kept)):
        say(f"left out: {k} pictures, which too few raters have rated", 0, 0)
    X, revision = embed_set(dataset, encoder, say)
    stamp = {"analysis": name, "data": dataset.name, "where": where, "encoder": encoder}
    rows = [stamp | row for row in asked.ask(dataset, X[:, :-MEASURED], X[:, -MEASURED:], kept, repeats, seed, say)]
    figures = asked.sum_up(rows, seed)
    if out is not None:
        more = {"data_revision": dataset.revision, "encoder_revision": revision, "seed": seed, "code": code_version()}
        _write(Path(out).expanduser(), name.replace("-", "_"), asked, [more | row for row in rows], figures)
    return figures


def _write(folder: Path, name: str, asked: Analysis, rows: Sequence[Row], figures: Sequence[Row]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jsonl").write_text(as_lines(rows), encoding="utf-8")
        (folder / f"{name}.md").write_text(asked.table(figures), encoding="utf-8")
        (folder / f"{name}.svg").write_text(asked.draw(figures), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
