"""Bytes to command lines."""

from __future__ import annotations

import pytest

from modemtwin.at.line import LineReader


def read(data: bytes, *, longest_line: int = 559, s3: int = 13, s5: int = 8) -> tuple[bytes, list[str]]:
    reader = LineReader(longest_line=longest_line)
    assert reader.feed(data) == 0
    echo, lines = b"", []
    while reader.typed:
        more, line = reader.take(s3, s5)
        echo += more
        lines += [] if line is None else [line]
    return echo, lines


@pytest.mark.parametrize("prefix", [b"AT", b"at", b"At", b"aT"])
def test_a_line_begins_with_at_in_any_case_and_ends_with_cr(prefix: bytes) -> None:
    assert read(prefix + b"+csq\r") == (prefix + b"+csq\r", ["+csq"])


def test_a_line_feed_behind_cr_is_dropped_without_echo() -> None:
    assert read(b"ATE0\r\nAT\r\n") == (b"ATE0\rAT\r", ["E0", ""])


def test_line_feeds_between_lines_are_dropped_and_those_within_are_kept() -> None:
    assert read(b"\n\nA\nTI\n\r\n\n") == (b"ATI\n\r", ["I\n"])


def test_garbage_before_at_is_echoed_and_ignored() -> None:
    assert read(b"+++AT\rx\ryAAT+CSQ\r") == (b"+++AT\rx\ryAAT+CSQ\r", ["", "+CSQ"])


def test_a_slash_repeats_the_last_line_at_once() -> None:
    assert read(b"AT+CSQ\rA/a/\r") == (b"AT+CSQ\rA/a/\r", ["+CSQ"] * 3)


def test_a_slash_before_any_line_repeats_an_empty_one() -> None:
    assert read(b"A/") == (b"A/", [""])


def test_s5_takes_characters_back_down_to_the_prefix() -> None:
    assert read(b"AT+CX\x08SQ\r")[1] == ["+CSQ"]
    assert read(b"ATX\x08\x08\x08\x08I\r")[1] == ["I"]
    assert read(b"ATXY\x7fI\r", s5=127)[1] == ["XI"]


def test_s3_ends_the_line() -> None:
    assert read(b"ATI\r;", s3=59) == (b"ATI\r;", ["I\r"])


def test_a_line_over_the_limit_is_cut_short_and_marked() -> None:
    reader = LineReader(longest_line=4)
    seen = []
    for typed in (b"AT12345\r", b"A/", b"AT1234\r", b"A", b"T12345\r"):
        reader.feed(typed)
        seen.append((reader.take()[1], reader.overlong))
    assert seen == [("1234", True), ("1234", True), ("1234", False), (None, False), ("1234", True)]


def test_a_line_that_is_edited_back_under_the_limit_is_whole() -> None:
    assert read(b"AT123456\x08\x08\r", longest_line=4)[1] == ["1234"]
    assert read(b"AT123456\x08\x08\x089\r", longest_line=4)[1] == ["1239"]


def test_bytes_over_127_pass_as_they_are() -> None:
    assert read("AT+X=é\r".encode())[1] == ["+X=Ã©"]


def test_type_ahead_beyond_its_room_is_dropped_and_counted() -> None:
    reader = LineReader(room=8)
    assert (reader.feed(b"ATI\rAT"), reader.feed(b"+CSQ\r")) == (0, 3)
    assert reader.take() == (b"ATI\r", "I")
    assert reader.take() == (b"AT+C", None)


def test_a_line_is_half_typed_from_its_first_byte_to_its_end() -> None:
    reader = LineReader()
    seen = []
    for byte in b"xATI\r":
        reader.feed(bytes((byte,)))
        reader.take()
        seen.append(reader.half_typed)
    assert seen == [False, True, True, True, False]


def test_reset_forgets_what_was_typed_and_the_last_line() -> None:
    reader = LineReader()
    reader.feed(b"ATI\rAT+C")
    reader.take()
    reader.take()
    reader.reset()
    reader.feed(b"A/")
    assert reader.take() == (b"A/", "")
