"""Searching the pictures of one collection: by words, by any text where an encoder reads text, and by a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import combinations, groupby

import numpy as np
from numpy.typing import NDArray

from beholder.concepts import LOOKS, Tags, bank
from beholder.errors import BeholderError
from beholder.explain.phrases import ABSENT
from beholder.search.folding import folded, stem, words_of
from beholder.search.found import Found, Held, quoted
from beholder.search.index import FILE, Index
from beholder.search.looks import Looks
from beholder.search.near import near_stems, near_words
from beholder.search.query import MOST_WORDS, Names, Reader, Term, Word
from beholder.types import Floats, Item

_KEPT = 8  # searches whose results are held: a page more asks for the same again
_SAID = 0.5  # how well a picture fits a word that is said of it, and just so
_LOOK = 0.6  # how much a word of how a picture looks counts beside one of what it shows, or what a column says
_PROBABLE, _LIKELY = 0.35, 0.75  # from where a word that is said of no picture is a guess, if it is
_NAMED = (
    0.8  # how far it is one that is named so and shows it, from one that is named so alone to one that is surely it
)
_LIFT = 2  # so many times as probable as of the usual picture; from the second on it is one anyway
_SHARED = 0.1  # how much what is said of two pictures counts beside how alike they look; the same for what columns say
_UNLIKE = 1e-4  # how alike are pictures that are less so than usual: next to nothing, and in their order all the same
_TOLD = 3  # things that pictures share which are told
_COMMON = 1 / 3  # share of the collection from which a word that two pictures share says nothing of them


class Finder:
    """Finds pictures of a collection. Thread-safe.

    Parameters
    ----------
    items
        (n,) the pictures
    tags
        what is said of each
    looks
        gives how alike they look
    also
        what else the words of `tags` are called; None: what they are in the bank
    reads
        gives (n,) how well each picture fits a text, from 0 to 1; None where no encoder reads text
    """

    def __init__(
        self,
        items: Sequence[Item],
        tags: Tags,
        looks: Callable[[], Looks],
        also: Mapping[str, Sequence[str]] | None = None,
        reads: Callable[[str], Floats] | None = None,
    ) -> None:
        self._index, self._tags, self._looks, self._reads = Index.of(items), tags, looks, reads
        self._reader = Reader(
            self._index, Names.of(tags.names, _synonyms() if also is None else also), names_alone=reads is not None
        )
        self.find = lru_cache(_KEPT)(self._find)
        self.like = lru_cache(_KEPT)(self._like)

    def _find(self, text: str) -> Found:
        """The pictures that fit a text.

        Neighbouring words that mean something together are one thing that is asked for, all others one each. Pictures
        of which all hold come first, then those of which most do. What is to be left out is, where it holds for sure
        or is a guess. Words of which nothing is known are told in `notes`.
        """
        query = self._reader.read(text)
        parts = query.parts
        if any(term.known and not term.filler for part in parts for term in part):
            parts = [[term for term in part if not (term.known and term.filler)] for part in parts]
        held, unknown, faults, missed = list[Held](), list[Word](), list[str](), False
        for part in parts:
            for terms, known in self._runs(part):
                if known is not None:
                    held.append(known)
                elif self._reads is None:
                    unknown += _telling(terms)
                    missed |= any(map(_is_thing, terms))
                else:
                    try:
                        held.append(self._read(" ".join(map(str, terms))))
                    except BeholderError as fault:
                        faults.append(str(fault))
                        unknown += _telling(terms)
        without = [self._without(thing) for thing in query.without]
        left_out = [thing for thing in without if thing]
        if left_out and not held and not unknown:
            held.append(Held(np.ones(len(self._index)), lambda row: ""))
        words = [word for part in [*parts, *query.without] for term in part for word in term.words]
        nothing = [text.strip()] if text.strip() and not held and not unknown and not without else []
        stays = [terms for terms, thing in zip(query.without, without, strict=True) if not thing]
        cut = [f"Only the first {MOST_WORDS} words were looked for."] if query.cut else []
        notes = dict.fromkeys([*_notes(words, unknown, nothing, stays), *faults, *cut])
        return Found.of(len(self._index), held, [*notes], missed=missed, without=left_out)

    def near(self, text: str) -> list[str]:
        """Words nearest in meaning to what a text asks for that find pictures here; none where none are known."""
        stems = [stem(word) for word in words_of(text)]
        ends = combinations(range(len(stems) + 1), 2)
        names = dict.fromkeys(name for a, b in ends for name in near_stems().get(tuple(stems[a:b]), ()))
        return [name for name in names if len(self._find(name).best())]

    def _runs(self, part: Sequence[Term]) -> Iterator[tuple[list[Term], Held | None]]:
        """Each term of which some pictures are known, with these, and the runs of terms between, of which none are."""
        told = [(term, self._held(term) if term.known else None) for term in part]
        for nothing, run in groupby(told, key=lambda one: one[1] is None):
            if not nothing:
                yield from (([term], held) for term, held in run)
            elif terms := _without_ends([term for term, _ in run]):
                yield terms, None

    def _without(self, terms: Sequence[Term]) -> list[Held]:
        """What is to be left out: where all of these hold; none where one of them holds of no picture."""
        known = [self._left_out(term) if term.known else None for term in terms]
        held = [one for one in known if one is not None]
        if len(held) == len(known):
            return held
        try:
            return [] if self._reads is None else [self._read(" ".join(map(str, terms)))]
        except BeholderError:
            return []

    def _left_out(self, term: Term) -> Held | None:
        """The pictures of which a term holds, by less than what finds them.

        Values that hold it among others do not count where their column has it alone: Post-Impressionism stays. Nor do
        names of files where pictures show it: the dogs of a folder of dogs and cats stay.
        """
        alone = replace(term, values=self._index.alone(term.values, len(term.words)))
        seen = self._held(replace(alone, values=self._index.in_columns(alone.values))) if alone.concepts else None
        return seen or self._held(alone)

    def _held(self, term: Term) -> Held | None:
        """The pictures of which a term holds; None where it holds of none."""
        whole = all(word.whole or word.meant for word in term.words)
        written = self._index.strengths(term.values, len(term.words), whole)
        for numbers in term.concepts:
            concepts = np.array(numbers, np.int64)
            said, probabilities = self._tags.said[:, concepts], self._tags.probabilities[:, concepts]
            certain = bool(said.any())
            usual = np.maximum(np.median(probabilities, axis=0), 1e-6)
            least = np.clip(_LIFT * usual, _PROBABLE, _LIKELY)
            holds = said if certain else probabilities >= least
            if not holds.any():
                continue
            fits = np.where(holds, _SAID + (1 - _SAID) * probabilities * certain, 0.0)
            names = [self._tags.names[k] if certain else f"perhaps {self._tags.names[k]}" for k in numbers]
            certainty = hints = None
            if not certain:
                certainty = np.where(written > 0, 1.0, probabilities.max(axis=1))
                lift = np.log(np.maximum(probabilities / usual, 1)) / np.log(np.maximum(least / usual, _LIFT))
                hints = _PROBABLE * np.clip(lift.max(axis=1), 0, 1)
            look = all(self._tags.groups[k] in LOOKS for k in numbers)
            absent = all(self._tags.names[k] in ABSENT for k in numbers)
            instead = "" if absent or written.any() else self._wider(term, numbers)
            named = (written > 0) & (written <= FILE)  # a folder may hold other things too: what shows it comes first
            written[named] += (1 - written[named]) * _NAMED * probabilities.max(axis=1)[named]
            strengths = np.maximum(fits.max(axis=1), written)
            told, weight = partial(self._told, term, holds, names), _LOOK if look else 1.0
            return Held(strengths, told, str(term), instead, certainty, weight, look or absent, absent, hints)
        if not written.any():
            return None
        return Held(written, lambda row: self._index.told(row, term.values), str(term))

    def _wider(self, term: Term, numbers: Sequence[int]) -> str:
        """The words by which a term is looked for, where none of them names it, as 'red tones' does 'red'."""
        names = [self._tags.names[k] for k in numbers]
        own = {word.stem for word in term.words if not Term([word]).filler}
        return "" if any(own <= set(map(stem, words_of(name))) for name in names) else "' and '".join(names)

    def _told(self, term: Term, holds: NDArray[np.bool_], names: Sequence[str], row: int) -> str:
        held = (name for name, holds_of in zip(names, holds[row], strict=True) if holds_of)
        return self._index.told(row, term.values) or next(held, "")

    def _read(self, text: str) -> Held:
        """The pictures that fit a text of which nothing else is known."""
        assert self._reads is not None
        return Held(self._reads(text), lambda row: f"looks like '{text}'", text)

    def _like(self, row: int) -> Found:
        """The pictures that are like one, which is left out: they look like it, and what is said of both counts too."""
        looks = self._looks().likeness(row)
        looks = np.maximum(looks, _UNLIKE * (2 + looks))
        said = _share(self._tags.said, row)
        fits = (looks + _SHARED * (self._index.share(row) + said)) / (1 + 2 * _SHARED)
        fits[row] = 0

        columns, names = self._visible(row), self._tags.names

        def tell(other: int) -> tuple[str, ...]:
            return tuple(names[k] for k in columns if self._tags.said[other, k])[:_TOLD]

        return Found(fits, lambda rows: [tell(other) for other in rows.tolist()])

    def _visible(self, row: int) -> list[int]:
        """The words that tell what one sees of a picture, or whose it is: those that the fewest have first."""
        tags = self._tags
        counts = tags.said.sum(axis=0)
        said = np.flatnonzero(tags.said[row] & (counts <= _COMMON * len(tags.said)))
        told = [k for k in said.tolist() if tags.groups[k] != "period" and tags.names[k] not in ABSENT]
        return sorted(told, key=lambda k: int(counts[k]))


def _synonyms() -> dict[str, tuple[str, ...]]:
    """What else each word of the bank is called; others to which some are near are but well spelt."""
    return dict.fromkeys(near_words(), ()) | {name: word.synonyms for name, word in bank().items()}


@cache
def _things() -> frozenset[tuple[str, ...]]:
    """What the words of the bank are called that are no looks, in stems."""
    words = (word for word in bank().values() if word.group not in LOOKS)
    return frozenset(tuple(map(stem, words_of(called))) for word in words for called in word.spellings)


def _is_thing(term: Term) -> bool:
    return tuple(word.stem for word in term.words) in _things()


def _share(said: NDArray[np.bool_], row: int) -> Floats:
    """(n,) how much of what is said of one picture is said of each; what is said of few counts more."""
    mine = said[:, np.flatnonzero(said[row])]
    telling = np.log(len(said) / np.maximum(mine.sum(axis=0), 1))
    return np.asarray(mine @ telling / max(float(telling.sum()), 1e-9), np.float64)


def _without_ends(terms: list[Term]) -> list[Term]:
    """Without the words at both ends that say nothing."""
    telling = [at for at, term in enumerate(terms) if not term.filler]
    return terms[telling[0] : telling[-1] + 1] if telling else []


def _telling(terms: Sequence[Term]) -> list[Word]:
    return [word for term in terms if not term.filler for word in term.words]


def _notes(
    words: Sequence[Word], unknown: Sequence[Word], nothing: Sequence[str], stays: Sequence[Sequence[Term]]
) -> Iterator[str]:
    lost = dict.fromkeys([*(word.typed for word in unknown), *nothing])
    for word in words:
        if word.meant and folded(word.meant) != folded(word.typed) and word.typed not in lost:
            yield f"Searched for '{word.meant}', as nothing is known of '{word.typed}'."
    if lost:
        yield f"Nothing is known of {quoted(lost, 'and')}."
    if some := [" ".join(word.typed for term in terms for word in term.words) for terms in stays]:
        yield f"{quoted(some, 'and')} could not be left out: nothing is known of {'it' if len(some) == 1 else 'them'}."
