"""Words that the collection's own columns say: who painted it, in which style, on what, when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from beholder.concepts.bank import bank, find_words
from beholder.concepts.tags import Tags
from beholder.types import Item

_COLUMNS = {
    "style": ("style", "styles", "movement", "school", "stil", "estilo", "stile"),
    "medium": ("medium", "technique", "material", "materials", "technik", "técnica", "tecnica"),
}
_FEWEST = 2  # pictures that share a name that the bank does not have, for it to be a word
_MOST = 200  # such names a group: the commonest
_PAINTED = {"oil painting", "watercolour", "fresco", "tempera", "icon"}
_NOTHING = frozenset[str]()
_ORDINALS = ("st", "nd", "rd")


def words_of_columns(items: Sequence[Item]) -> Tags:
    """What is written of each of n pictures; a probability of nan where nothing of that group is.

    Artists, styles and media as they are named, or as the bank names them; years as centuries.
    """
    told = {group: list[frozenset[str]]() for group in ("style", "medium", "artist", "period")}
    for item in items:
        named, details = _named(tuple(item.columns)), item.details
        for group, names in named.items():
            said = [_READ[group](item.columns[name]) for name in names]
            told[group].append(said[0] if len(said) == 1 else frozenset().union(*said))
        told["artist"].append(frozenset({details.artist}) if details.artist else _NOTHING)
        told["period"].append(_century(details.year) if details.year else _NOTHING)
    found = [_group(own, group) for group, own in told.items()]
    return Tags(
        [name for tags in found for name in tags.names],
        [group for tags in found for group in tags.groups],
        np.concatenate([tags.probabilities for tags in found], axis=1),
        np.concatenate([tags.said for tags in found], axis=1),
    )


def _group(told: Sequence[frozenset[str]], group: str) -> Tags:
    counts = Counter(name for own in told for name in own)
    of_bank = {word.word for word in bank().values() if word.group == group}
    others = [name for name, count in counts.most_common() if name not in of_bank and count >= _FEWEST][:_MOST]
    names = [*sorted(of_bank & set(counts)), *sorted(others)]
    at = {name: k for k, name in enumerate(names)}
    said = np.zeros((len(told), len(names)), bool)
    pairs = [(row, at[name]) for row, own in enumerate(told) for name in own if name in at]
    said[tuple(np.array(pairs, np.intp).reshape(-1, 2).T)] = True
    known = np.array([bool(own) for own in told], bool)
    probabilities = np.where(known[:, None], said, np.nan).astype(np.float32)
    return Tags(names, [group] * len(names), probabilities, said)


@lru_cache(256)
def _named(columns: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Which of these columns tell a style, and which a medium."""
    return {
        group: tuple(column for column in columns if column.casefold().strip() in names)
        for group, names in _COLUMNS.items()
    }


@lru_cache(4096)
def _styles(text: str) -> frozenset[str]:
    """The styles that a text names, as the bank says them where it has them, with those that they belong to."""
    found = set[str]()
    for name in (" ".join(part.split()) for part in re.split(r"[,;/|]", text)):
        own = find_words(name, ("style",))[:1]
        names = {name.casefold(), *(label.casefold() for word in own if len(word.labels) == 1 for label in word.labels)}
        styles = (word for word in bank().values() if word.group == "style")
        wider = {word.word for word in styles if names & {label.casefold() for label in word.labels}}
        found |= {word.word for word in own} | wider or {name} - {""}
    return frozenset(found)


@lru_cache(4096)
def _media(text: str) -> frozenset[str]:
    """The media of the bank that a text names, and painting where it is one: "Oil on poplar panel" is oil."""
    low = text.casefold()
    media = (word for word in bank().values() if word.group == "medium")
    found = {m.word for m in media if any(re.search(rf"\b{re.escape(s.casefold())}\b", low) for s in m.spellings)}
    if "photograph" in found:
        found -= {"print"}
    return frozenset(found | {"painting"} if found & _PAINTED else found)


@lru_cache(4096)
def _century(year: int) -> frozenset[str]:
    number = (year - 1) // 100 + 1
    ending = "th" if 10 < number < 20 or not 1 <= number % 10 <= 3 else _ORDINALS[number % 10 - 1]
    return frozenset({f"{number}{ending} century"})


_READ = {"style": _styles, "medium": _media}
