"""How many threads work on one thing: one BLAS thread for small work, and threads of our own for large work.

A refit multiplies matrices of a few hundred rows: two threads gain nothing on an idle machine, and on a busy one each
product waits for the slower thread (measured, 500 judgements, two busy cores: 13 ms with one thread, 690 ms with two).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock, local
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from beholder.jobs import map_jobs

_SPREAD = 8_192  # rows from which threads of our own are worth starting
_LOCK = Lock()
_HERE = local()
_USERS: list[Any] = []  # the limit, once for each who is inside; the last to leave lifts it


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, NumPy and SciPy use one thread. The setting is the whole process's, so users are counted."""
    with _LOCK:
        _USERS.append(_USERS[0] if _USERS else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            limit = _USERS.pop()
            if not _USERS:
                limit.restore_original_limits()


@contextmanager
def alone() -> Iterator[None]:
    """Inside, this thread starts no others: it is one of several that share the processors."""
    before, _HERE.alone = getattr(_HERE, "alone", False), True
    try:
        yield
    finally:
        _HERE.alone = before


def in_parts(work: Callable[[slice], None], n: int, size: int) -> None:
    """Call `work` on each part of n rows, `size` at a time; many rows on all processors, unless `alone`."""
    parts = [slice(start, start + size) for start in range(0, n, size)]
    with one_thread():
        if n <= _SPREAD or getattr(_HERE, "alone", False):
            for part in parts:
                work(part)
            return
        for _ in map_jobs(work, parts, workers=os.cpu_count() or 1):
            pass
