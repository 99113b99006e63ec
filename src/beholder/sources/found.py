"""What every source hands out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from beholder.details import said
from beholder.errors import BadInput
from beholder.locator import Locator
from beholder.text import shown, without_markup

MAX_PICTURES = 200_000  # of one source: what is known of each is held in memory
NEEDS_NETWORK = "it needs the network"  # how the reason of what is Broken begins that could be fetched
More = Callable[[str], Path]  # what a list refers to by its address, once it is on this disk. raises : BadInput
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What a work was found on.

    Attributes
    ----------
    address
        of the page; "" where it is not known
    digest
        of what was saved: the same bytes, the same digest
    links
        plain addresses of all works that it lists, those too that bring no picture
    """

    address: str
    digest: str
    links: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What should be a picture; nobody has opened it yet.

    Attributes
    ----------
    name
        its path relative to the source (posix, Unicode NFC), or the `item` column; unique in the source
    locator
        where its bytes are
    columns
        what the source says of it, header -> value, without the columns of name and path
    page
        the page or export on which it is offered; None where it is of none
    wild
        somebody photographed the work where it was, as for a sale: the artwork may be a part of the photo
    """

    name: str
    locator: Locator
    columns: dict[str, str] = field(default_factory=dict)
    page: SavedPage | None = None
    wild: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that should have been a picture, and in one sentence why it is none. title : of the work, if known"""

    name: str
    reason: str
    title: str = ""

    @classmethod
    def of(cls, one: Found | Broken, reason: str) -> Broken:
        """What was found, and cannot be taken in."""
        return cls(one.name, reason, one.title if isinstance(one, Broken) else said(one.columns, "title"))

    def __str__(self) -> str:
        return f"{without_markup(self.title) or self.name}: {self.reason}"


class Source(Protocol):
    """A place where pictures come from."""

    title: str

    def find(self) -> Iterator[Found | Broken]:
        """All there is, in a stable order. raises : BadInput, StoreError where nothing of it can be read."""
        ...


def plain_name(text: str) -> str:
    """One name, one spelling: macOS writes é as two characters where others write one. No terminal's control codes."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))


def storable(text: str) -> bool:
    """False for a file name whose bytes are no valid text: no database and no page could hold it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unique(found: Iterable[Found | Broken]) -> Iterator[Found | Broken]:
    """The same, with every name given only once: a later one of the same name is Broken.

    Raises
    ------
    BadInput
        where there are more than MAX_PICTURES
    """
    seen: set[str] = set()
    for one in found:
        if isinstance(one, Broken):
            yield one
        elif one.name in seen:
            yield Broken(one.name, f"the name '{shown(one.name)}' appears twice; the first is kept: rename this one")
        else:
            seen.add(one.name)
            check_number(len(seen))
            yield one


def check_number(pictures: int) -> None:
    """Raises
    ------
    BadInput
        where these are too many
    """
    if pictures > MAX_PICTURES:
        raise BadInput(f"there are over {MAX_PICTURES:,} pictures; take them in parts, each as a source of its own")
