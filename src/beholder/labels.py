"""Export and import of judgements as CSV or JSON; each reads what the other writes.

A line is `person,kind,item,other,value,at`, further columns are allowed. For a choice `item` is the winner. A grid is
written as the choices it says, with its own id in the column `grid`, so that it comes back as one answer. Lines
without a `client_id` get one from their content: importing a file twice changes nothing. In a CSV, text that a
spreadsheet would run as a formula has an apostrophe before it, which is taken away again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from beholder.cells import EITHER, NotANumber, csv_line, harmless, marks_of, number, plain, too_many
from beholder.collection import Collection, Library
from beholder.csv_reading import CsvText
from beholder.errors import BadInput, UserError
from beholder.json_reading import BadJson, entries
from beholder.store import Person
from beholder.text import blocks_of, decoded, shown
from beholder.types import Item, Judgement, faults_of

_NEEDED = ("person", "kind", "item")
_SAID = ("person", "kind", "item", "other", "value", "at")
_COLUMNS = (*_SAID, "seconds", "side", "asked_by", "grid", "client_id", "item_sha256", "other_sha256")
_KINDS = ("rating", "choice", "tie", "skip", "favourite", "hide")
_NAMES = ("item", "other")
_NUMBERS = frozenset({"value", "at", "seconds"})  # and times: what is never taken for a formula
_YEARS = range(1970, 2201)  # of `at`

_MOST_HINTS = 20  # unknown pictures for which the nearest known one is looked for

_Line = Mapping[str, str]
_Numbered = tuple[int, _Line | str]  # its number in the file; its fields, or why there are none
_Answer = tuple[list[int], Judgement]


@dataclass(slots=True)
class _LabelsReport:
    """What an import of labels did; `faults` holds a sentence for every line that could not be used."""

    new: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)


def export_labels(library: Library, collection: str, path: Path, *, person: str | None = None) -> int:
    """Write the judgements that hold to a .csv or .json file; None: of everybody. returns : the number of lines"""
    pictures = library.collection(collection)
    people = [library.store.person(person)] if person else library.store.people()
    lines = [line for who in people for line in _lines(library, pictures, who)]
    as_json = path.suffix.lower() == ".json"
    text = json.dumps(lines, ensure_ascii=False, indent=1) + "\n" if as_json else _table(lines)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error
    return len(lines)


def labels_csv(library: Library, collection: str, person: str) -> str:
    """The judgements of one person that hold, as `export_labels` writes them to a .csv file."""
    return _table(_lines(library, library.collection(collection), library.store.person(person)))


def _table(lines: Iterable[Mapping[str, Any]]) -> str:
    return csv_line(_COLUMNS) + "".join(csv_line(_cells(line)) for line in lines)


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


def _cells(line: Mapping[str, Any]) -> Iterator[str]:
    for column in _COLUMNS:
        text = str(line[column])
        yield text if column in _NUMBERS else harmless(text)


def _named(item: Item, other: Item | None = None) -> dict[str, str]:
    """The columns that say which pictures are meant: by name for people, by content where two sources share a name."""
    first = {"item": item.name, "item_sha256": item.key}
    return first | {"other": other.name if other else "", "other_sha256": other.key if other else ""}


def import_labels(library: Library, collection: str, path: Path) -> _LabelsReport:
    """Read judgements from a .csv or .json file; every good line is kept, every bad one is named in the report.

    People who are not there yet are added. raises : BadInput where the file as a whole cannot be read
    """
    pictures = library.collection(collection)
    faults: list[tuple[int, str]] = []
    lines: list[tuple[int, _Line]] = []
    for at, line in _json_lines(path) if path.suffix.lower() == ".json" else _csv_lines(path):
        faults.append((at, line)) if isinstance(line, str) else lines.append((at, line))
    read, found = _Reader(pictures, [line for _, line in lines]), defaultdict[str, list[_Answer]](list)
    for numbers, together in _answers(lines):
        try:
            found[together[0]["person"]].append((numbers, read.judgement(together)))
        except UserError as error:
            faults += [(at, str(error)) for at in numbers]
    report = _LabelsReport()
    for name, answers in found.items():
        try:
            faults += _record(library, pictures, library.store.add_person(name), answers, report)
        except UserError as error:  # the name
            faults += [(at, str(error)) for numbers, _ in answers for at in numbers]
    report.faults = [f"line {at}: {_one_line(sentence)}" for at, sentence in sorted(faults)]
    return report


def _record(
    library: Library, pictures: Collection, who: Person, answers: Iterable[_Answer], report: _LabelsReport
) -> list[tuple[int, str]]:
    """Keep the answers of one person; returns (line, sentence) of those whose client id is that of another answer."""
    faults: list[tuple[int, str]] = []
    known = {e.client_id: e for e in library.store.events(who.id, pictures.row.id)}
    new: list[Judgement] = []
    for numbers, judgement in answers:
        before = known.setdefault(judgement.client_id, judgement)
        if before is judgement:
            new.append(judgement)
        elif _content(before) == _content(judgement):
            report.known += 1
        else:
            other = f"its client_id '{judgement.client_id}' is that of another answer; give it one of its own, or none"
            faults += [(at, other) for at in numbers]
    library.store.record(who.id, pictures.row.id, new)
    report.new += len(new)
    return faults


def _content(judgement: Judgement) -> tuple[Any, ...]:
    """What it says, whatever the order of pictures that stand side by side."""
    j = judgement
    return j.kind, j.items if j.kind == "choice" else frozenset(j.items), j.value, frozenset(j.picked)


def _csv_lines(path: Path) -> Iterator[_Numbered]:
    table = CsvText(blocks_of(path), _COLUMNS)
    header = [name.lower() for name in table.header]
    if not any(header):
        why = f"cannot be read: {table.fault}" if table.fault else f"is empty; wanted: {', '.join(_SAID)}"
        raise BadInput(f"'{shown(path.name)}' {why}")
    _check_columns(path, header)
    if twice := sorted({name for name in header if name in _COLUMNS and header.count(name) > 1}):
        raise BadInput(f"'{shown(path.name)}' has the column {twice[0]} twice; rename one of them")
    places = {name: at for at, name in enumerate(header) if name in _COLUMNS}
    for record in table:
        cells = record.cells
        if record.fault:
            yield record.line, record.fault
        elif len(cells) > len(header) and (table.delimiter == "," or any(c.strip() for c in cells[len(header) :])):
            yield record.line, too_many(cells, len(header), table.delimiter)
        else:
            yield record.line, {name: plain(cells[at]) if at < len(cells) else "" for name, at in places.items()}


def _json_lines(path: Path) -> Iterator[_Numbered]:
    lines: list[_Numbered] = []
    try:
        for at, entry in entries(decoded(path)):
            lines.append((at, _fields(entry)))
    except BadJson as error:
        raise BadInput(f"'{shown(path.name)}' cannot be read as JSON: {error}; {_WANTED}") from error
    there = [line for _, line in lines if not isinstance(line, str)]
    if lines and not there:
        raise BadInput(f"'{shown(path.name)}' cannot be used: {lines[0][1]}; {_WANTED}")
    if there and not any(set(_NEEDED) <= set(line) for line in there):
        _check_columns(path, list(there[0]))
    return iter(lines)


_WANTED = f"wanted is a list of objects with {', '.join(_SAID)}"


def _fields(entry: Any) -> _Line | str:
    """The fields of an entry of JSON as text, or why there are none."""
    if isinstance(entry, BadJson):
        return f"it cannot be read as JSON: {entry}"
    if not isinstance(entry, dict):
        return "it is no object with person, kind, item, other, value, at"
    line = {name.strip().lower(): value for name, value in entry.items()}
    odd = [name for name in _COLUMNS if not isinstance(line.get(name, ""), str | int | float | None)]
    odd += [name for name in _COLUMNS if isinstance(line.get(name), bool)]
    if odd:
        return f"{odd[0]} must be a text or a number"
    return {name: "" if line[name] is None else str(line[name]) for name in _COLUMNS if name in line}


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    """raises : BadInput"""
    lacking = [column for column in _NEEDED if column not in columns]
    if lacking:
        some, has = "columns" if len(lacking) > 1 else "column", shown(", ".join(filter(None, columns)))
        raise BadInput(f"'{shown(path.name)}' lacks the {some} {', '.join(lacking)}; it has: {has}")


def _answers(lines: Iterable[tuple[int, _Line]]) -> Iterator[tuple[list[int], list[_Line]]]:
    """Lines that are one answer, together: those of one grid, every other line by itself."""
    grids: dict[tuple[str, str], tuple[list[int], list[_Line]]] = {}
    for at, raw in lines:
        line = dict.fromkeys(_NEEDED, "") | {
            name: text if name in _NAMES else text.strip() for name, text in raw.items()
        }
        if line.get("grid"):
            numbers, together = grids.setdefault((line["person"], line["grid"]), ([], []))
            numbers.append(at)
            together.append(line)
        else:
            yield [at], [line]
    yield from grids.values()


class _Reader:
    """Makes judgements of lines about the pictures of one collection."""

    def __init__(self, pictures: Collection, lines: Iterable[_Line]) -> None:
        self._pictures = pictures
        self._known = {item.name for item in pictures.items} | {item.key for item in pictures.items}
        self._unknown = 0
        self._seen: Counter[str] = Counter()
        self._marks = {"value": EITHER, "seconds": marks_of(line.get("seconds", "").strip() for line in lines)}

    def judgement(self, lines: Sequence[_Line]) -> Judgement:
        """One answer from its lines. raises : UserError"""
        line = lines[0]
        if line["kind"] not in _KINDS:
            raise UserError(f"unknown kind '{shown(line['kind'])}'; there are: {', '.join(_KINDS)}")
        if not line["person"]:
            raise UserError("nobody is named in the column person")
        if odd := [name for name in ("grid", "client_id", "asked_by") if not line.get(name, "").isprintable()]:
            raise UserError(f"{odd[0]} holds characters that cannot be printed")
        named = [tuple(self._meant(one)) for one in lines]
        grid = line.get("grid", "")
        items, picked = _of_grid(named) if grid else (named[0], ())
        judgement = Judgement(
            kind="grid" if grid else line["kind"],  # type: ignore[arg-type]
            items=items,
            picked=picked,
            client_id=grid or line.get("client_id") or self._content_id(line),
            value=self._number("value", line),
            seconds=self._number("seconds", line),
            side=line["side"] if line.get("side") in ("left", "right") else None,  # type: ignore[arg-type]
            asked_by=line.get("asked_by") or "import",
            at=_time(line.get("at", "")),
        )
        if faults := faults_of(judgement, self._pictures.row_of):
            raise UserError("; ".join(faults))
        return judgement

    def _meant(self, line: _Line) -> Iterator[int]:
        for column in _NAMES:
            if name := line.get(column, ""):
                yield self._pictures.items[self._row(name, line.get(f"{column}_sha256", ""))].id

    def _row(self, name: str, sha256: str) -> int:
        """Spaces round a name count where the collection has it so; macOS writes é as two characters."""
        spelt = (name, name.strip(), normalize("NFC", name.strip()))
        known = next((one for one in (sha256, *spelt) if one in self._known), None)
        if known is None:
            self._unknown += 1
            if self._unknown > _MOST_HINTS or len(name) > 500:  # looking for what is near takes long
                raise UserError(f"unknown picture '{shown(name)}'")
        return self._pictures.find(next((one for one in spelt if one in self._known), spelt[1]), sha256)

    def _content_id(self, line: _Line) -> str:
        said = json.dumps([line.get(c, "").strip() for c in _SAID])
        self._seen[said] += 1  # the same line twice in one file is two answers
        return f"import-{hashlib.sha256(f'{said}{self._seen[said]}'.encode()).hexdigest()[:32]}"

    def _number(self, column: str, line: _Line) -> float | None:
        text = line.get(column, "")
        try:
            return number(text, self._marks[column]) if text else None
        except NotANumber as error:
            raise UserError(f"{column} must be {error.wanted}, got '{shown(text)}'{error}") from error


def _of_grid(named: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(shown, picked) of a grid, from its pairs. raises : UserError"""
    if any(len(pair) != 2 for pair in named):
        raise UserError("each line of a grid names two pictures, the one that was picked and one that was not")
    picked, left = (tuple(dict.fromkeys(of)) for of in zip(*named, strict=True))
    if len(set(named)) < len(picked) * len(left):
        raise UserError("lines of this grid are missing: each picture that was picked stands beside each that was not")
    return tuple(dict.fromkeys((*picked, *left))), picked


def _time(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        year = at.astimezone(UTC).year
    except (ValueError, OverflowError) as error:
        raise UserError(f"at must be a time such as 2026-01-31T12:00:00+00:00, got '{shown(text)}'") from error
    if year not in _YEARS:
        raise UserError(f"at must be a time from {_YEARS[0]} to {_YEARS[-1]}, got '{shown(text)}'")
    return at


def _one_line(sentence: str) -> str:
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in sentence)
    return clean if len(clean) <= 600 else clean[:599] + "…"
