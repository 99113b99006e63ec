"""Judgements out of and into a collection, as CSV or JSON; what one writes the other reads.

A line is `person,kind,item,other,value,at`, further columns are allowed. For a choice `item` is the winner. A grid is
written as the choices it says, with its own id in the column `grid`, so that it comes back as one answer. Lines
without a `client_id` get one from their content: importing a file twice changes nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beholder.collection import Collection, Library
from beholder.errors import BadInput, UserError
from beholder.store import Person
from beholder.text import decoded, delimiter_of
from beholder.types import Item, Judgement, faults_of

NEEDED = ("person", "kind", "item")
SAID = ("person", "kind", "item", "other", "value", "at")
COLUMNS = (*SAID, "seconds", "side", "asked_by", "grid", "client_id", "item_sha256", "other_sha256")
KINDS = ("rating", "choice", "tie", "skip", "favourite", "hide")


@dataclass(slots=True)
class LabelsReport:
    """What an import of labels did; `faults` holds a sentence for every line that could not be used."""

    new: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)


def export_labels(library: Library, collection: str, path: Path, *, person: str | None = None) -> int:
    """Write the judgements that hold to a .csv or .json file; None: of everybody. returns : the number of lines"""
    pictures = library.collection(collection)
    people = [library.store.person(person)] if person else library.store.people()
    lines = [line for who in people for line in _lines(library, pictures, who)]
    if path.suffix.lower() == ".json":
        text = json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
    else:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        text = out.getvalue()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error
    return len(lines)


def _lines(library: Library, pictures: Collection, who: Person) -> Iterator[dict[str, Any]]:
    of = {item.id: item for item in pictures.items}
    for j in library.store.judgements(who.id, pictures.row.id):
        if not set(j.items) <= set(of):
            continue
        rest = {
            "value": "" if j.value is None else j.value,
            "at": j.at.isoformat(),
            "seconds": "" if j.seconds is None else j.seconds,
            "side": j.side or "",
            "asked_by": j.asked_by,
        }
        if j.kind == "grid":
            left = [item for item in j.items if item not in j.picked]
            for n, (winner, loser) in enumerate((w, x) for w in j.picked for x in left):
                ids = {"grid": j.client_id, "client_id": f"{j.client_id}/{n}"}
                yield {"person": who.name, "kind": "choice", **_named(of[winner], of[loser]), **rest, **ids}
        elif j.kind == "skip" and len(j.items) > 2:
            continue  # a skipped grid says nothing that a line could hold
        else:
            ids = {"grid": "", "client_id": j.client_id}
            yield {"person": who.name, "kind": j.kind, **_named(*(of[i] for i in j.items)), **rest, **ids}


def _named(item: Item, other: Item | None = None) -> dict[str, str]:
    """The columns that say which pictures are meant: by name for people, by content where two sources share a name."""
    first = {"item": item.name, "item_sha256": item.sha256}
    return first | {"other": other.name if other else "", "other_sha256": other.sha256 if other else ""}


def import_labels(library: Library, collection: str, path: Path) -> LabelsReport:
    """Read judgements from a .csv or .json file; every good line is kept, every bad one is named in the report.

    People who are not there yet are added. raises : BadInput where the file as a whole cannot be read
    """
    pictures = library.collection(collection)
    report = LabelsReport()
    found: dict[str, list[Judgement]] = {}
    seen: Counter[str] = Counter()
    for numbers, lines in _answers(_read(path)):
        try:
            judgement = _judgement(lines, pictures, seen)
        except UserError as error:
            report.faults += [f"line {number}: {error}" for number in numbers]
        else:
            found.setdefault(lines[0]["person"], []).append(judgement)
    for name, judgements in found.items():
        who = library.store.add_person(name)
        have = {e.client_id for e in library.store.events(who.id, pictures.row.id)}
        report.known += sum(j.client_id in have for j in judgements)
        report.new += sum(j.client_id not in have for j in judgements)
        library.store.record(who.id, pictures.row.id, judgements)
    return report


def _read(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line number, its fields), the first line of a CSV being its header."""
    text = decoded(path)
    lines = _json_lines(text, path) if path.suffix.lower() == ".json" else _csv_lines(text)
    first = 1 if path.suffix.lower() == ".json" else 2
    for number, raw in enumerate(lines, first):
        line = {k.strip().lower(): "" if v is None else str(v).strip() for k, v in raw.items() if isinstance(k, str)}
        lacking = [column for column in NEEDED if column not in line]
        if lacking and number == first:
            some = "columns" if len(lacking) > 1 else "column"
            raise BadInput(f"{path} lacks the {some} {', '.join(lacking)}; it has: {', '.join(line)}")
        yield number, dict.fromkeys(NEEDED, "") | line


def _answers(lines: Iterable[tuple[int, Mapping[str, str]]]) -> Iterator[tuple[list[int], list[Mapping[str, str]]]]:
    """Lines that are one answer, together: those of one grid, every other line by itself."""
    grids: dict[tuple[str, str], tuple[list[int], list[Mapping[str, str]]]] = {}
    for number, line in lines:
        if line.get("grid"):
            numbers, together = grids.setdefault((line["person"], line["grid"]), ([], []))
            numbers.append(number)
            together.append(line)
        else:
            yield [number], [line]
    yield from grids.values()


def _csv_lines(text: str) -> Iterable[Mapping[str, Any]]:
    try:
        yield from csv.DictReader(
            io.StringIO(text, newline=""), delimiter=delimiter_of(text.partition("\n")[0], COLUMNS)
        )
    except csv.Error as error:
        raise BadInput(f"not a CSV file that can be read: {error}") from error


def _json_lines(text: str, path: Path) -> list[Mapping[str, Any]]:
    try:
        lines = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path} is not JSON: {error}") from error
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise BadInput(f"{path} must hold a list of objects with person, kind, item, other, value, at")
    return lines


def _judgement(lines: Sequence[Mapping[str, str]], pictures: Collection, seen: Counter[str]) -> Judgement:
    """One answer from its lines. raises : UserError"""
    line = lines[0]
    if line["kind"] not in KINDS:
        raise UserError(f"unknown kind '{line['kind']}'; there are: {', '.join(KINDS)}")
    if not line["person"]:
        raise UserError("nobody is named in the column person")
    named = [tuple(_meant(one, pictures)) for one in lines]
    grid = line.get("grid", "")
    if grid and any(len(pair) != 2 for pair in named):
        raise UserError("each line of a grid names two pictures, the one that was picked and one that was not")
    judgement = Judgement(
        kind="grid" if grid else line["kind"],  # type: ignore[arg-type]
        items=tuple(dict.fromkeys(item for pair in zip(*named, strict=True) for item in pair)) if grid else named[0],
        picked=tuple(dict.fromkeys(pair[0] for pair in named)) if grid else (),
        client_id=grid or line.get("client_id") or _content_id(line, seen),
        value=_number("value", line.get("value", "")),
        seconds=_number("seconds", line.get("seconds", "")),
        side=line["side"] if line.get("side") in ("left", "right") else None,  # type: ignore[arg-type]
        asked_by=line.get("asked_by") or "import",
        at=_time(line.get("at", "")),
    )
    if faults := faults_of(judgement, pictures.row_of):
        raise UserError("; ".join(faults))
    return judgement


def _meant(line: Mapping[str, str], pictures: Collection) -> Iterator[int]:
    for column in ("item", "other"):
        if line.get(column):
            yield pictures.items[pictures.find(line[column], line.get(f"{column}_sha256", ""))].id


def _content_id(line: Mapping[str, str], seen: Counter[str]) -> str:
    said = json.dumps([line.get(c, "") for c in SAID])
    seen[said] += 1  # the same line twice in one file is two answers
    return f"import-{hashlib.sha256(f'{said}{seen[said]}'.encode()).hexdigest()[:32]}"


def _number(column: str, text: str) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError as error:
        raise UserError(f"{column} must be a number, got '{text}'") from error
    if value is not None and not math.isfinite(value):
        raise UserError(f"{column} must be a finite number, got '{text}'")
    return value


def _time(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"at must be a time such as 2026-01-31T12:00:00+00:00, got '{text}'") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
