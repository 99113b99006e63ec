"""What the source says of the pictures of a pool, as numbers that are found again for any rows of these pictures."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from beholder.errors import ShapeError
from beholder.table import derived, place_of, table_of
from beholder.types import Ints

_AT_ONCE = 16_384  # rows whose keys are made at a time


class PictureNames:
    """What is said of each picture of a pool, in columns as artist or style.

    A model is given rows of numbers alone. Rows of the pool are known by their place, copies of them, parts and rows in
    another order by their numbers; of all others nothing is said.

    Parameters
    ----------
    codes
        (n, k) whole numbers, the same where it is the same, -1 where nothing is said
    pool
        (n, d) the rows of these pictures

    Raises
    ------
    ShapeError
    """

    def __init__(self, codes: Ints, pool: NDArray[Any]) -> None:
        if codes.ndim != 2 or len(codes) != len(pool):
            raise ShapeError(f"names must be (n, k), a row for each of {len(pool)} pictures, got shape {codes.shape}")
        self.codes = codes
        self._pool: NDArray[Any] | None = pool
        self._dtype = np.dtype(pool.dtype)

    def __repr__(self) -> str:
        return f"<{self.width} names of {len(self.codes)} pictures>"

    def __deepcopy__(self, memo: Any) -> Self:
        return self  # it never changes

    def __reduce__(self) -> Any:
        return type(self).restore, (self.state(),)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.codes.shape[1])

    def of(self, X: NDArray[Any], rows: Ints | None = None) -> Ints:
        """(r, k) what is said of these rows of X, None: of all; -1 of other pictures."""
        table, at = place_of(X)
        mine = table_of(self._pool)
        if X is self._pool or (table is not None and mine is not None and table.key == mine.key):
            found = self.codes if at is None else self.codes[at]
            return found if rows is None else found[rows]
        if rows is None:
            return self._found(derived(X, ("row keys", self._dtype), lambda: row_keys(X, self._dtype)))
        return self._found(row_keys(X[rows], self._dtype))

    def _found(self, keys: NDArray[np.uint64]) -> Ints:
        known, codes = self._by_key
        at = np.minimum(np.searchsorted(known, keys), max(len(known) - 1, 0))
        there = known[at] == keys if len(known) else np.zeros(len(keys), bool)
        found = np.full((len(keys), self.width), -1, self.codes.dtype)
        found[there] = codes[at[there]]
        return found

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        assert self._pool is not None
        return row_keys(self._pool, self._dtype)

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.uint64], Ints]:
        order = np.argsort(self._keys, kind="stable")
        return self._keys[order], self.codes[order]

    def state(self) -> dict[str, NDArray[Any]]:
        """What `restore` needs, as arrays."""
        kind = np.array([self._dtype.itemsize], np.int64)
        return {"names.codes": self.codes, "names.keys": self._keys.view(np.int64), "names.bytes": kind}

    @classmethod
    def restore(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """What was kept, without the pool's rows."""
        made = cls.__new__(cls)
        made.codes, made._pool = arrays["names.codes"], None
        made._dtype = np.dtype(f"f{int(arrays['names.bytes'][0])}")
        made.__dict__["_keys"] = arrays["names.keys"].view(np.uint64)
        return made


def row_keys(X: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[np.uint64]:
    """(n,) the same number for rows of the same numbers, once these are of the type; else another, all but surely."""
    words = X.shape[1] * dtype.itemsize // 4
    odd = np.random.default_rng(0).integers(1, 2**63, words, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    keys = np.empty(len(X), np.uint64)
    for start in range(0, len(X), _AT_ONCE):
        part = np.ascontiguousarray(X[start : start + _AT_ONCE], dtype)
        keys[start : start + len(part)] = part.view(np.uint32).astype(np.uint64) @ odd
    return keys
