"""What a site lets programs fetch: its robots.txt [RFC 9309], asked for once a day.

Where there is none (any 4xx but 429), everything may be fetched. Where it cannot be read (5xx, 429, no answer), nothing
may, unless an earlier copy is here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from protego import Protego

from beholder.sources.web.links import Link
from beholder.sources.web.refusal import NotFetched
from beholder.text import shown

NAME = "Beholder"  # by which rules address us
_DAY = 24 * 3600.0
_LATER = 600.0  # after so long, one that could not be read is tried again

# Interfaces that museums publish for programs, each with rules of its own. robots.txt is for crawlers of pages: that of
# Wikimedia closes /w/ to them, where its interface is.
_INTERFACES = (
    ("collectionapi.metmuseum.org", "/public/collection/"),
    ("api.artic.edu", "/api/v1/"),
    ("api.smk.dk", "/api/v1/"),
    ("data.rijksmuseum.nl", "/"),
    ("openaccess-api.clevelandart.org", "/api/"),
    ("commons.wikimedia.org", "/w/api.php"),
)


class Robots:
    """The rules of sites. read : where their robots.txt is then; raises NotFetched"""

    def __init__(self, read: Callable[[Link], Path]) -> None:
        self.read = read
        self.known: dict[
            str, tuple[Protego | NotFetched, float]
        ] = {}  # by origin, with the time until which they count

    def delay(self, link: Link) -> float:
        """Seconds between two requests that the site asks for; 0 where it asks for nothing.

        Raises
        ------
        NotFetched
            where it does not let this be fetched
        """
        if link.scheme == "https" and any(link.host == host and link.target.startswith(at) for host, at in _INTERFACES):
            return 0.0
        rules, until = self.known.get(link.origin, (None, 0.0))
        if rules is None or until < time.monotonic():
            rules, age = self._rules(link)
            self.known[link.origin] = rules, time.monotonic() + age
        if isinstance(rules, NotFetched):
            raise NotFetched(str(rules), rules.status)
        if not rules.can_fetch(str(link), NAME):
            raise NotFetched(f"{link.host} asks programs not to fetch {shown(link.target, 80)} (its robots.txt)")
        return rules.crawl_delay(NAME) or 0.0

    def _rules(self, link: Link) -> tuple[Protego | NotFetched, float]:
        """The rules, or why there are none; and for how many seconds that counts."""
        try:
            file = self.read(Link.parse(f"{link.origin}/robots.txt"))
        except NotFetched as reason:
            if reason.status is None:  # nobody answered, or nobody was asked
                return NotFetched(f"{reason} (asked for its robots.txt)"), _LATER
            if 400 <= reason.status < 500 and reason.status != 429:
                return Protego(), _DAY
            told = f"what {link.host} lets programs fetch cannot be read ({reason}), so nothing is; try again later"
            return NotFetched(told, reason.status), _LATER
        return Protego.parse(file.read_text("utf-8-sig", errors="replace")), _DAY
