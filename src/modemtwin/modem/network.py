"""What a network may be to a modem: where the modem stands with it, and what radio it speaks."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Registration", "Technology"]


class Registration(IntEnum):
    """Where the modem stands with the network: ``<stat>`` of TS 27.007 §7.2."""

    OFF = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5


class Technology(IntEnum):
    """Radio access technology: ``<netact>`` of COAP-AN §4.1 and TS 27.007 §7.3."""

    GSM = 0
    EGPRS = 3
    CAT_M = 7
    NB_IOT = 9
