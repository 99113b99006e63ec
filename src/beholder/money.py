"""Prices as people write them: an amount in minor units and its currency, and what is said where no amount is fixed.

Never a wrong amount: where a text may mean another (two amounts, a price each, an estimate, words that are not known
here, a sign of several currencies) none is read. A sign such as "kr" or "$" needs the country of the site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from beholder.currencies import CURRENCY_OF, SIGNS, codes_of, minor_units
from beholder.money_words import (
    BEFORE_WORDS,
    BEHIND_WORDS,
    CARRIAGE_WORDS,
    FRAME,
    OTHER_SUMS,
    PLAIN_WORDS,
    TERMS,
    THING_WORDS,
)

_DASHED = {"DKK", "SEK", "NOK", "CHF"}  # where "500,-" and "500.-" say that the sum is in crowns or francs
_MOST_DIGITS = 12
_LONGEST = 200  # characters; a price is shorter

_FIXED = {"", "negotiable"}  # terms under which the amount that is said is the price
_WITHOUT_AMOUNT = ("on request", "free")
_BEGINS = {"from"}  # words that mean it only before the amount
_EXTRA = re.compile(r"\b(?:zzgl|plus|excl?|exkl|ekskl|hors|ex)\b\.?|\+")  # what comes on top is not in the amount
_THINGS, _CARRIAGE = frozenset(THING_WORDS.split()), frozenset(CARRIAGE_WORDS.split())
_PLAIN = _THINGS.union(PLAIN_WORDS.split())
_BEFORE, _BEHIND = _PLAIN.union(BEFORE_WORDS.split()), _PLAIN.union(BEHIND_WORDS.split())
_ADDED = (
    rf"(?:(?:frais de |gastos de |spese di |koszty? )?(?:{CARRIAGE_WORDS.replace(' ', '|')})|moms|mva|mwst|ust|vat|"
    rf"tax|btw|tva|iva|{FRAME})\.?"
)
_WITH = (
    r"(?:in[ck]l?|inklusive|including|included|inclus\w*|inclu[ií]d\w*|compris\w*|free|gratis|kostenlos\w*|gratuit\w?|grátis|"
    r"fri|zdarma|darmow\w+|bezpłatn\w+|ilmainen|ingyenes|ücretsiz|бесплатн\w+)"
)
_WITHIN = re.compile(  # what is said to be within the price, or for nothing; and that it is fixed
    rf"(?:[+&] )?(?<!\w)(?:{_WITH}\.? ?(?:\d\d? ?% ?)?{_ADDED}"
    rf"(?:(?:,| og| und| and| et| en| e| y| och| &| \+)(?: {_WITH}\.?)? {_ADDED})*"
    rf"|{_ADDED} (?:{_WITH}|möglich|possibile|possible|muligt?|disponibi?le|available)(?=[\s.]*(?:$|[,;)!]))"
    rf"|(?:med|mit|with|avec|met|con|uden|ohne|without|sans|zonder|senza|sin|utan|uten|excl?|ekskl|exkl)\.? {FRAME}"
    rf"|(?:not|non|no|nicht|niet|ikke|inte|keine?|ingen)[ -](?:{TERMS['negotiable']}))(?!\w)"
)

_BLANKS = re.compile(r"\s+")
_SIDE, _TWO_DIGITS = r"\d++(?:[.,]\d++)?+", r"\d{2,}+(?:[.,]\d++)?+"
_SIZE = re.compile(  # "3 x 1 500" is none
    rf"(?:[-–—]\s)?\b(?:{_SIDE}\s*(?:cm|mm|m)?\s*[x×*]\s*{_SIDE}(?:\s*[x×*]\s*{_SIDE})?\s*(?:cm|mm|m|in|inch|inches)\b\.?"
    rf"|{_TWO_DIGITS}(?:[x×*]{_TWO_DIGITS}(?!\s*[x×*]|[.,'’]?\d)"
    rf"|\s*[x×*]\s*{_TWO_DIGITS}(?:\s*[x×*]\s*{_SIDE})?(?!\s?[.,'’]?\d)))"
    r"(?:\s[-–—](?=\s))?|(?<![\d.,])\d+(?:[.,]\d+)?\s*(?:cm|mm)\b\.?"
)
_AMOUNT = re.compile(
    r"(?:(?P<whole>[1-9]\d{0,2}(?P<mark>[.,'’ ])\d{3}(?:(?P=mark)\d{3})*|0|[1-9]\d*)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2})(?!\d)|(?P<dash>[.,:]\s?[-–—]{1,2}))?"
    r"|(?P<thousands>\d{1,3}(?:[.,]\d\d?)?)k\b)",
    re.ASCII,
)
_NO_CENTS = re.compile(r"(?<=\d)(?:,=| ,-)")  # 1250,=
_EURO_POINT = re.compile(r"(\d)€(\d\d)(?!\d)")  # 15€50
_NUMBER = r"\d(?:[\d.,'’]*\d)?"
_RUN = re.compile(r"\d(?:[\d.,'’]|\s(?=\d{3}(?!\d)))*(?:k\b|:?\s?[-–—]{1,2}(?!\s?\d))?")
_CUT = re.compile(r"(?<![^\W\d_])[.,]$")  # .50
_LAKH = re.compile(r"(\d{1,2}(?:,\d{2})+,\d{3})(?:\.(\d{2}))?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
_QUIET = re.compile(r"[\s.,:;!()\[\]*|\"“”„·•（）]*")


class Price(NamedTuple):
    """What a text says of a price.

    Attributes
    ----------
    amount
        in minor units (cents), with `currency`; both None where it is not sure
    terms
        "negotiable", "on request", "free", "from", "estimate" or "bid"; "" where nothing of the kind is said
    """

    amount: int | None = None
    currency: str | None = None
    terms: str = ""


def read_price(text: str, currencies: Sequence[str] = (), country: str = "") -> Price:
    """Parameters
    ----------
    currencies
        what is said of it elsewhere: codes or signs, "" for nothing
    country
        of the site, as `country_of` tells it
    """
    text = _BLANKS.sub(" ", text).strip()
    if not text or len(text) > _LONGEST:
        return Price()
    left = _NO_CENTS.sub(",-", _SIZE.sub(" ", _WITHIN.sub(" ", text.casefold())))
    left = _EURO_POINT.sub(r"\1,\2 €", left)
    runs = list(_RUN.finditer(left))
    terms, left = _terms(left, runs[0].start() if runs else -1)
    runs = list(_RUN.finditer(left))
    if terms not in _FIXED or len(runs) != 1:
        return Price(terms=terms)
    run = runs[0]
    before = left[: run.start()]
    if _CUT.search(before) or (" " in run.group() and _THINGS.intersection(_words(before))):
        return Price(terms=terms)
    signs = _signs_beside(before, left[run.end() :])
    if signs is None:
        return Price(terms=terms)
    dashed = run.group().rstrip("-–—") != run.group() and CURRENCY_OF.get(country) in _DASHED
    code = _code([*signs, *map(codes_of, filter(None, currencies))], country, dashed)
    if code is None:
        return Price(terms=terms)
    amount = _amount(run.group().strip(), code)
    return Price(amount, code, terms) if amount else Price(terms=terms)


def is_another_sum(before: str, behind: str) -> bool:
    """Whether words beside a sum say that it is no price asked: an estimate, a bid, a hammer price, carriage."""
    words = [_WITHIN.sub(" ", text.casefold()) for text in (before[-_LONGEST:], behind[:_LONGEST])]
    if any(map(_OTHER_SUM.search, words)) or _TERM_PATTERNS["from"].search(words[0]) is not None:
        return True
    label = _LABEL.search(words[0])
    return label is not None and (label["frame"] is not None or not _is_of_price(label["name"]))


def _is_of_price(label: str) -> bool:
    """Whether a label such as "our price" may stand before what is asked."""
    return bool(_PRICED.search(label) or SIGNS.search(label) or _BEFORE.intersection(_words(label)))


def is_without_tax(behind: str) -> bool:
    """Whether the words behind a sum say that a tax comes on top."""
    return _WITHOUT_TAX.search(_WITHIN.sub(" ", behind[:_LONGEST].casefold())) is not None


def behind_sums(text: str) -> str:
    """The words behind the last sum of a text: those before it belong to that."""
    return _SUM.split(text)[-1]


def versions_in(text: str) -> list[str]:
    """What a text says that the original, a print or another version of a work costs."""
    return [" ".join(found.group().split()) for found in _VERSION.finditer(text)]


def _terms(text: str, at: int) -> tuple[str, str]:
    """(what is said, the text without that). at : where the first number stands, -1 where there is none"""
    for terms, pattern in _TERM_PATTERNS.items():
        found = pattern.search(text)
        if found is None or (terms in _WITHOUT_AMOUNT and at >= 0) or (terms in _BEGINS and not found.end() <= at):
            continue
        left = text[: found.start()] + " " + text[found.end() :]
        if terms in _WITHOUT_AMOUNT and not _PLAIN.issuperset(_words(left)):
            continue
        return terms, left
    return "", text


def _signs_beside(before: str, after: str) -> list[frozenset[str]] | None:
    """What each sign beside the number may mean; None where any word there may change what the number means."""
    extra = _EXTRA.search(after)
    if extra:
        on_top = set(_words(after[extra.end() :]))
        if not _CARRIAGE & on_top or not on_top <= _CARRIAGE | _BEHIND:
            return None
        after = after[: extra.start()]
    signs: list[frozenset[str]] = []
    for part, known in ((before, _BEFORE), (after, _BEHIND)):
        signs += [codes_of(found.group().replace(" ", "")) for found in SIGNS.finditer(part)]
        left = SIGNS.sub(" ", part)
        if not known.issuperset(_words(left)) or not _QUIET.fullmatch(_WORD.sub(" ", left)):
            return None
    return signs


def _words(text: str) -> list[str]:
    return [word.rstrip(".") for word in _WORD.findall(text)]


def _code(said: list[frozenset[str]], country: str, dashed: bool) -> str | None:
    """The one currency that all signs agree on."""
    if dashed and not said:
        return CURRENCY_OF[country]
    if not said:
        return None
    codes = frozenset.intersection(*said)
    if len(codes) > 1:
        codes &= {CURRENCY_OF.get(country, "")}
    return next(iter(codes)) if len(codes) == 1 else None


def _amount(text: str, code: str) -> int | None:
    """In minor units; None where it may be another, and for nothing."""
    if code == "INR" and (lakh := _LAKH.fullmatch(text)):
        return int(lakh[1].replace(",", "")) * 100 + int(lakh[2] or 0)
    found = _AMOUNT.fullmatch(text.rstrip(" .,") if not text.endswith(("-", "–", "—")) else text)
    if found is None or found["point"] == found["mark"] is not None:
        return None
    if found["thousands"]:
        whole, cents = round(float(found["thousands"].replace(",", ".")) * 1000), 0
    else:
        digits = re.sub(r"\D", "", found["whole"])
        if len(digits) > _MOST_DIGITS:
            return None
        whole, cents = int(digits), int((found["cents"] or "").ljust(2, "0"))
    if minor_units(code) == 1:
        return None if cents else whole or None
    return 100 * whole + cents or None


_TERM_PATTERNS = {terms: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for terms, pattern in TERMS.items()}
_OTHER_SUM = re.compile(rf"(?<!\w)(?:{OTHER_SUMS}|{TERMS['estimate']}|{TERMS['bid']})(?!\w)|^\W*(?:bud|bod|limit)\W*$")

_LABEL = re.compile(  # "Frame:", "Frame" before a sum
    r"(?P<name>[^\W\d_][^:\d.,;|/]{0,30}?)\s*[:：]\W*$|"
    rf"(?<![^\W\d_])(?<!\bi )(?<!\bin )(?<!\bim )(?P<frame>{FRAME}|framing|(?:ein)?rahmung|"
    r"indramning|inramning|innramming|encadrement|inlijsting|oprawa|rama?|rám|moldura|keret|ramă|рама|çerçeve|κορνίζα|kehys|"
    r"額縁?代?)\W*$"
)
_PRICED = re.compile(
    r"pri[sc]|prei|prix|prezz|precio|prij|cena|hinta|cost|kost|koop|kauf|køb|köp|kjøp|buy|kup|sale|salg|sälj|vend|"
    r"total|gesamt|sum|amount|betrag|beløb|belopp|ask|価格|値段|値|价|價|preço|preț|цен|fiyat|τιμή|(?<!\w)ár(?!\w)"
)
_WITHOUT_TAX = re.compile(
    r"(?:(?<!\w)(?:zzgl|excl?|exkl|ekskl|excluding|exclusive|plus|without|ohne|uden|utan|uten|hors|sans|senza|zonder|sin)|"
    r"\+)\.? ?(?:of )?(?:\d\d?(?:[.,]\d)? ?% ?)?(?:sales )?(?:vat|moms|mva|mwst|ust|btw|tva|iva|tax\w*|gst)(?!\w)"
)
_VERSIONS = (
    r"original(?:e|en|s)?|original (?:painting|artwork|drawing)|originalgemälde|originalmaleri|prints|"
    rf"kunstdrucke?|drucke?|kunsttryk|posters|stampa|reproduktion|reproduction|giclée|{THING_WORDS.replace(' ', '|')}"
)
_PRICE = rf"(?:(?:{SIGNS.pattern})\s?{_NUMBER}|{_NUMBER}\s?(?:{SIGNS.pattern}))"
_SUM = re.compile(_PRICE, re.IGNORECASE)
_VERSION = re.compile(
    rf"(?<!\w)(?:{_VERSIONS})\W{{0,3}}(?:(?:{TERMS['from']})\W{{1,2}})?{_PRICE}|{_PRICE}\s?\(?(?:{_VERSIONS})(?! ?\w)",
    re.IGNORECASE,
)
