"""A link as a source: a page, a feed, a manifest, data or a picture, fetched and then read like one that was saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from beholder.errors import BadInput, BadPicture
from beholder.images.formats import HEAD, sniff
from beholder.locator import Locator
from beholder.sources.exports import ExportSource
from beholder.sources.feeds import PACKED, FeedSource
from beholder.sources.found import Broken, Found, More, Source, plain_name
from beholder.sources.online import online_title
from beholder.sources.page import PageSource
from beholder.sources.web import PAGE, PICTURE, Door, Kept, NotFetched
from beholder.text import shown
from beholder.types import Progress, silent

_FRESH = 3600.0  # seconds in which a page is not asked for twice, so that a stopped import goes on where it was
_MOST = 1000  # manifests, sitemaps and pages of lists that one import fetches
_DATA = re.compile(rb"[\xef\xbb\xbf\s]*[\[{]")
_FEED = re.compile(rb"<(rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.IGNORECASE)


class LinkSource:
    """What a link leads to; pictures by their links."""

    def __init__(self, link: str, workspace: Path, door: Door, progress: Progress = silent) -> None:
        self.link, self.workspace, self.door, self.progress = link, workspace, door, progress
        self.title = online_title(link)

    def find(self) -> Iterator[Found | Broken]:
        """Raises
        ------
        BadInput
            where it cannot be had, or holds no work
        """
        self.progress("fetching the link", 0, 0)
        try:
            kept = self.door.fetch(self.link, PICTURE, max_age=_FRESH)
        except NotFetched as reason:
            raise BadInput(f"'{shown(self.link)}' is not fetched: {reason}") from reason
        with kept.path.open("rb") as stream:
            head = stream.read(HEAD)
        if _is_picture(head):
            yield Found(plain_name(shown(kept.url)), Locator.of(kept.path), {"link": kept.url})
        else:
            yield from self._opened(kept, head).find()

    def _opened(self, kept: Kept, head: bytes) -> Source:
        if _DATA.match(head):
            return ExportSource(kept.path, self.workspace, more_by(self.door))
        if head.startswith(PACKED) or (_FEED.search(head) and b"<html" not in head.lower()):
            return FeedSource(kept.path, self.workspace, more_by(self.door))
        return PageSource(kept.path, self.workspace, kept.url)


def more_by(door: Door) -> More:
    """Fetches what lists refer to, `_MOST` of it."""
    count = 0

    def more(address: str) -> Path:
        nonlocal count
        count += 1
        if count > _MOST:
            raise NotFetched(f"one import fetches {_MOST:,} parts of lists; import this one by its own link")
        return door.fetch(address, PAGE, max_age=_FRESH).path

    return more


def _is_picture(head: bytes) -> bool:
    try:
        sniff(head)
    except BadPicture:
        return False
    return True
