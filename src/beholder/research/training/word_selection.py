"""Which words the student may use: those it gets right of pictures that it never saw.

A word of the labeler's is judged by average precision against the labeler itself, on pictures that were kept out of the
training: one half chooses the words, the other gives the figure. A style word is learned from paintings of known style
and judged on artists who were not learned from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.features.vocabulary import Vocabulary
from beholder.research.datasets.tables import Faults, read_table
from beholder.types import Matrix

SAID = 0.3  # the labeler says a word of a picture from this probability on
_POSITIVES = 20  # pictures of which a word must be said
_SEEN = 3  # of those that choose the words
_TOLD = 0.5  # average precision from which on the student is said to know a word
_ARTISTS = 3  # of a style that is learned: fewer would be an artist's hand
_FOLDS = 5
_LIFT = 2.5  # times chance, from which average precision on a style says that it is known
_PRECISE = 0.7  # a word is said where it is right this often
_PENALTY = 0.01  # C of the logistic regression of a style on standardised embeddings


_SPOKEN = {
    "Plant": "plants",
    "Building": "buildings",
    "Romanticism": "Romantic",
    "Realism": "Realist",
}


def _spoken(word: str, kind: str) -> str:
    """The word as it stands in a sentence: things as "flowers" after "pictures with", styles as "Cubist" before it."""
    if word in _SPOKEN:
        return _SPOKEN[word]
    return word.removesuffix("ism") + "ist" * word.endswith("ism") if kind == "style" else word.lower()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, how often it is said of the pictures, and its average precision where it was chosen and where judged.

    Attributes
    ----------
    said_from
        the probability from which it is right `_PRECISE` of the time
    """

    name: str
    positives: int
    chosen_at: float
    judged_at: float
    chance: float
    said_from: float

    def row(self, kind: str) -> dict[str, Any]:
        """The word as it is written down."""
        told = {name: None if value != value else value for name, value in asdict(self).items()}
        rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in told.items()}
        return {"kind": kind, **rounded}

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Word:
        """What `row` wrote."""
        told: dict[str, Any] = {f.name: float("nan") if row[f.name] is None else row[f.name] for f in fields(cls)}
        return cls(**told)


def judge_words(
    names: Sequence[str], given: Matrix, said: Matrix, positives: NDArray[np.int64], never: Collection[str] = ()
) -> list[Word]:
    """The words that the student can tell on one half of these pictures, with their figures on the other.

    Parameters
    ----------
    given, said
        (n, words) probabilities by the student and by the labeler, of pictures that the student never saw
    positives
        of how many pictures in all the labeler says each word
    never
        words that are not used however well they are known
    """
    from sklearn.metrics import average_precision_score

    choosing = np.random.default_rng(0).permutation(len(said)) < len(said) / 2
    true = said >= SAID
    words = []
    for k, name in enumerate(names):
        if name in never or positives[k] < _POSITIVES or true[choosing, k].sum() < _SEEN:
            continue
        chosen_at = float(average_precision_score(true[choosing, k], given[choosing, k]))
        from_ = said_from(true[choosing, k], given[choosing, k])
        if chosen_at < _TOLD or from_ > 1:
            continue
        rest = true[~choosing, k]
        judged_at = float(average_precision_score(rest, given[~choosing, k])) if rest.any() else float("nan")
        words.append(Word(name, int(positives[k]), chosen_at, judged_at, float(rest.mean()), from_))
    return words


def read_styles(folder: Path) -> tuple[list[Path], NDArray[np.bool_], list[str], NDArray[np.str_]]:
    """(files, (n, styles) which apply, names of the styles, artists) of an `items.csv` with columns artist and style.

    A painting may have several styles, with commas between them; styles of fewer than `_ARTISTS` artists are left out.
    """
    path = folder / "items.csv"
    faults = Faults()
    _, rows = read_table(path, ("file", "artist", "style"), faults)
    faults.raise_if_any(folder)
    styles = [{s.strip() for s in row["style"].split(",")} for row in rows]
    artists = np.array([row["artist"] for row in rows])
    by: dict[str, set[str]] = {}
    for row, own in zip(rows, styles, strict=True):
        for style in own:
            by.setdefault(style, set()).add(row["artist"])
    names = sorted(style for style, of in by.items() if len(of) >= _ARTISTS)
    return [folder / row["file"] for row in rows], np.array([[n in s for n in names] for s in styles]), names, artists


def learn_styles(
    X: Matrix,
    which: NDArray[np.bool_],
    names: Sequence[str],
    artists: NDArray[np.str_],
    never: Collection[str] = (),
) -> tuple[list[Word], Matrix, Matrix]:
    """Each style's word with its figure on unseen artists, and the head (weight, bias) that gives their logits.

    A style is left out that is not found `_LIFT` times as often as by chance, or never right `_PRECISE` of the time.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import StratifiedGroupKFold

    X = X.astype(np.float64)
    mean, spread = X.mean(0), X.std(0) + 1e-9
    Z = (X - mean) / spread
    words, weights, biases = [], [], []
    for k, name in enumerate(names):
        predicted, chance = np.zeros(len(Z)), float(which[:, k].mean())
        folds = min(_FOLDS, len(set(artists[which[:, k]])))
        for train, test in StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(Z, which[:, k], artists):
            if which[train, k].any():
                model = LogisticRegression(C=_PENALTY, max_iter=500).fit(Z[train], which[train, k])
                predicted[test] = model.predict_proba(Z[test])[:, 1]
        judged_at, from_ = float(average_precision_score(which[:, k], predicted)), said_from(which[:, k], predicted)
        if name in never or judged_at < _LIFT * chance or from_ > 1:
            continue
        words.append(Word(name, int(which[:, k].sum()), judged_at, judged_at, chance, from_))
        model = LogisticRegression(C=_PENALTY, max_iter=500).fit(Z, which[:, k])
        weights.append(model.coef_[0] / spread)
        biases.append(model.intercept_[0] - weights[-1] @ mean)
    head = np.array(weights, np.float32).reshape(-1, X.shape[1]), np.array(biases, np.float32)
    return words, *head


def said_from(true: NDArray[np.bool_], given: NDArray[Any]) -> float:
    """The lowest probability from which on the word is right `_PRECISE` of the time; above 1 where there is none."""
    order = np.argsort(-given, kind="stable")
    right = np.cumsum(true[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((right >= _PRECISE) & (np.cumsum(true[order]) >= _SEEN))
    return float(given[order[enough[-1]]]) if len(enough) else 2.0


def vocabulary(parts: Sequence[tuple[Sequence[Word], str, Matrix, Matrix]]) -> Vocabulary | None:
    """The words of several heads (words, their kind, weight, bias) in one; None where there are none."""
    of = [
        Vocabulary(
            tuple(_spoken(w.name, kind) for w in words),
            ({"concept": "subject"}.get(kind, kind),) * len(words),
            weight,
            bias,
            np.array([w.said_from for w in words]),
        )
        for words, kind, weight, bias in parts
        if words
    ]
    return Vocabulary.joined(of) if of else None
