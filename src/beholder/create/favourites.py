"""The engine `favourites`: a part of a picture that the person loves, in the colours of another one, painted anew.

For what no other engine here can draw, as faces. Colours are carried over by the linear map between two palettes that
moves them least, of those under which means and covariances agree [Pitie2007].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps
from scipy.linalg import sqrtm

from beholder.create.engine import Guide, Known, Sketch
from beholder.create.evolution import PainterEngine
from beholder.types import Floats

_CANDIDATES = 3  # pictures of each seed, of which the best is taken
_FEWEST, _MORE = 8, 16  # pictures that are painted from at strength 1, and so many more at strength 0
_PART = 0.55, 0.85  # of both sides of a picture, that is shown of it
_COLOURED = 0.5, 0.9  # of the way to the other's colours
_EVEN = 1e-3  # variance that every palette has at least, so that none is stretched beyond measure
_PALETTE_AT = 96  # pixels of the longer side of a picture whose colours are taken


class FavouritesEngine:
    """Pictures that the person loves, painted anew; its plain ones are the painter's, since nobody's are known."""

    name = "favourites"
    painted = False
    apart = True

    def plain(self, seed: int) -> Sketch:
        return PainterEngine().plain(seed)

    def guided(self, seeds: Sequence[int], guide: Guide, strength: float) -> list[list[Sketch]]:
        known = guide.known(_FEWEST + round(_MORE * (1 - strength)))
        return [[_sketch(seed, k, known, guide) for k in range(_CANDIDATES)] for seed in seeds]


def _sketch(seed: int, number: int, known: Sequence[Known], guide: Guide) -> Sketch:
    """A part of the seed's own picture; every second candidate is kin to a loved one, by its source or its colours."""
    rng = np.random.default_rng([seed, 5, number])
    source = known[seed % len(known)]
    colours: Known | None = None
    kin = [one.made_of for one in guide.liked if one.engine == FavouritesEngine.name] if number % 2 else []
    parent = kin[int(rng.integers(len(kin)))] if kin else None
    if parent is not None and rng.random() < 0.5:
        source = guide.known_as(parent["like"][0]) or source
    elif parent is not None:
        colours = guide.known_as(parent["like"][-1])
    others = [one for one in known if one.name != source.name] or [source]
    if colours is None or colours.name == source.name:
        colours = others[int(rng.integers(len(others)))]
    share, across, down = rng.uniform(*_PART), rng.random(), rng.random()
    coloured, mirrored = rng.uniform(*_COLOURED), bool(rng.random() < 0.5)
    if parent is not None and source.name == parent["like"][0]:
        mirrored = not parent["mirrored"]

    def at(side: int) -> Image.Image:
        whole = source.at(round(side / share))
        width, height = (max(1, round(share * length)) for length in whole.size)
        left, top = round(across * (whole.width - width)), round(down * (whole.height - height))
        part = recoloured(whole.crop((left, top, left + width, top + height)), colours.at(_PALETTE_AT), coloured)
        return ImageOps.mirror(part) if mirrored else part

    numbers = {"share": share, "across": across, "down": down, "coloured": coloured}
    recipe = {**{name: round(value, 4) for name, value in numbers.items()}, "mirrored": mirrored}
    return Sketch(at, {"like": [source.name, colours.name], **recipe})


def recoloured(picture: Image.Image, other: Image.Image, share: float) -> Image.Image:
    """A picture in the colours of another one, so far as `share` says, 0 to 1."""
    pixels, palette = (np.asarray(one.convert("RGB"), np.float64) / 255 for one in (picture, other))
    (mean, spread), (to_mean, to_spread) = _palette(pixels), _palette(palette)
    root = np.real(sqrtm(spread))
    back = np.linalg.inv(root)
    move = back @ np.real(sqrtm(root @ to_spread @ root)) @ back
    moved = (pixels - mean) @ move + to_mean
    mixed = (1 - share) * pixels + share * moved
    return Image.fromarray((np.clip(mixed, 0, 1) * 255 + 0.5).astype(np.uint8))


def _palette(pixels: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of colours."""
    flat = pixels.reshape(-1, 3)
    return flat.mean(0), np.cov(flat.T) + _EVEN * np.eye(3)
