"""Which of Windows' code pages a text of one byte a letter is in, told by the letters of its words."""

from __future__ import annotations

import re
from string import ascii_lowercase

_LATIN = {  # letters beyond ASCII of the languages that are written in each
    "cp1252": (
        "àâæçèéêëîïôœùûüÿ",  # French
        "äöüß",  # German
        "àèéìíîòóùú",  # Italian
        "áéíñóúü¿¡ªº",  # Spanish
        "àáâãçéêíóôõúüªº",  # Portuguese
        "àçèéíïòóúü",  # Catalan
        "áåäæèéêíóôöøü",  # Danish, Norwegian, Swedish
        "áðéíóúýþæö",  # Icelandic
        "áèéêëíïóöúü",  # Dutch
        "äåõöüšž",  # Finnish, Estonian
    ),
    "cp1250": (
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "ąćęłńóśźż",  # Polish
        "áéíóöőúüű",  # Hungarian
        "ćčđšž",  # Croatian, Slovene
        "âăîşţ",  # Romanian
    ),
    "cp1254": ("âçğıi̇îöşüû",),  # Turkish
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž"),  # Lithuanian, Latvian
}
_CYRILLIC = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",  # Russian, Bulgarian
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",  # Ukrainian
    "абвгдђежзијклљмнњопрстћуфхцчџш",  # Serbian
)
_LETTERS = {page: [{*ascii_lowercase, *beyond} for beyond in languages] for page, languages in _LATIN.items()}
_LETTERS["cp1251"] = [set(letters) for letters in _CYRILLIC]
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_MARKS = set("–—‘’‚“”„…«»·°´\xa0\xad€©®™§")
_SHORT = 3  # bytes; nº, m² and £ are no words
_MOST = 4000  # different words looked at
_CLEARLY = 2  # words


def code_page(data: bytes) -> str:
    """The code page in which the most words have the letters of one language; Windows-1252 where none is better.

    A text in Windows-1252 may mix its languages: what is wrong in it has words of none, or of too many.
    """
    words = sorted({word for word in _WORD.findall(data) if len(word) >= _SHORT and not word.isascii()})[:_MOST]
    of = {page: _spelled(words, page) for page in _LETTERS}
    best = max(of, key=lambda page: max(map(sum, of[page])))
    right, usual = max(map(sum, of[best])), max(map(sum, of["cp1252"]))
    mixed = sum(map(any, zip(*of["cp1252"], strict=True)))
    return best if right > mixed or (right == mixed and right - usual >= _CLEARLY) else "cp1252"


def _spelled(words: list[bytes], page: str) -> list[list[bool]]:
    """For each language of a page, of which words it has all letters."""
    letters = [set(text.lower()) - _MARKS for text in (word.decode(page, "replace") for word in words)]
    return [[some <= known for some in letters] for known in _LETTERS[page]]
