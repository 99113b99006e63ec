"""What was worked out of pictures alone, kept within one budget of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


class Kept:
    """What was derived of tables, by the table's serial and a key: used longest ago, forgotten first."""

    def __init__(self, most: int) -> None:
        self.most, self.total = most, 0
        self._values: OrderedDict[tuple[str, Hashable], tuple[Any, int]] = OrderedDict()
        self._making: dict[tuple[str, Hashable], threading.RLock] = {}
        self._lock = threading.RLock()  # a table may go, and be forgotten, wherever memory is tidied up

    def get(self, serial: str, key: Hashable, make: Callable[[], T]) -> T:
        whole = (serial, key)
        with self._lock:
            if whole in self._values:
                self._values.move_to_end(whole)
                found: T = self._values[whole][0]
                return found
            making = self._making.setdefault(whole, threading.RLock())
        with making:  # several threads may ask for it: the others wait
            if (there := self.known(serial, key)) is not None:
                return there  # type: ignore[no-any-return]
            try:
                made = make()
                with self._lock:
                    self._keep(whole, made)
            finally:
                with self._lock:
                    self._making.pop(whole, None)
        return made

    def known(self, serial: str, key: Hashable) -> Any:
        with self._lock:
            return self._values.get((serial, key), (None, 0))[0]

    def _keep(self, whole: tuple[str, Hashable], made: Any) -> None:
        size = _bytes_of(made)
        self._values[whole] = made, size
        self.total += size
        while self.total > self.most and self._values:
            self.total -= self._values.popitem(last=False)[1][1]

    def forget(self, serial: str) -> None:
        """What was derived of a table that is gone."""
        with self._lock:
            for whole in [whole for whole in tuple(self._values) if whole[0] == serial]:
                self.total -= self._values.pop(whole)[1]


def _bytes_of(value: Any) -> int:
    """About what a value takes in memory: its arrays, and those of its parts."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, (tuple, list)):
        return sum(map(_bytes_of, value))
    if is_dataclass(value):
        return sum(_bytes_of(getattr(value, part.name)) for part in fields(value))
    return sum(map(_bytes_of, vars(value).values())) if hasattr(value, "__dict__") else 0
