"""Words that the collection's own columns say: who painted it, in which style, on what, when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from beholder.concepts.bank import bank, find_words
from beholder.concepts.tags import Tags
from beholder.types import Item

WRITTEN = ("style", "medium", "artist", "period")  # groups of which columns tell all that is to be said of a picture
_IN_STYLES = ("subject", "place", "figure", "medium")  # others whose words people write among styles, as "Landscape"
_STYLE = ("style", "styles", "movement", "school", "stil", "estilo", "stile")
_MEDIUM = ("medium", "technique", "material", "materials", "technik", "técnica", "tecnica")
_FEWEST = 2  # pictures that share a name that the bank does not have, for it to be a word
_MOST = 200  # such names a group: the commonest
_PAINTED = {"oil painting", "watercolour", "fresco", "tempera", "icon"}
_NOTHING = frozenset[str]()
_SAYING_NOTHING = {  # in small letters and without signs, so that "" is "-" too
    *(
        "",
        "n a",
        "none",
        "null",
        "nan",
        "other",
        "others",
        "various",
        "various artists",
        "unspecified",
        "not specified",
    ),
    *("unknown", "unknown artist", "unknown painter", "artist unknown", "not known", "unidentified", "anonymous"),
    *("unbekannt", "anonym", "inconnu", "anonyme", "desconocido", "desconhecido", "anónimo", "anônimo", "sconosciuto"),
    *("ignoto", "anonimo", "onbekend", "anoniem", "ukendt", "ukjent", "okänd", "tuntematon", "nieznany", "неизвестен"),
}
_WORD = re.compile(r"[^\W_]+")
_LAST_NAME_FIRST = re.compile(r"([^\W\d_][^,;/&()\d]*), ([^,;/&()\d]+)")
_ORDINALS = ("st", "nd", "rd")


def words_of_columns(items: Sequence[Item]) -> Tags:
    """What is written of each of n pictures; a probability of nan where nothing of that group is.

    Artists, styles and media as they are named, or as the bank names them; years as centuries.
    """
    told = {group: list[frozenset[str]]() for group in dict.fromkeys((*WRITTEN, *_IN_STYLES))}
    for item in items:
        readers, details = _readers(tuple(item.columns)), item.details
        for group, cells in readers.items():
            said = [read(item.columns[name], group) for name, read in cells]
            told[group].append(said[0] if len(said) == 1 else frozenset().union(*said))
        told["artist"].append(frozenset({details.artist}) if details.artist and _says(details.artist) else _NOTHING)
        told["period"].append(_century(details.year) if details.year else _NOTHING)
    told["artist"] = _as_spoken(told["artist"])
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
    shared = sorted((-count, name) for name, count in counts.items() if name not in of_bank and count >= _FEWEST)
    others = [name for _, name in shared[:_MOST]]
    names = [*sorted(of_bank & set(counts)), *sorted(others)]
    at = {name: k for k, name in enumerate(names)}
    said = np.zeros((len(told), len(names)), bool)
    pairs = [(row, at[name]) for row, own in enumerate(told) for name in own if name in at]
    said[tuple(np.array(pairs, np.intp).reshape(-1, 2).T)] = True
    known = np.array([bool(own) for own in told], bool)
    probabilities = np.where(known[:, None], said, np.nan).astype(np.float32)
    return Tags(names, [group] * len(names), probabilities, said)


@lru_cache(256)
def _readers(columns: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, Callable[[str, str], frozenset[str]]]]]:
    """Which of these columns tell words of each group, and what reads their cells."""
    style, medium = ([name for name in columns if name.casefold().strip() in names] for names in (_STYLE, _MEDIUM))
    found = {group: [(name, _styles) for name in style] for group in ("style", *_IN_STYLES)}
    return {**found, "medium": [*((name, _media) for name in medium), *found["medium"]]}


@lru_cache(4096)
def _says(text: str) -> bool:
    """Whether it says anything, unlike "Unknown" and "N/A"."""
    return " ".join(_WORD.findall(text.casefold())) not in _SAYING_NOTHING


def _as_spoken(told: list[frozenset[str]]) -> list[frozenset[str]]:
    """Names of artists with the last name last: "Monet, Claude" is Claude Monet, where most are written so."""
    names = {name for own in told for name in own if " " in name}
    turned = {name: f"{found[2]} {found[1]}" for name in names if (found := _LAST_NAME_FIRST.fullmatch(name))}
    if 2 * len(turned) <= len(names):
        return told
    return [frozenset(turned.get(name, name) for name in own) for own in told]


@lru_cache(16_384)
def _styles(text: str, group: str) -> frozenset[str]:
    """The words of a group that a cell of styles names.

    Styles as the bank says them where it has them, with those that they belong to. Of other groups what is no style.
    """
    found = set[str]()
    names = (" ".join(part.split()) for part in re.split(r"[,;/|]", text)) if _says(text) else ()
    for name in filter(_says, names):
        own = find_words(name, ("style",))[:1]
        if others := () if own else find_words(name, _IN_STYLES)[:1]:
            found |= {word.word for word in others if word.group == group}
        if others or group != "style":
            continue
        labels = {
            name.casefold(),
            *(label.casefold() for word in own if len(word.labels) == 1 for label in word.labels),
        }
        styles = (word for word in bank().values() if word.group == "style")
        wider = {word.word for word in styles if labels & {label.casefold() for label in word.labels}}
        found |= {word.word for word in own} | wider or {name}
    return frozenset(found)


@lru_cache(4096)
def _media(text: str, group: str) -> frozenset[str]:
    """The media of the bank that a text names, and painting where it is one: "Oil on poplar panel" is oil."""
    low = text.casefold()
    media = (word for word in bank().values() if word.group == group)
    found = {m.word for m in media if any(re.search(rf"\b{re.escape(s.casefold())}\b", low) for s in m.spellings)}
    if "photograph" in found:
        found -= {"print"}
    return frozenset(found | {"painting"} if found & _PAINTED else found)


@lru_cache(4096)
def _century(year: int) -> frozenset[str]:
    number = (year - 1) // 100 + 1
    ending = "th" if 10 < number < 20 or not 1 <= number % 10 <= 3 else _ORDINALS[number % 10 - 1]
    return frozenset({f"{number}{ending} century"})
