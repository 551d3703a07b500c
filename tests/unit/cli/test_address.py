"""The URL on a command line, and what is said of a wrong one."""

from __future__ import annotations

import re

import pytest

from modemtwin.cli.address import parse_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("coap://198.181.39.174/test", "coap://198.181.39.174/test"),
        ("COAP://Host:61616/a?b=1&c", "COAP://Host:61616/a?b=1&c"),
        ("coaps://host/a", "coaps://host/a"),
        ("coap://host/grüße", "coap://host/gr%C3%BC%C3%9Fe"),
        ("coap://[2001:db8::1]/", "coap://[2001:db8::1]/"),
    ],
)
def test_a_right_url_goes_on_in_ascii(text: str, url: str) -> None:
    assert parse_url(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("198.181.39.174/test", "did you mean coap://198.181.39.174/test?"),
        ("host", "did you mean coap://host?"),
        ("host:5684/x", "did you mean coap://host:5684/x?"),
        ("http://host/x", 'only "coap" is supported; did you mean coap://host/x?'),
        ("cap://host", "did you mean coap://host?"),
        ("coap:/host/x", "did you mean coap://host/x?"),
        ("coap//host/x", "did you mean coap://host/x?"),
        ("coap:host", "did you mean coap://host?"),
        ("coap://host/a b", "'coap://host/a b' holds a blank; did you mean coap://host/a%20b?"),
        ("coap://host/100%", "did you mean coap://host/100%25?"),
        ("coap://host/x#part", "did you mean coap://host/x?"),
    ],
)
def test_of_a_wrong_url_the_nearest_right_one_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said) + r"\Z"):
        parse_url(text)


@pytest.mark.parametrize("text", ["", "/test", "coap://", "coap://host:99999/", "coap://me@host/"])
def test_where_nothing_is_near_nothing_is_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^?]+\Z"):
        parse_url(text)
