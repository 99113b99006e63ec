"""What a finished run has to say, before it is put into Markdown, LaTeX or a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any

from beholder.errors import BadInput
from beholder.json_reading import LARGE, read_json
from beholder.research.bench.agreement import QUARTERS
from beholder.research.bench.asking import ANSWERS, EVERY, SECONDS, SECONDS_STOPS, unit_of
from beholder.research.bench.methods import CONTROLS, GENERIC
from beholder.research.bench.series import Series, series_of
from beholder.research.bench.statistics import Estimate
from beholder.research.bench.summary import AREA, NEEDED, Figure
from beholder.research.bench.worker import Row

LOWER_IS_BETTER = frozenset({"regret_10", "ece", NEEDED})
OTHERS = "difference"  # title of a table; that of the means is what the numbers of shots count
FILE = "results.json"
NO_INTERVAL = "1 rater, so no interval"
_EARLY = 20  # answers, after which strategies are told apart in a sentence

_TITLES = {
    "precision_20": "precision_20, of the person's own top quarter",
    "regret_10": "regret_10, in standard deviations",
    AREA: "area, the mean from {first} to {last} {unit}",
    NEEDED: "{unit}_needed to be where random is at {last}",
}

_QUARTERED = (
    f" The groups {QUARTERS[0]} to {QUARTERS[-1]} are the quarters of the tested raters by how far their answers agree "
    "with everybody else's."
)

_ALONE = " A figure of one rater has no interval and no p."

_ASKING = (
    " A strategy asks only for what the rater answered. area and answers_needed are of those who were asked the whole "
    "budget; answers_needed is where their mean curve first reaches that level, with raters resampled."
)

Rows = dict[str, list[Figure | None]]  # of a table: a figure for each number of shots, where there is one


@dataclass(frozen=True)
class Section:
    """One metric of one group of raters.

    Attributes
    ----------
    series
        in the order of the run
    means
        (series, shots): its figure
    versus
        (series, other, shots): the figure of the difference
    """

    group: str
    metric: str
    series: tuple[Series, ...]
    shots: tuple[int, ...]
    means: dict[tuple[Series, int], Figure]
    versus: dict[tuple[Series, Series, int], Figure]

    @property
    def heading(self) -> str:
        counts = sorted({figure.estimate.raters for figure in self.means.values()})
        title = metric_title(self.metric, self.shots[-1], self.unit)
        return f"{title}: {self.group} ({_raters_of(counts)})"

    @property
    def unit(self) -> str:
        """What its numbers of shots count: answers, or seconds of answering."""
        return unit_of(one.ask for one in self.series)

    @property
    def tables(self) -> dict[str, Rows]:
        """By what they show: means, what each gains over `generic` and asking at random, each less each earlier."""
        generic, gain = Series(GENERIC), "change against" if self.metric in LOWER_IS_BETTER else "gain over"
        others = [one for one in self.series if one != generic]
        pairs = [(b, a) for i, b in enumerate(others) for a in others[:i] if a != b.at_random and b != a.at_random]
        found = {
            self.unit: {one.label: [self.means.get((one, k)) for k in self.shots] for one in self.series},
            f"{gain} generic": {one.label: self._less(one, generic) for one in others},
            f"{gain} random": {one.label: self._less(one, one.at_random) for one in others},
            OTHERS: {f"{b.label} - {a.label}": self._less(b, a) for b, a in pairs if b.is_comparable(a)},
        }
        told = {title: {name: row for name, row in rows.items() if any(row)} for title, rows in found.items()}
        return {title: rows for title, rows in told.items() if rows}

    def _less(self, one: Series, other: Series) -> list[Figure | None]:
        return [self.versus.get((one, other, k)) for k in self.shots]

    def is_best(self, figure: Figure) -> bool:
        """Whether it is a mean, and as it is printed the best of its column; several may be."""
        sign, decimals = -1 if self.metric in LOWER_IS_BETTER else 1, 1 if self.metric == NEEDED else 3
        column = [sign * round(f.estimate.mean, decimals) for (_, k), f in self.means.items() if k == figure.shots]
        best = sign * round(figure.estimate.mean, decimals) == max(column)
        return best and figure.versus is None and isfinite(figure.estimate.mean)


def metric_title(metric: str, most: int, unit: str = ANSWERS) -> str:
    """What the metric is called above a table whose last column is of so many answers or seconds."""
    lower = ", lower is better" if metric in LOWER_IS_BETTER else ""
    first = SECONDS_STOPS[1] if unit == SECONDS else EVERY
    return _TITLES.get(metric, metric).format(first=first, last=most, unit=unit) + lower


def _raters_of(counts: Sequence[int]) -> str:
    """How many raters stand behind figures, and that a single one gives no interval. counts : ascending"""
    if counts[-1] == 1:
        return NO_INTERVAL
    return f"{counts[0]} raters" if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]} raters"


def printed(figure: Figure, value: float) -> str:
    """One of its numbers; a difference has a sign, and a number of answers may have been too small."""
    if figure.metric == NEEDED:
        return f"{value:.1f}" if isfinite(value) else f"more than {figure.shots}"
    return f"{value:{'' if figure.versus is None else '+'}.3f}"


def short_name(encoder: str) -> str:
    """onnx:mobilenet_v2/model.onnx for any path that ends so: what is read elsewhere shows nobody's folders."""
    kind, colon, path = encoder.partition(":")
    return kind + colon + "/".join(Path(path).parts[-2:])


@dataclass(frozen=True)
class Results:
    """The figures of a run with all that must be said beside them.

    Attributes
    ----------
    config
        as `config.json` has it
    left_out, look_at
        sentences that name raters (and how many pictures) with the reason
    licence, citation
        of the data set, "" where it does not say
    """

    config: Row
    figures: Sequence[Figure]
    left_out: Sequence[str]
    look_at: Sequence[str]
    licence: str
    citation: str

    @property
    def title(self) -> str:
        where = f", {self.config['where']}" if self.config["where"] else ""
        return f"{self.config['data']}{where}, encoder {short_name(self.config['encoder'])}"

    @property
    def settings(self) -> str:
        """What the figures rest on and how they were made, in sentences."""
        c = self.config
        pairs = "pairs compared" if self.strategies else "pairs of methods"
        return (
            f"{c['repeats']} draw{'s' * (c['repeats'] != 1)}, seed {c['seed']}, beholder {c['code']}, "
            f"data {c['data_revision'][:12]}, encoder {c['encoder_revision']}. "
            "Means over raters with 95 % intervals (bootstrap over raters); ece is "
            "that of all raters and draws pooled. Differences are within raters, p by sign flips, Holm-corrected over "
            f"the {pairs} in one column.{_ALONE * self.is_of_one}{_ASKING * bool(self.strategies)}"
            f"{_QUARTERED * (QUARTERS[0] in self.groups)}"
        )

    @property
    def is_of_one(self) -> bool:
        """Whether any figure is of a single rater."""
        return any(figure.estimate.raters == 1 for figure in self.figures)

    @property
    def strategies(self) -> list[str]:
        """Those by which the run asked, none in an ordinary run."""
        return self.config.get("ask") or []

    @property
    def command(self) -> str:
        """The call that makes these figures again from the set in the folder DATA."""
        c = self.config
        where = f" --where '{c['where']}'" if c["where"] else ""
        answers = f"--shots {','.join(map(str, c['shots']))}"
        if self.strategies:
            answers = f"--ask {','.join(self.strategies)} --budget {c['budget']}"
        return (
            f"beholder bench DATA --methods {','.join(c['methods'])} --encoder {short_name(c['encoder'])} "
            f"{answers} --repeats {c['repeats']} --seed {c['seed']}{where}"
        )

    @property
    def groups(self) -> list[str]:
        """The group that counts first: attentive raters, where they are known."""
        names = _unique(figure.group for figure in self.figures)
        return sorted(names, key=lambda name: name != "attentive")

    def sections(self, group: str) -> list[Section]:
        """One a metric, in the order of the metrics."""
        mine = [figure for figure in self.figures if figure.group == group]
        return [self._section([f for f in mine if f.metric == metric]) for metric in _unique(f.metric for f in mine)]

    def _section(self, figures: Sequence[Figure]) -> Section:
        means = {(f.series, f.shots): f for f in figures if f.other is None}
        order = series_of(self.config["methods"], self.strategies)
        return Section(
            group=figures[0].group,
            metric=figures[0].metric,
            series=tuple(one for one in order if any(one == there for there, _ in means)),
            shots=tuple(sorted({f.shots for f in figures})),
            means=means,
            versus={(f.series, f.other, f.shots): f for f in figures if f.other is not None},
        )

    def findings(self) -> list[str]:
        """A sentence for each series that is no control: where it stands against `generic` after the most answers.

        Where it could also be asked at random: against that after 20 answers, or after the most where there are fewer.
        """
        section = self.sections(self.groups[0])[0]
        own = [one for one in section.series if one.method not in CONTROLS]
        at_random = any(one == one.at_random for one in own)
        at = _EARLY if at_random and _EARLY in section.shots else section.shots[-1]
        others = [one.at_random if at_random else Series(GENERIC) for one in own]
        told = [section.versus.get((one, other, at)) for one, other in zip(own, others, strict=True)]
        return [_finding(figure) for figure in told if figure is not None]

    def save(self, folder: Path) -> None:
        """Write results.json."""
        text = json.dumps(asdict(self, dict_factory=_finite), indent=1, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Results:
        """What `save` wrote; raises BadInput where the folder holds no finished run."""
        try:
            told = read_json(folder / FILE, LARGE)
            return cls(**told | {"figures": [_figure(**figure) for figure in told["figures"]]})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BadInput(f"{folder} holds no finished run of the bench ({FILE}: {error})") from error


def _finding(figure: Figure) -> str:
    e = figure.estimate
    sure = e.low > 0 or e.high < 0
    other = figure.versus_ask or figure.versus
    at = f"{figure.shots} {unit_of([figure.ask, figure.versus_ask])}: {figure.metric} {e.mean:+.3f}"
    if not e.has_interval:
        return f"{figure.series.label} against {other} at {at}; {NO_INTERVAL}"
    verdict = (
        ("better" if e.mean > 0 else "worse") + f" than {other}" if sure else f"not clearly different from {other}"
    )
    return f"{figure.series.label} is {verdict} at {at} [{e.low:+.3f}, {e.high:+.3f}], p {figure.p_holm:.3f}"


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _finite(pairs: Iterable[tuple[str, Any]]) -> Row:
    """NaN, what one rater or no comparison does not tell, and infinity, too many answers, are not JSON."""
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in pairs}


def _figure(estimate: Row, p_holm: float | None, **rest: Any) -> Figure:
    untold = {"p", "low", "high"} if estimate["raters"] == 1 else {"p"}
    told: Row = {name: (nan if name in untold else inf) if value is None else value for name, value in estimate.items()}
    return Figure(estimate=Estimate(**told), p_holm=nan if p_holm is None else p_holm, **rest)
