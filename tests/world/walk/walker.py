"""A world that is walked through: three modems, two servers, and the moves made on them; every move is judged.

    Walker(seed).make(move) ──► the world goes on ──► what must hold, holds     or Broken, with the dialogue

The same moves from the same seed are the same walk, to the byte.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import assert_never

from modemtwin.clockwork import MICROSECONDS
from modemtwin.coap.message import Message, decode
from modemtwin.modem.doors import Card, DatagramRx, DatagramTx, Refused, Secret, UartRx, UartTx
from modemtwin.world.fault.table import check_fault
from modemtwin.world.journal.journal import build_modem
from modemtwin.world.journal.redactor import INEXACT
from modemtwin.world.mobile import Mobile
from modemtwin.world.scenario.scenario import Scenario
from modemtwin.world.world import World
from tests.world.walk.moves import Answer, Arm, Arrive, Cell, Disarm, Hands, Move, Pass, Type
from tests.world.walk.tables import look_at
from tests.world.walk.tap import require
from tests.world.walk.watched import Watched

__all__ = ["MODEMS", "Walker", "again"]

MODEMS = ("first", "paced", "cramped")
"""The modems that there may be: one as it is shipped, one on a slow wire behind a NAT, one with little room."""

_WILD = {
    "delay": 0.15,
    "jitter": 0.1,
    "loss": 0.1,
    "duplicate": 0.05,
    "reorder": 0.05,
    "reorder-by": 2,
    "corrupt": 0.01,
}
_NARROW = {"delay": 0.3, "rate": 20_000, "half-duplex": True, "mtu": 600, "nat-timeout": 60}
_CRAMPED = Scenario(
    profile="sim7000-literal",
    overrides={
        "queue_length": 2,
        "block_exponent": 0,
        "longest_body": 64,
        "max_retransmit": 1,
        "boot_time": 2.0,
        "nstart_waiting": 3,
        "Q-QUEUE-FULL": "drop-old",
        "Q-PAYLOAD-APPEND": "append",
        "Q-PARA-KEEP": "keep",
    },
)
_CALM = b"AT&F;+CSCLK=0;+CPSMS=0\r"
_OUT_OF_DATA_MODE = (
    (b"\x11\r", 0.3),  # XON; a line that was half typed ends, a UART that sleeps wakes up
    (_CALM, 2.0),
    (b"+++", 2.0),
)
_CALM_DOWN = (
    (b"\r", 0.3),
    (_CALM, 400.0),
    (b"\r", 0.3),
    (_CALM, 70.0),
)
_GO_ONLINE = (
    (b"AT+CFUN=1\rAT+COPS=0\rAT+CGATT=1\r", 3.0),
    (b"AT+CNACT=%s\r", 2.0),
    (b'AT+CCOAPINIT\rAT+CCOAPURL="coap://192.0.2.1/time"\r', 0.1),
)
_SILENCE = 3 * 3_600.0
_MOST_SHOWN = 160
_MOST_RULES = 300
_BOUNDS = {"mids": 0x10000, "seen": 4_096, "open": 256, "timers": 2_000}
_MOST_BYTES = 4 * 65_536


class Walker:
    """A walk. A move says by its number which of the modems, ``names``, it is made on.

    ``keep``: so many entries of each journal, and so many fates. ``counts``: the moves made.
    """

    def __init__(self, seed: int, names: Sequence[str] = MODEMS, *, keep: int = 200_000) -> None:
        self.world = World(seed)
        self.world.fates = deque(self.world.fates, maxlen=min(keep, 10_000))
        self.world.add_server("192.0.2.1", name="coap.example", groups=["224.0.1.187"])
        self.world.add_server("192.0.2.2", 5684)
        add = partial(self.world.add_modem, keep=keep)
        kinds: Mapping[str, Callable[[], Mobile]] = {
            "first": lambda: add("first", path=_WILD),
            "paced": lambda: add("paced", profile="sim7080", path=_NARROW, uart=115_200),
            "cramped": lambda: add("cramped", scenario=_CRAMPED),
        }
        self.watched = tuple(Watched(kinds[name]()) for name in names)
        self.counts: Counter[str] = Counter()

    # ── moves ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def make(self, move: Move) -> None:
        """Make a move, and look whether all is well; Broken tells of the modem that it is not well with."""
        self.counts[type(move).__name__] += 1
        try:
            self._make(move)
            self._look()
        except Exception as error:
            error.add_note(self.told())
            raise

    def _make(self, move: Move) -> None:
        match move:
            case Pass(span):
                self.world.run_for(span / MICROSECONDS)
            case Type(modem, data):
                self._mobile(modem).to_modem(data)
            case Arm(modem, keys):
                self._mobile(modem).arm(check_fault(keys))
            case Disarm(modem):
                self._mobile(modem).disarm()
            case Arrive(modem, source, data):
                self._arrive(self._mobile(modem), source, 5683, data)
            case Answer():
                self._answer(move)
            case Cell(modem, settings):
                self._mobile(modem).change(**settings)
            case Hands(modem, "go online"):
                self._go_online(self.watched[modem])
            case Hands(modem, deed):
                self._do(self._mobile(modem), deed)
            case unreachable:
                assert_never(unreachable)

    def _mobile(self, modem: int) -> Mobile:
        return self.watched[modem].mobile

    def _arrive(self, mobile: Mobile, host: str, port: int, data: bytes) -> None:
        mobile.arrive((host, port), (mobile.address, mobile.port), data, multicast=False)

    def _answer(self, move: Answer) -> None:
        watched = self.watched[move.modem]
        if move.which > len(watched.sent):
            return
        asked = watched.sent[-move.which]
        message = decode(asked.data)
        assert isinstance(message, Message), "watched has looked at it"
        host, port = asked.destination
        mid = message.mid if move.by_mid else message.mid ^ 0x8000
        token = message.token if move.code else b""
        head = bytes((0x40 | move.kind << 4 | len(token), move.code)) + mid.to_bytes(2, "big")
        source = "192.0.2.1" if host.startswith("224") else host
        self._arrive(watched.mobile, source, port, head + token + (move.tail if move.code else b""))

    def _go_online(self, watched: Watched) -> None:
        self._put_one_right(watched)
        self._come_back(watched)
        bearer = b"1" if watched.modem.profile.dialect == "sim7000" else b"0,1"
        self._type(watched.mobile, [(keys.replace(b"%s", bearer), pause) for keys, pause in _GO_ONLINE])

    def _do(self, mobile: Mobile, deed: str) -> None:
        servers = list(self.world.servers.values())
        match deed:
            case "pull the card":
                mobile.remove_card()
            case "insert a card":
                mobile.insert_card()
            case "insert a card with a PIN":
                mobile.insert_card(Card(pin=Secret("1234")))
            case "PWRKEY":
                mobile.power_on()
            case "DTR on" | "DTR off":
                mobile.set_lines(dtr=deed == "DTR on")
            case "RTS off":
                mobile.set_lines(dtr=True, rts=False)
            case "drop the bearer":
                mobile.drop_bearer()
            case "stop the server":
                servers[0].stop()
            case "start the server":
                servers[0].start()
            case "restart the server":
                servers[0].restart()
            case _:
                raise ValueError(f"nobody knows how to {deed}")

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        due, now = self.world.next_timer(), self.world.now
        require(due is None or due >= now, "the world has a timer in the past", due, now)
        for watched in self.watched:
            station = watched.mobile.station
            due = station.next_timer()
            armed = station.faults is not None  # whose first strike is at once
            require(due is None or due >= now or armed, "a station has a timer in the past", due, now)
            require(len(station.faults.rules if station.faults else ()) < _MOST_RULES, "faults pile up")
            coap = watched.modem._parts.coap
            if coap is not None:
                length, most = len(coap.queue._packets), watched.modem.profile.queue_length
                require(length <= most, f"the receive queue has {length} packets; there is room for {most}")
                for name, size in coap._conversation.sizes().items():
                    bound = _MOST_BYTES if "bytes" in name else _BOUNDS.get(name, 80)
                    require(size <= bound, f"{name} of the conversation: {size}")

    def look_closely(self) -> int:
        """Look at every table that can be reached; give how many there are."""
        try:
            return look_at(self.world, "world") + sum(look_at(each.modem, each.mobile.name) for each in self.watched)
        except Exception as broken:
            broken.add_note(self.told())
            raise

    def settle(self) -> None:
        """Let hours pass in silence, in which all that was begun ends; put all right; ask each modem if it is well.

        What goes wrong goes on meanwhile: no fault keeps a packet or a line from its end.
        """
        try:
            self.world.run_for(_SILENCE)
            self._look()
            for watched in self.watched:
                require(watched.tap.open is None, "a line never got its result", watched.tap.open)
                watched.ledger.close()
            self._put_right()
            for watched in self.watched:
                self._ask(watched)
        except Exception as error:
            error.add_note(self.told())
            raise

    def _put_right(self) -> None:
        for server in self.world.servers.values():
            server.start()
        for watched in self.watched:
            self._put_one_right(watched)

    def _put_one_right(self, watched: Watched) -> None:
        mobile = watched.mobile
        mobile.disarm()
        mobile.change(coverage=True, denied=False, apn_policy="accept", technology="nb-iot", drop_after=None)
        mobile.change(release_after=10.0, registration_delay=0.5, bearer_delay=0.5)
        mobile.insert_card(Card())
        mobile.power_on()
        mobile.set_lines(dtr=True)
        mobile.set_baud(watched.modem._parts.uart.rate or 115_200)

    def _ask(self, watched: Watched) -> None:
        """Whatever mode it is in, it comes back to commands, and says OK to AT."""
        self._come_back(watched)
        unread = watched.mobile.te.unread
        del unread[:]
        self._type(watched.mobile, ((b"AT\r", 1.0),))
        require(b"\r\nOK\r\n" in unread, f"{watched.mobile.name} does not answer AT any more", bytes(unread))
        self._type(watched.mobile, ((b"AT+CFUN=1\r", 3.0), (b"AT+CPIN?\r", 1.0)))
        require(b"+CPIN: READY\r\n" in unread, f"the card of {watched.mobile.name} is not put right", bytes(unread))

    def _come_back(self, watched: Watched) -> None:
        for script in (_OUT_OF_DATA_MODE, _CALM_DOWN):  # PSM may have waited for the end of data mode
            watched.mobile.power_on()
            self.world.run_for(watched.modem.profile.boot_time + 0.7)
            self._type(watched.mobile, script)

    def _type(self, mobile: Mobile, script: Iterable[tuple[bytes, float]]) -> None:
        for keys, pause in script:
            mobile.to_modem(keys)
            self.world.run_for(pause)

    def check_journals(self) -> None:
        """The journal of every modem has every call of it, and they play again to the same effects."""
        for watched in self.watched:
            journal = watched.mobile.journal
            calls = [line for line in journal.text().splitlines()[1:] if INEXACT not in line]
            require(len(calls) == watched.calls, "the journal has not every call", watched.calls, len(calls))
            modem = build_modem(journal.header)
            for number, (now, stimulus, effects) in enumerate(journal._kept(), 1):
                played = tuple(modem.handle(stimulus, now))
                what = f"the journal of {watched.mobile.name} does not play again: call {number}, {stimulus}"
                require(played == effects, what, effects, played)

    # ── what a person sees ────────────────────────────────────────────────────────────────────────────────────────

    def bytes_of_it(self) -> str:
        """Give all that happened, as text."""
        return "".join(watched.mobile.journal.text() for watched in self.watched) + self.world.log()

    def tallies(self) -> Counter[str]:
        """Count what happened."""
        tallies = Counter({f"moves: {name}": count for name, count in self.counts.items()})
        for watched in self.watched:
            tallies += watched.tap.counts
            tallies.update({f"packets {how}": count for how, count in watched.ledger.counts.items()})
            tallies["calls of a modem"] += watched.calls
        return tallies

    def told(self, entries: int = 12) -> str:
        """Tell the end of the dialogue of each modem."""
        return "\n".join(line for each in self.watched for line in _dialogue(each.mobile, entries))


def _dialogue(mobile: Mobile, entries: int) -> Iterable[str]:
    yield f"the dialogue of {mobile.name}, its end:"
    for now, stimulus, effects in mobile.journal.entries()[-entries:]:
        moment = f"  {now / MICROSECONDS:16.6f}"
        match stimulus:
            case UartRx(data):
                yield f"{moment} > {data!r}"
            case DatagramRx(source, data):
                yield f"{moment} <= {source[0]}:{source[1]} {_short(data.hex())}"
            case _:
                yield f"{moment} * {stimulus}"
        for effect in effects:
            match effect:
                case UartTx(data):
                    yield f"{'':18} < {_short(repr(data))}"
                case DatagramTx(destination, data):
                    yield f"{'':18} => {destination[0]}:{destination[1]} {_short(data.hex())}"
                case Refused(command, error, reason):
                    yield f"{'':18} ! {_short(command)}: {error}, {reason}"
                case _:
                    yield f"{'':18} * {effect}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def again(seed: int, names: Sequence[str], moves: Iterable[Move]) -> Walker:
    """Walk the same way again."""
    walker = Walker(seed, names)
    for move in moves:
        walker.make(move)
    return walker
