"""What is said of unseen pictures that were judged by eye; writes a table: python runs/words.py SETS [--encoder NAME]

The table is in docs/words.md. SETS holds the sets of tests/data/labelled_pictures.csv. The pictures are imported as a
collection, and what `Collection.words` says of them is judged.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from beholder.collection import Collection, Library
from beholder.concepts import bank
from beholder.config import Settings
from beholder.research.training.word_heads import FINDS, Figures, judge
from beholder.research.training.word_labels import OPEN, judged_words, read_judged

ROOT = Path(__file__).resolve().parents[1]
LABELLED = ROOT / "tests" / "data" / "labelled_pictures.csv"
PAGE = ROOT / "docs" / "words.md"
START, END = "<!-- figures: python runs/words.py -->\n", "<!-- end of figures -->"
_NEVER = 0.5  # said is true or false: from here on it is true


def collected(
    sets: Path, folder: Path, encoder: str = "builtin", also: Sequence[str] = ()
) -> tuple[Collection, list[str]]:
    """A collection of the judged pictures and others (set/file), and the name of each of its rows in the table."""
    names = [*read_judged(LABELLED), *also]
    table = folder / "judged.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["file", "name"], *([str((sets / name).resolve()), name] for name in names)])
    library = Library(folder / "home", config=Settings(home=folder / "home"))
    library.import_source(table, "judged", encoder=encoder)
    collection = library.collection("judged")
    return collection, [item.columns["name"] for item in collection.items]


def figures(collection: Collection, names: list[str]) -> dict[str, Figures]:
    """How right each word that is judged is said of these pictures, by the words that the collection has."""
    told, tags = read_judged(LABELLED), collection.words
    found = {}
    for word in bank():
        if word in tags.names and word in judged_words(told):
            k = list(tags.names).index(word)
            judged = [told[name] for name in names]
            known = np.array([OPEN if word in left else word in said for said, left in judged], np.int8)
            found[word] = judge(known, tags.said[:, k].astype(float), _NEVER)
    return found


def known_words(found: Mapping[str, Figures]) -> list[str]:
    """The words that are right often enough, and found often enough."""
    return [word for word, f in found.items() if f.holds and f.recall >= FINDS]


def summary(found: Mapping[str, Figures]) -> str:
    known = known_words(found)
    counts = Counter(bank()[word].group for word in known)
    by_group = ", ".join(f"{count} {group}" for group, count in counts.most_common())
    return f"{len(known)} words are right at least .7 and found at least .3 of the time: {by_group}."


def table(found: Mapping[str, Figures]) -> str:
    rows = ["| word | group | pictures | said of | precision | recall |", "|---|---|---|---|---|---|"]
    for word, f in found.items():
        if f.said:
            rows.append(
                f"| {word} | {bank()[word].group} | {f.positives} | {f.said} | {f.precision:.2f} | {f.recall:.2f} |"
            )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--encoder", default="builtin")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = figures(*collected(given.sets, Path(folder), given.encoder))
    before, _, rest = PAGE.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n{summary(found)}\n\n{table(found)}\n\n{END}{after}", "utf-8")
    print(summary(found))


if __name__ == "__main__":
    main()
