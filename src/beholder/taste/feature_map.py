"""The fixed coordinates in which a taste is a dot product: `f(x) = phi(x) @ w`.

A taste model is refitted after every answer, so nothing in a refit may grow with the pool. What depends on the pool
alone is learned here once, without labels, and handed to every refit:

* principal components, the k-th scaled by `eigenvalue ** (power / 2)`: power 1 is plain PCA, power 0 whitening. All
  together are scaled so that a picture's mean square length is 1: prior variances then mean the same for every encoder.
  Columns are first divided by the root of (their variance + the median one): half a standardisation. Measured columns
  differ in unit and want a whole one, a network's small columns are mostly noise and want none; each loses little so.
  Where several encoders saw the pictures, each has components of its own, and all count alike.
* attributes, where the layout of X names any, stay themselves (each divided by its standard deviation): a person
  may like one measured attribute, and among the components of hundreds of other numbers it would drown.
* a radial kernel, Matern's with nu = 3/2, on the components, in Nystrom coordinates on landmarks found by greedily
  pivoted Cholesky (Fine & Scheinberg 2001): no chance is involved, so reordering the pictures changes nothing, and with
  every picture a landmark the coordinates reproduce the dense kernel exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, solve_triangular

from beholder.errors import ShapeError
from beholder.table import Layout, derived, table_of
from beholder.taste.threads import in_parts

Array = NDArray[Any]

COMPONENTS = 64
LANDMARKS = 256
_POWER = 1.25
LENGTH = 0.8
_SAMPLE = 20_000  # rows that the components are learned from, evenly spread
_LANDMARK_SAMPLE = 4_096  # rows among which landmarks are chosen
_CHUNK = 16_384  # rows mapped at a time
_SCORED = 1_024, 96_000  # rows a thread scores at a time, and numbers of them, which stay in the cache and in the heap
_PARTS = ("mean", "projection", "landmarks", "whitening", "length")
_KEEP = 64_000_000  # numbers of a mapped table that are kept between calls


class FeatureMap:
    """Immutable; maps (n, d) rows to (n, width) coordinates in three groups: attributes, components, radial.

    Mapping the table that it was fitted on is done once and kept with that table.
    """

    def __init__(
        self,
        mean: Array,
        projection: Array,
        landmarks: Array,
        whitening: Array,
        length: float,
        blocks: Sequence[int] = (),
    ) -> None:
        self.mean = mean  # (d,)
        self.projection = projection  # (d, attributes + components)
        self.landmarks = landmarks  # (q, components)
        self.whitening = whitening  # (q, q)
        self.length = length
        self.blocks = tuple(blocks) or (int(landmarks.shape[1]),)  # how many of the components are each encoder's
        self._table: str | None = None  # the key of the table that it was fitted on

    @classmethod
    def fit(
        cls,
        X: Array,
        *,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        power: float = _POWER,
        length: float = LENGTH,
        layout: Layout | None = None,
    ) -> Self:
        """Learn the map from all rows of X, (n, d); no answers are needed.

        Parameters
        ----------
        layout
            which columns of X are attributes; None: none

        Raises
        ------
        ShapeError
            where X has other columns
        UserError
            where it has nothing but attributes
        """
        table, X = table_of(X), np.asarray(X)
        attributes = attributes_of(X, layout)
        encoders = [width for _, width in layout.encoders] if layout else [X.shape[1]]
        mean, projection, blocks = _projection(X, components, power, encoders, attributes)
        Z = ((thin_out(X, _LANDMARK_SAMPLE).astype(np.float64) - mean) @ projection)[:, attributes:]
        chosen, whitening = _landmarks(Z, landmarks, length)
        dtype = X.dtype if X.dtype == np.float32 else np.float64
        mean, projection, marks, whitening = (part.astype(dtype) for part in (mean, projection, Z[chosen], whitening))
        new = cls(mean, projection, marks, whitening, length, blocks)
        new._table = None if table is None else table.key
        return new

    @classmethod
    def learned(
        cls,
        X: Array,
        *,
        components: int = COMPONENTS,
        landmarks: int = LANDMARKS,
        power: float = _POWER,
        length: float = LENGTH,
        layout: Layout | None = None,
    ) -> Self:
        """`fit`, once for a table: a map outlives the models that are fitted on it."""
        shape = {"components": components, "landmarks": landmarks, "power": power, "length": length, "layout": layout}
        return derived(X, (cls, *shape.values()), lambda: cls.fit(X, **shape))  # type: ignore[arg-type]

    @classmethod
    def learned_of(cls, X: Array, columns: Sequence[int], **shape: Any) -> Self:
        """`learned` of some columns of X, in this order, as a map of whole rows of X."""
        return derived(X, (cls, *columns, *sorted(shape.items())), lambda: cls._fit_of(X, list(columns), shape))

    @classmethod
    def _fit_of(cls, X: Array, columns: list[int], shape: dict[str, Any]) -> Self:
        part = cls.fit(np.ascontiguousarray(X[:, columns]), **shape)
        mean = np.zeros(X.shape[1], part.mean.dtype)
        projection = np.zeros((X.shape[1], part.projection.shape[1]), part.projection.dtype)
        mean[columns], projection[columns] = part.mean, part.projection
        whole = cls(mean, projection, part.landmarks, part.whitening, part.length, part.blocks)
        whole._table = getattr(table_of(X), "key", None)
        return whole

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many coordinates are measured columns, components, radial."""
        components = int(self.landmarks.shape[1])
        return int(self.projection.shape[1]) - components, components, int(self.whitening.shape[1])

    @property
    def width(self) -> int:
        return sum(self.sizes)

    def transform(self, X: Array) -> Array:
        """(n, width) coordinates of (n, d) rows; raises ShapeError where d is not the fit's."""
        self._check(X)
        if not self.made_of(X) or len(X) * self.width > _KEEP:
            return self._map(X)
        return derived(X, (self, "mapped"), lambda: _read_only(self._map(X)))

    def _map(self, X: Array) -> Array:
        mapped = np.empty((len(X), self.width), dtype=self._dtype(X))
        for start in range(0, len(X), _CHUNK):
            self._transform(X[start : start + _CHUNK], mapped[start : start + _CHUNK])
        return mapped

    def plain(self, X: Array, rows: NDArray[np.int64] | None = None) -> Array:
        """(n, attributes + components) the plain coordinates of X, or of some of its rows."""
        self._check(X)
        if not self.made_of(X):
            return np.asarray(((X if rows is None else X[rows]) - self.mean) @ self.projection)
        large = len(X) * self.projection.shape[1] > _KEEP
        if large and rows is not None and self._known(X, "plain") is None:
            return np.asarray((X[rows] - self.mean) @ self.projection)
        whole = derived(X, (self, "plain"), lambda: _read_only(np.asarray((X - self.mean) @ self.projection)))
        return whole if rows is None else whole[rows]

    def score(self, X: Array, weights: Array) -> Array:
        """`transform(X) @ weights`, (n,); for rows other than the pool without the (n, width) coordinates, on all
        processors: threads of our own share the kernel too, which those of BLAS would leave to one."""
        if self.made_of(X) and len(X) * self.width <= _KEEP:
            return np.asarray(self.transform(X) @ weights.astype(self._dtype(X)))
        self._check(X)
        plain, heights = np.split(weights, [self.projection.shape[1]])
        plain, heights = plain.astype(self._dtype(X)), (self.whitening @ heights).astype(self._dtype(X))
        scores = np.empty(len(X), self._dtype(X))

        def work(part: slice) -> None:
            Z = (X[part] - self.mean) @ self.projection
            scores[part] = Z @ plain + self._radial(Z) @ heights

        in_parts(work, len(X), rows_at_once(len(heights)))
        return scores

    def rows(self, X: Array, rows: NDArray[np.int64]) -> Array:
        """The coordinates of some rows of X, in float64."""
        if self.made_of(X) and (mapped := self._known(X, "mapped")) is not None:
            return np.asarray(mapped[rows], np.float64)
        return self.transform(X[rows]).astype(np.float64)

    def _known(self, X: Array, what: str) -> Array | None:
        table = table_of(X)
        found: Array | None = None if table is None else table.known((self, what))
        return found

    def _transform(self, X: Array, out: Array) -> None:
        plain = self.projection.shape[1]
        Z = (X - self.mean) @ self.projection
        out[:, :plain] = Z
        out[:, plain:] = self._radial(Z) @ self.whitening

    def _radial(self, Z: Array) -> Array:
        return radial(Z[:, self.sizes[0] :], self.landmarks, self.length)

    def made_of(self, X: Array) -> bool:
        """Whether X is the table that this was fitted on."""
        table = table_of(X)
        return table is not None and table.key == self._table

    def _dtype(self, X: Array) -> Any:
        return np.result_type(X.dtype, self.mean.dtype)

    def _check(self, X: Array) -> None:
        if X.ndim != 2 or X.shape[1] != len(self.mean):
            raise ShapeError(
                f"X has shape {X.shape}, but the feature map was fitted on rows of {len(self.mean)} numbers"
            )

    def state(self) -> dict[str, Array]:
        """What `restore` needs, as arrays."""
        arrays = {name: getattr(self, name) for name in _PARTS[:-1]}
        return arrays | {"length": np.array([self.length]), "blocks": np.array(self.blocks, np.int64)}

    @classmethod
    def restore(cls, arrays: dict[str, Array]) -> Self:
        mean, projection, landmarks, whitening, length = (arrays[name] for name in _PARTS)
        blocks = arrays["blocks"].tolist() if "blocks" in arrays else ()  # models of one encoder did not name them
        return cls(mean, projection, landmarks, whitening, float(length[0]), blocks)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # immutable: scikit-learn's clone may share it


def rows_at_once(columns: int) -> int:
    """How many rows a thread scores at a time, by so many columns."""
    rows, numbers = _SCORED
    return max(1, min(rows, numbers // max(columns, 1)))


def attributes_of(X: Array, layout: Layout | None) -> int:
    """How many columns at the end of X are attributes. raises : ShapeError, UserError where the layout is not X's"""
    if layout is None:
        return 0
    layout.check(X)
    return layout.attributes


def _read_only(made: Array) -> Array:
    made.flags.writeable = False
    return made


def radial(A: Array, B: Array, length: float) -> Array:
    """Matern's kernel with nu = 3/2, `(1 + r) exp(-r)` with `r = sqrt(3) |a - b| / length`, (len(A), len(B))."""
    r = squared_distances(A, B)
    r *= 3 / length**2
    np.sqrt(r, out=r)
    decay = np.negative(r)
    np.exp(decay, out=decay)
    r += 1
    r *= decay
    return np.asarray(r)


def squared_distances(A: Array, B: Array) -> Array:
    """`|a - b|^2` of every row of A and row of B, (len(A), len(B))."""
    d = A @ B.T
    d *= -2
    d += (A**2).sum(1)[:, None]
    d += (B**2).sum(1)
    np.maximum(d, 0, out=d)
    return np.asarray(d)


def thin_out(X: Array, most: int) -> Array:
    return X if len(X) <= most else X[np.linspace(0, len(X) - 1, most).astype(int)]


def _projection(
    X: Array, components: int, power: float, encoders: Sequence[int], attributes: int
) -> tuple[Array, Array, list[int]]:
    """Mean (d,) and block-diagonal projection (d, attributes + c); the mean square row length of all encoders' columns
    together is 1, as is that of the attributes. Last how many of the components are each encoder's."""
    vector = X.shape[1] - attributes
    parts = np.split(X[:, :vector], np.cumsum(encoders)[:-1], axis=1)
    found = [principal_components(part, components, power) for part in parts]
    mean = np.concatenate([mean for mean, _ in found])
    projection = block_diag(*(projection / np.sqrt(len(found)) for _, projection in found))
    blocks = [projection.shape[1] for _, projection in found]
    if not attributes:
        return mean, projection, blocks
    tail = X[:, vector:].astype(np.float64)
    spread = tail.std(0)
    scale = np.where(spread > 1e-9, 1 / np.maximum(spread, 1e-9), 0.0) / np.sqrt(attributes)
    beside = block_diag(projection, np.diag(scale))
    first = np.r_[projection.shape[1] : projection.shape[1] + attributes, : projection.shape[1]]
    return np.concatenate([mean, tail.mean(0)]), beside[:, first], blocks


def principal_components(X: Array, most: int, power: float = _POWER) -> tuple[Array, Array]:
    """Mean (d,) and projection (d, c), c <= most: `(X - mean) @ projection` has mean square row length 1.

    The k-th component is scaled by eigenvalue ** (power / 2). Directions without spread are left out, so c may be 0.
    """
    X = thin_out(X, _SAMPLE).astype(np.float64)
    mean = X.mean(0)
    centred = X - mean
    variance = centred.var(0)
    alive = variance > 1e-16 * max(float(variance.max(initial=0)), 1e-60)
    weight = np.where(alive, 1 / np.sqrt(variance + max(float(np.median(variance)), 1e-60)), 0.0)
    centred *= weight
    values, vectors = _eigen(centred)
    order = np.argsort(-values)[:most]
    order = order[values[order] > 1e-7 * max(float(values.max(initial=0)), 1e-30)]
    values, vectors = values[order], vectors[:, order]
    scale = values ** ((power - 1) / 2) / np.sqrt(np.sum(values**power)) if len(values) else values
    return mean, weight[:, None] * vectors * scale


def _eigen(centred: Array) -> tuple[Array, Array]:
    """Eigenvalues and -vectors of the covariance, by the smaller of its two Gram matrices."""
    n, d = centred.shape
    if d <= n:
        values, vectors = np.linalg.eigh(centred.T @ centred / n)
        return values, vectors
    values, left = np.linalg.eigh(centred @ centred.T / n)
    return values, centred.T @ (left / np.sqrt(np.maximum(values, 1e-30) * n))


def _landmarks(Z: Array, most: int, length: float) -> tuple[NDArray[np.int64], Array]:
    """Rows of Z by greedily pivoted Cholesky, most typical first, and the matrix that whitens their kernel."""
    n = len(Z)
    most = min(most, n)
    factor = np.zeros((n, most))
    left = np.ones(n)
    chosen: list[int] = []
    pivot = int(np.argmin((Z**2).sum(1)))
    while len(chosen) < most and left[pivot] > 1e-5:
        j = len(chosen)
        column = radial(Z, Z[pivot : pivot + 1], length)[:, 0] - factor[:, :j] @ factor[pivot, :j]
        factor[:, j] = column / np.sqrt(left[pivot])
        left = np.maximum(left - factor[:, j] ** 2, 0)
        chosen.append(pivot)
        left[chosen] = 0
        pivot = int(np.argmax(left))
    picked = np.array(chosen, dtype=np.int64)
    triangle = np.tril(factor[picked][:, : len(picked)])
    return picked, solve_triangular(triangle, np.eye(len(picked)), lower=True).T
