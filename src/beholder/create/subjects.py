"""What the painter can show of words that somebody wishes more of or likes: its families by words of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from beholder.concepts import find_words
from beholder.concepts.bank import BankWord
from beholder.explain.likings import Liking
from beholder.explain.phrases import listed

_SHOWN = {
    "landscape": "landscape; mountains; hills; lake; field; sky; clouds",
    "snow": "landscape; snow",
    "sea": "sea; seascape; coast; beach; harbour; boats; water; reflections; sky",
    "waves": "waves; water; Ukiyo-e",
    "night": "night; stars; moon; moonlight; space",
    "city": "city; cityscape; buildings; houses; street; towers; windows; village",
    "woods": "forest; trees; park",
    "thicket": "jungle; plants; trees; flowers; garden; park; grass",
    "botanical": "flowers; plants; garden",
    "still life": "still life; fruit; bottles and glasses; vases; food",
    "portrait": "portrait; face; people; half-length portrait; single figure; hats",
    "icon": "icon; Madonna; halos; religious scenes; people; Byzantine; group of people; gold leaf",
    "dabs": "garden; park; field; grass; landscape; Impressionist; Pointillist; dots of paint",
    "ink": "ink; drawing",
    "washes": "watercolour; thin washes; abstract",
    "colour fields": "abstract; Minimalist",
    "grid": "abstract; geometric shapes; Neoplasticist",
    "collage": "abstract; geometric shapes; collage",
    "hard edge": "abstract; geometric shapes; flat areas of colour; Suprematist",
    "mandala": "abstract; geometric shapes; symmetrical layout",
    "flow": "abstract; curved lines",
    "nested squares": "abstract; geometric shapes; Minimalist",
    "marble": "abstract",
    "discs": "abstract; geometric shapes",
}  # fmt: skip
_SIMPLE = ("portrait", "icon")  # families of heads and figures without a look of their own
KINDS = {"painter": "places and things", "flow": "moods and colours"}  # what an engine makes, in the words of people
PAINTABLE = (  # words to say what the painter draws well
    "landscape", "mountains", "snow", "sea", "boats", "waves", "night", "city", "forest", "park", "garden", "flowers",
    "fruit", "still life", "ink", "watercolour", "abstract",
)  # fmt: skip
_THINGS = ("subject", "place", "figure")  # groups of the bank whose words are of what is shown


def families_of(words: Sequence[str]) -> tuple[str, ...]:
    """Those that show most of the words; () where none is known to show any of them."""
    return tuple(family for family, share in shares(words).items() if share == 1)


def families_without(families: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """Those that show none of the words; all where each shows one."""
    unwanted = [one for word in words for part in _meant(word) for one in part]
    found = [family for family in families if not any(one.word in _shown()[family] for one in unwanted)]
    return tuple(found or families)


def shares(words: Sequence[str]) -> dict[str, float]:
    """How many of the words each family shows, as a share of what the one shows that shows most."""
    wanted = [part for word in words for part in _meant(word)]
    fit = {family: sum(any(one.word in shown for one in part) for part in wanted) for family, shown in _shown().items()}
    most = max(1, *fit.values())
    return {family: count / most for family, count in fit.items()}


def things_of(likings: Sequence[Liking]) -> list[str]:
    """Of the words of a taste those that are liked and name what is shown."""
    return [one.word for one in likings if one.liked and one.group in _THINGS]


def caveat(engine: str, words: Sequence[str]) -> str:
    """What an engine does with those of the words to have more of that it cannot draw well; "" where there are none."""
    if engine not in ("painter", "flow"):
        return ""
    never, told = never_shown(words, engine), list[str]()
    simple = [word for word in simply_shown(words) if word not in never] if engine == "painter" else []
    if simple:
        told.append(f"{_named(simple)} can be drawn only as simple heads and figures.")
    if never:
        told.append(f"{_named(never)} cannot be drawn: only the colours of such pictures lead.")
    return " ".join(told)


def outlook(engine: str, likings: Sequence[Liking]) -> str:
    """What to expect of an engine that shows few of the things that a taste names; "" where it shows half of them."""
    if engine not in KINDS:
        return ""
    things = things_of(likings)
    lacking = dict.fromkeys([*never_shown(things, engine), *(simply_shown(things) if engine == "painter" else ())])
    if 2 * len(lacking) <= len(things):
        return ""
    if engine == "flow":
        return "It shows no things: expect the colours and light of what you love."
    groups = {one.word: one.group for one in likings}
    people = all(groups[word] == "figure" or word == "people" for word in lacking)
    what = "people well" if people else listed([*lacking][:3], "or")
    return f"It cannot paint {what} yet: expect their colours and light."


def _named(words: Sequence[str]) -> str:
    return listed([f"“{word}”" for word in words])


def simply_shown(words: Sequence[str]) -> list[str]:
    """Of the words those that name people, whom the painter's families show without their looks."""
    people = set[str]().union(*(shown for family, shown in _shown().items() if family in _SIMPLE))
    well = set[str]().union(*(shown for family, shown in _shown().items() if family not in _SIMPLE))
    return [word for word in words if any(one.word in people - well for part in _meant(word) for one in part)]


def never_shown(words: Sequence[str], engine: str = "painter") -> list[str]:
    """Of the words those that name a thing which no family shows; `flow` shows no things at all."""
    known = set[str]().union(*_shown().values()) if engine == "painter" else set[str]()
    things = [(word, part) for word in words for part in _meant(word) if any(one.group in _THINGS for one in part)]
    return list(dict.fromkeys(word for word, part in things if not any(one.word in known for one in part)))


def _meant(text: str) -> list[tuple[BankWord, ...]]:
    """What may be meant by a word, or by each of several that are none together."""
    whole = find_words(text)
    return [found for found in ([whole] if whole else map(find_words, text.split())) if found]


@cache
def _shown() -> dict[str, set[str]]:
    return {family: set(words.split("; ")) for family, words in _SHOWN.items()}
