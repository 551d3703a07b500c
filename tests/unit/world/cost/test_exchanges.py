"""To which exchange a datagram belongs."""

from __future__ import annotations

from modemtwin.clockwork import Micros, seconds
from modemtwin.coap.message import Malformed, decode
from modemtwin.modem.doors import Address
from modemtwin.world.cost.air import PRESETS
from modemtwin.world.cost.exchanges import Exchanges

SERVER: Address = ("192.0.2.1", 5683)
GROUP: Address = ("224.0.1.187", 5683)


def told(*datagrams: tuple[float, str, str] | tuple[float, str, str, Address]) -> list[int | None]:
    """Say the exchange of each (seconds, > or <, hex, peer), counted from 0."""
    exchanges, found = Exchanges(PRESETS["cat-m1"], seconds(247)), []
    for now, way, data, *peer in datagrams:
        message = decode(bytes.fromhex(data))
        assert not isinstance(message, Malformed)
        at: Micros = seconds(now)
        one = exchanges.find(peer[0] if peer else SERVER, message, bytes.fromhex(data), at, up=way == ">")
        if one is not None:
            one.last = at
        found.append(None if one is None else exchanges.all.index(one))
    return found


def test_a_retransmission_and_the_answer_to_it_belong_to_the_request() -> None:
    assert told((0, ">", "40010001"), (3, ">", "40010001"), (4, "<", "60450001")) == [0, 0, 0]


def test_a_separate_response_and_its_ack_belong_to_the_request() -> None:
    assert told(
        (0, ">", "4101000177"),
        (1, "<", "60000001"),
        (2, "<", "4145100077"),
        (3, "<", "4145100077"),
        (3, ">", "60001000"),
    ) == [0, 0, 0, 0, 0]


def test_every_notification_is_an_exchange_of_its_own() -> None:
    assert told(
        (0, ">", "410100017760"),
        (1, "<", "61450001776101"),
        (2, "<", "41451000776102"),
        (3, "<", "41451000776102"),
        (3, ">", "60001000"),
        (4, "<", "51451001776103"),
    ) == [0, 0, 1, 1, 1, 2]


def test_a_mid_that_comes_round_again_is_another_exchange() -> None:
    assert told((0, ">", "50020001"), (247, ">", "50020001"), (248, ">", "50020001")) == [0, 0, 1]


def test_requests_with_the_same_token_are_answered_oldest_first() -> None:
    assert told(
        (0, ">", "50010001"), (1, ">", "50010002"), (2, "<", "50451000"), (3, "<", "50451001"), (4, "<", "50451002")
    ) == [0, 1, 0, 1, 2]


def test_what_was_never_answered_takes_no_answer_for_ever() -> None:
    assert told((0, ">", "50010001"), (300, ">", "50010002"), (301, "<", "50451000")) == [0, 1, 1]


def test_the_blocks_of_a_body_are_one_exchange_and_the_next_body_another() -> None:
    first, more, last = "40030001d10e08", "40030002d10e18", "40030003d10e20"
    assert (
        told(
            (0, ">", first),
            (1, "<", "605f0001"),
            (1, ">", more),
            (2, "<", "605f0002"),
            (2, ">", last),
            (3, "<", "60440003"),
        )
        == [0] * 6
    )
    assert told((0, ">", first), (1, ">", more), (60, ">", "40030004d10e08"), (61, ">", "40030005d10e18")) == [
        0,
        0,
        1,
        1,
    ]


def test_the_answers_to_a_group_belong_to_its_request() -> None:
    assert told((0, ">", "5101000177", GROUP), (1, "<", "5145100077"), (2, "<", "5145200077", ("192.0.2.9", 5683))) == [
        0,
        0,
        0,
    ]


def test_a_request_of_the_peer_with_the_same_mid_is_another_exchange() -> None:
    assert told((0, ">", "40010001"), (1, "<", "40010001"), (1, ">", "60450001"), (2, "<", "60450001")) == [0, 1, 1, 0]


def test_an_ack_or_rst_that_answers_nothing_belongs_nowhere() -> None:
    assert told((0, "<", "60000001"), (0, "<", "70000001")) == [None, None]
