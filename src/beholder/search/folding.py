"""Text as it is compared: no accents, no case, no English endings, so that "Dürers" and "durer" are one word."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`´")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_UNUSUAL = {"men": "man", "women": "woman", "children": "child", "feet": "foot", "leaves": "leaf", "wolves": "wolf"}
_SCHOOL = re.compile(r"(.{4,})(?:ism|ist|istic)")


def words_of(text: str) -> list[str]:
    """The words of a text as they are written; "l'Estaque" is one, and "&" is "and"."""
    return _WORD.findall(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).replace("&", " and "))


def folded(text: str) -> str:
    """In small letters without accents, "ß" as "ss" and "ø" as "o"."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return text.translate(_LETTERS)


@lru_cache(65_536)
def stem(word: str) -> str:
    """A word, folded, without the ending of its plural or of a school: "Boats" is "boat", "Realists" is "real".

    It need not be a word: "horse" is "hors". Both sides of a comparison go through it.
    """
    word = folded(word)
    word = _UNUSUAL.get(word, word)
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    if school := _SCHOOL.fullmatch(word):
        return school[1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
