"""The driver's port to a modem of a world: bytes in both directions, in the world's time, without a wire.

    driver ──write──► type_(data) ──► modem ──► hear(data) ──call_soon──► received

What the modem writes is heard in a later turn of the loop, as it would be on a real line; no time passes between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from modemtwin.host.transport import Lost, Received
from modemtwin.io.hints import hints
from modemtwin.io.inbox import Inbox
from modemtwin.modem.profile import Profile

__all__ = ["WorldPort"]


class WorldPort:
    """A ``Transport`` for ``connect``. Whoever makes it calls ``hear`` with what the modem writes.

    ``type_`` takes what the driver writes; ``firmware`` is the modem's profile, which the hints come from, and
    ``first_token`` what the driver's tokens begin with; ``on_close`` is called when the driver closes it.
    """

    def __init__(
        self, name: str, firmware: Profile, type_: Callable[[bytes], None], *, first_token: int | None = None
    ) -> None:
        self.name = name
        self.hints: Mapping[str, object] = hints(firmware)
        if first_token is not None:
            self.hints = {**self.hints, "first_token": first_token}
        self.is_open = True
        self._type = type_
        self.on_close: Callable[[], None] = lambda: None
        self._inbox = Inbox()
        self._loop = asyncio.get_running_loop()

    def hear(self, data: bytes) -> None:
        """Take what the modem writes."""
        if self.is_open:
            self._loop.call_soon(self._inbox.arrived, data)

    def end(self, reason: str) -> None:
        """Let the port be gone, as when a cable is pulled."""
        if self.is_open:
            self.is_open = False
            self._loop.call_soon(self._inbox.ended, reason)

    # ── the driver's side ─────────────────────────────────────────────────────────────────────────────────────────

    def listen(self, received: Received, lost: Lost) -> None:
        self._inbox.listen(received, lost)

    def write(self, data: bytes) -> None:
        if self.is_open and data:
            self._type(data)

    def close(self) -> None:
        self.is_open = False
        self._inbox.close()
        self.on_close()
