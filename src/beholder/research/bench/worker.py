"""One draw of one rater, every method at every number of shots: what a worker process does."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beholder.ask import strategy
from beholder.research.bench import metrics
from beholder.research.bench.asking import SECONDS, GridInterview, Interview, askable, ratings_by, unit_of
from beholder.research.bench.methods import Fitted, Method, RatedTable, SharedPriors, Task, as_answers, method, teach
from beholder.research.bench.protocol import Draw, Protocol
from beholder.research.bench.series import Series, series_of
from beholder.research.datasets import Choices, Ratings
from beholder.types import Answers, Floats, Ints

Row = dict[str, Any]  # of rows.jsonl


@dataclass(frozen=True)
class BenchJob:
    """One draw of one rater, at these numbers of shots."""

    rater: int
    number: int
    shots: tuple[int, ...]


@dataclass(eq=False)
class Bench:
    """What stays the same from job to job.

    Attributes
    ----------
    table
        all pictures
    stamp
        the fields that every row of the run carries
    ask
        names of strategies that choose the answers; without any they are the first of the draw's support
    """

    protocol: Protocol
    table: RatedTable
    methods: tuple[str, ...]
    stamp: Row
    ask: tuple[str, ...] = ()
    _last_taught: tuple[bytes, SharedPriors] | None = field(default=None, repr=False)

    def run(self, job: BenchJob) -> list[Row]:
        """The rows of one job; refuses to run on a draw with a leak."""
        draw = self.protocol.draw(job.rater, job.number)
        self.protocol.check(draw)
        rows = list(self._rows(draw, job))
        for row in rows:
            row["lines"] = len(rows)  # so that a job that was cut off while it was written is known as such
        return rows

    def _rows(self, draw: Draw, job: BenchJob) -> Iterator[Row]:
        judgements = self.protocol.judgements
        query = judgements.take(draw.query)
        for series in series_of(self.methods, self.ask):
            started = time.perf_counter()
            for shots, fitted in self._fits(series, draw, job.shots):
                found = measure(fitted, method(series.method), self.table, query)
                seconds = time.perf_counter() - started
                for metric, values in found.items():
                    yield {
                        **self.stamp,
                        "ask": series.ask,
                        "method": series.method,
                        "shots": shots,
                        "metric": metric,
                        "rater": self.protocol.data.raters[draw.rater],
                        "draw": draw.number,
                        **values,
                        "draw_seed": draw.seed,
                        "seconds": round(seconds, 4),
                        "peak_mb": peak_mb(),
                    }
                started = time.perf_counter()

    def _fits(self, series: Series, draw: Draw, shots: tuple[int, ...]) -> Iterator[tuple[int, Fitted | None]]:
        """(k, the method on k answers of the series), of which an asking strategy chooses each by those before.

        Where a strategy shows grids, k are seconds of answering.
        """
        name, in_seconds = series.method, unit_of(self.ask) == SECONDS
        counts = tuple(ratings_by(k) for k in shots) if in_seconds else shots
        if series.ask is None:
            return ((k, self.fit(name, draw, count)) for k, count in zip(shots, counts, strict=True))
        judgements, X = self.protocol.judgements, self._taught(draw).seen_by(method(name))
        support = askable(judgements, draw.support)
        if unit_of([series.ask]) == SECONDS and isinstance(judgements, Ratings):
            grids = GridInterview(judgements, support, X, lambda known: self._fit_to(name, draw, known), draw.seed)
            return grids.by(series.ask, shots)
        interview = Interview(judgements, support, X, lambda known: self._fit_on(name, draw, known), draw.seed)
        asked = interview.by(strategy(series.ask), counts)
        return ((k, fitted) for k, (_, fitted) in zip(shots, asked, strict=True))

    def fit(self, name: str, draw: Draw, shots: int) -> Fitted | None:
        """One method on the first answers of a draw, by what others teach in it; None where it has nothing to go by."""
        return self._fit_on(name, draw, draw.support[:shots])

    def _fit_on(self, name: str, draw: Draw, own: Ints) -> Fitted | None:
        return self._fit_to(name, draw, as_answers(self.protocol.judgements.take(own)))

    def _fit_to(self, name: str, draw: Draw, answers: Answers) -> Fitted | None:
        return method(name).fit(Task(self._taught(draw), answers, len(answers), draw.seed))

    def _taught(self, draw: Draw) -> SharedPriors:
        """What others teach, learned again only where it is not what they taught in the last draw."""
        key = draw.prior.tobytes()
        if self._last_taught is None or self._last_taught[0] != key:
            self._last_taught = key, teach(self.table, self.protocol.judgements.take(draw.prior))
        return self._last_taught[1]


def measure(fitted: Fitted | None, how: Method, table: RatedTable, query: Ratings | Choices) -> dict[str, Row]:
    """`value` of every metric that is defined: for choices pair_accuracy and, with probabilities, ece; for ratings all.

    Beside the value of `ece` are its `bins`, as `metrics.calibration` has them, which a summary pools.
    """
    rows = np.unique(query.items)
    X = how.columns(table).rows(rows)
    score = how.scores(fitted, X)
    values: dict[str, float] = {}
    if isinstance(query, Ratings):
        at = np.searchsorted(rows, query.item)
        values["spearman"] = metrics.spearman(query.score, score[at])
        values["pearson"] = metrics.pearson(query.score, score[at])
        values["ndcg_10"] = metrics.ndcg(query.score, score[at])
        values["precision_20"] = metrics.precision(query.score, score[at])
        values["regret_10"] = metrics.regret(query.score, score[at])
        pairs = at[metrics.rated_pairs(query.score)]
    else:
        pairs = np.searchsorted(rows, query.won())
    values["pair_accuracy"] = metrics.pair_accuracy(score[pairs[:, 0]], score[pairs[:, 1]])
    found: dict[str, Row] = {name: {"value": round(value, 6)} for name, value in values.items()}
    if hasattr(fitted, "pair_probability"):
        found["ece"] = _calibration(how.pair_probability(fitted, X, pairs))
    return found


def _calibration(probability: Floats) -> Row:
    bins = metrics.calibration(probability, np.ones(len(probability), bool))
    return {"value": round(metrics.ece(bins), 6), "bins": bins.round(6).tolist()}


def peak_mb() -> float:
    """The most memory this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
