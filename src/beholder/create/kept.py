"""Made pictures that are kept: as a collection of their own, in the data folder, taken in by the ordinary importer.

A folder for each person and each collection that their taste was learned in. Its `items.csv` is written anew from what
stands in the PNG files, so that a picture whose file is there is never lost, whatever stopped the program.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from beholder.cells import csv_line
from beholder.collection import Collection, Library
from beholder.create.created import Created
from beholder.create.repaint import recipe_of, save_png
from beholder.durable import write_whole
from beholder.errors import OlderNumbers, UserError
from beholder.locator import Locator
from beholder.sources.folder import ITEMS
from beholder.store import CollectionRow, Person, alike
from beholder.types import Item, picture_key

_FOLDER, _TWINS = "made", "twins"
_COLUMNS = "columns"  # of what is said of a picture, in the recipe


class Kept:
    """The pictures that were made for a person by their taste in a collection.

    Attributes
    ----------
    person
        whose taste it is
    origin
        that collection
    folder
        where they lie; it is there once one is kept
    """

    def __init__(self, library: Library, person: Person, origin: CollectionRow) -> None:
        self._library, self.person, self.origin = library, person, origin
        self.folder = Path(os.path.realpath(library.home)) / _FOLDER / f"{person.id}-{origin.id}"

    @property
    def row(self) -> CollectionRow | None:
        """The collection, None where no picture is kept yet."""
        return next((row for row in self._library.collections() if self._is_mine(row) and row.size), None)

    @property
    def name(self) -> str:
        """That of the collection, or what it will be called."""
        rows = self._library.collections()
        if known := [row.name for row in rows if self._is_mine(row)]:
            return known[0]
        taken, wanted = [row.name for row in rows], f"Made for {self.person.name}"[:80]
        other = f"{wanted[:40]}, by {self.origin.name}"[:76]
        return next(n for n in (wanted, other, *(f"{other} {i}" for i in range(2, 9999))) if not alike(n, taken))

    def add(self, one: Created, **more: str) -> str:
        """Keep a picture and its twin; when this returns, both are on disk, and the picture in the collection.

        Parameters
        ----------
        more
            said of it, by the name of the column

        Returns
        -------
        str
            its name
        """
        (self.folder / _TWINS).mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.stem) for path in self._files()), default=0)
        file, name = self.folder / f"{number:05}.png", f"New picture {number}"
        save_png(one.twin, file.parent / _TWINS / file.name, {**one.recipe, "strength": 0.0})
        save_png(one.picture, file, {**one.recipe, _COLUMNS: {"item": name, "title": name, **one.columns(), **more}})
        self.take_in()
        return name

    def take_in(self) -> None:
        """Import what lies in the folder, and have the encoders of the origin look at it."""
        told = [one for path in self._files() if (one := _told(path))]
        if not told:
            return
        header = list(dict.fromkeys(column for one in told for column in one))
        lines = [header, *([one.get(column, "") for column in header] for one in told)]
        write_whole(self.folder / ITEMS, "".join(map(csv_line, lines)))
        library, name, wanted = self._library, self.name, self.origin.encoders
        library.import_source(self.folder, name, encoder=wanted[0], artworks=False)
        row = library.store.collection(name)
        for encoder in wanted:
            if encoder not in row.encoders:
                library.add_encoder(name, encoder)
        if library.store.collection(name).encoders != wanted:
            library.store.set_encoders(row.id, wanted)

    def _files(self) -> list[Path]:
        """Of all pictures, oldest first."""
        return sorted(path for path in self.folder.glob("*.png") if path.stem.isdigit())

    def _is_mine(self, row: CollectionRow) -> bool:
        """By the last two names of its folder: a data folder may have been moved."""
        return Path(row.source).parts[-2:] == self.folder.parts[-2:]


def kept_of(library: Library, row: CollectionRow) -> Kept | None:
    """What a collection of made pictures belongs to; None where it is another collection, or its origin is gone."""
    parts = Path(row.source).parts
    person, _, origin = parts[-1].partition("-") if parts[-2:-1] == (_FOLDER,) else ("", "", "")
    people = [one for one in library.store.people() if str(one.id) == person]
    origins = [one for one in library.collections() if str(one.id) == origin]
    return Kept(library, people[0], origins[0]) if people and origins else None


def is_kept(row: CollectionRow) -> bool:
    """Whether a collection holds made pictures."""
    return Path(row.source).parts[-2:-1] == (_FOLDER,)


def is_for(row: CollectionRow, person: Person) -> bool:
    """Whether a collection is for a person to choose in: any but what was made for somebody else."""
    return not is_kept(row) or Path(row.source).name.startswith(f"{person.id}-")


def made_from(collection: Collection, person: Person) -> list[Collection]:
    """The pictures that were made for a person from a collection, where there are any."""
    row = Kept(collection.library, person, collection.row).row
    if row is not None and row.encoders == collection.row.encoders:
        with suppress(OlderNumbers):  # it is offered to be processed again where collections are listed
            return [collection.library.shared(row.name)]
    return []


def twin_of(item: Item) -> Item:
    """The twin of a kept picture, to look at."""
    path = Path(item.locator.value)
    return replace(item, locator=Locator.of(path.parent / _TWINS / path.name), sha256=picture_key(item.sha256, "twin"))


def _told(path: Path) -> dict[str, str] | None:
    """What is said of a picture in its file; None where that is not one of ours, or damaged."""
    try:
        return {"file": path.name, **recipe_of(path)[_COLUMNS]}
    except (UserError, KeyError):
        return None
