"""A picture painted again, by a brush: a small one made large, or a photograph of one's own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from beholder import __version__
from beholder.create.strokes import Pixels
from beholder.create.styles import STYLES
from beholder.create.surface import enlarged
from beholder.durable import write_whole
from beholder.errors import BadPicture, UnknownName, UserError
from beholder.images import open_image
from beholder.json_reading import BadJson, parse_json

SIDE = 1024  # of a painting's longer side, where nothing else is said
_LEAST, _MOST = 64, 4096
_SMALL, _LOOKED_AT = 256, 448  # shorter sides at which strokes are planned: at least, and of a large picture
_TRIED_AT = 384  # pixels of the longer side of paintings that are only judged
_KEY = "beholder"  # of the recipe in a PNG


def repaint(picture: Image.Image | Pixels, style: str = "oil", *, side: int = SIDE, seed: int = 0) -> Image.Image:
    """A painting of a picture. The same picture, style, side and seed give the same bytes.

    Parameters
    ----------
    picture
        RGB, or (h, w, 3) in [0, 1]; 32 pixels are enough
    style
        one of `STYLES`
    side
        pixels of the longer side, 64 to 4096

    Raises
    ------
    UnknownName, UserError
    """
    if style not in STYLES:
        raise UnknownName.of("style", style, STYLES)
    if not _LEAST <= side <= _MOST:
        raise UserError(f"the longer side must be {_LEAST} to {_MOST} pixels, got {side}")
    reference = _reference(picture)
    height, width = reference.shape[:2]
    longer = max(height, width)
    size = max(1, round(width * side / longer)), max(1, round(height * side / longer))
    made = STYLES[style](reference, size, np.random.default_rng(seed))
    return Image.fromarray((made * 255 + 0.5).astype(np.uint8))


def _reference(picture: Image.Image | Pixels) -> Pixels:
    pixels = _pixels(picture) if isinstance(picture, Image.Image) else picture
    height, width = pixels.shape[:2]
    return enlarged(pixels, min(_SMALL, 4 * _SMALL * min(height, width) // max(height, width)))


def _pixels(picture: Image.Image) -> Pixels:
    shrink = _LOOKED_AT / min(picture.size)
    if shrink < 1:
        picture = picture.resize([max(1, round(length * shrink)) for length in picture.size], Image.Resampling.BOX)
    return np.asarray(picture.convert("RGB"), np.float32) / 255


def painted_file(
    photo: Path,
    out: Path,
    style: str | None = "oil",
    *,
    side: int = SIDE,
    seed: int = 0,
    liked: Callable[[Sequence[Image.Image]], Any] | None = None,
) -> dict[str, Any]:
    """Paint a picture file again as a PNG; returns the recipe, which the PNG holds.

    Parameters
    ----------
    liked
        how much each of some paintings is liked; with no style given, that of the best one is taken

    Raises
    ------
    UnknownName, UserError
    BadPicture
        where the file cannot be opened
    """
    if out.suffix.lower() != ".png":
        raise UserError(f"a painting is written as .png, got {out.name}")
    try:
        picture = open_image(photo, max_side=_MOST)
    except BadPicture as fault:
        raise BadPicture(f"{photo}: {fault}") from None
    if style is None and liked is not None:
        tried = [repaint(picture, each, side=min(side, _TRIED_AT), seed=seed) for each in STYLES]
        style = list(STYLES)[int(np.argmax(liked(tried)))]
    style = style or "oil"
    made = repaint(picture, style, side=side, seed=seed)
    recipe = {"beholder": __version__, "photo": photo.name, "style": style, "side": side, "seed": seed}
    save_png(made, out, recipe)
    return recipe


def save_png(picture: Image.Image, path: Path, recipe: Mapping[str, Any]) -> None:
    """Write a PNG with its recipe in it, which `recipe_of` reads."""
    told = PngInfo()
    told.add_itxt(_KEY, json.dumps(recipe))
    held = io.BytesIO()
    picture.save(held, "PNG", pnginfo=told)
    write_whole(path, held.getvalue())


def recipe_of(path: Path) -> dict[str, Any]:
    """How a picture was made. raises : UserError where it does not say"""
    try:
        with Image.open(path) as picture:
            told = parse_json(getattr(picture, "text", {}).get(_KEY, ""))
    except (OSError, ValueError, BadJson):  # no picture, or one that says something else
        told = None
    if not isinstance(told, dict):
        raise UserError(f"{path} holds no recipe: only PNG files made by Beholder do")
    return told
