"""Parallel jobs, in threads or worker processes: the one place that starts such pools."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from beholder.errors import WorkerDied

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


def map_jobs(
    work: Callable[[_Job], _Result],
    jobs: Iterable[_Job],
    *,
    workers: int,
    processes: bool = False,
    ahead: int | None = None,
    in_order: bool = True,
    stop: threading.Event | None = None,
) -> Generator[_Result, None, None]:
    """What `work` gives for each job.

    Parameters
    ----------
    work
        Done by several threads at once. With processes it travels to each of them once, pickled.
    jobs
        Taken one by one, as workers get free.
    workers
        Threads or processes at a time; one process is this one.
    processes
        Whether to spawn processes, each with one BLAS thread. They end with this one, and Ctrl-C reaches this one
        alone. A script needs its `if __name__ == "__main__"`.
    ahead
        Jobs under way at a time, `2 * workers` unless given: what is held in memory, and waited for at an end.
    in_order
        Results in the order of the jobs; else as they come.
    stop
        Set when no more is wanted, for work that looks at it: at the end, at an error, where the caller stops early.

    Raises
    ------
    WorkerDied
        Where a process ended before its job was done. What `work` raises comes up unchanged.
    """
    if processes and workers < 2:
        with threadpool_limits(1):
            yield from map(work, jobs)
        return
    pool, do = _process_pool(work, workers) if processes else (ThreadPoolExecutor(workers, "job"), work)
    starting = _children_ignore_interrupts if processes else nullcontext
    waiting, running = iter(jobs), deque[Future[_Result]]()
    try:
        while True:
            with starting():
                while len(running) < (ahead or 2 * workers) and (job := next(waiting, _END)) is not _END:
                    running.append(pool.submit(do, job))
            if not running:
                return
            if not in_order:
                done = wait(running, return_when=FIRST_COMPLETED).done
                running = deque(sorted(running, key=lambda future: future not in done))
            yield running.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerDied("a worker process ended before its job was done, most likely for lack of memory") from error
    finally:
        if stop is not None:
            stop.set()
        pool.shutdown(cancel_futures=True)


_END: Any = object()
_work: Callable[[Any], Any] = NotImplemented  # of this worker process


def _process_pool(work: Callable[[Any], Any], workers: int) -> tuple[Executor, Callable[[Any], Any]]:
    spawn = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    return ProcessPoolExecutor(workers, spawn, initializer=_start, initargs=(work,)), _do


def _start(work: Callable[[Any], Any]) -> None:
    """Makes this process a worker: one thread, and gone with its parent."""
    global _work
    os.environ["OMP_NUM_THREADS"] = "1"  # of what is loaded later: torch
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threadpool_limits(1)
    _work = work


def _do(job: Any) -> Any:
    return _work(job)


def _end_with_parent() -> None:
    """A pool's processes wait for ever where their parent was killed."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@contextmanager
def _children_ignore_interrupts() -> Iterator[None]:
    """Processes started in here never hear Ctrl-C, not even while they start; this one hears it afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
