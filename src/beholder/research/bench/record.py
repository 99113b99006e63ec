"""The folder of a run: its configuration and its rows, to which a run that was interrupted adds the rest."""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

from beholder.config import settings
from beholder.durable import write_whole
from beholder.errors import BadInput, StoreError, UserError
from beholder.json_reading import parse_json, read_json
from beholder.research.bench.worker import BenchJob, Row

_CONFIG, ROWS = "config.json", "rows.jsonl"


class RunRecord:
    """rows.jsonl only grows, one finished job at a time; `config.json` says what run the rows belong to."""

    def __init__(self, folder: Path, config: Row) -> None:
        """`self.config` is `config` with when and on what the run was begun.

        raises : UserError where the folder holds the rows of another run, StoreError where it cannot be written
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.config = self._begin(json.loads(json.dumps(config)))
        except FileExistsError as error:
            raise UserError(f"{folder} is a file; give a folder for the rows and tables") from error
        except OSError as error:
            raise StoreError(f"{folder} cannot be written: {error.strerror}") from error

    def _begin(self, config: Row) -> Row:
        path = self.folder / _CONFIG
        if path.is_file():
            old = _read_config(path)
            _check_same(self.folder, old, config)
            return old
        if (self.folder / ROWS).exists():
            raise UserError(f"{self.folder} holds {ROWS} without the {_CONFIG} that says of what; give another folder")
        config |= {"begun": date.today().isoformat(), "hardware": hardware()}
        write_whole(path, json.dumps(config, indent=1) + "\n")
        return config

    def finished(self) -> list[Row]:
        """The rows of all finished jobs; what was cut off while it was written is dropped from the file."""
        path = self.folder / ROWS
        if not path.is_file():
            return []
        text = path.read_text(encoding="utf-8", errors="replace")
        jobs: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for line in text.splitlines():
            row = _parse(line)
            if row is not None:
                jobs[row["rater"], row["draw"]].append(row)
        rows = [row for job in jobs.values() if len(job) == job[0]["lines"] for row in job]
        kept = as_lines(rows)
        if kept != text:
            write_whole(path, kept)
        return rows

    def add(self, rows: Iterable[Row]) -> None:
        """Write the rows of one finished job; they are on the disk when this returns."""
        try:
            with (self.folder / ROWS).open("a", encoding="utf-8") as stream:
                stream.write(as_lines(rows))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StoreError(
                f"{self.folder / ROWS} cannot be written: {error.strerror}; the rows so far are kept"
            ) from error


def remaining(jobs: Iterable[BenchJob], rows: Iterable[Row], raters: tuple[str, ...]) -> list[BenchJob]:
    """The jobs of which there are no rows yet."""
    done = {(row["rater"], row["draw"]) for row in rows}
    return [job for job in jobs if (raters[job.rater], job.number) not in done]


def hardware() -> str:
    """Processor, how many of its threads the bench uses, and system."""
    named = platform.processor() or platform.machine()
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        named = next(line for line in lines if line.startswith("model name")).partition(":")[2].strip()
    return f"{named}, {settings().threads} of {os.cpu_count()} threads, {platform.system()}"


def as_lines(rows: Iterable[Row]) -> str:
    """JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _parse(line: str) -> Row | None:
    try:
        row = parse_json(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"rater", "draw", "lines"} <= row.keys() else None


def _read_config(path: Path) -> Row:
    try:
        config = read_json(path)
    except ValueError as error:
        raise BadInput(f"{path} is damaged ({error}); give another folder") from error
    return config if isinstance(config, dict) else {}


def _check_same(folder: Path, old: Row, new: Row) -> None:
    differ = [f"{key} was {old.get(key)!r}, now {new.get(key)!r}" for key in new if old.get(key) != new[key]]
    if differ:
        raise UserError(
            f"{folder} holds another run: {'; '.join(differ)}. Give another folder, or repeat that command to resume"
        )
