"""What is said of the pictures of a pool: words, how strongly each holds of each picture, and whether it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.features.vocabulary import Vocabulary
from beholder.types import Ints, Matrix

_MOST = 12  # words that a taste is looked for in: the commonest
_COMMON = (0.03, 0.7)  # shares of the pool of which a word must be said; fewer than `_FEWEST` pictures are never enough
_FEWEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """What is said of each of n pictures.

    Attributes
    ----------
    names, groups
        (w,) the words as they are said, and the group of each, one of `GROUPS`
    probabilities
        (n, w) how strongly each word holds of each picture: for ordering
    said
        (n, w) whether each word is said of each picture: only where it was shown to hold
    """

    names: Sequence[str]
    groups: Sequence[str]
    probabilities: Matrix
    said: NDArray[np.bool_]

    @classmethod
    def nothing(cls, n: int) -> Tags:
        """No word of n pictures."""
        return cls((), (), np.zeros((n, 0), np.float32), np.zeros((n, 0), bool))

    @classmethod
    def of(cls, vocabulary: Vocabulary | None, X: Matrix) -> Tags:
        """Of rows (n, d) of the encoder; no words where it says none."""
        if vocabulary is None:
            return cls.nothing(len(X))
        p = vocabulary.probabilities(X)
        return cls(vocabulary.names, vocabulary.groups, p, np.asarray(p >= vocabulary.said_from))

    def where(self, known: NDArray[np.bool_]) -> Tags:
        """The same of the pictures that are known, (n,); of others nothing can be told."""
        p = np.where(known[:, None], self.probabilities, np.float32(np.nan))
        return Tags(self.names, self.groups, p, self.said & known[:, None])

    def common(self) -> Tags:
        """Those that tell the pictures of this pool apart."""
        count, n = self.said.sum(axis=0), max(1, len(self.said))
        telling = np.flatnonzero((count >= max(_FEWEST, _COMMON[0] * n)) & (count <= _COMMON[1] * n))
        chosen = np.sort(telling[np.argsort(-count[telling], kind="stable")][:_MOST])
        return self.take(chosen)

    def shared(self, row: int, other: int) -> list[str]:
        """The words that are said of both pictures."""
        return [self.names[k] for k in np.flatnonzero(self.said[row] & self.said[other]).tolist()]

    def both(self, rows: Ints, others: Ints, most: int) -> list[list[str]]:
        """The first of these words for each of k pairs of rows; none where the other is -1."""
        found: list[list[str]] = [[] for _ in range(len(rows))]
        pairs = np.flatnonzero(others >= 0)
        for at, word in np.argwhere(self.said[rows[pairs]] & self.said[others[pairs]]).tolist():
            told = found[pairs[at]]
            if len(told) < most:
                told.append(self.names[word])
        return found

    def take(self, columns: NDArray[Any]) -> Tags:
        """Some of the words."""
        names, groups = [self.names[k] for k in columns.tolist()], [self.groups[k] for k in columns.tolist()]
        return Tags(names, groups, self.probabilities[:, columns], self.said[:, columns])
