"""AADB: photos from Flickr with a mean score and eleven measured attributes, each from five workers. [Kong et al. 2016]

The columns have the attributes' names of Ren et al. 2017, who use ten of them (all but motion blur). The raw table of
the workers' answers, where it is there, gives ratings; `score` is then `published_score`, as it is on another scale.
"""

from __future__ import annotations

from math import inf
from urllib.parse import urlsplit

from beholder.research.datasets.draft import Draft
from beholder.research.datasets.formats import RETEST, DatasetFormat

ATTRIBUTES = {  # name in the published files, spelt so -> column
    "Content": "interesting content",
    "Object": "object emphasis",
    "Light": "good lighting",
    "ColorHarmony": "colour harmony",
    "VividColor": "vivid colour",
    "DoF": "shallow depth of field",
    "RuleOfThirds": "rule of thirds",
    "BalacingElements": "balancing element",
    "Repetition": "repetition",
    "Symmetry": "symmetry",
    "MotionBlur": "motion blur",
}
_LISTS = {"train": "Train", "validation": "Validation", "test": "TestNew"}
_PICTURES = ("datasetImages_originalSize", "AADB_newtest_originalSize", "datasetImages_warp256", "AADB_newtest_warp256")
_WORKERS = "*AllinAll.csv"
_RATING_SCALE = (1.0, 5.0)


def read(draft: Draft) -> None:
    workers = sorted(path.name for path in draft.folder.glob(_WORKERS))
    draft.look_for_pictures(*_PICTURES)
    for part, word in _LISTS.items():
        _read_part(draft, part, word, "published_score" if workers else "score")
    if workers:
        draft.scale = _RATING_SCALE
        _read_workers(draft, workers[0])


def _read_part(draft: Draft, part: str, word: str, score_column: str) -> None:
    attributes = {column: _read_list(draft, word, name) for name, column in ATTRIBUTES.items()}
    for where, (picture, score) in draft.lines(_list(word, "score"), 2):
        values = {column: of.get(picture, "") for column, of in attributes.items()}
        if draft.number(where, "score", score) and draft.numbers(where, values, (-inf, inf)):
            draft.add_item(where, picture, picture, part, **{score_column: score}, **values)


def _read_list(draft: Draft, word: str, name: str) -> dict[str, str]:
    return {picture: value for _, (picture, value) in draft.lines(_list(word, name), 2)}


def _list(word: str, name: str) -> str:
    return f"imgListFiles_label/imgList{word}Regression_{name}.txt"


def _read_workers(draft: Draft, table: str) -> None:
    """Ten pictures a line; those that the authors left out of the lists are passed over."""
    asked = [(f"input.image_url{i}", f"answer.overallscore{i}") for i in range(1, 11)]
    wanted = [column for pair in asked for column in pair]
    for row in draft.table(table, "workerid", *wanted, ragged=True):  # its lines end before the last two columns
        for link, score in asked:
            if row[score] not in ("", "0"):  # 0: the worker gave no score
                draft.rate(row.where, row["workerid"], _picture(row[link]), row[score], row.content())


def _picture(link: str) -> str:
    """https://farm1.static.../262/200_b.jpg is the file farm1_262_200_b.jpg."""
    parts = urlsplit(link)
    return "_".join([parts.netloc.split(".")[0], *parts.path.strip("/").split("/")])


FORMAT = DatasetFormat(
    name="aadb",
    title="AADB",
    known="means; raters with the workers' table",
    scale=(0, 1),
    split="pictures (8,458 train, 500 validation, 1,000 test)",
    repeats=RETEST,
    layout=f"{_PICTURES[0]}/, {_PICTURES[1]}/, {_list('*', '*')}; optional {_WORKERS} (ratings from 1 to 5)",
    licence="unstated; see the source",
    citation="Kong, Shen, Lin, Mech, Fowlkes: Photo Aesthetics Ranking Network with Attributes and Content Adaptation. "
    "ECCV 2016.",
    source="https://github.com/aimerykong/deepImageAestheticsAnalysis",
    read=read,
)
