"""What several readers say of the works of a page, each work once."""

from __future__ import annotations

from beholder.sources.addresses import plain_address
from beholder.sources.listing import Listing


class Merged:
    """Listings, each work once: by its link, else by its title."""

    def __init__(self) -> None:
        self.all: list[Listing] = []
        self._by_link: dict[str, Listing] = {}
        self._by_title: dict[str, Listing] = {}

    def add(self, listing: Listing, alone: bool = False) -> None:
        if not self.enrich(listing, alone):
            self.all.append(listing)
            self._note(listing, listing)

    def enrich(self, listing: Listing, alone: bool = False) -> bool:
        """Whether the work is known; then what is said of it is taken. alone : it is the only one its reader knows"""
        known = self._by_link.get(plain_address(listing.link)) if listing.link else None
        known = None if known is not None and known.is_another(listing) else known
        if known is None:
            named = self._by_title.get(listing.title().casefold())
            known = named if named is not None and not (named.link and listing.link) else None
        if known is None and alone and len(self.all) == 1 and not (self.all[0].link and listing.link):
            known = self.all[0]
        if known is None:
            return False
        known.take(listing)
        self._note(listing, known)
        return True

    def _note(self, listing: Listing, known: Listing) -> None:
        if listing.link:
            self._by_link.setdefault(plain_address(listing.link), known)
        if title := listing.title():
            self._by_title.setdefault(title.casefold(), known)
