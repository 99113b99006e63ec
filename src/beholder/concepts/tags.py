"""What is said of the pictures of a pool: words, how strongly each holds of each picture, and whether it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.features.vocabulary import Vocabulary
from beholder.types import Matrix

_FEWEST = 4  # pictures of which a word is said that is worth trying


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
    guessable
        words that may be told as a guess of what many pictures have in common, where none is said to have it
    """

    names: Sequence[str]
    groups: Sequence[str]
    probabilities: Matrix
    said: NDArray[np.bool_]
    guessable: frozenset[str] = frozenset()

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
        said = np.asarray(p >= vocabulary.said_from)
        return cls(vocabulary.names, vocabulary.groups, p, said, vocabulary.guessable)

    def where(self, known: NDArray[np.bool_]) -> Tags:
        """The same of the pictures that are known, (n,); of others nothing can be told."""
        p = np.where(known[:, None], self.probabilities, np.float32(np.nan))
        return replace(self, probabilities=p, said=self.said & known[:, None])

    def examples(self, most: int = 3) -> list[str]:
        """A few words to try: of each group the one said most often, though of no more than a third of the pictures."""
        counts = self.said.sum(axis=0)
        counts = np.where(counts * 3 <= len(self.said), counts, 0)
        best: dict[str, int] = {}
        for k in np.argsort(-counts, kind="stable").tolist():
            if counts[k] >= _FEWEST:
                best.setdefault(self.groups[k], k)
        return [self.names[k] for k in sorted(best.values())[:most]]

    def take(self, columns: NDArray[Any]) -> Tags:
        """Some of the words."""
        names, groups = [self.names[k] for k in columns.tolist()], [self.groups[k] for k in columns.tolist()]
        return Tags(names, groups, self.probabilities[:, columns], self.said[:, columns], self.guessable)
