"""Where pictures come from: folders, zips, tables, saved pages, exports, the sample gallery. A source finds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from beholder.errors import BadPicture, StoreError, UserError
from beholder.images.formats import HEAD, sniff
from beholder.sources.archive import ZipSource
from beholder.sources.exports import ExportSource
from beholder.sources.feeds import FeedSource
from beholder.sources.folder import ITEMS, FolderSource
from beholder.sources.found import NEEDS_NETWORK, Broken, Found, More, SavedPage, Source, storable
from beholder.sources.online import is_link, is_online, is_query, online_title
from beholder.sources.page import PageSource
from beholder.sources.pages import PAGES, PagesSource, pages_in
from beholder.sources.saved import BESIDE, folders_of, is_beside
from beholder.sources.table import TableSource
from beholder.text import shown, why_unreadable
from beholder.types import Progress, silent

__all__ = [
    "BESIDE", "FILES", "ITEMS", "NEEDS_NETWORK", "PAGES", "SAMPLE", "Broken", "Found", "SavedPage", "Source",
    "is_beside", "is_online", "online_title", "open_source", "unread_in",
]  # fmt: skip

SAMPLE = "sample"
_ZIPS = {".zip", ".cbz"}
_TABLES = {".csv", ".tsv", ".tab"}
_EXPORTS = {".json", ".jsonl", ".ndjson", ".js"}
_FEEDS = {".xml", ".rss", ".atom", ".rdf", ".gz"}  # sitemaps are packed as a rule: sitemap.xml.gz
FILES = frozenset(_ZIPS | _TABLES | PAGES | _EXPORTS | _FEEDS)  # endings of the files that are sources
_PICTURE = "a single picture"
_WANTED = (
    "a saved page (.html, .mhtml), a .json, a feed (.xml), a link, a museum and what to look for (met:cats), "
    "a folder, a .zip, a .csv of paths, or 'sample'"
)


def open_source(spec: str | Path, workspace: Path, progress: Progress = silent, *, fetch: bool = False) -> Source:
    """The source that `spec` names.

    Parameters
    ----------
    spec
        a folder, a .zip, a .csv, a saved page, an export, a link, a museum with what to look for ("met:cats"), or
        "sample" (a folder of that name: "./sample")
    workspace
        where zips are unpacked, pictures inside of pages are written and the sample gallery is made
    fetch
        whether pictures and parts of lists that are known by their links alone are fetched; what a link or a museum
        leads to always is
    progress
        told (what is being done, done, of how many) where finding takes longer: unpacking, painting

    Raises
    ------
    UserError
        where there is no such thing
    BadInput
        where it is there and cannot be read
    """
    text = os.fspath(spec)
    if text == SAMPLE:
        return _SampleSource(workspace, progress)
    if fetch or is_online(text):
        return _through_the_door(text, workspace, progress)
    return _opened(text, workspace, progress, None)


def unread_in(spec: str | Path) -> list[str]:
    """Names of the exports, tables, feeds and zips in a folder, and of saved pages in folders of it.

    Its pictures and its own pages are read, these are not.
    """
    try:
        folder = Path(spec).expanduser()
        if os.fspath(spec) == SAMPLE or (folder / ITEMS).is_file():  # it says what belongs to the folder
            return []
        names = sorted(name for name in os.listdir(folder) if not name.startswith(".") and storable(name))
        files = [name for name in names if Path(name).suffix.lower() in FILES - PAGES and (folder / name).is_file()]
        of_pages = [one for page in pages_in(folder) for one in folders_of(page)]
        inner = [folder / name for name in names if not is_beside(name) and folder / name not in of_pages]
        pages = [f"{page.parent.name}/{page.name}" for one in inner for page in pages_in(one)]
        return [shown(name) for name in (*files, *pages)]
    except (OSError, RuntimeError, ValueError):  # a file, a link, a museum
        return []


def _through_the_door(text: str, workspace: Path, progress: Progress) -> Source:
    from beholder.sources.fetched import FetchedSource
    from beholder.sources.linked import LinkSource, more_by
    from beholder.sources.queries import MuseumSource
    from beholder.sources.web import Door

    door = Door(workspace / "web")
    source: Source
    if is_link(text):
        source = LinkSource(text, workspace, door, progress)
    elif is_query(text):
        source = MuseumSource(text, door, progress)
    else:
        source = _opened(text, workspace, progress, more_by(door))
    return FetchedSource(source, door, progress)


def _opened(text: str, workspace: Path, progress: Progress, more: More | None) -> Source:
    path = _existing(text)
    if path.is_dir():
        pages = [] if (path / ITEMS).is_file() else pages_in(path)
        return PagesSource(path, workspace, pages) if pages else FolderSource(path)
    suffix = path.suffix.lower()
    if path.is_file() and suffix in _ZIPS:
        return ZipSource(path, workspace, progress)
    if path.is_file() and suffix in _TABLES:
        return TableSource(path)
    if path.is_file() and suffix in PAGES:
        return PageSource(path, workspace)
    if path.is_file() and suffix in _EXPORTS:
        return ExportSource(path, workspace, more)
    if path.is_file() and suffix in _FEEDS:
        return FeedSource(path, workspace, more)
    kind = _kind(path)
    if kind == _PICTURE:
        raise UserError(f"'{shown(text)}' is {kind}: put it into a folder, and import the folder")
    raise UserError(f"'{shown(text)}' is {kind}; wanted: {_WANTED}")


def _existing(text: str) -> Path:
    if not text.strip():
        raise UserError(f"no source was named; wanted: {_WANTED}")
    if "://" in text:
        raise UserError(f"'{shown(text)}' is a link that is not followed; only http and https links are")
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
    return _PICTURE


class _SampleSource:
    """The generated sample gallery, painted once into `workspace` as a folder with an `items.csv`."""

    title = "sample gallery"

    def __init__(self, workspace: Path, progress: Progress) -> None:
        self.folder, self.progress = workspace / SAMPLE, progress

    def find(self) -> Iterator[Found | Broken]:
        """raises : StoreError where the gallery cannot be written"""
        from beholder.sources.sample import paint_into

        if (self.folder / ITEMS).is_file():  # it is written last, so all of the gallery is there
            yield from FolderSource(self.folder).find()
            return
        try:
            self.folder.parent.mkdir(exist_ok=True)
            yield from paint_into(
                self.folder, progress=lambda done, n: self.progress("painting the sample gallery", done, n)
            )
        except OSError as error:
            where = shown(str(self.folder))
            raise StoreError(f"the gallery cannot be painted in '{where}': {why_unreadable(error)}") from error
