"""The pictures of a collection or a rated set: their numbers, and what is worked out of these once for everybody."""

from __future__ import annotations

import hashlib
import uuid
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UserError
from beholder.locator import Locator
from beholder.table.kept import Kept
from beholder.table.layout import ATTRIBUTES, Layout
from beholder.types import Ints, Matrix

T = TypeVar("T")
_KEPT = Kept(512_000_000)  # bytes of what is derived, over all tables of a process


class _Rows(np.ndarray[Any, Any]):
    """Rows of a `PictureTable`: a plain array to everybody, and whoever asks `place_of` is told whose rows they are.

    What is made of it, a part or a sum, is a plain array again.
    """

    table: PictureTable | None
    at: Ints | None  # which rows of the table; None: all

    def __array_finalize__(self, made_of: Any) -> None:
        self.table, self.at = None, None

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)

    def __getitem__(self, at: Any) -> Any:
        return self.view(np.ndarray)[at]


def place_of(X: Any) -> tuple[PictureTable | None, Ints | None]:
    """The table that X is of, None where it is of none; and which rows of it these are, None where they are all."""
    return (X.table, X.at) if isinstance(X, _Rows) else (None, None)


def table_of(X: Any) -> PictureTable | None:
    """The table whose every row X holds; None where X is anything else."""
    table, at = place_of(X)
    return table if at is None else None


def derived(X: Any, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, made once for a table where X holds every row of one. key : tells it from all else"""
    table = table_of(X)
    return make() if table is None else table.derived(key, make)


@dataclass(frozen=True, eq=False)
class PictureTable:
    """The pictures of one collection or rated set, at one moment.

    Parameters
    ----------
    numbers
        (n, d) float32, finite; of a large table a file that is mapped
    layout
        of its columns
    key
        the same for the same pictures with the same columns
    whole
        the key of the table that this is a part of the columns of
    ids
        (n,) item ids, rising; the row numbers where there are no items
    hashes
        (n,) key of each picture (its content's sha256, and its crop); () where they are not known
    files
        (n,) where each picture's pixels are; () where they are not known
    measured
        (n, 10) the attributes as they are measured, where the block has those that an encoder has learned
    """

    numbers: Matrix
    layout: Layout
    key: str
    ids: Ints
    hashes: tuple[str, ...] = ()
    files: tuple[Path | Locator, ...] = ()
    measured: Matrix | None = None
    whole: str = ""
    _parts: dict[Layout, PictureTable] = field(default_factory=dict, init=False, repr=False)
    _serial: str = field(default_factory=lambda: uuid.uuid4().hex, init=False, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, _KEPT.forget, self._serial)

    @classmethod
    def of_array(cls, X: NDArray[Any], layout: Layout | None = None, files: Sequence[Path | Locator] = ()) -> Self:
        """The table of rows that come from elsewhere, (n, d). raises : ShapeError, UserError"""
        numbers = np.ascontiguousarray(X)
        layout = layout or Layout.of(numbers.shape[1])
        layout.check(numbers)
        if not np.isfinite(numbers).all():
            raise UserError("the rows of a table must hold finite numbers")
        key = digest([str(layout), str(numbers.dtype)], numbers)
        return cls(numbers, layout, key, np.arange(len(numbers)), files=tuple(files), whole=key)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def X(self) -> Matrix:  # noqa: N802
        """(n, d) every row; it knows its table. Do not write into it."""
        return self._rows(self.numbers, None)

    @property
    def attributes(self) -> Matrix:
        """(n, 10) the attributes as they are measured."""
        if self.measured is not None:
            return self.measured
        return self.numbers[:, side_by_side(self.layout.columns(ATTRIBUTES))]

    def rows(self, at: Ints) -> Matrix:
        """(r, d) some rows, which know which they are."""
        at = np.asarray(at, np.int64)
        return self._rows(self.numbers[at], at)

    def only(self, *names: str) -> PictureTable:
        """The table of the same pictures with the blocks of these names alone; made once."""
        layout = self.layout.only(*names)
        if layout == self.layout:
            return self
        if layout not in self._parts:
            numbers = self.numbers[:, side_by_side(self.layout.columns(*names))]
            self._parts[layout] = replace(self, numbers=numbers, layout=layout, key=f"{self.whole} {layout}")
        return self._parts[layout]

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives of these pictures, made once, and kept as long as the table and the budget last."""
        return _KEPT.get(self._serial, key, make)

    def known(self, key: Hashable) -> Any:
        """What was derived by this key, None where it was not, or is no longer kept."""
        return _KEPT.known(self._serial, key)

    def _rows(self, numbers: Matrix, at: Ints | None) -> Matrix:
        rows = numbers.view(_Rows)
        rows.table, rows.at = self, at
        return rows

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _parts={}, _serial=uuid.uuid4().hex)
        self.__post_init__()


def digest(names: Sequence[str], *parts: NDArray[Any]) -> str:
    """The same for the same names and numbers."""
    found = hashlib.sha256("\n".join(names).encode())
    for part in parts:
        found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()[:32]


def side_by_side(columns: Sequence[int] | Ints) -> Any:
    """The same columns as a slice where they stand side by side: that needs no copy."""
    at = list(columns)
    return slice(at[0], at[-1] + 1) if at and at == list(range(at[0], at[-1] + 1)) else at
