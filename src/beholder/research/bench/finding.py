"""How well artworks are found in photos whose corners are known, and how often a clean picture is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from beholder.features.artworks import Found
from beholder.images.quads import area, overlap

_FOUND = 0.5  # overlap of canvas or frame from which on a find is right
_WELL = 0.75  # overlap of canvases that is enough to look at a work
Find = Callable[[Image.Image], Found]


@dataclass(frozen=True)
class Figures:
    """Shares and mean overlaps, nan where there was nothing to count.

    Attributes
    ----------
    works, finds
        how many there are, and were found
    canvas, outer
        mean intersection over union of each work with its find, 0 where it has none
    main_canvas, main_well
        the same of the largest work of each photo; share of those of at least .75
    well, recall
        share of all works whose canvas is found with .75; that are found at all
    precision
        share of the finds that are right
    """

    photos: int
    works: int
    finds: int
    canvas: float
    outer: float
    main_canvas: float
    main_well: float
    well: float
    recall: float
    precision: float

    def as_dict(self) -> dict[str, Any]:
        return {name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(self).items()}


Truth = tuple[Image.Image, ArrayLike, ArrayLike]  # a photo, and (k, 4, 2) corners of canvases and of frames in it


def figures_of(find: Find, photos: Iterable[Truth]) -> Figures:
    """How well `find` does on photos whose works are known."""
    canvas, outer, main = list[float](), list[float](), list[float]()
    right = finds = count = recalled = 0
    for photo, canvases, outers in photos:
        count += 1
        said = find(photo).artworks
        finds += len(said)
        free = list(range(len(said)))
        works = sorted(zip(np.asarray(canvases), np.asarray(outers), strict=True), key=lambda w: -area(w[1]))
        for place, (c, o) in enumerate(works):
            each = {k: (overlap(said[k].canvas, c), overlap(said[k].outer, o)) for k in free}
            k = max(each, key=lambda k: sum(each[k]), default=None)
            best = (0.0, 0.0) if k is None else each[k]
            if k is not None and max(best) > _FOUND:
                free.remove(k)
                right += 1
                recalled += 1
            canvas.append(best[0])
            outer.append(best[1])
            if place == 0:
                main.append(best[0])
    return Figures(
        photos=count,
        works=len(canvas),
        finds=finds,
        canvas=_mean(canvas),
        outer=_mean(outer),
        main_canvas=_mean(main),
        main_well=_mean(np.array(main) >= _WELL),
        well=_mean(np.array(canvas) >= _WELL),
        recall=_share(recalled, len(canvas)),
        precision=_share(right, finds),
    )


def _mean(values: Sequence[float] | NDArray[Any]) -> float:
    return float(np.mean(values)) if np.size(values) else float("nan")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def share_cut(find: Find, pictures: Sequence[Image.Image] | Iterable[Image.Image]) -> float:
    """The share of pictures that are not left whole."""
    cut = [not find(picture).whole for picture in pictures]
    return float(np.mean(cut)) if cut else float("nan")
