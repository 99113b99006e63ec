"""Pictures that are known by their links: fetched through the door, each as soon as it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from beholder.errors import StoreError
from beholder.locator import Locator
from beholder.sources.found import Broken, Found, Source
from beholder.sources.online import is_link
from beholder.sources.web import PICTURE, Door, NotFetched
from beholder.text import shown, why_unreadable
from beholder.types import Progress, silent


class FetchedSource:
    """What a source finds, with every picture on this disk; one that cannot be had is Broken, with the reason.

    Parameters
    ----------
    door
        through which the source fetches too; it is closed at the end
    progress
        told how many pictures have been fetched
    """

    def __init__(self, source: Source, door: Door, progress: Progress = silent) -> None:
        self.source, self.door, self.progress, self.title = source, door, progress, source.title

    @property
    def unnamed(self) -> list[str]:
        """As of a folder."""
        return list(getattr(self.source, "unnamed", ()))

    def find(self) -> Iterator[Found | Broken]:
        """Raises
        ------
        StoreError
            where there is no room for what is fetched
        """
        workspace = self.door.folder.parent
        try:
            workspace.mkdir(exist_ok=True)  # not what it lies in: a data folder that was moved is not made again
        except OSError as error:
            where = shown(str(workspace))
            raise StoreError(f"nothing can be fetched into '{where}': {why_unreadable(error)}") from error
        number = 0
        with self.door:
            for one in self.source.find():
                if isinstance(one, Broken) or not is_link(one.locator.text):
                    yield one
                    continue
                number += 1
                self.progress("fetching pictures", number, 0)
                yield self._fetched(one)

    def _fetched(self, one: Found) -> Found | Broken:
        try:
            kept = self.door.fetch(one.locator.text, PICTURE)
        except NotFetched as reason:
            return Broken.of(one, f"its picture was not fetched: {reason}")
        return replace(one, locator=Locator.of(kept.path))
