"""demo: the whole job on the sample gallery, answered by a simulated person, before one's eyes."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beholder.cli.shell import AsJson, Meter, console, open_library, plain, put_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from beholder.session import Session

GALLERY = "gallery"  # the collection, and its folder in the data folder
PICTURES = 240  # half of the sample gallery: painted, measured and answered within a minute on two busy cores
QUESTIONS = 30
EVERY = 3  # answers between two lines of the table
PAIRS = 2000  # of pictures that were never shown, on which the ranking is judged
NAME = "Ada"  # the simulated person
BAR = 32  # characters


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


@dataclass(slots=True)
class GivenAnswers:
    """What the demonstration has shown so far."""

    accuracy: list[tuple[int, float]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


def demo(
    seed: Annotated[int, typer.Option(metavar="S", help="Another number, another person and other questions.")] = 0,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Where the contact sheet goes. [default: a temporary file]"),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demonstration's data folder and say where it is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the whole job in under a minute.

    A gallery is made, a simulated person answers thirty questions, and the ranking comes ever nearer to her taste.
    Nothing of yours is touched.
    """
    start = time.monotonic()
    out = console(stderr=as_json)
    with _home(keep, out) as home:
        session = _gallery(home, seed, out)
        person = _person(session, seed)
        told = _answer(session, person, seed, out)
        session.settle()
        sheet = _sheet(session, html)
        ending = _ending(session, person, told, sheet)
        session.close()
        session.library.close()
    ending["seconds"] = round(time.monotonic() - start, 1)
    if as_json:
        put_json(ending)
    else:
        _print_ending(ending, out)


@contextmanager
def _home(keep: bool, out: Console) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="beholder-demo-"))
    try:
        yield home
    finally:
        if keep:
            out.print(f"Its data folder is kept: BEHOLDER_HOME={home} beholder serve {home / GALLERY}", soft_wrap=True)
        else:
            shutil.rmtree(home, ignore_errors=True)


def _gallery(home: Path, seed: int, out: Console) -> Session:
    from beholder.session import Session
    from beholder.sources.sample import make_gallery

    start, library = time.monotonic(), open_library(home)
    with Meter("painting a gallery") as meter:
        make_gallery(home / GALLERY, PICTURES, progress=lambda done, n: meter("painting a gallery", done, n))
        report = library.import_source(home / GALLERY, GALLERY, progress=meter)
    library.store.add_person(NAME)
    out.print(f"A gallery of {report.new:,} pictures, made and measured in {time.monotonic() - start:.1f} s.")
    return Session(library, GALLERY, NAME, seed=seed)


def _person(session: Session, seed: int) -> Any:
    from beholder.taste.simulate import simulate_people

    out: list[Any] = list(simulate_people(session.collection.attributes, 1, seed))
    return out[0]


def _answer(session: Session, person: Any, seed: int, out: Console) -> GivenAnswers:
    """Thirty pairs, each asked, answered and learned from before the next."""
    import numpy as np
    from rich.live import Live

    out.print(
        f"{NAME}, a simulated person with a taste of her own, now chooses between two pictures, {QUESTIONS} times."
    )
    rng, told, shown = np.random.default_rng(seed), GivenAnswers(), set[int]()
    with Live(_lines(told, 0), console=out, auto_refresh=False) as live:
        for number in range(1, QUESTIONS + 1):
            shown |= _one(session, person, told, rng)
            if number % EVERY == 0:
                told.accuracy.append((number, _accuracy(session, person, shown)))
            live.update(_lines(told, number), refresh=True)
    return told


def _one(session: Session, person: Any, told: GivenAnswers, rng: Any) -> set[int]:
    """Ask one question, answer it, learn from it; returns the rows that were shown."""
    from beholder.types import Judgement

    session.settle()
    question = session.questions("choice", 1)[0]
    left, right = (session.collection.row_of[item] for item in question.items)
    said = person.choose(left, right, rng)
    items = question.items[::-1] if said == "right" else question.items
    session.record(
        [
            Judgement(
                kind="tie" if said == "tie" else "choice",
                items=items,
                client_id=question.id,
                side=None if said == "tie" else said,
                asked_by=question.asked_by,
            )
        ]
    )
    told.answers.append(said)
    return {left, right}


def _accuracy(session: Session, person: Any, shown: set[int]) -> float:
    """Share of pairs of pictures never shown that are ranked as the person would."""
    import numpy as np

    session.settle()
    score = session.model().predict(session.collection.X)
    unseen = np.array([row for row in range(len(score)) if row not in shown])
    a, b = np.random.default_rng(0).choice(unseen, (2, PAIRS))
    truth, ours = person.utility[a] - person.utility[b], score[a] - score[b]
    return float(np.mean(np.sign(truth[truth != 0]) == np.sign(ours[truth != 0])))


def _lines(told: GivenAnswers, number: int) -> Table:
    from rich.table import Table

    lines = Table.grid(padding=(0, 2))
    lines.add_column(justify="right", width=12)
    lines.add_column(width=BAR)
    lines.add_column()
    for answers, share in told.accuracy:
        length = max(0, round((share - 0.5) * 2 * BAR))
        words = " of unseen pairs as she would" if answers == EVERY else ""
        lines.add_row(f"{answers} answers", "█" * length + "·" * (BAR - length), f"{share:.0%}{words}")
    if number % EVERY:
        lines.add_row(f"{number} answers", "", "")
    return lines


def _sheet(session: Session, html: Path | None) -> Path:
    from beholder.web.contact_sheet import write_sheet

    if html is None:
        html = Path(tempfile.mkdtemp(prefix="beholder-")) / "contact-sheet.html"
    with Meter("making the sheet") as meter:
        write_sheet(session, session.ranking()[:40], html, progress=meter)
    return html


def _ending(session: Session, person: Any, told: GivenAnswers, sheet: Path) -> dict[str, Any]:
    from beholder.features.attributes import ATTRIBUTES
    from beholder.ranking import title_of

    explanation, planted = session.explanation(), ATTRIBUTES[person.liking]
    return {
        "answers": len(told.answers),
        "accuracy": [{"answers": answers, "pairs": round(share, 4)} for answers, share in told.accuracy],
        "planted": planted.high if person.sign > 0 else planted.low,
        "sentence": explanation.sentence,
        "found": explanation.found,
        "top": [
            {"rank": p.rank, "title": title_of(p.item), "score": round(p.score, 2), "why": p.why}
            for p in session.ranking()[:5]
        ],
        "sheet": str(sheet),
    }


def _print_ending(ending: dict[str, Any], out: Console) -> None:
    out.print()
    out.print(f"What was found: {ending['sentence']}", style="bold")
    out.print(f"What she was made to like above all: {ending['planted']}.")
    out.print()
    for place in ending["top"]:
        out.print(plain(f"{place['rank']}  {place['score']:.1f}  {place['title']}: {place['why']}"))
    out.print()
    out.print(f"The contact sheet, to open in any browser: {ending['sheet']}", soft_wrap=True)
    out.print(f"All of it took {ending['seconds']:.0f} s. With your own pictures: beholder serve FOLDER")
