"""KonIQ-10k: 10,073 photos with mean scores of technical quality. [Hosu et al. 2020]

Two published tables differ in their MOS: the one read here has it from 1 to 5 with the SD of the same scale. The other
one, of which only the split is read, has what the first calls MOS_zscore (0 to 100) beside the SD from 1 to 5.
"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat

_MEANS = "koniq10k_scores_and_distributions.csv"
_SPLIT = "koniq10k_distributions_sets.csv"
_PARTS = {"training": "train", "validation": "validation", "test": "test"}


def read(draft: Draft) -> None:
    draft.look_for_pictures("1024x768", "512x384")
    part_of = {}
    for row in draft.table(_SPLIT, "image_name", "set", optional=True):
        if row["set"] in _PARTS:
            part_of[row["image_name"]] = _PARTS[row["set"]]
        else:
            draft.unusable.add(row.where, f"set must be {', '.join(_PARTS)}, got '{row['set']}'")
    for row in draft.table(_MEANS, "image_name", "mos", "sd"):
        if draft.number(row.where, "SD", row["sd"], (0, 4)):
            picture = row["image_name"]
            columns = {"score_std": row["sd"], "mos_zscore": row.get("mos_zscore")}
            draft.add_mean(row.where, picture, row["mos"], part_of.get(picture, ""), **columns)


FORMAT = DatasetFormat(
    name="koniq-10k",
    title="KonIQ-10k",
    known="means",
    scale=(1, 5),
    split=f"pictures (train, validation, test), where {_SPLIT} is there",
    repeats=NO_REPEATS,
    layout=f"1024x768/*.jpg (or 512x384/), {_MEANS}; optional {_SPLIT}",
    licence="research use; see the source",
    citation="Hosu, Lin, Sziranyi, Saupe: KonIQ-10k: An Ecologically Valid Database for Deep Learning of Blind Image "
    "Quality Assessment. IEEE Transactions on Image Processing 29, 2020.",
    source="https://database.mmsp-kn.de/koniq-10k-database.html",
    read=read,
)
