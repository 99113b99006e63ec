"""The curves of a run: every metric over the number of answers."""

from __future__ import annotations

from beholder.bench import svg
from beholder.bench.results import CONTROLS, LOWER_IS_BETTER, Results, Section


def panels(results: Results, group: str) -> list[svg.Panel]:
    """One a metric; a method has the same colour in each, the controls are grey."""
    own = [name for name in results.config["methods"] if name not in CONTROLS]
    styles = {name: svg.style_of(number) for number, name in enumerate(own)}
    styles |= {name: (svg.QUIET, dash) for dash, name in enumerate(CONTROLS, start=1)}
    return [_panel(section, styles) for section in results.sections(group)]


def curves(results: Results) -> str:
    """`curves.svg`, of the group that counts first."""
    group = results.groups[0]
    return svg.standalone(panels(results, group), f"{results.title} ({group} raters)")


def _panel(section: Section, styles: dict[str, tuple[int, int]]) -> svg.Panel:
    lower = " (lower is better)" if section.metric in LOWER_IS_BETTER else ""
    lines = [_line(section, name, *styles[name]) for name in section.methods]
    return svg.Panel(section.metric + lower, "answers", lines)


def _line(section: Section, name: str, colour: int, dash: int) -> svg.Line:
    shots = [k for k in section.shots if (name, k) in section.means]
    estimates = [section.means[name, k].estimate for k in shots]
    mean, low, high = ([getattr(e, part) for e in estimates] for part in ("mean", "low", "high"))
    return svg.Line(name, shots, mean, low, high, colour, dash)
