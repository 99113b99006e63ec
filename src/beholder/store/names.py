"""Names of people and collections: how they are kept, and which of them look the same.

Kept in Unicode's composed form (NFC). Two names look the same where they differ in case alone, or in characters that
Unicode calls confusable [UTS39, section 4]: a Cyrillic А for a Latin A, a 1 for an l.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from beholder.errors import UserError

_MOST = 80  # characters
# No control or format character, and still nothing to see: fillers, joiners, selectors of a variant. The two selectors
# that choose between a sign and its emoji are left in names.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
_SELECTOR = re.compile("[\ufe0e\ufe0f]")
_MARK = "\u200e"  # stands around right-to-left characters in the table of confusables


def composed(name: str) -> str:
    """A name as it is compared: composed, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def clean(what: str, name: str) -> str:
    """A name as it is kept. raises : UserError where it is empty, too long, or holds what nobody can see"""
    name = composed(name)
    seen = any(unicodedata.category(c)[0] in "LNPS" for c in name)
    if not 1 <= len(name) <= _MOST or not name.isprintable() or _UNSEEN.search(name) or not seen:
        raise UserError(f"a {what}'s name has 1 to {_MOST} printable characters, got {name[:_MOST]!r}")
    return name


def alike(name: str, others: Iterable[str]) -> list[str]:
    """Those of `others` that look the same as `name`, the very same name too."""
    looks = _looks(name)
    return [other for other in others if looks & _looks(other)]


@lru_cache(4096)
def _looks(name: str) -> frozenset[str]:
    """What a name looks like, as it is written, in small letters and in capitals; wide forms count as plain ones."""
    name = _SELECTOR.sub("", composed(name))
    forms = {name, unicodedata.normalize("NFKC", name)}
    cased = {skeleton for form in forms for skeleton in (_skeleton(form.casefold()), _skeleton(form.upper()))}
    return frozenset(cased | {_skeleton(_skeleton(form).casefold()) for form in forms})


def _skeleton(name: str) -> str:
    name = unicodedata.normalize("NFD", name).replace("i\u0307", "i")  # what is left of a Turkish İ
    return unicodedata.normalize("NFD", "".join(_prototypes().get(c, c) for c in name))


@lru_cache(1)
def _prototypes() -> dict[str, str]:
    """What Unicode takes each confusable character for. The library lists each pair in both directions."""
    from confusable_homoglyphs.confusables import confusables_data

    table = {key.strip(_MARK): [one["c"].strip(_MARK) for one in like] for key, like in confusables_data.items()}
    found = {}
    for char, like in table.items():
        wanted = like[0]
        if len(char) == len(like) == 1 and (len(table.get(wanted, ())) > 1 or len(wanted) > 1 or char > wanted):
            found[char] = wanted
    return found
