"""The generic score: what people like in general, learned from other raters' answers.

A kernel model in Nystrom coordinates: Matern's kernel on the principal components of the vectors, and a small part on
the measured attributes. A picture is therefore scored by the pictures like it that people judged, and one that is like
none of them gets the mean. A picture's mean rating is a property of the picture that its numbers predict in part; the
rest is noise here however many people rated it, and its share is held: marginal likelihood underestimates it where a
set holds several pictures of one scene, and loses .01 to .02 of Spearman by that (docs/log.md).

Ratings come in as one mean a picture, adjusted for how each rater uses the scale; choices and ties by a probit.

Where other encoders saw the pictures too (`refined`), the score is regressed on their vectors, over the collection's
pictures and without any answer: what they do not confirm is in part the error of the first encoder. The regression
replaces the score as far as it predicts it, measured by leaving each picture out. Figures: docs/taste.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from beholder.table import Layout, derived, side_by_side
from beholder.taste.feature_map import Array, FeatureMap, attributes_of, radial, thin_out
from beholder.taste.likelihood import CHOICE, OFFSET_PRECISION, RATING, TIE, Likelihood, find_mode
from beholder.taste.prior import Shared
from beholder.taste.threads import one_thread
from beholder.types import Answers, Floats, Ints

_POWER = 2.0  # of the eigenvalues: the few large components decide which pictures are alike
_LENGTH = 1.0  # of the kernel on the vectors
_MEASURED = 0.2  # weight of the kernel on the measured attributes, where that on the vectors has 1
_ATTRIBUTES_SHAPE: dict[str, Any] = {"power": 1.0, "length": 1.0, "landmarks": 64}
_UNEXPLAINED = 0.5  # variance of a picture's mean rating that its numbers do not tell, where what they tell has 1
_PER_RATING = 1.5  # variance of one rating about the picture's mean, in the same unit
_CHOICE_SCALE = 0.55  # standard deviation of the score in units of the noise of a choice
_TIE_WIDTH = 0.3  # in units of that noise
_ROUNDS = 10  # of the adjustment: means by raters, then raters by means
_REFINED_ON = 4_096  # pictures, evenly spread, on which other encoders learn a score
_SLOPE_PRIOR = 5.0  # a rater's slope is believed as if it had been seen to be 1 on so many pictures


@dataclass(frozen=True, eq=False)
class GenericScore(Shared):
    """`level + unit * s(x)`, with s of standard deviation 1 over the pictures it was learned from.

    Attributes
    ----------
    maps
        of the vectors, and of the measured attributes where X has them
    weights
        (q,) of the maps' radial coordinates, one map's after the other's
    level
        the mean rating; 0 where only choices were seen
    unit
        of `predict`: on the scale of the ratings, or else in the noise of a choice
    decided
        standard deviation of s in units of the noise of a choice
    layout
        of the rows it was learned on
    columns
        for each map which columns of X it maps; None: X has those of the layout alone
    """

    maps: tuple[FeatureMap, ...]
    weights: Floats
    level: float
    unit: float
    decided: float
    layout: Layout
    columns: tuple[Ints, ...] | None = None

    def among(self, columns: Sequence[int]) -> Self:
        """The same score of rows that have other columns too. columns : (d,) where those stand that it knows"""
        parts = np.split(np.array(columns, np.int64), [self.layout.vectors])
        return replace(self, columns=tuple(parts[: len(self.maps)]))

    def refined(self, X: NDArray[Any], columns: Sequence[int], layout: Layout) -> Self:
        """The score as other encoders confirm it on the pictures of X, (n, d); of a score that is `among` its columns.

        Parameters
        ----------
        columns, layout
            where the vectors of the other encoders stand, and which are whose
        """
        X = thin_out(X, _REFINED_ON)
        score, part = self.standard(X), X[:, side_by_side(columns)]
        features = FeatureMap.fit(part, layout=layout, power=_POWER, length=_LENGTH)
        phi = features.transform(part)[:, -features.sizes[2] :].astype(np.float64)
        with one_thread():
            solved = np.linalg.solve(phi.T @ phi + _UNEXPLAINED * np.eye(phi.shape[1]), phi.T)
        weights = solved @ score
        told = phi @ weights
        missed = (score - told) / (1 - np.einsum("nq,qn->n", phi, solved))  # of each picture, predicted from all others
        explained = 1 - float(missed.var()) / max(float(score.var()), 1e-12)
        if explained <= 0:
            return self
        share = explained**2
        scale = float(score.std()) / float(((1 - share) * score + share * told).std())
        return replace(
            self,
            maps=(*self.maps, features),
            weights=scale * np.concatenate([(1 - share) * self.weights, share * weights]),
            columns=(*(self.columns or ()), np.array(columns, np.int64)),
        )

    def standard(self, X: NDArray[Any]) -> Floats:
        """(n,) the score s(x), in its own unit."""
        total, used = np.zeros(len(X)), 0
        for part, features in zip(self._parts(X), self.maps, strict=True):
            radial = features.sizes[2]
            plain = np.zeros(features.width - radial)
            total += features.score(part, np.concatenate([plain, self.weights[used : used + radial]]))
            used += radial
        return total

    def likeness(self, X: NDArray[Any]) -> Floats:
        """(n,) how like each picture is to the nearest of those that were judged, from 0 to 1 (the same)."""
        features = self.maps[0]
        Z = (self._parts(X)[0] - features.mean) @ features.projection
        return np.asarray(radial(Z, features.landmarks, features.length).max(1), np.float64)

    def oddness(self, X: NDArray[Any]) -> Floats:
        """(n,) how far each picture's measured attributes are from the middle of the judged ones; 0 where none are."""
        if not self.layout.attributes:
            return np.zeros(len(X))
        features = self.maps[1]
        Z = (self._parts(X)[1] - features.mean) @ features.projection
        return np.asarray(np.linalg.norm(Z, axis=1), np.float64)

    def predict(self, X: NDArray[Any]) -> Floats:
        """(n,) on the raters' scale; from choices alone in units of the noise of a choice."""
        return self.level + self.unit * self.standard(X)

    def pair_probability(self, X: NDArray[Any], pairs: Ints) -> Floats:
        """(m,) the chance that a new rater prefers the first of each pair (m, 2) of rows of X."""
        score = self.decided * self.standard(X)
        return np.asarray(ndtr(score[pairs[:, 0]] - score[pairs[:, 1]]), np.float64)

    def _parts(self, X: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """What each map maps: the vectors, the measured attributes where there are any, other encoders' vectors."""
        if self.columns is None:
            return _split(X, self.layout)
        return tuple(X[:, side_by_side(columns)] for columns in self.columns)

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """What `restore` needs: plain values, and arrays."""
        arrays = {f"generic.{i}.{name}": a for i, m in enumerate(self.maps) for name, a in m.state().items()}
        plain: dict[str, Any] = {"level": self.level, "unit": self.unit, "decided": self.decided}
        plain["layout"] = self.layout.state()
        for i, columns in enumerate(self.columns or ()):
            arrays[f"generic.{i}.columns"] = columns
        return plain, arrays | {"generic.weights": self.weights}

    @classmethod
    def restore(cls, plain: dict[str, Any], arrays: dict[str, Array]) -> Self:
        width = sum(len(a) for name, a in arrays.items() if name.startswith("generic.") and name.endswith(".mean"))
        layout = Layout.restored(plain, width)
        if layout is None:
            raise KeyError("layout")
        prefixes = [f"generic.{i}." for i in range(sum(name.startswith("generic.") for name in arrays))]
        parts = [{k.removeprefix(start): a for k, a in arrays.items() if k.startswith(start)} for start in prefixes]
        maps = [FeatureMap.restore(part) for part in parts if part]
        columns = tuple(part["columns"] for part in parts if "columns" in part) or None
        level, unit, decided = (float(plain[name]) for name in ("level", "unit", "decided"))
        return cls(tuple(maps), arrays["generic.weights"], level, unit, decided, layout, columns)


def fit_generic(X: NDArray[Any], others: Sequence[Answers], layout: Layout | None = None) -> GenericScore | None:
    """The generic score of the people in `others`; None where they said nothing.

    Parameters
    ----------
    X
        (n, d), of which only the rows that were judged are looked at
    others
        each person's answers, rows of X ·
    layout
        which columns are attributes, None: none

    Raises
    ------
    ShapeError
    UserError
        where the layout is not X's
    """
    layout = layout or Layout.of(X.shape[1])
    attributes_of(X, layout)
    rows, means, counts = adjusted_means(others)
    pairs, kinds, weights = _compared(others)
    if not len(rows) and not len(pairs):
        return None
    level, unit = (float(means.mean()), float(means.std()) or 1.0) if len(rows) else (0.0, _CHOICE_SCALE)
    judged, place = np.unique(np.concatenate([rows, pairs.ravel()]), return_inverse=True)
    rows, pairs = place[: len(rows)], place[len(rows) :].reshape(-1, 2)
    told = X[judged]
    maps, scale = derived(X, ("generic", layout, judged.tobytes()), lambda: _maps(told, layout))
    phi = _radial(maps, told, layout) * scale
    between = _CHOICE_SCALE * (phi[pairs[:, 0]] - phi[pairs[:, 1]])
    likelihood = Likelihood(
        kinds=np.concatenate([np.full(len(rows), RATING), kinds]),
        y=np.concatenate([(means - level) / unit, np.zeros(len(pairs))]),
        weights=np.concatenate([_UNEXPLAINED / (_UNEXPLAINED + _PER_RATING / counts), weights]),
        noise=_UNEXPLAINED**0.5,
        tie_width=_TIE_WIDTH,
    )
    design = np.vstack([phi[rows], between])
    offset = np.repeat([1.0, 0.0], [len(rows), len(pairs)])
    with one_thread():
        found = find_mode(
            np.column_stack([design, offset]), np.append(np.ones(len(scale)), OFFSET_PRECISION), likelihood
        )
    score, shift = found.theta[:-1], float(found.theta[-1])
    sd = float((phi @ score).std()) or 1.0
    return GenericScore(maps, score * scale / sd, level + unit * shift, unit * sd, _CHOICE_SCALE * sd, layout)


def adjusted_means(others: Sequence[Answers]) -> tuple[Ints, Floats, Floats]:
    """Rows of X that were rated (r,), the mean of each in the raters' common use of the scale, how often it was rated.

    Every rater's use of it is a line, `rating = offset + slope * mean`, the slope shrunk towards 1.
    """
    rater = np.repeat(np.arange(len(others)), [len(person.rows) for person in others])
    rows, item = np.unique(_together([person.rows for person in others], np.int64), return_inverse=True)
    rating = _together([person.ratings for person in others])
    count = np.bincount(item).astype(float)
    mean = np.bincount(item, rating) / np.maximum(count, 1)
    told = np.maximum(np.bincount(rater, minlength=len(others)), 1)
    for _ in range(_ROUNDS):
        at = mean[item]
        x = at - (np.bincount(rater, at, len(others)) / told)[rater]
        y = rating - (np.bincount(rater, rating, len(others)) / told)[rater]
        prior = _SLOPE_PRIOR * (mean.var() if len(mean) else 0.0) + 1e-12
        slope = (np.bincount(rater, x * y, len(others)) + prior) / (np.bincount(rater, x * x, len(others)) + prior)
        slope = np.maximum(slope, 0)[rater]
        offset = rating - y - slope * (at - x)  # the rater's mean rating less slope times their pictures' mean
        seen = np.bincount(item, slope**2)
        mean = np.where(seen > 1e-9, np.bincount(item, slope * (rating - offset)) / np.maximum(seen, 1e-9), mean)
    return rows, mean, count


def _compared(others: Sequence[Answers]) -> tuple[Ints, Ints, Floats]:
    """(m, 2) rows of X, (m,) kinds and weights of all choices, then all ties."""
    choices = np.concatenate([np.empty((0, 2), np.int64), *(person.choices for person in others)])
    ties = np.concatenate([np.empty((0, 2), np.int64), *(person.ties for person in others)])
    weights = _together([person.weights for person in others])
    kinds = np.repeat([CHOICE, TIE], [len(choices), len(ties)])
    return np.concatenate([choices, ties]), kinds, np.concatenate([weights, np.ones(len(ties))])


def _together(parts: Sequence[NDArray[Any]], dtype: Any = np.float64) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts])


def _split(X: NDArray[Any], layout: Layout) -> tuple[NDArray[Any], ...]:
    vectors = X.shape[1] - layout.attributes  # rows of another width are refused by what they are given to
    return (X[:, :vectors], X[:, vectors:]) if layout.attributes else (X,)


def _maps(X: NDArray[Any], layout: Layout) -> tuple[tuple[FeatureMap, ...], Floats]:
    """The maps, and the prior standard deviation of the weight of each of their radial coordinates."""
    vectors, *attributes = _split(X, layout)
    maps = [
        FeatureMap.fit(vectors, power=_POWER, length=_LENGTH),
        *(FeatureMap.fit(a, **_ATTRIBUTES_SHAPE) for a in attributes),
    ]
    weights = [1.0, _MEASURED][: len(maps)]
    return tuple(maps), np.repeat(np.sqrt(weights), [features.sizes[2] for features in maps])


def _radial(maps: Sequence[FeatureMap], X: NDArray[Any], layout: Layout) -> Floats:
    parts = zip(maps, _split(X, layout), strict=True)
    return np.hstack([m.transform(part)[:, -m.sizes[2] :].astype(np.float64) for m, part in parts])
