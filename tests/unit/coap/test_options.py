"""Which options spoil a message and which are as though absent: RFC 7252 §5.4."""

from __future__ import annotations

import pytest

from modemtwin.coap.message import Message
from modemtwin.coap.numbers import CON, GET
from modemtwin.coap.options import sift


def _get(*options: tuple[int, bytes]) -> Message:
    return Message(CON, GET, 1, b"", options)


def test_recognised_options_and_unrecognised_elective_ones_stay() -> None:
    message = _get((3, b"h"), (11, b"a"), (11, b"b"), (12, b""), (2048, b"x"), (2048, b"y"))
    assert sift(message) is message


@pytest.mark.parametrize(
    ("option", "objection"),
    [
        ((9, b""), "unrecognised critical option 9"),
        ((2049, b"x"), "unrecognised critical option 2049"),
        ((3, b""), "critical option Uri-Host has 0 bytes, not 1 to 255"),
        ((5, b"x"), "critical option If-None-Match has 1 byte, not 0 to 0"),
        ((7, b"abc"), "critical option Uri-Port has 3 bytes, not 0 to 2"),
        ((11, bytes(256)), "critical option Uri-Path has 256 bytes, not 0 to 255"),
        ((17, b"abc"), "critical option Accept has 3 bytes, not 0 to 2"),
        ((23, b"abcd"), "critical option Block2 has 4 bytes, not 0 to 3"),
    ],
)
def test_a_critical_option_that_is_unknown_or_of_a_wrong_length_spoils_the_message(
    option: tuple[int, bytes], objection: str
) -> None:
    assert sift(_get((1, b"etag"), option)) == objection


def test_a_critical_option_that_must_not_be_repeated_spoils_the_message() -> None:
    assert sift(_get((3, b"a"), (3, b"b"))) == "critical option Uri-Host is repeated"


def test_an_elective_option_of_a_wrong_length_is_as_though_absent() -> None:
    assert sift(_get((4, bytes(9)), (11, b"a"), (12, b"abc"))) == _get((11, b"a"))


def test_only_the_first_of_an_elective_option_that_must_not_be_repeated_counts() -> None:
    assert sift(_get((12, b""), (12, b"\x28"), (14, b""))) == _get((12, b""), (14, b""))


def test_a_critical_fault_is_found_behind_an_elective_one() -> None:
    assert sift(_get((12, b"abc"), (2049, b""))) == "unrecognised critical option 2049"
