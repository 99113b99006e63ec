"""The bank: the words that may be said of pictures, in groups, with their synonyms and where each is read from.

`bank.csv` has a row a word:

    word      as it is said
    group     one of `GROUPS`
    synonyms  as people type them
    measures  numbers of `features/measures` that it is read off
    classes   of the 1,000 ImageNet classes, by number: "151-268; 273"
    concepts  names of the object labeler's classes
    labels    labels, words of captions and styles of picture sets that say it

Classes, concepts and labels teach heads on an encoder's rows (`beholder train words`); a source of a word may also be
a column of the collection or a text tower. Cells hold lists, with semicolons between.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

GROUPS = (
    "subject", "place", "figure", "palette", "light", "technique", "composition", "mood", "style", "medium", "artist",
    "period",
)  # fmt: skip
LOOKS = ("palette", "light", "technique", "composition", "mood")  # of these, the groups that say how a picture looks


@dataclass(frozen=True, slots=True)
class BankWord:
    """A word of the bank; its fields are the columns of `bank.csv`."""

    word: str
    group: str
    synonyms: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    classes: tuple[int, ...] = ()
    concepts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """The word and its synonyms, the word first."""
        return (self.word, *self.synonyms)


@cache
def bank() -> Mapping[str, BankWord]:
    """{word: the word}, group by group."""
    text = files("beholder.concepts").joinpath("bank.csv").read_text(encoding="utf-8")
    words = [_word(row) for row in csv.DictReader(text.splitlines())]
    return {word.word: word for word in sorted(words, key=lambda word: GROUPS.index(word.group))}


@cache
def _by_spelling() -> Mapping[str, tuple[BankWord, ...]]:
    found: dict[str, tuple[BankWord, ...]] = {}
    for exact in (True, False):
        for word in bank().values():
            for spelling in word.spellings[:1] if exact else word.spellings:
                known = found.get(spelling.casefold(), ())
                found[spelling.casefold()] = known if word in known else (*known, word)
    return found


def find_words(text: str, groups: Sequence[str] = GROUPS) -> tuple[BankWord, ...]:
    """The words of the bank that are spelled so, those of that very name first; () where there is none."""
    found = _by_spelling().get(" ".join(text.casefold().split()), ())
    return tuple(word for word in found if word.group in groups)


def _word(row: Mapping[str, str]) -> BankWord:
    lists = {name: tuple(_cells(row[name])) for name in ("synonyms", "measures", "concepts", "labels")}
    return BankWord(row["word"], row["group"], classes=tuple(_numbers(row["classes"])), **lists)


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split(";") if cell.strip()]


def _numbers(text: str) -> list[int]:
    ranges = [cell.split("-") for cell in _cells(text)]
    return [number for ends in ranges for number in range(int(ends[0]), int(ends[-1]) + 1)]
