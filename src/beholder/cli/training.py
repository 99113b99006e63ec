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
    ] = "builtin",
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


@train.command()
def encoder(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Pictures, as `import` takes them; one named twice counts twice."),
    ],
    teachers: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Networks to learn from: .onnx with its .json, .tflite.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Gets student.onnx; run again, it goes on from there.")],
    without: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="Pictures to keep unseen, and all copies of them.")
    ] = None,
    styles: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Paintings with columns artist and style: words of style.")
    ] = None,
    words: Annotated[
        Path | None, typer.Option(metavar="FILE", help="words.json of another student, whose words are taken over.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="--out of another training, to go on from its student.")
    ] = None,
    minutes: Annotated[float, typer.Option(metavar="M", min=0, help="How long, asking the teachers included.")] = 60.0,
    epochs: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many passes, whatever they take. [default: by --minutes]")
    ] = 0,
    views: Annotated[int, typer.Option(metavar="N", min=1, help="Ways to look at each picture.")] = 20,
    seed: Annotated[int, typer.Option(metavar="S", help="Of what is drawn at random.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a small encoder to answer as larger networks do.

    Nobody's answers are needed, only pictures: each is looked at in many ways, the teachers say what they see, and the
    student learns to say the same at a fifth of the time. Its `student.onnx` can be used as `onnx:PATH` anywhere.
    Needs: pip install 'beholder[torch]'
    """
    from beholder.config import settings
    from beholder.training import Recipe, train_encoder

    recipe = Recipe(
        minutes=None if epochs else minutes, epochs=epochs, views=views, seed=seed, threads=settings().threads
    )
    with Meter("finding the pictures") as meter:
        told = train_encoder(
            sources,
            teachers,
            out,
            without=without or (),
            styles=styles,
            known=words,
            start=start,
            recipe=recipe,
            progress=meter,
        )
    if as_json:
        put_json(told)
        return
    say(f"learned from {told['views_looked_at']:,} views of {told['pictures']:,} pictures in {told['steps']:,} steps")
    if told["left_out"]:
        say(f"left out as copies of what is to stay unseen: {told['left_out']:,}")
    say(f"it knows {len(told['words'])} words")
    say(f"the encoder is onnx:{out / 'student.onnx'}")
