"""Artworks in photos by where these are: opened once, looked into one at a time, in pixels of the upright photo."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Lock

from beholder.errors import BadPicture
from beholder.features.artworks.finding import Artwork, Found, find_artworks
from beholder.images import crop_of, open_image, size_of
from beholder.images.quads import Quad, as_quad
from beholder.locator import WHOLE, Locator

_SIDE = 1600  # pixels of the longer side at which a photo is opened: small works are found in a second look
_looking = Lock()  # the network has threads of its own; others open photos meanwhile


def artworks_in(photo: Path | Locator) -> Found:
    """The artworks in a photo, best first. raises : BadPicture where it cannot be opened"""
    width, height = size_of(photo)
    picture = open_image(photo, max_side=_SIDE)
    with _looking:
        found = find_artworks(picture)
    by = width / picture.width, height / picture.height
    works = (Artwork(_larger(one.canvas, by), _larger(one.outer, by), one.score) for one in found.artworks)
    return Found(tuple(works), found.whole)


def crops_of(photo: Path | Locator) -> tuple[str, ...]:
    """The crops of the artworks in a photo, best first; `WHOLE` where it is itself the work or shows none.

    Raises
    ------
    BadPicture
        where it cannot be opened
    """
    found, size = artworks_in(photo), size_of(photo)
    crops = dict[str, None]()
    for one in () if found.whole else found.artworks:
        with suppress(BadPicture):  # nearly all of it lies outside of the photo
            crops[crop_of(one.canvas, size)] = None
    return tuple(crops) or (WHOLE,)


def _larger(quad: Quad, by: tuple[float, float]) -> Quad:
    return as_quad([(x * by[0], y * by[1]) for x, y in quad])
