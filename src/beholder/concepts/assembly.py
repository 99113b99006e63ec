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
    sources : the others, the first of which that ever says a word says it; probabilities are nan where it cannot tell

    Words come group by group. Of a picture of which no source can tell, a word is not said, and its probability is 0.
    """
    owner: dict[tuple[str, str], tuple[Tags, int]] = {}
    for tags in sorted(_parts(sources), key=lambda part: not part[0].said[:, part[1]].any()):
        owner.setdefault((tags[0].groups[tags[1]], tags[0].names[tags[1]]), tags)
    written = {(g, w): k for k, (g, w) in enumerate(zip(columns.groups, columns.names, strict=True))}
    words = sorted({*owner, *written}, key=lambda word: GROUPS.index(word[0]))
    n = len(columns.said)
    p, said = np.zeros((n, len(words)), np.float32), np.zeros((n, len(words)), bool)
    told = {group: _told(columns, group) for group in GROUPS}
    for at, (group, word) in enumerate(words):
        if (found := owner.get((group, word))) is not None:
            p[:, at], said[:, at] = found[0].probabilities[:, found[1]], found[0].said[:, found[1]]
        k = written.get((group, word))
        rows = told[group]
        p[rows, at] = 0 if k is None else columns.probabilities[rows, k]
        said[rows, at] = False if k is None else columns.said[rows, k]
    np.nan_to_num(p, copy=False)
    return Tags([word for _, word in words], [group for group, _ in words], p, said)


def _parts(sources: Sequence[Tags]) -> list[tuple[Tags, int]]:
    return [(tags, k) for tags in sources for k in range(len(tags.names))]


def _told(columns: Tags, group: str) -> NDArray[np.bool_]:
    """(n,) of which pictures the columns say something of that group."""
    of = [k for k, own in enumerate(columns.groups) if own == group]
    return np.asarray(~np.isnan(columns.probabilities[:, of]).any(axis=1) & bool(of))
