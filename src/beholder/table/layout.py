"""Which columns of X are what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import NDArray

from beholder.errors import ShapeError, UserError

ATTRIBUTES, NETWORKS = "attributes", "task-vectors"  # blocks whose columns each mean something by themselves


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of X are what.

    Parameters
    ----------
    blocks
        (name, how many columns) of each block, in their order
        First the vectors of encoders, then blocks whose columns each mean something by themselves.
    """

    blocks: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, width: int, attributes: int = 0) -> Self:
        """The layout of rows of so many numbers, the last of them attributes.

        Raises
        ------
        UserError
            Where no other column is left.
        """
        if not 0 <= attributes < max(width, 1):
            raise UserError(f"attributes must be from 0 to {width - 1}, one less than X has columns, got {attributes}")
        return cls((("vectors", width - attributes), *([(ATTRIBUTES, attributes)] if attributes else [])))

    @property
    def width(self) -> int:
        return sum(width for _, width in self.blocks)

    @property
    def vectors(self) -> int:
        """How many columns are an encoder's, which mean something together alone; they come first."""
        return self.width - self.attributes

    @property
    def encoders(self) -> tuple[tuple[str, int], ...]:
        """The blocks whose columns mean something together alone; they come first."""
        return tuple(block for block in self.blocks if block[0] not in (ATTRIBUTES, NETWORKS))

    @property
    def attributes(self) -> int:
        """How many columns, at the end, mean something each by itself."""
        return sum(width for name, width in self.blocks if name in (ATTRIBUTES, NETWORKS))

    def columns(self, *names: str) -> list[int]:
        """The columns of the blocks of these names, in their order."""
        found, start = list[int](), 0
        for name, width in self.blocks:
            found += range(start, start + width) if name in names else ()
            start += width
        return found

    def only(self, *names: str) -> Self:
        """The layout of the blocks of these names alone."""
        return type(self)(tuple(block for block in self.blocks if block[0] in names))

    def check(self, X: NDArray[Any]) -> None:
        """Raises
        ------
        ShapeError
            where X, (n, d), has other columns
        UserError
            where none is an encoder's
        """
        if X.ndim != 2 or X.shape[1] != self.width:
            raise ShapeError(f"X has shape {X.shape}, but its layout names {self.width} columns: {self}")
        if not self.vectors:
            raise UserError(f"X needs columns that are no attributes, but its layout names none: {self}")

    def state(self) -> list[list[Any]]:
        """What `restore` needs, for JSON."""
        return [list(block) for block in self.blocks]

    @classmethod
    def restored(cls, plain: Mapping[str, Any], width: int) -> Self | None:
        """The layout in a saved model's fields, of rows of so many numbers; None where it had none.

        Models saved before layouts had names say in `measured` how many columns at the end are attributes.
        """
        if "layout" not in plain:
            return cls.of(width, int(plain["measured"]))
        told = plain["layout"]
        return None if told is None else cls(tuple((str(name), int(size)) for name, size in told))

    def __str__(self) -> str:
        return ", ".join(f"{name} {width}" for name, width in self.blocks)
