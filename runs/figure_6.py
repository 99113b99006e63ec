"""Ways of asking [Ren2017, Fig. 5b, 6 and 7]: what each strategy gains over random questions, as answers come in.

`python runs/figure_6.py DATA [--encoder E] [--budget 50] [--repeats 5] [--seed 0] [--out FOLDER] [--json]`: one run of
the bench that replays recorded answers; with FOLDER it leaves its report and figure_6.svg there and goes on where it
stopped. The paper's curves have no published numbers. Fig. 5b, the criteria of Active-PAM apart, are the strategies
`active-pam-diversity` and `active-pam-traits`, with `pam` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from beholder.research.bench import plots, run
from beholder.research.bench.markdown import grid
from beholder.types import Progress, silent
from paper import Row, gain, main, rests_on

METHODS = ("generic", "pam", "population-gp")
STRATEGIES = ("random", "greedy", "mcal", "qbc", "active-pam", "ours")
SHOWN = (5, 10, 20, 30, 40, 50)


def figures(
    data: str,
    *,
    encoder: str = "classic",
    budget: int = 50,
    repeats: int = 5,
    seed: int = 0,
    out: str | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """A row for each method, strategy and number of answers: Spearman, what it gains over random, answers needed."""
    summary = run(
        data, METHODS, encoder, repeats=repeats, seed=seed, out=out, progress=progress, ask=STRATEGIES, budget=budget
    )
    rows = chosen(summary)
    if out is not None:
        plots.write_figure(Path(out).expanduser() / "figure_6.svg", lambda: draw(rows), progress or silent)
    return rows


def chosen(summary: Sequence[Row]) -> list[Row]:
    """Of what `bench.run` returned: by attentive raters where they are known."""
    group = "attentive" if any(row["group"] == "attentive" for row in summary) else "all"
    return [
        row
        for row in summary
        if row["group"] == group
        and row["ask"]
        and row["metric"] in ("spearman", "answers_needed")
        and (row["versus"] is None or (row["versus"], row["versus_ask"]) == (row["method"], "random"))
    ]


def table(rows: Sequence[Row]) -> str:
    shots = [k for k in SHOWN if any(row["shots"] == k for row in rows)]
    means = {(r["method"], r["ask"], r["shots"]): r for r in rows if r["versus"] is None and r["metric"] == "spearman"}
    gained = {(r["method"], r["ask"], r["shots"]): r for r in rows if r["versus"] and r["metric"] == "spearman"}
    needed = {(r["method"], r["ask"]): r for r in rows if r["metric"] == "answers_needed"}
    parts = [
        "Spearman of `random`, then what others gain over it with the same method, ± half the 95 % interval over "
        "raters; answers until `random`'s last figure is reached. The bench replays recorded answers: "
        f"{rests_on(list(means.values()))}.",
        "",
    ]
    for name in dict.fromkeys(method for method, *_ in means):
        lines = {"random": [f"{means[name, 'random', k]['mean']:.3f}" for k in shots] + [str(shots[-1])]}
        for ask in dict.fromkeys(ask for method, ask, _ in means if method == name and ask != "random"):
            lines[ask] = [gain(gained[name, ask, k]) for k in shots] + [_needed(needed.get((name, ask)), shots[-1])]
        parts += grid(f"{name}, asked by", [*shots, "answers needed"], lines)
    return "\n".join(parts)


def _needed(row: Row | None, most: int) -> str:
    if row is None:
        return "–"
    mean, low, high = (f"{row[k]:.0f}" if row[k] is not None else f"> {most}" for k in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def draw(rows: Sequence[Row]) -> str:
    """SVG: a panel a method, a curve a strategy."""
    panels = []
    means = [r for r in rows if r["versus"] is None and r["metric"] == "spearman"]
    for name in dict.fromkeys(r["method"] for r in means):
        lines = []
        for ask in dict.fromkeys(r["ask"] for r in means):
            found = [(r["shots"], r["mean"]) for r in means if (r["method"], r["ask"]) == (name, ask)]
            x, mean = zip(*found, strict=True)
            style = (plots.QUIET, 1) if ask == "random" else plots.style_of(STRATEGIES[::-1].index(ask))
            lines.append(plots.Line(ask, x, mean, mean, mean, *style))
        panels.append(plots.Panel(f"Spearman, {name}", "answers", lines))
    return plots.standalone(panels, f"Ways of asking, {rows[0]['data']}")


if __name__ == "__main__":
    main(__doc__, figures, table)
