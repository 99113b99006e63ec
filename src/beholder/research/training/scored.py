"""Pictures with one score each: what a network is fine-tuned on, whatever it was that people said.

Scores are taken to one scale, mean SCORE_MEAN and standard deviation SCORE_SPREAD over the pictures that are learned
from, so that one head can be learned on several sets together and one network be compared with another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.errors import BadInput, BadPicture
from beholder.features.encoder_row import OPENED_AT
from beholder.images import open_image
from beholder.jobs import map_jobs
from beholder.research.bench.raters import column as column_of
from beholder.research.datasets import Dataset, load_plain, same_pictures
from beholder.research.training.distortions import KINDS, LEVELS, distorted
from beholder.taste.baselines import BradleyTerry
from beholder.taste.generic import adjusted_means
from beholder.types import Answers, Floats, Ints, Progress, silent

_SCORE_MEAN, _SCORE_SPREAD = 0.5, 0.18
_LOWEST, _HIGHEST = 0.02, 0.98
_HELD_OUT = 0.2  # of the pictures of a set without splits
_ROOM = 8 / 7  # side of a picture as it is kept, times the side that the network sees: room for crops


@dataclass(frozen=True, eq=False)
class ScoredSet:
    """One database.

    Attributes
    ----------
    name
        as its task vector will be called
    squares
        (n, kept, kept, 3) bytes, ROOM times as wide as the network's pictures
    score
        (n,) from 0 to 1; (n, c) where several columns were asked for
    held_out
        (n,) bool: never learned from
    """

    name: str
    squares: NDArray[np.uint8]
    score: Floats
    held_out: NDArray[np.bool_]

    @property
    def learned(self) -> Ints:
        return np.flatnonzero(~self.held_out)

    @property
    def revision(self) -> str:
        """Changes with any picture, score or split."""
        digest = hashlib.sha256(f"{self.name} {self.squares.shape}".encode())
        for part in (self.squares, self.score, self.held_out):
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()[:16]


def scored_set(
    data: Dataset,
    side: int,
    *,
    column: str | Sequence[str] | None = None,
    lowest: float | None = None,
    name: str | None = None,
    seed: int = 0,
    threads: int = 1,
    progress: Progress | None = None,
) -> ScoredSet:
    """A rated set as scores: of training raters alone, the test pictures held out; a fifth of them where it says none.

    Parameters
    ----------
    column
        of items.csv that holds the score; None: "score" where there is one, else the mean of the ratings, adjusted
        for how each rater uses the scale, else Bradley-Terry strengths of the choices. With several, a score is a
        row of as many, and a picture that lacks one is left out
    lowest
        the lowest score becomes this and the highest 1; None: mean and standard deviation as above
    side
        of the pictures that the network will see

    Raises
    ------
    BadInput
        where a picture cannot be opened, or nothing is scored
    """
    which, raw = _scores(data, column)
    files = [data.files[i] for i in which]
    test = data.item_is_test
    held_out = _some(same_pictures(files), seed) if test is None else test[which]
    if len(which) < 2 or held_out.all() or (np.ptp(raw[~held_out], axis=0) == 0).any():
        raise BadInput(f"{data.name}: wanted are pictures of different scores to learn from, got {(~held_out).sum()}")
    squares = _kept_squares(files, kept_side(side), threads, progress or silent)
    score = _scaled(raw, ~held_out) if lowest is None else _stretched(raw, ~held_out, lowest)
    return ScoredSet(name or data.name, squares, score, held_out)


def read_set(spec: str, side: int, *, seed: int = 0, threads: int = 1, progress: Progress | None = None) -> ScoredSet:
    """A set by its name on the command line: FOLDER, of which ?COLUMN=VALUE picks pictures and #COLUMN is the score.

    The set is called after the last of these.

    Raises
    ------
    BadInput
    UnknownName
        where there is no such set
    """
    rest, _, column = spec.partition("#")
    folder, _, where = rest.partition("?")
    data = load_plain(Path(folder).expanduser())
    name = data.name
    if where:
        of, _, value = where.partition("=")
        data, name = data.where(of, value), value
    return scored_set(
        data, side, column=column.casefold() or None, name=column or name, seed=seed, threads=threads, progress=progress
    )


def quality_set(
    files: Sequence[Path],
    side: int,
    *,
    name: str = "quality",
    pictures: int = 3000,
    seed: int = 0,
    threads: int = 1,
    progress: Progress | None = None,
) -> ScoredSet:
    """An image-quality database as KADID-10k was made: clean pictures, degraded in six ways at five levels.

    Every picture is degraded in one way at each level, as far as `pictures` go; its score is how little. All of
    one clean picture are held out together. Lin, Hosu & Saupe, KADID-10k, QoMEX 2019.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(files))[: max(2, pictures // LEVELS)]
    clean = _kept_squares([files[i] for i in chosen], kept_side(side), threads, progress or silent)
    squares = [
        distorted(square, KINDS[i % len(KINDS)], level, np.random.default_rng([seed, i, level]))
        for i, square in enumerate(clean)
        for level in range(1, LEVELS + 1)
    ]
    raw = np.tile(-np.arange(1.0, LEVELS + 1), len(clean))
    held_out = np.repeat(rng.random(len(clean)) < _HELD_OUT, LEVELS)
    return ScoredSet(name, np.stack(squares), _scaled(raw, ~held_out), held_out)


def kept_side(side: int) -> int:
    """Of a picture as it is kept for a network that sees squares of `side`."""
    return round(side * _ROOM)


def _kept_squares(files: Sequence[Path], kept: int, threads: int, progress: Progress) -> NDArray[np.uint8]:
    """(n, kept, kept, 3) pictures, squashed. raises : BadInput naming those that cannot be opened"""
    squares, broken = np.empty((len(files), kept, kept, 3), np.uint8), []
    for i, square in enumerate(map_jobs(lambda file: _square(file, kept), files, workers=threads)):
        if isinstance(square, BadPicture):
            broken.append(f"{files[i].name} ({square})")
        else:
            squares[i] = square
        progress("opening the pictures", i + 1, len(files))
    if broken:
        raise BadInput(f"pictures that cannot be opened: {', '.join(broken[:10])}; take them out")
    return squares


def without(data: ScoredSet, which: NDArray[np.bool_]) -> ScoredSet:
    """The set without some of its pictures."""
    return replace(data, squares=data.squares[~which], score=data.score[~which], held_out=data.held_out[~which])


def _square(file: Path, kept: int) -> NDArray[np.uint8] | BadPicture:
    try:
        picture = open_image(file, max_side=max(OPENED_AT, 2 * kept))
    except BadPicture as reason:
        return reason
    return np.asarray(picture.resize((kept, kept), Image.Resampling.BOX))


def _scores(data: Dataset, column: str | Sequence[str] | None) -> tuple[Ints, Floats]:
    """Rows of the items that have a score, and it."""
    if column is None and "score" in data.columns and not len(data.ratings):
        column = "score"
    if isinstance(column, str):
        which, raw = _of_columns(data, [column])
        return which, raw[:, 0]
    if column is not None:
        return _of_columns(data, column)
    if len(data.ratings):
        rows, mean, _ = adjusted_means(_teachers(data, data.ratings))
        return rows, mean
    if len(data.choices):
        return _strengths(data)
    raise BadInput(f"{data.name} scores nothing: wanted are ratings, choices, or a column score in items.csv")


def _of_columns(data: Dataset, columns: Sequence[str]) -> tuple[Ints, Floats]:
    """Rows of the items that have a number in each, and (k, columns) these."""
    if absent := [name for name in columns if name not in data.columns]:
        raise BadInput(f"{data.name} has no column {_quoted(absent)}; there are: {_quoted(sorted(data.columns))}")
    values = np.stack([column_of(data, name) for name in columns], axis=1)
    known = np.flatnonzero(np.isfinite(values).all(1))
    return known, values[known]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _teachers(data: Dataset, judgements: Any) -> list[Answers]:
    """What each training rater said."""
    may = np.ones(len(data.raters), bool) if data.rater_is_test is None else ~data.rater_is_test
    each = [judgements.take(judgements.rater == rater) for rater in np.flatnonzero(may)]
    if judgements is data.ratings:
        return [Answers(rows=own.item, ratings=own.score) for own in each]
    return [Answers(choices=own.won(), weights=np.ones(len(own.won())), ties=own.tied()) for own in each]


def _strengths(data: Dataset) -> tuple[Ints, Floats]:
    people = _teachers(data, data.choices)
    choices = np.concatenate([p.choices for p in people])
    ties = np.concatenate([p.ties for p in people])
    nothing = np.zeros((len(data.items), 1))  # no features: a strength for each picture is all that is wanted
    model = BradleyTerry().fit(nothing, choices=choices, ties=ties)
    return model.compared_, model.strengths_


def _some(pictures: Ints, seed: int) -> NDArray[np.bool_]:
    """A fifth of them, copies of one picture together."""
    units, unit = np.unique(pictures, return_inverse=True)
    chosen: NDArray[np.bool_] = np.random.default_rng(seed).random(len(units)) < _HELD_OUT
    return chosen[unit]


def _scaled(raw: Floats, learned: NDArray[np.bool_]) -> Floats:
    mean, spread = raw[learned].mean(0), raw[learned].std(0)
    score: Floats = np.clip(_SCORE_MEAN + _SCORE_SPREAD * (raw - mean) / spread, _LOWEST, _HIGHEST)
    return score


def _stretched(raw: Floats, learned: NDArray[np.bool_], lowest: float) -> Floats:
    low, high = raw[learned].min(0), raw[learned].max(0)
    return lowest + (1 - lowest) * (raw - low) / (high - low)
