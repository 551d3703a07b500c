"""What the network says, in words: registration, technology, signal, and why there is no service."""

from __future__ import annotations

from modemtwin.host import commands
from modemtwin.host.errors import Rejected, Unreadable
from modemtwin.host.response import Signal
from modemtwin.host.steps import Procedure, ask

__all__ = ["TECHNOLOGIES", "refusal", "registration", "signal", "state"]

REGISTRATIONS = ("off", "home", "searching", "denied", "unknown", "roaming")
"""``<stat>`` of TS 27.007 §10.1.22."""

TECHNOLOGIES = {0: "GSM", 1: "GSM", 3: "EGPRS", 7: "CAT-M", 9: "NB-IoT"}
"""``<netact>`` of ``+COPS`` (COAP-AN §4.1 and the AT manual)."""


def registration() -> Procedure[str]:
    """Where the module stands with the network, as a word; under GSM ``+CREG`` knows what ``+CEREG`` does not."""
    words = []
    for command in (commands.REGISTRATION, commands.REGISTRATION_GSM):
        try:
            stat = yield from ask(command)
        except (Rejected, Unreadable):
            continue
        word = REGISTRATIONS[stat] if 0 <= stat < len(REGISTRATIONS) else "unknown"
        if word in ("home", "roaming"):
            return word
        words.append(word)
    return next((word for word in words if word != "off"), words[0] if words else "unknown")


def signal() -> Procedure[Signal]:
    """The signal; 99 for unknown where the module does not tell."""
    try:
        return (yield from ask(commands.SIGNAL))
    except (Rejected, Unreadable):
        return Signal(99, 99)


def state() -> Procedure[str]:
    """Why the module is not attached, as far as it tells."""
    word = yield from registration()
    strength = yield from signal()
    dbm = f"signal {strength.dbm} dBm" if strength.dbm is not None else "no signal"
    match word:
        case "denied":
            return f"the network denies registration; {dbm}"
        case "home" | "roaming":
            return f"registered ({word}), not attached yet; {dbm}"
        case "off":
            return f"not registered and not searching; {dbm}"
        case _:
            return f"searching for the network; {dbm}"


def refusal(apn: str) -> Procedure[str]:
    """Why there is no bearer, as far as anybody can tell: the module says only ``DEACTIVE``."""
    word = yield from registration()
    return f'the network does not open it for the APN "{apn}" (registration: {word}); are APN, user and password right?'
