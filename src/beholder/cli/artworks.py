"""artwork: where in photos the artworks are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, put_json, table
from beholder.errors import BadPicture, UserError

_QUALITY = 92  # of the JPEGs that --out writes


def add_to(app: typer.Typer) -> None:
    app.command()(artwork)


def artwork(
    file: Annotated[list[Path], typer.Argument(metavar="FILE", help="Photos.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write each artwork there, made straight.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the artworks in photos: on walls, in frames, held by hand.

    The best of each photo comes first, with the four corners of its canvas and of its frame, in pixels of the upright
    photo. A picture that is itself the work is told as whole. --out never overwrites a file. Exit code 1 where a file
    is no picture.
    """
    if out is not None:
        try:
            out.expanduser().mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make the folder '{out}': {error.strerror}") from error
    told = list[dict[str, Any]]()
    with Meter("looking for artworks") as meter:
        for done, photo in enumerate(file, 1):
            told.append(_look_into(photo, out))
            meter("looking for artworks", done, len(file))
    if as_json:
        put_json(told)
    else:
        table(["file", "", "score", "corners"], [row for one in told for row in _rows(one)], right=[2])
    if any("error" in one for one in told):
        raise typer.Exit(1)


def _look_into(photo: Path, out: Path | None) -> dict[str, Any]:
    """What is told of one file."""
    from beholder.features.artworks import artworks_in

    told: dict[str, Any] = {"file": str(photo), "artworks": [], "whole": False}
    try:
        found = artworks_in(photo)
        told["whole"] = found.whole
        for at, one in enumerate(found.artworks):
            corners = {"canvas": _rounded(one.canvas), "outer": _rounded(one.outer)}
            told["artworks"].append({**corners, "score": round(one.score, 3)})
            if out is not None:
                _write(photo, one.canvas, out.expanduser() / f"{photo.stem}{f' [{at + 1}]' if at else ''}.jpg")
    except BadPicture as reason:
        told["error"] = str(reason)
    except OSError as error:
        told["error"] = f"cannot be written: {error.strerror}"
    return told


def _rounded(quad: Any) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in quad]


def _write(photo: Path, quad: Any, target: Path) -> None:
    from beholder.images import crop_of, open_image, size_of
    from beholder.locator import Locator

    if target.exists():
        note(f"{target} was there already and was left as it is")
        return
    place = Locator.of(photo.expanduser())
    with target.open("xb") as file:
        open_image(place.part(crop_of(quad, size_of(place)))).save(file, "JPEG", quality=_QUALITY)


def _rows(told: dict[str, Any]) -> list[list[str]]:
    """A line for each artwork of a file, and one where there is none."""
    name = Path(told["file"]).name
    if "error" in told:
        return [[name, told["error"], "", ""]]
    if not told["artworks"]:
        what = "whole, no artwork within it" if told["whole"] else "no artwork found"
        return [[name, what, "", ""]]
    return [
        [name if not at else "", f"artwork {at + 1}", f"{one['score']:.2f}", _in_words(one["canvas"])]
        for at, one in enumerate(told["artworks"])
    ]


def _in_words(corners: list[list[float]]) -> str:
    return "  ".join(f"{x:.0f},{y:.0f}" for x, y in corners)
