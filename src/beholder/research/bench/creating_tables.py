"""What is shown of `creating`: gains with intervals over people, a table and a picture of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from beholder.research.bench import plots
from beholder.research.bench.markdown import grid
from beholder.research.bench.statistics import bootstrap
from beholder.research.bench.worker import Row
from beholder.types import Floats

_TITLES = {
    "simulated": "Simulated people, who like a direction of the encoder's space",
    "persona": "Personas, who like one kind of picture",
    "real": "Real people",
}
_MEANS = (
    "own",
    "judge",
    "best_own",
    "best_judge",
    "variety",
    "told_apart",
    "near",
    "near_quarters",
    "families",
    "seconds",
)
_ABOUT = ("analysis", "data", "encoder", "engine", "kind", "judged_by", "answers", "pictures")


def sum_up(rows: Sequence[Row], seed: int) -> list[Row]:
    """For each engine and kind of people the means over people, some with intervals; then every person's own."""
    figures = list[Row]()
    for engine, kind in dict.fromkeys((r["engine"], r["kind"]) for r in rows):
        persons = [r for r in rows if (r["engine"], r["kind"]) == (engine, kind)]
        figures += [_of_all(persons, seed), *persons]
    return figures


def _of_all(persons: Sequence[Row], seed: int) -> Row:
    first = {name: persons[0][name] for name in _ABOUT if name in persons[0]}
    means = {name: mean_of([p[name] for p in persons]) for name in _MEANS}
    judge, over = np.array([p["judge"] for p in persons]), np.array([p["judge"] - p["best_judge"] for p in persons])
    ends = {
        **_interval("own", np.array([p["own"] for p in persons]), seed),
        **_interval("judge", judge, seed),
        **_interval("over_best", over, seed),
    }
    own = means["own"]
    told = {
        "positive": round(float((judge > 0).mean()), 4),
        "share": round(float(judge.mean()) / own, 4) if own else None,
        "best_of": int(np.median([p["best_of"] for p in persons])),
        "over_best": round(float(over.mean()), 4),
    }
    return first | {"person": None, "people": len(persons)} | means | told | ends


def mean_of(values: Sequence[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None


def _interval(name: str, values: Floats, seed: int) -> Row:
    e = bootstrap(values, seed)
    ends = (round(e.low, 4), round(e.high, 4)) if e.has_interval else (None, None)
    return dict(zip((f"{name}_low", f"{name}_high"), ends, strict=True))


def table(figures: Sequence[Row]) -> str:
    """Markdown: a table for each kind of people, with a column for each engine."""
    whole = [f for f in figures if f["person"] is None]
    first = whole[0]
    lines = [
        f"# New pictures: {first['data']}, encoder {first['encoder']}",
        "",
        f"{first['pictures']} finished pictures for each person beside the same seeds without the taste. Gains are in "
        f"standard deviations of the scores of the collection, with 95 % intervals over people. The judge learned from "
        f"other answers of the same person by the encoder {first['judged_by']}.",
        "",
    ]
    for kind in dict.fromkeys(f["kind"] for f in whole):
        mine = [f for f in whole if f["kind"] == kind]
        cells = {name: [cell(f) for f in mine] for name, cell in _CELLS.items()}
        corner = f"{mine[0]['people']} people" if mine[0]["people"] > 1 else "1 person"
        lines += [f"## {_TITLES[kind]}", "", *grid(corner, [f["engine"] for f in mine], cells)]
    return "\n".join(lines)


def _gain(name: str, figure: Row) -> str:
    low, high = figure[f"{name}_low"], figure[f"{name}_high"]
    return f"{figure[name]:+.2f}" + ("" if low is None else f" [{low:+.2f}, {high:+.2f}]")


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


_CELLS: dict[str, Callable[[Row], str]] = {
    "gain by their own taste": lambda f: _gain("own", f),
    "gain by the judge": lambda f: _gain("judge", f),
    "people with a gain by the judge": lambda f: f"{f['positive']:.0%}",
    "the judge's gain as a share of their own": lambda f: _number(f["share"], ".2f"),
    "best of as many plain pictures as the time allows": lambda f: str(f["best_of"]),
    "its gain by their own taste": lambda f: f"{f['best_own']:+.2f}",
    "its gain by the judge": lambda f: f"{f['best_judge']:+.2f}",
    "gain over it by the judge": lambda f: _gain("over_best", f),
    "how different from each other, as a share of the plain ones": lambda f: _number(f["variety"], ".2f"),
    "pairs told apart from those of others": lambda f: "–" if f["told_apart"] is None else f"{f['told_apart']:.0%}",
    "too near a known picture": lambda f: f"{f['near']:.1%}",
    "quarters too near a known one": lambda f: f"{f['near_quarters']:.1%}",
    "families among them": lambda f: _number(f["families"], ".1f"),
    "processor seconds a picture": lambda f: f"{f['seconds']:.1f}",
}


def draw(figures: Sequence[Row]) -> str:
    """SVG: a panel for each kind of people, the gains of all by the judge, least first, a line for each engine."""
    persons = [f for f in figures if f["person"] is not None]
    panels = [
        _panel(kind, [f for f in persons if f["kind"] == kind]) for kind in dict.fromkeys(f["kind"] for f in persons)
    ]
    return plots.standalone(panels, f"{figures[0]['data']}, encoder {figures[0]['encoder']}: gains by the judge")


def _panel(kind: str, persons: Sequence[Row]) -> plots.Panel:
    lines = []
    for number, engine in enumerate(dict.fromkeys(f["engine"] for f in persons)):
        gains = sorted(f["judge"] for f in persons if f["engine"] == engine)
        none = [math.nan] * len(gains)
        lines.append(plots.Line(engine, list(range(1, len(gains) + 1)), gains, none, none, *plots.style_of(number)))
    return plots.Panel(kind, "people, the least gain first", lines, level=0.0)
