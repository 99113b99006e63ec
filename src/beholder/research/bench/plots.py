"""Curves with bands as SVG, drawn by matplotlib, in colours for light screens and dark ones."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from math import ceil, isnan, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import MissingExtra
from beholder.types import Progress

_WIDTH, _HEIGHT = 340, 260  # of a panel, with room for its words
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 34, 42
_PER_ROW = 3
_LETTER = 7  # width of a letter, about
QUIET = 0  # the style of what is there for comparison
COLOURS = (  # light, dark; the first is quiet
    ("#645e55", "#aaa398"),
    ("#b0402a", "#e27a5f"),
    ("#2a6f97", "#7db8dc"),
    ("#2f6f4f", "#7fc4a0"),
    ("#8a5a00", "#e0b25c"),
    ("#7a4a9c", "#c3a0e0"),
    ("#0f7c80", "#5cc6c6"),
    ("#b03a7a", "#e58fbf"),
)
DASHES = ("", "5 3", "1.5 3")
_PAPER, _INK, _SOFT, _RULE, _LEVEL = "#fffdfa", "#1f1d1a", COLOURS[QUIET][0], "#dcd7ce", "#8d867b"
_IN_THE_DARK = dict(COLOURS) | {_PAPER: "#191817", _INK: "#ece8e1", _RULE: "#3a3733", _LEVEL: "#7d766b"}
_SETTINGS = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: words are as wide on every machine
    "font.size": 12,
    "lines.scale_dashes": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "beholder",
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Line:
    """A mean with its band over x; `colour` and `dash` are places in COLOURS and DASHES.

    Where `low` and `high` are NaN there is no band.
    """

    label: str
    x: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: int
    dash: int = 0


@dataclass(frozen=True)
class Panel:
    """Lines in one frame; x is drawn by its square root, since the first answers teach most.

    Attributes
    ----------
    level
        a y at which a thin line is drawn, if any
    from_zero
        whether y begins at 0 at the latest
    """

    title: str
    x_title: str
    lines: Sequence[Line]
    level: float | None = None
    from_zero: bool = False


def style_of(number: int, dash: int = 0, dashes: int = 1) -> tuple[int, int]:
    """(colour, dash) of the so-many-th line that is not QUIET: colours first, then dashes.

    Parameters
    ----------
    dash, dashes
        the place of the line among so many that share its colour
    """
    own = len(COLOURS) - 1
    return 1 + number % own, (number // own * dashes + dash) % len(DASHES)


def standalone(panels: Sequence[Panel], title: str) -> str:
    """An SVG file of its own: the title, what the lines are, and the panels, _PER_ROW in a row.

    Raises
    ------
    MissingExtra
        without matplotlib
    """
    lines = list({line.label: line for panel in panels for line in panel.lines}.values())
    columns = min(_PER_ROW, len(panels))
    width = columns * _WIDTH
    abreast = _abreast(lines, width - _LEFT)
    below = 36 + 20 * ceil(len(lines) / abreast)
    height = below + _HEIGHT * ceil(len(panels) / columns)
    with _figure(width, height) as figure:
        figure.set_facecolor(_PAPER)
        figure.text(_LEFT / width, 1 - 26 / height, title, fontsize=14, color=_INK)
        _add_legend(figure, lines, abreast, (_LEFT / width, 1 - 36 / height))
        for at, panel in enumerate(panels):
            _draw(figure, panel, _WIDTH * (at % columns), below + _HEIGHT * (at // columns))
        drawn = _svg(figure, title, _said(panels))
    size = f'<svg width="{width}" height="{height}" '
    return drawn.replace("<svg ", size, 1).replace(">", f"><style>{style()}</style>", 1)


def inline(panel: Panel) -> str:
    """One panel as an <svg> element within a page that has `style()`. raises : MissingExtra without matplotlib"""
    with _figure(_WIDTH, _HEIGHT) as figure:
        figure.patch.set_visible(False)
        _draw(figure, panel, 0, 0)
        return _svg(figure, panel.title, _said([panel]))


def style() -> str:
    """CSS of the colours in the dark."""
    swaps = (
        f'.plot [style*="{part}: {light}"] {{ {part}: {dark} !important }}'
        for light, dark in _IN_THE_DARK.items()
        for part in ("fill", "stroke")
    )
    return "@media (prefers-color-scheme: dark) { " + " ".join(swaps) + " }"


def write_figure(path: Path, draw: Callable[[], str], say: Progress) -> None:
    """Draw a figure into a file; where matplotlib is missing this is said, and no file is left. raises : OSError"""
    try:
        path.write_text(draw(), encoding="utf-8")
    except MissingExtra as missing:
        path.unlink(missing_ok=True)
        say(f"left out: {path.name}; {missing}", 0, 0)


@contextmanager
def _figure(width: float, height: float) -> Iterator[Any]:
    """A figure of matplotlib of this many pixels. raises : MissingExtra"""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("drawing figures", "bench") from None
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that its font lacks, which the reader's has
        yield Figure(figsize=(width / 72, height / 72), dpi=72)


def _draw(figure: Any, panel: Panel, left: float, top: float) -> None:
    """The panel with its upper left corner there, in pixels."""
    width, height = figure.get_size_inches() * 72
    across, up = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    at = ((left + _LEFT) / width, 1 - (top + _TOP + up) / height, across / width, up / height)
    axes = figure.add_axes(at, facecolor="none")
    axes.set_xscale("function", functions=(_root, _square))
    axes.set_title(panel.title, loc="left", fontsize=13, fontweight="bold", color=_INK, pad=9)
    axes.set_xlabel(panel.x_title, color=_SOFT, labelpad=6)
    if panel.level is not None:
        axes.axhline(panel.level, color=_LEVEL, linewidth=1, linestyle=_dashes(1))
    for number, line in enumerate(panel.lines):
        colour = COLOURS[line.colour][0]
        axes.fill_between(line.x, _edge(line, line.low), _edge(line, line.high), color=colour, alpha=0.1, linewidth=0)
        axes.plot(
            *(line.x, line.mean),
            **{"color": colour, "linestyle": _dashes(line.dash), "linewidth": 1.8},
            **{"marker": "o", "markersize": 5.5, "markeredgewidth": 0},
            **{"clip_on": False, "gid": f"curve{number}"},
        )
    _scale(axes, panel)


def _scale(axes: Any, panel: Panel) -> None:
    """Marks at the numbers of answers, and at round figures that hold all there is."""
    from matplotlib.ticker import MaxNLocator

    xs = sorted({x for line in panel.lines for x in line.x})
    room = (sqrt(xs[-1]) - sqrt(xs[0])) * 0.03 or 0.5
    axes.set_xlim(_square(sqrt(xs[0]) - room), _square(sqrt(xs[-1]) + room))
    axes.set_xticks(_apart(xs), minor=False)
    axes.set_xticklabels([f"{x:g}" for x in _apart(xs)])
    axes.set_xticks([], minor=True)
    ends = [y for line in panel.lines for y in (*_edge(line, line.low), *_edge(line, line.high))]
    ends += [0.0] * panel.from_zero + ([] if panel.level is None else [panel.level])
    low, high = min(ends), max(ends)
    if low == high:
        room = abs(low) * 0.1 or 1.0
        low, high = low - room * (low != 0), high + room
    marks = MaxNLocator(6, steps=[1, 2, 5, 10], min_n_ticks=2).tick_values(low, high)
    axes.set_ylim(marks[0], marks[-1])
    axes.set_yticks(marks)
    axes.ticklabel_format(axis="y", style="plain", useOffset=False)
    axes.tick_params(length=0, labelcolor=_SOFT, pad=7)
    axes.grid(axis="y", color=_RULE, linewidth=1, clip_on=False)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)


def _add_legend(figure: Any, lines: Sequence[Line], abreast: int, place: tuple[float, float]) -> None:
    from matplotlib.lines import Line2D

    drawn = [
        Line2D([], [], color=COLOURS[line.colour][0], linestyle=_dashes(line.dash), linewidth=2, label=line.label)
        for first in range(abreast)  # a legend is filled by columns
        for line in lines[first::abreast]
    ]
    figure.legend(
        handles=drawn, loc="upper left", bbox_to_anchor=place, ncols=abreast, frameon=False, labelcolor=_INK,
        borderpad=0, borderaxespad=0, handlelength=1.8, handletextpad=0.5, columnspacing=1.2, labelspacing=0.5,
    )  # fmt: skip


def _abreast(lines: Sequence[Line], width: float) -> int:
    """How many of them stand side by side in a legend."""
    for columns in range(len(lines), 1, -1):
        parts = [lines[first::columns] for first in range(columns)]
        if sum(40 + _LETTER * max(len(line.label) for line in part) for part in parts) <= width:
            return columns
    return 1


def _svg(figure: Any, title: str, said: Sequence[str]) -> str:
    """The drawing as an element; each curve says its numbers where one points at it."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = out.getvalue()
    drawn = re.sub(r"<style.*?</style>|<metadata>.*?</metadata>", "", drawn[drawn.index("<svg ") :], flags=re.DOTALL)
    head = _HEAD.format(*figure.get_size_inches() * 72, escape(title))
    drawn = head + drawn[drawn.index(">") + 1 :]
    curves = iter(said)
    drawn = re.sub(r'<g id="curve\d+">', lambda _: f'<g class="curve"><title>{escape(next(curves))}</title>', drawn)
    meant = set(re.findall(r"#([\w-]+)", drawn))
    return re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in meant else "", drawn)


_HEAD = (
    '<svg class="plot" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">'
)


def _said(panels: Sequence[Panel]) -> list[str]:
    return [
        f"{line.label}, " + ", ".join(f"{x:g}: {y:.3f}" for x, y in zip(line.x, line.mean, strict=True))
        for panel in panels
        for line in panel.lines
    ]


def _root(x: Any) -> Any:
    return np.sign(x) * abs(x) ** 0.5


def _square(x: Any) -> Any:
    return np.sign(x) * x**2


def _dashes(dash: int) -> Any:
    return (0, tuple(map(float, DASHES[dash].split()))) if DASHES[dash] else "-"


def _edge(line: Line, edge: Sequence[float]) -> list[float]:
    """The lower or upper end of its band, the mean where there is none."""
    return [mean if isnan(y) else y for mean, y in zip(line.mean, edge, strict=True)]


def _apart(xs: Sequence[float]) -> list[float]:
    """Without those whose words would run into the word before."""
    unit = (_WIDTH - _LEFT - _RIGHT - 16) / (sqrt(xs[-1]) - sqrt(xs[0]) or 1.0)
    kept: list[float] = []
    for x in xs:
        room = _LETTER * (len(f"{x:g}") + len(f"{kept[-1]:g}")) / 2 + 4 if kept else 0
        if not kept or (sqrt(x) - sqrt(kept[-1])) * unit > room:
            kept.append(x)
    return kept
