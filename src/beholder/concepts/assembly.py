"""All that is said of a collection's pictures, of every source: its columns, what is measured, heads, a text tower."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.concepts.bank import GROUPS
from beholder.concepts.tags import Tags


def words_of(columns: Tags, sources: Sequence[Tags]) -> Tags:
    """One set of words of n pictures.

    columns : what is written of them, nan where nothing of that group is; it goes before any other source
    sources : the others; what one of them says is said, and probabilities are nan where it cannot tell

    Words come group by group. Of a picture of which no source can tell, a word is not said, and its probability is 0.
    """
    of: dict[tuple[str, str], list[tuple[Tags, int]]] = {}
    for tags in sources:
        for k, word in enumerate(zip(tags.groups, tags.names, strict=True)):
            of.setdefault(word, []).append((tags, k))
    written = {word: k for k, word in enumerate(zip(columns.groups, columns.names, strict=True))}
    words = sorted({**of, **dict.fromkeys(written)}, key=lambda word: GROUPS.index(word[0]))
    n = len(columns.said)
    p, said = np.zeros((n, len(words)), np.float32), np.zeros((n, len(words)), bool)
    told = {group: _told(columns, group) for group in GROUPS}
    for at, word in enumerate(words):
        for tags, k in of.get(word, []):
            p[:, at] = np.fmax(p[:, at], tags.probabilities[:, k])
            said[:, at] |= tags.said[:, k]
        own, rows = written.get(word), told[word[0]]
        p[rows, at] = 0 if own is None else columns.probabilities[rows, own]
        said[rows, at] = False if own is None else columns.said[rows, own]
    return Tags([word for _, word in words], [group for group, _ in words], p, said)


def _told(columns: Tags, group: str) -> NDArray[np.bool_]:
    """(n,) of which pictures the columns say something of that group."""
    of = [k for k, own in enumerate(columns.groups) if own == group]
    return np.asarray(~np.isnan(columns.probabilities[:, of]).any(axis=1) & bool(of))
