"""`report.html`: a run on one page that needs nothing else, for a screen of any width, light and dark."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from beholder import __version__
from beholder.errors import MissingExtra
from beholder.research.bench import plots
from beholder.research.bench.asking import unit_of
from beholder.research.bench.curves import panels
from beholder.research.bench.results import NO_INTERVAL, OTHERS, Results, Rows, Section, printed
from beholder.research.bench.summary import Figure

_Cell = tuple[str, list[str], bool]  # mean, its interval and, of a difference, p, whether it is to be seen first


def page(results: Results) -> str:
    """The whole HTML file as text."""
    drawn = panels(results, results.groups[0])
    try:
        plots_drawn, bands = [Markup(plots.inline(panel)) for panel in drawn], _bands(results)
    except MissingExtra as missing:
        plots_drawn, bands = [], f"{missing}."
    return (
        _environment()
        .get_template("report.html")
        .render(
            results=results,
            sections={group: results.sections(group) for group in results.groups},
            others=OTHERS,
            unit=unit_of(results.strategies),
            bands=bands,
            rows_of=_rows,
            plot_style=Markup(plots.style()),
            plots=plots_drawn,
            legend={line.label: line for panel in drawn for line in panel.lines},
            colours=plots.COLOURS,
            dashes=plots.DASHES,
            facts=_facts(results),
            version=__version__,
        )
    )


def _bands(results: Results) -> str:
    """What is said below the curves."""
    if not any(figure.estimate.has_interval for figure in results.figures):
        return f"{NO_INTERVAL}."
    return "Intervals are in the tables." if results.strategies else "Bands are 95 % intervals over raters."


def _rows(section: Section, rows: Rows) -> dict[str, list[_Cell]]:
    return {name: [_cell(section, figure) for figure in row] for name, row in rows.items()}


def _cell(section: Section, figure: Figure | None) -> _Cell:
    """To be seen first: the best of a column, and a difference whose interval leaves out 0."""
    if figure is None:
        return "–", [], False
    e = figure.estimate
    mean, low, high = (printed(figure, value) for value in (e.mean, e.low, e.high))
    if not e.has_interval:
        return mean, [], figure.versus is None and section.is_best(figure)
    if figure.versus is None:
        return mean, [f"{low} to {high}"], section.is_best(figure)
    return mean, [f"{low} to {high}", f"p {figure.p_holm:.3f}"], e.low > 0 or e.high < 0


def _facts(results: Results) -> dict[str, str]:
    """Name: value of the settings."""
    c = results.config
    return {
        "Reproduce with": results.command,
        "Data set": f"{c['data']}, revision {c['data_revision'][:12]}" + (f", {c['where']}" if c["where"] else ""),
        "Encoder": c["encoder_revision"],
        "Draws per rater": f"{c['repeats']}, seed {c['seed']}",
        "Code": f"beholder {c['code']}",
        "Begun": c["begun"],
        "Hardware": c["hardware"],
    }


@lru_cache
def _environment() -> Environment:
    loader = PackageLoader("beholder.research.bench")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
