"""The currencies that prices are in: their codes, their signs, and what a sign means in the country of a site."""

from __future__ import annotations

import re

_CURRENCIES = {  # the codes that are read, with the signs of each; a sign of several needs a country
    "EUR": "€ euro euros", "USD": "us$ $us u$s $", "GBP": "£ pounds", "CHF": "sfr fr chf.", "SEK": "kr kronor sek.",
    "NOK": "kr kroner", "DKK": "kr kroner dkr", "ISK": "kr krónur", "JPY": "円 ¥ ￥ yen", "CAD": "ca$ c$ $ca $",
    "AUD": "au$ a$ $au $", "NZD": "nz$ $", "HKD": "hk$ $", "SGD": "s$ $", "TWD": "nt$ $ 元", "MXN": "mx$ mex$ $",
    "ARS": "ar$ $", "CLP": "clp$ $", "COP": "co$ $", "CNY": "rmb cn¥ ¥ ￥ 元", "KRW": "₩ 원", "INR": "₹ rs",
    "PKR": "rs", "LKR": "rs",
    "PLN": "zł zl", "CZK": "kč", "HUF": "ft", "RON": "lei", "MDL": "lei", "BGN": "лв",
    "RUB": "₽ руб", "BYN": "руб", "UAH": "₴ грн", "TRY": "₺ tl",
    "ILS": "₪", "BRL": "r$", "ZAR": "", "XPF": "fr", "THB": "฿", "VND": "₫", "PHP": "₱",
}  # fmt: skip
_WITHOUT_CENTS = {"JPY", "KRW", "ISK", "VND", "CLP", "XPF"}
_IN_USE = (  # of ISO 4217
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD "
    "TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CODES = tuple(_IN_USE.split())
CURRENCY_OF = {
    "dk": "DKK", "se": "SEK", "no": "NOK", "is": "ISK", "ch": "CHF", "li": "CHF", "jp": "JPY", "cn": "CNY", "us": "USD",
    "ca": "CAD", "au": "AUD", "nz": "NZD", "hk": "HKD", "sg": "SGD", "tw": "TWD", "mx": "MXN", "ar": "ARS", "cl": "CLP",
    "in": "INR", "uk": "GBP", "gb": "GBP", "pl": "PLN", "cz": "CZK", "hu": "HUF", "ro": "RON",
    "ru": "RUB", "by": "BYN",
}  # fmt: skip
_SITES = {"tradera.com": "se"}  # of one country, whatever their names end in


def country_of(host: str) -> str:
    """The country of a site, by its name; "" where that does not tell."""
    host = host.casefold().rstrip(".").removeprefix("www.")
    for site, country in _SITES.items():
        if host == site or host.endswith("." + site):
            return country
    ending = host.rpartition(".")[2]
    return ending if "." in host and len(ending) == 2 and ending.isalpha() else ""


def codes_of(sign: str) -> frozenset[str]:
    """The currencies that a sign, a word or a code may mean."""
    return _CODES.get(sign.strip().casefold().rstrip("."), frozenset())


def price_text(amount: int | None, currency: str | None) -> str:
    """A price in words, as "1,250 DKK"; "" where there is none.

    Parameters
    ----------
    amount, currency
        in minor units (cents) of the ISO 4217 currency
    """
    if amount is None or currency is None:
        return ""
    whole, cents = divmod(amount, minor_units(currency))
    return f"{whole:,}{f'.{cents:02}' if cents else ''} {currency}"


def minor_units(currency: str) -> int:
    """How many of its smallest units make one of a currency."""
    return 1 if currency in _WITHOUT_CENTS else 100


def _known_codes() -> dict[str, frozenset[str]]:
    known: dict[str, set[str]] = {}
    for code, signs in _CURRENCIES.items():
        for sign in (code.casefold(), *signs.split()):
            known.setdefault(sign.rstrip("."), set()).add(code)
    return {sign: frozenset(codes) for sign, codes in known.items()}


def _signs() -> re.Pattern[str]:
    """All signs; those of letters only as whole words, "AU $" with a blank too."""
    longest_first = sorted(_CODES, key=len, reverse=True)
    spelt = [
        rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])\.?"
        if sign.isalpha()
        else re.escape(sign).replace(r"\$", r"\s?\$")
        for sign in longest_first
    ]
    return re.compile("|".join(spelt))


_CODES = _known_codes()
SIGNS = _signs()
