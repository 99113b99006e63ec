"""Works: pictures that show one work count as one, as sources, looks and people say.

Pictures of one page (the same link and title) are of one work. So are two pictures that are surely of one, unless a
person said otherwise, and whatever a person said is. One picture stands for each work; it is ranked and asked about,
and what is said of any of them is said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from beholder.details import field_of
from beholder.sources.addresses import plain_address
from beholder.store import KeptListing, SamePair
from beholder.types import Details, Item, Judgement, Work

_MOST = 40  # pictures of one page; a link that more share leads to a shop and not to a work
_OF_OFFER = {"price", "currency", "terms", "availability", "place", "link"}  # said by one listing together
_OF_OFFERS = _OF_OFFER | {"site", "pictures"}  # and its columns
_FOR_SALE = {"for sale": 0, None: 0, "reserved": 1, "sold": 2}


@dataclass(frozen=True)
class Works:
    """The works of a collection.

    Attributes
    ----------
    leader
        of each picture that another one stands for, the id of that one
    shown
        items that stand for a work of which more is known, as they are shown, by id
    questions
        pairs of which nobody knows whether they show one work, those that agree most first
    apart
        pairs of ids of which a person said that they show two works, the lower first
    """

    leader: Mapping[int, int] = field(default_factory=dict)
    shown: Mapping[int, Item] = field(default_factory=dict)
    questions: Sequence[SamePair] = ()
    apart: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def of(
        cls, items: Sequence[Item], pairs: Iterable[SamePair] = (), listings: Mapping[str, KeptListing] | None = None
    ) -> Works:
        """What follows from pictures, pairs of them (those that a person answered last at the end) and listings."""
        by_id, known = {item.id: item for item in items}, listings or {}
        told = [pair for pair in pairs if pair.item in by_id and pair.other in by_id]
        groups = _Groups(told)
        for pair in reversed(told):
            if pair.said:
                groups.join(pair.item, pair.other)
        for several in _of_one_page(items):
            for one in several[1:]:
                groups.join(several[0].id, one.id)
        for pair in sorted(told, key=lambda pair: -pair.agreement):
            if pair.sure and pair.said is None:
                groups.join(pair.item, pair.other)
        leader, shown = dict[int, int](), dict[int, Item]()
        for group in groups.all():
            item = _as_shown([by_id[id] for id in sorted(group)], known)
            leader |= {id: item.id for id in group if id != item.id}
            shown[item.id] = item
        if known:
            alone = (item for item in items if item.id not in leader and item.id not in shown)
            shown |= {item.id: one for item in alone if (one := _as_shown([item], known)).work is not None}
        gone = {item.id for item in items if item.gone}
        apart = frozenset((pair.item, pair.other) for pair in told if pair.said is False)
        return cls(leader, shown, list(_open(told, groups, gone)), apart)

    def leading(self, id: int) -> int:
        """The picture that stands for the work of this one."""
        return self.leader.get(id, id)

    def photos(self, id: int) -> tuple[int, ...]:
        """All the pictures of the work of this one, first the one that stands for it."""
        shown = self.shown.get(self.leading(id))
        return shown.work.photos if shown is not None and shown.work is not None else (id,)

    @property
    def several(self) -> list[Work]:
        """The works that several pictures show."""
        works = (item.work for item in self.shown.values())
        return [work for work in works if work is not None and len(work.photos) > 1]

    def answered(self, one: int, other: int, same: bool, pairs: Iterable[SamePair]) -> dict[tuple[int, int], bool]:
        """What a person says of pairs by saying whether these two pictures show one work.

        "No" of two that count as one takes the other out of the whole work. "Yes" overrules each "no" between the two
        works.

        pairs : what was said before
        """
        here, there = self.photos(one), self.photos(other)
        said = {_ordered(one, other): same}
        if same:
            between = {_ordered(a, b) for a in here for b in there if a != b}
            said |= {(p.item, p.other): True for p in pairs if p.said is False and (p.item, p.other) in between}
        elif here == there:
            said |= {_ordered(other, photo): False for photo in here if photo != other}
        return said

    def told(self, judgement: Judgement) -> Judgement:
        """A judgement as one of works. What compares a work with itself teaches nothing and is as a skip."""
        if not self.leader or not any(item in self.leader for item in judgement.items):
            return judgement
        items = tuple(dict.fromkeys(map(self.leading, judgement.items)))
        if len(items) < 2 <= len(judgement.items):
            return replace(judgement, kind="skip", picked=(), side=None)
        picked = tuple(dict.fromkeys(map(self.leading, judgement.picked)))
        return replace(judgement, items=items, picked=picked)


class _Groups:
    """Pictures by work. Two of which a person said that they show two works never come together."""

    def __init__(self, pairs: Iterable[SamePair]) -> None:
        self._group: dict[int, set[int]] = {}
        self._apart: dict[int, set[int]] = {}
        for pair in pairs:
            if pair.said is False:
                self._apart.setdefault(pair.item, set()).add(pair.other)
                self._apart.setdefault(pair.other, set()).add(pair.item)

    def of(self, id: int) -> set[int]:
        return self._group.get(id) or {id}

    def are_apart(self, a: int, b: int) -> bool:
        return any(self._apart.get(one, _NOBODY) & self.of(b) for one in self.of(a))

    def join(self, a: int, b: int) -> None:
        if b not in self.of(a) and not self.are_apart(a, b):
            both = self.of(a) | self.of(b)
            self._group |= dict.fromkeys(both, both)

    def all(self) -> list[set[int]]:
        return list({id(group): group for group in self._group.values()}.values())


_NOBODY: set[int] = set()


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _of_one_page(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The pictures of each page that has several, unless one of them shows several works itself."""
    titles: dict[str, list[tuple[str, Item]]] = {}
    for item in items:
        if item.details.link and item.details.title and not item.removed:
            titles.setdefault(item.details.title.casefold(), []).append((item.details.link, item))
    pages: dict[tuple[str, str], list[Item]] = {}
    for title, told in titles.items():
        for link, item in told if len(told) > 1 else ():
            pages.setdefault((title, plain_address(link)), []).append(item)
    for several in pages.values():
        if 1 < len(several) <= _MOST and len({item.sha256 for item in several}) == len(several):
            yield several


def _open(pairs: Iterable[SamePair], groups: _Groups, gone: set[int]) -> Iterator[SamePair]:
    asked: set[frozenset[int]] = set()
    for pair in sorted(pairs, key=lambda pair: -pair.agreement):
        if pair.said is not None or not pair.agreement or pair.item in gone or pair.other in gone:
            continue
        between = frozenset((min(groups.of(pair.item)), min(groups.of(pair.other))))
        if len(between) == 2 and between not in asked and not groups.are_apart(pair.item, pair.other):
            asked.add(between)
            yield pair


def _as_shown(group: list[Item], listings: Mapping[str, KeptListing]) -> Item:
    """The picture that stands for a work, with what is said of it: the best photo, the best offer.

    group : in the order of their ids
    """
    first = dict[str, int]()  # of each page, the picture that it shows first
    for item in group:
        first.setdefault(item.details.link or f"{item.id}", item.id)
    photo = min(group, key=lambda x: (x.gone, x.id not in first.values(), -x.width * x.height, x.id))
    offers = [(_listing(item, listings), item) for item in group]
    offers.sort(key=_order)
    listing, lead = offers[0]
    links = dict.fromkeys(item.details.link for _, item in offers if item.details.link)
    links.pop(lead.details.link or "", None)
    unlisted = listing is not None and listing.unlisted_at is not None
    before = (listing.price_before, listing.currency_before) if listing else (None, None)
    if len(group) == 1 and not unlisted and before[0] is None:
        return photo
    photos = (photo.id, *(item.id for item in group if item is not photo))
    rest = [item for _, item in offers if item is not lead]
    return replace(
        photo,
        columns=_columns(lead, rest),
        details=_details(lead.details, [item.details for item in rest]),
        work=Work(photos, tuple(links), *before, unlisted),
    )


def _listing(item: Item, listings: Mapping[str, KeptListing]) -> KeptListing | None:
    return listings.get(plain_address(item.details.link)) if item.details.link and listings else None


def _order(offer: tuple[KeptListing | None, Item]) -> tuple[object, ...]:
    """Offers that hold first, then what is for sale, the cheapest, what its page said last, the newest."""
    listing, item = offer
    told = item.details
    stale = listing is not None and (listing.price, listing.currency) != (told.price, told.currency)
    unlisted = listing is not None and listing.unlisted_at is not None
    price = (told.price is None, told.currency or "", told.price or 0)
    return item.gone, stale, unlisted, _FOR_SALE[told.availability], *price, -item.id


def _columns(lead: Item, rest: Sequence[Item]) -> dict[str, str]:
    said: dict[str, str] = {}
    for item in reversed(rest):
        said |= {name: text for name, text in item.columns.items() if field_of(name) not in _OF_OFFERS}
    names = {field_of(name) for name in lead.columns} - {""}
    more = {name: text for name, text in said.items() if field_of(name) and field_of(name) not in names}
    return {**lead.columns, **more}


def _details(lead: Details, rest: Sequence[Details]) -> Details:
    said = {}
    for part in fields(Details):
        if part.name not in _OF_OFFER and getattr(lead, part.name) is None:
            said[part.name] = next((v for one in rest if (v := getattr(one, part.name)) is not None), None)
    sizes = {name for name in said if name.endswith("_mm")}
    if any(getattr(lead, part.name) for part in fields(Details) if part.name.endswith("_mm")):
        said = {name: value for name, value in said.items() if name not in sizes}  # a size is of one listing
    return replace(lead, **said)
