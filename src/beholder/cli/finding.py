"""find, similar: pictures that fit a few words, or that are like another picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from beholder.cli.shell import AsJson, Meter, Named, note, open_library, open_session, put_json, table
from beholder.errors import UserError

if TYPE_CHECKING:
    from beholder.collection import Collection
    from beholder.ranking import Ranked
    from beholder.session import Reading

_SHOWN = 20  # rows of the table, where --top says nothing
_Top = Annotated[int | None, typer.Option("--top", min=1, metavar="N", help="Only the first N.")]
_Mixed = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="Mix with the taste of this person. [default: nobody's]")
]


def add_to(app: typer.Typer) -> None:
    for command in (find, similar):
        app.command()(command)


def find(
    collection: Named,
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What to look for: "boats, evening", "van gogh".')],
    top: _Top = None,
    person: _Mixed = None,
    as_json: AsJson = False,
) -> None:
    """Find pictures by words.

    Searches what is said of the pictures, in your columns and in file names; with an encoder that reads text, any text.
    Pictures that everything holds of come first. The score is how well each fits, from 0 to 1; with --person, pictures
    that fit as well are in that person's order, and the score is theirs.
    """
    from beholder.filters import Filter

    if not text.strip():
        raise UserError('nothing to look for was given; name it, as in "boats, evening" or "van gogh"')
    art, reading = _opened(collection, person)
    with Meter("searching"):
        places = reading.shown(Filter(text=text))[:top] if reading else art.search(text, top=top)
    for sentence in art.finder.find(text).notes:
        note(sentence)
    _print(places, top, as_json, "nothing found")


def similar(
    collection: Named,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The picture that the others should be like.")],
    top: _Top = None,
    person: _Mixed = None,
    as_json: AsJson = False,
) -> None:
    """Find pictures that are like one.

    They look like it, and what is said of it, here or in your columns, holds of them. The score is how alike they are,
    1 at most; with --person, those that this person would like come first too, and the score is theirs.
    """
    from beholder.filters import Filter

    art, reading = _opened(collection, person)
    row = art.find(item)
    with Meter("searching"):
        places = reading.shown(Filter(like=row, mixed=True))[:top] if reading else art.similar(row, top=top)
    _print(places, top, as_json, "no other picture is like it")


def _opened(collection: str, person: str | None) -> tuple[Collection, Reading | None]:
    """The collection, and what is known of the person's taste where one is asked for."""
    if person is None:
        return open_library().collection(collection), None
    session = open_session(collection, person)
    return session.collection, session.reading()


def _print(places: Sequence[Ranked], top: int | None, as_json: bool, nothing: str) -> None:
    if as_json:
        put_json([place.as_json() for place in places])
        return
    if not places:
        note(nothing)
        return
    from beholder.ranking import listed_title

    rows = [[p.rank, f"{p.score:.2f}", listed_title(p.item), ", ".join(p.found)] for p in places[: top or _SHOWN]]
    table(["", "score", "picture", "why"], rows, right=[0, 1])
    if (more := len(places) - len(rows)) > 0:
        note(f"… and {more:,} more; show more with --top N")
