"""The access server's half of one RFC 2217 session: a serial port that is asked and set through telnet.

    client's bytes ──► receive() ──► Typed: bytes for the modem    Reply: bytes for the client    Wires: its DTR and RTS
    modem's bytes ───► send() ─────► bytes for the client          modem's lines ──► show() ──► bytes for the client

Every request is acknowledged with the value that holds afterwards (RFC 2217 §2); a value of 0, or one that a serial
port cannot take, changes nothing and so is a question. Nothing here touches a socket, and nothing begins by itself: a
client that never speaks telnet has a plain line.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

from modemtwin.io.telnet import (
    BINARY,
    DO,
    DONT,
    SUPPRESS_GO_AHEAD,
    WILL,
    WONT,
    Heard,
    Negotiation,
    Subnegotiation,
    TelnetReader,
    escape,
    negotiate,
    subnegotiate,
)
from modemtwin.value import value

__all__ = ["COM_PORT_OPTION", "ComPort", "Outcome", "Reply", "Typed", "Wires"]

COM_PORT_OPTION = 44


class Code(IntEnum):
    """The commands of a client."""

    SIGNATURE = 0
    SET_BAUDRATE = 1
    SET_DATASIZE = 2
    SET_PARITY = 3
    SET_STOPSIZE = 4
    SET_CONTROL = 5
    NOTIFY_LINESTATE = 6
    NOTIFY_MODEMSTATE = 7
    FLOWCONTROL_SUSPEND = 8
    FLOWCONTROL_RESUME = 9
    SET_LINESTATE_MASK = 10
    SET_MODEMSTATE_MASK = 11
    PURGE_DATA = 12


_ANSWER = 100
"""What the access server adds to the number of a command."""

DCD, RI, DSR, CTS = 128, 64, 32, 16
_PURGE_RECEIVED = 1

_ECHO = 1
_OURS = frozenset({BINARY, _ECHO, SUPPRESS_GO_AHEAD, COM_PORT_OPTION})
"""What we are willing to do. The echo is the modem's own, which ``ATE`` governs."""

_THEIRS = frozenset({BINARY, SUPPRESS_GO_AHEAD, COM_PORT_OPTION})

_SIZES: dict[int, range] = {
    Code.SET_DATASIZE: range(5, 9),
    Code.SET_PARITY: range(1, 6),
    Code.SET_STOPSIZE: range(1, 4),
}
_RATES = range(50, 4_000_001)
_INBOUND = {1: 14, 2: 15, 3: 16}
"""Values of SET-CONTROL for outbound flow control, and what they make of inbound."""

_MOST_HELD = 64 * 1024
"""Bytes that wait for a client that has said FLOWCONTROL-SUSPEND; what comes beyond is lost, as on a real line."""


@value
class Typed:
    """Bytes for the modem; never none."""

    data: bytes


@value
class Reply:
    """Bytes for the client."""

    data: bytes


@value
class Wires:
    """The client has set the TE's lines: circuit 108/2 and circuit 105 of V.24."""

    dtr: bool
    rts: bool


Outcome: TypeAlias = Typed | Reply | Wires


class ComPort:
    """A session as it begins (RFC 2217 §6: what the last client set is gone): 115200 8N1, DTR and RTS on."""

    def __init__(self, signature: str = "modemtwin", *, lines: int = 0) -> None:
        self._reader = TelnetReader()
        self._signature = signature.encode()
        self._ours: set[int] = set()
        self._theirs: set[int] = set()
        self._baud = 115_200
        self._sizes: dict[int, int] = {Code.SET_DATASIZE: 8, Code.SET_PARITY: 1, Code.SET_STOPSIZE: 1}
        self._control = _Control()
        self._modemstate_mask = 255
        self._lines = lines
        self._suspended = False
        self._held_data, self._held_commands = bytearray(), bytearray()
        self._after_cr = False

    @property
    def negotiated(self) -> bool:
        """Whether the two sides have agreed on COM-PORT-OPTION."""
        return COM_PORT_OPTION in self._ours | self._theirs

    def receive(self, data: bytes) -> list[Outcome]:
        """Take what the client sent; give all that follows, in order."""
        outcomes: list[Outcome] = []
        for heard in self._reader.feed(data):
            outcomes += self._hear(heard)
        return outcomes

    def send(self, data: bytes) -> bytes:
        """Give the client's bytes for what the modem wrote; none while the client wants silence."""
        data = escape(data)
        if not self._suspended:
            return data
        self._held_data += data[: max(0, _MOST_HELD - len(self._held_data))]
        return b""

    def show(self, lines: int) -> bytes:
        """Give the notification that the modem's lines (DCD, RI, DSR, CTS) are these now; nothing for no change."""
        before, self._lines = self._lines, lines
        changed = before ^ lines
        # The lower half tells what changed, but of the ring indicator only its end (RFC 2217 §3).
        deltas = (changed & (DCD | DSR | CTS)) >> 4 | (before & ~lines & RI) >> 4
        told = (lines | deltas) & self._modemstate_mask
        # A line that goes off leaves no bit when the mask has no deltas; the client shall hear of it all the same.
        if not self.negotiated or not (told or changed & self._modemstate_mask) or not changed:
            return b""
        return self._hold(self._command(Code.NOTIFY_MODEMSTATE, bytes((told,))))

    def _hear(self, heard: Heard) -> list[Outcome]:
        match heard:
            case bytes():
                plain = self._plain(heard)
                return [Typed(plain)] if plain else []
            case Negotiation(verb, option):
                return self._replies(self._negotiated(verb, option))
            case Subnegotiation(option, data) if option == COM_PORT_OPTION and data:
                return self._ask(data[0], data[1:])
            case _:
                return []

    def _plain(self, data: bytes) -> bytes:
        """Without BINARY a carriage return that stands alone is sent as CR NUL (RFC 854)."""
        if BINARY in self._theirs:
            return data
        if self._after_cr and data[:1] == b"\0":
            data = data[1:]
        self._after_cr = data.endswith(b"\r") or (not data and self._after_cr)
        return data.replace(b"\r\0", b"\r")

    def _negotiated(self, verb: int, option: int) -> bytes:
        """Agree or refuse, and answer a change only, so that two sides never go round in circles (RFC 854)."""
        wants, about_us = verb in (DO, WILL), verb in (DO, DONT)
        agreed = self._ours if about_us else self._theirs
        if wants == (option in agreed):
            return b""
        yes, no = (WILL, WONT) if about_us else (DO, DONT)
        if not wants:
            agreed.discard(option)
            return negotiate(no, option)
        if option not in (_OURS if about_us else _THEIRS):
            return negotiate(no, option)
        first = option == COM_PORT_OPTION and not self.negotiated
        agreed.add(option)
        # The client learns at once how the lines are; none of the clients that we know asks for it.
        state = self._command(Code.NOTIFY_MODEMSTATE, bytes((self._lines,))) if first else b""
        return negotiate(yes, option) + state

    def _ask(self, command: int, given: bytes) -> list[Outcome]:
        """Do what a command of the client says, and acknowledge it."""
        number = int.from_bytes(given[:4] if command == Code.SET_BAUDRATE else given[:1], "big")
        match command:
            case Code.SIGNATURE if not given:
                return self._acknowledge(Code.SIGNATURE, self._signature)
            case Code.SET_BAUDRATE:
                self._baud = number if number in _RATES else self._baud
                return self._acknowledge(command, self._baud.to_bytes(4, "big"))
            case Code.SET_DATASIZE | Code.SET_PARITY | Code.SET_STOPSIZE:
                if number in _SIZES[command]:
                    self._sizes[command] = number
                return self._acknowledge(command, bytes((self._sizes[command],)))
            case Code.SET_CONTROL:
                return self._set_control(number)
            case Code.FLOWCONTROL_SUSPEND:
                self._suspended = True
                return []
            case Code.FLOWCONTROL_RESUME:
                return self._resume()
            case Code.PURGE_DATA:
                if number & _PURGE_RECEIVED:
                    self._held_data.clear()
                return self._acknowledge(Code.PURGE_DATA, given[:1])
            case _:
                return self._ask_for_state(command, number)

    def _ask_for_state(self, command: int, number: int) -> list[Outcome]:
        match command:
            case Code.NOTIFY_LINESTATE:
                return self._acknowledge(Code.NOTIFY_LINESTATE, b"\0")
            case Code.NOTIFY_MODEMSTATE:  # a client's question: pyserial's way to poll, which the RFC does not have
                return self._acknowledge(Code.NOTIFY_MODEMSTATE, bytes((self._lines,)))
            case Code.SET_LINESTATE_MASK:  # there is nothing to mask: no line of ours has an error to tell
                return self._acknowledge(command, bytes((number,)))
            case Code.SET_MODEMSTATE_MASK:
                self._modemstate_mask = number
                told = self._command(Code.NOTIFY_MODEMSTATE, bytes((self._lines & number,))) if number else b""
                return self._replies(self._command(command, bytes((number,))) + told)
            case _:
                return []

    def _set_control(self, number: int) -> list[Outcome]:
        before = self._control.wires
        answer = self._control.set(number)
        outcomes = self._acknowledge(Code.SET_CONTROL, bytes((answer,)))
        return [*outcomes, Wires(*self._control.wires)] if self._control.wires != before else outcomes

    def _resume(self) -> list[Outcome]:
        self._suspended = False
        held = bytes(self._held_commands + self._held_data)
        self._held_commands.clear()
        self._held_data.clear()
        return self._replies(held)

    def _acknowledge(self, command: int, value: bytes) -> list[Outcome]:
        return self._replies(self._command(command, value))

    def _command(self, command: int, value: bytes) -> bytes:
        return subnegotiate(COM_PORT_OPTION, bytes((command + _ANSWER,)) + value)

    def _replies(self, data: bytes) -> list[Outcome]:
        data = self._hold(data)
        return [Reply(data)] if data else []

    def _hold(self, data: bytes) -> bytes:
        """Keep a command back while the client wants silence: it holds for commands too (RFC 2217 §5)."""
        if not self._suspended:
            return data
        if len(self._held_commands) + len(data) <= _MOST_HELD:
            self._held_commands += data
        return b""


class _Control:
    """What SET-CONTROL sets: flow control outbound and inbound, BREAK, DTR, RTS (RFC 2217 §3)."""

    def __init__(self) -> None:
        self._outbound, self._inbound = 1, 14
        self._sending_break = False
        self._dtr = self._rts = True

    @property
    def wires(self) -> tuple[bool, bool]:
        """DTR and RTS."""
        return self._dtr, self._rts

    def set(self, number: int) -> int:
        """Set one of them, or ask for it; give the number that says how it stands now."""
        match number:
            case 4 | 5 | 6:
                self._sending_break = number == 5 or (number == 4 and self._sending_break)
                return 5 if self._sending_break else 6
            case 7 | 8 | 9:
                self._dtr = number == 8 or (number == 7 and self._dtr)
                return 8 if self._dtr else 9
            case 10 | 11 | 12:
                self._rts = number == 11 or (number == 10 and self._rts)
                return 11 if self._rts else 12
            case 13 | 14 | 15 | 16 | 18:
                self._inbound = self._inbound if number == 13 else number
                return self._inbound
            case 1 | 2 | 3 | 17 | 19:
                self._outbound = number
                self._inbound = _INBOUND.get(number, self._inbound)
                return number
            case _:
                return self._outbound
