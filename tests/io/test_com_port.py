"""The access server's half of RFC 2217, literally: what a client sends, in hex, and what it gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemtwin.io.com_port import CTS, DCD, DSR, RI, ComPort, Outcome, Reply, Typed, Wires

ALIVE = CTS | DSR


def agreed(lines: int = ALIVE) -> ComPort:
    """A session whose client has said WILL COM-PORT-OPTION and WILL BINARY."""
    session = ComPort(lines=lines)
    session.receive(bytes.fromhex("fffb2c fffb00"))
    return session


def asked(session: ComPort, command: str) -> str:
    """Send a COM-PORT-OPTION command; the one that answers, without its frame."""
    answer = replies(session.receive(bytes.fromhex(f"fffa2c {command} fff0")))
    assert answer.startswith("fffa2c")
    assert answer.endswith("fff0")
    return answer[6:-4]


def replies(outcomes: list[Outcome]) -> str:
    """What the client gets, in hex."""
    return b"".join(outcome.data for outcome in outcomes if isinstance(outcome, Reply)).hex()


# ── telnet


def test_the_option_is_agreed_and_the_client_learns_how_the_lines_are() -> None:
    assert replies(ComPort(lines=ALIVE).receive(bytes.fromhex("fffb2c"))) == "fffd2c fffa2c6b30fff0".replace(" ", "")


def test_a_client_may_ask_us_to_use_the_option_too() -> None:
    session = ComPort()
    assert replies(session.receive(bytes.fromhex("fffd2c"))) == "fffb2cfffa2c6b00fff0"
    assert replies(session.receive(bytes.fromhex("fffb2c"))) == "fffd2c"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("fffb00", "fffd00"),
        ("fffd00", "fffb00"),
        ("fffb03", "fffd03"),
        ("fffd03", "fffb03"),
        ("fffd01", "fffb01"),
        ("fffb01", "fffe01"),
        ("fffb18", "fffe18"),
        ("fffd18", "fffc18"),
        ("fffc18", ""),
        ("fffe18", ""),
        ("fffb00fffb00", "fffd00"),
        ("fffb00fffc00", "fffd00fffe00"),
        ("fffd00fffe00fffe00", "fffb00fffc00"),
    ],
)
def test_what_we_do_is_agreed_and_all_else_refused_once(said: str, answer: str) -> None:
    assert replies(ComPort().receive(bytes.fromhex(said))) == answer


def test_nothing_is_said_to_a_client_that_says_nothing() -> None:
    session = ComPort()
    assert session.receive(b"AT\r") == [Typed(b"AT\r")]
    assert session.send(b"\r\nOK\r\n") == b"\r\nOK\r\n"
    assert session.show(ALIVE) == b""


def test_a_byte_of_255_is_doubled_on_its_way() -> None:
    session = agreed()
    assert session.receive(b"\x01\xff\xff\x02") == [Typed(b"\x01\xff\x02")]
    assert session.send(b"\x01\xff\x02") == b"\x01\xff\xff\x02"


def test_without_binary_the_nul_behind_a_carriage_return_is_no_data() -> None:
    session = ComPort()
    assert session.receive(b"AT\r\0ATI\r") == [Typed(b"AT\rATI\r")]
    assert session.receive(b"\0AT\r\n") == [Typed(b"AT\r\n")]
    assert agreed().receive(b"AT\r\0") == [Typed(b"AT\r\0")]


# ── requests


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("01 00002580", "6500002580"),
        ("01 00000000", "650001c200"),
        ("01 ffffffffffffffff", "650001c200"),
        ("01", "650001c200"),
        ("02 07", "6607"),
        ("02 00", "6608"),
        ("02 09", "6608"),
        ("03 03", "6703"),
        ("03 00", "6701"),
        ("03 06", "6701"),
        ("04 02", "6802"),
        ("04 00", "6801"),
        ("04 04", "6801"),
        ("05 00", "6901"),
        ("05 03", "6903"),
        ("05 11", "6911"),
        ("05 04", "6906"),
        ("05 05", "6905"),
        ("05 07", "6908"),
        ("05 09", "6909"),
        ("05 0a", "690b"),
        ("05 0c", "690c"),
        ("05 0d", "690e"),
        ("05 10", "6910"),
        ("05 63", "6901"),
        ("06", "6a00"),
        ("07", "6b30"),
        ("0a ffff", "6effff"),
        ("0c 03", "7003"),
        ("00", "646d6f64656d7477696e"),
    ],
)
def test_every_request_is_acknowledged_with_what_holds_now(request_: str, answer: str) -> None:
    assert asked(agreed(), request_) == answer


def test_what_was_set_is_what_a_question_gets() -> None:
    session = agreed()
    for request in ("0100009600", "0207", "0303", "0402", "0505", "0509", "050c"):
        asked(session, request)
    questions = ("0100000000", "0200", "0300", "0400", "0504", "0507", "050a")
    assert [asked(session, each) for each in questions] == [
        "6500009600",
        "6607",
        "6703",
        "6802",
        "6905",
        "6909",
        "690c",
    ]


def test_outbound_flow_control_sets_inbound_too_and_inbound_may_differ_afterwards() -> None:
    session = agreed()
    assert [asked(session, each) for each in ("0503", "050d", "050f", "0500")] == ["6903", "6910", "690f", "6903"]


def test_dtr_and_rts_reach_the_modem_when_they_change() -> None:
    session = agreed()
    outcomes = [session.receive(bytes.fromhex(f"fffa2c05{each}fff0"))[1:] for each in ("08", "09", "09", "0c", "08")]
    assert outcomes == [
        [],
        [Wires(dtr=False, rts=True)],
        [],
        [Wires(dtr=False, rts=False)],
        [Wires(dtr=True, rts=False)],
    ]


def test_what_stands_between_requests_keeps_its_place() -> None:
    outcomes = agreed().receive(b"AT\r" + bytes.fromhex("fffa2c0509fff0") + b"ATI\r")
    assert outcomes == [
        Typed(b"AT\r"),
        Reply(bytes.fromhex("fffa2c6909fff0")),
        Wires(dtr=False, rts=True),
        Typed(b"ATI\r"),
    ]


@pytest.mark.parametrize("garbage", ["fffa2cfff0", "fffa2c0dfff0", "fffa2cfefff0", "fffa18 00 fff0", "fff6", "fff0"])
def test_what_nobody_knows_is_passed_over(garbage: str) -> None:
    assert agreed().receive(bytes.fromhex(garbage)) == []


def test_the_signature_of_a_client_is_taken_note_of_without_an_answer() -> None:
    assert agreed().receive(bytes.fromhex("fffa2c00 4142 fff0")) == []


# ── lines


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (ALIVE | DCD, "b8"),
        (ALIVE | RI, "70"),
        (0, "03"),
        (CTS, "12"),
    ],
)
def test_a_change_of_the_lines_is_told_with_what_changed(lines: int, told: str) -> None:
    assert agreed().show(lines).hex() == f"fffa2c6b{told}fff0"


def test_of_the_ring_indicator_only_the_end_is_marked() -> None:
    session = agreed()
    assert [session.show(each).hex()[8:10] for each in (ALIVE | RI, ALIVE)] == ["70", "34"]


def test_lines_that_stay_are_not_told() -> None:
    assert agreed().show(ALIVE) == b""


def test_a_mask_chooses_what_is_told() -> None:
    session = agreed()
    assert replies(session.receive(bytes.fromhex("fffa2c0b80fff0"))) == "fffa2c6f80fff0fffa2c6b00fff0"
    assert session.show(CTS) == b""
    assert session.show(CTS | DCD).hex() == "fffa2c6b80fff0"
    assert session.show(CTS).hex() == "fffa2c6b00fff0"


def test_a_mask_of_nothing_silences_the_lines() -> None:
    session = agreed()
    assert asked(session, "0b00") == "6f00"
    assert session.show(0) == b""


# ── flow


def test_a_client_that_suspends_gets_everything_later_commands_first() -> None:
    session = agreed()
    assert session.receive(bytes.fromhex("fffa2c08fff0")) == []
    assert session.send(b"\r\nOK\r\n") == b""
    assert session.receive(bytes.fromhex("fffa2c0507fff0")) == []
    assert session.show(ALIVE | DCD) == b""
    (resumed,) = session.receive(bytes.fromhex("fffa2c09fff0"))
    assert resumed == Reply(bytes.fromhex("fffa2c6908fff0 fffa2c6bb8fff0") + b"\r\nOK\r\n")
    assert session.send(b"more") == b"more"


def test_a_purge_throws_away_what_waits_for_the_client() -> None:
    session = agreed()
    session.receive(bytes.fromhex("fffa2c08fff0"))
    session.send(b"old")
    session.receive(bytes.fromhex("fffa2c0c01fff0"))
    assert replies(session.receive(bytes.fromhex("fffa2c09fff0"))) == "fffa2c7001fff0"


def test_a_client_that_suspends_for_ever_does_not_fill_the_memory() -> None:
    session = agreed()
    session.receive(bytes.fromhex("fffa2c08fff0"))
    for _ in range(200):
        session.send(b"\xff" * 1000)
        session.receive(bytes.fromhex("fffa2c0507fff0") * 200)
    (resumed,) = session.receive(bytes.fromhex("fffa2c09fff0"))
    assert isinstance(resumed, Reply)
    assert len(resumed.data) <= 2 * 64 * 1024


def test_resuming_what_was_never_suspended_is_nothing() -> None:
    assert agreed().receive(bytes.fromhex("fffa2c09fff0")) == []


@given(st.lists(st.binary(max_size=24) | st.sampled_from([b"\xff\xfa\x2c", b"\xff\xf0", b"\xff\xfb\x2c"]), max_size=12))
def test_garbage_never_raises_and_lets_the_next_request_through(pieces: list[bytes]) -> None:
    session = ComPort()
    for piece in pieces:
        session.receive(piece)
    session.receive(b"\xff\xf0 \xff\xf0" + bytes.fromhex("fffa2c09fff0"))
    assert asked(session, "0507") in ("6908", "6909")
