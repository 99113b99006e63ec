"""train: what is learned before a person comes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, open_library, put_json, say, table
from beholder.errors import MissingExtra

Out = Annotated[Path, typer.Option(metavar="FOLDER", help="For the result and its card; run again to resume.")]
Backbone = Annotated[str, typer.Option(metavar="NAME", help="Backbone to start from, where no start is given.")]
Weights = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Backbone weights. [default: the ones it comes with]")
]
Seed = Annotated[int, typer.Option(metavar="S", help="Random seed.")]
SIDE = typer.Option(metavar="N", min=32, help="Input size in pixels.")
LOSS = typer.Option(metavar="l2|emd|plcc", help="Loss of fine-tuning.")
STEPS = typer.Option(metavar="N", min=1, help="Of tuning.")

train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train priors, networks and encoders.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(train, name="train")


@train.callback()
def _train() -> None:
    """Train priors, networks and encoders."""


@train.command()
def population(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Rated sets in the plain format.")],
    encoder: Annotated[str, typer.Option(metavar="NAME", help="Encoder, or 'onnx:PATH'.")] = "builtin",
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="[default: the data folder, where the app finds it]")
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Learn what people like in general, and how people differ.

    From all ratings and choices in these sets. With this encoder, a new person then starts from it: the first ranking
    is sensible before any answer, and every answer adapts it. Writes only numbers and a card.
    """
    from beholder.research.training import train_population

    with Meter("reading the sets") as meter:
        trained = train_population(data, encoder, out, library=open_library(), seed=seed, progress=meter)
    for sentence in trained.left_out:
        note(f"left out: {sentence}")
    learned, h = trained.card, trained.population.hyperparameters
    if as_json:
        put_json({"folder": str(trained.folder), **learned, "hyperparameters": h, "left_out": trained.left_out})
        return
    say(f"learned from {learned['ratings']:,} ratings and {learned['choices']:,} choices of {learned['raters']} people")
    say(f"of a typical rater's taste {100 * trained.population.shared_share:.0f} % is shared by everybody")
    say(f"the prior and its card are in {trained.folder}")


@train.command()
def encoder(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Pictures, as for `import`; a source given twice counts twice."),
    ],
    teachers: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Networks to learn from: .onnx with its .json, .tflite.")
    ],
    out: Out,
    without: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="Pictures to leave out, with all their copies.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="--out of another run, to continue from its student.")
    ] = None,
    minutes: Annotated[float, typer.Option(metavar="M", min=0, help="Time limit, teachers included.")] = 60.0,
    epochs: Annotated[
        int, typer.Option(metavar="N", min=0, help="Number of passes, without a time limit. [default: by --minutes]")
    ] = 0,
    views: Annotated[int, typer.Option(metavar="N", min=1, help="Augmented views of each picture.")] = 20,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train a small encoder by distilling larger networks.

    Needs only pictures, no answers: the student learns to reproduce the teachers' outputs on many views of each
    picture, in a fifth of the time. Its `student.onnx` can be used as `onnx:PATH` anywhere.
    Needs: pip install 'beholder[torch]'
    """
    from beholder.config import settings
    from beholder.research.training import EncoderRecipe, train_encoder

    recipe = EncoderRecipe(
        minutes=None if epochs else minutes, epochs=epochs, views=views, seed=seed, threads=settings().threads
    )
    with Meter("finding the pictures") as meter:
        told = train_encoder(
            sources,
            teachers,
            out,
            without=without or (),
            start=start,
            recipe=recipe,
            progress=meter,
        )
    if as_json:
        put_json(told)
        return
    say(f"learned from {told['views_looked_at']:,} views of {told['pictures']:,} pictures in {told['steps']:,} steps")
    if told["left_out"]:
        say(f"left out as copies of excluded pictures: {told['left_out']:,}")
    say(f"the encoder is onnx:{out / 'student.onnx'}")


@train.command()
def words(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="'builtin', 'measures' or 'onnx:PATH'.")],
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Picture sets with labels, captions or styles in their items.csv.")
    ],
    unseen: Annotated[
        Path, typer.Option(metavar="FILE", help="Table of judged pictures of other sets, which decides what is said.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="For the heads and their card; run again to resume.")],
    teachers: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Networks that label what nobody did: .tflite, .onnx.")
    ] = None,
    seeming: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table of pictures judged for one word each, which decides what is guessed."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Learn the words that an encoder says of pictures.

    Each word of the bank gets a linear head on the encoder's rows; the encoder stays as it is. A word is said only
    where it is right at least 7 times in 10 on pictures that nothing was learned from. The heads and words.json, with
    the figures of every word, are written to --out.
    Needs, with a .tflite teacher: pip install 'beholder[torch]'
    """
    from beholder.research.training.words import found_words, train_words

    with Meter("reading the sets") as meter:
        rows = train_words(encoder, data, unseen, out, teachers=teachers, seeming=seeming, progress=meter)
    if as_json:
        put_json(rows)
        return
    said = [row for row in rows if row["from"] is not None]
    say(f"of {len(rows)} words {len(said)} are said")
    say(f"{len(found_words(rows))} of them are right at least .7 and found at least .3 of the time on unseen pictures")
    say(f"the figures of every word are in {out / 'words.json'}")


@train.command()
def generic(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A rated set in the plain format.")],
    out: Out,
    backbone: Backbone = "builtin",
    weights: Weights = None,
    side: Annotated[int | None, SIDE] = None,
    loss: Annotated[str | None, LOSS] = None,
    steps: Annotated[int | None, STEPS] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a network on a rated set, to predict what people like in general.

    The set's test pictures, or a fifth of all, are held out to evaluate it. The result can be used as
    `onnx:FOLDER/encoder.onnx` anywhere. Backbones: builtin, mobilenet-v2, clip-vit-b32, ren2017; the last with the
    recipe of Ren et al. 2017. Defaults of side, loss and steps depend on the backbone.
    Needs: pip install 'beholder[torch]'
    """
    try:
        from beholder.research.training.generic import train_generic
    except ImportError:
        raise MissingExtra("training a network", "torch") from None
    recipe: dict[str, Any] = {"loss": loss, "steps": steps, "seed": seed, "threads": threads()}
    with Meter("reading the set") as meter:
        card = train_generic(data, out, backbone=backbone, weights=weights, side=side, progress=meter, **recipe)
    if as_json:
        put_json(card)
        return
    told, found = card["data"], {name: _figure(value) for name, value in card["spearman"].items()}
    say(f"learned from {told['pictures']['learned']:,} pictures of {told['name']}")
    say(f"Spearman on {told['pictures']['held_out']:,} others, by five crops of each: {found['five_crops']}")
    say(f"by the whole picture {found['whole_picture']}; before tuning {found['start']}")
    say(f"the encoder is onnx:{out / 'encoder.onnx'}")


@train.command()
def attributes(
    data: Annotated[Path, typer.Argument(metavar="AADB", help="AADB, or another set with columns of its attributes.")],
    out: Out,
    start: Annotated[
        Path | None, typer.Option(metavar="NETWORK", help="--out of `train generic`, or its network.safetensors.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(metavar="DATA", help="Scores to learn jointly. [default: the mean scores of AADB]")
    ] = None,
    backbone: Backbone = "builtin",
    weights: Weights = None,
    side: Annotated[int | None, SIDE] = None,
    loss: Annotated[str | None, LOSS] = None,
    steps: Annotated[int | None, STEPS] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Learn the ten attributes of AADB beside a generic score.

    As published: the lower blocks are kept from the score's network; the last block and ten heads are tuned, once alone
    and once jointly with the score, and evaluated on held-out pictures. With the resulting encoder,
    `onnx:FOLDER/encoder.onnx`, models learn from these attributes instead of the measured ones.
    Defaults of side, loss and steps depend on the backbone.
    Needs: pip install 'beholder[torch]'
    """
    try:
        from beholder.research.training.attributes import train_attributes
    except ImportError:
        raise MissingExtra("training a network", "torch") from None
    made: dict[str, Any] = {"start": start, "scores": scores, "backbone": backbone, "weights": weights, "side": side}
    recipe: dict[str, Any] = {"loss": loss, "steps": steps, "seed": seed, "threads": threads()}
    with Meter("reading the set") as meter:
        card = train_attributes(data, out, progress=meter, **made, **recipe)
    if as_json:
        put_json(card)
        return
    ways, told = card["attributes"], card["score"]
    lines = [[name, *(_figure(way[name]) for way in ways.values())] for name in ways["jointly"]]
    say("Spearman with what people said of the pictures held out:")
    table(["", *ways], [*lines, ["score", _figure(told["generic"]), "–", _figure(told["jointly"])]], right=(1, 2, 3))
    say(f"the encoder is onnx:{out / 'encoder.onnx'}")


@train.command()
def artworks(
    paintings: Annotated[list[str], typer.Argument(metavar="PAINTINGS...", help="Pictures to hang, as for `import`.")],
    photos: Annotated[
        list[str], typer.Option(metavar="SOURCE", help="Photographs that show no artwork: backgrounds, and left whole.")
    ],
    out: Out,
    start: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A finder.onnx to go on from. [default: the encoder's body]")
    ] = None,
    minutes: Annotated[float, typer.Option(metavar="M", min=0, help="Processor time of training.")] = 30.0,
    scenes: Annotated[int, typer.Option(metavar="N", min=1, help="Number of made photos.")] = 20_000,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train the network that finds artworks in photos.

    It learns from made photos: your paintings in frames, in rooms, held by hand, several or none, with their corners
    known. Every fifth picture is held out to evaluate it.
    Needs: pip install 'beholder[torch]'
    """
    from beholder.research.training.artworks import ArtworkRecipe, train_artworks

    recipe = ArtworkRecipe(minutes=minutes, scenes=scenes, start=start, seed=seed, threads=threads())
    with Meter("finding the pictures") as meter:
        card = train_artworks(paintings, photos, out, recipe=recipe, progress=meter)
    if as_json:
        put_json(card)
        return
    unseen = card["unseen"]
    say(f"learned from {card['views']:,} views of photos made with {card['paintings']:,} paintings")
    say(f"of {unseen['works']:,} works in unseen photos {100 * unseen['recall']:.0f} % are found, with canvases that")
    say(f"overlap the true ones by {unseen['canvas']:.3f} on average")
    say(f"{100 * unseen['precision']:.0f} % of the finds are right")
    say(f"paintings wrongly cut: {100 * unseen['cut_paintings']:.1f} %")
    say(f"the network is {out / 'finder.onnx'}")


@train.command()
def flow(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A folder of pictures that may be learned from.")],
    out: Out,
    encoder: Annotated[str, typer.Option(metavar="NAME", help="Encoder, or 'onnx:PATH'.")] = "builtin",
    start: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="--out of another run, to continue from its networks.")
    ] = None,
    minutes: Annotated[float, typer.Option(metavar="M", min=0.01, help="Training time in all.")] = 60.0,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Train the small model that makes pictures from noise.

    It learns from pictures of 64 pixels, and from the encoder's numbers what to make. A tenth of the pictures is held
    out, to measure the loss and whether what it makes copies what it learned from. Run it again with more minutes to
    go on.
    Needs: pip install 'beholder[torch]'
    """
    from beholder.research.training.flow import train_flow
    from beholder.research.training.flow_views import FlowRecipe

    recipe = FlowRecipe(minutes=minutes, seed=seed)
    with Meter("finding the pictures") as meter:
        card = train_flow(data, out, encoder=encoder, start=start, recipe=recipe, threads=threads(), progress=meter)
    if as_json:
        put_json(card)
        return
    told, loss = card["learned_from"], card["losses"][-1]
    say(f"learned from {told['learned']:,} pictures in {card['steps']:,} steps")
    say(f"loss on {told['held_out']:,} others at 32 pixels: {loss['held_untold']:.3f}")
    say(f"told the encoder's numbers {loss['held_told']:.3f}; of the closed form alone {loss['held_gaussian']:.3f}")
    for name in ("whole", "quarters"):
        found = card["memory"][name]
        say(f"{found['nearer']} of {found['of']:,} {name} are nearer to one learned from than 99 % of held-out ones")
    say(f"the flow is in {out}")


def threads() -> int:
    from beholder.config import settings

    return settings().threads


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
