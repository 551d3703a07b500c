"""What an address may get before it is verified (RFC 7252 §11.3, RFC 9175 §2.4)."""

from __future__ import annotations

from modemtwin.coap.events import Remark, Transmit
from modemtwin.coap.message import Message, encode
from modemtwin.coap.numbers import ACK, CON, CONTENT, ECHO, EMPTY, GET, OBSERVE, URI_PATH
from modemtwin.coap.strangers import ACCOUNTS, MOST_SAVED, Strangers

ONE, OTHER, SIX = ("192.0.2.7", 40_000), ("192.0.2.7", 40_001), ("2001:db8::7", 40_000)
EMPTY_REQUEST = bytes.fromhex("40010001")


def strangers() -> Strangers:
    return Strangers(b"key")


def response(size: int) -> bytes:
    return bytes.fromhex("60450001ff") + b"x" * (size - 5)


def test_the_shortest_request_over_ipv6_is_worth_the_136_bytes_of_rfc_9175() -> None:
    accounts = strangers()
    accounts.hear(EMPTY_REQUEST, SIX)
    assert accounts.room(SIX) == 136
    accounts.hear(EMPTY_REQUEST, ONE)
    assert accounts.room(ONE) == 3 * (42 + 4) - 42 == 96


def test_what_fits_goes_out_and_what_does_not_becomes_a_remark() -> None:
    accounts = strangers()
    accounts.hear(EMPTY_REQUEST, SIX)
    assert accounts.admitted([Transmit(SIX, response(136)), Transmit(SIX, bytes.fromhex("60000001"))]) == [
        Transmit(SIX, response(136)),
        Remark(
            "4 bytes not sent: more than 3 times what came from this address, which has not proven to be the sender's",
            SIX,
        ),
    ]


def test_nobody_gets_anything_for_what_another_port_or_host_has_sent() -> None:
    accounts = strangers()
    accounts.hear(EMPTY_REQUEST, ONE)
    assert (accounts.room(OTHER), accounts.room(SIX)) == (0, 0)
    assert not any(isinstance(event, Transmit) for event in accounts.admitted([Transmit(OTHER, response(5))]))


def test_our_own_requests_and_pings_are_no_answers_to_anybody() -> None:
    own = [
        Transmit(ONE, encode(Message(CON, GET, 1, payload=b"x" * 1000))),
        Transmit(ONE, encode(Message(CON, EMPTY, 2))),
    ]
    assert strangers().admitted(list(own)) == own


def test_a_request_with_the_echo_that_its_address_was_given_verifies_it() -> None:
    accounts = strangers()
    accounts.hear(encode(Message(CON, GET, 1, options=(accounts.echo(ONE),))), ONE)
    assert (accounts.trusts(ONE), accounts.room(ONE)) == (True, None)
    assert accounts.sizes() == {"strangers": 0, "verified": 1}
    assert accounts.admitted([Transmit(ONE, response(1100))]) == [Transmit(ONE, response(1100))]


def test_the_echo_of_another_address_or_server_or_in_a_response_proves_nothing() -> None:
    accounts = strangers()
    for echo in (accounts.echo(OTHER), accounts.echo(SIX), Strangers(b"other key").echo(ONE), (ECHO, b"")):
        accounts.hear(encode(Message(CON, GET, 1, options=(echo,))), ONE)
    accounts.hear(encode(Message(ACK, CONTENT, 1, options=(accounts.echo(ONE),))), ONE)
    assert not accounts.trusts(ONE)


def test_the_loopback_is_spared_unless_everybody_is_a_stranger() -> None:
    here = [("127.0.0.1", 1), ("127.9.9.9", 1), ("::1", 1)]
    assert [strangers().trusts(address) for address in here] == [True, True, True]
    everywhere = Strangers(b"key", everywhere=True)
    assert [everywhere.trusts(address) for address in here] == [False, False, False]
    assert [strangers().trusts(address) for address in (("::127.0.0.1", 1), ("::12", 1), ("12.7.0.1", 1))] == [
        False
    ] * 3


def test_saving_ends_at_a_limit_and_so_does_the_number_of_accounts() -> None:
    accounts = strangers()
    for _ in range(1000):
        accounts.hear(EMPTY_REQUEST, ONE)
    assert accounts.room(ONE) == MOST_SAVED - 42
    for port in range(ACCOUNTS):
        accounts.hear(EMPTY_REQUEST, ("198.51.100.1", port))
    assert (accounts.sizes()["strangers"], accounts.room(ONE)) == (ACCOUNTS, 0)


def test_room_for_an_answer_does_not_depend_on_what_was_saved_nor_on_the_payload() -> None:
    accounts = strangers()
    request = Message(CON, GET, 1, b"", ((URI_PATH, b"a"),), b"p" * 500)
    for _ in range(9):
        accounts.hear(encode(request), ONE)
    assert accounts.room_for_answer(request, ONE) == 3 * (42 + 6) - 42
    assert accounts.room_for_answer(request, ONE, registers=True) == 3 * (42 + 6) // 2 - 42


def test_the_acks_pay_for_the_notifications_and_the_registration_for_the_first() -> None:
    accounts = strangers()
    registration = Message(CON, GET, 1, b"T", ((OBSERVE, b""), (URI_PATH, b"time")))
    accounts.hear(encode(registration), ONE)
    accounts.admitted([Transmit(ONE, response(30))])
    first = accounts.room_for_notification(registration, ONE)
    assert first == 3 * (42 + 11) - 42 - 30 - 42
    for _ in range(9):
        accounts.hear(bytes.fromhex("60000001"), ONE)
    assert accounts.room_for_notification(registration, ONE) == 96
