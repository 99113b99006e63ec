"""REAL-CUR: fourteen albums, rated by their owners; the folder that holds a photo is its rating. [Ren et al. 2017]"""

from __future__ import annotations

import os

from beholder.images import SUFFIXES
from beholder.research.datasets.draft import Draft, files_below
from beholder.research.datasets.formats import NO_REPEATS, DatasetFormat


def read(draft: Draft) -> None:
    draft.look_for_pictures(".")
    for path in files_below(draft.folder):
        folders, name = path.split("/")[:-1], os.path.basename(path)
        if os.path.splitext(name)[1].lower() not in SUFFIXES:
            continue
        if len(folders) < 2:
            draft.unusable.add(path, "lies in no folder album/score")
        elif draft.number(path, "the folder", folders[-1]):
            album = folders[-2]
            draft.add_item(path, f"{album}/{name}", path)
            draft.rate(path, album, f"{album}/{name}", folders[-1])


FORMAT = DatasetFormat(
    name="real-cur",
    title="REAL-CUR",
    known="raters",
    scale=(1, 5),
    split="none",
    repeats=NO_REPEATS,
    layout="ALBUM/SCORE/*.jpg, the score from 1 to 5; each album is one rater",
    licence="unstated; see the source",
    citation="Ren, Shen, Lin, Mech, Foran: Personalized Image Aesthetics. ICCV 2017.",
    source="https://github.com/alanspike/personalizedImageAesthetics",
    read=read,
)
