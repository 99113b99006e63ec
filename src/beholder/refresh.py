"""What newer saved pages say of works that are known: new ones, other prices, those that are not listed any more.

A work is known by the address of its own page. Of a page that is imported again unchanged nothing is news. A work is no
longer listed where a newer save of the page that listed it does not name it and names at least half of what the older
one did: else it may be another page of results, or one that was not scrolled to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from beholder.currencies import price_text
from beholder.details import read_details
from beholder.sources import Found, SavedPage
from beholder.sources.addresses import plain_address
from beholder.store import KeptListing, Store

_Price = tuple[int | None, str | None]


@dataclass(frozen=True, slots=True)
class _Repriced:
    """A work that costs something else now; prices as in `beholder.types.Details`."""

    title: str
    link: str
    price_before: int | None
    currency_before: str | None
    price: int | None
    currency: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "before": price_text(self.price_before, self.currency_before),
            "now": price_text(self.price, self.currency),
        }


@dataclass(slots=True)
class Refresh:
    """What the newest pages changed; of each work title and link.

    Attributes
    ----------
    at
        of the import, "" where it read no page
    listed
        works with an address of their own on its pages
    new
        those that were not known, of pages that were
    unlisted
        those that their page does not list any more
    """

    at: str = ""
    listed: int = 0
    new: list[dict[str, str]] = field(default_factory=list)
    repriced: list[_Repriced] = field(default_factory=list)
    unlisted: list[dict[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.repriced or self.unlisted)

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at, "listed": self.listed, "new": self.new, "unlisted": self.unlisted,
            "repriced": [one.as_json() for one in self.repriced], "words": self.in_words,
        }  # fmt: skip

    @property
    def in_words(self) -> str:
        """As "2 new, 1 cheaper, 1 no longer listed"; "" where nothing has changed."""
        cheaper = sum(_is_cheaper(one) for one in self.repriced)
        counts = {
            "new": len(self.new), "cheaper": cheaper, "at another price": len(self.repriced) - cheaper,
            "no longer listed": len(self.unlisted),
        }  # fmt: skip
        return ", ".join(f"{n:,} {what}" for what, n in counts.items() if n)


class News:
    """Gathers what the pages of one import say, and keeps it at the end.

    Parameters
    ----------
    collection_id
        0 where it is new
    """

    def __init__(self, store: Store, collection_id: int) -> None:
        self._store, self._works, self._collection = store, store.works, collection_id
        self._known: dict[str, KeptListing] = self._works.listings(collection_id) if collection_id else {}
        self._saved = self._works.saved_pages(collection_id) if collection_id else {}
        self._before: dict[str, _Price] = {}
        self._offers: dict[str, tuple[str, str, _Price, SavedPage]] = {}  # address, title, price, page
        self._first: dict[str, Found] = {}  # picture of each work
        self._pages: dict[str, SavedPage] = {}

    def see(self, one: Found) -> None:
        """Note what a page says of a work, in the order in which the source finds them."""
        if one.page is None or not self.is_news(one):
            return
        self._pages[one.page.digest] = one.page
        told = read_details(one.columns)
        if told.link:
            title = told.title or one.name
            self._offers[plain_address(told.link)] = told.link, title, (told.price, told.currency), one.page
            self._first.setdefault(plain_address(told.link), one)

    def is_news(self, one: Found) -> bool:
        """Whether it is of a page that was not imported before, so that what it says is newer than what is known."""
        return one.page is not None and one.page.digest not in self._saved

    @cached_property
    def _items(self) -> dict[str, list[int]]:
        """The pictures of each work that is known by its address."""
        found: dict[str, list[int]] = {}
        for item in self._store.items(self._collection) if self._collection else ():
            if item.details.link:
                found.setdefault(plain_address(item.details.link), []).append(item.id)
        return found

    def has_pictures(self, one: Found) -> bool:
        """Whether there are pictures of this work, so that it is known although its page brings none."""
        link = read_details(one.columns).link if self.is_news(one) else None
        return link is not None and plain_address(link) in self._items

    def is_offered(self, link: str | None) -> bool:
        """Whether a page of this import says something of the work at this address."""
        return link is not None and plain_address(link) in self._offers

    def cost(self, link: str | None, price: int | None, currency: str | None) -> None:
        """Note what a work cost before this import, for where no earlier page is remembered."""
        if link is not None:
            self._before.setdefault(plain_address(link), (price, currency))

    def keep(self, collection_id: int) -> Refresh:
        """Compare with what was known, and keep it."""
        now = datetime.now(UTC).isoformat()
        self._retell()
        told = Refresh(now if self._pages else "", len(self._offers))
        listings = {link: self._listing(link, now, told) for link in self._offers}
        listings |= {one.link: one for one in self._unlisted(now, told)}
        pages = {digest: (page.address, len(page.links)) for digest, page in self._pages.items()}
        if listings or pages:
            self._works.keep_listings(collection_id, list(listings.values()), pages, now)
        return told

    def _retell(self) -> None:
        """What the newest page says of a work holds for all pictures that pages brought of it, called after it."""
        for link in self._offers.keys() & self._items.keys():
            for id in self._items[link]:
                item = self._store.item(id)
                told, page = item.details, self._first[link]
                if told.link is None or plain_address(told.link) != link or not item.name.startswith(page.name):
                    continue  # it is a picture of another page now, or of a table
                if dict(item.columns) != page.columns:
                    self.cost(told.link, told.price, told.currency)
                    self._store.update_items({id: (item.name, item.locator, page.columns)})

    def _listing(self, link: str, now: str, told: Refresh) -> KeptListing:
        address, title, price, page = self._offers[link]
        known = self._known.get(link)
        listed_by = known.page if known and plain_address(page.address) == link else page.address
        if known is None:
            was = self._before.get(link, (None, None))
            if link not in self._before and self._is_refresh(page):
                told.new.append({"title": title, "link": address})
            known = KeptListing(link, address, title, page.address, *was, first_at=now, seen_at=now)
        listing = replace(
            known,
            address=address,
            title=title,
            page=listed_by,
            price=price[0],
            currency=price[1],
            seen_at=now,
            unlisted_at=None,
        )
        before = known.price, known.currency
        if before == price or before[0] is None:
            return listing
        told.repriced.append(_Repriced(title, address, *before, *price))
        return replace(listing, price_before=before[0], currency_before=before[1], repriced_at=now)

    def _is_refresh(self, page: SavedPage) -> bool:
        """Whether this page was imported before as it was then, or lists works that were known."""
        known = {address for address, _ in self._saved.values()} - {""}
        return page.address in known or not page.links.isdisjoint(self._known)

    def _unlisted(self, now: str, told: Refresh) -> Iterable[KeptListing]:
        named = {link for page in self._pages.values() for link in page.links}
        for address in {page.address for page in self._pages.values() if page.address}:
            before = [one for one in self._known.values() if one.page == address and one.unlisted_at is None]
            missing = [one for one in before if one.link not in named]
            if 2 * len(missing) > len(before):
                continue
            for one in missing:
                told.unlisted.append({"title": one.title, "link": one.address})
                yield replace(one, unlisted_at=now)


def last_refresh(listings: Mapping[str, KeptListing]) -> Refresh | None:
    """What the newest import of pages changed; None where it was the first, or there was none."""
    at = max((max(one.seen_at, one.unlisted_at or "") for one in listings.values()), default="")
    if not any(one.first_at < at for one in listings.values()):
        return None
    told = Refresh(at, sum(one.seen_at == at for one in listings.values()))
    pages = {one.page for one in listings.values() if one.first_at < at and one.page}
    for one in listings.values():
        name = {"title": one.title, "link": one.address}
        if one.first_at == at and one.page in pages:
            told.new.append(name)
        if one.unlisted_at == at:
            told.unlisted.append(name)
        if one.repriced_at == at:
            prices = one.price_before, one.currency_before, one.price, one.currency
            told.repriced.append(_Repriced(one.title, one.address, *prices))
    return told


def _is_cheaper(one: _Repriced) -> bool:
    same = one.currency == one.currency_before
    return same and one.price is not None and one.price_before is not None and one.price < one.price_before
