"""`beholder bench DATA --analysis NAME`: questions to a set of pictures that recorded answers do not settle alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beholder.errors import StoreError, UnknownName, UserError
from beholder.research.bench import creating, creating_tables, fake_raters, in_the_wild, personas
from beholder.research.bench.methods import MEASURED
from beholder.research.bench.plots import write_figure
from beholder.research.bench.record import as_lines
from beholder.research.bench.runner import code_version, embed_set, load_set
from beholder.research.bench.worker import Row
from beholder.research.datasets import Dataset
from beholder.types import Progress, silent

_SHOTS = (25, 50, 100)
_REPEATS = 50


@dataclass(frozen=True)
class _Analysis:
    """One question to a set.

    check   (data, shots): the shots that can be asked about; raises for a set or a call that cannot be
    ask     (data, X, attributes, shots, repeats, seed, progress): a row for every repeat
    sum_up  (rows, seed): the figures
    table   Markdown of the figures; draw: their picture as SVG
    shots, repeats, methods   unless others are asked for; where it compares methods, `ask` has `methods`, `key` and
    `table` too
    takes   what else `ask` has, of `plans`, `people`, `encoder` and `sheets`
    """

    check: Callable[[Dataset, Sequence[int]], tuple[int, ...]]
    ask: Callable[..., list[Row]]
    sum_up: Callable[[Sequence[Row], int], list[Row]]
    table: Callable[[Sequence[Row]], str]
    draw: Callable[[Sequence[Row]], str]
    shots: tuple[int, ...] = _SHOTS
    repeats: int = _REPEATS
    methods: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()


_ANALYSES = {
    "fake-raters": _Analysis(
        fake_raters.check, fake_raters.ask, fake_raters.sum_up, fake_raters.table, fake_raters.draw
    ),
    "personas": _Analysis(
        *(personas.check, personas.ask, personas.sum_up, personas.table, personas.draw),
        shots=personas.SECONDS,
        repeats=1,
        methods=("default",),
        takes=frozenset({"plans", "people"}),
    ),
    "in-the-wild": _Analysis(
        *(in_the_wild.check, in_the_wild.ask, in_the_wild.sum_up, in_the_wild.table, in_the_wild.draw),
        shots=in_the_wild.SHOTS,
        repeats=in_the_wild.REPEATS,
        methods=("gp",),
        takes=frozenset({"encoder"}),
    ),
    "create": _Analysis(
        *(creating.check, creating.ask, creating_tables.sum_up, creating_tables.table, creating_tables.draw),
        shots=creating.SHOTS,
        repeats=creating.REPEATS,
        methods=creating.ENGINES,
        takes=frozenset({"people", "encoder", "sheets"}),
    ),
}


def analysis(name: str) -> _Analysis:
    """The analysis of this name; raises UnknownName."""
    if name not in _ANALYSES:
        raise UnknownName.of("analysis", name, _ANALYSES)
    return _ANALYSES[name]


def analyse(
    name: str,
    data: str | Path,
    encoder: str = "builtin",
    shots: Sequence[int] | None = None,
    repeats: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    where: str | None = None,
    progress: Progress | None = None,
    methods: Sequence[str] | None = None,
    ask: Sequence[str] | None = None,
    people: int | None = None,
) -> list[Row]:
    """Ask a set one of ANALYSES.

    Parameters
    ----------
    shots
        how many pictures each rater has, or the seconds that people answer; repeats: draws of them; where:
        "COLUMN=VALUE" of items.csv; methods: what is compared, of an analysis that compares any, of create engines;
        ask: the kinds of question of personas, "grids", "pairs" and "ratings" unless given; people: how many at most,
        of personas, and of each kind of create
    out
        a folder for NAME.jsonl (a line a repeat), NAME.md and NAME.svg; of create sheets of pictures too

    Returns
    -------
    list[Row]
        the figures as JSON shapes

    Raises
    ------
    UnknownName
    UserError
        for a wrong call
    BadInput
        for a set that cannot be asked
    StoreError
        for a folder that cannot be written
    """
    asked, say = analysis(name), progress or silent
    more = {name: value for name, value in {"plans": ask, "people": people}.items() if value is not None}
    if methods is not None and not asked.methods:
        raise UserError(f"the analysis {name} compares no methods")
    if not more.keys() <= asked.takes:
        raise UserError(f"the analysis {name} asks no simulated people")
    if people is not None and people < 1:
        raise UserError(f"people must be 1 or more, got {people}")
    shots, repeats = shots if shots is not None else asked.shots, repeats or asked.repeats
    dataset = load_set(data, where)
    kept = asked.check(dataset, shots)
    for k in sorted(set(shots) - set(kept)):
        say(f"left out: {k} pictures, which too few raters have rated", 0, 0)
    rated, revision = embed_set(dataset, encoder, say)
    X = np.asarray(rated.X)
    stamp = {"analysis": name, "data": dataset.name, "where": where, "encoder": encoder}
    told = {"methods": methods or asked.methods, "key": revision, "table": rated} if asked.methods else {}
    told |= more | ({"encoder": encoder} if "encoder" in asked.takes else {})
    told |= {"sheets": Path(out).expanduser()} if out is not None and "sheets" in asked.takes else {}
    found = asked.ask(dataset, X[:, :-MEASURED], X[:, -MEASURED:], kept, repeats, seed, say, **told)
    rows = [stamp | row for row in found]
    figures = asked.sum_up(rows, seed)
    if out is not None:
        made_by = {"data_revision": dataset.revision, "encoder_revision": revision, "seed": seed}
        made_by |= {"code": code_version()}
        _write(Path(out).expanduser(), name.replace("-", "_"), asked, [made_by | row for row in rows], figures, say)
    return figures


def _write(
    folder: Path, name: str, asked: _Analysis, rows: Sequence[Row], figures: Sequence[Row], say: Progress
) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jsonl").write_text(as_lines(rows), encoding="utf-8")
        (folder / f"{name}.md").write_text(asked.table(figures), encoding="utf-8")
        write_figure(folder / f"{name}.svg", lambda: asked.draw(figures), say)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
