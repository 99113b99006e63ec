"""Heads for words on rows of numbers: fitted, calibrated on pictures of unseen groups, and judged.

People's answers about some pictures are few. So where stronger networks saw the pictures too, a word is first learned
from all that these say; what that head thinks of every picture is then what a head on the rows learns (`spread_heads`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from beholder.features.vocabulary import NEVER
from beholder.research.training.word_labels import NO, YES, Answers
from beholder.types import Floats, Matrix

_FOLDS = 5
_NEGATIVES = 1500  # pictures of which a word does not hold that a head learns from, besides those that were judged
_FEWEST = 6  # judged pictures of which a word holds, for a threshold to be looked for
_TELLING = 8  # pictures apart of which it is said, from which they count by themselves
_SEEING = 0.125  # C of a head on all that is seen of a picture
_SPREAD = 1e-4  # penalty of a head that learns what such a one thinks of each picture
_STEPS = 150
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


def spread_heads(
    blocks: Sequence[Matrix], rows: int, known: Answers, groups: Sequence[str], counts: NDArray[np.bool_],
    apart: tuple[Matrix, Answers],
) -> list[Head | None]:  # fmt: skip
    """A head for each of w words; None where people answered for too few pictures.

    Parameters
    ----------
    blocks
        (n, .) of the n pictures, what different networks see and what is measured
    rows
        the last so many blocks, side by side, are the rows (n, d) that heads may read
    known
        (n, w) what people, or columns, say; OPEN where nobody does
    groups
        (n,) kept together when a head is judged
    counts
        (n,) whether a picture is one that thresholds may be set on: not where it was picked for what it seems to show
    apart
        the rows (m, d) and answers (m, w) of pictures that are not learned from
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    fold = np.random.default_rng(0).permutation(codes.max() + 1)[codes] % _FOLDS
    X = np.hstack(blocks[-rows:]).astype(np.float32)
    S = np.hstack([_standard(block) / np.float32(block.shape[1] ** 0.25) for block in blocks])
    enough = [k for k in range(known.shape[1]) if min((known[:, k] == YES).sum(), (known[:, k] == NO).sum()) >= _FEWEST]
    p = np.full(known.shape, np.nan)
    for f in range(_FOLDS):
        train = fold != f
        at = [k for k in enough if min((known[train, k] == YES).sum(), (known[train, k] == NO).sum()) >= _FOLDS]
        weight, bias = _spread(S[train], X[train], known[train][:, at])
        p[np.ix_(~train, at)] = expit(X[~train] @ weight.T + bias)
    weight, bias = _spread(S, X, known[:, enough])
    heads: list[Head | None] = [None] * known.shape[1]
    for k, w, b in zip(enough, weight, bias.tolist(), strict=True):
        told = (known[:, k] >= 0) & ~np.isnan(p[:, k]) & counts
        answers = np.concatenate([known[told, k], apart[1][:, k]])
        given = np.concatenate([p[told, k], expit(apart[0] @ w + b)])
        said_from = threshold(answers, given, np.arange(len(given)) >= told.sum())
        heads[k] = Head(w, b, said_from, judge(answers, given, said_from))
    return heads


def _spread(S: Matrix, X: Matrix, known: Answers) -> tuple[Floats, Floats]:
    """Heads (w, d), (w,) on X that learn what heads on all that is seen, S, think of every picture."""
    from sklearn.linear_model import LogisticRegression

    thought: Matrix = np.zeros(known.shape, np.float32)
    for k in range(known.shape[1]):
        told = known[:, k] >= 0
        head: Any = LogisticRegression(C=_SEEING, max_iter=300).fit(S[told], known[told, k] == YES)
        thought[:, k] = head.predict_proba(S)[:, 1]
    mean, spread = X.mean(0), X.std(0) + 1e-9
    Z, n, d, w = (X - mean) / spread, len(X), len(mean), known.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        B = flat.reshape(d + 1, w).astype(np.float32)
        at = Z @ B[:-1] + B[-1]
        rest = (expit(at) - thought) / n
        gradient = np.vstack([Z.T @ rest + 2 * _SPREAD * B[:-1], rest.sum(0)])
        value = (np.logaddexp(0, at) - thought * at).sum(dtype=np.float64) / n + _SPREAD * (B[:-1] ** 2).sum()
        return float(value), gradient.ravel().astype(np.float64)

    start = np.zeros((d + 1) * w)
    B = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x.reshape(d + 1, w)
    weight = (B[:-1] / spread[:, None]).T
    return weight, B[-1] - weight @ mean


def _standard(block: Matrix) -> Matrix:
    X: Matrix = block.astype(np.float32)
    return (X - X.mean(0)) / (X.std(0) + np.float32(1e-9))


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
