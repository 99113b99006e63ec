"""Heads for words on rows of numbers: fitted, calibrated on pictures of unseen groups, and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from beholder.features.vocabulary import NEVER
from beholder.research.training.word_labels import NO, YES, Answers
from beholder.types import Floats, Matrix

_FOLDS = 5
_NEGATIVES = 1500  # pictures of which a word does not hold that a head learns from, besides those that were judged
_FEWEST = 6  # judged pictures of which a word holds, for a threshold to be looked for
_TELLING = 8  # pictures apart of which it is said, from which they count by themselves
_SAID = 4  # pictures of which it must be said
HOLDS = 0.7  # precision from which a word holds
_WITH_MARGIN = (
    (0.9, 0.6),
    (0.85, 0.5),
    (0.75, 0.0),
)  # precision that a threshold is chosen for, where it leaves so much
# recall; the margin is wide because a collection holds other pictures
FINDS = 0.3  # recall from which it counts as found


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a word is said of pictures that it was not learned from.

    Attributes
    ----------
    pictures, positives
        that were judged, and of which it holds
    precision, recall
        where it is said
    ap
        average precision of its order
    """

    pictures: int
    positives: int
    said: int
    precision: float
    recall: float
    ap: float

    def row(self) -> dict[str, Any]:
        """As it is written down."""
        return {name: round(v, 2) if isinstance(v, float) else v for name, v in asdict(self).items() if v == v}

    @property
    def holds(self) -> bool:
        """Whether it was shown to hold."""
        return self.said >= _SAID and self.precision >= HOLDS


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A word's head: weight (d,), bias, the probability from which it is said, and its figures on unseen groups."""

    weight: Floats
    bias: float
    said_from: float
    figures: Figures

    def probabilities(self, X: Matrix) -> Floats:
        """(n,) of rows (n, d)"""
        p: Floats = expit(X @ self.weight + self.bias)
        return p

    def over(self, columns: Sequence[int], width: int) -> Head:
        """The same head of rows of which it saw only these columns."""
        weight = np.zeros(width)
        weight[list(columns)] = self.weight
        return replace(self, weight=weight)


def fit_head(
    X: Matrix, known: Answers, weights: NDArray[Any], judged: NDArray[np.bool_], groups: Sequence[str],
    apart: tuple[Matrix, Answers], *, penalty: float,
) -> Head | None:  # fmt: skip
    """A head for one word; None where too few pictures tell.

    X (n, d); known, weights, judged (n,) as in `LabelledPictures`; groups (n,), kept together when it is judged; apart,
    the rows (m, d) and answers (m,) of pictures that are not learned from.

    The threshold is the lowest at which the word is right with a margin on judged pictures of other groups and those
    apart; where too few were judged, on all.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    rng = np.random.default_rng(0)
    no = np.flatnonzero((known == NO) & ~judged)
    use = np.concatenate([np.flatnonzero((known == YES) | ((known == NO) & judged)), rng.permutation(no)[:_NEGATIVES]])
    Z, y, w = X[use].astype(np.float64), known[use] == YES, weights[use]
    if min(y.sum(), (~y).sum()) < _FEWEST:
        return None
    seen = judged[use]
    p, codes = np.full(len(use), np.nan), np.unique(np.asarray(groups)[use], return_inverse=True)[1]
    folds = min(_FOLDS, len(set(codes[y].tolist())))
    if folds > 1:
        for train, test in StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(Z, y, codes):
            if 0 < y[train].sum() < len(train):
                weight, bias = _logistic(Z[train], y[train], w[train], penalty)
                p[test] = expit(Z[test] @ weight + bias)
    told = seen & ~np.isnan(p)
    if y[told].sum() < _FEWEST:
        told = ~np.isnan(p)
    weight, bias = _logistic(Z, y, w, penalty)
    others = expit(apart[0] @ weight + bias)
    answers, given = np.concatenate([y[told].astype(np.int8), apart[1]]), np.concatenate([p[told], others])
    said_from = threshold(answers, given, np.arange(len(given)) >= told.sum())
    return Head(weight, bias, said_from, judge(answers, given, said_from))


def threshold(known: Answers, p: NDArray[Any], apart: NDArray[np.bool_]) -> float:
    """The lowest probability from which a word is right with a margin; `NEVER` where there is none.

    known, p, apart (n,); of the pictures that are apart it must hold too, else many of one kind speak for all.
    """
    use = known >= 0
    true, p, apart = known[use] == YES, p[use], apart[use]
    if true.sum() < _FEWEST:
        return NEVER
    order = np.argsort(-p, kind="stable")
    hits, of_apart = np.cumsum(true[order]), np.cumsum(apart[order])
    right = (of_apart < _TELLING) | (np.cumsum((true & apart)[order]) >= HOLDS * of_apart)
    precision, recall = hits / np.arange(1, len(order) + 1), hits / true.sum()
    for wanted, left in _WITH_MARGIN:
        enough = np.flatnonzero((precision >= wanted) & (recall >= left) & (hits >= _SAID) & right)
        if len(enough):
            return float(p[order[enough[-1]]])
    return NEVER


def judge(known: Answers, p: NDArray[Any], said_from: float) -> Figures:
    """Figures of a word on pictures of which it is known, (n,) YES, NO or OPEN; those left open do not count."""
    from sklearn.metrics import average_precision_score

    told = known >= 0
    true, p = known[told] == YES, p[told]
    said = p >= said_from
    hits = int((said & true).sum())
    ap = float(average_precision_score(true, p)) if true.any() else float("nan")
    precision = hits / said.sum() if said.any() else float("nan")
    recall = hits / true.sum() if true.any() else float("nan")
    return Figures(len(true), int(true.sum()), int(said.sum()), float(precision), float(recall), ap)


def _logistic(X: Floats, y: NDArray[np.bool_], weights: NDArray[Any], penalty: float) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    mean, spread = X.mean(0), X.std(0) + 1e-9
    model: Any = LogisticRegression(C=penalty, max_iter=100).fit((X - mean) / spread, y, weights)
    weight = model.coef_[0] / spread
    return weight, float(model.intercept_[0] - weight @ mean)
