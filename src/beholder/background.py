"""Background work: one small thread pool for all sessions, so that they do not block each other."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from beholder.taste.threads import alone

log = logging.getLogger("beholder.background")
_MOST_THREADS = 4
_MOST_HEAPS = -8  # glibc's M_ARENA_MAX
_MMAP_THRESHOLD = -3  # of mallopt: from so many bytes on memory is not taken from a heap
_LONG = 384 * 1024
_FAIR = 4  # of so many jobs one is the oldest of those that can wait, however many urgent ones there are
_QUIET = 0.5  # seconds in which nobody was served
_LONGEST = 3.0  # seconds that one job waits for them

Job = Callable[[], None]


def share_process() -> None:
    """Set this process up for many people at once, once for all.

    glibc gives each thread a heap of its own and keeps in each what was freed: twenty people on ten thousand pictures
    took 20 MB each so, and take 2 with two heaps. What is as long as a large collection goes back to the system when it
    is freed, and leaves no hole in a heap. The interpreter lets a thread that computes go on for 5 ms while another
    wants to send an answer: 1 ms is enough.
    """
    sys.setswitchinterval(0.001)
    with suppress(OSError, AttributeError):  # another C library
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_MOST_HEAPS, 2)
        libc.mallopt(_MMAP_THRESHOLD, _LONG)


def spare_threads() -> int:
    """As many as leave one processor to whoever waits for a page, four at most."""
    return max(1, min(_MOST_THREADS, (os.cpu_count() or 1) - 1))


class Background:
    """A bounded pool of threads, in which what somebody waits for comes first. Inside, nothing uses further threads.

    Jobs that nobody waits for run one by one while nobody is being served: who scrolls needs the processors.

    Parameters
    ----------
    threads
        None: `spare_threads()`
    """

    def __init__(self, threads: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads or spare_threads(), thread_name_prefix="behind")
        self._urgent, self._later, self._quiet = deque[Job](), deque[Job](), deque[Job]()
        self._lock = threading.Lock()
        self._done = 0
        self._served = -_QUIET
        self._awaiting, self._closed = False, threading.Event()

    def submit(self, job: Job, *, urgent: bool) -> None:
        """Run this soon. It must catch its own exceptions."""
        with self._lock:
            (self._urgent if urgent else self._later).append(job)
        self._pool.submit(self._run)

    def served(self) -> None:
        """Somebody is being served now."""
        self._served = time.monotonic()

    def when_quiet(self, job: Job) -> None:
        """Run this when nobody was served for a while, at last after a few seconds."""
        with self._lock:
            self._quiet.append(job)
            begins, self._awaiting = not self._awaiting, True
        if begins:
            threading.Thread(target=self._while_quiet, name="quiet").start()

    def _while_quiet(self) -> None:
        while job := self._next_quiet():
            latest = time.monotonic() + _LONGEST
            while (left := min(self._served + _QUIET, latest) - time.monotonic()) > 0:
                if self._closed.wait(left):
                    return
            try:
                with alone():
                    job()
            except Exception:
                log.exception("a fault of Beholder's own behind the pages")

    def _next_quiet(self) -> Job | None:
        with self._lock:
            self._awaiting = bool(self._quiet) and not self._closed.is_set()
            return self._quiet.popleft() if self._awaiting else None

    def _run(self) -> None:
        """One job, whichever is first now: as many calls as jobs are submitted."""
        with self._lock:
            self._done += 1
            first, second = self._urgent, self._later
            if not first or (second and self._done % _FAIR == 0):
                first = second
            job = first.popleft()
        with alone():
            job()

    def close(self) -> None:
        """End the threads once what was submitted is done; what waits for quiet is dropped."""
        self._closed.set()
        self._pool.shutdown(wait=False)


class Turns:
    """One session's work in the pool: never two jobs at once, the newest answers first, then what can wait.

    Parameters
    ----------
    catch_up
        learns what is new and returns the jobs that can wait, in order; they are dropped where there is something
        new again. Thread-safe.
    """

    def __init__(self, pool: Callable[[], Background], catch_up: Callable[[], list[Job]]) -> None:
        self._pool, self._catch_up = pool, catch_up
        self._changed = threading.Condition()
        self._new = self._running = self._closed = False
        self._queued = set[bool]()  # whether an urgent turn, and one that can wait, are in the pool
        self._later = deque[Job]()
        self._learning = False  # something new is being learned
        self._fault: Exception | None = None

    def wake(self) -> None:
        """There is something new to learn."""
        with self._changed:
            if self._closed:
                return
            self._new, self._fault = True, None
            self._queue()

    def settle(self) -> None:
        """Wait until everything is learned and made. raises : what went wrong"""
        with self._changed:
            self._changed.wait_for(lambda: self._idle)
            if self._fault is not None:
                raise self._fault

    def wait(self, seconds: float) -> None:
        """Until what is new is learned, but no longer than this."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not (self._new or self._learning), seconds)

    def close(self) -> None:
        """Begin nothing more, and wait for what is running."""
        with self._changed:
            self._closed, self._new = True, False
            self._later.clear()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._running)

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def _idle(self) -> bool:
        return not (self._running or self._new or self._later)

    def _queue(self) -> None:
        """Have a turn in the pool, if there is something to do."""
        if not (self._idle or self._running or self._new in self._queued):
            self._queued.add(self._new)
            self._pool().submit(partial(self._turn, self._new), urgent=self._new)

    def _turn(self, urgent: bool) -> None:
        with self._changed:
            self._queued.discard(urgent)
            if self._running or self._idle:
                return
            self._running, self._learning, self._new = True, self._new, False
            job = None if self._learning else self._later.popleft()
        fault, later = None, list[Job]()
        try:
            if job is None:
                later = self._catch_up()
            else:
                job()
        except Exception as error:  # told to whoever waits, as a future would
            fault = error
        with self._changed:
            self._running = self._learning = False
            if job is None or fault:
                self._later = deque(later)
            if fault:
                self._fault = fault
            if self._closed:
                self._later.clear()
            self._changed.notify_all()
            self._queue()
