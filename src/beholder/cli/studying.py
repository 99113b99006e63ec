"""bench: methods compared on rated picture sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, put_json, say, table
from beholder.errors import UserError

HEADLINES = ("spearman", "pair_accuracy")  # the figure that is printed: the first that the set's answers allow
LEFT_OUT = "left out"  # how the runner's progress begins when it tells of a rater instead of a stage


def add_to(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="A rated set: items.csv with ratings.csv or choices.csv.")
    ],
    methods: Annotated[str, typer.Option(metavar="A,B", help="'generic' and names of taste models.")] = "generic,gp",
    encoder: Annotated[
        str, typer.Option(metavar="NAME", help="What turns pictures into numbers; or 'onnx:PATH'.")
    ] = "classic",
    shots: Annotated[str, typer.Option(metavar="K,K", help="Numbers of the person's own answers.")] = "10,25,50,100",
    repeats: Annotated[int, typer.Option(min=1, metavar="R", help="Draws a rater.")] = 10,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed, the same draws.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For rows.jsonl, table.md and curves.svg; goes on where it was stopped."),
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="COLUMN=VALUE", help="Only these items.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare methods on a rated picture set.

    Figures are means over raters with 95 % intervals, on pictures that no method has seen.
    """
    from beholder.bench import run

    with Meter("reading the set") as meter:

        def progress(stage: str, done: int, total: int) -> None:
            note(stage) if stage.startswith(LEFT_OUT) else meter(stage, done, total)

        figures = run(
            data,
            methods=[name.strip() for name in methods.split(",") if name.strip()],
            encoder=encoder,
            shots=_numbers(shots),
            repeats=repeats,
            seed=seed,
            out=out,
            where=where,
            progress=progress,
        )
    put_json(figures) if as_json else _print(figures)
    if out is not None:
        note(f"rows, table and curves are in {out}")


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UserError(
            f"--shots takes whole numbers with commas between them, such as 10,25,50; got '{text}'"
        ) from None


def _print(figures: list[dict[str, Any]]) -> None:
    means = [f for f in figures if f["versus"] is None]
    metric = next((m for m in HEADLINES if any(f["metric"] == m for f in means)), None)
    shots = sorted({f["shots"] for f in means})
    for group in dict.fromkeys(f["group"] for f in means):
        chosen = [f for f in means if f["group"] == group and f["metric"] == metric]
        cells = {(f["method"], f["shots"]): f"{f['mean']:.3f} [{f['low']:.3f}, {f['high']:.3f}]" for f in chosen}
        rows = [
            [name, *(cells.get((name, k), "") for k in shots)] for name in dict.fromkeys(f["method"] for f in chosen)
        ]
        say(f"{metric}, {group} ({max((f['raters'] for f in chosen), default=0)} raters)")
        table(["answers", *map(str, shots)], rows, right=range(1, len(shots) + 1))
