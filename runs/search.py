"""How good search is, and how fast: `python runs/search.py --data ../shared/data/best_art`, JSON on stdout.

`search_queries.csv` has 41 queries as people type them, each with its answer: values of columns (all of which a picture
must have), or "seen", where `search_labels.csv` says of each picture whether it truly fits, as people saw it. A picture
that nobody has looked at counts as wrong; `unseen` counts these, and `--sheets FOLDER` shows what is found of "seen"
queries, to be looked at. Precision is of the first ten; where fewer are found, the rest counts as wrong.

"More like this" is measured by how many of the ten pictures most like a picture are by its artist, or share a style
with it: by the encoder's rows alone, with the words that are said (of other sources than columns), and with columns.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from beholder.collection import Collection, Library
from beholder.concepts import Tags
from beholder.images import open_image
from beholder.locator import Locator
from beholder.search import Finder, Looks
from beholder.table import Layout, PictureTable
from beholder.types import Item

HERE = Path(__file__).parent
FIRST = 10
SIDE = 150  # px of a picture on a sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="../shared/data/best_art", help="paintings with artist and style")
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--home", help="a data folder to keep what the encoder saw in; default: a temporary one")
    parser.add_argument("--sheets", help="a folder for contact sheets of what is found by what pictures show")
    parser.add_argument("--parts", default="words,alike,time", help="what to measure")
    parser.add_argument("--pictures", type=int, default=100_000, help="so many made-up ones to measure the time with")
    given = parser.parse_args()
    parts = given.parts.split(",")
    if wrong := [part for part in parts if part not in ("words", "alike", "time")]:
        parser.error(f"--parts has {', '.join(wrong)}; it takes words, alike and time")
    with tempfile.TemporaryDirectory() as passing:
        library = Library(Path(given.home or passing))
        library.import_source(given.data, "paintings", encoder=given.encoder)
        paintings = library.collection("paintings")
        measures: dict[str, Callable[[], object]] = {
            "words": lambda: words(paintings, given.sheets),
            "alike": lambda: alike(paintings),
            "time": lambda: times(given.pictures),
        }
        figures = {part: measures[part]() for part in parts}
        library.close()
    print(json.dumps(figures, indent=1, ensure_ascii=False))


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def words(paintings: Collection, sheets: str | None) -> dict[str, Any]:
    """Precision of the first ten of each query."""
    seen = defaultdict[str, dict[str, bool]](dict)
    for row in read("search_labels.csv"):
        seen[row["query"]][row["item"]] = row["fits"] == "1"
    of_kind, each, unseen = defaultdict[str, list[float]](list), {}, 0
    for query in read("search_queries.csv"):
        text = query["query"]
        found = [place.item for place in paintings.search(text, top=FIRST)]
        if query["answer"] == "seen":
            right = [seen[text].get(item.name, False) for item in found]
            unseen += sum(item.name not in seen[text] for item in found)
            if sheets:
                write_sheet(Path(sheets), text, found, seen[text])
        else:
            right = [all(says(item, part) for part in query["answer"].split(";")) for item in found]
        each[text] = sum(right) / FIRST
        of_kind[query["kind"]].append(each[text])
    mean = {kind: round(float(np.mean(values)), 3) for kind, values in of_kind.items()}
    return {"precision": round(float(np.mean(list(each.values()))), 3), "queries": len(each), "unseen": unseen,
            "of_kind": mean, "each": each}  # fmt: skip


def says(item: Item, condition: str) -> bool:
    column, _, value = condition.partition("=")
    return value in [part.strip() for part in item.columns.get(column, "").split(",")]


def write_sheet(folder: Path, text: str, found: Sequence[Item], seen: dict[str, bool]) -> None:
    """Pictures side by side, each with its place, and a mark where nobody has said yet whether it fits."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = Image.new("RGB", (FIRST * SIDE, SIDE + 14), "white")
    pen = ImageDraw.Draw(sheet)
    for at, item in enumerate(found):
        picture = open_image(item.locator, max_side=SIDE)
        picture.thumbnail((SIDE - 4, SIDE - 4))
        sheet.paste(picture, (at * SIDE, 0))
        pen.text((at * SIDE, SIDE), f"{at + 1} {'?' if item.name not in seen else ''} {item.name[:18]}", fill="black")
    sheet.save(folder / f"{''.join(c if c.isalnum() else '_' for c in text)}.png")


def alike(paintings: Collection) -> dict[str, Any]:
    """Of the ten pictures most like each, how many are by its artist, share a style with it, or either."""
    items, tags = paintings.items, paintings.words
    artists = np.array([item.columns["artist"] for item in items])
    styles = [set(item.columns["style"].split(",")) for item in items]
    bare = [replace(item, columns={}) for item in items]
    visible = [k for k, group in enumerate(tags.groups) if group not in ("artist", "style", "period", "medium")]
    looks = Looks.of(paintings.X, paintings.layout)
    finders = {
        "encoder": Finder(bare, Tags.nothing(len(items)), lambda: looks),
        "encoder, words": Finder(bare, tags.take(np.array(visible, np.int64)), lambda: looks),
        "encoder, words, columns": Finder(items, tags, lambda: looks),
    }
    figures = {}
    for name, finder in finders.items():
        shared = np.zeros(3)
        for row in range(len(items)):
            near = finder.like(row).best(FIRST)
            artist = artists[near] == artists[row]
            style = np.array([bool(styles[row] & styles[other]) for other in near.tolist()])
            shared += [artist.sum(), style.sum(), (artist | style).sum()]
        figures[name] = dict(zip(("artist", "style", "either"), (shared / len(items)).round(2).tolist(), strict=True))
    return figures


def times(n: int) -> dict[str, float]:
    """Seconds that a search takes among so many pictures with titles, artists, descriptions and words."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghiklmnoprstu"))
    known = ["".join(rng.choice(letters, length)) for length in rng.integers(3, 10, 20_000)]

    def text(length: int) -> str:
        return " ".join(known[k % len(known)] for k in rng.zipf(1.3, length).tolist())

    artists, where = [f"{text(1)} {known[k]}" for k in range(2000)], Locator.of("x.png")
    items = [
        Item(i, f"walls/IMG_{i:06}.jpg", where, f"{i:064}", 1, 1,
             {"title": text(4), "artist": artists[i % 2000], "style": f"school {i % 40}", "description": text(15)})
        for i in range(n)
    ]  # fmt: skip
    said = rng.random((n, 300)) < 0.05
    tags = Tags([f"word{k}" for k in range(300)], ["subject"] * 300, said.astype(np.float32), said)
    table = PictureTable.of_array(
        rng.normal(size=(n, 394)).astype(np.float32), Layout((("a", 384), ("attributes", 10)))
    )
    start = time.process_time()
    finder = Finder(items, tags, lambda: Looks.of(table.X, table.layout), also={})
    figures = {"pictures": float(n), "made_once": round(time.process_time() - start, 2)}
    finder.find("prepare yourself")
    finder.like(0)
    asked = [artists[5], f"x{artists[7]}", "zzxqqy", known[0], "word7, word8, school 3", "img", text(5), "word9"]
    for name, what, search in (("find", asked, finder.find), ("like", range(1, 9), finder.like)):
        spent = []
        for one in what:
            start = time.perf_counter()
            found = search(one)  # type: ignore[arg-type]
            found.why(found.best(60))
            spent.append(time.perf_counter() - start)
        figures |= {f"{name}_median": round(float(np.median(spent)), 3), f"{name}_slowest": round(max(spent), 3)}
    return figures


if __name__ == "__main__":
    main()
