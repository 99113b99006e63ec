"""AVA: 255,530 photos of dpchallenge.com with how often each was given 1 to 10. [Murray et al. 2012]

`score` and `score_std` are mean and standard deviation (of all votes, so divided by their number) of the ten counts. A
download lacks a few of the photos that the table names: `--partial` leaves those out.
"""

from __future__ import annotations

import math
import re

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat
from beholder.text import shown

_VOTES = "AVA.txt"  # index, picture, ten counts, two tags (0: none), challenge
_TEST = "aesthetics_image_lists/generic_test.jpgl"
_LEVELS = range(1, 11)
_COUNT = re.compile(r"[0-9]{1,9}")


def read(draft: Draft) -> None:
    draft.look_for_pictures("images", "image")
    test = {picture for _, (picture,) in draft.lines(_TEST, 1, optional=True)}
    for where, (_, picture, *counts, tag, other_tag, challenge) in draft.lines(_VOTES, 15):
        part = ("test" if picture in test else "train") if test else ""
        votes = _votes(draft, where, counts)
        if votes:
            mean, std = _moments(votes)
            columns = {"votes": str(sum(votes)), "tags": f"{tag} {other_tag}", "challenge": challenge}
            draft.add_mean(where, f"{picture}.jpg", f"{mean:.6f}", part, score_std=f"{std:.6f}", **columns)


def _votes(draft: Draft, where: str, counts: list[str]) -> list[int]:
    """How often each of LEVELS was given; none where that cannot be read."""
    votes = [int(count) for count in counts if _COUNT.fullmatch(count)]
    if len(votes) == len(_LEVELS) and any(votes):
        return votes
    draft.unusable.add(where, f"wanted {len(_LEVELS)} counts of votes, not all 0, got {shown(' '.join(counts))}")
    return []


def _moments(votes: list[int]) -> tuple[float, float]:
    """Mean and standard deviation of the LEVELS that were given."""
    mean = sum(level * count for level, count in zip(_LEVELS, votes, strict=True)) / sum(votes)
    squares = sum((level - mean) ** 2 * count for level, count in zip(_LEVELS, votes, strict=True))
    return mean, math.sqrt(squares / sum(votes))


FORMAT = DatasetFormat(
    name="ava",
    title="AVA",
    known="means",
    scale=(1, 10),
    split=f"pictures, where {_TEST} is there (19,930 test)",
    repeats=NO_REPEATS,
    layout=f"images/*.jpg, {_VOTES}; optional {_TEST}",
    licence="unstated; the photos are their photographers'",
    citation="Murray, Marchesotti, Perronnin: AVA: A Large-Scale Database for Aesthetic Visual Analysis. CVPR 2012.",
    source="https://github.com/imfing/ava_downloader",
    read=read,
)
