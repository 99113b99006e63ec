r"""`table.tex`: one booktabs table a metric, to be \input into a paper that loads the package booktabs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from beholder.research.bench.results import OTHERS, Results, Rows, Section, printed
from beholder.research.bench.summary import NEEDED, Figure

_ESCAPED = {c: "\\" + c for c in "{}$&#_%"} | {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
}  # fmt: skip


def tables(results: Results) -> str:
    """Of the group that counts first: means and gains, each ± half its 95 % interval, the best of a column in bold.

    Those of one rater stand without.
    """
    head = "% Needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}; \\input this file.\n"
    return head + "".join(f"\n{_table(results, section)}" for section in results.sections(results.groups[0]))


def escape(text: str) -> str:
    """As LaTeX prints it; line breaks become spaces, since a paragraph within a caption is an error."""
    return "".join(_ESCAPED.get(c, c) for c in " ".join(text.split()))


def _table(results: Results, section: Section) -> str:
    shown = [(title, rows) for title, rows in section.tables.items() if title != OTHERS]
    return "\n".join(
        [
            "\\begin{table}",
            "\\centering",
            f"\\caption{{{escape(f'{section.heading}. {results.title}. {results.settings}')}}}",
            "\\footnotesize\\setlength{\\tabcolsep}{3pt}",  # six numbers of answers fit one column of text
            f"\\begin{{tabular}}{{l{'r' * len(section.shots)}}}",
            "\\toprule",
            *(line for title, rows in shown for line in _block(section, title, rows)),
            "\\bottomrule",
            "\\end{tabular}",
            "\\end{table}\n",
        ]
    )


def _block(section: Section, title: str, rows: Rows) -> Iterator[str]:
    """The means below the numbers of answers or seconds, or the gains below what they are."""
    if title == section.unit:
        yield _row(title, [str(k) for k in section.shots])
    else:
        yield f"\\midrule\n\\multicolumn{{{len(section.shots) + 1}}}{{l}}{{\\emph{{{escape(title)}}}}} \\\\"
    yield "\\midrule"
    yield from (_row(name, [_cell(section, figure) for figure in row]) for name, row in rows.items())


def _row(name: str, cells: list[str]) -> str:
    return f"{escape(name)} & {' & '.join(cells)} \\\\"


def _cell(section: Section, figure: Figure | None) -> str:
    if figure is None:
        return "--"
    e, sign = figure.estimate, "" if figure.versus is None else "+"
    if figure.metric == NEEDED:
        mean, low, high = (printed(figure, value) for value in (e.mean, e.low, e.high))
        text = f"{mean} [{low}, {high}]" if e.has_interval else mean
        return f"\\textbf{{{text}}}" if section.is_best(figure) else text
    half = f"_{{\\pm {(e.high - e.low) / 2:.3f}}}" if e.has_interval else ""
    number = re.sub(r"\b0\.", ".", f"{e.mean:{sign}.3f}{half}")
    return f"$\\mathbf{{{number}}}$" if section.is_best(figure) else f"${number}$"
