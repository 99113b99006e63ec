"""A researcher's own features: `vectors:FILE` in place of an encoder, a row of numbers for each item by its name.

    .safetensors   a tensor `vectors` (n, d), and in the file's metadata `items`: a JSON list of the n names
    anything else  a table (CSV) with a column `item`; every other column is a number

Items that the set does not have are passed over.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from beholder.cells import NotANumber, number
from beholder.errors import BadInput
from beholder.json_reading import parse_json
from beholder.research.datasets.tables import Faults, stream_table
from beholder.text import shown
from beholder.types import Matrix

PREFIX = "vectors:"
_ARRAYS = (".npy", ".npz")
_NAMED = 10  # missing items that are named
_ODD = re.compile(r"[^0-9.eE+\-]")


def read_vectors(path: Path, items: Sequence[str]) -> tuple[Matrix, str]:
    """(n, d) float32 in the order of `items`, and the sha256 of the file.

    Raises
    ------
    BadInput
        with all that is wrong: unreadable, an array without names (.npy), items that are missing or come twice, lines
        of another width, values that are no finite numbers
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path}; wanted vectors:FILE, a .safetensors or a CSV with a column item")
    if path.suffix in _ARRAYS:
        raise BadInput(
            f"{path} holds numbers without the names of their items. Give a .safetensors file with `vectors` (n, d) "
            "and in its metadata `items`, a JSON list of the n names, or a CSV with a column item"
        )
    faults = Faults()
    names, vectors = (_from_safetensors if path.suffix == ".safetensors" else _from_table)(path, faults)
    _check(path.name, names, vectors, items, faults)
    faults.raise_if_any(path)
    place = {name: i for i, name in enumerate(names)}
    return vectors[[place[item] for item in items]], hashlib.sha256(path.read_bytes()).hexdigest()


def _from_table(path: Path, faults: Faults) -> tuple[list[str], Matrix]:
    names, rows = list[str](), list[Matrix]()
    for row in stream_table(path, ["item"], faults, faults):
        name = row.cells.pop("item")
        try:
            rows.append(_numbers(row.cells))
            names.append(name)
        except NotANumber as error:
            faults.add(row.where, f"item '{name}': {error}")
    return names, np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _numbers(cells: Mapping[str, str]) -> Matrix:
    """The row of a table. raises : NotANumber naming the first column that holds none"""
    texts = list(cells.values())
    with np.errstate(over="ignore"), suppress(ValueError):  # what is too large for the type is named with all others
        if not _ODD.search("".join(texts)):
            return np.array(texts, dtype=np.float32)
    found = list[float]()
    for column, text in cells.items():
        try:
            found.append(number(text))
        except NotANumber as error:
            raise NotANumber(f"{column} must be {error.wanted}, got '{shown(text)}'{error}") from None
    return np.array(found, dtype=np.float32)


def _from_safetensors(path: Path, faults: Faults) -> tuple[list[str], Matrix]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            items = _names((file.metadata() or {}).get("items"))
            vectors: Any = file.get_tensor("vectors") if "vectors" in file.keys() else None  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        faults.add(path.name, f"is not a safetensors file ({error})")
        return [], np.empty((0, 0), np.float32)
    if items is None:
        faults.add(path.name, "has no `items` in its metadata, a JSON list with the name of the item behind each row")
    if vectors is None or vectors.ndim != 2:
        faults.add(path.name, f"must hold a tensor `vectors` (n, d), got {getattr(vectors, 'shape', 'none')}")
    elif items is not None and len(items) != len(vectors):
        faults.add(path.name, f"has {len(vectors)} rows of vectors, but names {len(items)} items")
    if faults.found:
        return [], np.empty((0, 0), np.float32)
    return items or [], np.asarray(vectors, np.float32)


def _names(told: str | None) -> list[str] | None:
    try:
        names = parse_json(told or "")
    except ValueError:
        return None
    return [str(name) for name in names] if isinstance(names, list) else None


def _check(file: str, names: list[str], vectors: Matrix, items: Sequence[str], faults: Faults) -> None:
    if not names and faults.found:
        return
    if names and not vectors.shape[1]:
        faults.add(file, "holds no numbers beside the items' names")
    for name, count in Counter(names).items():
        if count > 1:
            faults.add(file, f"item '{name}' comes {count} times")
    for row in np.flatnonzero(~np.isfinite(vectors).all(axis=1)):
        faults.add(file, f"item '{names[row]}' has a value that is no finite number")
    missing = sorted(set(items) - set(names))
    if missing:
        more = ", ..." if len(missing) > _NAMED else ""
        faults.found.insert(
            0, f"{file}: has no vector for {len(missing)} of {len(items)} items: {', '.join(missing[:_NAMED])}{more}"
        )
