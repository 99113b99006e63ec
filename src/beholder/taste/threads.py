"""One BLAS thread for small work.

A refit multiplies matrices of a few hundred rows: two threads gain nothing on an idle machine, and on a busy one each
product waits for the slower thread (measured, 500 judgements, two busy cores: 13 ms with one thread, 690 ms with two).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

_LOCK = Lock()
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
