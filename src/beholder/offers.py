"""What a buyer can have: works within a price and a size, and apart from them those of which that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from beholder.csv_reading import CsvText
from beholder.currencies import CODES, codes_of, minor_units, price_text
from beholder.errors import UserError
from beholder.facts import Facts, Mask, unavailable
from beholder.text import decoded, shown
from beholder.types import Details, Floats, Item

Part = Literal["fits", "unknown", "sold", "misses", "currency"]  # the last: its price is in another one
PARTS: tuple[Part, ...] = get_args(Part)
_FITS, _UNKNOWN, _SOLD, _MISSES, _CURRENCY = range(5)
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "inches": 25.4, '"': 25.4, "″": 25.4}
_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*|[\"″])", re.IGNORECASE | re.ASCII)
_CODE = re.compile(r"[A-Z]{3}")
_LEAST = 1.0  # mm; what is measured anew differs by more


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted; each part that is set leaves works out, or apart where nobody knows.

    Attributes
    ----------
    min_price, max_price
        in `currency`, both included
    currency
        ISO 4217; what is offered in another one is converted by `rates`, or apart
    rates
        what one unit of another currency costs in this one
    min_width, max_width, min_height, max_height
        mm, of what hangs on the wall: the frame where its size is known
    min_year, max_year
        both included
    hide_sold
        leave out what is sold, reserved or not listed any more, instead of putting it apart
    """

    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    max_width: float | None = None
    max_height: float | None = None
    hide_sold: bool = False
    min_width: float | None = None
    min_height: float | None = None
    min_year: int | None = None
    max_year: int | None = None

    def __bool__(self) -> bool:
        return self._asks_price or self._asks_size or self._asks_year or self.hide_sold

    @property
    def in_words(self) -> str:
        """As "up to 2,000 DKK, at most 100 cm wide"."""
        code, limits = self.currency, list[str]()
        for words, least in (("from", self.min_price), ("up to", self.max_price)):
            limits += [f"{words} {least:,f} {code}".strip()] if least is not None else []
        for words, length, side in (
            ("at least", self.min_width, "wide"), ("at most", self.max_width, "wide"),
            ("at least", self.min_height, "high"), ("at most", self.max_height, "high"),
        ):  # fmt: skip
            limits += [f"{words} {length / 10:g} cm {side}"] if length is not None else []
        for year, when in ((self.min_year, "or later"), (self.max_year, "or earlier")):
            limits += [f"made in {year} {when}"] if year is not None else []
        return ", ".join(limits)

    @property
    def not_known(self) -> str:
        """What is apart because nobody knows it: "Price or width not known"."""
        wide, high = ((x, y) != (None, None) for x, y in self._lengths)
        size = "size" if wide and high else "width" if wide else "height"
        asked = {"price": self._asks_price, size: wide or high, "year": self._asks_year}
        *others, last = [name for name, is_asked in asked.items() if is_asked] or ["Nothing"]
        return f"{', '.join(others)}{' or ' * bool(others)}{last} not known".capitalize()

    @property
    def crossed(self) -> list[str]:
        """Of what the lower limit is above the upper one: "price", "width", "height", "year"."""
        limits: dict[str, tuple[Any, Any]] = {
            "price": (self.min_price, self.max_price), "width": (self.min_width, self.max_width),
            "height": (self.min_height, self.max_height), "year": (self.min_year, self.max_year),
        }  # fmt: skip
        return [name for name, (low, high) in limits.items() if None not in (low, high) and low > high]

    def parts(self, facts: Facts) -> NDArray[np.int8]:
        """(n,) where each work belongs, as its place in `PARTS`."""
        fits, misses = np.ones(len(facts), bool), np.zeros(len(facts), bool)
        for _, fitting, missing in self._limits(facts):
            fits, misses = fits & fitting, misses | missing
        elsewhere = self._asks_price & np.isnan(self.costs(facts)) & ~np.isnan(facts.amount)
        part = np.where(fits, np.int8(_FITS), np.where(elsewhere, np.int8(_CURRENCY), np.int8(_UNKNOWN)))
        part = np.where(facts.taken, np.int8(_MISSES if self.hide_sold else _SOLD), part)
        return np.where(misses, np.int8(_MISSES), part)

    def part_of(self, item: Item) -> tuple[Part, str]:
        """Where a work belongs, and where it is apart, why."""
        one = Facts([item])
        part = PARTS[int(self.parts(one)[0])]
        unknown = (why for why, fitting, missing in self._limits(one) if not (fitting[0] or missing[0]))
        return part, unavailable(item) if part == "sold" else next(unknown) if part in ("unknown", "currency") else ""

    def _limits(self, facts: Facts) -> Iterator[tuple[str, Mask, Mask]]:
        """Of each thing asked for: what to say where it is not known, (n,) what fits, (n,) what misses."""
        if self._asks_price:
            cost = self.costs(facts)
            why = _no_price(facts.items[0].details) if len(facts) else ""
            yield why, *_between((cost, cost), _float(self.min_price), _float(self.max_price))
        sides = zip(("wide", "high"), (facts.width, facts.height), self._lengths, strict=True)
        for name, side, (least, most) in sides:
            if least is not None or most is not None:
                yield _no_side(name, side), *_between(side, _less(least), _more(most))
        if self._asks_year:
            yield "no year", *_between((facts.year, facts.year), self.min_year, self.max_year)

    @property
    def _asks_price(self) -> bool:
        return self.min_price is not None or self.max_price is not None or bool(self.currency)

    @property
    def _asks_size(self) -> bool:
        return any(limit is not None for limits in self._lengths for limit in limits)

    @property
    def _lengths(self) -> tuple[tuple[float | None, float | None], tuple[float | None, float | None]]:
        """The least and the most of the width, then of the height."""
        return (self.min_width, self.max_width), (self.min_height, self.max_height)

    @property
    def _asks_year(self) -> bool:
        return self.min_year is not None or self.max_year is not None

    def costs(self, facts: Facts) -> Floats:
        """(n,) the price of each in the wanted currency; NaN where that is not known."""
        rates = [
            1.0 if code == self.currency or not self.currency else _rate(self.rates.get(code))
            for code in facts.currencies
        ]
        costs: Floats = np.where(facts.free, 0.0, facts.amount * np.array([*rates, np.nan])[facts.currency])
        return costs

    def cost(self, told: Details) -> Decimal | None:
        """The price in the wanted currency; None where that is not known."""
        if told.terms == "free":
            return Decimal(0)
        if told.price is None or told.currency is None:
            return None
        amount = Decimal(told.price) / minor_units(told.currency)
        if told.currency == self.currency or not self.currency:
            return amount
        rate = self.rates.get(told.currency)
        return None if rate is None else amount * rate

    def converted(self, told: Details) -> str:
        """The price in the wanted currency, in words; "" where it is in it already, or not known."""
        cost = self.cost(told)
        if cost is None or not self.currency or told.currency in (None, self.currency):
            return ""
        return f"≈ {price_text(round(cost) * minor_units(self.currency), self.currency)}"

    def told_of(self, item: Item) -> dict[str, Any]:
        """What an export adds where a buyer asks: where a work belongs, why it is apart, its cost in `currency`."""
        (part, why), cost = self.part_of(item), self.cost(item.details)
        part = "unknown" if part == "currency" else part  # `apart` tells these
        return {"part": part, "apart": why, "cost": None if cost is None else float(round(cost, 2))} if self else {}


NOTHING_WANTED = Wishes()


def _between(value: tuple[Floats, Floats] | Floats, least: float | None, most: float | None) -> tuple[Mask, Mask]:
    """(what lies between for sure, what does not for sure) of values of which the least and the most is known."""
    low, high = value
    least, most = -np.inf if least is None else least, np.inf if most is None else most
    return (low >= least) & (high <= most), (high < least) | (low > most)


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _rate(rate: Decimal | None) -> float:
    return np.nan if rate is None else float(rate)


def _less(length: float | None) -> float | None:
    return None if length is None else length - _LEAST


def _more(length: float | None) -> float | None:
    return None if length is None else length + _LEAST


def _no_price(told: Details) -> str:
    if told.price is not None:
        return f"price in {told.currency}"
    known = {None: "no price", "from": "lowest price only", "on request": "price on request", "bid": "a bid, no price"}
    return known.get(told.terms, f"{told.terms}, no price")


def _no_side(name: str, side: Floats) -> str:
    """Why this side of the first work is not known; side : (2, n) mm, the least and the most that it may be"""
    if not len(side[0]) or not side[0][0] or np.isinf(side[1][0]):
        return "no size"
    return f"{side[0][0] / 10:.4g} or {side[1][0] / 10:.4g} cm {name}, not said which"


def size_text(told: Details) -> str:
    """The size in words, width first: "40 × 50 cm, frame 52 × 62 cm"; "" where it is not known."""
    work = _sides(told.width_mm, told.height_mm) or _sides(told.long_mm, told.short_mm)
    frame = _sides(told.frame_width_mm, told.frame_height_mm) or _sides(told.frame_long_mm, told.frame_short_mm)
    return ", ".join(part for part in (work, frame and f"frame {frame}") if part)


def wall_size(told: Details, ratio: float) -> tuple[float, float] | None:
    """(width, height) in mm that a work takes on a wall, with its frame where that is known; None where neither is.

    Parameters
    ----------
    ratio
        of the picture, width to height: which side is which where nobody says it
    """
    known = (
        (told.frame_width_mm, told.frame_height_mm), _turned(told.frame_long_mm, told.frame_short_mm, ratio),
        (told.width_mm, told.height_mm), _turned(told.long_mm, told.short_mm, ratio),
    )  # fmt: skip
    return next(((w, h) for w, h in known if w and h), None)


def _turned(long: float | None, short: float | None, ratio: float) -> tuple[float | None, float | None]:
    return (long, short) if ratio >= 1 else (short, long)


def _sides(one: float | None, other: float | None) -> str:
    return f"{one / 10:.4g} × {other / 10:.4g} cm" if one and other else ""


def offer_of(item: Item) -> dict[str, Any]:
    """What a machine is told of an offer; prices in whole units."""
    told, work = item.details, item.work

    def whole(amount: int | None, currency: str | None) -> float | None:
        return None if amount is None or currency is None else amount / minor_units(currency)

    return {
        "price": whole(told.price, told.currency), "currency": told.currency, "terms": told.terms,
        "price_before": whole(work.price_before, work.currency_before) if work else None,
        "availability": unavailable(item) or told.availability, "place": told.place, "link": told.link,
        "width_mm": told.width_mm, "height_mm": told.height_mm, "long_mm": told.long_mm, "short_mm": told.short_mm,
        "frame_width_mm": told.frame_width_mm, "frame_height_mm": told.frame_height_mm,
        "photos": len(work.photos) if work else 1, "other_links": list(work.links) if work else [],
    }  # fmt: skip


def read_length(text: str, unit: str = "") -> float:
    """A length in mm.

    Parameters
    ----------
    unit
        that is meant where the text has none; "": it must have one

    Raises
    ------
    UserError
    """
    found = _LENGTH.fullmatch(text.strip())
    number, factor = (found[1], _MILLIMETRES.get(found[2].lower() or unit)) if found else ("", None)
    if factor is None or not float(number.replace(",", ".")):
        raise UserError(f"a length has a unit, as 100cm, 1000mm or 40in; got '{shown(text, 40)}'")
    return float(number.replace(",", ".")) * factor


def read_currency(text: str) -> str:
    """The code of a currency that there is, as "DKK". raises : UserError"""
    code = text.strip().upper()
    if code in CODES:
        return code
    near = sorted(codes_of(text)) or [one for one in CODES if one[:2] == code[:2]] or get_close_matches(code, CODES, 1)
    hint = f"; did you mean {' or '.join(near[:3])}?" if near else "."
    raise UserError(f"unknown currency '{shown(text, 40)}'{hint} A currency is a code of three letters, as DKK or EUR")


def read_rates(path: Path) -> dict[str, Decimal]:
    """Exchange rates from a CSV with the columns currency and rate: what one unit of each costs in the wanted one.

    Raises
    ------
    UserError
        naming what is wrong
    """
    try:
        table = CsvText(decoded(path), ("currency",))
    except OSError as error:
        raise UserError(f"'{shown(str(path))}' cannot be read: {error.strerror}") from error
    names = [name.strip().lower() for name in table.header]
    if not {"currency", "rate"} <= set(names):
        raise UserError(f"'{shown(str(path))}' needs the columns currency and rate, got {', '.join(names)}")
    rates: dict[str, Decimal] = {}
    for record in table:
        cells = dict(zip(names, record.cells, strict=False))
        try:
            rate = Decimal(cells.get("rate", "").strip())
        except ArithmeticError:
            rate = Decimal(0)
        if not rate.is_finite() or rate <= 0:
            raise UserError(f"line {record.line} of '{shown(str(path))}' has no rate, as in EUR,7.46")
        code = cells.get("currency", "").strip().upper()
        if not _CODE.fullmatch(code):
            raise UserError(f"line {record.line} of '{shown(str(path))}' has no currency, as in EUR,7.46")
        rates[code] = rate
    return rates
