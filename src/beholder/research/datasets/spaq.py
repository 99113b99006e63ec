"""SPAQ: 11,125 photos taken with smartphones, with mean scores of quality and of five attributes. [Fang et al. 2020]"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat

_MEANS = "Annotations/MOS and Image attribute scores.xlsx"
_ATTRIBUTES = ("brightness", "colorfulness", "contrast", "noisiness", "sharpness")


def read(draft: Draft) -> None:
    draft.look_for_pictures("TestImage")
    for row in draft.table(_MEANS, "image name", "mos", *_ATTRIBUTES):
        attributes = {attribute: row[attribute] for attribute in _ATTRIBUTES}
        if draft.numbers(row.where, attributes, draft.scale):
            draft.add_mean(row.where, row["image name"], row["mos"], **attributes)


FORMAT = DatasetFormat(
    name="spaq",
    title="SPAQ",
    known="means",
    scale=(0, 100),
    split="none",
    repeats=NO_REPEATS,
    layout=f"TestImage/*.jpg, {_MEANS}",
    licence="education and research only",
    citation="Fang, Zhu, Zeng, Ma, Wang: Perceptual Quality Assessment of Smartphone Photography. CVPR 2020.",
    source="https://github.com/h4nwei/SPAQ",
    read=read,
)
