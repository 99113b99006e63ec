"""bench: methods compared on rated picture sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, put_json, say, stdout_kept
from beholder.errors import UserError

_PERSONAS = "personas"  # the analysis that asks people, and so takes --ask
_METHODS = "generic,someone-else,default"  # that are compared unless others are named
_WIDTH = 80  # of a line, in characters
_CELL = len("-0.123 ± 0.045")
_NEEDED = "answers_needed"  # the metric that is a number of answers
_OF_RATERS = ("left out", "look at")  # how the runner's progress begins when it tells of a rater instead of a stage


def add_to(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="A rated set: items.csv with ratings.csv or choices.csv.")
    ],
    methods: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Models ('default': the app's), or your own 'module:Class'; with --out, controls are added.",
            show_default=f"{_METHODS}; of an analysis default; of create the engines flow,painter",
        ),
    ] = None,
    encoder: Annotated[str, typer.Option(metavar="NAME", help="Encoder, or 'onnx:PATH', 'vectors:FILE'.")] = "builtin",
    shots: Annotated[
        str | None,
        typer.Option(
            metavar="K,K",
            help="Numbers of the person's own answers.",
            show_default="0,5,10,25,50,100; of fake-raters 25,50,100; of personas 30,60,120 seconds; of create 40",
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="R",
            help="Draws per rater; of create: pictures for each person.",
            show_default="10; of fake-raters 50; of personas 1; of create 8",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Random seed.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For report.html, tables, curves and rows; run again to resume."),
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="COLUMN=VALUE", help="Only these items.")] = None,
    ask: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Strategies that choose which of a rater's answers are learned from, such as random,ours,grids.",
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="With --ask: how many answers; with grids: seconds.", show_default="50; with grids 60"
        ),
    ] = None,
    task_vectors: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Made by `train task-vectors`, for tvc, tvc-tangent, zero-shot-best."),
    ] = None,
    analysis: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Analyse the set instead: 'fake-raters', with --shots pictures each; 'personas', simulated people "
            "who answer for --shots seconds (--ask grids,pairs,ratings) and need no ratings; 'in-the-wild', pictures "
            "in photos of rooms; or 'create', new pictures (--methods flow,painter) for simulated people of --shots "
            "answers and for the set's own, judged by another encoder.",
        ),
    ] = None,
    people: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="With 'personas' and 'create': at most so many of a kind.", show_default="24"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare methods on a rated picture set.

    Figures are means over raters with 95 % intervals, on pictures that no method has seen.
    """
    from beholder.research.bench import analyse, run
    from beholder.research.bench.analysis import analysis as analysis_of

    with stdout_kept(), Meter("reading the set") as meter:

        def progress(stage: str, done: int, total: int) -> None:
            note(stage) if stage.startswith(_OF_RATERS) else meter(stage, done, total)

        call: dict[str, Any] = {"encoder": encoder, "seed": seed, "out": out, "where": where}
        call |= {"progress": progress} | ({} if repeats is None else {"repeats": repeats})
        call |= {} if shots is None else {"shots": _numbers(shots)}
        if analysis is None and people is not None:
            raise UserError("--people is for the analyses personas and create")
        if analysis is None:
            call |= {"ask": None if ask is None else _names(ask), "budget": budget, "task_vectors": task_vectors}
            figures = run(data, methods=_names(_METHODS if methods is None else methods), **call)
        elif (ask and analysis != _PERSONAS) or budget is not None or task_vectors is not None:
            raise UserError("--ask, --budget and --task-vectors are for comparing methods; an analysis takes none")
        else:
            call |= {name: _names(told) for name, told in {"methods": methods, "ask": ask}.items() if told is not None}
            call |= {} if people is None else {"people": people}
            figures = analyse(analysis, data, **call)
    if as_json:
        put_json(figures)
    else:
        _print(figures) if analysis is None else say(analysis_of(analysis).table(figures))
    if out is not None:
        note(f"the report is {out / 'report.html'}" if analysis is None else f"rows, table and figure are in {out}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UserError(
            f"--shots takes whole numbers with commas between them, such as 10,25,50; got '{text}'"
        ) from None


def _print(figures: list[dict[str, Any]]) -> None:
    """A block for each group and metric, in plain lines that are as wide in a pipe as on a screen.

    Of the quarters by agreement only those who agree least, and of these only the first metric.
    """
    from beholder.research.bench.agreement import QUARTERS

    counts = [f["raters"] for f in figures]
    if max(counts) > 1:
        say("Means over raters, ± half the width of their 95 % intervals.")
    if min(counts) == 1:
        say("A figure of one rater has no interval.")
    there = list(dict.fromkeys((f["group"], f["metric"]) for f in figures))
    least = [(group, metric) for group, metric in there if group == QUARTERS[0]][:1]
    for shown in [(group, metric) for group, metric in there if group not in QUARTERS] + least:
        _block([f for f in figures if (f["group"], f["metric"]) == shown])
    if least:
        say("\nThe other quarters by agreement, and all metrics: --json, or --out FOLDER.")


def _block(figures: list[dict[str, Any]]) -> None:
    """The means, then what each gains over `generic` and over the same method asking at random, where they were run."""
    from beholder.research.bench.asking import unit_of
    from beholder.research.bench.results import LOWER_IS_BETTER, NO_INTERVAL, metric_title

    means = [f for f in figures if f["versus"] is None]
    first, most = means[0], max(f["raters"] for f in means)
    unit = unit_of(f["ask"] for f in means)
    title = metric_title(first["metric"], max(f["shots"] for f in means), unit)
    say(f"\n{title}: {first['group']} ({f'{most:,} raters' if most > 1 else NO_INTERVAL})")
    _grid(means, "", unit)
    gains = {
        "generic": [f for f in figures if f["versus"] == "generic"],
        "random": [f for f in figures if f["versus"] == f["method"] and f["versus_ask"] == "random"],
    }
    for other, found in gains.items():
        if found:
            say(f"{'change against' if first['metric'] in LOWER_IS_BETTER else 'gain over'} {other}")
            _grid(found, "+", unit)


def _grid(figures: list[dict[str, Any]], sign: str, unit: str) -> None:
    """unit : what numbers of shots count, answers or seconds"""
    names, shots = list(dict.fromkeys(map(_name, figures))), sorted({f["shots"] for f in figures})
    cells = {(_name(f), f["shots"]): _cell(f, sign) for f in figures}
    margin = max(len(name) for name in (*names, unit))
    fit = max(1, (_WIDTH - margin) // (_CELL + 2))
    for at in range(0, len(shots), fit):  # more numbers of answers than a line holds go below each other
        shown = shots[at : at + fit]
        say(f"{unit:<{margin}}" + "".join(f"  {k:>{_CELL}}" for k in shown))
        for name in names:
            say(f"{name:<{margin}}" + "".join(f"  {cells.get((name, k), '–'):>{_CELL}}" for k in shown))


def _name(figure: dict[str, Any]) -> str:
    return ", ".join(part for part in (figure["method"], figure["ask"]) if part)


def _cell(figure: dict[str, Any], sign: str) -> str:
    mean, low, high = figure["mean"], figure["low"], figure["high"]
    if figure["metric"] == _NEEDED:
        told = [f"more than {figure['shots']}" if k is None else f"{k:.1f}" for k in (mean, low, high)]
        return "{} [{}, {}]".format(*told) if figure["raters"] > 1 else told[0]
    return f"{mean:{sign}.3f} ± {(high - low) / 2:.3f}" if figure["raters"] > 1 else f"{mean:{sign}.3f}"
