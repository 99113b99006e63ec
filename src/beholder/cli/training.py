"""train: what is learned before a person comes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from beholder.cli.shell import AsJson, Meter, note, open_library, put_json, say

train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Learn from other people, before a person comes.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(train, name="train")


@train.callback()
def _train() -> None:
    """Learn from other people, before a person comes."""


@train.command()
def population(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Rated sets in the plain format.")],
    encoder: Annotated[
        str, typer.Option(metavar="NAME", help="What turns pictures into numbers; or 'onnx:PATH'.")
    ] = "classic",
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="[default: the data folder, where the app finds it]")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Of what is drawn at random.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Learn what people like in general, and how people differ.

    From everybody's ratings and choices in these sets. A new person of a collection with this encoder then starts from
    it: the first ranking is sensible before any answer, and every answer bends it. Writes numbers only, with a card.
    """
    from beholder.training import train_population

    with Meter("reading the sets") as meter:
        trained = train_population(data, encoder, out, library=open_library(), seed=seed, progress=meter)
    for sentence in trained.left_out:
        note(f"left out: {sentence}")
    learned, h = trained.card, trained.population.hyperparameters
    if as_json:
        put_json({"folder": str(trained.folder), **learned, "hyperparameters": h, "left_out": trained.left_out})
        return
    say(f"learned from {learned['ratings']:,} ratings and {learned['choices']:,} choices of {learned['raters']} people")
    say(f"of a typical rater's taste {100 * trained.population.shared_share:.0f} % is everybody's")
    say(f"the prior and its card are in {trained.folder}")
