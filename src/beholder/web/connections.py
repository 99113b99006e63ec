"""One connection of the server: it may not wait for ever, and there are only so many, so that none stops the others."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 20.0  # seconds for a whole request to come, and for what is sent to be read; the pages wait 15
MOST = 400  # connections; a browser opens six
BACKLOG = 64  # connections that are taken at once: over `MOST`, so many files may be open for a moment


def most() -> int:
    """How many connections there may be: half of the files that this process may open, and `MOST` at most."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return MOST
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(8, min(MOST, soft // 2))


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a time limit on what comes in and goes out.

    Where there are too many, the oldest that waits for its other side is closed for the new one; first those that never
    asked for anything.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.opened = self.loop.time()
        self.most = most()
        self._deadline: asyncio.TimerHandle | None = None
        self._quiet = True  # nothing of the next request has come yet
        self._stalled = False  # what was sent is not being read

    @property
    def waits(self) -> bool:
        """Whether the other side has to send or to read something first."""
        return self._stalled or self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()
        if len(self.connections) > self.most:
            others = [c for c in self.connections if isinstance(c, Connection) and c.waits and c is not self]
            min(others, key=lambda c: (c.cycle is not None, c.opened), default=self)._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._quiet and not self._stalled:
            self._quiet = False
            self._arm()
        super().data_received(data)
        self._settle()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP: nobody is answered any more, and an answer that has begun is cut off."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.waits and not self._stalled and not self.transport.is_closing():
            self._quiet = True
            self._arm()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = True
        self._arm()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled = False
        self._settle()

    def _settle(self) -> None:
        """Nothing is waited for once the request has come and what is sent is read."""
        if not self.waits:
            self._disarm()

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(PATIENCE, self._end)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        self._disarm()
        self.connections.discard(self)  # at once: it is lost only with the loop's next turn
        self.transport.abort()
