"""FLICKR-AES: photos from Flickr, each rated by five workers, who are known by name. [Ren et al. 2017]

The authors tested on 37 of the 210 workers and published which in no file that comes with the set. Put their names into
`test_workers.txt`, one a line, and raters.csv has the split; without it there is none, and the bench tests each rater
against all others. The names in the published tables have spaces before them.
"""

from __future__ import annotations

from beholder.research.datasets.draft import Draft, listed
from beholder.research.datasets.formats import RETEST, DatasetFormat

_RATINGS = "FLICKR-AES_image_labeled_by_each_worker.csv"
_MEANS = "FLICKR-AES_image_score.txt"
_TEST_WORKERS = "test_workers.txt"


def read(draft: Draft) -> None:
    draft.look_for_pictures("40K")
    means = {picture: mean for _, (picture, mean) in draft.lines(_MEANS, 2, optional=True)}
    for row in draft.table(_RATINGS, "worker", "imagepair", "score"):
        picture = row["imagepair"]
        if not draft.knows(picture):
            draft.add_item(row.where, picture, picture, published_score=means.get(picture, ""))
        draft.rate(row.where, row["worker"], picture, row["score"], row.content())
    test = {worker for _, (worker,) in draft.lines(_TEST_WORKERS, 1, optional=True)}
    if test:
        draft.split_raters(test)
        unknown = sorted(test - set(draft.raters))
        if unknown:
            draft.faults.add(_TEST_WORKERS, f"names {len(unknown):,} workers who rated nothing: {listed(unknown)}")


FORMAT = DatasetFormat(
    name="flickr-aes",
    title="FLICKR-AES",
    known="raters",
    scale=(1, 5),
    split=f"raters (173 train, 37 test), where {_TEST_WORKERS} names the test workers",
    repeats=RETEST,
    layout=f"40K/*.jpg, {_RATINGS}; optional {_MEANS}, {_TEST_WORKERS}",
    licence="unstated; see the source",
    citation="Ren, Shen, Lin, Mech, Foran: Personalized Image Aesthetics. ICCV 2017.",
    source="https://github.com/alanspike/personalizedImageAesthetics",
    read=read,
)
