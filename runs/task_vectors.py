"""Task vectors [Yun2024] on three rated sets: fine-tune, personalise, compare, draw.

`python runs/task_vectors.py BEAUTY CHOICES PAINTINGS --weights NPZ --encoder E --work FOLDER [--part NAME,...]`

BEAUTY     a set with ratings, splits, and columns valence_mean and arousal_mean
CHOICES    a set of choices with a column category: paintings, flowers, houses
PAINTINGS  a folder of clean pictures, of which an image-quality set is made
NPZ        weights of MobileNetV2; E: the encoder of the methods that are no networks

Every part is kept in FOLDER, and the same call goes on where it was cut off. Parts: `train` (seven sets from one
start), `train-a` and `train-b` (six, without the paintings, each without the choices of one half of the people, who
are then tested on the paintings), `compare` (all methods but the exact ones), `exact-beauty` and `exact-paintings`
(ours, on 30 raters of BEAUTY and on everybody of CHOICES), `published-beauty` and `published-paintings` (the same, as
published), `sets` (gain by the number of sets), `page` (the tables and figures).
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import task_vectors_tables as tables
from beholder.cli.shell import Meter
from beholder.config import settings
from beholder.errors import BeholderError
from beholder.features.task_vectors import TaskVectors
from beholder.research.bench import run
from beholder.research.bench.results import short_name
from beholder.research.bench.runner import embed_set
from beholder.research.datasets import Dataset, load_plain
from beholder.research.training.fine_tuning import train_task_vectors
from beholder.research.training.scored import ScoredSet, quality_set, scored_set
from beholder.research.training.tuning import TuningRecipe
from results import PAGE, TASK_VECTORS, replace_section

SIDE = 128
CATEGORIES = ("paintings", "flowers", "houses")
EXACT_RATERS = 30  # of BEAUTY
PLAIN = ("generic", "pam", "population-gp", "population-gp+tangent")
OF_CHOICES = ("generic", "population-gp", "population-gp+tangent")
FAMILY = ("uniform-mix", "zero-shot-best", "tvc-tangent")
HALVES = ("a", "b")
SETS = "Spearman's correlation with the scores of pictures that were held out."
UNSEEN = (
    "Half of the people taught the networks of flowers and houses, the other half are tested on paintings, and the "
    "other way round. No network has seen a painting that is asked about, nor what anybody likes in one; the set of "
    "image quality is made of other paintings, degraded."
)
COMPARED = (
    ("tvc-tangent", "uniform-mix"),
    ("tvc-tangent", "zero-shot-best"),
    ("tvc-tangent", "population-gp"),
    ("population-gp+tangent", "population-gp"),
)
EXACT = (
    ("tvc", "zero-shot-best"),
    ("tvc", "uniform-mix"),
    ("tvc", tables.PUBLISHED),
    (tables.PUBLISHED, "zero-shot-best"),
    (tables.PUBLISHED, "uniform-mix"),
    ("tvc-tangent", "tvc"),
    ("population-gp", "tvc"),
)
FIGURE = "figure_task_vectors.svg"
HEAD = """The system of Yun & Choo, Scaling Up Personalized Image Aesthetic Assessment via Task Vector Customization,
ECCV 2024, and what it costs less as a tangent. Made by

```sh
{call}
```

and by nothing else; do not edit. MobileNetV2 at {side} px, {steps} steps a set; the methods that are no networks see
with {encoder}. Intervals are 95 %, over people; what each method is: [training.md](training.md#task-vectors).
"""
ORDER = ("quality", "houses", "flowers", "paintings", "arousal", "valence", "beauty")  # from far to near


def train(args: argparse.Namespace, out: Path, left_out: str | None, progress: Any) -> dict[str, Any]:
    """One folder of task vectors; left_out: "a" or "b", the half of the people who must not teach, nor paintings."""
    threads = args.threads
    beauty = load_plain(args.beauty)
    seen = {"threads": threads, "progress": progress}
    sets: list[ScoredSet] = [
        scored_set(beauty, SIDE, name="beauty", **seen),
        scored_set(beauty, SIDE, column="valence_mean", name="valence", **seen),
        scored_set(beauty, SIDE, column="arousal_mean", name="arousal", **seen),
    ]
    choices = load_plain(args.choices)
    for category in CATEGORIES[left_out is not None :]:
        some = choices.where("category", category)
        if left_out is not None:
            some = replace(some, rater_is_test=np.isin(some.raters, half(choices, left_out)))
        sets.append(scored_set(some, SIDE, name=category, **seen))
    pictures = sorted(p for p in args.paintings.rglob("*.jpg"))
    sets.append(quality_set(pictures, SIDE, **seen))
    recipe = TuningRecipe(loss=args.loss, steps=args.steps, rate=args.rate, threads=threads)
    return train_task_vectors(
        sets, out, backbone="mobilenet-v2", weights=args.weights, side=SIDE, recipe=recipe, progress=progress
    )


def half(data: Dataset, which: str) -> list[str]:
    """Every other person, by name."""
    return sorted(data.raters)[HALVES.index(which) :: 2]


def view_of_choices(args: argparse.Namespace, which: str) -> Path:
    """The set with that half of the people as test raters."""
    data, view = load_plain(args.choices), args.work / f"choices-{which}"
    _linked(args.choices, view)
    tested = half(data, which)
    _table(view / "raters.csv", ["rater", "split"], [[r, "test" if r in tested else "train"] for r in data.raters])
    return view


def view_of_beauty(args: argparse.Namespace) -> Path:
    """The set with fewer test raters, every so many by name."""
    data, view = load_plain(args.beauty), args.work / "beauty-some"
    _linked(args.beauty, view, without=("ratings.csv", "raters.csv", "retest.csv"))
    tested = sorted(r for r, test in zip(data.raters, data.rater_is_test, strict=True) if test)
    some = {*tested[:: len(tested) // EXACT_RATERS][:EXACT_RATERS], *(set(data.raters) - set(tested))}
    for name in ("ratings.csv", "raters.csv"):
        with (args.beauty / name).open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        _table(view / name, head, [row for row in rows if row[head.index("rater")] in some])
    return view


def _linked(source: Path, view: Path, without: Sequence[str] = ()) -> None:
    view.mkdir(parents=True, exist_ok=True)
    for path in source.resolve().iterdir():
        if path.name not in without and not (view / path.name).exists():
            (view / path.name).symlink_to(path)


def _table(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def compare(args: argparse.Namespace, progress: Any) -> None:
    """Every method but the exact one: everybody of BEAUTY, and on the paintings each half of the people of CHOICES."""
    seen: dict[str, Any] = {"encoder": args.encoder, "progress": progress, "seed": 0}
    run(
        args.beauty, [*PLAIN, *FAMILY], shots=(0, 10, 25, 50), repeats=3, out=args.work / "beauty",
        task_vectors=args.work / "all", **seen,
    )  # fmt: skip
    for which in HALVES:
        run(
            view_of_choices(args, which), [*OF_CHOICES, *FAMILY], shots=(0, 10, 25, 50, 100), repeats=5,
            out=args.work / f"paintings-{which}", where="category=paintings",
            task_vectors=args.work / f"without-{which}", **seen,
        )  # fmt: skip


def exact(part: str, method: str, place: str) -> Callable[[argparse.Namespace, Any], None]:
    """The exact method, one draw: EXACT_RATERS of BEAUTY, or everybody of CHOICES."""

    def ask(args: argparse.Namespace, progress: Any) -> None:
        seen: dict[str, Any] = {"encoder": args.encoder, "shots": (10, 50), "repeats": 1, "progress": progress}
        if part == "beauty":
            out, known = args.work / f"{place}-beauty", args.work / "all"
            run(view_of_beauty(args), [method], out=out, task_vectors=known, **seen)
            return
        for which in HALVES:
            out, known = args.work / f"{place}-paintings-{which}", args.work / f"without-{which}"
            view = view_of_choices(args, which)
            run(view, [method], out=out, where="category=paintings", task_vectors=known, **seen)

    return ask


def by_number_of_sets(args: argparse.Namespace, progress: Any) -> None:
    """Figure 5 [Yun2024]: the first 1, 2, ... sets alone."""
    whole = TaskVectors.load(args.work / "all")
    for count in range(1, len(ORDER) + 1):
        folder = args.work / f"first-{count}"
        whole.only(ORDER[:count]).save(folder)
        run(
            args.beauty, ["generic", *FAMILY], args.encoder, shots=(10, 50), repeats=1,
            out=args.work / f"sets-{count}", task_vectors=folder, progress=progress,
        )  # fmt: skip


def page(args: argparse.Namespace, progress: Any) -> None:
    """The section of docs/results.md, and the figure beside it."""
    work, beauty = args.work, load_plain(args.beauty)
    said, _ = embed_set(beauty, args.encoder, progress, work / "all")
    assert said.networks is not None
    networks = said.only(vectors=False).X
    halves = [
        [work / f"{part}-{which}" for which in HALVES]
        for part in ("paintings", "exact-paintings", "published-paintings")
    ]
    on_beauty = tables.figures_of([work / "beauty"], (*PLAIN, *FAMILY))
    others = [f for f in on_beauty if f.method in ("pam", "population-gp")]
    on_paintings = tables.figures_of(halves[0], (*OF_CHOICES, *FAMILY))
    own = [work / f"{place}-beauty" for place in ("exact", "published")]
    exact_beauty = tables.figures_of([*own, work / "beauty"], ("tvc", tables.PUBLISHED, *FAMILY, *PLAIN), draws=1)
    asked = ("tvc", tables.PUBLISHED, *FAMILY, *OF_CHOICES)
    exact_paintings = tables.figures_of([*halves[1], *halves[2], *halves[0]], asked, draws=1)
    parts = {
        "Seven sets from one start": [SETS, "", *tables.sets_table(work / "all")],
        "Figure 4: how alike task vectors are": [*tables.similarity_table(work / "all")],
        "Figure 2: each set's network for four people": [
            *tables.zero_shot_table(args.beauty, networks, said.networks),
        ],
        "Photographs": [
            *tables.means_table(on_beauty, "spearman"),
            *tables.differences_table(on_beauty, "spearman", COMPARED),
        ],
        "Paintings, by networks that never saw one": [
            UNSEEN,
            "",
            *tables.means_table(on_paintings, "pair_accuracy"),
            *tables.differences_table(on_paintings, "pair_accuracy", COMPARED),
        ],
        "The exact version": [
            *tables.means_table(exact_beauty, "spearman"),
            *tables.differences_table(exact_beauty, "spearman", EXACT),
            *tables.means_table(exact_paintings, "pair_accuracy"),
            *tables.differences_table(exact_paintings, "pair_accuracy", EXACT),
            *tables.costs_table(work / "all", work / "exact-beauty", work / "beauty", beauty.files),
        ],
        "Figure 5: gain by the number of sets": [
            f"![Gain by the number of sets]({FIGURE})",
            "",
            f"In this order: {', '.join(ORDER)}.",
            "",
            *tables.sets_figure(work, range(1, len(ORDER) + 1), others, PAGE.parent / FIGURE),
        ],
    }
    names = [args.beauty.resolve().name, args.choices.resolve().name, args.paintings.resolve().name]
    call = f"python runs/task_vectors.py {' '.join(names)} --weights NPZ --encoder E --work FOLDER"
    lines = [HEAD.format(call=call, encoder=short_name(args.encoder), steps=args.steps, side=SIDE)]
    for title, part in parts.items():
        lines += ["", f"### {title}", "", *part]
    replace_section(PAGE, TASK_VECTORS, "\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("beauty", "choices", "paintings"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--loss", default="plcc")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=settings().threads)
    args = parser.parse_args()
    try:
        with Meter("reading the sets") as meter:
            for part in args.part.split(","):
                PARTS[part](args, meter)
    except BeholderError as error:
        sys.exit(str(error))


PARTS = {
    "train": lambda args, say: train(args, args.work / "all", None, say),
    "train-a": lambda args, say: train(args, args.work / "without-a", "a", say),
    "train-b": lambda args, say: train(args, args.work / "without-b", "b", say),
    "compare": compare,
    "exact-beauty": exact("beauty", "tvc", "exact"),
    "exact-paintings": exact("paintings", "tvc", "exact"),
    "published-beauty": exact("beauty", tables.PUBLISHED, "published"),
    "published-paintings": exact("paintings", tables.PUBLISHED, "published"),
    "sets": by_number_of_sets,
    "page": page,
}

if __name__ == "__main__":
    main()
