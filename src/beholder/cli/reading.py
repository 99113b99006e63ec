"""fit, rank, explain: what was learned of a person, over a collection."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import (
    AsJson,
    Meter,
    Model,
    Named,
    Who,
    count,
    note,
    open_session,
    put_json,
    say,
    table,
)
from beholder.errors import UserError

if TYPE_CHECKING:
    from beholder.explain import Leaning, Liking
    from beholder.filters import Filter
    from beholder.offers import Wishes
    from beholder.ranking import Ranked, Ranking
    from beholder.session import Reading, Session
    from beholder.types import Item

_SHOWN = 20  # rows of the table, and
_ON_SHEET = 100  # pictures of the contact sheet, where --top says nothing
_OFFER = ("price", "size", "place", "link", "")
_BAR = 10  # characters to each side of a leaning's middle


def add_to(app: typer.Typer) -> None:
    for command in (fit, rank, explain):
        app.command()(command)


def fit(collection: Named, person: Who = None, model: Model = None, as_json: AsJson = False) -> None:
    """Learn a person's taste from all their answers.

    Also prints the estimated accuracy: the share of pairs of pictures ranked as they would, with a 90 % interval.
    """
    start = time.monotonic()
    session = open_session(collection, person, model)
    reading = session.reading()
    progress = reading.progress
    told: dict[str, Any] = {
        "person": session.person.name,
        "collection": session.collection.name,
        "model": session.model_name,
        "answers": progress.answers,
        "accuracy": progress.accuracy,
        "margin": progress.margin,
        "verdict": progress.verdict.kind,
        "hyperparameters": getattr(reading.model, "hyperparameters_", None),
        "shares": reading.shares,
        "seconds": round(time.monotonic() - start, 3),
    }
    if as_json:
        put_json(told)
        return
    if told["answers"]:
        learned = f"{told['model']} learned {told['person']}'s taste in '{told['collection']}'"
        say(f"{learned} from {count(told['answers'], 'answer')}, in {told['seconds']:.1f} s")
        say(progress.verdict.sentence)
    else:
        say(_begun_from(session))
    say(progress.sentence)
    if told["shares"]:
        say(_whose(*told["shares"]))


def _whose(everybody: float, own: float) -> str:
    return f"{100 * everybody:.0f} % of the ranking is what people like in general, {100 * own:.0f} % their own taste"


def rank(
    collection: Named,
    person: Who = None,
    model: Model = None,
    top: Annotated[int | None, typer.Option("--top", min=1, metavar="N", help="Only the best N.")] = None,
    why: Annotated[bool, typer.Option("--why", help="A reason for each picture.")] = False,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="COLUMN=VALUE",
            help="Only these pictures; may be repeated: any of the values of a column. COLUMN= is not to have one.",
        ),
    ] = None,
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="Only pictures that fit these words, as `find` does.")
    ] = "",
    favourites: Annotated[bool, typer.Option("--favourites", help="Only this person's favourites.")] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="Only pictures that are new to this person.")] = False,
    min_price: Annotated[float | None, typer.Option("--min-price", min=0, metavar="N", help="At least this.")] = None,
    max_price: Annotated[float | None, typer.Option("--max-price", min=0, metavar="N", help="At most this.")] = None,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="Of these prices, as DKK. [default: that of the pictures]")
    ] = "",
    rates: Annotated[
        Path | None,
        typer.Option(
            "--rates", metavar="FILE", help="CSV with currency and rate: what one of each costs in --currency."
        ),
    ] = None,
    min_width: Annotated[str, typer.Option("--min-width", metavar="LENGTH", help="At least so wide: 50cm, 20in.")] = "",
    max_width: Annotated[str, typer.Option("--max-width", metavar="LENGTH", help="At most so wide: 100cm, 40in.")] = "",
    min_height: Annotated[str, typer.Option("--min-height", metavar="LENGTH", help="At least so high.")] = "",
    max_height: Annotated[str, typer.Option("--max-height", metavar="LENGTH", help="At most so high.")] = "",
    min_year: Annotated[
        int | None, typer.Option("--min-year", metavar="YEAR", help="Made in this year or later.")
    ] = None,
    max_year: Annotated[
        int | None, typer.Option("--max-year", metavar="YEAR", help="Made in this year or earlier.")
    ] = None,
    hide_sold: Annotated[bool, typer.Option("--hide-sold", help="Leave out what is sold or reserved.")] = False,
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="BY",
            help="What comes first: score, varied, surprise, newest, date, price, price-high, size, size-high.",
        ),
    ] = "score",
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a contact sheet: one file, pictures included."),
    ] = None,
    copy_to: Annotated[
        Path | None, typer.Option("--copy-to", metavar="FOLDER", help="Copy the originals there, best first by name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank every picture for one person, best first.

    With limits of price, size or year, what fits them comes first; what is sold, and what has no known price, size or
    year, is listed apart. Prices are not converted unless you give --rates. The size is that of the frame where it is
    known. With --sort price, size or date, what has none comes last; these orders, and newest, need no answers.

    --copy-to needs --top. It never overwrites a file and never writes to your own folder.
    """
    from beholder.filters import Filter, sort_of, values_of

    if copy_to is not None and top is None:
        raise UserError("--copy-to copies the best N pictures: say how many with --top N")
    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"--html writes a web page: '{html}' should end in .html")
    session = open_session(collection, person, model)
    facts = session.collection.facts
    prices = _prices(facts.currencies, min_price, max_price, currency, rates)
    wishes = replace(
        prices,
        **_lengths(min_width=min_width, max_width=max_width, min_height=min_height, max_height=max_height),
        min_year=min_year,
        max_year=max_year,
        hide_sold=hide_sold,
    )
    if wishes.crossed:
        what = wishes.crossed[0]
        raise UserError(f"--min-{what} is more than --max-{what}: no picture can be both")
    wanted = Filter(
        words.strip(),
        favourites,
        unseen,
        values_of(where or [], facts),
        wishes=wishes,
        sort=sort_of(sort),
    )
    if session.starts_from_others and wanted.by_taste and not session.history():
        note(_begun_from(session))
    reading = session.reading(taste=wanted.by_taste)
    if reading.fitted is None:
        note(_unanswered(session, "these are not ranked by taste"))
    for sentence in session.collection.finder.find(wanted.text).notes if wanted.text else ():
        note(sentence)
    apart = [(heading, reading.shown(part)) for heading, part in wanted.apart]
    shown = _shown(reading, wanted, any(part for _, part in apart))
    if last := wanted.last(shown, facts):
        note(last)
    if html is not None:
        _write_sheet(reading, shown[: top or _ON_SHEET], html, wishes, [(x, y[: top or _ON_SHEET]) for x, y in apart])
    if copy_to is not None:
        _copy(reading, shown[:top], copy_to)
    if as_json:
        parts = (shown, *(part for _, part in apart))
        put_json([place.as_json() | wishes.told_of(place.item) for part in parts for place in part[:top]])
    elif html is None and copy_to is None:
        if shown:
            _print(shown[: top or _SHOWN], len(shown), why, wishes)
        for heading, part in apart:
            if part:
                say()
                say(f"{heading}: {len(part):,}")
                _print(part[: top or _SHOWN], len(part), why, wishes)
    else:
        for heading, part in apart:
            if part:
                note(f"apart: {len(part):,}, {heading[0].lower()}{heading[1:]}")


def _begun_from(session: Session) -> str:
    """What the order is by before this person's first answer in this collection."""
    order = "their answers in other collections" if session.elsewhere.counted else "what people like in general"
    return _unanswered(session, f"this is by {order}")


def _unanswered(session: Session, so: str) -> str:
    """so : what follows from that"""
    said = f"{session.person.name} has answered nothing here yet: {so}"
    return f"{said}. {who}" if (who := _who_has(session)) else said


def _who_has(session: Session) -> str:
    """Who has answered in this collection; "" where nobody has."""
    store, row = session.collection.library.store, session.collection.row
    names = [one.name for one in store.people() if row.id in store.answer_counts(one.id)]
    few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"Answers here are of {few}: --person NAME says whose count" if names else ""


def _prices(known: Sequence[str], low: float | None, high: float | None, currency: str, rates: Path | None) -> Wishes:
    """What a buyer asks of prices. raises : UserError"""
    from beholder.offers import Wishes, read_currency, read_rates

    if currency:
        code = read_currency(currency)
    elif low is None and high is None and rates is None:
        code = ""
    elif len(known) > 1:
        raise UserError(f"prices here are in {', '.join(known)}: say in which yours is with --currency")
    else:
        code = known[0] if known else ""
    least, most = (None if amount is None else Decimal(f"{amount:.12g}") for amount in (low, high))
    return Wishes(least, most, code, read_rates(rates) if rates is not None else {})


def _lengths(**said: str) -> dict[str, Any]:
    """Those that are said. raises : UserError"""
    from beholder.offers import read_length

    return {name: read_length(text) for name, text in said.items() if text}


def _shown(reading: Reading, wanted: Filter, apart: bool) -> Ranking:
    """What is asked for. apart : whether anything is beside it

    raises : UserError where nothing is, but for pictures that were all judged
    """
    from beholder.filters import Filter

    with Meter("ranking"):
        shown = reading.shown(wanted)
    if shown or not wanted or not reading.shown(Filter(sort=wanted.sort)):
        return shown
    if apart:
        note("nothing is known to fit")
        return shown
    if wanted.unmet and reading.shown(replace(wanted, unmet=False)):
        note("no pictures left: none of these is new to this person")
        return shown
    asked = [f"{column}={value}" for column, value in wanted.values]
    asked += [f"the words '{wanted.text}'"] * bool(wanted.text) + ["been marked as a favourite"] * wanted.favourites
    asked += ["such a price and size"] * bool(wanted.wishes)
    raise UserError(f"no picture that is not hidden has {' and '.join(asked)}: use fewer filters")


def _print(places: list[Ranked], of: int, why: bool, wishes: Wishes) -> None:
    from beholder.ranking import SCORE, listed_title

    offers = [_offer(p.item, wishes) for p in places]
    told = [at for at in range(len(_OFFER)) if any(offer[at] for offer in offers)]
    ranked = not all(math.isnan(place.score) for place in places)
    cells = [
        [
            str(p.rank),
            *([f"{p.score:.2f}", f"{p.std:.2f}"] * ranked),
            listed_title(p.item),
            *(offer[at] for at in told),
            *([p.why] * why),
        ]
        for p, offer in zip(places, offers, strict=True)
    ]
    offered = [_OFFER[at] for at in told]
    head = ["", *(["score", "±"] * ranked), "picture", *offered, *(["why"] if why else [])]
    table(head, cells, right=[0, 1, 2] if ranked else [0])
    if ranked:
        note(f"{SCORE}; ± is its uncertainty")
    if of > len(places):
        note(f"… and {of - len(places):,} more; show more with --top N")


def _offer(item: Item, wishes: Wishes) -> list[str]:
    """The cells of `_OFFER`, "" where nothing is known."""
    from beholder.currencies import price_text
    from beholder.details import said
    from beholder.offers import size_text
    from beholder.text import shown

    told, (_, apart) = item.details, wishes.part_of(item)
    written = told.terms if told.terms in ("free", "on request") else shown(said(item.columns, "price"), 40)
    price = price_text(told.price, told.currency) or written  # as "Estimate: £900"
    price = " ".join(part for part in (price, wishes.converted(told)) if part)
    return [price, size_text(told), told.place or "", told.link or "", apart]


def _write_sheet(
    reading: Reading, places: list[Ranked], file: Path, wishes: Wishes, apart: list[tuple[str, list[Ranked]]]
) -> None:
    from beholder.web.contact_sheet import write_sheet

    with Meter("making the sheet") as meter:
        write_sheet(reading, places, file, apart=apart, wishes=wishes, progress=meter)
    note(f"{count(len(places), 'picture')} on {file}")


def _copy(reading: Reading, places: list[Ranked], folder: Path) -> None:
    from beholder.album import copy_album

    with Meter("copying") as meter:
        report = copy_album(places, folder, source=reading.collection.row.source, progress=meter)
    note(f"{count(report.copied, 'picture')} copied to {folder}")
    for sentence in report.left:
        note(f"  {sentence}")
    if report.failed:
        raise typer.Exit(1)


def explain(
    collection: Named,
    person: Who = None,
    model: Model = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Three descriptions of art that they would like, a paragraph each.")
    ] = False,
    prompt: Annotated[
        bool, typer.Option("--prompt", help="The same as prompts for an image generator: what to show, what not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Describe a person's taste in words.

    With pictures they would love and would not, what each word rests on, the question that is open, and how far
    they lean to either end of the measured attributes, from -1 to 1.
    """
    session = open_session(collection, person, model)
    reading = session.reading()
    if describe or prompt:
        _describe(reading, prompt, as_json)
        return
    told, verdict, grounds = reading.explanation, reading.verdict, reading.grounds()
    loved, others, against = (_names(reading, of) for of in (verdict.pictures, verdict.others, verdict.against))
    asked = session.open_question()
    question = _names(reading, [session.collection.row_of[item] for item in asked.items]) if asked else []
    taught = list(dict.fromkeys(item.name for item, _ in reading.taught()))[:5]
    if as_json:
        put_json(
            {
                "sentence": verdict.sentence,
                "verdict": verdict.kind,
                "found": told.found,
                "confidence": told.confidence,
                "answers": told.answers,
                "words": [_word(x) for x in told.likings],
                "loved": loved,
                "others": others,
                "against": against,
                "question": question,
                "leanings": [_leaning(x) for x in told.leanings],
                "guess": told.guess,
                "folders": told.folders,
                "kinds": told.kinds,
                "affinities": told.affinities,
                "taught": taught,
            }
        )
        return
    say(verdict.sentence)
    for said in filter(None, (told.kinds, told.guess, told.folders)):
        say(said)
    if loved:
        say(f"{verdict.caption} {', '.join([*loved, *others])}")
    if against:
        say(f"Pictures you would not: {', '.join(against)}")
    if not told.answers:
        if who := _who_has(session):
            note(who)
        return
    for liking, items in grounds:
        such = f", such as {', '.join(x.name for x in items)}" if items else ""
        say(f"{liking.word}: {liking.chosen} of {liking.shown} chosen{such}")
    if question:
        say(f"Still open: {' or '.join(question)}?")
    if told.affinities:
        say(told.affinities)
    _say_leanings(told.leanings)
    if taught:
        say("Most informative answers: " + ", ".join(taught))


def _describe(reading: Reading, prompt: bool, as_json: bool) -> None:
    """Descriptions, or prompts."""
    ways = reading.ways
    if not ways:
        note("no word is known yet that says what they like: answer more questions, or add an encoder that knows words")
    if as_json:
        told: list[dict[str, Any]] = [
            {"positive": way.prompt[0], "negative": way.prompt[1]} if prompt else {"description": way.description(at)}
            for at, way in enumerate(ways)
        ]
        words = [{"words": [x.word for x in way.words], "pictures": _names(reading, way.rows[:4])} for way in ways]
        put_json([one | more for one, more in zip(told, words, strict=True)])
        return
    for at, way in enumerate(ways):
        if at:
            say()
        if prompt:
            say(f"positive: {way.prompt[0]}")
            say(f"negative: {way.prompt[1]}")
        else:
            say(way.description(at))


def _names(reading: Reading, rows: Sequence[int]) -> list[str]:
    return [reading.collection.items[row].name for row in rows]


def _word(liking: Liking) -> dict[str, Any]:
    return {
        "word": liking.word, "group": liking.group, "liked": liking.liked, "share": round(liking.share, 4),
        "usual": round(liking.usual, 4), "chosen": liking.chosen, "shown": liking.shown,
    }  # fmt: skip


def _leaning(x: Leaning) -> dict[str, Any]:
    return {"attribute": x.attribute, "low": x.low, "high": x.high, "lean": round(x.lean, 4), "std": round(x.std, 4)}


def _say_leanings(leanings: Sequence[Leaning]) -> None:
    """A table of those that are more than chance; in a line that there are others."""
    from beholder.explain.leanings import HINTING

    seen = [x for x in leanings if x.evidence >= HINTING]
    say()
    if seen:
        table(["", "", "", "leaning"], [_row(x) for x in seen], right=[0])
    if len(seen) < len(leanings):
        say(f"The {'other ' if seen else ''}measured attributes: no leaning seen")


def _row(leaning: Leaning) -> list[str]:
    length = round(abs(leaning.lean) * _BAR)
    left, right = ("─" * length, "") if leaning.lean < 0 else ("", "─" * length)
    return [leaning.low, f"{left:>{_BAR}}│{right:<{_BAR}}", leaning.high, f"{leaning.lean:+.2f} ± {leaning.std:.2f}"]
