"""The top of an album by the generic and by the personal score [Ren2017, Fig. 3], and what the person truly gave.

`python runs/figure_3.py DATA [--encoder E] [--method pam] [--shots 50] [--raters 3] [--seed 0] [--out FOLDER]
[--json]`: every rater who is tested, on pictures that no model has seen; the figures are means over all of them. With
FOLDER figure_3.html there shows the pictures of some raters, drawn at random: the paper chose its two.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from beholder.errors import BadInput
from beholder.images import render
from beholder.research.bench import runner
from beholder.research.bench.methods import GENERIC, method
from beholder.research.bench.plan import make_plan
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.raters import scale_of
from beholder.research.bench.statistics import bootstrap, paired
from beholder.research.bench.worker import Bench
from beholder.research.datasets import Dataset, Ratings, same_pictures
from beholder.types import Progress, silent
from paper import Row, main

TOP = 8
LOW = 0.75  # of the scale: the paper marks what has less than 4 of 1 to 5
SIDE = 240
HEAD = """<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The top of an album</title>
<style>
:root { color-scheme: light dark } body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem }
div { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .5rem; margin-bottom: 1rem }
figure { margin: 0 } img { width: 100%; aspect-ratio: 1; object-fit: cover } figcaption { text-align: center }
.low { color: #d0342c; font-weight: 600 }
</style>
"""


def figures(
    data: str,
    *,
    encoder: str = "classic",
    method: str = "pam",
    shots: int = 50,
    raters: int = 3,
    seed: int = 0,
    out: str | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """For every rater two rows, of the generic score and of the method: items and ratings of the top, best first."""
    say = progress or silent
    rated = runner.load_set(data, None)
    if not len(rated.ratings):
        raise BadInput(f"{rated.name} has no ratings.csv; what a person gave is needed for every picture")
    table, _ = runner.embed_set(rated, encoder, say)
    protocol = Protocol(rated, same_pictures(rated.files), seed)
    jobs = make_plan(protocol, (shots,), 1).jobs
    bench = Bench(protocol, table, (GENERIC, method), {})
    rows = []
    for done, job in enumerate(jobs):
        say("ranking albums", done, len(jobs))
        rows += [_top(bench, job.rater, name, shots) for name in bench.methods]
    if out is not None:
        folder = Path(out).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        shown = np.random.default_rng(seed).permutation(len(jobs))[:raters]
        page = sheet(rated, [rows[2 * i : 2 * i + 2] for i in shown])
        (folder / "figure_3.html").write_text(page, encoding="utf-8")
    return [row | {"data": rated.name, "encoder": encoder, "shots": shots} for row in rows]


def table(rows: Sequence[Row]) -> str:
    """Means over raters with 95 % intervals."""
    generic, own = rows[::2], rows[1::2]
    means = [np.array([np.mean(row["ratings"]) for row in of]) for of in (generic, own)]
    album = np.array([row["album"] for row in generic])
    told = {"the whole album": bootstrap(album, 0), GENERIC: bootstrap(means[0], 0)}
    told |= {own[0]["by"]: bootstrap(means[1], 0), f"{own[0]['by']} - {GENERIC}": paired(means[1], means[0], 0)}
    shared = np.mean([len({*a["items"]} & {*b["items"]}) for a, b in zip(generic, own, strict=True)])
    return "\n".join(
        [
            f"Mean rating that people truly gave to their top {TOP} of unseen pictures, by each score: "
            f"{own[0]['data']}, encoder {own[0]['encoder']}, {len(own)} raters, {own[0]['shots']} answers, one draw. "
            f"On average {shared:.1f} of the {TOP} are the same pictures.",
            "",
            f"| top {TOP} by | mean rating, 95 % interval over raters |",
            "|---|---|",
            *(f"| {name} | {e.mean:.3f} [{e.low:.3f}, {e.high:.3f}] |" for name, e in told.items()),
        ]
    )


def sheet(rated: Dataset, raters: Sequence[Sequence[Row]]) -> str:
    """One HTML file, pictures and all; red: ratings below `LOW` of the scale."""
    low, high = scale_of(rated)
    file = dict(zip(rated.items, rated.files, strict=True))

    def figure(item: str, rating: float) -> str:
        picture = base64.b64encode(render(file[item], SIDE)).decode()
        mark = ' class="low"' if rating < low + LOW * (high - low) else ""
        image = f'<img src="data:image/jpeg;base64,{picture}" alt="{escape(item)}">'
        return f"<figure>{image}<figcaption{mark}>{rating:g}</figcaption></figure>"

    parts = [HEAD, f"<h1>{escape(rated.name)}</h1><p>Top {TOP} of unseen pictures, with what the person gave.</p>"]
    for rows in raters:
        parts.append(f"<h2>{escape(rows[0]['rater'])}</h2>")
        for row in rows:
            pictures = "".join(map(figure, row["items"], row["ratings"]))
            parts.append(f"<h3>{escape(row['by'])}: mean {np.mean(row['ratings']):.2f}</h3><div>{pictures}</div>")
    return "\n".join(parts)


def _top(bench: Bench, rater: int, name: str, shots: int) -> Row:
    draw = bench.protocol.draw(rater, 0)
    bench.protocol.check(draw)
    fitted = bench.fit(name, draw, shots)
    if fitted is None:
        raise BadInput(f"{name} has nothing to go by in {bench.protocol.data.name}")
    query = bench.protocol.judgements.take(draw.query)
    assert isinstance(query, Ratings)
    rating = dict(zip(query.item.tolist(), query.score.tolist(), strict=True))
    items = np.array(list(rating))
    score = np.asarray(fitted.predict(method(name).columns(bench.table).rows(items)))
    top = items[np.argsort(-score, kind="stable")[:TOP]].tolist()
    return {
        "rater": bench.protocol.data.raters[rater],
        "by": name,
        "items": [bench.protocol.data.items[i] for i in top],
        "ratings": [rating[i] for i in top],
        "album": float(np.mean(list(rating.values()))),
    }


if __name__ == "__main__":
    main(__doc__, figures, table)
