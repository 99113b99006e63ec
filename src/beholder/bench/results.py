"""What a finished run has to say, before it is put into Markdown, LaTeX or a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from beholder.bench.methods import GENERIC, SOMEONE_ELSE
from beholder.bench.statistics import Estimate
from beholder.bench.summary import Figure
from beholder.bench.worker import Row
from beholder.errors import BadInput

CONTROLS = (GENERIC, SOMEONE_ELSE)
LOWER_IS_BETTER = frozenset({"ece"})
MEANS, OTHERS = "answers", "difference"  # titles of tables
FILE = "results.json"

Rows = dict[str, list[Figure | None]]  # of a table: a figure for each number of shots, where there is one


@dataclass(frozen=True)
class Section:
    """One metric of one group of raters.

    methods   in the order of the run
    means     (method, shots): its figure
    versus    (method, other, shots): the figure of the difference
    """

    group: str
    metric: str
    methods: tuple[str, ...]
    shots: tuple[int, ...]
    means: dict[tuple[str, int], Figure]
    versus: dict[tuple[str, str, int], Figure]

    @property
    def heading(self) -> str:
        counts = sorted({figure.estimate.raters for figure in self.means.values()})
        count = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        lower = ", lower is better" if self.metric in LOWER_IS_BETTER else ""
        return f"{self.metric}{lower}: {self.group} ({count} rater{'s' * (counts[-1] != 1)})"

    @property
    def tables(self) -> dict[str, Rows]:
        """By what they show: means, what each method gains over `generic`, and each later method less each earlier."""
        names = [name for name in self.methods if name != GENERIC]
        gain = "change against generic" if self.metric in LOWER_IS_BETTER else "gain over generic"
        found = {
            MEANS: {name: [self.means.get((name, k)) for k in self.shots] for name in self.methods},
            gain: {name: self._less(name, GENERIC) for name in names} if GENERIC in self.methods else {},
            OTHERS: {f"{b} - {a}": self._less(b, a) for i, b in enumerate(names) for a in names[:i]},
        }
        return {title: rows for title, rows in found.items() if rows}

    def _less(self, name: str, other: str) -> list[Figure | None]:
        return [self.versus.get((name, other, k)) for k in self.shots]

    def is_best(self, figure: Figure) -> bool:
        """Whether it is a mean, and as it is printed the best of its column; several may be."""
        sign = -1 if self.metric in LOWER_IS_BETTER else 1
        column = [sign * round(f.estimate.mean, 3) for (_, k), f in self.means.items() if k == figure.shots]
        return figure.versus is None and sign * round(figure.estimate.mean, 3) == max(column)


def short_name(encoder: str) -> str:
    """onnx:mobilenet_v2/model.onnx for any path that ends so: what is read elsewhere shows nobody's folders."""
    kind, colon, path = encoder.partition(":")
    return kind + colon + "/".join(Path(path).parts[-2:])


@dataclass(frozen=True)
class Results:
    """The figures of a run with all that must be said beside them.

    config              as `config.json` has it
    left_out, look_at   sentences that name raters (and how many pictures) with the reason
    licence, citation   of the data set, "" where it does not say
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
        return (
            f"{c['repeats']} draws, seed {c['seed']}, beholder {c['code']}, data {c['data_revision'][:12]}, "
            f"encoder {c['encoder_revision']}. Means over raters with 95 % intervals (bootstrap over raters); ece is "
            "that of all raters and draws pooled. Differences are within raters, p by sign flips, Holm-corrected over "
            "the pairs of methods in one column."
        )

    @property
    def command(self) -> str:
        """The call that makes these figures again from the set in the folder DATA."""
        c = self.config
        where = f" --where '{c['where']}'" if c["where"] else ""
        return (
            f"beholder bench DATA --methods {','.join(c['methods'])} --encoder {short_name(c['encoder'])} "
            f"--shots {','.join(map(str, c['shots']))} --repeats {c['repeats']} --seed {c['seed']}{where}"
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
        means = {(f.method, f.shots): f for f in figures if f.versus is None}
        return Section(
            group=figures[0].group,
            metric=figures[0].metric,
            methods=tuple(name for name in self.config["methods"] if any(name == method for method, _ in means)),
            shots=tuple(sorted({f.shots for f in figures})),
            means=means,
            versus={(f.method, f.versus, f.shots): f for f in figures if f.versus is not None},
        )

    def findings(self) -> list[str]:
        """A sentence for each method that is no control: where it stands against `generic` after the most answers."""
        section = self.sections(self.groups[0])[0]
        most = section.shots[-1]
        told = [section.versus.get((name, GENERIC, most)) for name in section.methods if name not in CONTROLS]
        return [_finding(figure) for figure in told if figure is not None]

    def save(self, folder: Path) -> None:
        """Write results.json."""
        text = json.dumps(asdict(self, dict_factory=_without_nan), indent=1, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Results:
        """What `save` wrote; raises BadInput where the folder holds no finished run."""
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
            return cls(**told | {"figures": [_figure(**figure) for figure in told["figures"]]})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BadInput(f"{folder} holds no finished run of the bench ({FILE}: {error})") from error


def _finding(figure: Figure) -> str:
    e = figure.estimate
    sure = e.low > 0 or e.high < 0
    verdict = ("better" if e.mean > 0 else "worse") + " than generic" if sure else "not told apart from generic"
    return (
        f"{figure.method} is {verdict} at {figure.shots} answers: "
        f"{figure.metric} {e.mean:+.3f} [{e.low:+.3f}, {e.high:+.3f}], p {figure.p_holm:.3f}"
    )


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _without_nan(pairs: Iterable[tuple[str, Any]]) -> Row:
    return {name: None if value != value else value for name, value in pairs}  # NaN is not JSON


def _figure(estimate: Row, p_holm: float | None, **rest: Any) -> Figure:
    nan = float("nan")
    p = nan if estimate["p"] is None else estimate["p"]
    return Figure(estimate=Estimate(**estimate | {"p": p}), p_holm=nan if p_holm is None else p_holm, **rest)
