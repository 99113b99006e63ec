"""Does personal taste exist? Real raters against fake ones [Ren2017, section 5.2, Fig. 4].

A fake rater gives every picture its mean rating plus noise: no taste, only error. A rater's score is how closely what
sets them apart from the mean (their offset) goes with the features of the pictures, the sum over features of
|Spearman(feature, offset)|. Everybody has the same number k of pictures. Where people have tastes, fakes rank low, and
lower with more pictures, since the correlations of noise shrink by 1 / sqrt(k) and those of a taste do not.

Spearman sees no scale, so as published sigma says nothing: the offset is the noise itself. Such a fake also gives
ratings that nobody can, 4.37 or 7.2. Here the same fakes are shown again `on scale`, rounded and held to the set's
scale as people are: that too puts an offset in touch with the mean, and is the harder test. (A real offset holds more
than taste: who uses half the scale is off the mean where the mean is far from the middle.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from beholder.errors import BadInput, UserError
from beholder.features.content import Content
from beholder.research.bench import plots
from beholder.research.bench.markdown import grid
from beholder.research.bench.raters import scale_of
from beholder.research.bench.statistics import bootstrap
from beholder.research.bench.worker import Row
from beholder.research.datasets import Dataset, Ratings
from beholder.types import Floats, Ints, Matrix, Progress

FAKES = 10
_SIGMAS = (0.125, 0.25, 0.5)  # of the noise, in lengths of the scale: half a point, one and two on 1 to 5
_FEWEST_PICTURES, _FEWEST_RATERS = 5, 10  # below which ranks say nothing
KINDS = ("as published", "on scale")


@dataclass(frozen=True, eq=False)
class _Offsets:
    """Who rated what, and what is known of the pictures.

    item, rater, offset   (r,) of every rating of the raters taken in; offset: rating - the picture's mean
    raters                how many, numbered from 0
    features, truth       (n, f) and (n,) of every rated picture; truth: its mean rating
    scale, step           lowest and highest rating, and the smallest step between two
    """

    item: Ints
    rater: Ints
    offset: Floats
    raters: int
    features: Floats
    truth: Floats
    scale: tuple[float, float]
    step: float

    def on_scale(self, rating: Floats) -> Floats:
        """As it could be given: to the nearest step, within the scale."""
        low, high = self.scale
        return np.clip(low + self.step * np.round((rating - low) / self.step), low, high)


def check(data: Dataset, ks: Sequence[int]) -> tuple[int, ...]:
    """Those numbers of pictures that enough raters rated, ascending.

    Raises
    ------
    UserError
        for one that is too small
    BadInput
        for a set without ratings, or where none is left
    """
    if min(ks, default=0) < _FEWEST_PICTURES:
        raise UserError(f"fake raters need {_FEWEST_PICTURES} or more pictures each, got {min(ks, default='none')}")
    counts = np.sort(np.bincount(data.ratings.rater, minlength=_FEWEST_RATERS))[::-1]
    kept = tuple(k for k in sorted(set(ks)) if (counts >= k).sum() >= _FEWEST_RATERS)
    if not kept:
        raise BadInput(
            f"fake raters need {_FEWEST_RATERS} raters with {min(ks)} ratings or more each; in {data.name} the "
            f"{_FEWEST_RATERS} who rated most have {counts[_FEWEST_RATERS - 1]} or more"
        )
    return kept


def ask(
    data: Dataset, X: Matrix, attributes: Matrix, ks: Sequence[int], repeats: int, seed: int, progress: Progress
) -> list[Row]:
    """A row for every repeat, k, sigma and kind of fake; the same seed, the same rows.

    Parameters
    ----------
    X, attributes
        (n, d) and (n, 10) of the set's pictures; the features are the attributes and what X says of content
    """
    features = np.hstack([attributes, Content.fit(X).transform(X)])
    known = offsets(data.ratings, features, scale_of(data), max(ks))
    rows: list[Row] = []
    for repeat in range(repeats):
        progress("ranking raters", repeat, repeats)
        for k in ks:
            rng = np.random.default_rng([seed, repeat, k])
            rows += ({**row, "repeat": repeat, "raters": known.raters} for row in _trial(known, k, rng))
    return rows


def offsets(ratings: Ratings, features: NDArray[np.floating], scale: tuple[float, float], k: int) -> _Offsets:
    """What sets each rater with k ratings or more apart from the mean of everybody.

    Parameters
    ----------
    features
        (n, f) of all pictures of the set
    """
    items, item = np.unique(ratings.item, return_inverse=True)
    truth = np.bincount(item, ratings.score) / np.bincount(item)
    enough = np.bincount(ratings.rater)[ratings.rater] >= k
    raters, rater = np.unique(ratings.rater[enough], return_inverse=True)
    given = np.unique(ratings.score)
    return _Offsets(
        item=item[enough],
        rater=rater,
        offset=(ratings.score - truth[item])[enough],
        raters=len(raters),
        features=np.asarray(features[items], np.float64),
        truth=truth,
        scale=scale,
        step=float(np.diff(given).min()) if len(given) > 1 else 1.0,
    )


def _trial(known: _Offsets, k: int, rng: np.random.Generator) -> Iterator[Row]:
    """One draw of k pictures for everybody: the mean rank of the fakes among all, from 1 to raters + FAKES."""
    drawn = _drawn(known, k, rng)
    real = closeness(known.features[known.item[drawn]], known.offset[drawn])
    for sigma in _SIGMAS:
        for kind, offset, item in _fakes(known, k, sigma, rng):
            ranks = rankdata([*real, *closeness(known.features[item], offset)])
            points = round(sigma * (known.scale[1] - known.scale[0]), 6)
            yield {"fakes": kind, "sigma": points, "k": k, "mean_rank": float(ranks[len(real) :].mean())}


def closeness(features: Floats, offset: Floats) -> Floats:
    """(p,) each rater's score: the sum over features of |Spearman(feature, offset)|; 0 for a constant one.

    Parameters
    ----------
    features
        (p, k, f) of the pictures of each rater
    offset
        (p, k)
    """
    told = _unit_ranks(offset[:, :, None]).transpose(0, 2, 1) @ _unit_ranks(features)
    return np.asarray(np.abs(told).sum(axis=(1, 2)), np.float64)


def _unit_ranks(values: Floats) -> Floats:
    """Ranks along the second axis, centred, of length 1: their dot products are Spearman's correlations."""
    ranks = rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(ranks, axis=1, keepdims=True)
    return np.asarray(ranks / np.where(length > 0, length, 1), np.float64)


def _drawn(known: _Offsets, k: int, rng: np.random.Generator) -> Ints:
    """(raters, k) positions of k of each rater's ratings, at random."""
    order = np.lexsort((rng.random(len(known.rater)), known.rater))
    first = np.searchsorted(known.rater[order], np.arange(known.raters))
    return np.asarray(order[first[:, None] + np.arange(k)], np.int64)


def _fakes(known: _Offsets, k: int, sigma: float, rng: np.random.Generator) -> Iterator[tuple[str, Floats, Ints]]:
    """(kind, offset (FAKES, k), item (FAKES, k)): the same noise on the same pictures, taken as it is and on scale."""
    item = np.array([rng.choice(len(known.truth), k, replace=False) for _ in range(FAKES)])
    noise = rng.normal(0, sigma * (known.scale[1] - known.scale[0]), (FAKES, k))
    truth = known.truth[item]
    yield KINDS[0], noise, item
    yield KINDS[1], known.on_scale(truth + noise) - truth, item


# What is shown


def sum_up(rows: Sequence[Row], seed: int) -> list[Row]:
    """Mean rank with its 95 % interval over repeats (none of one repeat), for each kind of fake, sigma and k.

    alike : the mean rank if real raters were like fakes
    """
    figures: list[Row] = []
    for fakes, sigma, k in sorted({(r["fakes"], r["sigma"], r["k"]) for r in rows}):
        cell = [r for r in rows if (r["fakes"], r["sigma"], r["k"]) == (fakes, sigma, k)]
        e = bootstrap(np.array([r["mean_rank"] for r in cell]), seed)
        ends = {"low": round(e.low, 3), "high": round(e.high, 3)} if e.has_interval else {"low": None, "high": None}
        found = {"mean_rank": round(e.mean, 3), **ends}
        first = {name: value for name, value in cell[0].items() if name not in ("repeat", "mean_rank")}
        figures.append(first | found | {"alike": (first["raters"] + FAKES + 1) / 2, "repeats": len(cell)})
    return figures


def table(figures: Sequence[Row]) -> str:
    """Markdown: the mean rank of the fakes, a table for each kind of them."""
    first = figures[0]
    lines = [
        f"# Fake raters: {first['data']}, encoder {first['encoder']}",
        "",
        f"Mean rank of {FAKES} fake raters among {first['raters']} real ones, from 1 (offsets that go least with the "
        f"pictures' features), {_over(first['repeats'])}. "
        f"Were real raters like fakes it would be {first['alike']:g}.",
        "",
    ]
    ks = sorted({f["k"] for f in figures})
    for kind in KINDS:
        cells = {(f["sigma"], f["k"]): f for f in figures if f["fakes"] == kind}
        sigmas = sorted({sigma for sigma, _ in cells})
        lines += [f"## Fakes {kind}", ""]
        lines += grid("pictures", ks, {f"sigma {s:g}": [_cell(cells[s, k]) for k in ks] for s in sigmas})
    return "\n".join(lines)


def _over(repeats: int) -> str:
    return f"with 95 % intervals over {repeats} repeats" if repeats > 1 else "of one repeat, so without intervals"


def _cell(figure: Row) -> str:
    if figure["low"] is None:
        return f"{figure['mean_rank']:.1f}"
    return f"{figure['mean_rank']:.1f} [{figure['low']:.1f}, {figure['high']:.1f}]"


def draw(figures: Sequence[Row]) -> str:
    """SVG: a panel for each kind of fake, a line for each sigma; thin: the rank if real raters were like fakes."""
    panels = [_panel(kind, [f for f in figures if f["fakes"] == kind]) for kind in KINDS]
    return plots.standalone(panels, f"{figures[0]['data']}, encoder {figures[0]['encoder']}: mean rank of fake raters")


def _panel(kind: str, figures: Sequence[Row]) -> plots.Panel:
    lines = []
    for number, sigma in enumerate(sorted({f["sigma"] for f in figures})):
        mine = [f for f in figures if f["sigma"] == sigma]
        k, mean = ([f[name] for f in mine] for name in ("k", "mean_rank"))
        low, high = ([math.nan if f[name] is None else f[name] for f in mine] for name in ("low", "high"))
        lines.append(plots.Line(f"sigma {sigma:g}", k, mean, low, high, *plots.style_of(number)))
    return plots.Panel(f"fakes {kind}", "pictures of each rater", lines, level=figures[0]["alike"], from_zero=True)
