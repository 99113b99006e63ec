"""ask, labels: the next questions, and answers out of and into a collection."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from beholder.cli.shell import AsJson, Named, Who, count, note, open_library, open_session, put_json, say, table

labels = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Import and export answers.")
_Into = Annotated[str, typer.Option("--collection", metavar="NAME", help="The collection that the answers are about.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(labels, name="labels")
    app.command()(ask)


@labels.command("import")
def import_labels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .json of person,kind,item,other,value,at.")],
    collection: _Into,
    as_json: AsJson = False,
) -> None:
    """Import answers from a CSV or JSON file.

    Every valid line is imported, every other one is listed with the reason. kind is rating, choice, tie, skip,
    favourite or hide; the item of a choice is the winner. New people are added, and importing twice changes nothing.
    """
    from beholder.labels import import_labels as read

    report = read(open_library(), collection, file)
    if as_json:
        put_json(asdict(report))
    else:
        new = count(report.new, "new answer")
        say(f"{new}, {report.known:,} already known, {len(report.faults):,} that cannot be used")
        for fault in report.faults:
            say(f"  {fault}")
    if report.faults:
        raise typer.Exit(1)


@labels.command("export")
def export_labels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .json file, overwritten.")],
    collection: _Into,
    person: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this person. [default: all]")] = None,
    as_json: AsJson = False,
) -> None:
    """Export answers to a CSV or JSON file.

    One line for each answer that was not undone; `labels import` reads it back.
    """
    from beholder.labels import export_labels as write

    lines = write(open_library(), collection, file, person=person)
    put_json({"file": str(file), "lines": lines}) if as_json else say(f"{count(lines, 'line')} in {file}")


def ask(
    collection: Named,
    person: Who = None,
    n: Annotated[int, typer.Option("-n", min=1, max=1000, metavar="N", help="How many questions.")] = 5,
    pairs: Annotated[bool, typer.Option("--pairs", help="Pairs to choose from, instead of pictures to rate.")] = False,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="Random seed: another one, other questions.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Print the next questions.

    Most are those that tell most; some are picked at random, or asked again. They stay the same until something is
    answered or skipped. Answer them in the app, or with `labels import`.
    """
    session = open_session(collection, person, new=True, seed=seed)
    if person is not None and not session.person.id:
        note(f"nobody is called '{session.person.name}' yet; their first answer adds them")
    questions = session.questions("choice" if pairs else "rating", n)
    names = {item.id: item.name for item in session.collection.items}
    if len(questions) < n:
        note(_why_so_few(len(session.collection), len(questions), pairs))
    if as_json:
        keys = ("left", "right") if pairs else ("item",)
        asked = [dict(zip(keys, (names[item] for item in q.items), strict=True)) for q in questions]
        put_json([one | {"asked_by": q.asked_by, "why": q.reason} for one, q in zip(asked, questions, strict=True)])
        return
    if not questions:
        return
    if pairs:
        table(["left", "right", "why"], [(*(names[item] for item in q.items), q.reason) for q in questions])
    else:
        table(["picture", "why"], [(names[q.items[0]], q.reason) for q in questions])


def _why_so_few(pictures: int, asked: int, pairs: bool) -> str:
    if pictures < 1 + pairs:
        return f"the collection holds {pictures or 'no'} picture{'s' * (pictures != 1)}: nothing to ask; import more"
    what = "every pair has been compared" if pairs else "every picture has been answered"
    return f"nothing left to ask: {what}" if not asked else f"only {asked} left to ask; after that {what}"
