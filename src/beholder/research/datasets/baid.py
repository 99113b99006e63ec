"""BAID: 60,337 artworks of boldbrush.com with scores made of their votes. [Yi et al. 2023]"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat

_MEANS = {"train": "dataset/train_set.csv", "validation": "dataset/val_set.csv", "test": "dataset/test_set.csv"}


def read(draft: Draft) -> None:
    draft.look_for_pictures("images")
    for part, table in _MEANS.items():
        for row in draft.table(table, "image", "score"):
            draft.add_mean(row.where, row["image"], row["score"], part)


FORMAT = DatasetFormat(
    name="baid",
    title="BAID",
    known="means",
    scale=(0, 10),
    split="pictures (train, validation, test)",
    repeats=NO_REPEATS,
    layout=f"images/*.jpg, {', '.join(_MEANS.values())}",
    licence="CC BY-NC-ND 4.0",
    citation="Yi, Tian, Gu, Lai, Rosin: Towards Artistic Image Aesthetics Assessment: A Large-Scale Dataset and a New "
    "Method. CVPR 2023.",
    source="https://github.com/Dreemurr-T/BAID",
    read=read,
)
