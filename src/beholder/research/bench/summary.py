"""From the rows of a run to its figures: means over raters with intervals, and paired differences of methods.

The calibration error alone is no mean over raters: of few pairs it is too large, so raters and draws are pooled first.
An asking run has two metrics more, of those who were asked the whole budget: `area`, the plain mean of the first metric
over all reported numbers of answers but 0; and `answers_needed`, how many a strategy needs to be on the mean where
`random` with the same method is at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from beholder.research.bench.metrics import METRICS, calibration_gaps
from beholder.research.bench.raters import Qualities
from beholder.research.bench.series import Series
from beholder.research.bench.statistics import (
    Estimate,
    answers_needed,
    bootstrap,
    holm,
    paired,
    pooled,
    pooled_difference,
)
from beholder.research.bench.worker import Row
from beholder.research.datasets import Dataset
from beholder.types import Floats

AREA, NEEDED = "area", "answers_needed"  # metrics of an asking run; reported at the budget

_Values = dict[str, dict[int, Any]]  # rater: draw: value, of ece the bins of `metrics.calibration`
Found = dict[tuple[Series, str, int], _Values]  # (series, metric, shots)
_Cell = tuple[Series, Series | None, Estimate, float]  # series, the one subtracted, estimate, Holm's p


@dataclass(frozen=True)
class Figure:
    """One number of the summary. `versus` names the method that was subtracted, rater by rater.

    Attributes
    ----------
    p_holm
        corrected for all pairs compared in the same group, metric and shots
    ask, versus_ask
        the strategies by which the two asked, None where they did not
    """

    method: str
    versus: str | None
    group: str
    shots: int
    metric: str
    estimate: Estimate
    draws: int
    p_holm: float = float("nan")
    ask: str | None = None
    versus_ask: str | None = None

    @property
    def series(self) -> Series:
        return Series(self.method, self.ask)

    @property
    def other(self) -> Series | None:
        """The series that was subtracted."""
        return None if self.versus is None else Series(self.versus, self.versus_ask)

    def as_json(self, data: str, encoder: str) -> dict[str, Any]:
        """The shape that `beholder bench --json` prints; None for a number of answers that was not enough."""
        e = self.estimate
        return {
            "data": data,
            "encoder": encoder,
            "method": self.method,
            "versus": self.versus,
            "ask": self.ask,
            "versus_ask": self.versus_ask,
            "group": self.group,
            "shots": self.shots,
            "metric": self.metric,
            **{name: round(x, 6) if np.isfinite(x := getattr(e, name)) else None for name in ("mean", "low", "high")},
            "raters": e.raters,
            "draws": self.draws,
        }


def groups_of(data: Dataset, found: Qualities) -> dict[str, frozenset[str]]:
    """The raters of each group: `all`, those who seem to click at random, and `attentive`, the others.

    A set without times, of which nobody is suspected, has only `all`.
    """
    everybody = frozenset(data.raters)
    clickers = frozenset(data.raters[one] for one, quality in found.items() if quality.clicker)
    timed = any(not np.isnan(quality.seconds) for quality in found.values())
    groups = {"all": everybody, "attentive": everybody - clickers, "clickers": clickers}
    return {name: members for name, members in groups.items() if members and (clickers or timed or name == "all")}


def summarise(
    rows: Iterable[Row],
    groups: Mapping[str, frozenset[str]],
    series: Iterable[Series],
    seed: int,
    stops: Sequence[int] = (),
) -> list[Figure]:
    """Every series at every number of shots, then each against every comparable other (both ways round).

    Parameters
    ----------
    stops
        of an asking run, all the numbers of answers up to its budget
    """
    found = _by_rater(rows)
    draws, order = _draws(found), tuple(series)
    found |= _areas(found, order, stops)
    figures: list[Figure] = []
    for group, members in groups.items():
        for metric in (*METRICS, AREA):
            for shots in sorted({key[2] for key in found if key[1] == metric}):
                told = _told(found, order, metric, shots, members)
                cells = _cells(told, _POOLED if metric == "ece" else _MEANS, seed)
                figures += _figures(cells, told, group, shots, metric, draws)
        if stops:
            curves = {one: curve for one in order if (curve := _curve(found, one, stops, members))}
            figures += _figures(_needed(curves, stops, seed), curves, group, stops[-1], NEEDED, draws)
    return figures


def _figures(
    cells: Iterable[_Cell],
    told: Mapping[Series, _Values],
    group: str,
    shots: int,
    metric: str,
    draws: Mapping[str, int],
) -> list[Figure]:
    count = max((draws[rater] for values in told.values() for rater in values), default=0)
    return [
        Figure(
            method=one.method,
            versus=None if other is None else other.method,
            group=group,
            shots=shots,
            metric=metric,
            estimate=estimate,
            draws=count,
            p_holm=p,
            ask=one.ask,
            versus_ask=None if other is None else other.ask,
        )
        for one, other, estimate, p in cells
    ]


def _by_rater(rows: Iterable[Row]) -> Found:
    """Raters and draws in order, whatever the order of the rows."""
    found: Found = defaultdict(lambda: defaultdict(dict))
    for row in sorted(rows, key=lambda row: (row["rater"], row["draw"])):
        value = row["bins"] if row["metric"] == "ece" else row["value"]
        series = Series(row["method"], row.get("ask"))
        found[series, row["metric"], row["shots"]][row["rater"]][row["draw"]] = value
    return found


def _told(
    found: Found, series: Iterable[Series], metric: str, shots: int, members: frozenset[str]
) -> dict[Series, _Values]:
    """What these raters have of each series, where they have anything."""
    cells = {one: found.get((one, metric, shots), {}) for one in series}
    told = {one: {rater: cell[rater] for rater in cell if rater in members} for one, cell in cells.items()}
    return {one: values for one, values in told.items() if values}


def _curve(found: Found, series: Series, stops: Sequence[int], members: Iterable[str]) -> _Values:
    """The first metric at every stop, of those (raters and their draws) who were asked to the last."""
    first = next((metric for metric in METRICS if (series, metric, stops[-1]) in found), METRICS[0])
    cells = [found.get((series, first, k), {}) for k in stops]
    return {
        rater: {draw: [cell[rater][draw] for cell in cells] for draw in draws}
        for rater, draws in cells[-1].items()
        if rater in members
    }


def _areas(found: Found, series: Iterable[Series], stops: Sequence[int]) -> Found:
    if not stops:
        return {}
    everybody = {rater for values in found.values() for rater in values}
    curves = {one: _curve(found, one, stops, everybody) for one in series}
    return {
        (one, AREA, stops[-1]): {
            rater: {draw: float(np.mean(curve[1:])) for draw, curve in draws.items()} for rater, draws in values.items()
        }
        for one, values in curves.items()
        if values
    }


def _needed(curves: Mapping[Series, _Values], stops: Sequence[int], seed: int) -> list[_Cell]:
    """Of every series that asks, where the same method was asked at random as well."""
    cells: list[_Cell] = []
    for one, values in curves.items():
        control = curves.get(one.at_random)
        if one.ask is None or control is None or not (shared := _shared(values, control)):
            continue
        ours, theirs = (_rater_curves(part) for part in (shared, _shared(control, values)))
        estimate = answers_needed(ours, theirs[:, -1], np.array(stops, np.float64), seed)
        cells.append((one, None, estimate, float("nan")))
    return cells


def _rater_curves(values: _Values) -> Floats:
    """(n, stops) one mean curve a rater."""
    return np.array([np.mean(list(draws.values()), axis=0) for draws in values.values()])


def _draws(found: Mapping[tuple[Series, str, int], _Values]) -> dict[str, int]:
    count: dict[str, int] = defaultdict(int)
    for cell in found.values():
        for rater, values in cell.items():
            count[rater] = max(count[rater], len(values))
    return count


@dataclass(frozen=True)
class _Way:
    """From the values of one cell to its figure: each rater's part, what all come to, a difference of two."""

    of_raters: Callable[[_Values], Floats]
    mean: Callable[[Floats, int], Estimate]
    difference: Callable[[Floats, Floats, int], Estimate]


def _rater_means(values: _Values) -> Floats:
    """(n,) one mean over draws a rater."""
    return np.array([np.mean(list(draws.values())) for draws in values.values()])


def _rater_gaps(values: _Values) -> Floats:
    """(n, bins) one row a rater, their draws added up."""
    return np.array([calibration_gaps(np.sum(list(draws.values()), axis=0)) for draws in values.values()])


_MEANS, _POOLED = _Way(_rater_means, bootstrap, paired), _Way(_rater_gaps, pooled, pooled_difference)


def _cells(series: Mapping[Series, _Values], way: _Way, seed: int) -> list[_Cell]:
    """Of one group, metric and number of shots."""
    nan = float("nan")
    means: list[_Cell] = [(one, None, way.mean(way.of_raters(values), seed), nan) for one, values in series.items()]
    compared = [
        (earlier, later, estimate)
        for earlier, later in combinations(series, 2)
        if later.is_comparable(earlier)
        and (estimate := _difference(series[later], series[earlier], way, seed)) is not None
    ]
    corrected = holm(np.array([estimate.p for _, _, estimate in compared]))
    differences: list[_Cell] = []
    for (earlier, later, e), p in zip(compared, corrected.tolist(), strict=True):
        differences.append((later, earlier, e, p))
        differences.append((earlier, later, Estimate(-e.mean, -e.high, -e.low, e.raters, e.p), p))
    return means + differences


def _difference(values: _Values, others: _Values, way: _Way, seed: int) -> Estimate | None:
    """Over the draws of raters that both series have, and no others; None where they share none."""
    ours, theirs = _shared(values, others), _shared(others, values)
    return way.difference(way.of_raters(ours), way.of_raters(theirs), seed) if ours else None


def _shared(values: _Values, others: _Values) -> _Values:
    """What of `values` the others have as well, raters and draws in the order of their names."""
    both = {rater: sorted(values[rater].keys() & others[rater].keys()) for rater in sorted(values) if rater in others}
    return {rater: {draw: values[rater][draw] for draw in draws} for rater, draws in both.items() if draws}
