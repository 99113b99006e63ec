"""Taking a person or a collection out of a data folder. Pictures outside of it are never touched."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from beholder.collection import Library
from beholder.create import kept_of
from beholder.errors import UserError
from beholder.locator import WHOLE
from beholder.store import CollectionRow, Person
from beholder.types import picture_key

_SHARED = ("sources/web", "sources/pictures")  # of all links, of all saved pages
_PARTS = ("uploads", "sources", *_SHARED, "made")  # of the data folder, that hold pictures


@dataclass(frozen=True, slots=True)
class Copies:
    """What lies in the data folder for one collection alone: folders and files, so many files and bytes in all."""

    places: tuple[Path, ...]
    files: int
    bytes: int


def copies_of(library: Library, row: CollectionRow) -> Copies:
    """What was uploaded, unpacked, fetched or made for this collection alone."""
    places = list[Path]()
    for part in _PARTS:
        own, others = library.store.removal.folders(row.id, part)
        places += [Path(library.home) / part / name for name in sorted(own - others) if f"{part}/{name}" not in _SHARED]
    found = [path for place in places for path in (place, *place.rglob("*"))]
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    return Copies(tuple(places), len(files), sum(path.stat().st_size for path in files))


def remove_collection(library: Library, row: CollectionRow) -> None:
    """Take a collection away: its list of pictures, all that anybody said of them, their copies in the data folder.

    Raises
    ------
    UserError
        where new pictures were made from it, which are a collection of their own
    """
    for other in library.collections():
        kept = kept_of(library, other)
        if kept is not None and kept.origin.id == row.id and other.size:
            raise UserError(f"the pictures of '{other.name}' were made from '{row.name}'. Remove '{other.name}' first")
    removal, home = library.store.removal, Path(library.home)
    copies, contents = copies_of(library, row), removal.contents(row.id)
    keys = {picture_key(sha, crop) for sha in contents for crop in (WHOLE, "twin")}
    keys |= {item.key for item in library.store.items(row.id) if item.sha256 in contents}
    removal.collection(row.id)
    library.forget(row.id)
    for place in (*copies.places, home / "tables" / str(row.id), *(home / "made").glob(f"*-{row.id}")):
        shutil.rmtree(place, ignore_errors=True)
    for file in (*copies.places, home / "maps" / f"{row.id}.npz", *_shown(home / "thumbs", keys)):
        with suppress(OSError):
            file.unlink()


def remove_person(library: Library, person: Person) -> None:
    """Take a person away, with all they said and their shortlists.

    Raises
    ------
    UserError
        where new pictures were made for them, which are a collection
    """
    for other in library.collections():
        kept = kept_of(library, other)
        if kept is not None and kept.person.id == person.id and other.size:
            raise UserError(f"the pictures of '{other.name}' were made for {person.name}. Remove '{other.name}' first")
    library.store.removal.person(person.id)
    for folder in (Path(library.home) / "made").glob(f"{person.id}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _shown(folder: Path, keys: set[str]) -> list[Path]:
    """The thumbnails of these pictures."""
    with suppress(OSError):
        return [path for path in folder.glob("*/*.jpg") if path.name.partition("-")[0] in keys]
    return []
