"""What a hostile peer sends: datagrams that no honest one would, as strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from modemtwin.coap.message import Message, encode, uint
from modemtwin.coap.numbers import (
    ACK,
    BLOCK1,
    BLOCK2,
    CHANGED,
    CON,
    CONTENT,
    CONTINUE,
    ETAG,
    FETCH,
    GET,
    MAX_AGE,
    NO_RESPONSE,
    NON,
    OBSERVE,
    POST,
    REQUEST_ENTITY_INCOMPLETE,
    REQUEST_ENTITY_TOO_LARGE,
    RST,
    SIZE1,
    SIZE2,
    UNAUTHORIZED,
    URI_PATH,
)

NUMBERS_OF_BLOCKS = st.sampled_from((0, 1, 2, 3, 15, 16, 0xFFFFE, 0xFFFFF))
OBSERVE_NUMBERS = st.sampled_from((0, 1, 2, 127, 1 << 15, (1 << 23) - 1, 1 << 23, (1 << 23) + 1, (1 << 24) - 1))

mids = st.one_of(st.integers(0, 12), st.integers(0xFFF8, 0xFFFF))
blocks = st.builds(
    lambda number, more, exponent: uint(number << 4 | more << 3 | exponent),
    NUMBERS_OF_BLOCKS,
    st.integers(0, 1),
    st.sampled_from((0, 1, 2, 6, 7)),
)
options = st.lists(
    st.one_of(
        st.tuples(st.sampled_from((BLOCK1, BLOCK2)), blocks),
        st.tuples(st.just(OBSERVE), st.one_of(st.just(b""), st.just(b"\x01"), OBSERVE_NUMBERS.map(uint))),
        st.tuples(st.just(ETAG), st.sampled_from((b"\x01", b"\x02"))),
        st.tuples(st.sampled_from((SIZE1, SIZE2)), st.sampled_from((b"", b"\x40", b"\xff\xff\xff\xff"))),
        st.tuples(st.just(MAX_AGE), st.sampled_from((b"", b"\x01", b"\xff\xff\xff\xff"))),
        st.tuples(st.just(NO_RESPONSE), st.sampled_from((b"", b"\x02", b"\x1a"))),
        st.tuples(st.just(URI_PATH), st.sampled_from((b"a", b"b" * 255))),
        st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)),
    ),
    max_size=4,
).map(tuple)
payloads = st.sampled_from((b"", b"x" * 16, b"x" * 32, b"x" * 64, b"x" * 200, b"x" * 1024))
tokens = st.sampled_from((b"", b"\x01", b"\x02", b"\x03" * 8))
requests = st.builds(
    Message, st.sampled_from((CON, NON)), st.sampled_from((GET, POST, FETCH)), mids, tokens, options, payloads
)
responses = st.builds(
    Message,
    st.sampled_from((CON, NON, ACK, RST)),
    st.sampled_from(
        (
            CONTENT,
            CHANGED,
            CONTINUE,
            UNAUTHORIZED,
            REQUEST_ENTITY_INCOMPLETE,
            REQUEST_ENTITY_TOO_LARGE,
            0xA0,
        )
    ),
    mids,
    tokens,
    options,
    payloads,
)
empties = st.builds(lambda kind, mid: Message(kind, 0, mid), st.sampled_from((CON, NON, ACK, RST)), mids)


def _stretched(nibble: int, extended: bytes) -> bytes:
    return extended[: {13: 1, 14: 2}.get(nibble, 0)]


raw_options = st.lists(
    st.builds(
        # Deltas and lengths as they come: 15 is reserved, two bytes reach past the end and past 65535.
        lambda delta, length, more_delta, more_length, value: (
            bytes((delta << 4 | length,)) + _stretched(delta, more_delta) + _stretched(length, more_length) + value
        ),
        st.one_of(st.integers(0, 15), st.just(14)),
        st.integers(0, 15),
        st.sampled_from((b"\x00\x00", b"\xff\xff", b"\xfe\xf3", b"\x7f\xff")),
        st.sampled_from((b"\x00\x00", b"\x00\x01", b"\xff\xff")),
        st.binary(max_size=16),
    ),
    max_size=4,
).map(b"".join)
misshapen = st.builds(
    # A header that announces a token of 0 to 15 bytes, and too little or too much behind it.
    lambda version, kind, length, code, mid, rest: (
        bytes((version << 6 | kind << 4 | length, code)) + mid.to_bytes(2, "big") + rest
    ),
    st.sampled_from((1, 1, 1, 0, 3)),
    st.integers(0, 3),
    st.integers(0, 15),
    st.sampled_from((0, GET, POST, CONTENT, CHANGED, 0x20, 0xC0, 0xFF)),
    mids,
    st.one_of(st.just(b""), raw_options, st.binary(max_size=24), st.just(b"\xff")),
)
datagrams = st.one_of(
    misshapen,
    misshapen,
    requests.map(encode),
    responses.map(encode),
    empties.map(encode),
    st.binary(max_size=4),
)
