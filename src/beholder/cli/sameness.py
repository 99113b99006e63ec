"""same: which pictures of a collection show one work, and what is not sure of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, Named, note, open_library, put_json, say, table
from beholder.errors import UserError
from beholder.text import without_markup

if TYPE_CHECKING:
    from beholder.collection import Collection

_NEEDS = "OpenCV is not installed: only copies of one photo are found, not other photos of the same painting"
_HOW = "pip install 'beholder[duplicates]'"


def add_to(app: typer.Typer) -> None:
    app.command()(same)


def same(
    collection: Named,
    yes: Annotated[
        tuple[str, str] | None, typer.Option("--yes", metavar="ITEM ITEM", help="These two show the same work.")
    ] = None,
    no: Annotated[
        tuple[str, str] | None,
        typer.Option("--no", metavar="ITEM ITEM", help="These two do not; the second leaves the first one's work."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Compare all pictures, not only new ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find pictures that show the same work.

    They count as one: one row of the ranking, and an answer about one counts for all. Pictures of one page do too. What
    is not sure is listed as a question; --yes and --no answer it, or correct what was found, and that is kept.

    Other photos of the same painting are found with OpenCV: pip install 'beholder[duplicates]'.
    """
    from beholder.images.likeness import have_features

    if yes and no:
        raise UserError("say --yes or --no, one at a time")
    library = open_library()
    if answer := yes or no:
        art = library.collection(collection)
        one, other = (art.items[art.find(name)].id for name in answer)
        art.say_same(one, other, bool(yes))
        art = library.collection(collection)
    else:
        with Meter("looking for works that are there twice") as meter:
            art = library.find_same(collection, meter, again=again)
    if as_json:
        put_json(_told(art, have_features()))
        return
    if not have_features():
        note(f"{_NEEDS}. Run: {_HOW}")
    _print(art)


def _told(art: Collection, complete: bool) -> dict[str, Any]:
    from beholder.ranking import written_title

    def named(id: int) -> str:
        return art.items[art.row_of[id]].name

    return {
        "collection": art.name,
        "pictures": len(art),
        "works": len(art) - len(art.works.leader),
        "same": [
            {
                "title": written_title(art.items[art.row_of[work.photos[0]]]),
                "items": [named(id) for id in work.photos],
                "links": list(work.links),
            }
            for work in art.works.several
        ],
        "questions": [
            {"items": [named(pair.item), named(pair.other)], "agreement": pair.agreement}
            for pair in art.works.questions
        ],
        "other_photos": complete,
    }


def _print(art: Collection) -> None:
    told = _told(art, True)
    say(f"'{art.name}': {told['pictures']:,} pictures of {told['works']:,} works")
    rows = [[without_markup(work["title"]), ", ".join(work["items"])] for work in told["same"]]
    if rows:
        table(["the same work", "pictures"], rows)
    if told["questions"]:
        say()
        rows = [[f"{one['agreement']:.2f}", *one["items"]] for one in told["questions"]]
        table(["agree", "may be the same work", ""], rows, right=[0])
        note("--yes ITEM ITEM or --no ITEM ITEM says which are")
