"""What a run leaves to be read: the same results as Markdown, LaTeX, curves, one page, and data."""

from __future__ import annotations

from pathlib import Path

from beholder.errors import StoreError
from beholder.research.bench.curves import curves
from beholder.research.bench.latex import tables
from beholder.research.bench.markdown import table
from beholder.research.bench.page import page
from beholder.research.bench.results import Results


def write_report(folder: Path, results: Results) -> None:
    """Write results.json, table.md, table.tex, curves.svg and report.html; raises StoreError."""
    texts = {"table.md": table, "table.tex": tables, "curves.svg": curves, "report.html": page}
    try:
        results.save(folder)
        for name, made in texts.items():
            (folder / name).write_text(made(results), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
