"""The registries: numbers and spans as the RFCs print them."""

from __future__ import annotations

import pytest

from modemtwin.clockwork import seconds
from modemtwin.coap import numbers
from modemtwin.coap.numbers import CODES, OPTIONS, Transmission, dotted, is_critical, is_request, is_response


def test_the_derived_times_are_those_of_the_rfc() -> None:
    # RFC 7252 §4.8.2, Table 3.
    rfc = Transmission()
    assert [rfc.max_transmit_span, rfc.exchange_lifetime, rfc.non_lifetime] == [
        seconds(45),
        seconds(247),
        seconds(145),
    ]


def test_the_derived_times_follow_the_parameters() -> None:
    short = Transmission(ack_timeout=seconds(1), max_retransmit=1, max_latency=seconds(10), processing_delay=seconds(3))
    assert [short.max_transmit_span, short.exchange_lifetime, short.non_lifetime] == [
        seconds(1.5),
        seconds(24.5),
        seconds(11.5),
    ]


@pytest.mark.parametrize(
    ("code", "text", "name"),
    [
        (0x00, "0.00", "Empty"),
        (0x01, "0.01", "GET"),
        (0x07, "0.07", "iPATCH"),
        (0x45, "2.05", "Content"),
        (0x5F, "2.31", "Continue"),
        (0x84, "4.04", "Not Found"),
        (0x8D, "4.13", "Request Entity Too Large"),
        (0x9D, "4.29", "Too Many Requests"),
        (0xA8, "5.08", "Hop Limit Reached"),
    ],
)
def test_a_code_is_written_with_a_dot_and_has_a_name(code: int, text: str, name: str) -> None:
    assert (dotted(code), CODES[code]) == (text, name)


def test_every_code_is_empty_a_request_a_response_or_reserved() -> None:
    kinds = [
        "request" if is_request(code) else "response" if is_response(code) else "reserved" if code else "empty"
        for code in range(256)
    ]
    assert kinds == ["empty"] + ["request"] * 31 + ["reserved"] * 32 + ["response"] * 128 + ["reserved"] * 64
    assert [numbers.is_reserved(code) for code in range(256)] == [kind == "reserved" for kind in kinds]


def test_critical_options_have_odd_numbers() -> None:
    # RFC 7252 §5.10, Table 4; RFC 7959 Table 1; RFC 9175.
    assert [option.name for option in OPTIONS.values() if is_critical(option.number)] == [
        "If-Match",
        "Uri-Host",
        "If-None-Match",
        "Uri-Port",
        "Uri-Path",
        "Uri-Query",
        "Accept",
        "Block2",
        "Block1",
        "Proxy-Uri",
        "Proxy-Scheme",
    ]


def test_repeatable_options_are_those_of_the_tables() -> None:
    assert [option.name for option in OPTIONS.values() if option.repeatable] == [
        "If-Match",
        "ETag",
        "Location-Path",
        "Uri-Path",
        "Uri-Query",
        "Location-Query",
        "Request-Tag",
    ]
