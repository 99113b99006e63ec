"""How far raters differ on pictures of low, middling and high score [Ren2017, Table 1].

`python runs/table_1.py DATA [--json]`: the mean weighted standard deviation of pictures by their weighted mean score.
Where items.csv has no column `gold` (known score) every rater weighs the same, WP = 1.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from beholder.raters.gold import filled, gold_scores, performance, weighted_deviation, weighted_mean
from beholder.research.bench.raters import known_scores, scale_of
from beholder.research.datasets import load_plain
from paper import Row, main

BINS = 4  # of the scale, as in the paper: (1, 2), (2, 3), (3, 4), (4, 5)


def figures(data: str) -> list[Row]:
    """One row for the whole scale, then one for each bin; gold images and those rated once are left out."""
    rated = load_plain(data)
    r, scale, known = rated.ratings, scale_of(rated), known_scores(rated)
    weight = filled(performance(gold_scores(r.score, known[r.item], scale), r.rater, len(rated.raters)))
    mean = weighted_mean(r.item, r.rater, r.score, weight, len(rated.items))
    spread = weighted_deviation(r.item, r.rater, r.score, weight, len(rated.items))
    told = np.isnan(known) & ~np.isnan(spread)
    gold = int((~np.isnan(known)).sum())
    rows = []
    for low, high in [scale, *pairwise(np.linspace(*scale, BINS + 1).tolist())]:
        inside = spread[told & (mean >= low) & ((mean < high) | (high == scale[1]))]
        found = (
            {"deviation": round(float(inside.mean()), 4), "std": round(float(inside.std()), 4)} if len(inside) else {}
        )
        rows.append({"data": rated.name, "low": low, "high": high, **found, "pictures": len(inside), "gold": gold})
    return rows


def table(rows: list[Row]) -> str:
    """The paper's layout, with how many pictures each figure rests on."""
    weighed = (
        f"weighed by {rows[0]['gold']} gold images" if rows[0]["gold"] else "of equal weight, WP = 1: no gold images"
    )
    lines = [
        [f"{row['low']:g} to {row['high']:g}" for row in rows],
        ["---"] * len(rows),
        [f"{row['deviation']:.2f} ± {row['std']:.2f}" if "std" in row else "–" for row in rows],
        [f"{row['pictures']} pictures" for row in rows],
    ]
    return "\n".join([f"{rows[0]['data']}, raters {weighed}", "", *("| " + " | ".join(line) + " |" for line in lines)])


if __name__ == "__main__":
    main(__doc__, figures, table)
