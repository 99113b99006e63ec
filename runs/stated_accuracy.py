"""Is it true what the app says of its own accuracy? `python runs/stated_accuracy.py DATA [--shots 10,25,50] [--json]`.

DATA is a plain folder with ratings. Each tested rater's recorded ratings, stretched to 1 to 10, are given to the
default model one by one, in the order of the bench's first draw. After some: the accuracy that the app states, half its
90 % interval, and what is true on the rater's ratings of held-out pictures: of all pairs that they rated differently,
the share that the ranking puts in their order. A few dozen ratings tell that only to some hundredths, so the share of
intervals that hold it is told twice: as measured, and with the doubt of what was measured (90 %, jackknife over
pictures) added to the interval.

Simulated people of a clear taste: `beholder bench DATA --analysis personas`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beholder.config import settings
from beholder.errors import UserError
from beholder.maker import prepare
from beholder.prequential import expected, predict_answer
from beholder.research.bench import analysis
from beholder.research.bench.markdown import grid
from beholder.research.bench.methods import method, real_name
from beholder.research.bench.protocol import Protocol
from beholder.research.bench.raters import scale_of
from beholder.research.datasets import Ratings, load_plain, same_pictures
from beholder.taste.capabilities import Knowledge
from beholder.taste.priors import find_population
from beholder.types import SCALE, Answers, Floats, Ints, Progress, silent
from paper import Row, main

FEWEST = 20  # held-out ratings, of two values at least, of a rater who counts
NINETY = 1.645  # standard errors


def figures(
    data: str,
    *,
    shots: tuple[int, ...] = (10, 25, 50),
    encoder: str = "builtin",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Row]:
    """A row a number of ratings; the same seed, the same rows."""
    say, pictures = progress or silent, load_plain(data)
    protocol = Protocol(pictures, same_pictures(pictures.files), seed)
    if not isinstance(protocol.judgements, Ratings):
        raise UserError(f"{pictures.name} has no ratings")
    table, key = analysis.embed_set(pictures, encoder, say)
    how = method(real_name("default"))
    seen = how.columns(table)
    population = find_population(key, settings().home)
    prior = population if population is not None and population.knows(seen.X) else None
    model = lambda: prepare(how.model, seen, Knowledge(prior=prior, scale=SCALE, seed=seed))  # noqa: E731
    told, stops, low_high = list[list[tuple[float, ...]]](), sorted(set(shots)), scale_of(pictures)
    for done, rater in enumerate(protocol.testers.tolist()):
        say("rating", done, len(protocol.testers))
        draw = protocol.draw(rater, 0)
        held = protocol.judgements.take(draw.query)
        if len(held) >= FEWEST and np.ptp(held.score) and len(draw.support) >= max(shots):
            given = protocol.judgements.take(draw.support[: max(shots)])
            told.append(_rater(model, seen.X, given.item, np.interp(given.score, low_high, SCALE), held, stops))
    if not told:
        raise UserError(f"nobody in {pictures.name} has {max(shots)} ratings and {FEWEST} others to judge by")
    about = {"data": pictures.name, "encoder": encoder, "raters": len(told)}
    return [about | _summed_up(shot, [rows[at] for rows in told]) for at, shot in enumerate(stops)]


def _rater(
    model: Any, X: Any, shown: Ints, rated: Floats, held: Ratings, shots: Sequence[int]
) -> list[tuple[float, ...]]:
    """(stated, half its interval, true, standard error of that) after each number of ratings."""
    predicted, rows, fitted = [], [], None
    none = np.empty(0, np.int64), np.empty((0, 2), np.int64)
    for n in range(max(shots)):
        before, one, now = (Answers(rows=shown[a:b], ratings=rated[a:b]) for a, b in ((0, n), (n, n + 1), (0, n + 1)))
        if fitted is not None:
            predicted.append(predict_answer(fitted, X, one, before))
        fitted = model().fit(X, **now.as_fit(grids=True))
        if n + 1 in shots:
            said = expected(fitted, X, predicted, np.random.default_rng(0), *none)
            rows.append((said.now, said.margin, *_truth(np.asarray(fitted.predict(X))[held.item], held.score)))
    return rows


def _truth(score: Floats, rated: Floats) -> tuple[float, float]:
    """The share of pairs rated differently that are in the rater's order, and its standard error."""
    order = np.sign(rated[:, None] - rated)
    right = np.where(order != 0, (1 + order * np.sign(score[:, None] - score)) / 2, 0)
    whole, counted = right.sum(), np.count_nonzero(order)
    without = (whole - 2 * right.sum(0)) / np.maximum(counted - 2 * np.count_nonzero(order, axis=0), 1)
    error = np.sqrt((len(score) - 1) * without.var())
    return float(whole / counted), float(error)


def _summed_up(shots: int, rows: Sequence[tuple[float, ...]]) -> Row:
    stated, margin, true, error = np.array(rows).T
    off = np.abs(stated - true)
    means = {name: round(float(v.mean()), 4) for name, v in (("stated", stated), ("margin", margin), ("true", true))}
    holds = round(float((off <= margin).mean()), 4)
    with_doubt = round(float((off <= np.hypot(margin, NINETY * error)).mean()), 4)
    return {"shots": shots} | means | {"holds": holds, "holds_with_doubt": with_doubt}


def table(rows: Sequence[Row]) -> str:
    told = {
        str(r["shots"]): [
            f"{r['stated']:.3f} ± {r['margin']:.3f}",
            f"{r['true']:.3f}",
            f"{r['holds']:.0%}",
            f"{r['holds_with_doubt']:.0%}",
        ]
        for r in rows
    }
    head = f"{rows[0]['data']}, encoder {rows[0]['encoder']}, {rows[0]['raters']} raters"
    return "\n".join([head, "", *grid("ratings", ["stated", "true", "holds", "holds, with its doubt"], told)])


if __name__ == "__main__":
    main(__doc__, figures, table)
