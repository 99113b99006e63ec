"""Prices as people write them: an amount in minor units and its currency, and what is said where no amount is fixed.

Never a wrong amount: where a text may mean another (two amounts, a price each, an estimate, words that are not known
here, a sign of several currencies) none is read. A sign such as "kr" or "$" needs the country of the site.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from beholder.currencies import CURRENCY_OF, SIGNS, codes_of, minor_units

_DASHED = {"DKK", "SEK", "NOK", "CHF"}  # where "500,-" and "500.-" say that the sum is in crowns or francs
_MOST_DIGITS = 12
_LONGEST = 200  # characters; a price is shorter

_TERMS = {  # the first that is said counts
    "estimate": r"guide price|vurdering\w*|schätz\w*|estim(?:at\w*|ée?s?)|estimación|stima|est\.|taxatie|värdering|"
    r"utropsvärde",
    "bid": r"(?:højeste|aktuelt|næste|nåværende) bud|start ?(?:pris|preis|prijs|gebot|bud|bod)|mindste ?bud|"
    r"mindestgebot|aktuelles gebot|höchstgebot|gebote?|\d+ bud|\d+ biedingen|(?:current|starting|opening|winning|"
    r"highest|reserve) (?:bid|price)|bids?|mise à prix|"
    r"(?:vinnande|ledande|högsta) bud|hoogste bod|offre actuelle|offerta (?:attuale|minima)|oferta actual|"
    r"aufruf(?:s?preis)?|ench\w+|utrop\w*|utgångspris|bud på|base d['’]asta|puja\w*|huidig bod|startbod|"
    r"cena wywoławcza|lähtöhinta",
    "on request": r"pris efter aftale|efter aftale|(?:preis|price|prix|prezzo|precio|pris|prijs|cena|hinta)?\s*(?:auf "
    r"anfrage|nach absprache|on (?:request|application)|upon request|sur demande|nous consulter|su richiesta|a "
    r"consultar|bajo petición|på (?:förfrågan|forespørgsel|forespørsel)|op (?:aan)?vraag|do uzgodnienia|"
    r"na dotaz|na zapytanie|sopimuksen mukaan|etter avtale|enligt överenskommelse|o\.?t\.?k\.?)|"
    r"p\.?\s?o\.?\s?a\.?|n\.?\s?o\.?\s?t\.?\s?k\.?|"
    r"(?:ring|spørg|kontakt\w*) (?:for|om) pris|(?:call|ask|contact\w*|inquire|enquire) (?:us )?for (?:a )?price",
    "negotiable": r"v\.?h?b\.?|verhandlungs(?:basis|sache)|verhandelbar|eller (?:hø[jg]este )?bud|e\.?\s?b\.?|bud "
    r"modtages(?! ikke)|kom med (?:et )?bud|giv (?:et )?bud|gi bud|gib gebot|prutning|"
    r"o\.?b\.?o\.?|o\.?n\.?o\.?|o\.?v\.?n\.?o\.?|or (?:best|nearest) offer|or near offer|negotiable|"
    r"make (?:an |me an )?offer|offers? (?:accepted|welcome)|à débattre|négociables?|faire (?:une )?offre|"
    r"bieden|of bieden|t\.?e\.?a\.?b\.?|"
    r"tegen elk aannemelijk bod|trattabil\w|offerta libera|negociables?|a convenir|"
    r"(?:eller )?(?:högst|høyst|højest)\s?(?:bjudande|bydende)|prisförslag|till förhandling|diskutabelt|"
    r"do negocjacji|tai tarjous|tarjous|festpreis oder gebot",
    "from": r"fra|ab|from|starting (?:at|from)|à partir de|dès|da|a partire da|desde|a partir de|vanaf|från|od|alkaen",
    "free": r"gives (?:væk|bort)|foræres|gratis|zu verschenken|verschenke|kostenlos|(?:for )?free|gratuit\w?|"
    r"à donner|don|in regalo|regalo|regalato|se regala|weggeven|gratis af te halen|skänkes|bortskänkes|gis bort|"
    r"za darmo|oddam za darmo|annetaan|ilmainen",
}  # fmt: skip
_OTHER_SUMS = (  # words beside a sum that is no price asked: what it went for, cost once, costs to send
    r"hammer\w*|zuschlag\w*|adjugé\w*|realised|realized|sold for|solgt for|verkauft für|vendu \w+|aggiudicat\w|remate|"
    r"result\w*|résultat\w*|ergebnis\w*|risultato|resultado|miet\w+|miete|leje|udlej\w+|huur|noleggio|alquiler|hire|"
    r"rent(?:al)?|anzahlung|acompte|acconto|versicherungs\w*|insur\w+|forsikring\w*|"
    r"dostaw\w+|(?:najniższa|laagste|lowest(?: recent)?|laveste|lägsta|niedrigster) (?:cena|prijs|price|pris\w*|preis)|"
    r"prix le plus bas|prezzo più basso|precio más bajo|"
    r"30[ -]?(?:dni|tage|days|dage|dagar|dager|jours|giorni|días|dagen)|"
    r"klubbat|slutpris|ny ?pris|neupreis|ny ?værdi|vejl(?:ed\w*)?|rrp|uvp|msrp|statt|før|tidligere|was|previously|"
    r"avant|prima|fragt\w*|forsendelse|versand\w*|shipping|postage|delivery|frakt|porto|spedizione|livraison|verzend\w*|envío|"
    r"gutschein\w*|gift ?cards?|gavekort|presentkort|cadeaubon|carte cadeau|buono regalo|tarjeta regalo|voucher|"
    r"(?:service|buyer'?s?) \w*fee|fees?|gebühr\w*|gebyr|avgift|käuferschutz|original(?:price| price|preis)|netto|ht|"
    r"deposit\w*|depositum|kaution|rabat\w*|discount|save|spar|per|pr|each|stk|stück|je|måned|month|monat|mois|maand"
)
_FIXED = {"", "negotiable"}  # terms under which the amount that is said is the price
_WITHOUT_AMOUNT = ("on request", "free")
_BEGINS = {"from"}  # words that mean it only before the amount
# Words beside a price that change nothing of it: on either side, on one alone, of the thing that is sold.
_PLAIN_WORDS = (
    "pris prisen fast price preis prix prezzo precio prijs cena hinta asking only now nur jetzt kun nu kr sælges "
    "festpreis fp vraagprijs ferme fisso fissi fijo total totalt totalpris gesamt i alt buy it now køb nu sofortkaufen "
    "sofort kaufen sofortpreis achat immédiat direct kopen köp kjøp kup teraz säljes selges vaste hintapyyntö nyní "
    "sale samlet letzter your firm final til salgs ttc brutto 税込 送料込み 送料無料 即決"
)
_BEFORE_WORDS = "for voor"
_BEHIND_WORDS = "abholung selbstabholung afhentning afhentes afhentet pickup"
_THING_WORDS = (
    "maleri painting gemälde bild tableau quadro cuadro schilderij tavla maalaus obraz "
    "oliemaleri ölgemälde ölbild akvarel aquarell litografi lithografie print poster plakat kunst art "
    "framed unframed "
    "gerahmt ungerahmt indrammet encadré incorniciato enmarcado ingelijst inramad"
)
_EXTRA = re.compile(r"\b(?:zzgl|plus|excl?|exkl|ekskl|hors|ex)\b\.?|\+")  # what comes on top is not in the amount
_CARRIAGE_WORDS = (
    "versand shipping fragt forsendelse porto postage frakt spedizione envío livraison verzendkosten verzenden "
    "versandkosten delivery levering lieferung consegna entrega bezorging verzending leverans port "
    "wysyłka dostawa przesyłka"
)
_THINGS, _CARRIAGE = frozenset(_THING_WORDS.split()), frozenset(_CARRIAGE_WORDS.split())
_PLAIN = _THINGS.union(_PLAIN_WORDS.split())
_BEFORE, _BEHIND = _PLAIN.union(_BEFORE_WORDS.split()), _PLAIN.union(_BEHIND_WORDS.split())
_FRAME = r"(?:ramme|rahmen|frame|cadre|lijst|cornice|marco|ram)"
_ADDED = (
    rf"(?:(?:frais de |gastos de |spese di |koszty? )?(?:{_CARRIAGE_WORDS.replace(' ', '|')})|moms|mva|mwst|ust|vat|"
    rf"tax|btw|tva|iva|{_FRAME})\.?"
)
_WITH = (
    r"(?:in[ck]l?|inklusive|including|included|inclus\w*|inclu[ií]d\w|compris\w*|free|gratis|kostenlos\w*|gratuit\w?)"
)
_WITHIN = re.compile(  # what is said to be within the price, or for nothing; and that it is fixed
    rf"(?:[+&] )?(?<!\w)(?:{_WITH}\.? ?(?:\d\d? ?% ?)?{_ADDED}"
    rf"(?:(?:,| og| und| and| et| en| e| y| och| &| \+)(?: {_WITH}\.?)? {_ADDED})*"
    rf"|{_ADDED} (?:{_WITH}|möglich|possibile|possible|muligt?|disponibi?le|available)(?=[\s.]*(?:$|[,;)!]))"
    rf"|(?:med|mit|with|avec|met|con|uden|ohne|without|sans|zonder|senza|sin|utan|uten|excl?|ekskl|exkl)\.? {_FRAME}"
    rf"|(?:not|non|no|nicht|niet|ikke|inte|keine?|ingen)[ -](?:{_TERMS['negotiable']}))(?!\w)"
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


_TERM_PATTERNS = {terms: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for terms, pattern in _TERMS.items()}
_OTHER_SUM = re.compile(
    rf"(?<!\w)(?:{_OTHER_SUMS}|{_TERMS['estimate']}|{_TERMS['bid']})(?!\w)|^\W*(?:bud|bod|limit)\W*$"
)

_LABEL = re.compile(  # "Frame:", "Frame" before a sum
    r"(?P<name>[^\W\d_][^:\d.,;|/]{0,30}?)\s*[:：]\W*$|"
    rf"(?<![^\W\d_])(?<!\bi )(?<!\bin )(?<!\bim )(?P<frame>{_FRAME}|framing|(?:ein)?rahmung|"
    r"indramning|inramning|innramming|encadrement|inlijsting|oprawa|rama)\W*$"
)
_PRICED = re.compile(
    r"pri[sc]|prei|prix|prezz|precio|prij|cena|hinta|cost|kost|koop|kauf|køb|köp|kjøp|buy|kup|sale|salg|sälj|vend|"
    r"total|gesamt|sum|amount|betrag|beløb|belopp|ask|価格|値段|値"
)
_WITHOUT_TAX = re.compile(
    r"(?:(?<!\w)(?:zzgl|excl?|exkl|ekskl|excluding|exclusive|plus|without|ohne|uden|utan|uten|hors|sans|senza|zonder|sin)|"
    r"\+)\.? ?(?:of )?(?:\d\d?(?:[.,]\d)? ?% ?)?(?:sales )?(?:vat|moms|mva|mwst|ust|btw|tva|iva|tax\w*|gst)(?!\w)"
)
_VERSIONS = (
    r"original(?:e|en|s)?|original (?:painting|artwork|drawing)|originalgemälde|originalmaleri|prints|"
    rf"kunstdrucke?|drucke?|kunsttryk|posters|stampa|reproduktion|reproduction|giclée|{_THING_WORDS.replace(' ', '|')}"
)
_PRICE = rf"(?:(?:{SIGNS.pattern})\s?{_NUMBER}|{_NUMBER}\s?(?:{SIGNS.pattern}))"
_SUM = re.compile(_PRICE, re.IGNORECASE)
_VERSION = re.compile(
    rf"(?<!\w)(?:{_VERSIONS})\W{{0,3}}(?:(?:{_TERMS['from']})\W{{1,2}})?{_PRICE}|{_PRICE}\s?\(?(?:{_VERSIONS})(?! ?\w)",
    re.IGNORECASE,
)
