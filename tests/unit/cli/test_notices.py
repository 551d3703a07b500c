"""What stands on standard error while a verb works."""

from __future__ import annotations

import io
import sys

import pytest

from modemtwin.cli.notices import Notices, printable


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


def _traced(*pieces: tuple[str, bytes], verbosity: int = 1) -> str:
    stream = io.StringIO()
    notices = Notices(verbosity, stream)
    for direction, data in pieces:
        notices.trace(direction, data)
    notices.close()
    return stream.getvalue()


def test_the_dialogue_is_shown_line_by_line_however_it_is_cut() -> None:
    shown = "> AT+CSQ\n< +CSQ: 27,99\n< OK\n"
    assert _traced(("tx", b"AT+CSQ\r"), ("rx", b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n")) == shown
    pieces = [("rx", bytes([byte])) for byte in b"\r\n+CSQ: 27,99\r\n\r\nOK\r\n"]
    assert _traced(("tx", b"AT+"), ("tx", b"CSQ\r"), *pieces) == shown


def test_half_a_line_is_shown_at_the_end() -> None:
    assert _traced(("rx", b"\r\n+CSQ: 27")) == "< +CSQ: 27\n"


def test_passwords_and_pins_are_not_shown_in_either_direction() -> None:
    typed = b'AT+CNCFG=1,"ctnb","me","secret",1;+CPIN=1234\r'
    shown = _traced(("tx", typed), ("rx", typed[:38]), ("tx", b"AT\r"), ("rx", typed[38:]))
    assert "secret" not in shown
    assert "sec" not in shown
    assert "1234" not in shown
    assert shown.startswith('> AT+CNCFG=1,"ctnb","me","******",*;+CPIN=****\n')


def test_a_payload_moves_no_cursor() -> None:
    assert _traced(("rx", b"+CCOAPREAD: 5,\x1b[2J\xff\r\n")) == "< +CCOAPREAD: 5,\\x1b[2J\\xff\n"
    assert printable("a\x7fb") == "a\\x7fb"


def test_without_v_nothing_is_traced_and_nobody_is_told_why_it_waits() -> None:
    stream = io.StringIO()
    notices = Notices(0, stream)
    notices.trace("tx", b"AT\r")
    notices.waiting("searching for the network")
    notices.expect_transfer(4096)
    notices.trace("tx", b'AT+CCOAPPARA=payload,0,"abc"\r')
    notices.close()
    assert stream.getvalue() == ""


def test_a_terminal_is_told_why_it_waits_and_the_line_is_taken_away() -> None:
    stream = Terminal()
    notices = Notices(0, stream)
    notices.waiting("searching for the network")
    notices.waiting("signal 12")
    notices.say("2.05 Content")
    notices.close()
    assert stream.getvalue() == "searching for the network …\r\033[Ksignal 12 …\r\033[K2.05 Content\n"


def test_with_v_each_reason_stays() -> None:
    stream = io.StringIO()
    Notices(1, stream).waiting("searching for the network")
    assert stream.getvalue() == "searching for the network\n"


def test_with_vv_each_line_has_its_time() -> None:
    assert _traced(("tx", b"AT\r"), verbosity=2).startswith("   0.0")


def _put(stream: io.StringIO, *, length: int) -> None:
    notices = Notices(0, stream)
    notices.expect_transfer(length)
    for _ in range(length // 256):
        notices.trace("tx", b'AT+CCOAPPARA=payload,1,"' + b"61" * 256 + b'"\r')
    notices.say("2.04 Changed")


def test_a_long_transfer_has_a_bar_on_a_terminal_and_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)  # as if it were not installed
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    _put(stream, length=2048)
    _, first, *_, last, behind = stream.getvalue().split("\r\033[K")
    assert first == "━──────────── 256 of 2,048 bytes"
    assert last == "━━━━━━━━━━━━━ 2,048 of 2,048 bytes"
    assert behind == "2.04 Changed\n"


def test_a_bar_of_rich_leaves_nothing_either() -> None:
    stream = Terminal()
    _put(stream, length=2048)
    assert stream.getvalue().endswith("2.04 Changed\n")
    assert "2.0/2.0 kB" in stream.getvalue()


def test_a_terminal_that_cannot_erase_is_told_nothing_for_the_time_being(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    notices = Notices(0, stream)
    notices.waiting("searching for the network")
    notices.close()
    _put(stream, length=8192)
    assert stream.getvalue() == "2.04 Changed\n"


def test_what_was_for_the_time_being_is_wiped_before_something_else_is_printed() -> None:
    stream = Terminal()
    notices = Notices(0, stream)
    notices.waiting("searching for the network")
    notices.wipe()
    notices.wipe()
    assert stream.getvalue() == "searching for the network …\r\033[K"


def test_a_short_transfer_has_none() -> None:
    stream = Terminal()
    _put(stream, length=512)
    assert stream.getvalue() == "2.04 Changed\n"


def test_a_pipe_has_none() -> None:
    stream = io.StringIO()
    _put(stream, length=8192)
    assert stream.getvalue() == "2.04 Changed\n"
