"""Why something is not fetched."""

from __future__ import annotations

from beholder.errors import BadInput


class NotFetched(BadInput):
    """What a link leads to cannot be had, or may not be, and why. status : what the server answered, where it did"""

    def __init__(self, told: str, status: int | None = None) -> None:
        super().__init__(told)
        self.status = status


class NotNow(NotFetched):
    """It may be had in a moment. wait : in how many seconds, where the server says so"""

    def __init__(self, told: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(told, status)
        self.wait = wait
