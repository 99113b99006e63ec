"""EVA: photos of AVA, each rated by 30 or more people who are known, with how long they took. [Kang et al. 2020]

An item is named as in AVA, so that whoever uses both sets can leave the common photos out of one; a folder may hold a
photo more than once (by category and all together), of which the first is taken.
"""

from __future__ import annotations

from beholder.cells import is_number
from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import RETEST, DatasetFormat

_VOTES = "data/votes_filtered.csv"
_CATEGORIES = "data/image_content_category.csv"


def read(draft: Draft) -> None:
    draft.look_for_pictures("images", "eva", "EVA_together")
    categories = {row["image_id"]: row["sort"] for row in draft.table(_CATEGORIES, "image_id", "sort", optional=True)}
    for row in draft.table(_VOTES, "image_id", "user_id", "score", "vote_time", delimiter="="):
        picture = f"{row['image_id']}.jpg"
        if not draft.knows(picture):
            draft.add_item(row.where, picture, picture, category=categories.get(row["image_id"], ""))
        seconds = row["vote_time"] if is_number(row["vote_time"]) else ""
        draft.rate(row.where, row["user_id"], picture, row["score"], row.content(), seconds)


FORMAT = DatasetFormat(
    name="eva",
    title="EVA",
    known="raters",
    scale=(0, 10),
    split="none",
    repeats=RETEST,
    layout=f"images/**/*.jpg (unpacked), {_VOTES}; optional {_CATEGORIES}",
    licence="CC0-1.0 for the votes; the photos are their photographers'",
    citation="Kang, Valenzise, Dufaux: EVA: An Explainable Visual Aesthetics Dataset. ATQAM/MAST 2020.",
    source="https://github.com/kang-gnak/eva-dataset",
    read=read,
)
