"""What a run leaves to be read: the same results as Markdown, LaTeX, curves, one page, and data."""

from __future__ import annotations

from pathlib import Path

from beholder.errors import StoreError
from beholder.research.bench.curves import curves
from beholder.research.bench.latex import tables
from beholder.research.bench.markdown import table
from beholder.research.bench.page import page
from beholder.research.bench.plots import write_figure
from beholder.research.bench.results import Results
from beholder.types import Progress


def write_report(folder: Path, results: Results, say: Progress) -> None:
    """Write results.json, table.md, table.tex, report.html and curves.svg; raises StoreError.

    Without matplotlib the curves are left out, which `say` is told.
    """
    texts = {"table.md": table, "table.tex": tables, "report.html": page}
    try:
        results.save(folder)
        for name, made in texts.items():
            (folder / name).write_text(made(results), encoding="utf-8")
        write_figure(folder / "curves.svg", lambda: curves(results), say)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
