"""The command line: each command parses, calls one function and prints. `beholder --help` loads nothing else."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from beholder import __version__
from beholder.cli import (
    answering,
    artworks,
    changing,
    creating,
    datasets,
    demo,
    encoders,
    finding,
    fine_tuning,
    pictures,
    reading,
    sameness,
    studying,
    training,
)
from beholder.cli.shell import Group, guarded

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"beholder {__version__}")
        raise typer.Exit


@app.callback()
def _beholder(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Learn one person's taste in pictures from a few answers, and rank and explain by it.

    Start with: beholder serve ~/paintings
    """


pictures.add_to(app)
answering.add_to(app)
reading.add_to(app)
finding.add_to(app)
artworks.add_to(app)
sameness.add_to(app)
changing.add_to(app)
creating.add_to(app)
encoders.add_to(app)
studying.add_to(app)
datasets.add_to(app)
training.add_to(app)
fine_tuning.add_to(app)
demo.add_to(app)


def run(arguments: list[str]) -> int:
    """The exit code of `beholder ARGUMENTS`: 0 done, 1 failed, 2 misuse, 130 stopped."""
    return guarded(lambda: app(args=arguments, prog_name="beholder"))


def main() -> None:
    sys.exit(run(sys.argv[1:]))
