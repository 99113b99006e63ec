"""train task-vectors: one network for each of several rated sets, all from one start."""

from __future__ import annotations

from typing import Annotated

import typer

from beholder.cli.shell import AsJson, Meter, put_json, say
from beholder.cli.training import LOSS, SIDE, STEPS, Backbone, Out, Seed, Weights, threads, train


def add_to(app: typer.Typer) -> None:
    train.command("task-vectors")(task_vectors)


def task_vectors(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA...", help="Rated sets: FOLDER, FOLDER?COLUMN=VALUE for some pictures, FOLDER#COLUMN as score."
        ),
    ],
    out: Out,
    backbone: Backbone = "builtin",
    weights: Weights = None,
    quality: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Clean pictures, to add an image-quality set made by degrading them."),
    ] = None,
    side: Annotated[int, SIDE] = 128,
    loss: Annotated[str, LOSS] = "plcc",
    steps: Annotated[int, STEPS] = 200,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a network on each of several rated sets, and store the differences as task vectors.

    Any kind of score will do. A person's taste is then learned as a mixture of them, from a few answers. Use the folder
    as encoder 'task-vectors:FOLDER', with the models tvc-tangent, tvc and zero-shot-best.
    Needs: pip install 'beholder[torch]'
    """
    from beholder.errors import MissingExtra

    try:
        from beholder.research.training.fine_tuning import train_from_folders
        from beholder.research.training.tuning import TuningRecipe
    except ImportError:
        raise MissingExtra("fine-tuning networks", "torch") from None
    recipe = TuningRecipe(loss=loss, steps=steps, seed=seed, threads=threads())
    with Meter("reading the sets") as meter:
        card = train_from_folders(
            data, out, quality=quality, backbone=backbone, weights=weights, side=side, recipe=recipe, progress=meter
        )
    if as_json:
        put_json(card)
        return
    say("Spearman on held-out pictures: the start, the network of the set, ridge on the start's features")
    wide = max(len(row["name"]) for row in card["sets"])
    for row in card["sets"]:
        told = "  ".join(f"{row[name]:+.3f}" for name in ("start", "tuned", "ridge"))
        say(f"{row['name']:<{wide}}  {told}  ({row['learned']:,} learned from, {row['held_out']:,} held out)")
    say(f"the encoder is task-vectors:{out}")
