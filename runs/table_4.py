"""What each model gains over the generic score [Ren2017, Table 4], theirs beside ours.

`python runs/table_4.py DATA [--encoder E] [--shots 10,100] [--repeats 10] [--seed 0] [--out FOLDER] [--json]`: one run
of the bench; with FOLDER it leaves its report there and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from beholder.research.bench import run
from beholder.research.bench.markdown import grid
from beholder.types import Progress
from paper import Row, gain, gains, main, rests_on

PUBLISHED = {
    10: {"svm": "-0.352 ± 0.050", "fpmf": "-0.001 ± 0.003", "pam": "+0.006 ± 0.003"},
    100: {"svm": "-0.176 ± 0.064", "fpmf": "+0.010 ± 0.007", "pam": "+0.039 ± 0.012"},
}
METHODS = ("svm", "fpmf", "pam", "residual-svr", "population-gp")


def figures(
    data: str,
    *,
    encoder: str = "classic",
    shots: Sequence[int] = (10, 100),
    repeats: int = 10,
    seed: int = 0,
    out: str | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """A row for each method and number of answers that somebody has given, as `beholder bench --json` has them."""
    return chosen(run(data, ("generic", *METHODS), encoder, shots, repeats, seed, out, progress=progress))


def chosen(summary: Sequence[Row]) -> list[Row]:
    """The rows of this table, of a run of these methods and perhaps of others."""
    return [row for row in gains(summary) if row["method"] in METHODS and row["shots"]]


def table(rows: Sequence[Row]) -> str:
    """The paper's layout, first as published, then as measured."""
    here = {(row["shots"], row["method"]): gain(row) for row in rows}
    lines = {f"{k}, published": [PUBLISHED[k].get(name, "–") for name in METHODS] for k in PUBLISHED}
    lines |= {f"{k}, here": [here.get((k, name), "–") for name in METHODS] for k in sorted({k for k, _ in here})}
    said = (
        f"Change of Spearman's rank correlation against the generic score. Here: {rests_on(rows)}, ± half the 95 % "
        "interval over raters. Published: FLICKR-AES, 37 raters, 50 draws, ± the standard deviation over draws. The "
        "two rest on other pictures, people and features."
    )
    return "\n".join([said, "", *grid("answers", METHODS, lines)])


if __name__ == "__main__":
    main(__doc__, figures, table)
