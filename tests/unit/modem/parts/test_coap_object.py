"""The CoAP object: what leaves, what comes, how each exchange ends (behaviour of COAP-AN §3, RFC 7252)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from modemtwin.clockwork import MICROSECONDS, Micros, seconds
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import ACK, CON, EMPTY, NON, RST
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import (
    BearerLost,
    DatagramTx,
    Effect,
    Note,
    Refused,
    Resolve,
    Resolved,
    SocketClose,
    SocketFailed,
    SocketOpened,
    UartRx,
    UartTx,
)
from modemtwin.modem.profile import load
from tests.modem_harness import (
    OTHER,
    PEER,
    arrive,
    lines,
    online,
    ready,
    refusal,
    say,
    say_all,
    sent,
    type_,
    wait,
    without_notes,
)

GET = bytes.fromhex("40010001")


def urcs(happened: list[tuple[Micros, Effect]]) -> list[tuple[float, str]]:
    """When which URC came, in seconds."""
    return [
        (moment / MICROSECONDS, line)
        for moment, effect in happened
        if isinstance(effect, UartTx)
        for line in lines([effect])
    ]


def datagrams(happened: list[tuple[Micros, Effect]]) -> list[tuple[float, bytes]]:
    """When which datagram left, in seconds."""
    return [(moment / MICROSECONDS, effect.data) for moment, effect in happened if isinstance(effect, DatagramTx)]


# ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_mids_count_up_from_1_and_a_con_waits_for_the_one_before_it() -> None:
    modem = ready()
    assert sent(type_(modem, "AT+CCOAPACTION")) == [GET]
    assert type_(modem, "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,2\r\n\r\nOK\r\n"),
        Note("mid 2 waits for mid 1 (NSTART, RFC 7252 §4.7)"),
    ]
    assert arrive(modem, Message(ACK, 0x45, 1)) == [
        DatagramTx(PEER, bytes.fromhex("40010002")),
        UartTx(b"\r\n+CCOAPRECV: 1,4,0\r\n"),
    ]


def test_cons_to_different_peers_do_not_wait_for_each_other() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    say(modem, "AT+CCOAPURL=coap://192.0.2.2")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("40010002")]


def test_a_non_waits_for_nobody() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    say(modem, "AT+CCOAPPARA=type,NON")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("50010002")]


def test_nstart_is_a_fact_of_the_profile() -> None:
    modem = ready(nstart=2)
    assert [len(sent(type_(modem, "AT+CCOAPACTION"))) for _ in range(3)] == [1, 1, 0]


def test_the_seventeenth_packet_that_would_wait_is_refused() -> None:
    modem = ready()
    for mid in range(1, 18):
        assert say(modem, "AT+CCOAPACTION") == [f"+CCOAPACTION: 0,{mid}", "OK"]
    reason = "16 packets wait to be sent already (NSTART, RFC 7252 §4.7): wait for their answers"
    say(modem, 'AT+CCOAPPARA=payload,0,"kept"')
    assert refusal(modem, "AT+CCOAPACTION") == (3, reason)
    arrive(modem, Message(ACK, 0x45, 1))
    assert say(modem, "AT+CCOAPACTION") == ["+CCOAPACTION: 0,18", "OK"]
    answered: list[bytes] = []
    for mid in range(2, 18):
        answered += sent(arrive(modem, Message(ACK, 0x45, mid)))
        say(modem, "AT+CCOAPACTION=5")
    assert answered[-1] == bytes.fromhex("40010012") + b"\xffkept"


def test_packets_whose_host_is_looked_up_count_among_those_that_wait() -> None:
    modem = ready(url="coap://example.net", nstart_waiting=2)
    for line in ("AT+CCOAPACTION", "AT+CCOAPACTION"):
        assert say(modem, line)[-1] == "OK"
    assert refusal(modem, "AT+CCOAPACTION")[0] == 3
    say(modem, "AT+CCOAPPARA=type,ACK,code,45")
    assert refusal(modem, "AT+CCOAPACTION")[0] == 3


def test_a_mid_of_the_tes_own_is_used_once_and_skipped_by_those_that_count_up() -> None:
    modem = ready()
    assert say_all(modem, "AT+CCOAPPARA=mid,2,type,NON", "AT+CCOAPACTION")[0] == "+CCOAPACTION: 0,2"
    say(modem, "AT+CCOAPPARA=mid,2,type,NON")
    reason = "mid 2 is still in use: EXCHANGE_LIFETIME has not passed (RFC 7252 §4.4)"
    assert refusal(modem, "AT+CCOAPACTION") == (3, reason)
    say(modem, "AT+CCOAPPARA=mid,65535")
    assert say(modem, "AT+CCOAPACTION")[0] == "+CCOAPACTION: 0,65535"
    assert [say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")[0] for _ in range(2)] == [
        "+CCOAPACTION: 0,1",
        "+CCOAPACTION: 0,3",
    ]
    wait(modem, seconds(247))
    assert say_all(modem, "AT+CCOAPPARA=mid,2,type,NON", "AT+CCOAPACTION", now=seconds(247))[0] == "+CCOAPACTION: 0,2"


def test_a_mid_of_a_packet_that_waits_for_its_name_is_in_use_too() -> None:
    modem = ready(url="coap://example.net")
    assert say_all(modem, "AT+CCOAPPARA=mid,1", "AT+CCOAPACTION")[0] == "+CCOAPACTION: 0,1"
    say(modem, "AT+CCOAPPARA=mid,1")
    assert refusal(modem, "AT+CCOAPACTION")[0] == 3
    say(modem, "AT+CCOAPPARA=mid,7")
    assert [say(modem, "AT+CCOAPACTION")[0] for _ in range(2)] == ["+CCOAPACTION: 0,7", "+CCOAPACTION: 0,2"]
    assert sent(modem.handle(Resolved("example.net", ("192.0.2.1",)), 0)) == [
        bytes.fromhex("40010001") + b"\x3bexample.net"
    ]


def test_mid_0_is_used_when_the_te_asks_for_it() -> None:
    modem = ready()
    say(modem, "AT+CCOAPPARA=mid,0")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("40010000")]


def test_after_65535_comes_1_again() -> None:
    modem = ready(seed=3, nstart_waiting=100_000, urc_holdoff=0.0)
    typed = "AT+CCOAPPARA=type,RST,code,0;+CCOAPACTION"
    assert say(modem, typed)[0] == "+CCOAPACTION: 0,1"
    for _ in range(65534):
        type_(modem, typed)
    assert say(modem, typed)[0] == "+CCOAPACTION: 0,1"


def test_the_first_time_out_is_drawn_between_2_and_3_seconds_and_doubles() -> None:
    modem = ready(seed=1)
    type_(modem, "AT+CCOAPACTION")
    first = seconds(2) + int(seconds(1) * Random(1).random())
    moments = [moment for moment, _ in datagrams(wait(modem, seconds(300)))]
    assert moments == [first * times / MICROSECONDS for times in (1, 3, 7, 15)]


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_is_looked_up_after_ok_and_goes_into_the_packet() -> None:
    modem = ready(url="coap://Example.net:61616/a?b")
    assert type_(modem, "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
        Resolve("example.net"),
    ]
    assert modem.handle(Resolved("example.net", ("192.0.2.7", "2001:db8::1")), 0) == [
        DatagramTx(("192.0.2.7", 61616), bytes.fromhex("40010001") + b"\x3bexample.net\x81a\x41b"),
    ]


def test_packets_for_one_name_wait_for_one_look_up() -> None:
    modem = ready(url="coap://example.net")
    say(modem, "AT+CCOAPPARA=type,NON")
    type_(modem, "AT+CCOAPACTION")
    say(modem, "AT+CCOAPPARA=type,NON")
    assert [type(effect) for effect in type_(modem, "AT+CCOAPACTION")] == [UartTx]
    assert sent(modem.handle(Resolved("example.net", ("192.0.2.1",)), 0)) == [
        b"\x50\x01\x00\x01\x3bexample.net",
        b"\x50\x01\x00\x02\x3bexample.net",
    ]


def test_a_name_without_address_is_a_socket_error_for_each_packet() -> None:
    modem = ready(url="coap://nowhere.example")
    type_(modem, "AT+CCOAPACTION")
    type_(modem, "AT+CCOAPACTION")
    assert modem.handle(Resolved("nowhere.example", (), "NXDOMAIN"), 0) == [
        Note("no address for nowhere.example: NXDOMAIN"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n\r\n+CCOAPACTION: 3\r\n"),
    ]
    assert modem.next_timer() is None


def test_an_ipv6_address_is_spelled_as_a_socket_spells_it() -> None:
    modem = ready(url="coap://[2001:DB8:0:0::1]:5684")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(("2001:db8::1", 5684), GET)


# ── how an exchange ends ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_con_without_any_answer_is_given_up_after_five_transmissions() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    happened = wait(modem, seconds(300))
    assert [data for _, data in datagrams(happened)] == [GET] * 4
    [(moment, line)] = urcs(happened)
    assert (line, 62 <= moment <= 93) == ("+CCOAPACTION: 2,1", True)
    assert Note("mid 1: no ACK after 5 transmissions") in [effect for _, effect in happened]


def test_an_acknowledged_request_without_response_is_given_up_after_247_seconds() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    assert arrive(modem, Message(ACK, EMPTY, 1), seconds(1)) == []
    assert wait(modem, seconds(300)) == [
        (seconds(247), Note("mid 1: acknowledged, but no response within 247 s")),
        (seconds(247), UartTx(b"\r\n+CCOAPACTION: 2,1\r\n")),
    ]


def test_a_non_request_without_response_is_given_up_after_145_seconds() -> None:
    modem = ready()
    say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")
    assert wait(modem, seconds(300)) == [
        (seconds(145), Note("mid 1: no response within 145 s")),
        (seconds(145), UartTx(b"\r\n+CCOAPACTION: 2,1\r\n")),
    ]


def test_a_late_packet_that_waited_for_nstart_goes_when_the_one_before_is_given_up() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    type_(modem, "AT+CCOAPACTION")
    happened = wait(modem, seconds(200))
    assert [data[3] for _, data in datagrams(happened)] == [1, 1, 1, 1, 2, 2, 2, 2, 2]
    assert [line for _, line in urcs(happened)] == ["+CCOAPACTION: 2,1", "+CCOAPACTION: 2,2"]


def test_the_loss_of_the_bearer_ends_every_exchange_with_a_urc_of_its_own() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    type_(modem, "AT+CCOAPACTION")
    say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")
    say_all(modem, "AT+CCOAPURL=coap://example.net", "AT+CCOAPACTION")
    assert modem.handle(BearerLost(0, "the network is gone"), 0) == [
        Note("no bearer: the network is gone"),
        UartTx(b"\r\n+APP PDP: DEACTIVE\r\n" + b"\r\n+CCOAPACTION: 3\r\n" * 4),
    ]
    assert modem.next_timer() is None
    assert modem.handle(Resolved("example.net", ("192.0.2.1",)), 0) == []


def test_a_socket_error_ends_the_exchanges_with_the_peer_it_speaks_of() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    type_(modem, "AT+CCOAPACTION")
    say_all(modem, "AT+CCOAPURL=coap://192.0.2.2", "AT+CCOAPACTION")
    assert modem.handle(SocketFailed("connection refused", PEER), 0) == [
        Note("socket error: connection refused"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n\r\n+CCOAPACTION: 3\r\n"),
    ]
    assert lines(modem.handle(SocketFailed("the socket is gone"), 0)) == ["+CCOAPACTION: 3"]


def test_term_ends_every_exchange_silently() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    type_(modem, "AT+CCOAPACTION")
    assert type_(modem, "AT+CCOAPTERM") == [UartTx(b"AT+CCOAPTERM\r\r\nOK\r\n"), SocketClose()]
    assert wait(modem, seconds(300)) == []


def test_with_a_time_of_its_own_every_exchange_ends_that_long_after_it_began() -> None:
    modem = ready(quirks={"Q-TIMEOUT": "12.5"})
    type_(modem, "AT+CCOAPACTION")
    say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")
    assert urcs(wait(modem, seconds(300))) == [(12.5, "+CCOAPACTION: 2,1"), (12.5, "+CCOAPACTION: 2,2")]


# ── what arrives ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_piggybacked_response_is_announced_with_its_sizes() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    assert arrive(modem, bytes.fromhex("60840001ff4e6f7420466f756e64")) == [UartTx(b"\r\n+CCOAPRECV: 1,14,9\r\n")]


def test_a_separate_response_is_acknowledged_and_announced_under_its_own_mid() -> None:
    modem = ready()
    say_all(modem, 'AT+CCOAPPARA=token,1,"0102"', "AT+CCOAPACTION")
    arrive(modem, Message(ACK, EMPTY, 1))
    assert arrive(modem, Message(CON, 0x45, 700, b"\x01\x02", (), b"hi")) == [
        DatagramTx(PEER, bytes.fromhex("600002bc")),
        UartTx(b"\r\n+CCOAPRECV: 700,9,2\r\n"),
    ]


def test_a_separate_response_is_acknowledged_even_when_the_ack_was_lost() -> None:
    modem = ready()
    say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    assert sent(arrive(modem, Message(CON, 0x45, 700, b"t"))) == [bytes.fromhex("600002bc")]
    assert modem.next_timer() is None


def test_a_response_of_another_peer_or_token_belongs_to_nobody() -> None:
    modem = ready()
    say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    assert without_notes(arrive(modem, Message(ACK, 0x45, 1, b"t"), source=OTHER)) == []
    assert without_notes(arrive(modem, Message(ACK, 0x45, 1, b"x"))) == []
    assert without_notes(arrive(modem, Message(CON, 0x45, 9, b"x"))) == [DatagramTx(PEER, bytes.fromhex("70000009"))]
    assert without_notes(arrive(modem, Message(NON, 0x45, 9, b"x"))) == []
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,0,0", "OK"]


def test_of_requests_with_one_token_the_oldest_takes_the_answer() -> None:
    modem = ready(nstart=2)
    for _ in range(2):
        say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    arrive(modem, Message(ACK, EMPTY, 1))
    arrive(modem, Message(ACK, EMPTY, 2))
    arrive(modem, Message(NON, 0x45, 50, b"t"))
    assert urcs(wait(modem, seconds(300))) == [(247.0, "+CCOAPACTION: 2,2")]


def test_a_reset_of_a_con_lies_in_the_queue() -> None:
    modem = ready()
    type_(modem, "AT+CCOAPACTION")
    assert arrive(modem, Message(RST, EMPTY, 1)) == [UartTx(b"\r\n+CCOAPRECV: 1,4,0\r\n")]
    assert say(modem, "AT+CCOAPHEAD=1,0") == ["+CCOAPHEAD: 0,4,70000001", "OK"]


def test_a_reset_of_a_non_is_not_announced() -> None:
    modem = ready()
    say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")
    assert without_notes(arrive(modem, Message(RST, EMPTY, 1))) == []


def test_a_ping_of_the_te_is_answered_by_a_reset_in_the_queue() -> None:
    modem = ready()
    say(modem, "AT+CCOAPPARA=code,0")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("40000001")]
    assert lines(arrive(modem, Message(RST, EMPTY, 1))) == ["+CCOAPRECV: 1,4,0"]


def test_a_ping_of_a_peer_is_answered_by_the_modem() -> None:
    assert without_notes(arrive(ready(), Message(CON, EMPTY, 77))) == [DatagramTx(PEER, bytes.fromhex("7000004d"))]


@pytest.mark.parametrize("data", ["", "40", "80010001", "41", "400100", "50000001"])
def test_what_is_no_message_is_ignored(data: str) -> None:
    modem = ready()
    effects = arrive(modem, bytes.fromhex(data))
    assert [type(effect) for effect in effects] == [Note]


def test_a_malformed_con_is_rejected() -> None:
    assert without_notes(arrive(ready(), bytes.fromhex("49010007"))) == [DatagramTx(PEER, bytes.fromhex("70000007"))]


def test_duplicates_are_answered_and_never_queued_twice() -> None:
    modem = ready()
    say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    arrive(modem, Message(CON, 0x45, 700, b"t"))
    assert without_notes(arrive(modem, Message(CON, 0x45, 700, b"t"), seconds(4))) == [
        DatagramTx(PEER, bytes.fromhex("600002bc"))
    ]
    assert without_notes(arrive(modem, Message(ACK, 0x45, 1, b"t"), seconds(5))) == []
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,1,700", "OK"]


# ── the modem is a server too ─────────────────────────────────────────────────────────────────────────────────────

REQUEST = Message(CON, 1, 1234, b"tok", ((11, b"led"),))


def test_a_request_of_a_peer_is_queued_and_answered_by_an_ack_of_the_te() -> None:
    modem = ready()
    assert arrive(modem, REQUEST) == [UartTx(b"\r\n+CCOAPRECV: 1234,11,0\r\n")]
    say(modem, 'AT+CCOAPPARA=type,"ACK",mid,1234,code,45,token,0,"tok",payload,0,"on"')
    assert type_(modem, "AT+CCOAPACTION", seconds(0.9)) == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1234\r\n\r\nOK\r\n"),
        DatagramTx(PEER, bytes.fromhex("634504d2") + b"tok\xffon"),
    ]
    assert modem.next_timer() is None


def test_an_answer_needs_no_url_and_goes_to_the_peer_that_asked() -> None:
    modem = ready(url="coap://192.0.2.9/elsewhere")
    arrive(modem, REQUEST, source=OTHER)
    say(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,45")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(OTHER, bytes.fromhex("634504d2") + b"tok")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(("192.0.2.9", 5683), GET + b"\xb9elsewhere")


def test_a_repeated_request_gets_the_same_answer_again() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    say_all(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,45", "AT+CCOAPACTION")
    assert without_notes(arrive(modem, REQUEST, seconds(2))) == [DatagramTx(PEER, bytes.fromhex("634504d2") + b"tok")]


def test_after_a_second_the_modem_acknowledges_by_itself() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    assert wait(modem, seconds(5)) == [(seconds(1), DatagramTx(PEER, bytes.fromhex("600004d2")))]


def test_the_answer_time_is_a_fact_of_the_profile() -> None:
    modem = ready(answer_time=0.25)
    arrive(modem, REQUEST)
    assert modem.next_timer() == seconds(0.25)


def late(request: Message, line: str) -> list[Effect]:
    modem = ready()
    arrive(modem, request)
    wait(modem, seconds(5))
    say(modem, line, seconds(6))
    return type_(modem, "AT+CCOAPACTION", seconds(6))


def test_a_late_answer_goes_out_as_con_with_the_token_of_the_request() -> None:
    assert late(REQUEST, 'AT+CCOAPPARA=type,ACK,mid,1234,code,45,payload,0,"on"') == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
        Note("mid 1234 was acknowledged already: the answer goes out as CON"),
        DatagramTx(PEER, bytes.fromhex("43450001") + b"tok\xffon"),
    ]


def test_the_answer_to_a_non_goes_out_as_non_with_its_token() -> None:
    assert late(REQUEST._replace(type=NON), "AT+CCOAPPARA=type,ACK,mid,1234,code,45") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,1\r\n\r\nOK\r\n"),
        Note("mid 1234 is that of a NON: the answer goes out as NON"),
        DatagramTx(PEER, bytes.fromhex("53450001") + b"tok"),
    ]


def test_a_token_of_the_tes_own_stays_in_a_late_answer() -> None:
    assert sent(late(REQUEST, 'AT+CCOAPPARA=type,ACK,mid,1234,code,45,token,0,"own"')) == [
        bytes.fromhex("43450001") + b"own"
    ]


def test_a_late_answer_that_coap_forbids_is_refused_and_uses_no_mid_up() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    wait(modem, seconds(5))
    say(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,2")
    assert refusal(modem, "AT+CCOAPACTION") == (3, "an ACK cannot carry the request 0.02 (RFC 7252 §4.2)")
    say(modem, "AT+CCOAPPARA=code,45")
    assert say(modem, "AT+CCOAPACTION", seconds(6))[0] == "+CCOAPACTION: 0,1"


def test_a_late_answer_that_nobody_acknowledges_times_out() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    wait(modem, seconds(2))
    say_all(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,45", "AT+CCOAPACTION", now=seconds(3))
    assert [line for _, line in urcs(wait(modem, seconds(200)))] == ["+CCOAPACTION: 2,1"]


def test_the_te_may_acknowledge_first_and_answer_later() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    say(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,0")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("600004d2")]
    say(modem, "AT+CCOAPPARA=type,ACK,mid,1234,code,45")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("43450001") + b"tok"]


def test_the_te_may_reject_a_request() -> None:
    modem = ready()
    arrive(modem, REQUEST)
    say(modem, "AT+CCOAPPARA=type,RST,mid,1234,code,0")
    assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes.fromhex("700004d2")]
    assert modem.next_timer() is None


def test_a_request_with_an_unknown_critical_option_is_answered_by_the_modem() -> None:
    modem = ready()
    answer = sent(arrive(modem, Message(CON, 1, 5, b"t", ((9, b""),))))
    assert [decode(data)[:4] for data in answer] == [(ACK, 0x82, 5, b"t")]
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,0,0", "OK"]


# ── a full queue ──────────────────────────────────────────────────────────────────────────────────────────────────


def full(**changes: Any) -> Modem:
    """A modem with ten packets in its queue, mids 101 to 110."""
    modem = ready(**changes)
    for mid in range(101, 111):
        assert lines(arrive(modem, Message(NON, 1, mid))) == [f"+CCOAPRECV: {mid},4,0"]
    return modem


def test_a_packet_without_room_raises_urc_1_once() -> None:
    modem = full()
    assert arrive(modem, Message(NON, 1, 111)) == [
        Note("the receive queue is full: mid 111 counts as lost on the way"),
        UartTx(b"\r\n+CCOAPACTION: 1,101\r\n"),
    ]
    assert arrive(modem, Message(NON, 1, 112)) == [Note("the receive queue is full: mid 112 counts as lost on the way")]


def test_urc_1_comes_again_when_there_was_room_in_between() -> None:
    modem = full()
    arrive(modem, Message(NON, 1, 111))
    say(modem, "AT+CCOAPREAD=101")
    assert lines(arrive(modem, Message(NON, 1, 112))) == ["+CCOAPRECV: 112,4,0"]
    assert lines(arrive(modem, Message(NON, 1, 113))) == ["+CCOAPACTION: 1,102"]


def test_a_packet_that_was_read_makes_room() -> None:
    modem = full()
    say(modem, "AT+CCOAPREAD=105")
    assert say(modem, "AT+CCOAPHEAD=105,0")[-1] == "OK"
    assert lines(arrive(modem, Message(NON, 1, 111))) == ["+CCOAPRECV: 111,4,0"]
    assert say(modem, "AT+CCOAPHEAD=105,0") == ["ERROR"]
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,10,101", "OK"]


def test_a_con_request_without_room_is_not_acknowledged_and_comes_again() -> None:
    modem = full()
    assert sent(arrive(modem, REQUEST)) == []
    assert modem.next_timer() is None
    say(modem, "AT+CCOAPACTION=5")
    assert lines(arrive(modem, REQUEST, seconds(2))) == ["+CCOAPRECV: 1234,11,0"]


def test_a_response_without_room_is_not_acknowledged_and_delivered_when_it_comes_again() -> None:
    modem = full()
    say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    separate = Message(CON, 0x45, 700, b"t")
    assert sent(arrive(modem, separate, seconds(1))) == []
    say(modem, "AT+CCOAPREAD=101")
    assert without_notes(arrive(modem, separate, seconds(3))) == [
        DatagramTx(PEER, bytes.fromhex("600002bc")),
        UartTx(b"\r\n+CCOAPRECV: 700,5,0\r\n"),
    ]


def test_a_request_whose_answer_found_no_room_is_retransmitted_and_answered_again() -> None:
    modem = full()
    type_(modem, "AT+CCOAPACTION")
    assert without_notes(arrive(modem, Message(ACK, 0x45, 1), seconds(1))) == [UartTx(b"\r\n+CCOAPACTION: 1,101\r\n")]
    assert [data for _, data in datagrams(wait(modem, seconds(3)))] == [GET]
    say(modem, "AT+CCOAPACTION=5")
    assert lines(arrive(modem, Message(ACK, 0x45, 1), seconds(4))) == ["+CCOAPRECV: 1,4,0"]
    assert modem.next_timer() is None


def test_sends_go_on_though_nobody_reads() -> None:
    modem = full()
    type_(modem, "AT+CCOAPACTION")
    for mid in range(1, 40):
        assert sent(arrive(modem, Message(ACK, 0x45, mid))) == []
        assert sent(type_(modem, "AT+CCOAPACTION")) == [bytes((0x40, 1, 0, mid + 1))]


def test_an_empty_ack_needs_no_room() -> None:
    modem = full()
    type_(modem, "AT+CCOAPACTION")
    assert arrive(modem, Message(ACK, EMPTY, 1)) == []
    assert modem.next_timer() == seconds(247)


def test_drop_new_acknowledges_and_drops() -> None:
    modem = full(quirks={"Q-QUEUE-FULL": "drop-new"})
    say_all(modem, 'AT+CCOAPPARA=token,0,"t"', "AT+CCOAPACTION")
    assert arrive(modem, Message(CON, 0x45, 700, b"t")) == [
        DatagramTx(PEER, bytes.fromhex("600002bc")),
        Note("the receive queue is full: mid 700 is dropped (Q-QUEUE-FULL)"),
        UartTx(b"\r\n+CCOAPACTION: 1,101\r\n"),
    ]
    assert modem.next_timer() is None
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,10,101", "OK"]


def test_drop_old_gives_the_room_of_the_oldest_and_says_full_once() -> None:
    modem = full(quirks={"Q-QUEUE-FULL": "drop-old"})
    assert lines(arrive(modem, Message(NON, 1, 111))) == ["+CCOAPACTION: 1,101", "+CCOAPRECV: 111,4,0"]
    assert lines(arrive(modem, Message(NON, 1, 112))) == ["+CCOAPRECV: 112,4,0"]
    assert say(modem, "AT+CCOAPACTION=4") == ["+CCOAPACTION: 4,10,103", "OK"]


def test_the_length_of_the_queue_is_a_fact_of_the_profile() -> None:
    modem = ready(queue_length=1)
    arrive(modem, Message(NON, 1, 1))
    assert lines(arrive(modem, Message(NON, 1, 2))) == ["+CCOAPACTION: 1,1"]


def test_the_same_seed_gives_the_same_time_outs() -> None:
    assert load("sim7000").transmission().ack_random_factor == 1.5
    moments = []
    for seed in (5, 5, 6):
        modem = ready(seed=seed)
        type_(modem, "AT+CCOAPACTION")
        moments.append(modem.next_timer())
    assert moments[0] == moments[1] != moments[2]


# ── a socket that there is not, mids that are used up ─────────────────────────────────────────────────────────────


def test_a_socket_that_cannot_be_opened_makes_every_action_an_error_until_there_is_another() -> None:
    modem = online()
    say_all(modem, "AT+CCOAPINIT", "AT+CCOAPURL=coap://192.0.2.1")
    type_(modem, "AT+CCOAPACTION")
    assert modem.handle(SocketFailed("port 5683 is taken"), 0) == [
        Note("socket error: port 5683 is taken"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n"),
    ]
    assert refusal(modem, "AT+CCOAPACTION") == (
        161,
        "there is no socket: port 5683 is taken; AT+CCOAPTERM and AT+CCOAPINIT try again",
    )
    say_all(modem, "AT+CCOAPTERM", "AT+CCOAPINIT", "AT+CCOAPURL=coap://192.0.2.1")
    modem.handle(SocketOpened(49152), 0)
    assert sent(type_(modem, "AT+CCOAPACTION")) == [GET]


def test_when_every_mid_was_used_within_its_lifetime_action_is_an_error() -> None:
    modem = ready(max_retransmit=0)
    line = "AT+CCOAPPARA=type,NON,code,45;+CCOAPACTION"
    modem.handle(UartRx(b"ATE0\r"), 0)
    for _ in range(65535):
        type_(modem, line)
    type_(modem, "AT+CCOAPPARA=mid,0,type,NON,code,45;+CCOAPACTION")
    [said, refused] = type_(modem, line)
    assert (said, refused) == (
        UartTx(b"\r\nERROR\r\n"),
        Refused("AT+CCOAPACTION", 3, "every mid was used within EXCHANGE_LIFETIME (RFC 7252 §4.4)"),
    )
    assert lines(type_(modem, "AT+CCOAPACTION", seconds(300))) == ["+CCOAPACTION: 0,1", "OK"]
