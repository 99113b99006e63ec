"""What is known of pictures by the words of the bank: yes, no or nothing, from people's labels and from teachers.

Four sources, the surer before the others:

1. A table of pictures looked at for every word of a list (columns set, file, labels): what is not said of a picture
   does not hold; a word with a question mark is left open. Another of pictures looked at for one word (columns set,
   file, word, holds).
2. The column `style` of a set of paintings, and the column `kind` of any set: of every style, and of every medium.
3. The columns `label` and `caption`: what they say holds; what they do not say stays open.
4. Teachers: from a probability of `_SURE` on a word holds, below `_UNLIKELY` it does not, in between it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.concepts import BankWord
from beholder.research.datasets.tables import Faults, Row, read_table
from beholder.types import Matrix

YES, NO, OPEN = 1, 0, -1
JUDGED, TOLD, TAUGHT = 4.0, 1.0, 0.5  # weights of what a person saw, what a column says, what a teacher thinks
_SURE, _UNLIKELY = 0.45, 0.03
_LEAST_CONCEPT = 0.35  # the labeler's own numbers are lower: this is as sure as `_SURE`

Answers = NDArray[np.int8]  # (n, w) of YES, NO and OPEN


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPictures:
    """n pictures and what is known of them, w words.

    Attributes
    ----------
    files
        (n,) below the folder of the sets
    groups
        (n,) by whom or from where: pictures that are alike for another reason than the word
    known, weights
        (n, w) the answers, and how sure they are
    judged
        (n, w) whether a person or a column answers for that word, yes or no
    """

    files: tuple[str, ...]
    groups: tuple[str, ...]
    known: Answers
    weights: Matrix
    judged: NDArray[np.bool_]

    def only(self, which: NDArray[np.bool_]) -> LabelledPictures:
        """Some of the pictures, (n,)."""
        at = np.flatnonzero(which).tolist()
        files, groups = tuple(self.files[i] for i in at), tuple(self.groups[i] for i in at)
        return LabelledPictures(files, groups, self.known[at], self.weights[at], self.judged[at])


def read_judged(path: Path) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """{set/file: the words that hold, the words left open} of a table of judged pictures. raises : BadInput"""
    faults = Faults()
    _, rows = read_table(path, ("set", "file", "labels"), faults)
    faults.raise_if_any(path)
    found = {}
    for row in rows:
        words = [word.strip() for word in row["labels"].split(";") if word.strip()]
        left_open = frozenset(word.removesuffix("?") for word in words if word.endswith("?"))
        found[f"{row['set']}/{row['file']}"] = frozenset(words) - {f"{w}?" for w in left_open}, left_open
    return found


def judged_words(judged: Mapping[str, tuple[frozenset[str], frozenset[str]]]) -> frozenset[str]:
    """The words that a table of judged pictures was looked at for: all that it says of any picture."""
    return frozenset(word for said, left_open in judged.values() for word in said | left_open)


def read_labels(
    data: Path, words: Sequence[BankWord], judged: Mapping[str, tuple[frozenset[str], frozenset[str]]],
    asked: frozenset[str], without: frozenset[str],
) -> LabelledPictures:  # fmt: skip
    """All pictures of the sets below `data` that say something of these words.

    Parameters
    ----------
    judged
        the pictures that were looked at, as of `read_judged`
    asked
        the words that they were looked at for
    without
        sets that are left out

    Raises
    ------
    BadInput
    """
    found = [(folder.name, row) for folder in _sets(data, without) for row in _rows(folder)]
    files = tuple(f"{name}/{row['file']}" for name, row in found)
    known, weights = np.full((len(files), len(words)), OPEN, np.int8), np.zeros((len(files), len(words)), np.float32)
    judged_ = np.zeros(known.shape, bool)
    of_medium = frozenset(label for word in words if word.group == "medium" for label in word.labels)
    for i, (file, (_, row)) in enumerate(zip(files, found, strict=True)):
        styles = frozenset(part.strip() for part in row.get("style").split(",") if part.strip())
        told = frozenset(filter(None, [row.get("label"), row.get("kind")]))
        said, left_open = judged.get(file, (None, frozenset()))
        styles |= told & frozenset(label for word in words if word.group == "style" for label in word.labels)
        text = frozenset(re.findall(r"[a-z]+", row.get("caption").lower()))
        for k, word in enumerate(words):
            answer, sure = OPEN, TOLD
            if styles and word.group == "style" and word.labels:
                answer = int(bool(styles & frozenset(word.labels)))
            elif word.group == "medium" and told & of_medium and word.labels:
                answer = int(bool(told & frozenset(word.labels)))
            elif said is not None and word.word in asked:
                answer, sure = OPEN if word.word in left_open else int(word.word in said), JUDGED
            elif (told | text) & frozenset(word.labels):
                known[i, k], weights[i, k] = YES, TOLD
                continue
            known[i, k], weights[i, k], judged_[i, k] = answer, sure, answer != OPEN
    groups = tuple(row.get("artist") or file for file, (_, row) in zip(files, found, strict=True))
    return LabelledPictures(files, groups, known, weights, judged_)


def read_looked_for(path: Path) -> dict[str, dict[str, bool]]:
    """{word: {set/file: whether it holds}} of pictures that were looked at for one word each. raises : BadInput"""
    faults = Faults()
    _, rows = read_table(path, ("set", "file", "word", "holds"), faults)
    faults.raise_if_any(path)
    found: dict[str, dict[str, bool]] = {}
    for row in rows:
        found.setdefault(row["word"], {})[f"{row['set']}/{row['file']}"] = row["holds"] == "yes"
    return found


def add_looked_for(
    pictures: LabelledPictures, words: Sequence[BankWord], found: Mapping[str, Mapping[str, bool]]
) -> None:
    """Set what was seen of single words; pictures that are not among these are passed over."""
    at = {file: i for i, file in enumerate(pictures.files)}
    for k, word in enumerate(words):
        for file, holds in found.get(word.word, {}).items():
            if (i := at.get(file)) is not None:
                pictures.known[i, k], pictures.weights[i, k], pictures.judged[i, k] = int(holds), JUDGED, True


def add_teachers(
    pictures: LabelledPictures, words: Sequence[BankWord], classes: Matrix | None, concepts: Matrix | None,
    names: Sequence[str],
) -> None:  # fmt: skip
    """Fill in what is still open.

    classes : (n, 1000) probabilities of the ImageNet classes; None where no teacher gives them
    concepts, names : (n, c) probabilities of the labeler's concepts; None likewise
    """
    for k, word in enumerate(words):
        sure, unlikely = np.zeros(len(pictures.files), bool), np.ones(len(pictures.files), bool)
        asked = False
        if classes is not None and word.classes:
            p = classes[:, list(word.classes)].sum(axis=1)
            sure, unlikely, asked = sure | (p >= _SURE), unlikely & (p < _UNLIKELY), True
        chosen = [names.index(name) for name in word.concepts if name in names]
        if concepts is not None and chosen:
            p = concepts[:, chosen].max(axis=1)
            sure, unlikely, asked = sure | (p >= _LEAST_CONCEPT), unlikely & (p < _UNLIKELY), True
        free = (pictures.known[:, k] == OPEN) & ~pictures.judged[:, k]
        for which, answer in ((sure, YES), (unlikely & ~sure, NO)):
            at = free & which & asked
            pictures.known[at, k], pictures.weights[at, k] = answer, TAUGHT


def _sets(data: Path, without: frozenset[str]) -> list[Path]:
    return sorted(p.parent for p in data.glob("*/items.csv") if p.parent.name not in without)


def _rows(folder: Path) -> list[Row]:
    faults = Faults()
    columns, rows = read_table(folder / "items.csv", ("file",), faults)
    faults.raise_if_any(folder)
    return rows if {"label", "caption", "style"} & set(columns) else []
