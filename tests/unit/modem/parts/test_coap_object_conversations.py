"""The CoAP object beyond one exchange: long bodies, observations, groups (RFC 7959, RFC 7641, RFC 7252 §8)."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap.message import Message, decode
from modemtwin.coap.numbers import ACK, BLOCK1, BLOCK2, CON, EMPTY, NON, OBSERVE, RST
from modemtwin.modem.board import Modem
from modemtwin.modem.doors import BearerLost, DatagramTx, Effect, Note, Resolved, SocketFailed, UartTx
from tests.modem_harness import OTHER, PEER, arrive, lines, ready, refusal, say, say_all, sent, type_, wait

APPEND = {"Q-PAYLOAD-APPEND": "append"}
HALF_LINE = "41" * 256
"""256 bytes in hex, which is near what a command line holds."""


def assembled(size: int) -> Modem:
    """A modem whose packet under assembly is a PUT with so many bytes, a multiple of 256."""
    modem = ready(quirks=APPEND)
    say_all(modem, "ATE0", "AT+CCOAPPARA=code,3")
    for _ in range(size // 256):
        assert type_(modem, f"AT+CCOAPPARA=payload,1,{HALF_LINE}") == [UartTx(b"\r\nOK\r\n")]
    return modem


def first_sent(effects: list[Effect]) -> Message:
    """The first datagram that leaves among some effects."""
    message = decode(sent(effects)[0])
    assert isinstance(message, Message)
    return message


def observing(modem: Modem) -> Modem:
    """A modem that observes with token t."""
    say_all(modem, "AT+CCOAPPARA=observe,0,token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"t", ((OBSERVE, b"\x01"),)))
    return modem


def notification(number: int, mid: int, payload: bytes = b"") -> Message:
    return Message(NON, 0x45, mid, b"t", ((OBSERVE, bytes([number])),), payload)


# ── long bodies ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_64_kib_go_out_in_64_blocks_and_are_one_packet_to_the_te() -> None:
    modem = assembled(65_536)
    assert refusal_without_echo(modem, "AT+CCOAPPARA=payload,0,B") == "the payload is 65537 bytes; a packet holds 65536"
    question = first_sent(type_(modem, "AT+CCOAPACTION"))
    body, heard = b"", []
    for number in range(64):
        more = number < 63
        block = (number << 4 | more << 3 | 6).to_bytes(2, "big").lstrip(b"\0")
        assert (question.first(BLOCK1), len(question.payload)) == (block, 1024)
        body += question.payload
        code = 0x5F if more else 0x44
        effects = arrive(modem, Message(ACK, code, question.mid, question.token, ((BLOCK1, block),)))
        heard += lines(effects)
        question = first_sent(effects) if more else question
    assert (body, heard) == (b"A" * 65_536, ["+CCOAPRECV: 1,8,0"])
    assert modem.next_timer() is None


def refusal_without_echo(modem: Modem, line: str) -> str:
    """Why a line is refused while echo is off."""
    said, refused = type_(modem, line)
    assert said == UartTx(b"\r\nERROR\r\n")
    return getattr(refused, "reason", "")


def test_an_answer_of_64_kib_is_read_whole_and_one_byte_more_is_too_much() -> None:
    for size, outcome in ((65_536, "+CCOAPRECV: 1,65546,65536"), (65_537, "+CCOAPACTION: 2,1")):
        modem = ready()
        question, effects = first_sent(type_(modem, "AT+CCOAPACTION")), list[Effect]()
        for start in range(0, size, 1024):
            more = start + 1024 < size
            block = (start >> 6 | more << 3 | 6).to_bytes(2, "big").lstrip(b"\0")
            payload = b"y" * min(1024, size - start)
            effects = arrive(
                modem, Message(ACK, 0x45, question.mid, question.token, ((4, b"\x01"), (BLOCK2, block)), payload)
            )
            if lines(effects):
                break
            question = first_sent(effects)
        assert lines(effects) == [outcome]


def test_a_socket_error_in_the_middle_of_a_body_is_told_once() -> None:
    modem = ready(block_exponent=0)
    type_(modem, "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"", ((BLOCK2, b"\x08"),), b"0123456789abcdef"))
    assert lines(modem.handle(SocketFailed("no route", PEER), 0)) == ["+CCOAPACTION: 3"]
    assert wait(modem, seconds(300)) == []


def test_the_next_packet_does_not_wait_for_the_whole_body_but_for_the_question_on_its_way() -> None:
    modem = ready(block_exponent=0)
    type_(modem, "AT+CCOAPACTION")
    question = first_sent(arrive(modem, Message(ACK, 0x45, 1, b"", ((BLOCK2, b"\x08"),), b"0123456789abcdef")))
    assert type_(modem, "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,3\r\n\r\nOK\r\n"),
        Note("mid 3 waits for mid 2 (NSTART, RFC 7252 §4.7)"),
    ]
    effects = arrive(modem, Message(ACK, 0x45, 2, question.token, ((BLOCK2, b"\x10"),), b"end"))
    assert (sent(effects), lines(effects)) == ([bytes.fromhex("40010003")], ["+CCOAPRECV: 1,27,19"])


# ── observations ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_notification_is_announced_until_observe_1() -> None:
    modem = observing(ready())
    assert [lines(arrive(modem, notification(number, 500 + number))) for number in (2, 3, 4)] == [
        ["+CCOAPRECV: 502,7,0"],
        ["+CCOAPRECV: 503,7,0"],
        ["+CCOAPRECV: 504,7,0"],
    ]
    say_all(modem, "AT+CCOAPPARA=observe,1,token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 2, b"t"))
    effects = arrive(modem, notification(5, 505))
    assert (sent(effects), lines(effects)) == ([bytes.fromhex("700001f9")], [])


def test_an_rst_with_the_mid_of_a_notification_goes_to_the_observed_server() -> None:
    modem = observing(ready())
    arrive(modem, notification(2, 502))
    say_all(modem, "AT+CCOAPURL=coap://192.0.2.2", "AT+CCOAPPARA=type,RST,mid,502,code,0", "AT")
    assert type_(modem, "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,502\r\n\r\nOK\r\n"),
        DatagramTx(PEER, bytes.fromhex("700001f6")),
    ]
    assert modem.next_timer() is None


def test_an_rst_that_coap_forbids_leaves_the_observation_alone() -> None:
    modem = observing(ready())
    arrive(modem, notification(2, 502))
    say_all(modem, "AT+CCOAPPARA=type,RST,mid,502", "AT")
    assert refusal(modem, "AT+CCOAPACTION") == (3, "a RST is empty: give it code 0 (RFC 7252 §4.2)")
    assert lines(arrive(modem, notification(3, 503))) == ["+CCOAPRECV: 503,7,0"]


def test_of_two_servers_that_used_one_mid_the_last_is_rejected() -> None:
    modem = observing(ready())
    arrive(modem, notification(2, 502))
    say_all(modem, "AT+CCOAPURL=coap://192.0.2.2", "AT+CCOAPPARA=observe,0,token,0,t", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 2, b"t", ((OBSERVE, b"\x01"),)), source=OTHER)
    arrive(modem, notification(2, 502), source=OTHER)
    say_all(modem, "AT+CCOAPPARA=type,RST,mid,502,code,0", "AT")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(OTHER, bytes.fromhex("700001f6"))
    assert lines(arrive(modem, notification(3, 503))) == ["+CCOAPRECV: 503,7,0"]


def test_the_senders_of_256_answers_are_remembered() -> None:
    modem = observing(ready(quirks={"Q-QUEUE-FULL": "drop-old"}))
    for number in range(2, 258):
        arrive(modem, Message(NON, 0x45, 1000 + number, b"t", ((OBSERVE, number.to_bytes(2, "big")),)))
    say(modem, "AT+CCOAPURL=coap://192.0.2.2")
    rejected = []
    for mid in (1, 1002):
        say_all(modem, f"AT+CCOAPPARA=type,RST,mid,{mid},code,0", "AT")
        [datagram] = [each for each in type_(modem, "AT+CCOAPACTION") if isinstance(each, DatagramTx)]
        rejected.append(datagram.destination)
    assert rejected == [OTHER, PEER]


def test_each_observation_ends_with_a_urc_of_its_own_when_the_bearer_goes() -> None:
    modem = observing(ready())
    say_all(modem, "AT+CCOAPPARA=observe,0,token,0,u", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 2, b"u", ((OBSERVE, b"\x01"),)))
    assert lines(modem.handle(BearerLost(0, "dropped"), 0)) == [
        "+APP PDP: DEACTIVE",
        "+CCOAPACTION: 3",
        "+CCOAPACTION: 3",
    ]
    assert modem.next_timer() is None


def test_con_notifications_without_room_come_again() -> None:
    modem = observing(ready(queue_length=1))
    confirmable = notification(2, 502)._replace(type=CON)
    effects = arrive(modem, confirmable)
    assert (sent(effects), lines(effects)) == ([], ["+CCOAPACTION: 1,1"])
    say(modem, "AT+CCOAPREAD=1")
    effects = arrive(modem, confirmable, seconds(2))
    assert (sent(effects), lines(effects)) == ([bytes.fromhex("600001f6")], ["+CCOAPRECV: 502,7,0"])


# ── peers' requests ───────────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_requests_with_one_mid_the_token_says_which_is_answered() -> None:
    modem = ready()
    arrive(modem, Message(CON, 1, 7, b"a"))
    arrive(modem, Message(CON, 1, 7, b"b"), source=OTHER)
    answers = []
    for token in (",token,0,b", ""):
        say_all(modem, f"AT+CCOAPPARA=type,ACK,mid,7,code,45{token}", "AT")
        answers.append(type_(modem, "AT+CCOAPACTION")[1])
    assert answers == [
        DatagramTx(OTHER, bytes.fromhex("61450007") + b"b"),
        DatagramTx(PEER, bytes.fromhex("61450007") + b"a"),
    ]


def test_the_rst_of_the_te_to_an_open_request_goes_before_one_to_an_answer() -> None:
    modem = observing(ready())
    arrive(modem, notification(2, 502))
    arrive(modem, Message(CON, 1, 502), source=OTHER)
    say_all(modem, "AT+CCOAPPARA=type,RST,mid,502,code,0", "AT")
    assert type_(modem, "AT+CCOAPACTION")[1] == DatagramTx(OTHER, bytes.fromhex("700001f6"))


def test_an_answer_that_the_peer_does_not_want_is_not_sent_and_the_journal_says_so() -> None:
    modem = ready()
    arrive(modem, Message(CON, 2, 7, b"", ((258, b"\x02"),)))
    say_all(modem, "AT+CCOAPPARA=type,ACK,mid,7,code,44", "AT")
    assert type_(modem, "AT+CCOAPACTION") == [
        UartTx(b"AT+CCOAPACTION\r\r\n+CCOAPACTION: 0,7\r\n\r\nOK\r\n"),
        DatagramTx(PEER, bytes.fromhex("60000007")),
        Note("a datagram from 192.0.2.1 port 5683: nobody wants this answer (No-Response, RFC 7967)"),
    ]


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_to_end_what_is_not_observed_is_noted_and_sent_all_the_same() -> None:
    modem = observing(ready())
    effects = type_(modem, "AT+CCOAPPARA=observe,1,token,0,u") + type_(modem, "AT+CCOAPACTION")
    assert (
        Note(f"{PEER[0]} port {PEER[1]}: nothing is observed there with token 75, so Observe 1 ends nothing") in effects
    )
    assert first_sent(effects).token == b"u"


@pytest.mark.parametrize("group", ["224.0.1.187", "[ff02::fd]", "[FF05:0::fd]"])
def test_a_con_to_a_group_is_refused(group: str) -> None:
    error, reason = refusal(ready(url=f"coap://{group}"), "AT+CCOAPACTION")
    assert (error, reason[:35]) == (3, "a CON cannot go to the multicast gr")


@pytest.mark.parametrize("address", ["224.0.1.187", "ff02::fd"])
def test_a_con_to_a_name_that_is_that_of_a_group_is_a_socket_error_with_a_reason(address: str) -> None:
    modem = ready(url="coap://all.example")
    type_(modem, "AT+CCOAPACTION")
    assert modem.handle(Resolved("all.example", (address,)), 0) == [
        Note(f"mid 1: a CON cannot go to the multicast group {address}: use type,NON (RFC 7252 §8.1)"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n"),
    ]
    say_all(modem, "AT+CCOAPPARA=type,NON", "AT+CCOAPACTION")
    assert sent(modem.handle(Resolved("all.example", (address,)), 0)) == [b"\x50\x01\x00\x02\x3ball.example"]


def test_a_long_payload_to_a_name_that_is_that_of_a_group_is_a_socket_error_too() -> None:
    modem = ready(url="coap://all.example", block_exponent=0)
    say_all(modem, "AT+CCOAPPARA=type,NON,code,2,payload,0,0123456789abcdef!", "AT+CCOAPACTION")
    assert modem.handle(Resolved("all.example", ("224.0.1.187",)), 0) == [
        Note("mid 1: the payload is 17 bytes; to the multicast group 224.0.1.187 go at most 16"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n"),
    ]


def test_every_source_answers_a_group_once() -> None:
    modem = ready(url="coap://224.0.1.187")
    say_all(modem, "AT+CCOAPPARA=type,NON,token,0,t", "AT+CCOAPACTION")
    answer = Message(NON, 0x45, 9, b"t")
    assert [lines(arrive(modem, answer, source=(f"192.0.2.{host}", 5683))) for host in (1, 2, 1, 3)] == [
        ["+CCOAPRECV: 9,5,0"],
        ["+CCOAPRECV: 9,5,0"],
        [],
        ["+CCOAPRECV: 9,5,0"],
    ]
    assert [effect for _, effect in wait(modem, seconds(300)) if isinstance(effect, UartTx)] == []


# ── a mid that is taken while a name is looked up ─────────────────────────────────────────────────────────────────


def test_a_mid_of_the_tes_own_that_a_further_block_took_meanwhile_is_a_socket_error() -> None:
    modem = ready(block_exponent=0)
    type_(modem, "AT+CCOAPACTION")
    say_all(modem, "AT+CCOAPURL=coap://example.net", "AT+CCOAPPARA=mid,2", "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"", ((BLOCK2, b"\x08"),), b"0123456789abcdef"))
    assert modem.handle(Resolved("example.net", ("192.0.2.2",)), 0) == [
        Note("mid 2: the question for a further block took this mid meanwhile"),
        UartTx(b"\r\n+CCOAPACTION: 3\r\n"),
    ]


def test_a_rejected_question_for_a_further_block_ends_the_packet_of_the_te() -> None:
    modem = ready(block_exponent=0)
    type_(modem, "AT+CCOAPACTION")
    arrive(modem, Message(ACK, 0x45, 1, b"", ((BLOCK2, b"\x08"),), b"0123456789abcdef"))
    assert lines(arrive(modem, Message(RST, EMPTY, 2))) == ["+CCOAPRECV: 1,4,0"]
    assert say(modem, "AT+CCOAPHEAD=1,0") == ["+CCOAPHEAD: 0,4,70000001", "OK"]
