"""When a photograph was taken: as cameras and tables write it, and as people read it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_FIRST = 1826  # the year of the first photograph
_AHEAD = timedelta(days=1)  # by which a clock elsewhere may be ahead of this one
_WRITTEN = re.compile(r"(\d{4})[-:/.](\d\d?)[-:/.](\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?.*)?", re.ASCII)


def read_date(text: str) -> datetime | None:
    """The moment that this says, on the clock of its place: "2019:08:14 15:32:07", "2019-08-14".

    None for what is no date, or one before there were photographs, or one to come. Of a time that cannot be the day is
    left.
    """
    found = _WRITTEN.fullmatch(text.strip("\0 \r\n"))
    if found is None:
        return None
    year, month, day, *clock = (int(part or 0) for part in found.groups())
    for hour, minute, second in (clock, (0, 0, 0)):
        try:
            taken = datetime(year, month, day, hour, minute, second)
        except ValueError:
            continue
        return taken if taken.year >= _FIRST and taken <= datetime.now() + _AHEAD else None
    return None


def written(taken: datetime) -> str:
    """As it is kept, and `read_date` reads it."""
    return f"{taken:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")


def day_in_words(taken: datetime) -> str:
    """`14 August 2019`."""
    return f"{taken.day} {taken:%B %Y}"
