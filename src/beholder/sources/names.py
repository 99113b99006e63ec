"""What a zip's members are called: by its Unicode field, as UTF-8, or in the code page of the machine that made it.

A zip that is made without Unicode does not say in which code page its names are. The one is taken in which they read as
words; an `items.csv` that lists them settles it.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Container, Sequence
from contextlib import suppress
from itertools import pairwise
from zipfile import ZipInfo

_UNICODE_PATH = 0x7075  # Info-ZIP's extra field: version 1, CRC-32 of the name in the header, the name in UTF-8
# Windows' code pages for names in a zip, by how often one meets them, then its code pages for text. A name that one of
# East Asia does not have is looked for in what Windows made of it.
_PAGES = (
    *("cp437", "cp850", "shift_jis", "euc_kr", "gb2312", "big5", "cp866", "cp852", "cp1252", "cp1251", "cp737"),
    *("cp862", "cp857", "cp775", "cp1250", "cp1253", "cp1255", "cp1256", "cp874", "cp1257", "cp1254", "koi8_r"),
)
_WIDER = {"shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gbk", "big5": "cp950"}
_SAMPLE = 300  # names looked at
_WORDS = re.compile(r"[^\W\d_]+")
_UNLIKELY = set("ƒªºµ·¿¡¬÷×")  # letters and marks of the code pages that hardly stand in a name
_EAST = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH"}
_REFUSED = set('|<>:"?*')  # by Windows
_MOST_ODD = 0.25


def raw_name(info: ZipInfo) -> bytes:
    """The bytes that stand in the zip: `zipfile` reads them as cp437, which has a character for each."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


def _unicode_path(info: ZipInfo) -> str | None:
    """The name in Info-ZIP's field, where it is there and of this name."""
    at = 0
    while at + 4 <= len(info.extra):
        kind, size = struct.unpack_from("<HH", info.extra, at)
        body, at = info.extra[at + 4 : at + 4 + size], at + 4 + size
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            with suppress(UnicodeDecodeError):
                if struct.unpack("<I", body[1:5])[0] == zlib.crc32(raw_name(info)):
                    return body[5:].decode("utf-8")
    return None


def said_name(info: ZipInfo) -> str | None:
    """The name where the zip says it: in its field, or in UTF-8 (also without its flag, as macOS writes it)."""
    with suppress(UnicodeDecodeError):
        return _unicode_path(info) or raw_name(info).decode("utf-8")
    return None


def code_page(names: Sequence[bytes], listed: Container[str] = ()) -> str | None:
    """The code page in which these names read best; None where they are words in none.

    Parameters
    ----------
    listed
        file names, without their folders, that an `items.csv` gives: the page in which most of these come out wins
    """
    sample = list(names[:: max(1, len(names) // _SAMPLE)])
    texts = {page: decoded for page in _PAGES if (decoded := _decoded(sample, page)) is not None}
    known = {page: sum(_last(name) in listed for name in decoded) for page, decoded in texts.items()}
    if any(known.values()):
        return max(known, key=lambda page: known[page])
    oddness = {page: _oddness(decoded, page) for page, decoded in texts.items()}
    best = min(oddness, key=lambda page: oddness[page], default=None)
    return best if best is not None and oddness[best] <= _MOST_ODD else None


def in_page(name: bytes, page: str | None) -> str | None:
    """The name in this code page; None where it is in another."""
    for each in filter(None, (page, _WIDER.get(page or ""))):
        with suppress(UnicodeDecodeError):
            return name.decode(each)
    return None


def _decoded(names: Sequence[bytes], page: str) -> list[str] | None:
    texts = [text for name in names if (text := in_page(name, page)) is not None]
    return [unicodedata.normalize("NFC", text) for text in texts] if len(texts) == len(names) else None


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _oddness(names: Sequence[str], page: str) -> float:
    """How many characters hardly stand in a file's name, to one of those beyond ASCII."""
    odd, total = 0.0, 0
    for name in names:
        beyond = [c for c in name if c > "\x7f"]
        total += len(beyond)
        odd += sum(_odd(c, page) for c in beyond) + sum(c in _REFUSED for c in name)
        odd += sum(_is_mixed(word) for word in _WORDS.findall(name) if not word.isascii())
    return odd / max(1, total)


def _odd(c: str, page: str) -> float:
    name = unicodedata.name(c, "")
    if "\u4e00" <= c <= "\u9fff":
        return 0.0 if page != "euc_kr" and _is_common(c) else 0.5
    if name.startswith("CIRCLED"):
        return 0.0
    return float(c in _UNLIKELY or unicodedata.category(c)[0] not in "LM" or name.startswith("HALFWIDTH"))


def _is_common(c: str) -> bool:
    """Whether a character is among the few thousand that China, Taiwan or Japan put first in their sets."""
    for page, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x97)):
        with suppress(UnicodeEncodeError):
            if first <= c.encode(page)[0] <= last:
                return True
    return False


def _is_mixed(word: str) -> bool:
    """Whether a word is in two alphabets, turns to capitals within, or is of accented Latin letters alone."""
    scripts = {unicodedata.name(c, "?").partition(" ")[0] for c in word}
    if scripts & _EAST:
        korean = "HANGUL" in scripts and len(scripts - {"LATIN"}) > 1
        return korean or bool(scripts - _EAST - {"LATIN"}) or any(c.isascii() and c.islower() for c in word)
    inside = any(a.islower() and b.isupper() for a, b in pairwise(word))
    accents = scripts == {"LATIN"} and len(word) > 1 and not any(c.isascii() for c in word)
    return len(scripts) > 1 or inside or accents
