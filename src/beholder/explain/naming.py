"""Names of groups of pictures, in words that hold of a group and clearly less of the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from beholder.concepts import Tags
from beholder.explain.describe import Way
from beholder.explain.likings import Liking
from beholder.explain.phrases import ABSENT, is_adjective, listed
from beholder.types import Floats, Ints

_Said = NDArray[np.bool_]
_SAID = 0.5  # of a group, from which a word holds of it
_WRITTEN = 0.75  # the same of what the source tells, which is seldom silent where it holds
_LIFT = 2.0  # times as common in it as in the rest, at least
_MOST, _MORE = 0.75, 1.5  # of a group, and times as common, from which another word stands beside a single one
_OFTEN, _ABOVE = 0.08, 4.0  # of a group, and times as common, from which an artist is told where words tell little
_MUCH = 0.25  # of a group by one artist, who alone is told then
_CHANCE = 0.05  # the probability that chance alone makes any name, at most
_SAME = 0.8  # of the pictures with one word that have another: it says nothing more
_WORDS = 3  # in a name
_WORDS_OF_FEW = 2  # in the name of a few pictures
_FEWEST = 3  # of these, from which a word holds
_OF_FEW, _OF_OTHERS = 0.6, 0.3  # of these, from which a word holds of most; of those they are told from, to which
_TOLD_BY_SOURCE = ("style", "artist", "period", "medium")
_ONE = ("style", "mood", "artist")  # groups of words of which one is enough
_SIDES = ("palette", "light", "technique", "composition")  # and these together


def names_of(groups: Ints, words: Tags) -> dict[int, str]:
    """The name of each group, "" where no word holds: "Impressionist landscapes with trees".

    A word of a name is said of half of the group or more (what the source tells, as its artist, of three in four), at
    least twice as often as of all other pictures, and too often for chance: in 19 of 20 collections whose groups mean
    nothing, no group has a name. Where fewer than two words hold, it names the artists too of whom the group has most,
    four times as much as the rest at least, "Pictures of people by Raphael and others", or a word that is said of three
    in four, half as often again as of the others.

    Parameters
    ----------
    groups
        (n,) the number of the group that each picture is in
    words
        of the n pictures
    """
    n, total = len(groups), words.said.sum(axis=0)
    written = [group in _TOLD_BY_SOURCE and _is_written(words, k) for k, group in enumerate(words.groups)]
    least = np.where(written, _WRITTEN, _SAID)
    painted = np.array([group == "artist" for group in words.groups], bool)
    told = np.array([_can_name(word, group) for word, group in zip(words.names, words.groups, strict=True)], bool)
    found, numbers = dict[int, str](), np.unique(groups).tolist()
    level = _CHANCE / max(1, len(numbers) * int(told.sum()))
    for number in numbers:
        inside = np.flatnonzero(groups == number)
        said = words.said[inside].sum(axis=0)
        share, rest = said / len(inside), (total - said) / max(1, n - len(inside))
        by_chance = hypergeom.sf(said - 1, n, total, len(inside))
        sure = told & (by_chance <= level)
        holds = sure & (share >= least) & (share >= _LIFT * rest)
        chosen = _telling(words, holds, share, rest, said, total, narrow=True)
        often = np.flatnonzero(painted & sure & (share >= _OFTEN) & (share >= _ABOVE * rest))
        often = often[np.argsort(-share[often], kind="stable")][:2]
        much = bool((share[often] >= _MUCH).any())
        if len(chosen) == 1 and not much:
            holds = sure & (share >= _MOST) & (share >= _MORE * rest)
            chosen = _telling(words, holds, share, rest, said, total, beside=chosen)
        name = _name(chosen, [words.names[k] for k in often.tolist()] if len(chosen) < 2 else (), much=much)
        found[number] = name[:1].upper() + name[1:]
    return found


def name_apart(rows: Ints, others: Ints, words: Tags) -> str:
    """What most of a few pictures are, told from others: "portraits in blue tones"; "" where no word tells.

    A word of it is said of three of them and of three in five or more, at least twice as often as in the collection,
    and of three in ten of the others at most. It tells what these pictures are, and claims nothing of any others.

    Parameters
    ----------
    rows, others
        of the collection
    words
        of the collection
    """
    told = np.array([_can_name(word, group) for word, group in zip(words.names, words.groups, strict=True)], bool)
    total, said = words.said.sum(axis=0), words.said[rows].sum(axis=0)
    share, usual, theirs = (x / max(1, n) for x, n in (
        (said, len(rows)), (total, len(words.said)), (words.said[others].sum(axis=0), len(others)),
    ))  # fmt: skip
    holds = told & (said >= _FEWEST) & (share >= _OF_FEW) & (share >= _LIFT * usual) & (theirs <= _OF_OTHERS)
    return _name(_telling(words, holds, share, usual, said, total)[:_WORDS_OF_FEW])


def _can_name(word: str, group: str) -> bool:
    return word not in ABSENT and (group != "style" or is_adjective(word))


def _is_written(words: Tags, column: int) -> bool:
    """Whether the source tells it, and not an encoder, which is never as sure."""
    return bool((words.probabilities[words.said[:, column], column] == 1).all())


def _telling(
    words: Tags,
    holds: _Said,
    share: Floats,
    rest: Floats,
    said: Ints,
    total: Ints,
    *,
    narrow: bool = False,
    beside: Sequence[Liking] = (),
) -> list[Liking]:
    """The words of a name, those that tell most first; none that says no more than one before it.

    narrow : of two words that say the same, take the one that fewer of the others have, as water before sky
    beside : a word that the name has already, to which one comes
    """
    known = [
        Liking(
            words.names[k], words.groups[k], k, True, float(share[k]), float(rest[k]), int(said[k]), int(total[k])
        )
        for k in np.flatnonzero(holds).tolist()
    ]  # fmt: skip
    chosen = list(beside)
    for one in sorted(known, key=lambda word: -word.weight):
        own = words.said[:, one.column]
        same = [other for other in chosen if _says_no_more(own, words.said[:, other.column])]
        if narrow and len(same) == 1 and one.group == same[0].group and _rarer(one, same[0]):
            chosen[chosen.index(same[0])] = one
        elif not same and not any(_alike(one, other) for other in chosen):
            chosen.append(one)
    return sorted(chosen[: 2 if beside else _WORDS], key=lambda word: word.column)  # the same words make the same name


def _rarer(one: Liking, other: Liking) -> bool:
    """Whether it is more often said of these than of the others, by a larger factor."""
    return one.share * other.usual > other.share * one.usual


def _says_no_more(one: _Said, other: _Said) -> bool:
    both = float((one & other).sum())
    return both >= _SAME * min(float(one.sum()), float(other.sum()))


def _alike(one: Liking, other: Liking) -> bool:
    return (one.group == other.group and one.group in _ONE) or (one.group in _SIDES and other.group in _SIDES)


def _name(chosen: Sequence[Liking], some: Sequence[str] = (), *, much: bool = False) -> str:
    """some : artists of some of the pictures; much : whether many are by the first"""
    if not chosen and not some:
        return ""
    by = [one.word for one in chosen if one.group == "artist"]
    said = Way(tuple(one for one in chosen if one.group != "artist"), (), ()).pictures
    if by:
        return f"{said} by {by[0]}"
    if much and some:
        return f"{said} by {some[0]} and others"
    return f"{said}, some by {listed(some)}" if some else said
