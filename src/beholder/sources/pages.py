"""A folder of saved pages: what all of them show, and the pictures that lie beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from beholder.errors import BadInput
from beholder.sources.folder import FolderSource
from beholder.sources.found import Broken, Found, check_number, storable
from beholder.sources.page import PageSource
from beholder.sources.saved import folders_of
from beholder.text import shown

PAGES = {".html", ".htm", ".xhtml", ".mhtml", ".mht", ".webarchive"}


def pages_in(folder: Path) -> list[Path]:
    """The saved pages that lie in a folder itself, by name; none where it cannot be read."""
    try:
        names = [name for name in sorted(os.listdir(folder)) if os.path.splitext(name)[1].lower() in PAGES]
        return [folder / name for name in names if storable(name) and (folder / name).is_file()]
    except OSError:
        return []


class PagesSource:
    """The works on all pages of a folder, each once, then the pictures that belong to no page."""

    def __init__(self, folder: Path, workspace: Path, pages: list[Path]) -> None:
        self.folder, self.workspace, self.pages = folder.absolute(), workspace, pages
        self.title = FolderSource(folder).title

    def find(self) -> Iterator[Found | Broken]:
        """A work that stands on several pages is as the last of them says, for it may be the newest."""
        works: dict[str, Found] = {}
        broken: list[Broken] = []
        for page in self.pages:
            try:
                for one in PageSource(self.folder / page.name, self.workspace).find():
                    if isinstance(one, Found):
                        works[one.name] = one
                        check_number(len(works))
                    else:
                        broken.append(one)
            except BadInput as reason:
                broken.append(Broken(shown(page.name), str(reason)))
        yield from works.values()
        yield from broken
        taken = {one.locator.text for one in works.values()}
        theirs = tuple(
            os.path.join(folder, "") for page in self.pages for folder in folders_of(self.folder / page.name)
        )
        for one in FolderSource(self.folder).find():
            if isinstance(one, Broken) or (one.locator.text not in taken and not one.locator.value.startswith(theirs)):
                yield one
