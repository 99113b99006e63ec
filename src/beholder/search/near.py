"""Words nearest in meaning to others, to try where these find nothing.

`near.csv` has a row for words that have the same ones near:

    words  as people type them; one of the bank stands for its synonyms too
    near   words of the bank, the nearest first

Cells hold lists, with semicolons between.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from beholder.concepts import bank
from beholder.search.folding import stem, words_of


@cache
def near_words() -> Mapping[str, tuple[str, ...]]:
    """{word: those near to it}, of words of the bank and others"""
    text = files("beholder.search").joinpath("near.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {word: tuple(row["near"].split("; ")) for row in rows for word in row["words"].split("; ")}


@cache
def near_stems() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The same by how each word and its synonyms are compared."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for word, near in near_words().items():
        for called in bank()[word].spellings if word in bank() else (word,):
            stems = tuple(map(stem, words_of(called)))
            found[stems] = tuple(dict.fromkeys([*found.get(stems, ()), *near]))
    return found
