"""Collections: pictures found, fingerprinted and embedded once, and the rankings of a taste model over them.

`Library` is a data folder: its database, its vectors, its collections. `Collection` hands out `X` and reads a fitted
taste model over it: ranked, with reasons.
"""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from collections.abc import Collection as AnyOf
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from beholder.background import Background
from beholder.concepts import Tags, words_of, words_of_columns, words_of_text
from beholder.config import Settings, settings
from beholder.details import field_of
from beholder.errors import BadInput, BadPicture, OlderNumbers, StoreError, UnknownName, UserError
from beholder.explain import Explanation, Reason, affinities, affinities_in_words, departing_in, explain, reasons
from beholder.explain.why import unit_rows
from beholder.facts import Facts
from beholder.features import Runtime, load_encoder
from beholder.features.encoder_row import TextRuntime
from beholder.features.expert_networks import folder_of
from beholder.features.registry import absolute_name, download_encoder
from beholder.images import MAX_FILE_BYTES, fingerprint, size_of
from beholder.images.likeness import have_features
from beholder.importer import BATCH, Importer, ImportReport, embed_missing, part_name
from beholder.locator import Locator
from beholder.ranking import Ranked, Ranking, RankingCache, Scale, title_of
from beholder.same_works import Twins, same_pairs
from beholder.search import Finder, Found, Looks, text_fits
from beholder.sources import SAMPLE, open_source, unread_in
from beholder.store import CollectionRow, Store, VectorShards, alike
from beholder.table import ATTRIBUTES, Layout, PictureTable, Seen, assemble
from beholder.taste import ExpertNetworks, FeatureMap, PictureNames, Population, TasteModel
from beholder.taste.capabilities import Knowledge
from beholder.taste.priors import find_population
from beholder.text import shown
from beholder.types import (
    SCALE,
    Answers,
    Floats,
    Ints,
    Item,
    Judgement,
    Matrix,
    Progress,
    answers_of,
    picture_key,
    silent,
    teaching,
)
from beholder.views import Group, by_date, by_folder, by_kind, by_year
from beholder.works import Works

T = TypeVar("T")

_ALIKE = "looks alike"  # why a picture is found of which nothing is said
_WITH_PRIOR = "builtin"  # the encoder for which a population's prior ships
_SHARED_BY = 4  # pictures that share a value of a column, on average, for it to say something of taste


class once(Generic[T]):  # noqa: N801
    """A property that is made once, although several threads ask for it: under the object's own `lock`."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __get__(self, owner: Any, kind: Any = None) -> T:
        name, kept = self.make.__name__, owner.__dict__
        if name not in kept:
            with owner.lock:
                if name not in kept:
                    kept[name] = self.make(owner)
        found: T = kept[name]
        return found


class Library:
    """Everything in one data folder.

    Parameters
    ----------
    home
        the folder; None: `BEHOLDER_HOME` or the platform's own place
    """

    def __init__(self, home: Path | None = None, *, config: Settings | None = None) -> None:
        try:
            self.settings = config or settings()
        except ValueError as error:
            raise UserError(str(error)) from error
        self.home = home or self.settings.home
        self.store = Store(self.home)
        self._runtimes: dict[str, Runtime] = {}
        self._shards: dict[str, VectorShards] = {}
        self._open: weakref.WeakValueDictionary[int, Collection] = weakref.WeakValueDictionary()
        self.lock = threading.RLock()
        self._opening, self._tabling = threading.Lock(), threading.Lock()
        self._tables: dict[int, tuple[tuple[tuple[str, ...], Any], weakref.ref[PictureTable]]] = {}

    @once
    def background(self) -> Background:
        """Where the sessions of this data folder learn."""
        return Background()

    @once
    def rankings(self) -> RankingCache[Ranking]:
        """The rankings of the people of this data folder that are held in memory."""
        return RankingCache()

    @once
    def scores(self) -> RankingCache[Floats]:
        """What their models predict of every picture, as far as it is held."""
        return RankingCache()

    def runtime(self, encoder: str) -> Runtime:
        """The encoder of this name, loaded once."""
        with self.lock:
            if encoder not in self._runtimes:
                self._runtimes[encoder] = load_encoder(encoder, threads=self.settings.threads)
            return self._runtimes[encoder]

    def shards(self, encoder: str) -> VectorShards:
        row = self.runtime(encoder).row
        folder = self.home / "vectors" / row.key
        return self._shards.setdefault(row.key, VectorShards(folder, row.dimension, check=self.store.check))

    def key(self, *encoders: str) -> str:
        """Names the columns of X with these encoders: other numbers, another key."""
        return "+".join(self.runtime(name).row.key for name in (*encoders, "attributes"))

    def table(
        self, encoders: Sequence[str], hashes: Sequence[str], files: Sequence[Path | Locator] = (), **more: Any
    ) -> tuple[PictureTable, NDArray[np.bool_]]:
        """The table of pictures that these encoders have seen; `assemble` says what the arguments are.

        networks : the name of such an encoder
        """
        *seen, attributes = (Seen(self.runtime(name), self.shards(name)) for name in (*encoders, "attributes"))
        if (networks := more.pop("networks", None)) is not None:
            more["networks"] = Seen(self.runtime(networks), self.shards(networks))
        return assemble(seen, attributes, hashes, files, **more)

    def table_of(
        self,
        files: Sequence[Path | Locator],
        encoders: Sequence[str],
        *,
        networks: str | None = None,
        given: Matrix | None = None,
        progress: Progress | None = None,
    ) -> PictureTable:
        """The table of picture files that need not be in a collection; what is not known of them yet is found first.

        Raises
        ------
        BadInput
            naming every file that cannot be opened
        """
        hashes = [fingerprint(path) for path in files]
        for name in (*encoders, *([networks] if networks else []), "attributes"):
            self.embed(files, hashes, name, progress)
        return self.table(encoders, hashes, files, networks=networks, given=given)[0]

    def embed(
        self, files: Sequence[Path | Locator], hashes: Sequence[str], encoder: str, progress: Progress | None = None
    ) -> None:
        """Have this encoder look at what it has not seen. raises : BadInput naming every file that cannot be opened"""
        runtime, shards, say = self.runtime(encoder), self.shards(encoder), progress or silent
        lacking = shards.missing(hashes)
        todo = {sha: path for sha, path in zip(hashes, files, strict=True) if sha in lacking}
        broken: dict[str, BadPicture] = {}
        for at in range(0, len(todo), BATCH):
            part = dict(list(todo.items())[at : at + BATCH])
            say("reading pictures", at, len(todo))
            broken |= embed_missing(part, [runtime], [shards], threads=self.settings.threads)
        if broken:
            raise BadInput("; ".join(f"{todo[sha]}: {reason}" for sha, reason in broken.items()))

    def _table_of(self, row: CollectionRow, state: Any, items: Sequence[Item]) -> PictureTable:
        """The table of a collection as it is now, one for all who have it open."""
        with self._tabling:
            known = self._tables.get(row.id)
            if known is not None and known[0] == (row.encoders, state) and (table := known[1]()) is not None:
                return table
            self.store.check()
            table, _ = self.table(
                row.encoders,
                [item.key for item in items],
                [item.locator for item in items],
                ids=np.array([item.id for item in items], np.int64),
                folder=self.home / "tables" / str(row.id),
            )
            self._tables[row.id] = (row.encoders, state), weakref.ref(table)
            return table

    def import_source(
        self,
        spec: str | Path,
        into: str,
        *,
        encoder: str | None = None,
        progress: Progress | None = None,
        empty: bool = True,
        fetch: bool = False,
        artworks: bool | None = None,
    ) -> ImportReport:
        """Take in all pictures of a source, see `sources.open_source`; doing it again changes nothing.

        Parameters
        ----------
        encoder
            for a collection that is there already, another encoder than its own re-embeds all of it; `builtin` sees it
            too where nobody taught what people like of what this encoder sees
        empty
            whether a new collection is made too where no picture is found
        fetch
            whether pictures that a file names by their links alone are fetched
        artworks
            whether the artworks in its photos are found, which then are the pictures; None: as it was said of this
            collection before, else in pages, exports and feeds that are not a museum's

        Raises
        ------
        UserError
        BadInput
            where the source cannot be used at all; single broken pictures are in the report
        """
        tell = progress or silent
        of_source = list[tuple[str, int, int]]()  # what the source said last of itself

        def say(stage: str, done: int, total: int) -> None:
            self.store.check()  # before anything is written into a data folder that is gone
            tell(stage, done, total)

        def say_of_source(*step: Any) -> None:
            of_source[:] = [step]
            say(*step)

        def finding(n: int) -> None:
            say(*(of_source[0] if of_source else ("looking for pictures", n, 0)))

        encoder = None if encoder is None else absolute_name(encoder)
        usual = encoder or absolute_name(self.settings.encoder)
        self.runtime(usual)  # what cannot be loaded leaves no collection behind
        source = open_source(spec, self.home / "sources", progress=say_of_source, fetch=fetch)
        row = self.store.collection_for(into, named(spec), usual)
        wanted = self.with_prior([encoder or row.encoder, *row.more_encoders])
        row = row if row.id else replace(row, more_encoders=tuple(wanted[1:]))
        is_own = row.source == named(spec)
        job = Importer(
            self.store,
            row,
            *self._seers(wanted),
            threads=self.settings.threads,
            progress=say,
            finding=finding,
            artworks=row.artworks if artworks is None and is_own else artworks,
        )
        try:
            report = job.run(source)
        except StoreError:
            self.store.check()  # where the data folder is gone, that is what is wrong
            raise
        report.unread = unread_in(spec)
        report.pass_over(getattr(source, "unnamed", ()))
        if empty and not job.row.id:
            job.begin()
        if job.row.id and list(job.row.encoders) != wanted:
            self.store.set_encoders(job.row.id, wanted)
        if job.row.id and is_own and artworks is not None:
            self.store.set_artworks(job.row.id, artworks)
        self.forget(job.row.id)  # words may be said of its pictures that were not said before
        if report.refresh.listed and report.new:  # who lists works for sale lists some of them twice
            self.find_same(into, say)
        return report

    def _seers(self, encoders: Sequence[str]) -> tuple[list[Runtime], list[VectorShards]]:
        """All that look at a picture of these encoders, and where their numbers are kept."""
        names = list(dict.fromkeys([*encoders, "attributes", "measures"]))
        return [self.runtime(name) for name in names], [self.shards(name) for name in names]

    def set_crop(self, name: str, item_id: int, crop: str) -> None:
        """A person says which part of its photo a picture is: it is looked at anew, and answers about it stay.

        Parameters
        ----------
        crop
            `images.WHOLE`, or corners as `images.crop_of` writes them

        Raises
        ------
        UnknownName
        UserError
            where another picture of the collection is this very part
        BadInput
            where its photo cannot be opened
        """
        row = self.store.collection(name)
        item = self.store.parts(row.id, item_id)[0]
        self.store.set_crop(item_id, crop, *self._seen_part(row, item, crop))

    def add_part(self, name: str, item_id: int, crop: str) -> int:
        """A person says that another part of the photo of a picture is a work too; no later import forgets it.

        Returns
        -------
        int
            the id of the new picture, or of the one that was removed before and is put back

        Raises
        ------
        UnknownName
        UserError
            where a picture of the collection is this very part
        BadInput
            where its photo cannot be opened
        """
        row = self.store.collection(name)
        item, *others = self.store.parts(row.id, item_id)
        first = min((item, *others), key=lambda part: part.id)
        size = self._seen_part(row, item, crop)
        return self.store.add_part(item_id, part_name(first.name, 1 + len(others)), crop, *size)

    def remove_part(self, name: str, item_id: int, removed: bool = True) -> None:
        """A person says that a picture is no work: it is neither asked nor ranked, and no later import brings it back.

        Parameters
        ----------
        removed
            False: it is one after all

        Raises
        ------
        UnknownName
        """
        row = self.store.collection(name)
        self.store.set_removed(self.store.parts(row.id, item_id)[0].id, removed)

    def _seen_part(self, row: CollectionRow, item: Item, crop: str) -> tuple[int, int]:
        """The size of a part of the photo of an item, whose numbers are kept then. raises : BadInput"""
        place, key = item.locator.part(crop), picture_key(item.sha256, crop)
        try:
            if not item.locator.is_there() or fingerprint(item.locator, most=MAX_FILE_BYTES) != item.sha256:
                raise BadPicture("its file is not where it was; import its folder again")
            size = size_of(place)
            runtimes, shards = self._seers(row.encoders)
            lacking = [at for at, home in enumerate(shards) if home.missing([key])]
            broken = embed_missing(
                {key: place}, [runtimes[at] for at in lacking], [shards[at] for at in lacking], threads=1
            )
            if broken:
                raise broken[key]
        except (BadPicture, OSError) as reason:
            raise BadInput(f"'{item.name}' cannot be opened: {reason}") from reason
        return size

    def find_same(self, name: str, progress: Progress | None = None, *, again: bool = False) -> Collection:
        """Look for pictures of a collection that show one work, among those that came since the last look.

        Parameters
        ----------
        again
            among all of them

        Returns
        -------
        Collection
            as it is then

        Raises
        ------
        UnknownName
        """
        art = self.collection(name)
        there = [row for row, item in enumerate(art.items) if not item.gone]
        if not there:
            return art
        items, (encoder, _) = [art.items[row] for row in there], art.layout.encoders[0]
        X = art.table.numbers[there][:, art.layout.columns(encoder)]
        after = 0 if again else art.row.compared
        found = same_pairs(items, X, after=after, threads=self.settings.threads, progress=progress or silent)
        last = max((item.id for item in items), default=0) if have_features() else 0
        self.store.works.keep_pairs(art.row.id, found, last)
        return self.collection(name)

    def add_encoder(self, name: str, encoder: str, progress: Progress | None = None, first: Sequence[int] = ()) -> None:
        """Have one more encoder look at a collection: its numbers become another block of X, behind the others.

        Until all of it was looked at, the collection stays as it is; after an interruption the same call goes on.

        Parameters
        ----------
        encoder
            of the hub, it is downloaded first
        first
            ids of the items that are looked at before the others

        Raises
        ------
        UnknownName
        UserError
            where the encoder cannot be fetched
        BadInput
            where it came damaged, or no picture can be opened
        StoreError
            where it cannot be kept
        """
        row, encoder, say = self.store.collection(name), absolute_name(encoder), progress or silent
        download_encoder(encoder, say)
        runtimes, shards = (
            [self.runtime(one) for one in (encoder, "measures")],
            [self.shards(encoder), self.shards("measures")],
        )
        wanted, broken = {id: at for at, id in enumerate(first)}, set[str]()
        while True:  # pictures may come in meanwhile
            items = sorted(self.store.items(row.id), key=lambda item: wanted.get(item.id, len(wanted)))
            there = {item.key: item.locator for item in items if not item.gone and item.key not in broken}
            lacking = set().union(*(kept.missing(list(there)) for kept in shards))
            if not (todo := [key for key in there if key in lacking]):
                break
            for at in range(0, len(todo), BATCH):
                say("looking at your pictures", at, len(todo))
                part = {key: there[key] for key in todo[at : at + BATCH]}
                broken |= embed_missing(part, runtimes, shards, threads=self.settings.threads).keys()
        if broken and not there:
            raise BadInput(f"none of the pictures of '{row.name}' can be opened; are their files still there?")
        self.store.set_encoders(row.id, [*self.store.collection(name).encoders, encoder])

    def remove_encoder(self, name: str, encoder: str) -> None:
        """Take an encoder from a collection; what it saw is kept, and answers stay.

        Raises
        ------
        UnknownName
            where the collection is not seen by it
        UserError
            where it is the last one, or the one that brings what people like in general
        """
        row, encoder = self.store.collection(name), absolute_name(encoder)
        if encoder not in row.encoders:
            raise UnknownName.of("encoder", encoder, row.encoders)
        left = [one for one in row.encoders if one != encoder]
        if not left or set(self.with_prior(left)) == set(row.encoders):
            raise UserError(f"'{row.name}' cannot do without '{encoder}': it is seen by {', '.join(row.encoders)}")
        self.store.set_encoders(row.id, self.with_prior(left))

    def with_prior(self, encoders: Sequence[str]) -> list[str]:
        """These encoders, each once, and behind them `builtin`, where what people like is known for none of them.

        Those that bring something in its place stay alone: networks of several databases, attributes of their own.
        """
        names = list(dict.fromkeys(encoders))
        for runtime in map(self.runtime, names):
            if getattr(runtime, "columns", None) is not None or len(getattr(runtime, "attribute_columns", ())):
                return names
        return names if self.population_of(names) else list(dict.fromkeys([*names, _WITH_PRIOR]))

    def population_of(self, encoders: Sequence[str]) -> tuple[Population, list[int]] | None:
        """What people like in general, and which of these encoders it was learned with; None where nobody taught it.

        That of all encoders together comes first, then that of each in turn.
        """
        together = list(range(len(encoders)))
        for some in (together, *([at] for at in together)):
            if (found := find_population(self.key(*(encoders[at] for at in some)), self.home)) is not None:
                return found, some
        return None

    def answers_elsewhere(self, person: int, here: CollectionRow, most: int) -> list[tuple[Matrix, Answers]]:
        """What a person said of other collections that the same encoder saw: rows like X's, and answers about them.

        The newest `most` judgements, of the newest collections first. A collection that cannot be read is left out.
        """
        found = list[tuple[Matrix, Answers]]()
        for row in sorted(self.collections(), key=lambda row: -row.id):
            if row.id == here.id or row.encoders != here.encoders:
                continue
            if not most or not any(j.teaches for j in self.store.judgements(person, row.id)):
                continue
            with suppress(StoreError):  # it is said where it is opened, and nothing here depends on it
                other = self.shared(row.name)
                if told := teaching(other.judgements(person))[-most:]:
                    used = answers_of(told, other.row_of).used
                    place = {other.items[row].id: at for at, row in enumerate(used.tolist())}
                    found.append((np.ascontiguousarray(other.X[used]), answers_of(told, place)))
                    most -= len(told)
        return [(X, answers) for X, answers in found if len(answers)]

    def collections(self) -> list[CollectionRow]:
        return self.store.collections()

    def collection(self, name: str) -> Collection:
        """Raises
        ------
        UnknownName
        """
        return Collection(self, self.store.collection(name))

    def shared(self, name: str) -> Collection:
        """The collection as it is now, one for everybody who has it open: do not change it. raises : UnknownName"""
        row = self.store.collection(name)
        state = self.store.state(row.id), self.store.works.state(row.id)
        with self._opening:
            known = self._open.get(row.id)
            if known is None or known.row != row or known.state != state:
                self._open[row.id] = known = Collection(self, row)
            return known

    def open(
        self,
        source: str | Path,
        *,
        encoder: str | None = None,
        progress: Progress | None = None,
        artworks: bool | None = None,
    ) -> Collection:
        """The collection of a folder, a zip, a CSV of paths or "sample", imported first: new pictures come in.

        It is named after the source; a second source of that name gets a number behind it. artworks : as in
        `import_source`; encoder too: another one than a known collection's takes its place for everybody
        """
        name = self.name_of(source)
        self.import_source(named(source), name, encoder=encoder, progress=progress, artworks=artworks)
        pictures = self.collection(name)
        if self.store.drop_empty(pictures.row.id):
            raise BadInput(f"there is no picture in '{source}' that can be opened")
        return pictures

    def name_of(self, source: str | Path) -> str:
        """The collection of this source, or what it would be called."""
        spec, rows = named(source), self.collections()
        if known := [c.name for c in rows if c.source == spec]:
            return known[0]
        path, taken = Path(spec), {c.name for c in rows}
        stem = (path.stem if path.is_file() else path.name) or "pictures"
        return next(n for n in [stem, *(f"{stem} {i}" for i in range(2, 2 * len(rows) + 3))] if not alike(n, taken))

    def forget(self, collection_id: int) -> None:
        """Open this collection anew from now on: it is gone and another may have its id, or was looked at again."""
        with self._opening, self._tabling:
            self._open.pop(collection_id, None)
            self._tables.pop(collection_id, None)

    def close(self) -> None:
        if (background := self.__dict__.pop("background", None)) is not None:
            background.close()
        self.store.close()


def named(source: str | Path) -> str:
    """A source by a name that is the same from every working folder; "sample" stays what it is."""
    path = os.path.expanduser(source)  # Path's own raises for an unknown ~user, and its exists() for a dropped drive
    return str(source) if source == SAMPLE or not os.path.exists(path) else os.path.realpath(path)


class Collection:
    """The pictures of one collection, in the order of the rows of `X`, at one moment: open it again after an import.

    What follows from the pictures alone is made once for everybody, when it is first asked for.

    Attributes
    ----------
    table
        the pictures that have their numbers, one for all who have the collection open
    X
        (n, d) each picture's vector, and behind it ten attributes, measured or as the encoder has learned them
    layout
        which columns are which
    attributes
        (n, 10) the measured ones
    items
        those that have their numbers (a picture whose numbers were lost and whose file is gone is left out)
    works
        which of them show the same work; one of these stands for it, with what is known of all
    """

    def __init__(self, library: Library, row: CollectionRow) -> None:
        self.library, self.row = library, row
        self.lock = threading.RLock()
        self._finding, self._finder = threading.Lock(), cast(Finder | None, None)
        kept = library.store.works
        self.state = library.store.state(row.id), kept.state(row.id)
        items = library.store.items(row.id)
        self.table = library._table_of(row, self.state[0], items)
        if items and not len(self.table):
            raise OlderNumbers(row.name, row.source)
        there = set(self.table.ids.tolist())
        items = [item for item in items if item.id in there]
        self.works = Works.of(items, kept.pairs(row.id), kept.listings(row.id))
        self.items: list[Item] = [self.works.shown.get(item.id, item) for item in items]

    @property
    def X(self) -> Matrix:  # noqa: N802
        return self.table.X

    @property
    def layout(self) -> Layout:
        return self.table.layout

    @property
    def attributes(self) -> Matrix:
        return self.table.attributes

    @property
    def ids(self) -> Ints:
        """(n,) the item id of each row of X, rising."""
        return self.table.ids

    @property
    def name(self) -> str:
        return self.row.name

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"<Collection '{self.name}' of {len(self):,} pictures>"

    @once
    def row_of(self) -> dict[int, int]:
        """The row of X of each item id."""
        return {item.id: row for row, item in enumerate(self.items)}

    @once
    def facts(self) -> Facts:
        """What the sources say of the items, as a filter reads it."""
        return Facts(self.items)

    @once
    def unshown(self) -> frozenset[int]:
        """Ids of the items that are not asked about or ranked: their file is no longer there, or another one stands
        for their work.
        """
        return frozenset(item.id for item in self.items if item.gone) | self.works.leader.keys()

    def say_same(self, one: int, other: int, same: bool) -> None:
        """Keep what a person says: whether these two items show one work. It holds once the collection is opened anew.

        "No" of two that count as one takes the other out of the whole work.

        Raises
        ------
        UserError
            where it is one item
        """
        if one == other:
            raise UserError("a picture shows the same work as itself: name two pictures")
        kept = self.library.store.works
        kept.say(self.row.id, self.works.answered(one, other, same, kept.pairs(self.row.id)))

    @once
    def twins(self) -> Twins:
        """Which pictures that stand near each other may show one work."""
        return Twins(self.items, partial(unit_rows, self.X), self.works.apart)

    def judgements(self, person: int) -> list[Judgement]:
        """What this person has said that holds, oldest first, each about works: the one place where pictures become
        these.
        """
        return [self.works.told(j) for j in self.library.store.judgements(person, self.row.id)]

    @property
    def features(self) -> FeatureMap:
        """The coordinates in which tastes are learned here."""
        return FeatureMap.learned(self.X, layout=self.layout)

    @once
    def population(self) -> Population | None:
        """What people like in general, of pictures seen by the same encoder; None where nobody taught it.

        Where other encoders see these pictures too, they have their part in it.
        """
        known = self.library.population_of(self.row.encoders)
        if known is None or (len(known[1]) < len(self.row.encoders) and self._has_learned_attributes):
            return None  # it was learned with the measured ones
        blocks = [self.layout.encoders[at][0] for at in known[1]]
        return known[0].among(self.X, self.layout, *blocks, ATTRIBUTES)

    @property
    def _has_learned_attributes(self) -> bool:
        return any(len(getattr(self.library.runtime(name), "attribute_columns", ())) for name in self.row.encoders)

    @once
    def fitting_population(self) -> Population | None:
        """The same where it is known for pictures like these."""
        return self.population if self.population and self.population.knows(self.X) else None

    @once
    def knowledge(self) -> Knowledge:
        """What is known of these pictures before anybody's answer."""
        return Knowledge(
            population=self.population, fits=self.fitting_population is not None, networks=self.networks,
            scale=SCALE, names=self.names, pictures=self.name, encoder=self.row.encoder,
        )  # fmt: skip

    @property
    def words(self) -> Tags:
        """What is said of each picture, of every source: columns, what is measured, what the encoders say."""
        return self.table.derived("words", self._words)

    def _words(self) -> Tags:
        measures, shards = self.library.runtime("measures"), self.library.shards("measures")
        rows, known = shards.get(self.table.hashes, measures.row.dimension)
        sources = [Tags.of(getattr(measures, "vocabulary", None), rows).where(known)]
        told, towers = words_of_columns(self.items), list[tuple[TextRuntime, Matrix]]()
        for name in self.row.encoders:
            runtime = self.library.runtime(name)
            block = self.table.numbers[:, self.layout.columns(Seen(runtime, self.library.shards(name)).block)]
            vocabulary = getattr(runtime, "vocabulary", None)
            if vocabulary is not None and vocabulary.width > block.shape[1]:
                sources.append(Tags.of(vocabulary, np.hstack([block, rows])).where(known))
            else:
                sources.append(Tags.of(vocabulary, block))
            if isinstance(runtime, TextRuntime):
                towers.append((runtime, block))
        tags = words_of(told, sources)
        return words_of(told, [*sources, *(words_of_text(*tower, tags) for tower in towers)]) if towers else tags

    @property
    def finder(self) -> Finder:
        """Finds pictures by words and by pictures that are like them; made once, while other things go on."""
        with self._finding:
            if self._finder is None:
                reads = text_fits([self.library.runtime(name) for name in self.row.encoders], self.X)
                self._finder = Finder(self.items, self.words, lambda: self.looks, reads=reads)
            return self._finder

    def groups(self, by: str) -> list[Group]:
        """Its pictures by "kind", "date", "year" or "folder"; none where they do not differ in that."""
        return self.table.derived(("groups", by), lambda: self._groups(by))

    def _groups(self, by: str) -> list[Group]:
        if by == "kind":
            titles = [title_of(item) for item in self.items]
            return by_kind(None, self.X, self.words, self.ids, titles, self.folders)
        return {"date": by_date, "year": by_year, "folder": by_folder}[by](self.items)

    def group(self, said: str) -> Group:
        """The group of this address, as `str` writes it. raises : UnknownName"""
        by, _, key = said.partition(":")
        groups = self.groups(by) if by in ("kind", "date", "year", "folder") else []
        row = self.row_of.get(int(key)) if by == "kind" and key.isascii() and key.isdigit() else None
        for group in groups:
            if group.key == key if row is None else row in group.rows:
                return group
        raise UnknownName(f"'{self.name}' has no group '{shown(said, 80)}'")

    @property
    def looks(self) -> Looks:
        """How alike the pictures look."""
        return Looks.of(self.X, self.layout)

    @once
    def networks(self) -> ExpertNetworks | None:
        """What networks of several databases say in X; None where others made X."""
        columns = getattr(self.library.runtime(self.row.encoder), "columns", None)
        return None if columns is None else ExpertNetworks(columns, folder_of(self.row.encoder))

    @once
    def folders(self) -> list[str]:
        """(n,) the folder that each lies in, within the one that was imported; "" where it lies in that one."""
        return [item.folder for item in self.items]

    @once
    def names(self) -> PictureNames | None:
        """What the source says of each picture in columns that tell several apart; None: nothing.

        A column counts whose values are shared: a title or a price is of one picture alone. So does the folder that
        each lies in.
        """
        columns = sorted({name for item in self.items for name in item.columns if field_of(name) != "taken"})
        told = [[item.columns.get(name, "").strip() for item in self.items] for name in columns]
        told.append(self.folders)
        found = [codes for said in told if (codes := _codes(said)) is not None]
        return PictureNames(np.column_stack(found), self.X) if found else None

    @once
    def _rows_of_name(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, item in enumerate(self.items):
            rows.setdefault(item.name, []).append(row)
        return rows

    @once
    def _row_of_key(self) -> dict[str, int]:
        return {item.key: row for row, item in enumerate(self.items)}

    def find(self, name: str, sha256: str = "") -> int:
        """The row of the item of this key, of a whole picture its content's sha256, else of this name.

        Raises
        ------
        UnknownName
        UserError
            where pictures of several sources share the name
        """
        if sha256 in self._row_of_key:
            return self._row_of_key[sha256]
        rows = self._rows_of_name.get(name, [])
        if not rows:
            raise UnknownName.of("picture", name, self._rows_of_name)
        if len(rows) > 1:
            raise UserError(f"{len(rows)} pictures of '{self.name}' are called '{name}': tell them apart by sha256")
        return rows[0]

    def rank(
        self,
        taste: TasteModel,
        *,
        answers: Answers | None = None,
        hidden: AnyOf[int] = (),
        favourites: AnyOf[int] = (),
    ) -> list[Ranked]:
        """Every picture, best first, with a reason for each; as `ranking`, all of it made."""
        return self.ranking(taste, answers=answers, hidden=hidden, favourites=favourites)[:]

    def ranking(
        self,
        taste: TasteModel,
        *,
        answers: Answers | None = None,
        hidden: AnyOf[int] = (),
        favourites: AnyOf[int] = (),
        explanation: Callable[[], Explanation] | None = None,
        scores: Callable[[], Floats] | None = None,
    ) -> Ranking:
        """Every picture, best first, with a reason for each.

        Parameters
        ----------
        taste
            fitted on this collection's X
        answers
            what it was fitted on; None: what it remembers of its own fit
        hidden, favourites
            item ids to leave out, to mark
        explanation
            gives that of the same answers, when a reason is first asked for; None: made here
        scores
            gives what it predicts of X, (n,); None: found here
        """
        answers = _answers_of(taste) if answers is None else answers
        taste = copy(taste)  # what it keeps to tell its doubts goes with the ranking
        left_out = np.fromiter(self.unshown, np.int64, len(self.unshown))
        here = np.flatnonzero(~np.isin(self.ids, left_out))  # hidden ones too
        variance = taste.mean_variance(self.X, here if len(left_out) else None) if len(here) else 0.0
        raw = scores() if scores else np.asarray(taste.predict(self.X), np.float64)  # perhaps found meanwhile
        scale, score = Scale(raw[here], variance), np.zeros(len(self))
        score[here] = scale.scores
        rows = here[np.argsort(-raw[here], kind="stable")]

        def doubts(some: Ints) -> Floats:
            return scale.bands(raw[some], taste.doubts(self.X, some))

        tell = explanation or cache(lambda: explain(taste, self.X, self.attributes, answers, self.words, lambda: raw))

        def why(some: Ints, first: int) -> list[Reason]:
            return reasons(taste, self.X, self.attributes, answers, some, tell(), self.words, raw, first)

        return Ranking(self.items, score, doubts, rows, (), why).marked(
            frozenset(self.row_of[id] for id in hidden if id in self.row_of), frozenset(favourites)
        )

    def search(self, text: str, taste: TasteModel | None = None, *, top: int | None = None) -> list[Ranked]:
        """The pictures that fit a text: best fitting first, and where they fit as well, by a taste.

        Parameters
        ----------
        text
            words that are said of pictures, what these are called otherwise, values of columns, names of files; with an
            encoder that reads text, any text. Pictures of which all hold come before those of which only some do.
        taste
            fitted on this collection's X; None: the score is how well each fits, from 0 to 1

        Examples
        --------
        >>> pics.search("boats, evening")
        """
        found = self.finder.find(text)
        return self._places(found, top) if taste is None else self.ranking(taste).fitting(found)[:top]

    def similar(self, picture: int | str, taste: TasteModel | None = None, *, top: int | None = None) -> list[Ranked]:
        """The pictures that are most like one, most alike first.

        Parameters
        ----------
        picture
            its row of X, or its name
        taste
            fitted on this collection's X: those that it ranks well come first too; None: the score is how alike each
            is, 1 at most

        Raises
        ------
        UnknownName
        """
        found = self.finder.like(self.find(picture) if isinstance(picture, str) else picture)
        return self._places(found, top) if taste is None else self.ranking(taste).alike(found, mixed=True)[:top]

    def _places(self, found: Found, top: int | None) -> list[Ranked]:
        rows = np.array(
            [row for row in found.best().tolist() if self.items[row].id not in self.unshown][:top], np.int64
        )
        told = zip(rows.tolist(), found.fits[rows].tolist(), found.why(rows), strict=True)
        return [
            Ranked(rank, self.items[row], fits, math.nan, ", ".join(why) or _ALIKE, overall=rank, fits=fits, found=why)
            for rank, (row, fits, why) in enumerate(told, 1)
        ]

    def explain(
        self, taste: TasteModel, *, answers: Answers | None = None, scores: Callable[[], Floats] | None = None
    ) -> Explanation:
        """The taste in words, with what it rests on; scores : as in `ranking`"""
        answers = _answers_of(taste) if answers is None else answers
        told = explain(taste, self.X, self.attributes, answers, self.words, scores, self.folders)
        if self.networks is None or not told.found:
            return told
        found = affinities(taste, self.X, self.networks)
        return replace(told, affinities=affinities_in_words(found, departing_in(taste, self.X)))


def _codes(said: Sequence[str]) -> Ints | None:
    """(n,) the same number for the same words, -1 for none; None where too few share theirs to tell of taste."""
    numbers = {value: number for number, value in enumerate(sorted(set(said) - {""}))}
    if len(numbers) < 2 or len(numbers) > len(said) / _SHARED_BY:
        return None
    return np.array([numbers.get(value, -1) for value in said], np.int64)


def _answers_of(taste: TasteModel) -> Answers:
    """What it was fitted on. raises : NotFittedError"""
    check_is_fitted(taste, "answers_")
    return taste.answers_
