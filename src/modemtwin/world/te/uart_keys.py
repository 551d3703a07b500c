"""What the wire between TE and modem is like: the keys of ``[uart]``."""

from __future__ import annotations

from dataclasses import dataclass

from modemtwin.world.schema import Choice, Flag, Key, Whole

__all__ = ["RATE", "UART_KEYS", "UartSettings"]


@dataclass(frozen=True, slots=True)
class UartSettings:
    """``pace``: bytes take their time. ``baud`` is the TE's rate, 0 always that of the modem; ``fifo`` is in bytes."""

    pace: bool = False
    baud: int = 115_200
    flow: str = "none"
    fifo: int = 4_096


_DEFAULTS = UartSettings()

_FLOWS = Choice({word: word for word in ("none", "rts-cts", "xon-xoff")})

RATE = Key("baud", Whole(300, 4_000_000), _DEFAULTS.baud, "rate of the TE", "bit/s")
"""A rate that a TE may go on at."""

UART_KEYS: tuple[Key, ...] = tuple(
    Key(f"uart.{name}", kind, getattr(_DEFAULTS, name), doc, unit)
    for name, kind, unit, doc in (
        ("pace", Flag(), "", "whether bytes take their time on the wire"),
        ("baud", Whole(300, 4_000_000, (0,)), "bit/s", "rate of the TE; 0: it follows the modem, or 115200 without"),
        ("flow", _FLOWS, "", "what the TE obeys and uses; on a real port it has its own"),
        ("fifo", Whole(1, 65_536), "bytes", "what the TE keeps while it does not read; on a real port it has its own"),
    )
)
"""The keys as data."""
