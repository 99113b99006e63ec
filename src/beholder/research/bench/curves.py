"""The curves of a run: every metric over the number of answers."""

from __future__ import annotations

from beholder.research.bench import plots
from beholder.research.bench.methods import CONTROLS
from beholder.research.bench.results import LOWER_IS_BETTER, Results, Section
from beholder.research.bench.series import Series
from beholder.research.bench.summary import AREA, NEEDED


def panels(results: Results, group: str) -> list[plots.Panel]:
    """One a metric; a series has the same style in each, the controls are grey.

    Where strategies are compared there are no bands: how far raters differ would hide how far strategies do.
    """
    sections = [section for section in results.sections(group) if section.metric not in (AREA, NEEDED)]
    styles = _styles(results.config["methods"], results.strategies)
    return [_panel(section, styles, bands=not results.strategies) for section in sections]


def _styles(methods: list[str], strategies: list[str]) -> dict[Series, tuple[int, int]]:
    """A colour a method; or, where they ask, a colour a strategy and dashes by method."""
    own = [name for name in methods if name not in CONTROLS]
    styles = {Series(name): plots.style_of(number) for number, name in enumerate(own)}
    for place, ask in enumerate(strategies):
        styles |= {Series(name, ask): plots.style_of(place, dash, len(own)) for dash, name in enumerate(own)}
    return styles | {Series(name): (plots.QUIET, dash) for dash, name in enumerate(CONTROLS, start=1)}


def curves(results: Results) -> str:
    """`curves.svg`, of the group that counts first."""
    group = results.groups[0]
    return plots.standalone(panels(results, group), f"{results.title} ({group} raters)")


def _panel(section: Section, styles: dict[Series, tuple[int, int]], bands: bool) -> plots.Panel:
    lower = " (lower is better)" if section.metric in LOWER_IS_BETTER else ""
    lines = [_line(section, one, styles[one], bands) for one in section.series]
    return plots.Panel(section.metric + lower, section.unit, lines)


def _line(section: Section, one: Series, style: tuple[int, int], bands: bool) -> plots.Line:
    shots = [k for k in section.shots if (one, k) in section.means]
    estimates = [section.means[one, k].estimate for k in shots]
    parts = ("mean", "low", "high") if bands else ("mean",) * 3
    mean, low, high = ([getattr(e, part) for e in estimates] for part in parts)
    return plots.Line(one.label, shots, mean, low, high, *style)
