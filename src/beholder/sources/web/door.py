"""The one door to the network: whatever Beholder fetches by a link comes through here.

Nothing is fetched before somebody gives a link. A request goes to the public internet alone (`connection.py`), where a
site lets programs in (`robots.py`), when it is our turn (`pace.py`). An answer has limits in bytes and seconds
(`fetching.py`), and is kept on disk (`kept.py`).
"""

from __future__ import annotations

import shutil
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from beholder.errors import StoreError
from beholder.sources.web.addresses import Resolver, resolved
from beholder.sources.web.connection import Connections, Place
from beholder.sources.web.fetching import Fetch, Limits
from beholder.sources.web.kept import Entry, Kept
from beholder.sources.web.links import Link
from beholder.sources.web.pace import LONGEST, Pace
from beholder.sources.web.refusal import NotFetched, NotNow
from beholder.sources.web.robots import NAME, Robots
from beholder.text import shown, why_unreadable

PAGE = Limits(16 << 20, 60.0)
PICTURE = Limits(128 << 20, 300.0)
_RULES = Limits(1 << 20, 30.0)
_DAY = 24 * 3600.0
_ROOM = 1 << 30  # bytes that stay free on the disk
_PATIENCE = 3  # links in a row that a host may leave unanswered
_HOME = "https://github.com/beholder-art/beholder"


class Door:
    """Fetches links into a folder, one at a time; several processes may share the folder.

    Parameters
    ----------
    folder
        where answers are kept; made where it is not there, but what it lies in is not
    resolve, reach, trust, pace, sleep
        for tests alone, no setting leads to them: what resolves names; {(host, port): where its server is} of servers
        on this machine; whose certificates are believed; seconds between two requests to a host; what waits
    """

    def __init__(
        self,
        folder: Path,
        *,
        resolve: Resolver = resolved,
        reach: Mapping[Place, Place] | None = None,
        trust: ssl.SSLContext | None = None,
        pace: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder, self._sleep = folder, sleep
        self._pace = Pace(folder / "hosts", pace, sleep)
        self._robots = Robots(self._read_rules)
        self._connections = Connections(f"{NAME}/{version('beholder')} (+{_HOME})", resolve, reach or {}, trust)
        self._one = threading.RLock()
        self._unanswered: Counter[str] = Counter()  # by host, in a row

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self._connections.close()

    def fetch(self, link: str, limits: Limits = PAGE, *, max_age: float | None = None) -> Kept:
        """What a link leads to, on disk.

        Parameters
        ----------
        max_age
            seconds after which what is kept is asked for again, by "has it changed?" where the server can tell; None:
            what is kept stays

        Raises
        ------
        NotFetched
            where it cannot be had or may not be, in words
        StoreError
            where it cannot be written
        """
        return self._fetch(Link.parse(link), limits, max_age, self._robots.delay)

    def _read_rules(self, link: Link) -> Path:
        """An older copy is better than none, where a site does not answer."""
        try:
            return self._fetch(link, _RULES, _DAY, lambda _: 0.0).path
        except NotFetched as reason:
            if reason.status is None or reason.status == 429 or reason.status >= 500:
                found = Entry(self.folder, link).whole()
                if found is not None:
                    return found[0].path
            raise

    def _fetch(self, link: Link, limits: Limits, max_age: float | None, permit: Callable[[Link], float]) -> Kept:
        entry = Entry(self.folder, link)
        try:
            with self._one, entry.locked(limits.seconds + LONGEST):
                found = entry.whole()
                if found and (max_age is None or 0 <= time.time() - found[1].at <= max_age):
                    return found[0]
                return self._asked(Fetch(link, entry, limits, self._connections, self._pace, permit, self._sleep))
        except OSError as error:
            where = shown(str(self.folder))
            raise StoreError(f"what was fetched cannot be kept in '{where}': {why_unreadable(error)}") from error

    def _asked(self, fetch: Fetch) -> Kept:
        """Raises
        ------
        NotFetched
            at once where the host has left several links unanswered, as one does that is down
        StoreError
            where room is short
        """
        host = fetch.link.host
        if (free := shutil.disk_usage(self.folder).free) < _ROOM:
            raise StoreError(f"only {free / 1e9:.1f} GB are free where fetched pictures are kept; make room")
        if self._unanswered[host] >= _PATIENCE:
            raise NotFetched(f"{host} has not answered {_PATIENCE} times; import again later")
        try:
            kept = fetch.run()
        except NotNow as reason:
            self._unanswered[host] += reason.status is None
            raise
        del self._unanswered[host]
        return kept
