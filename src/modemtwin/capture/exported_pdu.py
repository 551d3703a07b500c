"""A line of the UART as Wireshark's exported PDU, which names the dissector that shows it.

    ┌───────────────────┬─────────────────────┬───────┬──────────┐
    │ dissector "at" 12 │ direction 35: 0 / 1 │ end 0 │ the line │   tag and length have 16 bits each, big-endian
    └───────────────────┴─────────────────────┴───────┴──────────┘

Tags and values: Wireshark's ``wsutil/exported_pdu_tlvs.h``. Its AT dissector takes what is sent for the DTE's.
"""

from __future__ import annotations

import struct

__all__ = ["from_modem", "from_te"]

_DISSECTOR_NAME, _P2P_DIRECTION, _END = 12, 35, 0
_SENT, _RECEIVED = 0, 1


def _tags(direction: int) -> bytes:
    name = b"at\0\0"  # values are padded to 32 bits
    return (
        struct.pack(">HH", _DISSECTOR_NAME, len(name))
        + name
        + struct.pack(">HHI", _P2P_DIRECTION, 4, direction)
        + struct.pack(">HH", _END, 0)
    )


_FROM_TE, _FROM_MODEM = _tags(_SENT), _tags(_RECEIVED)


def from_te(line: bytes) -> bytes:
    """Wrap what the TE typed."""
    return _FROM_TE + line


def from_modem(line: bytes) -> bytes:
    """Wrap what the modem said."""
    return _FROM_MODEM + line
