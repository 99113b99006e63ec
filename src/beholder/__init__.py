"""Beholder learns one person's taste in pictures from a few answers, and ranks and explains by it.

Examples
--------
>>> import beholder as bh
>>> pics = bh.open("~/paintings")  # found, fingerprinted, embedded once
>>> taste = bh.Taste(pics).fit(pics.X, choices=[(3, 17), (42, 17)])  # rows of (winner, loser)
>>> pics.rank(taste)[:10]
>>> pics.explain(taste).sentence
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beholder.collection import Collection, Library
    from beholder.taste import TasteModel

__version__ = "0.1.0"
__all__ = ["Collection", "Library", "Taste", "__version__", "open"]


def open(source: str | Path, *, encoder: str | None = None, artworks: bool | None = None) -> Collection:
    """The collection of a folder, a zip, a CSV of paths, or "sample": imported where it is not yet.

    Parameters
    ----------
    source
        What to open; "~" is your home folder.
    encoder
        By its name; None: the one that is set, or that a known collection has. Another one than a known collection
        has takes its place for everybody who uses that collection, in the app too; answers stay.
    artworks
        Whether the artworks in photos are found, which then are the pictures; None: as is usual for what is opened.

    Raises
    ------
    UserError, BadInput
        Where there is nothing to open there.
    """
    from beholder.collection import Library

    return Library().open(source, encoder=encoder, artworks=artworks)


def Taste(pictures: Collection | None = None) -> TasteModel:  # noqa: N802
    """The model that the app learns with, not fitted, with what is known of these pictures before any answer.

    Parameters
    ----------
    pictures
        whose X it will be fitted on; None: of any pictures, nothing is known

    Raises
    ------
    UserError
        for anything else
    """
    from beholder.collection import Collection
    from beholder.errors import UserError
    from beholder.maker import default_model, prepare
    from beholder.taste import TasteMixture, model_names

    if pictures is None:
        return TasteMixture()
    given: Any = pictures
    if not isinstance(given, Collection):
        named = isinstance(given, str) and given in model_names()
        what = f"a model's name, which beholder.taste.make_model({given!r}) makes" if named else repr(given)[:200]
        raise UserError(f"Taste takes pictures that were opened, as in Taste(bh.open(folder)), got {what}")
    model: TasteModel = prepare(default_model(pictures.knowledge), pictures.table, pictures.knowledge)
    return model


def __getattr__(name: str) -> Any:  # PEP 562: `import beholder` alone loads no numpy
    if name in ("Collection", "Library"):
        from beholder import collection

        return getattr(collection, name)
    raise AttributeError(f"module 'beholder' has no attribute '{name}'")
