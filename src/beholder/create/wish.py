"""What somebody wishes of new pictures beside their taste: to be like one, between two, more or less of a word.

Likeness is measured in half-whitened components of an encoder's rows, as in `search/looks.py`. A word has a direction
there: that in which the pictures of the collection differ by how strongly it holds of them (ridge regression).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from beholder.collection import Collection
from beholder.concepts import Tags, find_words
from beholder.errors import BadPicture, UnknownName, UserError
from beholder.images import open_image
from beholder.maker import Scorer
from beholder.taste.feature_map import principal_components
from beholder.types import Floats, Ints

_COMPONENTS, _POWER = 96, 0.5
_RIDGE = 0.1  # of the mean variance of a component
_LEAST = 1e-4  # probability of a word, and 1 less it
_MOST = 2.0  # standard deviations of the collection, from which on more of a wish counts no more
_LOOKED_AT = 640  # pixels of the longer side of a picture file


@dataclass(frozen=True)
class Wish:
    """What new pictures are to be like, beside the taste.

    Attributes
    ----------
    like
        the name of a picture of the collection, or of one that was made from it, or a picture file
    between
        two of these
    more, less
        words that are known of the collection's pictures
    """

    like: str = ""
    between: tuple[str, str] | None = None
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.like or self.between or self.more or self.less)

    @property
    def pictures(self) -> tuple[str, ...]:
        return self.between or ((self.like,) if self.like else ())

    def check(self) -> None:
        """Raises
        ------
        UserError
        """
        if self.like and self.between:
            raise UserError("a picture is made like one or between two: leave one of them out")
        if self.between and self.between[0] == self.between[1]:
            raise UserError("between needs two different pictures; for one alone there is like")
        if both := set(self.more) & set(self.less):
            raise UserError(f"more and less of '{min(both)}' cannot both be had")


NOTHING = Wish()


class Leaning:
    """How well rows of the encoder fit a wish, in standard deviations of the collection.

    Attributes
    ----------
    rows
        (1 or 2, d) of the pictures that new ones are to be like, (0, d) where there are none
    """

    def __init__(self, known: NDArray[np.float64], rows: NDArray[np.float64], words: Floats) -> None:
        """known (n, d) of the collection · words (n, w) how strongly each wished word holds of them; less: negative"""
        self.rows = rows
        mean, self._axes = principal_components(known.astype(np.float32), _COMPONENTS, _POWER)
        self._shift = mean @ self._axes
        Z = self._at(known)
        self._target = _unit(self._at(rows)).mean(0) if len(rows) else None
        variance = Z.T @ Z
        ridge = _RIDGE * np.trace(variance) / len(variance) * np.eye(len(variance))
        self._ways = np.linalg.solve(variance + ridge, Z.T @ (words - words.mean(0)))
        raw = self._raw(Z)
        self._mean, self._spread = raw.mean(0), raw.std(0) + 1e-12

    def __call__(self, rows: NDArray[np.float64]) -> Floats:
        """(n,) of rows (n, d)"""
        parts = np.minimum((self._raw(self._at(rows)) - self._mean) / self._spread, _MOST)
        found: Floats = parts.sum(1) / np.sqrt(parts.shape[1])
        return found

    def _raw(self, Z: Floats) -> Floats:
        alike = [] if self._target is None else [(_unit(Z) @ self._target)[:, None]]
        return np.hstack([*alike, Z @ self._ways])

    def _at(self, rows: NDArray[np.float64]) -> Floats:
        return np.asarray(rows @ self._axes - self._shift, np.float64)


def rows_of(wish: Wish, collections: Sequence[Collection], scorer: Scorer) -> NDArray[np.float64]:
    """(p, d) the features of the pictures that a wish names: the first collection that knows a name counts.

    Raises
    ------
    UnknownName
    BadPicture
        where it is a file that cannot be opened
    """
    found = [_row_of(name, collections, scorer) for name in wish.pictures]
    return np.asarray(found, np.float64).reshape(len(found), collections[0].X.shape[1])


def _row_of(name: str, collections: Sequence[Collection], scorer: Scorer) -> NDArray[np.float32]:
    unknown: UnknownName | None = None
    for each in collections:
        try:
            return np.asarray(each.X[each.find(name)], np.float32)
        except UnknownName as fault:
            unknown = unknown or fault
    path = Path(name).expanduser()
    if not path.is_file():
        raise unknown or UnknownName(f"there is no picture '{name}'")
    try:
        return np.asarray(scorer.features([open_image(path, max_side=_LOOKED_AT)])[0], np.float32)
    except BadPicture as fault:
        raise BadPicture(f"{name}: {fault}") from None


def word_strengths(wish: Wish, tags: Tags, rows: Ints) -> Floats:
    """(n, w) how strongly each wished word holds of these pictures, those to have less of negative.

    Raises
    ------
    UnknownName
        where a word is not known of them
    """
    signed = [(word, 1.0) for word in wish.more] + [(word, -1.0) for word in wish.less]
    columns = [sign * _strength(word, tags, rows) for word, sign in signed]
    return np.stack(columns, 1) if columns else np.empty((len(rows), 0))


def unknown_words(words: Sequence[str], tags: Tags) -> list[str]:
    """Those of some wished words that nothing is known of."""
    return [word for word in words if not _columns(word, tags)]


def _strength(word: str, tags: Tags, rows: Ints) -> Floats:
    """Of several words that are none together, as "pale sky", how strongly each holds."""
    columns = _columns(word, tags)
    if not columns:
        raise UnknownName.of("word", word, tags.names)
    strength = np.sum([_holding(word, tags, rows, column) for column in columns], axis=0)
    return np.asarray(strength / strength.std(), np.float64)


def _columns(word: str, tags: Tags) -> list[int]:
    """Of the word, or else of the words that it consists of; none where one is not known."""
    whole = _column(word, tags)
    found = [whole] if whole is not None else [_column(part, tags) for part in word.split()]
    known = [column for column in found if column is not None]
    return known if len(known) == len(found) else []


def _column(word: str, tags: Tags) -> int | None:
    known = {name.casefold(): at for at, name in enumerate(tags.names)}
    meant = [word.casefold().strip(), *(one.word.casefold() for one in find_words(word))]
    return next((known[name] for name in meant if name in known), None)


def _holding(word: str, tags: Tags, rows: Ints, column: int) -> Floats:
    p = np.asarray(tags.probabilities[rows, column], np.float64)
    p = np.where(np.isfinite(p), p, np.nanmean(p) if np.isfinite(p).any() else 0.5)
    strength: Floats = logit(np.clip(p, _LEAST, 1 - _LEAST))
    if strength.std() < 1e-6:
        raise UserError(f"'{word}' holds of all pictures here alike, so nothing can be learned of it")
    return np.asarray(strength / strength.std(), np.float64)


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
