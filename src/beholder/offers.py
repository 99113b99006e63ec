"""What a buyer can have: works within a price and a size, and apart from them those of which that is not known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from beholder.csv_reading import CsvText
from beholder.errors import UserError
from beholder.money import minor_units, price_text
from beholder.text import decoded, shown
from beholder.types import Details, Item

Part = Literal["fits", "unknown", "sold", "misses"]
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
    max_width, max_height
        mm, of what hangs on the wall: the frame where its size is known
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

    def __bool__(self) -> bool:
        prices = self.min_price is not None or self.max_price is not None or bool(self.currency)
        return prices or self.max_width is not None or self.max_height is not None or self.hide_sold

    @property
    def in_words(self) -> str:
        """As "up to 2,000 DKK, at most 100 cm wide"."""
        low, high, code = self.min_price, self.max_price, self.currency
        limits = [
            f"from {low:,f} {code}" if low is not None else "",
            f"up to {high:,f} {code}" if high is not None else "",
            f"at most {self.max_width / 10:g} cm wide" if self.max_width is not None else "",
            f"at most {self.max_height / 10:g} cm high" if self.max_height is not None else "",
        ]
        return ", ".join(limit.strip() for limit in limits if limit)

    def part_of(self, item: Item) -> tuple[Part, str]:
        """Where a work belongs, and where it is apart, why."""
        told = (self._price(item.details), *self._sizes(item.details))
        if any(part == "misses" for part, _ in told):
            return "misses", ""
        if state := unavailable(item):
            return ("misses" if self.hide_sold else "sold"), state
        return next(((part, why) for part, why in told if part == "unknown"), ("fits", ""))

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
        return {"part": part, "apart": why, "cost": None if cost is None else float(round(cost, 2))} if self else {}

    def _price(self, told: Details) -> tuple[Part, str]:
        if self.min_price is None and self.max_price is None and not self.currency:
            return "fits", ""
        cost = self.cost(told)
        if cost is None:
            return "unknown", _no_price(told)
        low, high = self.min_price, self.max_price
        fits = (low is None or low <= cost) and (high is None or cost <= high)
        return ("fits" if fits else "misses"), ""

    def _sizes(self, told: Details) -> Iterable[tuple[Part, str]]:
        framed = told.frame_long_mm is not None
        long, short = (told.frame_long_mm, told.frame_short_mm) if framed else (told.long_mm, told.short_mm)
        width, height = (
            (told.frame_width_mm, told.frame_height_mm) if framed else (told.width_mm, told.height_mm)
        )  # fmt: skip
        for side, most in ((width, self.max_width), (height, self.max_height)):
            if most is not None:
                yield _within(side, long, short, most), "no size"


NOTHING_WANTED = Wishes()


def _within(side: float | None, long: float | None, short: float | None, most: float) -> Part:
    """Whether a side is at most so long, where it may be known only that it is one of two."""
    if side is not None:
        return "fits" if side <= most + _LEAST else "misses"
    if long is not None and long <= most + _LEAST:
        return "fits"
    return "misses" if short is not None and short > most + _LEAST else "unknown"


def unavailable(item: Item) -> str:
    """Why a work cannot be had: "sold", "reserved", "no longer listed"; "" where nothing says so."""
    if item.details.availability in ("sold", "reserved"):
        return item.details.availability
    return "no longer listed" if item.work is not None and item.work.unlisted else ""


def _no_price(told: Details) -> str:
    if told.price is not None:
        return f"price in {told.currency}"
    return {None: "no price", "from": "price from", "on request": "price on request"}.get(
        told.terms, f"{told.terms}, no price"
    )


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


def currencies(items: Iterable[Item]) -> list[str]:
    """Those in which something is offered, the usual one first."""
    counts = Counter(item.details.currency for item in items if item.details.currency)
    return [code for code, _ in counts.most_common()]


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
    """raises : UserError"""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise UserError(f"a currency is a code of three letters, as DKK or EUR; got '{shown(text, 40)}'")
    return code


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
        rates[read_currency(cells.get("currency", ""))] = rate
    return rates
