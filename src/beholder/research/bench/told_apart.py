"""Do pictures made for two people look it? A third encoder tells them apart by what each of the two likes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.features.registry import load_encoder
from beholder.images import open_image
from beholder.research.bench.takers import Taker
from beholder.types import Floats, Matrix

ENCODER = "measures"  # of palettes, light, surface and layout; neither guides nor judges
_MOST = 40  # pictures that somebody likes, from which is learned what they like
_SIDE = 256
_SHRUNK = 0.1  # share of the plain variance in the variance within what somebody likes


def told_apart(made: Sequence[Sequence[Image.Image]], takers: Sequence[Taker], files: Sequence[Path]) -> list[float]:
    """For each person the share of pairs, of a picture made for them and one made for somebody else, that are told
    apart; nan for those whose `liked` is not known, and where all others like some of the same pictures.

    made : pictures of each person; files : of the set
    """
    eye = load_encoder(ENCODER)
    told: list[list[float]] = [[] for _ in takers]
    known = [at for at, one in enumerate(takers) if one.liked]
    rows = {at: eye.encode(made[at]) for at in known}
    liked = {at: eye.encode([_opened(files[row]) for row in _some(takers[at].liked)]) for at in known}
    for a, b in combinations(known, 2):
        if set(takers[a].liked).isdisjoint(takers[b].liked):
            share = ordered(rows[a], rows[b], direction(liked[a], liked[b]))
            told[a].append(share)
            told[b].append(share)
    return [float(np.mean(shares)) if shares else float("nan") for shares in told]


def direction(liked: Matrix, other: Matrix) -> Floats:
    """(d,) in which what one person likes lies from what another does: a linear discriminant [Fisher1936]."""
    a, b = np.asarray(liked, np.float64), np.asarray(other, np.float64)
    spread = np.vstack([a, b]).std(0) + 1e-9
    a, b = a / spread, b / spread
    within = np.vstack([a - a.mean(0), b - b.mean(0)])
    covariance = within.T @ within / len(within)
    covariance = (1 - _SHRUNK) * covariance + _SHRUNK * np.eye(len(covariance))
    found: Floats = np.linalg.solve(covariance, a.mean(0) - b.mean(0)) / spread
    return found


def ordered(rows: Matrix, others: Matrix, way: Floats) -> float:
    """The share of pairs of which the first lies farther that way; half of those as far as one another."""
    a, b = (rows @ way)[:, None], (others @ way)[None]
    return float(((a > b) + 0.5 * (a == b)).mean())


def _some(liked: Sequence[int]) -> list[int]:
    rows: list[int] = np.random.default_rng(0).permutation(np.array(liked, np.int64))[:_MOST].tolist()
    return rows


def _opened(file: Path) -> Image.Image:
    return open_image(file, max_side=_SIDE)
