"""Write docs/cli.md from the commands' own help: python runs/cli_docs.py"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from beholder.cli import app, run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
HEAD = """# The command line

Made from the commands' own help by `python runs/cli_docs.py`; a test fails where this page and the help differ.

Every command prints its results on stdout and everything else (progress, notes, errors) on stderr; with `--json`,
stdout is JSON and nothing else: [its fields](json.md). Exit codes: 0 done, 1 failed, 2 misuse, 130 stopped with
Ctrl-C. A mistake is answered with a sentence; a traceback is only shown with `BEHOLDER_DEBUG=1`. `BEHOLDER_HOME` says
which data folder is used.

A picture is named by its path relative to the imported folder, or by the `item` column of its `items.csv`.
"""


def commands() -> Iterator[list[str]]:
    """Every command, as it is typed."""
    import typer

    from beholder.cli.shell import ORDER

    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name in ORDER:
        inner = getattr(known[name], "commands", None)
        yield from ([name, part] for part in inner) if inner else [[name]]


def help_of(command: list[str]) -> str:
    """What `beholder COMMAND --help` prints on a terminal of 88 columns."""
    os.environ["COLUMNS"] = "88"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([*command, "--help"])
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip()


def page() -> str:
    parts = [HEAD, "```text\n" + help_of([]) + "\n```\n"]
    parts += [f"## {' '.join(c)}\n\n```text\n{help_of(c)}\n```\n" for c in commands()]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
