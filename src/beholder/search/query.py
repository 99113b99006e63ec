"""What somebody typed, taken apart: terms of one or several words, each known of some pictures, or unknown.

What stands behind a word as "without" is to be left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from beholder.search.folding import folded, stem, words_of
from beholder.search.index import NONE, Index
from beholder.types import Ints

_PARTS = re.compile(r"[,;+|]")
_MINUS = re.compile(r'(?<!\S)-("[^"]*"|(?=\S*\w)[^\s,;+|]+)')  # before a word: without it
_LEAVING_OUT = frozenset({"no", "not", "without", "except"})
_JOINING, _ARTICLES = frozenset({"or", "nor", "and"}), frozenset({"a", "an", "the", "any", "some"})
MOST_WORDS = 32  # of a query that are looked up
_LONGEST = 4  # words of one term
_SAYING_NOTHING = (
    *("a", "an", "the", "of", "in", "on", "at", "by", "with", "and", "or", "to", "from", "for", "is", "are", "some"),
    *(
        "over",
        "under",
        "near",
        "but",
        "as",
        "me",
        "show",
        "find",
        "any",
        "that",
        "which",
        "like",
        "style",
        "look",
        "looking",
        "painting",
        "picture",
        "image",
        "photo",
    ),
    *("photograph", "art", "artwork", "work"),
)
_FILLERS = frozenset(map(stem, _SAYING_NOTHING))


@dataclass(frozen=True)
class Word:
    """One word of a query.

    Attributes
    ----------
    typed
        as it was typed
    stem
        as it is compared; that of the word that was probably meant, where the typed one is unknown
    values
        which values of the index hold it
    whole
        whether they hold it whole, and as it is spelt
    meant
        the word that was probably meant, "" where that is the typed one
    """

    typed: str
    stem: str
    values: Ints = field(default_factory=lambda: NONE)
    whole: bool = True
    meant: str = ""


@dataclass(frozen=True)
class Term:
    """One thing that a query asks for: neighbouring words that mean it together.

    Attributes
    ----------
    words
        of the query
    concepts
        the numbers of the words of the bank that it names, then of those that are also called so
    values
        the values of the index that hold all its words
    """

    words: Sequence[Word]
    concepts: Sequence[Sequence[int]] = ()
    values: Ints = field(default_factory=lambda: NONE)

    def __str__(self) -> str:
        return " ".join(word.meant or word.typed for word in self.words)

    @property
    def known(self) -> bool:
        return bool(self.concepts) or len(self.values) > 0

    @property
    def filler(self) -> bool:
        return all(word.stem in _FILLERS for word in self.words)

    @property
    def leaves_out(self) -> bool:
        """Whether it leaves out what stands behind it; "no people" is one word of the bank, and does not."""
        return len(self.words) == 1 and self.words[0].stem in _LEAVING_OUT


@dataclass(frozen=True)
class Query:
    """What is asked for.

    Attributes
    ----------
    parts
        the terms of each part between commas
    without
        what is to be left out, a thing each: neighbouring terms that all hold of it, as "dark" and "portraits"
    cut
        whether it has more words than are looked up
    """

    parts: Sequence[Sequence[Term]]
    without: Sequence[Sequence[Term]]
    cut: bool = False


@dataclass(frozen=True, eq=False)
class Names:
    """What the words of the bank are called.

    Attributes
    ----------
    numbers, also
        the numbers of the words that each sequence of stems names, and of those that are also called so
    spelling
        a word of each stem in what they are called, as it is written; of words of which nothing is known too
    """

    numbers: Mapping[tuple[str, ...], Sequence[int]]
    also: Mapping[tuple[str, ...], Sequence[int]]
    spelling: Mapping[str, str]

    @classmethod
    def of(cls, names: Sequence[str], also: Mapping[str, Sequence[str]]) -> Self:
        """Of so many words, and of what else these and others are called: others are well spelt, and name nothing."""
        at = {name: number for number, name in enumerate(names)}
        spelling = dict[str, str]()
        own, others = (defaultdict[tuple[str, ...], list[int]](list) for _ in range(2))
        for name in dict.fromkeys([*names, *also]):
            for called in dict.fromkeys([name, *also.get(name, ())]):
                words = words_of(called)
                spelling = dict(zip(map(stem, words), words, strict=True)) | spelling
                found = (own if called == name else others)[tuple(map(stem, words))] if name in at else []
                found += [at[name]] if name in at and at[name] not in found else []
        return cls(own, others, spelling)

    def __contains__(self, stems: tuple[str, ...]) -> bool:
        return stems in self.numbers or stems in self.also

    def of_stems(self, stems: tuple[str, ...]) -> tuple[Sequence[int], ...]:
        """The words that are named so, then those that are also called so."""
        return tuple(found for names in (self.numbers, self.also) if (found := names.get(stems)))


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads queries about the pictures of an index.

    Attributes
    ----------
    names
        of the words of the bank
    names_alone
        whether a misspelt word is taken for a word of the bank or a name that several pictures share alone, as an
        artist's: where any text means something, an unknown word need not be misspelt
    """

    index: Index
    names: Names
    names_alone: bool = False

    def read(self, text: str) -> Query:
        """The terms of a query."""
        left, parts, without = MOST_WORDS, list[Sequence[Term]](), list[Sequence[Term]]()
        for part in _PARTS.split(_MINUS.sub(r", without \1,", text)):
            typed = words_of(part)
            words = [self._word(one) for one in typed[: max(left, 0)]]
            left -= len(typed)
            wanted, unwanted = _told_apart(list(self._terms(words)))
            parts += [wanted] if wanted else []
            without += unwanted
        return Query(parts, without, cut=left < 0)

    def _word(self, typed: str) -> Word:
        one = stem(typed)
        well_spelt = one in self.names.spelling or one in _FILLERS or one in _LEAVING_OUT
        if len(values := self.index.holding(one)) or well_spelt:
            return Word(typed, one, values)
        if len(values := self.index.holding_part(one)) or len(values := self.index.run_together(folded(typed))):
            return Word(typed, one, values, whole=False)
        meant = self._nearest(one)
        if meant is None:
            return Word(typed, one)
        row = self.index.stems.get(meant)
        spelt = self.names.spelling[meant] if row is None else self.index.spelling[row]
        return Word(typed, meant, self.index.holding(meant), whole=False, meant=spelt)

    def _terms(self, words: Sequence[Word]) -> Iterator[Term]:
        """The longest runs of words that mean something together, from left to right."""
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                term = self._term(words[at : at + length])
                if length == 1 or (term.known and words[at + length - 1].stem not in _LEAVING_OUT):
                    yield term
                    break
            at += length

    def _term(self, words: Sequence[Word]) -> Term:
        concepts = self.names.of_stems(tuple(word.stem for word in words))
        if len(words) == 1:
            return Term(words, concepts, words[0].values)
        each_is_one = all((word.stem,) in self.names or word.stem in _FILLERS for word in words)
        if not all(len(word.values) for word in words) or (each_is_one and not concepts):
            return Term(words, concepts)
        return Term(words, concepts, self.index.together([word.values for word in words]))

    @cached_property
    def _spoken(self) -> dict[str, int]:
        """The stems that a misspelt word may mean, and how common each is."""
        return dict.fromkeys(self.names.spelling, 1) | self.index.spoken(shared=self.names_alone)

    @cached_property
    def _choices(self) -> list[str]:
        return list(self._spoken)

    def _nearest(self, stem: str) -> str | None:
        """The stem that was most probably meant, the commonest of the nearest; None where none is near."""
        most = 0 if len(stem) < 5 or stem.isdigit() else 1 if len(stem) < 6 else 2 if len(stem) < 10 else 3
        if not most:
            return None
        near = process.extract(stem, self._choices, scorer=OSA.distance, score_cutoff=most, limit=8)
        return min(near, key=lambda one: (one[1], -self._spoken[one[0]]))[0] if near else None


def _told_apart(terms: Sequence[Term]) -> tuple[list[Term], list[list[Term]]]:
    """What is asked for, and what is to be left out, which goes on behind "or" and "and" and ends at a preposition.

    A word as "no" behind which nothing stands is asked for itself.
    """
    wanted, without = list[Term](), list[list[Term]]()
    leaving = named = False
    for at, term in enumerate(terms):
        word = term.words[0].stem
        behind = terms[at + 1 :]
        if term.leaves_out and behind and not behind[0].words[0].stem.isdigit():  # as in "no. 5"
            leaving, named = True, False
            without.append([])
        elif not leaving:
            wanted.append(term)
        elif not term.filler:
            without[-1].append(term)
            named = True
        elif named and without[-1] and word in _JOINING:
            without.append([])
        elif named and (without[-1] or word not in _ARTICLES):
            wanted.append(term)
            leaving = False
    return wanted, [thing for thing in without if thing]
