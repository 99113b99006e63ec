"""Words of pictures in plain English: the phrase for each, by its group, and the sentence that they make together."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.explain.likings import Liking

ABSENT = {"no people": "people"}  # words that tell what is not there, and of what: no name, and no reason
_NOUNS = ("subject", "place", "figure")
_PLURALS = {
    "woman": "women", "man": "men", "child": "children", "baby": "babies", "bearded man": "bearded men",
    "still life": "still lifes", "battle": "battles", "no people": "scenes without people",
    "mother and child": "mothers with a child", "volcano": "volcanoes", "under water": "underwater scenes",
}  # fmt: skip
_UNCOUNTED = {  # of the groups that are said in the plural
    "jungle", "snow", "space", "Christ", "tempera", "watercolour", "ink", "digital art", "stained glass",
    "sculpture", "collage", "sea",
}  # fmt: skip
_ITSELF = ("from above", "from below", "sharp all over", "close-up")
_SIDE_OF = {
    "night": "at night",
    "sunset": "at sunset",
    "fog": "in fog",
    "storm": "in a storm",
    "overcast sky": "under an overcast sky",
    "frame around it": "with a frame around it",
}
_WITH = ("shadows", "silhouettes", "glow", "contrast", "sky")  # of light, what pictures have and are not "in"
_SINGLE = ("view", "subject", "layout", "background", "frame", "horizon", "surface", "sky", "glow")
_MOSTLY = 0.5  # share of what is liked from which it is mostly so
_PART = {  # of the sentence that a group belongs to, and how many words it has at most
    "subject": "noun", "place": "noun", "figure": "noun", "medium": "medium", "mood": "mood", "palette": "colour",
    "light": "colour", "technique": "manner", "composition": "manner", "period": "period", "style": "style",
    "artist": "artist",
}  # fmt: skip
_AT_MOST = {"noun": 2, "artist": 2}
_DENIED = ("subject", "place", "figure", "palette", "style")  # groups of words that are named where they are disliked
_DENIED_AT_MOST = 2
_TELLING = 0.25  # of what the word tells that tells most, below which one is not said beside it
_SIDES = 2  # of colour, manner and period


def listed(words: Sequence[str], last: str = "and") -> str:
    """a · a and b · a, b and c"""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def noun_of(word: str, group: str) -> str:
    """The word as a noun that can stand for pictures: "boats", "women", "pastel colours", "night scenes"."""
    if word in _PLURALS:
        return _PLURALS[word]
    if group in ("place", "figure", "medium") and word not in _UNCOUNTED:
        head, of, rest = word.partition(" of ")
        return _plural(head) + of + rest
    return {"night": "night scenes", "ancient": "ancient art"}.get(word, word)


def without_of(one: Liking) -> str:
    """What is not liked, as a noun: "portraits", "Cubist pictures"."""
    style = one.group == "style" and is_adjective(one.word)
    return f"{one.word} pictures" if style else noun_of(one.word, one.group)


def is_adjective(style: str) -> bool:
    """Whether this style can stand before "pictures": "Cubist", not "old masters"."""
    return style[:1].isupper() or style == "abstract"


def side_of(word: str, group: str) -> str:
    """What stands behind the nouns: "in blue tones", "at night", "with thick paint", "of the 19th century"."""
    if word in _ITSELF:
        return "close up" if word == "close-up" else word
    if word in _SIDE_OF:
        return _SIDE_OF[word]
    one = f"{'an' if word[0] in 'aeiou' else 'a'} {word}" if word.rpartition(" ")[2] in _SINGLE else word
    if group == "period":
        return f"of the {word}" if word.endswith("century") else f"from {word} times"
    if group in ("palette", "light") and word.rpartition(" ")[2] not in _WITH and not word.startswith("much "):
        return f"in {word}"
    return f"in {one}" if word.endswith("format") or word.startswith(("soft focus", "round")) else f"with {one}"


def spoken_of(likings: Sequence[Liking]) -> list[Liking]:
    """The likings that the sentence names, of all, those that tell most first; none where nothing is liked."""
    said, against = dict[str, list[Liking]](), list[Liking]()
    least = _TELLING * max((one.weight for one in likings if one.liked), default=0.0)
    for one in likings:
        part = _PART[one.group]
        if one.liked and one.weight >= least and len(said.get(part, ())) < _AT_MOST.get(part, 1):
            said.setdefault(part, []).append(one)
        elif not one.liked and one.group in _DENIED and part not in {_PART[x.group] for x in against}:
            against.append(one)
    if "noun" in said:
        said.pop("medium", None)
    for part in [part for part in ("colour", "manner", "period") if part in said][_SIDES:]:
        del said[part]
    found = [one for part in said.values() for one in part]
    return [*found, *against[:_DENIED_AT_MOST]] if found else []


def friend_sentence(spoken: Sequence[Liking], opening: str = "") -> str:
    """What a friend would say of somebody whose likings these are; "" for none.

    "Calm seascapes and boats in blue tones; mostly Impressionist, Claude Monet above all. Rarely portraits."

    Parameters
    ----------
    spoken
        of `spoken_of`
    opening
        what it begins with, where it is one
    """
    liked: dict[str, list[Liking]] = {}
    for one in spoken:
        liked.setdefault(_PART[one.group] if one.liked else "", []).append(one)
    moods, artists = ([one.word for one in liked.get(part, ())] for part in ("mood", "artist"))
    nouns = listed([noun_of(x.word, x.group) for part in ("noun", "medium") for x in liked.get(part, ())])
    sides = listed([side_of(x.word, x.group) for part in ("colour", "manner", "period") for x in liked.get(part, ())])
    if "noun" in liked and not moods and not sides and all(x.group == "subject" for x in liked["noun"]):
        nouns = f"pictures of {nouns}"  # "Water." alone says little
    what = " ".join(filter(None, [*moods, nouns or "pictures", sides]))
    style = [f"{'mostly' if x.share > _MOSTLY else 'often'} {x.word}" for x in liked.get("style", ())]
    above = [f"{listed(artists)} above all"] if artists else []
    said = "; ".join(filter(None, [what if what != "pictures" else "", ", ".join([*style, *above])]))
    against = listed([without_of(x) for x in liked.get("", ())], "or")
    parts = [x for x in (said, against and f"rarely {against}") if x]
    parts[:1] = [f"{opening}{x}" for x in parts[:1]]
    return " ".join(f"{x[0].upper()}{x[1:]}." for x in parts)


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("ch", "sh", "x")) else f"{noun}s"
