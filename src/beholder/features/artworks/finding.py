"""Finds the artworks in a photo: a look at the whole, a closer one at each find, sides moved to lines that are seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from beholder.features.artworks.decoding import Find, finds_of
from beholder.features.artworks.edges import Edges
from beholder.features.artworks.looking import Looker, shipped
from beholder.images.quads import (
    Corners,
    Quad,
    area,
    as_quad,
    covered,
    homography,
    is_convex,
    ordered,
    overlap,
)

_MOST = 16  # works in a photo
_PAD = 0.3  # of a find's size, seen on each side of it from near
_WHOLE_VIEW = 0.8  # share of the picture from which on a closer look shows nothing new
_UNSURE = 0.5  # what a score is multiplied by where the closer look does not find the work again
_SAME = 0.35  # overlap of frames from which on two finds are one
_UNFRAMED = 0.94  # overlap of canvas and frame from which on there is no frame
_FULL = 0.7  # share of the picture from which on a canvas is the picture: what is around it is a margin of the paper
_CROOKED = 0.35  # of a frame's side: how far the canvas's sides may be from parallel to it, once the frame is straight


@dataclass(frozen=True)
class Artwork:
    """One find.

    Attributes
    ----------
    canvas
        ((x, y) x 4) clockwise from the upper left corner of the work, in pixels of the upright picture
    outer
        the same with its frame
    score
        from 0 to 1
    """

    canvas: Quad
    outer: Quad
    score: float


@dataclass(frozen=True)
class Found:
    """What was found in a picture.

    Attributes
    ----------
    artworks
        best first
    whole
        the picture is itself the work, or shows none; then `artworks` is empty
    """

    artworks: tuple[Artwork, ...]
    whole: bool


def find_artworks(picture: Image.Image) -> Found:
    """The artworks in a photo, best first, or that it is to be left whole.

    Parameters
    ----------
    picture
        upright, RGB

    Raises
    ------
    BadInput
        where the network's file is not the one of this version
    """
    return find_with(shipped(), picture)


def find_with(looker: Looker, picture: Image.Image) -> Found:
    """The same with another network."""
    told, size = looker.settings, np.array(picture.size, np.float64)
    if min(picture.size) < 8:
        return Found((), True)
    maps = looker.look([_view(picture, (0, 0, *picture.size), told["side"])])[0]
    finds = finds_of(maps, told["first"])[:_MOST]
    if maps.shows < told["shows"] or not finds:
        return Found((), True)
    finds = [Find(f.canvas * size, f.outer * size, f.score) for f in finds]
    kept = list[Find]()
    for find in sorted(_closer(looker, picture, finds), key=lambda f: -f.score):
        if find.score < told["least"] or _crooked(find) > _CROOKED:
            continue
        if not any(_are_one(find, other) for other in kept):
            kept.append(find)
    if not kept or max(area(np.clip(f.canvas, 0, size)) for f in kept) > _FULL * size.prod():
        return Found((), True)
    edges = Edges(picture)
    return Found(tuple(_artwork(find, edges, size) for find in kept), False)


def _view(picture: Image.Image, box: tuple[float, float, float, float], side: int) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)


def _closer(looker: Looker, picture: Image.Image, finds: list[Find]) -> list[Find]:
    """Each find as it is seen from near."""
    size = np.array(picture.size, np.float64)
    boxes = list[tuple[np.ndarray, np.ndarray] | None]()
    for find in finds:
        both = np.concatenate([find.canvas, find.outer])
        pad = _PAD * np.ptp(both, 0)
        low, high = np.maximum(both.min(0) - pad, 0), np.minimum(both.max(0) + pad, size)
        near = (high - low).min() >= 8 and np.prod(high - low) < _WHOLE_VIEW * size.prod()
        boxes.append((low, high - low) if near else None)
    views = [_view(picture, (*box[0], *(box[0] + box[1])), looker.settings["closer"]) for box in boxes if box]
    looks = iter(looker.look(views) if views else [])
    seen = list[Find]()
    for find, box in zip(finds, boxes, strict=True):
        if box is None:
            seen.append(find)
            continue
        again = [
            Find(f.canvas * box[1] + box[0], f.outer * box[1] + box[0], f.score)
            for f in finds_of(next(looks), looker.settings["again"])
        ]
        best = max(again, key=lambda f: f.score * overlap(f.outer, find.outer), default=None)
        if best is None or overlap(best.outer, find.outer) < _SAME:
            seen.append(Find(find.canvas, find.outer, find.score * _UNSURE))
        else:
            seen.append(Find(best.canvas, best.outer, float(np.sqrt(find.score * best.score))))
    return seen


def _are_one(a: Find, b: Find) -> bool:
    return overlap(a.outer, b.outer) > _SAME or covered(a.canvas, b.outer) > 0.7 or covered(b.outer, a.outer) > 0.8


def _crooked(find: Find) -> float:
    """How far the sides of a canvas are from parallel to those of its frame; in a real one they are."""
    try:
        H = homography(find.outer, [(0, 0), (1, 0), (1, 1), (0, 1)])
    except np.linalg.LinAlgError:
        return 1.0
    p = np.c_[find.canvas, np.ones(4)] @ H.T
    x, y = (p[:, :2] / p[:, 2:]).T
    return float(max(abs(x[0] - x[3]), abs(x[1] - x[2]), abs(y[0] - y[1]), abs(y[2] - y[3])))


def _artwork(find: Find, edges: Edges, size: np.ndarray) -> Artwork:
    canvas, outer = find.canvas, find.outer
    if overlap(canvas, outer) > _UNFRAMED:
        canvas = outer = (canvas + outer) / 2
    canvas, outer = edges.refined(canvas), edges.refined(outer)
    return Artwork(_within(canvas, size), _within(outer, size), min(1.0, find.score))


def _within(corners: Corners, size: np.ndarray) -> Quad:
    """The corners as far as they are in the picture."""
    kept = np.clip(corners, 0, size)
    return as_quad(ordered(kept) if is_convex(ordered(kept)) else corners)
