"""The plain folder format, to which every other set converts.

    items.csv      item, file, ... ; `split` train|test; sets that know only means have score and score_std here
    ratings.csv    rater, item, score, ... (seconds)
    choices.csv    rater, left, right, choice = left|right|tie, ... (seconds)
    raters.csv     rater, split = train|test
    retest.csv     as ratings.csv, of pictures that the rater had rated before; not read here
    dataset.json   name, scale = [lowest, highest], licence, citation

Only items.csv must be there. Reading is strict: a folder with a fault is refused, with all of its faults at once.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from beholder.cells import BELOW, EITHER, Marks, NotANumber, marks_of, number
from beholder.errors import BadInput
from beholder.json_reading import read_json
from beholder.research.datasets.dataset import LEFT, RIGHT, TIE, Choices, Dataset, Flags, Ratings
from beholder.research.datasets.tables import Faults, Row, read_table
from beholder.text import shown
from beholder.types import Floats, Ints

_ANSWERS = {"left": LEFT, "tie": TIE, "right": RIGHT}
_SPLITS = ("train", "test")
_FILES = ("items.csv", "ratings.csv", "choices.csv", "raters.csv", "dataset.json")

_Rating = tuple[str, int, float, float]  # rater, item, score, seconds
_Choice = tuple[str, int, int, int, float]  # rater, left, right, answer, seconds


@dataclass(frozen=True)
class _Items:
    names: tuple[str, ...]
    files: tuple[Path, ...]
    columns: Mapping[str, tuple[str, ...]]
    is_test: Flags | None

    @property
    def position(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}


def load_plain(folder: str | Path) -> Dataset:
    """The rated set in `folder`.

    Raises
    ------
    BadInput
        naming everything that is wrong: missing files and columns, items that come twice or are unknown, scores
        that are no numbers or off the scale, a picture against itself, unknown answers and splits
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder; wanted one with items.csv and ratings.csv or choices.csv")
    if not (folder / "items.csv").is_file():
        raise BadInput(f"{folder} has no items.csv (columns item, file); it is not a folder of a rated set")
    faults = Faults()
    about = _read_about(folder, faults)
    items = _read_items(folder, faults)
    ratings = _read_ratings(folder, items.position, about["scale"], faults)
    choices = _read_choices(folder, items.position, faults)
    raters = sorted({rating[0] for rating in ratings} | {choice[0] for choice in choices})
    is_test = _read_splits(folder, raters, faults)
    faults.raise_if_any(folder)
    return Dataset(
        items=items.names,
        files=items.files,
        columns=items.columns,
        raters=tuple(raters),
        ratings=_ratings(ratings, raters),
        choices=_choices(choices, raters),
        item_is_test=items.is_test,
        rater_is_test=is_test,
        revision=_revision(folder),
        **about,
    )


def _read_about(folder: Path, faults: Faults) -> dict[str, Any]:
    path = folder / "dataset.json"
    about: Any = {}
    if path.is_file():
        try:
            about = read_json(path)
        except (ValueError, OSError) as error:
            faults.add(path.name, f"is not JSON: {error}")
        if not isinstance(about, dict):
            faults.add(path.name, 'must be an object like {"name": "...", "scale": [1, 5]}')
            about = {}
    return {
        "name": str(about.get("name") or folder.resolve().name),
        "scale": _scale(about.get("scale"), faults),
        "licence": str(about.get("licence") or ""),
        "citation": str(about.get("citation") or ""),
    }


def _scale(value: Any, faults: Faults) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = (float(end) for end in value if type(end) in (int, float))
    except (TypeError, ValueError):
        low = high = math.nan
    if not -math.inf < low < high < math.inf:
        faults.add("dataset.json", f"scale must be [lowest, highest], got {shown(json.dumps(value))}")
        return None
    return low, high


def _read_items(folder: Path, faults: Faults) -> _Items:
    columns, rows = read_table(folder / "items.csv", ("item", "file"), faults)
    if not rows and not faults.found:
        faults.add("items.csv", "names no pictures")
    line_of: dict[str, str] = {}
    mark_of = {column: _marks(rows, column) for column in ("score", "score_std")}
    for row in rows:
        if not row["item"]:
            faults.add(row.where, "the item has no name")
        elif row["item"] in line_of:
            faults.add(row.where, f"item '{row['item']}' comes twice (first at {line_of[row['item']]})")
        line_of.setdefault(row["item"], row.where)
        if not row["file"] or not os.path.isfile(folder / row["file"]):
            faults.add(row.where, f"the file '{row['file']}' of item '{row['item']}' is not in {folder}")
        for column, marks in mark_of.items():
            if row.get(column):
                _number(row, column, marks, faults)
    return _Items(
        names=tuple(row["item"] for row in rows),
        files=tuple(folder / row["file"] for row in rows),
        columns={name: tuple(row[name] for row in rows) for name in columns} if rows else {},
        is_test=np.array([_split_is_test(row, faults) for row in rows], bool) if "split" in columns else None,
    )


def _read_ratings(
    folder: Path, position: Mapping[str, int], scale: tuple[float, float] | None, faults: Faults
) -> list[_Rating]:
    found: list[_Rating] = []
    rows = _optional(folder / "ratings.csv", ("rater", "item", "score"), faults)
    marks, seconds = _marks(rows, "score", scale), _marks(rows, "seconds")
    for row in rows:
        item, score = _item(row, "item", position, faults), _number(row, "score", marks, faults)
        if scale and (score < scale[0] or score > scale[1]):
            faults.add(row.where, f"score {row['score']} is off the scale {scale[0]:g} to {scale[1]:g} of dataset.json")
        found.append((_rater(row, faults), item, score, _seconds(row, seconds, faults)))
    return found


def _read_choices(folder: Path, position: Mapping[str, int], faults: Faults) -> list[_Choice]:
    found: list[_Choice] = []
    rows = _optional(folder / "choices.csv", ("rater", "left", "right", "choice"), faults)
    seconds = _marks(rows, "seconds")
    for row in rows:
        left, right = _item(row, "left", position, faults), _item(row, "right", position, faults)
        if row["left"] and row["left"] == row["right"]:
            faults.add(row.where, f"'{row['left']}' is compared with itself")
        answer = _ANSWERS.get(row["choice"].casefold())
        if answer is None:
            faults.add(row.where, f"choice must be left, right or tie, got '{row['choice']}'")
        found.append((_rater(row, faults), left, right, answer or 0, _seconds(row, seconds, faults)))
    return found


def _read_splits(folder: Path, raters: list[str], faults: Faults) -> Flags | None:
    """Whether each of `raters` is a test rater; None where there is no raters.csv."""
    if not (folder / "raters.csv").is_file():
        return None
    is_test: dict[str, bool] = {}
    for row in _optional(folder / "raters.csv", ("rater", "split"), faults):
        if _rater(row, faults) in is_test:
            faults.add(row.where, f"rater '{row['rater']}' comes twice")
        is_test[row["rater"]] = _split_is_test(row, faults)
    absent = [name for name in raters if name and name not in is_test]  # without a name: a fault of its own
    if is_test and absent:
        some = ", ".join(absent[:10]) + (" ..." if len(absent) > 10 else "")
        faults.add("raters.csv", f"does not name {some}, who judged; give each a split")
    return np.array([is_test.get(name, False) for name in raters], bool)


def _optional(path: Path, wanted: tuple[str, ...], faults: Faults) -> list[Row]:
    return read_table(path, wanted, faults)[1] if path.is_file() else []


# A reader below notes a fault and returns any value of its type: nothing is built once a fault is noted.


def _item(row: Row, column: str, position: Mapping[str, int], faults: Faults) -> int:
    if position and row[column] not in position:  # an items.csv without items is a fault of its own
        faults.add(row.where, f"{column} '{row[column]}' is not in items.csv")
    return position.get(row[column], 0)


def _rater(row: Row, faults: Faults) -> str:
    if not row["rater"]:
        faults.add(row.where, "the rater has no name")
    return row["rater"]


def _split_is_test(row: Row, faults: Faults) -> bool:
    if row["split"].casefold() not in _SPLITS:
        faults.add(row.where, f"split must be train or test, got '{row['split']}'")
    return row["split"].casefold() == "test"


def _number(row: Row, column: str, marks: Marks, faults: Faults) -> float:
    try:
        return number(row[column], marks)
    except NotANumber as error:
        faults.add(row.where, f"{column} must be a number, got '{shown(row[column])}'{error}")
        return math.nan


def _seconds(row: Row, marks: Marks, faults: Faults) -> float:
    return _number(row, "seconds", marks, faults) if row.get("seconds") else math.nan


def _marks(rows: Sequence[Row], column: str, scale: tuple[float, float] | None = None) -> Marks:
    """How the numbers of a column are written."""
    if scale and scale[0] > -BELOW and scale[1] < BELOW:
        return EITHER
    return marks_of((row.get(column) for row in rows), rows[0].delimiter if rows else ",")


def _ratings(found: list[_Rating], raters: list[str]) -> Ratings:
    rater, item, score, seconds = zip(*found, strict=True) if found else ((),) * 4
    return Ratings(_ints(item), _positions(rater, raters), _floats(score), _floats(seconds))


def _choices(found: list[_Choice], raters: list[str]) -> Choices:
    rater, left, right, answer, seconds = zip(*found, strict=True) if found else ((),) * 5
    return Choices(_ints(left), _ints(right), _positions(rater, raters), _ints(answer), _floats(seconds))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, np.float64)


def _positions(names: Sequence[str], known: list[str]) -> Ints:
    at = {name: i for i, name in enumerate(known)}
    return _ints([at[name] for name in names])


def _revision(folder: Path) -> str:
    """sha256 over the names and bytes of the files that were read."""
    digest = hashlib.sha256()
    for name in _FILES:
        path = folder / name
        if path.is_file():
            digest.update(f"{name} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
