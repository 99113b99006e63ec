"""Where pictures come from: a folder, a zip, a CSV of paths, the sample gallery. A source finds; it opens nothing."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from beholder.errors import BadPicture, UserError
from beholder.images.formats import HEAD, sniff
from beholder.sources.archive import ZipSource, made_once
from beholder.sources.folder import ITEMS, FolderSource
from beholder.sources.found import Broken, Found, Source, shown, storable, why_unreadable
from beholder.sources.table import TableSource

__all__ = ["SAMPLE", "Broken", "FolderSource", "Found", "Source", "TableSource", "ZipSource", "open_source"]

SAMPLE = "sample"
_ZIPS = {".zip", ".cbz"}
_TABLES = {".csv", ".tsv", ".tab"}
_WANTED = "a folder, a .zip, a .csv of paths, or 'sample'"


def open_source(spec: str | Path, workspace: Path) -> Source:
    """The source that `spec` names.

    spec : a folder, a .zip, a .csv, or "sample" (a folder of that name: "./sample")
    workspace : where zips are unpacked and the sample gallery is made
    raises : UserError where there is no such thing, BadInput where it is there and cannot be read
    """
    text = os.fspath(spec)
    if text == SAMPLE:
        return SampleSource(workspace)
    path = _existing(text)
    if path.is_dir():
        return FolderSource(path)
    suffix = path.suffix.lower()
    if path.is_file() and suffix in _ZIPS:
        return ZipSource(path, workspace)
    if path.is_file() and suffix in _TABLES:
        return TableSource(path)
    raise UserError(f"'{shown(text)}' is {_kind(path)}; wanted: {_WANTED}")


def _existing(text: str) -> Path:
    if not text.strip():
        raise UserError(f"no source was named; wanted: {_WANTED}")
    if "://" in text:
        raise UserError(
            f"'{shown(text)}' is a link; links are not fetched yet: save the pictures and give their folder"
        )
    if "\0" in text or not storable(text):
        raise UserError(f"'{shown(text)}' cannot be a path; wanted: {_WANTED}")
    try:
        path = Path(text).expanduser()
        path.stat()
    except FileNotFoundError:
        raise UserError(f"there is nothing at '{shown(text)}'; wanted: {_WANTED}") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: ~name of an unknown user
        words = why_unreadable(error) if isinstance(error, OSError) else "no such user"
        raise UserError(f"'{shown(text)}' cannot be read: {words}; wanted: {_WANTED}") from error
    return path


def _kind(path: Path) -> str:
    if not path.is_file():
        return "neither a folder nor a file"
    try:
        with path.open("rb") as stream:
            sniff(stream.read(HEAD))
    except (BadPicture, OSError):
        return "a file of another kind"
    return "a single picture"


class SampleSource:
    """The generated sample gallery, made once in `workspace` as a folder with an `items.csv`."""

    title = "sample gallery"

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace

    def find(self) -> Iterator[Found | Broken]:
        """raises : StoreError where the gallery cannot be written"""
        return FolderSource(made_once(self.workspace / SAMPLE, _make_sample)).find()


def _make_sample(folder: Path) -> None:
    from beholder.sources.sample import make_gallery

    found = make_gallery(folder)
    columns = list(dict.fromkeys(key for one in found for key in one.columns))
    with (folder / ITEMS).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["item", "file", *columns])
        for one in found:
            file = one.path.relative_to(folder).as_posix()
            table.writerow([one.name, file, *(one.columns.get(key, "") for key in columns)])
