"""Everything that can go wrong between a program and its module: one tree, each leaf with what to try.

    ModemError ─┬─ Rejected          the module answered ERROR             ─┬─ PortMissing
                ├─ TimedOut ─┬─ Mute ── Asleep    no answer to AT           ├─ PortDenied
                │            └─ NoAnswer          the peer is silent        ├─ PortBusy
                ├─ ResetByPeer, BearerLost, SocketFailed, QueueFull         └─ PortClosed
                ├─ ErrorResponse, Busy, Restarted, CardError, Unreadable                 PortError
                ├─ NotSupported, TooLong, InvalidArgument                    │
                └────────────────────────────────────────────────────────────┘

``str(error)`` is one sentence with the place in it; ``error.hint`` is what to try, perhaps empty.
"""

from __future__ import annotations

__all__ = [
    "Asleep",
    "BearerLost",
    "Busy",
    "CardError",
    "ErrorResponse",
    "InvalidArgument",
    "ModemError",
    "Mute",
    "NoAnswer",
    "NotSupported",
    "PortBusy",
    "PortClosed",
    "PortDenied",
    "PortError",
    "PortMissing",
    "QueueFull",
    "Rejected",
    "ResetByPeer",
    "Restarted",
    "SocketFailed",
    "TimedOut",
    "TooLong",
    "Unreadable",
]


class ModemError(RuntimeError):
    """Whatever the driver raises. ``hint`` says what to try, in words; empty when nobody can say."""

    hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


# ── the module ────────────────────────────────────────────────────────────────────────────────────────────────────


class Rejected(ModemError):
    """The module answered ``ERROR`` (TS 27.007 §9.2).

    ``command`` is the line as it was sent, secrets masked; ``code`` the number of ``+CME ERROR``, None when it said
    none; ``text`` what that number, or the module, says.
    """

    hint = "does this firmware know the command, and is its moment right? SIM, network and bearer: `modemtwin info`"

    def __init__(self, command: str, code: int | None = None, text: str = "", hint: str | None = None) -> None:
        said = "ERROR" if code is None and not text else f"+CME ERROR: {text if code is None else code}"
        explained = f" ({text})" if code is not None and text else ""
        super().__init__(f"{command}: the module answered {said}{explained}", hint)
        self.command = command
        self.code = code
        self.text = text


class TimedOut(ModemError):
    """What was waited for did not come: ``what`` in words, ``after`` in seconds, ``why`` as far as it is known."""

    hint = "call again, with a longer deadline= where the network is slow; `-v` or trace= shows the dialogue"

    def __init__(self, what: str, after: float, why: str = "", hint: str | None = None) -> None:
        super().__init__(f"{what}: nothing within {round(after, 1):g} s{f'; {why}' if why else ''}", hint)
        self.what = what
        self.after = after
        self.why = why


class Mute(TimedOut):
    """The module does not answer ``AT``."""

    hint = (
        "is the module on (pull PWRKEY for a second)? is it this port (a SIM7000 on USB has several ttyUSB; AT "
        "commands go to the third)? is the baud rate right? does another program hold the port?"
    )


class Asleep(Mute):
    """The module said that it enters PSM, and ``AT`` does not wake it."""

    hint = "wake it with its power key (PWRKEY), or wait for its next tracking area update; AT+CPSMS=0 turns PSM off"


class Restarted(ModemError):
    """The module started anew in the middle: the bearer, the CoAP object and every exchange are gone."""

    hint = "call again: the driver sets it up anew; a module that restarts by itself may lack current (2 A peaks)"


class Unreadable(ModemError):
    """The module answered what the driver cannot make sense of: ``command``, and the ``line`` in question."""

    hint = "is another program on the same port? `-v` or trace= shows the dialogue"

    def __init__(self, command: str, line: str) -> None:
        super().__init__(f"{command}: the answer cannot be read: {line[:80]!r}")
        self.command = command
        self.line = line


class CardError(ModemError):
    """There is no SIM card, or it wants a PIN that nobody gave, or a PUK; ``state`` as ``AT+CPIN?`` says it."""

    def __init__(self, message: str, state: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.state = state


# ── the network and the peer ──────────────────────────────────────────────────────────────────────────────────────


class BearerLost(ModemError):
    """The data connection is down (``+APP PDP: DEACTIVE``), and with it every exchange under way."""

    hint = "call again: the driver brings it up anew; where it was told not to, attach() does"


class SocketFailed(ModemError):
    """The module's CoAP socket reported an error (``+CCOAPACTION: 3``): an unknown host, or nobody at that port."""

    hint = "is the host name right, and does a CoAP server listen on that UDP port?"


class NoAnswer(TimedOut):
    """The peer is silent: the module gave up (``+CCOAPACTION: 2,<mid>``), or the deadline passed. ``mid`` of what."""

    hint = "is the server up, and does UDP get through to it? a longer deadline= helps where the network is slow"

    def __init__(self, what: str, after: float, mid: int, why: str = "") -> None:
        super().__init__(what, after, why)
        self.mid = mid


class ResetByPeer(ModemError):
    """The peer answered with RST: it has no use for the message (RFC 7252 §4.2). ``mid`` of what was sent."""

    hint = "does a CoAP server listen there, and does it know this method or observation?"

    def __init__(self, message: str, mid: int) -> None:
        super().__init__(message)
        self.mid = mid


class ErrorResponse(ModemError):
    """The peer answered a question of the driver's own, as in ``discover``, with an error: ``number`` is its code."""

    hint = "4.xx: ask for something else; 5.xx: the server has a problem of its own, try again later"

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class QueueFull(ModemError):
    """The module's receive queue was full (``+CCOAPACTION: 1``) while an answer was waited for, and it did not come."""

    hint = "ask for less at a time; the driver has emptied the queue, so call again"


# ── the caller ────────────────────────────────────────────────────────────────────────────────────────────────────


class Busy(ModemError):
    """The module has too much to do already: as many packets wait for their answers as it can hold."""

    hint = "wait for some answers first"


class NotSupported(ModemError):
    """The module cannot do this, such as ``coaps``."""


class TooLong(ModemError):
    """What was to be sent does not fit on the module's command line of 559 characters."""

    hint = "send less at a time"


class InvalidArgument(ModemError, ValueError):
    """What the caller gave is not right: a URL that is none, a token of nine bytes."""


# ── the port ──────────────────────────────────────────────────────────────────────────────────────────────────────


class PortError(ModemError):
    """The port cannot be used; ``port`` as it was given."""

    def __init__(self, port: str, reason: str, hint: str | None = None) -> None:
        super().__init__(f"{port}: {reason}", hint)
        self.port = port
        self.reason = reason


class PortMissing(PortError):
    """There is no such port."""

    hint = "is the module plugged in and on? `ls /dev/ttyUSB*` shows what is there"


class PortDenied(PortError):
    """The system does not let this user open the port."""

    hint = "add the user to the group that owns the port: sudo usermod -aG dialout $USER, and log in again"


class PortBusy(PortError):
    """Another program has the port."""

    hint = "close the other program; ModemManager likes to hold ttyUSB ports: sudo systemctl stop ModemManager"


class PortClosed(PortError):
    """The port ended while it was in use."""

    hint = "was the module unplugged, or did it switch itself off?"
