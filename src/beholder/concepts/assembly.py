"""All that is said of a collection's pictures, of every source: its columns, what is measured, heads, a text tower."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.concepts.bank import GROUPS
from beholder.concepts.columns import WRITTEN
from beholder.concepts.tags import Tags
from beholder.types import Matrix

# Share of a collection that a word must be said of by what is not written, or it is said of none: encoders take up to
# a fifth of paintings for photographs, so in a collection of paintings all of these would be wrong.
_LEAST = {("medium", "photograph"): 0.25}


def words_of(columns: Tags, sources: Sequence[Tags]) -> Tags:
    """One set of words of n pictures.

    columns : what is written of them, nan where nothing of that group is; of `WRITTEN` it goes before any other source
    sources : the others; what one of them says is said, and probabilities are nan where it cannot tell

    Words come group by group. Of a picture of which no source can tell, a word is not said, and its probability is 0.
    """
    of: dict[tuple[str, str], list[tuple[Matrix, NDArray[np.bool_]]]] = {}
    for tags in (columns, *sources):
        p, said = np.ascontiguousarray(tags.probabilities.T), np.ascontiguousarray(tags.said.T)
        for k, word in enumerate(zip(tags.groups, tags.names, strict=True)):
            if tags is not columns or word[0] not in WRITTEN:
                of.setdefault(word, []).append((p[k], said[k]))
    written = {word: k for k, word in enumerate(zip(columns.groups, columns.names, strict=True))}
    words = sorted({**of, **dict.fromkeys(written)}, key=lambda word: GROUPS.index(word[0]))
    n = len(columns.said)
    p, said = np.zeros((len(words), n), np.float32), np.zeros((len(words), n), bool)  # a word's numbers side by side
    told = {group: _told(columns, group) for group in WRITTEN}
    for at, word in enumerate(words):
        for own, yes in of.get(word, []):
            np.fmax(p[at], own, out=p[at])
            said[at] |= yes
        said[at] &= np.count_nonzero(said[at]) >= _LEAST.get(word, 0) * n
        if (rows := told.get(word[0])) is not None:
            column = written.get(word)
            p[at, rows] = 0 if column is None else columns.probabilities[rows, column]
            said[at, rows] = False if column is None else columns.said[rows, column]
    guessable = frozenset[str]().union(*(tags.guessable for tags in sources))
    return Tags([word for _, word in words], [group for group, _ in words], p.T, said.T, guessable)


def _told(columns: Tags, group: str) -> NDArray[np.bool_]:
    """(n,) of which pictures the columns say something of that group."""
    of = [k for k, own in enumerate(columns.groups) if own == group]
    return np.asarray(~np.isnan(columns.probabilities[:, of]).any(axis=1) & bool(of))
