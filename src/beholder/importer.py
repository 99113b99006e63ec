"""The import of pictures: find, fingerprint, embed once, store. After an interruption, the same import resumes.

A file that has not changed since the last import, by its size, both of its times and its number on the disk, is not
opened again, but once where nobody has looked for the date in it. Any other is fingerprinted: where only a number
differs (a backup that was put back) its bytes decide; bytes that are already here are a copy or a moved picture; the
rest is embedded, a batch at a time. Photos in which an artwork may be a part are looked into first, each once: what is
found there are the pictures. A batch is kept in two durable steps, vectors first and then the items with their files in
one transaction, so an item without its numbers cannot exist, and vectors without an item cost nothing. A new collection
is kept together with its first pictures, so whatever stops an import leaves none that is empty. Where finding is slow
(pictures are fetched, or painted), a new collection does not wait for its end: what has been found is taken in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from beholder.dates import written
from beholder.details import read_details, taken_in
from beholder.errors import BadPicture, NoNumbers
from beholder.features import Runtime, embed
from beholder.features.artworks import crops_of
from beholder.images import MAX_FILE_BYTES, SUFFIXES, fingerprint, size_of, taken_at
from beholder.jobs import map_jobs
from beholder.locator import WHOLE, Locator
from beholder.refresh import News, Refresh
from beholder.sources import NEEDS_NETWORK, Broken, Found, SavedPage, Source
from beholder.store import CollectionRow, FoundCrop, KnownFile, KnownItem, NewItem, Store, VectorShards, digest
from beholder.text import shown
from beholder.types import Matrix, Progress, picture_key

_FEW = 5  # files that a sentence names
LISTED = 1000  # broken files that a report names
BATCH = 128  # pictures between two durable steps: the most that an interruption can cost
_FIRST = 4  # the first step, so that something is there to be seen; the next ones are as long as all before
_SLOW = 1.0  # seconds of finding, after which what has been found is taken in
_TAKEN = "date taken"  # the column that says what a camera wrote, where the source says nothing of it
_MANY = 1000  # new pictures, of which the first BATCH are from all over the source
_Tick = Callable[[int], None]
_Crops = dict[str, tuple[str, ...]]  # sha256 of a photo -> what was found in it


@dataclass(slots=True)
class ImportReport:
    """What an import did. `broken` and `gone` are told to the user; the rest of the pictures is in all the same."""

    collection: str
    new: int = 0
    cut: int = 0  # pictures that were found within a photo in this import
    known: int = 0  # files seen before and unchanged
    copies: int = 0  # other files with the bytes of a picture that is already in
    moved: int = 0  # pictures found under a new name, the old one gone
    needs_network: int = 0  # pictures known by their links alone; they are among the broken
    gone: int = 0  # pictures whose file is no longer there; their judgements are kept
    broken: list[Broken] = field(default_factory=list)  # the first LISTED
    more_broken: int = 0  # beyond those
    unread: list[str] = field(default_factory=list)  # files in the folder that are sources of their own
    unnamed: list[str] = field(
        default_factory=list
    )  # pictures that the folder's items.csv does not name, the first LISTED
    more_unnamed: int = 0  # beyond those
    seconds: float = 0.0
    refresh: Refresh = field(default_factory=Refresh)  # what saved pages say anew of works that are known

    @property
    def changed(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.new or self.cut or self.moved or self.gone or self.broken or self.refresh)

    @property
    def unread_in_words(self) -> str:
        """Which files were not read, and what to do; "" where there are none."""
        return unread_in_words(self.unread)

    @property
    def unnamed_in_words(self) -> str:
        """Which pictures lie in the folder and are not in its items.csv; "" where there are none."""
        n = len(self.unnamed) + self.more_unnamed
        if not n:
            return ""
        files, them = ("1 picture", "it") if n == 1 else (f"{n:,} pictures", "them")
        names = _few([shown(name, 80) for name in self.unnamed[:_FEW]], n)
        return f"{files} in the folder left out, as items.csv does not name {them}: {names}"

    def pass_over(self, names: Sequence[str]) -> None:
        """Note pictures that the folder's items.csv does not name."""
        self.unnamed, self.more_unnamed = list(names[:LISTED]), len(names[LISTED:])

    def leave_out(self, one: Found | Broken, reason: str) -> None:
        """Note a file that is not taken in."""
        if len(self.broken) < LISTED:
            self.broken.append(Broken.of(one, reason))
        else:
            self.more_broken += 1

    def as_json(self) -> dict[str, Any]:
        """All of it, for a machine."""
        told = {part.name: getattr(self, part.name) for part in fields(self)}
        told |= {"broken": [asdict(one) for one in self.broken], "refresh": self.refresh.as_json()}
        return told | {"unread_in_words": self.unread_in_words, "unnamed_in_words": self.unnamed_in_words}


def unread_in_words(names: Sequence[str]) -> str:
    """Which files of a folder are not read, and what to do; "" for none. names : of `sources.unread_in`"""
    if not names:
        return ""
    n = len(names)
    files, them = ("1 other file was", "it") if n == 1 else (f"{n:,} other files were", "each")
    return f"{files} not read: {_few(names, n)}. Import {them} by itself"


def _few(names: Sequence[str], n: int) -> str:
    """The first of n names."""
    return ", ".join(names[:_FEW]) + (f" and {n - _FEW:,} more" if n > _FEW else "")


class Importer:
    """One import of one source into one collection.

    Parameters
    ----------
    row
        the collection; with the id 0 one that is new, and kept with its first pictures
    shards, runtimes
        the vectors' homes and what makes them, in the same order
    finding
        told how many pictures have been found, while they are sought
    artworks
        whether photos are looked into for artworks, also those that are in as a whole; None: new ones that are `wild`
    """

    def __init__(
        self,
        store: Store,
        row: CollectionRow,
        runtimes: Sequence[Runtime],
        shards: Sequence[VectorShards],
        *,
        threads: int,
        progress: Progress,
        finding: _Tick,
        artworks: bool | None = None,
    ) -> None:
        self.store, self.row, self.runtimes, self.shards, self.threads = store, row, runtimes, shards, threads
        self.progress, self.finding, self.artworks = progress, finding, artworks
        self.report = ImportReport(row.name)
        self.items = dict[str, list[KnownItem]]()  # by sha256, the parts of a photo in the order in which they came
        for item in store.known_items(row.id).values():
            self.items.setdefault(item.sha256, []).append(item)
        self.files = store.files(row.id)
        self.news = News(store, row.id)
        self.coming: set[str] = set()  # sha256 of pictures that are new in this import
        self.changes = dict[int, tuple[str, Locator, Mapping[str, str]]]()  # of pictures that are in, by id
        self.waiting: list[KnownFile] = []  # looked at before there was a picture to make the collection for

    def run(self, source: Source) -> ImportReport:
        """Take in all that the source finds. raises : whatever the source or the store raises; the rest is reported"""
        start = time.monotonic()
        found, taken = list[_Packed](), 0
        is_new, last = not self.row.id, start
        for one in self._find(source):
            found.append(one)
            self.finding(len(found))
            if is_new and time.monotonic() - last > _SLOW:
                batch = [each.opened() for each in found[taken : taken + min(BATCH, max(_FIRST, taken))]]
                self._take(batch, self._still_finding(len(found)))
                taken, last = taken + len(batch), time.monotonic()
        self._complete()
        fresh, at = _spread(self._unknown(found[taken:])), 0
        known = len(found) - len(fresh)
        while at < len(fresh):
            batch = [one.opened() for one in fresh[at : at + min(BATCH, max(_FIRST, at))]]
            self._take(batch, self._ticker("reading pictures", known + at, len(found)))
            at += len(batch)
        self.progress("reading pictures", len(found), len(found))
        del found, fresh  # and what was known: of a large folder these are hundreds of megabytes
        self.items, self.files = {}, {}
        self._mark_gone()
        if self.row.id:
            self.report.refresh = self.news.keep(self.row.id)
        self.report.seconds = time.monotonic() - start
        return self.report

    def begin(self, files: Sequence[KnownFile] = (), items: Sequence[NewItem] = ()) -> None:
        """Keep the collection, with these and with what was looked at before."""
        row = self.row
        seen = [*self.waiting, *files]
        self.row = self.store.add_collection(row.name, row.source, row.encoder, seen, items, row.more_encoders)
        self.waiting = []

    def _mark_gone(self) -> None:
        """Pictures whose file is no longer there, or was painted over; a copy of it somewhere else takes its place."""
        holds = {text: file.sha256 for text, file in self.store.files(self.row.id).items()}
        places = {sha: held for text, sha in holds.items() if sha and (held := Locator.parse(text)).is_there()}
        gone: list[int] = []
        items = self.store.known_items(self.row.id)
        for item in items.values():
            sha = item.sha256
            if holds.get(item.locator) == sha and Locator.parse(item.locator).is_there():
                continue
            if (place := places.get(sha)) is not None:
                whole = self.store.item(item.id)
                self.store.update_items({item.id: (whole.name, place, whole.columns)})
            else:
                gone.append(item.id)
        if set(gone) != {item.id for item in items.values() if item.gone}:
            self.store.set_gone(self.row.id, gone)
        self.report.gone = len(gone)

    def _ticker(self, stage: str, before: int, total: int) -> _Tick:
        return lambda done: self.progress(stage, before + done, total)

    def _still_finding(self, n: int) -> _Tick:
        return lambda done: self.finding(n)

    def _find(self, source: Source) -> Iterator[_Packed]:
        headers = dict[tuple[str, ...], tuple[str, ...]]()
        for one in source.find():
            if isinstance(one, Broken):
                self.report.needs_network += one.reason.startswith(NEEDS_NETWORK)
                self.report.leave_out(one, one.reason)
                continue
            self.news.see(one)
            if one.locator.needs_network and self.news.has_pictures(one):
                self.report.known += 1
            elif one.locator.needs_network:
                self.report.needs_network += 1
                self.report.leave_out(one, f"{NEEDS_NETWORK}: its picture is known by its link alone, {one.locator}")
            else:
                header = tuple(one.columns)
                yield _Packed.of(one, headers.setdefault(header, header))

    def _complete(self) -> None:
        """Pictures that are in but have no numbers yet from these encoders: the encoder changed or a shard was lost."""
        known = {picture_key(item.sha256, item.crop): item for items in self.items.values() for item in items}
        missing = [key for keys in self._lacking(list(known)).values() for key in keys]
        for at in range(0, len(missing), BATCH):
            tick = self._ticker("recomputing vectors", at, len(missing))
            some = {key: known[key] for key in missing[at : at + BATCH]}
            places = {key: Locator.parse(item.locator).part(item.crop) for key, item in some.items()}
            self._embed({key: place for key, place in places.items() if _holds(place, some[key].sha256, tick)}, tick)

    def _lacking(self, keys: Sequence[str]) -> dict[tuple[int, ...], list[str]]:
        """The pictures that lack numbers, by which encoders have not seen them."""
        missing, found = [shards.missing(keys) for shards in self.shards], dict[tuple[int, ...], list[str]]()
        for key in keys:
            if which := tuple(k for k, lacking in enumerate(missing) if key in lacking):
                found.setdefault(which, []).append(key)
        return found

    def _unknown(self, found: Sequence[_Packed]) -> list[_Packed]:
        """Those that were not looked at before, or have changed; the others are counted."""
        fresh, looked = list[_Packed](), list[KnownFile]()
        for done, one in enumerate(found):
            if not self._is_known(one.opened(), looked):
                fresh.append(one)
            elif len(looked) == BATCH:
                self._keep_changes()
                self.store.keep_files(self.row.id, looked)
                looked.clear()
                self.progress("reading pictures", done, len(found))
        self._keep_changes()
        if looked:
            self.store.keep_files(self.row.id, looked)
        return fresh

    def _is_known(self, one: Found, looked: list[KnownFile]) -> bool:
        """Whether this very file was looked at before and has not changed; if so, count it.

        looked : gets it where its date was not looked for until now
        """
        known = self.files.get(one.locator.text)
        if known is None:
            return False
        try:
            stamp = one.locator.stamp()
        except OSError:
            return False
        if stamp != (known.size, known.mtime_ns, known.ctime_ns, known.inode):
            return False
        if known.reason is not None:
            self.report.leave_out(one, known.reason)
        elif (items := self.items.get(known.sha256 or "")) is not None and self._unseen(items) is None:
            if known.taken is None:
                known = replace(known, taken=_date_in(one))
                looked.append(known)
            self._count_known(items, _dated(one, known.taken))
        else:
            return False
        return True

    def _is_looked_into(self, one: Found) -> bool:
        return one.wild if self.artworks is None else self.artworks

    def _unseen(self, items: Sequence[KnownItem]) -> KnownItem | None:
        """The picture that is in already as a whole, where nobody has looked into its photo and somebody asks for it.

        Without being asked an import changes no picture that is in.
        """
        if not self.artworks:
            return None
        return next((item for item in items if item.found is None and item.crop == WHOLE), None)

    def _count_known(self, items: Sequence[KnownItem], one: Found) -> None:
        self.report.known += 1
        for item, part in _with_parts(items, one):
            if item.said != digest(part.name, part.columns) and (
                item.locator == one.locator.text or self._is_newer(item, part)
            ):
                self._update(item, part)

    def _update(self, item: KnownItem, one: Found) -> None:
        """A source says something else of a picture, or it lies elsewhere."""
        if one.page is not None:
            told = self.store.item(item.id).details
            self.news.cost(told.link, told.price, told.currency)
        self.changes[item.id] = one.name, one.locator, one.columns
        if one.page is not None or len(self.changes) >= BATCH:
            self._keep_changes()

    def _keep_changes(self) -> None:
        if self.changes:
            self.store.update_items(self.changes)
            self.changes = {}

    def _is_newer(self, item: KnownItem, one: Found) -> bool:
        """Whether this is of a newer page of the same work, or of its only one now, wherever it was saved."""
        if not self.news.is_news(one):
            return False
        known = self.store.item(item.id)
        return known.name == one.name or not self.news.is_offered(known.details.link)

    def _take(self, batch: Sequence[Found], tick: _Tick) -> None:
        """Fingerprint these, look into them, embed those that are new, and keep all of it."""
        files: list[KnownFile] = []
        new: dict[str, Found] = {}
        again: dict[str, tuple[KnownItem, Found]] = {}
        for one in batch:
            tick(0)
            try:
                size, mtime_ns, ctime_ns, inode = one.locator.stamp()
                sha = fingerprint(one.locator, most=MAX_FILE_BYTES, tick=partial(tick, 0))
            except OSError as error:
                self.report.leave_out(one, f"cannot be read: {error.strerror}")
                continue
            except BadPicture as reason:
                self.report.leave_out(one, str(reason))
                files.append(KnownFile(one.locator.text, size, mtime_ns, None, str(reason), ctime_ns, inode))
                continue
            known = self.files.get(one.locator.text)
            taken = _date_in(one)
            one = _dated(one, taken)
            files.append(KnownFile(one.locator.text, size, mtime_ns, sha, None, ctime_ns, inode, taken))
            if sha in self.items and (item := self._unseen(self.items[sha])) is not None:
                again[sha] = item, one
            if sha in self.items and known is not None and known.sha256 == sha:
                self._count_known(self.items[sha], one)
            elif sha in self.items:
                self._keep_known(self.items[sha], one)
            elif sha in self.coming or sha in new:
                self.report.copies += 1
            else:
                new[sha] = one
        looked = {sha: one for sha, one in new.items() if self._is_looked_into(one)}
        looked |= {sha: one for sha, (_, one) in again.items()}
        crops = self._look({sha: one.locator for sha, one in looked.items()}, tick)
        places = {
            picture_key(sha, crop): one.locator.part(crop)
            for sha, one in (new | looked).items()
            for crop in crops.get(sha, (WHOLE,))
        }
        half = len(batch) // 2 if looked else 0
        broken = self._embed(places, lambda done: tick(half + (len(batch) - half) * done // len(places)))
        self._keep(files, new, again, crops, broken)

    def _look(self, photos: Mapping[str, Locator], tick: _Tick) -> _Crops:
        """What is found in these photos; those that cannot be opened are left out."""
        found = _Crops()
        looked = map_jobs(_crops_in, photos.values(), workers=max(2, self.threads))
        with closing(looked):
            for done, (sha, crops) in enumerate(zip(photos, looked, strict=True), 1):
                tick(done // 2)
                if crops:
                    found[sha] = crops
        return found

    def _keep_known(self, items: Sequence[KnownItem], one: Found) -> None:
        is_elsewhere = all(item.locator != one.locator.text for item in items)
        if not is_elsewhere:
            return
        if not any(Locator.parse(item.locator).is_there() for item in items):
            self.report.moved += 1
        elif self._is_newer(items[0], one):
            self.report.known += 1
        else:
            self.report.copies += 1
            return
        for item, part in _with_parts(items, one):
            self._update(item, part)

    def _embed(self, places: Mapping[str, Locator], tick: _Tick) -> dict[str, BadPicture]:
        """Numbers for these pictures, on disk when this returns. returns : {key: why it has none}"""
        broken, before = dict[str, BadPicture](), 0
        for which, keys in self._lacking(list(places)).items():
            broken |= embed_missing(
                {key: places[key] for key in keys},
                [self.runtimes[k] for k in which],
                [self.shards[k] for k in which],
                threads=self.threads,
                tick=partial(_after, tick, before),
            )
            before += len(keys)
        return broken

    def _keep(
        self,
        files: Sequence[KnownFile],
        new: Mapping[str, Found],
        again: Mapping[str, tuple[KnownItem, Found]],
        crops: _Crops,
        broken: Mapping[str, BadPicture],
    ) -> None:
        """again : pictures that are in as a whole, and whose photo was looked into now"""
        self._keep_changes()
        items: list[NewItem] = []
        changed: list[FoundCrop] = []
        for sha, (known, one) in again.items():
            with suppress(BadPicture):  # it stays as it is, and is looked into the next time
                first, *more = _parts_of(sha, one, crops.get(sha), broken)
                if first.found is not None:
                    changed.append(FoundCrop(known.id, first.crop, first.width, first.height))
                    items += more
        for sha, one in new.items():
            try:
                items += _parts_of(sha, one, crops.get(sha), broken)
                continue
            except BadPicture as error:
                reason = error
            self.report.leave_out(one, str(reason))
            if isinstance(reason, NoNumbers):  # no fault of the picture: it is looked at again
                files = [f for f in files if f.sha256 != sha]
            else:
                files = [replace(f, sha256=None, reason=str(reason)) if f.sha256 == sha else f for f in files]
        if self.row.id:
            self.store.keep_files(self.row.id, files, items, changed)
        elif items:
            self.begin(files, items)
        else:
            self.waiting += files
        self.coming.update(item.sha256 for item in items)
        self.report.new += len(items)
        self.report.cut += sum(crop != WHOLE for crop in [*(i.crop for i in items), *(c.crop for c in changed)])


@dataclass(frozen=True, slots=True)
class _Packed:
    """What was found, in a fraction of the memory: a large table says five million things of its pictures."""

    name: str
    locator: Locator
    header: tuple[str, ...]
    cells: bytes
    page: SavedPage | None
    wild: bool

    @classmethod
    def of(cls, one: Found, header: tuple[str, ...]) -> _Packed:
        cells = "\0".join(one.columns.values()).encode()  # no cell holds a zero byte
        return cls(one.name, one.locator, header, cells, one.page, one.wild)

    def opened(self) -> Found:
        columns = dict(zip(self.header, self.cells.decode().split("\0"), strict=False))
        return Found(self.name, self.locator, columns, self.page, self.wild)


def _crops_in(photo: Locator) -> tuple[str, ...]:
    """The parts of a photo that are artworks, best first; () where it cannot be opened."""
    try:
        return crops_of(photo)
    except BadPicture:
        return ()


def _date_in(one: Found) -> str:
    """When a camera says that it took the picture; "" where it does not."""
    taken = taken_at(one.locator)
    return written(taken) if taken else ""


def _dated(one: Found, taken: str | None) -> Found:
    """The same with the date that a camera wrote, unless its source tells one, or that it shows a work of others."""
    if not taken or one.wild or one.page or taken_in(one.columns):
        return one
    if one.columns and read_details(one.columns).year not in (None, int(taken[:4])):
        return one
    return replace(one, columns=one.columns | {_TAKEN: taken})


def part_name(name: str, at: int) -> str:
    """What the parts of a photo are called: the best as the photo itself, the others with a number."""
    stem, dot, ending = name.rpartition(".")
    if dot + ending.lower() not in SUFFIXES:
        stem, dot, ending = name, "", ""
    return name if at == 0 else f"{stem} [{at + 1}]{dot}{ending}"


def _with_parts(items: Iterable[KnownItem], one: Found) -> Iterator[tuple[KnownItem, Found]]:
    """Each picture of a photo that is in, with what is said of it now."""
    return ((item, replace(one, name=part_name(one.name, at))) for at, item in enumerate(items))


def _parts_of(sha: str, one: Found, crops: Sequence[str] | None, broken: Mapping[str, BadPicture]) -> list[NewItem]:
    """The pictures that a photo holds. crops : None where nobody has looked. raises : BadPicture"""
    parts = list[NewItem]()
    for at, crop in enumerate(crops or [WHOLE]):
        if (reason := broken.get(picture_key(sha, crop))) is not None:
            raise reason
        size = size_of(one.locator.part(crop))
        found = crop if crops else None
        parts.append(NewItem(part_name(one.name, at), one.locator, sha, *size, one.columns, crop, found))
    return parts


def _spread(fresh: list[_Packed]) -> list[_Packed]:
    """The same, of a large source a few from everywhere first: with those a person begins to answer."""
    if len(fresh) < _MANY:
        return fresh
    first = dict.fromkeys(np.random.default_rng(0).permutation(len(fresh))[:BATCH].tolist())
    return [*(fresh[i] for i in first), *(one for i, one in enumerate(fresh) if i not in first)]


def _after(tick: _Tick, before: int, done: int) -> None:
    tick(before + done)


def _holds(place: Locator, sha: str, tick: _Tick) -> bool:
    """Whether it is there and its bytes are these."""
    tick(0)
    try:
        return fingerprint(place, most=MAX_FILE_BYTES, tick=partial(tick, 0)) == sha
    except (OSError, BadPicture):
        return False


def embed_missing(
    pictures: Mapping[str, Path | Locator],
    runtimes: Sequence[Runtime],
    shards: Sequence[VectorShards],
    *,
    threads: int,
    tick: _Tick = lambda done: None,
) -> dict[str, BadPicture]:
    """Open each of these pictures once, run every encoder on it, keep the vectors.

    Parameters
    ----------
    pictures
        {sha256: where it is}
    tick
        told after every picture how many are done

    Returns
    -------
    dict[str, BadPicture]
        {sha256: why it has no vectors}
    """
    hashes, broken = list(pictures), dict[str, BadPicture]()
    good: list[str] = []
    vectors: list[tuple[Matrix, ...]] = []
    for index, got in embed(list(pictures.values()), runtimes, threads=threads):
        tick(index + 1)
        if isinstance(got, BadPicture):
            broken[hashes[index]] = got
        else:
            good.append(hashes[index])
            vectors.append(got)
    for at, home in enumerate(shards):
        if good:
            home.add(good, np.stack([each[at] for each in vectors]))
    return broken
