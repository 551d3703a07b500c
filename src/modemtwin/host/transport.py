"""The wire to a module, as the driver sees it: bytes out, bytes in, and the news that it is gone.

open_port("…") ──► Transport ──listen(received, lost)──► received(b"…"), received(b"…"), …, lost("unplugged")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

__all__ = ["Lost", "Received", "Transport"]

Received: TypeAlias = Callable[[bytes], None]
"""Takes bytes from the module, cut anywhere."""

Lost: TypeAlias = Callable[[str | None], None]
"""Takes the reason, in words, why the port ended by itself; None when its other side closed it in order."""


class Transport(Protocol):
    """A port that is open. Everything is called in one thread, that of the event loop."""

    @property
    def name(self) -> str:
        """What to call it in messages: ``/dev/ttyUSB2``, ``socket://192.0.2.7:2000``."""

    @property
    def hints(self) -> Mapping[str, object]:
        """What the port knows of the module behind it; empty, as a rule.

        ``payload_append`` (bool): a payload in several commands adds up (see ``TooLong``). ``para_keep`` (bool): the
        packet under assembly outlives ``AT+CCOAPACTION``. ``first_token`` (int): where tokens begin, by chance
        otherwise.
        """

    def listen(self, received: Received, lost: Lost) -> None:
        """Hand over what arrives from now on, and what arrived since the port was opened; called once.

        ``lost`` is called at most once, and not for ``close``; nothing is called after either.
        """

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them to be sent; never raises: a port that is gone says so to ``lost``."""

    def close(self) -> None:
        """Close the port; again does nothing."""
