"""encoder: what sees the pictures of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, note, open_library, put_json, say, table
from beholder.errors import UserError

if TYPE_CHECKING:
    from beholder.collection import Library

Name = Annotated[str, typer.Argument(metavar="NAME", help="Encoder; 'onnx:PATH' for your own.")]
Of = Annotated[str | None, typer.Argument(metavar="COLLECTION", help="[default: the only one]", show_default=False)]

encoder = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Choose what sees your pictures.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(encoder, name="encoder")


@encoder.callback()
def _encoder() -> None:
    """Choose what sees your pictures."""


@encoder.command("list")
def list_(collection: Of = None, as_json: AsJson = False) -> None:
    """List the encoders that can be added, and those of your collections."""
    from beholder.features.registry import encoder_sizes

    library = open_library()
    rows = [library.store.collection(collection)] if collection else library.collections()
    known, of = encoder_sizes(), {row.name: list(row.encoders) for row in rows}
    if as_json:
        put_json({"encoders": known, "collections": of})
        return
    lines = [[one["name"], _size(one), one["licence"], "yes" if one["words"] else ""] for one in known]
    table(["encoder", "download", "licence", "finds words"], lines, right=(1,))
    for name, encoders in of.items():
        say(f"'{name}' is seen by {', '.join(encoders)}")


@encoder.command()
def add(name: Name, collection: Of = None) -> None:
    """Have one more encoder look at a collection.

    An encoder from the Hugging Face hub is downloaded once. Results change when all pictures were looked at; every
    answer stays. After Ctrl-C, the same command resumes.
    """
    library = open_library()
    into = _collection(library, collection)
    with Meter("loading the encoder") as meter:
        library.add_encoder(into, name, meter)
    note(f"'{into}' is seen by {', '.join(library.store.collection(into).encoders)}")


@encoder.command()
def remove(name: Name, collection: Of = None) -> None:
    """Take an encoder from a collection.

    Every answer stays, and what it saw is kept: adding it again takes a moment.
    """
    library = open_library()
    from_ = _collection(library, collection)
    library.remove_encoder(from_, name)
    note(f"'{from_}' is seen by {', '.join(library.store.collection(from_).encoders)}")


def _collection(library: Library, name: str | None) -> str:
    if name is not None:
        return library.store.collection(name).name
    rows = library.collections()
    if len(rows) != 1:
        there = ", ".join(f"'{row.name}'" for row in rows) or "none yet"
        raise UserError(f"name the collection; there are: {there}")
    return rows[0].name


def _size(one: dict[str, Any]) -> str:
    return f"{one['bytes'] / 1e6:,.0f} MB" if one["bytes"] else "–"
