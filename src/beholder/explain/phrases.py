"""Words of pictures in plain English: the phrase for each, by its group, and the sentence that they make together."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.explain.likings import Liking

_NOUNS = ("subject", "place", "figure")
_PLURALS = {
    "woman": "women", "man": "men", "child": "children", "baby": "babies", "bearded man": "bearded men",
    "still life": "still lifes", "battle": "battles", "no people": "scenes without people",
    "mother and child": "mothers with a child",
}  # fmt: skip
_UNCOUNTED = {  # of the groups that are said in the plural
    "jungle", "snow", "under water", "space", "Christ", "tempera", "watercolour", "ink", "digital art", "stained glass",
    "sculpture", "collage", "sea",
}  # fmt: skip
_ITSELF = ("from above", "from below", "sharp all over", "close-up")
_WHEN = {"night": "at night", "sunset": "at sunset", "fog": "in fog", "storm": "in a storm", "overcast sky": ""}
_WITH = ("shadows", "silhouettes", "glow", "contrast", "sky", "black", "white")  # light and palette that pictures have
_SINGLE = ("view", "subject", "layout", "background", "frame", "horizon", "surface", "sky", "glow")
_MOSTLY = 0.5  # share of what is liked from which it is mostly so
_SIDES = 2  # things named beside the first noun


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


def side_of(word: str, group: str) -> str:
    """What stands behind the nouns: "in blue tones", "at night", "with thick paint", "of the 19th century"."""
    if word in _ITSELF:
        return "close up" if word == "close-up" else word
    if _WHEN.get(word):
        return _WHEN[word]
    one = f"a {word}" if word.rpartition(" ")[2] in _SINGLE else word
    if group == "period":
        return f"of the {word}" if word.endswith("century") else f"from {word} times"
    if group in ("palette", "light") and word.rpartition(" ")[2] not in _WITH:
        return f"in {word}"
    return f"in {word}" if word.endswith("format") or word.startswith(("soft focus", "round")) else f"with {one}"


def friend_sentence(named: Sequence[Liking]) -> str:
    """What a friend would say of somebody whose likings these are, those that tell most first; "" for none.

    At most eight of them: "Calm seascapes and boats in blue tones; mostly Impressionist, Claude Monet above all. Not
    portraits."
    """
    liked = [x for x in named if x.liked]
    nouns = [noun_of(x.word, x.group) for x in liked if x.group in _NOUNS][:2]
    nouns = nouns or [noun_of(x.word, x.group) for x in liked if x.group == "medium"][:1]
    moods = [x.word for x in liked if x.group == "mood"][:1]
    sides = _sides(liked)
    what = (
        f"{' '.join([*moods, listed(nouns) or 'pictures'])} {listed(sides)}".strip() if nouns or moods or sides else ""
    )
    manner = [f"{'mostly' if x.share > _MOSTLY else 'often'} {x.word}" for x in liked if x.group == "style"][:1]
    artists = [x.word for x in liked if x.group == "artist"][:2]
    manner += [f"{listed(artists)} above all"] if artists else []
    said = "; ".join(filter(None, [what, ", ".join(manner)]))
    against = [noun_of(x.word, x.group) for x in named if not x.liked and x.group in (*_NOUNS, "style", "palette")][:2]
    sentences = [said, ", ".join(f"not {word}" for word in against)]
    return " ".join(f"{x[0].upper()}{x[1:]}." for x in sentences if x)


def _sides(liked: Sequence[Liking]) -> list[str]:
    """One each of colour or light, of how it is made, and of when."""
    found: dict[str, str] = {}
    for x in liked:
        kind = {"light": "palette", "composition": "technique"}.get(x.group, x.group)
        if kind in ("palette", "technique", "period"):
            found.setdefault(kind, side_of(x.word, x.group))
    return list(found.values())[:_SIDES]


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("ch", "sh", "x")) else f"{noun}s"
