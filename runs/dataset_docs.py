"""Write docs/datasets.md from what the package knows of each published set: python runs/dataset_docs.py"""

from __future__ import annotations

from pathlib import Path

from beholder.research.datasets import PUBLIC, DatasetFormat

PAGE = Path(__file__).resolve().parents[1] / "docs" / "datasets.md"
HEAD = """# Published rated picture sets

Made from the registry by `python runs/dataset_docs.py`; a test fails where this page and the registry differ.

You bring the files: nothing is downloaded, and each set's licence is between you and its authors. "Unstated" means that
no licence was found at the source, not that there is none.

```sh
beholder datasets list
beholder datasets check lapis ~/LAPIS                       # all that is missing or wrong, at once
beholder datasets convert lapis ~/LAPIS --into ~/lapis-plain
beholder bench ~/lapis-plain --methods generic,gp
```

A set becomes a [plain folder](data.md#the-plain-folder-format). Its pictures stay where they are and `items.csv` points
at them relative to the plain folder, so move both together, or use `--copy`. The plain folder is written whole or not
at all, and never over something else. Every picture is opened once. `--partial` leaves out lines that cannot be read
and pictures that are not there or cannot be opened (empty, cut, a web page), and says which; without it one of them is
enough to refuse the set.

| name | set | known | scale | split | licence |
|---|---|---|---|---|---|
"""
TAIL = """
- **Means.** Where only means are known, `items.csv` has `score` and, if published, `score_std`. Where the raters are
  known too, the published mean is `published_score`, which may be on another scale.
- **Splits.** `split` is train or test; a published validation part counts as train, and `part` keeps its name.
- **Repeats.** A line that says word for word what a line before it said is a copy, and dropped. The same rater and
  picture in another line is a second rating: the first in the table is in `ratings.csv`, the further ones are in
  `retest.csv` (rater, item, score, seconds). FLICKR-AES has nothing but the score in a line, so that a second rating
  with the same score cannot be told from a copy there.
- **The same photos in two sets.** EVA's photos are AVA's, and an item has the same name in both. Whoever learns from
  one and tests on the other must leave the common ones out; elsewhere
  `beholder.research.datasets.same_pictures` finds copies.
- **The test workers of FLICKR-AES** are in no published file. With their ids in `test_workers.txt`, one a line, the
  plain folder has the split; without it, the bench tests each rater against all others. In the paper no training rater
  rated a picture of a test rater; the bench keeps only the pictures it asks about from what other raters teach.

## What each folder must hold
"""


def page() -> str:
    sets = PUBLIC.values()
    return HEAD + "".join(map(_row, sets)) + TAIL + "".join(map(_section, sets))


def _row(form: DatasetFormat) -> str:
    low, high = form.scale
    cells = (f"`{form.name}`", f"[{form.title}]({form.source})", form.known, f"{low:g} to {high:g}", form.split)
    return f"| {' | '.join(cells)} | {form.licence} |\n"


def _section(form: DatasetFormat) -> str:
    return f"\n**{form.title}**: {form.citation}\n\n- Files: `{form.layout}`\n- Repeats: {form.repeats}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
