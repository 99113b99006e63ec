"""What is known of a published rated set, besides what is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from beholder.research.datasets.draft import Draft


@dataclass(frozen=True)
class DatasetFormat:
    """One published set; its `read` fills a draft and notes every fault.

    Attributes
    ----------
    name
        as one types it; title: as its authors write it
    known
        "raters" (who rated what) or "means" (only mean scores of pictures)
    scale
        lowest and highest rating, or mean
    split
        of what the published split is
    repeats
        what becomes of a picture that comes again
    layout
        what the folder must hold
    source
        the page to get it from
    """

    name: str
    title: str
    known: str
    scale: tuple[float, float]
    split: str
    repeats: str
    layout: str
    licence: str
    citation: str
    source: str
    read: Callable[[Draft], None]


RETEST = "exact copies of a line are dropped; a picture rated again goes to retest.csv, the first rating counts"
NO_REPEATS = "a picture that comes twice is a fault"
