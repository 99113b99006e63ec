"""create, repaint: pictures that are new, and pictures painted again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, put_json, say


def add_to(app: typer.Typer) -> None:
    for command in (repaint,):
        app.command()(command)


def repaint(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A picture file.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The PNG to write.")],
    style: Annotated[
        str | None,
        typer.Option(metavar="S", help="oil, palette knife, pointillism, watercolour or ink. [default: oil]"),
    ] = None,
    side: Annotated[int, typer.Option(metavar="N", help="Pixels of the longer side, at most 4096.")] = 1024,
    seed: Annotated[int, typer.Option(metavar="S", help="Random seed; the same one paints the same picture.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Paint a picture again, with a brush.

    The recipe is kept in the PNG.
    """
    from beholder.create import painted_file

    with Meter("painting"):
        recipe: dict[str, Any] = painted_file(photo, out, style or "oil", side=side, seed=seed)
    if as_json:
        put_json(recipe)
        return
    say(f"painted in {recipe['style']}: {out}")
