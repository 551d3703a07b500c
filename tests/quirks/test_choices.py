"""The ledger of quirks, played: one test for each choice of each quirk."""

from __future__ import annotations

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import ACK, CON, EMPTY, NON
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    AreaAccepted,
    BearerLost,
    Card,
    CardInserted,
    CardRemoved,
    ConnectionChanged,
    DatagramTx,
    Note,
    PowerOn,
    Refused,
    Secret,
    SocketClose,
    UartRx,
    UartTx,
)
from modemtwin.modem.quirks import LEDGER
from tests.modem_harness import (
    OTHER,
    PEER,
    arrive,
    lines,
    online,
    powered,
    ready,
    refusal,
    registered,
    say,
    say_all,
    sent,
    type_,
    wait,
)
from tests.quirks.stage import PLAYED, plays


def chosen(quirk: str, choice: str) -> Modem:
    return ready(quirks={quirk: choice})


def test_every_choice_is_played() -> None:
    wanted = {(quirk.id, choice) for quirk in LEDGER.values() for choice in quirk.choices}
    wanted |= {(quirk.id, "seconds") for quirk in LEDGER.values() if quirk.seconds}
    assert set(PLAYED) == wanted


def test_everything_that_plays_is_a_test_of_this_file() -> None:
    assert [name for name in PLAYED.values() if not name.startswith("test_") or name not in globals()] == []


# ── Q-RECV-NAME ───────────────────────────────────────────────────────────────────────────────────────────────────


@plays("Q-RECV-NAME", "recv")
def test_a_packet_is_announced_by_recv() -> None:
    assert lines(arrive(chosen("Q-RECV-NAME", "recv"), Message(NON, 1, 5))) == ["+CCOAPRECV: 5,4,0"]


@plays("Q-RECV-NAME", "rcv")
def test_a_packet_is_announced_by_rcv() -> None:
    assert lines(arrive(chosen("Q-RECV-NAME", "rcv"), Message(NON, 1, 5))) == ["+CCOAPRCV: 5,4,0"]


# ── Q-TEST-NAMES ──────────────────────────────────────────────────────────────────────────────────────────────────


@plays("Q-TEST-NAMES", "corrected")
def test_each_test_form_prints_its_own_name() -> None:
    assert say(chosen("Q-TEST-NAMES", "corrected"), "AT+CCOAPHEAD=?;+CCOAPREAD=?") == [
        "+CCOAPHEAD: <mid>,((0-print raw),(1-print convert))",
        "+CCOAPREAD: <mid>",
        "OK",
    ]


@plays("Q-TEST-NAMES", "literal")
def test_the_test_forms_print_each_other_s_names() -> None:
    assert say(chosen("Q-TEST-NAMES", "literal"), "AT+CCOAPHEAD=?;+CCOAPREAD=?") == [
        "+CCOAPREAD: <mid>,((0-printconvert),(1-print raw))",
        "+CCOAPHEAD: <mid>",
        "OK",
    ]


# ── Q-CONVERT ─────────────────────────────────────────────────────────────────────────────────────────────────────


@plays("Q-CONVERT", "one-parses")
def test_1_prints_the_head_parsed() -> None:
    modem = chosen("Q-CONVERT", "one-parses")
    arrive(modem, Message(NON, 1, 5))
    assert say(modem, "AT+CCOAPHEAD=5,1;+CCOAPHEAD=5,0") == [
        "+CCOAPHEAD: 1,1,1,0,0.01,5,,,,,,,0,,,,,,,,,,,",
        "+CCOAPHEAD: 0,4,50010005",
        "OK",
    ]


@plays("Q-CONVERT", "zero-parses")
def test_0_prints_the_head_parsed() -> None:
    modem = chosen("Q-CONVERT", "zero-parses")
    arrive(modem, Message(NON, 1, 5))
    assert say(modem, "AT+CCOAPHEAD=5,1;+CCOAPHEAD=5,0;+CCOAPHEAD=?") == [
        "+CCOAPHEAD: 1,4,50010005",
        "+CCOAPHEAD: 0,1,1,0,0.01,5,,,,,,,0,,,,,,,,,,,",
        "+CCOAPHEAD: <mid>,((0-print convert),(1-print raw))",
        "OK",
    ]


# ── Q-HEAD-FIELDS ─────────────────────────────────────────────────────────────────────────────────────────────────


@plays("Q-HEAD-FIELDS", "24")
def test_a_head_has_24_fields() -> None:
    modem = chosen("Q-HEAD-FIELDS", "24")
    arrive(modem, Message(NON, 1, 5))
    assert len(say(modem, "AT+CCOAPHEAD=5,1")[0].split(",")) == 24


@plays("Q-HEAD-FIELDS", "21")
def test_a_head_has_21_fields_as_in_the_example() -> None:
    modem = chosen("Q-HEAD-FIELDS", "21")
    type_(modem, "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x84, 1))
    assert say(modem, "AT+CCOAPHEAD=1,1") == ["+CCOAPHEAD: 1,1,2,0,4.04,1,,,,,,,0,,,,,,,,", "OK"]


# ── Q-CNACT-READ, Q-CNACT-REPEAT, Q-CNACT-OFF-URC ─────────────────────────────────────────────────────────────────


@plays("Q-CNACT-READ", "two")
def test_the_bearer_is_read_in_two_fields() -> None:
    assert say(chosen("Q-CNACT-READ", "two"), "AT+CNACT?") == ['+CNACT: 1,"10.94.36.44"', "OK"]


@plays("Q-CNACT-READ", "three")
def test_the_bearer_is_read_in_three_fields() -> None:
    assert say(chosen("Q-CNACT-READ", "three"), "AT+CNACT?") == ['+CNACT: 0,1,"10.94.36.44"', "OK"]


@plays("Q-CNACT-REPEAT", "error")
def test_activating_again_and_dropping_again_are_errors() -> None:
    modem = chosen("Q-CNACT-REPEAT", "error")
    assert refusal(modem, "AT+CNACT=1")[0] == 3
    say(modem, "AT+CNACT=0")
    modem.handle(BearerLost(0, "closed by the TE"), 0)
    assert refusal(modem, "AT+CNACT=0")[0] == 3


@plays("Q-CNACT-REPEAT", "ok")
def test_activating_again_and_dropping_again_tell_the_state_it_is_in() -> None:
    modem = registered(quirks={"Q-CNACT-REPEAT": "ok"})
    assert say_all(modem, "AT+CNACT=1", "AT+CNACT=1") == ["OK"]
    modem = chosen("Q-CNACT-REPEAT", "ok")
    assert type_(modem, "AT+CNACT=1") == [UartTx(b"AT+CNACT=1\r\r\nOK\r\n\r\n+APP PDP: ACTIVE\r\n")]
    say(modem, "AT+CNACT=0")
    modem.handle(BearerLost(0, "closed by the TE"), 0)
    assert type_(modem, "AT+CNACT=0") == [UartTx(b"AT+CNACT=0\r\r\nOK\r\n\r\n+APP PDP: DEACTIVE\r\n")]


@plays("Q-CNACT-TEST", "answered")
def test_a_program_learns_that_there_is_a_cnact() -> None:
    assert say(registered(quirks={"Q-CNACT-TEST": "answered"}), "AT+CNACT=?") == ["+CNACT: (0-2)", "OK"]


@plays("Q-CNACT-TEST", "error")
def test_there_is_no_test_form_of_cnact() -> None:
    assert refusal(registered(quirks={"Q-CNACT-TEST": "error"}), "AT+CNACT=?") == (
        4,
        "+CNACT has no test form here (Q-CNACT-TEST)",
    )


@plays("Q-COPS-ABORT", "error")
def test_one_character_breaks_the_search_of_operators_off() -> None:
    modem = registered()
    assert type_(modem, "AT+COPS=?") == [UartTx(b"AT+COPS=?\r")]
    assert lines(modem.handle(UartRx(b"\n"), seconds(0.125) - 1)) == []
    assert modem.handle(UartRx(b"\n"), seconds(0.125)) == [
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+COPS=?", 767, "the TE broke the search off: it typed on before the answer (V.250 §5.6.1)"),
    ]


@plays("Q-CARD-AGAIN", "same")
def test_a_card_that_is_put_in_again_has_no_more_tries_than_it_had() -> None:
    card = Card(pin=Secret("1234"))
    modem = powered(card=card)
    say(modem, "AT+CPIN=0000")
    modem.handle(CardRemoved(), 0)
    modem.handle(CardInserted(card), 0)
    assert refusal(modem, "AT+CPIN=0000") == (16, "the PIN is wrong; 1 of 3 tries are left")


@plays("Q-CNACT-OFF-URC", "deactive")
def test_a_bearer_that_the_te_drops_is_told_as_deactive() -> None:
    modem = chosen("Q-CNACT-OFF-URC", "deactive")
    say(modem, "AT+CNACT=0")
    assert lines(modem.handle(BearerLost(0, "closed by the TE"), 0)) == ["+APP PDP: DEACTIVE"]


@plays("Q-CNACT-OFF-URC", "literal")
def test_a_bearer_that_the_te_drops_is_told_as_active_and_one_that_the_network_drops_is_not() -> None:
    modem = chosen("Q-CNACT-OFF-URC", "literal")
    say(modem, "AT+CNACT=0")
    assert lines(modem.handle(BearerLost(0, "closed by the TE"), 0)) == ["+APP PDP: ACTIVE"]
    modem = chosen("Q-CNACT-OFF-URC", "literal")
    assert lines(modem.handle(BearerLost(0, "dropped"), 0)) == ["+APP PDP: DEACTIVE"]


# ── Q-HEAD-RAW, Q-STRING-ESCAPES ──────────────────────────────────────────────────────────────────────────────────

WITH_PATH = Message(NON, 1, 0xBEEF, b"\xff", ((11, b"a,b"),))


@plays("Q-HEAD-RAW", "hex")
def test_a_raw_head_is_hex() -> None:
    modem = chosen("Q-HEAD-RAW", "hex")
    arrive(modem, WITH_PATH)
    assert say(modem, "AT+CCOAPHEAD=48879,0") == ["+CCOAPHEAD: 0,9,5101BEEFFFB3612C62", "OK"]


@plays("Q-HEAD-RAW", "bytes")
def test_a_raw_head_is_its_bytes() -> None:
    modem = chosen("Q-HEAD-RAW", "bytes")
    arrive(modem, WITH_PATH)
    assert type_(modem, "AT+CCOAPHEAD=48879,0") == [
        UartTx(b"AT+CCOAPHEAD=48879,0\r\r\n+CCOAPHEAD: 0,9,Q\x01\xbe\xef\xff\xb3a,b\r\n\r\nOK\r\n")
    ]


def payload_of(escapes: str, typed: str) -> bytes:
    modem = chosen("Q-STRING-ESCAPES", escapes)
    say_all(modem, f"AT+CCOAPPARA=payload,0,{typed}")
    return sent(type_(modem, "AT+CCOAPACTION"))[0].partition(b"\xff")[2]


def path_shown(escapes: str) -> str:
    modem = chosen("Q-STRING-ESCAPES", escapes)
    arrive(modem, Message(NON, 1, 5, b"", ((11, b'a"b'),)))
    return say(modem, "AT+CCOAPHEAD=5,1")[0].split(",")[15]


@plays("Q-STRING-ESCAPES", "backslash")
def test_a_backslash_escapes_quotes_and_itself() -> None:
    assert payload_of("backslash", r'"a\"b\\c\n\22"') == rb'a"b\c\n\22'
    assert path_shown("backslash") == r'"a\"b"'


@plays("Q-STRING-ESCAPES", "v250")
def test_a_backslash_and_two_hex_digits_are_a_byte() -> None:
    assert payload_of("v250", r'"a\22b\5Cc\n"') == rb'a"b\c\n'
    assert path_shown("v250") == r'"a\22b"'


@plays("Q-STRING-ESCAPES", "none")
def test_a_backslash_is_a_backslash() -> None:
    assert payload_of("none", r'"a\22\\b\"') == rb"a\22\\b" + b"\\"
    assert path_shown("none") == '"a"b"'


# ── Q-PAYLOAD-APPEND, Q-PARA-KEEP ─────────────────────────────────────────────────────────────────────────────────


def payload_in_two(choice: str) -> list[bytes]:
    modem = chosen("Q-PAYLOAD-APPEND", choice)
    say_all(modem, "AT+CCOAPPARA=payload,0,one", "AT+CCOAPPARA=payload,0,two", "AT")
    return sent(type_(modem, "AT+CCOAPACTION"))


@plays("Q-PAYLOAD-APPEND", "replace")
def test_a_second_payload_replaces_the_first() -> None:
    assert payload_in_two("replace") == [b"\x40\x01\x00\x01\xfftwo"]


@plays("Q-PAYLOAD-APPEND", "append")
def test_a_second_payload_is_added_and_gets_past_the_line_limit() -> None:
    assert payload_in_two("append") == [b"\x40\x01\x00\x01\xffonetwo"]
    modem = ready(longest_body=1024, quirks={"Q-PAYLOAD-APPEND": "append"})
    for _ in range(4):
        say_all(modem, "AT+CCOAPPARA=payload,1," + "41" * 256)
    assert refusal(modem, "AT+CCOAPPARA=payload,0,B") == (793, "the payload is 1025 bytes; a packet holds 1024")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [b"\x40\x01\x00\x01\xff" + b"A" * 1024]


def two_actions(choice: str) -> list[bytes]:
    modem = chosen("Q-PARA-KEEP", choice)
    say_all(modem, "AT+CCOAPPARA=type,NON,mid,9,code,2,payload,0,x", "AT")
    return sent(type_(modem, "AT+CCOAPACTION")) + sent(type_(modem, "AT+CCOAPACTION"))


@plays("Q-PARA-KEEP", "clear")
def test_the_next_packet_starts_empty() -> None:
    assert two_actions("clear") == [b"\x50\x02\x00\x09\xffx", b"\x40\x01\x00\x01"]


@plays("Q-PARA-KEEP", "keep")
def test_the_next_packet_starts_as_this_one_without_its_mid() -> None:
    assert two_actions("keep") == [b"\x50\x02\x00\x09\xffx", b"\x50\x02\x00\x01\xffx"]


# ── Q-QUEUE-FULL ──────────────────────────────────────────────────────────────────────────────────────────────────


def overrun(choice: str) -> tuple[list[bytes], list[str], list[str]]:
    """Fill the queue and let a separate response come: what the modem sends, says, and has then."""
    modem = ready(queue_length=2, quirks={"Q-QUEUE-FULL": choice})
    say_all(modem, "AT+CCOAPPARA=token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, EMPTY, 1))
    arrive(modem, Message(NON, 1, 101))
    arrive(modem, Message(NON, 1, 102))
    effects = arrive(modem, Message(CON, 0x45, 7, b"t"))
    return sent(effects), lines(effects), say(modem, "AT+CCOAPACTION=4")


@plays("Q-QUEUE-FULL", "hold")
def test_a_packet_without_room_counts_as_lost_on_the_way() -> None:
    assert overrun("hold") == ([], ["+CCOAPACTION: 1,101"], ["+CCOAPACTION: 4,2,101", "OK"])


@plays("Q-QUEUE-FULL", "drop-new")
def test_a_packet_without_room_is_acknowledged_and_dropped() -> None:
    ack = encode(Message(ACK, EMPTY, 7))
    assert overrun("drop-new") == ([ack], ["+CCOAPACTION: 1,101"], ["+CCOAPACTION: 4,2,101", "OK"])


@plays("Q-QUEUE-FULL", "drop-old")
def test_the_oldest_packet_makes_room() -> None:
    ack = encode(Message(ACK, EMPTY, 7))
    assert overrun("drop-old") == (
        [ack],
        ["+CCOAPACTION: 1,101", "+CCOAPRECV: 7,5,0"],
        ["+CCOAPACTION: 4,2,102", "OK"],
    )


# ── Q-TIMEOUT ─────────────────────────────────────────────────────────────────────────────────────────────────────


def given_up_at(choice: str) -> list[float]:
    """When a NON, an acknowledged CON, and a CON that nobody acknowledges are given up, in seconds."""
    moments = []
    for assembled, acknowledged in (("type,NON", False), ("type,CON", True), ("type,CON", False)):
        modem = chosen("Q-TIMEOUT", choice)
        say_all(modem, f"AT+CCOAPPARA={assembled}", "AT+CCOAPACTION")
        if acknowledged:
            arrive(modem, Message(ACK, EMPTY, 1))
        [moment] = [
            moment for moment, effect in wait(modem, seconds(999)) if effect == UartTx(b"\r\n+CCOAPACTION: 2,1\r\n")
        ]
        moments.append(moment / 1_000_000)
    return moments


@plays("Q-TIMEOUT", "rfc7252")
def test_exchanges_end_after_the_lifetimes_of_the_rfc() -> None:
    non, acknowledged, silent = given_up_at("rfc7252")
    assert (non, acknowledged, 62 <= silent <= 93) == (145, 247, True)


@plays("Q-TIMEOUT", "seconds")
def test_exchanges_end_after_the_seconds_that_were_chosen() -> None:
    assert given_up_at("12.5") == [12.5, 12.5, 12.5]
    assert given_up_at("600") == [600, 600, 600]


# ── Q-INIT-TWICE ──────────────────────────────────────────────────────────────────────────────────────────────────


@plays("Q-INIT-TWICE", "error")
def test_a_second_init_is_an_error() -> None:
    assert refusal(chosen("Q-INIT-TWICE", "error"), "AT+CCOAPINIT")[0] == 3


@plays("Q-INIT-TWICE", "ok")
def test_a_second_init_is_fine_and_changes_nothing() -> None:
    modem = chosen("Q-INIT-TWICE", "ok")
    say_all(modem, "AT+CCOAPPARA=payload,0,kept", "AT")
    assert type_(modem, "AT+CCOAPINIT") == [UartTx(b"AT+CCOAPINIT\r\r\nOK\r\n")]
    assert sent(type_(modem, "AT+CCOAPACTION")) == [b"\x40\x01\x00\x01\xffkept"]


# ── decisions of ours, which have one choice ──────────────────────────────────────────────────────────────────────


@plays("Q-MID-REUSE", "lifetime")
def test_a_mid_is_in_use_for_its_lifetime() -> None:
    modem = ready()
    say_all(modem, "AT+CCOAPPARA=mid,1", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1))
    say_all(modem, "AT+CCOAPPARA=mid,1", "AT")
    assert refusal(modem, "AT+CCOAPACTION", seconds(246))[0] == 3
    assert say(modem, "AT+CCOAPACTION", seconds(247))[0] == "+CCOAPACTION: 0,1"
    assert say(modem, "AT+CCOAPACTION", seconds(247))[0] == "+CCOAPACTION: 0,2"


@plays("Q-ANSWER-URL", "none")
def test_a_server_needs_no_url() -> None:
    modem = online()
    say_all(modem, "AT+CCOAPINIT", "AT")
    arrive(modem, Message(CON, 1, 5), source=OTHER)
    say_all(modem, "AT+CCOAPPARA=type,ACK,mid,5,code,45", "AT")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(OTHER, b"\x60\x45\x00\x05")
    assert refusal(modem, "AT+CCOAPACTION")[0] == 3


@plays("Q-ANSWER-TOKEN", "request")
def test_an_answer_without_token_takes_that_of_its_request() -> None:
    modem = ready()
    arrive(modem, Message(CON, 1, 5, b"tok"))
    say_all(modem, "AT+CCOAPPARA=type,ACK,mid,5,code,45", "AT")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [b"\x63\x45\x00\x05tok"]


@plays("Q-BODY-LIMIT", "timeout")
def test_a_body_beyond_the_limit_ends_as_if_the_response_did_not_come() -> None:
    modem = ready(longest_body=31, block_exponent=0)
    type_(modem, "AT+CCOAPACTION")
    # Block2 0/1/16, then 1/1/16: more is to come after 32 bytes.
    question = sent(arrive(modem, b"\x60\x45\x00\x01\xd1\x0a\x08\xff" + b"A" * 16))[0]
    token = question[4:8]
    assert question == b"\x44\x01\x00\x02" + token + b"\xd1\x0a\x10"
    assert arrive(modem, b"\x64\x45\x00\x02" + token + b"\xd1\x0a\x18\xff" + b"A" * 16) == [
        Note("mid 1: the body is longer than 31 bytes"),
        UartTx(b"\r\n+CCOAPACTION: 2,1\r\n"),
    ]


@plays("Q-TERM-OBSERVE", "silent")
def test_term_ends_an_observation_without_a_word_to_the_server() -> None:
    modem = ready()
    say_all(modem, "AT+CCOAPPARA=observe,0,token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"t", ((6, b"\x01"),)))
    assert type_(modem, "AT+CCOAPTERM") == [UartTx(b"AT+CCOAPTERM\r\r\nOK\r\n"), SocketClose()]
    say(modem, "AT+CCOAPINIT")
    assert sent(arrive(modem, Message(NON, 0x45, 9, b"t", ((6, b"\x02"),)))) == []


@plays("Q-RST-PEER", "sender")
def test_an_rst_goes_to_the_sender_of_what_it_rejects() -> None:
    modem = ready()
    say_all(modem, "AT+CCOAPPARA=observe,0,token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"t", ((6, b"\x01"),)))
    arrive(modem, Message(NON, 0x45, 900, b"t", ((6, b"\x02"),)))
    say_all(modem, "AT+CCOAPURL=coap://192.0.2.2", "AT+CCOAPPARA=type,RST,code,0,mid,900", "AT")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(PEER, bytes.fromhex("70000384"))
    say_all(modem, "AT+CCOAPPARA=type,RST,code,0,mid,901", "AT")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(OTHER, bytes.fromhex("70000385"))


@plays("Q-URC-HALF-LINE", "holdoff")
def test_a_half_typed_line_holds_urcs_back_for_a_while() -> None:
    modem = ready(urc_holdoff=3.0)
    modem.handle(UartRx(b"AT+C"), 0)
    assert arrive(modem, Message(NON, 1, 5), seconds(1)) == []
    assert wait(modem, seconds(9)) == [(seconds(3), UartTx(b"\r\n+CCOAPRECV: 5,4,0\r\n"))]


@plays("Q-BEARER-DROP", "socket-error")
def test_the_exchanges_end_when_the_te_drops_the_bearer() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    say(modem, "AT+CNACT=0")
    assert lines(modem.handle(BearerLost(0, "closed by the TE"), 0)) == ["+APP PDP: DEACTIVE", "+CCOAPACTION: 3"]


@plays("Q-HEAD-LISTS", "ampersand")
def test_etags_are_joined_by_an_ampersand() -> None:
    modem = ready()
    arrive(modem, Message(NON, 1, 5, b"", ((4, b"\x01"), (4, b"\x02\x03"))), source=PEER)
    assert say(modem, "AT+CCOAPHEAD=5,1")[0].split(",")[9] == "01&0203"


@plays("Q-CPIN-OFF", "not-ready")
def test_the_card_is_not_ready_at_minimum_functionality() -> None:
    modem = powered()
    say(modem, "AT+CFUN=0")
    assert say(modem, "AT+CPIN?") == ["+CPIN: NOT READY", "OK"]
    assert say(registered(), "AT+CPIN?") == ["+CPIN: READY", "OK"]


@plays("Q-CSCLK-AUTO", "sleep")
def test_the_uart_sleeps_by_itself() -> None:
    modem = chosen("Q-CSCLK-AUTO", "sleep")
    assert say_all(modem, "AT+CSCLK=2", "AT+CSCLK?") == ["+CSCLK: 2", "OK"]
    wait(modem, seconds(5))
    assert say(modem, "AT", seconds(5)) == []


@plays("Q-CSCLK-AUTO", "error")
def test_the_uart_does_not_sleep_by_itself() -> None:
    modem = chosen("Q-CSCLK-AUTO", "error")
    assert refusal(modem, "AT+CSCLK=2")[0] == 793
    assert say(modem, "AT+CSCLK?") == ["+CSCLK: 0", "OK"]


@plays("Q-PSM-STATE", "restart")
def test_psm_ends_as_a_restart_does() -> None:
    modem = ready()
    say_all(modem, "ATE0", 'AT+CPSMS=1,,,"00100001","00000000"')
    modem.handle(AreaAccepted(0b001_00001, 0, None, None), 0)
    modem.handle(ConnectionChanged(connected=False), 0)
    wait(modem, 0)
    modem.handle(PowerOn(), seconds(60))
    assert refusal(modem, "AT+CCOAPTERM") == (3, "there is no CoAP object: send AT+CCOAPINIT first")
