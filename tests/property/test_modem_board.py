"""The whole modem under any stimuli: nothing raises or grows without bound, and how bytes are cut does not show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Message, encode
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    AreaAccepted,
    BearerGranted,
    BearerLost,
    Card,
    CardInserted,
    CardRemoved,
    ConnectionChanged,
    DatagramRx,
    DatagramTx,
    Effect,
    LinesChanged,
    LinesSet,
    Note,
    Paged,
    Pinged,
    PowerOn,
    Refused,
    Registration,
    RegistrationChanged,
    Resolved,
    Secret,
    SignalChanged,
    SocketFailed,
    SocketOpened,
    Stimulus,
    Technology,
    Tick,
    UartRx,
    UartTx,
)
from tests.modem_harness import OTHER, PEER, ready, text, type_
from tests.property.typed import NOISE, lines_of, pieces

COMMANDS = st.sampled_from(
    [
        "",
        "E0",
        "E1",
        "V0",
        "V1",
        "Q1",
        "Q0",
        "E1Q0S0=1V1;+CSQ;+CGATT?",
        "+CMEE=2",
        "+CCOAPINIT",
        "+CCOAPTERM",
        '+CCOAPURL="coap://192.0.2.1/a?b"',
        '+CCOAPURL="coap://example.net"',
        "+CCOAPURL=coap://192.0.2.2",
        "+CCOAPURL=http://x",
        '+CCOAPPARA=code,1,uri-path,0,"home/query",payload,0,"hello world"',
        "+CCOAPPARA=type,NON,token,1,0102",
        "+CCOAPPARA=type,ACK,mid,7,code,45",
        "+CCOAPPARA=mid,3",
        "+CCOAPPARA=code,0",
        "+CCOAPPARA=code,2,payload,1,0",
        "+CCOAPACTION",
        "+CCOAPACTION=4",
        "+CCOAPACTION=5",
        "+CCOAPACTION=4?",
        "+CCOAPHEAD=1,1",
        "+CCOAPHEAD=7,0",
        "+CCOAPREAD=7",
        "+CNACT=1",
        "+CNACT=2",
        "+CNACT=0",
        "+CNACT?",
        '+CNCFG=1,"a","b","8642"',
        "+CPIN=8642",
        "+CPIN?",
        "+CFUN=0",
        "+CFUN=1",
        "+CFUN=1,1",
        "+CFUN=4",
        "+CGATT=0",
        "+CGATT=1",
        "+COPS=2",
        "+COPS=0",
        "+CGACT=1,2",
        '+CGDCONT=2,"IP","x"',
        "+SAPBR=1,1",
        "+CIICR",
        "+CIFSR",
        "+CDNSGIP=example.net",
        "+SNPING4=192.0.2.1,2,16,100",
        "+CREG=2",
        "+CEREG=1",
        "+IPR=9600",
        "+CLTS=1",
        "&C0",
        "&C1",
        "&D2",
        "+CFGRI=1",
        "+IFC=2,2",
        "+CSCLK=0",
        "+CSCLK=1",
        "+CSCLK=2",
        '+CPSMS=1,,,"00000001","00000001"',
        "+CPSMS=0",
        "+CPSMSTATUS=1",
        '+CEDRXS=2,5,"0010"',
        "+CEDRXRDP",
        "+CEREG=4",
        "&W",
        "Z",
        "&F",
        "D*99#",
        "+CPOWD=1",
        "+NONE",
        "&F" * 40,
        "+CCOAPPARA=payload,0," + "x" * 600,
    ]
)
LINES = lines_of(COMMANDS)
TYPED = st.one_of(LINES, LINES, LINES, NOISE, st.binary(max_size=20))
DIALOGUES = st.lists(TYPED, max_size=12).map(b"".join)

MESSAGES = st.builds(
    Message,
    st.integers(0, 3),
    st.sampled_from([0, 1, 2, 0x44, 0x45, 0x84, 0xA0]),
    st.sampled_from([0, 1, 2, 3, 7, 500]),
    st.sampled_from([b"", b"\x01\x02", b"t"]),
    st.sampled_from([(), ((11, b"a"),), ((9, b"x"),), ((4, b"\x01"), (14, b"\x3c"))]),
    st.sampled_from([b"", b"hi", b"a\r\nOK\r\n\x80"]),
)


def written(message: Message) -> bytes:
    return encode(Message(message.type, 0, message.mid) if message.code == 0 else message)


DATAGRAMS = st.builds(
    DatagramRx, st.sampled_from([PEER, OTHER]), st.one_of(MESSAGES.map(written), st.binary(max_size=24))
)
OCTETS = st.sampled_from([None, 0, 1, 0b101_00001, 0b111_00000])
WORLD = st.one_of(
    st.just(PowerOn()),
    st.just(Tick()),
    st.builds(LinesSet, st.booleans(), st.booleans()),
    st.builds(SocketOpened, st.integers(1, 65535)),
    st.builds(SocketFailed, st.just("gone"), st.sampled_from([None, PEER])),
    st.builds(Resolved, st.just("example.net"), st.sampled_from([(), ("192.0.2.1",), ("2001:db8::1",)])),
    st.builds(Pinged, st.integers(1, 3), st.just("192.0.2.1"), st.sampled_from([None, 5])),
    st.just(CardInserted(Card(pin=Secret("8642")))),
    st.just(CardInserted(Card())),
    st.just(CardRemoved()),
    st.builds(SignalChanged, st.integers(0, 31), st.just(99)),
    st.builds(
        RegistrationChanged, st.sampled_from(Registration), st.sampled_from(Technology), st.just("x"), st.just("00101")
    ),
    st.builds(BearerGranted, st.sampled_from([0, 1, 8, 9, 18]), st.just("10.0.0.1")),
    st.builds(BearerLost, st.sampled_from([0, 1, 8, 9, 18]), st.just("no")),
    st.builds(AreaAccepted, OCTETS, OCTETS, st.sampled_from([None, 2]), st.just(3)),
    st.builds(ConnectionChanged, st.booleans()),
    st.builds(Paged, st.integers(1, 3), st.integers(0, 10**9), st.integers(0, 3)),
)
STIMULI: st.SearchStrategy[Stimulus] = st.one_of(TYPED.map(UartRx), TYPED.map(UartRx), DATAGRAMS, WORLD)
PAUSES = st.sampled_from([0, 1, seconds(0.5), seconds(1), seconds(5), seconds(247)])
LIFES = st.lists(st.tuples(PAUSES, STIMULI), max_size=40)
PROFILES = st.sampled_from(["sim7000", "sim7000-literal", "sim7080", "strict"])


def heard(typed: Sequence[bytes], profile: str) -> tuple[bytes, list[LinesChanged]]:
    """All that a modem says to some pieces of typing, at one and the same moment, and what its lines do meanwhile."""
    modem = ready(profile)
    effects = modem.handle(LinesSet(dtr=True, rts=True), 0)
    for piece in typed:
        effects += modem.handle(UartRx(piece), 0)
    return text(effects), [effect for effect in effects if isinstance(effect, LinesChanged)]


@given(pieces(DIALOGUES), PROFILES)
def test_any_chunking_of_the_typing_gives_the_same_output(typed: list[bytes], profile: str) -> None:
    data = b"".join(typed)
    whole = heard([data], profile)
    assert heard(typed, profile) == whole
    assert heard([data[place : place + 1] for place in range(len(data))], profile) == whole


def live(modem: Modem, life: Sequence[tuple[Micros, Stimulus]]) -> list[tuple[Micros, list[Effect]]]:
    """Let a modem live through some stimuli, and tick where it wants to be ticked."""
    now: Micros = 0
    happened: list[tuple[Micros, list[Effect]]] = []
    for pause, stimulus in life:
        until = now + pause
        for _ in range(1000):
            due = modem.next_timer()
            if due is None or due > until:
                break
            now = max(now, due)
            happened.append((now, modem.handle(Tick(), now)))
        else:
            raise AssertionError("a tick at its own moment does not satisfy the modem")
        now = until
        happened.append((now, modem.handle(stimulus, now)))
    return happened


@given(LIFES, PROFILES)
@settings(max_examples=300)
def test_no_life_breaks_the_modem(life: list[tuple[Micros, Stimulus]], profile: str) -> None:
    for _, effects in live(ready(profile), life):
        assert len(effects) <= 400
        assert all(effect.data for effect in effects if isinstance(effect, UartTx))


@given(LIFES, st.integers(0, 9))
def test_the_same_seed_and_the_same_stimuli_give_the_same_effects(
    life: list[tuple[Micros, Stimulus]], seed: int
) -> None:
    assert live(ready(seed=seed), life) == live(ready(seed=seed), life)


@given(LIFES)
def test_no_life_makes_the_modem_tell_a_secret(life: list[tuple[Micros, Stimulus]]) -> None:
    for _, effects in live(ready(), life):
        told = [effect for effect in effects if not isinstance(effect, (UartTx, DatagramTx))]
        assert "8642" not in repr(told) + "".join(str(each) for each in told if isinstance(each, (Note, Refused)))


@given(LIFES)
def test_every_datagram_that_leaves_is_a_message(life: list[tuple[Micros, Stimulus]]) -> None:
    for _, effects in live(ready(), life):
        for effect in effects:
            if isinstance(effect, DatagramTx):
                assert effect.data[0] >> 6 == 1
                assert len(effect.data) >= 4


FINAL = re.compile(r"OK|ERROR|\+CME ERROR: .*|CONNECT|SHUT OK|NORMAL POWER DOWN")
SILENT = ("+CIFSR", "D*99#", "+CPOWD=1", "Q1", "V0")
HELD = ("+CGATT=1", "+COPS=0", "+CGACT=1,2", "+SAPBR=1,1", "+CIICR", "+SNPING4=192.0.2.1,2,16,100")


@given(st.lists(COMMANDS.filter(lambda body: body not in SILENT + HELD), max_size=10))
def test_every_line_has_exactly_one_final_result(bodies: list[str]) -> None:
    modem = ready()
    for body in bodies:
        said = text(type_(modem, f"AT{body}")).decode("latin-1").split("\r\n")
        assert len([line for line in said if FINAL.fullmatch(line)]) == 1, body


@given(st.lists(st.sampled_from(HELD), min_size=1, max_size=4))
def test_every_line_that_is_held_gets_one_final_result_in_the_end(bodies: list[str]) -> None:
    modem = ready()
    effects: list[Effect] = []
    for body in bodies:
        effects += type_(modem, f"AT{body}")
    while (due := modem.next_timer()) is not None:
        effects += modem.handle(Tick(), due)
    said = text(effects).decode("latin-1").split("\r\n")
    assert len([line for line in said if FINAL.fullmatch(line)]) == len(bodies)


@given(st.lists(st.binary(max_size=40), min_size=50, max_size=50), st.integers(0, 2))
@settings(max_examples=20)
def test_datagrams_that_nobody_reads_do_not_pile_up(datagrams: list[bytes], kind: int) -> None:
    modem = ready()
    for round_, tail in enumerate(datagrams):
        head = bytes((0x40 | kind << 4, 1, round_ >> 8, round_ & 0xFF))
        modem.handle(DatagramRx(PEER, head), round_)
        modem.handle(DatagramRx(PEER, head + tail), round_)
    assert re.search(rb"\+CCOAPACTION: 4,(\d|10),\d+\r\n", text(type_(modem, "AT+CCOAPACTION=4", seconds(1))))
