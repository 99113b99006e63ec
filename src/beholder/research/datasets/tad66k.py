"""TAD66K: photos of 47 themes with mean scores. [He et al. 2022]"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat

_MEANS = {"train": "labels/merge/train.csv", "test": "labels/merge/test.csv"}


def read(draft: Draft) -> None:
    draft.look_for_pictures("TAD66K", "images", "imgs")
    for part, table in _MEANS.items():
        for row in draft.table(table, "image", "score"):
            draft.add_mean(row.where, row["image"], row["score"], part)


FORMAT = DatasetFormat(
    name="tad66k",
    title="TAD66K",
    known="means",
    scale=(0, 10),
    split="pictures (train, test)",
    repeats=NO_REPEATS,
    layout=f"TAD66K/*.jpg (or images/, imgs/), {', '.join(_MEANS.values())}",
    licence="unstated; see the source",
    citation="He, Zhang, Xie, Jiang, Ming: Rethinking Image Aesthetics Assessment: Models, Datasets and Benchmarks. "
    "IJCAI 2022.",
    source="https://github.com/woshidandan/TANet-image-aesthetics-and-quality-assessment",
    read=read,
)
