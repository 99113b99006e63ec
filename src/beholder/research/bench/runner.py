"""One call from a rated set to its figures: read, embed, draw, fit in worker processes, summarise, report."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from beholder import __version__
from beholder.ask import STRATEGIES, strategy
from beholder.config import settings
from beholder.errors import UserError, WorkerDied
from beholder.jobs import map_jobs
from beholder.research.bench.agreement import quarters
from beholder.research.bench.asking import (
    BUDGET,
    EVERY,
    GRIDS,
    RANDOM_GRIDS,
    SECONDS,
    SECONDS_BUDGET,
    seconds_of,
    stops_of,
    unit_of,
)
from beholder.research.bench.guards import check_copies
from beholder.research.bench.methods import (
    CONTROLS,
    RatedTable,
    check_method,
    method,
    needs_networks,
    real_name,
)
from beholder.research.bench.plan import Plan, make_plan, with_controls
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.raters import qualities, rated_again, to_look_at
from beholder.research.bench.record import RunRecord, remaining
from beholder.research.bench.report import write_report
from beholder.research.bench.results import Results
from beholder.research.bench.series import series_of
from beholder.research.bench.summary import groups_of, summarise
from beholder.research.bench.user_models import is_own, own_model, revision
from beholder.research.bench.vectors import PREFIX, read_vectors
from beholder.research.bench.worker import Bench, Row
from beholder.research.datasets import Dataset, load_plain, same_pictures
from beholder.taste import ExpertNetworks
from beholder.types import Progress, silent

_SHOTS = (0, 5, 10, 25, 50, 100)
_Job = TypeVar("_Job")
_ALONE = 4  # so few jobs are done before a second process has started


def run(
    data: str | Path,
    methods: Sequence[str] = ("generic", "someone-else", "default"),
    encoder: str = "builtin",
    shots: Sequence[int] | None = None,
    repeats: int = 10,
    seed: int = 0,
    out: str | Path | None = None,
    where: str | None = None,
    ask: Sequence[str] | None = None,
    budget: int | None = None,
    task_vectors: str | Path | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Compare methods on a rated set in the plain folder format, by the protocol of `bench.protocol`.

    Worker processes are spawned, `BEHOLDER_THREADS` of them: a script needs its `if __name__ == "__main__"`.

    Parameters
    ----------
    methods
        "someone-else", names of taste models, "default" for the app's, which figures call by its own name, and a
        researcher's own as "package.module:Class" or "path/to/file.py:Class"; at 0 shots those that need answers
        know nothing
    encoder
        a name or "onnx:PATH"; or "vectors:FILE", a researcher's own features (see `bench.vectors`)
    shots
        numbers of the person's answers, SHOTS unless given; repeats: draws a rater; out: a folder for rows.jsonl
        and the report, where the same call after an interruption goes on; both controls are then run and reported,
        and what is returned is of `methods` alone
    where
        "COLUMN=VALUE" of items.csv
    ask
        names of strategies (`beholder.ask`), each of which chooses the answers of every method but the controls, of
        those that the person gave (`bench.asking`); budget: how many, 50 unless given, in place of shots: figures
        are of every fifth. With `out` the control `generic` alone comes along. Where "grids" or "grids-random" is
        among them, which show nine of the rated pictures at once, shots are seconds of answering for all
        strategies, and so is the budget, 60 unless given
    task_vectors
        a folder that `beholder train task-vectors` wrote, for the methods that are made of networks (tvc,
        tvc-tangent, zero-shot-best, uniform-mix) and NAME+tangent; the others never see its numbers

    Returns
    -------
    list[dict[str, Any]]
        the summary as JSON shapes: {"data", "encoder", "method", "versus", "ask", "versus_ask", "group", "shots",
        "metric", "mean", "low", "high", "raters", "draws"}. First means (`versus` None), then the paired difference
        of every method and every other (`versus`), both ways round; table.md has each later against each earlier.
        Strategies are compared with the same method and methods by the same strategy, all with the controls; of
        their metric "answers_needed" a number is None where the budget was not enough. Groups are "all", where they
        are known "attentive" and "clickers", and of eight raters or more the quarters by agreement with others
        (`bench.agreement`)

    Raises
    ------
    UserError
        for a wrong call
    BadInput
        for a set that cannot be used
    """
    say: Progress = progress or silent
    named, shots, strategies = _checked(methods, shots, repeats, where, ask, budget)
    methods = named if out is None else with_controls(named, asking=bool(strategies))
    dataset = load_set(data, where)
    pictures = same_pictures(dataset.files)
    check_copies(dataset.files, pictures)
    protocol = Protocol(dataset, pictures, seed)
    _check_kind(methods, strategies, protocol.kind)
    if needing := [name for name in methods if task_vectors is None and needs_networks(name)]:
        raise UserError(f"{', '.join(needing)}: made of task vectors; name their folder (--task-vectors FOLDER)")
    plan = make_plan(protocol, shots, repeats, bool(strategies), in_seconds=unit_of(strategies) == SECONDS)
    by_agreement, unknown = quarters(dataset.raters, protocol.judgements, {job.rater for job in plan.jobs})
    plan.left_out += unknown
    table, revision = embed_set(dataset, encoder, say, task_vectors)
    say("weighing the raters", 0, 0)
    found = qualities(dataset, protocol.judgements, table.only(networks=False, attributes=False).X)
    for sentence in (look_at := to_look_at(dataset, found) + rated_again(dataset, protocol.judgements)):
        say(f"look at: {sentence}", 0, 0)
    config = _config(dataset, where, methods, encoder, revision, shots, repeats, seed, strategies)
    config |= {"task_vectors": table.revision} if table.revision else {}
    record = None if out is None else RunRecord(Path(out).expanduser(), config)
    bench = Bench(protocol, table, methods, _stamp(config), strategies)
    rows = _all_rows(bench, plan, record, say)
    series, stops = series_of(methods, strategies), shots if strategies else ()
    figures = summarise(rows, groups_of(dataset, found) | by_agreement, series, seed, stops)
    if record is not None:
        about = (plan.left_out, look_at, dataset.licence, dataset.citation)
        write_report(record.folder, Results(record.config, figures, *about), say)
    shown = {*named, None}
    return [f.as_json(dataset.name, encoder) for f in figures if {f.method, f.versus} <= shown]


def _checked(
    methods: Sequence[str],
    shots: Sequence[int] | None,
    repeats: int,
    where: str | None,
    ask: Sequence[str] | None,
    budget: int | None,
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Methods, numbers of answers and strategies, without repeats; UserError with all faults of the call."""
    methods = [real_name(name) for name in methods]
    faults = _faults(methods, method)
    if not methods:
        faults.append("no methods were given; name at least one")
    if shots is not None and (not shots or any(k < 0 for k in shots)):
        faults.append(f"shots must be numbers from 0 up, got {', '.join(map(str, shots)) or 'none'}")
    faults += _asking_faults(methods, shots, ask, budget)
    if repeats < 1:
        faults.append(f"repeats must be 1 or more, got {repeats}")
    if where is not None and "=" not in where:
        faults.append(f"where must be COLUMN=VALUE, got '{where}'")
    if faults:
        raise UserError("; ".join(faults))
    told = tuple(sorted(set(shots or _SHOTS))) if ask is None else _stops(ask, budget)
    return tuple(dict.fromkeys(methods)), told, tuple(dict.fromkeys(ask or ()))


def _stops(ask: Sequence[str], budget: int | None) -> tuple[int, ...]:
    if unit_of(ask) == SECONDS:
        return seconds_of(SECONDS_BUDGET if budget is None else budget)
    return stops_of(BUDGET if budget is None else budget)


def _faults(names: Sequence[str], check: Callable[[str], object]) -> list[str]:
    """A sentence for each name with which `check` raises UserError."""
    faults = []
    for name in names:
        try:
            check(name)
        except UserError as error:
            faults.append(str(error))
    return faults


def _asking_faults(
    methods: Sequence[str], shots: Sequence[int] | None, ask: Sequence[str] | None, budget: int | None
) -> list[str]:
    if ask is None:
        return [] if budget is None else ["budget is how many answers the strategies of ask may ask for; give shots"]
    faults = _faults(ask, _check_strategy)
    if not ask:
        faults.append("no strategies were given to ask; name at least one")
    if shots is not None:
        faults.append("shots cannot be given together with ask; give budget, how many answers are asked for")
    if budget is not None and budget < EVERY:
        faults.append(f"budget must be {EVERY} or more, got {budget}")
    if methods and set(methods) <= set(CONTROLS):
        faults.append(f"whatever is asked, {' and '.join(CONTROLS)} stay the same; name a method that learns from it")
    return faults


def _check_strategy(name: str) -> None:
    """UserError, or UnknownName, where there is no strategy of this name."""
    if name not in (GRIDS, RANDOM_GRIDS):
        strategy(name)


def _check_kind(methods: Sequence[str], strategies: Sequence[str], kind: str) -> None:
    """UserError where some of them do not go with this kind of judgement ("ratings" or "choices")."""
    faults = _faults(methods, lambda name: check_method(name, kind))
    if unit_of(strategies) == SECONDS:
        faults += _grid_faults(methods, kind)
        strategies = [name for name in strategies if name not in (GRIDS, RANDOM_GRIDS)]
    unfit = [name for name in strategies if kind == "choices" and strategy(name).pairs is None]
    if unfit:
        fit = ", ".join(name for name, known in STRATEGIES.items() if known.pairs is not None)
        faults.append(
            f"this set holds choices, and these strategies need ratings: {', '.join(unfit)}; for pairs there are: {fit}"
        )
    if faults:
        raise UserError("; ".join(faults))


def _grid_faults(methods: Sequence[str], kind: str) -> list[str]:
    faults = [] if kind == "ratings" else [f"grids are made of ratings, and this set holds {kind}"]
    unfit = [name for name in methods if name not in CONTROLS and "choices" not in method(name).learns_from]
    return faults + [f"{', '.join(unfit)}: cannot learn from grids, which say choices"] * bool(unfit)


def load_set(data: str | Path, where: str | None) -> Dataset:
    """The rated set, or what of it is `where` says ("COLUMN=VALUE")."""
    dataset = load_plain(data)
    if where is None:
        return dataset
    column, _, value = where.partition("=")
    return dataset.where(column, value.strip())


def embed_set(
    dataset: Dataset, encoder: str, say: Progress, networks: str | Path | None = None
) -> tuple[RatedTable, str]:
    """The table of a set, and the key of what made its vectors and attributes.

    Parameters
    ----------
    networks
        a folder of task vectors, whose columns come between vectors and attributes; None: none
    """
    from beholder.collection import Library

    library = Library()
    try:
        folder = None if networks is None else Path(networks).expanduser().resolve()
        name = None if folder is None else f"task-vectors:{folder}"
        given = None
        if encoder.startswith(PREFIX):
            given, key = read_vectors(Path(encoder.removeprefix(PREFIX)).expanduser(), dataset.items)
            seen = library.with_prior([])
        else:
            key = library.runtime(encoder).row.key
            seen = library.with_prior([encoder])
        table = library.table_of(dataset.files, seen, networks=name, given=given, progress=say)
        key = f"{key}+{library.runtime('attributes').row.key}"
        beside = table.layout.encoders[1][0] if len(table.layout.encoders) > 1 else None
        if name is None or folder is None:
            return RatedTable(table, beside=beside), key
        runtime: Any = library.runtime(name)
        networks_told = ExpertNetworks(runtime.columns, folder)
        return RatedTable(table, networks_told, runtime.row.revision, beside), key
    finally:
        library.close()


def _config(
    data: Dataset,
    where: str | None,
    methods: tuple[str, ...],
    encoder: str,
    encoder_revision: str,
    shots: tuple[int, ...],
    repeats: int,
    seed: int,
    strategies: tuple[str, ...],
) -> Row:
    """What must be the same for two rows to stand in one table."""
    own = {name: revision(own_model(name)) for name in methods if is_own(name)}
    return {
        "data": data.name,
        "data_revision": data.revision,
        "where": where,
        "encoder": encoder,
        "encoder_revision": encoder_revision,
        "methods": list(methods),
        "shots": list(shots),
        "repeats": repeats,
        "seed": seed,
        "code": code_version(),
        "ask": list(strategies) or None,
        "budget": shots[-1] if strategies else None,
        **({"own_methods": own} if own else {}),
    }


def _stamp(config: Row) -> Row:
    fields = ("data", "data_revision", "where", "encoder", "encoder_revision", "seed", "code")
    return {name: config[name] for name in fields}


def code_version() -> str:
    """The version, and in a checkout its commit ("-dirty" with changes that are not committed)."""
    here = Path(__file__).resolve()
    asked = ["git", "-C", str(here.parent), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    with suppress(OSError, subprocess.SubprocessError):
        tracked = ["git", "-C", str(here.parent), "ls-files", "--error-unmatch", here.name]  # else another project's
        subprocess.run(tracked, capture_output=True, check=True, timeout=10)
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10)
        return f"{__version__}+{told.stdout.strip()}"
    return __version__


def _all_rows(bench: Bench, plan: Plan, record: RunRecord | None, say: Progress) -> list[Row]:
    """The rows that are there already and those of the jobs still to do, each kept as soon as it is done."""
    total = len(plan.jobs)
    for sentence in plan.left_out:
        say(f"left out: {sentence}", 0, total)
    rows = record.finished() if record else []
    jobs = remaining(plan.jobs, rows, bench.protocol.data.raters)
    done = total - len(jobs)
    say("fitting", done, total)
    for finished in results_of(bench.run, jobs):
        if record:
            record.add(finished)
        rows += finished
        done += 1
        say("fitting", done, total)
    return rows


def results_of(work: Callable[[_Job], list[Row]], jobs: Sequence[_Job]) -> Iterator[list[Row]]:
    """The rows of each job, as they come; in worker processes where there are more than a few."""
    workers = min(settings().threads, len(jobs)) if len(jobs) > _ALONE else 1
    try:
        yield from map_jobs(work, jobs, workers=workers, processes=True, in_order=False)
    except WorkerDied as error:
        raise WorkerDied(f"{error}; the same call with the same output folder goes on") from error
