"""Curves with bands as SVG, made here so that a page can show them in its own colours, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, isnan, log10, sqrt

from jinja2 import Environment, PackageLoader, StrictUndefined

WIDTH, HEIGHT = 340, 260  # of a panel, with room for its words
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 34, 42
PER_ROW = 3
LETTER = 7  # width of a letter, about
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

    level       a y at which a thin line is drawn, if any
    from_zero   whether y begins at 0 at the latest
    """

    title: str
    x_title: str
    lines: Sequence[Line]
    level: float | None = None
    from_zero: bool = False


def style_of(number: int, dash: int = 0, dashes: int = 1) -> tuple[int, int]:
    """(colour, dash) of the so-many-th line that is not QUIET: colours first, then dashes.

    dash, dashes : the place of the line among so many that share its colour
    """
    own = len(COLOURS) - 1
    return 1 + number % own, (number // own * dashes + dash) % len(DASHES)


def standalone(panels: Sequence[Panel], title: str) -> str:
    """A file of its own: the title, what the lines are, and the panels, PER_ROW in a row."""
    columns = min(PER_ROW, len(panels))
    legend, below = _legend(panels, columns * WIDTH)
    places = [(WIDTH * (i % columns), below + HEIGHT * (i // columns)) for i in range(len(panels))]
    return (
        _environment()
        .get_template("curves.svg")
        .render(
            title=title,
            width=columns * WIDTH,
            height=below + HEIGHT * ceil(len(panels) / columns),
            legend=legend,
            panels=[(x, y, _drawn(panel)) for (x, y), panel in zip(places, panels, strict=True)],
            **_shared(),
        )
    )


def inline(panel: Panel) -> str:
    """One panel as an <svg> element within a page that has `style()`."""
    return _environment().get_template("panel.svg").render(panel=_drawn(panel), **_shared())


def style() -> str:
    """CSS of the colours in the dark."""
    return _environment().get_template("curves.css").render(**_shared())


def ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers, the first not above `low` and the last not below `high`."""
    span = high - low or abs(high) or 1.0
    unit = 10.0 ** floor(log10(span / 4))
    step = next(unit * m for m in (1, 2, 5, 10) if span / (unit * m) <= 6)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * n, 10) for n in range(first, max(last, first + 1) + 1)]


@lru_cache
def _environment() -> Environment:
    loader = PackageLoader("beholder.research.bench")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _shared() -> dict[str, object]:
    return {"colours": COLOURS, "dashes": DASHES, "W": WIDTH, "H": HEIGHT, "left": LEFT, "top": TOP,
            "right": WIDTH - RIGHT, "bottom": HEIGHT - BOTTOM}  # fmt: skip


def _drawn(panel: Panel) -> dict[str, object]:
    """Everything of a panel in pixels."""
    xs = sorted({x for line in panel.lines for x in line.x})
    ends = [y for line in panel.lines for y in (*_edge(line, line.low), *_edge(line, line.high))]
    ends += [0.0] * panel.from_zero
    ends += [] if panel.level is None else [panel.level]
    marks = ticks(min(ends), max(ends))

    def across(x: float) -> float:
        low, high = sqrt(xs[0]), sqrt(xs[-1])
        share = (sqrt(x) - low) / (high - low) if high > low else 0.5
        return round(LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - marks[0]) / (marks[-1] - marks[0]) * (HEIGHT - BOTTOM - TOP), 1)

    return {
        "title": panel.title,
        "x_title": panel.x_title,
        "x_marks": _apart([(across(x), f"{x:g}") for x in xs]),
        "y_marks": [(up(y), _plain(y, marks)) for y in marks],
        "level": None if panel.level is None else up(panel.level),
        "lines": [_line(line, across, up) for line in panel.lines],
    }


def _line(line: Line, across: Callable[[float], float], up: Callable[[float], float]) -> dict[str, object]:
    there = [(across(x), up(y)) for x, y in zip(line.x, line.mean, strict=True)]
    above = [(across(x), up(y)) for x, y in zip(line.x, _edge(line, line.high), strict=True)]
    under = [(across(x), up(y)) for x, y in zip(line.x, _edge(line, line.low), strict=True)]
    said = ", ".join(f"{x:g}: {y:.3f}" for x, y in zip(line.x, line.mean, strict=True))
    return {
        "colour": line.colour,
        "dash": line.dash,
        "dots": there,
        "path": _points(there),
        "band": _points([*above, *reversed(under)]),
        "said": f"{line.label}, {said}",
    }


def _edge(line: Line, edge: Sequence[float]) -> list[float]:
    """The lower or upper end of its band, the mean where there is none."""
    return [mean if isnan(y) else y for mean, y in zip(line.mean, edge, strict=True)]


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _apart(marks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Without the words that would run into the word before."""
    kept: list[tuple[float, str]] = []
    for x, word in marks:
        if not kept or x - kept[-1][0] > LETTER * (len(word) + len(kept[-1][1])) / 2 + 4:
            kept.append((x, word))
    return kept


def _plain(y: float, marks: Sequence[float]) -> str:
    """With as many decimals as tell the marks apart."""
    step = marks[1] - marks[0]
    return f"{y:.{max(0, -floor(log10(step) + 1e-9))}f}"


def _legend(panels: Sequence[Panel], width: float) -> tuple[list[dict[str, object]], float]:
    """Every label once with its place, and where the panels begin below."""
    lines = {line.label: line for panel in panels for line in panel.lines}
    x, y, entries = float(LEFT), 54.0, list[dict[str, object]]()
    for label, line in lines.items():
        wide = 40 + LETTER * len(label)
        if entries and x + wide > width:
            x, y = float(LEFT), y + 20
        entries.append({"x": x, "y": y, "label": label, "colour": line.colour, "dash": line.dash})
        x += wide
    return entries, y + 14
