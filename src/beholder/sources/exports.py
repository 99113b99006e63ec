"""A JSON file: an export, an answer of a shop or of a museum, a IIIF manifest; a script that holds such data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beholder.errors import BadInput
from beholder.json_reading import LARGE, BadJson, parse_json
from beholder.sources.addresses import web_address
from beholder.sources.found import Broken, Found, More, unique
from beholder.sources.iiif import iiif_listings, is_iiif
from beholder.sources.linked_data import linked_listings
from beholder.sources.listing import Listing, found_of, saved_page
from beholder.sources.loose_json import parse_loose
from beholder.sources.museums import museum_listings
from beholder.sources.page import html_text
from beholder.sources.records import records
from beholder.sources.saved import SavedPictures, folders_of
from beholder.sources.scripts import assigned
from beholder.text import bytes_of, shown

_LINES = {".jsonl", ".ndjson"}


class ExportSource:
    """The works that a JSON file lists, with their pictures where they lie beside it.

    Parameters
    ----------
    more
        fetches what a collection refers to; None: nothing is fetched
    """

    def __init__(self, path: Path, workspace: Path, more: More | None = None) -> None:
        self.path, self.workspace, self.title, self.more = path, workspace, path.stem, more

    def find(self) -> Iterator[Found | Broken]:
        """raises : BadInput where the file cannot be read or lists no work"""
        pictures = SavedPictures(
            self.path.parent, self.workspace, beside=folders_of(self.path), of=shown(self.path.name)
        )
        found = [one for value in _values(self.path) for one in self._read(value)]
        if not found:
            name = shown(self.path.name)
            raise BadInput(f"'{name}' lists no work with a title and a picture, in no form that is known")
        told = saved_page(bytes_of(self.path, "file", LARGE), found)
        yield from unique(found_of(found, pictures, page=told))

    def _read(self, value: Any) -> list[Listing | Broken]:
        return list(iiif_listings(value, self.path, self.more)) if is_iiif(value) else [*_listings(value)]


def _listings(value: Any) -> list[Listing]:
    works, others = linked_listings(value, "json-ld")
    found = museum_listings(value) or works or records(value, "page data") or others
    for listing in found:
        listing.link = web_address(listing.link) or ""
    return found


def _values(path: Path) -> list[Any]:
    """The JSON values of a file. raises : BadInput"""
    data = bytes_of(path, "file", LARGE)
    suffix = path.suffix.lower()
    if suffix == ".js":
        return list(assigned(html_text(data)))
    try:
        return [parse_json(data)]
    except BadJson as error:
        text = html_text(data)
        if suffix in _LINES or "\n{" in text.strip():
            return _of_lines(text) or _refuse(path, error)
        try:
            return [parse_loose(text, whole=True)]
        except BadJson:
            return _refuse(path, error)


def _of_lines(text: str) -> list[Any]:
    """A value on each line; lines that are none are passed over."""
    values = []
    for line in text.splitlines():
        try:
            values.append(parse_json(line))
        except BadJson:
            continue
    return values


def _refuse(path: Path, error: BadJson) -> list[Any]:
    raise BadInput(f"'{shown(path.name)}' cannot be read as JSON: {shown(str(error))}") from error
