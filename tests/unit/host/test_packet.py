"""Packets become command lines that no firmware can misread, and heads become packets again."""

from __future__ import annotations

import pytest

from modemtwin.host.errors import InvalidArgument, TooLong
from modemtwin.host.fields import between_quotes, split, values
from modemtwin.host.head import Block, Head, read_head
from modemtwin.host.packet import LONGEST_LINE, Packet, para_lines
from modemtwin.host.reading import LineReader, Shape
from modemtwin.host.urcs import BearerUp, PacketArrived, PsmEntered, SocketError, Unanswered, Unknown, read_urc


def test_the_example_of_the_manual_is_written_as_it_is_there() -> None:
    packet = Packet(uri_path=(b"home", b"query"), uri_query=(b"address=1",), payload=b"hello world")
    # COAP-AN §3.3, with the type said as well
    assert para_lines(packet, append=False) == [
        'AT+CCOAPPARA=code,1,type,"CON",uri-path,0,"home/query",uri-query,0,"address=1",payload,0,"hello world"'
    ]


def test_every_field_is_given() -> None:
    packet = Packet(
        code=0x45,
        type="ACK",
        mid=7,
        token=b"\xca\xfe",
        content_format=50,
        accept=0,
        uri_path=(b"", b"a"),
        uri_query=(b"x,y",),
        etag=b"\x01",
        observe=0,
        max_age=60,
        size=9,
        payload=b"{}",
    )
    assert para_lines(packet, append=False) == [
        'AT+CCOAPPARA=code,45,type,"ACK",mid,7,token,1,"CAFE",content-format,50,accept,0,uri-path,0,"//a",'
        'uri-query,1,"782C79",etag,1,"01",observe,0,max-age,60,size,9,payload,0,"{}"'
    ]
    assert packet.names == {
        *("code", "type", "token", "content_format", "accept", "uri_path", "uri_query"),
        *("etag", "observe", "max_age", "size", "payload"),
    }


@pytest.mark.parametrize(
    "text", [b"a,b", b'"', b"\\", b" a", b"a ", b"\xc3\xa4", b"\x00", b"a;b", b"\r\nOK\r\n", b"\x08"]
)
def test_what_could_be_misread_goes_as_hex(text: bytes) -> None:
    (line,) = para_lines(Packet(payload=text), append=False)
    assert line.endswith(f'payload,1,"{text.hex().upper()}"')


@pytest.mark.parametrize("text", [b"a", b"hello world", b"a=1&b=?/:%", b"{'x':[1]}"])
def test_what_nobody_can_misread_goes_as_text(text: bytes) -> None:
    (line,) = para_lines(Packet(payload=text), append=False)
    assert line.endswith(f'payload,0,"{text.decode()}"')


@pytest.mark.parametrize("size", [0, 1, 200, 267, 268, 269, 500, 535, 536])
def test_no_line_is_longer_than_a_module_takes(size: int) -> None:
    packet = Packet(uri_path=(b"x" * 200,), token=b"12345678", payload=b"z" * size)
    lines = para_lines(packet, append=False)
    assert all(len(line) <= LONGEST_LINE + 2 for line in lines)
    assert "".join(lines).count("z") == size


def test_fields_that_do_not_fit_on_one_line_go_on_several_and_every_one_is_there() -> None:
    packet = Packet(
        uri_path=(b"p" * 200, b"q" * 200), uri_query=(b"a=" + b"1" * 200,), etag=b"\x01" * 8, payload=b"x" * 200
    )
    written = para_lines(packet, append=False)
    assert [line.removeprefix("AT+CCOAPPARA=")[:9] for line in written] == ["code,1,ty", "uri-query"]
    assert max(map(len, written)) <= LONGEST_LINE + 2
    assert ",".join(line.removeprefix("AT+CCOAPPARA=") for line in written) == (
        f'code,1,type,"CON",uri-path,0,"{"p" * 200}/{"q" * 200}",uri-query,0,"a={"1" * 200}",etag,1,"{"01" * 8}"'
        f',payload,0,"{"x" * 200}"'
    )


def test_a_payload_beyond_one_line_needs_a_module_that_adds_up() -> None:
    for payload, holds in ((b"y" * 537, "536"), (b"\x00" * 269, "268")):
        with pytest.raises(TooLong, match=holds):
            para_lines(Packet(payload=payload), append=False)
    lines = para_lines(Packet(payload=b"y" * 1000), append=True)
    assert "".join(line.partition('payload,0,"')[2].removesuffix('"') for line in lines) == "y" * 1000
    assert all(len(line) <= LONGEST_LINE + 2 for line in lines)


def test_a_path_beyond_one_line_is_too_long() -> None:
    with pytest.raises(TooLong, match="uri-path"):
        para_lines(Packet(uri_path=(b"x" * 255,) * 3), append=True)


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (Packet(code=256), "code is 0–255, not 256"),
        (Packet(mid=-1), "mid is 0–65535, not -1"),
        (Packet(type="con"), "type is CON, NON, ACK, RST, not 'con'"),
        (Packet(token=bytes(9)), "a token has at most 8 bytes, not 9 (RFC 7252 §3)"),
        (Packet(etag=b""), "an ETag has 1–8 bytes, not 0 (RFC 7252 §5.10)"),
        (Packet(uri_path=(bytes(256),)), "a path segment or query argument has at most 255 bytes (RFC 7252 §5.10)"),
    ],
)
def test_a_field_out_of_range_is_named(packet: Packet, said: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        packet.check()
    assert str(caught.value) == said


# ── heads ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FULL = '+CCOAPHEAD: 1,1,0,2,0.03,4711,CAFE,50,60,0102&03,0,AB,1,"h,1",5684,a/b,"x=""y",l,m,coap://p/,7,3/1/64,0/0/16,99'


def test_a_head_of_24_fields_is_read() -> None:
    line = FULL.replace('"x=""y"', r'"x=\"y"')
    assert read_head(line) == Head(
        type="CON",
        code="0.03",
        mid=4711,
        token=b"\xca\xfe",
        content_format=50,
        max_age=60,
        etag=b"\x01\x02",
        accept=0,
        if_match=b"\xab",
        if_none_match=True,
        uri_host="h,1",
        uri_port=5684,
        uri_path="a/b",
        uri_query='x="y',
        location_path="l",
        location_query="m",
        proxy_uri="coap://p/",
        observe=7,
        block2=Block(3, True, 64),
        block1=Block(0, False, 16),
        size=99,
    )


@pytest.mark.parametrize("tail", [",,,,,,,0,,,,,,,,", ",,,,,,,0,,,,,,,,,,,"])
def test_the_heads_of_the_manual_are_read_with_21_fields_and_with_24(tail: str) -> None:
    assert read_head(f"+CCOAPHEAD: 1,1,2,0,4.04,1{tail}") == Head("ACK", "4.04", 1)


@pytest.mark.parametrize("line", ["+CCOAPHEAD: 1,7,6245000101 02C0", "+CCOAPHEAD: 0,7,bE\x00\x01\x01\x02\xc0"])
def test_a_raw_head_is_read_in_hex_and_as_bytes(line: str) -> None:
    assert read_head(line.replace(" 02", "02")) == Head("ACK", "2.05", 1, b"\x01\x02", 0)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "+CCOAPHEAD:",
        "+CCOAPHEAD: 1",
        "+CCOAPHEAD: 1,1,9,0,2.05,1,",
        "+CCOAPHEAD: 1,1,2,0,205,1,",
        "+CCOAPHEAD: 0,4,xyz",
    ],
)
def test_what_is_no_head_is_a_fault(line: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        read_head(line)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines(data: bytes, shape: Shape = Shape.PLAIN) -> list[bytes]:
    reader = LineReader()
    reader.feed(data)
    found = []
    while (line := reader.take(shape)) is not None:
        found.append(line)
    return found


def test_a_payload_is_counted_whatever_it_holds() -> None:
    data = b'\r\n+CCOAPREAD: 12,a\r\nOK\r\n"b\r\r\n\r\n\r\nOK\r\n'
    assert lines(data, Shape.COUNTED) == [b'+CCOAPREAD: 12,a\r\nOK\r\n"b\r\r\n', b"OK"]
    assert lines(b"\r\n+CCOAPREAD: 0,\r\n\r\nOK\r\n", Shape.COUNTED) == [b"+CCOAPREAD: 0,", b"OK"]
    assert lines(b"\r\n+CCOAPREAD: 0\r\n\r\nOK\r\n", Shape.COUNTED) == [b"+CCOAPREAD: 0", b"OK"]


def test_a_head_may_hold_line_feeds_within_quotes_or_as_bytes() -> None:
    quoted = b'+CCOAPHEAD: 1,1,0,0,0.01,7,,,,,,,0,,,"a\r\nOK\r\nb",,,,,,,,'
    assert lines(b"\r\n" + quoted + b"\r\n\r\nOK\r\n", Shape.HEAD) == [quoted, b"OK"]
    raw = b"+CCOAPHEAD: 0,6,bE\r\n\r\n"
    assert lines(b"\r\n" + raw + b"\r\n\r\nOK\r\n", Shape.HEAD) == [raw, b"OK"]
    hexadecimal = b"+CCOAPHEAD: 0,6,62450D0A0D0A"
    assert lines(b"\r\n" + hexadecimal + b"\r\n\r\nOK\r\n", Shape.HEAD) == [hexadecimal, b"OK"]


def test_noise_of_a_module_that_powers_up_stands_before_no_line() -> None:
    assert lines(b"\x00\xff\xff\r\nRDY\r\n") == [b"RDY"]
    assert lines(b"AT+CGMM\rSIMCOM_SIM7000G\r\n") == [b"SIMCOM_SIM7000G"]


def test_noise_without_an_end_takes_no_memory_for_ever() -> None:
    reader = LineReader()
    for _ in range(100):
        reader.feed(b"x" * 4096)
        assert reader.take() is None
    reader.clear()
    reader.feed(b"\r\nOK\r\n")
    assert reader.take() == b"OK"


def test_fields_are_split_at_commas_outside_quotes() -> None:
    assert values('+COPS: 0,0,"CHN, CT",9') == ["0", "0", "CHN, CT", "9"]
    assert split('a,"b\\"c\\\\",,"') == ["a", 'b"c\\', "", '"']
    assert between_quotes('+CGNAPN: 1,"ctnb"') == "ctnb"
    assert between_quotes("+CGNAPN: 0") == ""


@pytest.mark.parametrize(
    ("line", "urc"),
    [
        ("+CCOAPRECV: 1,14,9", PacketArrived(1, 14, 9, "+CCOAPRECV: 1,14,9")),
        ("+CCOAPRCV:1,14,9", PacketArrived(1, 14, 9, "+CCOAPRCV:1,14,9")),
        ("+CCOAPACTION: 2,7", Unanswered(7, "+CCOAPACTION: 2,7")),
        ("+CCOAPACTION: 3", SocketError("+CCOAPACTION: 3")),
        ("+CCOAPACTION: 0,7", Unknown("+CCOAPACTION: 0,7")),
        ("+CCOAPRECV: 1,x,9", Unknown("+CCOAPRECV: 1,x,9")),
        ("+APP PDP: ACTIVE", BearerUp(0, "+APP PDP: ACTIVE")),
        ("+APP PDP: 3,ACTIVE", BearerUp(3, "+APP PDP: 3,ACTIVE")),
        ('+CPSMSTATUS: "ENTER PSM"', PsmEntered('+CPSMSTATUS: "ENTER PSM"')),
    ],
)
def test_urcs_are_values(line: str, urc: object) -> None:
    assert read_urc(line) == urc
