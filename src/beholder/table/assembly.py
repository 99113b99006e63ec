"""The one way in which a table is made: columns of several encoders side by side, a large one in a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.durable import write_whole
from beholder.features import Runtime
from beholder.locator import Locator
from beholder.store import VectorShards
from beholder.table.layout import ATTRIBUTES, NETWORKS, Layout
from beholder.table.picture_table import PictureTable, digest
from beholder.types import Ints, Matrix

LARGE = 32_000_000  # bytes from which a table lies in a file
_AT_ONCE = 16_384  # rows written or looked through at a time


@dataclass(frozen=True)
class Seen:
    """An encoder, and the vectors that it gave of pictures."""

    runtime: Runtime
    shards: VectorShards

    @property
    def block(self) -> str:
        """The name of its block of vectors."""
        name = self.runtime.row.name
        return f"{name} vectors" if name in (ATTRIBUTES, NETWORKS) else name

    @property
    def learned(self) -> list[int]:
        """Which of its columns are the attributes that it has learned; none where it has not."""
        return list(getattr(self.runtime, "attribute_columns", ()))

    def get(self, hashes: Sequence[str]) -> tuple[Matrix, NDArray[np.bool_]]:
        return self.shards.get(hashes, self.runtime.row.dimension)


def assemble(
    encoders: Sequence[Seen],
    attributes: Seen,
    hashes: Sequence[str],
    files: Sequence[Path | Locator] = (),
    *,
    ids: Ints | None = None,
    networks: Seen | None = None,
    given: Matrix | None = None,
    folder: Path | None = None,
) -> tuple[PictureTable, NDArray[np.bool_]]:
    """The table of pictures, X being what encoders and attributes say of them.

    Parameters
    ----------
    encoders
        each of which has a block of columns, one behind the other
    attributes
        the measured ones, in the last block unless the first encoder has learned its own
    hashes
        (n,) key of each picture: its content's sha256, and its crop
    files, ids
        (n,) where its pixels are, and its item id; () and None: not known
    networks
        an encoder whose columns each mean something by themselves, in the block before the last
    given
        (n, d) vectors from elsewhere, in the first block
    folder
        where a large table is kept, in place of the one that lies there; None: in memory

    Returns
    -------
    The table of the pictures that have their numbers, and (n,) which these are: attributes, and those of one encoder
    at least. Where another has not seen a picture, whose file is gone, it stands in the middle of those it has seen.
    """
    seen = [*encoders, *([networks] if networks else []), attributes]
    unseen = [one.shards.missing(hashes) for one in seen]
    lacking = set[str]().union(*unseen[len(encoders) :], set.intersection(*unseen[: len(encoders)]) if encoders else ())
    there = np.array([sha not in lacking for sha in hashes], bool)
    learned = next((one for one in encoders if one.learned), None)
    blocks = [] if given is None else [("vectors", given.shape[1])]
    for one in encoders:
        blocks.append((_unlike(one.block, [name for name, _ in blocks]), one.runtime.row.dimension))
    blocks += [(NETWORKS, networks.runtime.row.dimension)] if networks else []
    layout = Layout((*blocks, (ATTRIBUTES, attributes.runtime.row.dimension)))
    made_by = "+".join(one.runtime.row.key for one in seen)

    def key() -> str:
        shown = [sha for sha, is_there in zip(hashes, there.tolist(), strict=True) if is_there]
        partly = sorted(f"{at} {sha}" for at, some in enumerate(unseen) for sha in some if sha not in lacking)
        return digest([made_by, str(layout), *shown, *partly], *([] if given is None else [given[there]]))

    numbers = None if folder is None else _opened(folder / f"{key()}.npy", (int(there.sum()), layout.width))
    measured = None
    if numbers is None or learned:
        measured, found = attributes.get(hashes)
        there &= found
    if numbers is None:
        parts = [] if given is None else [given]
        found_by = [one.get(hashes) for one in seen[:-1]]
        for _, found in found_by[len(encoders) :]:
            there &= found
        if encoders:
            there &= np.any([found for _, found in found_by[: len(encoders)]], axis=0)
        parts += [_in_the_middle(vectors, found) for vectors, found in found_by]
        assert measured is not None
        parts.append(parts[0][:, learned.learned] if learned else measured)
        numbers = _kept([part[there] for part in parts], folder and folder / f"{key()}.npy")
    kept = np.flatnonzero(there)
    at = kept.tolist()
    table = PictureTable(
        numbers, layout, key(), kept if ids is None else ids[kept], tuple(hashes[i] for i in at),
        tuple(files[i] for i in at) if files else (), measured[there] if learned and measured is not None else None,
        whole=key(),
    )  # fmt: skip
    return table, there


def _in_the_middle(vectors: Matrix, found: NDArray[np.bool_]) -> Matrix:
    """(n, d) with the mean of the rows that were found in place of those that were not."""
    if found.all() or not found.any():
        return vectors
    filled = np.array(vectors)
    filled[~found] = vectors[found].mean(0)
    return filled


def _unlike(name: str, others: Sequence[str]) -> str:
    """The name, with a number behind it where another block has it."""
    return next(new for new in (name, *(f"{name} {i}" for i in range(2, len(others) + 3))) if new not in others)


def _opened(path: Path, shape: tuple[int, int]) -> Matrix | None:
    """The numbers in a file that `_write` made; None where it is not there, or holds not so many finite ones."""
    try:
        numbers = np.load(path, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError, EOFError):
        return None
    sound = numbers.dtype == np.float32 and numbers.shape == shape
    parts = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
    return numbers if sound and all(np.isfinite(part).all() for part in parts) else None


def _kept(parts: Sequence[Matrix], path: Path | None) -> Matrix:
    """These columns side by side, (n, d); large ones mapped from a file, which all processes have in memory once.

    On a full disk they are in memory.
    """
    numbers, shape = None, (len(parts[0]), sum(part.shape[1] for part in parts))
    if path is not None and 4 * shape[0] * shape[1] >= LARGE:
        with suppress(OSError):
            _write(parts, path, shape)
            numbers = _opened(path, shape)
    return np.hstack(parts) if numbers is None else numbers


def _write(parts: Sequence[Matrix], path: Path, shape: tuple[int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink(missing_ok=True)  # whoever has it mapped keeps it

    def rows(draft: Path) -> None:
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float32)), "fortran_order": False, "shape": shape}
        with draft.open("wb") as file:  # written, not mapped: a full disk is then an error, and no signal
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, shape[0], _AT_ONCE):
                file.write(np.hstack([part[start : start + _AT_ONCE] for part in parts]).data)

    write_whole(path, rows)
