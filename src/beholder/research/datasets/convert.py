"""From a published set to the plain folder format, or only a look at what is missing and wrong with it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from beholder.cells import csv_line
from beholder.config import settings
from beholder.errors import BadInput, UnknownName, UserError
from beholder.research.datasets.draft import Draft, broken_pictures
from beholder.research.datasets.formats import DatasetFormat
from beholder.research.datasets.plain import load_plain
from beholder.research.datasets.public import PUBLIC
from beholder.research.datasets.tables import Faults
from beholder.types import Progress, silent

_PLAIN = "plain"
_COPIES = "pictures"  # folder below the plain one for pictures that are copied


@dataclass(frozen=True)
class Report:
    """What a set holds, as it was checked or written.

    Attributes
    ----------
    copies
        lines left out because a line before them says the very same
    retest
        ratings of a picture that the rater had rated before
    left_out
        a sentence for each fault that was passed over
    """

    name: str
    items: int
    test_items: int
    raters: int
    test_raters: int
    ratings: int
    retest: int = 0
    copies: int = 0
    left_out: tuple[str, ...] = ()


def check(name: str, folder: str | Path, *, partial: bool = False, progress: Progress = silent) -> Report:
    """What the folder holds, if it is the set of this name, whole.

    Parameters
    ----------
    partial
        pass over lines and pictures that cannot be used, and tell of them in the report

    Raises
    ------
    UnknownName
        for a set that is not known
    BadInput
        with everything that is missing or wrong
    """
    if name == _PLAIN:
        return _report_of_plain(folder, progress)
    form = _form(name)
    return _report(form, _read(form, Path(folder).expanduser(), partial, progress))


def convert(
    name: str,
    folder: str | Path,
    into: str | Path,
    *,
    partial: bool = False,
    copy: bool = False,
    progress: Progress = silent,
) -> Report:
    """Write the set in `folder` to `into` in the plain format, whole or not at all.

    partial : leave out lines and pictures that cannot be used
    copy    : copy the pictures too; else items.csv has their paths relative to `into`
    raises  : as `check`; UserError where `into` holds something already, or the set is in the plain format
    """
    if name == _PLAIN:
        raise UserError(f"{folder} is in the plain format already: beholder bench {folder}")
    form, into = _form(name), Path(os.path.realpath(Path(into).expanduser()))
    _check_empty(into)
    draft = _read(form, Path(folder).expanduser(), partial, progress)
    with _whole(into) as unfinished:
        files = _copied(draft, unfinished, progress) if copy else _relative(draft, into)
        progress("writing the tables", 0, 0)
        _write(form, draft, files, unfinished)
    return _report(form, draft)


def _form(name: str) -> DatasetFormat:
    if name not in PUBLIC:
        raise UnknownName.of("rated set", name, [*PUBLIC, _PLAIN], see="beholder datasets list")
    return PUBLIC[name]


def _read(form: DatasetFormat, folder: Path, partial: bool, progress: Progress) -> Draft:
    """raises : BadInput with all faults"""
    hint = f"{form.title} is: {form.layout}. It comes from {form.source}"
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder. {hint}")
    progress(f"reading {form.title}", 0, 0)
    draft = Draft(folder, form.scale)
    form.read(draft)
    if not draft.faults.found:
        draft.open_pictures(settings().threads, lambda done, total: progress("opening pictures", done, total))
    draft.finish()
    if draft.unusable.found and not partial:
        hint += "\n--partial leaves out lines and pictures that cannot be used"
        draft.faults.found += draft.unusable.found
    draft.faults.raise_if_any(folder, hint)
    return draft


def _report(form: DatasetFormat, draft: Draft) -> Report:
    return Report(
        name=form.title,
        items=len(draft.items),
        test_items=sum(columns.get("split") == "test" for columns in draft.items.values()),
        raters=len({rater for rater, *_ in draft.ratings}),
        test_raters=sum(split == "test" for split in draft.raters.values()),
        ratings=len(draft.ratings),
        retest=len(draft.retest),
        copies=draft.copies,
        left_out=tuple(draft.unusable.found),
    )


def _report_of_plain(folder: str | Path, progress: Progress) -> Report:
    data = load_plain(folder)
    faults = Faults()
    told = broken_pictures(
        data.files, settings().threads, lambda done, total: progress("opening pictures", done, total)
    )
    for file, reason in told.items():
        faults.add(os.path.relpath(file, folder), f"the picture cannot be opened: {reason}")
    faults.raise_if_any(Path(folder))
    return Report(
        name=data.name,
        items=len(data.items),
        test_items=0 if data.item_is_test is None else int(data.item_is_test.sum()),
        raters=len(data.raters),
        test_raters=0 if data.rater_is_test is None else int(data.rater_is_test.sum()),
        ratings=len(data.ratings),
    )


def _check_empty(into: Path) -> None:
    if into.is_dir() and not any(into.iterdir()):
        return
    if os.path.lexists(into):
        raise UserError(f"{into} is there already and is not an empty folder; give another, or take it away first")


@contextmanager
def _whole(into: Path) -> Iterator[Path]:
    """A folder to write to, which becomes `into` at the end; nothing is left of it after an error."""
    unfinished = into.with_name(f".{into.name}.{uuid.uuid4().hex[:8]}")
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.replace(into)
    except UnicodeEncodeError as error:
        raise BadInput("a name or path is not valid Unicode and cannot be written; rename that file") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _relative(draft: Draft, into: Path) -> list[str]:
    """The picture of each item as seen from `into`; by real paths, as .. leads elsewhere behind a link."""
    folder = os.path.relpath(os.path.realpath(draft.folder), into)
    return [f"{folder}/{columns['file']}" for columns in draft.items.values()]


def _copied(draft: Draft, unfinished: Path, progress: Progress) -> list[str]:
    files = [f"{_COPIES}/{columns['file']}" for columns in draft.items.values()]
    for done, (file, columns) in enumerate(zip(files, draft.items.values(), strict=True)):
        progress("copying pictures", done, len(files))
        (unfinished / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft.folder / columns["file"], unfinished / file)
    return files


def _write(form: DatasetFormat, draft: Draft, files: Sequence[str], into: Path) -> None:
    columns = [column for column in next(iter(draft.items.values())) if column != "file"]
    items = zip(draft.items.items(), files, strict=True)
    _write_table(
        into / "items.csv",
        ("item", "file", *columns),
        ((item, file, *(of[column] for column in columns)) for (item, of), file in items),
    )
    for name, ratings in {"ratings.csv": draft.ratings, "retest.csv": draft.retest}.items():
        if ratings:
            _write_table(into / name, ("rater", "item", "score", "seconds"), ratings)
    if draft.raters:
        _write_table(into / "raters.csv", ("rater", "split"), draft.raters.items())
    about = {"name": form.title, "scale": draft.scale, "licence": form.licence, "citation": form.citation}
    (into / "dataset.json").write_text(json.dumps({**about, "source": form.source}, indent=1) + "\n", encoding="utf-8")


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(csv_line(header))
        stream.writelines(map(csv_line, rows))
