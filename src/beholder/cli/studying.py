"""bench: methods compared on rated picture sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, put_json, say
from beholder.errors import UserError

ANSWERS = "answers"
WIDTH = 80  # of a line, in characters
CELL = len("-0.123 ± 0.045")
OF_RATERS = ("left out", "look at")  # how the runner's progress begins when it tells of a rater instead of a stage


def add_to(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="A rated set: items.csv with ratings.csv or choices.csv.")
    ],
    methods: Annotated[
        str,
        typer.Option(
            metavar="A,B", help="Models, your own 'module:Class'; the controls 'generic', 'someone-else' come along."
        ),
    ] = "generic,someone-else,population-gp",
    encoder: Annotated[
        str, typer.Option(metavar="NAME", help="What turns pictures into numbers; or 'onnx:PATH', 'vectors:FILE'.")
    ] = "builtin",
    shots: Annotated[
        str | None,
        typer.Option(
            metavar="K,K",
            help="Numbers of the person's own answers.",
            show_default="0,5,10,25,50,100; of an analysis 25,50,100",
        ),
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, metavar="R", help="Draws a rater.", show_default="10; of an analysis 50")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed, the same draws.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For report.html, tables, curves and rows; goes on where it stopped."),
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="COLUMN=VALUE", help="Only these items.")] = None,
    analysis: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask the set instead: 'fake-raters', for --shots pictures each.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare methods on a rated picture set.

    Figures are means over raters with 95 % intervals, on pictures that no method has seen.
    """
    from beholder.bench import analyse, run
    from beholder.bench.analysis import analysis as analysis_of

    with Meter("reading the set") as meter:

        def progress(stage: str, done: int, total: int) -> None:
            note(stage) if stage.startswith(OF_RATERS) else meter(stage, done, total)

        call: dict[str, Any] = {"encoder": encoder, "seed": seed, "out": out, "where": where}
        call |= {"progress": progress} | ({} if repeats is None else {"repeats": repeats})
        call |= {} if shots is None else {"shots": _numbers(shots)}
        if analysis is None:
            figures = run(data, methods=[name.strip() for name in methods.split(",") if name.strip()], **call)
        else:
            figures = analyse(analysis, data, **call)
    if as_json:
        put_json(figures)
    else:
        _print(figures) if analysis is None else say(analysis_of(analysis).table(figures))
    if out is not None:
        note(f"the report is {out / 'report.html'}" if analysis is None else f"rows, table and figure are in {out}")


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UserError(
            f"--shots takes whole numbers with commas between them, such as 10,25,50; got '{text}'"
        ) from None


def _print(figures: list[dict[str, Any]]) -> None:
    """A block for each group and metric, in plain lines that are as wide in a pipe as on a screen."""
    say("Means over raters, ± half the width of their 95 % intervals.")
    for group, metric in dict.fromkeys((f["group"], f["metric"]) for f in figures):
        _block([f for f in figures if (f["group"], f["metric"]) == (group, metric)])


def _block(figures: list[dict[str, Any]]) -> None:
    """The means, then what each gains over `generic` where that was run."""
    means = [f for f in figures if f["versus"] is None]
    gains = [f for f in figures if f["versus"] == "generic"]
    first, most = means[0], max(f["raters"] for f in means)
    lower = first["metric"] == "ece"
    say(f"\n{first['metric']}{', lower is better' * lower}: {first['group']} ({most:,} rater{'s' * (most != 1)})")
    _grid(means, "")
    if gains:
        say(f"{'change against' if lower else 'gain over'} generic")
        _grid(gains, "+")


def _grid(figures: list[dict[str, Any]], sign: str) -> None:
    names, shots = list(dict.fromkeys(f["method"] for f in figures)), sorted({f["shots"] for f in figures})
    cells = {(f["method"], f["shots"]): f"{f['mean']:{sign}.3f} ± {(f['high'] - f['low']) / 2:.3f}" for f in figures}
    margin = max(len(name) for name in (*names, ANSWERS))
    fit = max(1, (WIDTH - margin) // (CELL + 2))
    for at in range(0, len(shots), fit):  # more numbers of answers than a line holds go below each other
        shown = shots[at : at + fit]
        say(f"{ANSWERS:<{margin}}" + "".join(f"  {k:>{CELL}}" for k in shown))
        for name in names:
            say(f"{name:<{margin}}" + "".join(f"  {cells.get((name, k), '–'):>{CELL}}" for k in shown))
