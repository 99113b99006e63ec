"""datasets: published rated picture sets, checked and converted to the plain format that bench reads."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, put_json, say

if TYPE_CHECKING:
    from beholder.research.datasets import Report

datasets = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check and convert published rated sets.")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Which set, as `datasets list` names it.")]
_Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The set as it was published, unpacked.")]
_Partial = Annotated[bool, typer.Option("--partial", help="Leave out lines and pictures that cannot be used.")]
_FEW = 10  # sentences of what was left out


def add_to(app: typer.Typer) -> None:
    app.add_typer(datasets, name="datasets")


@datasets.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the sets that can be converted.

    With what is known (raters or only means), scale, licence, and where to get them. Downloads nothing.
    """
    from beholder.research.datasets import PUBLIC

    if as_json:
        put_json([_as_json(asdict(form)) for form in PUBLIC.values()])
        return
    for form in PUBLIC.values():
        low, high = form.scale
        say(f"{form.name:<12}{form.known}, {low:g} to {high:g}")
        say(f"{'':<12}licence: {form.licence}\n{'':<12}{form.source}")
    say("plain       the format that all others convert to; for `datasets check` only")


def _as_json(form: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in form.items() if field != "read"}


@datasets.command()
def check(name: _Name, folder: _Folder, partial: _Partial = False, as_json: AsJson = False) -> None:
    """List everything that is missing or wrong in a set.

    Files, columns, lines that cannot be read, pictures that are missing or cannot be opened. Writes nothing.
    """
    from beholder.research.datasets import check as look

    with Meter("reading") as meter:
        report = look(name, folder, partial=partial, progress=meter)
    _tell(report, as_json)


@datasets.command()
def convert(
    name: _Name,
    folder: _Folder,
    into: Annotated[Path, typer.Option("--into", metavar="OUT", help="A new or empty folder.")],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures too, instead of referring to them.")] = False,
    partial: _Partial = False,
    as_json: AsJson = False,
) -> None:
    """Write a set in the plain format.

    For `beholder bench OUT`. The set itself is only read, and OUT is written whole or not at all.
    """
    from beholder.research.datasets import convert as write

    with Meter("reading") as meter:
        report = write(name, folder, into, copy=copy, partial=partial, progress=meter)
    _tell(report, as_json)
    note(f"written to {into}; next: beholder bench {into}" if report.ratings else f"written to {into}")


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        put_json(asdict(report))
        return
    say(_in_words(report))
    for sentence in report.left_out[:_FEW]:
        say(f"  left out: {sentence}")
    if len(report.left_out) > _FEW:
        say(f"  ... and {len(report.left_out) - _FEW:,} more")


def _in_words(report: Report) -> str:
    counts = {
        "pictures": report.items,
        "of them test pictures": report.test_items,
        "raters": report.raters,
        "of them test raters": report.test_raters,
        "ratings": report.ratings,
        "retest ratings": report.retest,
        "copied lines dropped": report.copies,
    }
    return f"{report.name}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
