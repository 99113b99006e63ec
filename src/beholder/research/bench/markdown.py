"""`table.md`: every figure of a run."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.research.bench.results import Results, Section, printed
from beholder.research.bench.summary import Figure


def table(results: Results) -> str:
    """The tables of every metric of every group, then who was left out and who had better be looked at."""
    lines = [f"# {results.title}", "", results.settings, ""]
    for group in results.groups:
        for section in results.sections(group):
            lines += section_lines(section)
    for heading, sentences in {"Left out": results.left_out, "Raters to look at": results.look_at}.items():
        if sentences:
            lines += [f"## {heading}", "", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines)


def section_lines(section: Section) -> list[str]:
    """Lines of one metric of one group, from its heading on."""
    lines = [f"## {section.heading}", ""]
    for title, rows in section.tables.items():
        lines += grid(title, section.shots, {name: [_cell(figure) for figure in row] for name, row in rows.items()})
    return lines


def grid(corner: str, shots: Sequence[object], rows: dict[str, list[str]]) -> list[str]:
    """Lines of a Markdown table with a column for each number of shots, or whatever else."""
    head = [f"| {corner} | " + " | ".join(str(k) for k in shots) + " |", "|---" * (len(shots) + 1) + "|"]
    return [*head, *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()), ""]


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    e = figure.estimate
    mean, low, high = (printed(figure, value) for value in (e.mean, e.low, e.high))
    if not e.has_interval:
        return mean
    return f"{mean} [{low}, {high}]" + (f" p {figure.p_holm:.3f}" if figure.versus else "")
