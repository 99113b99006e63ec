"""What is kept of works: which pictures show the same one, what pages listed, and what it cost before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from beholder.store import dialect
from beholder.store import tables as t
from beholder.store.database import reading, writing


@dataclass(frozen=True, slots=True)
class SamePair:
    """Two pictures that show, or may show, one work.

    Attributes
    ----------
    item, other
        ids, the lower one first
    agreement
        of the two pictures, at most 1; 0 where nobody compared them
    sure
        whether that is enough without asking
    said
        by a person: whether they show one work; None: nothing
    at
        when that was found or said, UTC
    """

    item: int
    other: int
    agreement: float = 0.0
    sure: bool = False
    said: bool | None = None
    at: str = ""

    @classmethod
    def of(cls, one: int, other: int, agreement: float, sure: bool) -> SamePair:
        return cls(min(one, other), max(one, other), agreement, sure)


@dataclass(frozen=True, slots=True)
class KeptListing:
    """What is offered at one address, as it was told last. `beholder.store.tables` says what the fields are."""

    link: str
    address: str
    title: str
    page: str
    price: int | None
    currency: str | None
    first_at: str
    seen_at: str
    price_before: int | None = None
    currency_before: str | None = None
    repriced_at: str | None = None
    unlisted_at: str | None = None


class KeptWorks:
    """The part of the store that is about works; see `Store.works`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def pairs(self, collection_id: int) -> list[SamePair]:
        """All pairs, those that were found or said last at the end."""
        s = t.same_works.c
        columns = (s[name] for name in SamePair.__slots__)
        query = sa.select(*columns).where(s.collection_id == collection_id).order_by(s.at, s.item, s.other)
        with reading(self._engine) as db:
            return [SamePair(*row) for row in db.execute(query)]

    def keep_pairs(self, collection_id: int, found: Iterable[SamePair], compared: int) -> None:
        """Keep what a look found; what a person said of these stays. compared : the last item that was looked at"""
        rows = [asdict(pair) | {"collection_id": collection_id, "at": _now()} for pair in found]
        with writing(self._engine) as db:
            if rows:
                db.execute(dialect.upsert(t.same_works, but=("said",)), rows)
            row = t.collections.update().where(t.collections.c.id == collection_id)
            db.execute(row.values(compared=compared))

    def say(self, collection_id: int, said: Mapping[tuple[int, int], bool]) -> None:
        """Keep what a person said of pairs: {(lower id, higher id): whether they show one work}."""
        rows = [
            {"collection_id": collection_id, "item": a, "other": b, "agreement": 0.0, "sure": False,
             "said": same, "at": _now()}
            for (a, b), same in said.items()
        ]  # fmt: skip
        with writing(self._engine) as db:
            if rows:
                db.execute(dialect.upsert(t.same_works, but=("agreement", "sure")), rows)

    def state(self, collection_id: int) -> tuple[int, str]:
        """Something else after every change of pairs or listings."""
        s, o = t.same_works.c, t.listings.c
        pairs = sa.select(sa.func.count(), sa.func.max(s.at)).where(s.collection_id == collection_id)
        offers = sa.select(sa.func.count(), sa.func.max(o.seen_at), sa.func.max(o.unlisted_at))
        with reading(self._engine) as db:
            n, last = db.execute(pairs).one()
            m, *more = db.execute(offers.where(o.collection_id == collection_id)).one()
        return n + m, f"{last} {more}"

    def listings(self, collection_id: int) -> dict[str, KeptListing]:
        """By link."""
        o = t.listings.c
        query = sa.select(*(o[name] for name in KeptListing.__slots__)).where(o.collection_id == collection_id)
        with reading(self._engine) as db:
            return {row.link: KeptListing(*row) for row in db.execute(query)}

    def saved_pages(self, collection_id: int) -> dict[str, tuple[str, int]]:
        """{digest: (address, works on it)}, the last one taken in at the end."""
        p = t.saved_pages.c
        query = sa.select(p.digest, p.page, p.works).where(p.collection_id == collection_id).order_by(p.at)
        with reading(self._engine) as db:
            return {row.digest: (row.page, row.works) for row in db.execute(query)}

    def keep_listings(
        self, collection_id: int, listings: Sequence[KeptListing], pages: Mapping[str, tuple[str, int]], at: str
    ) -> None:
        """Keep what an import's pages said. pages : {digest: (address, works)} of those that are new"""
        offers = [asdict(one) | {"collection_id": collection_id} for one in listings]
        saves = [
            {"collection_id": collection_id, "digest": digest, "page": page, "works": works, "at": at}
            for digest, (page, works) in pages.items()
        ]
        with writing(self._engine) as db:
            if offers:
                db.execute(dialect.upsert(t.listings), offers)
            if saves:
                db.execute(dialect.upsert(t.saved_pages), saves)


def _now() -> str:
    return datetime.now(UTC).isoformat()
