"""What a person reads of a run: `table.md` and, where matplotlib is installed, `curves.svg`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from beholder.bench.summary import Figure
from beholder.bench.worker import Row

LOWER_IS_BETTER = frozenset({"ece"})


def can_draw() -> bool:
    """Whether matplotlib is here to draw the curves with."""
    return importlib.util.find_spec("matplotlib") is not None


def write_report(
    folder: Path, figures: Sequence[Figure], config: Row, left_out: Sequence[str], look_at: Sequence[str]
) -> None:
    """Write table.md into the folder, and curves.svg where it can be drawn."""
    (folder / "table.md").write_text(table(figures, config, left_out, look_at), encoding="utf-8")
    if can_draw():
        _draw_curves(figures, config, folder / "curves.svg")


def table(figures: Sequence[Figure], config: Row, left_out: Sequence[str], look_at: Sequence[str]) -> str:
    """Markdown: for every group and metric the means, then each later method against each earlier one."""
    lines = [f"# {_title(config)}", "", *_settings(config)]
    for group in _unique(f.group for f in figures):
        for metric in _unique(f.metric for f in figures if f.group == group):
            lines += _section([f for f in figures if (f.group, f.metric) == (group, metric)], config["methods"])
    for heading, sentences in {"Left out": left_out, "Raters to look at": look_at}.items():
        if sentences:
            lines += [f"## {heading}", "", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines)


def _title(config: Row) -> str:
    where = f", {config['where']}" if config["where"] else ""
    return f"{config['data']}{where}, encoder {config['encoder']}"


def _settings(config: Row) -> list[str]:
    return [
        f"{config['repeats']} draws, seed {config['seed']}, beholder {config['code']}, "
        f"data {config['data_revision'][:12]}, encoder {config['encoder_revision']}. "
        "Means over raters with 95 % intervals (bootstrap over raters); differences are within raters, "
        "p by sign flips, Holm-corrected over the pairs of methods in one column.",
        "",
    ]


def _section(figures: Sequence[Figure], order: Sequence[str]) -> list[str]:
    first, shots = figures[0], sorted({f.shots for f in figures})
    raters = sorted({f.estimate.raters for f in figures})
    count = str(raters[0]) if len(raters) == 1 else f"{raters[0]} to {raters[-1]}"
    lower = ", lower is better" if first.metric in LOWER_IS_BETTER else ""
    lines = [f"## {first.metric}{lower}: {first.group} ({count} raters)", ""]
    means = {(f.method, f.shots): f for f in figures if f.versus is None}
    order = [name for name in order if any((name, k) in means for k in shots)]
    lines += grid("answers", shots, {name: [_mean(means.get((name, k))) for k in shots] for name in order})
    gains = {(f.method, f.versus, f.shots): f for f in figures if f.versus is not None}
    pairs = [(later, earlier) for i, later in enumerate(order) for earlier in order[:i]]
    if pairs:
        rows = {f"{b} - {a}": [_gain(gains.get((b, a, k))) for k in shots] for b, a in pairs}
        lines += grid("difference", shots, rows)
    return lines


def grid(corner: str, shots: Sequence[int], rows: dict[str, list[str]]) -> list[str]:
    """Lines of a Markdown table with a column for each number of shots."""
    head = [f"| {corner} | " + " | ".join(str(k) for k in shots) + " |", "|---" * (len(shots) + 1) + "|"]
    return [*head, *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()), ""]


def _mean(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    e = figure.estimate
    return f"{e.mean:.3f} [{e.low:.3f}, {e.high:.3f}]"


def _gain(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    e = figure.estimate
    return f"{e.mean:+.3f} [{e.low:+.3f}, {e.high:+.3f}] p {figure.p_holm:.3f}"


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


@contextmanager
def canvas_of(path: Path, panels: int) -> Iterator[tuple[Any, Any]]:
    """A canvas and its row of panels, written to `path` as SVG in the end: the same figures, the same file."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context({"svg.hashsalt": "beholder", "svg.fonttype": "none"}):
        canvas = Canvas(figsize=(4.2 * panels, 3.6), layout="constrained")
        yield canvas, canvas.subplots(1, panels, squeeze=False)[0]
        canvas.savefig(path, format="svg", metadata={"Date": None})


def _draw_curves(figures: Sequence[Figure], config: Row, path: Path) -> None:
    """One panel a metric, of the attentive raters where they are known."""
    groups = {f.group for f in figures}
    group = "attentive" if "attentive" in groups else "all"
    shown = [f for f in figures if f.group == group and f.versus is None]
    metrics = _unique([f.metric for f in shown])
    with canvas_of(path, panels=len(metrics)) as (canvas, panels):
        for panel, metric in zip(panels, metrics, strict=True):
            _draw_panel(panel, [f for f in shown if f.metric == metric], metric, config["methods"])
        canvas.suptitle(f"{_title(config)} ({group} raters)", fontsize=9)


def _draw_panel(panel: Any, figures: Sequence[Figure], metric: str, methods: Sequence[str]) -> None:
    for number, name in enumerate(methods):
        line = sorted((f for f in figures if f.method == name), key=lambda f: f.shots)
        if not line:
            continue
        shots, colour = [f.shots for f in line], f"C{number}"  # one colour a method in every panel
        low, high = [f.estimate.low for f in line], [f.estimate.high for f in line]
        panel.plot(shots, [f.estimate.mean for f in line], marker="o", markersize=3, label=name, color=colour)
        panel.fill_between(shots, low, high, color=colour, alpha=0.1, linewidth=0)
    panel.set(xlabel="answers", title=metric + (" (lower is better)" if metric in LOWER_IS_BETTER else ""))
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=8)
