"""Words that the collection's own columns say: who painted it, in which style, on what, when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
_ORDINALS = ("st", "nd", "rd")


def words_of_columns(items: Sequence[Item]) -> Tags:
    """What is written of each of n pictures; a probability of nan where nothing of that group is.

    Artists, styles and media as they are named, or as the bank names them; years as centuries.
    """
    told = [dict[str, set[str]]() for _ in items]
    for own, item in zip(told, items, strict=True):
        columns = {name.casefold().strip(): text for name, text in item.columns.items() if text.strip()}
        own["artist"] = {item.details.artist} if item.details.artist else set()
        own["style"] = {word for text in _parts(columns, "style") for word in _styles(text)}
        own["medium"] = {word for text in _parts(columns, "medium") for word in _media(text)}
        own["period"] = {_century(item.details.year)} if item.details.year else set()
    found = [_group([own[group] for own in told], group) for group in ("style", "medium", "artist", "period")]
    return Tags(
        [name for tags in found for name in tags.names],
        [group for tags in found for group in tags.groups],
        np.concatenate([tags.probabilities for tags in found], axis=1),
        np.concatenate([tags.said for tags in found], axis=1),
    )


def _group(told: Sequence[set[str]], group: str) -> Tags:
    counts = Counter(name for own in told for name in own)
    of_bank = {word.word for word in bank().values() if word.group == group}
    others = [name for name, count in counts.most_common() if name not in of_bank and count >= _FEWEST][:_MOST]
    names = [*sorted(of_bank & set(counts)), *sorted(others)]
    at = {name: k for k, name in enumerate(names)}
    said = np.zeros((len(told), len(names)), bool)
    for row, own in enumerate(told):
        said[row, [at[name] for name in own if name in at]] = True
    known = np.array([bool(own) for own in told], bool)
    probabilities = np.where(known[:, None], said, np.nan).astype(np.float32)
    return Tags(names, [group] * len(names), probabilities, said)


def _parts(columns: Mapping[str, str], group: str) -> Iterable[str]:
    return (columns[name] for name in _COLUMNS[group] if name in columns)


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


def _century(year: int) -> str:
    number = (year - 1) // 100 + 1
    ending = "th" if 10 < number < 20 or not 1 <= number % 10 <= 3 else _ORDINALS[number % 10 - 1]
    return f"{number}{ending} century"
