"""How a module is treated, as data: what is asked first, what is put back, how long it may take, how it is addressed.

Every table is read from its top; the first row that fits a line counts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from modemtwin.clockwork import Micros, seconds

__all__ = ["LASTING", "Addressing", "Followed", "Lasting", "addressed", "followed", "lasting", "patience"]


def _line(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode(), re.IGNORECASE)


# ── what lasts ────────────────────────────────────────────────────────────────────────────────────────────────────


class Lasting(NamedTuple):
    """A command that writes to flash, restarts the module or takes it off the network, and what to say of it.

    ``read`` shows what was there before; ``put_back``, a template for the groups of ``shown``, types it again.
    """

    typed: re.Pattern[bytes]
    what: str
    read: bytes = b""
    shown: re.Pattern[bytes] | None = None
    put_back: bytes = b""


LASTING: tuple[Lasting, ...] = (
    Lasting(_line(r"AT\+CFUN=[0-9],1"), "restarts the module"),
    Lasting(_line(r"AT\+CREBOOT"), "restarts the module"),
    Lasting(_line(r"AT\+CPOWD="), "switches the module off"),
    Lasting(_line(r"AT\+CFUN="), "takes the module off the network for a while, and keeps the level in flash"),
    Lasting(
        _line(r"AT\+CGDCONT=1,"),
        "writes the APN of context 1 to flash; what stood there is written back afterwards",
        b"AT+CGDCONT?",
        re.compile(rb'\+CGDCONT: 1,("[^"]*","[^"]*").*'),
        rb"AT+CGDCONT=1,\1",
    ),
    Lasting(_line(r"AT\+CGDCONT="), "writes a context to flash"),
    Lasting(
        _line(r"AT\+CNCFG=0,[0-4]"),
        "sets the APN of the application bearer; what stood there is written back afterwards",
        b"AT+CNCFG?",
        re.compile(rb'\+CNCFG: (0,[0-4],"[^"]*"(?:,"[^"]+","[^"]*",[0-3])?).*'),
        rb"AT+CNCFG=\1",
    ),
    Lasting(
        _line(r"AT\+CNCFG="),
        "sets the APN of the application bearer; what stood there is written back afterwards",
        b"AT+CNCFG?",
        re.compile(rb'\+CNCFG: ([0-2],"[^"]*"(?:,"[^"]+","[^"]*",[0-3])?).*'),
        rb"AT+CNCFG=\1",
    ),
    Lasting(_line(r"AT\+IPR="), "writes the rate of the UART to flash"),
    Lasting(_line(r"AT.*&[WFY]"), "writes or clears the stored settings"),
    Lasting(_line(r"ATZ"), "resets the settings"),
    Lasting(_line(r"AT\+CPIN=|AT\+CLCK=|AT\+CPWD="), "uses up an attempt at the card's PIN"),
    Lasting(
        _line(r"AT\+(?:CNMP|CMNB|CBANDCFG|COPS|CPSMS|CEDRXS|CSCLK|CLTS|CBATCHK|CNETLIGHT|IFC|CFGRI|CPMS|CSCS)="),
        "writes a setting to flash",
    ),
)
"""What is asked before it is typed (SIM7000 AT manual, "parameter saving mode"); all else is gone at power-off."""


def lasting(typed: bytes) -> Lasting | None:
    """Give the row of a line that lasts, whichever of its commands it is."""
    first, *others = typed.split(b";")
    commands = [each for each in (first, *(b"AT" + other for other in others)) if not each.endswith(b"=?")]
    return next((row for row in LASTING for each in commands if row.typed.match(each)), None)


# ── what takes time ───────────────────────────────────────────────────────────────────────────────────────────────

_PATIENCE: tuple[tuple[re.Pattern[bytes], int], ...] = (
    (_line(r"AT\+(?:CGATT|CNACT|CGACT)="), 75),
    (_line(r"AT\+COPS"), 45),
    (_line(r"AT\+CFUN="), 10),
    (_line(r"AT\+CPIN"), 5),
)
"""Seconds that a reply may take by the SIM7000 AT manual, where that is more than a moment."""


def patience(typed: bytes, usual: Micros) -> Micros:
    """Say how long the reply to a line may take."""
    return max([usual, *(seconds(most) for row, most in _PATIENCE if row.match(typed))])


class Followed(NamedTuple):
    """A command whose OK is followed by a URC, and within what time."""

    typed: re.Pattern[bytes]
    urc: re.Pattern[bytes]
    within: Micros


_FOLLOWED: tuple[Followed, ...] = (
    Followed(_line(r"AT\+CCOAPACTION$"), _line(r"\+CCOAP"), seconds(20)),
    Followed(_line(r"AT\+CNACT=[^?]"), _line(r"\+APP PDP:"), seconds(75)),
    Followed(_line(r"AT\+CFUN=1"), _line(r"\+CPIN:"), seconds(10)),
)


def followed(typed: bytes) -> Followed | None:
    """Give the row of a line whose work goes on behind its OK."""
    return next((row for row in _FOLLOWED if row.typed.match(typed)), None)


# ── how it is addressed ───────────────────────────────────────────────────────────────────────────────────────────


class Addressing(NamedTuple):
    """What stands in the place of the addresses and the APN of a transcript.

    ``server`` and ``mute`` are URLs without a path: one that answers, one that never does. ``apn``: None leaves the
    APN to the network, and no user or password is named.
    """

    server: str = "coap://192.0.2.1"
    mute: str = "coap://192.0.2.2"
    apn: str | None = None
    sim7080: bool = False


_SERVERS = re.compile(rb"coap://(?:198\.181\.39\.174|192\.0\.2\.1)(?::[0-9]+)?(?=[/\"?]|$)")
_MUTE = re.compile(rb"coap://192\.0\.2\.2(?=[/\"?]|$)")
_APN: tuple[tuple[re.Pattern[bytes], bytes, bytes], ...] = (
    (_line(r'AT\+CNACT=([12]),"[^"]*"$'), rb"AT+CNACT=\1", rb'AT+CNACT=\1,"%b"'),
    (_line(r'AT\+CNCFG=([0-2]),"[^"]*"(?:,.*)?$'), rb"AT+CNCFG=\1", rb'AT+CNCFG=\1,"%b"'),
    (_line(r'AT\+CGDCONT=1,"IP","[^"]+"$'), rb'AT+CGDCONT=1,"IP",""', rb'AT+CGDCONT=1,"IP","%b"'),
)
_SIM7080: tuple[tuple[re.Pattern[bytes], bytes], ...] = (
    (_line(r"AT\+CNACT=([0-2])(?:,\".*)?$"), rb"AT+CNACT=0,\1"),
    (_line(r"AT\+CNCFG=([0-2])((?:,\".*)?)$"), rb"AT+CNCFG=0,\1\2"),
)
"""The lines of COAP-AN §4 and §5 in the words of the SIM7070, SIM7080 and SIM7090."""


def addressed(typed: bytes, to: Addressing) -> bytes:
    """Give the line that is really typed."""
    typed = _SERVERS.sub(lambda _: to.server.encode(), typed)
    typed = _MUTE.sub(lambda _: to.mute.encode(), typed)
    for row, without, with_apn in _APN:
        typed = row.sub(without if to.apn is None else with_apn % _plain(to.apn), typed)
    for pattern, instead in _SIM7080 if to.sim7080 else ():
        typed = pattern.sub(instead, typed)
    return typed


def _plain(text: str) -> bytes:
    return text.encode().replace(b"\\", rb"\\")
