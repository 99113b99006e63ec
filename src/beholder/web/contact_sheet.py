"""The contact sheet: a ranking as one HTML file, pictures and all, that opens anywhere without a network."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from beholder import __version__
from beholder.durable import write_whole
from beholder.errors import BeholderError, UserError
from beholder.images import render
from beholder.offers import NOTHING_WANTED, Wishes
from beholder.ranking import SCORE, Ranked, title_of
from beholder.session import Reading
from beholder.types import SCALE, Item, Progress, silent
from beholder.web.render import byline, count, environment, link_of, more_of

SIDE = 640  # pixels of the longer side: sharp on a phone, about 60 kB a picture
_NONE: Mapping[int, str] = MappingProxyType({})
_NARROWEST, _WIDEST = 0.4, 4.5  # ratios of width to height that a row is given to; a scroll is shown whole all the same


@dataclass(frozen=True, slots=True)
class _Card:
    """One picture of the sheet, every value ready to print."""

    rank: int
    title: str
    byline: list[str]
    link: str | None
    links: list[str]  # where it is offered too
    more: dict[str, str]
    why: str
    apart: str  # why it is not among those that fit
    picture: str  # data URI, "" where the file cannot be read any more
    missing: str  # and then why
    width: int
    height: int
    ratio: str
    score: str  # "" where there is none
    low: str
    high: str
    lo: int
    hi: int
    at: int


_Apart = Sequence[tuple[str, Sequence[Ranked]]]  # headings, and what stands below them


def write_sheet(
    reading: Reading,
    places: Sequence[Ranked],
    file: Path,
    *,
    apart: _Apart = (),
    wishes: Wishes = NOTHING_WANTED,
    progress: Progress = silent,
) -> None:
    """Write the contact sheet of these places of a reading's ranking; whole or not at all.

    apart, wishes : as in `contact_sheet`

    Raises
    ------
    UserError
        where the file cannot be written
    """
    text = sheet_of(reading, places, apart=apart, wishes=wishes, progress=progress)
    file = file.expanduser()
    try:
        write_whole(file, text)
    except OSError as error:
        raise UserError(f"cannot write '{file}': {error.strerror}") from error


def sheet_of(
    reading: Reading,
    places: Sequence[Ranked],
    *,
    apart: _Apart = (),
    wishes: Wishes = NOTHING_WANTED,
    progress: Progress = silent,
) -> str:
    """The contact sheet of these places of a reading's ranking, as text; apart, wishes : as in `contact_sheet`"""
    found = f"The {len(places):,} of “{reading.collection.name}”"
    limits = f", {wishes.in_words}" if wishes.in_words else ""
    heading, sentence, foot = f"{found}{limits}", "", f"Made by Beholder on {_today()}."
    if reading.fitted is not None:
        verdict, answers = reading.verdict, len(reading.history.answers)
        general = reading.fitted is reading.prior  # nothing of the person is in it
        whose = "that people like most" if general else f"closest to {_whose(reading.person.name)} taste"
        heading, foot = f"{found} {whose}{limits}", _foot(answers or None)
        if not answers:
            sentence = "" if general else "By your answers in other collections."
        elif verdict.kind != "clicking":  # advice is for the person alone
            sentence = verdict.sentence
    art = reading.collection
    rows = np.array([art.row_of[place.item.id] for place in places], np.int64)
    twins = {art.items[row].id: title_of(art.items[other]) for row, other in art.twins.before(rows).items()}
    return contact_sheet(
        places, heading=heading, sentence=sentence, foot=foot, apart=apart, wishes=wishes, twins=twins,
        progress=progress,
    )  # fmt: skip


def contact_sheet(
    places: Sequence[Ranked],
    *,
    heading: str,
    sentence: str = "",
    foot: str = "",
    apart: _Apart = (),
    wishes: Wishes = NOTHING_WANTED,
    twins: Mapping[int, str] = _NONE,
    progress: Progress = silent,
) -> str:
    """The whole HTML file as text, pictures embedded as JPEGs without metadata.

    Parameters
    ----------
    places
        what to show, in this order; a score that is no number is not shown; a picture that cannot be read any more
        is named with the reason
    sentence
        the taste in words, under the heading
    foot
        the line below; "": that Beholder ranked them, and what the score means
    apart
        what stands below, under headings of its own
    wishes
        what a buyer asked for
    twins
        of a picture, by its id, the title of one before it that may show the same work
    """
    parts, done = [("", places), *apart], 0

    def cards(some: Sequence[Ranked]) -> Iterable[_Card]:
        nonlocal done
        for place in some:
            yield _card(place, wishes, twins.get(place.item.id, ""))
            done += 1
            progress("making the sheet", done, sum(len(part) for _, part in parts))

    page = environment().get_template("sheet.html")
    made = [(title, list(cards(part))) for title, part in parts]
    return page.render(heading=heading, sentence=sentence, parts=made, foot=foot or _foot(None), version=__version__)


def _whose(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _today() -> str:
    today = date.today()
    return f"{today.day} {today:%B %Y}"


def _foot(answers: int | None) -> str:
    rests = f" from {count(answers, 'answer')}" if answers is not None else ""
    return f"Ranked by Beholder{rests} on {_today()}. {SCORE}; the band shows how uncertain it is."


def _card(place: Ranked, wishes: Wishes, twin: str) -> _Card:
    item = place.item
    picture, missing = _picture(item)
    score = SCALE[0] if math.isnan(place.score) else place.score
    low, high = max(SCALE[0], score - place.std), min(SCALE[1], score + place.std)
    ratio = item.width / item.height if item.width and item.height else 1.0
    return _Card(
        rank=place.rank,
        title=title_of(item),
        byline=[*byline(item), *filter(None, [wishes.converted(item.details)])],
        link=link_of(item),
        links=list(item.work.links) if item.work else [],
        more=more_of(item),
        why="\n".join(filter(None, [place.why, f"same work as {twin}?" if twin else ""])),
        apart=wishes.part_of(item)[1] if wishes else "",
        picture=picture,
        missing=missing,
        width=item.width,
        height=item.height,
        ratio=f"{min(max(ratio, _NARROWEST), _WIDEST):.3f}",
        score="" if math.isnan(place.score) else f"{place.score:.2f}",
        low=f"{low:.1f}",
        high=f"{high:.1f}",
        lo=_percent(low),
        hi=_percent(high),
        at=_percent(score),
    )


def _picture(item: Item) -> tuple[str, str]:
    try:
        jpeg = render(item.locator, SIDE, "JPEG")
    except (BeholderError, OSError) as error:
        return "", f"{item.name} cannot be shown: {error}"
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode(), ""


def _percent(score: float) -> int:
    low, high = SCALE
    return round(100 * (min(max(score, low), high) - low) / (high - low))
