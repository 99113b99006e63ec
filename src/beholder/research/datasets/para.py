"""PARA: photos rated by about 25 people each, who are known, in sessions that are the folders. [Yang et al. 2022]"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import RETEST, DatasetFormat

_RATINGS = "annotation/PARA-Images.csv"
_PARTS = {"train": "annotation/PARA-GiaaTrain.csv", "test": "annotation/PARA-GiaaTest.csv"}


def read(draft: Draft) -> None:
    draft.look_for_pictures("imgs")
    part_of = draft.read_parts(_PARTS, "sessionid", "imagename")
    for row in draft.table(_RATINGS, "sessionid", "imagename", "userid", "aestheticscore"):
        picture = f"{row['sessionid']}/{row['imagename']}"
        if not draft.knows(picture):
            draft.add_item(row.where, picture, picture, part_of.get(picture, ""), scene=row.get("semantic"))
        draft.rate(row.where, row["userid"], picture, row["aestheticscore"], row.content())


FORMAT = DatasetFormat(
    name="para",
    title="PARA",
    known="raters",
    scale=(1, 5),
    split="pictures (28,220 train, 3,000 test)",
    repeats=RETEST,
    layout=f"imgs/SESSION/*.jpg, {_RATINGS}, {', '.join(_PARTS.values())}",
    licence="research and learning only, no commercial use",
    citation="Yang, Xu, Li, Qie, Li, Zhang, Guo: Personalized Image Aesthetics Assessment with Rich Attributes. "
    "CVPR 2022.",
    source="https://cv-datasets.institutecv.com/#/data-sets",
    read=read,
)
