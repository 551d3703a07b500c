"""The commands that the driver knows: each with the line, how its answer is told and read, and how long it may take.

Command ──► "AT+CSQ"   answered by lines that match ``reply``   read by ``read`` ──► Signal(27, 99)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, TypeVar

from modemtwin.clockwork import Micros, seconds
from modemtwin.host.dialects import Dialect, index_of
from modemtwin.host.errors import InvalidArgument
from modemtwin.host.fields import between_quotes, values
from modemtwin.host.head import Head, read_head
from modemtwin.host.reading import Shape
from modemtwin.host.response import Answer, Signal
from modemtwin.value import value

__all__ = ["Command"]

T = TypeVar("T")

_SOON = seconds(5)
"""Plain commands answer within milliseconds (field); a busy module may take a little longer."""


RESULTS = frozenset({"OK", "SHUT OK"})
"""What ends an answer when all went well."""


@value
class Command(Generic[T]):
    """One command line. ``reply`` matches its information lines; with ``open`` any line that is no URC is one too.

    ``read`` turns these lines into the value, ValueError or LookupError when it cannot. ``timeout`` is how long the
    answer may take; ``retries``, how often it is sent again after silence: 0 for what must not be done twice.
    ``finals`` are the results that end the answer, besides errors.
    """

    line: str
    reply: re.Pattern[str]
    read: Callable[[list[str]], T]
    timeout: Micros = _SOON
    retries: int = 0
    shape: Shape = Shape.PLAIN
    secret: str = ""
    open: bool = False
    finals: frozenset[str] = RESULTS

    @property
    def shown(self) -> str:
        """The line as a message may show it."""
        return self.line.replace(self.secret, "*" * len(self.secret)) if self.secret else self.line


_NOTHING = re.compile(r"(?!)")


def _nothing(lines: list[str]) -> None:
    return None


def _plain(line: str, timeout: Micros = _SOON, retries: int = 0, secret: str = "") -> Command[None]:
    """A command that is answered by its result alone."""
    return Command(line, _NOTHING, _nothing, timeout, retries, secret=secret)


def _asked(line: str, reply: str, read: Callable[[list[str]], T], timeout: Micros = _SOON) -> Command[T]:
    """A question, which may be asked again."""
    return Command(line, re.compile(reply), read, timeout, 1)


# ── the line, the module ──────────────────────────────────────────────────────────────────────────────────────────

ECHO_OFF = _plain("ATE0", retries=1)
ECHO_ON = _plain("ATE1", retries=1)


def results(*, quiet: bool, terse: bool) -> Command[None]:
    """``ATQ1``, ``ATV0`` or both, behind which no result comes that could be waited for (V.250 §6.2.5, §6.2.6)."""
    return _plain(f"AT{'V0' * terse}{'Q1' * quiet}", seconds(0.2))


def error_numbers(level: int) -> Command[None]:
    """``AT+CMEE=`` 0 a bare ``ERROR``, 1 numbers, 2 words (TS 27.007 §9.1)."""
    return _plain(f"AT+CMEE={level}", retries=1)


def _number(lines: list[str]) -> int:
    return int(values(lines[-1])[0])


def _last(lines: list[str]) -> str:
    return lines[-1].strip()


ERROR_LEVEL = _asked("AT+CMEE?", r"\+CMEE:", _number)

_MODEL = r"(?:SIMCOM[_ ])?SIM\d{3,4}\w*$"
MODEL = _asked("AT+CGMM", _MODEL, _last)
MANUFACTURER = _asked("AT+CGMI", r"(?!SIMCOM[_ ]SIM\d)SIM\w+(?: \w+)*$", _last)
REVISION = _asked("AT+CGMR", r"Revision:|\d{3,4}B\d", lambda lines: _last(lines).removeprefix("Revision:").strip())
IMEI = _asked("AT+CGSN", r"\d{14,17}$", _last)
"""Their answers differ, so that an answer which comes late is known to be late; see ``Session``."""

# ── the card and the network ──────────────────────────────────────────────────────────────────────────────────────

CARD = _asked("AT+CPIN?", r"\+CPIN:", lambda lines: lines[-1].partition(":")[2].strip(), seconds(10))
SIGNAL = _asked("AT+CSQ", r"\+CSQ:", lambda lines: Signal(*map(int, values(lines[-1])[:2])))
ATTACHED = _asked("AT+CGATT?", r"\+CGATT:", lambda lines: _number(lines) == 1, seconds(75))
RADIO_LEVEL = _asked("AT+CFUN?", r"\+CFUN:", _number)
DELIVERED_APN = _asked("AT+CGNAPN", r"\+CGNAPN:", lambda lines: between_quotes(lines[-1]))


def _quotable(what: str, text: str) -> str:
    """Text that may stand in quotes: nobody says how a quote or a backslash within is read.

    :raises InvalidArgument: for any other.
    """
    if not text.isprintable() or '"' in text or "\\" in text:
        raise InvalidArgument(
            f"{what} holds a quote, a backslash or a control character, which no AT command can carry"
        )
    return text


def unlock(pin: str) -> Command[None]:
    """``AT+CPIN=``; never twice, for the third wrong PIN locks the card."""
    if not (pin.isascii() and pin.isdecimal() and 4 <= len(pin) <= 8):
        raise InvalidArgument("a PIN has four to eight digits")
    return _plain(f'AT+CPIN="{pin}"', seconds(10), secret=pin)


def _registration(lines: list[str]) -> int:
    return int(values(lines[-1])[1])


REGISTRATION = _asked("AT+CEREG?", r"\+CEREG: ?\d ?,", _registration)
REGISTRATION_GSM = _asked("AT+CREG?", r"\+CREG: ?\d ?,", _registration)


def _operator(lines: list[str]) -> tuple[str, int | None]:
    """Operator and technology; empty and None where there is none (COAP-AN §4.1)."""
    _, *rest = values(lines[-1])
    return (rest[1], int(rest[2]) if len(rest) > 2 else None) if len(rest) > 1 else ("", None)


OPERATOR = _asked("AT+COPS?", r"\+COPS:", _operator, seconds(45))


def radio(level: int) -> Command[None]:
    """``AT+CFUN=`` 0 or 1."""
    return _plain(f"AT+CFUN={level}", seconds(10))


def define_context(apn: str) -> Command[None]:
    """``AT+CGDCONT=1``: the APN for registration (COAP-AN §4.2)."""
    return _plain(f'AT+CGDCONT=1,"IP","{_quotable("the APN", apn)}"')


def _context(lines: list[str]) -> str:
    for line in lines:
        cid, _, apn, *_ = values(line)
        if cid == "1":
            return apn
    return ""


CONTEXT_APN = _asked("AT+CGDCONT?", r"\+CGDCONT:", _context)

# ── the bearer ────────────────────────────────────────────────────────────────────────────────────────────────────


def configure_bearer(dialect: Dialect, apn: str, user: str, password: str, auth: int | None) -> Command[None]:
    """``AT+CNCFG=`` (COAP-AN §4.1); the first number besides the index is the IP type, 1 for IPv4."""
    line = f'AT+CNCFG={index_of(dialect)}1,"{_quotable("the APN", apn)}"'
    if user or password or auth is not None:
        line += f',"{_quotable("the user name", user)}","{_quotable("the password", password)}"'
    return _plain(line if auth is None else f"{line},{auth}", secret=password)


def switch_bearer(dialect: Dialect, *, on: bool) -> Command[None]:
    """``AT+CNACT=``: the answer comes at once, what comes of it with ``+APP PDP`` (COAP-AN §4.1)."""
    return _plain(f"AT+CNACT={index_of(dialect)}{int(on)}", seconds(30))


def _bearer_state(lines: list[str]) -> tuple[int, str]:
    """Status (0 off, 1 on, 2 in operation) and address of the first bearer, from two fields or three."""
    fields = values(lines[0])
    status, address = fields[-2:] if len(fields) < 3 else fields[1:3]
    return int(status), "" if address == "0.0.0.0" else address


BEARER = _asked("AT+CNACT?", r"\+CNACT:", _bearer_state)

# ── the CoAP object ───────────────────────────────────────────────────────────────────────────────────────────────

CREATE = _plain("AT+CCOAPINIT", seconds(10))
DELETE = _plain("AT+CCOAPTERM", seconds(10))


def point_at(url: str) -> Command[None]:
    """``AT+CCOAPURL=`` (COAP-AN §3.2)."""
    return _plain(f'AT+CCOAPURL="{url}"')


def assemble(line: str) -> Command[None]:
    """One of the lines of ``para_lines`` (COAP-AN §3.3)."""
    return _plain(line)


ACT = Command("AT+CCOAPACTION", re.compile(r"\+CCOAPACTION: ?0,"), lambda lines: int(values(lines[-1])[1]), seconds(10))
"""Send the packet, which gives its mid; ``1,…``, ``2,…`` and ``3`` are URCs, though they look alike (COAP-AN §3.4)."""


def _queue(lines: list[str]) -> tuple[int, int]:
    _, count, mid = values(lines[-1])
    return int(count), int(mid)


QUEUE = _asked("AT+CCOAPACTION=4", r"\+CCOAPACTION: ?4,", _queue)
"""How many packets were not read yet, and the mid of the first."""

_HEAD = re.compile(r"\+CCOAPHEAD:")
_READ = re.compile(r"\+CCOAPREAD:")


def _head(lines: list[str]) -> Head:
    return read_head(lines[-1])


def head(mid: int) -> Command[Head]:
    """``AT+CCOAPHEAD=<mid>,1`` (COAP-AN §3.5)."""
    return Command(f"AT+CCOAPHEAD={mid},1", _HEAD, _head, _SOON, 1, Shape.HEAD)


def _payload(lines: list[str]) -> bytes:
    length, _, data = lines[-1].partition(":")[2].lstrip().partition(",")
    return data.encode("latin-1")[: int(length)]


def read(mid: int) -> Command[bytes]:
    """``AT+CCOAPREAD=<mid>`` (COAP-AN §3.6)."""
    return Command(f"AT+CCOAPREAD={mid}", _READ, _payload, seconds(15), 1, Shape.COUNTED)


# ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────────────

_EXTENDED = re.compile(r"(?:\A *AT[^+]*|;) *(\+[A-Z0-9]+)", re.IGNORECASE)
_DIALLED = RESULTS | {"CONNECT", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"}
_OFF = RESULTS | {"NORMAL POWER DOWN"}
_PATIENCE = {"+CGATT": 75, "+COPS": 120, "+CGACT": 150, "+CNACT": 30, "+CIPSHUT": 65, "+SNPING4": 120, "+CFUN": 15}
"""Seconds that the SIM7000 AT manual gives a command, where it gives it more than a few."""


def _unread(lines: list[str]) -> Answer:
    raise AssertionError("the session makes the answer of an open command")


def by_hand(line: str, timeout: float | None = None) -> Command[Answer]:
    """A line as a person types it: its answer is every line that is no URC, and an ERROR is an answer too.

    :raises InvalidArgument: when the line holds a line end, or does not begin with AT.
    """
    if "\r" in line or "\n" in line:
        raise InvalidArgument("a command line ends at its line end; send one line at a time")
    if line[:2].upper() not in ("AT", "A/"):
        raise InvalidArgument(
            f"a command line begins with AT, not {line[:2]!r}", f"AT{line}?" if line[:1] == "+" else None
        )
    names = [name.upper() for name in _EXTENDED.findall(line)]
    # A URC has the name of an action too, and tells of a mid in its own way (COAP-AN §3.4).
    own = "|".join(f"{re.escape(name)}: ?{'[04],' if name == '+CCOAPACTION' else ''}" for name in names)
    patience = max([10, *(_PATIENCE.get(name, 0) for name in names)])
    return Command(
        line,
        re.compile(own or "(?!)", re.IGNORECASE),
        _unread,
        seconds(patience if timeout is None else timeout),
        shape=Shape.COUNTED if "+CCOAPREAD" in names else Shape.HEAD if "+CCOAPHEAD" in names else Shape.PLAIN,
        open=True,
        finals=_DIALLED if line[2:3].upper() in ("D", "O") else _OFF if "+CPOWD" in names else RESULTS,
    )
