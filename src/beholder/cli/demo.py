"""demo: a full session on the sample gallery, answered by a simulated person."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, console, open_library, plain, put_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from beholder.demo import Demonstration
    from beholder.session import Reading

_BAR = 32  # characters


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    seed: Annotated[int, typer.Option(metavar="S", help="Random seed: another person, other questions.")] = 0,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Where the contact sheet goes. [default: a temporary file]"),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the demo's data folder and print where it is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a full session in under a minute.

    A gallery is generated, a simulated person answers thirty questions, and the ranking gets closer to her taste.
    Your own data is not touched.
    """
    start = time.monotonic()
    out = console(stderr=as_json)
    with _home(keep, out) as home:
        begun = _begin(home, seed, out)
        _answer(begun, out)
        ending = begun.ending()
        ending["sheet"] = str(_sheet(begun.reading(), html))
        begun.close()
    ending["seconds"] = round(time.monotonic() - start, 1)
    if as_json:
        put_json(ending)
    else:
        _print_ending(ending, out)


@contextmanager
def _home(keep: bool, out: Console) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="beholder-demo-"))
    try:
        yield home
    finally:
        if keep:
            from beholder.demo import GALLERY

            out.print(f"Its data folder is kept: BEHOLDER_HOME={home} beholder serve {home / GALLERY}", soft_wrap=True)
        else:
            shutil.rmtree(home, ignore_errors=True)


def _begin(home: Path, seed: int, out: Console) -> Demonstration:
    from beholder.demo import NAME, QUESTIONS, Demonstration, paint_gallery

    start, library = time.monotonic(), open_library(home)
    with Meter("painting a gallery") as meter:
        count = paint_gallery(library, meter)
    out.print(f"A gallery of {count:,} pictures, generated and processed in {time.monotonic() - start:.1f} s.")
    begun = Demonstration.begin(library, seed)
    out.print(
        f"{NAME}, a simulated person with a taste of her own, now chooses between two pictures, {QUESTIONS} times."
    )
    return begun


def _answer(begun: Demonstration, out: Console) -> None:
    """Thirty pairs, each asked, answered and learned from before the next."""
    from rich.live import Live

    from beholder.demo import QUESTIONS

    with Live(_lines(begun), console=out, auto_refresh=False) as live:
        for _ in range(QUESTIONS):
            begun.answer()
            live.update(_lines(begun), refresh=True)


def _lines(begun: Demonstration) -> Table:
    from rich.table import Table

    from beholder.demo import EVERY

    lines = Table.grid(padding=(0, 2))
    lines.add_column(justify="right", width=12)
    lines.add_column(width=_BAR)
    lines.add_column()
    for answers, share in begun.accuracy:
        length = max(0, round((share - 0.5) * 2 * _BAR))
        words = " of unseen pairs as she would" if answers == EVERY else ""
        lines.add_row(f"{answers} answers", "█" * length + "·" * (_BAR - length), f"{share:.0%}{words}")
    if begun.answers % EVERY:
        lines.add_row(f"{begun.answers} answers", "", "")
    return lines


def _sheet(reading: Reading, html: Path | None) -> Path:
    from beholder.web.contact_sheet import write_sheet

    if html is None:
        html = Path(tempfile.mkdtemp(prefix="beholder-")) / "contact-sheet.html"
    with Meter("making the sheet") as meter:
        write_sheet(reading, reading.ranking[:40], html, progress=meter)
    return html


def _print_ending(ending: dict[str, Any], out: Console) -> None:
    out.print()
    out.print(f"Learned: {ending['sentence']}", style="bold")
    out.print(f"Her strongest true preference: {ending['planted']}.")
    out.print()
    for place in ending["top"]:
        out.print(
            plain(
                f"{place['rank']}  {place['score']:.1f}  {place['title']}{': ' if place['why'] else ''}{place['why']}"
            )
        )
    out.print()
    out.print(f"The contact sheet, to open in any browser: {ending['sheet']}", soft_wrap=True)
    out.print(f"All of it took {ending['seconds']:.0f} s. With your own pictures: beholder serve FOLDER")
