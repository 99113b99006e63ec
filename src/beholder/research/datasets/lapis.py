"""LAPIS: paintings rated by about 24 people each, who are known. [Maerten et al. 2025]

Its table has 1,446 duplicate keys of rater and picture: 900 are exact copies of a line, 283 real repeats, which tell
how well people agree with themselves.
"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import RETEST, DatasetFormat

_RATINGS = "annotation/LAPIS_PIAA.csv"
_PARTS = {
    "train": "annotation/LAPIS_GIAA_Trainsplit.csv",
    "validation": "annotation/LAPIS_GIAA_Valsplit.csv",
    "test": "annotation/LAPIS_GIAA_Testsplit.csv",
}
_COLUMNS = ("artist", "style", "genre")


def read(draft: Draft) -> None:
    draft.look_for_pictures("images")
    part_of = draft.read_parts(_PARTS, "image_filename")
    for row in draft.table(_RATINGS, "participant_id", "image_filename", "rating"):
        picture = row["image_filename"]
        if not draft.knows(picture):
            columns = {column: row.get(column) for column in _COLUMNS}
            draft.add_item(row.where, picture, picture, part_of.get(picture, ""), **columns)
        draft.rate(row.where, row["participant_id"], picture, row["rating"], row.content())


FORMAT = DatasetFormat(
    name="lapis",
    title="LAPIS",
    known="raters",
    scale=(0, 100),
    split="pictures (train, validation, test)",
    repeats=RETEST,
    layout=f"images/*.jpg, {_RATINGS}, {', '.join(_PARTS.values())}",
    licence="on request from its authors; see the source",
    citation="Maerten, Chen, De Winter, Bossens, Wagemans: LAPIS: A novel dataset for personalized image aesthetic "
    "assessment. CVPR Workshops 2025.",
    source="https://github.com/Anne-SofieMaerten/LAPIS",
    read=read,
)
