"""rename, remove: collections and people."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, note, open_library, put_json, say

if TYPE_CHECKING:
    from beholder.store import Going

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Of a collection.")]
_Person = Annotated[bool, typer.Option("--person", help="NAME is that of a person.")]


def add_to(app: typer.Typer) -> None:
    for command in (rename, remove):
        app.command()(command)


def rename(
    name: _Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.")],
    person: _Person = False,
    as_json: AsJson = False,
) -> None:
    """Give a collection or a person another name."""
    store = open_library().store
    if person:
        store.rename_person(store.person(name).id, new)
        new = store.person(new).name
    else:
        store.rename_collection(store.collection(name).id, new)
        new = store.collection(new).name
    put_json({"before": name, "name": new}) if as_json else note(f"'{name}' is called '{new}' now")


def remove(
    name: _Name,
    person: _Person = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without this, only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a collection or a person, with all that was said.

    A collection goes for everybody. Pictures outside of the data folder are never touched.
    """
    from beholder.removal import copies_of, remove_collection, remove_person

    library = open_library()
    store, told = library.store, dict[str, Any]()
    if person:
        one = store.person(name)
        going = store.removal.with_person(one.id)
        if yes:
            remove_person(library, one)
    else:
        row = store.collection(name)
        going, copies = store.removal.with_collection(row.id), copies_of(library, row)
        told = {"pictures": row.size, "crops": going.crops, "copies": copies.files, "bytes": copies.bytes}
        if yes:
            remove_collection(library, row)
    told = {"name": name, "removed": yes, "answers": dict(going.answers), "shortlists": list(going.shortlists)} | told
    if as_json:
        put_json(told)
    else:
        _print(told, going, person)


def _print(told: dict[str, Any], going: Going, person: bool) -> None:
    lines = [f"{n:,} answer{'s'[: n != 1]} {'in' if person else 'of'} {name}" for name, n in going.answers]
    if person:
        lines += [f"the shortlist '{name}'" for name in going.shortlists]
    else:
        lines = [f"{told['pictures']:,} picture{'s'[: told['pictures'] != 1]}, with scores and reasons", *lines]
        lines += [f"{going.crops:,} crops that somebody drew or corrected"] if going.crops else []
        lines += [f"its pictures on the shortlist '{name}'" for name in going.shortlists]
        if told["copies"]:
            lines.append(f"what was uploaded, unpacked, fetched or made for it ({told['bytes'] / 1e6:.1f} MB)")
    for line in lines or ["nothing but the name"]:
        say(line)
    if told["removed"]:
        note(f"'{told['name']}' is removed, with all this")
    else:
        option = " --person" if person else ""
        note(f"nothing is removed yet. To remove this: beholder remove {shlex.quote(told['name'])}{option} --yes")
