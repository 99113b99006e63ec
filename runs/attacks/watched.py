"""Trials in a process that is watched: it may not die, hang, take too much memory or raise what is no sentence."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from beholder.errors import BeholderError

START = 120.0  # seconds for a process to get ready
PATIENCE = 30.0  # seconds for one trial
PEAK = 400_000_000  # bytes that one may take, the program itself included
MOST = 6 * 1024**3  # bytes of addresses: what goes past it is refused by the system, and the machine lives on
A_WORKER = 2000  # trials of one process

Trial = Callable[[random.Random, Path], str]
Make = Callable[[Path], Trial]


@dataclass
class Result:
    """What came of one class of attempts."""

    name: str
    attempts: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak: int = 0  # bytes of memory, the most of any process

    def fault(self, what: str, said: str) -> None:
        self.faults.append(f"{what}: {said}")


class Wrong(AssertionError):
    """A trial found something that must not be."""


def watch(
    name: str, make: Make, numbers: range, seed: int, *, seconds: float, keep: Path | None = None, peak: int = PEAK
) -> Result:
    """Run the trial for each of these numbers; that it takes longer than `seconds` in all is a fault.

    make : called in the process with a folder of its own; gives the trial, which says in a few words what came of it
    keep : where the folder of a trial that failed is copied to
    """
    result, start = Result(name), time.monotonic()
    while numbers:
        with tempfile.TemporaryDirectory(prefix="attack-", ignore_cleanup_errors=True) as folder:
            work = (make, numbers[:A_WORKER], seed, name, Path(folder))
            numbers = numbers[_one_process(result, work, start + seconds, keep, peak) :]
        if numbers and time.monotonic() - start > seconds:
            result.fault(name, f"{len(numbers)} attempts were left after {seconds:g} s")
            break
    result.seconds = time.monotonic() - start
    return result


def _one_process(
    result: Result, work: tuple[Make, range, int, str, Path], end: float, keep: Path | None, most: int
) -> int:
    """Runs these numbers until one ends the process; returns how many were tried."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    worker = spawn.Process(target=_work, args=(*work, theirs), daemon=True)
    worker.start()
    theirs.close()
    _, numbers, _, name, folder = work
    try:
        _heard(ours, worker, START)
        for done, number in enumerate(numbers, 1):
            said, peak, alive = _heard(ours, worker, PATIENCE)
            if not said and peak > most:
                said = f"took {peak / 1e6:.0f} MB of memory"
            result.attempts += 1
            result.peak = max(result.peak, peak)
            if said:
                result.fault(f"{name} {number}", said)
                if keep is not None:
                    shutil.copytree(folder, keep / f"{name}-{number}", dirs_exist_ok=True)
            if not alive or time.monotonic() > end:
                return done
        return len(numbers)
    finally:
        worker.kill()
        worker.join()
        ours.close()


def _heard(ours: Connection, worker: multiprocessing.process.BaseProcess, patience: float) -> tuple[str, int, bool]:
    """(what is wrong or "", bytes at the peak, whether the process goes on)"""
    try:
        if not ours.poll(patience):
            return f"did not return within {patience:g} s", 0, False
        said, peak = ours.recv()
        return said, peak, True
    except EOFError:
        worker.join(5)
        return f"the process died with exit code {worker.exitcode}", 0, False


def _work(make: Make, numbers: range, seed: int, name: str, folder: Path, said: Connection) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
    log = folder / "said.txt"
    _speak_into(log)
    trial = make(folder)
    with contextlib.suppress(BrokenPipeError):
        said.send(("", 0))
        for number in numbers:
            _forget_peak()
            before = log.stat().st_size
            fault = _tried(trial, random.Random(f"{seed} {name} {number}"), folder)
            if not fault and log.stat().st_size > before:
                fault = f"it printed {log.read_bytes()[before:][:200]!r}"
            said.send((fault, _peak()))


def _speak_into(log: Path) -> None:
    """Whatever this process and the libraries in it print, they print into this file."""
    logging.disable()
    with log.open("ab") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    faulthandler.enable()


def _tried(trial: Trial, rng: random.Random, folder: Path) -> str:
    """What is wrong, else ""."""
    try:
        told = trial(rng, folder)
    except BeholderError as error:
        told = str(error)
    except Wrong as error:
        return str(error)
    except Exception as error:
        where = " < ".join(
            f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[:-4:-1]
        )
        return f"{type(error).__name__}: {str(error)[:200]} ({where})"
    return "" if told.isprintable() else f"a sentence that cannot be printed: {told[:300]!r}"


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Bytes of memory at the peak since `_forget_peak`; where the system cannot forget, since the start."""
    return peak_of("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def peak_of(process: int | str) -> int:
    """Bytes of memory of a process at its peak; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
