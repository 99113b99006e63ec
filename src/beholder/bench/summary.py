"""From the rows of a run to its figures: means over raters with intervals, and paired differences of methods.

The calibration error alone is no mean over raters: of few pairs it is too large, so raters and draws are pooled first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from beholder.bench.metrics import METRICS, calibration_gaps
from beholder.bench.raters import Qualities
from beholder.bench.statistics import Estimate, bootstrap, holm, paired, pooled, pooled_difference
from beholder.bench.worker import Row
from beholder.datasets import Dataset
from beholder.types import Floats

Values = dict[str, dict[int, Any]]  # rater: draw: value, of ece the bins of `metrics.calibration`


@dataclass(frozen=True)
class Figure:
    """One number of the summary. `versus` names the method that was subtracted, rater by rater.

    p_holm   corrected for all pairs of methods compared in the same group, metric and shots
    """

    method: str
    versus: str | None
    group: str
    shots: int
    metric: str
    estimate: Estimate
    draws: int
    p_holm: float = float("nan")

    def as_json(self, data: str, encoder: str) -> dict[str, Any]:
        """The shape that `beholder bench --json` prints."""
        e = self.estimate
        return {
            "data": data,
            "encoder": encoder,
            "method": self.method,
            "versus": self.versus,
            "ask": None,
            "group": self.group,
            "shots": self.shots,
            "metric": self.metric,
            "mean": round(e.mean, 6),
            "low": round(e.low, 6),
            "high": round(e.high, 6),
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
    rows: Iterable[Row], groups: Mapping[str, frozenset[str]], methods: Iterable[str], seed: int
) -> list[Figure]:
    """Every method at every number of shots, then every method against every other (both ways round)."""
    found = _by_rater(rows)
    draws = _draws(found)
    figures: list[Figure] = []
    for group, members in groups.items():
        for metric in METRICS:
            for shots in sorted({key[2] for key in found if key[1] == metric}):
                series = {
                    name: {rater: values for rater, values in cell.items() if rater in members}
                    for name in methods
                    if (cell := found.get((name, metric, shots)))
                }
                told = {name: values for name, values in series.items() if values}
                cells = _cells(told, _POOLED if metric == "ece" else _MEANS, seed)
                count = max((draws[rater] for values in series.values() for rater in values), default=0)
                figures += [
                    Figure(name, versus, group, shots, metric, estimate, count, p)
                    for name, versus, estimate, p in cells
                ]
    return figures


def _by_rater(rows: Iterable[Row]) -> dict[tuple[str, str, int], Values]:
    """(method, metric, shots): rater: draw: value, raters and draws in order, whatever the order of the rows."""
    found: dict[tuple[str, str, int], Values] = defaultdict(lambda: defaultdict(dict))
    for row in sorted(rows, key=lambda row: (row["rater"], row["draw"])):
        value = row["bins"] if row["metric"] == "ece" else row["value"]
        found[row["method"], row["metric"], row["shots"]][row["rater"]][row["draw"]] = value
    return found


def _draws(found: Mapping[tuple[str, str, int], Values]) -> dict[str, int]:
    count: dict[str, int] = defaultdict(int)
    for cell in found.values():
        for rater, values in cell.items():
            count[rater] = max(count[rater], len(values))
    return count


@dataclass(frozen=True)
class _Way:
    """From the values of one cell to its figure: each rater's part, what all come to, a difference of two."""

    of_raters: Callable[[Values], Floats]
    mean: Callable[[Floats, int], Estimate]
    difference: Callable[[Floats, Floats, int], Estimate]


def _rater_means(values: Values) -> Floats:
    """(n,) one mean over draws a rater."""
    return np.array([np.mean(list(draws.values())) for draws in values.values()])


def _rater_gaps(values: Values) -> Floats:
    """(n, bins) one row a rater, their draws added up."""
    return np.array([calibration_gaps(np.sum(list(draws.values()), axis=0)) for draws in values.values()])


_MEANS, _POOLED = _Way(_rater_means, bootstrap, paired), _Way(_rater_gaps, pooled, pooled_difference)


def _cells(series: Mapping[str, Values], way: _Way, seed: int) -> list[tuple[str, str | None, Estimate, float]]:
    """(method, versus, estimate, Holm's p) of one group, metric and number of shots."""
    nan = float("nan")
    means: list[tuple[str, str | None, Estimate, float]] = [
        (name, None, way.mean(way.of_raters(values), seed), nan) for name, values in series.items()
    ]
    compared = [
        (earlier, later, estimate)
        for earlier, later in combinations(series, 2)
        if (estimate := _difference(series[later], series[earlier], way, seed)) is not None
    ]
    corrected = holm(np.array([estimate.p for _, _, estimate in compared]))
    differences: list[tuple[str, str | None, Estimate, float]] = []
    for (earlier, later, e), p in zip(compared, corrected.tolist(), strict=True):
        differences.append((later, earlier, e, p))
        differences.append((earlier, later, Estimate(-e.mean, -e.high, -e.low, e.raters, e.p), p))
    return means + differences


def _difference(values: Values, others: Values, way: _Way, seed: int) -> Estimate | None:
    """Over the draws of raters that both methods have, and no others; None where they share none."""
    ours, theirs = _shared(values, others), _shared(others, values)
    return way.difference(way.of_raters(ours), way.of_raters(theirs), seed) if ours else None


def _shared(values: Values, others: Values) -> Values:
    """What of `values` the others have as well, raters and draws in the order of their names."""
    both = {rater: sorted(values[rater].keys() & others[rater].keys()) for rater in sorted(values) if rater in others}
    return {rater: {draw: values[rater][draw] for draw in draws} for rater, draws in both.items() if draws}
