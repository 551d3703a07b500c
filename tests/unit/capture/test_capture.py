"""Journal entries as packets."""

from __future__ import annotations

from modemtwin.capture.capture import Capture
from modemtwin.capture.internet import echo_packet, udp_packet
from modemtwin.modem.doors import (
    BearerGranted,
    BearerLost,
    DatagramRx,
    DatagramTx,
    Effect,
    Note,
    Ping,
    Pinged,
    PowerOn,
    Refused,
    SocketOpened,
    Stimulus,
    Struck,
    Tick,
    UartRx,
    UartTx,
)
from modemtwin.world.journal.journal import Entry
from tests.unit.capture.blocks import Packet, blocks, options, packets
from tests.unit.world.far_end import FarEnd

SERVER = ("198.51.100.9", 5683)
ONLINE: list[tuple[int, Stimulus, tuple[Effect, ...]]] = [
    (0, BearerGranted(0, "10.94.36.44"), ()),
    (0, SocketOpened(40001), ()),
]


def captured(*entries: tuple[int, Stimulus, tuple[Effect, ...]], epoch: int = 0) -> list[Packet]:
    written: list[bytes] = []
    capture = Capture(written.append, epoch=epoch)
    for entry in entries:
        capture.add("", Entry(*entry))
    capture.close()
    return packets(b"".join(written))


def test_a_command_and_its_reply_are_packets_of_the_uart() -> None:
    entry = (5, UartRx(b"AT+CSQ\r"), (UartTx(b"AT+CSQ\r\r\n+CSQ: 27,99\r\n\r\nOK\r\n"),))
    assert captured(entry) == [
        Packet("uart", 5, b"AT+CSQ\r", ()),
        Packet("uart", 5, b"AT+CSQ\r", ()),
        Packet("uart", 5, b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n", ()),
    ]


def test_a_line_typed_in_pieces_is_one_packet_at_the_time_of_its_end() -> None:
    assert captured((1, UartRx(b"A"), (UartTx(b"A"),)), (9, UartRx(b"T\r"), (UartTx(b"T\r\r\nOK\r\n"),))) == [
        Packet("uart", 9, b"AT\r", ()),
        Packet("uart", 9, b"AT\r", ()),
        Packet("uart", 9, b"\r\nOK\r\n", ()),
    ]


def test_a_line_that_never_ended_is_a_packet_in_the_end() -> None:
    assert captured((1, UartRx(b"AT+C"), (UartTx(b"AT+C"),))) == [
        Packet("uart", 1, b"AT+C", ()),
        Packet("uart", 1, b"AT+C", ()),
    ]


def test_the_reason_is_a_comment_on_the_error() -> None:
    effects = (
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+X", 601, "there is no command +X"),
        UartTx(b"\r\nOK\r\n"),
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+Y", 3, "not now"),
    )
    said = [(packet.data, packet.comments) for packet in captured((1, UartRx(b"AT+X\rAT\rAT+Y\r"), effects))[3:]]
    assert said == [
        (b"\r\nERROR\r\n", ("AT+X: error 601: there is no command +X",)),
        (b"\r\nOK\r\n", ()),
        (b"\r\nERROR\r\n", ("AT+Y: error 3: not now",)),
    ]


def test_the_reason_of_an_error_that_is_not_said_is_a_comment_on_the_command() -> None:
    (packet,) = captured((1, UartRx(b"ATX9\r"), (Refused("ATX9", 3, "no"),)))
    assert packet == Packet("uart", 1, b"ATX9\r", ("ATX9: error 3: no",))


def test_a_note_is_a_comment_on_what_follows_or_on_the_last_packet_of_its_entry() -> None:
    told = captured(
        (1, Tick(), (Note("mid 1: no ACK"), UartTx(b"\r\n+CCOAPACTION: 2,1\r\n"))),
        (2, UartRx(b"AT\r"), (Note("late"),)),
        (3, Tick(), (Note("waits"),)),
        (4, Tick(), (UartTx(b"\r\nRDY\r\n"),)),
    )
    assert [packet.comments for packet in told] == [("mid 1: no ACK",), ("late",), ("waits",)]


def test_of_many_notes_without_a_packet_the_last_hundred_are_kept() -> None:
    notes = [(now, Tick(), (Note(str(now)),)) for now in range(1000)]
    (packet,) = captured(*notes, (1000, UartRx(b"AT\r"), ()))
    assert packet.comments == tuple(str(now) for now in range(900, 1000))


def test_datagrams_go_between_the_bearers_address_and_the_peer() -> None:
    sent, came = bytes.fromhex("40010001"), bytes.fromhex("60450001")
    told = captured(*ONLINE, (7, Tick(), (DatagramTx(SERVER, sent),)), (9, DatagramRx(SERVER, came), ()))
    assert told == [
        Packet("bearer", 7, udp_packet(("10.94.36.44", 40001), SERVER, sent), ()),
        Packet("bearer", 9, udp_packet(SERVER, ("10.94.36.44", 40001), came), ()),
    ]


def test_the_address_is_that_of_the_bearer_that_is_left() -> None:
    told = captured(
        (0, BearerGranted(0, "10.0.0.1"), ()),
        (1, BearerGranted(1, "10.0.0.2"), (DatagramTx(SERVER, b"a"),)),
        (2, BearerLost(1, "gone"), (DatagramTx(SERVER, b"b"),)),
        (3, BearerLost(0, "gone"), (DatagramTx(SERVER, b"c"),)),
    )
    assert [packet.data[12:16] for packet in told] == [b"\x0a\0\0\2", b"\x0a\0\0\1", b"\x0a\0\0\1"]


def test_a_ping_is_an_echo_request_and_its_reply() -> None:
    told = captured(
        *ONLINE,
        (1, UartRx(b"AT+SNPING4\r"), (Ping("192.0.2.7", 4, 32, 1000),)),
        (2, Pinged(4, "192.0.2.7", 33), ()),
        (3, Pinged(5, "192.0.2.7", None), ()),
    )
    assert [packet.data for packet in told[1:]] == [
        echo_packet("10.94.36.44", "192.0.2.7", 4, 32, reply=False),
        echo_packet("192.0.2.7", "10.94.36.44", 4, 32, reply=True),
    ]


SENT = DatagramTx(SERVER, b"\x40\x01\x00\x01")
OTHER = DatagramTx(SERVER, b"\x40\x01\x00\x02")


def test_what_a_fault_does_to_a_datagram_of_the_modem_is_a_comment_on_it() -> None:
    struck = (Struck("it is lost", SENT.data), (Note("it is lost"),))
    told = captured(*ONLINE, (1, Tick(), (OTHER, SENT, UartTx(b"\r\nOK\r\n"))), (1, *struck), (2, UartRx(b"AT\r"), ()))
    assert [(packet.interface, packet.now, packet.comments) for packet in told] == [
        ("bearer", 1, ()),
        ("bearer", 1, ("it is lost",)),
        ("uart", 1, ()),
        ("uart", 2, ()),
    ]


def test_each_of_two_copies_has_its_own_comment() -> None:
    struck = (1, Struck("it is lost", SENT.data), (Note("it is lost"),))
    told = captured(*ONLINE, (1, Tick(), (SENT, SENT)), struck, struck, (1, Struck("late", b"?"), (Note("late"),)))
    assert [packet.comments for packet in told] == [("it is lost",), ("it is lost",)]


def test_what_one_modem_sent_is_written_before_what_another_does_later() -> None:
    written: list[bytes] = []
    capture = Capture(written.append)
    capture.add("first", Entry(1, Tick(), (SENT,)))
    capture.add("second", Entry(1, UartRx(b"AT\r"), ()))
    held = len(packets(b"".join(written)))
    capture.add("second", Entry(2, UartRx(b"AT\r"), ()))
    assert (held, capture.is_settled) == (1, True)
    assert [packet.now for packet in packets(b"".join(written))] == [1, 1, 2]


def test_times_are_those_of_the_journal_behind_the_epoch() -> None:
    (packet,) = captured((2_500_000, UartRx(b"AT\r"), ()), epoch=1_700_000_000_000_000)
    assert packet.now == 1_700_000_002_500_000


def test_every_modem_has_two_interfaces_of_its_own() -> None:
    written: list[bytes] = []
    capture = Capture(written.append)
    first, second = capture.watch("first"), capture.watch("second")
    for watch in (first, second, first):
        watch(Entry(1, UartRx(b"AT\r"), ()))
    names = [dict(options(body[8:]))[2] for kind, body in blocks(b"".join(written)) if kind == 1]
    assert names == [b"first bearer", b"first uart", b"second bearer", b"second uart"]
    assert [packet.interface for packet in packets(b"".join(written))] == ["first uart", "second uart", "first uart"]


def test_the_section_says_what_it_is_of() -> None:
    written: list[bytes] = []
    Capture(written.append, about="seed 7")
    assert dict(options(written[0][24:-4]))[1] == b"seed 7"


def test_it_is_whole_after_every_entry() -> None:
    written: list[bytes] = []
    capture = Capture(written.append)
    conversation = FarEnd(lost=[1])
    conversation.ask('code,1,uri-path,0,"time"')
    for entry in conversation.entries:
        capture.add("", entry)
        assert {kind for kind, _ in blocks(b"".join(written))} <= {0x0A0D0D0A, 1, 6}
    capture.settle()
    told = packets(b"".join(written))
    assert [packet.now for packet in told] == sorted(packet.now for packet in told)
    assert sum(packet.interface == "bearer" for packet in told) == 3


def test_an_entry_without_packets_writes_none() -> None:
    assert captured((0, PowerOn(), ())) == []
