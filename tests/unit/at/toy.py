"""A toy device with one command of each kind, for the tests of the AT layer."""

from __future__ import annotations

from dataclasses import dataclass, field

from modemtwin.at.arguments import Choice, Digits, Int, Pairs, RawArgument, Rest, Text
from modemtwin.at.interpreter import Interpreter, LineSettings, Remarks
from modemtwin.at.reply import OK, Hold, Ok, Refusal, Reply
from modemtwin.at.syntax import Escapes
from modemtwin.at.table import Command, Table
from modemtwin.clockwork import Micros, seconds


@dataclass
class Toy:
    """What the commands change."""

    settings: LineSettings = field(default_factory=LineSettings)
    attached: int = 0
    texts: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def _set(name: str) -> Command[Toy]:
    def write(toy: Toy, values: tuple[int], now: Micros) -> Reply:
        setattr(toy.settings, attribute, type(getattr(toy.settings, attribute))(values[0]))
        return OK

    def read(toy: Toy, now: Micros) -> Reply:
        return Ok((f"{getattr(toy.settings, attribute):03d}",))

    attribute = {"E": "echo", "V": "verbose", "Q": "quiet", "+CMEE": "cmee"}.get(name, name.lower())
    return Command(
        name=name,
        section="V.250 §6.2",
        title=f"Set {attribute}",
        example=f"AT{name}{'=' * (len(name) > 1)}1",
        arguments=(Int("value", 0, 255 if name.startswith("S") else 2 if name == "+CMEE" else 1),),
        write=write,
        read=read if name.startswith("S") else None,
    )


def _note(toy: Toy, text: str) -> Reply:
    toy.done.append(text)
    return OK


def _attach(toy: Toy, values: tuple[int], now: Micros) -> Reply:
    toy.attached = values[0]
    return OK


def _text(toy: Toy, values: tuple[str, int], now: Micros) -> Reply:
    toy.texts.append(values[0])
    return Ok((f"+TEXT: {len(values[0])},{values[0]}",))


def _wait(toy: Toy, now: Micros) -> Reply:
    def until(event: object) -> Ok | None:
        if event == "lost":
            raise Refusal(30, "the network went away")
        return Ok(("+WAIT: ready",)) if event == "ready" else None

    def late() -> Ok:
        raise Refusal(604, "nothing came within 5 s")

    return Hold(until, now + seconds(5), late)


def _search(toy: Toy, now: Micros) -> Reply:
    def abort() -> Ok:
        raise Refusal(767, "the TE typed on")

    return Hold(lambda event: None, now + seconds(5), lambda: Ok(("+SEARCH: 1",)), abort, listens=now + seconds(1))


def _row(name: str, **fields: object) -> Command[Toy]:
    return Command(name=name, section="COAP-AN §4", title="A toy", example=f"AT{name}", **fields)  # type: ignore[arg-type]


TABLE: Table[Toy] = Table(
    [
        *map(_set, ("E", "V", "Q", "S0", "S3", "S4", "S5", "+CMEE")),
        _row("Z", execute=lambda toy, now: _note(toy, "Z")),
        _row("&F", execute=lambda toy, now: _note(toy, "&F")),
        _row("&C", arguments=(Int("value", 0, 1),), write=lambda toy, values, now: _note(toy, f"&C{values[0]}")),
        _row("D", arguments=(Text("number", shortest=1),), write=lambda toy, values, now: _note(toy, f"D{values[0]}")),
        _row("+CSQ", test="+CSQ: (0-31,99),(0-7,99)", execute=lambda toy, now: Ok(("+CSQ: 27,99",))),
        _row(
            "+CGATT",
            test="",
            read=lambda toy, now: Ok((f"+CGATT: {toy.attached}",)),
            arguments=(Choice("state", 0, 1),),
            write=_attach,
        ),
        _row(
            "+TEXT",
            test=lambda toy, now: Ok(("+TEXT: a",)),
            arguments=(Text("text"), Int("n", 0, 9, optional=True)),
            write=_text,
        ),
        _row("+LINES", test="+LINES: 1\n+LINES: 2", execute=lambda toy, now: OK),
        _row(
            "+PARA",
            arguments=(Pairs("name", {"code": False, "uri-path": True}),),
            write=lambda toy, values, now: _note(toy, repr([tuple(pair) for pair in values[0]])),
        ),
        _row("+SEARCH", test=_search),
        _row("+WAIT", execute=_wait),
        _row("+CIPSHUT", execute=lambda toy, now: Ok(final="SHUT OK")),
        _row("+CIFSR", execute=lambda toy, now: Ok(("10.0.0.1",), final=None)),
        _row(
            "+CPIN",
            read=lambda toy, now: Ok(("+CPIN: READY",)),
            arguments=(
                Digits("pin", range(4, 9), secret=True),
                Digits("new pin", range(4, 9), secret=True, optional=True),
            ),
            write=lambda toy, values, now: OK,
            reads_back=False,
        ),
        _row(
            "+CNCFG",
            read=lambda toy, now: Ok(('+CNCFG: 1,"ctnb","cdma","1234",0',)),
            arguments=(
                Int("ip_type", 0, 2),
                Text("apn", optional=True),
                Text("user", optional=True),
                Text("password", optional=True, secret=True),
                Int("auth", 0, 3, optional=True),
            ),
            write=lambda toy, values, now: OK,
        ),
        _row(
            "+CLTS", stub="there is no clock", arguments=(Rest("value"),), write=lambda toy, values, now: _rest(values)
        ),
    ]
)


def _rest(values: tuple[tuple[RawArgument, ...]]) -> Reply:
    return Ok(tuple(f"+CLTS: {raw.text}" for raw in values[0]))


class Desk:
    """A toy with its interpreter, and a TE that types."""

    def __init__(self, *, echo: bool = True, escapes: Escapes = "backslash", refuse_stubs: bool = False) -> None:
        self.toy = Toy(LineSettings(echo=echo))
        self.interpreter = Interpreter(TABLE, self.toy, self.toy.settings, escapes=escapes, refuse_stubs=refuse_stubs)
        self.remarks: list[Remarks] = []

    def type_(self, data: bytes | str, now: Micros = 0) -> bytes:
        """Type something and give all that comes back for it."""
        self.interpreter.feed(data.encode("latin-1") if isinstance(data, str) else data)
        return self._gather(now, [])

    def happen(self, event: object, now: Micros = 0) -> bytes:
        """Let an event happen and give all that comes back for it."""
        return self._gather(now, [self.interpreter.offer(event, now)])

    def wait(self, now: Micros) -> bytes:
        """Let time pass and give all that comes back for it."""
        return self._gather(now, [self.interpreter.fire(now)])

    def _gather(self, now: Micros, texts: list[bytes | None]) -> bytes:
        while (text := self.interpreter.step(now)) is not None:
            texts.append(text)
        if self.interpreter.remarked and any(text is not None for text in texts):
            self.remarks.append(self.interpreter.remarks())
        return b"".join(text for text in texts if text is not None) + self.interpreter.announcements(now)

    @property
    def reasons(self) -> list[tuple[str, int, str]]:
        """What was refused so far."""
        return [(*refused,) for remarks in self.remarks for refused in remarks.refused]


def talk(line: str, *, echo: bool = False, escapes: Escapes = "backslash") -> bytes:
    """Type one line to a fresh desk and give what comes back."""
    return Desk(echo=echo, escapes=escapes).type_(line + "\r")


def refusal(line: str) -> tuple[str, int, str]:
    """Type one line to a fresh desk and give the one refusal that comes of it."""
    desk = Desk(echo=False)
    desk.type_(line + "\r")
    [refused] = desk.reasons
    return refused
