"""create, repaint: pictures that are new, and pictures painted again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, Model, Named, Who, note, open_session, put_json, say, table

_STYLES = "oil, palette knife, pointillism, watercolour, ink"
Side = Annotated[int, typer.Option(metavar="N", help="Pixels of the longer side, 64 to 4096.")]


def add_to(app: typer.Typer) -> None:
    for command in (create, repaint):
        app.command()(command)


def create(
    collection: Named,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="For the pictures, as PNG.")],
    person: Who = None,
    count: Annotated[int, typer.Option("-n", metavar="N", help="How many, at most 24.")] = 4,
    engine: Annotated[
        str,
        typer.Option(
            metavar="E",
            help="What makes them: 'painter', places, things and patterns; 'flow', moods and colours by a small "
            "trained model; or 'diffusers:ID', a model of the Hugging Face hub.",
        ),
    ] = "painter",
    strength: Annotated[float, typer.Option(metavar="0..1", help="Of the taste; 0: none.")] = 0.4,
    seed: Annotated[int, typer.Option(metavar="S", help="Random seed; the same one makes the same pictures.")] = 0,
    style: Annotated[
        str | None,
        typer.Option(metavar="S", help=f"A brush: {_STYLES}. [default: oil; the painter's pictures as they are]"),
    ] = None,
    side: Side = 1024,
    like: Annotated[
        str, typer.Option(metavar="ITEM", help="Like this picture of the collection, or this picture file.")
    ] = "",
    between: Annotated[
        tuple[str, str] | None, typer.Option(metavar="ITEM ITEM", help="Between these two, each as for --like.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="More of this word, as 'boats'; may be given again.")
    ] = None,
    less: Annotated[list[str] | None, typer.Option(metavar="WORD", help="Less of this word.")] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licence of diffusers:ID, and download it once.")
    ] = False,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Make new pictures that a person would like.

    Each comes with its twin: what the same seed gives without the taste. Both are judged, also by a taste that was
    learned from the same answers with another encoder and guided nothing.
    """
    from beholder.create import Order, Wish, caveat, create_files, download

    wish = Wish(like, between, tuple(more or ()), tuple(less or ()))
    order = Order(count, engine, strength, seed, style, side, wish)
    order.check()
    if accept_licence and engine.startswith("diffusers:"):
        with Meter("downloading") as meter:
            download(engine.removeprefix("diffusers:"), accept_licence=True, progress=meter)
    session = open_session(collection, person, model)
    if cannot := caveat(engine, wish.more):
        note(cannot)
    with Meter("creating") as meter:
        told = create_files(session, order, out, meter)
    if as_json:
        put_json(told)
        return
    rows = [
        [Path(one["file"]).name, _score(one["score"]), _score(one["twin_score"]), _score(one["other_score"]),
         _score(one["other_twin_score"]), "yes" if one["new"] else "no"]
        for one in told
    ]  # fmt: skip
    table(["", "your taste", "twin", "another eye", "twin", "new"], rows, right=(1, 2, 3, 4))
    say(f"in {out}")


def repaint(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A picture file.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The PNG to write.")],
    style: Annotated[str | None, typer.Option(metavar="S", help=f"{_STYLES}. [default: oil, or by --taste]")] = None,
    taste: Annotated[
        str | None, typer.Option(metavar="COLLECTION", help="Choose the style by a person's taste in these pictures.")
    ] = None,
    person: Who = None,
    side: Side = 1024,
    seed: Annotated[int, typer.Option(metavar="S", help="Random seed; the same one paints the same picture.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Paint a picture again, with a brush.

    The recipe is kept in the PNG.
    """
    from beholder.create import painted_file
    from beholder.create.guide import TasteGuide

    liked = TasteGuide(open_session(taste, person).reading()).bound if taste is not None and style is None else None
    with Meter("painting"):
        recipe: dict[str, Any] = painted_file(photo, out, style, side=side, seed=seed, liked=liked)
    if as_json:
        put_json(recipe)
        return
    say(f"painted in {recipe['style']}: {out}")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
