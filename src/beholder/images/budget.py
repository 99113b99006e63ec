"""How much memory a picture takes to open, known before it is decoded; pictures opened at once share what there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from beholder.errors import BadPicture

_PIXELS = 100_000_000  # the limit on pixels that the bytes below go with
_ONE = 320_000_000  # bytes that one picture may take
_TOGETHER = 640_000_000  # bytes of all that are opened at one time
_BYTES = {"1": 1, "L": 1, "P": 1}  # a pixel in Pillow's memory; every other mode takes 2 or 4


def pixel_bytes(mode: str) -> int:
    return 2 if mode.startswith("I;16") else _BYTES.get(mode, 4)


def allowed(max_pixels: int) -> int:
    """Bytes that one picture may take where so many pixels are allowed: four more for each further pixel."""
    return _ONE + 4 * max(0, max_pixels - _PIXELS)


class Memory:
    """The memory of all pictures that this process has open. First come, first served, and one alone always passes."""

    def __init__(self, together: int) -> None:
        self.together, self.used = together, 0
        self._turn, self._free = threading.Lock(), threading.Condition()

    @contextmanager
    def held(self, need: int) -> Iterator[None]:
        """Waits until this many bytes are free, and holds them. A picture is never opened within another's."""
        with self._turn, self._free:
            self._free.wait_for(lambda: self.used == 0 or self.used + need <= self.together)
            self.used += need
        try:
            yield
        finally:
            with self._free:
                self.used -= need
                self._free.notify_all()


MEMORY = Memory(_TOGETHER)


def check(need: int, most: int, what: str, instead: str) -> None:
    """Raises
    ------
    BadPicture
        where a picture would take more than `most` bytes; `instead` says what to do about it
    """
    if need > most:
        amounts = f"{need / 1e6:.0f} MB of memory to open, over the limit of {most / 1e6:.0f} MB"
        raise BadPicture(f"{what} takes {amounts}; {instead}")
