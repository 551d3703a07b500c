"""What arrives at a driver's port: kept until somebody listens, handed over from then on, and nothing after the end.

arrived(b"…")* ──► kept ──listen(received, lost)──► received(b"…")* ──► ended(reason) ──► lost(reason), once
"""

from __future__ import annotations

from modemtwin.host.transport import Lost, Received

__all__ = ["Inbox"]


class Inbox:
    """The half of ``Transport`` that is the same for every kind of port."""

    def __init__(self) -> None:
        self._kept = b""
        self._received: Received | None = None
        self._lost: Lost | None = None
        self._reason: str | None = None
        self.over = False

    def listen(self, received: Received, lost: Lost) -> None:
        """Hand over what is kept, and all that comes; the news of an end that has been waits for a listener too."""
        kept, self._kept = self._kept, b""
        self._received, self._lost = received, lost
        if kept:
            received(kept)
        if self.over and self._lost is not None:
            self._lost(self._reason)

    def arrived(self, data: bytes) -> None:
        """Take bytes from the module."""
        if self.over:
            return
        if self._received is None:
            self._kept += data
        else:
            self._received(data)

    def ended(self, reason: str | None) -> None:
        """The port has gone by itself: tell it once."""
        if self.over:
            return
        self.over, self._reason = True, reason
        if self._lost is not None:
            self._lost(reason)

    def close(self) -> None:
        """The driver has closed the port: nobody is told anything any more."""
        self.over = True
        self._received, self._lost = _nothing, None


def _nothing(data: bytes) -> None:
    pass
